"""Small JSON files of our own: written whole, and not believed when they are something else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from twitter_setup.errors import Advice, SetupError
from twitter_setup.state import atomic


def read_json(path: Path) -> dict[str, Any] | None:
    """None where there is none. Raises `checkpoint_broken`."""
    try:
        data = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SetupError(
            "checkpoint_broken",
            f"{path} cannot be read: {atomic.reason_of(error)}.",
            advice=[Advice("make it readable for you, then run the command again")],
            unchanged="Nothing was changed.",
        ) from error
    except ValueError as error:
        raise broken(path) from error
    if not isinstance(data, dict):
        raise broken(path)
    return data


def write_json(path: Path, data: dict[str, Any]) -> None:
    """Raises `NotWritable`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        atomic.replace(path, json.dumps(data, indent=1).encode(), mode=0o600)
    except OSError as error:
        raise atomic.not_writable(path, atomic.reason_of(error)) from error


def broken(path: Path) -> SetupError:
    return SetupError(
        "checkpoint_broken",
        f"{path} cannot be read: it is not what twitter-setup wrote.",
        advice=[Advice("delete that file; `undo` needs only the checkpoints beside it")],
        unchanged="Nothing was changed.",
    )
