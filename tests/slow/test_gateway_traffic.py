"""What passes through the gateway while it passes: large bodies, streams, web sockets, restarts."""

from __future__ import annotations

import os
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psutil
import pytest

from tests.world import upstreams
from tests.world.upstreams import Answered, World, echo_socket, events

pytestmark = pytest.mark.slow

world = upstreams.world

MEGABYTE = 1 << 20


def _memory(pid: int) -> int:
    return int(psutil.Process(pid).memory_info().rss)


# Bodies


@pytest.mark.parametrize("chunked", [False, True])
def test_an_upload_of_200_mb_streams_in_bounded_memory(world: World, chunked: bool) -> None:
    size, part = 200 * MEGABYTE, bytes(MEGABYTE)
    world.open()
    caddy, ours = world.noted[-1].pid, os.getpid()
    world.ask("/api/x", "POST", bytes(MEGABYTE))  # what the first one costs is no growth
    before = (_memory(caddy), _memory(ours))
    highest = list(before)

    with socket.create_connection(("127.0.0.1", world.site.port), timeout=20) as sock:
        length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {size}"
        head = f"POST /api/upload HTTP/1.1\r\nHost: {world.host}\r\nConnection: close\r\n{length}\r\n\r\n"
        sock.sendall(head.encode())
        for number in range(200):
            sock.sendall(b"%x\r\n%s\r\n" % (len(part), part) if chunked else part)
            if number % 20 == 0:
                highest = [max(highest[0], _memory(caddy)), max(highest[1], _memory(ours))]
        sock.sendall(b"0\r\n\r\n" if chunked else b"")
        answer = sock.recv(65536)

    assert answer.startswith(b"HTTP/1.1 200")
    assert world.strapi.seen[-1].body_size == size
    assert highest[0] - before[0] < 16 * MEGABYTE
    assert highest[1] - before[1] < 16 * MEGABYTE


@pytest.mark.parametrize("target", ["/file", "/admin/file"])
def test_a_download_of_50_mb_streams_in_bounded_memory(world: World, target: str) -> None:
    def answer(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(50 * MEGABYTE))
        handler.end_headers()
        for _ in range(50):
            handler.wfile.write(bytes(MEGABYTE))

    world.frontend.answers = dict.fromkeys(("/file", "/admin/file"), answer)
    world.open()
    world.ask("/")
    caddy = world.noted[-1].pid
    before, highest, size = _memory(caddy), 0, 0
    with socket.create_connection(("127.0.0.1", world.site.port), timeout=20) as sock:
        sock.sendall(
            f"GET {target} HTTP/1.1\r\nHost: {world.host}\r\nConnection: close\r\n\r\n".encode()
        )
        while received := sock.recv(MEGABYTE):
            size += len(received)
            highest = max(highest, _memory(caddy))

    assert size > 50 * MEGABYTE
    assert highest - before < 16 * MEGABYTE


def test_an_answer_arrives_while_it_is_still_being_made(world: World) -> None:
    world.frontend.answers["/stream"] = events(3, 0.15, "application/x-ndjson")
    world.frontend.answers["/hmr"] = events(3, 0.15)
    world.frontend.answers["/admin/hmr"] = events(
        3, 0.15
    )  # looked at, since it names the admin side
    world.open()

    for target in ("/stream", "/hmr", "/admin/hmr"):
        delays = _delays(world, target)
        assert len(delays) == 3
        assert max(delays) < 0.1


def _delays(world: World, target: str) -> list[float]:
    """How long after it was sent each event arrived."""
    delays = []
    with socket.create_connection(("127.0.0.1", world.site.port), timeout=5) as sock:
        sock.sendall(
            f"GET {target} HTTP/1.1\r\nHost: {world.host}\r\nConnection: close\r\n\r\n".encode()
        )
        while received := sock.recv(65536):
            now = time.monotonic()
            lines = [each for each in received.split(b"\r\n") if each.startswith(b"data: ")]
            delays += [now - float(line[6:].decode()) for line in lines]
    return delays


# Web sockets


@pytest.mark.parametrize(
    ("side", "target"),
    [("strapi", "/api/live"), ("frontend", "/?token=x"), ("frontend", "/admin/live?token=x")],
)
def test_a_web_socket_passes_both_ways(world: World, side: str, target: str) -> None:
    upstream = world.strapi if side == "strapi" else world.frontend
    upstream.answers[target.partition("?")[0]] = echo_socket
    world.open()

    with _web_socket(world, target) as sock:
        for size in (1, 1000, 300_000):
            sent = os.urandom(size)
            sock.sendall(sent)
            received = b""
            while len(received) < size:
                received += sock.recv(65536)
            assert received == sent

    assert upstream.targets == [target]
    assert upstream.seen[0].headers["connection"].lower() == "upgrade"
    if side == "frontend":
        assert upstream.seen[0].headers["origin"] == f"http://localhost:{upstream.port}"


def _web_socket(world: World, target: str) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", world.site.port), timeout=5)
    head = (
        f"GET {target} HTTP/1.1\r\nHost: {world.host}\r\nOrigin: {world.site.public_url}\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: vite-hmr\r\n\r\n"
    )
    sock.sendall(head.encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += sock.recv(1)
    assert answer.startswith(b"HTTP/1.1 101")
    assert b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in answer
    return sock


def test_open_streams_do_not_hold_up_the_end(world: World) -> None:
    world.frontend.answers["/hmr"] = events(100, 0.2)
    world.frontend.answers["/socket"] = echo_socket
    world.open()
    with (
        _web_socket(world, "/socket"),
        socket.create_connection(("127.0.0.1", world.site.port)) as stream,
    ):
        stream.sendall(f"GET /hmr HTTP/1.1\r\nHost: {world.host}\r\n\r\n".encode())
        stream.recv(65536)

        world.gateway.close()

        assert not psutil.pid_exists(world.noted[-1].pid)


# A Strapi that restarts


def test_a_restart_in_the_middle_of_50_requests_loses_none(world: World) -> None:
    world.open()
    body = os.urandom(30_000)

    def ask(number: int) -> Answered:
        method = ("GET", "POST", "PUT", "DELETE", "PATCH")[number % 5]
        return world.ask(f"/api/x?{number}", method, None if method == "GET" else body)

    with ThreadPoolExecutor(30) as pool:
        answers = [each.result() for each in [pool.submit(ask, number) for number in range(15)]]
        world.strapi.stop()  # what it had begun to answer cannot be sent again, so nothing is
        waiting = [pool.submit(ask, number) for number in range(15, 40)]
        time.sleep(0.6)
        world.strapi.start()
        waiting += [pool.submit(ask, number) for number in range(40, 50)]
        answers += [each.result() for each in waiting]

    assert [each.status for each in answers] == [200] * 50
    assert sorted(int(each.partition("?")[2]) for each in world.strapi.targets) == list(range(50))
    assert {seen.body_size for seen in world.strapi.seen} == {0, len(body)}


def test_no_request_is_sent_into_a_connection_that_strapi_has_just_closed(world: World) -> None:
    world.open()
    for round_ in range(10):
        with ThreadPoolExecutor(8) as pool:
            asked = [pool.submit(world.ask, "/api/x") for _ in range(8)]
            assert {each.result().status for each in asked} == {200}
            world.strapi.stop()
            world.strapi.start()
            methods = ("POST", "PUT", "PATCH", "DELETE")
            asked = [pool.submit(world.ask, f"/api/{round_}", each, b"x") for each in methods]
            assert {each.result().status for each in asked} == {200}


def test_a_large_upload_waits_for_strapi_too(world: World) -> None:
    world.strapi.stop()
    world.open()
    threading.Timer(0.4, world.strapi.start).start()

    answer = world.ask("/api/upload", "POST", bytes(5 * MEGABYTE))

    assert answer.by == "strapi"
    assert world.strapi.seen[0].body_size == 5 * MEGABYTE


def test_a_request_that_broke_off_is_asked_again_if_that_is_harmless(world: World) -> None:
    broken: list[bool] = []

    def break_once(handler: Any) -> None:
        if not broken:
            broken.append(True)
            handler.connection.shutdown(socket.SHUT_RDWR)
        else:
            handler.send(200, b'{"by": "strapi"}')

    world.strapi.answers["/api/x"] = break_once
    world.open()

    assert world.ask("/api/x").by == "strapi"
    broken.clear()
    assert world.ask("/api/x", "POST", b"x").status == 503
    assert [seen.method for seen in world.strapi.seen] == ["GET", "GET", "POST"]


def test_a_request_that_nobody_answers_is_asked_again(world: World) -> None:
    """Strapi's primary process keeps a connection open that its ended worker was given."""
    asked: list[str] = []

    def hang_once(handler: Any) -> None:
        asked.append(handler.command)
        if len(asked) == 1:
            time.sleep(3)
        handler.send(200, b'{"by": "strapi"}')

    world.strapi.answers["/api/x"] = hang_once
    world.open(restart_patience=0.4)

    assert world.ask("/api/x").by == "strapi"
    assert asked == ["GET", "GET"]


def test_a_slow_answer_is_waited_for_and_a_slow_post_is_never_sent_twice(world: World) -> None:
    def be_slow(handler: Any) -> None:
        time.sleep(1)
        handler.send(200, b'{"by": "strapi"}')

    world.strapi.answers["/api/x"] = be_slow
    world.open(restart_patience=0.4)

    assert world.ask("/api/x", "POST", b"x").by == "strapi"
    assert [seen.method for seen in world.strapi.seen] == ["POST"]
    assert world.ask("/api/x").by == "strapi"


def test_a_strapi_that_stays_away_is_a_503_that_says_so(world: World) -> None:
    world.strapi.stop()
    world.open(restart_patience=0.5)

    begin = time.monotonic()
    answer = world.ask("/api/articles")

    assert time.monotonic() - begin > 0.4
    assert answer.status == 503
    assert answer.headers["retry-after"] == "3"
    assert answer.body.decode() == (
        f"Strapi does not answer on port {world.strapi.port}. Is it running?\n"
    )


def test_requests_wait_for_strapi_for_15_seconds(world: World) -> None:
    assert world.site.restart_patience == 15


def test_an_answer_of_strapis_own_is_never_replaced(world: World) -> None:
    world.strapi.answers["/api/x"] = lambda handler: handler.send(502, b"mine")
    world.frontend.answers["/x"] = lambda handler: handler.send(503, b"mine")
    world.open()

    assert (world.ask("/api/x").status, world.ask("/api/x").body) == (502, b"mine")
    assert (world.ask("/x").status, world.ask("/x").body) == (503, b"mine")
