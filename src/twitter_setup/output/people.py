"""What commands say, for people. stdout is the answer, stderr everything else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TextIO, cast

from twitter_setup.errors import Advice, ExitCode, SetupError
from twitter_setup.output import lines as wording
from twitter_setup.output import render, render_verify
from twitter_setup.output.lines import Line
from twitter_setup.output.streams import Streams


class People:
    """The view on a terminal, or in a pipe that a person reads later."""

    def __init__(self, *, quiet: bool = False, verbose: bool = False) -> None:
        self._streams = Streams()
        self._quiet = quiet
        self._verbose = verbose
        self._status: Any = None  # the spinner that turns now

    @property
    def may_ask(self) -> bool:
        return _is_terminal(sys.stdin) and _is_terminal(sys.stderr)

    def ask(self, question: str, *, default: bool = True) -> bool:
        choices = "[Y/n]" if default else "[y/N]"
        while True:
            answer = self._read(f"{question} {choices} ").strip().lower()
            if not answer:
                return default
            if answer in {"y", "yes"}:
                return True
            if answer in {"n", "no"}:
                return False

    def choose(self, question: str, choices: Sequence[str]) -> int:
        self._streams.print_err(Line.of(question))
        for number, choice in enumerate(choices, 1):
            self._streams.print_err(Line.of(f"  {number}  {choice}"))
        while True:
            answer = self._read(f"Number [1-{len(choices)}] ").strip()
            if answer.isdecimal() and 1 <= int(answer) <= len(choices):
                return int(answer) - 1

    def enter(self, question: str, default: str) -> str:
        hint = f" [{default}]" if default else ""
        return self._read(f"{question}{hint}: ").strip() or default

    def enter_secret(self, question: str) -> str:
        import getpass  # noqa: PLC0415 - only where a secret is asked for

        self._streams.err.file.flush()
        try:
            return getpass.getpass(f"{question}: ", stream=cast(TextIO, self._streams.err.file))
        except EOFError:
            raise _no_answer() from None

    def _read(self, prompt: str) -> str:
        # stderr, so that stdout holds the answer alone; `input` would write the prompt to stdout.
        self._streams.err.print(prompt, end="", soft_wrap=True)
        self._streams.err.file.flush()
        line = sys.stdin.readline()
        if not line:
            raise _no_answer()
        return line

    def say(self, text: str = "") -> None:
        if not self._quiet:
            self._streams.print_err(Line.of(text))

    def detail(self, text: str) -> None:
        if self._verbose:
            self._streams.print_err(Line.of(text, "dim"))

    def rows(self, title: str, rows: Sequence[tuple[str, str]], *, is_asked: bool = False) -> None:
        if is_asked or not self._quiet:
            self._print_err(wording.rows(title, rows))

    def done(self, label: str, text: str) -> None:
        if not self._quiet:
            self._streams.print_err(wording.done(label, text))

    def note(self, text: str, advice: Sequence[Advice] = ()) -> None:
        self._print_err(wording.note(text, advice))

    @contextmanager
    def working(self, text: str) -> Iterator[Callable[[str], None]]:
        if self._quiet or not self._streams.err.is_terminal:
            yield lambda _: None
            return
        signs = "dots" if self._streams.err.encoding.startswith("utf") else "line"
        status = self._streams.err.status(text, spinner=signs)
        try:
            status.start()
            self._status = status
            yield status.update
        finally:
            self._status = None
            # A Ctrl-C in the midst of a start: Rich takes down what it has not put up yet.
            with suppress(IndexError):
                status.stop()
            self._streams.err.show_cursor()

    def finding(self, data: Mapping[str, Any]) -> None:
        if not self._quiet or data["status"] not in {"pass", "skip"}:
            self._print_beside_spinner(render_verify.finding(data, is_verbose=self._verbose))

    def hop(self, data: Mapping[str, Any]) -> None:
        if not self._quiet or not data["is_passed"]:
            self._print_beside_spinner([render_verify.hop(data)])

    def _print_beside_spinner(self, lines: Iterable[Line]) -> None:
        if self._status is not None:  # its line must not be written into
            self._status.stop()
        for line in lines:
            self._streams.print_out(line)
        if self._status is not None:
            self._status.start()

    def answer(
        self,
        name: str,
        data: Mapping[str, Any],
        *,
        exit_code: ExitCode = ExitCode.OK,
        **context: Any,
    ) -> None:
        del exit_code  # the shell sees it
        for line in render.ANSWERS[name](data, context):
            if line.to_stderr:
                self.say_line(line)
            else:
                self._streams.print_out(line)

    def say_line(self, line: Line) -> None:
        if not self._quiet:
            self._streams.print_err(line)

    def error(self, error: SetupError) -> None:
        self._print_err(wording.error(error))

    def is_gone(self) -> bool:
        return self._streams.is_gone()

    def _print_err(self, lines: Sequence[Line]) -> None:
        for line in lines:
            self._streams.print_err(line)


def _no_answer() -> SetupError:
    return SetupError("declined", "The answer did not come.", unchanged="Nothing was changed.")


def _is_terminal(file: Any) -> bool:
    try:
        return bool(file.isatty())
    except (AttributeError, ValueError):
        return False
