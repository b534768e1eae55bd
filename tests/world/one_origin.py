"""What stands behind a public address: `/api` and the health are a Strapi's, all else is a front end's.

It answers like the gateway does, for tests in which no gateway is tested. Standard library only.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.world.admin_api import Answer
from tests.world.admin_server import AdminServer, Raw

BLOCKED = (
    b'Blocked request. This host ("olive-tree.ngrok-free.app") is not allowed.\n'
    b"To allow this host, add it to `server.allowedHosts` in vite.config.js."
)


@dataclass
class Behind:
    """Of the answers, and what is wrong with them."""

    strapi: AdminServer
    front: int = 200  # every page of a single-page app; 502 is what the gateway says without one
    pages: dict[str, int] = field(default_factory=dict)  # some have a status of their own
    is_blocked_by_vite: bool = False
    all: int = 0  # for everything, Strapi's paths too
    strapi_is: str = "there"  # or `elsewhere`: the front end gets its requests; `gone`: 502
    after: float = 0.0  # seconds until it answers; Strapi takes its own time
    asked: list[str] = field(default_factory=list)

    def answer(self, method: str, path: str, headers: dict[str, str]) -> Answer | Raw | None:
        self.asked.append(f"{method} {path}")
        is_strapis = path.startswith(f"{self.strapi.api.prefix}/") or path == "/_health"
        if self.after and not is_strapis:
            time.sleep(self.after)
        if self.is_blocked_by_vite:
            return Raw(403, BLOCKED, {"Content-Type": "text/plain"})
        if self.all:
            return Raw(self.all, b"")
        if is_strapis and self.strapi_is == "gone":
            return Raw(502, b"Strapi does not run")
        if is_strapis and self.strapi_is == "there":
            return self.strapi.take(method, path, headers, b"")
        return Raw(self.pages.get(path, self.front), b"<!doctype html>")

    def often(self) -> Counter[str]:
        return Counter(self.asked)


class OneOrigin:
    """The socket; `behind` may be replaced at any time."""

    def __init__(self, behind: Behind) -> None:
        self.behind = behind
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                reply = site.behind.answer(self.command, self.path, dict(self.headers))
                if isinstance(reply, Answer):
                    content = b"" if reply.body is None else json.dumps(reply.body).encode()
                    reply = Raw(reply.status, content, reply.headers)
                if reply is None:
                    return
                self.send_response(reply.status)
                self.send_header("Content-Length", str(len(reply.content)))
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.content)

            def log_message(self, *_: object) -> None: ...

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.port: int = self._http.server_address[1]
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
