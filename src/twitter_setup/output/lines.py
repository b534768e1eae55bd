"""Lines of styled parts, and those that every command says alike: done, a note, an error, advice. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twitter_setup.errors import Advice, SetupError

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of styled parts. Colour is never the only signal: each part reads without it.

    Where a terminal is too narrow for it, it goes on below, `hang` columns in.
    """

    parts: tuple[tuple[str, str], ...] = ()
    to_stderr: bool = False
    hang: int = 2

    @classmethod
    def of(cls, text: str = "", style: str = "", *, to_stderr: bool = False) -> Line:
        return cls(((text, style),), to_stderr)


def done(label: str, text: str, *, to_stderr: bool = True) -> Line:
    return Line((("✓ ", "green"), (f"{label:<10} ", "bold"), (text, "")), to_stderr, hang=13)


def note(text: str, advice: Sequence[Advice] = ()) -> list[Line]:
    return [Line((("! ", "yellow"), (text, ""))), *_advice(advice)]


def error(problem: SetupError) -> list[Line]:
    lines = [Line((("✗ ", "red"), (problem.message, "bold"))), *_advice(problem.advice)]
    if problem.unchanged:
        lines.append(Line.of(f"  {problem.unchanged}"))
    return lines


def _advice(advice: Sequence[Advice]) -> list[Line]:
    return [advice_line(one.data(), indent=2) for one in advice]


def advice_line(advice: Data, *, indent: int) -> Line:
    parts = [(f"{'':<{indent}}→ ", "cyan"), (advice["text"], "")]
    if advice["command"]:
        parts += [(": ", ""), (advice["command"], "bold")]
    if advice["url"]:
        parts += [("  ", ""), (advice["url"], "underline")]
    return Line(tuple(parts), hang=indent + 2)


def rows(title: str, pairs: Sequence[tuple[str, str]]) -> list[Line]:
    width = max((len(left) for left, _ in pairs), default=0)
    lines = [Line.of(), Line.of(title)]
    for left, right in pairs:
        style = {"+": "green", "-": "red", "~": "yellow"}.get(right[:1], "")
        lines.append(Line(((f"  {left:<{width}}  ", ""), (right, style)), hang=6))
    return lines


def pair(label: str, text: str) -> Line:
    return Line(((f"{label:<13} ", "bold"), (text, "")), hang=14)
