"""Bad input, through the whole program: said in a sentence with what to do, and nothing is changed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from tests.program import (
    CONFIG,
    QUICK_TUNNEL,
    SOURCE,
    Ran,
    Shop,
    free_port,
    make_shop,
    on_terminal,
    run,
)

URL = "https://a.example.com"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """On a port where nothing listens."""
    port = free_port()
    return make_shop(
        tmp_path / "cafe",
        env=b"PORT=%d\nAPP_KEYS=a,b\n" % port,
        frontend_env=b"VITE_BACKEND_URL=http://localhost:%d\n" % port,
    )


def port_of(shop: Shop) -> str:
    return shop.env.read_text().split()[0].removeprefix("PORT=")


def refused(shop: Shop, *args: str, cwd: Path | None = None, **env: str) -> tuple[str, str, int]:
    """What is said, to programs and to people alike; nothing is changed, nothing is left behind.

    Returns the error code, the message with the advice, and the exit code.
    """
    before = shop.files()
    args, cwd = args or QUICK_TUNNEL, cwd or shop.root

    done, people = (run(*args, *extra, cwd=cwd, env=env) for extra in (["--json"], []))

    assert (done.json["ok"], done.json["data"]) == (False, {})
    assert done.code == done.json["exit_code"] == people.code
    assert (people.out, done.err) == ("", "")
    assert done.error["advice"]
    for advice in done.error["advice"]:
        assert advice["text"] in people.err
        assert (advice["command"] or "") in people.err
    assert "Traceback" not in people.err
    assert shop.files() == before
    assert not (shop.state / "session.json").exists()
    said = f"{done.error['message']} {json.dumps(done.error['advice'])}"
    return done.error["code"], said, done.code


# The project


def test_without_strapi_it_says_how_to_name_one(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()

    code, said, status = refused(shop, cwd=tmp_path / "elsewhere")

    assert (code, status) == ("no_project", 1)
    assert "No Strapi project here" in said
    assert "twitter-setup tunnel --backend path/to/backend" in said
    assert "Nothing was changed." in said


@pytest.mark.parametrize(
    ("part", "other", "flag"),
    [("backend", "cms", "--backend"), ("frontend", "web", "--frontend")],
)
def test_two_of_a_kind_are_both_named_with_the_flag(
    shop: Shop, part: str, other: str, flag: str
) -> None:
    shutil.copytree(shop.root / part, shop.root / other)

    code, said, status = refused(shop)

    assert (code, status) == ("several_projects", 2)
    assert f"twitter-setup tunnel {flag} {part}" in said
    assert f"twitter-setup tunnel {flag} {other}" in said


@pytest.mark.parametrize(
    ("file", "content", "code", "says"),
    [
        (
            "backend/package.json",
            '{\n "dependencies": {"@strapi/strapi": "5.0.0",}\n}',
            "project_broken",
            "package.json is not JSON: line 2, column 4",
        ),
        (
            "backend/package.json",
            '{"dependencies": {"strapi": "3.6.11"}}',
            "unsupported_version",
            "This is Strapi 3.6.11",
        ),
        (
            "backend/config/server.js",
            "module.exports = {\n  host: env('HOST',\n};\n",
            "project_broken",
            "server.js does not parse (line 2",
        ),
        (
            "backend/config/server.toml",
            "[server]\nurl = = 1\n",
            "project_broken",
            "server.toml does not parse (line 2",
        ),
        ("backend/.env", "PORT=99999\n", "project_broken", "PORT in .env: '99999' is not a port"),
        ("backend/.twitter-setup", "", "not_writable", ".twitter-setup cannot be written"),
    ],
)
def test_a_broken_file_is_named_with_its_place(
    shop: Shop, file: str, content: str, code: str, says: str
) -> None:
    if file.endswith(".toml"):
        shop.config.unlink()
    (shop.root / file).write_text(content)

    found, said, status = refused(shop)

    assert (found, status) == (code, 1)
    assert says in said


@pytest.mark.parametrize("place", ["backend/.env", "backend", "backend/config", "frontend/.env"])
def test_what_is_read_only_stops_it_before_anything_is_changed(shop: Shop, place: str) -> None:
    (shop.backend / ".twitter-setup").mkdir()
    path = shop.root / place
    path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        code, said, status = refused(shop)
    finally:
        path.chmod(0o700)

    assert (code, status) == ("not_writable", 1)
    assert str(path) in said
    assert "read-only" in said


def test_a_file_changed_while_the_question_is_open_stops_it(shop: Shop) -> None:
    terminal = on_terminal(shop, "tunnel", "--two-origins", "--url", URL)
    terminal.expect("Add it\\?")
    shop.env.write_bytes(shop.env.read_bytes() + b"MINE=1\n")
    before = shop.files()
    terminal.sendline("y")
    terminal.expect("Apply\\?")
    terminal.sendline("y")
    terminal.expect("changed by somebody else")
    terminal.expect("Nothing was changed")
    terminal.expect(pexpect.EOF)
    terminal.wait()

    assert terminal.exitstatus == 1
    assert shop.files() == before
    assert not (shop.state / "session.json").exists()
    assert run("status", "--json", cwd=shop.root).json["data"]["checkpoints"] == []


SESSION = '{"pid": "1", "process_started": 1, "since": "", "reach": "url", "layout": ""}'
CHECKPOINT = '{"number": 1, "kind": "KIND", "created": "", "files": []}'
ODD = CHECKPOINT.replace("KIND", "odd")
EMPTY = CHECKPOINT.replace("KIND", "passing").replace("[]", '[{"path": "/x", "steps": []}]')


@pytest.mark.parametrize(
    ("place", "content"),
    [
        *[("session.json", content) for content in ("{", "[]", "\x00", "{}", SESSION)],
        *[("last.json", content) for content in ("{", "[]")],
        *[("answers.json", content) for content in ("{", "[]")],
        *[("checkpoints/0001-passing.json", content) for content in ("{", "[]", "{}", ODD, EMPTY)],
    ],
)
def test_a_broken_file_of_our_own_is_named_and_left_alone(
    shop: Shop, place: str, content: str
) -> None:
    path = shop.state / place
    path.parent.mkdir(parents=True)
    path.write_text(content)
    before = shop.files()

    done = run(*QUICK_TUNNEL, "--json", cwd=shop.root)

    assert (done.code, done.error["code"]) == (1, "checkpoint_broken")
    assert str(path) in done.error["message"]
    assert done.error["advice"]
    assert shop.files() == before
    assert path.read_text() == content
    assert place == "session.json" or not (shop.state / "session.json").exists()


# What is not refused, but left to a person or said


def tunnelled(shop: Shop, *args: str, **env: str) -> Ran:
    done = run(*QUICK_TUNNEL, "--json", *args, cwd=shop.root, env=env)
    assert done.code == 0, done.out
    return done


def test_a_config_whose_url_may_be_overwritten_is_left_to_the_person(shop: Shop) -> None:
    shop.config.write_bytes(CONFIG.replace(b"  app:", b"  url: 'x',\n  ...rest(),\n  app:"))
    config = shop.config.read_bytes()

    (step,) = tunnelled(shop).json["data"]["manual_steps"]

    assert step.startswith(f"{shop.config}, line 5: write  url: env('PUBLIC_URL', '')")
    assert shop.config.read_bytes() == config
    assert f"PUBLIC_URL={URL}\n" in shop.env.read_text()
    assert URL in (shop.frontend / ".env").read_text()


def test_a_condition_as_url_becomes_the_fallback_and_comes_back(shop: Shop) -> None:
    config = CONFIG.replace(b"  app:", b"  url: a ? env('A') : 'x',\n  app:")
    shop.config.write_bytes(config)

    assert tunnelled(shop).json["data"]["manual_steps"] == []

    assert b"  url: env('PUBLIC_URL', a ? env('A') : 'x'),\n" in shop.config.read_bytes()
    assert run("undo", "--all", "--json", cwd=shop.root).code == 0
    assert shop.config.read_bytes() == config


def test_an_address_written_into_the_source_is_left_to_the_person(shop: Shop) -> None:
    port = port_of(shop)
    (shop.frontend / ".env").write_text("OTHER=1\n")
    source = shop.frontend / "src" / "api.js"
    source.parent.mkdir()
    source.write_text(f"export const a = 1\nexport const api = 'http://localhost:{port}/api'\n")

    done = tunnelled(shop)

    (step,) = done.json["data"]["manual_steps"]
    assert step.startswith(f"{source}, line 2: ")
    assert "VITE_STRAPI_URL" in step
    assert (shop.frontend / ".env").read_text() == "OTHER=1\n"


def test_without_any_variable_in_the_source_none_is_made_up(shop: Shop) -> None:
    (shop.frontend / ".env").unlink()

    done = tunnelled(shop)

    assert not list(shop.frontend.glob(".env*"))
    assert "No login link was found in" in done.err
    assert f"link to {URL}/api/connect/twitter" in done.err


def test_a_variable_that_the_shell_has_already_is_a_warning(shop: Shop) -> None:
    shop.config.write_bytes(CONFIG.replace(b"  app:", b"  url: env('PUBLIC_URL'),\n  app:"))

    done = tunnelled(shop, PUBLIC_URL="https://elsewhere.example.com")

    assert "PUBLIC_URL is set in this shell's environment" in done.err
    assert "https://elsewhere.example.com" not in done.err


def test_a_name_that_the_shell_uses_for_something_else_is_not_taken(shop: Shop) -> None:
    tunnelled(shop, PUBLIC_URL="https://elsewhere.example.com")

    assert f"STRAPI_PUBLIC_URL={URL}\n" in shop.env.read_text()
    assert b"url: env('STRAPI_PUBLIC_URL', '')," in shop.config.read_bytes()


def test_a_folder_that_strapi_never_watches_is_said(shop: Shop) -> None:
    part = next(part for part in shop.backend.parts if "tmp" in part)

    assert f"watches nothing below a folder like `{part}`" in tunnelled(shop).err


@pytest.mark.skipif(not shutil.which("unshare") or os.geteuid() != 0, reason="only root mounts")
def test_a_file_mounted_alone_is_left_to_the_person_and_the_rest_goes_on(shop: Shop) -> None:
    outside = shop.root / "outside.env"
    outside.write_bytes(shop.env.read_bytes())
    command = f"mount --bind {outside} {shop.env} && exec {sys.executable} -m twitter_setup $@"

    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", command, "sh", *QUICK_TUNNEL, "--json"],
        cwd=shop.root,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=False,
    )

    if "mount:" in done.stderr or "unshare:" in done.stderr:
        pytest.skip(f"no mount namespaces here: {done.stderr}")
    (step,) = json.loads(done.stdout)["data"]["manual_steps"]
    assert step.startswith(f"{shop.env}: write  PUBLIC_URL={URL}  (it is mounted alone")
    assert b"PUBLIC_URL" not in outside.read_bytes()
    assert URL in (shop.frontend / ".env").read_text()


# Files of every kind, there and back


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"A=1", b"A=1\nPUBLIC_URL=%s"),
        (b"A=1\r\nB=2\r\n", b"A=1\r\nB=2\r\nPUBLIC_URL=%s\r\n"),
        (
            b"PUBLIC_URL='x'\r\n",
            b"PUBLIC_URL='x'\r\nSTRAPI_PUBLIC_URL=%s\r\n",
        ),  # it means something
        (b"\xef\xbb\xbfA=1\n", b"\xef\xbb\xbfA=1\nPUBLIC_URL=%s\n"),
        (b"", b"PUBLIC_URL=%s\n"),
        (None, b"PUBLIC_URL=%s\n"),
    ],
)
def test_an_env_file_of_any_kind_comes_back_to_the_byte(
    shop: Shop, before: bytes | None, after: bytes
) -> None:
    port = port_of(shop)
    shop.env.unlink()
    if before is not None:
        shop.env.write_bytes(before)
    files = shop.files()

    tunnelled(shop, "--port", port)
    assert shop.env.read_bytes() == after % URL.encode()

    assert run("undo", "--all", "--json", cwd=shop.root).code == 0
    assert shop.files() == files


def test_a_value_keeps_its_quotes_and_comment_and_comes_back(shop: Shop) -> None:
    shop.config.write_bytes(CONFIG.replace(b"  app:", b"  url: env('PUBLIC_URL'),\n  app:"))
    before = shop.env.read_bytes() + b"PUBLIC_URL='x' # mine\r\n"
    shop.env.write_bytes(before)

    tunnelled(shop)
    assert shop.env.read_bytes().endswith(f"PUBLIC_URL='{URL}' # mine\r\n".encode())

    assert run("undo", "--all", "--json", cwd=shop.root).code == 0
    assert shop.env.read_bytes() == before


@pytest.mark.parametrize("is_there", [True, False])
def test_a_symlink_stays_one_and_its_target_is_changed(shop: Shop, is_there: bool) -> None:
    target = shop.root / "shared.env"
    content, port = shop.env.read_bytes(), port_of(shop)
    shop.env.unlink()
    if is_there:
        target.write_bytes(content)
    shop.env.symlink_to("../shared.env")

    tunnelled(shop, "--port", port)
    assert shop.env.is_symlink()
    assert target.read_text().endswith(f"PUBLIC_URL={URL}\n")

    run("undo", cwd=shop.root)
    assert shop.env.is_symlink()
    assert (target.read_bytes() if target.exists() else None) == (content if is_there else None)


def test_a_back_end_with_toml_has_its_url_changed_and_put_back(shop: Shop) -> None:
    for file in (shop.config, shop.env, shop.backend / "package.json"):
        file.unlink()
    config = shop.backend / "config" / "server.toml"
    text = "# ours\n[server]\nport = 1 # low\nurl = 'http://localhost:1' # public\n\n[x]\nurl = 2\n"
    config.write_text(text)
    (shop.frontend / ".env").write_text("VITE_BACKEND_URL=http://localhost:1/api\n")
    before = shop.files()

    done = tunnelled(shop)

    paths = [change["path"] for change in done.json["data"]["changes"]]
    assert paths == [str(shop.frontend / ".env"), str(config)]
    assert config.read_text() == text.replace("'http://localhost:1'", f'"{URL}"')
    assert run("undo", "--json", cwd=shop.root).json["data"]["restored"] == paths
    assert shop.files() == before


# Options


@pytest.mark.parametrize("given", ["", "two words", "name.ngrok.app/x", "name.ngrok.app:80"])
def test_a_domain_of_the_wrong_kind_is_a_usage_error(shop: Shop, given: str) -> None:
    code, said, status = refused(shop, "tunnel", "--domain", given)

    assert (code, status) == ("usage", 2)
    assert said.startswith("--domain ")


def test_a_url_and_a_domain_exclude_each_other(shop: Shop) -> None:
    code, said, status = refused(shop, *QUICK_TUNNEL, "--domain", "name.ngrok.app")

    assert (code, status) == ("usage", 2)
    assert "--url and --domain exclude each other" in said


@pytest.mark.parametrize("flag", ["--port", "--frontend-port"])
@pytest.mark.parametrize("number", ["0", "70000", "-1", "http", "13.37"])
def test_a_port_out_of_range_is_a_usage_error(shop: Shop, flag: str, number: str) -> None:
    code, said, status = refused(shop, *QUICK_TUNNEL, flag, number)

    assert (code, status) == ("usage", 2)
    assert flag in said


def test_a_port_in_the_environment_is_checked_too(shop: Shop) -> None:
    code, said, status = refused(shop, TWITTER_SETUP_PORT="abc")

    assert (code, status) == ("usage", 2)
    assert "--port" in said
