"""Which real dev servers the canary finds leaking, in spellings that the gateway forwards."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests.e2e import frontends, installs
from tests.e2e.groups import Group
from tests.gateway.forwarding import lets_through
from tests.program import free_port
from twitter_setup.gateway import canary
from twitter_setup.gateway.canary import Leaks, Safe, Unknown, Verdict

pytestmark = pytest.mark.e2e

_PACKAGES = Path(__file__).parent / "frontends"
_SECONDS = 90.0
_QUESTIONS = 10  # a server that compiles is asked again, as `tunnel` does

_RAW = "CVE-2025-30208"
_SOCKET = "CVE-2026-39363"


class _Server(Group):
    def __init__(self, command: list[str], folder: Path, port: int) -> None:
        self.port = port
        super().__init__(command, folder, folder / "server.log", {"NG_CLI_ANALYTICS": "false"})
        self.wait_until(self._answers, _SECONDS, " ".join(command))

    def _answers(self) -> bool:
        with suppress(httpx.TransportError):
            httpx.get(f"http://localhost:{self.port}", timeout=30, trust_env=False)
            return True
        return False

    def verdict(self, state: Path, version: str | None = None) -> Verdict:
        found: Verdict = Unknown("")
        for _ in range(_QUESTIONS):
            url = f"http://localhost:{self.port}"
            found = canary.leaks(url, state, lets_through=lets_through, vite=version)
            if not isinstance(found, Unknown):
                break
        return found


@pytest.fixture
def folder() -> Iterator[Path]:
    installs.need_node()
    made = installs.new_run()
    yield made
    shutil.rmtree(made)


@contextmanager
def _running(command: list[str], folder: Path, port: int) -> Iterator[_Server]:
    server = _Server(command, folder, port)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def _vite(version: str, folder: Path, config: str = "{}") -> Iterator[_Server]:
    program = installs.node_modules("vites", _PACKAGES / "vites") / f"vite-{version}/bin/vite.js"
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    (folder / "vite.config.js").write_text(f"export default {config}")
    (folder / "index.html").write_text('<!doctype html><script type="module" src="/main.js">')
    (folder / "main.js").write_text("document.title = 'Corner Cafe'")
    port = free_port()
    command = ["node", str(program), "--port", str(port), "--strictPort"]
    with _running(command, folder, port) as server:
        yield server


@pytest.mark.parametrize(
    ("version", "advisories", "safe"),
    [
        ("4.5.9", {_RAW}, "5.4.20"),
        ("5.1.7", {_RAW, "CVE-2024-45811"}, "5.4.20"),
        ("5.4.14", {_RAW}, "5.4.20"),
        ("6.2.0", {_RAW, "CVE-2025-31125", "CVE-2025-31486", _SOCKET}, "6.4.2"),
        ("6.4.1", {_SOCKET}, "6.4.2"),
        ("7.3.1", {_SOCKET}, "7.3.2"),
        ("8.0.4", {_SOCKET}, "8.0.5"),
    ],
)
def test_a_vite_with_a_hole_gives_the_canary_away(
    folder: Path, tmp_path: Path, version: str, advisories: set[str], safe: str
) -> None:
    with _vite(version, folder) as server:
        found = server.verdict(tmp_path, version)

    assert isinstance(found, Leaks)
    assert found.reason.startswith(f"Vite {version} ")
    assert found.reason.endswith(f"; {safe} does not.")
    assert {name for name in advisories if name not in found.reason} == set()


# 5.4.19 has CVE-2025-58751 and CVE-2025-58752, which need `..` in the path: the gateway refuses it.
@pytest.mark.parametrize("version", ["5.4.19", "5.4.21", "6.4.2", "7.3.2", "8.4.0"])
def test_a_vite_without_a_hole_behind_the_gateway_is_safe(
    folder: Path, tmp_path: Path, version: str
) -> None:
    with _vite(version, folder) as server:
        assert server.verdict(tmp_path, version) == Safe()


@pytest.mark.parametrize("config", ["{base: '/docs/'}", "{server: {hmr: {path: 'live'}}}"])
def test_a_base_path_and_another_web_socket_hide_no_hole(
    folder: Path, tmp_path: Path, config: str
) -> None:
    with _vite("8.0.4", folder, config) as server:
        found = server.verdict(tmp_path, "8.0.4")

    assert isinstance(found, Leaks)
    assert _SOCKET in found.reason


def test_a_vite_that_is_configured_to_serve_everything_is_found(
    folder: Path, tmp_path: Path
) -> None:
    with _vite("8.4.0", folder, "{server: {fs: {strict: false}}}") as server:
        found = server.verdict(tmp_path, "8.4.0")

    assert isinstance(found, Leaks)
    assert "`server.fs`" in found.reason


def test_the_vite_inside_angular_17_gives_the_canary_away(folder: Path, tmp_path: Path) -> None:
    template = _PACKAGES / "angular17"
    shutil.copytree(template, folder, dirs_exist_ok=True)
    (folder / "node_modules").symlink_to(installs.node_modules("angular17", template))
    port = free_port()
    with _running(["npm", "run", "dev", "--", "--port", str(port)], folder, port) as server:
        found = server.verdict(tmp_path, "5.1.7")

    assert isinstance(found, Leaks)
    assert _RAW in found.reason


@pytest.mark.parametrize("kind", [frontends.NEXT, frontends.WEBPACK], ids=lambda kind: kind.name)
def test_a_current_server_of_another_kind_is_safe(
    folder: Path, tmp_path: Path, kind: frontends.FrontEnd
) -> None:
    shutil.copytree(kind.template, folder, dirs_exist_ok=True)
    frontends.give_packages(kind, folder)
    port = free_port()
    with _running(["npm", "run", "dev", "--", "--port", str(port)], folder, port) as server:
        assert server.verdict(tmp_path) == Safe()


def test_a_server_like_gatsby_s_is_safe(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(_PACKAGES / "gatsby-like", folder, dirs_exist_ok=True)
    modules = installs.node_modules(frontends.WEBPACK.name, frontends.WEBPACK.template)
    (folder / "node_modules").symlink_to(modules)
    port = free_port()
    with _running(["node", "server.cjs", str(port)], folder, port) as server:
        assert server.verdict(tmp_path) == Safe()
