"""The redirect URL: the front-end page where Strapi sends the browser at the end of a login. Pure."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from twitter_setup.addresses.public_url import is_loopback, shown
from twitter_setup.errors import Advice, SetupError

DEFAULT_PATH = "/connect/twitter/redirect"
# What Strapi's admin form accepts (Providers, `callback`), in every version from 4 on.
_ACCEPTED = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/$.?#](?:\S*[^\s/$.?#])?", re.IGNORECASE)
_NO_PAGES = frozenset({"javascript", "data", "vbscript", "file", "blob", "about"})


def printable(text: str) -> str:
    """Without what would move a terminal's cursor, change its colours or turn its text around."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def path_of(setting: str | None, base: str = "") -> str:
    """Return the path of `[frontend] redirect_path`, or of Strapi's guide, below `base`.

    It begins with a slash and ends without one; '' is the front end's first page.
    """
    path = (setting or DEFAULT_PATH).strip("/")
    path = path and f"/{path}"
    return path if below(base, path) != path else f"{base}{path}"


def below(base: str, path: str) -> str:
    """Take the front end's base path off `path`, if `path` begins with it."""
    return path.removeprefix(base) if path == base or path.startswith(f"{base}/") else path


def parse_path(text: str) -> str:
    """Read `[frontend] redirect_path`: refuses what no redirect URL of Strapi's can end with.

    Raises `usage`; the message is to be read after the name of the setting.
    """
    problem = ""
    if "://" in text:
        problem = "is a whole address, where a path alone goes"
    elif "?" in text or "#" in text:
        problem = "has a query or a fragment in it, which Strapi removes"
    elif not text.isprintable() or not is_taken(f"https://host{path_of(text)}"):
        problem = f"is not a path that Strapi takes: {printable(shown(text))}"
    if problem:
        raise SetupError("usage", f"redirect_path {problem}", unchanged="Nothing was changed.")
    return text


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
    if "@" in (parts.netloc or url.partition("/")[0]):
        raise _wrong("has a user name or password in it")
    if not parts.scheme or "://" not in url:
        raise _wrong(
            f"is not a whole address: {shown(url)}",
            _fixed(_whole(url)),
        )
    if parts.scheme.lower() in _NO_PAGES or not parts.netloc:
        raise _wrong(f"names no page: {shown(url)}")
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


def _whole(text: str) -> str:
    """What may have been meant by an address without its beginning, '' where nothing is plain."""
    if text.startswith("/") and not text.startswith("//"):
        return f"http://localhost:3000{text}"
    text = text.lstrip("/")
    place = text.partition("/")[0]
    host = place.rpartition(":")[0] or place
    if is_loopback(host):
        return f"http://{text}"
    return f"https://{text}" if "." in place or ":" in place else ""


def _fixed(url: str) -> str:
    """`url` without what Strapi refuses at its end; '' where that would not do either."""
    try:
        return parse(url.rstrip("/"))
    except SetupError:
        return ""


def _wrong(problem: str, fixed: str = "") -> SetupError:
    example = fixed or "http://localhost:3000/connect/twitter/redirect"
    return SetupError(
        "usage",
        f"The redirect URL {problem}.",
        advice=[Advice("try" if fixed else "such as", command=f"--redirect {example}")],
        unchanged="Nothing was changed.",
    )
