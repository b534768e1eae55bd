"""How browsers get to this machine: through an ngrok agent of ours, or at an address of the user's.

A reach opens, tells what becomes of it, heals itself and closes. It knows no project and prints nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Literal, Protocol

from twitter_setup.addresses.public_url import parse_public_url
from twitter_setup.errors import Advice, TunnelFailed
from twitter_setup.ngrok import binary as ngrok_binary
from twitter_setup.ngrok import config as ngrok_config
from twitter_setup.ngrok import errors as ngrok_errors
from twitter_setup.ngrok import leftovers as ngrok_agents
from twitter_setup.ngrok.agent import Agent, OpenCancelled
from twitter_setup.ngrok.errors import AgentError
from twitter_setup.ngrok.leftovers import AgentProcess, end_leftover_agent

__all__ = [
    "AgentProcess",
    "NgrokReach",
    "OpenCancelled",
    "Reach",
    "ReachEvent",
    "StopFlag",
    "UrlReach",
    "end_leftover_agent",
    "parse_public_url",
]

_STEADY_AFTER = 60.0  # an agent that ran so long has its three restarts again
_LOOK_EVERY = 0.2


@dataclass(frozen=True, slots=True)
class ReachEvent:
    """`detail` says why it was lost or died; `public_url` is None while there is none."""

    kind: Literal["lost", "restored", "url-changed", "died"]
    public_url: str | None
    detail: str


class StopFlag(Protocol):
    """Set once the program is asked to stop; a `threading.Event` is one."""

    def is_set(self) -> bool: ...


class Reach(Protocol):
    def open(self, stop: StopFlag | None) -> str: ...
    def poll(self) -> ReachEvent | None: ...
    def close(self) -> None: ...


class UrlReach:
    """A public URL of the user's own: nothing to open, to watch or to close."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url

    def open(self, stop: StopFlag | None) -> str:
        del stop
        return self._public_url

    def poll(self) -> ReachEvent | None:
        return None

    def close(self) -> None:
        pass


class NgrokReach:
    """A tunnel through an ngrok agent of our own.

    The work is done in a thread, so that an exception out of a signal's handler finds no half-started
    process. `on_progress` and `on_process` are called in the caller's thread, by `open` and `poll`.
    """

    def __init__(
        self,
        *,
        port: int,
        domain: str | None,
        authtoken: str | None,
        config_path: Path,
        log_path: Path,
        on_process: Callable[[AgentProcess], None],
        on_progress: Callable[[str], None] = lambda _: None,
        known_sessions: Sequence[str] = (),
        startup_timeout: float = 15.0,
        restart_pauses: Sequence[float] = (1, 2, 4),
        host: str = "localhost",
    ) -> None:
        self._upstream = f"http://{host}:{port}"
        self._domain = domain
        self._authtoken = authtoken
        self._config_path = config_path.absolute()
        self._log_path = log_path
        self._on_process = on_process
        self._on_progress = on_progress
        self._known_sessions = tuple(known_sessions)
        self._startup_timeout = startup_timeout
        self._pauses = tuple(restart_pauses)
        self._lock = threading.RLock()  # held to start an agent and to close: none starts after
        self._closing = threading.Event()
        self._opened = threading.Event()
        self._failure: Exception | None = None
        self._worker: threading.Thread | None = None
        self._agent: Agent | None = None
        self._binary: Path | None = None
        self._settings: Mapping[str, Any] = {}
        self._public_url = ""
        self._lost = False
        self._restarts = 0
        self._calls: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._events: SimpleQueue[ReachEvent] = SimpleQueue()

    def open(self, stop: StopFlag | None) -> str:
        """Open the tunnel and return its public URL.

        Raises `TunnelFailed`, and `OpenCancelled` once `stop` is set; both leave nothing behind.
        """
        self._worker = threading.Thread(target=self._work, daemon=True, name="ngrok-reach")
        try:
            self._worker.start()  # waits until it runs, so an interrupt may come here, too
            while not self._opened.wait(0.05):
                self._deliver()
                if self._closing.is_set() or (stop is not None and stop.is_set()):
                    raise OpenCancelled
            self._deliver()
            self._go_on()
            if self._failure is not None:
                raise self._failure
        except BaseException:
            self.close()
            raise
        return self._public_url

    def poll(self) -> ReachEvent | None:
        """Tell what became of it since the last call, without waiting: a few times a second."""
        if self._closing.is_set():
            return None
        self._deliver()
        if self._failure is not None:
            raise self._failure
        with suppress(Empty):
            return self._events.get_nowait()
        return None

    def close(self) -> None:
        """End the agent, remove its configuration. Never raises; at any time, and again."""
        self._closing.set()
        with self._lock:
            if self._agent is not None:
                with suppress(Exception):
                    self._agent.end()
            with suppress(OSError):
                self._config_path.unlink(missing_ok=True)
        if self._worker is not None and self._worker is not threading.current_thread():
            with suppress(RuntimeError):
                self._worker.join(timeout=2.0)

    def _deliver(self) -> None:
        with suppress(Empty):
            while True:
                self._calls.get_nowait()()

    # In the thread

    def _work(self) -> None:
        try:
            self._public_url = self._first_start()
            self._opened.set()
            while not self._closing.is_set() and self._watch():
                pass
        except Exception as error:  # noqa: BLE001  (raised again in `open` or `poll`)
            self._failure = error
        finally:
            self._opened.set()

    def _first_start(self) -> str:
        user = ngrok_config.read_user_config()
        self._authtoken = self._authtoken or user.authtoken
        self._settings = user.settings
        self._binary = ngrok_binary.find(self._report, self._closing)
        self._report("connecting to ngrok")
        return self._start()

    def _report(self, text: str) -> None:
        self._calls.put(lambda: self._on_progress(text))

    def _go_on(self) -> None:
        if self._closing.is_set():
            raise OpenCancelled

    def _start(self) -> str:
        """Start an agent and its endpoint; where it fails, no agent is left."""
        try:
            agent = self._start_agent()
            try:
                return self._open_endpoint(agent)
            except BaseException:
                agent.end()
                raise
        except AgentError as error:
            self._go_on()
            raise self._explain(str(error)) from None

    def _start_agent(self) -> Agent:
        with self._lock:
            self._go_on()
            ngrok_config.write(self._config_path, self._settings)
            agent = Agent(
                self._binary or Path("ngrok"),
                config=self._config_path,
                log=self._log_path,
                authtoken=self._authtoken,
            )
            self._agent = agent
        self._calls.put(lambda: self._on_process(agent.noted))
        return agent

    def _open_endpoint(self, agent: Agent) -> str:
        return agent.open_endpoint(
            self._upstream, domain=self._domain, timeout=self._startup_timeout, stop=self._closing
        )

    def _explain(self, said: str) -> TunnelFailed:
        named = list(self._known_sessions)
        if ngrok_errors.code_in(said) == "108":
            named += ngrok_agents.others(named)
        failure = ngrok_errors.failure(said, domain=self._domain, others=named)
        where = Advice(f"what the agent said is in {self._log_path}")
        return TunnelFailed(failure.code, failure.message, advice=(*failure.advice, where))

    def _watch(self) -> bool:
        """Wait for the next change and see to it. False when the reach is dead or closed."""
        agent = self._agent
        change = agent.next_change(_LOOK_EVERY) if agent is not None else None
        if agent is None or change is None or self._closing.is_set():
            return agent is not None
        kind, said = change
        if kind == "exited":
            return self._restart(agent, f"the ngrok agent ended: {ngrok_errors.sentence(said)}")
        if kind == "lost":
            self._tell_lost(f"ngrok lost its connection: {ngrok_errors.sentence(said)}")
            return True
        return self._reconnected(agent) if self._lost else True

    def _tell_lost(self, detail: str) -> None:
        if not self._lost:
            self._lost = True
            self._events.put(ReachEvent("lost", None, detail))

    def _reconnected(self, agent: Agent) -> bool:
        try:
            url = agent.public_url() or self._open_endpoint(agent)
        except (AgentError, OpenCancelled) as error:
            reason = ngrok_errors.sentence(str(error))
            return self._restart(agent, f"ngrok came back without its endpoint: {reason}")
        self._back(url)
        return True

    def _back(self, url: str) -> None:
        same = url == self._public_url
        self._public_url, self._lost = url, False
        kind: Literal["restored", "url-changed"] = "restored" if same else "url-changed"
        self._events.put(ReachEvent(kind, url, ""))

    def _restart(self, agent: Agent, why: str) -> bool:
        if time.monotonic() - agent.since > _STEADY_AFTER:
            self._restarts = 0
        self._tell_lost(why)
        agent.end()
        while self._restarts < len(self._pauses):
            pause = self._pauses[self._restarts]
            self._restarts += 1
            if self._closing.wait(pause):
                return False
            try:
                url = self._start()
            except TunnelFailed as error:
                why = error.message
            except OpenCancelled:
                return False
            else:
                self._back(url)
                return True
        self._events.put(ReachEvent("died", None, why))
        return False
