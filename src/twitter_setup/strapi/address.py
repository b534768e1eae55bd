"""Which Strapi is meant: `--strapi`, the settings file, else the back end's own port on this machine.

An administrator's credentials go there, so an address of the committed file counts only where it is
this machine, or where a person says so.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from twitter_setup.addresses.public_url import host_of, is_loopback, port_of, shown
from twitter_setup.addresses.redirect_url import printable
from twitter_setup.errors import Advice, SetupError
from twitter_setup.project.settings import FileSettings
from twitter_setup.view import View

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_UNCHANGED = "Nothing was sent, and nothing was changed."


def parse(text: str, name: str = "--strapi") -> str:
    """Read `text` as the base URL of a Strapi: https, or http on this machine; no slash at the end.

    Raises `usage`. A path stays: Strapi may be served below one. The host is written as browsers do, in
    punycode: it is shown before credentials go there, and letters can look alike.
    """
    text, seen = text.strip(), printable(shown(text.strip()))
    try:
        parts = urlsplit(text)
        named = parts.hostname
    except ValueError:
        raise _wrong(name, f"is not an address: {seen}") from None
    if parts.scheme not in {"http", "https"} or not named:
        raise _wrong(name, f"is not an address that begins with https://: {seen}")
    if "@" in parts.netloc:
        raise _wrong(name, "has a user name or password in it")
    if parts.query or parts.fragment or "?" in text or "#" in text:
        raise _wrong(name, "has a query or a fragment in it")
    if not text.isprintable() or " " in text or "\\" in text:
        raise _wrong(name, "has blanks, backslashes or signs in it that no address has")
    try:
        host, port = host_of(parts), port_of(parts)
    except ValueError as problem:
        raise _wrong(name, str(problem)) from None
    path = parts.path.rstrip("/")
    if parts.scheme == "http" and not is_loopback(host):
        raise SetupError(
            "usage",
            f"{name} is http, where everybody on the way can read the administrator's credentials.",
            advice=[Advice("use https", command=f"--strapi https://{host}{port}{path}")],
            unchanged=_UNCHANGED,
        )
    return f"{parts.scheme}://{host}{port}{path}"


def same(one: str, other: str) -> bool:
    """Whether two addresses, as `parse` writes them, are one Strapi: this machine has several names."""
    return _with_one_name(one) == _with_one_name(other)


def _with_one_name(address: str) -> tuple[str, str, int | None, str]:
    parts = urlsplit(address)
    host = parts.hostname or ""
    return parts.scheme, "localhost" if host in _HERE else host, parts.port, parts.path


def choose(
    given: str | None, file: FileSettings, local: str, view: View, *, with_credentials: bool = True
) -> str:
    """`given` is the flag's or the environment's, already read; `local` the back end's own address.

    Without credentials nothing secret is sent, and nothing asked. Raises `usage` where the file names
    another machine and nobody can be asked, `declined` at a no.
    """
    named = file.get("strapi", "url")
    if given or not named:
        return given or local
    address = parse(named, f"{file.path}: `strapi.url`")
    host = urlsplit(address).hostname or ""
    if is_loopback(host) or not with_credentials:
        return address
    if not view.may_ask:
        raise SetupError(
            "usage",
            f"{file.path} names a Strapi on another machine, {host}, and a committed file is not "
            "trusted with an administrator's credentials.",
            advice=[Advice("name it yourself", command=f"--strapi {address}")],
            unchanged=_UNCHANGED,
        )
    if not view.ask(f"Send the administrator's credentials to {host}?", default=False):
        raise SetupError("declined", "You said no.", unchanged=_UNCHANGED)
    return address


def _wrong(name: str, problem: str) -> SetupError:
    return SetupError(
        "usage",
        f"{name} {problem}.",
        advice=[Advice("give Strapi's address", command="--strapi https://cms.example.com")],
        unchanged=_UNCHANGED,
    )
