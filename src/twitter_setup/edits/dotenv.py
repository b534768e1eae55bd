r"""`.env` files by the rules of npm's dotenv, since Node reads them. Bytes in, edits out, no I/O.

Two rule sets are in use: Strapi 4 ships dotenv 14.2, Strapi 5 and today's front ends 16 or later.
Both are `parse` of the packages' own source, taken over expression by expression; the end-to-end
tests compare them with the packages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from twitter_setup.edits.spans import Edit, splice

# What `\s` and `trim()` mean in JavaScript. Python's lack the BOM, and have \x1c to \x1f and \x85.
_BLANKS = (
    "\t\n\v\f\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
_S = f"[{_BLANKS}]"
_NAME = r"(?P<name>[A-Za-z0-9_.-]+)"  # `\w` is ASCII there
_COMMENT = r"#[^\n\u2028\u2029]*"  # `.` stops at these there, and at `\r`, which no text here has
_LINE_START = r"(?<![^\n\u2028\u2029])"  # `^` and `$` under JavaScript's `m` flag
_LINE_END = r"(?![^\n\u2028\u2029])"

# dotenv 14.0 to 14.2, `RE_INI_KEY_VAL`, matched against one line. No `export`, no backticks, no
# quoted value over several lines.
_LINE_14 = re.compile(
    rf"{_S}*{_NAME}{_S}*=(?P<value>{_S}*(?:\"[^\"]*\"|'[^']*'|[^#]*)?)"
    rf"(?:{_S}*|{_S}*{_COMMENT})?\Z"
)

# dotenv 16 to 18, `LINE`, matched against the whole text.
_LINE_16 = re.compile(
    rf"{_LINE_START}{_S}*(?:export{_S}+)?{_NAME}(?:{_S}*={_S}*?|:{_S}+?)"
    rf"(?P<value>(?:{_S}*'(?:\\'|[^'])*'|{_S}*\"(?:\\\"|[^\"])*\"|{_S}*`(?:\\`|[^`])*`|[^#\n]+)?)"
    rf"{_S}*(?:{_COMMENT})?{_LINE_END}"
)
_QUOTED_16 = re.compile(rf"{_LINE_START}(['\"`])([\s\S]*)\1{_LINE_END}")


@dataclass(frozen=True, slots=True)
class _Statement:
    """What one rule set finds. Positions are characters of the text, not yet bytes of the file."""

    name: str
    start: int  # of the name
    value: str  # without interpolation, which is dotenv-expand's
    value_start: int
    value_end: int


@dataclass(frozen=True, slots=True)
class _Rules:
    find: Callable[[str], Iterable[re.Match[str]]]
    unquote: Callable[[str], str]


def _find_14(text: str) -> Iterator[re.Match[str]]:
    for line in re.finditer(r"[^\n]+", text):
        if match := _LINE_14.match(text, line.start(), line.end()):
            yield match


def _unquote_14(value: str) -> str:
    value = value.lstrip(_BLANKS)
    # Not trimmed on the right before this: `"a" "b" ` is no quoted value here, and is one in 16.
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        inner = value[1:-1]
        return inner.replace("\\n", "\n") if value[0] == '"' else inner
    return value.strip(_BLANKS)


def _unquote_16(value: str) -> str:
    value = value.strip(_BLANKS)
    inner = _QUOTED_16.sub(r"\2", value)
    if value.startswith('"'):  # an opening quote is enough, closed or not
        inner = inner.replace("\\n", "\n").replace("\\r", "\r")
    return inner


_DOTENV_14 = _Rules(_find_14, _unquote_14)
_DOTENV_16 = _Rules(_LINE_16.finditer, _unquote_16)


def values(source: bytes) -> dict[str, str]:
    """Read what dotenv 16 and later put into the environment: the last value of each name."""
    return _readings(source)[1]


def lines(source: bytes) -> dict[str, int]:
    """Find the line of each name that dotenv 16 and later read, of the last value if there are more."""
    text, _ = _text(source)
    return {
        found.name: text.count("\n", 0, found.value_start) + 1
        for found in _statements(text, _DOTENV_16)
    }


def set_variable(source: bytes, name: str, value: str) -> tuple[Edit, ...]:
    """Make dotenv 14.2 and 16 or later read `value`, and each of them all other names as before.

    `()` when both read it already. The value alone is replaced where both understand the statement
    alike; else a line is appended, which wins. Raises `ValueError` when neither keeps the promise.
    """
    before = _readings(source)
    wanted = [{**reading, name: value} for reading in before]
    if before == wanted:
        return ()
    for edit in (*_in_place(source, name, value), *_appended(source, name, value)):
        if _readings(splice(source, (edit,))) == wanted:
            return (edit,)
    if any(_readings(form) == [{name: value}] * 2 for form in _forms(name, value)):
        raise ValueError(f"the text before it would swallow a line for {name} at the end")
    raise ValueError(f"no way of writing this value of {name} is read alike by every dotenv")


def _in_place(source: bytes, name: str, value: str) -> Iterator[Edit]:
    """Replace the value that wins, if both rule sets see the same statement with the same value."""
    text, offsets = _text(source)
    old, new = (_last(_statements(text, rules), name) for rules in (_DOTENV_14, _DOTENV_16))
    if new is not None and new == old:
        quote = _quote(text[new.value_start : new.value_end])
        written = f"{quote}{value}{quote}".encode()
        yield Edit(offsets[new.value_start], offsets[new.value_end], written)


def _appended(source: bytes, name: str, value: str) -> Iterator[Edit]:
    """Add a line at the end, in the file's line ends, unfinished if the last one there is."""
    found = re.search(rb"\r\n|\r|\n", source)
    newline = found.group() if found else b"\n"
    unfinished = source != b"" and not source.endswith((b"\r", b"\n"))
    for form in _forms(name, value):
        line = newline + form if unfinished else form + newline
        yield Edit(len(source), len(source), line)


def _forms(name: str, value: str) -> Iterator[bytes]:
    for quote in ("", '"', "'"):
        yield f"{name}={quote}{value}{quote}".encode()


def _readings(source: bytes) -> list[dict[str, str]]:
    """Read the file by the old rules and by the new ones."""
    text, _ = _text(source)
    return [
        {found.name: found.value for found in _statements(text, rules)}
        for rules in (_DOTENV_14, _DOTENV_16)
    ]


def _last(statements: Iterable[_Statement], name: str) -> _Statement | None:
    return next((found for found in reversed([*statements]) if found.name == name), None)


def _statements(text: str, rules: _Rules) -> Iterator[_Statement]:
    for match in rules.find(text):
        start, end = _value_span(text, *match.span("value"))
        value = _as_node(rules.unquote(match["value"]))
        yield _Statement(match["name"], match.start("name"), value, start, end)


def _value_span(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out the blanks around a value; of blanks alone, give the place for a value."""
    value = text[start:end]
    if not value.strip(_BLANKS):
        place = start if text.startswith("#", end) else end  # `A= # why` becomes `A=x # why`
        return place, place
    return end - len(value.lstrip(_BLANKS)), start + len(value.rstrip(_BLANKS))


def _quote(raw: str) -> str:
    return raw[0] if len(raw) > 1 and raw[0] == raw[-1] and raw[0] in "'\"`" else ""


def _text(source: bytes) -> tuple[str, list[int]]:
    r"""Decode with every line end a `\n`, as the rules see it; with each character's byte offset.

    One more offset, the last, is the file's length. A byte that is not UTF-8 stays one character.
    """
    pieces = re.findall(r"\r\n|[\s\S]", source.decode("utf-8", "surrogateescape"))
    sizes = (len(piece.encode("utf-8", "surrogateescape")) for piece in pieces)
    text = "".join("\n" if piece in {"\r", "\r\n"} else piece for piece in pieces)
    return text, [0, *accumulate(sizes)]


def _as_node(text: str) -> str:
    """Show bytes that are not UTF-8 as Node does."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
