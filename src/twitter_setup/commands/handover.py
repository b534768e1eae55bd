"""`--copy` and `--open`: the callback URL to the clipboard, the portal to the browser."""

from __future__ import annotations

import base64
import sys
import webbrowser
from collections.abc import Mapping
from typing import Any

from twitter_setup.errors import Advice
from twitter_setup.project.settings import Options
from twitter_setup.view import View


def hand_over(options: Options, sheet: Mapping[str, Any], view: View) -> None:
    """Neither may fail the command: what could not be done is said, with the text to use instead."""
    if options.copy:
        if copy(str(sheet["callback_url"])):
            view.done("copied", str(sheet["callback_url"]))
        else:
            view.note(f"No clipboard here; copy it yourself: {sheet['callback_url']}")
    if options.open:
        url = str(sheet["portal_url"])
        if not webbrowser.open(url):
            view.note("No browser could be opened here.", [Advice("open the portal", url=url)])


def copy(text: str) -> bool:
    """By the system's clipboard program, else by the terminal itself (OSC 52, which works over SSH)."""
    import pyperclip  # noqa: PLC0415 - looks for clipboard programs when loaded

    try:
        pyperclip.copy(text)
    except (pyperclip.PyperclipException, OSError):
        return _copy_by_terminal(text)
    return True


def _copy_by_terminal(text: str) -> bool:
    if sys.stderr is None or not sys.stderr.isatty():
        return False
    payload = base64.b64encode(text.encode()).decode()
    sys.stderr.write(f"\033]52;c;{payload}\a")
    sys.stderr.flush()
    return True
