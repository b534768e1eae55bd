"""Which routes below Strapi's API prefix the front end has itself, and what that does to a login."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePosixPath

from twitter_setup.gateway import frontend_routes, strapi_paths
from twitter_setup.gateway.frontend_routes import FrontEndRoute
from twitter_setup.gateway.own_routes import files
from twitter_setup.gateway.own_routes.routing import Routing
from twitter_setup.gateway.strapi_paths import LoginRoute
from twitter_setup.project import packages
from twitter_setup.project.frontend import FrontEnd
from twitter_setup.project.locate import Located

_CONNECT, _OTHER_FOLDER = "connect", "login"
_BETTER_AUTH = "better-auth"
_OF_BETTER_AUTH = frozenset({"/reset-password", "/change-password"})
_ASKED_IN_A_LOGIN = (
    (
        LoginRoute("GET", "/twitter/callback"),
        "The login with X ends with this call: forward it to Strapi with its query and its "
        "cookies, or move the file to another path.",
    ),
    (LoginRoute("POST", "/local"), "A login with a password asks for this path."),
)


def routing(located: Located) -> Routing:
    """Read the front end's routes, and decide which of Strapi's come before them."""
    frontend, backend = located.frontend, located.backend
    if frontend is None:
        return Routing()
    own = Routing(own=frontend_routes.find(frontend.root, frontend.framework, backend.api_prefix))
    taken = _OF_BETTER_AUTH if _has_better_auth(frontend, own.open_) else frozenset()
    every = strapi_paths.login_routes(backend.users_permissions)
    strapis = tuple(route for route in every if own.open_ and route.path not in taken)
    return replace(own, strapis=strapis)


def notes(located: Located) -> list[str]:
    """Say whom the login's paths reach, if that is not Strapi, and which routes nobody reaches."""
    found = routing(located)
    return [
        *login_notes(located, found),
        *_better_auth_notes(located, found),
        *_unreached(located, found),
    ]


def login_notes(located: Located, found: Routing) -> list[str]:
    """Name the routes of the front end that answer in Strapi's place in a login."""
    prefix = located.backend.api_prefix
    return [
        f"{_place(located, route, asked.method)}: this route of the front end answers "
        f"{asked.method} {path} in Strapi's place. {consequence}"
        for asked, consequence in _ASKED_IN_A_LOGIN
        for route in found.exact
        if _takes(route, asked.method, path := f"{prefix}/auth{asked.path}")
    ]


def _better_auth_notes(located: Located, found: Routing) -> Iterator[str]:
    prefix = located.backend.api_prefix
    every = strapi_paths.login_routes(located.backend.users_permissions)
    left_out = [each for each in every if each not in found.strapis and found.open_]
    paths = [
        f"{prefix}/auth{each.path}"
        for each in left_out
        if any(_takes(route, each.method, f"{prefix}/auth{each.path}") for route in found.open_)
    ]
    if paths:
        yield (
            f"{' and '.join(paths)} are better-auth's, which the front end uses, and not Strapi's. "
            "The login with X asks for neither."
        )


def _unreached(located: Located, found: Routing) -> Iterator[str]:
    """Name the routes below `<prefix>/connect`, and those that could not be read."""
    connect = f"{located.backend.api_prefix}/connect"
    for route in (*found.exact, *found.open_):
        if route.pattern.startswith(f"^{re.escape(connect)}/"):
            yield (
                f"{_place(located, route)}: nobody reaches this route, since {connect} is Strapi's. "
                f"{_way_out(located, route, connect)} If a login ends there, write the new path as "
                "`[frontend] redirect_path` in twitter-setup.toml."
            )
    frontend = located.frontend
    for file, line in files.unread(frontend.root, frontend.framework) if frontend else ():
        yield (
            f"{_shown(located, file)}, line {line}: these routes could not be read. Those below "
            f"{located.backend.api_prefix} reach Strapi, and not the front end."
        )


def _way_out(located: Located, route: FrontEndRoute, connect: str) -> str:
    """Advise a path outside `connect`: another name for the folder, if the file is in one."""
    parts = list(PurePosixPath(route.source).parts)
    if _CONNECT not in parts[:-1]:
        return f"Give it a path that does not begin with {connect}."
    parts[parts.index(_CONNECT)] = _OTHER_FOLDER
    return f"Move it to another folder, such as {_file(located, PurePosixPath(*parts))}."


def _takes(route: FrontEndRoute, method: str, path: str) -> bool:
    return (not route.methods or method in route.methods) and bool(re.match(route.pattern, path))


def _place(located: Located, route: FrontEndRoute, method: str = "") -> str:
    return f"{_file(located, PurePosixPath(route.source))}, line {route.line(method)}"


def _file(located: Located, source: PurePosixPath) -> str:
    return _shown(located, (located.frontend.root if located.frontend else located.root) / source)


def _shown(located: Located, path: Path) -> str:
    inside = path.is_relative_to(located.root)
    return (path.relative_to(located.root) if inside else path).as_posix()


def _has_better_auth(frontend: FrontEnd, open_: tuple[FrontEndRoute, ...]) -> bool:
    """Whether better-auth is among the dependencies, or a workspace package hides it from them."""
    manifest = packages.read_manifest(frontend.root)
    if manifest is not None and _BETTER_AUTH in manifest.dependencies:
        return True
    for route in open_:
        with suppress(OSError):
            if _BETTER_AUTH.encode() in (frontend.root / route.source).read_bytes():
                return True
    return False
