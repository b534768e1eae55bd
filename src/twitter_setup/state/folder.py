"""What the tool remembers between runs: the lock, the session, the URLs last printed, answers given.

All of it is in `.twitter-setup/` of the back end, which git ignores by itself; the list of running
sessions, so that any project can name the other, is `registry`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from twitter_setup.errors import Advice, SetupError
from twitter_setup.state import atomic, registry
from twitter_setup.state.json_files import broken, read_json, write_json
from twitter_setup.state.lock import Lock
from twitter_setup.state.session_record import SessionRecord, record_of

FOLDER = ".twitter-setup"
_CONFIGURING = 20.0  # seconds; one `configure` writes within a few


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
        try:
            self.path.mkdir(mode=0o700, exist_ok=True)
            ignore = self.path / ".gitignore"
            if not ignore.exists() or ignore.read_bytes() != b"*\n":
                ignore.write_bytes(b"*\n")
        except OSError as error:
            raise atomic.not_writable(self.path, atomic.reason_of(error)) from error

    def sweep(self) -> None:
        """Remove what a killed run left of its last write here."""
        for stray in self.path.rglob(".*.twitter-setup.tmp"):
            stray.unlink(missing_ok=True)

    def session(self) -> SessionRecord | None:
        data = read_json(self.path / "session.json")
        if data is None:
            return None
        try:
            return record_of(data)
        except TypeError as error:
            raise broken(self.path / "session.json") from error

    def save_session(self, record: SessionRecord) -> None:
        self._write("session.json", asdict(record))
        self._list(asdict(record))

    def forget_session(self) -> None:
        (self.path / "session.json").unlink(missing_ok=True)
        self._list({})

    def _list(self, session: dict[str, Any]) -> None:
        """Keep the user's own list. What a session changed stays in it: a lasting change may be left."""
        with suppress(*registry.NO_REGISTRY):
            path = registry.registry_file(self.backend)
            outside = sorted({*self.outside(), *session.get("outside", ())})
            if session or outside:
                write_json(path, {**session, "backend": str(self.backend), "outside": outside})
            else:
                path.unlink(missing_ok=True)

    def session_that_is_on(self) -> SessionRecord | None:
        """The `tunnel` that runs, or that was kept."""
        record = self.session()
        is_on = record is not None and (record.kept or self.lock().holder() is not None)
        return record if is_on else None

    def outside(self) -> frozenset[str]:
        """List what sessions of this user changed beside the usual files of the project.

        What stands in `.twitter-setup/` proves nothing: a repository can bring such a folder along.
        """
        with suppress(*registry.NO_REGISTRY):
            data = read_json(registry.registry_file(self.backend)) or {}
            if data.get("backend") == str(self.backend):
                return frozenset(map(str, data.get("outside", ())))
        return frozenset()

    def last(self) -> dict[str, Any]:
        """The portal sheet last printed, {} when there was none."""
        return read_json(self.path / "last.json") or {}

    def save_last(self, sheet: dict[str, Any]) -> None:
        self._write("last.json", sheet)

    def answers(self) -> dict[str, Any]:
        """Answers a person gave once and need not give again, such as `n` to the lasting edit."""
        return read_json(self.path / "answers.json") or {}

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
