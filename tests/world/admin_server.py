"""`AdminApi` on a socket of this machine, over http or https, with faults at chosen requests.

    with AdminServer() as server:
        server.at("PUT /users-permissions/providers", cut_after)

A fault is a function of the call: it may ask the API itself (`call.answer()`), before or after
something else happened, or not at all; `None` cuts the connection.
"""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from tests.world.admin_api import AdminApi, Answer

READ, WRITE = "GET /users-permissions/providers", "PUT /users-permissions/providers"
INIT, LOGIN = "GET /admin/init", "POST /admin/login"


@dataclass(frozen=True)
class Raw:
    """An answer that need not be JSON."""

    status: int
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """One request; `answer` asks the API, which does what it is told then."""

    answer: Callable[[], Answer]
    server: AdminServer


Fault = Callable[[Call], Answer | Raw | None]


class AdminServer:
    """`at` puts faults in; `calls` are the requests that came, in their order."""

    def __init__(
        self, api: AdminApi | None = None, tls: ssl.SSLContext | None = None, port: int = 0
    ) -> None:
        self.api = api or AdminApi()
        self.calls: list[str] = []
        self.seen: list[tuple[str, dict[str, str], bytes]] = []  # with headers and body
        self.more: dict[str, Callable[[], Answer]] = {}  # routes that are not the admin API's
        self.is_ending = threading.Event()
        self._faults: dict[tuple[str, int], Fault] = {}
        self._counts: Counter[str] = Counter()
        self._lock = threading.RLock()
        self._http = _Http(("127.0.0.1", port), _handler(self))
        if tls is not None:
            self._http.socket = tls.wrap_socket(
                self._http.socket, server_side=True, do_handshake_on_connect=False
            )
        self.port: int = self._http.server_address[1]
        self.url = f"http{'s' if tls else ''}://localhost:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        self.is_ending.set()
        self._http.shutdown()
        self._http.server_close()

    def at(self, route: str, fault: Fault, *, number: int = 0) -> None:
        """`fault` at the `number`th request of `route` from now on; 0: at each."""
        self._counts[route] = 0
        self._faults[route, number] = fault

    def clear(self) -> None:
        """No faults any more."""
        self._faults.clear()
        self._counts.clear()

    @property
    def twitter(self) -> dict[str, object]:
        return self.api.providers["twitter"]

    def take(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> Answer | Raw | None:
        route = f"{method} {path}"
        with self._lock:
            self.calls.append(route)
            self.seen.append((route, headers, body))
            self._counts[route] += 1
            fault = self._faults.get((route, self._counts[route])) or self._faults.get((route, 0))

        def answer() -> Answer:
            if route in self.more:
                return self.more[route]()
            with self._lock:
                return self.api.answer(method, path, headers, body)

        return fault(Call(answer, self)) if fault else answer()


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away, or that does not like our certificate, is what is tested."""


def _handler(server: AdminServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            reply = server.take(self.command, self.path, dict(self.headers), body)
            if reply is None:
                self.close_connection = True
                return
            if isinstance(reply, Answer):
                content = b"" if reply.body is None else json.dumps(reply.body).encode()
                reply = Raw(reply.status, content, reply.headers)
            self.send_response_only(reply.status)  # no Server header, as with Strapi
            self.send_header("Content-Length", str(len(reply.content)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.content)

        do_GET = do_POST = do_PUT = _any  # noqa: N815

        def log_message(self, *_: object) -> None: ...

    return Handler


# Faults


def instead(status: int, content: bytes = b"", headers: Mapping[str, str] | None = None) -> Fault:
    """This answer in place of the API's."""
    return lambda _: Raw(status, content, headers or {})


def later(seconds: float) -> Fault:
    """The API's answer, after a while."""

    def fault(call: Call) -> Answer:
        time.sleep(seconds)
        return call.answer()

    return fault


def cut_before(_: Call) -> None:
    """The connection ends before Strapi has done anything."""


def cut_after(call: Call) -> None:
    """Strapi does it, and its answer is lost."""
    call.answer()


def silent(call: Call) -> None:
    """No answer, until the server ends."""
    call.server.is_ending.wait(30)


def first(do: Callable[[AdminApi], object]) -> Fault:
    """Somebody else does this right before."""

    def fault(call: Call) -> Answer:
        do(call.server.api)
        return call.answer()

    return fault


def then(do: Callable[[AdminApi], object]) -> Fault:
    """Somebody else does this right after."""

    def fault(call: Call) -> Answer:
        answer = call.answer()
        do(call.server.api)
        return answer

    return fault
