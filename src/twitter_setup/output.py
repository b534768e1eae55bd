"""What commands say, for people (Rich) and for programs (JSON lines). The only module that knows Rich.

stdout is the answer, stderr everything else. A terminal that went away fails no write: an undo must
go on without it. Data is never taken for markup, and a URL is never broken across lines.
"""

from __future__ import annotations

import io
import json
import re
import select
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TextIO, cast

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from twitter_setup import lines as wording
from twitter_setup import render, render_verify
from twitter_setup.errors import Advice, ExitCode, SetupError
from twitter_setup.lines import Line


class _Streams:
    """Both consoles, and whether stdout still has a reader."""

    def __init__(self) -> None:
        self.out = _console(sys.stdout)
        self.err = _console(sys.stderr, is_steady=True)
        self.out_is_gone = False

    def print_out(self, line: Line) -> None:
        try:
            self.out.print(_text(line, self.out), soft_wrap=True)
            self.out.file.flush()
        except (OSError, ValueError):  # a closed pipe, a hung-up terminal, a closed file
            self.out_is_gone = True

    def print_err(self, line: Line) -> None:
        with suppress(OSError, ValueError):
            self.err.print(_text(line, self.err), soft_wrap=True)

    def is_gone(self) -> bool:
        return self.out_is_gone or _has_no_reader(self.out.file)


class _Steady:
    """stderr that may be gone: a spinner, or a question, must not end an undo with an error."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        with suppress(OSError, ValueError):
            self._file.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._file.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


class _Console(Console):
    def on_broken_pipe(self) -> None:
        # Rich would end the program here, in the middle of an undo perhaps.
        raise BrokenPipeError


def _console(file: TextIO | None, *, is_steady: bool = False) -> Console:
    # A `✓` must not fail where the encoding has none (cp1252, latin-1).
    if isinstance(file, io.TextIOWrapper):
        file.reconfigure(errors="replace")
    # Without the stream (`2>&-`) Rich would take stdout.
    stream: Any = file or io.StringIO()
    if is_steady:
        stream = _Steady(stream)
    return _Console(file=stream, highlight=False, markup=False, emoji=False)


def _text(line: Line, console: Console) -> Text:
    """A line for this console: on a terminal it goes on below between words, never inside a URL."""
    text = Text.assemble(*line.parts)
    if not console.is_terminal or text.cell_len <= console.width:
        return text
    words = list(re.finditer(r"(?:(?<!\S)[+~-] )?\S+", text.plain))
    longest = max((cell_len(word[0]) for word in words), default=0)
    hang = line.hang if line.hang + longest <= console.width else 6
    hang = max(0, min(hang, console.width - longest))
    breaks: list[int] = []
    row_begins = 0
    for word in words[1:]:
        if cell_len(text.plain[row_begins : word.end()]) + (hang if breaks else 0) > console.width:
            row_begins = word.start()
            breaks.append(row_begins)
    rows = text.divide(breaks)
    for row in rows:
        row.rstrip()
    return Text(f"\n{' ' * hang}").join(rows)


def _has_no_reader(file: Any) -> bool:
    """A pipe whose reader ended (`| head -1`) or a terminal that hung up: nobody will press Ctrl-C."""
    if not hasattr(select, "poll"):
        return False
    try:
        poll = select.poll()
        poll.register(file.fileno(), 0)
        return any(events & (select.POLLERR | select.POLLHUP) for _, events in poll.poll(0))
    except (OSError, ValueError):
        return False


class People:
    """The view on a terminal, or in a pipe that a person reads later."""

    def __init__(self, *, quiet: bool = False, verbose: bool = False) -> None:
        self._streams = _Streams()
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
        status = self._streams.err.status(text)
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


class Program:
    """The view of `--json`: one envelope a line on stdout; only notes on stderr; never a question."""

    may_ask = False

    def __init__(self, command: str) -> None:
        self._command = command
        self._streams = _Streams()

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

    def done(self, label: str, text: str) -> None: ...

    def note(self, text: str, advice: Sequence[Advice] = ()) -> None:
        for line in wording.note(text, advice):
            self._streams.print_err(line)

    @contextmanager
    def working(self, text: str) -> Iterator[Callable[[str], None]]:
        del text
        yield lambda _: None

    def hop(self, data: Mapping[str, Any]) -> None: ...

    def finding(self, data: Mapping[str, Any]) -> None: ...

    def answer(
        self,
        name: str,
        data: Mapping[str, Any],
        *,
        exit_code: ExitCode = ExitCode.OK,
        **context: Any,
    ) -> None:
        del context
        self._write(name, data, (), exit_code)

    def error(self, error: SetupError) -> None:
        entry = {
            "code": error.code,
            "message": _sentences(error.message, error.unchanged),
            "advice": [advice.data() for advice in error.advice],
        }
        self._write("failed", {}, (entry,), error.exit_code)

    def is_gone(self) -> bool:
        return self._streams.is_gone()

    def _write(
        self,
        name: str,
        data: Mapping[str, Any],
        errors: Sequence[Mapping[str, Any]],
        exit_code: ExitCode,
    ) -> None:
        envelope: dict[str, Any] = {
            "schema": 1,
            "command": self._command,
            "ok": exit_code is ExitCode.OK,
            "exit_code": int(exit_code),
            "data": dict(data),
            "errors": list(errors),
        }
        if self._command == "tunnel" and name in render.TUNNEL_EVENTS:
            envelope["event"] = name
        file = self._streams.out.file
        # Not through Rich: it would fold long lines.
        try:
            print(_json(envelope, getattr(file, "encoding", None)), file=file, flush=True)
        except (OSError, ValueError):
            self._streams.out_is_gone = True


def _no_answer() -> SetupError:
    return SetupError("declined", "The answer did not come.", unchanged="Nothing was changed.")


def _json(envelope: Mapping[str, Any], encoding: str | None) -> str:
    text = json.dumps(envelope, ensure_ascii=False)
    try:
        text.encode(encoding or "utf-8")
    except UnicodeEncodeError:  # latin-1, or a path whose bytes are not UTF-8
        return json.dumps(envelope)
    return text


def _sentences(message: str, unchanged: str) -> str:
    if not unchanged:
        return message
    return f"{message} {unchanged}" if message.endswith((".", ":")) else f"{message}. {unchanged}"


def _is_terminal(file: Any) -> bool:
    try:
        return bool(file.isatty())
    except (AttributeError, ValueError):
        return False
