"""What tests of one origin have in common: a shop whose ends have ports of their own, and who asks it."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psutil

from tests.program import Process, Shop, free_port, make_shop, running
from tests.world.upstreams import Answered


class OneOrigin:
    """A shop, the ports of its ends, and one for its gateway."""

    def __init__(self, folder: Path, **changes: Any) -> None:
        self.strapi_port, self.frontend_port, self.port = free_port(), free_port(), free_port()
        env = b"PORT=%d\nAPP_KEYS=a,b\n" % self.strapi_port
        line = b"VITE_BACKEND_URL=http://localhost:%d\n" % self.strapi_port
        self.shop: Shop = make_shop(folder, env=env, frontend_env=line, **changes)
        self.settings(f"[frontend]\nport = {self.frontend_port}\n")

    @property
    def settings_file(self) -> Path:
        return self.shop.root / "twitter-setup.toml"

    def settings(self, text: str) -> None:
        self.settings_file.write_text(text)

    @contextmanager
    def tunnel(self, *words: str, **env: str) -> Iterator[Process]:
        with running("tunnel", "--yes", "--json", *words, cwd=self.shop.root, env=env) as process:
            yield process

    def at_its_port(self, *words: str, **env: str) -> Any:
        return self.tunnel("--gateway-port", str(self.port), *words, **env)

    def left(self) -> list[psutil.Process]:
        """The gateways of this shop that are alive."""
        config = str(self.shop.state / "gateway.json")
        return [
            process
            for process in psutil.process_iter(["cmdline", "status"])
            if config in (process.info["cmdline"] or [])
            and process.info["status"] != psutil.STATUS_ZOMBIE
        ]


def ask(
    port: int,
    target: str,
    host: str,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
) -> Answered:
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request(method, target, headers={"Host": host, **(headers or {})})
        answer = connection.getresponse()
        got = {key.lower(): value for key, value in answer.getheaders()}
        return Answered(answer.status, got, answer.read())


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def said(process: Process) -> str:
    return " ".join("".join(process.errors).split())
