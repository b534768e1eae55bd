"""Ctrl-C, SIGTERM and SIGHUP as one flag that the program looks at where stopping is safe.

A handler that raises anywhere could tear a write or a half-started child apart; so it only notes the
signal and wakes whoever waits. Only around a question (`asking`) does it raise.
"""

from __future__ import annotations

import select
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, Self

from twitter_setup.errors import Interrupted

_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


class Stop:
    """Whether a signal asked to stop. A second one changes nothing: undo is never cut short."""

    def __init__(self) -> None:
        self.signal_number = 0
        self._raise = False
        self._former: dict[int, Any] = {}
        # Sockets and no threading.Event: a handler that runs while Event holds its own lock would
        # hang; and no pipe, since Windows cannot wait for one.
        self._readable, self._writable = socket.socketpair()
        self._writable.setblocking(False)

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                if number != signal.SIGINT and signal.getsignal(number) is signal.SIG_IGN:
                    continue  # `nohup`: the person wants it to outlive the terminal
                self._former[number] = signal.signal(number, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._former.items():
            # Asked to stop, the program is ending: a late second Ctrl-C must not change its exit code.
            signal.signal(number, signal.SIG_IGN if self.is_set() else handler)
        self._former.clear()
        self._readable.close()
        self._writable.close()

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        first = not self.signal_number
        self.signal_number = self.signal_number or number
        with suppress(OSError):  # full: it is readable anyway
            self._writable.send(b".")
        if self._raise and first:
            raise Interrupted(number)

    def is_set(self) -> bool:
        return self.signal_number != 0

    def wait(self, seconds: float) -> bool:
        """Sleep, but wake at a signal. Returns whether one came, now or earlier."""
        if not self.is_set():
            select.select([self._readable], [], [], seconds)
        return self.is_set()

    def check(self) -> None:
        if self.is_set():
            raise Interrupted(self.signal_number)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Around a question: nothing is half done there, so a signal may end it at once."""
        self.check()
        self._raise = True
        try:
            yield
        finally:
            self._raise = False
