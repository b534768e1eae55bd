"""What wins over the `.env` files that a plan changes: compose files, and env files of scripts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from twitter_setup.edits import dotenv
from twitter_setup.project.backend import BackEnd
from twitter_setup.project.files import read_source, relative_name
from twitter_setup.project.frontend import FrontEnd
from twitter_setup.project.tools import compose, folders, launchers
from twitter_setup.project.tools.compose import End


def notes(
    root: Path, backend: BackEnd, frontend: FrontEnd | None, wanted: Mapping[Path, Iterable[str]]
) -> tuple[str, ...]:
    """Say which file and line wins over a variable that we set; `wanted` has its names by env file.

    `root` is the repository's.
    """
    ends = ends_of(backend, frontend)
    own = {path for files in ends.values() for path in files}
    return tuple(
        dict.fromkeys(
            note
            for end, files in ends.items()
            for note in _of(
                root,
                end,
                tuple(other for other in ends if other != end),
                frozenset(name for file in files for name in wanted.get(file, ())),
                frozenset(path.resolve() for path in own),
            )
        )
    )


def ends_of(backend: BackEnd, frontend: FrontEnd | None) -> dict[End, tuple[Path, ...]]:
    """List the ends of the project, with the env files of each."""
    found: dict[End, tuple[Path, ...]] = {
        End(root=backend.root, name=backend.name, usual_names=folders.USUAL_BACKENDS): (
            backend.env_file.path,
        )
    }
    if frontend is not None:
        front = End(root=frontend.root, name=frontend.name, usual_names=folders.USUAL_FRONTENDS)
        found[front] = tuple(file.path for file in frontend.env_files)
    return found


def is_set(root: Path, backend: BackEnd, frontend: FrontEnd | None, name: str) -> bool:
    """Whether a compose file, or an env file of a script, gives `name` to the back end."""
    end, *others = ends_of(backend, frontend)
    for file in compose.find_files(root, (end, *others)):
        given, _ = compose.variables(file, end, tuple(others))
        if any(each.variable == name for each in given):
            return True
    files = launchers.env_files(end.root, root, _names(others))
    return any(name in dotenv.values(read_source(file).content or b"") for file in files)


def _of(
    root: Path,
    end: End,
    others: tuple[End, ...],
    names: frozenset[str],
    own: frozenset[Path],
) -> list[str]:
    """Give the notes for one end; `own` are the env files that the plan may change."""
    found: list[str] = []
    if not names:
        return found
    for file in compose.find_files(root, (end, *others)):
        given, unread = compose.variables(file, end, others)
        shown = relative_name(file, root)
        found += [
            f"{each.variable} is also set in {relative_name(each.path, root)}:{each.line}, for the "
            f"service `{each.service}` of {shown}. In that container it wins over .env: change it "
            "there too."
            for each in given
            if each.variable in names and each.path not in own
        ]
        found += [
            f"Could not read {shown}{f':{each.line}' if each.line else ''} ({each.reason}). "
            "A variable that it sets wins over .env."
            for each in unread
        ]
    for file in launchers.env_files(end.root, root, _names(others)):
        if file in own:
            continue
        found += [
            f"{name} is also set in {relative_name(file, root)}:{line}, which a script of "
            "package.json hands over. It wins over the other .env files: change it there too."
            for name, line in dotenv.lines(read_source(file).content or b"").items()
            if name in names
        ]
    return found


def _names(ends: Iterable[End]) -> frozenset[str]:
    return frozenset(name for end in ends for name in (end.root.name, end.name))
