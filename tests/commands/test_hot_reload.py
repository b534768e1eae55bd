"""Where a dev server's pages would not find it again at our address, it is said how they would."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.program import make_shop
from tests.views import Silent
from twitter_setup.commands.tunnel import hot_reload, notes
from twitter_setup.gateway.layout import Arrangement
from twitter_setup.project import frontend
from twitter_setup.project.locate import Caller, locate
from twitter_setup.project.settings import Options, Reach
from twitter_setup.state.folder import StateFolder

AUTO = "{ devServer: { client: { webSocketURL: 'auto://0.0.0.0:0/ws' } } }"
PORT = "{ devServer: { port: 3000 } }"


def said(folder: Path, package: str, version: str = "5.0.0", **files: str) -> str:
    (folder / "package.json").write_text(json.dumps({"devDependencies": {package: version}}))
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)
    return hot_reload.advice(frontend.load(folder)) or ""


@pytest.mark.parametrize("package", ["vite", "next", "astro", "@sveltejs/kit", "parcel"])
def test_most_dev_servers_need_nothing(tmp_path: Path, package: str) -> None:
    assert said(tmp_path, package) == ""


@pytest.mark.parametrize(
    ("package", "file"),
    [("webpack-dev-server", "webpack_config_js"), ("@vue/cli-service", "vue_config_js")],
)
def test_a_webpack_needs_a_setting_that_leads_its_pages_back(
    tmp_path: Path, package: str, file: str
) -> None:
    name = file.replace("_", ".")

    text = said(tmp_path, package, **{file: f"module.exports = {PORT};"})
    assert f"devServer.client.webSocketURL to 'auto://0.0.0.0:0/ws' in {name}" in text
    assert said(tmp_path, package, **{file: f"module.exports = {AUTO};"}) == ""


def test_create_react_app_needs_a_variable(tmp_path: Path) -> None:
    assert "with WDS_SOCKET_PORT=0" in said(tmp_path, "react-scripts")
    (tmp_path / ".env").write_text("WDS_SOCKET_PORT=0\n")
    assert said(tmp_path, "react-scripts") == ""


@pytest.mark.parametrize(
    ("package", "version"),
    [
        ("react-scripts", "3.4.4"),
        ("react-scripts", "4.0.3"),
        ("@vue/cli-service", "^4.5.0"),
        ("webpack-dev-server", "3.11.3"),
        ("@vue/cli-service", "latest"),
    ],
)
def test_older_majors_get_no_advice_that_would_break_them(
    tmp_path: Path, package: str, version: str
) -> None:
    """Before webpack-dev-server 4 the pages take their own address, or the setting is an error."""
    assert said(tmp_path, package, version) == ""


def test_the_installed_version_decides(tmp_path: Path) -> None:
    installed = tmp_path / "node_modules/react-scripts/package.json"
    installed.parent.mkdir(parents=True)
    installed.write_text('{"version": "4.0.3"}')

    assert said(tmp_path, "react-scripts", ">=3") == ""


@pytest.mark.parametrize(("reach", "is_said"), [("ngrok", True), ("url", True), ("local", False)])
def test_on_this_machine_alone_nothing_has_to_be_set(
    tmp_path: Path, reach: Reach, is_said: bool
) -> None:
    shop = make_shop(tmp_path)
    manifest = {"devDependencies": {"react-scripts": "5.0.1"}}
    (shop.frontend / "package.json").write_text(json.dumps(manifest))
    caller = Caller(command="tunnel", cwd=shop.root, environ={}, view=Silent())
    way = Arrangement(reach=reach, layout="one-origin", gateway_port=7337, public_url=None)

    said = notes.before_the_sheet(
        locate(Options(), caller), way, "https://a.example.com", StateFolder(shop.backend)
    )

    assert any("WDS_SOCKET_PORT" in note for note in said) is is_said
