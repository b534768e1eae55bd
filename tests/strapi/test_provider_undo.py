"""`undo` of `configure`: the former setting is back, if Strapi still holds what was written."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.configuring import (
    BY_LOGIN,
    BY_TOKEN,
    KEY,
    OTHER_KEY,
    OTHER_SECRET,
    PAIR,
    REDIRECT,
    configure,
)
from tests.program import QUICK_TUNNEL, Process, Ran, Shop, free_port, make_shop, run
from tests.world.admin_api import READER_TOKEN
from tests.world.admin_server import READ, WRITE, AdminServer, Call, cut_after, cut_before, then
from twitter_setup.state import folder as state
from twitter_setup.state.fingerprint import fingerprint
from twitter_setup.state.registry import registry_folder

OTHER_PAIR = {"TWITTER_API_KEY": OTHER_KEY, "TWITTER_API_SECRET": OTHER_SECRET}

Providers = dict[str, dict[str, Any]]


@pytest.fixture
def before(admin_server: AdminServer) -> Providers:
    """What Strapi had: a setting of somebody's, with a field that nobody knows."""
    admin_server.twitter.update(key="former-key", secret="former-secret", scope=["é"], enabled=True)
    return copy.deepcopy(admin_server.api.providers)


@pytest.fixture
def shop(strapi_shop: Shop, before: Providers) -> Shop:
    assert configure(strapi_shop, "--redirect", REDIRECT).code == 0
    return strapi_shop


def undo(shop: Shop, *words: str, **env: str) -> Ran:
    return run("undo", "--json", *words, cwd=shop.root, env=env)


def checkpoints(shop: Shop) -> list[Path]:
    return sorted(shop.state.glob("checkpoints/*"))


@pytest.mark.parametrize("admin", [BY_LOGIN, BY_TOKEN])
def test_it_puts_the_former_setting_back_and_deletes_its_checkpoint(
    shop: Shop, admin_server: AdminServer, before: Providers, admin: dict[str, str]
) -> None:
    done = undo(shop, **admin)

    assert (done.code, done.json["data"]["provider"]) == (0, "restored")
    assert admin_server.api.providers == before
    assert checkpoints(shop) == []


def test_twice_is_nothing_to_undo(shop: Shop, admin_server: AdminServer) -> None:
    undo(shop, **BY_TOKEN)
    admin_server.calls.clear()

    done = undo(shop, **BY_TOKEN)

    assert (done.code, done.json["data"]["provider"]) == (0, None)
    assert admin_server.calls == []
    assert "Nothing to undo." in run("undo", cwd=shop.root).out


def test_what_was_put_back_by_hand_is_unchanged_and_the_checkpoint_goes(
    shop: Shop, admin_server: AdminServer, before: Providers
) -> None:
    admin_server.api.providers = copy.deepcopy(before)
    admin_server.calls.clear()

    done = undo(shop, **BY_TOKEN)

    assert (done.code, done.json["data"]["provider"]) == (0, "unchanged")
    assert WRITE not in admin_server.calls
    assert checkpoints(shop) == []


def test_what_was_changed_since_stays_and_the_former_setting_is_named(
    shop: Shop, admin_server: AdminServer
) -> None:
    admin_server.twitter["key"] = "newer"
    now = copy.deepcopy(admin_server.api.providers)

    done = undo(shop, **BY_TOKEN)

    assert (done.code, done.json["data"]["provider"]) == (0, "unchanged")
    assert admin_server.api.providers == now
    assert "was changed since `configure` wrote it" in done.err
    assert str(checkpoints(shop)[0]) in done.err


def test_other_providers_may_have_changed_meanwhile(
    shop: Shop, admin_server: AdminServer, before: Providers
) -> None:
    admin_server.api.providers["github"]["key"] = "newer"

    undo(shop, **BY_TOKEN)

    github = {**before["github"], "key": "newer"}
    assert admin_server.api.providers == {**before, "github": github}


def test_without_credentials_it_says_that_it_remains_and_how(
    shop: Shop, admin_server: AdminServer
) -> None:
    now = copy.deepcopy(admin_server.api.providers)

    done = undo(shop)

    assert (done.code, done.json["data"]["provider"]) == (0, "needs-credentials")
    assert "STRAPI_ADMIN_TOKEN" in done.err
    assert admin_server.api.providers == now
    assert len(checkpoints(shop)) == 1


def test_the_files_are_put_back_all_the_same(shop: Shop, admin_server: AdminServer) -> None:
    admin_server.stop()
    env = shop.env.read_bytes()
    run(*QUICK_TUNNEL, cwd=shop.root)
    assert shop.env.read_bytes() != env

    done = undo(shop, **BY_TOKEN)

    assert done.code == 1, "Strapi could not be asked"
    assert done.json["data"]["provider"] == "unchanged"
    assert "was not put back. Strapi does not answer" in done.err
    assert shop.env.read_bytes() == env
    assert len(checkpoints(shop)) > 0


def test_a_token_that_may_not_write_is_said(shop: Shop) -> None:
    done = undo(shop, STRAPI_ADMIN_TOKEN=READER_TOKEN)

    assert done.code == 1
    assert "users-permissions.providers.update" in done.err
    assert len(checkpoints(shop)) == 1


@pytest.mark.parametrize(
    ("fault", "code", "provider"), [(cut_before, 1, "unchanged"), (cut_after, 0, "restored")]
)
def test_a_cut_connection_is_judged_by_what_strapi_holds(
    shop: Shop,
    admin_server: AdminServer,
    before: Providers,
    fault: Any,
    code: int,
    provider: str,
) -> None:
    admin_server.at(WRITE, fault)

    done = undo(shop, **BY_TOKEN)

    assert (done.code, done.json["data"]["provider"]) == (code, provider)
    assert (admin_server.api.providers == before) is (provider == "restored")
    assert len(checkpoints(shop)) == code


def test_a_former_setting_that_may_still_be_written_is_not_said_to_be_refused(
    shop: Shop, admin_server: AdminServer
) -> None:
    admin_server.at(WRITE, cut_before)

    done = undo(shop, **BY_TOKEN)

    assert "The former setting is not put back so far; Strapi may still do it." in done.err
    assert "Nothing was changed" not in done.err


def test_a_strapi_that_cannot_be_read_afterwards_is_not_said_to_be_as_it_was(
    shop: Shop, admin_server: AdminServer
) -> None:
    admin_server.at(READ, cut_before, number=2)

    done = undo(shop, **BY_TOKEN)

    assert done.code == 1
    assert "The former setting was put back, and could not be read back." in done.err
    assert "was not put back" not in done.err
    assert len(checkpoints(shop)) == 1


def test_a_strapi_that_holds_something_else_afterwards_is_said(
    shop: Shop, admin_server: AdminServer
) -> None:
    admin_server.at(WRITE, then(lambda api: api.providers["vk"].update(key="x")))

    done = undo(shop, **BY_TOKEN)

    assert done.code == 1
    assert "something else than what was put back: vk.key" in done.err


def test_undo_takes_the_newest_back_and_all_takes_all(
    shop: Shop, admin_server: AdminServer, before: Providers
) -> None:
    first = copy.deepcopy(admin_server.api.providers)
    configure(shop, **BY_TOKEN, **OTHER_PAIR)
    configure(shop, "--disable", **BY_TOKEN)

    undo(shop, **BY_TOKEN)
    assert admin_server.twitter["enabled"] is True
    undo(shop, **BY_TOKEN)
    assert admin_server.api.providers == first
    configure(shop, **BY_TOKEN, **OTHER_PAIR)
    done = undo(shop, "--all", **BY_TOKEN)

    assert done.json["data"]["provider"] == "restored"
    assert admin_server.api.providers == before
    assert checkpoints(shop) == []


def test_all_signs_in_once(shop: Shop, admin_server: AdminServer) -> None:
    configure(shop, **BY_TOKEN, **OTHER_PAIR)
    admin_server.calls.clear()

    undo(shop, "--all", **BY_LOGIN)

    assert admin_server.calls == ["POST /admin/login", *[READ, WRITE, READ] * 2]


def test_a_configure_that_was_killed_in_the_middle_of_its_write_can_be_undone(
    strapi_shop: Shop, admin_server: AdminServer, before: Providers
) -> None:
    def kill(call: Call) -> None:
        call.answer()
        process.kill()

    admin_server.at(WRITE, kill, number=1)
    process = Process("configure", "--json", cwd=strapi_shop.root, env={**BY_TOKEN, **PAIR})
    process.process.wait(timeout=20)
    assert admin_server.api.providers != before

    done = undo(strapi_shop, **BY_TOKEN)

    assert done.json["data"]["provider"] == "restored"
    assert admin_server.api.providers == before


def test_each_end_of_an_undo_says_something(
    shop: Shop, admin_server: AdminServer, before: Providers
) -> None:
    admin_server.api.providers = copy.deepcopy(before)

    done = run("undo", cwd=shop.root, env=BY_TOKEN)

    assert "was as before `configure` already" in done.err


def test_people_read_that_it_is_as_it_was(shop: Shop) -> None:
    done = run("undo", cwd=shop.root, env=BY_TOKEN)

    assert "the twitter provider is as it was" in done.out


# Whom a checkpoint is believed


def planted(shop: Shop, **values: Any) -> Path:
    """As a cloned repository could hold one: it would lead every login to somebody's page."""
    content = {
        "version": 1,
        "kind": "provider",
        "number": 1,
        "created": "x",
        "strapi": f"http://localhost:{shop.env.read_text().split()[0].removeprefix('PORT=')}",
        "before": {"callback": "https://evil.example/steal"},
        "absent": [],
        "after": {"callback": "0" * 64},
        "redirect_url": REDIRECT,
        **values,
    }
    path = shop.state / "checkpoints" / "0001-provider.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


def test_a_planted_checkpoint_matches_nothing(
    strapi_shop: Shop, admin_server: AdminServer, before: Providers
) -> None:
    admin_server.twitter["callback"] = REDIRECT
    now = copy.deepcopy(admin_server.api.providers)
    planted(strapi_shop)

    done = undo(strapi_shop, **BY_TOKEN)

    assert done.json["data"]["provider"] == "unchanged"
    assert admin_server.api.providers == now


def test_the_copy_of_another_user_s_checkpoint_matches_nothing(
    shop: Shop, admin_server: AdminServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = copy.deepcopy(admin_server.api.providers)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another-user"))

    assert undo(shop, **BY_TOKEN).json["data"]["provider"] == "unchanged"

    assert admin_server.api.providers == now


class Keys:
    """The place of the user's key, in states that are none."""

    def __init__(self) -> None:
        self.path = registry_folder().with_name("key")

    def is_a_folder(self) -> None:
        self.path.unlink(missing_ok=True)
        self.path.mkdir(parents=True)

    def is_below_a_file(self) -> None:
        shutil.rmtree(self.path.parent, ignore_errors=True)
        self.path.parent.parent.mkdir(parents=True, exist_ok=True)
        self.path.parent.write_bytes(b"")


NO_KEY = [Keys.is_a_folder, Keys.is_below_a_file]


@pytest.mark.parametrize("spoil", NO_KEY)
def test_without_a_key_configure_writes_and_says_that_undo_will_not_know_it(
    strapi_shop: Shop, admin_server: AdminServer, spoil: Callable[[Keys], None]
) -> None:
    spoil(Keys())

    done = configure(strapi_shop, "--redirect", REDIRECT)

    assert done.code == 0
    assert admin_server.twitter["key"] == KEY
    assert "`undo` will not know this setting as its own" in done.err
    assert str(checkpoints(strapi_shop)[0]) in done.err
    undone = undo(strapi_shop, **BY_TOKEN)
    assert (undone.code, undone.json["data"]["provider"]) == (0, "unchanged")
    assert "or it was written under another home" in undone.err
    assert admin_server.twitter["key"] == KEY


def changed_for_a_tunnel(shop: Shop) -> None:
    """At a port where no Strapi is: nobody waits for a restart, which the stand-in never makes."""
    assert run(*QUICK_TUNNEL, "--port", str(free_port()), cwd=shop.root).code == 0


@pytest.mark.parametrize("spoil", NO_KEY)
def test_a_key_that_cannot_be_read_does_not_keep_the_files_from_being_put_back(
    shop: Shop, spoil: Callable[[Keys], None]
) -> None:
    before = shop.files()
    changed_for_a_tunnel(shop)
    spoil(Keys())

    done = undo(shop, "--all", **BY_TOKEN)

    assert (done.code, done.json["data"]["provider"]) == (0, "unchanged")
    assert shop.files() == before


def test_a_broken_checkpoint_of_strapi_does_not_keep_the_files_from_being_put_back(
    shop: Shop,
) -> None:
    before = shop.files()
    changed_for_a_tunnel(shop)
    (broken,) = shop.state.glob("checkpoints/*-provider.json")
    broken.write_bytes(b"")

    done = undo(shop, "--all", **BY_TOKEN)

    assert (done.code, done.json["data"]["provider"]) == (1, "unchanged")
    assert str(broken) in done.err
    assert shop.files() == before


@pytest.mark.parametrize("keys", [b"", None])
def test_a_checkpoint_that_was_made_without_a_key_matches_nothing(
    strapi_shop: Shop, admin_server: AdminServer, before: Providers, keys: bytes | None
) -> None:
    """With an empty key everybody could make one: with an empty file of one, or none, it counts as none."""
    place = Keys()
    if keys is None:
        place.is_below_a_file()
    else:
        place.path.parent.mkdir(parents=True)
        place.path.write_bytes(keys)
    admin_server.twitter["callback"] = REDIRECT
    now = copy.deepcopy(admin_server.api.providers)
    planted(strapi_shop, after={"callback": fingerprint(REDIRECT, b"")})

    done = undo(strapi_shop, **BY_TOKEN)

    assert done.json["data"]["provider"] == "unchanged"
    assert admin_server.api.providers == now


def test_credentials_go_to_another_machine_only_where_the_user_names_it(strapi_shop: Shop) -> None:
    planted(strapi_shop, strapi="https://evil.example")

    done = undo(strapi_shop, **BY_TOKEN)

    assert (done.code, done.json["data"]["provider"]) == (0, "needs-credentials")
    assert "twitter-setup undo --strapi https://evil.example" in done.err


@pytest.mark.parametrize(
    "values",
    [
        {"strapi": "http://evil.example\\@127.0.0.1"},
        {"strapi": "http://evil.example"},
        {"strapi": "file://localhost/etc"},
        {"number": 2},
        {"number": "one"},
        {"after": {}},
        {"after": {"scope": "x"}, "before": {"scope": "x"}},
        {"absent": ["callback", "key"]},
        {"before": None},
    ],
)
def test_a_checkpoint_that_is_none_is_said_and_nothing_is_sent(
    strapi_shop: Shop, admin_server: AdminServer, values: dict[str, Any]
) -> None:
    path = planted(strapi_shop, **values)

    undone = undo(strapi_shop, **BY_TOKEN)
    status = run("status", "--json", cwd=strapi_shop.root)

    assert (undone.code, undone.json["data"]["provider"]) == (1, "unchanged")
    assert str(path) in undone.err
    assert READ not in admin_server.calls
    assert (status.code, status.error["code"]) == (1, "checkpoint_broken")
    assert str(path) in status.error["message"]


def test_a_deployed_strapi_is_undone_where_it_is_named(tmp_path: Path) -> None:
    with AdminServer() as server:
        shop = make_shop(tmp_path / "cafe")
        configure(shop, "--strapi", server.url, "--redirect", REDIRECT, **PAIR, **BY_TOKEN)

        done = undo(shop, "--strapi", server.url, **BY_TOKEN)

        assert done.json["data"]["provider"] == "restored"
        assert server.twitter["key"] == ""


def test_the_strapi_that_is_named_is_the_one_that_is_undone(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    with AdminServer() as deployed:
        configure(strapi_shop, "--strapi", deployed.url, "--redirect", REDIRECT)
        configure(strapi_shop, "--redirect", REDIRECT)
        admin_server.calls.clear()

        done = undo(strapi_shop, "--strapi", deployed.url, **BY_TOKEN)

        assert done.json["data"]["provider"] == "restored"
        assert deployed.twitter["key"] == ""
    assert admin_server.calls == [], "its administrator's token is not for this one"
    assert admin_server.twitter["key"] == KEY


def test_a_strapi_that_is_named_by_another_name_of_this_machine_is_the_same(
    shop: Shop, admin_server: AdminServer, before: Providers
) -> None:
    done = undo(shop, "--strapi", f"http://127.0.0.1:{admin_server.port}", **BY_TOKEN)

    assert done.json["data"]["provider"] == "restored"
    assert admin_server.api.providers == before


def test_all_goes_newest_first_whatever_this_machine_was_called(
    shop: Shop, admin_server: AdminServer, before: Providers
) -> None:
    by_number = f"http://127.0.0.1:{admin_server.port}"
    configure(shop, "--strapi", by_number, **BY_TOKEN, **OTHER_PAIR)
    configure(shop, **BY_TOKEN, **PAIR)
    assert len(checkpoints(shop)) == 3

    done = undo(shop, "--all", **BY_TOKEN)

    assert done.json["data"]["provider"] == "restored"
    assert admin_server.api.providers == before
    assert checkpoints(shop) == []


def test_where_nothing_is_noted_of_the_strapi_that_is_named_the_others_are(
    shop: Shop, admin_server: AdminServer
) -> None:
    admin_server.calls.clear()

    done = undo(shop, "--strapi", "https://cms.example.com", **BY_TOKEN)

    assert (done.code, done.json["data"]["provider"]) == (0, None)
    assert f"left to undo at https://cms.example.com, but at {admin_server.url}." in done.err
    assert admin_server.calls == []


@pytest.mark.parametrize("words", [("--all",), ("--strapi", "here"), ("--all", "--strapi", "here")])
def test_a_newer_one_of_a_deployed_strapi_does_not_keep_the_one_of_this_machine(
    shop: Shop, admin_server: AdminServer, before: Providers, words: tuple[str, ...]
) -> None:
    path = checkpoints(shop)[0]
    newer = {**json.loads(path.read_text()), "number": 2, "strapi": "https://cms.example.com:443"}
    path.with_name("0002-provider.json").write_text(json.dumps(newer))

    done = undo(shop, *(admin_server.url if word == "here" else word for word in words), **BY_TOKEN)

    assert (done.code, done.json["data"]["provider"]) == (0, "restored")
    assert admin_server.api.providers == before
    assert [one.name for one in checkpoints(shop)] == ["0002-provider.json"]
    says = "twitter-setup undo --strapi https://cms.example.com"
    assert (says in done.err) is ("--strapi" not in words)


def test_one_strapi_that_is_down_does_not_keep_another_from_its_former_setting(
    strapi_shop: Shop, admin_server: AdminServer, before: Providers
) -> None:
    configure(strapi_shop, "--redirect", REDIRECT)
    with AdminServer() as other:
        configure(strapi_shop, "--strapi", other.url, "--redirect", REDIRECT)

    done = undo(strapi_shop, "--all", **BY_TOKEN)

    assert (done.code, done.json["data"]["provider"]) == (1, "restored")
    assert "was not put back. Strapi does not answer" in done.err
    assert admin_server.api.providers == before


def test_undo_waits_for_a_configure_that_is_writing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "_CONFIGURING", 0.05)

    with state.StateFolder(shop.backend).configuring():
        done = undo(shop, **BY_TOKEN)

    assert done.code == 1
    assert "Another `configure` of this project" in done.err
