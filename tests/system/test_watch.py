"""Who listens, watched cheaply: the answer is the one of a full scan, and a change is seen at once."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from twitter_setup.system import listening, processes
from twitter_setup.system.listening import Watch

pytestmark = pytest.mark.skipif(listening.sockets() is None, reason="no /proc/net here")
HOLD = """
import socket, sys
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print(flush=True)
input()
"""


@pytest.fixture
def scans(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """The full scans that were made."""
    made: list[tuple[int, ...]] = []
    scan = processes.listeners

    def counted(*ports: int) -> list[listening.Listeners]:
        made.append(ports)
        return scan(*ports)

    monkeypatch.setattr(processes, "listeners", counted)
    return made


def test_nothing_is_scanned_again_while_nothing_changes(scans: list[tuple[int, ...]]) -> None:
    watch = Watch()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        looks = [watch.look(port) for _ in range(5)]

    assert [{pid for pid, _ in found} for found in looks[-1]] == [{os.getpid()}]
    assert looks == [looks[0]] * 5
    assert scans == [(port,)]


def test_a_server_that_comes_goes_and_comes_back_is_seen_at_the_next_look() -> None:
    watch = Watch()
    with socket.create_server(("127.0.0.1", 0)) as first:
        port = first.getsockname()[1]
        seen = [watch.look(port)]
    seen.append(watch.look(port))
    with socket.create_server(("127.0.0.1", port)):
        seen.append(watch.look(port))

    assert [[{pid for pid, _ in each} for each in found] for found in seen] == [
        [{os.getpid()}],
        [set()],
        [{os.getpid()}],
    ]


def test_another_process_at_the_same_port_is_seen_at_the_next_look() -> None:
    watch = Watch()
    with socket.create_server(("127.0.0.1", 0)) as mine:
        port = mine.getsockname()[1]
        watch.look(port)
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert child.stdout is not None
        child.stdout.readline()
        assert [{pid for pid, _ in each} for each in watch.look(port)] == [{child.pid}]
    finally:
        child.communicate(b"\n")


def test_a_process_that_leaves_its_socket_to_another_one_is_seen_at_the_next_look() -> None:
    """The socket is the same one, so the sockets alone would not tell."""
    watch = Watch()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        children = [
            subprocess.Popen(
                [sys.executable, "-c", "input()"],
                stdin=subprocess.PIPE,
                pass_fds=[server.fileno()],
            )
            for _ in range(2)
        ]
    try:
        (before,) = watch.look(port)
        ((known, _),) = before
        ended = next(child for child in children if child.pid == known)
        other = next(child for child in children if child.pid != known)
        ended.communicate(b"\n")

        assert [{pid for pid, _ in each} for each in watch.look(port)] == [{other.pid}]
    finally:
        for child in children:
            if child.poll() is None:
                child.communicate(b"\n")


def test_a_port_opened_again_has_another_socket() -> None:
    with socket.create_server(("127.0.0.1", 0)) as first:
        port = first.getsockname()[1]
        before = listening.sockets(port)
    gone = listening.sockets(port)
    with socket.create_server(("127.0.0.1", port)):
        after = listening.sockets(port)

    assert before != after
    assert gone == frozenset()


def test_ipv6_is_looked_at_too() -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        port = server.getsockname()[1]
        assert {each for each, _ in listening.sockets(port) or ()} == {port}
