"""Fixtures for what opens a tunnel: a world with a stand-in agent, and reaches into it."""

from __future__ import annotations

import http.client
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.world import account, agent
from twitter_setup.ngrok.reach import AgentProcess, NgrokReach, ReachEvent

TOKEN = "2abcDEF_ghijKLMN0123456789"
PAUSES = (0.02, 0.05, 0.1)


@dataclass
class World:
    """A machine with an ngrok agent on it; `set` is the environment, and the agent's behaviour."""

    folder: Path
    set: Callable[[str, str], None]
    unset: Callable[[str], None]
    reaches: list[NgrokReach] = field(default_factory=list)
    noted: list[AgentProcess] = field(default_factory=list)
    progress: list[str] = field(default_factory=list)

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def config(self) -> Path:
        return self.folder / "session" / "ngrok.json"

    @property
    def log(self) -> Path:
        return self.folder / "session" / "ngrok.log"

    def reach(self, **options: Any) -> NgrokReach:
        given: dict[str, Any] = {
            "port": 1,
            "domain": None,
            "authtoken": TOKEN,
            "config_path": self.config,
            "log_path": self.log,
            "on_process": self.noted.append,
            "on_progress": self.progress.append,
            "startup_timeout": 10.0,
            "restart_pauses": PAUSES,
        }
        reach = NgrokReach(**{**given, **options})
        self.reaches.append(reach)
        return reach

    def tell(self, command: str) -> None:
        agent.tell(self.state, command)

    def user_config(self, text: str) -> None:
        path = self.folder / "home" / ".config" / "ngrok" / "ngrok.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def processes(self) -> list[psutil.Process]:
        """Everything alive with this world's folder on its command line."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.status() == psutil.STATUS_ZOMBIE or process.pid == os.getpid():
                    continue
                if str(self.folder) in " ".join(process.cmdline()):
                    found.append(process)
            except psutil.Error:
                continue
        return found


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for name in os.environ:
        if name.startswith(("STANDIN_", "NGROK_", "PYNGROK_")):
            monkeypatch.delenv(name)
    (tmp_path / "session").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home" / ".config"))
    monkeypatch.setenv("STANDIN_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("PYNGROK_NGROK_PATH", str(agent.install_agent(tmp_path / "bin")))
    world = World(tmp_path, monkeypatch.setenv, monkeypatch.delenv)
    yield world
    for reach in world.reaches:
        reach.close()
    for process in world.processes():
        process.kill()


@dataclass
class BackEnd:
    port: int
    requests: list[tuple[str, str, dict[str, str], bytes]]


@pytest.fixture
def back_end() -> Iterator[BackEnd]:
    """Something that listens on a port of this machine and remembers what it was asked."""
    requests: list[tuple[str, str, dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            requests.append((self.command, self.path, headers, body))
            payload = json.dumps({"path": self.path}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        do_GET = do_POST  # noqa: N815

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield BackEnd(server.server_address[1], requests)
    server.shutdown()
    server.server_close()


def fetch(
    world: World, public_url: str, path: str = "/", *, body: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], str]:
    """Ask the public URL, as a browser out on the internet would."""
    host = public_url.partition("//")[2]
    connection = http.client.HTTPConnection("127.0.0.1", account.edge_port(world.state, host))
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("POST" if body else "GET", path, body, {"Host": host, **named})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text


def next_event(reach: NgrokReach, within: float = 20.0) -> ReachEvent:
    until = time.monotonic() + within
    while time.monotonic() < until:
        event = reach.poll()
        if event is not None:
            return event
        time.sleep(0.01)
    raise AssertionError("nothing became of it")
