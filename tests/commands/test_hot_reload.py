"""Where a dev server's pages would not find it again at our address, it is said how they would."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from twitter_setup.commands.tunnel import hot_reload
from twitter_setup.project import frontend

AUTO = "{ devServer: { client: { webSocketURL: 'auto://0.0.0.0:0/ws' } } }"
PORT = "{ devServer: { port: 3000 } }"


def said(folder: Path, package: str, **files: str) -> str:
    (folder / "package.json").write_text(json.dumps({"devDependencies": {package: "5.0.0"}}))
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
