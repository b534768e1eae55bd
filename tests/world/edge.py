"""The stand-in for ngrok's edge: what answers at the public address, forwarding to this machine.

It listens on a loopback port and tells endpoints apart by the Host header. Standard library only.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit

_BROWSER = "mozilla/"
_SKIP_HEADER = "ngrok-skip-browser-warning"
_COOKIE = "abuse_interstitial"
_LONGEST_HEAD = 65_536

Headers = list[tuple[str, str]]


class Edge:
    """Public hosts, and the local addresses behind them."""

    def __init__(self, port: int, scheme: str) -> None:
        self.upstreams: dict[str, str] = {}
        self.online = True
        self.browser_page = False
        self.joined: Callable[[str], None] = lambda _: None
        self._scheme = scheme
        self._socket = _listen(port)
        self.port = int(self._socket.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            connection, (client, _) = self._socket.accept()
            threading.Thread(target=self._serve, args=(connection, client), daemon=True).start()

    def _serve(self, connection: socket.socket, client: str) -> None:
        with connection, suppress(OSError, ValueError):
            connection.settimeout(60)
            head, rest = _read_head(connection)
            request, headers = _parse(head)
            host = _value(headers, "host").lower()
            upstream = self.upstreams.get(host) if self.online else None
            if upstream is None:
                _answer(connection, 404, "ERR_NGROK_3200", f"The endpoint {host} is offline.")
            elif self.browser_page and _is_first_visit(headers, host):
                _answer(connection, 200, "ERR_NGROK_6024", _page(host))
            else:
                self._forward(
                    connection, client, upstream, request=request, headers=headers, rest=rest
                )

    def _forward(
        self,
        connection: socket.socket,
        client: str,
        upstream: str,
        *,
        request: str,
        headers: Headers,
        rest: bytes,
    ) -> None:
        target = urlsplit(upstream if "//" in upstream else f"http://localhost:{upstream}")
        try:
            behind = socket.create_connection((target.hostname or "", target.port or 80), timeout=5)
        except OSError:
            said = f"Traffic reached the agent, but {upstream} refused the connection."
            _answer(connection, 502, "ERR_NGROK_8012", said)
            return
        self.joined(client)
        with behind:
            behind.settimeout(60)
            behind.sendall(self._head(client, request, headers) + rest)
            threading.Thread(target=_pump, args=(connection, behind), daemon=True).start()
            _pump(behind, connection)

    def _head(self, client: str, request: str, headers: Headers) -> bytes:
        upgrade = bool(_value(headers, "upgrade"))
        replaced = {"x-forwarded-proto", "x-forwarded-host", "x-forwarded-for"}
        if not upgrade:
            replaced.add("connection")
        kept = [(name, value) for name, value in headers if name.lower() not in replaced]
        chain = [_value(headers, "x-forwarded-for"), client]
        kept += [
            ("X-Forwarded-For", ", ".join(each for each in chain if each)),
            ("X-Forwarded-Host", _value(headers, "host")),
            ("X-Forwarded-Proto", self._scheme),
        ]
        if not upgrade:  # one request a connection: the next one has a head of its own to look at
            kept.append(("Connection", "close"))
        lines = [request, *(f"{name}: {value}" for name, value in kept)]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError:
        return socket.create_server(("127.0.0.1", 0))


def _read_head(connection: socket.socket) -> tuple[bytes, bytes]:
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65_536)
        if not piece or len(received) > _LONGEST_HEAD:
            raise ValueError("no request")
        received += piece
    head, _, rest = received.partition(b"\r\n\r\n")
    return head, rest


def _parse(head: bytes) -> tuple[str, Headers]:
    request, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return request, [(name, value.strip()) for name, _, value in pairs]


def _value(headers: Headers, wanted: str) -> str:
    return next((value for name, value in headers if name.lower() == wanted), "")


def _is_first_visit(headers: Headers, host: str) -> bool:
    is_browser = _value(headers, "user-agent").lower().startswith(_BROWSER)
    was_here = f"{_COOKIE}={host}" in _value(headers, "cookie")
    return is_browser and not was_here and not _value(headers, _SKIP_HEADER)


def _page(host: str) -> str:
    click = f"document.cookie='{_COOKIE}={host};path=/;max-age=604800';location.reload()"
    return (
        f"<!doctype html><title>You are about to visit {host}</title>"
        f'<p>This site is served for free.</p><button onclick="{click}">Visit Site</button>'
    )


def _answer(connection: socket.socket, status: int, code: str, body: str) -> None:
    kind = "text/html" if body.startswith("<") else "text/plain"
    payload = f"{body}\r\n\r\n{code}\r\n".encode()
    head = (
        f"HTTP/1.1 {status} {'OK' if status == 200 else 'Error'}\r\n"
        f"Content-Type: {kind}; charset=utf-8\r\nContent-Length: {len(payload)}\r\n"
        f"ngrok-error-code: {code}\r\nConnection: close\r\n\r\n"
    )
    connection.sendall(head.encode() + payload)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65_536):
            sink.sendall(piece)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
