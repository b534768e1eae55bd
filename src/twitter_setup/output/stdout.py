"""stdout itself: signs that its encoding lacks, and what became of it (a reader that left, a full disk)."""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
from contextlib import suppress

# "?" is the sign for "unknown", so signs without a place in the encoding become words or ASCII.
_IN_ASCII = {
    "✓": "ok",
    "✗": "FAIL",
    "→": "->",
    "…": "...",
    "·": "-",
    "•": "*",
    **dict.fromkeys("“”„«»", '"'),
    **dict.fromkeys("‘’", "'"),
}
_HANDLER = "twitter-setup"
# The first write of this run that failed.
_problems: list[OSError] = []


def in_ascii(file: object) -> None:
    """Let `file`, a text stream, write each sign that its encoding lacks in ASCII."""
    if isinstance(file, io.TextIOWrapper):
        codecs.register_error(_HANDLER, _replaced)
        file.reconfigure(errors=_HANDLER)


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(_IN_ASCII.get(sign, "?") for sign in lacking), error.end


def begin() -> None:
    """Forget what became of the stdout of an earlier run in this process."""
    _problems.clear()


def note(problem: OSError) -> None:
    """Remember that a write to stdout failed."""
    _problems.append(problem)


def refuses(error: OSError) -> bool:
    """Say whether `error`, of a write that Typer did (`--help`), is stdout's; then it is remembered."""
    if error.errno not in {errno.EPIPE, errno.ENOSPC, errno.EIO}:
        return False
    try:
        sys.stdout.write("\n")
        sys.stdout.flush()
    except OSError:
        note(error)
        return True
    return False


def problem() -> OSError | None:
    """Write what is left, and return why stdout could not be written; None if it was."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        note(error)
    except ValueError:  # somebody closed it
        return None
    if not _problems:
        return None
    _lead_nowhere()
    return _problems[0]


def _lead_nowhere() -> None:
    """Let Python's own last flush succeed: it would end the program with 120 and a complaint."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
