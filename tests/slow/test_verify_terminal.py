"""`verify` on a terminal: its spinner, narrow ones, Ctrl-C; and a hop that is too slow."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Callable
from typing import Any, cast

import pexpect
import pytest
from rich.console import Console

from tests.program import SOURCE
from tests.verifying import CALLBACK, PUBLIC, Broken, Verified
from tests.world.admin_server import LOGIN, silent
from twitter_setup.checks import runner
from twitter_setup.output import people as output

pytestmark = pytest.mark.slow


@pytest.fixture
def wrong(right: Verified) -> Verified:
    """X does not know the callback."""
    Broken(right).apply({"x": {"callbacks": [f"{PUBLIC}/elsewhere"]}})
    return right


class Terminal:
    """`verify` on a terminal; `text` is all that it got."""

    def __init__(self, verified: Verified, *words: str, width: int = 200) -> None:
        self.child: pexpect.spawn[str] = pexpect.spawn(
            sys.executable,
            ["-m", "twitter_setup", "verify", *verified.words, *words],
            cwd=str(verified.shop.root),
            env={
                **os.environ,
                **verified.environment(),
                "PYTHONPATH": str(SOURCE),
                "TERM": "xterm-256color",
            },
            encoding="utf-8",
            timeout=30,
            dimensions=(60, width),
        )

    def all(self) -> str:
        self.child.expect(pexpect.EOF)
        self.child.wait()
        return str(self.child.before)


def shown(text: str) -> list[str]:
    """The lines as they stand on the screen at the end, the spinner's rubbed out."""
    rows, row = [""], 0
    for part in re.findall(r"\x1b\[\??([0-9;]*)([A-Za-z])|(\r)|(\n)|([^\x1b\r\n]+)", text):
        number, command, _, is_new_line, words = part
        if command == "A":
            row -= int(number or 1)
        elif command == "K":
            rows[row] = ""
        elif is_new_line:
            row += 1
            rows += [""] * (row + 1 - len(rows))
        elif words:
            rows[row] += words
    return [each.rstrip() for each in rows]


def test_the_spinner_leaves_the_lines_whole_and_nothing_of_its_own(wrong: Verified) -> None:
    in_a_pipe = wrong.run().out.splitlines()

    wrong.bench.strapi.api.logins.clear()
    on_screen = shown(Terminal(wrong).all())

    assert [same_each_time(row) for row in on_screen if row] == [
        same_each_time(line) for line in in_a_pipe if line
    ]


def same_each_time(line: str) -> str:
    return re.sub(r"\d+ s apart|python.* \(PID \d+\)", "…", line.rstrip())


@pytest.mark.parametrize("width", [50, 80])
def test_on_a_narrow_terminal_no_line_is_too_long_and_no_address_is_broken(
    wrong: Verified, width: int
) -> None:
    rows = shown(Terminal(wrong, width=width).all())

    longest = max(map(len, [CALLBACK, f"{PUBLIC}/connect/twitter/redirect"]))
    assert all(len(row) <= max(width, longest + 7) for row in rows), max(rows, key=len)
    assert any(CALLBACK in row for row in rows)


def test_ctrl_c_ends_it_at_once(right: Verified) -> None:
    right.bench.strapi.at(LOGIN, silent)
    terminal = Terminal(right)
    terminal.child.expect_exact("session-middleware")
    terminal.child.sendintr()

    rest = terminal.all()

    assert terminal.child.exitstatus == 130
    assert "Traceback" not in rest


def test_ctrl_c_while_the_spinner_is_put_up_is_no_bug_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Rich has noted that it runs, and not yet what it would take down."""
    view = output.People()
    view._streams.err = Console(file=io.StringIO(), force_terminal=True)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Console, "push_render_hook", interrupted)

    with pytest.raises(KeyboardInterrupt), view.working("asking"):
        pass


def test_a_slow_hop_is_named(right: Verified, monkeypatch: pytest.MonkeyPatch) -> None:
    run = cast(Callable[..., Any], runner.run)
    monkeypatch.setattr(run, "__kwdefaults__", {**(run.__kwdefaults__ or {}), "budget": 0.5})
    right.bench.strapi.at(LOGIN, silent)

    checks = {each["id"]: each for each in right.run("admin", "--json").json["data"]["checks"]}

    assert checks["admin"]["status"] == "error"
    assert checks["admin"]["summary"] == "no answer within 0.5 s (waited for admin)"
