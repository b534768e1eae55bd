"""What is refused in front of the front end's dev server, as Caddy's matchers, each with what is said.

https://caddyserver.com/docs/json/apps/http/servers/routes/match/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from twitter_setup.gateway import paths as gateway_paths
from twitter_setup.gateway.paths import Guard

Matcher = dict[str, Any]


def at_path(pattern: str) -> Matcher:
    """Match a path, decoded once."""
    return {"vars_regexp": {"{http.request.uri.path}": {"pattern": pattern}}}


def no_path() -> Matcher:
    """Match a target that is no path: no pattern would see it, and a server further on reads one in it.

    `x:http://h/admin` has the empty path here, and is handed on as `http://h/admin`.
    """
    return {"not": [{"vars_regexp": {"{http.request.uri}": {"pattern": "^/"}}}]}


def refused(
    backend_folder: str, guards: Iterable[Guard], admin_names: tuple[str, ...]
) -> Iterator[tuple[Matcher, str]]:
    """Match what the front end's dev server must not be asked from outside."""
    for pattern in (gateway_paths.drives_tools(), gateway_paths.private(backend_folder)):
        yield at_path(pattern), "Not published."
    for guard in guards:
        closed = at_path(gateway_paths.guarded(guard, admin_names))
        yield closed | {"not": _spared(guard)}, "Strapi's admin side is not published."


def _spared(guard: Guard) -> list[Matcher]:
    """Match what is not handed on, of the paths that the guard closes."""
    spared: list[Matcher] = []
    if guard.spares_pages:
        # A header that `Connection` names ends here: the dev server would see no `Accept`.
        taken = {"header_regexp": {"Connection": {"pattern": "(?i)accept"}}}
        page = {"method": ["GET"], "header": {"Accept": ["*text/html*"]}}
        spared.append(page | {"not": [taken]})
    if guard.containing:
        spared.append({"not": [at_path(gateway_paths.containing(guard.containing))]})
    return spared
