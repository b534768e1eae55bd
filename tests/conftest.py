"""Every test gets a home of its own, no tokens, and a terminal that never looks like one."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import settings

from tests import verifying
from tests.program import Shop, make_shop
from tests.verifying import Bench, Verified
from tests.world.admin_server import AdminServer

# A run in the background of a shell begins with Ctrl-C ignored, and all that it starts would too.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    with suppress(ValueError):  # not in the main thread
        signal.signal(signal.SIGINT, signal.default_int_handler)

# A busy machine is slow, not wrong.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")

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


def pytest_xdist_auto_num_workers() -> int:
    """Two workers a core: many tests wait for a process of theirs."""
    return min(2 * (os.cpu_count() or 1), 16)


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
def admin_server() -> Iterator[AdminServer]:
    """The stand-in for a Strapi's admin API, on a port of its own."""
    with AdminServer() as server:
        yield server


@pytest.fixture
def strapi_shop(tmp_path: Path, admin_server: AdminServer) -> Shop:
    """A project whose Strapi is `admin_server`."""
    return make_shop(tmp_path / "cafe", env=b"PORT=%d\nAPP_KEYS=a,b\n" % admin_server.port)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """What `verify` asks, as stand-ins; `right` is a project whose login works with them."""
    with verifying.bench(tmp_path_factory.mktemp("edge")) as made:
        yield made


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return verifying.make_template(tmp_path_factory.mktemp("template") / "cafe")


@pytest.fixture
def right(template: Shop, bench: Bench, tmp_path: Path) -> Verified:
    bench.as_new()
    return verifying.copy(template, tmp_path / "cafe", bench)


@pytest.fixture
def cases() -> Path:
    return Path(__file__).parent / "cases"
