"""Which protocol a dev server speaks: http, or https with a certificate of its own.

The server is asked, not its configuration: a plugin, an option or a variable may decide. Nothing of the
certificate is verified, since the connection stays on the loopback.
"""

from __future__ import annotations

import socket
import ssl
import time
from contextlib import suppress
from typing import Literal

from twitter_setup.system import listening

Scheme = Literal["http", "https"]

_PATIENCE = 0.5  # seconds for an answer; a server that compiles may take longer, and is asked again
_EVERY = 1.0  # seconds
_HOSTS = ("127.0.0.1", "::1")
# Any web server refuses this by itself, before the app that it serves is asked for a page.
_NO_REQUEST = b"?\r\n\r\n"
_ALERT = b"\x15"


def ask(port: int) -> Scheme | None:
    """Ask what listens on `port` which protocol it speaks; None if nobody answers."""
    for host in _HOSTS:
        with suppress(OSError):
            connection = socket.create_connection((host, port), timeout=_PATIENCE)
            return _ask_tls(connection) or _ask_plainly(host, port)
    return None


def of(port: int) -> Scheme:
    """Return the same, http if nobody answers."""
    return ask(port) or "http"


def address(port: int, host: str = "localhost") -> str:
    """Return where a browser of this machine finds the server: `https://localhost:5173`."""
    return f"{of(port)}://{host}:{port}"


def _ask_tls(connection: socket.socket) -> Scheme | None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with connection:
        try:
            with context.wrap_socket(connection, server_hostname="localhost"):
                return "https"
        except ssl.SSLEOFError:  # it hung up
            return None
        except ssl.SSLError as error:
            # An alert is TLS too: the server wants what we do not offer.
            return "https" if "ALERT" in (error.reason or "") else "http"
        except OSError:  # it hung up, or waits for the end of what it takes for a line
            return None


def _ask_plainly(host: str, port: int) -> Scheme | None:
    with suppress(OSError), socket.create_connection((host, port), timeout=_PATIENCE) as plain:
        plain.sendall(_NO_REQUEST)
        first = plain.recv(1)
        return "http" if first not in (b"", _ALERT) else None
    return None


class Spoken:
    """The protocol of the dev server on `port`. It is asked again when it opens its port again."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._scheme: Scheme = "http"
        self._sockets: listening.Sockets | None = None
        self._looked_at = 0.0

    def look(self) -> Scheme:
        """Return what it speaks; asks once a second at most, and keeps the former answer until then."""
        now = time.monotonic()
        if self._looked_at and now - self._looked_at < _EVERY:
            return self._scheme
        self._looked_at = now
        sockets = listening.sockets(self._port)
        if sockets is None or sockets != self._sockets:
            found = ask(self._port) if sockets is None or sockets else None
            if found is not None:
                self._scheme, self._sockets = found, sockets
        return self._scheme
