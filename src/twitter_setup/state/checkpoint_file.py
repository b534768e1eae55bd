"""How a checkpoint of files is written down.

A record names its end (`backend`, `frontend`, `repository`) and a path relative to it, so that a
project that was moved can be undone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from twitter_setup.errors import Advice, SetupError
from twitter_setup.state import journal
from twitter_setup.state.journal import Record
from twitter_setup.state.json_files import write_json

Kind = Literal["passing", "lasting"]
OF_STRAPI = "-provider.json"  # in the same folder, and no file of the user's: `provider_checkpoint`
_PENDING = ".pending.json"
_CONFIGURATION = frozenset({".js", ".ts", ".toml"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What `undo` needs to put one set of files back. `number` orders them, newest highest.

    `ends` are the folders that the paths are kept relative to; the back end's is always one of them.
    """

    number: int
    kind: Kind
    created: str
    records: tuple[Record, ...]
    ends: Mapping[str, Path] = field(default_factory=dict)

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
    """Write `checkpoint` to `path`. Raises `NotWritable`."""
    backend = _backend_of(path)
    ends = {**checkpoint.ends, "backend": backend}
    files = [journal.record_to_json(record) for record in checkpoint.records]
    data = {
        "version": 2,
        "number": checkpoint.number,
        "kind": checkpoint.kind,
        "created": checkpoint.created,
        "ends": {name: os.path.relpath(folder, backend) for name, folder in ends.items()},
        "files": [{**file, **_place(Path(file["path"]), ends)} for file in files],
    }
    write_json(path, data)


def load_all(folder: Path, *, pending: bool) -> tuple[Checkpoint, ...]:
    """Read the checkpoints of files, oldest first; `pending` ones are of an apply that never finished.

    Raises `checkpoint_broken`.
    """
    paths = sorted(folder.glob("*.json")) if folder.is_dir() else []
    return tuple(
        _load(path)
        for path in paths
        if not path.name.endswith(OF_STRAPI) and path.name.endswith(_PENDING) == pending
    )


def is_of_a_session(path: Path) -> bool:
    """Recognize a `.env`, or Strapi's `config/server` or `config/env/<environment>/server`."""
    if path.stem == "server" and path.suffix in _CONFIGURATION:
        return path.parts[-2:-1] == ("config",) or path.parts[-4:-2] == ("config", "env")
    return path.name == ".env" or path.name.startswith(".env.")


def _backend_of(path: Path) -> Path:
    """Return the folder that `.twitter-setup/checkpoints/<name>` is in."""
    return path.absolute().parents[2]


def _place(path: Path, ends: Mapping[str, Path]) -> dict[str, str]:
    """Name the nearest end above `path`; without one the whole path stays."""
    above = [name for name, folder in ends.items() if path.is_relative_to(folder)]
    if not above:
        return {}
    nearest = max(above, key=lambda name: len(ends[name].parts))
    return {"end": nearest, "path": path.relative_to(ends[nearest]).as_posix()}


def _load(path: Path) -> Checkpoint:
    backend = _backend_of(path)
    try:
        data: dict[str, Any] = json.loads(path.read_bytes())
        if data["kind"] not in {"passing", "lasting"}:
            raise ValueError(data["kind"])
        ends = {
            name: Path(os.path.normpath(backend / where))
            for name, where in data.get("ends", {}).items()
        }
        return Checkpoint(
            number=int(data["number"]),
            kind=data["kind"],
            created=str(data["created"]),
            records=tuple(
                # Version 1 had no ends, and whole paths.
                journal.record_from_json({**file, "path": ends[file["end"]] / file["path"]})
                if "end" in file
                else journal.record_from_json(file)
                for file in data["files"]
            ),
            ends=ends,
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SetupError(
            "checkpoint_broken",
            f"The checkpoint {path} cannot be read ({type(error).__name__}).",
            advice=[
                Advice("compare the project with git, then delete that file", command="git diff"),
            ],
            unchanged="Nothing was changed.",
        ) from error
