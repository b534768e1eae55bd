"""`tunnel` as a person or a script runs it: files changed, Strapi restarted, everything put back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pexpect
import psutil
import pytest

from tests.program import (
    CONFIG,
    LASTING,
    PORT,
    QUICK_TUNNEL,
    SOURCE,
    Ran,
    Shop,
    free_port,
    make_shop,
    on_terminal,
    own_port,
    run,
    tunnelling,
)
from tests.world import agent

pytestmark = pytest.mark.slow

TOKEN = "2abcDEF_ghijKLMN0123456789"
URL = f"https://{agent.default_domain(TOKEN)}"
CALLBACK = f"{URL}/api/connect/twitter/callback"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return make_shop(tmp_path / "cafe")


@pytest.fixture
def ngrok(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a user with an ngrok account and the agent."""
    yield {
        "PYNGROK_NGROK_PATH": str(agent.install_agent(tmp_path / "bin")),
        "NGROK_AUTHTOKEN": TOKEN,
        "STANDIN_STATE": str(tmp_path / "ngrok-state"),
    }
    for process in leftover_agents(tmp_path):  # of a test that failed half-way
        process.kill()


def unlasting(files: dict[str, bytes]) -> dict[str, bytes]:
    return {
        name: content if name != "backend/config/server.js" else CONFIG
        for name, content in files.items()
    }


# The whole life


def test_everything_is_put_back_but_the_one_neutral_line(shop: Shop, ngrok: dict[str, str]) -> None:
    before = shop.files()
    with tunnelling(cwd=shop.backend, env=ngrok) as tunnel:
        ready = tunnel.event("ready")

        assert shop.env.read_bytes() == before["backend/.env"] + f"PUBLIC_URL={URL}\n".encode()
        assert (shop.frontend / ".env").read_text() == f"VITE_BACKEND_URL={URL}\n"
        assert shop.config.read_bytes() == LASTING

        assert tunnel.stop() == 0
        stopped = tunnel.event("stopped")

    assert unlasting(shop.files()) == before
    assert shop.config.read_bytes() == LASTING
    assert ready["data"]["callback_url"] == CALLBACK
    assert set(stopped["data"]["restored"]) == {str(shop.env), str(shop.frontend / ".env")}
    assert stopped["data"]["kept"] == []
    assert not (shop.state / "session.json").exists()
    assert not (shop.state / "ngrok.yml").exists()


def test_the_ready_line_has_the_whole_contract(shop: Shop, ngrok: dict[str, str]) -> None:
    with tunnelling(cwd=shop.frontend, env=ngrok) as tunnel:
        line = tunnel.event("ready")
        tunnel.stop()

    assert {"schema", "command", "ok", "exit_code", "data", "errors", "event"} == set(line)
    assert (line["schema"], line["command"], line["ok"], line["exit_code"]) == (
        1,
        "tunnel",
        True,
        0,
    )
    assert set(line["data"]) == {
        "reach",
        "layout",
        "public_url",
        "callback_url",
        "website_url",
        "terms_of_service_url",
        "privacy_policy_url",
        "redirect_url",
        "connect_url",
        "portal_url",
        "app_name",
        "app_description",
        "use_case",
        "environment",
        "gateway_port",
        "changes",
        "manual_steps",
    }
    for change in line["data"]["changes"]:
        assert set(change) == {"path", "action", "lasting", "summary"}
        assert Path(change["path"]).is_absolute()
    data = line["data"]
    assert data["layout"] == "one-origin"
    assert data["redirect_url"] == f"{data['public_url']}/connect/twitter/redirect"
    assert isinstance(data["gateway_port"], int)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_each_signal_ends_in_an_orderly_undo(
    shop: Shop, ngrok: dict[str, str], number: int
) -> None:
    before = shop.files()
    with tunnelling(cwd=shop.root, env=ngrok) as tunnel:
        tunnel.event("ready")
        assert tunnel.stop(number) == 0
        tunnel.event("stopped")

    assert unlasting(shop.files()) == before


def test_a_second_ctrl_c_does_not_cut_the_undo_short(shop: Shop, ngrok: dict[str, str]) -> None:
    before = shop.files()
    with tunnelling(cwd=shop.root, env=ngrok) as tunnel:
        tunnel.event("ready")
        for _ in range(5):
            tunnel.process.send_signal(signal.SIGINT)
            time.sleep(0.02)
        assert tunnel.process.wait(timeout=30) == 0

    assert unlasting(shop.files()) == before


def test_a_ctrl_c_before_it_is_ready_changes_nothing_and_says_130(
    shop: Shop, ngrok: dict[str, str]
) -> None:
    before = shop.files()
    slow = {**ngrok, "STANDIN_FAULT": "slow:20"}
    with tunnelling(cwd=shop.root, env=slow) as tunnel:
        end = time.monotonic() + 20
        while not (shop.state / "session.json").exists() and time.monotonic() < end:
            time.sleep(0.05)
        time.sleep(0.3)
        assert tunnel.stop() == 130
        failed = tunnel.event("failed")

    assert failed["errors"][0]["code"] == "interrupted"
    assert shop.files() == before
    assert not (shop.state / "session.json").exists()


def test_when_nobody_reads_any_more_it_ends_and_undoes(shop: Shop, ngrok: dict[str, str]) -> None:
    before = shop.files()
    command = f"{sys.executable} -m twitter_setup tunnel --yes --json | head -1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=shop.root,
        env={**os.environ, **ngrok, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert '"event": "ready"' in done.stdout
    assert "Traceback" not in done.stderr
    assert done.returncode == 141
    assert unlasting(shop.files()) == before


def test_keep_leaves_the_changes_until_undo(shop: Shop, ngrok: dict[str, str]) -> None:
    before = shop.files()
    with tunnelling("--keep", cwd=shop.root, env=ngrok) as tunnel:
        tunnel.event("ready")
        assert tunnel.stop() == 0
    assert f"PUBLIC_URL={URL}" in shop.env.read_text()

    undone = run("undo", "--json", cwd=shop.root)

    assert set(undone.json["data"]["restored"]) == {str(shop.env), str(shop.frontend / ".env")}
    assert unlasting(shop.files()) == before


def test_an_agent_that_comes_back_elsewhere_changes_the_files_again(
    shop: Shop, ngrok: dict[str, str], tmp_path: Path
) -> None:
    before = shop.files()
    state = tmp_path / "ngrok-state"
    with tunnelling(cwd=shop.root, env=ngrok) as tunnel:
        tunnel.event("ready")
        agent.tell(state, "lose")
        tunnel.event("lost")
        agent.tell(state, "restore")
        tunnel.event("restored")
        agent.tell(state, "lose")
        tunnel.event("lost")
        agent.tell(state, "restore other-name.ngrok-free.app")
        changed = tunnel.event("url-changed")

        assert "PUBLIC_URL=https://other-name.ngrok-free.app" in shop.env.read_text()
        assert "other-name.ngrok-free.app" in (shop.frontend / ".env").read_text()
        assert changed["data"]["callback_url"].startswith("https://other-name.ngrok-free.app/api/")
        assert tunnel.stop() == 0

    assert unlasting(shop.files()) == before


def test_an_agent_that_cannot_be_started_again_ends_in_undo_and_exit_1(
    shop: Shop, ngrok: dict[str, str], tmp_path: Path
) -> None:
    before = shop.files()
    env = {**ngrok, "STANDIN_FAULT": "refuse-restarts:9"}
    with tunnelling(cwd=shop.root, env=env) as tunnel:
        tunnel.event("ready")
        agent.tell(tmp_path / "ngrok-state", "die")
        tunnel.event("lost")
        failed = tunnel.event("failed", timeout=60)
        assert tunnel.process.wait(timeout=10) == 1

    assert failed["errors"][0]["code"] == "tunnel_failed"
    assert unlasting(shop.files()) == before


# Killed, and two at once


def leftover_agents(tmp_path: Path) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["cmdline", "status"])
        if str(tmp_path) in " ".join(process.info["cmdline"] or [])
        and "start" in (process.info["cmdline"] or [])
        and process.info["status"] != psutil.STATUS_ZOMBIE
    ]


def test_after_kill_9_the_next_command_puts_everything_back_and_ends_the_agent(
    shop: Shop, ngrok: dict[str, str], tmp_path: Path
) -> None:
    before = shop.files()
    with tunnelling(cwd=shop.root, env=ngrok) as tunnel:
        tunnel.event("ready")
        tunnel.kill()
    assert leftover_agents(tmp_path)
    assert "left changes" in run("status", cwd=shop.root).out

    again = at_url(shop, "https://shop.example.com")

    assert "ended from outside" in again.err
    assert leftover_agents(tmp_path) == []
    assert run("undo", "--all", "--json", cwd=shop.root).code == 0
    assert shop.files() == before


def test_undo_alone_recovers_from_kill_9_too(
    shop: Shop, ngrok: dict[str, str], tmp_path: Path
) -> None:
    before = shop.files()
    with tunnelling(cwd=shop.root, env=ngrok) as tunnel:
        tunnel.event("ready")
        tunnel.kill()

    assert run("undo", "--json", cwd=shop.root).code == 0

    assert unlasting(shop.files()) == before
    assert leftover_agents(tmp_path) == []


def test_a_dead_sessions_pid_taken_by_another_process_is_not_touched(
    shop: Shop, ngrok: dict[str, str]
) -> None:
    with tunnelling(cwd=shop.root, env=ngrok) as tunnel:
        tunnel.event("ready")
        tunnel.kill()
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    session = shop.state / "session.json"
    text = session.read_text()
    for key in ("pid", "agent_pid"):
        text = _with_number(text, key, other.pid)
    session.write_text(text)
    try:
        assert run("undo", "--json", cwd=shop.root).code == 0
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def _with_number(text: str, key: str, value: int) -> str:
    head, _, rest = text.partition(f'"{key}": ')
    return f'{head}"{key}": {value}{rest[len(rest) - len(rest.lstrip("0123456789")) :]}'


def test_a_second_tunnel_and_an_undo_are_refused_while_one_runs(
    shop: Shop, ngrok: dict[str, str]
) -> None:
    with tunnelling(cwd=shop.root, env=ngrok) as tunnel:
        tunnel.event("ready")
        files = shop.files()

        for refused in (
            run("tunnel", "--yes", "--json", cwd=shop.root, env=ngrok),
            run("undo", "--json", cwd=shop.root),
        ):
            assert refused.code == 1
            assert refused.error["code"] == "tunnel_running"
            assert str(tunnel.process.pid) in refused.error["message"]
        status = run("status", "--json", cwd=shop.root).json["data"]
        assert shop.files() == files
        assert tunnel.stop() == 0

    assert (status["running"], status["pid"]) == (True, tunnel.process.pid)
    assert status["public_url"] == URL


# A URL of one's own


def at_url(shop: Shop, url: str) -> Ran:
    return run("tunnel", "--two-origins", "--url", url, "--yes", "--json", cwd=shop.root)


def test_with_a_url_of_ones_own_it_applies_prints_and_ends(shop: Shop) -> None:
    before = shop.files()

    done = at_url(shop, "https://Shop.Example.com/")

    assert done.code == 0
    assert done.json["event"] == "ready"
    assert done.json["data"]["public_url"] == "https://shop.example.com"
    assert b"PUBLIC_URL=https://shop.example.com\n" in shop.env.read_bytes()
    again = at_url(shop, "https://shop.example.com")
    assert again.json["data"]["changes"] == []
    other = at_url(shop, "https://other.example.com")
    assert other.code == 0
    assert run("undo", "--json", cwd=shop.root).code == 0
    assert unlasting(shop.files()) == before


def test_a_dry_run_touches_nothing_and_shows_our_own_lines_only(shop: Shop) -> None:
    shop.env.write_bytes(b"JWT_SECRET=hunter2\nPORT=%d\n" % PORT)
    before = shop.files()

    done = run("tunnel", "--dry-run", "--json", cwd=shop.root)

    assert done.code == 0
    assert shop.files() == before
    assert not shop.state.exists()
    changes = done.json["data"]["changes"]
    assert [Path(change["path"]).name for change in changes] == [".env", ".env", "server.js"]
    assert changes[0]["diff"] == "+ PUBLIC_URL=https://<your ngrok domain>"
    assert [change["lasting"] for change in changes] == [False, False, True]
    assert "hunter2" not in done.out


# Strapi


def test_strapi_not_running_is_said_and_not_waited_for(shop: Shop) -> None:
    port = str(free_port())
    started = time.monotonic()

    done = run(
        *QUICK_TUNNEL,
        "--port",
        port,
        cwd=shop.root,
    )

    assert done.code == 0
    assert "Strapi is not running" in done.err
    assert "npm run develop" in done.err
    assert time.monotonic() - started < 10


# Questions


def test_the_lasting_edit_is_asked_for_apart_and_no_makes_it_a_manual_step(shop: Shop) -> None:
    terminal = on_terminal(shop, "tunnel", "--two-origins", "--url", "https://a.example.com")
    terminal.expect("Add it\\?")
    terminal.sendline("n")
    terminal.expect("Apply\\?")
    terminal.sendline("")
    terminal.expect("Left for you to do by hand")
    terminal.expect("url: env\\('PUBLIC_URL', ''\\),")
    terminal.expect(pexpect.EOF)
    terminal.wait()

    assert terminal.exitstatus == 0
    assert shop.config.read_bytes() == CONFIG
    assert b"PUBLIC_URL=https://a.example.com" in shop.env.read_bytes()
    again = at_url(shop, "https://b.example.com")
    assert shop.config.read_bytes() == CONFIG, "the no is remembered"
    assert len(again.json["data"]["manual_steps"]) == 1
    run("undo", "--all", cwd=shop.root)
    at_url(shop, "https://b.example.com")
    assert shop.config.read_bytes() == LASTING, "undo --all forgets it"


def test_no_to_the_rest_changes_nothing_and_exits_1(shop: Shop) -> None:
    before = shop.files()
    terminal = on_terminal(shop, "tunnel", "--two-origins", "--url", "https://a.example.com")
    terminal.expect("Add it\\?")
    terminal.sendline("y")
    terminal.expect("Apply\\?")
    terminal.sendline("no")
    terminal.expect("Nothing was changed")
    terminal.expect(pexpect.EOF)
    terminal.wait()

    assert terminal.exitstatus == 1
    assert shop.files() == before
    assert run("status", "--json", cwd=shop.root).json["data"]["public_url"] is None


def test_ctrl_c_at_a_question_changes_nothing(shop: Shop) -> None:
    before = shop.files()
    terminal = on_terminal(shop, "tunnel", "--two-origins", "--url", "https://a.example.com")
    terminal.expect("Add it\\?")
    terminal.sendintr()
    terminal.expect(pexpect.EOF)
    terminal.wait()

    assert terminal.exitstatus == 130
    assert shop.files() == before


def test_without_a_terminal_a_question_is_exit_2_and_names_the_flag(shop: Shop) -> None:
    before = shop.files()

    done = run("tunnel", "--two-origins", "--json", "--url", "https://a.example.com", cwd=shop.root)

    assert done.code == 2
    assert done.error["code"] == "usage"
    assert any("--yes" in (advice["command"] or "") for advice in done.error["advice"])
    assert shop.files() == before


def test_a_closed_terminal_ends_in_an_orderly_undo(shop: Shop, ngrok: dict[str, str]) -> None:
    before = shop.files()
    os.environ.update(ngrok)
    try:
        terminal = on_terminal(shop, "tunnel", "--yes", *own_port())
        terminal.expect("Open until you press Ctrl-C")
        with suppress(pexpect.ExceptionPexpect):  # it waits for the end for a moment only
            terminal.close(force=False)
        end = time.monotonic() + 30
        while unlasting(shop.files()) != before and time.monotonic() < end:
            time.sleep(0.1)
    finally:
        for name in ngrok:
            os.environ.pop(name, None)

    assert unlasting(shop.files()) == before


def test_while_a_tunnel_opens_over_a_kept_one_the_one_that_runs_is_named(
    shop: Shop, ngrok: dict[str, str]
) -> None:
    run(*QUICK_TUNNEL, cwd=shop.root)
    slow = {**ngrok, "STANDIN_FAULT": "slow:20"}
    with tunnelling(cwd=shop.root, env=slow) as tunnel:
        end = time.monotonic() + 20
        while f'"pid": {tunnel.process.pid}' not in (shop.state / "lock").read_text():
            assert time.monotonic() < end
            time.sleep(0.05)
        refused = run("undo", "--json", cwd=shop.root)

        assert refused.error["code"] == "tunnel_running"
        assert f"PID {tunnel.process.pid}" in refused.error["message"]
        tunnel.stop()


def test_a_kept_session_outlives_a_run_that_could_not_write(shop: Shop) -> None:
    run(*QUICK_TUNNEL, cwd=shop.root)
    kept = shop.env.read_bytes()
    terminal = on_terminal(shop, "tunnel", "--two-origins", "--url", "https://b.example.com")
    terminal.expect("Apply\\?")
    shop.env.write_bytes(kept + b"MINE=1\n")
    terminal.sendline("y")
    terminal.expect("Nothing was changed")
    terminal.expect(pexpect.EOF)
    terminal.wait()

    assert terminal.exitstatus == 1
    assert shop.env.read_bytes() == kept + b"MINE=1\n"
    status = run("status", "--json", cwd=shop.root).json["data"]
    assert status["public_url"] == "https://a.example.com"


def test_an_agent_that_dies_for_good_under_keep_leaves_the_changes_and_says_so(
    shop: Shop, ngrok: dict[str, str], tmp_path: Path
) -> None:
    env = {**ngrok, "STANDIN_FAULT": "refuse-restarts:9"}
    with tunnelling("--keep", cwd=shop.root, env=env) as tunnel:
        tunnel.event("ready")
        agent.tell(tmp_path / "ngrok-state", "die")
        tunnel.event("lost")
        failed = tunnel.event("failed", timeout=60)

    assert "stay until: twitter-setup undo" in failed["errors"][0]["message"]
    assert URL.encode() in shop.env.read_bytes()
