"""Whether the front end's dev server gives away files of this machine: a made-up file is asked for.

A dev server serves one machine. Published, a leaky one gives `.env`, keys and any other file to the
world. The spellings to ask with are data (`dev_server_holes`); the verdict is measured. A server that
cannot read a file of this user's (one in a container) is called safe.
"""

from __future__ import annotations

import asyncio
import atexit
import base64
import os
import re
import secrets
import string
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit

import httpcore
import httpx

from twitter_setup.gateway import dev_server_holes, vite_socket
from twitter_setup.gateway.dev_server_holes import SPELLINGS, SUFFIXES, Spelling

SECONDS = 5.0  # for the first page, and then for all spellings together
_LETTERS, _PIECE = 200, 40  # an answer that quotes a part of the file gives it away too
_NAME, _STALE = "canary-", 60.0  # seconds; an older one is a killed run's
_MOST, _AT_ONCE = 1 << 20, 16  # bytes of one answer that are read; questions at a time
# A proxy or a loading page answers for a server that still starts (Nuxt, Gatsby, Angular).
_NOT_READY = frozenset({502, 503, 504})
_STAND_IN = "/srv/canary"  # the gateway's rules are asked about the spelling, not about our folder
_REDIRECTS, _URL_SAFE = 3, "/%:@!$&'()*+,;=~"

# Below a base path, Vite's first page names its own files below that path.
_BASE = re.compile(r"""["'(`]((?:/[\w.~-]+)*)/(?:@vite|@fs|@id|node_modules)/""")
_USUAL_BASES = ("", "/_nuxt")  # of the second the first page may say nothing


@dataclass(frozen=True, slots=True)
class Safe:
    """No spelling that the gateway forwards returned the file."""


@dataclass(frozen=True, slots=True)
class Leaks:
    """The file came back. `package` is what to update, "" if a setting of the user's allows it."""

    reason: str  # a sentence
    package: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A question had no answer. Ask again, and publish nothing before."""

    reason: str  # a sentence


Verdict = Safe | Leaks | Unknown


def leaks(
    base_url: str,
    folder: Path,
    *,
    lets_through: Callable[[str], bool],
    vite: str | None = None,
    bases: Iterable[str] = (),
    seconds: float = SECONDS,
) -> Verdict:
    """Ask the dev server at `base_url` for a new file in `folder`, in each known spelling.

    base_url: `http://127.0.0.1:5173`, `https://[::1]:5173`; certificates are not verified.
    folder: the user's own state folder, which no dev server may serve.
    lets_through: whether the gateway forwards a request's target (path and query, undecoded).
    vite: the installed version, for the sentence alone.
    bases: base paths (`/docs`) besides those that the first page names.

    Takes at most twice `seconds`; never raises for what a server does.
    """
    with ExitStack() as stack:
        try:
            canary = stack.enter_context(_canary(folder))
        except OSError as error:
            return Unknown(f"{folder} cannot be written ({error.strerror or error}).")
        asking = _Asking(base_url.rstrip("/"), canary, lets_through, seconds)
        return asyncio.run(asking.verdict(bases, vite))


# The file


@dataclass(frozen=True, slots=True)
class _Canary:
    path: str  # as a URL's, without a suffix
    fragments: tuple[bytes, ...]

    def is_in(self, answer: bytes) -> bool:
        """Whether the answer has a piece of it: as text, percent-encoded or in base64."""
        plain = unquote_to_bytes(answer)
        return any(each in answer or each in plain for each in self.fragments)


@contextmanager
def _canary(folder: Path) -> Iterator[_Canary]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for stray in folder.glob(f"{_NAME}*"):
        with suppress(OSError):
            if stray.stat().st_mtime < time.time() - _STALE:
                stray.unlink()
    letters = "".join(secrets.choice(string.ascii_letters) for _ in range(_LETTERS))
    path = folder.resolve() / f"{_NAME}{secrets.token_hex(4)}"
    files = [path.with_name(path.name + suffix) for suffix in SUFFIXES]

    def remove() -> None:
        for file in files:
            file.unlink(missing_ok=True)

    atexit.register(remove)  # the program may end while a thread of its own asks
    try:
        for file in files:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as stream:
                stream.write(letters)
        yield _Canary("/" + quote(path.as_posix().lstrip("/")), tuple(_fragments(letters.encode())))
    finally:
        remove()
        atexit.unregister(remove)


def _fragments(letters: bytes) -> Iterator[bytes]:
    for start in range(0, len(letters), _PIECE):
        piece = letters[start : start + _PIECE]
        yield piece
        for offset in range(3):
            encoded = base64.b64encode(bytes(offset) + piece).rstrip(b"=")
            # The first and the last digits are also those of the neighboring bytes.
            last = len(encoded) if (offset + len(piece)) % 3 == 0 else -1
            yield encoded[offset + 1 if offset else 0 : last]


# The questions


class _NoAnswer(Exception):
    """The answer says that the server still starts."""


_UNANSWERED = (TimeoutError, _NoAnswer, httpx.TransportError)


class _Asking:
    """The questions to one server, side by side."""

    def __init__(
        self, base_url: str, canary: _Canary, lets_through: Callable[[str], bool], seconds: float
    ) -> None:
        self._url = base_url
        self._canary = canary
        self._lets_through = lets_through
        self._seconds = seconds
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._sockets: dict[str, str] = {}
        port = urlsplit(base_url).port
        # As the gateway asks. An answer that is packed would hide the letters.
        self._headers = {
            "Host": f"localhost:{port}" if port else "localhost",
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "User-Agent": "twitter-setup",
        }

    async def verdict(self, bases: Iterable[str], vite: str | None) -> Verdict:
        async with httpx.AsyncClient(
            verify=False,  # noqa: S501 - the connection stays on the loopback
            trust_env=False,
            timeout=None,  # noqa: S113 - `asyncio.timeout` counts for the whole
            limits=httpx.Limits(max_connections=None),  # `_turn` counts; a web socket stays open
        ) as client:
            self._client = client
            try:
                async with asyncio.timeout(self._seconds):
                    candidates = (*_USUAL_BASES, *await self._bases_of_page(), *bases)
                    self._sockets = await self._vite_at(candidates)
            except _UNANSWERED as error:
                return self._unknown(error)
            return await self._of_all(vite)

    async def _of_all(self, vite: str | None) -> Verdict:
        asked = [
            (spelling, asyncio.create_task(self._gives_away(spelling, base)))
            for spelling in SPELLINGS
            for base in dict.fromkeys(("", *self._sockets))
            if self._lets_through(base + spelling.requested(_STAND_IN))
        ]
        tasks = [task for _, task in asked]
        _, late = await asyncio.wait(tasks, timeout=self._seconds) if tasks else ((), ())
        for task in late:
            task.cancel()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        leaky = [
            spelling for (spelling, _), answer in zip(asked, answers, strict=True) if answer is True
        ]
        if leaky:
            return Leaks(*dev_server_holes.refusal(leaky, vite))
        failed = [answer for answer in answers if isinstance(answer, BaseException)]
        for error in failed:
            if not isinstance(error, (asyncio.CancelledError, *_UNANSWERED)):
                raise error
        if late or failed:
            return self._unknown(TimeoutError() if late else failed[0])
        return Safe()

    def _unknown(self, error: BaseException) -> Unknown:
        said = "did not answer in time" if isinstance(error, TimeoutError) else "hung up"
        if isinstance(error, httpx.ConnectError):
            said = "does not listen"
        elif isinstance(error, _NoAnswer):
            said = f"still starts (it answers {error})"
        return Unknown(f"The dev server at {self._url} {said}.")

    async def _bases_of_page(self) -> list[str]:
        """Read the base paths off the first page, which may redirect to one."""
        url = "/"
        for _ in range(_REDIRECTS):
            answer, body = await self._get(url, accept="text/html")
            moved = urlsplit(urljoin(url, answer.headers.get("location", "")))
            url = quote(moved.path, safe=_URL_SAFE)
            if not answer.is_redirect or not self._lets_through(url):
                break
        return _BASE.findall(body.decode(errors="replace"))

    async def _vite_at(self, candidates: Iterable[str]) -> dict[str, str]:
        """Return the base paths at which Vite serves, each with the address of its web socket."""
        bases = tuple(dict.fromkeys(quote(each, _URL_SAFE).rstrip("/") for each in candidates))
        answers = await asyncio.gather(*(self._get(base + vite_socket.CLIENT) for base in bases))
        found = zip(bases, (body for _, body in answers), strict=True)
        sockets = {base: vite_socket.address(client, base) for base, client in found}
        return {base: address for base, address in sockets.items() if address}

    async def _gives_away(self, spelling: Spelling, base: str) -> bool:
        target = spelling.target.format(file=self._canary.path)
        if spelling.by == "socket":
            address = self._sockets.get(base)
            return address is not None and await self._module_gives_away(address, target)
        _, body = await self._get(base + target)
        return self._canary.is_in(body)

    async def _module_gives_away(self, url: str, module: str) -> bool:
        request = self._client.build_request(
            "GET",
            self._url,
            headers={**self._headers, **vite_socket.handshake()},
            extensions={"target": url.encode()},
        )
        answer = await self._client.send(request, stream=True)
        try:
            if answer.status_code != httpx.codes.SWITCHING_PROTOCOLS:
                return False
            stream = answer.extensions["network_stream"]
            return await vite_socket.module_has(stream, module, self._canary.is_in)
        except httpcore.NetworkError as error:  # the stream is httpcore's own
            raise httpx.ReadError(str(error)) from error
        finally:
            await answer.aclose()

    async def _get(self, target: str, *, accept: str = "*/*") -> tuple[httpx.Response, bytes]:
        """Send `target` to the letter: httpx would resolve and escape it."""
        request = self._client.build_request(
            "GET",
            self._url,
            headers={**self._headers, "Accept": accept},
            extensions={"target": target.encode()},
        )
        async with self._turn:
            try:
                return await self._send(request)
            except (httpx.ReadError, httpx.RemoteProtocolError):
                # The server may have closed a kept connection at this moment.
                return await self._send(request)

    async def _send(self, request: httpx.Request) -> tuple[httpx.Response, bytes]:
        body = b""
        answer = await self._client.send(request, stream=True)
        try:
            if answer.status_code in _NOT_READY:
                raise _NoAnswer(answer.status_code)
            async for part in answer.aiter_raw():
                body += part
                if len(body) > _MOST:
                    break
        finally:
            await answer.aclose()
        return answer, body
