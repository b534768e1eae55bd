"""Facts that are read when they are first asked for, once, whoever asks.

A test gives the facts by keyword, and nothing is read.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class fact(Generic[T]):  # noqa: N801 - reads like `property`
    """A method as a value that is read once. What it raises is raised again to everyone who asks."""

    def __init__(self, read: Callable[[Any], T]) -> None:
        self._read = read
        self.name = read.__name__
        self.__doc__ = read.__doc__

    @overload
    def __get__(self, facts: None, owner: type) -> fact[T]: ...
    @overload
    def __get__(self, facts: Lazy, owner: type) -> T: ...
    def __get__(self, facts: Lazy | None, owner: type) -> Any:
        return self if facts is None else facts.ask(self.name, self._read)


class Lazy:
    """The reading itself is in the subclass; this one keeps what was read, and who is being waited for."""

    def __init__(self, **known: Any) -> None:
        self._known: dict[str, Any] = known
        self._problems: dict[str, Exception] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()
        self._since: dict[str, float] = {}

    def ask(self, name: str, read: Callable[[Any], Any]) -> Any:
        with self._guard:
            lock = self._locks.setdefault(name, threading.Lock())
        with lock:
            if name in self._problems:
                raise self._problems[name]
            if name not in self._known:
                self._since[name] = time.monotonic()
                try:
                    self._known[name] = read(self)
                except Exception as problem:
                    self._problems[name] = problem
                    raise
                finally:
                    self._since.pop(name, None)
            return self._known[name]

    def slowest(self) -> str:
        """The fact that has been read for the longest time by now, in words; '' for none."""
        waiting = dict(self._since)
        return min(waiting, key=lambda name: waiting[name], default="").replace("_", " ")
