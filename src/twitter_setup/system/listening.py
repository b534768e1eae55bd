"""Who listens on a few TCP ports, watched once a second for as long as a tunnel runs.

psutil goes through every process, which takes tens of milliseconds. Linux lists the listening sockets
in two small files. While those and the known processes stay the same, so does the answer.
"""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from twitter_setup.system import processes

# Who listens on a port, as PIDs and start times; empty for nobody.
Listeners = frozenset[tuple[int, float]]
# The listening sockets as ports and inodes. A server that opens its port again has another one.
Sockets = frozenset[tuple[int, str]]

_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_LISTENING = "0A"
_SCAN_EVERY = 10.0  # seconds; a process may share a socket that another one has opened


def sockets(*ports: int) -> Sockets | None:
    """Return the listening sockets of these ports; None if the system has no such list."""
    wanted = {f"{port:04X}": port for port in ports}
    found: set[tuple[int, str]] = set()
    if not _TABLES[0].is_file():
        return None
    for table in _TABLES:
        with suppress(OSError), table.open() as rows:  # else no IPv6
            next(rows, "")
            for row in rows:
                # Number, own address, far address, state, ..., inode.
                fields = row.split(None, 10)
                if fields[3] != _LISTENING:
                    break  # these come first; to list the connections takes the kernel milliseconds
                port = wanted.get(fields[1].rpartition(":")[2])
                if port is not None:
                    found.add((port, fields[9]))
    return frozenset(found)


class Watch:
    """Who listens on the ports, one after the other. A new process is seen at the next look."""

    def __init__(self) -> None:
        self._ports: tuple[int, ...] = ()
        self._sockets: Sockets | None = None
        self._found: list[Listeners] = []
        self._scanned_at = 0.0

    def look(self, *ports: int) -> list[Listeners]:
        """Return the listeners of each port, as `processes.listeners` does."""
        seen = sockets(*ports)  # before the scan, so that a change meanwhile is seen the next time
        if (
            seen is None
            or (seen, ports) != (self._sockets, self._ports)
            or time.monotonic() - self._scanned_at > _SCAN_EVERY
            or not self._are_running()
        ):
            self._found = processes.listeners(*ports)
            self._sockets, self._ports, self._scanned_at = seen, ports, time.monotonic()
            listed = {port for port, _ in seen or ()}
            if any(
                found and port not in listed for port, found in zip(ports, self._found, strict=True)
            ):
                self._sockets = None  # it has just come, or the system lists in another order
        return self._found

    def _are_running(self) -> bool:
        known = {each for found in self._found for each in found}
        return all(processes.started(pid) == started for pid, started in known)
