"""The paths below Strapi's API prefix that a front end serves itself, from its file tree.

On one origin they stay the front end's, but for what a login goes through (`login_routes`).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

from twitter_setup.gateway.own_routes import files
from twitter_setup.gateway.own_routes.files import RouteFile
from twitter_setup.gateway.own_routes.names import SCRIPTS
from twitter_setup.project.frameworks import FrameworkId


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


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRoute:
    """A path with any number of parts at its end."""

    below: str  # what it begins with
    is_right_below: bool  # they follow on that
    containing: str  # else: what stands in front of them, if that is fixed


def open_handlers(frontend: Path, framework: FrameworkId) -> Iterator[tuple[Path, OpenRoute]]:
    """List the scripts that answer a path with any number of parts."""
    for file in files.find(frontend, framework):
        segments = _without_optional(list(file.segments))
        rest = [place for place, each in enumerate(segments) if _ANY_REST.fullmatch(each)]
        if rest and file.path.suffix in SCRIPTS:
            yield file.path, _open_route(segments[: rest[0]])


def _open_route(before: list[str]) -> OpenRoute:
    fixed = list(takewhile(lambda each: not _PARAMETER.search(each), before))
    varies = before[len(fixed) :]
    is_named = bool(varies) and not _PARAMETER.search(varies[-1])
    return OpenRoute(
        below="".join(f"/{each}" for each in fixed),
        is_right_below=not varies,
        containing=f"/{varies[-1]}/" if is_named else "",
    )


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
