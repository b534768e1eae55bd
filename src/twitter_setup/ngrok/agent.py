"""One ngrok agent process: its start, its log and its end.

The protocol is the one that pyngrok speaks. The process is ours, since pyngrok lets the agent's
output through to the terminal, puts the authtoken on the command line, and waits for ever on a
silent agent.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from twitter_setup.ngrok import config as ngrok_config
from twitter_setup.ngrok import errors as ngrok_errors
from twitter_setup.ngrok import leftovers as ngrok_agents
from twitter_setup.ngrok.errors import AgentError
from twitter_setup.system import children, processes

if TYPE_CHECKING:
    from pyngrok.log import NgrokLog

    from twitter_setup.ngrok.api import Api

Change = Literal["lost", "established", "exited"]

_PATIENCE = 2.0
_LARGEST_LOG = 2_000_000
_LONGEST_LINE = 16_384
# golang.ngrok.com/ngrok, internal/tunnel/client: reconnecting.go and raw_session.go
_LOST = (
    "session closed, starting reconnect loop",
    "failed to reconnect session",
    "heartbeat timeout, terminating session",
)


class OpenCancelled(Exception):
    """Waiting ended because we were asked to stop, not because the agent failed."""


class Agent:
    """A running agent. A thread of its own reads all it says; the methods are for any thread."""

    def __init__(self, binary: Path, *, config: Path, log: Path, authtoken: str | None) -> None:
        """Start it. Raises `AgentError` where the system refuses to."""
        self._config = str(config)
        self._authtoken = authtoken
        self._news = threading.Condition()
        self._changes: deque[tuple[Change, str]] = deque(maxlen=100)
        self._errors: deque[str] = deque(maxlen=50)
        self._connected: set[str] = set()
        self._address = ""
        self._api: Api | None = None
        words = ngrok_agents.command(binary, config)
        self._process = _spawn(words, ngrok_config.child_environment(authtoken))
        self.since = time.monotonic()
        self.noted = children.note(self._process, self._config)
        self._reader = threading.Thread(target=self._read, args=(log,), daemon=True)
        self._reader.start()

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    # What it says

    def _read(self, log: Path) -> None:
        # Loaded here, while the agent starts, and not for --help.
        from pyngrok.log import NgrokLog  # noqa: PLC0415

        stream = self._process.stdout
        with _Log(log) as written:
            while stream is not None and (raw := stream.readline(_LONGEST_LINE)):
                line = self._mask(raw.decode(errors="replace").rstrip())
                if line:
                    written.add(line)
                    self._take_in(line, NgrokLog(line))
        if stream is not None:
            stream.close()
        self._process.wait()
        with self._news:
            self._changes.append(("exited", self._reason()))
            self._news.notify_all()

    def _mask(self, text: str) -> str:
        return ngrok_config.mask(text, self._authtoken)

    def _take_in(self, line: str, said: NgrokLog) -> None:
        message = said.msg or ""
        with self._news:
            if line.startswith("ERROR:"):
                self._errors.append(line)
            elif said.lvl in ("ERROR", "CRITICAL") and said.err:
                self._errors.append(said.err)
            if "starting web service" in message and said.addr:
                self._address = said.addr
            elif "tunnel session started" in message:
                self._connected.add("tunnel")
            elif "client session established" in message:
                self._connected.add("client")
                self._errors.clear()  # what went wrong before it is over
                self._changes.append(("established", ""))
            elif any(lost in message for lost in _LOST):
                self._changes.append(("lost", said.err or message))
            self._news.notify_all()

    def _reason(self) -> str:
        """Choose the most telling of its errors: one with ngrok's code, else its last words."""
        with_code = [each for each in self._errors if ngrok_errors.code_in(each)]
        logged = [each for each in self._errors if not each.startswith("ERROR:")]
        for choice in (with_code[:1], logged[-1:], list(self._errors)[:1]):
            if choice:
                return choice[0]
        status = self._process.poll()
        return "" if status is None else f"the agent ended with status {status} and gave no reason"

    def next_change(self, timeout: float) -> tuple[Change, str] | None:
        """Return what happened to its connection, or to itself, since the last call, and why.

        Waits up to `timeout` seconds for it.
        """
        with self._news:
            if not self._changes:
                self._news.wait(timeout)
            if self._changes:
                return self._changes.popleft()
            # Its output may stay open when it is gone: where it was a wrapper, a child holds it.
            return None if self.is_running else ("exited", self._reason())

    # What it is asked

    def open_endpoint(
        self, upstream: str, *, domain: str | None, timeout: float, stop: threading.Event
    ) -> str:
        """Wait until the agent is connected, open our endpoint, and return its public URL.

        Raises `AgentError`, and `OpenCancelled` once `stop` is set.
        """
        from twitter_setup.ngrok.api import Api  # noqa: PLC0415  (loads httpx while the agent connects)

        deadline = time.monotonic() + timeout
        self._wait_until_connected(deadline, timeout, stop)
        self._api = api = self._api or Api(self._address, self._mask)
        self._wait_until_answering(api, deadline, stop)
        with self._news:
            self._changes.clear()  # of the start; what comes now is about the endpoint
        try:
            return api.create(upstream, domain)
        except AgentError as error:
            raise AgentError(self._last_words() or str(error)) from error

    def _wait_until_connected(self, deadline: float, timeout: float, stop: threading.Event) -> None:
        while True:
            with self._news:
                if self._address and self._connected == {"tunnel", "client"}:
                    return
                reason = self._reason()
                ended = any(change == "exited" for change, _ in self._changes)
                if ended or ngrok_errors.is_final(reason):
                    raise AgentError(reason)
                self._news.wait(0.05)
            if stop.is_set():
                raise OpenCancelled
            if time.monotonic() > deadline:
                raise AgentError(reason or f"{ngrok_errors.SILENT} for {timeout:g} s")

    def _wait_until_answering(self, api: Api, deadline: float, stop: threading.Event) -> None:
        while True:
            try:
                api.ping()
            except AgentError as error:
                if stop.wait(0.1):
                    raise OpenCancelled from None
                late = time.monotonic() > deadline or not self.is_running
                if late or ngrok_errors.is_final(str(error)):
                    raise AgentError(self._last_words() or str(error)) from error
            else:
                return

    def _last_words(self) -> str:
        """Return why it ended; empty while it runs."""
        for _ in range(10):
            if not self._reader.is_alive():
                return self._reason()
            self._reader.join(timeout=0.02)
        return ""

    def public_url(self) -> str | None:
        """Return the address of our endpoint as the agent has it now. Raises `AgentError`."""
        return self._api.public_url() if self._api else None

    # Its end

    def end(self) -> None:
        """End it and all that it started, after a few seconds at the latest. Never raises."""
        if self._api is not None:
            with suppress(AgentError, RuntimeError):
                if self.is_running:
                    self._api.delete()
                self._api.close()
        with suppress(Exception):
            processes.end(self.noted.pid, self.noted.started, self._config, patience=_PATIENCE)
        with suppress(OSError, subprocess.TimeoutExpired):
            self._process.wait(timeout=_PATIENCE)
        self._reader.join(timeout=1.0)


class _Log:
    """The agent's log, for its owner alone; it starts anew when it has grown too large."""

    def __init__(self, path: Path) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
        self._descriptor: int | None = None
        with suppress(OSError):
            self._descriptor = os.open(path, flags, 0o600)

    def __enter__(self) -> Self:
        return self

    def add(self, line: str) -> None:
        if self._descriptor is None:
            return
        with suppress(OSError):  # a full disk is no reason to lose the tunnel
            if os.fstat(self._descriptor).st_size > _LARGEST_LOG:
                os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, f"{line}\n".encode(errors="replace"))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)


def _spawn(words: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    try:
        return children.start(words, environment, subprocess.PIPE)
    except OSError as error:
        raise AgentError(f"{words[0]} cannot be started: {error.strerror}") from error
