"""A stand-in for `strapi develop`: its health, its admin API as far as it is asked, and its restarts.

    python tests/world/strapi.py PROJECT PORT

It reads `PUBLIC_URL` from the project's `.env` when it starts, and starts again when the modification
time of `config/server.js` moves, as Strapi 5.48 and later do: for `.env` alone it never does. While
it starts again nothing listens. `STANDIN_DEAF=n` ignores the first n touches (events that Strapi
drops during a reload); `STANDIN_STALE=1` keeps the first `.env` for ever (Strapi before 5.48).
Administrator: admin@example.com, password Secret123; admin token: admin-token.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ADMIN = {"email": "admin@example.com", "password": "Secret123"}
TOKENS = {"admin-token", "jwt-of-the-admin"}


class Site:
    """What this Strapi knows since its last start."""

    def __init__(self, project: Path) -> None:
        self.project = project
        self.config = project / "config" / "server.js"
        self.logins = 0
        self.url = ""
        self.read()

    def read(self) -> None:
        env = self.project / ".env"
        lines = env.read_text().splitlines() if env.exists() else []
        values = dict(line.split("=", 1) for line in lines if "=" in line)
        self.url = values.get("PUBLIC_URL", "")

    def changed(self) -> int:
        return self.config.stat().st_mtime_ns


def handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/_health":
                self._answer(204)
            elif self.path == "/users-permissions/providers":
                self._providers()
            elif self.path == "/api/hello":
                self._answer(200, {"hello": site.url})
            else:
                self._answer(404, _error(404, "NotFoundError", "Not Found"))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
            if self.path != "/admin/login":
                self._answer(404, _error(404, "NotFoundError", "Not Found"))
                return
            site.logins += 1
            if site.logins > 5:
                self._answer(429, _error(429, "RateLimitError", "Too many requests"))
            elif body != ADMIN:
                self._answer(400, _error(400, "ApplicationError", "Invalid credentials"))
            else:
                self._answer(200, {"data": {"token": "jwt-of-the-admin", "user": {}}})

        def _providers(self) -> None:
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            if token == "may-not-read":
                self._answer(403, _error(403, "ForbiddenError", "Forbidden"))
            elif token not in TOKENS:
                self._answer(
                    401, _error(401, "UnauthorizedError", "Missing or invalid credentials")
                )
            else:
                base = site.url or "http://localhost:1337"
                twitter = {"enabled": False, "redirectUri": f"{base}/api/connect/twitter/callback"}
                self._answer(200, {"twitter": twitter})

        def _answer(self, status: int, body: object = None) -> None:
            data = b"" if body is None else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None: ...

    return Handler


def _error(status: int, name: str, message: str) -> dict[str, object]:
    error = {"status": status, "name": name, "message": message, "details": {}}
    return {"data": None, "error": error}


def main() -> None:
    project, port = Path(sys.argv[1]), int(sys.argv[2])
    deaf = int(os.environ.get("STANDIN_DEAF", "0"))
    site = Site(project)
    while True:
        seen = site.changed()
        server = ThreadingHTTPServer(("127.0.0.1", port), handler(site))
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        while True:
            time.sleep(0.05)
            if site.changed() == seen:
                continue
            seen = site.changed()
            if deaf == 0:
                break
            deaf -= 1
        server.shutdown()
        server.server_close()
        time.sleep(0.5)  # the real one is gone for about three seconds
        if not os.environ.get("STANDIN_STALE"):
            site.read()


if __name__ == "__main__":
    main()
