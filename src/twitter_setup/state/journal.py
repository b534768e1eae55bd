"""What a checkpoint remembers of a file, and how a file is taken back; pure, bytes in and bytes out.

A record is a chain of steps. Each step holds the spans it replaced and the hashes of the whole file
before and after, never a copy of the file: a `.env` has other secrets in it.
"""

from __future__ import annotations

import base64
import difflib
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twitter_setup.edits.spans import Edit, FileEdit, splice


@dataclass(frozen=True, slots=True)
class Patch:
    """A span as it stands after the edit: `new` at `start` was `old`."""

    start: int
    old: bytes
    new: bytes


@dataclass(frozen=True, slots=True)
class Hunk:
    """The whole lines that an edit replaced, without line ends: our own lines, and theirs."""

    old: tuple[bytes, ...]
    new: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One edit of one file. `before` is `None` where the file was not there."""

    before: str | None
    after: str
    patches: tuple[Patch, ...]
    hunks: tuple[Hunk, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """What was done to one file, oldest step first: the first original is the one to go back to."""

    path: str
    steps: tuple[Step, ...]

    @property
    def was_created(self) -> bool:
        return self.steps[0].before is None


@dataclass(frozen=True, slots=True)
class Rewound:
    """`content` is what the file should hold now; `problem` says why something of ours may remain."""

    content: bytes
    problem: str = ""
    nothing_of_ours: bool = False


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


_EMPTY = digest(b"")  # a file that was not there counts as an empty one


def step_of(edit: FileEdit) -> Step:
    before, after = edit.before or b"", edit.after
    patches, shift = [], 0
    for span in sorted(edit.edits, key=lambda span: (span.start, span.end)):
        patches.append(Patch(span.start + shift, before[span.start : span.end], span.new))
        shift += len(span.new) - (span.end - span.start)
    return Step(
        before=None if edit.before is None else digest(before),
        after=digest(after),
        patches=tuple(patches),
        hunks=tuple(_hunks(before, after)),
    )


def _hunks(before: bytes, after: bytes) -> Iterable[Hunk]:
    old, new = before.splitlines(), after.splitlines()
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "equal":
            yield Hunk(tuple(old[i1:i2]), tuple(new[j1:j2]))


def rewind(record: Record, content: bytes) -> Rewound:
    """Take `content` back through the steps of `record`, newest first.

    Exact where the file still is what a step wrote; where somebody edited it since, only our own
    lines are taken back, and only if they stand there exactly once.
    """
    steps = list(record.steps)
    while steps:
        found = digest(content)
        written = _last_index([step.after for step in steps], found)
        untouched = _last_index([step.before or _EMPTY for step in steps], found)
        if written is not None:
            content = _reverse(steps[written], content)
            del steps[written:]
        elif untouched is not None:
            del steps[untouched:]
        else:
            rewound = _rewind_lines(steps.pop().hunks, content)
            if rewound.problem:
                return rewound
            content = rewound.content
    return Rewound(content)


def _last_index(hashes: Sequence[str], wanted: str) -> int | None:
    return next((i for i in reversed(range(len(hashes))) if hashes[i] == wanted), None)


def _reverse(step: Step, content: bytes) -> bytes:
    return splice(content, [Edit(p.start, p.start + len(p.new), p.old) for p in step.patches])


def _rewind_lines(hunks: Iterable[Hunk], content: bytes) -> Rewound:
    """Put the old lines back. Nothing of a step in the file (undone by hand) is not a problem."""
    lines = content.splitlines(keepends=True)
    present = [(hunk, _places(hunk.new, lines)) for hunk in hunks if hunk.new]
    if not any(places for _, places in present):
        return Rewound(
            content, "it was edited since, and our line is no longer in it", nothing_of_ours=True
        )
    for hunk, _ in present:
        places = _places(hunk.new, lines)
        if len(places) != 1:
            return Rewound(content, "it was edited since, and our line is not in it exactly once")
        at = places[0]
        replaced = lines[at : at + len(hunk.new)]
        end = _line_end(replaced[-1]) or _line_end(lines[0]) or b"\n"
        lines[at : at + len(hunk.new)] = [line + end for line in hunk.old]
        if hunk.old and not _line_end(replaced[-1]):
            lines[at + len(hunk.old) - 1] = hunk.old[-1]
    return Rewound(b"".join(lines))


def _places(wanted: tuple[bytes, ...], lines: list[bytes]) -> list[int]:
    bare = [line.rstrip(b"\r\n") for line in lines]
    last = len(bare) - len(wanted)
    return [i for i in range(last + 1) if tuple(bare[i : i + len(wanted)]) == wanted]


def _line_end(line: bytes) -> bytes:
    return line[len(line.rstrip(b"\r\n")) :]


def record_to_json(record: Record) -> dict[str, Any]:
    return {
        "path": record.path,
        "steps": [
            {
                "before": step.before,
                "after": step.after,
                "patches": [
                    {"start": p.start, "old": _encode(p.old), "new": _encode(p.new)}
                    for p in step.patches
                ],
                "hunks": [
                    {"old": [_encode(o) for o in h.old], "new": [_encode(n) for n in h.new]}
                    for h in step.hunks
                ],
            }
            for step in record.steps
        ],
    }


def record_from_json(data: Mapping[str, Any]) -> Record:
    """The inverse of `record_to_json`; raises `KeyError`, `TypeError` or `ValueError` on anything else."""
    if not data["steps"]:
        raise ValueError("a record without a step")
    return Record(
        path=str(data["path"]),
        steps=tuple(
            Step(
                before=step["before"],
                after=str(step["after"]),
                patches=tuple(
                    Patch(int(p["start"]), _decode(p["old"]), _decode(p["new"]))
                    for p in step["patches"]
                ),
                hunks=tuple(
                    Hunk(tuple(map(_decode, h["old"])), tuple(map(_decode, h["new"])))
                    for h in step["hunks"]
                ),
            )
            for step in data["steps"]
        ),
    )


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _decode(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
