"""The gateway's process: a Caddy of our own on 127.0.0.1, started, watched, started again, ended.

What it does with requests is `gateway_config`'s.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from twitter_setup.errors import Advice, SetupError
from twitter_setup.gateway import caddy
from twitter_setup.gateway import config as gateway_config
from twitter_setup.gateway.config import Site
from twitter_setup.system import children
from twitter_setup.system.children import Child

__all__ = ["Gateway", "GatewayEvent", "GatewayProcess", "Site", "end_leftover_gateway"]

GatewayProcess = Child

_LOOK_EVERY = 0.005
_STEADY_AFTER = 60.0  # one that ran so long has its restarts again
# It has nothing to write, and requests that still wait for Strapi have nobody left to answer.
_PATIENCE = 0.3


@dataclass(frozen=True, slots=True)
class GatewayEvent:
    """`detail` says why it was lost or died."""

    kind: Literal["lost", "restored", "died"]
    detail: str


class Gateway:
    """A Caddy that serves `site`.

    The caller's thread does all: `poll` watches it, a few times a second. `on_process` is told before
    the start where its configuration is, with PID 0, and after it who it is.
    """

    def __init__(
        self,
        site: Site,
        *,
        config_path: Path,
        output_path: Path,
        on_process: Callable[[GatewayProcess], None],
        startup_timeout: float = 5.0,
        restart_pauses: Sequence[float] = (0.1, 1, 3),
    ) -> None:
        self._site = site
        self._config = config_path.absolute()
        self._output = output_path
        self._on_process = on_process
        self._startup_timeout = startup_timeout
        self._pauses = tuple(restart_pauses)
        self._process: subprocess.Popen[bytes] | None = None
        self._binary = ""
        self._since = 0.0
        self._restarts = 0
        self._restart_at: float | None = None  # while it is lost
        self._is_over = False

    def open(self) -> None:
        """Start it, and return when it answers.

        Raises `gateway_failed`, and `port_taken` where another process has the port; nothing is
        left behind then.
        """
        self._binary = caddy.find()
        caddy.check_free(self._site.port)
        try:
            self._start()
            self._wait_until_answering()
        except BaseException:
            self.close()
            raise

    def poll(self) -> GatewayEvent | None:
        """Tell what became of it since the last call; where it has ended, start it again in time."""
        if self._is_over or self._process is None:
            return None
        if self._restart_at is not None:
            return self._restart() if time.monotonic() >= self._restart_at else None
        if self._process.poll() is None:
            return None
        if time.monotonic() - self._since > _STEADY_AFTER:
            self._restarts = 0
        why = self._last_words()
        return self._plan_restart(GatewayEvent("lost", why), why)

    def update(self, site: Site) -> None:
        """Serve `site` from now on, at the same port. Raises `gateway_failed`.

        Caddy restarts if its configuration differs: its admin API, which could change it, is off.
        """
        former, self._site = self._site, site
        configuration = gateway_config.configuration
        if self._is_over or configuration(site) == configuration(former):
            return
        self._end()
        self._restart_at = None
        self._start()
        self._wait_until_answering()

    def close(self) -> None:
        """End it and remove its configuration. Never raises; at any time, and again."""
        self._is_over = True
        with suppress(Exception):
            self._end()
        with suppress(OSError):
            self._config.unlink(missing_ok=True)

    def _start(self) -> None:
        self._write_config()
        self._on_process(GatewayProcess(0, 0.0, str(self._config)))
        words = [self._binary, *_arguments(self._config)]
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
        try:
            output = os.open(self._output, flags, 0o600)
            try:
                self._process = children.start(words, caddy.environment(self._site.storage), output)
            finally:
                os.close(output)
        except OSError as error:
            raise _failed(f"{words[0]} cannot be started: {error.strerror}") from error
        self._since = time.monotonic()
        self._on_process(children.note(self._process, str(self._config)))

    def _write_config(self) -> None:
        content = json.dumps(gateway_config.configuration(self._site), indent=2)
        try:
            self._config.unlink(missing_ok=True)
            descriptor = os.open(self._config, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(content + "\n")
        except OSError as error:
            raise _failed(f"{self._config} cannot be written: {error.strerror}") from error

    def _wait_until_answering(self) -> None:
        deadline = time.monotonic() + self._startup_timeout
        while not caddy.answers(self._site.port):
            if self._process is None or self._process.poll() is not None:
                raise _failed(self._last_words(), self._output)
            if time.monotonic() > deadline:
                raise _failed(f"it did not answer within {self._startup_timeout:g} s", self._output)
            time.sleep(_LOOK_EVERY)

    def _last_words(self) -> str:
        """Give what it said last, and else how it ended."""
        with suppress(OSError):
            lines = self._output.read_text(encoding="utf-8", errors="replace").splitlines()
            said = [line for line in lines if line.startswith("Error:")]
            if said:
                return said[-1].removeprefix("Error:").strip()
        status = self._process.poll() if self._process else None
        return f"the gateway ended with status {status}"

    def _plan_restart(self, event: GatewayEvent | None, why: str) -> GatewayEvent | None:
        if self._restarts >= len(self._pauses):
            self._is_over = True
            return GatewayEvent("died", why)
        self._restart_at = time.monotonic() + self._pauses[self._restarts]
        self._restarts += 1
        return event

    def _restart(self) -> GatewayEvent | None:
        try:
            caddy.check_free(self._site.port)
            self._start()
            self._wait_until_answering()
        except SetupError as error:
            self._end()
            return self._plan_restart(None, error.message)
        self._restart_at = None
        return GatewayEvent("restored", "")

    def _end(self) -> None:
        """End it. Caddy has no children, and a child that we wait for is no other process."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(timeout=_PATIENCE * 10)


def end_leftover_gateway(gateway: GatewayProcess) -> bool:
    """End the gateway that a killed run left behind, and say whether there was one."""
    config = Path(gateway.config)
    is_ended = children.end_leftover(gateway, _arguments(config))
    with suppress(OSError):
        config.unlink(missing_ok=True)
    return is_ended


def _arguments(config: Path) -> list[str]:
    return ["run", "--config", str(config)]


def _failed(reason: str, output: Path | None = None) -> SetupError:
    advice = [Advice(f"what Caddy said is in {output}")] if output else []
    return SetupError("gateway_failed", f"The gateway cannot run: {reason}", advice=advice)
