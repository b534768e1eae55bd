"""Strapi's part in a tunnel: what is touched, what is said, and what the processes tell of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.program import Shop, free_port, make_shop, strapi_at, wait_for_port
from tests.views import Silent
from twitter_setup.project import backend as backends
from twitter_setup.secret import Secret
from twitter_setup.state.checkpoint import Undone
from twitter_setup.strapi import reload
from twitter_setup.strapi.api import Credentials, Strapi, local_address
from twitter_setup.strapi.restart import Restart, Served
from twitter_setup.system import processes

URL = "https://a.example.com"
CALLBACK = f"{URL}/api/connect/twitter/callback"


class World:
    """A project in a folder that Strapi watches, and a Strapi on its port or not."""

    def __init__(self, folder: Path, *, strapi: str = "5.54.0", token: str = "") -> None:
        self.port = free_port()
        self.shop: Shop = make_shop(folder, strapi=strapi, env=b"A=1\n", with_frontend=False)
        self.view = Silent()
        credentials = Credentials(token=Secret(token)) if token else Credentials()
        self._strapi = Strapi(local_address(self.port), credentials)
        self.restart = self.with_facts()

    def with_facts(self, **facts: Any) -> Restart:
        backend = backends.load(self.shop.backend, {}, port=self.port)
        facts = {"unwatched": None, **facts}  # pytest's folders have `tmp` in them
        return Restart(Served.of(replace(backend, **facts)), self._strapi, self.view)

    def write(self) -> None:
        with self.shop.env.open("ab") as file:
            file.write(b"PUBLIC_URL=%s\n" % URL.encode())

    def touched(self) -> int:
        return self.shop.config.stat().st_mtime_ns


def pause(seconds: float) -> None:
    time.sleep(min(seconds, 0.05))


class Enough(Exception):
    """The person pressed Ctrl-C."""


def not_at_all(_: float) -> None:
    raise Enough


# After a change


def test_a_strapi_that_does_not_run_is_said_and_not_waited_for(tmp_path: Path) -> None:
    world = World(tmp_path)

    world.restart.before("PUBLIC_URL", not_at_all)
    world.restart.after_change(CALLBACK, config_changed=True)
    world.restart.wait(not_at_all)

    (note,) = world.view.notes
    assert "Strapi is not running" in note
    assert world.view.steps == []


@pytest.mark.parametrize(
    ("token", "says"),
    [("", "has started since the change"), ("admin-token", "has the new address")],
)
def test_a_running_one_is_made_to_restart_and_no_more_is_claimed_than_was_seen(
    tmp_path: Path, token: str, says: str
) -> None:
    world = World(tmp_path, token=token)
    content, before = world.shop.config.read_bytes(), world.touched()
    with strapi_at(world.shop, world.port):
        world.restart.before("PUBLIC_URL", pause)
        assert world.restart.must_settle
        assert world.restart.must_settle
        world.write()
        world.restart.after_change(CALLBACK, config_changed=False)
        world.restart.wait(pause)

    assert world.touched() > before
    assert world.shop.config.read_bytes() == content
    ((label, text),) = world.view.steps
    assert label == "Strapi"
    assert says in text
    assert world.view.notes == []


def test_a_config_that_was_changed_itself_is_not_touched_again(tmp_path: Path) -> None:
    world = World(tmp_path)
    with strapi_at(world.shop, world.port):
        world.restart.before("PUBLIC_URL", pause)
        before = world.touched()
        world.restart.after_change(CALLBACK, config_changed=True)

    assert world.touched() == before


def test_a_refused_token_is_said_once_and_the_restart_counts(tmp_path: Path) -> None:
    world = World(tmp_path, token="may-not-read")
    with strapi_at(world.shop, world.port):
        world.restart.before("PUBLIC_URL", pause)
        world.restart.after_change(CALLBACK, config_changed=False)
        world.restart.wait(pause)

    (note,) = world.view.notes
    assert "may not read the providers" in note
    assert [text for _, text in world.view.steps] == ["has started since the change"]


def test_one_that_is_late_is_said_and_seen_later_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reload, "PATIENCE", 0.2)
    world = World(tmp_path)
    with strapi_at(world.shop, world.port, deaf="99"):
        world.restart.before("PUBLIC_URL", pause)
        world.restart.after_change(CALLBACK, config_changed=False)
        world.restart.wait(pause)
        world.restart.look()
        assert world.view.steps == []
    world.restart.look()
    with strapi_at(world.shop, world.port):
        world.restart.look()
        world.restart.look()

    (note,) = world.view.notes
    assert "not seen to start again" in note
    assert [text for _, text in world.view.steps] == ["has started since the change"]


# Where a person has to stop and start it

_LISTENS = """
import socket, sys
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    server.accept()[0].close()
"""


@contextmanager
def listening(port: int, *words: str, **env: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process on this port with these words on its command line; it hangs up."""
    process = subprocess.Popen(
        [sys.executable, "-c", _LISTENS, str(port), *words], env={**os.environ, **env}
    )
    try:
        wait_for_port(port)
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    ("strapi", "words", "env", "facts", "reason"),
    [
        ("5.54.0", ["develop"], {}, {"unwatched": ".hidden"}, "below a folder like `.hidden`"),
        ("5.54.0", ["develop"], {"PUBLIC_URL": "x"}, {}, "started with another PUBLIC_URL"),
        ("5.54.0", ["start"], {}, {}, "`strapi start` watches no file"),
        ("4.26.2", ["server.js"], {}, {}, "4.26.2 may read .env only when it starts"),
        ("5.47.1", ["server.js"], {}, {}, "5.47.1 may read .env only when it starts"),
    ],
)
def test_where_it_must_be_started_anew_it_says_why_and_touches_nothing(
    tmp_path: Path,
    strapi: str,
    words: list[str],
    env: dict[str, str],
    facts: dict[str, Any],
    reason: str,
) -> None:
    world = World(tmp_path, strapi=strapi)
    restart = world.with_facts(**facts)
    before = world.touched()

    with listening(world.port, *words, **env):
        restart.before("PUBLIC_URL", pause)
        restart.after_change(CALLBACK, config_changed=False)
        restart.tell()
        restart.after_undo(Undone((world.shop.env,)), not_at_all)

    assert not restart.must_settle
    to_start, after_undo = world.view.notes
    assert "Stop and start Strapi now: " in to_start
    assert reason in to_start
    assert "keeps this tunnel's address" in after_undo
    assert reason in after_undo
    assert world.touched() == before


@pytest.mark.parametrize(("strapi", "words"), [("5.48.0", ["x"]), ("4.26.2", ["develop"])])
def test_one_that_reloads_env_or_is_developed_takes_it_by_itself(
    tmp_path: Path, strapi: str, words: list[str]
) -> None:
    world = World(tmp_path, strapi=strapi)

    with listening(world.port, *words):
        world.restart.before("PUBLIC_URL", pause)

    assert world.restart.must_settle


def test_a_back_end_of_another_kind_is_never_touched(tmp_path: Path) -> None:
    world = World(tmp_path)
    restart = world.with_facts(strapi=None)
    before = world.touched()

    with listening(world.port):
        restart.before("PUBLIC_URL", pause)
        restart.after_change(CALLBACK, config_changed=False)
        restart.after_undo(Undone((world.shop.env,)), pause)

    assert world.touched() == before
    assert world.view.notes == []


# After an undo


def test_an_undo_makes_it_restart_too(tmp_path: Path) -> None:
    world = World(tmp_path)
    with strapi_at(world.shop, world.port):
        world.restart.before("PUBLIC_URL", pause)
        before = world.touched()
        world.restart.before("PUBLIC_URL", pause)
        world.restart.after_undo(Undone((world.shop.env,)), pause)

    assert world.touched() > before
    assert world.view.notes == []


def test_an_undo_that_nobody_takes_in_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reload, "NUDGE_AFTER", 0.1)
    world = World(tmp_path)
    with strapi_at(world.shop, world.port, deaf="99"):
        world.restart.before("PUBLIC_URL", pause)
        world.restart.after_undo(Undone((world.shop.env,)), pause)

    (note,) = world.view.notes
    assert "may still have this tunnel's address" in note


def test_an_undo_that_changed_nothing_touches_nothing(tmp_path: Path) -> None:
    world = World(tmp_path)
    before = world.touched()
    with strapi_at(world.shop, world.port):
        world.restart.before("PUBLIC_URL", pause)
        world.restart.after_undo(Undone(), not_at_all)

    assert world.touched() == before


# Processes

_PARENT = """
import json, os, subprocess, sys
child = [sys.executable, "-c", "print('up', flush=True); import time; time.sleep(60)"]
process = subprocess.Popen(child, env={**os.environ, **json.loads(sys.argv[1])}, stdout=-1)
process.stdout.readline()
print("up", flush=True)
sys.stdin.readline()
process.kill()
"""


@contextmanager
def parent(child: str, **env: str) -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "-c", _PARENT, child],
        env={**os.environ, **env},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout
    process.stdout.readline()
    try:
        yield process.pid
    finally:
        process.communicate(b"\n", timeout=10)


@pytest.mark.parametrize(
    ("own", "child", "expected"),
    [
        ({"MY_URL": ""}, "{}", True),
        ({}, "{}", False),
        ({}, '{"MY_URL": "x", "NODE_UNIQUE_ID": "1"}', True),
        ({}, '{"MY_URL": "x"}', False),
        ({}, '{"NODE_UNIQUE_ID": "1"}', False),
    ],
)
def test_a_variable_is_inherited_by_the_process_or_by_a_worker_of_its_own(
    own: dict[str, str], child: str, expected: bool
) -> None:
    with parent(child, **own) as pid:
        assert processes.inherits(pid, "MY_URL") is expected


def test_nothing_is_inherited_by_a_process_that_ended() -> None:
    assert not processes.inherits(2**22 + 1, "PATH")


def test_a_program_at_work_in_a_folder_is_known_by_its_name(tmp_path: Path) -> None:
    program = tmp_path / "bin" / "strapi.js"
    program.parent.mkdir()
    program.write_text("print('up', flush=True); import time; time.sleep(60)")
    process = subprocess.Popen(
        [sys.executable, program, "develop"], cwd=tmp_path, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout
        process.stdout.readline()
        assert processes.works_in(str(tmp_path), "strapi")
        assert not processes.works_in(str(tmp_path), "develo")
        assert not processes.works_in(str(program.parent), "strapi")
    finally:
        process.kill()
        process.communicate()
    assert not processes.works_in(str(tmp_path), "strapi")


def test_a_process_that_started_at_another_time_is_another_one() -> None:
    assert processes.is_running(os.getpid(), processes.own_start())
    assert not processes.is_running(os.getpid(), processes.own_start() - 60)
    assert not processes.is_running(-1, processes.own_start())
