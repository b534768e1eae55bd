"""The paths below Strapi's API prefix that a front end serves itself, and where it may forward requests.

On one origin they stay the front end's, but for what a login goes through (`login_routes`).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

from twitter_setup.gateway.own_routes import files
from twitter_setup.gateway.own_routes.files import RouteFile
from twitter_setup.gateway.own_routes.names import SCRIPTS
from twitter_setup.project import packages
from twitter_setup.project.frameworks import FrameworkId

# Where a dev server's configuration is, and what in it may be a path: "/cms", '^/cms/.*', "/cms/:path*".
_CONFIGURATION = SCRIPTS | {".json"}
_CONFIGURATION_FOLDERS = ("config", "scripts", "server")
_PATH = re.compile(r"""["'`]\^?(/[\w.~@-]+(?:/[\w.~@-]+)*)(?=[/"'`:*(\[?$])""")
_MAX_SIZE, _MAX_PREFIXES = 200_000, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontEndRoute:
    """A path below the API prefix that the front end serves itself."""

    pattern: str  # of the path, decoded once
    methods: tuple[str, ...] = ()  # all of them
    source: str  # "app/api/hello/route.ts"
    lines: Mapping[str, int] = field(default_factory=dict)  # by method, '' for any other
    is_one_path: bool = False  # no part of it varies

    def line(self, method: str) -> int:
        """Find the line of what answers `method`."""
        return self.lines.get(method, self.lines.get("", 1))


def find(frontend: Path, framework: FrameworkId, api_prefix: str) -> tuple[FrontEndRoute, ...]:
    """Find the front end's own routes below `api_prefix`, the more exact ones first."""
    found = [
        (segments, _route(frontend, file, segments))
        for file in files.find(frontend, framework)
        if _is_below(segments := _without_optional(list(file.segments)), api_prefix)
    ]
    return tuple(route for _, route in sorted(found, key=lambda each: _rank(each[0])))


def _route(frontend: Path, file: RouteFile, segments: list[str]) -> FrontEndRoute:
    methods, lines = files.read(file)
    source = file.path.relative_to(frontend) if file.path.is_relative_to(frontend) else file.path
    return FrontEndRoute(
        pattern=_pattern(segments),
        methods=methods,
        source=source.as_posix(),
        lines=lines,
        is_one_path=not any(map(_PARAMETER.search, segments)),
    )


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
    for file in files.find(frontend, framework):
        segments = _without_optional(list(file.segments))
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
