"""Edits of a file as byte spans: what is outside a span cannot change.

Offsets are bytes, since tree-sitter counts bytes and a `str` offset is another one after the first `é`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace `source[start:end]` by `new`; `start == end` inserts."""

    start: int
    end: int
    new: bytes


def splice(source: bytes, edits: Iterable[Edit]) -> bytes:
    """Apply `edits`, whose spans are all offsets into `source` and must not overlap.

    Raises `ValueError` when two spans overlap or one lies outside `source`.
    """
    parts: list[bytes] = []
    position = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if not position <= edit.start <= edit.end <= len(source):
            raise ValueError(f"overlapping or outside: {edit}")
        parts += source[position : edit.start], edit.new
        position = edit.end
    parts.append(source[position:])
    return b"".join(parts)


@dataclass(frozen=True, slots=True)
class FileEdit:
    """All edits of one file. `before` is the content they were made for; `None` creates the file."""

    path: Path
    before: bytes | None
    edits: tuple[Edit, ...]

    @property
    def after(self) -> bytes:
        return splice(self.before or b"", self.edits)
