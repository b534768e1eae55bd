"""A program that a person would start in a terminal of its own, with all that it starts itself."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.e2e import installs


class Group:
    """A process group, its output in a file."""

    def __init__(
        self, command: list[str], folder: Path, log: Path, environment: Mapping[str, str]
    ) -> None:
        self.log = log
        self._is_stopped = False
        with log.open("wb") as output:
            self._first = subprocess.Popen(
                command,
                cwd=folder,
                env={**installs.environment(), **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until(self, is_up: Callable[[], bool], within: float, what: str) -> None:
        until = time.monotonic() + within
        while not is_up():
            assert self._first.poll() is None, f"{what} ended:\n{self.said()[-3000:]}"
            if time.monotonic() > until:
                pytest.fail(f"not within {within:g} s: {what}\n{self.said()[-3000:]}")
            time.sleep(0.1)

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def processes(self) -> list[psutil.Process]:
        """All that live in the group."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error, ProcessLookupError):
                if os.getpgid(process.pid) == self._first.pid and (
                    process.status() != psutil.STATUS_ZOMBIE
                ):
                    found.append(process)
        return found

    def stop(self) -> None:
        """Ctrl-C in its terminal; what does not end by it is killed."""
        for number in () if self._is_stopped else (signal.SIGINT, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(self._first.pid, number)
            until = time.monotonic() + 6
            while time.monotonic() < until:
                self._is_stopped = self._first.poll() is not None and not self.processes()
                if self._is_stopped:
                    return
                time.sleep(0.05)
        assert self._is_stopped, f"left behind: {self.processes()}"
