"""`.env` files with secrets in them, and whether git has them or would take them. Names only, no values."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from twitter_setup.edits import dotenv
from twitter_setup.project import frameworks
from twitter_setup.project import git as git_files

_MOST = 1 << 20  # bytes of an .env file
_SECRET_NAME = re.compile(
    r"(?:^|_)(?:SECRET|SECRETS|KEY|KEYS|TOKEN|PASSWORD|PASS|PWD|SALT|CREDENTIALS|AUTHTOKEN)(?:_|$)"
)
_PUBLIC_NAME = re.compile(r"(?:^|_)(?:PUBLIC|PUBLISHABLE|SITE)_")
_URL_WITH_PASSWORD = re.compile(r"://[^/\s:@]+:(?P<password>[^/\s@]+)@")
# What stands in examples: nobody's secret. `toBeModified1` is Strapi's own.
_PLACEHOLDER = re.compile(
    r"to_?be_?modified|change[-_]?me|replace|example|placeholder|dummy|sample|xxx|your[-_ ]"
    r"|my_?key|<.*>|^\.*$|\$\{|insert|secret_?here|_here$",
    re.IGNORECASE,
)
# What a front end shows to everybody is no secret.
_SHOWN_PREFIXES = tuple(prefix for each in frameworks.FRAMEWORKS for prefix in each.prefixes)
_EXAMPLES = frozenset({"example", "sample", "template", "dist"})
_WEAK = frozenset({"secret", "password", "strapi", "postgres", "root", "admin", "test", "key"})


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvFile:
    """`names`: the variables in it that hold secrets."""

    path: Path
    names: tuple[str, ...]
    state: Literal["tracked", "unprotected", "ignored"]

    @property
    def is_example(self) -> bool:
        """By its name (`.env.example`) it is meant to be in git."""
        return not _EXAMPLES.isdisjoint(self.path.name.lower().split("."))


def read(folders: Sequence[Path]) -> tuple[EnvFile, ...] | None:
    """Look at the `.env` files in each folder; None where git is not in use at all."""
    files = {path: names for path in _env_files(folders) if (names := _secrets_in(path))}
    has_git = False
    found = []
    for folder in dict.fromkeys(path.parent for path in files) or dict.fromkeys(folders):
        paths = [path for path in files if path.parent == folder]
        tracked = git_files.tracked(folder, paths or [folder / ".env"])
        ignored = git_files.ignored(folder, paths)
        if tracked is None or ignored is None:
            continue
        has_git = True
        for path in paths:
            state: Literal["tracked", "unprotected", "ignored"] = "unprotected"
            if path in tracked:
                state = "tracked"
            elif path in ignored:
                state = "ignored"
            found.append(EnvFile(path=path, names=files[path], state=state))
    return tuple(found) if has_git else None


def is_placeholder(value: str) -> bool:
    return bool(_PLACEHOLDER.search(value)) or value.strip().lower() in _WEAK


def _env_files(folders: Sequence[Path]) -> list[Path]:
    found = []
    for folder in dict.fromkeys(folders):
        try:
            with os.scandir(folder) as entries:
                names = sorted(e.name for e in entries if e.is_file() and e.name.startswith(".env"))
        except OSError:
            continue
        found += [folder / name for name in names if name == ".env" or name.startswith(".env.")]
    return found


def _secrets_in(path: Path) -> tuple[str, ...]:
    try:
        content = path.read_bytes() if path.stat().st_size <= _MOST else b""
    except OSError:
        return ()
    return tuple(
        name for name, value in dotenv.values(content).items() if _is_secret(name, value.strip())
    )


def _is_secret(name: str, value: str) -> bool:
    if password := _URL_WITH_PASSWORD.search(value):
        return not is_placeholder(password["password"])
    shown = _PUBLIC_NAME.search(name) or name.startswith(_SHOWN_PREFIXES)
    named = not shown and _SECRET_NAME.search(name.upper())
    is_number = value.isdecimal() and len(value) < 8  # SESSION_KEY_LENGTH=32
    return bool(named and value and not is_number and not is_placeholder(value))
