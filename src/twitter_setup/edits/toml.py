"""One text of a TOML file: `config/server.toml` of another kind of back end, twitter-setup.toml.

Bytes in, edits out, no I/O. Nothing here knows TOML's grammar: tomlkit says how the value is
written, every place where that text stands is a candidate, and the one is taken after whose edit
tomllib reads exactly the old document with this key changed. So a comment, a string or another key
that looks the same is never taken for it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from twitter_setup.edits.spans import Edit, splice

_BOM = b"\xef\xbb\xbf"
_MAYBE_HEADER = re.compile(rb"^(?:\xef\xbb\xbf)?[ \t]*\[[^\r\n]*", re.MULTILINE)


class TomlProblem(ValueError):
    """A file that is not TOML, and where (both counted from 1)."""

    def __init__(self, line: int, column: int, text: str) -> None:
        super().__init__(f"line {line}, column {column}: {text}")
        self.line = line
        self.column = column
        self.text = text


def read_key(source: bytes, dotted_key: str) -> object | None:
    """Read one value; `None` where there is none. Raises `TomlProblem` when the file is broken."""
    found: object = _parse(source)
    for part in _parts(dotted_key):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def set_key(source: bytes, dotted_key: str, value: str) -> tuple[Edit, ...]:
    """Make the key hold `value`, and leave all else as it is; `()` when it does already.

    A present text is replaced by a basic string. For an absent key a line is added below the header
    of its table, or that table at the end. Raises `ValueError` where no place is certain.
    """
    present = read_key(source, dotted_key)
    if present == value:
        return ()
    if present is not None and not isinstance(present, str):
        raise ValueError(f"{dotted_key} is not a text")
    path = _parts(dotted_key)
    wanted = _with(_comparable(source), path, value)
    candidates = _insertions if present is None else _replacements
    for edit in candidates(source, path, tomlkit.string(value).as_string().encode()):
        if _reads_as(splice(source, (edit,)), wanted):
            return (edit,)
    raise ValueError(f"no place for {dotted_key} is certain")


def _replacements(source: bytes, path: Sequence[str], new: bytes) -> Iterator[Edit]:
    """Try every place where the text of the present value stands."""
    try:
        item: Any = tomlkit.parse(_text(source))
        for part in path:
            item = item[part]
    except TOMLKitError:  # valid TOML all the same: tomlkit refuses some orders of tables
        return
    raw = item.as_string().encode()
    start = source.find(raw)
    while start != -1:
        yield Edit(start, start + len(raw), new)
        start = source.find(raw, start + 1)


def _insertions(source: bytes, path: Sequence[str], new: bytes) -> Iterator[Edit]:
    """Try the likeliest place first: `[table]`, a new `[table]`, then dotted keys further out."""
    newline = b"\r\n" if b"\r\n" in source else b"\n"
    *table, _ = path

    def line(depth: int) -> bytes:
        return _key(path[depth:]) + b" = " + new

    def below_headers(depth: int) -> Iterator[Edit]:
        for header in _MAYBE_HEADER.finditer(source):
            yield Edit(header.end(), header.end(), newline + line(depth))

    yield from below_headers(len(table))
    if table:
        block = b"[" + _key(table) + b"]" + newline + line(len(table))
        yield Edit(len(source), len(source), _at_end(source, block, newline))
    for depth in range(len(table) - 1, 0, -1):
        yield from below_headers(depth)
    start = len(_BOM) if source.startswith(_BOM) else 0
    yield Edit(start, start, line(0) + newline)


def _at_end(source: bytes, block: bytes, newline: bytes) -> bytes:
    """Part a block from what is above it by a blank line, and end it as the file ended."""
    if not source.removeprefix(_BOM):
        return block + newline
    if source.endswith(b"\n"):
        return newline + block + newline
    return newline + newline + block


def _key(parts: Sequence[str]) -> bytes:
    return tomlkit.key(list(parts)).as_string().encode()


def _parts(dotted_key: str) -> tuple[str, ...]:
    """Split `a."b.c"` into `a` and `b.c`, as TOML does."""
    parts: list[str] = []
    try:
        found: Any = tomllib.loads(f"{dotted_key} = 0")
        while isinstance(found, dict):
            ((part, found),) = found.items()
            parts.append(part)
    except ValueError:
        raise ValueError(f"{dotted_key!r} is not a TOML key") from None
    return tuple(parts)


def _with(table: Mapping[str, Any], path: Sequence[str], value: str) -> dict[str, Any]:
    head, *rest = path
    if not rest:
        return {**table, head: value}
    inner = table.get(head, {})
    if isinstance(inner, dict):
        return {**table, head: _with(inner, rest, value)}
    raise ValueError(f"{head} is not a table")


def _reads_as(source: bytes, wanted: Mapping[str, Any]) -> bool:
    try:
        return _comparable(source) == wanted
    except TomlProblem:
        return False


def _comparable(source: bytes) -> dict[str, Any]:
    return _parse(source, lambda text: ("float", text))  # `nan` is not even equal to itself


def _parse(source: bytes, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    text = _text(source)
    try:
        return tomllib.loads(text, parse_float=parse_float)
    except tomllib.TOMLDecodeError as error:
        raise _problem(text, str(error)) from None
    except RecursionError:
        raise TomlProblem(1, 1, "nested too deeply") from None


def _text(source: bytes) -> str:
    """Decode without the BOM, which Windows editors write and tomllib refuses."""
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _end_of(error.object[: error.start].decode())
        raise TomlProblem(line, column, "not UTF-8") from None


def _problem(text: str, message: str) -> TomlProblem:
    """Take the place out of tomllib's message; Python has attributes for it only from 3.14 on."""
    if match := re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", message, re.DOTALL):
        return TomlProblem(int(match[2]), int(match[3]), match[1])
    return TomlProblem(*_end_of(text), message.removesuffix(" (at end of document)"))


def _end_of(text: str) -> tuple[int, int]:
    return text.count("\n") + 1, len(text) - text.rfind("\n")
