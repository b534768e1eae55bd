"""The stand-in for a public https address passes everything on, and says that it was https."""

from __future__ import annotations

import shutil
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.world import reaches, tls
from tests.world.reaches import BackEnd

back_end = reaches.back_end

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl")

HOST = "olive-tree.ngrok-free.app"
OTHER = "other.example.com"


@pytest.fixture
def edge(tmp_path: Path, back_end: BackEnd) -> Iterator[tls.Edge]:
    ports = {HOST: back_end.port}
    with tls.serving([HOST, OTHER], lambda host, _: ports[host], tmp_path) as edge:
        yield edge


def client(edge: tls.Edge) -> httpx.Client:
    """A program that trusts the certificate, and is led there by its proxy."""
    trusting = ssl.create_default_context(cafile=str(edge.certificate))
    return httpx.Client(proxy=edge.proxy, verify=trusting, trust_env=False, timeout=5)


def test_what_is_behind_learns_the_host_and_that_it_was_https(
    edge: tls.Edge, back_end: BackEnd
) -> None:
    headers = {"X-Forwarded-Proto": "http", "Cookie": "a=b"}
    with client(edge) as asking:
        answer = asking.post(f"https://{HOST}/hello?a=b", content=b"x" * 300_000, headers=headers)

    assert answer.json() == {"path": "/hello?a=b"}
    _, _, seen, body = back_end.requests[0]
    assert len(body) == 300_000
    assert (seen["host"], seen["cookie"]) == (HOST, "a=b")
    assert (seen["x-forwarded-proto"], seen["x-forwarded-host"]) == ("https", HOST)


def test_several_requests_in_a_row_are_each_told(edge: tls.Edge, back_end: BackEnd) -> None:
    with client(edge) as asking:
        for _ in range(3):
            assert asking.get(f"https://{HOST}/").status_code == 200

    assert [seen["x-forwarded-proto"] for _, _, seen, _ in back_end.requests] == ["https"] * 3


def test_a_host_with_nothing_behind_is_502(edge: tls.Edge) -> None:
    with client(edge) as asking:
        assert asking.get(f"https://{OTHER}/").status_code == 502


def test_a_web_socket_passes_in_both_directions(tmp_path: Path) -> None:
    server = socket.create_server(("127.0.0.1", 0))
    heads: list[bytes] = []

    def echo() -> None:
        connection, _ = server.accept()
        heads.append(connection.recv(65_536))
        connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n")
        while piece := connection.recv(100):
            connection.sendall(piece.upper())
        connection.close()

    threading.Thread(target=echo, daemon=True).start()
    port = server.getsockname()[1]
    with tls.serving([HOST], lambda *_: port, tmp_path) as edge:
        trusting = ssl.create_default_context(cafile=str(edge.certificate))
        with (
            socket.create_connection(("127.0.0.1", edge.port), timeout=5) as plain,
            trusting.wrap_socket(plain, server_hostname=HOST) as browser,
        ):
            head = f"GET /ws HTTP/1.1\r\nHost: {HOST}\r\nUpgrade: websocket\r\nConnection: Upgrade"
            browser.sendall(f"{head}\r\n\r\n".encode())
            assert browser.recv(100).startswith(b"HTTP/1.1 101")
            for word in (b"ping", b"pong"):
                browser.sendall(word)
                assert browser.recv(100) == word.upper()
    assert b"Connection: Upgrade" in heads[0]
    server.close()
