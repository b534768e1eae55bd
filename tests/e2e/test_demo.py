"""`make demo` as a person has it: in a terminal, with a browser of their own, until Ctrl-C or worse."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pexpect
import psutil
import pytest

from tests.e2e import installs
from tests.e2e.browser import Person
from tests.program import free_port

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
READY = re.compile(r"Open\S* (http://127\.0\.0\.1:\d+)")


class Demo:
    """The demo in a terminal of its own."""

    def __init__(self, terminal: pexpect.spawn[str]) -> None:
        self.terminal = terminal
        self.url = ""

    def wait_until_ready(self) -> None:
        self.terminal.expect(READY, timeout=400)
        assert isinstance(self.terminal.match, re.Match)
        self.url = self.terminal.match[1]
        self.terminal.expect_exact("leaves nothing behind")

    def ends(self) -> str:
        """What it says at its end."""
        self.terminal.expect(pexpect.EOF, timeout=90)
        self.terminal.wait()
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.terminal.before or "")

    @property
    def runs(self) -> list[Path]:
        return [*(installs.scratch_folder() / "runs").glob(f"{self.terminal.pid}-*")]

    def left(self) -> list[psutil.Process]:
        """What still works in its folder."""
        mark = f"{os.sep}runs{os.sep}{self.terminal.pid}-"
        found = []
        for process in psutil.process_iter(["cmdline", "cwd", "status"]):
            words = [process.info["cwd"] or "", *(process.info["cmdline"] or [])]
            if mark in " ".join(words) and process.info["status"] != psutil.STATUS_ZOMBIE:
                found.append(process)
        return found


@pytest.fixture
def demo() -> Iterator[Demo]:
    terminal = pexpect.spawn(
        sys.executable,
        [str(ROOT / "examples" / "demo.py")],
        cwd=str(ROOT),
        # The usual one may be taken by another test before it is the demo's turn.
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "GATEWAY_PORT": str(free_port())},
        encoding="utf-8",
        timeout=60,
        dimensions=(50, 120),
    )
    demo = Demo(terminal)
    yield demo
    if terminal.isalive():
        terminal.terminate(force=True)
    installs.remove_stale_runs()


def test_a_person_logs_in_and_ctrl_c_leaves_nothing(demo: Demo, person: Person) -> None:
    demo.wait_until_ready()

    person.log_in(demo.url, user="sami_reads")

    assert "sami@example.com" in person.see("you are logged in")
    demo.terminal.expect_exact("✓ X has told Strapi who logged in: @sami_reads")
    demo.terminal.sendintr()
    time.sleep(0.3)
    demo.terminal.sendintr()  # of somebody in a hurry
    said = demo.ends()
    assert "config/server.js keeps its one line" in said
    assert "every file is as it was, but for that one line" in said
    assert said.strip().endswith("nothing is left behind")
    assert demo.terminal.exitstatus == 0
    assert demo.runs == []
    assert demo.left() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_while_strapi_starts_leaves_nothing(demo: Demo, number: signal.Signals) -> None:
    demo.terminal.expect_exact("starting Strapi", timeout=60)
    time.sleep(1.5)

    demo.terminal.kill(number)

    assert "nothing is left behind" in demo.ends()
    assert demo.terminal.exitstatus == 128 + number
    assert demo.runs == []
    assert demo.left() == []


def test_what_a_killed_demo_left_is_gone_with_the_next(demo: Demo) -> None:
    demo.wait_until_ready()

    demo.terminal.kill(signal.SIGKILL)
    demo.terminal.wait()

    (folder,) = demo.runs
    assert demo.left()
    installs.remove_stale_runs()  # as the next one does at its beginning
    assert not folder.exists()
    until = time.monotonic() + 20
    while demo.left() and time.monotonic() < until:  # a tunnel without a terminal ends by itself
        time.sleep(0.2)
    assert demo.left() == []
