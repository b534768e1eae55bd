"""Walks from folder to folder: up to the repository's root, down to packages of the user's own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from twitter_setup.errors import SetupError
from twitter_setup.project import packages

USUAL_BACKENDS = ("backend", "api", "server", "strapi", "cms")
USUAL_FRONTENDS = ("frontend", "web", "client", "app", "site", "www")
USUAL_WORKSPACES = ("apps", "packages")
_WORKSPACE_FILES = ("nx.json", "lerna.json", "rush.json")
# Other packages' code and what builds leave behind: no project of the user's own is in there.
_SKIPPED = frozenset({"node_modules", "dist", "build", "out", "public", "coverage"})
_NOT_DEEP = frozenset({"test", "tests", "__tests__", "fixtures", "e2e", "docs", "src"})
_USUAL_DEPTH = 2
_DEPTH = 4


def upwards(start: Path, root: Path | None = None) -> Iterator[Path]:
    """Yield `start` and the folders above it, up to `root`.

    Never the home folder, what holds it, or the root of the file system: they are no project.
    """
    try:
        home = Path.home().resolve()
    except RuntimeError:
        home = Path("/")
    yield start
    for folder in start.parents:
        if home.is_relative_to(folder) or not (root is None or folder.is_relative_to(root)):
            return
        yield folder


def search(folder: Path, accept: Callable[[Path], bool]) -> list[Path]:
    """Find accepted folders up to two levels below `folder`, but none inside another."""
    return _search(folder, accept, _USUAL_DEPTH, _SKIPPED)


def search_deep(folder: Path, accept: Callable[[Path], bool]) -> list[Path]:
    """Find the same up to four levels below `folder`, but not in source or tests."""
    return _search(folder, accept, _DEPTH, _SKIPPED | _NOT_DEEP)


def within(folder: Path) -> list[Path]:
    """List all folders up to two levels below `folder`."""
    children = _subfolders(folder, _SKIPPED)
    return [each for child in children for each in (child, *_subfolders(child, _SKIPPED))]


def repository_root(start: Path) -> Path:
    """Find the folder with `.git`; without git, the one that seems to hold the whole project."""
    start = start.resolve()
    for folder in upwards(start):
        if (folder / ".git").exists():
            return folder
    for folder in upwards(start):
        if is_workspace(folder):
            return folder
    parent = start.parent
    if parent not in set(upwards(start)):
        return start
    if parent.name in USUAL_WORKSPACES and (parent.parent / "package.json").is_file():
        return parent.parent
    is_part = start.name in (*USUAL_BACKENDS, *USUAL_FRONTENDS)
    return parent if is_part or (parent / "package.json").is_file() else start


def is_workspace(folder: Path) -> bool:
    """Whether the packages below share this folder's dependencies."""
    if any((folder / name).is_file() for name in _WORKSPACE_FILES):
        return True
    try:
        if b"packages:" in (folder / "pnpm-workspace.yaml").read_bytes():
            return True
    except OSError:
        pass
    try:
        manifest = packages.read_manifest(folder)
    except SetupError:
        return False
    return manifest is not None and manifest.has_workspaces


def _search(
    folder: Path, accept: Callable[[Path], bool], depth: int, skipped: frozenset[str]
) -> list[Path]:
    found: list[Path] = []
    for child in _subfolders(folder, skipped):
        if accept(child):
            found.append(child)
        elif depth > 1:
            found += _search(child, accept, depth - 1, skipped)
    return found


def _subfolders(folder: Path, skipped: frozenset[str]) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return sorted(
                Path(entry.path)
                for entry in entries
                if entry.name not in skipped
                and not entry.name.startswith(".")
                and entry.is_dir(follow_symlinks=False)
            )
    except OSError:
        return []
