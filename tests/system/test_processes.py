"""A process is known by more than its PID, and ended only if it is the one that was noted."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

import psutil
import pytest

from twitter_setup.system import processes

_SLEEP = "import time; print('up', flush=True); time.sleep(60)"
_STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + _SLEEP


class Children:
    def __init__(self) -> None:
        self.all: list[subprocess.Popen[bytes]] = []

    def start(self, *words: str, code: str = _SLEEP) -> subprocess.Popen[bytes]:
        child = subprocess.Popen(
            [sys.executable, "-c", code, *words], stdout=subprocess.PIPE, start_new_session=True
        )
        assert child.stdout is not None
        child.stdout.readline()
        self.all.append(child)
        return child


@pytest.fixture
def children() -> Iterator[Children]:
    children = Children()
    yield children
    for child in children.all:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _started(child: subprocess.Popen[bytes]) -> float:
    return psutil.Process(child.pid).create_time()


def test_facts_name_a_process_and_its_command(children: Children) -> None:
    child = children.start("a-word")

    found = processes.facts(child.pid)

    assert found is not None
    assert found.command[-1] == "a-word"
    assert found.label == f"{found.name} (PID {child.pid})"
    assert abs(found.started - time.time()) < 30


def test_there_are_no_facts_of_a_process_that_ended(children: Children) -> None:
    child = children.start()
    child.kill()
    time.sleep(0.05)

    assert processes.facts(child.pid) is None  # a zombie: nobody has asked for its status yet
    child.wait()
    assert processes.facts(child.pid) is None
    assert processes.facts(-1) is None


@pytest.mark.parametrize(
    ("off", "marker", "found"),
    [(0.0, "mark", True), (1.0, "mark", True), (60.0, "mark", False), (0.0, "other", False)],
)
def test_a_noted_process_is_known_by_pid_start_time_and_marker(
    children: Children, off: float, marker: str, found: bool
) -> None:
    child = children.start("mark")

    assert bool(processes.noted(child.pid, _started(child) + off, marker)) is found


def test_the_marker_is_a_whole_word_of_the_command_line(children: Children) -> None:
    child = children.start("/home/me/shop/.twitter-setup/ngrok.json.bak")

    marker = "/home/me/shop/.twitter-setup/ngrok.json"
    assert processes.noted(child.pid, _started(child), marker) is None


def test_the_listener_on_a_port_is_found() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        found = processes.listener(port)

        assert found is not None
        assert found.pid == os.getpid()
    assert processes.listener(port) is None


def test_end_stops_the_process_and_its_group(children: Children) -> None:
    code = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {_SLEEP!r}]); "
    child = children.start("mark", code=code + "import time; time.sleep(60)")

    assert processes.end(child.pid, _started(child), "mark")

    assert child.wait(1) == -signal.SIGTERM
    for process in psutil.process_iter():
        with suppress(psutil.Error, ProcessLookupError):
            if os.getpgid(process.pid) == child.pid:
                assert process.status() == psutil.STATUS_ZOMBIE


def test_end_kills_what_does_not_listen(children: Children) -> None:
    child = children.start("mark", code=_STUBBORN)

    assert processes.end(child.pid, _started(child), "mark", patience=0.2)

    assert child.wait(1) == -signal.SIGKILL


def test_end_leaves_any_other_process_alone(children: Children) -> None:
    child = children.start("mark")

    assert not processes.end(child.pid, _started(child) - 3600, "mark")
    assert not processes.end(child.pid, _started(child), "another-mark")
    assert not processes.end(99_999_999, 0.0, "mark")

    assert child.poll() is None
