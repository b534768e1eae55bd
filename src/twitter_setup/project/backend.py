"""Reads a back end: its Strapi, its server config, its port and its API prefix. Changes nothing.

What JavaScript decides is read by `edits`; what cannot be read with certainty is said to be so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from twitter_setup.edits import dotenv
from twitter_setup.edits.server_config import UrlSetting, uses_variable
from twitter_setup.errors import Advice, SetupError
from twitter_setup.project import packages, sources, strapi_config
from twitter_setup.project.files import (
    SourceFile,
    check_port,
    parse_port,
    read_source,
    relative_name,
)
from twitter_setup.project.find import is_frontend, repository_root
from twitter_setup.project.packages import Dependency, Manifest, Source, Version
from twitter_setup.project.strapi_config import ConfigFile, Language, Variables
from twitter_setup.project.tools import modes, scripts

_DEFAULT_PORT = 1337
_EXAMPLES = (".example", ".sample", ".template", ".dist")
_DEFAULT_PREFIX = "/api"
# What `strapi develop` 4.x and 5.x never watches, wherever in the path it is.
_UNWATCHED = frozenset(
    {"build", "dist", "documentation", "exports", "log", "logs", "node_modules", "public"}
)


@dataclass(frozen=True, slots=True)
class AdminUrl:
    path: Path
    line: int
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BackEnd:
    """A back end as it is on disk."""

    root: Path
    name: str
    strapi: str | None  # its version; of a mere range the lowest that it allows; None: unknown
    strapi_is_installed: bool
    strapi_source: Source = "installed"
    strapi_range: str = ""  # "^5.12.0" if nothing tells which version of it; else ''
    has_users_permissions: bool
    users_permissions: str | None  # its version like `strapi`
    users_permissions_is_installed: bool
    users_permissions_range: str = ""
    language: Language
    server_config: SourceFile  # the file that decides `url`
    url: UrlSetting | None  # None: TOML, no file, or one that does not parse
    url_key: str | None  # of TOML
    syntax_problem: str | None  # "line 12, column 3", of `server_config`
    env_file: SourceFile
    port: int
    port_from: str
    api_prefix: str  # a slash in front and none behind, or empty
    api_prefix_is_certain: bool
    unwatched: str | None  # the part of the path for which `strapi develop` never sees a change
    admin_url: AdminUrl | None = None  # of config/admin, if it is a whole address
    mode: str = "development"  # NODE_ENV: of the Strapi that runs, else of one started now
    manager: str = "npm"  # the project's package manager
    start_command: str = "npm run develop"  # what starts Strapi for development

    @property
    def major(self) -> int | None:
        if self.strapi_range and not packages.stays_in_major(self.strapi_range):
            return None
        version = packages.version_tuple(self.strapi or "")
        return version[0] if version else None

    @property
    def strapi_title(self) -> str:
        """Strapi with its version for people, a range as one: `Strapi 5.54.0`, `Strapi ^5.12.0`."""
        return f"Strapi {self.strapi_range or self.strapi}" if self.strapi else ""

    @property
    def reloads_env(self) -> bool:
        """Whether a restart by `strapi develop` reads `.env` anew (before 5.48: never)."""
        return _is_between(self.strapi, (5, 48, 0))

    @property
    def bakes_url_into_admin(self) -> bool:
        """Whether the admin panel is built with the public URL in it, and so leaves localhost."""
        return _is_between(self.strapi, (4, 0, 0), (5, 12, 0))

    @property
    def needs_session_login(self) -> bool | None:
        """Whether a login hands over a session cookie and no tokens; None: unknown."""
        version = packages.version_tuple(self.users_permissions or "")
        wanted = self.users_permissions_range
        if version is None:
            return None
        if version >= (5, 53, 0):
            return True
        is_below_5 = version < (5, 0, 0) and packages.stays_in_major(wanted)
        return False if not wanted or is_below_5 else None


def load(
    folder: Path,
    environ: Mapping[str, str],
    *,
    server_config: str | None = None,
    url_key: str | None = None,
    port: int | None = None,
) -> BackEnd:
    """Read the back end in `folder`; the keywords are the user's settings, which win.

    Raises `project_broken`, `unsupported_version`, `usage` for a `port` that is none, and
    `settings_invalid` for a `server_config` that is not there.
    """
    root = folder.resolve()
    manifest = packages.read_manifest(root) or packages.Manifest.empty(root)
    strapi, users_permissions = _find_strapi(manifest, root)
    env_file = read_source(root / environ.get("ENV_PATH", ".env"))
    variables = Variables(environ, env_file)
    mode = modes.planned(manifest.scripts, variables.find)
    files = strapi_config.find_files(root, "server", server_config, mode)
    if server_config is not None and not files:
        raise _no_server_config(root / server_config)
    number, port_from = _read_port(port, root, files, variables)
    mode = modes.mode_of(root, number, manifest.scripts, variables.find)
    files = strapi_config.find_files(root, "server", server_config, mode)
    server = strapi_config.read_server(root, files, url_key)
    prefix, prefix_is_certain = _read_prefix(root, variables, mode)
    manager = packages.manager_of(root, repository_root(root))
    return BackEnd(
        root=root,
        name=manifest.name,
        strapi=strapi.version if strapi else None,
        strapi_is_installed=_is_installed(strapi),
        strapi_source=strapi.source if strapi else "installed",
        strapi_range=_mere_range(strapi),
        has_users_permissions=users_permissions is not None or strapi is None,
        users_permissions=users_permissions.version if users_permissions else None,
        users_permissions_is_installed=_is_installed(users_permissions),
        users_permissions_range=_mere_range(users_permissions),
        language=server.language,
        server_config=server.file,
        url=server.url,
        url_key=server.url_key,
        syntax_problem=server.syntax_problem,
        env_file=env_file,
        port=number,
        port_from=port_from,
        api_prefix=prefix,
        api_prefix_is_certain=prefix_is_certain,
        unwatched=unwatched_part(root),
        admin_url=_admin_url(root, variables, mode),
        mode=mode,
        manager=manager,
        start_command=_start_command(manager, manifest),
    )


def variable_is_used(backend: BackEnd, variable: str) -> bool:
    """Whether the back end's own code reads the environment variable, for whatever purpose."""
    return any(
        uses_variable(content, sources.language(path), variable)
        for path, content in sources.walk(backend.root, sources.SCRIPTS, _is_not_own)
    )


def values_in_files(backend: BackEnd, variable: str) -> tuple[str, ...]:
    """List the values that the back end's env files, for whichever mode, give the variable."""
    paths = {backend.env_file.path, *backend.root.glob(".env*")}
    found = (
        dotenv.values(read_source(path).content or b"").get(variable)
        for path in sorted(paths)
        if path.is_file() and not path.name.endswith(_EXAMPLES)
    )
    return tuple(value for value in found if value is not None)


def unwatched_part(root: Path) -> str | None:
    """Find the part of the path for which `strapi develop` never sees a change."""
    for part in root.parts:
        if "tmp" in part or part in _UNWATCHED or (part.startswith(".") and len(part) > 1):
            return part
    return "src/admin" if "/src/admin/" in f"{root.as_posix()}/" else None


def _find_strapi(manifest: Manifest, root: Path) -> tuple[Dependency | None, Dependency | None]:
    """Find Strapi and its users-permissions plugin."""
    find = partial(
        packages.find_dependency, manifest=manifest, folder=root, repository=repository_root(root)
    )
    strapi = find("@strapi/strapi")
    current = strapi or find("strapi")  # version 3 was the package `strapi`
    version = packages.version_tuple((current and current.version) or "")
    if current is not strapi or (version and version[0] < 4):
        raise SetupError(
            "unsupported_version",
            f"This is Strapi {(current and current.version) or 3}, in {root}:"
            " twitter-setup works with Strapi 4 and 5.",
            advice=[Advice("upgrade it to Strapi 4 or 5 first; Strapi's guides say how")],
            unchanged="Nothing was changed.",
        )
    return strapi, find("@strapi/plugin-users-permissions")


def _is_installed(dependency: Dependency | None) -> bool:
    return dependency is not None and dependency.source == "installed"


def _mere_range(dependency: Dependency | None) -> str:
    return dependency.wanted if dependency and dependency.source == "range" else ""


def _no_server_config(path: Path) -> SetupError:
    return SetupError(
        "settings_invalid",
        f"The settings name {path} as the server config, and it is not there.",
        advice=[Advice("correct server_config in the [backend] section of twitter-setup.toml")],
        unchanged="Nothing was changed.",
    )


def _read_port(
    given: int | None, root: Path, files: tuple[ConfigFile, ...], variables: Variables
) -> tuple[int, str]:
    """Find the port that the server listens on, and what says so."""
    if given is not None:
        return check_port(given, "--port"), "--port"
    value, file = strapi_config.first_value(files, "port")
    found = variables.resolve(value, relative_name(file.path, root) if file else "")
    if found is None:  # Strapi's own default is `Number(process.env.PORT) || 1337`
        found = variables.find("PORT")
        if found is None or not found[0].strip().isdecimal():
            return _DEFAULT_PORT, "default"
    text, port_from = found
    number = parse_port(text)
    if number is None:
        raise SetupError(
            "project_broken",
            f"{port_from}: {text!r} is not a port, which is a number from 1 to 65535.",
            advice=[
                Advice("correct it, or name the port that the back end listens on with --port")
            ],
            unchanged="Nothing was changed.",
        )
    return number, port_from


def _start_command(manager: str, manifest: Manifest) -> str:
    script = scripts.first_that_runs_strapi(manifest.scripts) or "develop"  # as Strapi's projects
    return packages.run_command(manager, script)


def _read_prefix(root: Path, variables: Variables, mode: str) -> tuple[str, bool]:
    """Find the path that all of the API is under, and whether that is certain."""
    files = strapi_config.find_files(root, "api", mode=mode)
    value, _ = strapi_config.first_value(files, "rest", "prefix")
    found = variables.resolve(value, "config/api")
    if found is None:
        return _DEFAULT_PREFIX, value.kind == "absent"
    prefix = found[0].strip("/")
    return (f"/{prefix}" if prefix else ""), True


def _admin_url(root: Path, variables: Variables, mode: str) -> AdminUrl | None:
    files = strapi_config.find_files(root, "admin", mode=mode)
    value, file = strapi_config.first_value(files, "url")
    text, _ = variables.resolve(value, "") or ("", "")
    is_whole = text.startswith(("http://", "https://"))
    return AdminUrl(file.path, value.line, text) if file and is_whole else None


def _is_not_own(folder: Path) -> bool:
    not_own = {"node_modules", "dist", "build", "public", "types"}
    return folder.name in not_own or folder.name.startswith(".") or is_frontend(folder)


def _is_between(version: str | None, first: Version, end: Version | None = None) -> bool:
    """Whether `version` is known, at least `first`, and before `end`."""
    found = packages.version_tuple(version or "")
    return found is not None and first <= found and (end is None or found < end)
