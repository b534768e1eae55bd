"""Decides for each variable of a front end whether it names the back end. Pure but for example files.

The plan sets these variables and `verify` checks them, so that both always agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from twitter_setup.addresses.parts import TUNNEL_SUFFIXES
from twitter_setup.edits import dotenv
from twitter_setup.project import frontend as frontends
from twitter_setup.project.files import read_source
from twitter_setup.project.frameworks import may_name_backend, names_backend_for_sure
from twitter_setup.project.frontend import FrontEnd
from twitter_setup.project.reader.source import Source, Variable

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104 - read, not bound
_ORIGIN = re.compile(r"\s*[a-z][a-z0-9+.-]*://[^/?#\\]*", re.IGNORECASE)
# Tunnels that give a new name at each start: one that is found was left behind.
_THROW_AWAY = (*TUNNEL_SUFFIXES, ".trycloudflare.com", ".loca.lt", ".localhost.run", ".lhr.life")
_EXAMPLE_ENDS = (".example", ".sample", ".template", ".dist")
_EXAMPLES = (
    *(f".env{mode}{end}" for end in _EXAMPLE_ENDS for mode in ("", ".local", ".development")),
    *(".example.env", "example.env", "env.example", ".env-example", ".env_example"),
)
_PLACEHOLDER = re.compile(r"example|your|<|\bxxx|placeholder|changeme|\.\.\.", re.IGNORECASE)
# Names with which a login library learns the app's own address (never `AUTH0_ISSUER_BASE_URL`).
OWN_ADDRESS = frozenset(
    {"NEXTAUTH_URL", "AUTH_URL", "BETTER_AUTH_URL", "AUTH0_BASE_URL", "APP_BASE_URL"}
)

Origin = Literal["file", "fallback", "example", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A variable, its value, and whether it is the back end's address (or the app's own).

    `origin` says where the value comes from: an env file, the fallback in the source, an example
    file, or nowhere. `prefix` is the path for a variable without a value.
    """

    name: str
    value: str = ""
    origin: Origin = "none"
    is_backend: bool = False
    is_own: bool = False
    is_read: bool = True
    prefix: str = ""

    def at(self, public_url: str) -> str:
        """Give the value with the public origin in it; path and query stay."""
        return with_origin(self.value, public_url) if self.value else public_url + self.prefix


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """What a value is compared with. `hosts` are hosts of our tunnels, of now and earlier."""

    backend_port: int
    api_prefix: str
    hosts: frozenset[str] = frozenset()
    given: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()  # of the back end's content types


def find(frontend: FrontEnd, source: Source, ends: Ends) -> tuple[Candidate, ...]:
    """List each variable that env files set, the source reads, or the user names."""
    values = {name: value for name, (value, _) in frontends.effective(frontend).items()}
    examples = _examples(frontend)
    names = dict.fromkeys((*values, *source.variables, *ends.given))
    found = [
        _candidate(name, values.get(name, ""), source.variables.get(name), examples, ends, frontend)
        for name in names
    ]
    return tuple(_without_strangers(found, source, ends.given))


def with_origin(value: str, public_url: str) -> str:
    """Replace only the origin of `value`: path and query stay (`http://localhost:1337/api`)."""
    origin = _ORIGIN.match(value)
    return public_url + value[origin.end() :] if origin else public_url


def known_as(url: str) -> str:
    """Return what identifies a URL as ours: its host, and on this machine its port too, or ''."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return ""
    return f"localhost:{port}" if host in _LOOPBACK else host


def names_backend(name: str, value: str, port: int, known_hosts: frozenset[str]) -> bool:
    """Whether the value is the address of the back end, or of a tunnel that led to it."""
    try:
        parts = urlsplit(value.strip())
        host, its_port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return False
    if parts.scheme not in {"http", "https"}:
        return False
    if host in _LOOPBACK:
        at = its_port or {"http": 80, "https": 443}[parts.scheme]
        return at == port or known_as(value) in known_hosts
    # Another service may use a tunnel as well: without knowing the host, the name has to say it.
    return host in known_hosts or (host.endswith(_THROW_AWAY) and may_name_backend(name))


def _candidate(
    name: str,
    value: str,
    variable: Variable | None,
    examples: Mapping[str, str],
    ends: Ends,
    frontend: FrontEnd,
) -> Candidate:
    value, origin = _value(name, value, variable, examples, ends)
    prefix = _prefix(variable, ends)
    is_own = name in OWN_ADDRESS and _is_own_address(value, frontend, ends)
    is_backend = name in ends.given
    if not is_backend and name not in OWN_ADDRESS:
        if origin == "none":
            is_backend = may_name_backend(name)
        else:
            is_backend = names_backend(name, value, ends.backend_port, ends.hosts)
    return Candidate(
        name=name,
        value=value,
        origin=origin,
        is_backend=is_backend,
        is_own=is_own and name not in ends.given,
        is_read=variable is not None,
        prefix=prefix,
    )


def _value(
    name: str,
    value: str,
    variable: Variable | None,
    examples: Mapping[str, str],
    ends: Ends,
) -> tuple[str, Origin]:
    """Find the value: of an env file, else the source's fallback, else an example file's."""
    if value.strip():
        return value, "file"
    texts = [each.text for each in variable.fallbacks if each.text.strip()] if variable else []
    example = examples.get(name, "").strip()
    found: list[tuple[str, Origin]] = [(text, "fallback") for text in texts]
    if example and not _is_placeholder(example):
        found.append((example, "example"))
    # A fallback at another host is often made up; then the example file knows better.
    ours = (each for each in found if names_backend(name, each[0], ends.backend_port, ends.hosts))
    return next(ours, found[0] if found else ("", "none"))


def _is_placeholder(example: str) -> bool:
    """Whether an example file's value only shows where a value goes."""
    try:
        parts = urlsplit(example)
        host = parts.hostname or ""
    except ValueError:
        return True
    if example.startswith("/"):
        return False
    return parts.scheme not in {"http", "https"} or bool(_PLACEHOLDER.search(host))


def _prefix(variable: Variable | None, ends: Ends) -> str:
    """Return the API prefix if the source appends the API's own routes directly."""
    if variable is None or not ends.api_prefix:
        return ""
    appended = [text.lstrip("/") for text in variable.appended]
    if any(_begins_with(ends.api_prefix.strip("/"), text) for text in appended):
        return ""
    routes = ("connect", "auth", *ends.routes)
    is_direct = any(_begins_with(route, text) for route in routes for text in appended)
    return ends.api_prefix if is_direct else ""


def _begins_with(path: str, text: str) -> bool:
    return re.match(rf"{re.escape(path)}(?![\w-])", text) is not None


def _is_own_address(value: str, frontend: FrontEnd, ends: Ends) -> bool:
    """Whether the value is the front end's own local address, or one of our public URLs."""
    return names_backend("", value, frontend.port, ends.hosts) and bool(value.strip())


def _without_strangers(
    found: list[Candidate], source: Source, given: tuple[str, ...]
) -> Iterable[Candidate]:
    """Leave out names such as `WEATHER_API_URL` if another variable surely is the back end's.

    They have no value, and their names do not say which API.
    """
    sure = any(
        each.is_backend and (each.origin != "none" or names_backend_for_sure(each.name))
        for each in found
    )
    for each in found:
        is_stranger = (
            each.is_backend and each.origin == "none" and not names_backend_for_sure(each.name)
        )
        if not (
            sure and is_stranger and each.name not in given and not _logs_in(each.name, source)
        ):
            yield each


def _logs_in(name: str, source: Source) -> bool:
    return any(name in use.variables for use in source.logins)


def _examples(frontend: FrontEnd) -> dict[str, str]:
    folders = dict.fromkeys((frontend.root, *(file.path.parent for file in frontend.env_files)))
    found: dict[str, str] = {}
    for folder in folders:
        for name in _EXAMPLES:
            content = read_source(folder / name).content
            if content:
                found = {**dotenv.values(content), **found}
    return found
