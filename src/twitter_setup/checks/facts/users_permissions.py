"""What `config/plugins` says of users-permissions: whether it runs, and how its refresh cookie is set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from twitter_setup.checks.facts.environments import Environment
from twitter_setup.checks.facts.proxy_trust import truth
from twitter_setup.edits.javascript import Value
from twitter_setup.project.strapi_config import ConfigFile, first_value

_KEY = "users-permissions"


@dataclass(frozen=True, slots=True, kw_only=True)
class UsersPermissions:
    """Plain values alone count. `is_off`: switched off. `path` and `line` say where either is set.

    `has_secure_refresh_cookie`: a login ends in a cookie for https only; None: NODE_ENV decides.
    """

    path: Path | None = None
    line: int = 0
    is_off: bool = False
    has_secure_refresh_cookie: bool | None = False


def read(files: Sequence[ConfigFile], environment: Environment) -> UsersPermissions:
    """Read `files`: of `strapi_config.find_files(root, "plugins", …)`, the one that wins first."""

    def value(*path: str) -> tuple[Value, Path | None]:
        found, file = first_value(tuple(files), _KEY, *path)
        return found, file.path if file else None

    for path in ((), ("enabled",)):
        enabled, file = value(*path)
        if enabled.kind not in {"absent", "unclear"} and truth(enabled, environment) is False:
            return UsersPermissions(path=file, line=enabled.line, is_off=True)
    management, file = value("config", "jwtManagement")
    http_only, _ = value("config", "sessions", "httpOnly")
    if management.text != "refresh" or truth(http_only, environment) is not True:
        return UsersPermissions()
    secure, where = value("config", "sessions", "cookie", "secure")
    if secure.kind in {"absent", "unclear"}:
        is_secure = None if secure.kind == "absent" else False
        return UsersPermissions(
            path=file, line=management.line, has_secure_refresh_cookie=is_secure
        )
    return UsersPermissions(
        path=where, line=secure.line, has_secure_refresh_cookie=truth(secure, environment)
    )
