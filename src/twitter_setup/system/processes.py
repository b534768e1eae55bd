"""Facts about processes: is this still the child that we noted, who listens on a port; and its end.

A PID alone proves nothing, since it may be another process by now: start time and command line go
with it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import PurePath

import psutil

# Linux counts start times from the boot, and the boot's own time moves when the clock is set.
_CLOCK_SLACK = 2.0


@dataclass(frozen=True, slots=True)
class ProcessFacts:
    """A process as it was when looked at."""

    pid: int
    started: float
    name: str
    command: tuple[str, ...]

    @property
    def label(self) -> str:
        return f"{self.name} (PID {self.pid})"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartEnvironment:
    """What a server was started with. Secrets are among it: for look-ups by name, never to be shown.

    `handed_on`: what its cluster workers got from it, which has read `.env` before; {} for none.
    """

    pid: int
    own: Mapping[str, str] = field(repr=False)
    handed_on: Mapping[str, str] = field(default_factory=dict, repr=False)


def facts(pid: int) -> ProcessFacts | None:
    """Look at `pid`: None where nobody runs, no command line where we may not read it."""
    with suppress(psutil.Error, ValueError):
        return _facts(psutil.Process(pid))
    return None


def _facts(process: psutil.Process) -> ProcessFacts | None:
    with process.oneshot():
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        command: tuple[str, ...] = ()
        with suppress(psutil.AccessDenied):
            command = tuple(process.cmdline())
        return ProcessFacts(process.pid, process.create_time(), process.name(), command)


def is_running(pid: int, started: float) -> bool:
    """Whether the process that was noted with this PID and start time still runs."""
    found = facts(pid)
    return found is not None and abs(found.started - started) <= _CLOCK_SLACK


def started(pid: int) -> float | None:
    """When the process started, epoch seconds; None if there is none. Cheaper than `facts`."""
    with suppress(psutil.Error, ValueError):
        return psutil.Process(pid).create_time()
    return None


def own_start() -> float:
    """When this very process started, epoch seconds."""
    return psutil.Process().create_time()


def noted(pid: int, started: float, marker: str) -> ProcessFacts | None:
    """Find the process that was noted with these three; never another that has its PID now."""
    found = facts(pid)
    if found is None or abs(found.started - started) > _CLOCK_SLACK or marker not in found.command:
        return None
    return found


def running() -> Iterator[ProcessFacts]:
    """List every process whose command line we may read, but for our own."""
    for process in psutil.process_iter():
        found = None
        with suppress(psutil.Error):
            found = _facts(process)
        if found is not None and found.command and found.pid != os.getpid():
            yield found


def listening(port: int) -> Iterator[int]:
    """Give the PIDs that listen on TCP `port`, as far as the system tells this user.

    Of several processes that share a socket, as Node's cluster workers may, one is enough.
    """
    yield from (pid for pid, each in _listening() if each == port)


def _listening() -> Iterator[tuple[int, int]]:
    """Give the PID and the port of every process that listens."""
    try:
        for connection in psutil.net_connections(kind="tcp"):
            if connection.pid and connection.status == psutil.CONN_LISTEN:
                yield connection.pid, _port(connection.laddr)
    except psutil.AccessDenied:
        # macOS answers root alone, but also about each of your own processes.
        yield from _one_by_one()


def _one_by_one() -> Iterator[tuple[int, int]]:
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            for connection in process.net_connections(kind="tcp"):
                if connection.status == psutil.CONN_LISTEN:
                    yield process.pid, _port(connection.laddr)


def _port(address: object) -> int:
    """Read the port of an address, which psutil types as possibly empty."""
    return int(getattr(address, "port", 0))


def listeners(*ports: int) -> list[frozenset[tuple[int, float]]]:
    """Give for each of the TCP `ports` who listens, as PIDs and start times.

    One look at the system for all of them: it goes through every process.
    """
    found = [(pid, port) for pid, port in _listening() if port in ports]
    started = {pid: each.started for pid, _ in found if (each := facts(pid))}
    return [
        frozenset((pid, started[pid]) for pid, each in found if each == port and pid in started)
        for port in ports
    ]


def listening_in(folder: str) -> list[tuple[ProcessFacts, int]]:
    """List the processes that listen and work in `folder` or below it, with each of their ports."""
    folder, found = os.path.realpath(folder), []
    for pid, port in sorted(set(_listening())):
        with suppress(psutil.Error, ValueError):
            process = psutil.Process(pid)
            if PurePath(process.cwd()).is_relative_to(folder):
                each = _facts(process)
                found += [(each, port)] if each is not None else []
    return found


def listener(port: int) -> ProcessFacts | None:
    """Find one of those who listen on TCP `port`."""
    return next((found for pid in listening(port) if (found := facts(pid)) is not None), None)


def works_in(folder: str, program: str) -> bool:
    """Whether a process has `folder` as its working folder and runs `program` (`…/bin/strapi.js`).

    A word in a path proves nothing: our own agent's has the project's name in it.
    """
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            words = process.cmdline() if process.cwd() == folder else ()
            if any(PurePath(word).stem == program for word in words):
                return True
    return False


def inherits(pid: int, variable: str) -> bool:
    """Whether the process, or a cluster worker of it, was started with `variable` in its environment.

    A worker has what its primary read from `.env` at its own start. Other children prove nothing:
    esbuild is started by a worker, with all that this one has read since.
    """
    with suppress(psutil.Error):
        leader = psutil.Process(pid)
        for process in (leader, *leader.children(recursive=True)):
            with suppress(psutil.Error):
                environ = process.environ()
                if variable in environ and (process == leader or "NODE_UNIQUE_ID" in environ):
                    return True
    return False


def start_environment(port: int, folder: str) -> StartEnvironment | None:
    """Look at the server that listens on `port` and works in `folder`.

    None where there is none, and where the system does not tell: another user's.
    """
    folder = os.path.realpath(folder)
    for pid in listening(port):
        with suppress(psutil.Error):
            process = psutil.Process(pid)
            if process.cwd() != folder:
                continue
            environ = process.environ()
            parent = process.parent()
            if "NODE_UNIQUE_ID" in environ and parent is not None:  # a worker listens by itself
                return StartEnvironment(pid=parent.pid, own=parent.environ(), handed_on=environ)
            return StartEnvironment(pid=pid, own=environ, handed_on=_handed_on(process))
    return None


def _handed_on(primary: psutil.Process) -> Mapping[str, str]:
    for child in primary.children():
        with suppress(psutil.Error):
            environ = child.environ()
            if "NODE_UNIQUE_ID" in environ:
                return environ
    return {}


def end(pid: int, started: float, marker: str, *, patience: float = 2.0) -> bool:
    """End the noted process with its group: politely, and after `patience` seconds by force.

    True when none of it is left; False where there was nothing of ours to end, or it may not be
    ended. Members that outlived their leader are ours if `marker` is on their command line too.
    """
    members = _members(pid, marker, led_by_ours=noted(pid, started, marker) is not None)
    if not members:
        return False
    for process in members:
        with suppress(psutil.Error):
            process.terminate()
    alive = _still_alive(members, patience)
    for process in alive:
        with suppress(psutil.Error):
            process.kill()
    return not _still_alive(alive, patience)


def _still_alive(processes: list[psutil.Process], patience: float) -> list[psutil.Process]:
    """Wait until all have ended. A zombie has, though its parent may never ask (PID 1 of a container)."""
    until = time.monotonic() + patience
    alive = processes
    while True:
        alive = [process for process in alive if _is_alive(process)]
        if not alive or time.monotonic() > until:
            return alive
        time.sleep(0.01)


def _is_alive(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _members(leader: int, marker: str, *, led_by_ours: bool) -> list[psutil.Process]:
    members = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, ProcessLookupError):
            if process.pid == leader:
                ours = led_by_ours
            elif _group_of(process.pid) != leader or process.pid == os.getpid():
                ours = False
            else:
                ours = led_by_ours or marker in process.cmdline()
            if ours and _is_alive(process):
                members.append(process)
    return members


def _group_of(pid: int) -> int | None:
    return os.getpgid(pid) if hasattr(os, "getpgid") else None
