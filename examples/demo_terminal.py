"""Commands on the person's terminal: their output as it comes, and an orderly end whatever ends it."""

from __future__ import annotations

import fcntl
import os
import pty
import shutil
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import IO

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PATIENCE = 90.0  # a tunnel that ends waits for Strapi's restart


class Stopped(BaseException):
    """Ctrl-C, SIGTERM, or a terminal that was closed."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def stoppable() -> Iterator[None]:
    """One signal raises `Stopped`; more of them change nothing, so that all is cleaned up."""

    def stop(number: int, _: FrameType | None) -> None:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(number)

    former = {each: signal.signal(each, stop) for each in SIGNALS}
    try:
        yield
    finally:
        for each, handler in former.items():
            signal.signal(each, handler)


class Command:
    """A command in a session of its own: Ctrl-C reaches it when it is its turn."""

    def __init__(
        self, words: Sequence[str], *, folder: Path, environment: Mapping[str, str]
    ) -> None:
        self._said = bytearray()
        self._has_more = threading.Condition()
        output, source = _screen()
        self._process = subprocess.Popen(
            words,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        os.close(output)
        self._passing = threading.Thread(target=self._pass_on, args=(source,), daemon=True)
        self._passing.start()

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def said(self) -> str:
        return self._said.decode(errors="replace")

    def wait_for(self, words: str, within: float) -> bool:
        """Until it has said this; False once it has ended, or the time is over."""
        wanted, until = words.encode(), time.monotonic() + within
        with self._has_more:
            while wanted not in self._said:
                if not self._passing.is_alive() or time.monotonic() > until:
                    return wanted in self._said
                self._has_more.wait(0.2)
        return True

    def wait(self) -> int:
        """Its exit code, once all its output has been passed on."""
        code = self._process.wait()
        self._passing.join(timeout=5)
        return code

    def stop(self) -> int:
        """Ctrl-C; it may need some time to put things back."""
        if self.is_running:
            self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
        return self.wait()

    def _pass_on(self, source: int) -> None:
        with open(source, "rb", buffering=0, closefd=True) as output:
            while piece := _read(output):
                with suppress(OSError, ValueError):  # a terminal that was closed
                    sys.stdout.buffer.write(piece)
                    sys.stdout.buffer.flush()
                with self._has_more:
                    self._said += piece
                    self._has_more.notify_all()


def _screen() -> tuple[int, int]:
    """Where it writes, and where that is read: a terminal of its own if ours is one."""
    if not sys.stdout.isatty():
        read, write = os.pipe()
        return write, read
    master, slave = pty.openpty()
    columns, lines = shutil.get_terminal_size()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    return slave, master


def _read(output: IO[bytes]) -> bytes:
    try:
        return output.read(65_536)
    except OSError:  # what a terminal says whose other end was closed
        return b""
