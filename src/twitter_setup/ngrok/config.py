"""What the agent is given: the user's own ngrok settings, our configuration file, its environment.

The authtoken goes into the agent's environment and nowhere else: not into a file, a command line
or a log.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from twitter_setup.errors import Advice, TunnelFailed

# How the agent reaches ngrok, and no more: its endpoints, logs and secrets are not for us.
# https://ngrok.com/docs/agent/config/v3 (an agent refuses keys that it does not know)
_TAKEN_OVER = (
    "connect_cas",
    "connect_interface",
    "connect_timeout",
    "connect_url",
    "crl_noverify",
    "crl_url",
    "dns_resolver_ips",
    "heartbeat_interval",
    "heartbeat_tolerance",
    "proxy_url",
    "root_cas",
)
_NAMES_SINCE_VERSION_3 = {"server_addr": "connect_url", "root_cas": "connect_cas"}

# With inspection on, every request and its tokens would stand at 127.0.0.1:4040 without a password.
_OURS = {"console_ui": False, "inspect_db_size": -1, "update_check": False}

_SECRET_VARIABLES = re.compile(
    r"^(TWITTER_API_(KEY|SECRET)|TWITTER_SETUP_.*(KEY|SECRET|TOKEN|PASSWORD)|STRAPI_ADMIN_(TOKEN|PASSWORD)"
    r"|NGROK_API_KEY|NGROK_AUTHTOKEN)$"
)
_PRINTED_TOKEN = re.compile(r"(your authtoken:\s*)[^\s\\\"]+", re.IGNORECASE)
_URL_PASSWORD = re.compile(r"(://)[^/@\s\"]+@")
_MASK = "••••"


@dataclass(frozen=True, slots=True)
class UserConfig:
    """What the user's own ngrok.yml holds for us."""

    authtoken: str | None = field(default=None, repr=False)
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)


def read_user_config() -> UserConfig:
    """Read the first ngrok.yml that an agent would find. Raises `TunnelFailed` if it is broken."""
    for path in _places():
        if path.is_file():
            return _read(path)
    return UserConfig()


def _places() -> Iterable[Path]:
    from pyngrok import installer  # noqa: PLC0415  (not for --help)

    yield Path(installer.get_default_ngrok_dir()) / "ngrok.yml"
    home = Path(os.path.expanduser("~"))  # noqa: PTH111  (raises nothing where there is no home)
    yield home / ".config" / "ngrok" / "ngrok.yml"
    yield home / ".ngrok2" / "ngrok.yml"


def _read(path: Path) -> UserConfig:
    from pyngrok import installer  # noqa: PLC0415

    try:
        config = installer.get_ngrok_config(str(path), use_cache=False)
    except OSError as error:
        raise _unreadable(path, error.strerror or "cannot be read") from error
    except Exception as error:  # noqa: BLE001  (PyYAML's own: pyngrok's dependency, not ours)
        # Its text quotes the line, which may be the one with the authtoken.
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: not valid YAML" if mark else "not valid YAML"
        raise _unreadable(path, where) from None
    if not isinstance(config, dict):
        raise _unreadable(path, "not a list of settings")
    return _pick(config)


def _pick(config: Mapping[str, Any]) -> UserConfig:
    agent = config.get("agent")
    version_3 = isinstance(agent, dict)
    given: Mapping[str, Any] = agent if isinstance(agent, dict) else config
    settings = {}
    for name, value in given.items():
        today = name if version_3 else _NAMES_SINCE_VERSION_3.get(name, name)
        if today in _TAKEN_OVER and value is not None:
            settings[today] = value
    token = given.get("authtoken") or config.get("authtoken")
    return UserConfig(str(token) if token else None, settings)


def _unreadable(path: Path, reason: str) -> TunnelFailed:
    return TunnelFailed(
        "tunnel_failed",
        f"your ngrok settings cannot be read: {path}: {reason}",
        advice=[Advice("see what is wrong with it", command="ngrok config check")],
    )


def write(path: Path, settings: Mapping[str, Any]) -> None:
    """Write our configuration file, 0600; its folder must be there. Raises `TunnelFailed`."""
    content = json.dumps(
        {"version": "3", "agent": {**settings, **_OURS}}, default=str
    )  # JSON is YAML
    try:
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content + "\n")
    except OSError as error:
        reason = f"{path} cannot be written: {error.strerror}"
        raise TunnelFailed("tunnel_failed", reason) from error


def child_environment(authtoken: str | None = None) -> dict[str, str]:
    """Make an environment of ours: nobody's secrets in it but the one that the agent needs."""
    kept = {name: value for name, value in os.environ.items() if not _SECRET_VARIABLES.match(name)}
    if authtoken:
        kept["NGROK_AUTHTOKEN"] = authtoken
    return kept


def mask(text: str, authtoken: str | None) -> str:
    """Take the authtoken, and passwords in addresses, out of `text`."""
    if authtoken:
        text = text.replace(authtoken, _MASK)
    return _URL_PASSWORD.sub(rf"\1{_MASK}@", _PRINTED_TOKEN.sub(rf"\1{_MASK}", text))
