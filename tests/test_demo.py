"""The demo on machines where something is missing: one clear sentence each. It needs no Node to say so."""

from __future__ import annotations

import io
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from examples import demo_machine, demo_reach, demo_terminal
from examples.demo_machine import Lacking
from tests.e2e import installs
from tests.program import free_port

ROOT = Path(__file__).parent.parent
NO_INTERNET = """npm error code ENOTFOUND
npm error network request to the registry failed, reason: getaddrinfo ENOTFOUND"""


def program(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH of its own, with git alone."""
    programs = tmp_path / "bin"
    program(programs, "git", "exit 0")
    monkeypatch.setenv("PATH", str(programs))
    return programs


def lacking() -> str:
    with pytest.raises(Lacking) as caught:
        demo_machine.check_programs()
    return str(caught.value)


# Node


def test_without_node_and_npm_it_says_what_to_install(machine: Path) -> None:
    assert "needs node and npm, which are not on your PATH. Install Node 20.19" in lacking()


def test_without_npm_it_says_so(machine: Path) -> None:
    program(machine, "node", "echo v24.1.0")

    assert "needs npm, which is not on your PATH" in lacking()


@pytest.mark.parametrize("version", ["v18.20.8", "v20.18.3", "v21.7.3", "v22.11.0"])
def test_a_node_that_is_too_old_is_named(machine: Path, version: str) -> None:
    program(machine, "npm", "exit 0")
    program(machine, "node", f"echo {version}")

    assert lacking().startswith(f"Node {version[1:]} will not do for the demo: Strapi 5 and Vite 8")


@pytest.mark.parametrize(
    "version", ["v20.19.0", "v22.12.0", "v23.0.0", "v24.1.0-nightly", "v26.0.0"]
)
def test_a_node_that_is_new_enough_will_do(machine: Path, version: str) -> None:
    program(machine, "npm", "exit 0")
    program(machine, "node", f"echo {version}")

    demo_machine.check_programs()


def test_a_node_that_does_not_work_is_told(machine: Path) -> None:
    program(machine, "npm", "exit 0")
    program(machine, "node", "echo 'error while loading shared libraries' >&2; exit 127")

    assert "does not say a version" in lacking()


# npm


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lock file, and a scratch folder without any packages."""
    monkeypatch.setattr(installs, "scratch_folder", lambda: tmp_path / "scratch")
    monkeypatch.setattr(
        installs, "_ENVIRONMENT", {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    )
    folder = tmp_path / "backend"
    folder.mkdir()
    for name in ("package.json", "package-lock.json", ".npmrc"):
        (folder / name).write_text("{}")
    return folder


def install(packages: Path) -> None:
    demo_machine.install({"strapi5": packages}, Console(file=io.StringIO()))


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (NO_INTERNET, "npm cannot reach its registry"),
        ("npm error code ENOSPC", "The disk is full"),
        ("npm error code EBADENGINE", "npm could not install the packages. It said:"),
    ],
)
def test_a_failing_npm_is_explained(
    packages: Path, tmp_path: Path, machine: Path, said: str, sentence: str
) -> None:
    program(machine, "npm", f"/bin/cat <<'END' >&2\n{said}\nEND\nexit 1")

    with pytest.raises(Lacking) as caught:
        install(packages)

    assert str(caught.value).startswith(sentence)
    assert said.splitlines()[0] in str(caught.value)
    assert not list((tmp_path / "scratch" / "installed").glob("*-partial"))


def test_packages_are_installed_once(packages: Path, tmp_path: Path, machine: Path) -> None:
    program(machine, "npm", f"/bin/mkdir node_modules; echo run >> {tmp_path / 'runs'}")

    install(packages)
    install(packages)

    assert (tmp_path / "runs").read_text() == "run\n"


def test_an_interrupted_npm_leaves_nothing_behind(
    packages: Path, tmp_path: Path, machine: Path
) -> None:
    program(machine, "npm", f"/bin/sleep 60 & echo $! > {tmp_path / 'child'}; wait")

    def interrupt(*_: object) -> None:
        raise demo_terminal.Stopped(signal.SIGALRM)

    former = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        with pytest.raises(demo_terminal.Stopped):
            install(packages)
    finally:
        signal.signal(signal.SIGALRM, former)

    assert not list((tmp_path / "scratch" / "installed").glob("*-partial"))
    assert is_over(int((tmp_path / "child").read_text()))


def is_over(pid: int) -> bool:
    for _ in range(50):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


# Ports


def listening() -> socket.socket:
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    holder.listen()
    return holder


def test_a_taken_port_is_said_and_the_next_free_one_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[str] = []
    with listening() as holder:
        port = holder.getsockname()[1]
        monkeypatch.setattr(demo_machine, "GATEWAY", port)
        monkeypatch.setattr(demo_machine, "STRAPI", free_port())
        monkeypatch.setattr(demo_machine, "FRONT_END", free_port())

        ports = demo_machine.find_ports(said.append, is_known_at_x=False)

    assert ports.gateway > port
    assert len({ports.gateway, ports.strapi, ports.front_end}) == 3
    (sentence,) = said
    assert re.fullmatch(
        rf"Port {port} is taken by \S+ \(PID {os.getpid()}\); the gateway of the demo uses {ports.gateway}.",
        sentence,
    )


@pytest.mark.parametrize("how", ["asked for", "known at X"])
def test_a_port_that_has_to_be_that_one_stops_the_demo(
    monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    with listening() as holder:
        port = holder.getsockname()[1]
        if how == "asked for":
            monkeypatch.setenv("GATEWAY_PORT", str(port))
        monkeypatch.setattr(demo_machine, "GATEWAY", port)

        with pytest.raises(Lacking) as caught:
            demo_machine.find_ports(lambda _: None, is_known_at_x=how == "known at X")

    assert f"Port {port}, which the gateway needs, is taken by " in str(caught.value)
    assert re.search(r"make demo GATEWAY_PORT=\d+$", str(caught.value))


@pytest.mark.parametrize("given", ["no", "80", "70000", "-1"])
def test_a_gateway_port_that_is_none_is_refused(
    monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv("GATEWAY_PORT", given)

    with pytest.raises(Lacking, match=f"GATEWAY_PORT={given} is no port"):
        demo_machine.find_ports(lambda _: None, is_known_at_x=False)


# How it is started, and how it ends


def test_the_reach_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REACH", "ngork")
    with pytest.raises(Lacking, match="REACH=ngork: give local, ngrok"):
        demo_reach.wanted()

    monkeypatch.setenv("REACH", "ngrok")
    with pytest.raises(Lacking, match="needs your authtoken in NGROK_AUTHTOKEN"):
        demo_reach.wanted()


def test_a_fault_is_one_sentence_and_exit_1(machine: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples" / "demo.py")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stdout.startswith("✗ The demo stopped. The demo needs node and npm")
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("number", demo_terminal.SIGNALS)
def test_a_second_signal_does_not_stop_the_cleaning_up(number: signal.Signals) -> None:
    cleaned = []

    def run() -> None:
        try:
            signal.raise_signal(number)
        finally:
            signal.raise_signal(number)
            cleaned.append(number)

    with demo_terminal.stoppable(), pytest.raises(demo_terminal.Stopped):
        run()

    assert cleaned


def test_a_command_says_all_it_has_to_say_and_ends_by_ctrl_c(tmp_path: Path) -> None:
    script = "trap 'echo put back; exit 7' INT; echo ready; while :; do sleep 0.05; done"
    command = demo_terminal.Command(
        ["sh", "-c", script], folder=tmp_path, environment={"PATH": os.environ["PATH"]}
    )

    assert command.wait_for("ready", 10)
    assert command.is_running
    assert command.stop() == 7
    assert command.said() == "ready\nput back\n"


def test_a_command_that_ends_without_being_ready_is_not_waited_for(tmp_path: Path) -> None:
    command = demo_terminal.Command(
        ["sh", "-c", "echo no"], folder=tmp_path, environment={"PATH": os.environ["PATH"]}
    )

    assert not command.wait_for("ready", 60)
    assert command.wait() == 0


def test_git_is_named_where_it_is_missing(machine: Path) -> None:
    shutil.rmtree(machine)

    assert "needs node, npm and git" in lacking()
