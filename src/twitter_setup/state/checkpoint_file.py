"""How a checkpoint of files is written down, and which of those that lie there this user wrote.

A repository can bring such files along, and `undo` would then write what they say. So each carries a
mark, made with a key of the user's own; what has none of ours is left alone, and said.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from twitter_setup.errors import Advice, SetupError
from twitter_setup.state import journal
from twitter_setup.state.fingerprint import fingerprint
from twitter_setup.state.journal import Record
from twitter_setup.state.json_files import write_json
from twitter_setup.state.registry import own_key

Kind = Literal["passing", "lasting"]
OF_STRAPI = "-provider.json"  # in the same folder, and no file of the user's: `provider_checkpoint`
_PENDING = ".pending.json"
_MARK = "mark"
_CONFIGURATION = frozenset({".js", ".ts", ".toml"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What `undo` needs to put one set of files back. `number` orders them, newest highest."""

    number: int
    kind: Kind
    created: str
    records: tuple[Record, ...]

    @property
    def id(self) -> str:
        return f"{self.number:04d}-{self.kind}"


def file_of(folder: Path, checkpoint: Checkpoint) -> Path:
    return folder / f"{checkpoint.id}.json"


def pending_file_of(folder: Path, checkpoint: Checkpoint) -> Path:
    return folder / f"{checkpoint.id}{_PENDING}"


def next_number(folder: Path) -> int:
    taken = [int(p.name[:4]) for p in folder.glob("*.json") if p.name[:4].isdigit()]
    return max(taken, default=0) + 1


def save(path: Path, checkpoint: Checkpoint) -> None:
    """With the user's mark, where there is a place for a key. Raises `NotWritable`."""
    data = {
        "version": 1,
        "number": checkpoint.number,
        "kind": checkpoint.kind,
        "created": checkpoint.created,
        "files": [journal.record_to_json(record) for record in checkpoint.records],
    }
    key = own_key()
    write_json(path, {**data, _MARK: _mark(data, key)} if key else data)


def own(folder: Path, *, pending: bool) -> tuple[Checkpoint, ...]:
    """Those of this user, oldest first; `pending` are of an apply that never finished.

    Raises `checkpoint_broken`.
    """
    return tuple(
        one for path, one, is_own in _all(folder) if is_own and _is_pending(path) == pending
    )


def foreign(folder: Path) -> tuple[tuple[Path, Checkpoint], ...]:
    """Those that this user cannot be shown to have written, with their files. Raises as `own`."""
    return tuple((path, one) for path, one, is_own in _all(folder) if not is_own)


def _all(folder: Path) -> Iterator[tuple[Path, Checkpoint, bool]]:
    paths = sorted(folder.glob("*.json")) if folder.is_dir() else []
    of_files = [path for path in paths if not path.name.endswith(OF_STRAPI)]
    key = own_key() if of_files else None
    for path in of_files:
        yield path, *_load(path, key)


def _is_pending(path: Path) -> bool:
    return path.name.endswith(_PENDING)


def _load(path: Path, key: bytes | None) -> tuple[Checkpoint, bool]:
    try:
        data: dict[str, Any] = json.loads(path.read_bytes())
        if data["kind"] not in {"passing", "lasting"}:
            raise ValueError(data["kind"])
        found = Checkpoint(
            number=int(data["number"]),
            kind=data["kind"],
            created=str(data["created"]),
            records=tuple(journal.record_from_json(record) for record in data["files"]),
        )
        return found, _is_own(data, found, key)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SetupError(
            "checkpoint_broken",
            f"The checkpoint {path} cannot be read ({type(error).__name__}).",
            advice=[
                Advice("compare the project with git, then delete that file", command="git diff"),
            ],
            unchanged="Nothing was changed.",
        ) from error


def _is_own(data: dict[str, Any], found: Checkpoint, key: bytes | None) -> bool:
    """By its mark. Who has no place for a key must still get back what was written without one.

    Then only files that a session changes count: those that run nothing by themselves.
    """
    if key is None:
        return all(_is_of_a_session(Path(record.path)) for record in found.records)
    mark = str(data.pop(_MARK, ""))
    return hmac.compare_digest(mark.encode(), _mark(data, key).encode())


def _is_of_a_session(path: Path) -> bool:
    """A `.env`, or Strapi's `config/server` or `config/env/<environment>/server`."""
    if path.stem == "server" and path.suffix in _CONFIGURATION:
        return path.parts[-2:-1] == ("config",) or path.parts[-4:-2] == ("config", "env")
    return path.name == ".env" or path.name.startswith(".env.")


def _mark(data: dict[str, Any], key: bytes) -> str:
    return fingerprint(data, key)
