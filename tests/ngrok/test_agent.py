"""What can go wrong with ngrok, each in its own words; and which agent, with which settings, is run."""

from __future__ import annotations

import contextlib
import io
import json
import os
import socket
import tarfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.world import agent, reaches
from tests.world.reaches import TOKEN, World
from twitter_setup.errors import TunnelFailed
from twitter_setup.ngrok import binary as ngrok_binary
from twitter_setup.ngrok import config as ngrok_config
from twitter_setup.ngrok import errors as ngrok_errors

world = reaches.world


def _failure(world: World, **options: object) -> TunnelFailed:
    with pytest.raises(TunnelFailed) as failed:
        world.reach(**options).open(None)
    assert world.processes() == []
    assert not world.config.exists()
    message = failed.value.message
    assert failed.value.code == "tunnel_failed"
    assert failed.value.advice
    assert "\n" not in message
    assert "ERROR:" not in message
    assert "lvl=" not in message
    return failed.value


def _advised(failure: TunnelFailed) -> str:
    return " ".join(f"{each.text} {each.command} {each.url}" for each in failure.advice)


# Error codes


@pytest.mark.parametrize(
    ("code", "says", "advises"),
    [
        ("4018", "needs an authtoken", "dashboard.ngrok.com/get-started/your-authtoken"),
        ("105", "not a whole ngrok authtoken", "copy your authtoken again"),
        ("107", "reset or revoked", "copy your authtoken again"),
        ("108", "as many agents as its plan allows", "--url"),
        ("121", "too old for your account", "ngrok update"),
        ("123", "e-mail address", "user/settings"),
        ("727", "in a month", "--url"),
        ("734", "a minute", "--url"),
        ("9876", "ngrok: Something that", "https://ngrok.com/docs/errors/err_ngrok_9876"),
    ],
)
def test_a_refused_login_is_told_in_our_own_words(
    world: World, code: str, says: str, advises: str
) -> None:
    world.set("STANDIN_FAULT", f"code:{code}")

    failure = _failure(world)

    assert says in failure.message
    assert f"(ERR_NGROK_{code})" in failure.message
    assert advises in _advised(failure)


@pytest.mark.parametrize(
    ("code", "says", "advises"),
    [
        ("313", "mine.ngrok.app is not reserved for your ngrok account", "without --domain"),
        ("314", "login.example.com is not reserved for your ngrok account", "/domains"),
        ("320", "theirs.ngrok.app belongs to another ngrok account", "/domains"),
        ("334", "own.ngrok-free.app is already online", "--domain"),
        ("727", "in a month", "--url"),
    ],
)
def test_a_refused_endpoint_is_told_in_our_own_words(
    world: World, code: str, says: str, advises: str
) -> None:
    domain = next((word for word in says.split() if "." in word), "own.ngrok-free.app")
    world.set("STANDIN_FOREIGN", "theirs.ngrok.app")
    world.set("STANDIN_DOMAIN", "own.ngrok-free.app")
    if code in ("334", "727"):
        world.set("STANDIN_FAULT", f"endpoint-code:{code}")

    failure = _failure(world, domain=domain)

    assert says in failure.message
    assert f"(ERR_NGROK_{code})" in failure.message
    assert advises in _advised(failure)


def test_no_authtoken_anywhere_is_told_by_the_agent(world: World) -> None:
    assert "ERR_NGROK_4018" in _failure(world, authtoken=None).message


@pytest.mark.parametrize("token", ["too-short!", "revoked_0123456789"])
def test_a_refused_authtoken_is_never_shown(world: World, token: str) -> None:
    world.set("STANDIN_TOKENS", TOKEN)

    failure = _failure(world, authtoken=token)

    assert token not in failure.message + _advised(failure)
    assert token not in world.log.read_text()
    assert "Your authtoken: ••••" in world.log.read_text()


def test_a_domain_that_is_online_elsewhere_is_named(world: World) -> None:
    world.set("STANDIN_SESSIONS", "2")
    first = world.reach(config_path=world.config.with_name("first.json"))
    url = first.open(None)

    with pytest.raises(TunnelFailed, match=f"{url.removeprefix('https://')} is already online"):
        world.reach().open(None)


def test_the_session_limit_names_who_holds_the_session(world: World) -> None:
    world.reach(config_path=world.config.with_name("first.json")).open(None)

    with pytest.raises(TunnelFailed) as failed:
        world.reach(known_sessions=["the project /home/me/shop"]).open(None)

    assert "the project /home/me/shop; " in failed.value.message
    assert f"ngrok start (PID {world.noted[0].pid})" in failed.value.message


def test_every_code_at_the_public_address_has_its_words_too() -> None:
    for code in ("3200", "8012", "6024", "6022"):
        meaning = ngrok_errors.meaning_of(f"ERR_NGROK_{code}")
        assert meaning.says.endswith(f"(ERR_NGROK_{code})")
        assert meaning.advice


# Without a code


@pytest.mark.parametrize(
    ("fault", "says", "advises"),
    [
        ("no-such-host", "no internet, or no DNS", "--url"),
        ("x509", "x509", "connect_cas: host"),
        ("silent", "said nothing", "ngrok diagnose"),
    ],
)
def test_an_agent_that_never_connects_is_ended_by_our_own_timer(
    world: World, fault: str, says: str, advises: str
) -> None:
    world.set("STANDIN_FAULT", fault)
    started = time.monotonic()

    failure = _failure(world, startup_timeout=2.0)

    assert says in failure.message
    assert advises in _advised(failure)
    assert time.monotonic() - started < 10  # without it: 15 s


def test_an_agent_that_is_slow_but_comes_is_waited_for(world: World) -> None:
    world.set("STANDIN_FAULT", "slow:0.5")

    assert world.reach().open(None).startswith("https://")


def test_an_agent_that_crashes_is_quoted_with_one_line(world: World) -> None:
    world.set("STANDIN_FAULT", "crash")

    assert _failure(world).message == "The tunnel did not open: ngrok: panic: something broke"


def test_an_agent_that_dies_over_the_endpoint_is_told_as_such(world: World) -> None:
    world.set("STANDIN_FAULT", "die-on-endpoint")

    assert "ended with status 4" in _failure(world).message


def test_an_agent_without_the_endpoints_api_is_too_old(world: World) -> None:
    world.set("STANDIN_FAULT", "old-api")

    failure = _failure(world)

    assert "too old" in failure.message
    assert "ngrok update" in _advised(failure)


def test_a_folder_that_cannot_be_written_is_named(world: World) -> None:
    failure = _failure_without_folder(world)

    assert str(world.folder / "gone" / "ngrok.json") in failure.message


def _failure_without_folder(world: World) -> TunnelFailed:
    with pytest.raises(TunnelFailed) as failed:
        world.reach(config_path=world.folder / "gone" / "ngrok.json").open(None)
    return failed.value


def test_without_a_domain_none_is_named_and_leaving_it_out_is_no_advice() -> None:
    failure = ngrok_errors.failure("ERROR: that is not yours\nERR_NGROK_320")

    assert failure.message == (
        "The tunnel did not open: the domain belongs to another ngrok account (ERR_NGROK_320)"
    )
    assert "without --domain" not in _advised(failure)


# Which agent


def test_agent_of_version_2_is_told_to_be_replaced_since_its_update_does_not_help(
    world: World,
) -> None:
    world.set("STANDIN_VERSION", "2.3.41")

    failure = _failure(world)

    assert "is of version 2, and version 3 is needed" in failure.message
    assert "install version 3" in failure.advice[0].text
    assert "update" not in _advised(failure)


def test_an_old_agent_is_not_started(world: World) -> None:
    world.set("STANDIN_VERSION", "3.29.1")

    failure = _failure(world)

    assert "too old: version 3.29, and 3.30 is needed" in failure.message
    assert f"{os.environ['PYNGROK_NGROK_PATH']} update" in _advised(failure)
    assert world.noted == []


def test_pyngroks_own_script_on_the_path_is_skipped(world: World) -> None:
    shims = {
        "venv": "#!/usr/bin/python3\nfrom pyngrok.ngrok import main\nraise SystemExit(7)\n",
        "long": "#!/bin/sh\n'''exec' /a/python \"$0\" \"$@\"\n' '''\nimport pyngrok\n",
        "shim": "#!/bin/sh\necho ngrok version 3.36.0; echo pyngrok version 9.1.0\n",
        "dead": "#!/bin/sh\nexec nowhere-at-all\n",
    }
    for name, text in shims.items():
        (world.folder / name).mkdir()
        (world.folder / name / "ngrok").write_text(text)
        (world.folder / name / "ngrok").chmod(0o755)
    folders = [str(world.folder / name) for name in (*shims, "bin")]
    world.unset("PYNGROK_NGROK_PATH")
    world.set("PATH", os.pathsep.join([*folders, os.environ["PATH"]]))

    world.reach().open(None)

    assert str(world.folder / "bin" / "ngrok") in " ".join(world.processes()[0].cmdline())


@pytest.mark.parametrize(
    ("content", "mode", "says"),
    [
        (None, 0, "is not there"),
        ("#!/bin/sh\n", 0o644, "is not executable"),
        ("#!/bin/sh\necho hello\n", 0o755, "is not a working ngrok agent"),
        ("\x7fELF but not really", 0o755, "is not a working ngrok agent"),
    ],
)
def test_a_named_agent_that_is_none_is_an_error(
    world: World, content: str | None, mode: int, says: str
) -> None:
    path = world.folder / "named"
    if content is not None:
        path.write_text(content)
        path.chmod(mode)
    world.set("PYNGROK_NGROK_PATH", str(path))

    failure = _failure(world)

    assert f"{path}" in failure.message
    assert says in failure.message


def _closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _without_an_agent(world: World) -> None:
    world.unset("PYNGROK_NGROK_PATH")
    world.set("PATH", str(world.folder / "empty"))


def test_no_agent_and_no_internet_says_what_else_works(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    _without_an_agent(world)
    world.set("https_proxy", f"http://127.0.0.1:{_closed_port()}")

    failure = _failure(world)

    assert "could not be downloaded from https://bin.ngrok.com/" in failure.message
    assert failure.message.endswith("Connection refused")
    for way in ("--url", "PYNGROK_NGROK_PATH", "https://ngrok.com/download"):
        assert way in _advised(failure)
    assert list((world.folder / "home" / ".config" / "ngrok").iterdir()) == []
    assert capfd.readouterr() == ("", "")


@contextlib.contextmanager
def _archive(folder: Path, *, chunk_pause: float = 0) -> Iterator[str]:
    """Serve the stand-in as the archive that ngrok's site has."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.add(agent.install_agent(folder), "ngrok")
    payload = packed.getvalue()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            half = len(payload) // 2
            with contextlib.suppress(OSError):
                self.wfile.write(payload[:half])
                time.sleep(chunk_pause)
                self.wfile.write(payload[half:])

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/ngrok-v3.tgz"
    server.shutdown()
    server.server_close()


def _from(url: str) -> str:
    elsewhere = f"installer.PLATFORMS = dict.fromkeys(installer.PLATFORMS, {url!r})\ntry:"
    return ngrok_binary._DOWNLOAD.replace("try:", elsewhere)


def test_a_missing_agent_is_downloaded_once_with_progress(
    world: World, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    _without_an_agent(world)
    place = world.folder / "home" / ".config" / "ngrok"
    with _archive(world.folder / "archive") as url:
        monkeypatch.setattr(ngrok_binary, "_DOWNLOAD", _from(url))
        world.reach().open(None)
    world.reaches[0].close()

    world.reach().open(None)  # the server is gone

    assert [file.name for file in place.iterdir()] == ["ngrok"]
    assert "downloading the ngrok agent: 100 %" in world.progress
    assert world.progress.count("downloading the ngrok agent, once") == 1
    assert capfd.readouterr() == ("", "")


def test_a_stop_while_it_downloads_leaves_no_half_of_an_agent(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _without_an_agent(world)
    place = world.folder / "home" / ".config" / "ngrok"
    with _archive(world.folder / "archive", chunk_pause=5) as url:
        monkeypatch.setattr(ngrok_binary, "_DOWNLOAD", _from(url))
        reach = world.reach()
        threading.Timer(0.5, reach.close).start()
        with pytest.raises(Exception, match=r"^$"):
            reach.open(None)

    assert list(place.iterdir()) == []


# With which settings


def test_the_agent_gets_settings_that_keep_no_requests(world: World) -> None:
    world.reach().open(None)

    given = json.loads(world.config.read_text())
    assert given == {
        "version": "3",
        "agent": {"console_ui": False, "inspect_db_size": -1, "update_check": False},
    }


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            f"version: 2\nauthtoken: {TOKEN}\napi_key: secret\nroot_cas: host\nlog: /x.log\n"
            "server_addr: agent.example.com:443\nweb_addr: 0.0.0.0:4040\ntunnels: {}\n",
            {"connect_cas": "host", "connect_url": "agent.example.com:443"},
        ),
        (
            f"version: 3\nagent:\n  authtoken: {TOKEN}\n  api_key: secret\n  proxy_url: socks5://p\n"
            "  dns_resolver_ips: [1.1.1.1]\n  heartbeat_interval: 1m\nendpoints: []\n",
            {
                "proxy_url": "socks5://p",
                "dns_resolver_ips": ["1.1.1.1"],
                "heartbeat_interval": "1m",
            },
        ),
    ],
)
def test_ones_own_ngrok_settings_for_the_connection_are_kept(
    world: World, text: str, kept: dict[str, object]
) -> None:
    world.user_config(text)

    world.reach(authtoken=None).open(None)  # with the authtoken of that file

    settings = json.loads(world.config.read_text())["agent"]
    assert {name: settings.get(name) for name in kept} == kept
    assert len(settings) == len(kept) + 3
    assert TOKEN not in world.config.read_text()


def test_a_broken_ngrok_yml_is_named_without_quoting_it(world: World) -> None:
    world.user_config(f"version: 3\nagent:\n  authtoken: '{TOKEN}\n  x: [\n")

    failure = _failure(world)

    assert "ngrok.yml: line " in failure.message
    assert TOKEN not in failure.message
    assert TOKEN not in str(failure.__cause__)


def test_passwords_in_addresses_are_masked() -> None:
    said = ngrok_config.mask(f"dial http://me:pw@proxy:3128 with {TOKEN}", TOKEN)

    assert said == "dial http://••••@proxy:3128 with ••••"
