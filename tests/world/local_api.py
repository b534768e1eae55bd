"""The stand-in agent's local API, /api/endpoints of agent 3.30 and later. Standard library only."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol


class Served(Protocol):
    """What the API needs of the agent."""

    version: str
    without_endpoints: bool
    endpoints: dict[str, dict[str, Any]]

    def create(self, wanted: dict[str, Any]) -> tuple[int, dict[str, Any]]: ...
    def close(self, name: str) -> bool: ...


def serve(agent: Served) -> int:
    """Listen on 4040, or the next free port, as the agent does; return the port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def answer(self, status: int, body: object = None) -> None:
            payload = b"" if body is None else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def do_GET(self) -> None:
            if self.path == "/api/status":
                self.answer(200, {"status": "online", "agent_version": agent.version})
            elif self.path == "/api/endpoints" and not agent.without_endpoints:
                listed = list(agent.endpoints.values())
                self.answer(200, {"endpoints": listed, "uri": "/api/endpoints"})
            elif (name := self.path.removeprefix("/api/endpoints/")) in agent.endpoints:
                self.answer(200, agent.endpoints[name])
            else:
                self.answer(404, {"msg": "not found"})

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            if self.path != "/api/endpoints":
                self.answer(404, {"msg": "not found"})
            else:
                self.answer(*agent.create(body))

        def do_DELETE(self) -> None:
            found = agent.close(self.path.removeprefix("/api/endpoints/"))
            self.answer(204 if found else 404)

    for port in range(4040, 4140):
        try:
            server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        except OSError:
            continue
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return port
    raise OSError("no free port for the local API")
