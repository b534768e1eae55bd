"""What is public while a `tunnel` runs follows the dev server: started, restarted, with https."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from tests.program import free_port, make_shop
from tests.views import Silent
from tests.world import tls
from tests.world.upstreams import Upstream
from twitter_setup.commands.tunnel.publication import Publication
from twitter_setup.gateway.layout import Arrangement
from twitter_setup.project.locate import Caller, locate
from twitter_setup.project.settings import Options
from twitter_setup.state.folder import StateFolder


@pytest.fixture
def front() -> Iterator[Upstream]:
    server = Upstream("frontend", port=free_port())
    yield server
    server.stop()


@pytest.fixture
def ask(tmp_path: Path, front: Upstream) -> Iterator[Callable[[], int]]:
    """Ask the gateway of `tunnel --local` for a page, after it has looked at the dev server."""
    shop, port = make_shop(tmp_path / "cafe"), free_port()
    url = f"http://127.0.0.1:{port}"
    options = Options(frontend_port=front.port, port=free_port(), gateway_port=port)
    caller = Caller(command="tunnel", cwd=shop.root, environ={}, view=Silent())
    state = StateFolder(shop.backend)
    state.create()
    opened = Publication(
        locate(options, caller),
        Arrangement(reach="local", layout="one-origin", gateway_port=port, public_url=url),
        state,
        caller=caller,
        on_child=lambda _: None,
        on_progress=lambda _: None,
    )

    def status() -> int:
        opened.poll()
        with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
            connection.request("GET", "/")
            return connection.getresponse().status

    try:
        opened.check()
        opened.serve(url)
        yield status
    finally:
        opened.close()


def until(ask: Callable[[], int], status: int) -> int:
    end, found = time.monotonic() + 20, 0
    while found != status and time.monotonic() < end:
        try:
            found = ask()
        except (OSError, HTTPException):  # the gateway restarts
            found = 0
        time.sleep(0.05)
    return found


def test_a_dev_server_is_served_over_http_then_https_then_http(
    ask: Callable[[], int], front: Upstream, tmp_path: Path
) -> None:
    certificate, key = tls.make_certificate(["localhost"], tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    assert until(ask, 502) == 502, "it does not run yet"
    for each in (context, None, context):
        front.context = each
        front.start()
        assert until(ask, 200) == 200
        front.stop()
        assert until(ask, 502) == 502
