"""Servers that we start beside us: apart from our terminal, and found again after a `kill -9`.

Each has a configuration file of ours on its command line, which marks it as ours.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from twitter_setup.system import processes


@dataclass(frozen=True, slots=True)
class Child:
    """What a session notes of one, to find it again."""

    pid: int
    started: float
    config: str


def start(
    words: Sequence[str], environment: Mapping[str, str], output: int | IO[bytes]
) -> subprocess.Popen[bytes]:
    """Start it, all that it says going to `output`. Raises `OSError`."""
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    return subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=environment,
        start_new_session=True,  # a terminal's Ctrl-C is for us; we end the child
        creationflags=flags,
    )


def note(process: subprocess.Popen[bytes], config: str) -> Child:
    found = processes.facts(process.pid)
    return Child(process.pid, found.started if found else time.time(), config)


def end_leftover(child: Child, arguments: Sequence[str]) -> bool:
    """End the child that a killed run left behind, and say whether there was one.

    It is ours if PID, start time and configuration agree, or if its command ends in the `arguments`
    that we would start it with, the configuration among them: it may have been started anew, or not
    been noted in time. Anything else is left alone, whatever its PID.
    """
    ended = processes.end(child.pid, child.started, child.config)
    tail = tuple(arguments)
    for process in list(processes.running()):
        if process.command[-len(tail) :] == tail:
            ended = processes.end(process.pid, process.started, child.config) or ended
    return ended
