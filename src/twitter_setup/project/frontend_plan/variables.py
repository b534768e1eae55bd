"""Sets variables in one `.env` file: the edit, and our own lines as they will stand. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from twitter_setup.edits import dotenv
from twitter_setup.edits.spans import Edit, FileEdit, splice
from twitter_setup.project.files import SourceFile


@dataclass(frozen=True, slots=True)
class Part:
    """One edit of one `.env` file, with our own lines as they will stand."""

    edit: FileEdit
    lines: tuple[str, ...]


def set_variables(
    file: SourceFile, wanted: Mapping[str, str]
) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """One edit of `file` that sets all of `wanted`, and a manual step for each that cannot be set."""
    before, edits, lines, refused = file.content or b"", list[Edit](), list[str](), list[str]()
    present = dotenv.values(before)
    for name, value in wanted.items():
        try:
            more = dotenv.set_variable(before, name, value)
        except ValueError as problem:
            refused.append(f"{file.path}: write  {name}={value}  ({problem})")
            continue
        if more:
            edits += more
            lines.append(f"{'~' if name in present else '+'} {name}={value}")
    if not edits:
        return (), tuple(refused)
    after = dotenv.values(splice(before, edits))
    if any(after.get(name) != value for name, value in wanted.items() if not refused):
        return (), tuple(f"{file.path}: write  {name}={value}" for name, value in wanted.items())
    return (Part(FileEdit(file.path, file.content, tuple(edits)), tuple(lines)),), tuple(refused)
