"""Ctrl-C, SIGTERM and SIGHUP as one flag that the program looks at where stopping is safe.

A handler that raises anywhere could tear a write or a half-started child apart; so it only notes the
signal and wakes whoever waits. Only around a question (`asking`) does it raise.
"""

from __future__ import annotations

import select
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, Self, TypeVar

from twitter_setup.errors import Interrupted, SetupError

T = TypeVar("T")

_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


class Stop:
    """Whether a signal asked to stop. A second one changes nothing: undo is never cut short."""

    def __init__(self, *, takes_ignored: bool = True) -> None:
        """`takes_ignored`: also a Ctrl-C that a script's `&` had ignored, so that `kill -INT` ends it."""
        self._takes_ignored = takes_ignored
        self.signal_number = 0
        self._raise = False
        self._former: dict[int, Any] = {}
        # Sockets and no threading.Event: a handler that runs while Event holds its own lock would
        # hang; and no pipe, since Windows cannot wait for one.
        self._readable, self._writable = socket.socketpair()
        self._readable.setblocking(False)
        self._writable.setblocking(False)
        self._former_wakeup: int | None = None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            # The interpreter writes to it as the signal comes. Our handler runs when the interpreter gets
            # to it: too late, where the signal comes just before a wait begins.
            self._former_wakeup = signal.set_wakeup_fd(
                self._writable.fileno(), warn_on_full_buffer=False
            )
            for number in _SIGNALS:
                # `nohup`: the person wants it to outlive the terminal.
                may_take = number == signal.SIGINT and self._takes_ignored
                if signal.getsignal(number) is signal.SIG_IGN and not may_take:
                    continue
                self._former[number] = signal.signal(number, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._former.items():
            # Asked to stop, the program is ending: a late second Ctrl-C must not change its exit code.
            signal.signal(number, signal.SIG_IGN if self.is_set() else handler)
        self._former.clear()
        if self._former_wakeup is not None:
            signal.set_wakeup_fd(self._former_wakeup)
        self._readable.close()
        self._writable.close()

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        self.signal_number = self.signal_number or number
        if self._raise:
            self._raise = False  # once: what follows is not cut short
            raise Interrupted(number)

    def is_set(self) -> bool:
        return self.signal_number != 0

    def wait(self, seconds: float) -> bool:
        """Sleep, but wake at a signal. Returns whether one came, now or earlier."""
        end = time.monotonic() + seconds
        while not self.is_set() and (left := end - time.monotonic()) > 0:
            self._doze(left)
        return self.is_set()

    def sleep(self, seconds: float) -> None:
        """The same; raises `Interrupted`."""
        self.wait(seconds)
        self.check()

    def until(self, future: Future[T], seconds: float) -> T:
        """What `future` comes to; raises what it raises, `TimeoutError`, or `Interrupted` at a signal."""
        future.add_done_callback(lambda _: self._wake())
        end = time.monotonic() + seconds
        while not future.done():
            self.check()
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._doze(left)
        self.check()
        return future.result()

    def _doze(self, seconds: float) -> None:
        """Until something is written to the socket; perhaps for nothing."""
        select.select([self._readable], [], [], seconds)
        with suppress(BlockingIOError):
            self._readable.recv(4096)

    def _wake(self) -> None:
        with suppress(OSError):  # full: it is readable anyway; closed: nobody waits
            self._writable.send(b".")

    def check(self) -> None:
        if self.is_set():
            raise Interrupted(self.signal_number)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Around a question: nothing is half done there, so a signal may end it at once."""
        try:
            self._raise = True
            self.check()
            yield
        finally:
            self._raise = False


@contextmanager
def ctrl_c_stays_itself() -> Iterator[None]:
    """A `KeyboardInterrupt` leaves as one, for code that it may end anywhere.

    On its way out of the standard library it may turn into another error: interrupted in
    `Condition.wait` it leaves as "cannot release un-acquired lock".
    """
    has_come = False

    def raises(_number: int, _frame: FrameType | None) -> None:
        nonlocal has_come
        has_come = True
        raise KeyboardInterrupt

    # Ignored (a script's `&`), or somebody else's: left as it is.
    is_ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    is_ours = is_ours and threading.current_thread() is threading.main_thread()
    if is_ours:
        signal.signal(signal.SIGINT, raises)
    try:
        yield
    except SetupError:
        raise
    except Exception:
        if has_come:
            raise KeyboardInterrupt from None
        raise
    finally:
        if is_ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)
