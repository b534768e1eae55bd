"""stdout and stderr as Rich writes to them. The only module that knows Rich.

A terminal that went away fails no write: an undo must go on without it. Data is never taken for
markup, and a URL is never broken across lines.
"""

from __future__ import annotations

import io
import os
import re
import select
import sys
from contextlib import suppress
from typing import Any, TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from twitter_setup.output import stdout
from twitter_setup.output.lines import Line


class Streams:
    """Both consoles, and whether stdout still has a reader."""

    def __init__(self) -> None:
        self.out = _console(sys.stdout)
        self.err = _console(sys.stderr, is_steady=True)
        self.out_is_gone = False

    def print_out(self, line: Line) -> None:
        try:
            self.out.print(_text(line, self.out), soft_wrap=True)
            self.out.file.flush()
        except (OSError, ValueError) as error:  # a closed pipe, a hung-up terminal, a closed file
            self.lose_out(error)

    def lose_out(self, error: OSError | ValueError) -> None:
        """Take stdout for gone; the command goes on, and its exit code tells at the end."""
        self.out_is_gone = True
        if isinstance(error, OSError):
            stdout.note(error)

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
    stdout.in_ascii(file)
    # Without the stream (`2>&-`) Rich would take stdout.
    stream: Any = file or io.StringIO()
    if is_steady:
        stream = _Steady(stream)
    # COLUMNS=0, as some CI systems set it, would leave no room for any word.
    environ = {
        name: value
        for name, value in os.environ.items()
        if name not in {"COLUMNS", "LINES"} or value.strip("0")
    }
    return _Console(file=stream, highlight=False, markup=False, emoji=False, _environ=environ)


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
