"""A SOCKS5 proxy (RFC 1928, CONNECT without a password) that leads to one port, whatever is asked for."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_NAME = 3  # an address that is a name: its length, then itself
_LENGTHS = {1: 4, 4: 16}


class Socks:
    """`asked` has each host and port that somebody wanted."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"socks5://127.0.0.1:{self._listener.getsockname()[1]}"
        self.asked: list[tuple[str, int]] = []

    def accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError, ValueError), client.makefile("rb") as sent:
            _, count = sent.read(2)
            sent.read(count)  # the ways to sign in that it offers
            client.sendall(b"\x05\x00")
            _, _, _, kind = sent.read(4)
            length = sent.read(1)[0] if kind == _NAME else _LENGTHS[kind]
            host = sent.read(length).decode("latin-1")
            self.asked.append((host, int.from_bytes(sent.read(2), "big")))
            with socket.create_connection(("127.0.0.1", self._target)) as there:
                client.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
                threading.Thread(target=_pump, args=(there, client), daemon=True).start()
                _pump(client, there)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


@contextmanager
def serving(target: int) -> Iterator[Socks]:
    """Lead every connection to `target`, a port of this machine."""
    proxy = Socks(target)
    threading.Thread(target=proxy.accept, daemon=True).start()
    try:
        yield proxy
    finally:
        proxy.close()
