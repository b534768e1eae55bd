"""The check `connect`: the first hop of a login, Strapi's answers to it in plain words.

Each generation of Strapi says the same things in its own way (reference: 4.x to 5.50 by `grant`, 5.51
and newer by code of its own, where a refusal of X's is an HTTP 500 without a reason).
"""

from __future__ import annotations

import json
import re
from urllib.parse import SplitResult, parse_qsl, urlsplit

from twitter_setup.checks.explained import explained
from twitter_setup.checks.facts.remote import Facts
from twitter_setup.checks.facts.web import Page
from twitter_setup.checks.finding import Finding, failed, passed, skipped, unknown, warned
from twitter_setup.checks.login import no_way_to_x
from twitter_setup.checks.reachable import CONFIGURE, no_session
from twitter_setup.errors import Advice
from twitter_setup.project import packages
from twitter_setup.x.answers import without_tokens

_TO_X = re.compile(r"/oauth/auth(?:enticate|orize)$")


def connect(facts: Facts) -> Finding:
    """Does the public address lead a browser to X, with a token of X's and a session of Strapi's?"""
    page = facts.connect
    if page is None:
        return no_session()
    if page.problem:
        return unknown(
            f"{page.url} does not answer: {page.problem}",
            "Strapi asks X before it answers: X may be slow, or Strapi cannot reach it from its machine.",
            Advice("run it again", command="twitter-setup verify connect"),
            *(no_way_to_x.PROXY, no_way_to_x.DNS),
        )
    if page.ngrok_error == "8012":
        return skipped("nothing answers behind the public address")
    if page.status in {301, 302, 303, 307, 308}:
        return _redirected(facts, page)
    if page.status in {404, 500}:
        return _broken(facts) if page.status == 500 else _not_there(facts, page)
    return _JUDGES.get(page.status, _unexpected)(page)


def _unexpected(page: Page) -> Finding:
    return failed(
        f"{page.url} answers HTTP {page.status}",
        "Expected a redirect to X.",
        Advice("look at what Strapi says in its own terminal"),
        explained("connect"),
    )


def _redirected(facts: Facts, page: Page) -> Finding:
    target = urlsplit(page.location)
    query = dict(parse_qsl(target.query, keep_blank_values=True))
    if _TO_X.search(target.path) and query.get("oauth_token"):
        if page.session_cookie is None:
            return failed(
                "Strapi sends the browser to X without setting its session cookie",
                "Without it Strapi does not know the person again when X sends them back.",
                Advice("is strapi::session in config/middlewares, before what answers?"),
                explained("session-middleware"),
            )
        return passed(f"the browser is sent to {target.netloc} with a token")
    reason = _reason(target, query)
    if reason:
        return _refused(facts, reason)
    return failed(
        f"the browser is sent to {target.netloc or 'another page'}{target.path}, not to X",
        "Expected a redirect to X's /oauth/authenticate.",
        Advice("look at what Strapi says in its own terminal"),
    )


def _reason(target: SplitResult, query: dict[str, str]) -> str:
    """What the redirect says went wrong: `error=…`, `error[errors][0][code]=32`, or X's XML, garbled."""
    parts = [value or name for name, value in query.items() if name.startswith("error")]
    return " ".join(parts) if parts else ("error" if "error" in target.query else "")


def _refused(facts: Facts, reason: str) -> Finding:
    """X's refusals arrive in the redirect on 4.x to 5.50."""
    if "missing session" in reason or "token mismatch" in reason:
        return failed(
            f"Strapi lost the session: “{without_tokens(reason)}”",
            "The login must begin, and come back, on one host.",
            Advice("give both ends one address", command="twitter-setup tunnel"),
            explained("connect"),
        )
    if no_way_to_x.is_said_by(reason):
        return no_way_to_x.finding(without_tokens(reason), x_answers_here=_answers_here(facts))
    if reason == "error" and _answers_here(facts):  # Node has no words if each address failed
        return no_way_to_x.finding("", x_answers_here=True)
    numbers = re.findall(r"\b(32|89|135|215|415|416|417|453)\b", reason)
    code = f", code {numbers[0]}" if numbers else ""
    return failed(
        f"X refuses Strapi's request{code}",
        f"Strapi sends the browser back with: {without_tokens(reason)}",
        Advice("see which of the two it is", command="twitter-setup verify x-keys x-callback"),
        explained("connect"),
    )


def _bad_request(page: Page) -> Finding:
    said = _message(page)
    if "disabled" in said:
        return failed(
            "the provider twitter is switched off in Strapi", f"Strapi says: {said}", CONFIGURE
        )
    if "session" in said:
        return failed(
            "Strapi has no session middleware",
            f"Strapi says: {said}",
            Advice("add 'strapi::session' to config/middlewares, and restart Strapi"),
            explained("session-middleware"),
        )
    if "callback" in said.lower():
        return failed(
            "Strapi's redirect URL is missing or wrong", f"Strapi says: {said}", CONFIGURE
        )
    return failed(
        "Strapi refuses to begin the login (HTTP 400)",
        f"Strapi says: {said or 'nothing'}",
        Advice("look at what Strapi says in its own terminal"),
    )


def _forbidden(page: Page) -> Finding:
    return failed(
        f"Strapi does not let the public begin a login (HTTP {page.status})",
        "The Public role has lost its permission `auth.connect`, which it has in a new project.",
        Advice(
            "in the admin panel: Settings → Users & Permissions → Roles → Public → Users-permissions → "
            "Auth: connect and callback on"
        ),
        explained("connect"),
    )


def _not_there(facts: Facts, page: Page) -> Finding:
    return failed(
        f"{page.url} is not there (HTTP 404)",
        "Strapi serves it by its users-permissions plugin, below the API prefix of config/api.",
        Advice(
            "is the plugin installed?",
            command=packages.install_command(
                facts.package_manager, "@strapi/plugin-users-permissions"
            ),
        ),
        Advice("and is it switched on? see config/plugins"),
        Advice(
            "is the prefix right? compare with the redirect URI that Strapi's provider form shows"
        ),
        explained("connect"),
    )


def _too_often(page: Page) -> Finding:
    del page
    return warned(
        "Strapi allows ten of these requests a minute, and they are used up (HTTP 429)",
        "That says nothing about the login itself.",
        Advice("wait a minute, then", command="twitter-setup verify connect"),
    )


_JUDGES = {400: _bad_request, 401: _forbidden, 403: _forbidden, 429: _too_often}


def _broken(facts: Facts) -> Finding:
    """5.51 and later: X's refusal, no way to X, or Strapi's own cookie that may not be sent."""
    answers = [answer for answer in (facts.x_keys, facts.x_callback) if answer is not None]
    refused = [answer.kind for answer in answers if answer.kind != "accepted"]
    if refused:
        return failed(
            f"Strapi answers HTTP 500: X refuses its request ({refused[0]})",
            "Since 5.51 Strapi does not say why; X was asked the same just now.",
            Advice("see", command="twitter-setup verify x-keys x-callback"),
        )
    advice = [
        Advice("look at what Strapi says in its own terminal"),
        Advice("“fetch failed”: Strapi cannot reach X from its machine, for one of these reasons"),
        *(no_way_to_x.PROXY, no_way_to_x.AUTHORITY, no_way_to_x.DNS),
        Advice(
            "“Cannot send secure cookie”: trust the proxy, in config/server: proxy: { koa: true }"
        ),
    ]
    if not answers:
        advice.insert(
            0,
            Advice(
                "most often X refused the key, the secret or the callback; to see, give the pair",
                command="TWITTER_API_KEY=… TWITTER_API_SECRET=… twitter-setup verify x-keys x-callback",
            ),
        )
    elif facts.admin.providers is None:
        how = "mend what `admin` says" if facts.admin.problem else "give an administrator's token"
        advice.insert(
            0,
            Advice(
                "X accepts the pair that is given here; Strapi may hold another one, or another "
                f"address: to compare, {how}",
                command="STRAPI_ADMIN_TOKEN=… twitter-setup verify credentials callback",
            ),
        )
    though = ", though X accepts the same request from here" if answers else ""
    return failed(
        f"Strapi answers HTTP 500 instead of a redirect to X{though}",
        "It could not reach X or get a token from it, or not keep the token in its session.",
        *advice,
        explained("connect"),
    )


def _answers_here(facts: Facts) -> bool:
    return facts.x_keys is not None and facts.x_keys.status is not None


def _message(page: Page) -> str:
    """Strapi's own words, `{"error": {"message": …}}`."""
    try:
        said = json.loads(page.text)["error"]["message"]
    except (ValueError, KeyError, TypeError):
        return ""
    return without_tokens(str(said))
