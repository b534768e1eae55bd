"""The checks of what Strapi holds, by its admin API."""

from __future__ import annotations

from twitter_setup.addresses import redirect_url
from twitter_setup.addresses.parts import origin_of
from twitter_setup.addresses.public_url import shown, without_password
from twitter_setup.checks.explained import explained
from twitter_setup.checks.facts.remote import Facts
from twitter_setup.checks.finding import Finding, failed, passed, skipped, unknown, warned
from twitter_setup.checks.reachable import CONFIGURE
from twitter_setup.errors import Advice, SetupError
from twitter_setup.strapi.api import Credentials
from twitter_setup.x import credential_shapes

_GIVE_CREDENTIALS = Advice(
    "to look at what Strapi has stored, set STRAPI_ADMIN_TOKEN, or STRAPI_ADMIN_EMAIL and "
    "STRAPI_ADMIN_PASSWORD, in the environment"
)
_WHY_CALLBACK = "Strapi makes it from server.url, as it was when Strapi was started"
# What says nothing of the setting itself.
_NOT_KNOWN = frozenset({"strapi_rate_limited", "strapi_down", "strapi_error"})


def admin(facts: Facts) -> Finding:
    """Does the admin API let us look?"""
    if not Credentials.of(facts.situation.options).are_given:
        return skipped("no administrator's credentials are given", _GIVE_CREDENTIALS)
    problem = facts.admin.problem
    if problem is None:
        email = facts.situation.options.admin_email
        who = email if email and facts.situation.options.admin_token is None else "an admin token"
        return passed(f"the admin API lets us look, as {who}")
    judge = unknown if problem.code in _NOT_KNOWN else failed
    return judge(
        _first_line(problem),
        "The setting in Strapi could not be looked at.",
        *problem.advice,
        explained("admin"),
    )


def _first_line(problem: SetupError) -> str:
    return problem.message.rstrip(".")


def provider(facts: Facts) -> Finding:
    """Is the login switched on, and where does it end?"""
    if facts.admin.providers is None:
        return _not_looked_at(facts)
    twitter, wanted = facts.admin.twitter, facts.wanted_redirect_url
    stored = twitter.get("callback")
    if not twitter.get("enabled"):
        return failed(
            "the provider twitter is switched off in Strapi",
            "Strapi answers “This provider is disabled” to everybody who wants to log in.",
            Advice("switch it on", command="twitter-setup configure"),
            explained("provider"),
        )
    if not isinstance(stored, str) or not stored:
        return failed(
            "Strapi has no redirect URL",
            "It does not know where to send the browser at the end (“Provider callback URL is not "
            "configured”).",
            CONFIGURE,
            explained("provider"),
        )
    if not redirect_url.is_taken(stored):
        return failed(
            f"Strapi's redirect URL is not one that it takes: {shown(stored)}",
            "Expected a whole address without a slash at the end.",
            CONFIGURE,
            explained("provider"),
        )
    if wanted and origin_of(stored) != origin_of(
        wanted
    ):  # which page of it, is the app's own matter
        return _another_redirect(facts, stored, wanted)
    return passed(f"switched on; a login ends at {without_password(stored)}")


def _another_redirect(facts: Facts, stored: str, wanted: str) -> Finding:
    detail = f"Expected  {wanted}\nFound     {without_password(stored)}"
    if facts.loses_cookie(stored):
        return failed(
            "Strapi's redirect URL leads to another address",
            f"{detail}\nThe login's cookie belongs to the public address, so the page must be there too.",
            CONFIGURE,
            explained("provider"),
        )
    return warned(
        "Strapi's redirect URL is another one",
        f"{detail}\nThe login ends there; if that page is yours, all is well.",
        CONFIGURE,
    )


def _not_looked_at(facts: Facts) -> Finding:
    """`admin` says what to do about it."""
    if facts.admin.problem is None:
        return skipped("not looked at: no administrator's credentials")
    return skipped("not looked at: the admin API did not let us")


def credentials(facts: Facts) -> Finding:
    """Does Strapi hold a key and a secret that may be X's?"""
    if facts.admin.providers is None:
        return _not_looked_at(facts)
    twitter = facts.admin.twitter
    key, secret = twitter.get("key"), twitter.get("secret")
    if not (key or secret or twitter.get("enabled")):
        return skipped("there is nothing yet: one `configure` does this and the switch")
    missing = [name for name, value in (("key", key), ("secret", secret)) if not value]
    advice = Advice("put the pair from X in", command="twitter-setup configure --key K --secret S")
    if missing or not isinstance(key, str) or not isinstance(secret, str):
        return failed(
            f"Strapi has no {' and no '.join(missing) or 'key and secret that are texts'}",
            "Without the pair X does not know which app is asking.",
            advice,
            explained("credentials"),
        )
    if key != key.strip() or secret != secret.strip() or " " in key + secret:
        return failed(
            "key or secret has blanks in it",
            "They were pasted with something around them; X refuses that (400, code 215).",
            advice,
            explained("credentials"),
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
        return _not_looked_at(facts)
    found, wanted = facts.admin.twitter.get("redirectUri"), facts.callback_url
    if wanted is None:
        return passed(f"Strapi's callback is {found}")
    if found == wanted:
        return passed(f"callback is {wanted}")
    url = facts.server_url
    is_in_files = url is not None and url.kind == "known"
    why = (
        "The files are right, but Strapi has not read them since" if is_in_files else _WHY_CALLBACK
    )
    return failed(
        "the running Strapi has another address",
        f"Expected  {wanted}\nFound     {without_password(str(found))}\n"
        f"{why}: X would be sent the old callback.",
        Advice(
            "stop Strapi with Ctrl-C, and start it again in the back end's folder",
            command=facts.start_command,
        )
        if is_in_files
        else Advice("set the public address there as server.url, and restart Strapi"),
        explained("callback"),
    )
