"""A dev server that speaks https: it is found out by asking, and served like any other."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.program import free_port, make_shop
from tests.views import Silent
from tests.world import tls, upstreams
from tests.world.upstreams import MARKS, Upstream, World, echo_socket, redirect
from twitter_setup.checks.facts import web
from twitter_setup.commands import urls
from twitter_setup.gateway import canary, inspection
from twitter_setup.gateway.admin_side import AdminSide
from twitter_setup.gateway.admission import Admission
from twitter_setup.gateway.canary import Safe
from twitter_setup.gateway.dev_server import scheme
from twitter_setup.gateway.dev_server.scheme import Scheme, Spoken
from twitter_setup.project.locate import Caller, locate
from twitter_setup.project.settings import Options

world = upstreams.world
PUBLIC = "https://olive-tree.ngrok-free.app"


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A certificate that nobody trusts, as a dev server makes it."""
    certificate, key = tls.make_certificate(["localhost"], tmp_path_factory.mktemp("tls"))
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate, key)
    return made


@pytest.fixture
def front(context: ssl.SSLContext) -> Iterator[Upstream]:
    server = Upstream("frontend", context=context).start()
    yield server
    server.stop()


# Which one it speaks


def test_https_is_found_out_without_a_request(front: Upstream) -> None:
    assert scheme.ask(front.port) == "https"
    assert scheme.address(front.port) == f"https://localhost:{front.port}"
    assert front.seen == []


def test_http_is_found_out_without_a_request() -> None:
    server = Upstream("frontend").start()
    try:
        assert scheme.ask(server.port) == "http"
        assert server.seen == []
    finally:
        server.stop()


def test_a_server_on_the_other_loopback_address_is_asked_too(context: ssl.SSLContext) -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    server = Upstream("frontend", host="::1", context=context).start()
    try:
        assert scheme.ask(server.port) == "https"
    finally:
        server.stop()


def test_nobody_and_a_silent_server_speak_neither() -> None:
    assert scheme.ask(free_port()) is None
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert scheme.ask(silent.getsockname()[1]) is None


def test_a_server_that_hangs_up_speaks_neither() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            for _ in range(2):
                server.accept()[0].close()

        threading.Thread(target=hang_up, daemon=True).start()
        assert scheme.ask(server.getsockname()[1]) is None


def test_a_restart_within_the_process_that_changes_it_is_seen(
    context: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Vite opens its port again if its configuration changes; its PID stays."""
    monkeypatch.setattr(scheme, "_EVERY", 0.0)
    server = Upstream("frontend").start()
    spoken = Spoken(server.port)
    seen = [spoken.look()]
    for each in (context, None):
        server.stop()
        seen.append(spoken.look())  # it is away
        server.context = each
        server.start()
        seen.append(spoken.look())
    server.stop()

    assert seen == ["http", "http", "https", "https", "http"]


def test_a_server_is_asked_once_while_it_stays(
    front: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheme, "_EVERY", 0.0)
    asked: list[int] = []
    ask = scheme.ask

    def counted(port: int) -> Scheme | None:
        asked.append(port)
        return ask(port)

    monkeypatch.setattr(scheme, "ask", counted)
    spoken = Spoken(front.port)

    assert {spoken.look() for _ in range(5)} == {"https"}
    assert asked == [front.port]


# What the gateway does with it


def test_its_pages_redirects_and_web_sockets_come_through(world: World, front: Upstream) -> None:
    front.answers["/old"] = redirect(f"https://localhost:{front.port}/new?a=b")
    front.answers["/socket"] = echo_socket
    world.open(public_url=PUBLIC, reach="ngrok", frontend_port=front.port, frontend_scheme="https")
    handshake = (
        f"GET /socket HTTP/1.1\r\nHost: {world.host}\r\nOrigin: {PUBLIC}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Version: 13\r\n\r\n"
    )

    page = world.ask("/page")
    posted = world.ask("/form", "POST", b"x" * 100, {"Origin": PUBLIC})
    moved = world.ask("/old")
    with closing(socket.create_connection(("127.0.0.1", world.site.port), timeout=10)) as browser:
        browser.sendall(handshake.encode())
        head = browser.recv(65536)
        browser.sendall(b"hello")
        echoed = browser.recv(65536)

    assert (page.by, posted.by) == ("frontend", "frontend")
    assert front.seen[1].body_size == 100
    assert front.seen[1].headers["origin"] == f"https://localhost:{front.port}"
    assert moved.headers["location"] == f"{PUBLIC}/new?a=b"
    assert b" 101 " in head
    assert echoed == b"hello"


def test_the_gateway_follows_a_server_that_turns_to_https(
    world: World, context: ssl.SSLContext
) -> None:
    world.open()
    before = world.ask("/").by
    world.frontend.stop()
    world.frontend.context = context
    world.frontend.start()
    world.gateway.update(replace(world.site, frontend_scheme=scheme.of(world.frontend.port)))

    assert (before, world.ask("/").by) == ("frontend", "frontend")


# What is asked before it is published


def test_its_page_and_its_way_to_the_admin_side_are_asked_over_https(front: Upstream) -> None:
    front.headers = {"X-Own": "front"}
    front.answers["/panel/init"] = lambda handler: handler.send(200, b'{"data":{"hasAdmin":true}}')

    page = inspection.ask_page(front.port)
    side = inspection.probe(front.port, ["/panel"], AdminSide(marks=MARKS), "backend")

    assert page is not None
    assert ("x-own", "front") in page
    assert side is not None
    assert side.closed == ("/panel",)


def test_its_files_are_asked_for_over_https(front: Upstream, tmp_path: Path) -> None:
    def give(handler: object) -> None:
        path = handler.path.removeprefix("/@fs").partition("?")[0]  # type: ignore[attr-defined]
        found = Path(path)
        body = found.read_bytes() if found.is_file() else b""
        handler.send(200 if body else 404, body)  # type: ignore[attr-defined]

    address = scheme.address(front.port)
    safe = canary.leaks(address, tmp_path / "state", lets_through=lambda _: True)
    front.otherwise = give
    leaky = canary.leaks(address, tmp_path / "state", lets_through=lambda _: True)

    assert isinstance(safe, Safe)
    assert isinstance(leaky, canary.Leaks)


def test_it_is_opened_once_it_was_asked(world: World, front: Upstream) -> None:
    site = replace(world.site, public_url=PUBLIC, frontend_port=front.port, is_frontend_open=False)
    world.strapi.stop()
    watched = Admission(site, prefixes=[], leaks=Safe)
    watched.settle(lambda _: None)

    assert watched.admitted(site).is_frontend_open


# What `verify`, `urls` and `configure` say and ask


def test_a_check_gets_its_page_though_nobody_trusts_the_certificate(front: Upstream) -> None:
    page = web.get(f"{scheme.address(front.port)}/connect/twitter/redirect", as_browser=True)

    assert (page.status, page.problem) == (200, None)


def test_the_redirect_url_of_two_origins_has_its_scheme(front: Upstream, tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "cafe")
    caller = Caller(command="urls", cwd=shop.root, environ={}, view=Silent())
    located = locate(Options(frontend_port=front.port), caller)

    sheet = urls.sheet_for(located, "url", PUBLIC, "two-origins")

    assert (sheet.redirect_url or "").startswith(f"https://localhost:{front.port}/")
