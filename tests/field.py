"""Field cases: small projects in the shapes of real ones, and what `twitter-setup` must say of them.

`tests/cases/field/README.md` tells how open points were decided. A case is a folder with `project/`
and `case.toml`; the keys of `case.toml` are those of `Case` below. An expectation names files, lines
and variables, never wording.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.program import Ran, run

CASES = Path(__file__).parent / "cases" / "field"
KEYS = frozenset(
    {"why", "rule", "git", "tracked", "run", "cwd", "env", "exit", "also"}
    | {"set", "changed", "unchanged", "untouched"}  # the changes
    | {"says", "never_says", "points_at", "never_points_at", "steps_at_most"}  # the texts
    | {"field"}  # other keys of `data`
)
_ADDED = re.compile(r"^\s*[+~]\s?(?P<line>.*)$")
_PAIR = re.compile(r"^\s*(?:export\s+)?(?P<name>[A-Za-z_]\w*)\s*=\s*(?P<value>.*?)\s*$")
_QUOTED = re.compile(r"""^(?P<mark>["'`])(?P<inside>.*?)(?P=mark)\s*(?:#.*)?$""")


def cases() -> list[Path]:
    return sorted(path.parent for path in CASES.glob("*/case.toml"))


def wrong(case: Path, work: Path) -> list[str]:
    """Run the case in `work`; list what is not as it must be."""
    want = tomllib.loads((case / "case.toml").read_text())
    home, project = work / "home", work / "project"
    home.mkdir()
    shutil.copytree(case / "project", project)
    for repository in want.get("git", ["."]):
        _git(project / repository, home, "-c", "init.defaultBranch=main", "init", "-q")
    if want.get("tracked"):
        _git(project, home, "add", "-f", *want["tracked"])
    found: list[str] = []
    for each in (want, *want.get("also", [])):
        found += [f"unknown key: {key}" for key in each.keys() - KEYS]
        asked = {"run": want["run"], **each}
        env = {"HOME": str(home), "NO_COLOR": "1", "COLUMNS": "500", **asked.get("env", {})}
        ran = run(*asked["run"], cwd=project / asked.get("cwd", "."), env=env)
        found += _judge(asked, Answer.of(ran, project))
    return found


def _git(folder: Path, home: Path, *words: str) -> None:
    env = {"PATH": os.environ["PATH"], "HOME": str(home)}
    subprocess.run(["git", "-C", str(folder), *words], env=env, check=True, capture_output=True)


@dataclass(frozen=True)
class Answer:
    """What the program said. `changes` are the added lines by path; `text` is all for people."""

    code: int
    data: Mapping[str, Any]
    steps: list[str]
    text: str
    changes: list[tuple[str, list[str]]]

    @classmethod
    def of(cls, ran: Ran, project: Path) -> Answer:
        envelope = ran.lines[-1] if ran.lines else {}
        data = envelope.get("data") or {}
        steps = [str(step) for step in data.get("manual_steps") or []]
        texts = [*steps, ran.err, *map(_error, envelope.get("errors") or [])]
        texts += [_error(check) for check in data.get("checks") or []]
        return cls(
            code=ran.code,
            data=data,
            steps=steps,
            text="\n".join([*texts, "" if envelope else ran.out]),
            changes=[
                (os.path.relpath(change["path"], project), _added(change))
                for change in data.get("changes") or []
            ],
        )


def _error(error: Mapping[str, Any]) -> str:
    parts = [error.get(key) for key in ("message", "summary", "detail")]
    parts += [f"{each.get('text')}: {each.get('command')}" for each in error.get("advice") or []]
    return "\n".join(str(part) for part in parts if part)


def _added(change: Mapping[str, Any]) -> list[str]:
    text = change.get("diff") or str(change.get("summary") or "").replace("; ", "\n")
    return [match["line"].strip() for line in text.splitlines() if (match := _ADDED.match(line))]


def _plain(line: str) -> str:
    """`export A="x"  # local` -> `A=x`."""
    pair = _PAIR.match(line)
    if not pair:
        return line.strip()
    quoted = _QUOTED.match(pair["value"])
    inside = quoted["inside"] if quoted else re.sub(r"\s+#.*$", "", pair["value"])
    return f"{pair['name']}={inside}"


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _place(place: str) -> re.Pattern[str]:
    """Match `Login.jsx, line 3`, `Login.jsx:3`, `line 3 of src/Login.jsx` for `Login.jsx:3`."""
    path, _, line = place.rpartition(":")
    if not line.isdigit() or not path:
        return re.compile(rf"(?<![\w.\[-]){re.escape(place)}(?![\w-])")
    name, before = re.escape(path), r"(?:\d+(?:, and |, | and |–|-))*"
    return re.compile(
        rf"(?<![\w.\[-]){name}[^\w\n]{{0,4}}(?:(?:at|on|in) )?(?:lines?[ :]|L)?{before}{line}(?!\d)"
        rf"|\blines? {before}{line} (?:of|in) \S*{name}"
    )


def _judge(want: Mapping[str, Any], got: Answer) -> Iterator[str]:
    if want.get("exit", 0) != got.code:
        yield f"exit: {want.get('exit', 0)} expected, {got.code} found: {got.text}"
    yield from _judge_changes(want, got)
    yield from _judge_texts(want, got)
    for key, value in want.get("field", {}).items():
        found: Any = got.data
        for part in key.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        if found not in _list(value) and found != value:
            yield f"field {key}: {value!r} expected, {found!r} found"


def _judge_changes(want: Mapping[str, Any], got: Answer) -> Iterator[str]:
    for item in want.get("set", []):
        files, lines = _list(item["file"]), [_plain(line) for line in _list(item["line"])]
        if not any(
            path in files and _plain(line) in lines for path, added in got.changes for line in added
        ):
            yield f"set: {lines} in {files} expected, {got.changes} found"
    touched = {path for path, _ in got.changes}
    for files in want.get("changed", []):
        if not touched & set(_list(files)):
            yield f"changed: {files} expected, {touched} found"
    yield from (f"unchanged: {path}" for path in want.get("unchanged", []) if path in touched)
    for name in want.get("untouched", []):
        for path, added in got.changes:
            if any(_plain(line).startswith(f"{name}=") for line in added):
                yield f"untouched: {name}, found in {path}"


def _judge_texts(want: Mapping[str, Any], got: Answer) -> Iterator[str]:
    flags = re.MULTILINE | re.IGNORECASE
    for pattern in want.get("says", []):
        if not re.search(pattern, got.text, flags):
            yield f"says: /{pattern}/ is nowhere in: {got.text}"
    for pattern in want.get("never_says", []):
        if re.search(pattern, got.text, flags):
            yield f"never_says: /{pattern}/ is in: {got.text}"
    for places in want.get("points_at", []):
        if not any(_place(place).search(got.text) for place in _list(places)):
            yield f"points_at: {places} is not named in: {got.text}"
    for place in want.get("never_points_at", []):
        if _place(place).search(got.text):
            yield f"never_points_at: {place} is named in: {got.text}"
    if len(got.steps) > want.get("steps_at_most", len(got.steps)):
        yield f"steps_at_most: {want['steps_at_most']} expected, {len(got.steps)} found"
