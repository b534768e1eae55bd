"""When the front end may be published: who listens is watched, and asked before anybody else may ask."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from tests.program import free_port
from tests.world.admin_api import HEADERS
from tests.world.admin_server import AdminServer, instead
from tests.world.upstreams import MARKS, Upstream, forwarding
from twitter_setup.gateway import admission
from twitter_setup.gateway.admin_side import AdminSide
from twitter_setup.gateway.admission import Admission
from twitter_setup.gateway.canary import Leaks, Safe, Unknown, Verdict
from twitter_setup.gateway.config import Site
from twitter_setup.system.listening import Listeners

LEAK = Leaks("Vite 5.4.10 gives files away.", "vite")


@dataclass
class Ends:
    """Two servers, and who is said to listen on their ports: a test has no processes of its own."""

    folder: Path
    strapi_port: int = field(default_factory=free_port)
    frontend_port: int = field(default_factory=free_port)
    pids: dict[int, int] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)  # those to come; else nothing leaks
    asked: int = 0

    def listening(self, *ports: int) -> list[Listeners]:
        return [
            frozenset({(self.pids[port], 1.0)}) if port in self.pids else frozenset()
            for port in ports
        ]

    def leaks(self) -> Verdict:
        self.asked += 1
        return self.verdicts.pop(0) if self.verdicts else Safe()

    def admission(self, *prefixes: str) -> Admission:
        return Admission(
            self.site(), prefixes=["", *prefixes], leaks=self.leaks, listeners=self.listening
        )

    def site(self) -> Site:
        return Site(
            public_url="https://a.example.com",
            reach="url",
            layout="one-origin",
            port=free_port(),
            backend_port=self.strapi_port,
            api_prefix="/api",
            admin_names=("admin",),
            frontend_port=self.frontend_port,
            is_frontend_open=False,
            log_path=self.folder / "gateway.log",
            storage=self.folder / "caddy",
        )


@pytest.fixture
def ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ends:
    made = Ends(tmp_path)
    monkeypatch.setattr(admission, "_EVERY", 0.0)
    return made


@pytest.fixture
def front(ends: Ends) -> Iterator[Upstream]:
    server = Upstream("frontend", port=ends.frontend_port).start()
    ends.pids[server.port] = 100
    yield server
    server.stop()


@pytest.fixture
def strapi(ends: Ends) -> Iterator[AdminServer]:
    with AdminServer(port=ends.strapi_port) as server:
        ends.pids[server.port] = 200
        yield server


def now(watched: Admission, ends: Ends) -> Site:
    watched.look()
    return watched.admitted(ends.site())


def until(watched: Admission, is_so: Callable[[Site], bool], ends: Ends) -> Site:
    end = time.monotonic() + 10
    while not is_so(site := now(watched, ends)):
        assert time.monotonic() < end, site
        time.sleep(0.01)
    return site


def settled(watched: Admission, ends: Ends) -> Site:
    watched.settle(time.sleep)
    return watched.admitted(ends.site())


def test_a_front_end_is_closed_until_it_was_asked(ends: Ends, front: Upstream) -> None:
    watched = ends.admission()

    assert not now(watched, ends).is_frontend_open
    assert settled(watched, ends).is_frontend_open


def test_one_that_gives_files_away_stays_closed(ends: Ends, front: Upstream) -> None:
    ends.verdicts = [LEAK]
    watched = ends.admission()

    assert not settled(watched, ends).is_frontend_open
    assert watched.known.leak == LEAK


def test_one_that_does_not_say_is_asked_again(ends: Ends, front: Upstream) -> None:
    ends.verdicts = [Unknown("It still starts."), Unknown("It still starts.")]

    assert settled(ends.admission(), ends).is_frontend_open
    assert ends.asked == 3


def test_nobody_is_waited_for_who_does_not_run(ends: Ends) -> None:
    site = settled(ends.admission(), ends)

    assert (site.is_frontend_open, site.admin_side) == (False, AdminSide())
    assert ends.asked == 0


def test_a_server_that_starts_later_is_asked_and_opened(ends: Ends) -> None:
    watched = ends.admission()
    settled(watched, ends)

    front = Upstream("frontend", port=ends.frontend_port).start()
    ends.pids[front.port] = 100
    assert not now(watched, ends).is_frontend_open
    until(watched, lambda site: site.is_frontend_open, ends)
    front.stop()


def test_a_new_process_closes_the_gateway_before_it_is_asked(ends: Ends, front: Upstream) -> None:
    watched = ends.admission()
    settled(watched, ends)
    may_answer = threading.Event()

    def answer(handler: Any) -> None:
        may_answer.wait(10)
        handler.send(200)

    front.answers["/"] = answer
    ends.pids[front.port] = 101

    assert not now(watched, ends).is_frontend_open
    may_answer.set()
    until(watched, lambda site: site.is_frontend_open, ends)
    assert ends.asked == 2


def test_one_that_went_away_is_asked_again_when_it_is_back(ends: Ends, front: Upstream) -> None:
    """A dev server restarts within its process, with another configuration."""
    watched = ends.admission()
    settled(watched, ends)

    pid = ends.pids.pop(front.port)
    assert now(watched, ends).is_frontend_open, "it may restart itself"
    assert not now(watched, ends).is_frontend_open
    ends.pids[front.port] = pid
    until(watched, lambda site: site.is_frontend_open, ends)
    assert ends.asked == 2


def test_one_that_restarts_itself_stays_open(ends: Ends, front: Upstream) -> None:
    watched = ends.admission()
    settled(watched, ends)

    pid = ends.pids.pop(front.port)
    during = now(watched, ends)
    ends.pids[front.port] = pid

    assert during.is_frontend_open
    assert settled(watched, ends).is_frontend_open
    assert ends.asked == 1


def test_marks_of_strapi_are_learned_less_those_of_the_front_end(
    ends: Ends, front: Upstream, strapi: AdminServer
) -> None:
    front.headers = {"Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY"}

    side = settled(ends.admission(), ends).admin_side

    assert dict(side.marks).keys() == {name.lower() for name in HEADERS} - {"referrer-policy"}


def test_a_strapi_that_starts_later_closes_the_front_end_until_it_was_probed(
    ends: Ends, front: Upstream
) -> None:
    to = Upstream("strapi", port=ends.strapi_port)
    front.answers["/panel/init"] = forwarding(to, lambda _: "/admin/init")
    front.otherwise = lambda handler: handler.send(200)
    watched = ends.admission("/panel")
    before = settled(watched, ends)
    with AdminServer(port=ends.strapi_port):
        ends.pids[ends.strapi_port] = 200
        assert not now(watched, ends).is_frontend_open
        after = until(watched, lambda site: site.is_frontend_open, ends)

    assert (before.is_frontend_open, before.admin_side.marks) == (True, ())
    assert (after.admin_side.marks, after.admin_side.closed) == (MARKS, ("/panel",))


def test_a_reload_of_strapi_leaves_the_front_end_open_and_asks_for_marks_alone(
    ends: Ends, front: Upstream, strapi: AdminServer
) -> None:
    watched = ends.admission()
    former = settled(watched, ends)
    asked_of_front = len(front.seen)

    ends.pids[strapi.port] = 201
    strapi.calls.clear()
    opened: list[Site] = []

    def has_asked(site: Site) -> bool:
        opened.append(site)
        return "POST /admin/reset-password" in strapi.calls

    until(watched, has_asked, ends)
    opened.append(settled(watched, ends))

    assert all(replace(site, port=0) == replace(former, port=0) for site in opened)
    assert len(front.seen) == asked_of_front


def test_other_marks_are_probed_for_anew(ends: Ends, front: Upstream, strapi: AdminServer) -> None:
    watched = ends.admission()
    settled(watched, ends)
    for route in ("GET /admin/init", "POST /admin/reset-password"):
        body = b'{"data": {"hasAdmin": true}}'
        strapi.at(route, instead(200, body, {"X-Own": "strapi"}))
    front.seen.clear()
    ends.pids[strapi.port] = 201

    until(watched, lambda site: site.admin_side.marks == (("x-own", "strapi"),), ends)

    assert "/admin/init" in front.targets


def test_a_strapi_that_is_away_for_a_moment_keeps_its_marks(
    ends: Ends, front: Upstream, strapi: AdminServer
) -> None:
    watched = ends.admission()
    former = settled(watched, ends)

    pid = ends.pids.pop(strapi.port)
    now(watched, ends)
    away = now(watched, ends)
    ends.pids[strapi.port] = pid
    strapi.calls.clear()
    until(watched, lambda _: "POST /admin/reset-password" in strapi.calls, ends)

    assert away.is_frontend_open
    assert away.admin_side == former.admin_side


def test_an_answer_about_a_process_that_has_ended_counts_for_nobody(
    ends: Ends, front: Upstream
) -> None:
    may_answer, is_asked = threading.Event(), threading.Event()

    def answer(handler: Any) -> None:
        is_asked.set()
        may_answer.wait(10)
        handler.send(200)

    front.answers["/"] = answer
    ends.verdicts = [Safe(), LEAK]
    watched = ends.admission()
    now(watched, ends)
    is_asked.wait(10)
    ends.pids[front.port] = 101
    now(watched, ends)
    may_answer.set()

    until(watched, lambda _: bool(watched.known.front_of), ends)

    assert watched.known.leak
    assert not now(watched, ends).is_frontend_open


def test_a_bug_in_a_question_is_raised_where_somebody_sees_it(ends: Ends, front: Upstream) -> None:
    def broken() -> Verdict:
        raise ZeroDivisionError

    watched = Admission(ends.site(), prefixes=[], leaks=broken, listeners=ends.listening)

    with pytest.raises(ZeroDivisionError):
        watched.settle(time.sleep)


def test_it_is_known_who_listens_on_which_port() -> None:
    look = admission._Listening().look
    server = Upstream("frontend").start()
    nobody, [(pid, started)] = look(free_port(), server.port)
    server.stop()

    assert (nobody, pid) == (frozenset(), os.getpid())
    assert started > 0
    assert look(server.port) == [frozenset()]
