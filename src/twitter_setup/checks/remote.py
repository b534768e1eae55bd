"""The checks of what answers: Strapi here and at its public address, its setting, the pages of a login."""

from __future__ import annotations

from urllib.parse import urlsplit

from twitter_setup import credential_shapes, ngrok_errors
from twitter_setup.checks import login_code
from twitter_setup.checks.finding import Finding, failed, passed, skipped, unknown, warned
from twitter_setup.checks.remote_facts import Facts
from twitter_setup.checks.web import Page
from twitter_setup.errors import Advice, SetupError
from twitter_setup.strapi import Credentials, Health

NO_TUNNEL = Advice("open one", command="twitter-setup tunnel")
START_STRAPI = Advice("in the back end's folder", command="npm run develop")
CONFIGURE = Advice("write it", command="twitter-setup configure")
_BROWSER_PAGES = frozenset({"6022", "6024"})
_GIVE_CREDENTIALS = Advice(
    "to look into Strapi's setting, give an administrator's",
    command="STRAPI_ADMIN_TOKEN (or STRAPI_ADMIN_EMAIL and STRAPI_ADMIN_PASSWORD)",
)


def no_session() -> Finding:
    return skipped("no tunnel is open and no --url is given", NO_TUNNEL)


def backend(facts: Facts) -> Finding:
    """Does Strapi answer here, and is it this project's?"""
    address, health = facts.address, facts.health
    if health is Health.DOWN:
        return failed(
            f"Strapi does not answer at {address}",
            "Nothing listens there, so there is nothing to log in to.",
            START_STRAPI,
        )
    if health is Health.STARTING:
        return failed(
            f"something listens at {address}, and its /_health is not Strapi's",
            "Strapi may still be starting, or another program has its port.",
            Advice("wait until its terminal says that it has started; else", command=START_STRAPI.command),
        )
    who = f", {facts.listener.label}" if facts.listener else ""
    return passed(f"Strapi answers at {address}{who}")


def tunnel(facts: Facts) -> Finding:
    """Do the parts of the session run, and does ngrok's edge find them?"""
    situation, page = facts.situation, facts.public_health
    if page is None:
        return no_session()
    for part in facts.dead_children:
        return failed(
            f"the {part} of the session has ended",
            "The session's own process should have started it again.",
            Advice("end that tunnel with Ctrl-C, then", command="twitter-setup tunnel"),
        )
    if page.ngrok_error and page.ngrok_error not in _BROWSER_PAGES:
        known = ngrok_errors.sentence(f"ERR_NGROK_{page.ngrok_error}")
        return failed(
            f"ngrok answers instead of Strapi: ERR_NGROK_{page.ngrok_error} (HTTP {page.status})",
            _NGROK.get(page.ngrok_error, known),
            Advice("open the tunnel anew", command="twitter-setup tunnel"),
            Advice("what it means", url=f"https://ngrok.com/docs/errors/err_ngrok_{page.ngrok_error}"),
        )
    if page.problem:
        return failed(
            f"{situation.public_url} does not answer: {page.problem}",
            _PROBLEMS[page.problem],
            *_reach_advice(facts),
        )
    return passed(f"{situation.public_url} is reached")


_NGROK = {
    "3200": "The endpoint is offline: no agent publishes this address now.",
    "3004": "The gateway's answer was not one that ngrok understands.",
    "8012": "ngrok's agent runs, and nothing listens at the local port that it leads to.",
    "727": "The month's requests of the account are used up.",
    "734": "Too many requests in a minute.",
}
_PROBLEMS = {
    "no such host": "The name does not resolve: the address is mistyped, or its DNS entry is gone.",
    "refused": "Nothing listens there.",
    "certificate": "Its certificate is not valid for this name, or not trusted; X and browsers refuse it too.",
    "timeout": "No answer within five seconds.",
    "cut off": "The connection ended before an answer came.",
}


def _reach_advice(facts: Facts) -> tuple[Advice, ...]:
    if facts.situation.reach == "url":
        return (Advice("look after your own tunnel or proxy; it must lead to this machine"),)
    return (NO_TUNNEL,)


def public_url(facts: Facts) -> Finding:
    """Is it this Strapi that answers at the public address?"""
    page = facts.public_health
    if page is None:
        return no_session()
    url = facts.situation.public_url
    if page.status == 204:
        return passed(f"Strapi answers at {url}")
    if page.status == 421:
        return failed(
            f"{url} leads to a gateway of another address (HTTP 421)",
            "The gateway answers only to the name that it was started for.",
            Advice("open the tunnel anew", command="twitter-setup tunnel"),
        )
    if _blocked_by_vite(page):
        return failed(
            f"a Vite dev server answers at {url}, and refuses the host",
            f"Expected Strapi's /_health (204); found “Blocked request” (HTTP {page.status}): the address "
            "leads to the front end, past the gateway.",
            Advice("lead it to the gateway's port, which `tunnel` prints; or allow the host in server.allowedHosts"),
        )
    if page.status in {502, 503, 504}:
        return failed(
            f"{url} is reached, but Strapi is not behind it (HTTP {page.status})",
            "The way ends before Strapi: the gateway, tunnel or proxy found nothing at Strapi's port.",
            Advice("does it lead to the right port? see", command="twitter-setup status"),
        )
    return failed(
        f"what answers at {url} is not this Strapi (HTTP {page.status})",
        "Expected Strapi's /_health, which is 204 without content.",
        Advice("does the address lead to this machine and to the right port?", command="twitter-setup status"),
    )


def _blocked_by_vite(page: Page) -> bool:
    return page.status == 403 and "is not allowed" in page.text and "allowedHosts" in page.text


def browser_page(facts: Facts) -> Finding:
    """Does a page of ngrok's stand before the app?"""
    page, situation = facts.front_page, facts.situation
    if page is None:
        return no_session()
    if page.ngrok_error == "6022":
        return failed(
            "ngrok shows a warning page to every browser (ERR_NGROK_6022)",
            "It serves no pages for an account that is not verified, or without an authtoken.",
            Advice("sign up, and set NGROK_AUTHTOKEN", url="https://dashboard.ngrok.com/signup"),
        )
    if page.ngrok_error == "6024":
        said = "the free plan's browser page comes first (ERR_NGROK_6024)"
        if situation.layout == "one-origin":
            return warned(
                said,
                "Each person clicks “Visit Site” once; its cookie then holds for pages and requests alike.",
                Advice("for daily work without it", command="twitter-setup tunnel --local"),
            )
        return failed(
            said,
            "The front end's own requests come from another address: they get that page instead of "
            "Strapi's answer, and look like a CORS error (measured).",
            Advice("give both ends one address", command="twitter-setup tunnel"),
        )
    if _blocked_by_vite(page):
        return failed(
            "the front end's dev server refuses the public host",
            f"Vite answers “Blocked request” (HTTP {page.status}): the address leads to it past the gateway.",
            Advice("lead it to the gateway's port, which `tunnel` prints"),
        )
    if page.problem:
        return unknown(f"{page.url} does not answer: {page.problem}", _PROBLEMS[page.problem])
    return passed("no page stands before the app")


# Strapi's setting


def admin(facts: Facts) -> Finding:
    """Does the admin API let us look?"""
    if not Credentials.of(facts.situation.options).are_given:
        return skipped("no administrator's credentials are given", _GIVE_CREDENTIALS)
    problem = facts.admin.problem
    if problem is None:
        email = facts.situation.options.admin_email
        who = email if email and facts.situation.options.admin_token is None else "an admin token"
        return passed(f"the admin API lets us look, as {who}")
    judge = unknown if problem.code in {"strapi_rate_limited", "strapi_down", "strapi_error"} else failed
    return judge(_first_line(problem), "The setting in Strapi could not be looked at.", *problem.advice)


def _first_line(problem: SetupError) -> str:
    return problem.message.rstrip(".")


def provider(facts: Facts) -> Finding:
    """Is the login switched on, and where does it end?"""
    if facts.admin.providers is None:
        return _not_looked_at()
    twitter, wanted = facts.admin.twitter, facts.redirect_url
    stored = twitter.get("callback")
    if not twitter.get("enabled"):
        return failed(
            "the provider twitter is switched off in Strapi",
            "Strapi answers “This provider is disabled” to everybody who wants to log in.",
            Advice("switch it on", command="twitter-setup configure"),
        )
    if not isinstance(stored, str) or not stored:
        return failed(
            "Strapi has no redirect URL",
            "It does not know where to send the browser at the end: “Provider callback URL is not configured”.",
            CONFIGURE,
        )
    if urlsplit(stored).scheme == "" or stored.endswith("/"):
        return failed(
            f"Strapi's redirect URL is not one that it takes: {stored}",
            "Expected a whole address without a slash at the end.",
            CONFIGURE,
        )
    if wanted and stored != wanted:
        return _another_redirect(facts, stored, wanted)
    return passed(f"switched on; a login ends at {stored}")


def _another_redirect(facts: Facts, stored: str, wanted: str) -> Finding:
    detail = f"expected  {wanted}\nfound     {stored}"
    if facts.situation.layout == "one-origin" and facts.situation.generation in {"session", None}:
        return failed(
            "Strapi's redirect URL leads to another address",
            f"{detail}\nThe login's cookie belongs to the public address, so the page must be there too.",
            CONFIGURE,
        )
    return warned(
        "Strapi's redirect URL is another one",
        f"{detail}\nThe login ends there; if that page is yours, all is well.",
        CONFIGURE,
    )


def _not_looked_at() -> Finding:
    return skipped("not looked at: no administrator's credentials")


def credentials(facts: Facts) -> Finding:
    """Does Strapi hold a key and a secret that may be X's?"""
    if facts.admin.providers is None:
        return _not_looked_at()
    twitter = facts.admin.twitter
    key, secret = twitter.get("key"), twitter.get("secret")
    missing = [name for name, value in (("key", key), ("secret", secret)) if not value]
    advice = Advice("put the pair from X in", command="twitter-setup configure --key K --secret S")
    if missing or not isinstance(key, str) or not isinstance(secret, str):
        return failed(
            f"Strapi has no {' and no '.join(missing) or 'key and secret that are texts'}",
            "Without the pair X does not know which app is asking.",
            advice,
        )
    if key != key.strip() or secret != secret.strip() or " " in key + secret:
        return failed(
            "key or secret has blanks in it",
            "They were pasted with something around them; X refuses that (400, code 215).",
            advice,
        )
    given = facts.situation.options
    found = list(credential_shapes.warnings(key, secret))
    if given.key and given.secret and (given.key.reveal(), given.secret.reveal()) != (key, secret):
        found.append("Strapi holds another pair than the one that is given here.")
    if found:
        return warned(found[0].rstrip("."), "\n".join(found[1:]), advice)
    return passed("Strapi holds a key and a secret of the usual form")


def callback(facts: Facts) -> Finding:
    """Does the running Strapi have the public address: did the restart take?"""
    if facts.admin.providers is None:
        return _not_looked_at()
    found, wanted = facts.admin.twitter.get("redirectUri"), facts.situation.callback_url
    if wanted is None:
        return passed(f"Strapi's callback is {found}")
    if found == wanted:
        return passed(f"callback is {wanted}")
    return failed(
        "the running Strapi has another address",
        f"expected  {wanted}\nfound     {found}\nThe files are right, but Strapi has not read them since: "
        "X would be sent the old callback.",
        Advice("stop and start it, in the back end's folder", command="npm run develop"),
    )


# The pages


def redirect_page(facts: Facts) -> Finding:
    """Is the page there where a login ends, and does it finish the login?"""
    page, url = facts.redirect_page, facts.redirect_url
    if url is None:
        return skipped("there is no front end here, and no redirect URL is known")
    if page is None:
        return skipped(f"{url} is no web page: it is not asked for")
    if page.problem:
        return failed(f"{url} does not answer: {page.problem}", _PROBLEMS[page.problem], _start_frontend(facts))
    if page.status == 502:
        return failed(
            "the front end does not run",
            f"{url} answers HTTP 502: the gateway found nothing at the front end's port.",
            _start_frontend(facts),
        )
    if _blocked_by_vite(page):
        return failed(
            "the front end's dev server refuses the public host",
            f"{url} answers “Blocked request” (HTTP {page.status}).",
            Advice("lead the address to the gateway's port, which `tunnel` prints"),
        )
    if page.status >= 400:
        return failed(
            f"the redirect page is not there (HTTP {page.status})",
            f"{url} is where Strapi sends the browser at the end of a login.",
            Advice("add that page", url=login_code.DOCS),
            Advice("or name the one that you have", command="twitter-setup configure --redirect URL"),
        )
    return login_code.finding(facts, url)


def _start_frontend(facts: Facts) -> Advice:
    located = facts.situation.located
    frontend = located.frontend if located else None
    where = f" in {frontend.root}" if frontend else ""
    return Advice(f"start its dev server{where}", command="npm run dev")


def legal_pages(facts: Facts) -> Finding:
    """Can X and people reach the pages that the e-mail permission asks for?"""
    pages = facts.legal_pages
    if not pages:
        return skipped("no pages for terms and privacy are known: any public page of yours will do")
    wrong = [
        f"{url}: {page.problem or f'HTTP {page.status}'}"
        for url, page in pages.items()
        if page.problem or page.status >= 400
    ]
    if wrong:
        return warned(
            "a page for terms or privacy is not there",
            "\n".join([*wrong, "X wants both before it gives e-mail addresses, which Strapi needs."]),
            Advice("name pages that are there, in [portal] of twitter-setup.toml", command="twitter-setup init"),
        )
    return passed(f"terms and privacy are there: {', '.join(pages)}")
