"""Every test gets a home of its own, no tokens, and a terminal that never looks like one."""

from __future__ import annotations

from pathlib import Path

import pytest

_LEAKS = [
    "NGROK_AUTHTOKEN",
    "NGROK_API_KEY",
    "PYNGROK_NGROK_PATH",
    "STRAPI_ADMIN_TOKEN",
    "STRAPI_ADMIN_EMAIL",
    "STRAPI_ADMIN_PASSWORD",
    "TWITTER_API_KEY",
    "TWITTER_API_SECRET",
    "PUBLIC_URL",
    "PORT",
    "ENV_PATH",
    "CI",
    "GITHUB_ACTIONS",
    "FORCE_COLOR",
    "COLUMNS",
    "NODE_ENV",
]


@pytest.fixture(autouse=True)
def _isolated(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("NO_COLOR", "1")
    for name in _LEAKS:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def cases() -> Path:
    return Path(__file__).parent / "cases"
