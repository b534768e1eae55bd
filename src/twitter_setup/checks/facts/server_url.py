"""What Strapi's `server.url` comes to: the config files laid over one another, and the environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from twitter_setup.checks.facts.environments import Environment, Setting
from twitter_setup.edits import toml
from twitter_setup.edits.server_config import UrlSetting
from twitter_setup.edits.toml import TomlProblem
from twitter_setup.project import strapi_config
from twitter_setup.project.strapi_config import ServerConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerUrl:
    """`value` is '' where nothing is set. `setting` is the variable's that decides, if one is set."""

    kind: Literal["known", "unclear", "broken"]
    path: Path
    line: int = 0  # 0: of no line in particular
    value: str = ""
    variable: str | None = None
    setting: Setting | None = None
    reason: str = ""


def read(
    root: Path,
    environment: Environment,
    *,
    mode: str,
    server_config: str | None = None,
    url_key: str | None = None,
) -> ServerUrl:
    """`mode` is NODE_ENV; `server_config` and `url_key` are the user's settings."""
    files = strapi_config.find_files(root, "server", server_config, mode)
    last = ServerUrl(kind="known", path=root / "config" / "server.js")
    for file in files:
        found = _of(strapi_config.read_server(root, (file,), url_key), environment)
        if found is not None:
            return found
        last = ServerUrl(kind="known", path=file.path)
    return last


def _of(config: ServerConfig, environment: Environment) -> ServerUrl | None:
    """What this file makes of it; None where it leaves it to the next."""
    path = config.file.path
    if config.syntax_problem:
        return ServerUrl(kind="broken", path=path, reason=config.syntax_problem)
    if config.url_key:
        return _toml(path, config.file.content or b"", config.url_key)
    url = config.url
    if url is None or url.kind == "absent":
        return None
    if url.kind in {"unclear", "expression"}:
        return ServerUrl(kind="unclear", path=path, line=url.line, reason=url.reason)
    if url.kind == "literal":
        return ServerUrl(kind="known", path=path, line=url.line, value=trimmed(url.text))
    return _variable(path, url, environment)


def _variable(path: Path, url: UrlSetting, environment: Environment) -> ServerUrl | None:
    setting = environment.find(url.variable or "")
    if setting is None and url.default is None:
        return None  # `undefined` does not override (lodash's merge)
    value = setting.value if setting else url.default or ""
    return ServerUrl(
        kind="known",
        path=path,
        line=url.line,
        value=trimmed(value),
        variable=url.variable,
        setting=setting,
    )


def _toml(path: Path, content: bytes, key: str) -> ServerUrl:
    try:
        value = toml.read_key(content, key)
    except TomlProblem as problem:  # found out before, when the key was looked for
        return ServerUrl(kind="broken", path=path, line=problem.line, reason=str(problem))
    if value is None or isinstance(value, str):
        return ServerUrl(kind="known", path=path, value=trimmed(value or ""))
    return ServerUrl(kind="unclear", path=path, reason=f"`{key}` is not a text")


def trimmed(url: str) -> str:
    """As Strapi takes it (configuration/urls.js): no blanks or slashes around it."""
    return url.strip("/ ") if url.startswith("http") else url.strip()
