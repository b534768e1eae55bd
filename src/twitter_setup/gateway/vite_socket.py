"""Vite's web socket, by which its own page (and anybody) asks for modules: `vite:invoke`, `fetchModule`.

https://vite.dev/guide/api-environment-runtimes. Frames are RFC 6455's.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import secrets
from collections.abc import Callable
from typing import Any

CLIENT = "/@vite/client"  # the page's own code that connects
_PROTOCOL = "vite-hmr"
_PATH = re.compile(r"""importMetaUrl\.port\}\$\{"(/[^"]*)"\}""")
_TOKEN = re.compile(r"""wsToken\s*=\s*"([^"]*)\"""")
_TEXT, _PING = 1, 9
_PONG = b"\x8a\x04pong"
# Vite 5 knows no `vite:invoke`, and says nothing. A server that does has replied by so many seconds
# after the pong.
_PATIENCE = 0.5


def address(client: bytes, base: str) -> str:
    """Read off Vite's client where it connects, with its token; '' if it is not Vite's client."""
    text = client.decode(errors="replace")
    if _PROTOCOL not in text:
        return ""
    path, token = _PATH.search(text), _TOKEN.search(text)
    return (path[1] if path else f"{base}/") + (f"?token={token[1]}" if token else "")


def handshake() -> dict[str, str]:
    """Return the headers that open the socket. Without `Origin` the server takes it for a program."""
    return {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(secrets.token_bytes(16)).decode(),
        "Sec-WebSocket-Protocol": _PROTOCOL,
    }


async def module_has(stream: Any, url: str, wanted: Callable[[bytes], bool]) -> bool:
    """Ask for the module at `url` and look for `wanted` in what comes back.

    stream: httpx's `network_stream` of the opened socket.
    """
    await stream.write(
        _frame(_TEXT, _invocation("known", "twitterSetup"))
        + _frame(_TEXT, _invocation("module", "fetchModule", url))
        + _frame(_PING, b"pong")
    )
    said = b""
    while b':module"' not in said:
        is_silent = _PONG in said and b':known"' not in said
        try:
            async with asyncio.timeout(_PATIENCE if is_silent else None):
                part = await stream.read(1 << 16)
        except TimeoutError:
            if is_silent:
                return False
            raise
        said += part
        if wanted(said):
            return True
        if not part:
            return False
    return False


def _invocation(id_: str, name: str, *arguments: str) -> bytes:
    data = {"id": f"send:{id_}", "name": name, "data": list(arguments)}
    return json.dumps({"type": "custom", "event": "vite:invoke", "data": data}).encode()


def _frame(opcode: int, payload: bytes) -> bytes:
    """Make one whole frame of a client, which has to mask it."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
    mask = secrets.token_bytes(4)
    masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))
    return bytes([0x80 | opcode]) + length + mask + masked
