"""Killed at every step of apply and of undo: each file is wholly old or wholly new, nothing is lost.

A forked child runs the real code and ends itself (as `kill -9` would) right before or right after its
n-th call to the system that changes the disk; n goes through all of them.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.views import Silent
from twitter_setup.commands import undo as recovery
from twitter_setup.edits.spans import Edit, FileEdit
from twitter_setup.project.settings import Options
from twitter_setup.state import checkpoint
from twitter_setup.state.folder import StateFolder
from twitter_setup.state.session_record import SessionRecord

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
]

_CHANGING = ("open", "fsync", "replace", "unlink", "mkdir")
_KILLED = 77


class Project:
    """Three files: an `.env` with other secrets, one that is created, and the server configuration."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.state = StateFolder(root)
        self.env = root / ".env"
        self.new = root / ".env.local"
        self.config = root / "config" / "server.js"
        self.config.parent.mkdir()
        self.env.write_bytes(b"SECRET=hunter2\r\nPUBLIC_URL=\r\n")
        self.env.chmod(0o640)
        self.config.write_bytes(b"module.exports = { port: 1 };\n")
        self.originals = self.contents()

    def contents(self) -> dict[Path, bytes | None]:
        return {path: checkpoint.read(path) for path in (self.env, self.new, self.config)}

    def edits(self) -> tuple[list[FileEdit], list[FileEdit]]:
        env, config = self.env.read_bytes(), self.config.read_bytes()
        passing = [
            FileEdit(self.env, env, (Edit(27, 27, b"https://a.example"),)),
            FileEdit(self.new, None, (Edit(0, 0, b"VITE_URL=https://a.example\n"),)),
        ]
        return passing, [FileEdit(self.config, config, (Edit(17, 17, b" url: 'x',"),))]

    def afters(self) -> dict[Path, bytes]:
        passing, lasting = self.edits()
        return {edit.path: edit.after for edit in (*passing, *lasting)}

    def live(self) -> None:
        """What a `tunnel` does to the files, from its start to its end."""
        self.state.create()
        self.state.save_session(
            SessionRecord(
                pid=os.getpid(), process_started=1.0, since="now", reach="url", layout="two-origins"
            )
        )
        passing, lasting = self.edits()
        checkpoint.apply(self.state.checkpoints, "passing", passing)
        checkpoint.apply(self.state.checkpoints, "lasting", lasting)
        recovery.undo_passing(self.state)
        self.state.forget_session()

    def strays(self) -> list[str]:
        return [path.name for path in self.root.rglob("*.twitter-setup.tmp")]


@contextlib.contextmanager
def killed_at(point: int, *, after: bool) -> Iterator[None]:
    """In this block the process ends at its `point`-th call that changes the disk."""
    count = 0

    def counting(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            nonlocal count
            count += 1
            mine = count == point
            if mine and not after:
                os._exit(_KILLED)
            try:
                return original(*args, **kwargs)
            finally:
                if mine:
                    os._exit(_KILLED)

        return call

    originals = {name: getattr(os, name) for name in _CHANGING}
    for name, original in originals.items():
        setattr(os, name, counting(original))
    try:
        yield
    finally:
        for name, original in originals.items():
            setattr(os, name, original)


def dies(run: Callable[[], object], point: int, *, after: bool) -> bool:
    """Run in a forked child that is killed at `point`; False when it got to its end before."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            with killed_at(point, after=after):
                run()
            status = 0
        finally:
            os._exit(status)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in {0, _KILLED}
    return code == _KILLED


def wholly_old_or_new(project: Project, afters: dict[Path, bytes]) -> bool:
    return all(
        content in {project.originals[path], afters[path]}
        for path, content in project.contents().items()
    )


@pytest.mark.parametrize("after", [False, True])
def test_a_run_killed_anywhere_is_put_back_by_the_next(tmp_path: Path, after: bool) -> None:
    point = 0
    while True:
        point += 1
        root = tmp_path / str(point)
        root.mkdir()
        project = Project(root)
        afters = project.afters()
        if not dies(project.live, point, after=after):
            break
        assert wholly_old_or_new(project, afters), point

        recovery.recover(project.state, Silent())

        contents = project.contents()
        lasting = contents.pop(project.config)
        assert contents == {p: c for p, c in project.originals.items() if p != project.config}, (
            point
        )
        assert lasting in {project.originals[project.config], afters[project.config]}
        assert project.strays() == []
        assert project.env.stat().st_mode & 0o777 == 0o640
        recovery.undo(root, options=Options(), everything=True, view=Silent())
        assert project.contents() == project.originals, point
        assert list(project.state.checkpoints.glob("*")) == []
    assert point > 40, "too few points: is the code still seen through?"


def test_a_recovery_that_is_killed_too_is_finished_by_the_one_after(tmp_path: Path) -> None:
    seen = 0
    for first in range(20, 60, 4):
        second = 0
        while True:
            second += 1
            root = tmp_path / f"{first}-{second}"
            root.mkdir()
            project = Project(root)
            afters = project.afters()
            if not dies(project.live, first, after=True):
                break
            if not dies(lambda: recovery.recover(project.state, Silent()), second, after=False):  # noqa: B023
                break
            seen += 1
            assert wholly_old_or_new(project, afters)

            recovery.recover(project.state, Silent())
            recovery.undo(root, options=Options(), everything=True, view=Silent())

            assert project.contents() == project.originals, (first, second)
            assert project.strays() == []
    assert seen > 40
