"""What is said, and how it ends: on a terminal, in a pipe, in JSON, and when nobody reads any more."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pexpect
import pytest

from tests.program import SOURCE, Ran, Shop, free_port, make_shop, run
from twitter_setup.commands.tunnel import session
from twitter_setup.errors import Advice, ErrorCode, Interrupted, SetupError

URL = "https://a-rather-long-name-for-a-tunnel.ngrok-free.app"
CALLBACK = f"{URL}/api/connect/twitter/callback"
TUNNEL = ("tunnel", "--two-origins", "--url", URL, "--yes")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """On a port where nothing listens."""
    port = free_port()
    return make_shop(
        tmp_path / "cafe",
        env=b"PORT=%d\nAPP_KEYS=a,b\n" % port,
        frontend_env=b"VITE_BACKEND_URL=http://localhost:%d\n" % port,
    )


def on_terminal(shop: Shop, *args: str, width: int, **env: str) -> str:
    """All of what a terminal of that width gets, in lines as they are sent."""
    terminal = pexpect.spawn(
        sys.executable,
        ["-m", "twitter_setup", *args],
        cwd=str(shop.root),
        env={**os.environ, "PYTHONPATH": str(SOURCE), "TERM": "xterm-256color", **env},
        encoding="utf-8",
        timeout=20,
        dimensions=(50, width),
    )
    terminal.expect(pexpect.EOF)
    terminal.wait()
    assert terminal.exitstatus == 0, terminal.before
    return str(terminal.before)


def process(
    shop: Shop, *args: str, stdout: Any = subprocess.PIPE, stderr: Any = subprocess.PIPE, **env: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "twitter_setup", *args],
        cwd=shop.root,
        env={**os.environ, "PYTHONPATH": str(SOURCE), **env},
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        check=False,
    )


# On a terminal


def test_a_url_is_never_broken_across_lines(shop: Shop) -> None:
    lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", on_terminal(shop, *TUNNEL, width=40)).splitlines()

    assert sum(line.count(CALLBACK) for line in lines) == 1
    assert any(line.endswith(f"PUBLIC_URL={URL}") for line in lines)
    for line in lines:
        assert len(line) <= 40 or " " not in line.strip().lstrip("+~ "), line


def test_colour_is_for_terminals_and_can_be_turned_off(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR")

    coloured = on_terminal(shop, "urls", "--url", URL, width=100)
    plain = on_terminal(shop, "urls", "--url", URL, width=100, NO_COLOR="1")
    piped = process(shop, "urls", "--url", URL)

    assert "\x1b[1" in coloured
    assert "\x1b[3" not in plain
    assert "\x1b" not in (piped.stdout + piped.stderr).decode()


def test_what_is_said_without_colour_is_the_same(shop: Shop) -> None:
    piped = process(shop, "urls", "--url", URL).stdout.decode()

    assert piped == run("urls", "--url", URL, cwd=shop.root).out
    assert CALLBACK in piped


# Data is data


def test_markup_in_data_is_shown_as_it_is(tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "[red]caf\u00e9 [api_key] :smile: [/]", with_frontend=False)
    (shop.root / "twitter-setup.toml").write_text("[portal]\napp_name = 'A [b] [/b] [link=x]'\n")

    urls = run("urls", "--url", URL, cwd=shop.root)
    dry = run("tunnel", "--dry-run", cwd=shop.root)
    shop.env.chmod(0o400)
    refused = run(*TUNNEL, cwd=shop.root)

    assert "A [b] [/b] [link=x]" in urls.out
    assert f"would change {shop.env} " in dry.out
    assert f"✗ {shop.env} cannot be written" in refused.err


def test_a_narrow_encoding_loses_no_line_and_breaks_no_json(shop: Shop) -> None:
    (shop.root / "twitter-setup.toml").write_text("[portal]\napp_name = 'Café ✓'\n", "utf-8")

    people = process(shop, *TUNNEL, PYTHONIOENCODING="cp1252")
    program = process(shop, "urls", "--json", PYTHONIOENCODING="ascii")

    assert people.returncode == program.returncode == 0
    assert CALLBACK.encode() in people.stdout
    assert b"3 changed" in people.stderr
    assert json.loads(program.stdout)["data"]["app_name"] == "Café ✓"


def test_quiet_takes_messages_away_and_verbose_adds_facts(shop: Shop) -> None:
    plain, quiet, verbose = (for_the_first_time(shop, *flag) for flag in ((), ("-q",), ("-v",)))

    assert quiet.out == plain.out == verbose.out
    notes = {line for line in plain.err.splitlines() if line.startswith("! ")}
    assert notes <= set(quiet.err.splitlines()), "what went wrong, and what to know, stays"
    assert "PUBLIC_URL=" not in quiet.err
    assert "3 changed" not in quiet.err
    assert set(plain.err.splitlines()) < set(verbose.err.splitlines())


def for_the_first_time(shop: Shop, *flags: str) -> Ran:
    done = run(*TUNNEL, *flags, cwd=shop.root)
    run("undo", "--all", cwd=shop.root)
    shutil.rmtree(shop.state)
    assert done.code == 0
    return done


# JSON


def test_each_answer_in_json_is_one_line_with_the_whole_envelope(shop: Shop) -> None:
    for args in (
        ["tunnel", "--two-origins", "--url", URL, "--dry-run"],
        [*TUNNEL],
        ["urls"],
        ["status"],
        ["init"],
        ["undo"],
    ):
        done = run(*args, "--json", cwd=shop.root)

        assert done.out.count("\n") == 1
        keys = {"schema", "command", "ok", "exit_code", "data", "errors"}
        is_event = args == [*TUNNEL]
        assert set(done.json) == (keys | {"event"} if is_event else keys)
        assert (done.json["schema"], done.json["command"]) == (1, args[0])
        assert (done.json["ok"], done.json["exit_code"], done.json["errors"]) == (True, 0, [])


def test_the_keys_of_undo_and_of_a_dry_run_are_those_of_the_contract(shop: Shop) -> None:
    dry = run("tunnel", "--dry-run", "--json", cwd=shop.root).json["data"]
    run(*TUNNEL, cwd=shop.root)
    shop.env.unlink()
    undo = run("undo", "--json", cwd=shop.root).json["data"]

    assert set(dry) == {"changes", "manual_steps"}
    for change in dry["changes"]:
        assert set(change) == {"path", "action", "lasting", "summary", "diff"}
    assert set(undo) == {"restored", "kept", "provider"}
    assert undo["restored"] == [str(shop.frontend / ".env")]
    (kept,) = undo["kept"]
    assert set(kept) == {"path", "reason"}
    assert kept["path"] == str(shop.env)


@pytest.mark.parametrize(
    ("args", "command", "says"),
    [
        (["nonsense"], "nonsense", "No such command 'nonsense'"),
        (["tunnel", "--nonsense"], "tunnel", "--nonsense"),
        (["tunnel", "--url"], "tunnel", "'--url' requires an argument"),
        (["tunnel", "extra"], "tunnel", "extra"),
        (["--nonsense"], "", "--nonsense"),
    ],
)
def test_an_error_before_a_command_ran_has_its_envelope_too(
    shop: Shop, args: list[str], command: str, says: str
) -> None:
    program = run("--json" if not command else args[0], *args[1:], "--json", cwd=shop.root)
    people = run(*args, cwd=shop.root)

    assert (program.code, people.code) == (2, 2)
    assert (program.json["command"], program.json["ok"]) == (command, False)
    assert program.error["code"] == "usage"
    assert people.out == ""
    assert says in people.err
    known = f"{args[0]} " if command == "tunnel" else ""
    assert f"see: twitter-setup {known}--help" in people.err


@pytest.mark.parametrize(
    ("value", "is_json"), [("1", True), ("true", True), ("0", False), ("false", False), ("", False)]
)
def test_the_variable_for_json_counts_for_errors_as_for_answers(
    shop: Shop, value: str, is_json: bool
) -> None:
    answer = run("status", cwd=shop.root, env={"TWITTER_SETUP_JSON": value})
    error = run("status", "--nonsense", cwd=shop.root, env={"TWITTER_SETUP_JSON": value})

    assert bool(answer.lines) is bool(error.lines) is is_json


# How it ends

_EXIT_CODES = {"usage": 2, "several_projects": 2, "bug": 3, "interrupted": 130}


@pytest.mark.parametrize("code", get_args(ErrorCode))
def test_every_error_code_has_its_exit_code(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, code: ErrorCode
) -> None:
    error = SetupError(
        code, "It is so", advice=[Advice("do", command="this")], unchanged="Nothing was changed."
    )

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(session, "run", fail)

    done = run(*TUNNEL, "--json", cwd=shop.root)

    assert done.code == done.json["exit_code"] == _EXIT_CODES.get(code, 1)
    assert done.json["event"] == "failed"
    assert done.error == {
        "code": code,
        "message": "It is so. Nothing was changed.",
        "advice": [{"text": "do", "command": "this", "url": None}],
    }


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), Interrupted(2)])
def test_an_interruption_before_it_was_ready_is_130(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, stop: BaseException
) -> None:
    def interrupted(*_: object) -> None:
        raise stop

    monkeypatch.setattr(session, "run", interrupted)

    done = run(*TUNNEL, "--json", cwd=shop.root)

    assert (done.code, done.error["code"]) == (130, "interrupted")


@pytest.mark.parametrize("is_home_writable", [True, False])
def test_a_bug_of_ours_is_one_sentence_and_a_report_without_secrets(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, is_home_writable: bool
) -> None:
    def fail(located: Any, *_: object) -> None:
        raise RuntimeError(f"token {located.options.authtoken.reveal()}")

    monkeypatch.setattr(session, "run", fail)
    (tmp_path / "file").touch()
    env = {} if is_home_writable else {"XDG_STATE_HOME": str(tmp_path / "file")}

    done = run(*TUNNEL, cwd=shop.root, env={"NGROK_AUTHTOKEN": "hunter2_hunter2", **env})

    assert done.code == 3
    assert done.out == ""
    first, *advice = done.err.splitlines()
    assert first.startswith("✗ This is a bug in twitter-setup (RuntimeError); the details are in ")
    assert all(line.startswith("  → ") for line in advice)
    report = Path(first.rpartition(" in ")[2].removesuffix("."))
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert "RuntimeError" in report.read_text()
    assert "hunter2" not in report.read_text() + done.err
    program = run(*TUNNEL, "--json", cwd=shop.root, env={"NGROK_AUTHTOKEN": "hunter2_hunter2"})
    assert (program.code, program.error["code"]) == (3, "bug")
    assert "hunter2" not in program.out


@pytest.fixture
def nobody() -> Any:
    """The writing end of a pipe that nobody reads any more."""
    readable, writable = os.pipe()
    os.close(readable)
    yield writable
    os.close(writable)


@pytest.mark.parametrize(
    "args", [["--version"], ["--help"], ["urls", "--url", URL], ["status", "--json"], ["nonsense"]]
)
def test_output_that_nobody_reads_is_no_traceback(shop: Shop, nobody: int, args: list[str]) -> None:
    done = process(shop, *args, stdout=nobody)

    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr
    assert done.returncode == (2 if args == ["nonsense"] else 141)  # that one is for stderr alone


def test_a_tunnel_whose_messages_nobody_reads_does_its_work(shop: Shop, nobody: int) -> None:
    before = shop.files()

    done = process(shop, *TUNNEL, stderr=nobody)
    assert done.returncode == 0
    assert CALLBACK.encode() in done.stdout
    assert f"PUBLIC_URL={URL}" in shop.env.read_text()

    undone = process(shop, "undo", "--all", stdout=nobody, stderr=nobody)
    assert undone.returncode == 141
    assert shop.files() == before
