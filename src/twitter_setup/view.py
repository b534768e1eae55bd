"""What the commands need from whoever shows their work: `output` for people, `output_json` for programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from twitter_setup.errors import Advice, ExitCode


class View(Protocol):
    """No command prints: it tells a view. Nothing here fails when the terminal is gone."""

    @property
    def may_ask(self) -> bool:
        """Whether a person is there to answer."""

    def ask(self, question: str, *, default: bool = True) -> bool:
        """A yes-or-no question; `default` is what Enter alone means. Only where `may_ask`."""

    def choose(self, question: str, choices: Sequence[str]) -> int:
        """One of `choices`, by its place in the list. Only where `may_ask`."""

    def enter(self, question: str, default: str) -> str:
        """A line of text. Only where `may_ask`."""

    def enter_secret(self, question: str) -> str:
        """A line of text that is not shown while it is typed. Only where `may_ask`."""

    def say(self, text: str = "") -> None:
        """A plain line for people, on stderr."""

    def detail(self, text: str) -> None:
        """A fact that only `--verbose` shows."""

    def rows(self, title: str, rows: Sequence[tuple[str, str]], *, is_asked: bool = False) -> None:
        """A titled list of pairs, such as files and their new lines. `is_asked`: a question follows."""

    def done(self, label: str, text: str) -> None:
        """A step that worked."""

    def note(self, text: str, advice: Sequence[Advice] = ()) -> None:
        """Something the reader should know, in JSON mode too."""

    def working(self, text: str) -> AbstractContextManager[Callable[[str], None]]:
        """Progress while a long wait runs; the function it gives changes the text."""

    def hop(self, data: Mapping[str, Any]) -> None:
        """One step of a login that is watched; in JSON all of them are in the answer."""

    def finding(self, data: Mapping[str, Any]) -> None:
        """One check of `verify`, as soon as it is known; in JSON all of them are in the answer."""

    def answer(
        self,
        name: str,
        data: Mapping[str, Any],
        *,
        exit_code: ExitCode = ExitCode.OK,
        **context: Any,
    ) -> None:
        """The answer to a command, or an event of `tunnel`, on stdout. `context` is for people only."""

    def is_gone(self) -> bool:
        """Whether nobody reads stdout any more."""
