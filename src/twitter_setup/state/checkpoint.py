"""The only writer of the user's files: apply with a journal, recover, undo.

The journal is on the disk before the first file changes and is removed after the last one is back.
Undo works from the journal alone: it parses nothing, asks nothing and needs no network.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from twitter_setup.edits.spans import FileEdit
from twitter_setup.errors import Advice, FileChanged
from twitter_setup.state import atomic, checkpoint_file, journal
from twitter_setup.state.checkpoint_file import (
    Checkpoint,
    Kind,
    file_of,
    next_number,
    pending_file_of,
    save,
)
from twitter_setup.state.journal import Record


@dataclass(frozen=True, slots=True)
class Applied:
    """`refused` are files that could not be replaced (EBUSY); nothing of them was written."""

    checkpoint: Checkpoint | None
    refused: tuple[tuple[Path, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Undone:
    restored: tuple[Path, ...] = ()
    kept: tuple[tuple[Path, str], ...] = ()

    def __add__(self, other: Undone) -> Undone:
        return Undone(self.restored + other.restored, self.kept + other.kept)


def checkpoints(folder: Path) -> tuple[Checkpoint, ...]:
    """Read the committed ones in `folder`, oldest first; raises `SetupError` for a broken one."""
    return checkpoint_file.load_all(folder, pending=False)


def pending(folder: Path) -> tuple[Checkpoint, ...]:
    """Read those of an apply that never finished."""
    return checkpoint_file.load_all(folder, pending=True)


def apply(folder: Path, kind: Kind, edits: Sequence[FileEdit], **ends: Path) -> Applied:
    """Make `edits`, in order, all or none. A passing checkpoint grows: its first original stays.

    `ends` are the front end's folder and the repository's root, by the names that records use.

    Raises `FileChanged` when a file is no longer what the plan was made from, `NotWritable` when the
    disk refuses. In both cases every file is as it was before the call.
    """
    if not edits:
        return Applied(None)
    for edit in edits:
        _check_unchanged(edit)
        atomic.check_writable(edit.path)
    former = [c for c in checkpoints(folder) if c.kind == kind] if kind == "passing" else []
    number = former[-1].number if former else next_number(folder)
    records = former[-1].records if former else ()
    checkpoint = Checkpoint(
        number=number,
        kind=kind,
        created=former[-1].created if former else _now(),
        records=_grown(records, edits),
        ends={**(former[-1].ends if former else {}), **ends},
    )
    target = file_of(folder, checkpoint)
    journal_path = target if former else pending_file_of(folder, checkpoint)
    save(journal_path, checkpoint)
    refused = _write_all(edits, journal_path, former[-1] if former else None)
    if journal_path != target:
        journal_path.replace(target)
        atomic.sync_folder(folder)
    if not refused:
        return Applied(checkpoint)
    left_alone = {path for path, _ in refused}
    written = [edit for edit in edits if edit.path not in left_alone]
    checkpoint = replace(checkpoint, records=_grown(records, written))
    if not checkpoint.records:
        target.unlink()
        return Applied(None, tuple(refused))
    save(target, checkpoint)  # nothing of a refused file is ours
    return Applied(checkpoint, tuple(refused))


def _write_all(
    edits: Sequence[FileEdit], journal_path: Path, former: Checkpoint | None
) -> list[tuple[Path, str]]:
    done: list[FileEdit] = []
    refused: list[tuple[Path, str]] = []
    try:
        for edit in edits:
            _check_unchanged(edit)
            try:
                atomic.replace(edit.path, edit.after)
            except OSError as error:
                # A file that is mounted alone (Docker) cannot be renamed over, and writing into it
                # could leave half of it: it becomes a manual step instead.
                if error.errno != errno.EBUSY:
                    raise atomic.not_writable(edit.path, atomic.reason_of(error)) from error
                refused.append((edit.path, atomic.reason_of(error)))
            else:
                done.append(edit)
    except BaseException:
        for edit in reversed(done):
            _restore(edit)
        if former is None:
            journal_path.unlink(missing_ok=True)
        else:
            save(journal_path, former)
        raise
    return refused


def _restore(edit: FileEdit) -> None:
    record = Record(str(edit.path), (journal.step_of(edit),))
    _rewind_file(record)


def _check_unchanged(edit: FileEdit) -> None:
    if read(edit.path) != edit.before:
        raise FileChanged(
            "file_changed",
            f"{edit.path} was changed by somebody else in the meantime.",
            advice=[Advice("look at it, then run the command again")],
            unchanged="Nothing was changed.",
        )


def read(path: Path) -> bytes | None:
    """The content of `path`, `None` when it is not there."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def recover(folder: Path) -> Undone:
    """Undo every apply that never finished."""
    undone = Undone()
    for checkpoint in reversed(pending(folder)):
        undone += undo(folder, checkpoint)
    return undone


def undo(folder: Path, checkpoint: Checkpoint) -> Undone:
    """Put the files of `checkpoint` back, in the order in which they were changed.

    A file edited since keeps those edits. One that cannot be put back stays in the checkpoint, so
    that a later undo can try again; the checkpoint itself is removed last.
    """
    restored, kept, remaining = [], [], []
    for record in checkpoint.records:
        path = Path(record.path)
        _sweep(path)
        try:
            problem, nothing_of_ours, changed = _rewind_file(record)
        except OSError as error:
            problem, nothing_of_ours, changed = atomic.reason_of(error), False, False
        if problem:
            kept.append((path, problem))
            if not nothing_of_ours:
                remaining.append(record)
        elif changed:
            restored.append(path)
    if remaining:
        save(file_of(folder, checkpoint), replace(checkpoint, records=tuple(remaining)))
    else:
        file_of(folder, checkpoint).unlink(missing_ok=True)
    pending_file_of(folder, checkpoint).unlink(missing_ok=True)
    atomic.sync_folder(folder)
    return Undone(tuple(restored), tuple(kept))


def _rewind_file(record: Record) -> tuple[str, bool, bool]:
    """Take one file back.

    Returns the problem ('' for none), whether nothing of ours is left in it, and whether it changed.
    """
    path = Path(record.path)
    content = read(path)
    if content is None:
        return ("", True, False) if record.was_created else ("it is no longer there", True, False)
    rewound = journal.rewind(record, content)
    if rewound.problem:
        return rewound.problem, rewound.nothing_of_ours, False
    if record.was_created and not rewound.content:
        path.resolve().unlink()  # a symlink that led nowhere was there before us, and stays
        atomic.sync_folder(path.parent)
        return "", True, True
    if rewound.content == content:
        return "", True, False
    atomic.replace(path, rewound.content)
    return "", True, True


def _sweep(path: Path) -> None:
    """Remove what a killed run left of its last write."""
    for place in {path, path.resolve()}:
        atomic.temporary_name(place).unlink(missing_ok=True)


def touch(path: Path) -> None:
    """Make `strapi develop` reload: it watches its configuration, never `.env`. Contents unchanged."""
    path.touch()


def write_file(path: Path, content: bytes) -> None:
    """Write a file of the user's that no undo is for (`twitter-setup.toml`); raises `NotWritable`."""
    atomic.check_writable(path)
    try:
        atomic.replace(path, content)
    except OSError as error:
        raise atomic.not_writable(path, atomic.reason_of(error)) from error


def _grown(records: Iterable[Record], edits: Iterable[FileEdit]) -> tuple[Record, ...]:
    by_path = {record.path: record for record in records}
    for edit in edits:
        key, step = str(edit.path), journal.step_of(edit)
        former = by_path.get(key)
        by_path[key] = Record(key, (*former.steps, step) if former else (step,))
    return tuple(by_path.values())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
