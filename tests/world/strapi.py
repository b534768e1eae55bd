"""A stand-in for `strapi develop`: its health, its admin API as far as it is asked, and its restarts.

    python tests/world/strapi.py PROJECT PORT

It reads `PUBLIC_URL` from the project's `.env` when it starts, and starts again when the modification
time of `config/server.js` moves, as Strapi 5.48 and later do: for `.env` alone it never does. While
it starts again nothing listens. `STANDIN_DEAF=n` ignores the first n touches (events that Strapi
drops during a reload); `STANDIN_STALE=1` keeps the first `.env` for ever (Strapi before 5.48);
`STANDIN_NO_ADMIN=1` has no administrator.
Administrators, tokens and the rules of its admin API: `admin_api`.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

if __name__ == "__main__" or not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.world.admin_api import AdminApi, Answer, error


class Site:
    """What this Strapi knows since its last start; its providers outlive it, as in a database."""

    def __init__(self, project: Path) -> None:
        self.project = project
        self.config = project / "config" / "server.js"
        self.api = AdminApi(has_admin=not os.environ.get("STANDIN_NO_ADMIN"))
        self.url = ""
        self.read()

    def read(self) -> None:
        env = self.project / ".env"
        lines = env.read_text().splitlines() if env.exists() else []
        values = dict(line.split("=", 1) for line in lines if "=" in line)
        self.url = values.get("PUBLIC_URL", "")
        self.api.callback_base = self.url or "http://localhost:1337"

    def changed(self) -> int:
        return self.config.stat().st_mtime_ns


def handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path == "/api/hello":
                answer = Answer(200, {"hello": site.url})
            elif self.path == "/api/connect/twitter":
                answer = error(400, "ApplicationError", "This provider is disabled")
            else:
                answer = site.api.answer(self.command, self.path, dict(self.headers), body)
            data = b"" if answer.body is None else json.dumps(answer.body).encode()
            self.send_response_only(answer.status)  # no Server header, as with Strapi
            self.send_header("Content-Length", str(len(data)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = _any  # noqa: N815

        def log_message(self, *_: object) -> None: ...

    return Handler


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
