"""The browser of the tests: it reaches made-up https hosts, and leaves this machine alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Error

from tests.e2e.browser import Person, browsing
from tests.world import reaches, tls
from tests.world.edge import Edge
from tests.world.reaches import BackEnd

pytestmark = pytest.mark.e2e

back_end = reaches.back_end

HOST = "olive-tree-123456.ngrok-free.app"


@pytest.fixture
def ngrok_edge(back_end: BackEnd) -> Edge:
    """What ngrok's free plan has at a public address."""
    edge = Edge(0, "https")
    edge.upstreams[HOST] = f"http://127.0.0.1:{back_end.port}"
    edge.browser_page = True
    return edge


@pytest.fixture
def person(ngrok_edge: Edge, tmp_path: Path) -> Iterator[Person]:
    with (
        tls.serving([HOST], lambda *_: ngrok_edge.port, tmp_path) as edge,
        browsing({HOST: edge.port}) as person,
    ):
        yield person


def test_the_browser_page_is_passed_once_and_then_everything_passes(
    person: Person, back_end: BackEnd
) -> None:
    person.open(f"https://{HOST}/hello")
    assert back_end.requests == []
    person.pass_the_browser_page()

    person.see('"path": "/hello"')
    assert person.open(f"https://{HOST}/again") == 200
    assert '"/again"' in person.text()
    fetched = person.page.evaluate("fetch('/api/fetched').then((answer) => answer.json())")
    assert fetched == {"path": "/api/fetched"}
    headers = back_end.requests[0][2]
    assert (headers["host"], headers["x-forwarded-proto"]) == (HOST, "https")


def test_other_hosts_are_not_found(person: Person) -> None:
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        person.open("https://x.com/")
