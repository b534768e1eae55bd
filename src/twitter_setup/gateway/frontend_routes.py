"""The paths below Strapi's API prefix that a front end serves itself, and where it may forward requests.

Next, Nuxt, SvelteKit and Astro have routes that are files. On one origin they stay the front end's,
but for what a login goes through.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path, PurePosixPath

from twitter_setup.project import dev_server, packages
from twitter_setup.project.frameworks import FrameworkId

_MAX_FILES = 5_000
_SCRIPTS = frozenset({".js", ".jsx", ".ts", ".tsx", ".mjs", ".mts", ".cjs", ".cts"})
# Where a dev server's configuration is, and what in it may be a path: "/cms", '^/cms/.*', "/cms/:path*".
_CONFIGURATION = _SCRIPTS | {".json"}
_CONFIGURATION_FOLDERS = ("config", "scripts", "server")
_PATH = re.compile(r"""["'`]\^?(/[\w.~@-]+(?:/[\w.~@-]+)*)(?=[/"'`:*(\[?$])""")
_MAX_SIZE, _MAX_PREFIXES = 200_000, 40
_METHODS = ("connect", "delete", "get", "head", "options", "patch", "post", "put", "trace")
# Where each keeps the path that all of it is under: the config file, and the place in it.
_BASE_KEYS: dict[FrameworkId, tuple[str, tuple[str, ...]]] = {
    "next": ("next.config", ("basePath",)),
    "nuxt": ("nuxt.config", ("app", "baseURL")),
    "sveltekit": ("svelte.config", ("kit", "paths", "base")),
    "astro": ("astro.config", ("base",)),
}
# What Strapi answers in a login; nothing of the front end's may stand over it.
_LOGIN = ("connect", "auth")

# A file below a folder of routes -> the segments of its path as the framework writes them, and the
# methods if it has not all; None: no route.
_Reader = Callable[[PurePosixPath], tuple[list[str], tuple[str, ...]] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontEndRoute:
    """A path below the API prefix that the front end serves itself."""

    pattern: str  # of the path, decoded once
    methods: tuple[str, ...] = ()  # all of them
    source: str  # "app/api/hello/route.ts"


def find(frontend: Path, framework: FrameworkId, api_prefix: str) -> tuple[FrontEndRoute, ...]:
    """Find the front end's own routes below `api_prefix`, the more exact ones first."""
    base = _base_path(frontend, framework)
    found = [
        (segments, FrontEndRoute(pattern=_pattern(segments), methods=methods, source=source))
        for folder, above, reader in _places(frontend, framework)
        for segments, methods, source in _routes(frontend, folder, [*base, *above], reader)
        if _is_below(segments, api_prefix)
    ]
    return tuple(route for _, route in sorted(found, key=lambda each: _rank(each[0])))


def likely_prefixes(frontend: Path, framework: FrameworkId) -> list[str]:
    """Guess below which paths the front end may forward to Strapi; who asks there sees whether it does.

    These are the folders of catch-all routes, and each string in its configuration that is a path.
    """
    found = dict.fromkeys(["", *_catch_alls(frontend, framework)])
    for file in _configurations(frontend):
        with suppress(OSError):
            text = file.read_bytes()[:_MAX_SIZE].decode(errors="replace")
            found |= dict.fromkeys(match[1].rstrip("/") for match in _PATH.finditer(text))
    return list(found)[:_MAX_PREFIXES]


def _catch_alls(frontend: Path, framework: FrameworkId) -> Iterator[str]:
    base = _base_path(frontend, framework)
    for folder, above, reader in _places(frontend, framework):
        for segments, _, _ in _routes(frontend, folder, [*base, *above], reader):
            fixed = list(takewhile(lambda each: not _PARAMETER.search(each), segments))
            if any(_ANY_REST.fullmatch(each) for each in segments[len(fixed) :]):
                yield "".join(f"/{each}" for each in fixed)


def _configurations(frontend: Path) -> Iterator[Path]:
    """List the scripts and JSON files beside the app's sources, and what package.json runs."""
    for folder in (frontend, *(frontend / name for name in _CONFIGURATION_FOLDERS)):
        yield from sorted(each for each in folder.glob("*.*") if each.suffix in _CONFIGURATION)
    yield from sorted((frontend / "src").glob("setupProxy.*"))
    yield from sorted((frontend / "src").glob("proxy*.*"))
    manifest = packages.read_manifest(frontend)
    for script in manifest.scripts.values() if manifest else ():
        words = (frontend / word.strip("'\"") for word in script.split())
        yield from (each for each in words if each.suffix in _CONFIGURATION and each.is_file())


def refuses_one_origin(api_prefix: str, routes: tuple[FrontEndRoute, ...]) -> str | None:
    """Say why front end and back end cannot share one origin; None: they can."""
    if not api_prefix:
        return (
            "Strapi's API has no prefix (config/api), so its paths and the front end's cannot be"
            " told apart."
        )
    for route in routes:
        for way in _LOGIN:
            if _is_over(route.pattern, f"{api_prefix}/{way}"):
                return (
                    f"The front end has a route of its own over {api_prefix}/{way}, which a login"
                    f" goes through: {route.source}."
                )
    return None


def _is_over(pattern: str, path: str) -> bool:
    below = pattern.startswith(f"^{re.escape(path)}/")  # each ends in `/?$`
    login = (f"{path}/twitter", f"{path}/twitter/callback")
    return below or any(re.match(pattern, each) for each in login)


def _base_path(frontend: Path, framework: FrameworkId) -> list[str]:
    """Read the path that the whole front end is served under."""
    if framework not in _BASE_KEYS:
        return []
    found = dev_server.config_value(frontend, *_BASE_KEYS[framework])
    return [part for part in (found or "").split("/") if part]


def _places(frontend: Path, framework: FrameworkId) -> Iterator[tuple[Path, list[str], _Reader]]:
    """List the folders of routes, the path that each stands for, and how its files are read."""
    if framework == "next":
        for root in (frontend, frontend / "src"):
            yield root / "app", [], _next_app
            yield root / "pages" / "api", ["api"], _next_pages
    elif framework == "nuxt":
        for root in (frontend, frontend / "app", frontend / "src"):
            yield root / "server" / "api", ["api"], _nuxt
            yield root / "server" / "routes", [], _nuxt
    elif framework == "sveltekit":
        yield frontend / "src" / "routes", [], _svelte
    elif framework == "astro":
        yield frontend / "src" / "pages", [], _astro
    elif framework == "gatsby":
        yield frontend / "src" / "api", ["api"], _next_pages  # Gatsby's functions are named alike


def _routes(
    frontend: Path, folder: Path, base: list[str], reader: _Reader
) -> Iterator[tuple[list[str], tuple[str, ...], str]]:
    for file in islice(_files(folder), _MAX_FILES):
        read = reader(PurePosixPath(file.relative_to(folder).as_posix()))
        if read is not None:
            segments, methods = read
            yield _without_optional([*base, *segments]), methods, _name(file, frontend)


def _name(file: Path, frontend: Path) -> str:
    return file.relative_to(frontend).as_posix()


def _files(folder: Path) -> Iterator[Path]:
    for here, subfolders, names in os.walk(folder):
        subfolders[:] = sorted(name for name in subfolders if name != "node_modules")
        yield from (Path(here, name) for name in sorted(names))


# How each framework names its files


def _next_app(file: PurePosixPath) -> tuple[list[str], tuple[str, ...]] | None:
    """`(group)/api/[id]/route.ts`; `_private` folders are none, `@slots` and `(.)x` belong to pages."""
    if file.stem != "route" or file.suffix not in _SCRIPTS:
        return None
    parts = file.parent.parts
    if any(part.startswith(("_", "@", "(.")) for part in parts):
        return None
    return [part.replace("%5F", "_") for part in parts if not _is_group(part)], ()


def _next_pages(file: PurePosixPath) -> tuple[list[str], tuple[str, ...]] | None:
    if file.suffix not in _SCRIPTS or file.name.endswith(".d.ts"):
        return None
    return _without_index([*file.parent.parts, file.stem]), ()


def _nuxt(file: PurePosixPath) -> tuple[list[str], tuple[str, ...]] | None:
    """`hello.get.ts`, `[id].ts`, `[...slug].ts`, `users/[id].dev.ts`."""
    if file.suffix not in _SCRIPTS or file.name.endswith(".d.ts"):
        return None
    name = file.stem
    methods: tuple[str, ...] = ()
    for _ in range(2):  # `.get.dev`
        stem, dot, last = name.rpartition(".")
        if dot and last in {"dev", "prod", "prerender"}:
            name = stem
        elif dot and last in _METHODS:
            # A handler for GET answers HEAD too.
            name, methods = stem, (("GET", "HEAD") if last == "get" else (last.upper(),))
    parts = [part for part in file.parent.parts if not _is_group(part)]
    return _without_index([*parts, name]), methods


def _svelte(file: PurePosixPath) -> tuple[list[str], tuple[str, ...]] | None:
    """`(group)/api/[id=integer]/[[optional]]/[...rest]/+server.ts`."""
    if file.stem != "+server" or file.suffix not in _SCRIPTS:
        return None
    return [part for part in file.parent.parts if not _is_group(part)], ()


def _astro(file: PurePosixPath) -> tuple[list[str], tuple[str, ...]] | None:
    """`api/hello.json.ts`; pages too, and nothing that begins with `_`."""
    if file.suffix not in _SCRIPTS | {".astro", ".md", ".mdx", ".html"}:
        return None
    parts = [*file.parent.parts, file.stem]
    if any(part.startswith("_") for part in parts):
        return None
    return _without_index(parts), ()


def _is_group(part: str) -> bool:
    return part.startswith("(") and part.endswith(")")


def _without_index(parts: list[str]) -> list[str]:
    return parts[:-1] if parts and parts[-1] == "index" else parts


# From segments to a pattern

_ANY_REST = re.compile(r"\[{1,2}\.\.\.[^\]]*\]{1,2}")
_PARAMETER = re.compile(r"(\[{1,2}[^\]]*\]{1,2})")
_SVELTE_CHARACTER = re.compile(r"\[(?:x|u\+)([0-9a-fA-F]{2,6})\]")


def _without_optional(segments: list[str]) -> list[str]:
    """Leave out SvelteKit's `[[lang]]` in front: the path without it is the one that counts here."""
    while segments and segments[0].startswith("[[") and not segments[0].startswith("[[..."):
        segments = segments[1:]
    return [_SVELTE_CHARACTER.sub(_svelte_character, each) for each in segments]


def _svelte_character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return chr(code) if code <= sys.maxunicode else found[0]


def _pattern(segments: list[str]) -> str:
    """Write a pattern of the path, decoded once: RE2's, which Python's `re` reads alike."""
    return f"^{''.join(_segment(each) for each in segments)}/?$"


def _segment(written: str) -> str:
    if _ANY_REST.fullmatch(written):
        return "(?:/.*)?"  # Next's `[...x]` may not be empty, and has nothing else there
    parts = _PARAMETER.split(written)
    if len(parts) == 3 and not parts[0] and not parts[2]:
        return "(?:/[^/]+)?" if written.startswith("[[") else "/[^/]+"
    return "/" + "".join(
        "[^/]*" if place % 2 else re.escape(part) for place, part in enumerate(parts)
    )


def _is_below(segments: list[str], api_prefix: str) -> bool:
    """Whether the route is written out below the prefix.

    A parameter in its place does not count: a front end's `[...slug]` is for all that nobody else has.
    """
    prefix = api_prefix.strip("/").split("/")
    return bool(api_prefix) and segments[: len(prefix)] == prefix


def _rank(segments: list[str]) -> tuple[int, int]:
    """Order the exact ones first."""
    return sum(bool(_PARAMETER.search(each)) for each in segments), -len(segments)
