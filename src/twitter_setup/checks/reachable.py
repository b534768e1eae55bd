"""The checks of what answers: Strapi on this machine, and at its public address."""

from __future__ import annotations

from collections.abc import Iterator

from twitter_setup.checks import unreachable as network
from twitter_setup.checks.explained import explained
from twitter_setup.checks.facts.remote import Facts
from twitter_setup.checks.facts.web import Page, Problem
from twitter_setup.checks.finding import Finding, failed, passed, skipped, unknown, warned
from twitter_setup.checks.unreachable import PROBLEMS
from twitter_setup.errors import Advice
from twitter_setup.ngrok import errors as ngrok_errors

NO_TUNNEL = Advice("open one", command="twitter-setup tunnel")
_NAME_IT = Advice("name the public address with --url")
CONFIGURE = Advice("write it", command="twitter-setup configure")
_BROWSER_PAGES = frozenset({"6022", "6024"})


def no_session() -> Finding:
    """For those after `tunnel`, which says what to do about it."""
    return skipped("there is no public address to ask")


def backend(facts: Facts) -> Finding:
    """Does Strapi answer here, and is it this project's?"""
    address, page = facts.address, facts.health
    if page.status == 204:
        who = f", {facts.listener.label}" if facts.listener else ""
        return passed(f"Strapi answers at {address}{who}")
    if facts.is_elsewhere:
        return network.no_answer(facts, page)
    if page.problem == "timeout":
        return unknown(
            f"what listens at {address} does not answer: timeout",
            PROBLEMS["timeout"],
            Advice("look at Strapi's terminal, then", command="twitter-setup verify backend"),
            explained("backend"),
        )
    if page.problem == "refused":
        return failed(
            f"Strapi does not answer at {address}",
            "Nothing listens there, so there is nothing to log in to.",
            Advice("in the back end's folder", command=facts.start_command),
            explained("backend"),
        )
    return failed(
        f"what answers at {address} is not a Strapi that has started",
        "Expected its /_health (204). Strapi may still be starting, or another program has its port.",
        Advice("wait until its terminal says that it has started"),
        explained("backend"),
    )


def tunnel(facts: Facts) -> Finding:
    """Do the parts of the session run, and does ngrok's edge find them?"""
    situation = facts.situation
    if situation.public_url is None:
        is_here = situation.located is not None
        return skipped(
            "no tunnel is open and no --url is given", NO_TUNNEL if is_here else _NAME_IT
        )
    if facts.is_direct:
        return skipped(f"the same address as backend: {situation.public_url}")
    for part in facts.dead_children:
        return failed(
            f"the {part} of the session has ended",
            "The session's own process should have started it again.",
            Advice("end that tunnel with Ctrl-C, then", command="twitter-setup tunnel"),
        )
    page = first_answer(facts)
    if page is None:
        return no_session()
    if page.ngrok_error == "8012" and facts.health.problem == "refused":
        return passed(f"{situation.public_url} is reached; behind it nothing answers")
    return _not_reached(facts, page) or passed(f"{situation.public_url} is reached")


def _not_reached(facts: Facts, page: Page) -> Finding | None:
    if _is_ngroks(page):
        known = ngrok_errors.sentence(f"ERR_NGROK_{page.ngrok_error}")
        return failed(
            f"ngrok answers instead of Strapi: ERR_NGROK_{page.ngrok_error} (HTTP {page.status})",
            _NGROK.get(page.ngrok_error, known),
            Advice("open the tunnel anew", command="twitter-setup tunnel"),
            Advice(
                "what it means", url=f"https://ngrok.com/docs/errors/err_ngrok_{page.ngrok_error}"
            ),
            explained("tunnel"),
        )
    if network.is_missing(page, facts):
        return network.missing(page, facts)
    if page.problem == "proxy":
        return network.no_proxy(page)
    if page.problem:
        return failed(
            f"{facts.situation.public_url} does not answer: {page.problem}",
            PROBLEMS[page.problem],
            *_reach_advice(facts, page.problem),
            explained("tunnel"),
        )
    return None


def first_answer(facts: Facts) -> Page | None:
    """Of the front page: the gateway lets what is Strapi's wait while Strapi does not run."""
    page = facts.front_page
    return facts.public_health if page is None or page.problem or _is_ngroks(page) else page


def _is_ngroks(page: Page) -> bool:
    """Ngrok answers, and not with its browser page."""
    return bool(page.ngrok_error) and page.ngrok_error not in _BROWSER_PAGES


_NGROK = {
    "3200": "The endpoint is offline: no agent publishes this address now.",
    "3004": "The gateway's answer was not one that ngrok understands.",
    "8012": "ngrok's agent runs, and nothing listens at the local port that it leads to.",
    "727": "The month's requests of the account are used up.",
    "734": "Too many requests in a minute.",
}


def _reach_advice(facts: Facts, problem: Problem) -> Iterator[Advice]:
    if facts.x_keys is not None and facts.x_keys.kind in {"unreachable", "untrusted"}:
        yield Advice("X is out of reach as well: look at the network, and at HTTPS_PROXY, first")
    if problem == "certificate":
        yield network.AUTHORITY
    if facts.is_elsewhere:
        yield network.LOOK_AFTER_IT
    elif facts.situation.reach == "url":
        yield Advice("look after your own tunnel or proxy; it must lead to this machine")
    else:
        yield Advice("open the tunnel anew", command="twitter-setup tunnel")


def public_url(facts: Facts) -> Finding:
    """Is it this Strapi that answers at the public address?"""
    page = facts.public_health
    if page is None:
        return no_session()
    url = facts.situation.public_url
    if page.status == 204:
        return passed(f"Strapi answers at {url}")
    summary, detail, advice = _what_else(page, url or "", facts)
    return failed(summary, detail, advice, explained("public-url"))


def _what_else(page: Page, url: str, facts: Facts) -> tuple[str, str, Advice]:
    """What answers at the public address in Strapi's place."""
    which_port = Advice("see whether it leads to the right port", command="twitter-setup status")
    if facts.is_elsewhere:
        which_port = network.LOOK_AFTER_IT
    if page.problem:
        return (
            f"Strapi is not reached through {url}: {page.problem}",
            f"It answers at {facts.address}, and not through the public address.",
            which_port,
        )
    if page.status == 421:
        return (
            f"{url} leads to a gateway of another address (HTTP 421)",
            "The gateway answers only to the name that it was started for.",
            Advice("open the tunnel anew", command="twitter-setup tunnel"),
        )
    if blocked_by_vite(page):
        return (
            f"a Vite dev server answers at {url}, and refuses the host",
            f"Expected Strapi's /_health (204); found “Blocked request” (HTTP {page.status}): the address "
            "leads to the front end, past the gateway.",
            Advice("lead it to the gateway's port, which `tunnel` prints"),
        )
    if page.status in {502, 503, 504}:
        return (
            f"{url} is reached, but Strapi is not behind it (HTTP {page.status})",
            "The way ends before Strapi: the gateway, tunnel or proxy found nothing at Strapi's port.",
            which_port,
        )
    return (
        f"what answers at {url} is not this Strapi (HTTP {page.status})",
        "Expected Strapi's /_health, which is 204 without content.",
        which_port,
    )


def blocked_by_vite(page: Page) -> bool:
    return page.status == 403 and "is not allowed" in page.text and "allowedHosts" in page.text


def is_for_all(facts: Facts, page: Page) -> bool:
    """What refuses this page refuses everything at the public address: `public-url` says so, or `backend`."""
    health, url = facts.public_health, facts.situation.public_url
    if health is None or not url or not page.url.startswith(url):
        return False
    if facts.is_direct and (health.problem or page.status == health.status in network.PROXYS):
        return True
    return page.status == health.status and (
        page.status == 421
        or page.ngrok_error == health.ngrok_error == "8012"
        or (blocked_by_vite(page) and blocked_by_vite(health))
    )


def browser_page(facts: Facts) -> Finding:
    """Does a page of ngrok's stand before the app?"""
    page = facts.front_page
    if page is None:
        return no_session()
    if page.ngrok_error in _BROWSER_PAGES:
        return _page_of_ngroks(facts, page)
    if is_for_all(facts, page):
        return skipped("no page of the app comes through")
    if blocked_by_vite(page):
        return failed(
            "the front end's dev server refuses the public host",
            f"Vite answers “Blocked request” (HTTP {page.status}): the address leads to it past the gateway.",
            Advice("lead it to the gateway's port, which `tunnel` prints"),
        )
    if page.problem:
        return unknown(
            f"{page.url} does not answer: {page.problem}",
            PROBLEMS[page.problem],
            Advice("run it again", command="twitter-setup verify browser-page"),
        )
    return passed("no page stands before the app")


def _page_of_ngroks(facts: Facts, page: Page) -> Finding:
    if page.ngrok_error == "6022":
        return failed(
            "ngrok shows a warning page to every browser (ERR_NGROK_6022)",
            "It serves no pages for an account that is not verified, or without an authtoken.",
            Advice("sign up, and set NGROK_AUTHTOKEN", url="https://dashboard.ngrok.com/signup"),
        )
    said = "the free plan's browser page comes first (ERR_NGROK_6024)"
    if facts.situation.layout == "one-origin":
        return warned(
            said,
            "Each person clicks “Visit Site” once; its cookie then holds for pages and requests alike.",
            Advice("for daily work without it", command="twitter-setup tunnel --local"),
            explained("browser-page"),
        )
    return failed(
        said,
        "The front end's own requests come from another address: they get that page instead of "
        "Strapi's answer, and look like a CORS error (measured).",
        Advice("give both ends one address", command="twitter-setup tunnel"),
        explained("browser-page"),
    )
