"""Which processes listen on a TCP port, as far as the system tells this user."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

_PROC = Path("/proc")
_LISTEN = "0A"  # Linux, include/net/tcp_states.h


def listening(port: int) -> Iterator[int]:
    """Give the PIDs that listen on `port`; none where they are another user's.

    On Linux the kernel's table is read for this port alone: psutil takes in every connection of the
    machine, which is slow on a busy one, and names one process only of those that share a socket.
    """
    if sys.platform == "linux":
        with suppress(OSError):  # no /proc: psutil says what it can
            yield from _in_proc(port)
            return
    yield from _by_psutil(port)


def _in_proc(port: int) -> Iterator[int]:
    """Read proc(5): sockets by inode in `net/tcp` and `net/tcp6`, and who has one open in `<pid>/fd`."""
    tables = [(_PROC / "net" / "tcp").read_bytes()]
    with suppress(FileNotFoundError):  # a kernel without IPv6
        tables.append((_PROC / "net" / "tcp6").read_bytes())
    sockets = {f"socket:[{inode}]" for table in tables for inode in _inodes(table, port)}
    if not sockets:
        return
    for pid in psutil.pids():
        with suppress(OSError), os.scandir(_PROC / str(pid) / "fd") as files:
            if any(_link(file) in sockets for file in files):
                yield pid


def _inodes(table: bytes, port: int) -> Iterator[str]:
    """Find the inodes of what listens on `port`: a line is `sl local remote state … uid timeout inode`."""
    wanted = f":{port:04X} "
    for line in table.decode("ascii").splitlines():
        if wanted in line:
            _, local, _, state, *rest = line.split()
            if local.endswith(wanted[:-1]) and state == _LISTEN:
                yield rest[5]


def _link(file: os.DirEntry[str]) -> str:
    with suppress(OSError):  # closed meanwhile
        return os.readlink(file.path)  # noqa: PTH115 - for some thousand files
    return ""


def _by_psutil(port: int) -> Iterator[int]:
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:  # macOS tells root alone; one's own processes can be asked singly
        yield from _one_by_one(port)
        return
    for connection in connections:
        if connection.pid and _listens(connection.status, connection.laddr, port):
            yield connection.pid


def _one_by_one(port: int) -> Iterator[int]:
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            connections = process.net_connections(kind="tcp")
            if any(_listens(each.status, each.laddr, port) for each in connections):
                yield process.pid


def _listens(status: str, address: object, port: int) -> bool:
    return status == psutil.CONN_LISTEN and getattr(address, "port", None) == port
