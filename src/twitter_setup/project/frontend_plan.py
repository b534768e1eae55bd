"""Which variables of the front end name the back end, and in which file they are changed. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from twitter_setup.addresses.parts import TUNNEL_SUFFIXES
from twitter_setup.edits import dotenv
from twitter_setup.project import frontend as reading
from twitter_setup.project.files import SourceFile
from twitter_setup.project.frontend import FrontEnd
from twitter_setup.project.variables import Part, set_variables

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104 - read, not bound
_ORIGIN = re.compile(r"\s*[a-z][a-z0-9+.-]*://[^/?#\\]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FrontEndPlan:
    parts: tuple[Part, ...] = ()
    manual_steps: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Wish(Protocol):
    """The part of `plan.Wish` that matters here."""

    @property
    def public_url(self) -> str: ...
    @property
    def env_vars(self) -> tuple[str, ...]: ...
    @property
    def known_hosts(self) -> frozenset[str]: ...


def build(wish: Wish, frontend: FrontEnd, port: int) -> FrontEndPlan:
    """`port` is the back end's: a loopback URL at another port is something else."""
    effective = reading.effective(frontend)
    ours = wish.known_hosts | {known_as(wish.public_url)}
    wanted = {
        name: with_origin(value, wish.public_url)
        for name, (value, _) in effective.items()
        if names_backend(name, value, port, ours)
    }
    notes: list[str] = []
    for name in wish.env_vars:
        value = effective[name][0] if name in effective else ""
        wanted[name] = with_origin(value, wish.public_url)
    if not wanted:
        hard_coded = _hard_coded(frontend, port)
        if hard_coded:
            return FrontEndPlan(manual_steps=hard_coded)
        wanted, notes = _by_name(wish, frontend)
    parts, refused = _write(frontend, wanted)
    if parts and frontend.reads_env_at_start_only:
        notes.append(f"{frontend.title} reads .env only when it starts: restart its dev server.")
    return FrontEndPlan(parts, refused, tuple(notes))


def without_frontend(wish: Wish) -> FrontEndPlan:
    if not wish.env_vars:
        return FrontEndPlan()
    names = ", ".join(wish.env_vars)
    return FrontEndPlan(
        notes=(f"No front end was found for {names}: name its folder with --frontend",)
    )


def with_origin(value: str, public_url: str) -> str:
    """Replace only the origin of `value`: path and query stay (`http://localhost:1337/api`)."""
    origin = _ORIGIN.match(value)
    return public_url + value[origin.end() :] if origin else public_url


def known_as(url: str) -> str:
    """What a value is recognised by as ours: its host, and on this machine its port too. '' for none."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return ""
    return f"localhost:{port}" if host in _LOOPBACK else host


def names_backend(name: str, value: str, port: int, known_hosts: frozenset[str]) -> bool:
    """Whether the variable's value is the address of the back end, or of a tunnel that led to it."""
    try:
        parts = urlsplit(value)
        host, its_port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return False
    if parts.scheme not in {"http", "https"}:
        return False
    if host in _LOOPBACK:
        at = its_port or {"http": 80, "https": 443}[parts.scheme]
        return at == port or known_as(value) in known_hosts
    # Another service may be at ngrok as well: without knowing the host, the name has to say it.
    is_leftover = host.endswith(TUNNEL_SUFFIXES) and reading.looks_like_backend_url(name)
    return host in known_hosts or is_leftover


def _hard_coded(frontend: FrontEnd, port: int) -> tuple[str, ...]:
    return tuple(
        f"{mention.path}, line {mention.line}: the back end's address is written into the source "
        f"({mention.text}); read it from a variable such as "
        f"{reading.default_variable(frontend.framework)} instead"
        for mention in reading.hard_coded(frontend, port)
    )


def _by_name(wish: Wish, frontend: FrontEnd) -> tuple[dict[str, str], list[str]]:
    """No value names the back end: take what the source reads, else the framework's default."""
    values = reading.effective(frontend)
    names = [n for n in reading.variables_read(frontend) if reading.looks_like_backend_url(n)]
    names += [n for n in values if reading.looks_like_backend_url(n) and n not in names]
    elsewhere = [name for name in names if name in values and values[name][0].strip()]
    free = [name for name in names if name not in elsewhere]
    if free:
        return dict.fromkeys(free, wish.public_url), []
    if elsewhere:
        return {}, [
            f"{name} in the front end is {values[name][0]}, which is not this back end: left as it is "
            f"(change it with --env-var {name})"
            for name in elsewhere
            if "$" not in values[name][0]
        ]
    if frontend.framework in {"angular", "plain"}:
        return {}, [
            f"No variable in {frontend.root} names the back end: write {wish.public_url} where "
            "the front end keeps its address, or name the variable with --env-var"
        ]
    default = reading.default_variable(frontend.framework)
    return {default: wish.public_url}, [
        f"Nothing in the front end's source reads {default} yet: use it where the login link is made"
    ]


def _write(
    frontend: FrontEnd, wanted: Mapping[str, str]
) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    by_file: dict[SourceFile, dict[str, str]] = {}
    for name, value in wanted.items():
        by_file.setdefault(_file_for(frontend, name), {})[name] = value
    parts: list[Part] = []
    refused: list[str] = []
    for file, variables in by_file.items():
        more, steps = set_variables(file, variables)
        parts += more
        refused += steps
    return tuple(parts), tuple(refused)


def _file_for(frontend: FrontEnd, name: str) -> SourceFile:
    """The file that wins for `name`; where git tracks that one, an untracked one above it."""
    files = frontend.env_files
    winner = max(
        (i for i, file in enumerate(files) if name in dotenv.values(file.content or b"")),
        default=None,
    )
    if winner is not None and files[winner].path not in frontend.tracked:
        return files[winner]
    above = files[(winner or 0) :]
    for file in above:
        untracked = file.path not in frontend.tracked
        if untracked and (file.content is not None or file.path.name.endswith(".local")):
            return file
    return files[winner if winner is not None else 0]
