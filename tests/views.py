"""Views for tests: one that says nothing, one that remembers what was said and answers questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from twitter_setup.errors import Advice, ExitCode


class Silent:
    """Nobody is there."""

    may_ask = False

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.steps: list[tuple[str, str]] = []
        self.answers: list[tuple[str, Mapping[str, Any]]] = []

    def ask(self, question: str, *, default: bool = True) -> bool:
        raise AssertionError(question, default)

    def choose(self, question: str, choices: Sequence[str]) -> int:
        raise AssertionError(question, choices)

    def enter(self, question: str, default: str) -> str:
        raise AssertionError(question, default)

    def enter_secret(self, question: str) -> str:
        raise AssertionError(question)

    def say(self, text: str = "") -> None: ...

    def detail(self, text: str) -> None: ...

    def rows(
        self, title: str, rows: Sequence[tuple[str, str]], *, is_asked: bool = False
    ) -> None: ...

    def done(self, label: str, text: str) -> None:
        self.steps.append((label, text))

    def note(self, text: str, advice: Sequence[Advice] = ()) -> None:
        self.notes.append(text)

    @contextmanager
    def working(self, text: str) -> Iterator[Callable[[str], None]]:
        yield lambda _: None

    def finding(self, data: Mapping[str, Any]) -> None: ...

    def answer(
        self,
        name: str,
        data: Mapping[str, Any],
        *,
        exit_code: ExitCode = ExitCode.OK,
        **context: Any,
    ) -> None:
        self.answers.append((name, data))

    def is_gone(self) -> bool:
        return False
