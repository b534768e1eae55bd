"""Real little servers behind a real gateway: what reaches them, and as what."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.program import free_port
from tests.world.admin_api import HEADERS, POWERED_BY
from twitter_setup.gateway import log as gateway_log
from twitter_setup.gateway.admin_side import AdminSide
from twitter_setup.gateway.config import Site
from twitter_setup.gateway.log import Entry
from twitter_setup.gateway.process import Gateway, GatewayProcess

MARKS = tuple((name.lower(), value) for name, value in HEADERS.items())
ADMIN_NAMES = ("admin", "content-manager", "upload", "users-permissions", "i18n")
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


@dataclass(frozen=True)
class Seen:
    """A request as it arrived."""

    method: str
    target: str  # to the letter
    headers: Mapping[str, str]
    body_size: int


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    upstream: Upstream

    def setup(self) -> None:
        super().setup()
        self.upstream.connections.add(self.connection)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def finish(self) -> None:
        self.upstream.connections.discard(self.connection)
        with suppress(OSError):
            super().finish()

    def handle(self) -> None:
        with suppress(OSError):
            super().handle()

    def log_message(self, *_: Any) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def _answer(self) -> None:
        target = self.requestline.split(" ")[1]
        size = self._read_body()
        headers = {key.lower(): value for key, value in self.headers.items()}
        self.upstream.seen.append(Seen(self.command, target, headers, size))
        special = self.upstream.answers.get(target.partition("?")[0]) or self.upstream.otherwise
        if special is not None:
            special(self)
            return
        self.send(200, json.dumps({"by": self.upstream.name, "target": target}).encode())

    def _read_body(self) -> int:
        size = 0
        self.body = b""
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            while length := int(self.rfile.readline(), 16):
                size += len(self.rfile.read(length + 2)) - 2
            self.rfile.readline()
            return size
        left = int(self.headers.get("Content-Length") or 0)
        while left and (part := self.rfile.read(min(left, 1 << 20))):
            size += len(part)
            left -= len(part)
            self.body = (self.body + part)[:10_000]
        return size

    def send(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        powered = POWERED_BY if self.upstream.name == "strapi" and status < 400 else {}
        for key, value in {**self.upstream.headers, **powered, **headers}.items():
            self.send_header(key.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: Any) -> None:
        pass


class _Server6(_Server):
    address_family = socket.AF_INET6


Answer = Callable[[Any], None]


@dataclass
class Upstream:
    """An HTTP server that answers with its name, and remembers what it was asked."""

    name: str
    port: int = field(default_factory=free_port)
    host: str = "127.0.0.1"
    seen: list[Seen] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    otherwise: Answer | None = None  # for every other path
    headers: dict[str, str] = field(default_factory=dict)  # on every answer
    connections: set[socket.socket] = field(default_factory=set)
    context: ssl.SSLContext | None = None  # speaks https with it
    _server: ThreadingHTTPServer | None = None

    def start(self) -> Upstream:
        handler = type("Handler", (_Handler,), {"upstream": self})
        kind = _Server6 if ":" in self.host else _Server
        self._server = kind((self.host, self.port), handler)
        if self.context is not None:
            self._server.socket = self.context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def stop(self) -> None:
        """As a killed process: the port refuses, and what was open is cut."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
        for connection in list(self.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    @property
    def targets(self) -> list[str]:
        return [each.target for each in self.seen]


def redirect(location: str, status: int = 302) -> Answer:
    return lambda handler: handler.send(status, Location=location)


def forwarding(to: Upstream, path: Callable[[str], str] = str, *, wraps: bool = False) -> Answer:
    """Ask another server, as a dev server's proxy does; `wraps` keeps nothing of it but the JSON.

    `path` makes the target there out of the one here.
    """

    def answer(handler: Any) -> None:
        with closing(HTTPConnection("127.0.0.1", to.port, timeout=10)) as connection:
            connection._validate_path = lambda _: None  # type: ignore[attr-defined]
            target = path(handler.requestline.split(" ")[1])
            connection.request(handler.command, target, handler.body or None)
            got = connection.getresponse()
            content = got.read()
        if wraps:
            handler.send(got.status, json.dumps({"data": json.loads(content)}).encode())
            return
        kept = [(key, value) for key, value in got.getheaders() if key not in _ITS_OWN]
        handler.send(got.status, content, **dict(kept))

    return answer


_ITS_OWN = ("Content-Length", "Date", "Server")


def broken(text: str) -> Answer:
    """Say this, whatever it is, and hang up."""

    def answer(handler: Any) -> None:
        handler.connection.sendall(text.encode())
        handler.connection.shutdown(socket.SHUT_RDWR)

    return answer


def echo_socket(handler: Any) -> None:
    """Answer a web socket's handshake, then send back every byte."""
    key = handler.headers["Sec-WebSocket-Key"].encode()
    handler.send_response(101)
    handler.send_header("Upgrade", "websocket")
    handler.send_header("Connection", "Upgrade")
    accept = base64.b64encode(hashlib.sha1(key + _GUID).digest()).decode()
    handler.send_header("Sec-WebSocket-Accept", accept)
    handler.end_headers()
    while data := handler.connection.recv(65536):
        handler.connection.sendall(data)
    handler.close_connection = True


def events(count: int, pause: float, kind: str = "text/event-stream") -> Answer:
    """A stream that says when it sent each of its lines."""

    def answer(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", kind)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for _ in range(count):
            line = f"data: {time.monotonic()}\n\n".encode()
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
            time.sleep(pause)
        handler.wfile.write(b"0\r\n\r\n")

    return answer


@dataclass(frozen=True)
class Answered:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def by(self) -> str:
        """Who answered: `strapi`, `frontend`, or `gateway` itself."""
        try:
            return str(json.loads(self.body)["by"])
        except (ValueError, KeyError, TypeError):
            return "gateway"


@dataclass
class World:
    """A gateway with a Strapi and a front end behind it."""

    folder: Path
    site: Site
    strapi: Upstream
    frontend: Upstream
    noted: list[GatewayProcess] = field(default_factory=list)
    gateways: list[Gateway] = field(default_factory=list)

    @property
    def gateway(self) -> Gateway:
        return self.gateways[-1]

    def make(self, site: Site | None = None, **options: Any) -> Gateway:
        options = {"restart_pauses": (0.05, 0.1, 0.2), **options}
        gateway = Gateway(
            site or self.site,
            config_path=self.folder / "gateway.json",
            output_path=self.folder / "caddy.log",
            on_process=self.noted.append,
            **options,
        )
        self.gateways.append(gateway)
        return gateway

    def open(self, **changes: Any) -> None:
        self.site = replace(self.site, **changes)
        self.make().open()

    @property
    def host(self) -> str:
        return self.site.public_url.partition("://")[2]

    def ask(
        self,
        target: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answered:
        """Send the target to the letter."""
        with closing(HTTPConnection("127.0.0.1", self.site.port, timeout=20)) as connection:
            connection._validate_path = lambda _: None  # type: ignore[attr-defined]
            all_headers = {"Host": self.host, **(headers or {})}
            connection.request(method, target, body, all_headers)
            answer: HTTPResponse = connection.getresponse()
            got = {key.lower(): value for key, value in answer.getheaders()}
            try:
                content = answer.read()
            except ConnectionResetError:  # Go answers 400 and does not wait for the body
                if answer.status != 400:
                    raise
                content = b""
            return Answered(answer.status, got, content)

    def raw(self, head: str) -> bytes:
        """Send this, and give all that comes back until the other side closes."""
        with socket.create_connection(("127.0.0.1", self.site.port), timeout=5) as sock:
            sock.sendall(head.encode("latin-1"))
            received = b""
            while part := sock.recv(65536):
                received += part
        return received

    def close(self) -> None:
        for gateway in self.gateways:
            gateway.close()

    def log(self) -> str:
        return self.site.log_path.read_text() if self.site.log_path.exists() else ""

    def entries(self, count: int) -> list[Entry]:
        """What the log has once it holds `count` requests; they are written when answered."""
        until = time.monotonic() + 5
        while True:
            found, _ = gateway_log.read_entries(self.site.log_path)
            if len(found) >= count or time.monotonic() > until:
                return found
            time.sleep(0.01)


@contextmanager
def make_world(folder: Path) -> Iterator[World]:
    port = free_port()
    with ExitStack() as stack:
        strapi = Upstream("strapi", headers=dict(HEADERS)).start()
        frontend = Upstream("frontend").start()
        for each in (strapi, frontend):
            stack.callback(each.stop)
        site = Site(
            public_url=f"http://127.0.0.1:{port}",
            reach="url",
            layout="one-origin",
            port=port,
            backend_port=strapi.port,
            api_prefix="/api",
            admin_names=ADMIN_NAMES,
            frontend_port=frontend.port,
            admin_side=AdminSide(marks=MARKS),
            log_path=folder / "gateway.log",
            storage=folder / "caddy",
        )
        world = World(folder, site, strapi, frontend)
        stack.callback(world.close)
        yield world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path) as made:
        yield made
