"""The redirect URL: the front-end page where Strapi sends the browser at the end of a login. Pure."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from twitter_setup.errors import Advice, SetupError
from twitter_setup.public_url import shown

DEFAULT_PATH = "/connect/twitter/redirect"
# What Strapi's admin form accepts (Providers, `callback`), in every version from 4 on.
_ACCEPTED = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/$.?#](?:\S*[^\s/$.?#])?", re.IGNORECASE)
_NO_PAGES = frozenset({"javascript", "data", "vbscript", "file", "blob", "about"})


def printable(text: str) -> str:
    """Without what would move a terminal's cursor, change its colours or turn its text around."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def path_of(setting: str | None) -> str:
    """`[frontend] redirect_path`, or the path of Strapi's guide; with a slash in front."""
    return "/" + (setting or DEFAULT_PATH).lstrip("/")


def parse(text: str) -> str:
    """Read an absolute URL without query and without a slash at the end; raises `usage`.

    An app's own scheme (`cafe://login`) will do. Strapi 5.51 and newer wipes a query that is in it.
    """
    url = text.strip()
    if not url:
        raise _wrong("is empty")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise _wrong(f"is not an address: {printable(shown(url))}") from None
    if not url.isprintable():
        raise _wrong(f"has signs in it that no address has: {printable(shown(url))}")
    if not parts.scheme or "://" not in url:
        raise _wrong(
            f"is not a whole address: {shown(url)}",
            _fixed(f"http://localhost:3000/{url.lstrip('/')}"),
        )
    if parts.scheme.lower() in _NO_PAGES or not parts.netloc:
        raise _wrong(f"names no page: {shown(url)}")
    if "@" in parts.netloc:
        raise _wrong("has a user name or password in it")
    if "?" in url or "#" in url:
        raise _wrong(
            "has a query or a fragment in it, which Strapi removes",
            _fixed(re.split(r"[?#]", url)[0]),
        )
    if url.endswith("/"):
        raise _wrong("has a slash at the end, which Strapi refuses", _fixed(url.rstrip("/")))
    if not is_taken(url):
        raise _wrong(f"is not an address that Strapi takes: {shown(url)}")
    return url


def is_taken(url: str) -> bool:
    """Whether Strapi's admin form would take it."""
    return bool(_ACCEPTED.fullmatch(url))


def _fixed(url: str) -> str:
    return url.rstrip("/") if is_taken(url.rstrip("/")) else ""


def _wrong(problem: str, fixed: str = "") -> SetupError:
    example = fixed or "http://localhost:3000/connect/twitter/redirect"
    return SetupError(
        "usage",
        f"The redirect URL {problem}.",
        advice=[Advice("try" if fixed else "such as", command=f"--redirect {example}")],
        unchanged="Nothing was changed.",
    )
