"""`urls`, `status` and `init`: what they answer, and that the first two change nothing."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pexpect
import pytest

from tests.program import (
    QUICK_TUNNEL,
    SOURCE,
    Ran,
    Shop,
    free_port,
    make_shop,
    on_terminal,
    run,
    running,
    tunnelling,
)
from tests.world import agent

URL = "https://a.example.com"
SHEET = {
    *("reach", "layout", "public_url", "callback_url", "website_url", "terms_of_service_url"),
    *("privacy_policy_url", "redirect_url", "connect_url", "portal_url", "app_name"),
    *("app_description", "use_case", "environment"),
}
NOWHERE = {"PATH": "/nowhere", "DISPLAY": "", "WAYLAND_DISPLAY": "", "BROWSER": ""}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """On a port where nothing listens."""
    port = free_port()
    return make_shop(
        tmp_path / "cafe",
        env=b"PORT=%d\nAPP_KEYS=a,b\n" % port,
        frontend_env=b"VITE_BACKEND_URL=http://localhost:%d\n" % port,
    )


def tunnel(shop: Shop) -> Ran:
    """A session that is kept: with a URL of one's own nothing has to run."""
    done = run(*QUICK_TUNNEL, "--json", cwd=shop.root)
    assert done.code == 0
    return done


def tunnel_that_ended(shop: Shop) -> None:
    """The same in a process of its own, which is gone."""
    with running(*QUICK_TUNNEL, "--json", cwd=shop.root) as process:
        process.event("ready")
        assert process.process.wait(timeout=20) == 0


# urls


def test_urls_says_whose_urls_it_shows(shop: Shop) -> None:
    tunnel(shop)
    files = shop.files()

    session = run("urls", cwd=shop.root)
    given = run("urls", "--url", "https://B.example.com/", cwd=shop.root)
    assert shop.files() == files
    run("undo", cwd=shop.root)
    last = run("urls", cwd=shop.root)

    assert session.out.startswith(f"Of the session that is on: {URL}\n")
    assert given.out.startswith("Of the URL that you named: https://b.example.com\n")
    assert last.out.startswith(f"Of last time (nothing runs now): {URL}\n")
    for done, url in ((session, URL), (given, "https://b.example.com"), (last, URL)):
        assert done.code == 0
        assert f"{url}/api/connect/twitter/callback" in done.out


def test_urls_in_json_has_the_whole_sheet_whoever_it_is_of(shop: Shop) -> None:
    (shop.root / "twitter-setup.toml").write_text("[layout]\nkind = 'two-origins'\n")
    given = run("urls", "--url", URL, "--json", cwd=shop.root).json
    assert not shop.state.exists(), "looking leaves nothing"
    ready = tunnel(shop).json["data"]
    session = run("urls", "--json", cwd=shop.root).json
    run("undo", cwd=shop.root)
    last = run("urls", "--json", cwd=shop.root).json

    assert set(given["data"]) == SHEET
    assert given["data"] == session["data"] == last["data"]
    assert given["data"] == {key: ready[key] for key in SHEET}
    assert "event" not in given


def test_urls_without_any_is_a_usage_error_with_both_ways(shop: Shop) -> None:
    done = run("urls", "--json", cwd=shop.root)

    assert (done.code, done.error["code"]) == (2, "usage")
    commands = [advice["command"] for advice in done.error["advice"]]
    assert commands == ["twitter-setup tunnel", "twitter-setup urls --url https://your.host"]


def test_the_sheet_takes_what_the_settings_say(shop: Shop) -> None:
    (shop.root / "twitter-setup.toml").write_text(
        "[portal]\napp_name = 'Bistro [new]'\nwebsite_url = 'https://bistro.example'\n"
        "[frontend]\nport = 4000\nredirect_path = '/done'\n"
    )

    data = run("urls", "--url", URL, "--json", cwd=shop.root).json["data"]

    assert data["app_name"] == "Bistro [new]"
    assert data["website_url"] == "https://bistro.example"
    assert data["redirect_url"] == f"{URL}/done"


def test_without_a_front_end_there_is_no_redirect_url(tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "cafe", with_frontend=False)

    assert run("urls", "--url", URL, "--json", cwd=shop.root).json["data"]["redirect_url"] is None
    assert "redirect URL" not in run("urls", "--url", URL, cwd=shop.root).out


def test_without_clipboard_and_browser_it_says_what_to_do_instead(shop: Shop) -> None:
    done = run("urls", "--url", URL, "--copy", "--open", cwd=shop.root, env=NOWHERE)

    assert done.code == 0
    assert f"copy it yourself: {URL}/api/connect/twitter/callback" in done.err
    assert "open the portal  https://console.x.com" in done.err


def test_a_terminal_without_clipboard_program_is_asked_to_copy(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in NOWHERE.items():
        monkeypatch.setenv(name, value)
    encoded = base64.b64encode(f"{URL}/api/connect/twitter/callback".encode()).decode()

    terminal = on_terminal(shop, "urls", "--url", URL, "--copy")
    terminal.expect_exact(f"\x1b]52;c;{encoded}\a")
    terminal.expect("copied")
    terminal.expect(pexpect.EOF)
    terminal.wait()

    assert terminal.exitstatus == 0


def test_a_clipboard_program_gets_the_callback(shop: Shop, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "xclip"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nexec cat > {tmp_path}/clipboard\n")
    program.chmod(0o755)
    code = "from twitter_setup.cli.app import app; app(['urls', '--url', 'https://a.example.com', '--copy'])"

    done = subprocess.run(  # a process of its own: pyperclip looks for programs once
        [sys.executable, "-c", code],
        cwd=shop.root,
        env={
            **os.environ,
            "PYTHONPATH": str(SOURCE),
            "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
            "DISPLAY": ":0",
            "WAYLAND_DISPLAY": "",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    if sys.platform == "linux":
        assert (tmp_path / "clipboard").read_text() == f"{URL}/api/connect/twitter/callback"
        assert "copied" in done.stderr
    assert done.returncode == 0


# status


def test_status_has_every_key_whether_something_is_on_or_not(shop: Shop) -> None:
    nothing = run("status", "--json", cwd=shop.root).json["data"]
    assert not shop.state.exists(), "looking leaves nothing"
    tunnel_that_ended(shop)
    files = shop.files()
    kept = run("status", "--json", cwd=shop.root).json["data"]
    assert shop.files() == files

    keys = {
        *("running", "pid", "since", "reach", "layout", "public_url", "callback_url", "changes"),
        *("gateway_port", "checkpoints", "strapi", "leftovers", "elsewhere"),
    }
    assert set(nothing) == set(kept) == keys
    assert set(nothing["strapi"]) == {"version", "port", "up"}
    assert nothing["strapi"]["version"] == "5.54.0"
    assert (nothing["running"], nothing["public_url"], nothing["changes"]) == (False, None, [])
    assert (kept["running"], kept["pid"], kept["leftovers"]) == (False, None, False)
    assert (kept["public_url"], kept["reach"]) == (URL, "url")
    assert [set(each) for each in kept["checkpoints"]] == [{"id", "kind", "created"}] * 2
    assert {each["kind"] for each in kept["checkpoints"]} == {"passing", "lasting"}
    for change in kept["changes"]:
        assert set(change) == {"path", "action", "lasting", "summary"}
    assert {Path(change["path"]).name: change["lasting"] for change in kept["changes"]} == {
        ".env": False,
        "server.js": True,
    }


def test_status_shows_our_own_lines_and_never_their_neighbours(shop: Shop) -> None:
    shop.env.write_bytes(b"JWT_SECRET=hunter2\n" + shop.env.read_bytes() + b"LAST=hunter3")
    tunnel_that_ended(shop)

    done = run("status", cwd=shop.root)

    assert f"PUBLIC_URL={URL}" in done.out
    assert "hunter" not in done.out
    assert "its changes are kept until: twitter-setup undo" in done.out


def test_status_of_a_running_tunnel_names_it(shop: Shop, tmp_path: Path) -> None:
    env = {
        "PYNGROK_NGROK_PATH": str(agent.install_agent(tmp_path / "bin")),
        "NGROK_AUTHTOKEN": "2abcDEF_ghijKLMN0123456789",
        "STANDIN_STATE": str(tmp_path / "ngrok-state"),
    }
    with tunnelling(cwd=shop.root, env=env) as process:
        ready = process.event("ready")["data"]
        status = run("status", cwd=shop.root)
        urls = run("urls", cwd=shop.root)
        process.kill()
        killed = run("status", "--json", cwd=shop.root).json["data"]
    run("undo", cwd=shop.root)

    assert f"A tunnel runs (PID {process.process.pid}, since " in status.out
    assert ready["callback_url"] in status.out
    assert urls.out.startswith(f"Of the session that is on: {ready['public_url']}")
    assert (killed["running"], killed["leftovers"], killed["public_url"]) == (False, True, None)
    assert killed["changes"], "what was changed is still known"


@pytest.mark.parametrize("broken", ["package.json", "config/server.js"])
def test_status_and_undo_work_in_a_project_that_cannot_be_read(shop: Shop, broken: str) -> None:
    tunnel(shop)
    before = (shop.backend / broken).read_bytes()
    (shop.backend / broken).write_bytes(b'{ "@strapi/strapi" oops')

    status = run("status", "--json", "--backend", "backend", cwd=shop.root)
    undone = run("undo", "--json", cwd=shop.root)

    assert (status.code, status.json["data"]["public_url"]) == (0, URL)
    assert undone.code == 0
    assert len(undone.json["data"]["restored"]) == 2
    assert "PUBLIC_URL" not in shop.env.read_text()
    assert (shop.backend / broken).read_bytes() != before


def test_another_projects_broken_entry_stops_nothing(shop: Shop) -> None:
    folder = Path(os.environ["XDG_STATE_HOME"]) / "twitter-setup" / "sessions"
    folder.mkdir(parents=True)
    for number, content in enumerate(["{", "[]", '{"backend": "/x"}', '{"backend": 1, "pid": ""}']):
        (folder / f"{number}.json").write_text(content)

    assert run("status", "--json", cwd=shop.root).json["data"]["elsewhere"] == []


# init


def test_init_writes_what_is_found_and_says_which_keys(shop: Shop) -> None:
    path = shop.root / "twitter-setup.toml"

    done = run("init", "--json", cwd=shop.backend)

    assert done.json["data"] == {"path": str(path), "written": ["backend.dir", "frontend.dir"]}
    assert tomllib.loads(path.read_text()) == {
        "backend": {"dir": "backend"},
        "frontend": {"dir": "frontend"},
    }
    again = run("init", "--json", cwd=shop.root)
    assert again.json["data"]["written"] == []


def test_init_writes_what_the_flags_say(shop: Shop) -> None:
    flags = ["--port", "1400", "--frontend-port", "4000", "--env-var", "A", "--env-var", "B"]

    done = run("init", "--yes", "--json", "--url", "https://Me.example/", *flags, cwd=shop.root)

    assert done.code == 0
    assert tomllib.loads((shop.root / "twitter-setup.toml").read_text()) == {
        "backend": {"dir": "backend", "port": 1400},
        "frontend": {"dir": "frontend", "port": 4000, "env_vars": ["A", "B"]},
        "reach": {"kind": "url", "url": "https://me.example"},
    }


def test_init_keeps_comments_order_and_line_ends(shop: Shop) -> None:
    path = shop.root / "twitter-setup.toml"
    before = (
        b"# ours\r\n[reach]\r\nkind = \"ngrok\"  # free plan\r\ndomain = 'old.ngrok.app'\r\n"
        b"\r\n# the API\r\n[backend]\r\ndir = 'backend' # here\r\n"
    )
    path.write_bytes(before)

    done = run("init", "--domain", "new.ngrok.app", "--json", cwd=shop.root)

    after = path.read_bytes()
    assert done.json["data"]["written"] == ["frontend.dir", "reach.domain"]
    changed = before.replace(b"'old.ngrok.app'", b'"new.ngrok.app"')
    assert after.startswith(changed)
    assert after.removeprefix(changed) == b'\r\n[frontend]\r\ndir = "frontend"\r\n'


def test_urls_shows_the_session_that_is_on_before_the_usual_url_of_the_settings(shop: Shop) -> None:
    (shop.root / "twitter-setup.toml").write_text("[reach]\nurl = 'https://usual.example.com'\n")
    before = run("urls", cwd=shop.root).out
    run(*QUICK_TUNNEL, cwd=shop.root)

    assert before.startswith("Of the URL in twitter-setup.toml: https://usual.example.com\n")
    on = run("urls", cwd=shop.root).out
    assert on.startswith("Of the session that is on: https://a.example.com\n")
    given = run("urls", "--url", "https://usual.example.com", cwd=shop.root).out
    assert given.startswith("Of the URL that you named: https://usual.example.com\n")


def test_init_asks_on_a_terminal_only_what_no_file_can_tell(shop: Shop) -> None:
    terminal = on_terminal(shop, "init")
    terminal.expect("Your ngrok domain")
    terminal.sendline("https://mine.ngrok-free.app/")
    terminal.expect("Website URL")
    terminal.sendline("https://cafe.example")
    terminal.expect("Terms of service")
    terminal.sendline("")
    terminal.expect("Privacy policy")
    terminal.sendline("")
    terminal.expect(pexpect.EOF)
    terminal.wait()

    assert terminal.exitstatus == 0
    written = tomllib.loads((shop.root / "twitter-setup.toml").read_text())
    assert written["reach"] == {"kind": "url", "url": "https://mine.ngrok-free.app"}
    assert written["portal"] == {"website_url": "https://cafe.example"}


def test_init_asks_again_after_an_answer_that_is_no_address(shop: Shop) -> None:
    terminal = on_terminal(shop, "init")
    for question, wrong, right, says in (
        ("Your ngrok domain", "ftp://x", "mine.ngrok-free.app", "That starts with ftp://"),
        ("Website URL", "not a url", "", "That has spaces or backslashes in it: not a url"),
        ("Terms of service", "http://localhost/t", "", "That names this machine"),
        ("Privacy policy", "cafe.example/p", "https://cafe.example/p", "That does not begin with"),
    ):
        terminal.expect(question)
        terminal.sendline(wrong)
        terminal.expect(re.escape(says))
        terminal.expect(question)
        terminal.sendline(right)
    terminal.expect(pexpect.EOF)
    terminal.wait()

    assert terminal.exitstatus == 0
    assert "--domain" not in str(terminal.before)
    written = tomllib.loads((shop.root / "twitter-setup.toml").read_text())
    assert written["reach"] == {"kind": "ngrok", "domain": "mine.ngrok-free.app"}
    assert written["portal"] == {"privacy_policy_url": "https://cafe.example/p"}


def test_init_that_is_refused_writes_nothing(shop: Shop) -> None:
    path = shop.root / "twitter-setup.toml"
    path.write_text("[reach]\n")
    path.chmod(0o400)

    done = run("init", "--domain", "new.ngrok.app", "--json", cwd=shop.root)

    assert (done.code, done.error["code"]) == (1, "not_writable")
    assert path.read_text() == "[reach]\n"


@pytest.mark.parametrize(
    ("command", "remembers"), [("urls", True), ("status", False), ("tunnel --dry-run", False)]
)
def test_an_answer_is_remembered_but_not_by_what_changes_nothing(
    shop: Shop, command: str, remembers: bool
) -> None:
    (shop.root / "cms").mkdir()
    for name in ("package.json", "config/server.js"):
        copy = shop.root / "cms" / name
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes((shop.backend / name).read_bytes())
    before = shop.files()

    terminal = on_terminal(shop, *command.split(), *(["--url", URL] if command == "urls" else []))
    terminal.expect("Several Strapi projects are here")
    terminal.expect("Number")
    terminal.sendline("3")
    terminal.expect("Number")
    terminal.sendline("1")
    terminal.expect(pexpect.EOF)
    terminal.wait()

    assert terminal.exitstatus == 0
    path = shop.root / "twitter-setup.toml"
    assert path.exists() is remembers
    assert not remembers or path.read_text() == '[backend]\ndir = "backend"\n'
    assert remembers or shop.files() == before
