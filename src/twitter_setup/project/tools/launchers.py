"""Programs in scripts that hand an env file to both ends: dotenv-cli, dotenvx, env-cmd, `node --env-file`.

The file becomes the real environment of what they start, and wins over the ends' own `.env` files.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from twitter_setup.errors import SetupError
from twitter_setup.project import packages
from twitter_setup.project.tools import folders, scripts

# For each program: the options that name a file, and the file that it reads without one.
_PROGRAMS = {
    "dotenv": (("-e", "--env"), ".env"),
    "dotenvx": (("-f", "--env-file"), ".env"),
    "env-cmd": (("-f", "--file"), ".env"),
    "node": (("--env-file", "--env-file-if-exists"), ""),
    "bun": (("--env-file",), ""),
    "tsx": (("--env-file",), ""),
}
_STARTS = ("dev", "develop", "start", "serve")


def env_files(end: Path, repository: Path, other_names: frozenset[str]) -> tuple[Path, ...]:
    """List the env files that a script for development hands to what runs in `end`.

    `other_names` are the folder and package of the other end: a command that names it alone is not
    this end's.
    """
    found: dict[Path, None] = {}
    for folder in folders.upwards(end, repository):
        try:
            manifest = packages.read_manifest(folder)
        except SetupError:
            continue
        for name, script in manifest.scripts.items() if manifest else ():
            if name.partition(":")[0] in _STARTS:
                for command in scripts.commands(script):
                    is_for_other = folder != end and any(
                        PurePosixPath(word).name in other_names for word in command
                    )
                    if not is_for_other:
                        found |= dict.fromkeys(_named(command, folder))
    return tuple(found)


def _named(command: tuple[str, ...], folder: Path) -> Iterator[Path]:
    """Yield the env files that one command names, or reads by default."""
    for place, word in enumerate(command):
        program = PurePosixPath(word).name
        if program in _PROGRAMS:
            options, default = _PROGRAMS[program]
            files = list(_values(command[place + 1 :], options))
            for name in files or ([default] if default else []):
                yield (folder / name).resolve()
            return


def _values(words: tuple[str, ...], options: tuple[str, ...]) -> Iterator[str]:
    for place, word in enumerate(words):
        if word == "--":
            return
        name, equals, value = word.partition("=")
        if name in options:
            following = words[place + 1] if place + 1 < len(words) else ""
            yield value if equals else following
