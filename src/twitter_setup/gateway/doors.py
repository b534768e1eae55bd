"""What is refused in front of the front end's dev server, as Caddy's matchers, each with what is said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from twitter_setup.gateway import admin_side, paths
from twitter_setup.gateway.admin_side import AdminSide
from twitter_setup.gateway.answers import PATH, TARGET, Matcher, on_path


def no_path() -> Matcher:
    """Match a target that is no path: no pattern would see it, and a server further on reads one in it.

    `x:http://h/admin` has the empty path here, and is handed on as `http://h/admin`.
    """
    return {"not": [{"vars_regexp": {TARGET: {"pattern": "^/"}}}]}


def strange() -> Matcher:
    return on_path(paths.STRANGE)


def refused(backend_folder: str, side: AdminSide | None) -> Iterator[tuple[Matcher, str]]:
    """Match what the front end's dev server must not be asked from outside."""
    yield from ((match, "Not published.") for match in _files_and_tools(backend_folder))
    if side is not None:
        yield from ((match, admin_side.REFUSED) for match in admin_side.refused(side))


def _files_and_tools(backend_folder: str) -> Iterator[Matcher]:
    yield on_path(paths.drives_tools())
    yield on_path(paths.private(backend_folder))


def lets_through(target: str, backend_folder: str) -> bool:
    """Whether a GET of `target`, sent to the letter, would reach the front end's dev server."""
    path = target.partition("?")[0]
    if not target.startswith("/") or re.search("%(?![0-9a-fA-F]{2})", path):
        return False  # Go answers the second itself
    values = {PATH: unquote(path), TARGET: target}
    return not any(
        re.search(rule["pattern"], values[key])
        for match in (strange(), *_files_and_tools(backend_folder))
        for key, rule in match["vars_regexp"].items()
    )
