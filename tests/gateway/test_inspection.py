"""What Strapi and the front end answer before they are published: marks, and ways around them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.program import free_port
from tests.world.admin_api import HEADERS
from tests.world.admin_server import AdminServer, instead
from tests.world.upstreams import MARKS, Upstream, forwarding
from twitter_setup.gateway import admin_side, inspection
from twitter_setup.gateway.admin_side import AdminSide
from twitter_setup.gateway.inspection import StrapiSeen

SIDE = AdminSide(marks=MARKS)


@pytest.fixture
def strapi() -> Iterator[AdminServer]:
    with AdminServer() as server:
        yield server


@pytest.fixture
def front() -> Iterator[Upstream]:
    server = Upstream("frontend").start()
    yield server
    server.stop()


def asked(strapi: AdminServer) -> StrapiSeen:
    seen = inspection.ask_strapi(strapi.port)
    assert seen is not None
    return seen


def behind(strapi: AdminServer) -> Upstream:
    """The same server as one that a stand-in can forward to."""
    return Upstream("strapi", port=strapi.port)


# Marks


def test_a_mark_is_on_thrown_errors_too(strapi: AdminServer) -> None:
    """X-Powered-By is missing there: a wrong password would be told from a right one."""
    seen = asked(strapi)

    assert seen.marks == frozenset(MARKS)
    assert "x-powered-by" not in dict(seen.marks)


@pytest.mark.parametrize(
    "name",
    [
        *("Date", "Content-Type", "Content-Length", "Vary", "ETag", "Cache-Control", "Connection"),
        *("Keep-Alive", "X-RateLimit-Limit", "RateLimit", "Access-Control-Allow-Origin", "Expires"),
    ],
)
def test_what_every_server_sends_is_no_mark(name: str) -> None:
    pairs = [(name, "x"), ("X-Own", "strapi")]

    assert admin_side.common_to([pairs, pairs]) == {("x-own", "strapi")}


def test_nothing_is_sent_that_strapi_would_act_on(strapi: AdminServer) -> None:
    asked(strapi)

    assert strapi.calls == ["GET /admin/init", "POST /admin/reset-password"]
    assert json.loads(strapi.seen[1][2]) == {}


def test_whether_there_is_an_administrator_is_read(strapi: AdminServer) -> None:
    assert asked(strapi).has_admin is True

    strapi.api.has_admin = False

    assert asked(strapi).has_admin is False


@pytest.mark.parametrize("route", ["GET /admin/init", "POST /admin/reset-password"])
def test_a_strapi_that_still_starts_is_not_known_yet(strapi: AdminServer, route: str) -> None:
    strapi.at(route, instead(503))

    assert inspection.ask_strapi(strapi.port) is None


def test_nobody_is_not_known_yet() -> None:
    assert inspection.ask_strapi(free_port()) is None
    assert inspection.ask_page(free_port()) is None
    assert inspection.probe(free_port(), [""], SIDE, "backend") is None


def test_another_server_is_not_taken_for_strapi(front: Upstream) -> None:
    assert inspection.ask_strapi(front.port) == StrapiSeen(has_admin=None)


def test_a_page_that_does_not_end_is_not_waited_for(
    front: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspection, "PATIENCE", 0.3)

    def drip(handler: Any) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b"x")
            time.sleep(0.05)

    front.answers["/"] = drip

    assert inspection.ask_page(front.port) is None


# Ways around them


def probed(front: Upstream, *prefixes: str, side: AdminSide = SIDE) -> AdminSide:
    found = inspection.probe(front.port, prefixes, side, "backend")
    assert found is not None
    return found


def test_a_rule_whose_answers_carry_a_mark_needs_no_closing(
    front: Upstream, strapi: AdminServer
) -> None:
    front.otherwise = forwarding(behind(strapi), lambda target: target.removeprefix("/cms"))

    assert probed(front, "", "/cms") == SIDE


def test_a_rule_onto_the_admin_side_itself_is_closed(front: Upstream, strapi: AdminServer) -> None:
    to = behind(strapi)
    front.answers["/panel/init"] = forwarding(to, lambda target: target.replace("panel", "admin"))

    found = probed(front, "", "/panel", "/other")

    assert (found.forwarded, found.closed) == ((), ("/panel",))


def test_a_handler_that_keeps_nothing_but_the_json_is_closed_for_the_names(
    front: Upstream, strapi: AdminServer
) -> None:
    to = behind(strapi)
    front.otherwise = forwarding(to, lambda target: target.removeprefix("/bff"), wraps=True)

    assert probed(front, "/bff").forwarded == ("/bff",)


def test_without_marks_only_what_names_nothing_is_closed(
    front: Upstream, strapi: AdminServer
) -> None:
    to = behind(strapi)
    front.answers["/cms/admin/init"] = forwarding(to, lambda _: "/admin/init")
    front.answers["/panel/init"] = forwarding(to, lambda _: "/admin/init")

    found = probed(front, "/cms", "/panel", side=AdminSide())

    assert (found.forwarded, found.closed) == ((), ("/panel",))


def test_a_page_for_every_path_closes_nothing(front: Upstream) -> None:
    front.otherwise = lambda handler: handler.send(200, b"<!doctype html>")

    assert probed(front, "", "/cms", "/api/strapi") == SIDE


def test_an_editor_is_not_opened_by_a_probe(front: Upstream) -> None:
    probed(front, "/__open-in-editor", "/.git", "/cms")

    assert front.targets == ["/cms/admin/init", "/cms/init"]


def test_headers_of_the_first_page_are_known_by_name_and_value(front: Upstream) -> None:
    front.headers = dict(HEADERS)

    page = inspection.ask_page(front.port)

    assert page is not None
    assert frozenset(MARKS) <= page
