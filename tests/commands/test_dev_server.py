"""What `tunnel` and `undo` say of the dev server: at another port, not there, to be restarted."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.program import PORT, Shop, free_port, make_shop
from tests.views import Silent
from twitter_setup.commands import dev_server
from twitter_setup.errors import Advice
from twitter_setup.gateway.dev_server import running
from twitter_setup.gateway.layout import Arrangement
from twitter_setup.project import frontend as frontends
from twitter_setup.project.locate import Caller, locate
from twitter_setup.project.settings import Options

ONE = Arrangement(reach="local", layout="one-origin", gateway_port=7337, public_url=None)
SERVE = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", sys.argv[2])
        self.end_headers()

server = HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
print(flush=True)
server.serve_forever()
"""


class Noted(Silent):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[str, list[str]]] = []

    def note(self, text: str, advice: Sequence[Advice] = ()) -> None:
        self.said.append((text, [each.command or "" for each in advice]))


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return make_shop(tmp_path / "cafe")


@contextmanager
def serving(folder: Path, port: int, kind: str = "text/html; charset=utf-8") -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(port), kind],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout
    process.stdout.readline()
    try:
        yield process.pid
    finally:
        process.kill()
        process.communicate()


def said(shop: Shop, expected: int, *typed: str) -> list[tuple[str, list[str]]]:
    view = Noted()
    caller = Caller(command="tunnel", cwd=shop.root, environ={}, view=view, typed=typed)
    located = locate(Options(frontend_port=expected, port=PORT), caller)
    dev_server.say_where(located, ONE, caller)
    return view.said


# Where it is


def test_a_front_end_at_another_port_is_named_with_the_option(shop: Shop) -> None:
    expected, real = free_port(), free_port()
    with serving(shop.frontend, real) as pid:
        [(text, commands)] = said(shop, expected, "--local", "--frontend-port", str(expected))

    assert f"expected on port {expected}" in text
    assert f"(PID {pid})" in text
    assert f"shows pages on port {real}." in text
    assert commands == [f"twitter-setup tunnel --local --frontend-port {real}"]


def test_a_stranger_at_the_expected_port_hides_it_not(shop: Shop, tmp_path: Path) -> None:
    """Next and Vite move to the next port if another program has theirs."""
    expected, real = free_port(), free_port()
    with serving(tmp_path, expected), serving(shop.frontend, real):
        [(text, _)] = said(shop, expected)

    assert f"shows pages on port {real}." in text


def test_a_front_end_that_is_where_it_should_be_is_not_mentioned(shop: Shop) -> None:
    expected, other = free_port(), free_port()
    with serving(shop.frontend, expected), serving(shop.frontend, other):
        assert said(shop, expected) == []


def test_a_server_without_pages_is_not_the_front_end(shop: Shop) -> None:
    expected, other = free_port(), free_port()
    with serving(shop.frontend, other, "application/json"):
        [(text, commands)] = said(shop, expected)

    assert text.startswith(f"Nothing answers on port {expected} yet. Start ")
    assert commands == []


def test_the_back_end_below_the_front_end_is_not_the_front_end(shop: Shop) -> None:
    front = replace(frontends.load(shop.frontend), root=shop.root)
    port = free_port()
    with serving(shop.backend, port):
        assert running.elsewhere(front, {port}) is None
        found = running.elsewhere(front, ())

    assert found is not None
    assert found.port == port


# Whether to restart it


def front_end(folder: Path, package: str) -> frontends.FrontEnd:
    folder.mkdir(exist_ok=True)
    manifest = {"scripts": {"dev": "x"}, "devDependencies": {package: "1.0.0", "vite": "7.0.0"}}
    (folder / "package.json").write_text(json.dumps(manifest))
    (folder / ".env").write_text("A=1\n")
    return frontends.load(folder)


KEEP = [
    *("nuxt", "@react-router/dev", "@tanstack/react-start", "vike", "@builder.io/qwik"),
    *("react-scripts", "gatsby"),
]


def restarted(folder: Path, package: str, name: str = ".env") -> list[tuple[str, list[str]]]:
    view = Noted()
    front = front_end(folder, package)
    changed = [file.path for file in front.env_files if file.path.name.startswith(name)][:1]
    with serving(folder, port := free_port()):
        dev_server.say_restart(replace(front, port=port), changed, view)
    return view.said


@pytest.mark.parametrize("package", KEEP)
def test_a_dev_server_that_keeps_its_variables_is_to_be_restarted(
    tmp_path: Path, package: str
) -> None:
    [(text, commands)] = restarted(tmp_path, package)

    assert text.endswith("may keep the former values until its dev server is restarted.")
    assert commands == ["npm run dev"]


@pytest.mark.parametrize("package", ["vite", "next", "astro", "@sveltejs/kit"])
def test_one_that_reads_its_files_again_is_not(tmp_path: Path, package: str) -> None:
    assert restarted(tmp_path, package) == []


def test_one_that_does_not_run_is_not_to_be_restarted(tmp_path: Path) -> None:
    view = Noted()
    front = replace(front_end(tmp_path, "react-scripts"), port=free_port())

    dev_server.say_restart(front, [front.env_files[0].path], view)

    assert view.said == []


def test_one_whose_files_did_not_change_is_not(tmp_path: Path) -> None:
    assert restarted(tmp_path, "react-scripts", "nothing") == []


def test_undo_finds_the_front_end_by_its_restored_file(tmp_path: Path) -> None:
    view = Noted()
    front_end(tmp_path, "@react-router/dev")
    with serving(tmp_path, free_port()):
        dev_server.say_restart_of([tmp_path / ".env", tmp_path / "server.js"], view)

    [(text, _)] = view.said
    assert text.startswith("React Router may keep")


def test_undo_says_nothing_of_a_package_that_cannot_be_read(tmp_path: Path) -> None:
    view = Noted()
    (tmp_path / "package.json").write_text("{")

    dev_server.say_restart_of([tmp_path / ".env"], view)

    assert view.said == []
