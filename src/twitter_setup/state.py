"""What the tool remembers between runs: the lock, the session, the URLs last printed, answers given.

All of it is in `.twitter-setup/` of the back end, which git ignores by itself, but for the list of
running sessions: that one is in the user's state folder, so that any project can name the other.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from twitter_setup import atomic
from twitter_setup.errors import Advice, SetupError

FOLDER = ".twitter-setup"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """A `tunnel` that has applied something, or is about to. `kept` ones need no process."""

    pid: int
    process_started: float
    since: str
    reach: str
    layout: str
    public_url: str = ""
    callback_url: str = ""
    reload: str = ""  # the server configuration, touched so that Strapi restarts
    takes_by_itself: bool = False  # whether that restart reads `.env` anew
    port: int = 0
    variable: str = ""  # the back end's, which holds the public URL
    kept: bool = False
    agent_pid: int = 0
    agent_started: float = 0.0
    agent_config: str = ""
    sheet: dict[str, Any] = field(default_factory=dict)


class StateFolder:
    """Paths and small files below `<back end>/.twitter-setup/`."""

    def __init__(self, backend: Path) -> None:
        self.backend = backend
        self.path = backend / FOLDER
        self.checkpoints = self.path / "checkpoints"

    def create(self) -> None:
        try:
            self.path.mkdir(mode=0o700, exist_ok=True)
            ignore = self.path / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n", encoding="utf-8")
        except OSError as error:
            raise atomic.not_writable(self.path, atomic.reason_of(error)) from error

    def sweep(self) -> None:
        """Remove what a killed run left of its last write here."""
        for stray in self.path.rglob(".*.twitter-setup.tmp"):
            stray.unlink(missing_ok=True)

    def session(self) -> SessionRecord | None:
        data = _read_json(self.path / "session.json")
        if data is None:
            return None
        try:
            return _record(data)
        except TypeError as error:
            raise _broken(self.path / "session.json") from error

    def save_session(self, record: SessionRecord) -> None:
        self._write("session.json", asdict(record))
        registry_file(self.backend).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_json(registry_file(self.backend), {"backend": str(self.backend), **asdict(record)})

    def forget_session(self) -> None:
        (self.path / "session.json").unlink(missing_ok=True)
        registry_file(self.backend).unlink(missing_ok=True)

    def last(self) -> dict[str, Any]:
        """The portal sheet last printed, {} when there was none."""
        return _read_json(self.path / "last.json") or {}

    def save_last(self, sheet: dict[str, Any]) -> None:
        self._write("last.json", sheet)

    def answers(self) -> dict[str, Any]:
        """Answers a person gave once and need not give again, such as `n` to the lasting edit."""
        return _read_json(self.path / "answers.json") or {}

    def save_answers(self, answers: dict[str, Any]) -> None:
        self._write("answers.json", answers)

    def lock(self) -> Lock:
        return Lock(self.path / "lock")

    def _write(self, name: str, data: dict[str, Any]) -> None:
        self.create()
        _write_json(self.path / name, data)


class Lock:
    """`flock` on a file for the life of this process; children never inherit it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: Any = None

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
        return True

    def release(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def is_held_elsewhere(self) -> bool:
        """Whether another process holds it; for commands that only look."""
        if not self.path.exists():
            return False
        if not self.acquire():
            return True
        self.release()
        return False


def registry_folder() -> Path:
    from platformdirs import user_state_path  # noqa: PLC0415 - `--help` does not need it

    return user_state_path("twitter-setup", appauthor=False) / "sessions"


def registry_file(backend: Path) -> Path:
    from twitter_setup.journal import digest  # noqa: PLC0415

    return registry_folder() / f"{digest(os.fsencode(backend))[:16]}.json"


def other_sessions(backend: Path) -> Iterator[tuple[Path, SessionRecord]]:
    """Sessions of this user's other projects whose process still runs."""
    from twitter_setup import processes  # noqa: PLC0415

    for path in sorted(registry_folder().glob("*.json")) if registry_folder().is_dir() else ():
        try:
            data = _read_json(path) or {}
            folder, record = Path(str(data["backend"])), _record(data)
        except (SetupError, KeyError, TypeError):
            continue  # another project's broken entry must not stop this one
        if folder != backend and processes.is_running(record.pid, record.process_started):
            yield folder, record


def _record(data: Mapping[str, Any]) -> SessionRecord:
    """Raises `TypeError` where a value is missing, or of another kind than the one written."""
    kinds: dict[str, type | tuple[type, ...]] = {
        "int": int,
        "float": (int, float),
        "str": str,
        "bool": bool,
        "dict[str, Any]": dict,
    }
    known = {f.name: kinds[str(f.type)] for f in fields(SessionRecord)}
    given = {key: value for key, value in data.items() if key in known}
    for key, value in given.items():
        if not isinstance(value, known[key]):
            raise TypeError(key)
    return SessionRecord(**given)


def _read_json(path: Path) -> dict[str, Any] | None:
    try:
        data = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise _broken(path) from error
    if not isinstance(data, dict):
        raise _broken(path)
    return data


def _write_json(path: Path, data: dict[str, Any]) -> None:
    try:
        atomic.replace(path, json.dumps(data, indent=1, ensure_ascii=False).encode(), mode=0o600)
    except OSError as error:
        raise atomic.not_writable(path, atomic.reason_of(error)) from error


def _broken(path: Path) -> SetupError:
    return SetupError(
        "checkpoint_broken",
        f"{path} cannot be read: it is not what twitter-setup wrote.",
        advice=[Advice("delete that file; `undo` needs only the checkpoints beside it")],
        unchanged="Nothing was changed.",
    )
