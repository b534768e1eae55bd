"""A bug of ours: the traceback goes to a file that can be pasted into a report, one line to the user."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import traceback
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from twitter_setup import __version__
from twitter_setup.errors import Advice, SetupError


def report(error: Exception) -> SetupError:
    """Write the report (0600) and return the error that names it.

    Exceptions' texts may hold secrets, so only their types and places are written.
    """
    frames = "".join(traceback.format_tb(error.__traceback__))
    text = (
        f"# twitter-setup {__version__}: {type(error).__name__}\n\n"
        f"Python {sys.version.split()[0]} on {platform.platform()}\n\n"
        f"```\n{frames}{type(error).__name__}\n```\n"
    )
    path = _written(text)
    where = f"the details are in {path}" if path else "the details could not be written anywhere"
    return SetupError(
        "bug",
        f"This is a bug in twitter-setup ({type(error).__name__}); {where}.",
        advice=[
            Advice("see what is changed", command="twitter-setup status"),
            Advice("and put it back", command="twitter-setup undo"),
        ],
    )


def _written(text: str) -> Path | None:
    """Where it is now; None where the system lets us write nothing, not even in its temporary folder."""
    name = f"bug-{datetime.now().astimezone():%Y%m%d-%H%M%S}.md"
    for folder in (_state_folder, _temporary_folder):
        with suppress(Exception):  # no home, no user of that number, no disk
            path = folder() / name
            # 0600 from the first byte: the traceback names the user's folders.
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            return path
    return None


def _state_folder() -> Path:
    from platformdirs import user_state_path  # noqa: PLC0415

    folder = user_state_path("twitter-setup", appauthor=False)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _temporary_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="twitter-setup-"))
