"""The login matrix as a table: shown at the end of a run, and kept in a file that the docs show."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from tests.e2e.browser import chromium

FILE_VARIABLE = "TWITTER_SETUP_MATRIX_FILE"  # where the table goes; nowhere unless it is set
WORKS = "works"
_FRAMEWORKS = "\n## On each framework\n"
_FRAMEWORKS_INTRODUCTION = """
Somebody logged in with Strapi 5.54.0 and `--url`. The page at the end of the login was the code of
[redirect-page.md](redirect-page.md). "Works" also means: the open page showed a change of its source (hot
reload), a form got its answer, from a server action if the framework has them, and after Ctrl-C every file
was as before.
"""
FAILED = "**does not work**"
_NOT_RUN = "not run"
_INTRODUCTION = """\
# Logins in a real browser

Each cell is a login that was tried from the app's first page to the page that shows the user of Strapi's
JWT: real Strapi on SQLite, a real front end's dev server, the real gateway, real Chromium, and
`tunnel`, `configure`, `verify` and `verify --login` as they are. Stand-ins are X's API and consent page,
and ngrok's agent and edge. "Works" means that `verify` had said so before, that `verify --login` told
each hop of that very login, and that after Ctrl-C every file was as before but for the lasting line.
"""


@dataclass
class Table:
    """What has become of each cell so far, by row and column."""

    cells: dict[tuple[str, str], str] = field(default_factory=dict)
    more: dict[tuple[str, str], str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    frameworks: dict[str, str] = field(default_factory=dict)  # the result by name and version

    def begin(self, row: str, column: str) -> None:
        self.cells[row, column] = FAILED

    def note(self, row: str, column: str, result: str) -> None:
        self.cells[row, column] = result

    def add(self, row: str, column: str, more: str) -> None:
        """Something that was tried besides, in the same way."""
        self.more[row, column] = more

    def _cell(self, row: str, column: str) -> str:
        result, more = self.cells.get((row, column), _NOT_RUN), self.more.get((row, column))
        return f"{result}; {more}" if more else result

    def markdown(self, rows: Sequence[str], columns: Sequence[str]) -> str:
        lines = [["", *columns], ["---"] * (len(columns) + 1)]
        lines += [[row, *(self._cell(row, column) for column in columns)] for row in rows]
        return "".join(f"| {' | '.join(line)} |\n" for line in lines)

    def page(self, rows: Sequence[str], columns: Sequence[str]) -> str:
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        return (
            f"{_INTRODUCTION}\n{self.markdown(rows, columns)}\n"
            f"Made on {date.today().isoformat()} by `tests/e2e/test_matrix.py`, with {versions}.\n"  # noqa: DTZ011
            "`make e2e-all MATRIX=docs/login-matrix.md` makes it anew.\n"
        )

    def section(self) -> str:
        rows = "".join(f"| {name} | {result} |\n" for name, result in self.frameworks.items())
        return (
            f"{_FRAMEWORKS_INTRODUCTION}\n| framework | login |\n| --- | --- |\n{rows}\n"
            f"Made on {date.today().isoformat()}; "  # noqa: DTZ011
            "`make e2e-frontends MATRIX=docs/login-matrix.md` makes it again.\n"
        )


KEY = pytest.StashKey[Table]()


def table_of(config: pytest.Config) -> Table:
    return config.stash.setdefault(KEY, Table())


def summary(config: pytest.Config, rows: Sequence[str], columns: Sequence[str]) -> Iterator[str]:
    """The lines for the end of a run, none if it had no cell. Writes the file if it is asked for."""
    table = table_of(config)
    if table.cells:
        yield from table.markdown(rows, columns).splitlines()
    yield from (f"{name}: {result}" for name, result in table.frameworks.items())
    named = os.environ.get(FILE_VARIABLE)
    if named and (table.cells or table.frameworks):
        _write(Path(named), table, rows, columns)
        yield f"written to {named}"


def _write(file: Path, table: Table, rows: Sequence[str], columns: Sequence[str]) -> None:
    """Replace the part that this run has made; the other part stays."""
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    logins, _, frameworks = before.partition(_FRAMEWORKS)
    logins = table.page(rows, columns) if table.cells else logins
    frameworks = table.section() if table.frameworks else frameworks
    parts = [logins, _FRAMEWORKS, frameworks] if frameworks else [logins]
    file.write_text("".join(parts), encoding="utf-8")


def versions(packages: Mapping[str, Path]) -> dict[str, str]:
    """Of what took part: `packages` are folders of npm packages."""
    found = {name: npm_version(folder) for name, folder in packages.items()}
    found["Node"] = _said("node", "--version").removeprefix("v")
    found["Chromium"] = _number(_said(str(chromium()), "--version"))
    found["Caddy"] = _number(_said(_caddy(), "version"))
    return {name: version for name, version in found.items() if version}


def npm_version(folder: Path) -> str:
    manifest = (folder / "package.json").read_text()
    found = re.search(r'"version":\s*"([^"]+)"', manifest)
    return found[1] if found else ""


def _number(text: str) -> str:
    found = re.search(r"\d+(\.\d+)+", text)
    return found[0] if found else ""


def _caddy() -> str:
    """Beside the interpreter, where its package puts it, or on PATH."""
    beside = Path(sys.executable).with_name("caddy")
    return str(beside) if beside.exists() else "caddy"


def _said(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    except OSError:
        return ""
    return done.stdout.strip()
