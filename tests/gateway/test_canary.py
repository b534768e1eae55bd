"""Whether a dev server gives away files: what the canary asks, and how it judges the answers."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest

from tests.gateway.forwarding import lets_through
from tests.program import free_port
from tests.world import tls, upstreams
from tests.world.upstreams import World
from twitter_setup.gateway import canary, paths
from twitter_setup.gateway.canary import Leaks, Safe, Unknown, Verdict
from twitter_setup.gateway.dev_server_holes import SPELLINGS, SUFFIXES

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_CLIENT = """const socketHost = `${importMetaUrl.hostname}:${importMetaUrl.port}${"/hmr"}`;
const wsToken = "t0k";
new WebSocket(url, "vite-hmr")"""

world = upstreams.world
Encode = Callable[[bytes], bytes]


@dataclass
class DevServer:
    """A dev server that returns any file of this machine if the query is one of `leaky`.

    `base`: it serves below this path alone; `invokes`: its web socket loads modules.
    """

    leaky: frozenset[str] = frozenset()
    base: str = ""
    encode: Encode = bytes
    is_vite: bool = True
    says_base: bool = True
    invokes: bool = False
    cuts_socket: bool = False
    status: int = 200
    hangs: threading.Event | None = None
    drops: bool = False
    host: str = "127.0.0.1"
    port: int = field(default_factory=free_port)
    seen: list[str] = field(default_factory=list)
    modes: set[int] = field(default_factory=set)

    @property
    def url(self) -> str:
        return (
            f"http://[{self.host}]:{self.port}"
            if ":" in self.host
            else f"http://{self.host}:{self.port}"
        )

    def answer(self, target: str) -> bytes:
        path, _, query = target.partition("?")
        if path == f"{self.base}/@vite/client":
            return _CLIENT.encode() if self.is_vite else b"<p>a page"
        if path == f"{self.base}/" and self.says_base:
            return f'<script type="module" src="{self.base}/@vite/client"></script>'.encode()
        file = Path(unquote(path.removeprefix(f"{self.base}/@fs")))
        is_there = path.startswith(f"{self.base}/@fs/") and file.is_file()
        if not is_there or query not in self.leaky:
            return b"denied"
        self.modes.add(file.stat().st_mode & 0o777)
        return self.encode(file.read_bytes())

    def module(self, question: dict[str, Any]) -> bytes:
        """Answer an invocation as Vite 6 does."""
        asked = question["data"]
        result: dict[str, Any] = {"error": {"message": "unknown"}}
        if asked["name"] == "fetchModule":
            file = Path(unquote(asked["data"][0].removeprefix("file://").removesuffix("?raw")))
            result = {"result": {"code": f"export default {file.read_text()!r}"}}
        reply = {"id": asked["id"].replace("send", "response"), "data": result}
        return json.dumps({"type": "custom", "event": "vite:invoke", "data": reply}).encode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # one answer is one packet
    dev: DevServer

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        target = self.requestline.split(" ")[1]
        self.dev.seen.append(target)
        if self.dev.hangs is not None and "?" in target:
            self.dev.hangs.wait(20)
        if self.dev.drops and "?" in target:
            self.close_connection = True
            return
        if self.headers.get("Upgrade") == "websocket":
            self.talk()
            return
        if target == "/" and self.dev.base:
            self.send(302, b"", Location=f"{self.dev.base}/")
            return
        self.send(self.dev.status, self.dev.answer(target))

    def send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def talk(self) -> None:
        self.close_connection = True
        key = self.headers["Sec-WebSocket-Key"].encode()
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        accept = base64.b64encode(hashlib.sha1(key + _GUID).digest()).decode()
        self.send_header("Sec-WebSocket-Accept", accept)
        self.end_headers()
        self.wfile.flush()
        while frame := self.frame():
            opcode, payload = frame
            if opcode == 9:
                self.wfile.write(bytes([0x8A, len(payload)]) + payload)
                self.wfile.flush()
            elif self.dev.cuts_socket:
                # Closed with unread data, so that the other side sees a reset.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                self.connection.close()
                return
            elif self.dev.invokes and self.path.endswith("?token=t0k"):
                said = self.dev.module(json.loads(payload))
                self.wfile.write(b"\x81\x7e" + len(said).to_bytes(2, "big") + said)

    def frame(self) -> tuple[int, bytes] | None:
        head = self.rfile.read(2)
        if len(head) < 2:
            return None
        size = head[1] & 0x7F
        if size == 126:
            size = int.from_bytes(self.rfile.read(2), "big")
        mask, data = self.rfile.read(4), self.rfile.read(size)
        return head[0] & 15, bytes(byte ^ mask[place % 4] for place, byte in enumerate(data))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


class _Server6(_Server):
    address_family = socket.AF_INET6


@contextmanager
def running(dev: DevServer) -> Iterator[DevServer]:
    handler = type("Handler", (_Handler,), {"dev": dev})
    kind = _Server6 if ":" in dev.host else _Server
    server = kind((dev.host, dev.port), handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield dev
    finally:
        if dev.hangs is not None:
            dev.hangs.set()
        server.shutdown()
        server.server_close()


def ask(dev: DevServer, folder: Path, **options: Any) -> Verdict:
    return canary.leaks(dev.url, folder, lets_through=lets_through, **options)


def base64_at(offset: int) -> Encode:
    return lambda content: b"data:text/plain;base64," + base64.b64encode(b"x" * offset + content)


# What an answer gives away


def test_a_server_that_denies_every_spelling_is_safe(tmp_path: Path) -> None:
    with running(DevServer()) as dev:
        assert ask(dev, tmp_path) == Safe()
    assert any(target.endswith("?import&raw??") for target in dev.seen)


@pytest.mark.parametrize(
    "encode",
    [
        bytes,
        lambda content: b'export default "' + content[50:150] + b'"',
        lambda content: "".join(f"%{byte:02X}" for byte in content).encode(),
        base64_at(0),
        base64_at(1),
        base64_at(2),
        lambda content: quote(base64.b64encode(b"xy" + content)).encode(),
    ],
)
def test_a_file_is_found_in_an_answer_however_it_is_encoded(tmp_path: Path, encode: Encode) -> None:
    with running(DevServer(leaky=frozenset({"raw??"}), encode=encode)) as dev:
        assert ask(dev, tmp_path, vite="5.4.14") == Leaks(
            "Vite 5.4.14 lets whoever reaches its dev server read files of this machine"
            " (CVE-2025-30208); 5.4.20 does not.",
            "vite",
        )


def test_a_server_that_returns_other_text_of_that_length_is_safe(tmp_path: Path) -> None:
    with running(DevServer(leaky=frozenset({"raw??", ""}), encode=lambda _: b"a" * 200)) as dev:
        assert ask(dev, tmp_path) == Safe()


def test_the_web_socket_is_asked_at_its_own_path_with_its_token(tmp_path: Path) -> None:
    with running(DevServer(invokes=True)) as dev:
        found = ask(dev, tmp_path, vite="8.0.4")

    assert isinstance(found, Leaks)
    assert "CVE-2026-39363" in found.reason
    assert "/hmr?token=t0k" in dev.seen


# What is said of it


def test_advisories_are_named_without_a_version_if_none_is_known(tmp_path: Path) -> None:
    with running(DevServer(leaky=frozenset({"raw??"}))) as dev:
        found = ask(dev, tmp_path)

    assert isinstance(found, Leaks)
    assert "(CVE-2025-30208); 4.5.10 or 5.4.15 or 6.2.3 does not." in found.reason


@pytest.mark.parametrize("version", [None, "8.4.0"])
def test_a_server_that_is_configured_to_serve_everything_is_not_called_old(
    tmp_path: Path, version: str | None
) -> None:
    with running(DevServer(leaky=frozenset({""}))) as dev:
        found = ask(dev, tmp_path, vite=version)

    assert isinstance(found, Leaks)
    assert found.package == ""
    assert "`server.fs`" in found.reason
    assert str(tmp_path) not in found.reason


# What is asked


def test_a_base_path_that_the_first_page_names_is_asked(tmp_path: Path) -> None:
    with running(DevServer(leaky=frozenset({"raw??"}), base="/docs")) as dev:
        assert isinstance(ask(dev, tmp_path), Leaks)


@pytest.mark.parametrize("base", ["/_nuxt", "/shop/"])
def test_a_base_path_that_no_page_names_is_asked_if_vite_is_there(
    tmp_path: Path, base: str
) -> None:
    path = base.rstrip("/")
    with running(DevServer(leaky=frozenset({"raw??"}), base=path, says_base=False)) as dev:
        assert isinstance(ask(dev, tmp_path, bases=["/shop/", "/other"]), Leaks)

    assert not any(target.startswith("/other/@fs") for target in dev.seen)


def test_what_the_gateway_refuses_is_not_asked(tmp_path: Path) -> None:
    with running(DevServer()) as dev:
        canary.leaks(dev.url, tmp_path, lets_through=lambda target: "raw" not in target)

    assert dev.seen
    assert not [target for target in dev.seen if "raw" in target]


def test_the_gateway_forwards_the_spellings_that_are_asked_and_refuses_the_others(
    world: World,
) -> None:
    world.open(backend_folder="backend", reach="url")
    targets = {each.requested("/srv/canary") for each in SPELLINGS}
    for target in targets:
        world.ask(target)

    forwarded = {unquote(seen.target) for seen in world.frontend.seen}
    assert forwarded == {unquote(target) for target in targets if lets_through(target)}
    assert len(forwarded) < len(targets)


def test_nothing_is_asked_that_opens_an_editor_or_leaves_the_folder(tmp_path: Path) -> None:
    with running(DevServer()) as dev:
        ask(dev, tmp_path)

    paths_asked = [unquote(target.partition("?")[0]) for target in dev.seen]
    assert not [path for path in paths_asked if re.search(paths.drives_tools(), path)]
    assert not [path for path in paths_asked if ".." in path]


def test_a_server_on_https_with_a_certificate_of_its_own_is_asked(tmp_path: Path) -> None:
    dev = DevServer(leaky=frozenset({"raw??"}))
    with running(dev), tls.serving(["localhost"], lambda *_: dev.port, tmp_path) as edge:
        url = f"https://127.0.0.1:{edge.port}"
        assert isinstance(canary.leaks(url, tmp_path, lets_through=lets_through), Leaks)


def test_a_server_on_ipv6_alone_is_asked(tmp_path: Path) -> None:
    dev = DevServer(leaky=frozenset({"raw??"}), host="::1")
    with running(dev):
        assert isinstance(ask(dev, tmp_path), Leaks)


# What is not known


def test_a_server_that_does_not_listen_is_unknown(tmp_path: Path) -> None:
    dev = DevServer()
    assert ask(dev, tmp_path) == Unknown(f"The dev server at {dev.url} does not listen.")


def test_a_server_that_answers_too_late_is_unknown(tmp_path: Path) -> None:
    with running(DevServer(hangs=threading.Event())) as dev:
        found = ask(dev, tmp_path, seconds=0.3)
    assert found == Unknown(f"The dev server at {dev.url} did not answer in time.")


def test_a_server_that_still_starts_is_unknown(tmp_path: Path) -> None:
    with running(DevServer(status=503)) as dev:
        found = ask(dev, tmp_path)
    assert found == Unknown(f"The dev server at {dev.url} still starts (it answers 503).")


def test_a_web_socket_that_is_reset_is_unknown(tmp_path: Path) -> None:
    with running(DevServer(cuts_socket=True)) as dev:
        assert ask(dev, tmp_path) == Unknown(f"The dev server at {dev.url} hung up.")


def test_a_server_of_which_the_gateway_forwards_nothing_is_safe(tmp_path: Path) -> None:
    with running(DevServer(leaky=frozenset({"raw??"}))) as dev:
        assert canary.leaks(dev.url, tmp_path, lets_through=lambda _: False) == Safe()


def test_a_server_that_hangs_up_is_unknown(tmp_path: Path) -> None:
    with running(DevServer(drops=True)) as dev:
        assert ask(dev, tmp_path) == Unknown(f"The dev server at {dev.url} hung up.")


# The file


def test_each_suffix_that_a_spelling_needs_is_that_of_a_file() -> None:
    named = {
        match[1] for each in SPELLINGS if (match := re.search(r"\{file\}(\.\w+)?", each.target))
    }

    assert {suffix or "" for suffix in named} == set(SUFFIXES)


def test_only_this_user_can_read_the_file_and_it_is_gone_afterwards(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    with running(DevServer(leaky=frozenset({"raw??", "import&raw??"}))) as dev:
        ask(dev, folder)

    assert dev.modes == {0o600}
    assert list(folder.iterdir()) == []


def test_the_file_is_gone_if_the_program_ends_while_a_thread_asks(tmp_path: Path) -> None:
    with running(DevServer(hangs=threading.Event())) as dev:
        script = f"""
import pathlib, threading, time
from twitter_setup.gateway import canary
folder = pathlib.Path({str(tmp_path)!r})
ask = lambda: canary.leaks({dev.url!r}, folder, lets_through=lambda _: True)
threading.Thread(target=ask, daemon=True).start()
while sum(path.stat().st_size > 0 for path in folder.iterdir()) < {len(SUFFIXES)}: time.sleep(0.01)
print("asked")
"""
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=False
        )

    assert done.stdout == "asked\n", done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_asked_for_at_its_real_path(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    with running(DevServer()) as dev:
        ask(dev, tmp_path / "link")

    assert any(str(tmp_path / "real") in target for target in dev.seen)
    assert not any(str(tmp_path / "link") in target for target in dev.seen)


def test_a_folder_with_spaces_and_accents_is_escaped(tmp_path: Path) -> None:
    with running(DevServer(leaky=frozenset({"raw??"}))) as dev:
        assert isinstance(ask(dev, tmp_path / "a b é#?%"), Leaks)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with running(DevServer()) as dev:
        assert isinstance(ask(dev, tmp_path / "file"), Unknown)


def test_a_file_that_a_killed_run_left_is_removed(tmp_path: Path) -> None:
    old, new = tmp_path / "canary-old", tmp_path / "canary-new"
    for path in (old, new):
        path.touch()
    os.utime(old, (0, 0))
    with running(DevServer()) as dev:
        ask(dev, tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["canary-new"]
