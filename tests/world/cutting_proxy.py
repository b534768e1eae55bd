"""A TCP proxy before one server that cuts its first `PUT` at a chosen place."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

_PUT = b"PUT "


class CuttingProxy:
    """`keep` bytes of the `PUT` pass, and the connection ends; -1: all of it, and the answer is lost."""

    def __init__(self, port: int, keep: int) -> None:
        self._target = port
        self._keep = keep
        self.was_cut = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://localhost:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        server = socket.create_connection(("127.0.0.1", self._target))
        threading.Thread(target=self._back, args=(client, server), daemon=True).start()
        passed = -1  # bytes of the PUT so far; -1: none is on its way
        with suppress(OSError):
            while data := client.recv(65536):
                if passed < 0 and data.startswith(_PUT) and not self.was_cut.is_set():
                    passed = 0
                    if self._keep < 0:
                        self.was_cut.set()
                if passed >= 0 and 0 <= self._keep < passed + len(data):
                    server.sendall(data[: self._keep - passed])
                    self.was_cut.set()
                    break
                server.sendall(data)
                passed += len(data) if passed >= 0 else 0
        _end(client, server)

    def _back(self, client: socket.socket, server: socket.socket) -> None:
        was_cut_before = self.was_cut.is_set()
        with suppress(OSError):
            while data := server.recv(65536):
                if self._keep < 0 and self.was_cut.is_set() and not was_cut_before:
                    break  # Strapi has answered, so it has written
                client.sendall(data)
        _end(client, server)


def _end(*sockets: socket.socket) -> None:
    for one in sockets:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
