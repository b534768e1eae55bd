"""No secret leaves `configure` but in its requests: not in success, and not in any failure."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.configuring import REDIRECT
from tests.program import Ran, Shop, run
from tests.world import admin_api
from tests.world.admin_api import AdminApi
from tests.world.admin_server import (
    INIT,
    LOGIN,
    READ,
    WRITE,
    AdminServer,
    Call,
    Fault,
    Raw,
    cut_after,
    cut_before,
    instead,
    silent,
    then,
)
from twitter_setup.strapi import api as strapi

KEY = "MarkerOfTheKey01234567890"
SECRET = "MarkerOfTheSecret0123456789012345678901234567890ab"
PASSWORD, TOKEN = "MarkerOfThePassword", "MarkerOfTheToken"
FORMER_KEY, FORMER_SECRET = "MarkerOfTheFormerKey", "MarkerOfTheFormerSecret"
GIVEN = (KEY, SECRET, PASSWORD, TOKEN)
MARKERS = (*GIVEN, FORMER_KEY, FORMER_SECRET)

_started: list[str] = []
_is_watching = False


def _note(event: str, args: tuple[object, ...]) -> None:
    if _is_watching and event in {"subprocess.Popen", "os.exec", "os.posix_spawn", "os.system"}:
        _started.append(repr(args))


sys.addaudithook(_note)  # one for the whole run: it cannot be taken away


@contextmanager
def children() -> Iterator[list[str]]:
    """The command line, folder and environment of each process that is started meanwhile."""
    global _is_watching  # noqa: PLW0603
    _started.clear()
    _is_watching = True
    try:
        yield _started
    finally:
        _is_watching = False


def echo(call: Call) -> Raw:
    """As no server should: a refusal that repeats all that it was sent."""
    _, headers, body = call.server.seen[-1]
    return Raw(418, repr(headers).encode() + body, {"X-Said": headers.get("Authorization", "")})


def redirect_with_token(call: Call) -> Raw:
    return Raw(302, b"", {"Location": f"https://evil.example/{TOKEN}?password={PASSWORD}"})


def no_admin(api: AdminApi) -> None:
    api.has_admin = False


def no_plugin(api: AdminApi) -> None:
    api.has_plugin = False


def no_twitter(api: AdminApi) -> None:
    del api.providers["twitter"]


def old(api: AdminApi) -> None:
    api.has_redirect_uri = False


def limited(api: AdminApi) -> None:
    api.logins[admin_api.ADMIN["email"]] = [9e9] * 5


def wrong_login(api: AdminApi) -> None:
    api.administrators.clear()


def wrong_token(api: AdminApi) -> None:
    api.tokens.clear()


def reads_only(api: AdminApi) -> None:
    for token in api.tokens:
        api.tokens[token] = {"GET"}


def nothing(api: AdminApi) -> None: ...


FAULTS: dict[str, tuple[str, Fault]] = {
    **{
        f"{route.split('/')[-1]}-{route.split()[0]}-{name}": (route, fault)
        for route in (INIT, LOGIN, READ, WRITE)
        for name, fault in (
            ("cut", cut_before),
            ("html", instead(200, b"<html>")),
            ("echo", echo),
            ("500", instead(500)),
            ("redirect", redirect_with_token),
            ("silent", silent),
        )
    },
    "lost": (WRITE, cut_after),
    "changed": (WRITE, then(lambda api: api.providers["twitter"].update(key=FORMER_KEY))),
}
SITUATIONS: dict[str, Callable[[AdminApi], None]] = {
    one.__name__: one
    for one in (
        *(no_admin, no_plugin, no_twitter, old, limited, wrong_login, wrong_token, reads_only),
        nothing,
    )
}


@pytest.fixture
def shop(strapi_shop: Shop, admin_server: AdminServer, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setattr(strapi, "_TIMEOUT", httpx.Timeout(0.05))
    api = admin_server.api
    api.administrators[admin_api.ADMIN["email"]] = (PASSWORD, admin_api.JWT)
    api.tokens[TOKEN] = {"GET", "PUT"}
    admin_server.twitter.update(key=FORMER_KEY, secret=FORMER_SECRET)
    return strapi_shop


def run_with_secrets(shop: Shop, *words: str, by_token: bool, flags: bool = False) -> Ran:
    login = {"--admin-email": admin_api.ADMIN["email"], "--admin-password": PASSWORD}
    options = {"--key": KEY, "--secret": SECRET}
    options |= {"--admin-token": TOKEN} if by_token else login
    if flags:
        given = [part for option in options.items() for part in option]
        return run("configure", *words, "--redirect", REDIRECT, *given, cwd=shop.root)
    env = {f"TWITTER_SETUP_{k.strip('-').replace('-', '_').upper()}": v for k, v in options.items()}
    return run("configure", *words, "--redirect", REDIRECT, cwd=shop.root, env=env)


def assert_nothing_got_out(done: Ran, shop: Shop, started: list[str]) -> None:
    for marker in MARKERS:
        assert marker not in done.out
        assert marker not in done.err
        assert not any(marker in one for one in started)
    for folder in (shop.root, Path(os.environ["HOME"])):
        for path in folder.rglob("*"):
            # The former setting, and nothing else, is in the checkpoint, for its owner alone.
            may_hold = path.name.endswith("-provider.json")
            found = {m for m in MARKERS if path.is_file() and m.encode() in path.read_bytes()}
            assert found <= ({FORMER_KEY, FORMER_SECRET} if may_hold else set()), path
            assert not may_hold or path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("words", [("-v",), ("--json", "-v"), ("-v", "--dry-run")])
@pytest.mark.parametrize("by_token", [True, False])
@pytest.mark.parametrize("flags", [True, False])
def test_in_success(shop: Shop, words: tuple[str, ...], by_token: bool, flags: bool) -> None:
    with children() as started:
        done = run_with_secrets(shop, *words, by_token=by_token, flags=flags)

    assert done.code == 0, done.err
    assert_nothing_got_out(done, shop, started)


@pytest.mark.parametrize("name", FAULTS)
def test_with_a_fault(shop: Shop, admin_server: AdminServer, name: str) -> None:
    admin_server.at(*FAULTS[name])
    by_token = not name.startswith("login")

    with children() as started:
        people = run_with_secrets(shop, "-v", by_token=by_token)
        done = run_with_secrets(shop, "--json", "-v", by_token=by_token)

    assert (done.code == 0) is (name == "lost")
    assert_nothing_got_out(people, shop, started)
    assert_nothing_got_out(done, shop, started)


@pytest.mark.parametrize("name", SITUATIONS)
@pytest.mark.parametrize("by_token", [True, False])
def test_in_each_situation(
    shop: Shop, admin_server: AdminServer, name: str, by_token: bool
) -> None:
    SITUATIONS[name](admin_server.api)

    with children() as started:
        people = run_with_secrets(shop, "-v", by_token=by_token)
        done = run_with_secrets(shop, "--json", "-v", by_token=by_token)

    assert_nothing_got_out(people, shop, started)
    assert_nothing_got_out(done, shop, started)


def test_with_a_bug_of_ours(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(KEY, SECRET, TOKEN)

    monkeypatch.setattr("twitter_setup.strapi.providers.changes", fail)

    with children() as started:
        done = run_with_secrets(shop, "--json", "-v", by_token=True)

    assert (done.code, done.error["code"]) == (3, "bug")
    assert_nothing_got_out(done, shop, started)


def test_with_values_that_are_refused(shop: Shop) -> None:
    for words in (["--key", f"{KEY} {SECRET}"], ["--secret", f"1234567-{SECRET}"], ["--key", ""]):
        with children() as started:
            done = run("configure", "--json", "-v", *words, cwd=shop.root)

        assert done.code == 2
        assert_nothing_got_out(done, shop, started)


def test_after_undo_the_former_values_are_in_no_file(shop: Shop) -> None:
    run_with_secrets(shop, by_token=True)

    with children() as started:
        done = run("undo", "-v", cwd=shop.root, env={"STRAPI_ADMIN_TOKEN": TOKEN})

    assert done.code == 0
    assert_nothing_got_out(done, shop, started)
    assert not list(shop.state.glob("checkpoints/*"))


def test_what_children_are_given_is_seen_here() -> None:
    """That the tests above would notice."""
    import subprocess

    with children() as started:
        subprocess.run([sys.executable, "-c", "", KEY], check=True)

    assert any(KEY in one for one in started)
