"""What the reader returns: facts about a front end's source, each with file and line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Role = Literal["login", "exchange"]
Kind = Literal["link", "navigation", "fetch", "axios", "other"]
Base = Literal["variable", "literal", "relative", "unknown"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of a source file. `text` is the line itself, without the blanks around it."""

    path: Path
    line: int
    text: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Fallback:
    """The literal that the source uses if a variable is not set."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """An environment variable that the source reads.

    `appended` holds the literal texts that the source puts directly behind the value.
    """

    name: str
    reads: tuple[Place, ...] = ()
    fallbacks: tuple[Fallback, ...] = ()
    appended: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """The back end's address, written out in code. `url` ends where the literal text ends."""

    place: Place
    url: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class LoginUse:
    """A login link (`…/connect/twitter`) or an exchange call (`…/auth/twitter/callback`).

    `target` is the whole URL, with `${NAME}` for a variable and `${}` for an unknown part.
    `place` is the line with the literal path; `used` is the line that links, navigates or calls;
    `origin` is the line with the literal address in front of the path, if the base is one.
    `is_direct`: the browser takes a relative URL as it is written, without a client's base URL or a
    router. `call` is the called function.
    """

    place: Place
    role: Role
    kind: Kind
    base: Base
    target: str
    used: Place
    origin: Place | None = None
    variables: tuple[str, ...] = ()
    is_direct: bool = False
    call: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCode:
    """What the page at the end of a login does.

    `route`: where the page is. `call`: where it calls `auth/twitter/callback`. `access_token`: where
    it insists on such a parameter. `forwards_query`: it reads the address's query.
    `sends_credentials`: calls to another origin send cookies.
    """

    route: Place | None = None
    call: Place | None = None
    access_token: Place | None = None
    forwards_query: bool = False
    sends_credentials: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Everything that the reader finds in one front end."""

    variables: Mapping[str, Variable] = field(default_factory=dict)
    addresses: tuple[Address, ...] = ()
    logins: tuple[LoginUse, ...] = ()
