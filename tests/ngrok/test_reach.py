"""A reach through a real process that speaks as the ngrok agent does, and really forwards."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from tests.world import reaches
from tests.world.reaches import TOKEN, BackEnd, World, fetch, next_event
from twitter_setup.errors import TunnelFailed
from twitter_setup.ngrok.reach import (
    AgentProcess,
    OpenCancelled,
    ReachEvent,
    UrlReach,
    end_leftover_agent,
)

world = reaches.world
back_end = reaches.back_end


# Open


def test_the_port_is_reachable_at_the_public_url(world: World, back_end: BackEnd) -> None:
    url = world.reach(port=back_end.port).open(None)

    status, _, text = fetch(world, url, "/api/articles?page=2", body=b"hello")

    assert (status, text) == (200, '{"path": "/api/articles?page=2"}')
    method, _, headers, body = back_end.requests[0]
    assert (method, body) == ("POST", b"hello")
    assert url == f"https://{headers['host']}"
    assert headers["x-forwarded-proto"] == "https"


def test_the_same_account_has_the_same_url_every_time(world: World) -> None:
    first = world.reach()
    url = first.open(None)
    first.close()

    assert world.reach().open(None) == url


def test_the_domain_asked_for_is_opened(world: World) -> None:
    world.set("STANDIN_DOMAINS", "login.example.com")

    assert world.reach(domain="login.example.com").open(None) == "https://login.example.com"


def test_the_process_is_noted_in_the_thread_that_opens(world: World) -> None:
    threads: list[threading.Thread] = []
    reach = world.reach(on_process=lambda _: threads.append(threading.current_thread()))

    reach.open(None)

    assert threads == [threading.current_thread()]


def test_a_failing_note_leaves_no_agent(world: World) -> None:
    def fail(_: AgentProcess) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        world.reach(on_process=fail).open(None)

    assert world.processes() == []


def test_the_authtoken_is_in_the_agents_environment_and_nowhere_else(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    world.set("TWITTER_API_SECRET", "not-for-the-agent")
    world.reach().open(None)

    agent = psutil.Process(world.noted[0].pid)
    assert agent.environ()["NGROK_AUTHTOKEN"] == TOKEN
    assert "TWITTER_API_SECRET" not in agent.environ()
    for process in psutil.process_iter(["cmdline"]):
        assert TOKEN not in " ".join(process.info["cmdline"] or ())
    for file in world.folder.rglob("*"):
        assert not file.is_file() or TOKEN.encode() not in file.read_bytes(), file
    assert not (world.state / "token-on-command-line").exists()
    assert capfd.readouterr() == ("", "")


def test_configuration_and_log_are_for_their_owner_alone(world: World) -> None:
    world.reach().open(None)

    for file in (world.config, world.log):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "started tunnel" in world.log.read_text()


def test_an_agent_that_talks_without_end_blocks_nothing(
    world: World, back_end: BackEnd, capfd: pytest.CaptureFixture[str]
) -> None:
    world.set("STANDIN_FAULT", "spam")
    reach = world.reach(port=back_end.port)
    url = reach.open(None)
    time.sleep(0.3)

    assert fetch(world, url)[0] == 200
    reach.close()
    assert capfd.readouterr() == ("", "")
    assert world.log.stat().st_size < 3_000_000


# Stop while it opens


def test_a_stop_while_it_waits_leaves_nothing_behind(world: World) -> None:
    world.set("STANDIN_FAULT", "silent")
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    started = time.monotonic()

    with pytest.raises(OpenCancelled):
        world.reach().open(stop)

    assert time.monotonic() - started < 10  # without it: 15 s
    assert world.processes() == []
    assert not world.config.exists()


def test_a_close_from_elsewhere_while_it_opens_leaves_nothing_behind(world: World) -> None:
    world.set("STANDIN_FAULT", "silent")
    reach = world.reach()
    threading.Timer(0.3, reach.close).start()

    with pytest.raises(OpenCancelled):
        reach.open(None)

    assert world.processes() == []
    assert not world.config.exists()


@pytest.mark.parametrize("after", [0.01, 0.06, 0.12, 0.2])
def test_an_exception_out_of_a_signal_handler_leaves_nothing_behind(
    world: World, after: float
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    world.set("STANDIN_FAULT", "slow:2")
    former = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, after)
        with pytest.raises(KeyboardInterrupt):
            world.reach().open(None)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)

    assert world.processes() == []
    assert not world.config.exists()


# What becomes of it


def test_a_lost_connection_that_comes_back_is_told_twice(world: World) -> None:
    reach = world.reach()
    url = reach.open(None)
    assert reach.poll() is None

    world.tell("lose")
    lost = next_event(reach)
    world.tell("restore")

    assert (lost.kind, lost.public_url) == ("lost", None)
    assert "heartbeat timeout" in lost.detail
    assert next_event(reach) == ReachEvent("restored", url, "")
    assert reach.poll() is None


def test_a_connection_that_comes_back_elsewhere_has_a_new_url(world: World) -> None:
    reach = world.reach()
    reach.open(None)

    world.tell("lose")
    world.tell("restore other.ngrok-free.app")

    assert next_event(reach).kind == "lost"
    new = "https://other.ngrok-free.app"
    assert next_event(reach) == ReachEvent("url-changed", new, "")


def test_an_endpoint_that_did_not_come_back_is_opened_anew(world: World, back_end: BackEnd) -> None:
    reach = world.reach(port=back_end.port)
    url = reach.open(None)

    world.tell("lose")
    world.tell("restore nothing")

    assert next_event(reach).kind == "lost"
    assert next_event(reach) == ReachEvent("restored", url, "")
    assert fetch(world, url)[0] == 200


def test_an_agent_that_dies_is_started_again(world: World, back_end: BackEnd) -> None:
    reach = world.reach(port=back_end.port)
    url = reach.open(None)

    world.tell("die")

    assert next_event(reach).kind == "lost"
    assert next_event(reach) == ReachEvent("restored", url, "")
    assert fetch(world, url)[0] == 200
    assert len({noted.pid for noted in world.noted}) == 2


def test_a_restart_that_is_refused_is_tried_again(world: World) -> None:
    world.set("STANDIN_FAULT", "refuse-restarts:2")
    reach = world.reach()
    url = reach.open(None)

    world.tell("die")

    assert next_event(reach).kind == "lost"
    assert next_event(reach) == ReachEvent("restored", url, "")


def test_three_restarts_that_are_refused_are_the_end_and_say_why(world: World) -> None:
    world.set("STANDIN_FAULT", "refuse-restarts:9")
    reach = world.reach()
    reach.open(None)

    world.tell("die")

    assert next_event(reach).kind == "lost"
    died = next_event(reach)
    assert (died.kind, died.public_url) == ("died", None)
    assert "ERR_NGROK_108" in died.detail
    assert (world.state / "starts").read_text() == "4"
    assert world.processes() == []


def test_an_agent_that_keeps_dying_is_given_up(world: World) -> None:
    world.set("STANDIN_FAULT", "die-after-start:0.15")
    reach = world.reach()
    reach.open(None)

    kinds = [next_event(reach).kind for _ in range(8)]

    assert kinds == [*["lost", "restored"] * 3, "lost", "died"]
    assert len(world.noted) == 4


# Close


def test_close_ends_the_agent_and_may_be_repeated(world: World) -> None:
    reach = world.reach()
    reach.open(None)

    reach.close()
    reach.close()

    assert world.processes() == []
    assert not world.config.exists()
    assert reach.poll() is None
    assert [thread.name for thread in threading.enumerate() if "ngrok" in thread.name] == []


def test_close_before_open_is_no_error(world: World) -> None:
    reach = world.reach()

    reach.close()

    with pytest.raises(OpenCancelled):
        reach.open(None)
    assert world.processes() == []


def test_close_ends_what_a_wrapper_started(world: World) -> None:
    real = os.environ["PYNGROK_NGROK_PATH"]
    wrapper = world.folder / "wrapper"
    wrapper.write_text(f'#!/bin/sh\n"{real}" "$@"\n')
    wrapper.chmod(0o755)
    world.set("PYNGROK_NGROK_PATH", str(wrapper))
    reach = world.reach()
    reach.open(None)
    assert len(world.processes()) == 2

    reach.close()

    assert world.processes() == []


def test_an_agent_that_ignores_the_request_is_killed(world: World) -> None:
    world.set("STANDIN_FAULT", "ignore-term")
    reach = world.reach()
    reach.open(None)

    reach.close()

    assert world.processes() == []


def test_a_url_of_ones_own_needs_no_care() -> None:
    reach = UrlReach("https://tunnel.example")

    assert reach.open(None) == "https://tunnel.example"
    assert reach.poll() is None
    reach.close()


# After a kill -9

_KILLED = """
import os, signal, sys
from pathlib import Path
from twitter_setup.ngrok.reach import NgrokReach
folder = Path(sys.argv[1])
def note(agent):
    print(agent.pid, agent.started, flush=True)
reach = NgrokReach(port=1, domain=None, authtoken=sys.argv[2], on_process=note,
                   config_path=folder / "ngrok.json", log_path=folder / "ngrok.log")
reach.open(None)
os.kill(os.getpid(), signal.SIGKILL)
"""


def _leave_an_agent(world: World) -> AgentProcess:
    run = subprocess.run(
        [sys.executable, "-c", _KILLED, world.folder / "session", TOKEN],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == -signal.SIGKILL, run.stderr
    pid, started = run.stdout.split()
    assert psutil.pid_exists(int(pid))
    return AgentProcess(int(pid), float(started), str(world.config))


def test_a_killed_run_leaves_an_agent_that_the_next_one_ends(world: World) -> None:
    left = _leave_an_agent(world)

    assert end_leftover_agent(left)

    assert world.processes() == []
    assert not end_leftover_agent(left)


def test_an_agent_that_was_not_noted_in_time_is_found_by_its_configuration(world: World) -> None:
    left = _leave_an_agent(world)

    assert end_leftover_agent(AgentProcess(0, 0.0, left.config))

    assert world.processes() == []


@pytest.mark.parametrize("named_on_its_command_line", [False, True])
def test_another_process_with_the_noted_pid_is_left_alone(
    world: World, named_on_its_command_line: bool
) -> None:
    words = [sys.executable, "-c", "import time; time.sleep(60)"]
    stranger = subprocess.Popen([*words, world.config] if named_on_its_command_line else words)
    started = psutil.Process(stranger.pid).create_time()
    if named_on_its_command_line:
        started -= 3600

    ended = end_leftover_agent(AgentProcess(stranger.pid, started, str(world.config)))

    assert not ended
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_importing_it_loads_nothing_heavy() -> None:
    heavy = "{'httpx', 'pyngrok', 'yaml'} & set(sys.modules)"
    run = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys, twitter_setup.ngrok.reach; sys.exit(str({heavy} or ''))",
        ],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")},
        capture_output=True,
        check=False,
    )

    assert run.stderr.strip() == b""


def test_a_failure_says_where_the_agents_own_words_are(world: World) -> None:
    world.set("STANDIN_FAULT", "crash")

    with pytest.raises(TunnelFailed) as failed:
        world.reach().open(None)

    assert str(world.log) in failed.value.advice[-1].text
    assert "in the second line" in world.log.read_text()
