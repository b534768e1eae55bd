"""What the user wants: flags over the environment over `twitter-setup.toml` over what is detected.

The environment is Typer's part (`cli`); here the file is read, checked and laid under the flags. The
file is committed, therefore not trusted: its paths must stay inside the repository.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from twitter_setup.addresses.public_url import parse_domain, parse_page, parse_public_url
from twitter_setup.addresses.redirect_url import parse_path
from twitter_setup.errors import Advice, SetupError
from twitter_setup.secret import Secret

FILE_NAME = "twitter-setup.toml"
Reach = Literal["ngrok", "url", "local"]

KEYS: dict[str, dict[str, type]] = {
    "backend": {"dir": str, "port": int, "server_config": str, "url_key": str},
    "frontend": {
        "dir": str,
        "port": int,
        "env_vars": list,
        "env_file": str,
        "redirect_path": str,
    },
    "reach": {"kind": str, "domain": str, "url": str},
    "layout": {"kind": str},
    "gateway": {"port": int},
    "portal": {
        "app_name": str,
        "website_url": str,
        "terms_of_service_url": str,
        "privacy_policy_url": str,
    },
    "strapi": {"url": str},
}
_PATHS = (
    ("backend", "dir"),
    ("backend", "server_config"),
    ("frontend", "dir"),
    ("frontend", "env_file"),
)
_CHOICES = {
    ("reach", "kind"): ("ngrok", "url", "local"),
    ("layout", "kind"): ("one-origin", "two-origins"),
}
_ADDRESSES = {
    ("reach", "url"): parse_public_url,
    ("reach", "domain"): parse_domain,
    ("frontend", "redirect_path"): parse_path,
    ("portal", "website_url"): parse_page,
    ("portal", "terms_of_service_url"): parse_page,
    ("portal", "privacy_policy_url"): parse_page,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The flags of all commands; `None` where not given."""

    backend: Path | None = None
    frontend: Path | None = None
    port: int | None = None
    frontend_port: int | None = None
    env_vars: tuple[str, ...] = ()
    url: str | None = None
    domain: str | None = None
    local: bool = False
    two_origins: bool = False
    gateway_port: int | None = None
    expose_admin: bool = False
    allow_vulnerable_dev_server: bool = False
    keep: bool = False
    dry_run: bool = False
    yes: bool = False
    open: bool = False
    copy: bool = False
    key: Secret | None = None
    secret: Secret | None = None
    redirect: str | None = None
    disable: bool = False
    strict: bool = False
    login: bool = False
    checks: tuple[str, ...] = ()
    list_checks: bool = False
    explain: str | None = None
    everything: bool = False
    timeout: float | None = None
    strapi: str | None = None
    authtoken: Secret | None = None

    @property
    def reach(self) -> Reach:
        """How browsers get to this machine, by the flags and what was laid under them."""
        if self.local:
            return "local"
        return "url" if self.url else "ngrok"

    admin_token: Secret | None = None
    admin_email: str | None = None
    admin_password: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSettings:
    """`twitter-setup.toml` as read. `path` is where it is, or where it would be written."""

    path: Path | None = None
    values: Mapping[tuple[str, str], Any] | None = None
    warnings: tuple[str, ...] = ()

    def get(self, table: str, key: str) -> Any:
        return (self.values or {}).get((table, key))

    def folder(self, table: str) -> Path | None:
        """`dir` of a table, resolved."""
        return self.resolved(table, "dir")

    def resolved(self, table: str, key: str) -> Path | None:
        value = self.get(table, key)
        return (self.path.parent / value).resolve() if value and self.path else None


def check_reach(options: Options, file: FileSettings) -> None:
    """Refuse a reach that the file names and does not describe."""
    if file.get("reach", "kind") == "url" and options.reach == "ngrok" and not options.domain:
        raise _invalid(
            file.path or Path(FILE_NAME), "`reach.kind` is `url`, and there is no `reach.url`"
        )


def find_file(start: Path, root: Path) -> Path | None:
    """The nearest `twitter-setup.toml` from `start` upwards to the root of the repository."""
    for folder in (start, *start.parents):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
        if folder == root:
            return None
    return None


def read_file(path: Path | None, root: Path) -> FileSettings:
    """Raises `settings_invalid` for broken TOML, a value of the wrong kind, and a path that leads outside."""
    if path is None:
        return FileSettings()
    try:
        source = path.read_bytes()
        document = tomllib.loads(source.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _invalid(path, f"it is not valid TOML: {_place(source) or error}") from error
    except OSError as error:
        raise _invalid(path, f"it cannot be read: {error.strerror}") from error
    values: dict[tuple[str, str], Any] = {}
    warnings: list[str] = []
    for table, content in document.items():
        if table not in KEYS:
            warnings.append(_unknown(path, table, KEYS, "table"))
            continue
        if not isinstance(content, dict):
            raise _invalid(path, f"`{table}` must be a table, [{table}], not {content!r}")
        for key, value in content.items():
            if key in KEYS[table]:
                values[table, key] = _checked(path, table, key, value)
            else:
                warnings.append(_unknown(path, f"{table}.{key}", KEYS[table], "key"))
    settings = FileSettings(path=path, values=values, warnings=tuple(warnings))
    _check_paths(settings, root)
    return settings


def _place(source: bytes) -> str:
    """Line, column and reason; tomllib alone names no line at the end of the file."""
    from twitter_setup.edits import toml  # noqa: PLC0415 - only for a broken file

    try:
        toml.read_key(source, "backend")
    except toml.TomlProblem as problem:
        return str(problem)
    return ""


def _checked(path: Path, table: str, key: str, value: Any) -> Any:
    wanted = KEYS[table][key]
    right = isinstance(value, wanted) and not isinstance(value, bool)
    if wanted is list:
        right = isinstance(value, list) and all(isinstance(item, str) for item in value)
    if not right:
        kind = {str: "a text", int: "a number", list: "a list of texts"}[wanted]
        raise _invalid(path, f"`{table}.{key}` must be {kind}, not {value!r}")
    if wanted is int and not 1 <= value <= 65535:
        raise _invalid(path, f"`{table}.{key}` must be a port from 1 to 65535, not {value}")
    choices = _CHOICES.get((table, key))
    if choices and value not in choices:
        raise _invalid(path, f"`{table}.{key}` must be one of {', '.join(choices)}, not {value!r}")
    read = _ADDRESSES.get((table, key))
    if read is None or (table == "portal" and not value):  # an empty page is none
        return value
    return _address(path, f"{table}.{key}", value, read)


def _address(path: Path, name: str, value: str, read: Callable[[str], str]) -> str:
    """Read as strictly as the flag, whose name the refusal begins with."""
    try:
        return read(value)
    except SetupError as refusal:
        raise _invalid(path, f"`{name}` {refusal.message.partition(' ')[2]}") from None


def _unknown(path: Path, name: str, known: Mapping[str, object], kind: str) -> str:
    near = difflib.get_close_matches(name.rpartition(".")[2], known, n=1, cutoff=0.5)
    hint = f"; did you mean `{near[0]}`?" if near else ""
    return f"{path.name}: unknown {kind} `{name}`, ignored{hint}"


def _check_paths(settings: FileSettings, root: Path) -> None:
    for table, key in _PATHS:
        base = settings.path
        target = settings.resolved(table, key)
        if key in {"server_config", "env_file"} and target is not None:
            folder = settings.folder(table)
            target = ((folder or root) / settings.get(table, key)).resolve()
        if target is not None and base is not None and not target.is_relative_to(root.resolve()):
            raise _invalid(
                base, f"`{table}.{key}` leads outside the repository ({settings.get(table, key)})"
            )


def _invalid(path: Path, what: str) -> SetupError:
    return SetupError(
        "settings_invalid",
        f"{path}: {what}.",
        advice=[Advice("mend the file, or rename it to go on without it")],
        unchanged="Nothing was changed.",
    )


def under(options: Options, file: FileSettings) -> Options:
    """`options`, with what `file` says wherever no flag was given; `--url` and `--domain` win whole."""
    reach_given = options.url is not None or options.domain is not None or options.local
    kind = file.get("reach", "kind")
    url = file.get("reach", "url") if kind in {None, "url"} else None
    domain = file.get("reach", "domain") if kind in {None, "ngrok"} else None
    return replace(
        options,
        backend=options.backend or file.folder("backend"),
        frontend=options.frontend or file.folder("frontend"),
        port=options.port or file.get("backend", "port"),
        frontend_port=options.frontend_port or file.get("frontend", "port"),
        env_vars=options.env_vars or tuple(file.get("frontend", "env_vars") or ()),
        url=options.url if reach_given else url,
        domain=options.domain if reach_given else (None if url else domain),
        local=options.local or (not reach_given and kind == "local"),
        two_origins=options.two_origins or file.get("layout", "kind") == "two-origins",
        gateway_port=options.gateway_port or file.get("gateway", "port"),
    )
