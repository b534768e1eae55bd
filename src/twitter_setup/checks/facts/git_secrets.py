"""`.env` files with secrets in them, and whether git has them or would take them. Names only, no values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from twitter_setup.edits import dotenv
from twitter_setup.project import frameworks
from twitter_setup.project import git as git_files

_MOST = 1 << 20  # bytes of an .env file
_SECRET_NAME = re.compile(r"(?:^|_)(?:SECRET|KEY|TOKEN|PASSWORD|PASS|SALT)S?$")
# A front end shows these to everybody.
_SHOWN_PREFIXES = tuple(prefix for each in frameworks.FRAMEWORKS for prefix in each.prefixes)
_EXAMPLES = frozenset({"example", "sample", "template", "dist"})  # meant to be in git

_State = Literal["tracked", "unprotected", "ignored"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvFile:
    """`names`: the variables in it that hold secrets."""

    path: Path
    names: tuple[str, ...]
    state: _State


def read(folders: Sequence[Path]) -> tuple[EnvFile, ...] | None:
    """Look at the `.env` files in each folder; None where git is not in use at all."""
    found, has_git = [], False
    for folder in dict.fromkeys(folders):
        names = {path: names for path in _env_files(folder) if (names := _secrets_in(path))}
        tracked = git_files.tracked(folder, list(names) or [folder / ".env"])
        ignored = git_files.ignored(folder, list(names))
        if tracked is None or ignored is None:
            continue
        has_git = True
        for path in names:
            state: _State = "ignored" if path in ignored else "unprotected"
            state = "tracked" if path in tracked else state
            found.append(EnvFile(path=path, names=names[path], state=state))
    return tuple(found) if has_git else None


def _env_files(folder: Path) -> list[Path]:
    """List `.env` and its kind, without the examples."""
    parts = {path: path.name.lower().split(".") for path in sorted(folder.glob(".env*"))}
    return [
        path
        for path, words in parts.items()
        if words[:2] == ["", "env"] and _EXAMPLES.isdisjoint(words)
    ]


def _secrets_in(path: Path) -> tuple[str, ...]:
    try:
        content = path.read_bytes() if path.stat().st_size <= _MOST else b""
    except OSError:
        return ()
    return tuple(
        name
        for name, value in dotenv.values(content).items()
        if value and _SECRET_NAME.search(name.upper()) and not name.startswith(_SHOWN_PREFIXES)
    )
