"""`verify --login`: the command beside a session whose gateway's log is written by the test."""

from __future__ import annotations

import json
import time
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests import local_facts
from tests.program import LASTING, Process, Ran, Shop, run, running
from tests.views import Silent
from tests.world.admin_server import AdminServer, instead
from twitter_setup.checks.facts.remote import Admin, Facts
from twitter_setup.checks.finding import Outcome, Status
from twitter_setup.checks.login.hops import Hop
from twitter_setup.commands import watch_login
from twitter_setup.state.folder import StateFolder
from twitter_setup.state.session_record import SessionRecord

PAGE = "/connect/twitter/redirect"
CONNECT = ("/api/connect/twitter", 302, "")
CALLBACK = ("/api/connect/twitter/callback", 302, "oauth_token&oauth_verifier")
RETURN = (PAGE, 200, "")
EXCHANGE = ("/api/auth/twitter/callback", 200, "")
LOGIN = (CONNECT, CALLBACK, RETURN, EXCHANGE)
TO_X = {
    "Location": "https://api.twitter.com/oauth/authenticate?oauth_token=theRequestToken",
    "Set-Cookie": "koa.sess=theSession; path=/; httponly",
}
Line = tuple[str, int, str]


def write(log: Path, *lines: Line) -> None:
    """As the gateway does."""
    with log.open("a") as file:
        for path, status, parameters in lines:
            fields = {"ts": time.time(), "duration": 0.01, "status": status, "method": "GET"}
            more = {"path": path, "parameters": parameters, "upstream": "strapi"}
            file.write(json.dumps({**fields, **more}) + "\n")


def browser(log: Path, *lines: Line) -> Callable[[str], bool]:
    """One in which a person at once does what the gateway writes down so."""

    def open_(_: str) -> bool:
        write(log, *lines)
        return True

    return open_


@contextmanager
def beside_a_session(
    shop: Shop, server: AdminServer, layout: str = "one-origin", **more: Any
) -> Iterator[Path]:
    """A session whose public address is the stand-in for Strapi itself; gives its gateway's log."""
    state = StateFolder(shop.backend)
    url = f"http://127.0.0.1:{server.port}"
    usual = SessionRecord(
        pid=1,
        process_started=0.0,
        since="2026-11-30T20:00:00+00:00",
        reach="local",
        layout=layout,
        public_url=url,
        callback_url=f"{url}/api/connect/twitter/callback",
        kept=True,  # needs no process
        gateway_pid=1,
        sheet={"redirect_url": f"{url}{PAGE}"},
    )
    state.save_session(replace(usual, **more))
    shop.config.write_bytes(LASTING)
    with shop.env.open("a") as env:
        env.write(f"PUBLIC_URL={url}\n")
    server.at("GET /api/connect/twitter", instead(302, b"", TO_X))
    write(state.gateway_log, *LOGIN)  # a login of yesterday
    yield state.gateway_log


def verify(shop: Shop, *words: str) -> Ran:
    return run("verify", "--json", *words, cwd=shop.root)


def login_of(answer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(c for c in answer["data"]["checks"] if c["id"] == "login")
    return found


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was opened in a browser."""
    urls: list[str] = []

    def note(url: str) -> bool:
        urls.append(url)
        return True

    monkeypatch.setattr(webbrowser, "open", note)
    return urls


def waiting(process: Process) -> None:
    until = time.monotonic() + 30
    while "Log in at" not in "".join(process.errors) and time.monotonic() < until:
        time.sleep(0.02)
    assert "Log in at" in "".join(process.errors)


# The command


def test_a_login_is_told_hop_by_hop_in_json(strapi_shop: Shop, admin_server: AdminServer) -> None:
    with (
        beside_a_session(strapi_shop, admin_server) as log,
        running("verify", "login", "--json", cwd=strapi_shop.root) as process,
    ):
        waiting(process)
        write(log, *LOGIN)
        answer = process.answer()
        code = process.process.wait(timeout=30)

    assert [hop["id"] for hop in answer["data"]["hops"]] == [
        *("connect", "x", "callback", "redirect-page", "exchange")
    ]
    assert answer["data"]["hops"][0] == {
        "id": "connect",
        "is_passed": True,
        "summary": "Strapi sends the browser on, to X",
        "status": 302,
    }
    assert login_of(answer)["status"] == "pass"
    assert (answer["ok"], answer["exit_code"], code) == (True, 0, 0)
    everything = json.dumps(answer) + "".join(process.errors)
    assert "theRequestToken" not in everything
    assert "theSession" not in everything


def test_a_person_sees_each_hop_on_a_line_and_then_how_it_ended(
    strapi_shop: Shop, admin_server: AdminServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with beside_a_session(strapi_shop, admin_server) as log:
        refused = (CONNECT, CALLBACK, RETURN, ("/api/auth/twitter/callback", 400, ""))
        monkeypatch.setattr(webbrowser, "open", browser(log, *refused))
        done = run("verify", "login", "--open", cwd=strapi_shop.root)

    said = [line.split()[:2] for line in done.out.splitlines()]
    hops = ["connect", "x", "callback", "redirect-page"]
    at = said.index(["✓", "connect"])  # the last but one of that name is the check
    told = [words for words in said if words[1:] and words[1] in hops]
    assert told[-4:] == [["✓", name] for name in hops], done.out
    assert ["✗", "exchange"] in said[at:]
    assert "Strapi refused to make the user (HTTP 400)" in done.out
    assert done.code == 1


@pytest.mark.parametrize(
    ("lines", "failed"),
    [
        ((CONNECT, ("/api/connect/twitter/callback", 302, "denied")), "x"),
        ((("/api/connect/twitter", 500, ""),), "connect"),
    ],
)
def test_a_login_that_fails_is_exit_code_1_and_names_the_hop(
    strapi_shop: Shop,
    admin_server: AdminServer,
    monkeypatch: pytest.MonkeyPatch,
    lines: tuple[Line, ...],
    failed: str,
) -> None:
    with beside_a_session(strapi_shop, admin_server) as log:
        monkeypatch.setattr(webbrowser, "open", browser(log, *lines))
        done = verify(strapi_shop, "login", "--open")

    assert done.code == 1
    assert [h["id"] for h in done.json["data"]["hops"] if not h["is_passed"]] == [failed]
    assert login_of(done.json)["status"] == "fail"
    assert login_of(done.json)["advice"]


def test_a_login_of_yesterday_is_not_this_one_and_the_time_runs_out(
    strapi_shop: Shop, admin_server: AdminServer, opened: list[str]
) -> None:
    with beside_a_session(strapi_shop, admin_server):
        done = verify(strapi_shop, "login", "--timeout", "1")

    assert login_of(done.json)["status"] == "error"
    assert login_of(done.json)["summary"] == "no login ended within 1 s"
    assert (done.json["data"]["hops"], done.code) == ([], 1)
    assert f"Log in at http://127.0.0.1:{admin_server.port}/api/connect/twitter" in done.err
    assert opened == [], "in JSON no browser is opened"


def test_without_a_gateway_it_is_skipped_with_advice(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    with beside_a_session(strapi_shop, admin_server, gateway_pid=0):
        done = verify(strapi_shop, "login")

    login = login_of(done.json)
    assert (login["status"], done.code) == ("skip", 0)
    assert "no gateway runs here" in login["summary"]
    assert [one["command"] for one in login["advice"]] == ["twitter-setup tunnel"]


def test_without_a_session_it_is_skipped_with_advice(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    login = login_of(verify(strapi_shop, "login").json)

    assert login["status"] == "skip"
    assert login["advice"]


def test_nobody_is_sent_to_a_login_that_cannot_begin(
    strapi_shop: Shop, admin_server: AdminServer, opened: list[str]
) -> None:
    with beside_a_session(strapi_shop, admin_server):
        admin_server.at("GET /api/connect/twitter", instead(404))
        done = verify(strapi_shop, "--login", "--open")

    assert login_of(done.json)["summary"] == "not tried: needs connect"
    assert (done.json["data"]["hops"], done.code, opened) == ([], 1, [])


@pytest.mark.parametrize(
    ("layout", "url"),
    [("one-origin", "http://127.0.0.1:{port}"), ("two-origins", "http://localhost:5173")],
)
def test_open_begins_at_the_apps_first_page(
    strapi_shop: Shop, admin_server: AdminServer, opened: list[str], layout: str, url: str
) -> None:
    with beside_a_session(strapi_shop, admin_server, layout):
        done = verify(strapi_shop, "login", "--open", "--timeout", "1")

    wanted = url.format(port=admin_server.port)
    assert opened == [wanted]
    assert f"in the browser that has opened, or at {wanted}" in done.err


# The watch


class Terminal(Silent):
    """A person is there."""

    may_ask = True

    def __init__(self) -> None:
        super().__init__()
        self.hops: list[str] = []

    def hop(self, data: Any) -> None:
        self.hops.append(data["id"])


@contextmanager
def at_work(*steps: Callable[[], object]) -> Iterator[Callable[[float], None]]:
    """A clock whose every pause does the next step."""
    left = iter(steps)

    def sleep(_: float) -> None:
        next(left, int)()

    yield sleep


def watched(
    folder: Path,
    view: Silent,
    *steps: Callable[[], object],
    layout: str = "one-origin",
    **known: Any,
) -> tuple[Outcome, list[Hop]]:
    back = local_facts.backend(root=folder)
    where = local_facts.situation(layout=layout, back=back)
    assert where.session
    session = replace(where.session, gateway_pid=1, kept=True)
    StateFolder(folder).save_session(session)
    where = replace(where, session=session)
    facts = Facts(situation=where, address="", **known)
    with at_work(*steps) as sleep:
        return watch_login.watch(facts, view, timeout=5.0, opens_app=False, sleep=sleep)


def test_the_page_at_which_it_ends_is_the_one_that_strapi_has(
    tmp_path: Path, log: Path, opened: list[str]
) -> None:
    own = "/auth/done"
    admin = Admin({"twitter": {"callback": f"{local_facts.PUBLIC}{own}"}})

    outcome, hops = watched(
        *(tmp_path, Silent(), lambda: write(log, CONNECT, CALLBACK, (own, 200, ""), EXCHANGE)),
        admin=admin,
    )

    assert outcome.finding.status is Status.PASS
    assert [hop.id for hop in hops][-2:] == ["redirect-page", "exchange"]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    state = StateFolder(tmp_path)
    state.create()
    return state.gateway_log


def test_on_a_terminal_the_login_is_opened_and_the_address_said(
    tmp_path: Path, log: Path, opened: list[str]
) -> None:
    view = Terminal()

    outcome, hops = watched(tmp_path, view, lambda: write(log, *LOGIN))

    url = f"{local_facts.PUBLIC}/api/connect/twitter"
    assert opened == [url]
    assert view.notes == [f"Log in in the browser that has opened, or at {url}"]
    assert view.hops == [hop.id for hop in hops]
    assert outcome.finding.status is Status.PASS


def test_without_a_browser_the_address_is_said(
    tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda _: False)
    view = Terminal()

    watched(tmp_path, view, lambda: write(log, *LOGIN))

    assert view.notes == [f"Log in at {local_facts.PUBLIC}/api/connect/twitter"]


def test_hops_are_told_as_they_come_and_a_half_written_line_waits(
    tmp_path: Path, log: Path
) -> None:
    view = Terminal()
    view.may_ask = False
    seen: list[list[str]] = []

    def half() -> None:
        write(log, CALLBACK)
        whole = log.read_bytes()
        log.write_bytes(whole[:-20])
        halves.append(whole[-20:])

    halves: list[bytes] = []
    steps = (
        lambda: write(log, CONNECT),
        lambda: seen.append(list(view.hops)),
        half,
        lambda: seen.append(list(view.hops)),
        lambda: log.write_bytes(log.read_bytes() + halves[0]),
        lambda: seen.append(list(view.hops)),
        lambda: write(log, RETURN, EXCHANGE),
    )

    watched(tmp_path, view, *steps)

    assert seen == [["connect"], ["connect"], ["connect", "x", "callback"]]
    assert view.hops[-1] == "exchange"


def test_a_log_that_begins_anew_meanwhile_is_read_on(tmp_path: Path, log: Path) -> None:
    view = Silent()
    write(log, *LOGIN, *LOGIN)

    def begin_anew() -> None:
        log.unlink()
        write(log, *LOGIN)

    outcome, hops = watched(tmp_path, view, begin_anew)

    assert outcome.finding.status is Status.PASS
    assert len(hops) == 5


def test_a_tunnel_that_ends_meanwhile_ends_the_watch(tmp_path: Path, log: Path) -> None:
    end = StateFolder(tmp_path).forget_session

    outcome, hops = watched(tmp_path, Silent(), lambda: write(log, CONNECT), end)

    assert outcome.finding.status is Status.ERROR
    assert outcome.finding.summary == "the tunnel ended before the login did"
    assert [hop.id for hop in hops] == ["connect"]


@pytest.mark.parametrize("path", ["/connect/twitter", "/api/auth/twitter"])
def test_a_button_to_a_path_without_a_login_is_reported(
    strapi_shop: Shop, admin_server: AdminServer, path: str
) -> None:
    with (
        beside_a_session(strapi_shop, admin_server) as log,
        running("verify", "login", "--json", "--timeout", "3", cwd=strapi_shop.root) as process,
    ):
        waiting(process)
        write(log, (path, 200, ""))
        answer = process.answer()

    assert login_of(answer)["status"] == "fail"
    assert f"leads to {path}, not to /api/connect/twitter" in login_of(answer)["summary"]


def test_a_page_of_the_front_end_at_such_a_path_is_not_reported(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    page = strapi_shop.frontend / "app" / "connect" / "twitter" / "page.tsx"
    page.parent.mkdir(parents=True)
    page.write_text("export default () => null")
    with (
        beside_a_session(strapi_shop, admin_server) as log,
        running("verify", "login", "--json", "--timeout", "3", cwd=strapi_shop.root) as process,
    ):
        waiting(process)
        write(log, ("/connect/twitter", 200, ""))
        answer = process.answer()

    assert "nobody began one" in login_of(answer)["detail"]
