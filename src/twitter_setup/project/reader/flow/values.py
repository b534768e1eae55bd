"""What an expression may evaluate to, as far as the reader follows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

    from twitter_setup.project.reader.module import Module

_MOST = 8  # alternatives of one expression; more only cost time
_LONGEST = 100  # pieces of one text


@dataclass(frozen=True, slots=True)
class Literal:
    """Literal text, and where it is written."""

    text: str
    module: Module
    start: int  # byte offset of the string that it is part of

    @property
    def key(self) -> tuple[int, int]:
        return id(self.module), self.start


@dataclass(frozen=True, slots=True)
class Variable:
    name: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A part that the reader cannot follow."""


Piece = Literal | Variable | Gap


@dataclass(frozen=True, slots=True)
class Text:
    pieces: tuple[Piece, ...]

    @property
    def first(self) -> Piece | None:
        return self.pieces[0] if self.pieces else None


@dataclass(frozen=True, slots=True)
class Environment:
    """The whole environment: `process.env`, `import.meta.env` and the like."""


@dataclass(frozen=True, slots=True)
class RuntimeConfig:
    """Nuxt's `useRuntimeConfig()`, or a part of it."""

    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """An object literal."""

    module: Module
    node: Node
    frame: Frame


@dataclass(frozen=True, slots=True)
class Function:
    module: Module
    node: Node
    frame: Frame


@dataclass(frozen=True, slots=True)
class Client:
    """An HTTP client with a base URL (`axios.create({ baseURL })`)."""

    base: Text
    library: str


@dataclass(frozen=True, slots=True)
class Namespace:
    """A module as an object: `import * as m`, `require('m')`."""

    module: Module


Value = Text | Environment | RuntimeConfig | Record | Function | Client | Namespace
# The values of parameters, by the function's module, its offset, and the parameter's name.
Given = Mapping[tuple[int, int, str], tuple[Value, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """What the functions around an expression were given. Equal frames are the same object."""

    given: Given


GAP = Gap()
UNKNOWN: tuple[Value, ...] = (Text((GAP,)),)
EMPTY = Frame({})


class Frames:
    """Make frames, one for the same values: what was evaluated in it is found again."""

    def __init__(self) -> None:
        self._made: dict[frozenset[object], Frame] = {frozenset(): EMPTY}

    def of(self, given: Given) -> Frame:
        return self._made.setdefault(frozenset(given.items()), Frame(given))


def bounded(values: list[Value]) -> tuple[Value, ...]:
    """Drop repeated alternatives, and those beyond the limit."""
    distinct: list[Value] = []
    for value in values:
        if value not in distinct:
            distinct.append(value)
    return tuple(distinct[:_MOST]) or UNKNOWN


def joined(parts: list[tuple[Text, ...]]) -> tuple[Text, ...]:
    """Concatenate texts: one result for each combination of the parts' alternatives."""
    texts: list[Text] = []
    for combination in product(*parts):
        pieces = [piece for text in combination for piece in text.pieces]
        if len(pieces) > _LONGEST:
            pieces[_LONGEST:] = [GAP]
        texts.append(Text(tuple(pieces)))
        if len(texts) == _MOST:
            break
    return tuple(texts)


def shown(text: Text) -> str:
    """Write a text with `${NAME}` for a variable and `${}` for an unknown part."""
    return "".join(
        piece.text if isinstance(piece, Literal) else f"${{{getattr(piece, 'name', '')}}}"
        for piece in text.pieces
    )
