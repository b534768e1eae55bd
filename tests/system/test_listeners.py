"""Who listens on a port: the kernel's table and psutil agree."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from twitter_setup.system import listeners

WAYS = [
    pytest.param(
        listeners._in_proc,
        marks=pytest.mark.skipif(sys.platform != "linux", reason="of Linux"),
        id="proc",
    ),
    pytest.param(listeners._by_psutil, id="psutil"),
    pytest.param(listeners._one_by_one, id="as on macOS"),
    pytest.param(listeners.listening, id="chosen"),
]
_Way = Callable[[int], Iterator[int]]


@pytest.mark.parametrize("way", WAYS)
def test_this_process_is_found_and_gone_when_it_closes(way: _Way) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        assert set(way(port)) == {os.getpid()}
    assert not set(way(port))


@pytest.mark.parametrize("way", WAYS)
def test_ipv6_is_looked_at_too(way: _Way) -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        assert set(way(server.getsockname()[1])) == {os.getpid()}


@pytest.mark.parametrize("way", WAYS)
def test_a_connection_of_that_port_is_no_listener(way: _Way) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            server.accept()[0].detach()  # stays open, as the far end of what no one listens to
            server.close()

            assert not set(way(port))


@pytest.mark.parametrize("way", [WAYS[0], WAYS[2]])  # psutil's own table names one of them
def test_each_of_several_that_share_a_socket_is_named(way: _Way) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        child = subprocess.Popen(
            [sys.executable, "-c", "input()"],
            stdin=subprocess.PIPE,
            pass_fds=[server.fileno()],  # as Node's cluster does with its workers
        )
        try:
            assert set(way(server.getsockname()[1])) == {os.getpid(), child.pid}
        finally:
            child.communicate(b"\n")


def test_without_a_table_psutil_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listeners, "_PROC", Path("/nowhere"))
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert os.getpid() in listeners.listening(server.getsockname()[1])
