"""Strapi's refusals in our words, by status and place; its own text is never repeated unread. Pure."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from twitter_setup.addresses.redirect_url import printable
from twitter_setup.errors import Advice, ErrorCode, SetupError
from twitter_setup.project import packages

UNCHANGED = "Nothing was changed in Strapi."
_PERMISSION = "plugin::users-permissions.providers"


class Unanswered(SetupError):
    """Asked, and no answer of Strapi's came: it may have done what was asked, or do it later."""


def unanswered(problem: SetupError) -> Unanswered:
    return Unanswered(
        problem.code, problem.message, advice=problem.advice, unchanged=problem.unchanged
    )


def _error(code: ErrorCode, message: str, *advice: Advice) -> SetupError:
    return SetupError(code, message, advice=advice, unchanged=UNCHANGED)


def down(address: str, reason: str, *, start_command: str) -> SetupError:
    """`start_command` is '' for a Strapi that does not run on this machine."""
    start = Advice("start it in the back end's folder", command=start_command)
    elsewhere = Advice("is the address right, and does it run?", url=address)
    return _error(
        "strapi_down",
        f"Strapi does not answer at {address} ({reason}).",
        start if start_command else elsewhere,
    )


def starting(address: str, reason: str) -> SetupError:
    return _error(
        "strapi_down",
        f"Something listens at {address} and does not answer ({reason}): Strapi may still be starting.",
        Advice("wait until its terminal says that it has started, then run this again"),
    )


def not_yet(address: str) -> SetupError:
    return _error(
        "strapi_down",
        f"Strapi does not answer at {address} yet, but it runs: it is still starting, or has stopped at "
        "an error.",
        Advice("look at its terminal; once it says that it has started, run this again"),
    )


def untrusted(address: str, reason: str) -> SetupError:
    return _error(
        "strapi_error",
        f"The certificate of {address} is not trusted ({reason}), so nothing was sent there.",
        Advice("with an authority of your own, name its file", command="SSL_CERT_FILE=ca.pem"),
    )


def no_tls(address: str) -> SetupError:
    return _error(
        "strapi_error",
        f"No secure connection to {address} came about: what answers there may not speak https.",
        Advice("on this machine Strapi is at http://; elsewhere look at its certificate"),
    )


def no_client(problem: str) -> SetupError:
    """The environment, or the address, keeps us from asking at all."""
    return _error(
        "usage",
        f"Strapi cannot be asked: {problem}.",
        Advice("mend that, then run this again"),
    )


def redirected(address: str, location: str) -> SetupError:
    """Where to, without what may be a token in its query."""
    try:
        parts = urlsplit(location)
        place = f":{parts.port}" if parts.port else ""
        target = f"{parts.scheme}://{parts.hostname}{place}" if parts.hostname else parts.path
    except ValueError:
        target = ""
    target = printable(target) or "elsewhere"
    return _error(
        "strapi_error",
        f"{address} answers with a redirect to {target}, which was not followed: it would take the "
        "credentials along.",
        Advice("if Strapi is there, name that address with --strapi"),
    )


def not_strapi(address: str, why: str) -> SetupError:
    return _error(
        "strapi_error",
        f"What answers at {address} is not Strapi as we know it: {why}.",
        Advice("name the back end's port with --port, or its address with --strapi"),
    )


def no_admin(address: str) -> SetupError:
    return _error(
        "strapi_no_admin",
        f"The Strapi at {address} has no administrator yet.",
        Advice("make the first one, then run this again", url=f"{address}/admin"),
    )


def no_twitter(address: str) -> SetupError:
    return _error(
        "strapi_error",
        f"The Strapi at {address} has no provider called twitter: its code may have removed it.",
        Advice("look for `purest`, `grant` or `providers-registry` in its src/extensions"),
    )


def no_redirect_uri(address: str) -> SetupError:
    return _error(
        "unsupported_version",
        f"The Strapi at {address} does not say the callback URL of its twitter provider, as versions "
        "before 4 do not.",
        Advice("upgrade it to Strapi 4 or 5 first"),
    )


def no_token() -> SetupError:
    return _error(
        "strapi_error",
        "Strapi's login answered without a token.",
        Advice("give an admin token instead of e-mail and password"),
    )


def not_a_header() -> SetupError:
    return _error(
        "usage",
        "The admin token has characters in it that no token has.",
        Advice("copy it again, as plain text"),
    )


def refusal(
    method: str,
    path: str,
    status: int,
    headers: Mapping[str, str],
    *,
    by_token: bool,
    manager: str = "npm",
) -> SetupError:
    if status == 429:
        return _rate_limited(headers)
    if path == "/admin/login":
        return _login(status)
    if status == 401:
        return _token(by_token=by_token)
    if status == 403:
        return _forbidden(method)
    if status == 404 and path == "/users-permissions/providers":
        return _no_plugin(manager)
    return _other(path, status)


def _rate_limited(headers: Mapping[str, str]) -> SetupError:
    when = _next_try(headers.get("X-RateLimit-Reset", ""))
    return _error(
        "strapi_rate_limited",
        f"Strapi allows {_limit(headers)} admin logins in five minutes, and they are used up.{when}",
        Advice(
            f"wait {'until then' if when else 'five minutes'}, or give an admin token (Settings → Admin "
            "Tokens, Strapi 5.47 and newer), which has no limit, in the environment",
            command="STRAPI_ADMIN_TOKEN",
        ),
    )


def _limit(headers: Mapping[str, str]) -> str:
    given = headers.get("X-RateLimit-Limit", "")
    return given if given.isdecimal() and given != "5" and len(given) < 7 else "five"


def _next_try(reset: str) -> str:
    """`reset` is in seconds since 1970."""
    try:
        at = float(reset)
        clock = datetime.fromtimestamp(at).astimezone()
    except (ValueError, OverflowError, OSError):
        return ""
    seconds = max(0, round(at - time.time()))
    return f" The next one is possible at {clock:%H:%M:%S}, in {seconds} s."


def _login(status: int) -> SetupError:
    if status == 400:
        return _error(
            "strapi_auth",
            "Strapi refuses this e-mail and password (HTTP 400).",
            Advice(
                "check both (STRAPI_ADMIN_EMAIL and STRAPI_ADMIN_PASSWORD, if they are set); Strapi "
                "allows five tries in five minutes"
            ),
            Advice(
                "or set a new password, in the back end's folder",
                command="npx strapi admin:reset-user-password",
            ),
        )
    if status in {401, 403}:
        return _error(
            "strapi_auth",
            f"Strapi does not let this administrator in by password (HTTP {status}): single sign-on only.",
            Advice("make an admin token (Settings → Admin Tokens) and give it: --admin-token"),
        )
    if status == 500:
        return _error(
            "strapi_error",
            "Strapi failed at the admin login (HTTP 500): perhaps its cookie is for https only.",
            Advice("its terminal then says: Cannot send secure cookie over unencrypted connection"),
            Advice(
                "an admin token needs no cookie (STRAPI_ADMIN_TOKEN, Strapi 5.47 and newer); or write "
                "auth: { cookie: { secure: false } } in config/admin, for development"
            ),
        )
    return _other("/admin/login", status)


def _token(*, by_token: bool) -> SetupError:
    if not by_token:
        message = "Strapi does not take the login that it has just given (HTTP 401)."
        advice = Advice("run this again")
    else:
        message = (
            "Strapi refuses this admin token (HTTP 401): it is wrong, has expired, or is of the wrong "
            "kind."
        )
        advice = Advice(
            "an API token is the wrong kind: make an admin token, under Settings → Admin Tokens "
            "(Strapi 5.47 and newer), or give e-mail and password"
        )
    return _error(
        "strapi_auth",
        message,
        advice,
    )


def _forbidden(method: str) -> SetupError:
    wanted, verb = ("update", "change") if method == "PUT" else ("read", "read")
    return _error(
        "strapi_forbidden",
        f"This administrator may not {verb} the providers ({_PERMISSION}.{wanted}).",
        Advice(
            "give it under Settings → Administration Panel → Roles → Plugins → Users-Permissions "
            f"→ Providers → {wanted} (for a token: in the token's own permissions), or sign in as "
            "a Super Admin"
        ),
    )


def _no_plugin(manager: str) -> SetupError:
    return _error(
        "strapi_no_plugin",
        "This Strapi runs no users-permissions plugin, so it has no providers to log in with.",
        Advice(
            "install it",
            command=packages.install_command(manager, "@strapi/plugin-users-permissions"),
        ),
        Advice("or, if it is installed, switch it on in config/plugins and restart Strapi"),
    )


def _not_reached(path: str, status: int) -> SetupError:
    return _error(
        "strapi_error",
        f"{path} was answered with HTTP {status}: a proxy in front of Strapi does not reach it, or it "
        "is just starting.",
        Advice("wait a moment, then run this again; else look at what that proxy logs"),
    )


def _other(path: str, status: int) -> SetupError:
    if status in {502, 504}:  # the proxy has asked it, and got no answer
        return unanswered(_not_reached(path, status))
    if status == 503:
        return _not_reached(path, status)
    return _error(
        "strapi_error",
        f"Strapi answered {path} with HTTP {status}.",
        Advice("look at what Strapi says in its own terminal"),
    )
