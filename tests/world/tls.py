"""The TLS side of a public address: what a browser meets at https://….ngrok-free.app, on this machine.

    with serving(["olive-tree.ngrok-free.app"], lambda host, path: 7337, folder) as edge:
        ...  # `edge.port`: Chromium with --host-resolver-rules; `edge.proxy`: HTTPS_PROXY for a program

It ends TLS and passes the rest to a loopback port, telling it the scheme as edges do; bodies and web
sockets pass as they come, and no cookie is kept. Standard library, and the `openssl` command once.
"""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import threading
import weakref
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_REPLACED = {"x-forwarded-proto", "x-forwarded-host", "x-forwarded-for"}
_HEAD_END = b"\r\n\r\n"
_PIECE = 65_536
_BAD_GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

# Somebody went away, or asked what is no HTTP; and the end of it all.
_IGNORED = suppress(
    OSError, EOFError, ValueError, asyncio.LimitOverrunError, asyncio.CancelledError
)
_KEEPING = (b"connection:", b"keep-alive:")

PortOf = Callable[[str, str], int]
Copy = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Edge:
    port: int  # speaks TLS
    proxy: str  # an HTTP proxy that leads there, whatever host is asked for
    certificate: Path  # for SSL_CERT_FILE and NODE_EXTRA_CA_CERTS


@contextmanager
def serving(hosts: Sequence[str], port_of: PortOf, folder: Path) -> Iterator[Edge]:
    """Answer for `hosts`; `port_of` is asked with each request: what is behind may come later."""
    certificate, key = make_certificate(hosts, folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    passing = _Passing(port_of)
    servers: list[asyncio.Server] = []

    async def start() -> Edge:
        servers.append(await asyncio.start_server(passing.serve, "127.0.0.1", 0, ssl=context))
        servers.append(await asyncio.start_server(passing.connect, "127.0.0.1", 0))
        passing.port, proxy = (server.sockets[0].getsockname()[1] for server in servers)
        return Edge(passing.port, f"http://127.0.0.1:{proxy}", certificate)

    async def end() -> None:
        for server in servers:
            server.close()
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
        for writer in passing.open:
            writer.transport.abort()
        await asyncio.sleep(0)

    try:
        yield asyncio.run_coroutine_threadsafe(start(), loop).result(timeout=10)
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(timeout=10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
        loop.close()


def make_certificate(hosts: Sequence[str], folder: Path) -> tuple[Path, Path]:
    """Signed by nobody but itself: who trusts it, trusts these hosts."""
    certificate, key = folder / "edge.pem", folder / "edge-key.pem"
    names = ",".join(f"DNS:{host}" for host in hosts)
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
            ),
            *("-nodes", "-days", "2", "-subj", "/CN=edge of the tests"),
            *("-addext", f"subjectAltName={names}", "-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    return certificate, key


class _Passing:
    """From browsers to what is behind, and back."""

    def __init__(self, port_of: PortOf) -> None:
        self._port_of = port_of
        self.port = 0
        self.open = weakref.WeakSet[asyncio.StreamWriter]()
        self._tasks = set[asyncio.Task[None] | None]()  # asyncio itself holds them weakly

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request a connection: each has a head of its own to look at."""
        with self._held(writer), _IGNORED:
            head = await reader.readuntil(_HEAD_END)
            host, path, passed = _rewrite(head, writer.get_extra_info("peername")[0])
            try:
                there = await asyncio.open_connection("localhost", self._port_of(host, path))
            except (OSError, LookupError):
                writer.write(_BAD_GATEWAY)
            else:
                with self._held(there[1]):
                    there[1].write(passed)
                    await _join(reader, writer, *there, first=_say_it_closes)

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """`CONNECT host:443`: there is one place to go."""
        with self._held(writer), _IGNORED:
            await reader.readuntil(_HEAD_END)
            there = await asyncio.open_connection("127.0.0.1", self.port)
            with self._held(there[1]):
                writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
                await _join(reader, writer, *there)

    @contextmanager
    def _held(self, writer: asyncio.StreamWriter) -> Iterator[None]:
        self.open.add(writer)
        task = asyncio.current_task()
        self._tasks.add(task)
        try:
            yield
        finally:
            self._tasks.discard(task)
            writer.close()


def _rewrite(head: bytes, client: str) -> tuple[str, str, bytes]:
    """The host and path that are asked for, and the head as what is behind shall read it."""
    request, *lines = head.removesuffix(_HEAD_END).decode("latin-1").split("\r\n")
    pairs = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    named = {name.lower(): value for name, value in pairs}
    host = named.get("host", "")
    is_upgrade = "upgrade" in named
    replaced = _REPLACED if is_upgrade else {*_REPLACED, "connection"}
    kept = [pair for pair in pairs if pair[0].lower() not in replaced]
    kept += [
        ("X-Forwarded-For", client),
        ("X-Forwarded-Host", host),
        ("X-Forwarded-Proto", "https"),
    ]
    if not is_upgrade:
        kept.append(("Connection", "close"))
    text = "\r\n".join([request, *(f"{name}: {value}" for name, value in kept)])
    path = request.split(" ")[1].partition("?")[0]
    return host.partition(":")[0].lower(), path, text.encode("latin-1") + _HEAD_END


async def _join(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    there_reader: asyncio.StreamReader,
    there_writer: asyncio.StreamWriter,
    *,
    first: Copy | None = None,
) -> None:
    """Both directions, until the answer is at its end."""
    sending = asyncio.create_task(_pump(reader, there_writer))
    try:
        if first is not None:
            await first(there_reader, writer)
        await _pump(there_reader, writer)
    finally:
        sending.cancel()


async def _say_it_closes(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """The answer's head; what closes without saying so would be asked again on that connection."""
    status = b"1"
    while status.startswith(b"1") and status != b"101":
        head = await source.readuntil(_HEAD_END)
        status = head.split(b" ", 2)[1]
        if not status.startswith(b"1"):
            lines = head.removesuffix(_HEAD_END).split(b"\r\n")
            kept = [line for line in lines if not line.lower().startswith(_KEEPING)]
            head = b"\r\n".join([*kept, b"Connection: close"]) + _HEAD_END
        sink.write(head)


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await source.read(_PIECE):
            sink.write(piece)
            await sink.drain()
