"""Which process listens on a port: psutil finds it in one look, and process by process as on macOS."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator

import psutil
import pytest

from twitter_setup.system import processes


def one_by_one(port: int) -> Iterator[int]:
    return (pid for pid, each in processes._one_by_one() if each == port)


WAYS = [
    pytest.param(processes.listening, id="one look"),
    pytest.param(one_by_one, id="one by one"),
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


def test_a_process_is_named_for_a_socket_that_two_share() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        child = subprocess.Popen(
            [sys.executable, "-c", "input()"],
            stdin=subprocess.PIPE,
            pass_fds=[server.fileno()],  # as Node's cluster does with its workers
        )
        try:
            port = server.getsockname()[1]
            assert set(one_by_one(port)) == {os.getpid(), child.pid}
            assert set(processes.listening(port)) < {os.getpid(), child.pid}
        finally:
            child.communicate(b"\n")


def test_where_only_root_may_look_at_all_connections_processes_are_asked_singly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def denied(kind: str) -> list[object]:
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil, "net_connections", denied)
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert os.getpid() in processes.listening(server.getsockname()[1])


def test_two_ports_are_looked_at_in_one_look() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("127.0.0.1", 0)) as two,
    ):
        ports = [one.getsockname()[1], two.getsockname()[1]]
        found = processes.listeners(*ports)

    assert [{pid for pid, _ in each} for each in found] == [{os.getpid()}, {os.getpid()}]
    assert processes.listeners(*ports) == [frozenset(), frozenset()]
