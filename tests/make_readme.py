"""Puts the table of docs/login-matrix.md into README.md: `make docs`."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

_ROOT = Path(__file__).parent.parent
_HEADING = "## Where it was logged in\n"


def page(readme: str, matrix: str) -> str:
    """`readme` with the table of its section replaced by the one of `matrix`."""
    before, heading, rest = readme.partition(_HEADING)
    return before + heading + rest.replace(_table(rest), _table(matrix), 1)


def _table(text: str) -> str:
    for is_row, lines in groupby(text.splitlines(keepends=True), lambda line: line.startswith("|")):
        if is_row:
            return "".join(lines)
    raise ValueError("no table")


def main() -> None:
    readme, matrix = _ROOT / "README.md", _ROOT / "docs" / "login-matrix.md"
    readme.write_text(page(readme.read_text(), matrix.read_text()))


if __name__ == "__main__":
    main()
