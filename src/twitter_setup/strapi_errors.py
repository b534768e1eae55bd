"""Strapi's refusals in our words, by status and place; its own text is never repeated unread. Pure."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from twitter_setup.errors import Advice, SetupError
from twitter_setup.redirect_url import printable

UNCHANGED = "Nothing was changed in Strapi."
_PERMISSION = "plugin::users-permissions.providers"


def down(address: str, reason: str, *, is_local: bool) -> SetupError:
    start = Advice("start it in the back end's folder", command="npm run develop")
    elsewhere = Advice("is the address right, and does it run?", url=address)
    return SetupError(
        "strapi_down",
        f"Strapi does not answer at {address} ({reason}).",
        advice=[start if is_local else elsewhere],
        unchanged=UNCHANGED,
    )


def starting(address: str, reason: str) -> SetupError:
    return SetupError(
        "strapi_down",
        f"Something listens at {address} and does not answer ({reason}): Strapi may still be starting.",
        advice=[Advice("wait until its terminal says that it has started, then run this again")],
        unchanged=UNCHANGED,
    )


def not_yet(address: str) -> SetupError:
    return SetupError(
        "strapi_down",
        f"Strapi does not answer at {address} yet, but it runs: it is still starting, or has stopped at "
        "an error.",
        advice=[Advice("look at its terminal; once it says that it has started, run this again")],
        unchanged=UNCHANGED,
    )


def untrusted(address: str, reason: str) -> SetupError:
    return SetupError(
        "strapi_error",
        f"The certificate of {address} is not trusted ({reason}), so nothing was sent there.",
        advice=[
            Advice("with an authority of your own, name its file", command="SSL_CERT_FILE=ca.pem")
        ],
        unchanged=UNCHANGED,
    )


def no_tls(address: str) -> SetupError:
    return SetupError(
        "strapi_error",
        f"No secure connection to {address} came about: what answers there may not speak https.",
        advice=[Advice("on this machine Strapi is at http://; elsewhere look at its certificate")],
        unchanged=UNCHANGED,
    )


def no_client(problem: str) -> SetupError:
    """The environment, or the address, keeps us from asking at all."""
    return SetupError(
        "usage",
        f"Strapi cannot be asked: {problem}.",
        advice=[Advice("mend that, then run this again")],
        unchanged=UNCHANGED,
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
    return SetupError(
        "strapi_error",
        f"{address} answers with a redirect to {target}, which was not followed: it would take the "
        "credentials along.",
        advice=[Advice("if Strapi is there, name that address with --strapi")],
        unchanged=UNCHANGED,
    )


def not_strapi(address: str, why: str) -> SetupError:
    return SetupError(
        "strapi_error",
        f"What answers at {address} is not Strapi as we know it: {why}.",
        advice=[Advice("name the back end's port with --port, or its address with --strapi")],
        unchanged=UNCHANGED,
    )


def no_admin(address: str) -> SetupError:
    return SetupError(
        "strapi_no_admin",
        f"The Strapi at {address} has no administrator yet.",
        advice=[Advice("make the first one, then run this again", url=f"{address}/admin")],
        unchanged=UNCHANGED,
    )


def no_twitter(address: str) -> SetupError:
    return SetupError(
        "strapi_error",
        f"The Strapi at {address} has no provider called twitter: its code may have removed it.",
        advice=[Advice("look for `purest`, `grant` or `providers-registry` in its src/extensions")],
        unchanged=UNCHANGED,
    )


def no_redirect_uri(address: str) -> SetupError:
    return SetupError(
        "unsupported_version",
        f"The Strapi at {address} does not say the callback URL of its twitter provider, as versions "
        "before 4 do not.",
        advice=[Advice("upgrade it to Strapi 4 or 5 first")],
        unchanged=UNCHANGED,
    )


def no_token() -> SetupError:
    return SetupError(
        "strapi_error",
        "Strapi's login answered without a token.",
        advice=[Advice("give an admin token instead of e-mail and password")],
        unchanged=UNCHANGED,
    )


def not_a_header() -> SetupError:
    return SetupError(
        "usage",
        "The admin token has characters in it that no token has.",
        advice=[Advice("copy it again, as plain text")],
        unchanged=UNCHANGED,
    )


def refusal(
    method: str, path: str, status: int, headers: Mapping[str, str], *, by_token: bool
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
        return _no_plugin()
    return _other(path, status)


def _rate_limited(headers: Mapping[str, str]) -> SetupError:
    return SetupError(
        "strapi_rate_limited",
        f"Strapi allows {_limit(headers)} admin logins in five minutes, and they are used up."
        + _next_try(headers.get("X-RateLimit-Reset", "")),
        advice=[
            Advice(
                "wait until then, or give an admin token (Settings → Admin Tokens, Strapi 5.46 and "
                "newer), which has no limit, in the environment",
                command="STRAPI_ADMIN_TOKEN",
            )
        ],
        unchanged=UNCHANGED,
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
        return SetupError(
            "strapi_auth",
            "Strapi refuses this e-mail and password (HTTP 400).",
            advice=[
                Advice(
                    "check both (STRAPI_ADMIN_EMAIL and STRAPI_ADMIN_PASSWORD, if they are set); Strapi "
                    "allows five tries in five minutes"
                ),
                Advice(
                    "or set a new password, in the back end's folder",
                    command="npx strapi admin:reset-user-password",
                ),
            ],
            unchanged=UNCHANGED,
        )
    if status in {401, 403}:
        return SetupError(
            "strapi_auth",
            f"Strapi does not let this administrator in by password (HTTP {status}): single sign-on only.",
            advice=[
                Advice("make an admin token (Settings → Admin Tokens) and give it: --admin-token")
            ],
            unchanged=UNCHANGED,
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
            "(Strapi 5.46 and newer), or give e-mail and password"
        )
    return SetupError("strapi_auth", message, advice=[advice], unchanged=UNCHANGED)


def _forbidden(method: str) -> SetupError:
    wanted, verb = ("update", "change") if method == "PUT" else ("read", "read")
    return SetupError(
        "strapi_forbidden",
        f"This administrator may not {verb} the providers ({_PERMISSION}.{wanted}).",
        advice=[
            Advice(
                "give it under Settings → Administration Panel → Roles → Plugins → Users-Permissions "
                f"→ Providers → {wanted} (for a token: in the token's own permissions), or sign in as "
                "a Super Admin"
            )
        ],
        unchanged=UNCHANGED,
    )


def _no_plugin() -> SetupError:
    return SetupError(
        "strapi_no_plugin",
        "This Strapi has no users-permissions plugin, so it has no providers to log in with.",
        advice=[
            Advice("install it", command="npm install @strapi/plugin-users-permissions"),
        ],
        unchanged=UNCHANGED,
    )


def _not_reached(path: str, status: int) -> SetupError:
    return SetupError(
        "strapi_error",
        f"{path} was answered with HTTP {status}: a proxy in front of Strapi does not reach it, or it "
        "is just starting.",
        advice=[Advice("wait a moment, then run this again; else look at what that proxy logs")],
        unchanged=UNCHANGED,
    )


def _other(path: str, status: int) -> SetupError:
    if status in {502, 503, 504}:
        return _not_reached(path, status)
    return SetupError(
        "strapi_error",
        f"Strapi answered {path} with HTTP {status}.",
        advice=[Advice("look at what Strapi says in its own terminal")],
        unchanged=UNCHANGED,
    )
