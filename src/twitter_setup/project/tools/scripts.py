"""Command lines in package.json scripts and nx targets: which programs they run, and with what."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

_SEPARATORS = frozenset({"&&", "||", ";", "|", "&"})
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
# With these, a package manager runs a script in another folder or of another package.
_MANAGERS = frozenset({"npm", "pnpm", "yarn", "bun", "turbo", "nx", "lerna"})
_ELSEWHERE = frozenset(
    {"-C", "--cwd", "--dir", "--prefix", "-F", "--filter", "-w", "--workspace", "workspace"}
)
_STRAPI_COMMANDS = frozenset({"dev", "develop", "start", "build", "console", "watch-admin"})


def commands(script: str) -> Iterator[tuple[str, ...]]:
    """Split a script into its commands; a quoted command (`concurrently "vite" "…"`) too."""
    command: list[str] = []
    for part in (part for word in _words(script) for part in word.split()):
        if part in _SEPARATORS:
            yield tuple(command)
            command = []
        else:
            command.append(part)
    yield tuple(command)


def runs(script: str, programs: frozenset[str]) -> bool:
    """Whether the script runs one of the programs in its own folder."""
    for command in _commands_here(script):
        if _is_elsewhere(command):
            continue
        if any(PurePosixPath(word).name in programs for word in command):
            return True
    return False


def runs_strapi(script: str) -> bool:
    """Whether the script runs Strapi in its own folder: `strapi develop`, `… strapi.js start`.

    Not a script of another package that is called strapi: `pnpm -F strapi dev`, `npm run strapi`.
    """
    for command in _commands_here(script):
        if _is_elsewhere(command):
            continue
        for place, word in enumerate(command):
            following = command[place + 1] if place + 1 < len(command) else "-"
            is_program = PurePosixPath(word).name in {"strapi", "strapi.js"}
            is_run = place > 0 and command[place - 1] == "run"
            if (
                is_program
                and not is_run
                and (following.startswith("-") or following.partition(":")[0] in _STRAPI_COMMANDS)
            ):
                return True
    return False


def _commands_here(script: str) -> Iterator[tuple[str, ...]]:
    """Yield the commands before a `cd`; a `cd` in a quoted command ends only that one."""
    command: list[str] = []
    for word in (*_words(script), ";"):
        if len(word.split()) > 1:
            yield from _commands_here(word)
        elif word not in _SEPARATORS:
            command.append(word)
        elif command[:1] == ["cd"]:
            return
        else:
            yield tuple(command)
            command = []


def _words(script: str) -> list[str]:
    spaced = re.sub(r"(&&|\|\||;)", r" \1 ", script)
    try:
        return shlex.split(spaced)
    except ValueError:  # a quote that is never closed
        return spaced.split()


def _is_elsewhere(command: tuple[str, ...]) -> bool:
    words = [word for word in command if not _ASSIGNMENT.match(word)]
    return (
        words[:1] != []
        and words[0] in _MANAGERS
        and not _ELSEWHERE.isdisjoint(word.partition("=")[0] for word in words)
    )


def assigned(script: str, variable: str, program: str) -> str | None:
    """Return the value that the script gives `variable` for `program`: `NODE_ENV=x strapi develop`."""
    for command in commands(script):
        names = [PurePosixPath(word).name for word in command]
        if program not in names:
            continue
        for word in reversed(command[: names.index(program)]):
            if _ASSIGNMENT.match(word) and word.startswith(f"{variable}="):
                return word.removeprefix(f"{variable}=")
    return None


def first_that_runs_strapi(scripts: Mapping[str, str]) -> str:
    """Name the script that starts Strapi for development, '' for none: `develop`, else `dev` …"""
    usual = ("develop", "dev", "strapi:develop", "strapi:dev", "start:dev", "start")
    for name in (*usual, *scripts):
        script = scripts.get(name, "")
        words = [word for command in commands(script) for word in command]
        if runs_strapi(script) and ("develop" in words or "dev" in words or name == "start"):
            return name
    return ""
