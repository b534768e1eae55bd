"""What this user has running elsewhere: a list in the user's own state folder, and a key beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from twitter_setup.errors import SetupError
from twitter_setup.state import atomic
from twitter_setup.state.json_files import read_json
from twitter_setup.state.session_record import SessionRecord, record_of

# The user's list is a convenience: no home, or one that cannot be written, stops nothing.
NO_REGISTRY = (OSError, RuntimeError, SetupError)


def registry_folder() -> Path:
    from platformdirs import user_state_path  # noqa: PLC0415 - `--help` does not need it

    return user_state_path("twitter-setup", appauthor=False) / "sessions"


def own_key() -> bytes | None:
    """A key of this user's alone, made at its first use; None where there is no place to keep one.

    What was noted with it was noted by this user: a repository cannot bring it along.
    """
    with suppress(*NO_REGISTRY):
        path = registry_folder().with_name("key")
        return _key_in(path) or _new_key(path)
    return None


def _key_in(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _new_key(path: Path) -> bytes:
    """One at a time: what the first has noted must not be unknown once the second has a key."""
    from filelock import FileLock  # noqa: PLC0415 - once for each user

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with FileLock(path.with_name("key.lock"), timeout=5, mode=0o600):
        if not _key_in(path):
            atomic.replace(path, os.urandom(32), mode=0o600)
        return _key_in(path)


def registry_file(backend: Path) -> Path:
    from twitter_setup.state.journal import digest  # noqa: PLC0415

    return registry_folder() / f"{digest(os.fsencode(backend))[:16]}.json"


def other_sessions(backend: Path) -> Iterator[tuple[Path, SessionRecord]]:
    """Sessions of this user's other projects whose process still runs."""
    from twitter_setup.system import processes  # noqa: PLC0415

    entries: list[Path] = []
    with suppress(*NO_REGISTRY):
        entries = sorted(registry_folder().glob("*.json"))
    for path in entries:
        try:
            data = read_json(path) or {}
            folder, record = Path(str(data["backend"])), record_of(data)
        except (SetupError, KeyError, TypeError):
            continue  # another project's broken entry must not stop this one
        if folder != backend and processes.is_running(record.pid, record.process_started):
            yield folder, record
