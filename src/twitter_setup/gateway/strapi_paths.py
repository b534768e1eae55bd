"""What a Strapi serves: the names of its admin side, its GraphQL endpoint, the routes of a login."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from twitter_setup.edits import javascript
from twitter_setup.edits.javascript import SyntaxProblem
from twitter_setup.gateway import admin_side
from twitter_setup.project import packages, strapi_config
from twitter_setup.project.packages import Version
from twitter_setup.project.strapi_config import Variables

_GRAPHQL = "@strapi/plugin-graphql"
_GRAPHQL_PATH = "/graphql"

# The panel and its API, and the plugins of 4.x and 5.x that bring routes of their own along:
# `/<plugin>/…`, without the API's prefix.
_ALWAYS = (
    *admin_side.NAMES,
    *("ai", "cloud", "color-picker", "documentation", "email", "i18n", "mcp"),
    *("sentry", "strapi-cloud", "upload"),
)
_LEVELS = 4  # workspaces hoist, but not over the whole disk
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_PLUGIN_PACKAGE = re.compile(
    r"(?:@strapi/plugin-|(?:@[^/]+/)?strapi-(?:v[45]-)?plugin-|@[^/]+/plugin-)(?P<name>.+)"
)

# What users-permissions has below `<prefix>/auth`, by the release that brought it [read in 4.0 to 5.54].
_LOGIN_ROUTES: dict[Version, tuple[tuple[str, str], ...]] = {
    (4, 0, 0): (
        ("POST", "/local"),
        ("POST", "/local/register"),
        ("GET", "/<provider>/callback"),
        ("POST", "/forgot-password"),
        ("POST", "/reset-password"),
        ("POST", "/change-password"),
        ("GET", "/email-confirmation"),
        ("POST", "/send-email-confirmation"),
    ),
    (5, 24, 0): (("POST", "/refresh"), ("POST", "/logout")),
    (5, 50, 0): (("GET", "/sessions"), ("DELETE", "/sessions/<id>")),
}


@dataclass(frozen=True, slots=True)
class LoginRoute:
    """A route of Strapi's. `path` is below `<prefix>/auth`, with `<name>` for any one segment."""

    method: str
    path: str


def login_routes(users_permissions: str | None) -> tuple[LoginRoute, ...]:
    """List the login's routes of that release of users-permissions; None: those of the newest."""
    version = packages.version_tuple(users_permissions or "") or max(_LOGIN_ROUTES)
    return tuple(
        LoginRoute(method, path)
        for since, routes in _LOGIN_ROUTES.items()
        if since <= version
        for method, path in routes
    )


def admin_names(root: Path, variables: Variables, mode: str = "development") -> tuple[str, ...]:
    """List the names that the paths of the admin side begin with, the panel's own path among them.

    More than are there is harmless: it is a list of what is refused.
    """
    found = {*_ALWAYS, *_installed(root), *_local(root), *_configured(root, mode)}
    panel = panel_path(root, variables, mode)
    names = {name for name in found if _NAME.fullmatch(name)} | ({panel} if panel else set())
    return tuple(sorted(names - {"graphql"}))  # that one is public


def graphql_path(root: Path, variables: Variables, mode: str = "development") -> str | None:
    """Find the path of the GraphQL endpoint; None where the plugin is not there, or is off."""
    manifest = packages.read_manifest(root)
    if manifest is None or _GRAPHQL not in manifest.dependencies:
        return None
    files = strapi_config.find_files(root, "plugins", mode=mode)
    enabled, _ = strapi_config.first_value(files, "graphql", "enabled")
    if (enabled.kind, enabled.text) == ("boolean", "false"):
        return None
    value, _ = strapi_config.first_value(files, "graphql", "config", "endpoint")
    path = (variables.resolve(value, "config/plugins") or (_GRAPHQL_PATH, ""))[0].strip("/")
    return f"/{path}" if path else _GRAPHQL_PATH


def panel_path(root: Path, variables: Variables, mode: str = "development") -> str:
    """Read where the panel is served (`url` of config/admin): a path, or an address with one."""
    files = strapi_config.find_files(root, "admin", mode=mode)
    value, _ = strapi_config.first_value(files, "url")
    found = variables.resolve(value, "config/admin")
    return urlsplit(found[0]).path.strip("/") if found else ""


def _installed(root: Path) -> Iterator[str]:
    """Give the names of the plugins among the dependencies: by package, and as they say themselves."""
    manifest = packages.read_manifest(root)
    for package in manifest.dependencies if manifest else ():
        match = _PLUGIN_PACKAGE.fullmatch(package)
        if match:
            yield match["name"]
        for folder in (root, *root.parents)[:_LEVELS]:
            yield from _own_name(folder / "node_modules" / package)


def _local(root: Path) -> Iterator[str]:
    for folder in sorted(root.glob("src/plugins/*")) + sorted(root.glob("plugins/*")):
        if folder.is_dir():
            yield folder.name
            yield from _own_name(folder)


def _own_name(package: Path) -> Iterator[str]:
    """Read `strapi.name` of a plugin's package.json."""
    try:
        data = json.loads((package / "package.json").read_bytes())
        strapi = data.get("strapi")
        if strapi.get("kind", "plugin") == "plugin" and isinstance(strapi.get("name"), str):
            yield strapi["name"]
    except (OSError, ValueError, AttributeError, RecursionError):
        return


def _configured(root: Path, mode: str) -> Iterator[str]:
    for file in strapi_config.find_files(root, "plugins", mode=mode):
        if file.language in {"javascript", "typescript"}:
            try:
                yield from javascript.read_keys(file.content, file.language)
            except SyntaxProblem:
                continue
