"""Finds the back end and the front end of the project that a command was started in.

Only folders and `package.json` files are looked at; `backend` and `frontend` read the rest.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

from twitter_setup.errors import Advice, SetupError
from twitter_setup.project import packages
from twitter_setup.project.files import relative_name
from twitter_setup.project.packages import Manifest
from twitter_setup.project.tools import detect, folders, scripts
from twitter_setup.project.tools.folders import repository_root

__all__ = [
    "choose_backend",
    "choose_frontend",
    "find_backends",
    "find_below_or_above",
    "find_frontends",
    "frontends_for",
    "is_backend",
    "is_frontend",
    "repository_root",
]

_STRAPI = ("@strapi/strapi", "strapi")
_CONFIGS = tuple(f"server{suffix}" for suffix in (".js", ".ts", ".mjs", ".cjs", ".json"))


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
            "No Strapi project here: no package in this folder, above or below it has"
            " config/server.* or a script that runs `strapi`.",
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
    found = frontends_for(backend, start)
    if len(found) > 1:
        raise _several("front ends", "--frontend", found, start, command)
    return found[0] if found else None


def frontends_for(backend: Path, start: Path) -> tuple[Path, ...]:
    """Find the front end that `start` is in; else all that are near the back end.

    Near `start`, if that is in another repository than the back end.
    """
    start, repository = start.resolve(), repository_root(backend)
    if not start.is_relative_to(repository):
        found = find_below_or_above(start, is_frontend)
        return found or find_frontends(backend, repository)
    found = find_frontends(backend, repository)
    around = [folder for folder in found if start.is_relative_to(folder)]
    return (max(around, key=lambda folder: len(folder.parts)),) if around else found


def find_backends(start: Path) -> tuple[Path, ...]:
    """Find the back end around `start`; else those below it, or below the nearest folder above."""
    found = find_below_or_above(start, is_backend)
    return found or _beside(repository_root(start.resolve()), folders.USUAL_BACKENDS, is_backend)


def find_below_or_above(start: Path, accept: Callable[[Path], bool]) -> tuple[Path, ...]:
    """Find the accepted folder that `start` is in; else those below it.

    Where there are none, those below the nearest folder above that has some.
    """
    start = start.resolve()
    for folder in folders.upwards(start):
        if accept(folder):
            return (folder,)
    for search in (folders.search, folders.search_deep):
        for folder in folders.upwards(start, repository_root(start)):
            found = search(folder, accept)
            if found:
                return tuple(sorted(found))
    return ()


def find_frontends(backend: Path, root: Path) -> tuple[Path, ...]:
    """Find the front ends in the back end's folder, else the nearest ones; usual names first.

    Where no package is one, a folder with an `index.html`, if there is only one.
    """
    root, backend = root.resolve(), backend.resolve()
    for search in (folders.search, folders.search_deep):
        for folder in folders.upwards(backend, root):
            found = [folder] if is_frontend(folder) else []
            found += search(folder, is_frontend)
            if found:
                return tuple(sorted(found, key=lambda path: (_rank(path, folder), path)))
    beside = _beside(root, folders.USUAL_FRONTENDS, is_frontend)
    if beside:
        return beside
    pages = folders.search(root, lambda folder: _has_pages(folder, backend))
    return tuple(pages) if len(pages) == 1 else ()


def is_backend(folder: Path) -> bool:
    """Whether Strapi, or a server with Strapi's settings in TOML, is there.

    A package that only depends on Strapi is none: it has no config of Strapi's, and does not run it.
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
    if manifest is None or manifest.strapi_kind == "plugin":
        return False
    if any(scripts.runs_strapi(script) for script in manifest.scripts.values()):
        return True
    has_config = any((folder / "config" / name).is_file() for name in _CONFIGS)
    return has_config and _depends_on_strapi(folder, manifest)


def is_frontend(folder: Path) -> bool:
    """Whether a package is there that a framework serves to browsers."""
    if is_backend(folder):
        return False  # Strapi's own dependencies have React and often Vite among them
    try:
        framework = detect.framework_of(folder, repository_root(folder))
    except SetupError:
        return False
    return framework is not None and detect.serves_pages(folder, framework)


def _given_backend(folder: Path, *, accept_any: bool) -> Path:
    if not folder.is_dir():
        raise _no_folder(folder)
    if not accept_any and not is_backend(folder):
        manifest = packages.read_manifest(folder)
        if manifest is None or manifest.dependencies.keys().isdisjoint(_STRAPI):
            raise _no_project(
                f"No Strapi project in {folder}: it has no config/server.*, no script that runs"
                " `strapi`, and no package.json that names @strapi/strapi.",
                Advice("name the folder of the back end itself"),
            )
    return folder.resolve()


def _has_pages(folder: Path, backend: Path) -> bool:
    """Whether plain HTML pages are there, outside of the back end."""
    return (folder / "index.html").is_file() and not folder.is_relative_to(backend)


def _depends_on_strapi(folder: Path, manifest: Manifest) -> bool:
    """Whether the package, or one above that it shares its dependencies with, names Strapi."""
    above = packages.hoisted(folder, repository_root(folder))
    return any(name in manifest.dependencies or name in above for name in _STRAPI)


def _mentions_strapi(path: Path) -> bool:
    try:
        return b'"@strapi/strapi"' in path.read_bytes()
    except OSError:
        return False


def _beside(root: Path, names: Sequence[str], accept: Callable[[Path], bool]) -> tuple[Path, ...]:
    """Find repositories called `backend`, `frontend` … beside one that is called so as well."""
    if root.name not in (*folders.USUAL_BACKENDS, *folders.USUAL_FRONTENDS):
        return ()
    return tuple(folder for name in names if accept(folder := root.parent / name))


def _rank(path: Path, above: Path) -> int:
    """Where people usually keep it: `frontend/`, `web/` …, then `apps/*`, then the rest."""
    if path == above:
        return 0
    first = path.relative_to(above).parts[0]
    usual = (*folders.USUAL_FRONTENDS, *folders.USUAL_WORKSPACES)
    return 1 + (usual.index(first) if first in usual else len(usual))


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
