"""Who answers below Strapi's API prefix on one origin: Strapi, or a route of the front end's own.

In this order: `<prefix>/connect` is Strapi's; a front-end route without a parameter; below
`<prefix>/auth` Strapi's own routes; a front-end route with parameters; Strapi. Pure: routes in,
Caddy's matchers out. https://caddyserver.com/docs/json/apps/http/servers/routes/match/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from twitter_setup.gateway.answers import on_path, on_target
from twitter_setup.gateway.frontend_routes import FrontEndRoute
from twitter_setup.gateway.log import Upstream
from twitter_setup.gateway.strapi_paths import LoginRoute

Matcher = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """`own` are the front end's routes, `strapis` those of a login that come before catch-alls."""

    own: tuple[FrontEndRoute, ...] = ()
    strapis: tuple[LoginRoute, ...] = ()

    @property
    def exact(self) -> tuple[FrontEndRoute, ...]:
        return tuple(route for route in self.own if route.is_one_path)

    @property
    def open_(self) -> tuple[FrontEndRoute, ...]:
        return tuple(route for route in self.own if not route.is_one_path)


def in_order(routing: Routing, api_prefix: str) -> Iterator[tuple[Upstream, list[Matcher]]]:
    """List who is asked below the prefix, and the requests that these are; the first one counts."""
    connect = rf"^{re.escape(quote(api_prefix))}/connect(?:[/?]|$)"
    yield "strapi", [on_target(connect)]
    for route in routing.exact:
        yield "frontend", _with_methods(on_path(route.pattern), route.methods)
    yield from (("strapi", match) for match in _login_matches(routing.strapis, api_prefix))
    for route in routing.open_:
        yield "frontend", _with_methods(on_path(route.pattern), route.methods)


def _login_matches(routes: Sequence[LoginRoute], api_prefix: str) -> Iterator[list[Matcher]]:
    """Match the requests of these routes of Strapi's, as its router reads an undecoded target."""
    by_methods: dict[tuple[str, ...], list[str]] = {}
    for route in routes:
        # A route for GET answers HEAD too.
        methods: tuple[str, ...] = ("GET", "HEAD") if route.method == "GET" else (route.method,)
        path = f"{re.escape(quote(f'{api_prefix}/auth'))}{route.path}"
        by_methods.setdefault(methods, []).append(re.sub(r"<\w+>", "[^/?]+", path))
    for methods, paths in by_methods.items():
        yield _with_methods(on_target(rf"^(?:{'|'.join(paths)})/?(?:\?|$)"), methods)


def _with_methods(match: Matcher, methods: tuple[str, ...]) -> list[Matcher]:
    """Match requests of these methods, and what browsers ask before them from another origin."""
    if not methods:
        return [match]
    preflight = {"Access-Control-Request-Method": list(methods)}
    return [
        match | {"method": list(methods)},
        match | {"method": ["OPTIONS"], "header": preflight},
    ]
