"""Bounds evaluation: a question is answered once, not in a circle, not too deep, not without end."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

_Answer = TypeVar("_Answer")

DEPTH = 48  # questions within questions; each takes up to ten frames of Python's stack
STEPS = 20_000  # questions about one project; ordinary projects ask some hundreds
_AT_ONCE = 2_000  # of them for one expression: the others are still looked at


class Memory:
    """Answers each question once. Beyond the limits, everything is unknown."""

    def __init__(self, steps: int = STEPS) -> None:
        self.left = steps
        self._answers: dict[Hashable, object] = {}
        self._depth = 0
        self._reserve = 0  # what the current expression leaves to the others

    def ask(self, question: Hashable, find: Callable[[], _Answer], unknown: _Answer) -> _Answer:
        """Answer `question` with what `find` gives; `unknown` in a circle or beyond a limit."""
        if question in self._answers:
            return self._answers[question]  # type: ignore[return-value] # one type for a question
        if self._depth == 0:
            self._reserve = max(0, self.left - _AT_ONCE)
        if self._depth >= DEPTH or not self.spend():
            return unknown
        self._answers[question] = unknown  # ends a circle
        self._depth += 1
        try:
            found = find()
        finally:
            self._depth -= 1
        self._answers[question] = found
        return found

    def spend(self) -> bool:
        """Take one step, if one is left."""
        if self.left <= (self._reserve if self._depth else 0):
            return False
        self.left -= 1
        return True
