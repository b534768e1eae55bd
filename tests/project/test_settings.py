"""What the user wants: flags over the environment over twitter-setup.toml over what is detected."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.main import get_command

from tests.program import QUICK_TUNNEL, Ran, Shop, free_port, make_shop, run
from twitter_setup.cli import app as cli
from twitter_setup.cli import given as cli_given
from twitter_setup.project.settings import Options
from twitter_setup.secret import Secret

URL = "https://a.example.com"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A Strapi 4, whose plan names its port; nothing listens there."""
    port = free_port()
    return make_shop(
        tmp_path / "cafe",
        strapi="4.26.2",
        env=b"PORT=%d\n" % port,
        frontend_env=b"VITE_A=http://localhost:%d\nVITE_B=https://b.example.com\n" % port,
    )


def settings_file(shop: Shop, text: str | bytes) -> Path:
    path = shop.root / "twitter-setup.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def dry_run(shop: Shop, *args: str, **env: str) -> Ran:
    return run("tunnel", "--dry-run", "--json", *args, cwd=shop.root, env=env)


# Who wins


def public_url(done: Ran) -> str:
    diff: str = done.json["data"]["changes"][0]["diff"]
    return diff.splitlines()[0].removeprefix("+ PUBLIC_URL=")


def port(done: Ran) -> str:
    diffs = [change["diff"] for change in done.json["data"]["changes"]]
    return " ".join(diffs).partition("STRAPI_ADMIN_BACKEND_URL=http://localhost:")[2].split()[0]


def front_end_variables(done: Ran) -> str:
    (change,) = [c for c in done.json["data"]["changes"] if "front" in Path(c["path"]).parent.name]
    return str(change["diff"].splitlines()[-1][2:].partition("=")[0])


def back_end_folder(done: Ran) -> str:
    return Path(done.json["data"]["changes"][0]["path"]).parent.name


def front_end_folder(done: Ran) -> str:
    return Path(done.json["data"]["changes"][1]["path"]).parent.name


@pytest.mark.parametrize(
    ("option", "toml", "values", "seen"),
    [
        (
            "--url",
            '[reach]\nurl = "{}"',
            ("https://flag.example", "https://env.example", "https://file.example"),
            public_url,
        ),
        (
            "--domain",
            '[reach]\ndomain = "{}"',
            ("flag.ngrok.app", "env.ngrok.app", "file.ngrok.app"),
            lambda done: public_url(done).removeprefix("https://"),
        ),
        ("--port", "[backend]\nport = {}", ("1111", "2222", "3333"), port),
        (
            "--env-var",
            '[frontend]\nenv_vars = ["{}"]',
            ("VITE_FLAG", "VITE_ENV", "VITE_FILE"),
            front_end_variables,
        ),
        ("--backend", '[backend]\ndir = "{}"', ("flag", "env", "file"), back_end_folder),
        ("--frontend", '[frontend]\ndir = "{}"', ("flag", "env", "file"), front_end_folder),
    ],
)
def test_flags_win_over_the_environment_and_that_over_the_file_and_that_over_what_is_found(
    shop: Shop, option: str, toml: str, values: tuple[str, str, str], seen: Any
) -> None:
    by_flag, by_environment, by_file = values
    variable = "TWITTER_SETUP_" + option[2:].replace("-", "_").upper()
    detected = seen(dry_run(shop))
    if option in {"--backend", "--frontend"}:
        for name in values:
            shutil.copytree(shop.root / option[2:], shop.root / name)
    settings_file(shop, toml.format(by_file))

    assert seen(dry_run(shop)) == by_file
    assert seen(dry_run(shop, **{variable: by_environment})) == by_environment
    assert seen(dry_run(shop, option, by_flag, **{variable: by_environment})) == by_flag
    assert detected not in values


def test_a_front_ends_port_follows_the_same_order(shop: Shop) -> None:
    def redirect(*args: str, **env: str) -> str:
        done = run(
            *QUICK_TUNNEL,
            "--json",
            *args,
            cwd=shop.root,
            env=env,
        )
        return str(done.json["data"]["redirect_url"]).split("/")[2].partition(":")[2]

    assert redirect() == "5173"
    settings_file(shop, "[frontend]\nport = 3333\n")
    assert redirect() == "3333"
    assert redirect(TWITTER_SETUP_FRONTEND_PORT="2222") == "2222"
    assert redirect("--frontend-port", "1111", TWITTER_SETUP_FRONTEND_PORT="2222") == "1111"


def test_a_reach_that_is_given_wins_whole(shop: Shop) -> None:
    settings_file(shop, '[reach]\nkind = "url"\nurl = "https://file.example"\n')

    assert public_url(dry_run(shop, "--domain", "mine.ngrok.app")) == "https://mine.ngrok.app"

    settings_file(shop, '[reach]\nkind = "ngrok"\ndomain = "file.ngrok.app"\n')
    assert public_url(dry_run(shop, "--url", URL)) == URL


def test_ngroks_own_variable_names_the_domain_too(shop: Shop) -> None:
    assert public_url(dry_run(shop, NGROK_DOMAIN="env.ngrok.app")) == "https://env.ngrok.app"


def test_every_option_has_its_variable() -> None:
    group: Any = get_command(cli.app)
    without = {"--help", "--version", "--install-completion", "--show-completion"}
    for command in (group, *group.commands.values()):
        for param in (each for each in command.params if each.param_type_name == "option"):
            name = next(opt for opt in param.opts if opt.startswith("--"))
            if name not in without:
                variable = "TWITTER_SETUP_" + name[2:].replace("-", "_").upper()
                envvar = param.envvar if isinstance(param.envvar, list) else [param.envvar]
                assert variable in envvar, f"{command.name} {name}"


@pytest.mark.parametrize(
    "given",
    ["", " ", "a.example.com", "localhost:1337", "http://a.example.com", "http://localhost:1337"]
    + [f"https://{rest}" for rest in ("", "a b", "u:p@a.example.com", "a.example.com/x", "0.0.0.0")]
    + [
        "https://a.example.com?a=1",
        "https://a.example.com#x",
        "https://a:0",
        "ftp://a.example.com",
    ],
)
@pytest.mark.parametrize("command", ["tunnel", "urls", "init"])
def test_a_url_of_the_wrong_kind_is_a_usage_error(shop: Shop, command: str, given: str) -> None:
    done = run(command, "--url", given, "--json", cwd=shop.root)

    assert (done.code, done.error["code"]) == (2, "usage")
    assert done.error["message"].startswith("--url ")
    assert done.error["advice"]
    assert "u:p" not in done.out


# The file, which is committed and therefore not trusted


def settings_refused(shop: Shop) -> str:
    before = shop.files()

    done = dry_run(shop)

    assert (done.code, done.error["code"]) == (1, "settings_invalid")
    assert done.error["advice"]
    assert shop.files() == before
    assert not shop.state.exists()
    return str(done.error["message"])


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (b"[backend\n", "line 1, column 9"),
        (b"[reach]\nurl = = 1\n", "line 2, column 7"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_broken_toml_is_said_with_its_place(shop: Shop, text: bytes, place: str) -> None:
    path = settings_file(shop, text)

    message = settings_refused(shop)

    assert str(path) in message
    assert place in message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[backend]\nport = '1337'", "`backend.port` must be a number, not '1337'"),
        ("[backend]\nport = true", "`backend.port` must be a number"),
        ("[backend]\nport = 70000", "a port from 1 to 65535, not 70000"),
        ("[gateway]\nport = 0", "`gateway.port` must be a port from 1 to 65535"),
        ("[backend]\ndir = 3", "`backend.dir` must be a text, not 3"),
        ("[frontend]\nenv_vars = 'A'", "`frontend.env_vars` must be a list of texts"),
        ("[frontend]\nenv_vars = ['A', 1]", "`frontend.env_vars` must be a list of texts"),
        ("backend = 'cms'", "`backend` must be a table, [backend], not 'cms'"),
        ("[reach]\nkind = 'ngrk'", "`reach.kind` must be one of ngrok, url, local, not 'ngrk'"),
        ("[layout]\nkind = 'three'", "`layout.kind` must be one of one-origin, two-origins"),
        ("[reach]\nurl = 'ftp://x'", "`reach.url` starts with ftp://"),
        ("[reach]\nurl = 'https://x.example/api'", "`reach.url` has a path"),
        ("[reach]\ndomain = 'x y'", "`reach.domain` has spaces"),
        ("[reach]\nkind = 'url'", "there is no `reach.url`"),
        (
            "[portal]\nwebsite_url = 'cafe'",
            "`portal.website_url` does not begin with https://: cafe",
        ),
        ("[portal]\nprivacy_policy_url = 'http://127.0.0.1/p'", "names this machine"),
        ("[portal]\nterms_of_service_url = 'https://a b'", "has spaces or backslashes in it"),
    ],
)
def test_a_value_of_the_wrong_kind_is_named(shop: Shop, text: str, says: str) -> None:
    settings_file(shop, text)

    assert says in settings_refused(shop)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[backend]\ndir = '../../x'", "backend.dir"),
        ("[backend]\nserver_config = '../../../x.js'", "backend.server_config"),
        ("[frontend]\ndir = '/'", "frontend.dir"),
        ("[frontend]\nenv_file = '/etc/passwd'", "frontend.env_file"),
        ("[frontend]\nenv_file = '../../secrets.env'", "frontend.env_file"),
        ("[frontend]\ndir = 'link'", "frontend.dir"),
        ("[frontend]\nenv_file = 'link/passwd'", "frontend.env_file"),
        ("[backend]\ndir = 'backend/../../..'", "backend.dir"),
    ],
)
def test_a_path_that_leads_outside_is_refused(shop: Shop, text: str, key: str) -> None:
    (shop.root / "link").symlink_to("/etc")
    (shop.frontend / "link").symlink_to("/etc")
    settings_file(shop, text)

    message = settings_refused(shop)

    assert f"`{key}` leads outside the repository" in message


def test_an_address_in_the_file_is_written_as_x_compares_it(shop: Shop) -> None:
    settings_file(shop, "[reach]\nurl = 'https://Mine.Example.com/'\n")
    assert public_url(dry_run(shop)) == "https://mine.example.com"

    settings_file(shop, "[reach]\ndomain = 'https://Mine.ngrok.app/'\n")
    assert public_url(dry_run(shop)) == "https://mine.ngrok.app"


def test_unknown_keys_are_a_warning_with_the_nearest_name(shop: Shop) -> None:
    settings_file(shop, "[backend]\nprot = 1\n[reech]\nurl = 'x'\n[portal]\nzzz = 1\n")

    done = dry_run(shop)

    assert done.code == 0
    assert "unknown key `backend.prot`, ignored; did you mean `port`?" in done.err
    assert "unknown table `reech`, ignored; did you mean `reach`?" in done.err
    assert "unknown key `portal.zzz`, ignored\n" in done.err


def test_the_file_beside_the_back_end_is_found_and_a_bom_does_no_harm(shop: Shop) -> None:
    text = b"\xef\xbb\xbf[reach]\r\nurl = 'https://file.example'\r\n"
    (shop.backend / "twitter-setup.toml").write_bytes(text)

    assert public_url(dry_run(shop)) == "https://file.example"


# Secrets


@given(st.text(min_size=1, max_size=40))
def test_a_secret_shows_its_last_four_at_most(value: str) -> None:
    secret = Secret(value)
    options = Options(admin_token=secret, authtoken=secret)

    shown = {str(secret), repr(secret), f"{secret}", f"{secret!r}", f"{[secret]}"}

    dots = f"••••{value[-4:]}" if len(value) > 8 else "••••"
    assert shown == {dots, f"[{dots}]"}
    assert repr(options) == repr(Options()).replace("token=None", f"token={dots}")
    assert secret.reveal() == value
    with pytest.raises(TypeError):
        json.dumps(secret)


def test_secrets_are_compared_by_value() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1


def test_no_child_process_inherits_a_secret(shop: Shop, tmp_path: Path) -> None:
    seen = tmp_path / "seen.json"
    git = tmp_path / "bin" / "git"  # the only program that a dry run starts
    git.parent.mkdir()
    git.write_text(
        f"#!{sys.executable}\nimport json, os\njson.dump(dict(os.environ), open({str(seen)!r}, 'w'))"
    )
    git.chmod(0o755)
    secrets = {name: f"secret-{name}" for name in cli_given.SECRET_VARIABLES}

    done = dry_run(shop, PATH=f"{git.parent}{os.pathsep}{os.environ['PATH']}", **secrets)

    assert done.code == 0
    inherited = json.loads(seen.read_text())
    assert inherited["NO_COLOR"] == "1"
    assert not secrets.keys() & inherited.keys()
    assert not set(secrets.values()) & set(inherited.values())
