"""One address for both ends, as a person or a script runs it: what is reached through it, and its end."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from http.client import HTTPException
from pathlib import Path

import pexpect
import pexpect.popen_spawn
import pytest

from tests.configuring import BY_LOGIN
from tests.one_origin import OneOrigin, ask, is_free, said
from tests.program import SOURCE, run, strapi_at
from tests.world import account, agent
from tests.world.upstreams import Answered, Upstream, forwarding

pytestmark = pytest.mark.slow

TOKEN = "2abcDEF_ghijKLMN0123456789"
HOST = agent.default_domain(TOKEN)
OTHER = "other-name.ngrok-free.app"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[OneOrigin]:
    made = OneOrigin(tmp_path / "cafe")
    yield made
    for process in made.left():  # of a test that failed half-way
        process.kill()


@pytest.fixture
def frontend(world: OneOrigin) -> Iterator[Upstream]:
    server = Upstream("frontend", port=world.frontend_port).start()
    yield server
    server.stop()


@pytest.fixture
def ngrok(tmp_path: Path) -> dict[str, str]:
    return {
        "PYNGROK_NGROK_PATH": str(agent.install_agent(tmp_path / "bin")),
        "NGROK_AUTHTOKEN": TOKEN,
        "STANDIN_STATE": str(tmp_path / "ngrok"),
    }


def served(world: OneOrigin) -> AbstractContextManager[object]:
    return strapi_at(world.shop, world.strapi_port)


def at_the_edge(env: dict[str, str], target: str, host: str = HOST) -> Answered:
    return ask(account.edge_port(Path(env["STANDIN_STATE"]), HOST), target, host)


# This machine alone


def test_local_is_one_address_for_both_until_it_is_stopped(
    world: OneOrigin, frontend: Upstream
) -> None:
    before, port, host = world.shop.files(), world.port, f"127.0.0.1:{world.port}"
    with served(world), world.at_its_port("--local", **BY_LOGIN) as process:
        data = process.event("ready")["data"]
        status = run("status", cwd=world.shop.root)
        page, api = ask(port, "/menu", host), ask(port, "/api/hello", host)
        admin = ask(port, "/admin/init", host)
        moved = ask(port, "/menu?x=1", f"localhost:{port}")
        rebound = ask(port, "/menu", "evil.example.com")
        assert process.stop() == 0
        process.event("stopped")

    assert (data["reach"], data["layout"], data["gateway_port"]) == ("local", "one-origin", port)
    assert data["public_url"] == f"http://{host}"
    assert data["callback_url"] == f"http://{host}/api/connect/twitter/callback"
    assert data["connect_url"] == f"http://{host}/api/connect/twitter"
    assert data["redirect_url"] == f"http://{host}/connect/twitter/redirect"
    legal = ("website_url", "terms_of_service_url", "privacy_policy_url")
    assert [data[key] for key in legal] == [None, None, None]
    assert (page.by, admin.by) == ("frontend", "frontend")
    assert api.body.decode() == f'{{"hello": "http://{host}"}}'
    assert (moved.status, moved.headers["location"]) == (307, f"http://{host}/menu?x=1")
    assert rebound.status == 421
    assert frontend.targets == ["/menu", "/admin/init"]
    assert f"Gateway       port {port}" in status.out
    assert "Layout        one-origin" in status.out
    after = world.shop.files()
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {"backend/config/server.js", "twitter-setup.toml"}, "the line, and the port"
    assert is_free(port)
    assert not (world.shop.state / "gateway.json").exists()


def test_a_port_that_x_knows_now_is_remembered_and_said(world: OneOrigin) -> None:
    with world.at_its_port("--local") as process:
        process.event("ready")
        process.stop()
    assert f"Remembered in {world.settings_file}: gateway.port = {world.port}" in said(process)

    with world.tunnel("--local") as process:
        assert process.event("ready")["data"]["gateway_port"] == world.port
        process.stop()

    assert "Remembered" not in said(process)


def test_a_front_end_that_does_not_run_yet_is_said_with_the_command_that_starts_it(
    world: OneOrigin,
) -> None:
    package = world.shop.frontend / "package.json"
    package.write_text(package.read_text().replace("{", '{"scripts": {"dev": "vite"}, ', 1))
    with world.at_its_port("--local") as process:
        process.event("ready")
        page = ask(world.port, "/", f"127.0.0.1:{world.port}")
        process.stop()

    front = world.frontend_port
    assert f"Nothing answers on port {front} yet. Start Vite in " in said(process)
    assert ": npm run dev" in said(process)
    assert (page.status, page.headers["retry-after"]) == (502, "3")
    assert f"Nothing answers on port {front}." in page.body.decode()


# Through ngrok


def test_through_ngrok_both_ends_have_its_address_and_no_other(
    world: OneOrigin, frontend: Upstream, ngrok: dict[str, str]
) -> None:
    state = Path(ngrok["STANDIN_STATE"])
    with served(world), world.at_its_port(**ngrok, **BY_LOGIN) as process:
        data = process.event("ready")["data"]
        page, api = at_the_edge(ngrok, "/menu"), at_the_edge(ngrok, "/api/hello")
        admin = at_the_edge(ngrok, "/admin")
        beside = ask(world.port, "/menu", f"127.0.0.1:{world.port}")
        agent.tell(state, "lose")
        process.event("lost")
        agent.tell(state, f"restore {OTHER}")
        changed = process.event("url-changed")["data"]
        now = ask(world.port, "/menu", OTHER)
        former = ask(world.port, "/menu", HOST)
        assert process.stop() == 0

    assert (data["reach"], data["layout"]) == ("ngrok", "one-origin")
    assert data["redirect_url"] == f"https://{HOST}/connect/twitter/redirect"
    assert (page.by, admin.by) == ("frontend", "frontend")
    assert api.body.decode() == f'{{"hello": "https://{HOST}"}}'
    assert beside.status == 421
    assert changed["redirect_url"] == f"https://{OTHER}/connect/twitter/redirect"
    assert now.by == "frontend"
    assert former.status == 421
    seen = next(each for each in frontend.seen if each.target == "/menu").headers
    assert seen["host"] == f"localhost:{world.frontend_port}"
    assert "gateway.port" not in said(process), "no port that X would know"


def test_the_free_plan_s_month_is_said_once_in_a_project(
    world: OneOrigin, ngrok: dict[str, str]
) -> None:
    heard = []
    for _ in range(2):
        with world.at_its_port(**ngrok) as process:
            process.event("ready")
            process.stop()
        heard.append("20,000 requests and 1 GB a month" in said(process))

    assert heard == [True, False]


# At an address of one's own


def test_with_a_url_the_gateway_runs_and_says_where_to_lead_it(
    world: OneOrigin, frontend: Upstream
) -> None:
    with world.at_its_port("--url", "https://shop.example.com") as process:
        data = process.event("ready")["data"]
        pages = [ask(world.port, "/", host) for host in ("shop.example.com", "my-proxy:8080")]
        assert process.process.poll() is None, "it stays"
        assert process.stop() == 0

    assert (data["reach"], data["gateway_port"]) == ("url", world.port)
    assert data["redirect_url"] == "https://shop.example.com/connect/twitter/redirect"
    lead = f"Lead https://shop.example.com to http://127.0.0.1:{world.port}"
    assert lead in said(process)
    assert [page.by for page in pages] == ["frontend", "frontend"]


# What is asked before it is public


def front_end(world: OneOrigin) -> Upstream:
    """One that forwards /cms to Strapi, as its Vite configuration says, and has an /admin of its own."""
    config = "export default { server: { proxy: { '/cms': 'http://localhost:1337' } } }"
    (world.shop.frontend / "vite.config.js").write_text(config)
    front = Upstream("frontend", port=world.frontend_port)
    to = Upstream("strapi", port=world.strapi_port)
    forward = forwarding(to, lambda target: target.removeprefix("/cms"))
    front.answers = dict.fromkeys(("/cms/admin/init", "/cms/api/hello"), forward)
    return front


URL = ("--url", "https://shop.example.com")


def opened(world: OneOrigin, target: str, is_so: Callable[[Answered], bool]) -> Answered:
    """The answer once it is as it should become; the gateway restarts in between."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with suppress(OSError, HTTPException):
            answer = ask(world.port, target, "shop.example.com")
            if is_so(answer):
                return answer
        time.sleep(0.05)
    raise AssertionError(target)


def test_what_the_front_end_forwards_of_the_admin_side_is_withheld(world: OneOrigin) -> None:
    front = front_end(world).start()
    with served(world), world.at_its_port(*URL, **BY_LOGIN) as process:
        process.event("ready")
        answers = [
            ask(world.port, path, "shop.example.com")
            for path in ("/cms/admin/init", "/cms/api/hello", "/admin")
        ]
        process.stop()
    front.stop()

    assert [answer.status for answer in answers] == [404, 200, 200]
    assert answers[2].by == "frontend"
    assert "the gateway refuses" not in said(process)


def test_until_strapi_has_answered_its_names_are_refused_and_that_is_said(
    world: OneOrigin,
) -> None:
    front = front_end(world).start()
    with world.at_its_port(*URL) as process:
        process.event("ready")
        before = ask(world.port, "/admin", "shop.example.com")
        with served(world):
            opened(world, "/admin", lambda answer: answer.by == "frontend")
            withheld = ask(world.port, "/cms/admin/init", "shop.example.com")
        process.stop()
    front.stop()

    assert before.status == withheld.status == 404
    assert "Strapi has not answered yet: the gateway refuses every path" in said(process)


def test_a_front_end_is_not_there_before_it_was_asked(world: OneOrigin) -> None:
    with served(world), world.at_its_port(*URL, **BY_LOGIN) as process:
        process.event("ready")
        before = ask(world.port, "/", "shop.example.com")
        front = front_end(world).start()
        opened(world, "/menu", lambda answer: answer.by == "frontend")
        first = front.targets[0]
        front.stop()
        opened(world, "/menu", lambda answer: "not published yet" in answer.body.decode())
        process.stop()

    assert (before.status, before.headers["retry-after"]) == (502, "3")
    assert "Vite is not published yet" in before.body.decode()
    assert first == "/", "ours"


def test_a_way_past_the_marks_is_closed_and_named(world: OneOrigin) -> None:
    front = front_end(world).start()
    to = Upstream("strapi", port=world.strapi_port)
    front.answers["/cms/init"] = forwarding(to, lambda _: "/admin/init")
    with served(world), world.at_its_port(*URL, **BY_LOGIN) as process:
        process.event("ready")
        answer = ask(world.port, "/cms/init", "shop.example.com")
        process.stop()
    front.stop()

    assert answer.status == 404
    assert "Your front end forwards /cms to Strapi's admin side" in said(process)


def test_a_strapi_without_an_administrator_is_not_published(
    world: OneOrigin, ngrok: dict[str, str]
) -> None:
    before = world.shop.files()
    with strapi_at(world.shop, world.strapi_port, no_admin="1"):
        for words in ([], [*URL], [*URL, "--two-origins"], [*URL, "--dry-run"]):
            done = run("tunnel", "--yes", "--json", *words, cwd=world.shop.root, env=ngrok)
            assert done.error["code"] == "strapi_no_admin", words
            assert done.error["message"].endswith("Nothing was changed.")
            create, expose = done.error["advice"]
            assert create["url"] == f"http://localhost:{world.strapi_port}/admin"
            again = expose["command"].split()
            assert (again[0], again[-1]) == ("twitter-setup", "--expose-admin")
            assert {*words} - {"--dry-run"} <= {*again}, "the person's own options"
        for words in (["--local"], [*URL, "--expose-admin"]):
            done = run("tunnel", "--dry-run", "--json", *words, cwd=world.shop.root)
            assert done.code == 0, words

    assert not Path(ngrok["STANDIN_STATE"]).exists(), "no agent was started"
    assert world.shop.files() == before


def test_a_strapi_that_starts_without_an_administrator_ends_the_tunnel(world: OneOrigin) -> None:
    before = world.shop.env.read_bytes()
    with world.at_its_port(*URL) as process:
        process.event("ready")
        with strapi_at(world.shop, world.strapi_port, no_admin="1"):
            failed = process.event("failed")
            assert process.process.wait(timeout=20) == 1

    assert failed["errors"][0]["code"] == "strapi_no_admin"
    assert "What was changed is put back." in failed["errors"][0]["message"]
    assert world.shop.env.read_bytes() == before


# Two addresses


def test_with_two_origins_strapi_alone_is_published_and_what_cannot_work_is_said(
    world: OneOrigin, frontend: Upstream, ngrok: dict[str, str]
) -> None:
    with served(world), world.at_its_port("--two-origins", **ngrok, **BY_LOGIN) as p:
        data = p.event("ready")["data"]
        api, page, admin = (at_the_edge(ngrok, path) for path in ("/api/hello", "/menu", "/admin"))
        p.stop()

    assert (data["layout"], data["gateway_port"]) == ("two-origins", world.port)
    assert (
        data["redirect_url"] == f"http://localhost:{world.frontend_port}/connect/twitter/redirect"
    )
    assert api.status == 200
    assert (page.status, admin.status) == (404, 404)
    assert frontend.seen == []
    assert "OAuth authentication requires a completed provider session" in said(p)


def test_two_origins_on_the_free_plan_are_said_to_fail_on_older_strapi_too(
    tmp_path: Path, ngrok: dict[str, str]
) -> None:
    world = OneOrigin(tmp_path / "four", strapi="4.26.2")
    with world.at_its_port("--two-origins", **ngrok) as process:
        process.event("ready")
        process.stop()

    assert "On ngrok's free plan the front end's own requests get ngrok's browser page" in (
        said(process)
    )


# Ends of all kinds


def gateway_pid(world: OneOrigin) -> int:
    (gateway,) = world.left()
    return gateway.pid


def test_a_gateway_that_is_killed_is_started_again_and_in_the_end_everything_is_undone(
    world: OneOrigin, frontend: Upstream
) -> None:
    before = world.shop.env.read_bytes()
    with world.at_its_port("--local") as process:
        process.event("ready")
        os.kill(gateway_pid(world), 9)
        lost, restored = process.event("lost"), process.event("restored")
        again = ask(world.port, "/", f"127.0.0.1:{world.port}")
        os.kill(gateway_pid(world), 9)
        process.event("lost")
        taker = Upstream("taker", port=world.port).start()
        try:
            failed = process.event("failed")
            code = process.process.wait(timeout=10)
        finally:
            taker.stop()

    assert lost["data"]["part"] == restored["data"]["part"] == "gateway"
    assert lost["data"]["public_url"] == f"http://127.0.0.1:{world.port}"
    assert again.by == "frontend"
    assert (code, failed["errors"][0]["code"]) == (1, "gateway_failed")
    assert world.shop.env.read_bytes() == before
    assert world.left() == []


def test_after_kill_9_undo_ends_the_gateway_that_was_left(world: OneOrigin) -> None:
    before = world.shop.env.read_bytes()
    with world.at_its_port("--local") as process:
        process.event("ready")
        process.kill()
    (left,) = world.left()
    assert run("status", "--json", cwd=world.shop.root).json["data"]["leftovers"]
    assert left.is_running(), "looking ends nothing"

    assert run("undo", cwd=world.shop.root).code == 0

    assert world.left() == []
    assert is_free(world.port)
    assert world.shop.env.read_bytes() == before


def test_after_kill_9_the_next_tunnel_has_the_same_port(world: OneOrigin) -> None:
    with world.at_its_port("--local") as process:
        process.event("ready")
        process.kill()

    with world.at_its_port("--local") as process:
        assert process.event("ready")["data"]["gateway_port"] == world.port
        process.stop()

    assert world.left() == []


def test_keep_ends_the_gateway_and_leaves_the_changes(world: OneOrigin) -> None:
    before = world.shop.files()
    with world.at_its_port("--local", "--keep") as process:
        process.event("ready")
        assert process.stop() == 0
    kept = run("status", "--json", cwd=world.shop.root).json["data"]

    assert (kept["running"], kept["gateway_port"]) == (False, world.port)
    assert is_free(world.port)
    assert f"PUBLIC_URL=http://127.0.0.1:{world.port}\n" in world.shop.env.read_text()
    assert run("undo", "--all", cwd=world.shop.root).code == 0
    after = world.shop.files()
    assert {**after, "twitter-setup.toml": b""} == {**before, "twitter-setup.toml": b""}


def test_while_questions_are_open_another_project_cannot_take_the_port(
    world: OneOrigin, tmp_path: Path
) -> None:
    other = OneOrigin(tmp_path / "bakery")
    words = ["tunnel", "--local", "--gateway-port", str(world.port)]
    terminal = pexpect.spawn(
        sys.executable,
        ["-m", "twitter_setup", *words],
        cwd=str(world.shop.root),
        env={**os.environ, "PYTHONPATH": str(SOURCE), "TERM": "dumb"},
        encoding="utf-8",
        timeout=20,
    )
    terminal.expect(r"Add it\?")

    refused = run(*words, "--yes", "--json", cwd=other.shop.root)
    terminal.sendline("")
    terminal.expect(r"Apply\?")
    terminal.sendline("")
    terminal.expect("Open until you press Ctrl-C")
    terminal.sendintr()
    terminal.expect(pexpect.EOF)
    terminal.wait()

    assert refused.error["code"] == "port_taken"
    assert terminal.exitstatus == 0


def test_no_starts_nothing_and_changes_nothing(world: OneOrigin) -> None:
    before = world.shop.files()
    words = ["tunnel", "--local", "--gateway-port", str(world.port)]
    terminal = pexpect.spawn(
        sys.executable,
        ["-m", "twitter_setup", *words],
        cwd=str(world.shop.root),
        env={**os.environ, "PYTHONPATH": str(SOURCE), "TERM": "dumb"},
        encoding="utf-8",
        timeout=20,
    )
    terminal.expect(r"Add it\?")
    terminal.sendline("")
    terminal.expect(r"Apply\?")
    terminal.sendline("n")
    terminal.expect("You said no.")
    terminal.expect(pexpect.EOF)
    terminal.wait()

    assert terminal.exitstatus == 1
    assert world.shop.files() == before
    assert not (world.shop.state / "caddy.log").exists(), "no gateway was started"


def test_the_sheet_for_people_has_no_loopback_page_and_says_where_the_app_is(
    world: OneOrigin,
) -> None:
    terminal = pexpect.spawn(
        sys.executable,
        ["-m", "twitter_setup", "tunnel", "--yes", "--local", "--gateway-port", str(world.port)],
        cwd=str(world.shop.root),
        env={**os.environ, "PYTHONPATH": str(SOURCE), "TERM": "dumb"},
        encoding="utf-8",
        timeout=20,
        dimensions=(50, 200),
    )
    terminal.expect("Open until you press Ctrl-C")
    sheet = terminal.before or ""
    terminal.sendintr()
    terminal.expect("as they were")
    terminal.expect(pexpect.EOF)
    terminal.wait()

    url = f"http://127.0.0.1:{world.port}"
    lines = [line.strip() for line in sheet.splitlines()]
    for label in ("Website URL", "Terms of service", "Privacy policy"):
        (line,) = (line for line in lines if line.startswith(label))
        assert line.endswith("any public page of yours")
    (app,) = (line for line in lines if line.startswith("Your app"))
    assert app.split()[2] == url
    assert f"use this address, not localhost:{world.frontend_port}" in app
    assert "(which only this machine reaches); /admin is not published" in " ".join(sheet.split())


def test_a_reach_that_was_changed_has_only_its_callback_to_add_at_x(
    world: OneOrigin, ngrok: dict[str, str]
) -> None:
    with world.at_its_port(**ngrok) as process:
        process.event("ready")
        process.stop()

    terminal = run_until_ready(world)

    assert "To change at X" in terminal
    assert f"http://127.0.0.1:{world.port}/api/connect/twitter/callback" in terminal
    assert "any public page of yours" not in terminal, "the ones that are there will do"
    assert "X keeps up to ten callback URLs: add this one." in terminal


def run_until_ready(world: OneOrigin) -> str:
    """What `tunnel --local` says to people up to its last line."""
    log = world.shop.root.parent / "said"
    with log.open("w") as out:
        words = ["tunnel", "--yes", "--local", "--gateway-port", str(world.port)]
        process = pexpect.popen_spawn.PopenSpawn(
            [sys.executable, "-m", "twitter_setup", *words],
            cwd=str(world.shop.root),
            env={**os.environ, "PYTHONPATH": str(SOURCE)},
            encoding="utf-8",
            timeout=20,
            logfile=out,
        )
        process.expect("Open until you press Ctrl-C")
        process.kill(2)
        process.wait()  # type: ignore[no-untyped-call]
    return " ".join(log.read_text().split())
