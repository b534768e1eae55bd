"""What can go wrong, as values: exit codes, error codes, advice, and the one exception that reaches the user.

Errors never print. `cli_boundary` catches them in one place; `output` says them to people, and
`output_json` to programs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do next: a sentence, and apart from it a command to copy or a page to open."""

    text: str
    command: str | None = None
    url: str | None = None

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
