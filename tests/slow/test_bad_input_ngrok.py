"""ngrok's own faults, through the whole program: each in our words, and nothing is left of the attempt."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from tests.program import Ran, Shop, free_port, make_shop, own_port, run, tunnelling
from tests.world import agent
from twitter_setup.ngrok.reach import NgrokReach

pytestmark = pytest.mark.slow

TOKEN = "2abcDEF_ghijKLMN0123456789"


def shop_in(folder: Path) -> Shop:
    """On a port where nothing listens."""
    port = free_port()
    return make_shop(
        folder,
        env=b"PORT=%d\nAPP_KEYS=a,b\n" % port,
        frontend_env=b"VITE_BACKEND_URL=http://localhost:%d\n" % port,
    )


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return shop_in(tmp_path / "cafe")


@pytest.fixture
def ngrok(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a user with an ngrok account and the agent; no agent outlives the test."""
    yield {
        "PYNGROK_NGROK_PATH": str(agent.install_agent(tmp_path / "bin")),
        "NGROK_AUTHTOKEN": TOKEN,
        "STANDIN_STATE": str(tmp_path / "ngrok-state"),
    }
    for pid in alive_below(tmp_path):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def failed(shop: Shop, env: dict[str, str], *args: str) -> Ran:
    """A `tunnel` that cannot open: files, processes and state as if it had not been run."""
    before, others = shop.files(), alive_below(shop.root.parent)

    with bounded():
        done = run("tunnel", "--yes", "--json", *own_port(), *args, cwd=shop.root, env=env)

    assert (done.code, done.error["code"]) == (1, "tunnel_failed")
    assert done.error["message"].endswith(". Nothing was changed.")
    assert done.error["advice"]
    assert done.err == "", "nothing of the agent's own words"
    assert shop.files() == before
    assert alive_below(shop.root.parent) == others
    left = {path.name for path in shop.state.iterdir()}
    assert left <= {".gitignore", "lock", "ngrok.log"}
    return done


@contextmanager
def bounded(seconds: float = 20) -> Iterator[None]:
    """A tunnel that opens all the same stays until Ctrl-C, which comes then."""
    timer = threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def alive_below(folder: Path) -> set[int]:
    """Everything that runs with this folder on its command line."""
    return {
        process.pid
        for process in psutil.process_iter(["cmdline", "status"])
        if str(folder) in " ".join(process.info["cmdline"] or [])
        and process.info["status"] != psutil.STATUS_ZOMBIE
    }


def advised(done: Ran) -> str:
    return json.dumps(done.error["advice"])


# The account


@pytest.mark.parametrize(
    ("changes", "code", "says", "advises"),
    [
        ({"NGROK_AUTHTOKEN": ""}, "4018", "needs an authtoken", "export NGROK_AUTHTOKEN="),
        ({"NGROK_AUTHTOKEN": "not-one!"}, "105", "not a whole ngrok authtoken", "copy your"),
        ({"STANDIN_TOKENS": "another_0123456789"}, "107", "reset or revoked", "copy your"),
        ({"STANDIN_FAULT": "code:121"}, "121", "too old for your account", "ngrok update"),
        ({"STANDIN_FAULT": "code:727"}, "727", "in a month", "--url"),
    ],
)
def test_a_refusal_of_the_account_has_ngroks_code_and_our_advice(
    shop: Shop, ngrok: dict[str, str], changes: dict[str, str], code: str, says: str, advises: str
) -> None:
    done = failed(shop, {**ngrok, **changes})

    assert says in done.error["message"]
    assert f"(ERR_NGROK_{code})" in done.error["message"]
    assert advises in advised(done)
    assert TOKEN not in done.out
    assert "not-one!" not in done.out


def test_the_limit_of_sessions_and_a_domain_in_use_name_the_other_project(
    shop: Shop, ngrok: dict[str, str], tmp_path: Path
) -> None:
    other = shop_in(tmp_path / "bistro")
    with tunnelling(cwd=other.root, env=ngrok) as tunnel:
        ready = tunnel.event("ready")

        limit = failed(shop, ngrok)
        taken = failed(shop, {**ngrok, "STANDIN_SESSIONS": "2"})

        assert tunnel.process.poll() is None, "it is not ours to end"
        status = run("status", "--json", cwd=shop.root).json["data"]
        assert tunnel.stop() == 0

    holder = f"twitter-setup in {other.backend} (PID {tunnel.process.pid})"
    assert holder in limit.error["message"]
    assert limit.error["message"].count(f"PID {tunnel.process.pid})") == 1
    assert "(ERR_NGROK_108)" in limit.error["message"]
    assert "is already online" in taken.error["message"]
    assert "(ERR_NGROK_334)" in taken.error["message"]
    (elsewhere,) = status["elsewhere"]
    assert elsewhere == {
        "backend": str(other.backend),
        "pid": tunnel.process.pid,
        "public_url": ready["data"]["public_url"],
    }


@pytest.mark.parametrize(
    ("domain", "code"),
    [("theirs.ngrok.app", "320"), ("login.example.com", "314")],
)
def test_a_domain_that_is_not_ones_own_is_named(
    shop: Shop, ngrok: dict[str, str], domain: str, code: str
) -> None:
    ngrok["STANDIN_FOREIGN"] = "theirs.ngrok.app"

    done = failed(shop, ngrok, "--domain", domain)

    assert domain in done.error["message"]
    assert f"(ERR_NGROK_{code})" in done.error["message"]
    assert "https://dashboard.ngrok.com/domains" in advised(done)


# The agent


def test_an_old_agent_is_not_started(shop: Shop, ngrok: dict[str, str]) -> None:
    done = failed(shop, {**ngrok, "STANDIN_VERSION": "3.29.1"})

    assert "too old: version 3.29, and 3.30 is needed" in done.error["message"]
    assert f"{ngrok['PYNGROK_NGROK_PATH']} update" in advised(done)
    assert not (shop.state / "ngrok.log").exists()


@pytest.mark.parametrize(
    ("fault", "patience", "says", "advises"),
    [
        ("silent", 0.3, "said nothing", "ngrok diagnose"),
        ("no-such-host", 1.0, "no internet, or no DNS", "--url"),
    ],
)
def test_an_agent_that_never_connects_is_ended_by_our_own_timer(
    shop: Shop,
    ngrok: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    patience: float,
    says: str,
    advises: str,
) -> None:
    # The program has no option for it, and 15 s of waiting prove no more.
    defaults = NgrokReach.__init__.__kwdefaults__ or {}
    monkeypatch.setitem(defaults, "startup_timeout", patience)

    done = failed(shop, {**ngrok, "STANDIN_FAULT": fault})

    assert says.lower() in done.error["message"].lower()
    assert advises in advised(done)


@pytest.mark.parametrize(
    ("fault", "says"),
    [("crash", "panic: something broke"), ("die-on-endpoint", "ended with status 4")],
)
def test_an_agent_that_dies_while_it_opens_is_quoted_in_one_line(
    shop: Shop, ngrok: dict[str, str], fault: str, says: str
) -> None:
    done = failed(shop, {**ngrok, "STANDIN_FAULT": fault})

    assert says in done.error["message"]
    assert "\n" not in done.error["message"]
    assert str(shop.state / "ngrok.log") in advised(done)


def test_no_agent_and_no_internet_names_the_other_ways(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        proxy = f"http://127.0.0.1:{closed.getsockname()[1]}"
    env = {"PATH": str(tmp_path), "https_proxy": proxy, "NGROK_AUTHTOKEN": TOKEN}

    done = failed(shop, env)

    assert "could not be downloaded from https://bin.ngrok.com/" in done.error["message"]
    for way in ("--url", "PYNGROK_NGROK_PATH", "https://ngrok.com/download"):
        assert way in advised(done)


def test_people_read_the_same_in_lines_and_no_word_of_the_agent(
    shop: Shop, ngrok: dict[str, str]
) -> None:
    with bounded():
        done = run(
            "tunnel", "--yes", *own_port(), cwd=shop.root, env={**ngrok, "NGROK_AUTHTOKEN": ""}
        )

    assert done.code == 1
    assert "✗ The tunnel did not open: ngrok needs an authtoken" in done.err
    assert "→ set it for this shell: export NGROK_AUTHTOKEN=<your authtoken>" in done.err
    assert "Nothing was changed." in done.err
    assert "ERROR:" not in done.err
    assert "lvl=" not in done.out + done.err


def test_a_kept_session_survives_an_attempt_that_fails(shop: Shop, ngrok: dict[str, str]) -> None:
    url = "https://a.example.com"
    run("tunnel", "--two-origins", "--url", url, "--yes", cwd=shop.root)
    files = shop.files()

    with bounded():
        run(
            "tunnel",
            "--yes",
            "--json",
            *own_port(),
            cwd=shop.root,
            env={**ngrok, "NGROK_AUTHTOKEN": ""},
        )

    assert shop.files() == files
    assert run("urls", "--json", cwd=shop.root).json["data"]["public_url"] == url
    assert (shop.state / "session.json").exists()
