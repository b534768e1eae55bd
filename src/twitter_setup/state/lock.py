"""One `tunnel` a project: a lock that the system frees when its process ends."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from twitter_setup.state import atomic


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that is at work in a project: its PID, and since when."""

    pid: int
    since: str


class Lock:
    """`flock` on a file for the life of this process; children never inherit it.

    The file holds who has it: a PID alone, of a session kept long ago perhaps, would prove nothing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: Any = None

    def holder(self) -> Holder | None:
        """Who holds it, if that process still runs."""
        from twitter_setup.system import processes  # noqa: PLC0415

        try:
            data = json.loads(self.path.read_bytes())
            runs = processes.is_running(int(data["pid"]), float(data["started"]))
            return Holder(int(data["pid"]), str(data["since"])) if runs else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _write_holder(self) -> None:
        from twitter_setup.system import processes  # noqa: PLC0415

        since = datetime.now().astimezone().isoformat(timespec="seconds")
        data = {"pid": os.getpid(), "started": processes.own_start(), "since": since}
        with suppress(OSError):  # a full disk: only the name is missing then
            self.path.write_text(json.dumps(data), encoding="ascii")

    def acquire(self) -> bool:
        """Take the lock if it is free. The system frees it when the process ends, however it ends."""
        from filelock import FileLock, Timeout  # noqa: PLC0415 - only commands that write need it

        lock = FileLock(self.path, mode=0o600)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return False
        except OSError as error:
            raise atomic.not_writable(self.path, atomic.reason_of(error)) from error
        self._lock = lock
        self._write_holder()
        return True

    def release(self) -> None:
        if self._lock is not None:
            with suppress(OSError):
                self.path.write_bytes(b"")
            self._lock.release()
            self._lock = None
