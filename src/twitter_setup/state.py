"""What the tool remembers between runs: the lock, the session, the URLs last printed, answers given.

All of it is in `.twitter-setup/` of the back end, which git ignores by itself, but for the list of
running sessions: that one is in the user's state folder, so that any project can name the other.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from twitter_setup import atomic
from twitter_setup.errors import Advice, SetupError

FOLDER = ".twitter-setup"
_CONFIGURING = 20.0  # seconds; one `configure` writes within a few


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
    # As in `restart.Served`:
    config: str = ""
    port: int = 0
    is_strapi: bool = False
    unwatched: str = ""
    old_version: str = ""
    variable: str = ""  # the back end's, which holds the public URL
    kept: bool = False
    agent_pid: int = 0
    agent_started: float = 0.0
    agent_config: str = ""
    gateway_pid: int = 0
    gateway_started: float = 0.0
    gateway_config: str = ""
    gateway_port: int = 0
    outside: list[str] = field(default_factory=list)  # changed files that are not in the project
    sheet: dict[str, Any] = field(default_factory=dict)

    def with_children_of(self, other: SessionRecord) -> SessionRecord:
        """The same, with the agent and the gateway that `other` has started."""
        return replace(
            self,
            agent_pid=other.agent_pid,
            agent_started=other.agent_started,
            agent_config=other.agent_config,
            gateway_pid=other.gateway_pid,
            gateway_started=other.gateway_started,
            gateway_config=other.gateway_config,
        )

    def without_children(self) -> SessionRecord:
        """The same after its agent and its gateway have ended."""
        return replace(
            self,
            agent_pid=0,
            agent_started=0.0,
            agent_config="",
            gateway_pid=0,
            gateway_started=0.0,
            gateway_config="",
        )


class StateFolder:
    """Paths and small files below `<back end>/.twitter-setup/`."""

    def __init__(self, backend: Path) -> None:
        self.backend = backend
        self.path = backend / FOLDER
        self.checkpoints = self.path / "checkpoints"
        self.agent_config = self.path / "ngrok.yml"
        self.gateway_config = self.path / "gateway.json"
        self.gateway_log = self.path / "gateway.log"

    def create(self) -> None:
        if self.path.is_symlink():
            raise atomic.not_writable(self.path, "it is a link; this folder has to be a real one")
        try:
            self.path.mkdir(mode=0o700, exist_ok=True)
            self._remove_links()
            ignore = self.path / ".gitignore"
            if not ignore.exists() or ignore.read_bytes() != b"*\n":
                ignore.write_bytes(b"*\n")
        except OSError as error:
            raise atomic.not_writable(self.path, atomic.reason_of(error)) from error

    def _remove_links(self) -> None:
        """A repository may bring our folder along, with links out of it; we make none."""
        for folder, folders, files in os.walk(self.path):
            for name in (*folders, *files):
                path = Path(folder, name)
                if path.is_symlink():
                    path.unlink()

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
        with suppress(*_NO_REGISTRY):
            write_json(
                registry_file(self.backend), {"backend": str(self.backend), **asdict(record)}
            )

    def forget_session(self) -> None:
        (self.path / "session.json").unlink(missing_ok=True)
        with suppress(*_NO_REGISTRY):
            registry_file(self.backend).unlink(missing_ok=True)

    def session_that_is_on(self) -> SessionRecord | None:
        """The `tunnel` that runs, or that was kept."""
        record = self.session()
        is_on = record is not None and (record.kept or self.lock().holder() is not None)
        return record if is_on else None

    def outside(self) -> frozenset[str]:
        """Files outside the project that a session of this user changed, by the user's own list.

        What stands in `.twitter-setup/` proves nothing: a repository can bring such a folder along.
        """
        with suppress(*_NO_REGISTRY):
            data = _read_json(registry_file(self.backend)) or {}
            if data.get("backend") == str(self.backend):
                return frozenset(map(str, data.get("outside", ())))
        return frozenset()

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

    @contextmanager
    def configuring(self) -> Iterator[None]:
        """Held while Strapi's setting is written; raises `strapi_error` where another run keeps it."""
        from filelock import FileLock, Timeout  # noqa: PLC0415 - only commands that write need it

        lock = FileLock(self.path / "configure.lock", mode=0o600)
        try:
            lock.acquire(timeout=_CONFIGURING)
        except Timeout:
            raise SetupError(
                "strapi_error",
                f"Another `configure` of this project has been at work for {_CONFIGURING:g} s.",
                advice=[Advice("wait for it, or end it, then run this again")],
                unchanged="Nothing was changed in Strapi.",
            ) from None
        except OSError as error:
            raise atomic.not_writable(self.path, atomic.reason_of(error)) from error
        try:
            yield
        finally:
            lock.release()

    def lock(self) -> Lock:
        return Lock(self.path / "lock")

    def _write(self, name: str, data: dict[str, Any]) -> None:
        self.create()
        write_json(self.path / name, data)


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
        from twitter_setup import processes  # noqa: PLC0415

        try:
            data = json.loads(self.path.read_bytes())
            runs = processes.is_running(int(data["pid"]), float(data["started"]))
            return Holder(int(data["pid"]), str(data["since"])) if runs else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _write_holder(self) -> None:
        from twitter_setup import processes  # noqa: PLC0415

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


# The user's list is a convenience: no home, or one that cannot be written, stops nothing.
_NO_REGISTRY = (OSError, RuntimeError, SetupError)


def registry_folder() -> Path:
    from platformdirs import user_state_path  # noqa: PLC0415 - `--help` does not need it

    return user_state_path("twitter-setup", appauthor=False) / "sessions"


def own_key() -> bytes:
    """A key of this user's alone, made at its first use; b'' where there is no place to keep one.

    What was noted with it was noted by this user: a repository cannot bring it along.
    """
    path = registry_folder().with_name("key")
    with suppress(FileNotFoundError):
        return path.read_bytes()
    with suppress(*_NO_REGISTRY):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        atomic.replace(path, os.urandom(32), mode=0o600)
        return path.read_bytes()
    return b""


def registry_file(backend: Path) -> Path:
    from twitter_setup.journal import digest  # noqa: PLC0415

    return registry_folder() / f"{digest(os.fsencode(backend))[:16]}.json"


def other_sessions(backend: Path) -> Iterator[tuple[Path, SessionRecord]]:
    """Sessions of this user's other projects whose process still runs."""
    from twitter_setup import processes  # noqa: PLC0415

    entries: list[Path] = []
    with suppress(*_NO_REGISTRY):
        entries = sorted(registry_folder().glob("*.json"))
    for path in entries:
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
        "list[str]": list,
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
    except OSError as error:
        raise SetupError(
            "checkpoint_broken",
            f"{path} cannot be read: {atomic.reason_of(error)}.",
            advice=[Advice("make it readable for you, then run the command again")],
            unchanged="Nothing was changed.",
        ) from error
    except ValueError as error:
        raise _broken(path) from error
    if not isinstance(data, dict):
        raise _broken(path)
    return data


def write_json(path: Path, data: dict[str, Any]) -> None:
    """Raises `NotWritable`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        atomic.replace(path, json.dumps(data, indent=1).encode(), mode=0o600)
    except OSError as error:
        raise atomic.not_writable(path, atomic.reason_of(error)) from error


def _broken(path: Path) -> SetupError:
    return SetupError(
        "checkpoint_broken",
        f"{path} cannot be read: it is not what twitter-setup wrote.",
        advice=[Advice("delete that file; `undo` needs only the checkpoints beside it")],
        unchanged="Nothing was changed.",
    )
