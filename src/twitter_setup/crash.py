"""A bug of ours: the traceback goes to a file that can be pasted into a report, one line to the user."""

from __future__ import annotations

import platform
import sys
import tempfile
import traceback
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
    path = _file()
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return SetupError(
        "bug",
        f"This is a bug in twitter-setup ({type(error).__name__}); the details are in {path}.",
        advice=[
            Advice("see what is changed", command="twitter-setup status"),
            Advice("and put it back", command="twitter-setup undo"),
        ],
    )


def _file() -> Path:
    name = f"bug-{datetime.now().astimezone():%Y%m%d-%H%M%S}.md"
    try:
        from platformdirs import user_state_path  # noqa: PLC0415

        folder = user_state_path("twitter-setup", appauthor=False)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="twitter-setup-")) / name
    return folder / name
