"""Finds the back end and the front end of the project that a command was started in.

Only folders and `package.json` files are looked at; `backend` and `frontend` read the rest.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from twitter_setup.errors import Advice, SetupError
from twitter_setup.project import frameworks, packages
from twitter_setup.project.files import relative_name

_BACKEND_NAMES = ("backend", "api", "server", "strapi", "cms")
_FRONTEND_NAMES = ("frontend", "web", "client", "app", "site", "www")
_WORKSPACE_NAMES = ("apps", "packages")
# Other packages' code and what builds leave behind: no project of the user's own is in there.
_SKIPPED = frozenset({"node_modules", "dist", "build", "out", "public", "coverage"})
# Vite alone may be a component library's; without an index.html its pages come from one of these.
_VITE_SERVERS = ("@react-router/dev", "@remix-run/dev", "@solidjs/start", "@tanstack/react-start")


def choose_backend(
    given: Path | None, start: Path, *, accept_any: bool = False, command: str = "tunnel"
) -> Path:
    """Find the one back end: `given`, else the one found from `start`.

    `accept_any`: `given` need not look like Strapi, since the settings name its server config.
    Raises `no_project`, `several_projects`, and `project_broken` for a broken `package.json`.
    """
    if given is not None:
        return _given_backend(start / given, accept_any=accept_any)
    found = find_backends(start)
    if len(found) > 1:
        raise _several("back ends", "--backend", found, start, command)
    if not found:
        packages.read_manifest(start)  # broken: that is the thing to say
        raise _no_project(
            "No Strapi project here: neither this folder nor one above it has @strapi/strapi"
            " in its package.json.",
            Advice(
                "run it inside the project, or name it",
                command=f"twitter-setup {command} --backend path/to/backend",
            ),
        )
    return found[0]


def choose_frontend(
    given: Path | None, backend: Path, start: Path, *, command: str = "tunnel"
) -> Path | None:
    """Find the one front end: `given`, else the one near the back end, or around `start`; or None.

    Raises `no_project` for a folder that is not there, and `several_projects`.
    """
    if given is not None:
        folder = start / given
        if not folder.is_dir():
            raise _no_folder(folder)
        return folder.resolve()
    found = find_frontends(backend, repository_root(backend))
    around = [folder for folder in found if start.resolve().is_relative_to(folder)]
    if len(found) > 1 and not around:
        raise _several("front ends", "--frontend", found, start, command)
    return max(around or found, key=lambda folder: len(folder.parts), default=None)


def find_backends(start: Path) -> tuple[Path, ...]:
    """Find the back end around `start`; else those below it, or below the nearest folder above."""
    found = find_below_or_above(start, is_backend)
    return found or _beside(repository_root(start.resolve()), _BACKEND_NAMES, is_backend)


def find_below_or_above(start: Path, accept: Callable[[Path], bool]) -> tuple[Path, ...]:
    """Find the accepted folder that `start` is in; else those up to two levels below it.

    Where there are none, those below the nearest folder above that has some.
    """
    start = start.resolve()
    for folder in _upwards(start):
        if accept(folder):
            return (folder,)
    for folder in _upwards(start, repository_root(start)):
        found = _search(folder, accept)
        if found:
            return tuple(sorted(found))
    return ()


def find_frontends(backend: Path, root: Path) -> tuple[Path, ...]:
    """Find the front ends in the back end's folder, else the nearest ones; usual names first."""
    root = root.resolve()
    for folder in _upwards(backend.resolve(), root):
        found = [folder] if _is_frontend(folder) else []
        found += _search(folder, _is_frontend)
        if found:
            return tuple(sorted(found, key=lambda path: (_rank(path, folder), path)))
    return _beside(root, _FRONTEND_NAMES, _is_frontend)


def is_backend(folder: Path) -> bool:
    """Whether Strapi, or a server with Strapi's settings in TOML, is there.

    A broken `package.json` that names Strapi counts: whoever reads it says where it is broken.
    """
    try:
        if (folder / "config" / "server.toml").is_file():
            return True
        manifest = packages.read_manifest(folder)
    except PermissionError:
        return False
    except SetupError:
        return _mentions_strapi(folder / "package.json")
    return (
        manifest is not None
        and not manifest.dependencies.keys().isdisjoint(("@strapi/strapi", "strapi"))
        and manifest.strapi_kind != "plugin"
    )


def repository_root(start: Path) -> Path:
    """Find the folder with `.git`; without git, the one that seems to hold the whole project."""
    start = start.resolve()
    for folder in _upwards(start):
        if (folder / ".git").exists():
            return folder
    parent = start.parent
    if parent not in set(_upwards(start)):
        return start
    if parent.name in _WORKSPACE_NAMES and (parent.parent / "package.json").is_file():
        return parent.parent
    is_part = start.name in (*_BACKEND_NAMES, *_FRONTEND_NAMES)
    return parent if is_part or (parent / "package.json").is_file() else start


def _given_backend(folder: Path, *, accept_any: bool) -> Path:
    if not folder.is_dir():
        raise _no_folder(folder)
    if not accept_any and not is_backend(folder):
        packages.read_manifest(folder)
        raise _no_project(
            f"No Strapi project in {folder}: no package.json there names @strapi/strapi.",
            Advice("name the folder of the back end itself"),
        )
    return folder.resolve()


def _is_frontend(folder: Path) -> bool:
    if is_backend(folder):
        return False  # Strapi's own dependencies have React and often Vite among them
    try:
        manifest = packages.read_manifest(folder)
    except SetupError:
        return False
    framework = frameworks.detect(manifest) if manifest else None
    if framework is None or manifest is None:
        return False
    return (
        framework.id != "vite"
        or (folder / "index.html").is_file()
        or not manifest.dependencies.keys().isdisjoint(_VITE_SERVERS)
    )


def _upwards(start: Path, root: Path | None = None) -> Iterator[Path]:
    """`start` and the folders above it, up to `root`.

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


def _search(folder: Path, accept: Callable[[Path], bool]) -> list[Path]:
    """Find accepted folders up to two levels below `folder`, but none inside another."""
    found: list[Path] = []
    for child in _subfolders(folder):
        if accept(child):
            found.append(child)
        else:
            found += [grandchild for grandchild in _subfolders(child) if accept(grandchild)]
    return found


def _beside(root: Path, names: Sequence[str], accept: Callable[[Path], bool]) -> tuple[Path, ...]:
    """Find repositories called `backend`, `frontend` … beside one that is called so as well."""
    if root.name not in (*_BACKEND_NAMES, *_FRONTEND_NAMES):
        return ()
    return tuple(folder for name in names if accept(folder := root.parent / name))


def _subfolders(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return sorted(
                Path(entry.path)
                for entry in entries
                if entry.name not in _SKIPPED
                and not entry.name.startswith(".")
                and entry.is_dir(follow_symlinks=False)
            )
    except OSError:
        return []


def _rank(path: Path, above: Path) -> int:
    """Where people usually keep it: `frontend/`, `web/` …, then `apps/*`, then the rest."""
    if path == above:
        return 0
    first = path.relative_to(above).parts[0]
    usual = (*_FRONTEND_NAMES, *_WORKSPACE_NAMES)
    return 1 + (usual.index(first) if first in usual else len(usual))


def _mentions_strapi(path: Path) -> bool:
    try:
        return b'"@strapi/strapi"' in path.read_bytes()
    except OSError:
        return False


def _several(
    what: str, option: str, found: Sequence[Path], start: Path, command: str
) -> SetupError:
    names = [relative_name(path, start) for path in found]
    return SetupError(
        "several_projects",
        f"There are {len(found)} {what} here: {', '.join(names)}",
        advice=[
            Advice(f"take {name}", command=f"twitter-setup {command} {option} {shlex.quote(name)}")
            for name in names
        ],
        unchanged="Nothing was changed.",
    )


def _no_folder(folder: Path) -> SetupError:
    return _no_project(f"There is no folder {folder}.", Advice("name one that is there"))


def _no_project(message: str, advice: Advice) -> SetupError:
    return SetupError("no_project", message, advice=[advice], unchanged="Nothing was changed.")
