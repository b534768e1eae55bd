"""What can go wrong, as values: exit codes, error codes, advice, and the one exception that reaches the user.

Errors never print. `cli_boundary` catches them in one place; `output` says them to people, and
`output_json` to programs.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Literal


class ExitCode(IntEnum):
    """Every exit status of the program (docs/exit-codes-and-json.md)."""

    OK = 0
    FAILED = 1
    USAGE = 2
    BUG = 3
    INTERRUPTED = 130
    NO_READER = 141  # 128 + SIGPIPE, as shells count it


ErrorCode = Literal[
    "usage",
    "no_project",
    "several_projects",
    "project_broken",
    "unsupported_version",
    "settings_invalid",
    "not_editable",
    "file_changed",
    "not_writable",
    "declined",
    "tunnel_running",
    "tunnel_failed",
    "gateway_failed",
    "port_taken",
    "strapi_down",
    "strapi_no_admin",
    "strapi_no_plugin",
    "strapi_auth",
    "strapi_forbidden",
    "strapi_rate_limited",
    "strapi_error",
    "x_error",
    "checkpoint_broken",
    "interrupted",
    "bug",
]

_EXIT_CODES: dict[str, ExitCode] = {
    "usage": ExitCode.USAGE,
    "several_projects": ExitCode.USAGE,
    "bug": ExitCode.BUG,
    "interrupted": ExitCode.INTERRUPTED,
}


_ALL = frozenset({"tunnel", "configure", "verify", "urls", "status", "undo", "init"})
# Options that advice repeats, with the commands that take them. What one run alone is about is not.
REPEATED: dict[str, frozenset[str]] = {
    "--backend": _ALL,
    "--frontend": _ALL,
    "--url": frozenset({"tunnel", "configure", "verify", "urls"}),
    "--local": frozenset({"tunnel", "init"}),
    "--strapi": frozenset({"configure", "verify", "undo"}),
}
_FLAGS = frozenset({"--local"})
_REACHES = frozenset({"--url", "--local", "--domain"})  # they exclude each other
_ABOUT_ITSELF = ("--help", "--explain", "--list", "&&")
_OUR_COMMAND = re.compile(r"(?:^|\s)twitter-setup ([a-z]+)")


def _options_of(words: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    """Find the options to repeat in `words`, with their values; None for a flag."""
    for number, word in enumerate(words):
        option, equals, value = word.partition("=")
        if option in _FLAGS:
            yield option, None
        elif option in REPEATED and equals:
            yield option, value
        elif option in REPEATED and number + 1 < len(words):
            yield option, words[number + 1]


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do next: a sentence, and apart from it a command to copy or a page to open."""

    text: str
    command: str | None = None
    url: str | None = None

    def repeating(self, words: Sequence[str]) -> Advice:
        """Add the options of `words`, a command line, that the command here takes and lacks."""
        found = _OUR_COMMAND.search(self.command or "")
        if found is None or any(each in (self.command or "") for each in _ABOUT_ITSELF):
            return self
        present = {word.partition("=")[0] for word in (self.command or "").split()}
        if present & _REACHES:
            present |= _REACHES
        more = [
            word
            for option, value in _options_of(words)
            if option not in present and found[1] in REPEATED[option]
            for word in ((option,) if value is None else (option, value))
        ]
        return replace(self, command=f"{self.command} {shlex.join(more)}") if more else self

    def data(self) -> dict[str, str | None]:
        """As it stands in JSON."""
        return {"text": self.text, "command": self.command, "url": self.url}


class SetupError(Exception):
    """Something that the user can act on: no traceback, a message and advice.

    `message` says what happened and where; `unchanged` says what was left as it was.
    """

    def __init__(
        self, code: ErrorCode, message: str, *, advice: Sequence[Advice] = (), unchanged: str = ""
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.advice = tuple(advice)
        self.unchanged = unchanged

    @property
    def exit_code(self) -> ExitCode:
        return _EXIT_CODES.get(self.code, ExitCode.FAILED)


class FileChanged(SetupError):
    """A file is no longer what the plan was made from."""


class NotWritable(SetupError):
    """A file, its folder or its disk refuses to be written."""


class TunnelFailed(SetupError):
    """The reach could not be opened, or was lost for good."""


class Interrupted(Exception):
    """A signal asked the program to stop; raised only where stopping is safe."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(f"signal {signal_number}")
        self.signal_number = signal_number
