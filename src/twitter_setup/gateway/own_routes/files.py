"""The files that are routes of a front end, and which methods each of them answers."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePosixPath

from twitter_setup.edits import exported_names, route_config
from twitter_setup.edits.exported_names import ExportedNames
from twitter_setup.edits.syntax import Language
from twitter_setup.gateway.own_routes import names
from twitter_setup.gateway.own_routes.names import READING, SCRIPTS, Reader
from twitter_setup.project import dev_server, packages
from twitter_setup.project.frameworks import FrameworkId

_MAX_FILES = 5_000
_MAX_SIZE = 1_000_000

# What a file exports -> the methods that it answers with that; () is all.
_Exports = Mapping[str, tuple[str, ...]]

_WRITING = ("DELETE", "PATCH", "POST", "PUT")
_VERBS: _Exports = {
    "GET": READING,
    **{verb: (verb,) for verb in (*_WRITING, "HEAD", "OPTIONS")},
}


@dataclass(frozen=True, slots=True)
class RouteFile:
    """A file that answers one path of the front end's, and the methods that its name tells."""

    segments: tuple[str, ...]
    path: Path
    methods: tuple[str, ...] = ()
    exports: _Exports = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Folder:
    path: str
    above: tuple[str, ...]
    reader: Reader
    exports: _Exports = field(default_factory=dict)


def base_path(frontend: Path, framework: FrameworkId) -> list[str]:
    """Read the path that the whole front end is served under."""
    config, keys = _BASE_KEYS.get(_kind(frontend, framework), ("", ()))
    found = dev_server.config_value(frontend, config, keys) if config else None
    return [part for part in (found or "").split("/") if part]


def find(frontend: Path, framework: FrameworkId) -> Iterator[RouteFile]:
    """Find the files that are routes, by where they lie."""
    kind = _kind(frontend, framework)
    base = tuple(base_path(frontend, framework))
    for folder in _FOLDERS.get(kind, ()):
        root = frontend / folder.path
        for file in islice(_files(root), _MAX_FILES):
            named = folder.reader(PurePosixPath(file.relative_to(root).as_posix()))
            if named is not None:
                segments = (*base, *folder.above, *named[0])
                yield RouteFile(segments, file, named[1], folder.exports)
    if kind == "react-router":
        yield from _listed(frontend, base)
    yield from _mounted(frontend, base)


def _mounted(frontend: Path, base: tuple[str, ...]) -> Iterator[RouteFile]:
    """Find the routes that packages bring along, and those of `src/hooks.server.ts`."""
    for package, segments in _BY_PACKAGE.items():
        if package in _dependencies(frontend):
            yield RouteFile((*base, *segments), frontend / "package.json")
    hooks = dev_server.config_file(frontend / "src", "hooks.server")
    with suppress(OSError):
        if hooks is not None and b"svelteKitHandler" in hooks.read_bytes():  # better-auth's
            yield RouteFile((*base, "api", "auth", "[...all]"), hooks)


def unread(frontend: Path, framework: FrameworkId) -> tuple[tuple[Path, int], ...]:
    """Find the places that list routes and could not be read, as file and line."""
    if _kind(frontend, framework) != "react-router":
        return ()
    file, config = _route_config(frontend)
    return tuple((file, line) for line in config.unread) if file and config else ()


def _kind(frontend: Path, framework: FrameworkId) -> str:
    """Tell by its dependencies which of the frameworks on top of Vite it is."""
    dependencies = _dependencies(frontend)
    return next((kind for name, kind in _ON_VITE.items() if name in dependencies), framework)


def _dependencies(frontend: Path) -> Mapping[str, str]:
    manifest = packages.read_manifest(frontend)
    return manifest.dependencies if manifest else {}


def _files(folder: Path) -> Iterator[Path]:
    for here, subfolders, found in os.walk(folder):
        subfolders[:] = sorted(name for name in subfolders if name != "node_modules")
        yield from (Path(here, name) for name in sorted(found))


def read(route: RouteFile) -> tuple[tuple[str, ...], Mapping[str, int]]:
    """Read the methods that a file answers, and the line for each; '' is any other. () is all.

    A file that may export more than can be read answers all.
    """
    found = _exported(route.path)
    handlers = {name: route.exports[name] for name in found.lines if name in route.exports}
    lines = {method: found.lines[name] for name, each in handlers.items() for method in each}
    lines[""] = found.lines.get("default", min(found.lines.values(), default=1))
    if route.methods or found.is_open or not all(handlers.values()):
        return route.methods, lines
    return tuple(sorted({method for each in handlers.values() for method in each})), lines


def _exported(file: Path) -> ExportedNames:
    with suppress(OSError):
        if file.suffix in SCRIPTS and file.stat().st_size <= _MAX_SIZE:
            return exported_names.exported_names(file.read_bytes(), _language(file))
    return ExportedNames({}, is_open=True)


# React Router and Remix


def _route_config(frontend: Path) -> tuple[Path | None, route_config.RouteConfig | None]:
    file = dev_server.config_file(frontend / "app", "routes")
    try:
        return file, route_config.read(file.read_bytes(), _language(file)) if file else None
    except OSError:
        return file, None


def _language(file: Path) -> Language:
    return "typescript" if "ts" in file.suffix else "javascript"


def _listed(frontend: Path, base: tuple[str, ...]) -> Iterator[RouteFile]:
    """Find the routes of `app/routes.ts`, and those of `app/routes/` if it, or its absence, says so."""
    file, config = _route_config(frontend)
    for route in config.routes if config else ():
        parts = [part for part in route.path.split("/") if part]
        segments = tuple(
            names.dollar(f"({part[:-1]})" if part.endswith("?") else part) for part in parts
        )
        yield RouteFile((*base, *segments), frontend / "app" / route.file, (), _LOADERS)
    if file is None or (config and config.names_files):
        root = frontend / "app" / "routes"
        for path in islice(_files(root), _MAX_FILES):
            named = names.flat(PurePosixPath(path.relative_to(root).as_posix()))
            if named is not None:
                yield RouteFile((*base, *named[0]), path, (), _LOADERS)


# https://reactrouter.com/how-to/resource-routes: a loader answers GET, an action the rest.
_LOADERS: _Exports = {"loader": READING, "default": READING, "action": _WRITING}
_ON_VERBS: _Exports = {  # Qwik's
    **{f"on{verb.capitalize()}": methods for verb, methods in _VERBS.items()},
    "default": READING,
    "onRequest": (),
}
_ON_VITE = {
    "@react-router/dev": "react-router",
    "@remix-run/dev": "react-router",
    "@builder.io/qwik-city": "qwik",
    "@qwik.dev/router": "qwik",
    "@solidjs/start": "solid",
    "@tanstack/react-start": "tanstack",
    "@tanstack/solid-start": "tanstack",
    "@tanstack/start": "tanstack",
    "@analogjs/platform": "analog",
}
# What they mount below /api on their own.
_BY_PACKAGE = {
    "auth-astro": ("api", "auth", "[...auth]"),
    "nuxt-auth-utils": ("api", "_auth", "[...rest]"),
    "@nuxt/icon": ("api", "_nuxt_icon", "[...rest]"),
    "@nuxt/ui": ("api", "_nuxt_icon", "[...rest]"),
}
# Where each keeps the path that all of it is under: the config file, and the place in it.
_BASE_KEYS: dict[str, tuple[str, tuple[str, ...]]] = {
    "next": ("next.config", ("basePath",)),
    "nuxt": ("nuxt.config", ("app", "baseURL")),
    "sveltekit": ("svelte.config", ("kit", "paths", "base")),
    "astro": ("astro.config", ("base",)),
    "react-router": ("react-router.config", ("basename",)),
}
_FOLDERS: dict[str, tuple[_Folder, ...]] = {
    "next": tuple(
        each
        for root in ("", "src/")
        for each in (
            _Folder(f"{root}app", (), names.next_app, _VERBS),
            _Folder(f"{root}pages/api", ("api",), names.next_pages),
        )
    ),
    "nuxt": tuple(
        each
        for root in ("", "app/", "src/")
        for each in (
            _Folder(f"{root}server/api", ("api",), names.nuxt),
            _Folder(f"{root}server/routes", (), names.nuxt),
        )
    ),
    "sveltekit": (_Folder("src/routes", (), names.svelte, {**_VERBS, "fallback": ()}),),
    "astro": (_Folder("src/pages", (), names.astro, {**_VERBS, "ALL": ()}),),
    "gatsby": (_Folder("src/api", ("api",), names.next_pages),),  # its functions are named alike
    "qwik": (_Folder("src/routes", (), names.qwik, _ON_VERBS),),
    "solid": (_Folder("src/routes", (), names.solid, {**_VERBS, "default": READING}),),
    "tanstack": (
        _Folder("src/routes", (), names.tanstack),
        _Folder("app/routes", (), names.tanstack),
    ),
    "analog": (_Folder("src/server/routes", (), names.nuxt),),
}
