"""A front end that forwards to Strapi, published by `tunnel --url`, and two ways to ask it.

`dev` asks the dev server itself, so that each test shows what would be public without the gateway.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.columns import OWN_HOST, OWN_URL, Outside
from tests.e2e.frameworks.rows import STRAPI, Row
from tests.e2e.frontends import FrontEndServer, lay_out
from tests.e2e.projects import Project
from tests.program import free_port, running

READY_SECONDS = 120.0
_BY_STRAPI = re.compile(rb"(?i)x-powered-by: *strapi|hasAdmin|strapi\.io")


@dataclass(frozen=True)
class Door:
    """Where to ask: a port of this machine and the host to ask for."""

    port: int
    host: str

    def ask(self, path: str, method: str = "GET", **options: Any) -> httpx.Response:
        headers = {"Host": self.host, **options.pop("headers", {})}
        with httpx.Client(trust_env=False, timeout=30) as client:
            url = f"http://localhost:{self.port}{path}"
            return client.request(method, url, headers=headers, **options)

    def first_bytes(self, path: str, count: int) -> bytes:
        """Read that much of an answer that may never end."""
        with (
            httpx.Client(trust_env=False, timeout=30) as client,
            client.stream(
                "GET", f"http://localhost:{self.port}{path}", headers={"Host": self.host}
            ) as answer,
        ):
            received = b""
            for part in answer.iter_raw():
                received += part
                if len(received) >= count:
                    break
            return received

    def raw(self, target: str, more: str = "Connection: close\r\n", until: bytes = b"") -> bytes:
        """Send the target to the letter, as no HTTP library would."""
        head = f"GET {target} HTTP/1.1\r\nHost: {self.host}\r\nAccept: */*\r\n{more}\r\n"
        with socket.create_connection(("localhost", self.port), timeout=30) as sock:
            sock.sendall(head.encode("latin-1"))
            received = b""
            while not (until and until in received) and (part := sock.recv(65536)):
                received += part
        return received

    def reaches_strapi(self, target: str) -> bool:
        return _BY_STRAPI.search(self.raw(target)) is not None

    def opens_socket(self, path: str) -> bool:
        more = (
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        )
        return b"\x81\x05hello" in self.raw(path, more, until=b"\x81\x05hello")


@dataclass(frozen=True)
class Forwarding:
    """A row that runs; `said` is what the program told."""

    row: Row
    project: Project
    dev: Door
    public: Door
    said: list[str]

    def strapi_was_asked(self, line: str) -> int:
        """How often, as Strapi's own log has it."""
        return self.project.servers[0].said().count(line)


def start_strapi(project: Project) -> None:
    """Start it with a download, an event stream and a web socket, and its first administrator."""
    index = project.backend / "src" / "index.js"
    text = index.read_text()
    assert "register(/*{ strapi }*/) {}" in text
    index.write_text(
        text.replace(
            "register(/*{ strapi }*/) {}", "register({ strapi }) { require('./traffic')(strapi); }"
        )
    )
    shutil.copy(Path(__file__).with_name("traffic.js"), index.parent)
    project.serve()
    project.register_admin()


def front_end(row: Row, project: Project) -> FrontEndServer:
    """Start the row's front end, in a folder of its own beside the back end."""
    folder = project.root / row.name
    files = {name: text.replace(STRAPI, project.local_url) for name, text in row.all_files.items()}
    lay_out(row.front, folder, files, OWN_URL)
    manifest = json.loads((folder / "package.json").read_text())
    manifest |= {
        key: value.replace(STRAPI, project.local_url) for key, value in row.manifest.items()
    }
    if row.dev:
        manifest["scripts"]["dev"] = row.dev
    (folder / "package.json").write_text(json.dumps(manifest, indent=2))
    log = project.root.parent / f"{row.name}.log"
    server = FrontEndServer(row.front, folder, log)
    project.servers.append(server)
    server.wait_until_up()
    return server


@contextmanager
def forwarding(row: Row, project: Project, outside: Outside) -> Iterator[Forwarding]:
    """Open the tunnel for as long as this lasts. Strapi has the public URL already and does not restart."""
    front = front_end(row, project)
    port = free_port()
    words = (
        "tunnel",
        "--url",
        OWN_URL,
        "--yes",
        "--json",
        "--frontend",
        front.folder,
    )
    ports = ("--frontend-port", str(front.port), "--gateway-port", str(port))
    environment: Mapping[str, str] = {**os.environ, **outside.environment}
    try:
        with running(*words, *ports, cwd=project.backend, env=environment) as tunnel:
            tunnel.event("ready", READY_SECONDS)
            dev, public = Door(front.port, f"localhost:{front.port}"), Door(port, OWN_HOST)
            yield Forwarding(row, project, dev, public, tunnel.errors)
            assert tunnel.stop() == 0, tunnel.errors
    finally:
        front.stop()
        project.servers.remove(front)
