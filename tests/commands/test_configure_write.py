"""The write of `configure`, when something happens in the middle of it: what Strapi holds is said truly."""

from __future__ import annotations

import copy
import json
import stat
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.configuring import (
    ALL,
    AS_WRITTEN,
    BY_TOKEN,
    KEY,
    OTHER_KEY,
    OTHER_SECRET,
    REDIRECT,
    SECRET,
    configure,
    said,
)
from tests.program import Process, Shop, run
from tests.world.admin_api import AdminApi, Answer
from tests.world.admin_server import (
    READ,
    WRITE,
    AdminServer,
    Call,
    Fault,
    cut_after,
    cut_before,
    first,
    instead,
    silent,
    then,
)
from twitter_setup.strapi import api as strapi

TO = ("--redirect", REDIRECT)


def checkpoints(shop: Shop) -> list[str]:
    return sorted(path.name for path in shop.state.glob("checkpoints/*"))


# The connection


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (instead(500), "strapi_error"),
        (instead(503), "strapi_error"),
        (instead(403), "strapi_forbidden"),
        (instead(200, b"<html>"), "strapi_error"),
        (instead(200, b'{"ok": false}'), "strapi_error"),
    ],
)
def test_a_write_that_was_refused_leaves_the_old_setting_and_no_checkpoint(
    strapi_shop: Shop, admin_server: AdminServer, fault: Fault, code: str
) -> None:
    before = copy.deepcopy(admin_server.api.providers)
    admin_server.at(WRITE, fault)

    done = configure(strapi_shop, *TO)

    assert (done.code, done.error["code"]) == (1, code)
    assert done.error["message"].endswith("Nothing was changed in Strapi.")
    assert admin_server.api.providers == before
    assert checkpoints(strapi_shop) == []


def test_a_write_whose_answer_was_lost_is_a_write(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    admin_server.at(WRITE, cut_after)

    done = configure(strapi_shop, *TO)

    assert done.code == 0
    assert AS_WRITTEN.items() <= admin_server.twitter.items()
    assert checkpoints(strapi_shop) == ["0001-provider.json"]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (cut_before, "strapi_down"),
        (silent, "strapi_down"),
        (instead(502), "strapi_error"),
        (instead(504), "strapi_error"),
    ],
)
def test_where_no_answer_came_the_old_setting_proves_nothing_and_the_checkpoint_stays(
    strapi_shop: Shop,
    admin_server: AdminServer,
    monkeypatch: pytest.MonkeyPatch,
    fault: Fault,
    code: str,
) -> None:
    monkeypatch.setattr(strapi, "_TIMEOUT", httpx.Timeout(0.3))
    admin_server.at(WRITE, fault)

    done = configure(strapi_shop, *TO)

    assert (done.code, done.error["code"]) == (1, code)
    assert done.error["message"].endswith(
        "The new setting is not written so far; Strapi may still do it."
    )
    assert [advice["command"] for advice in done.error["advice"]] == [
        "twitter-setup configure --dry-run",
        "twitter-setup undo",
    ]
    assert checkpoints(strapi_shop) == ["0001-provider.json"]


def test_a_write_that_lands_after_its_time_can_be_undone(
    strapi_shop: Shop, admin_server: AdminServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = copy.deepcopy(admin_server.api.providers)
    has_landed = threading.Event()

    def late(call: Call) -> Answer:
        assert may_land.wait(20)
        answer = call.answer()
        has_landed.set()
        return answer

    may_land = threading.Event()
    monkeypatch.setattr(strapi, "_TIMEOUT", httpx.Timeout(0.3))
    admin_server.at(WRITE, late, number=1)
    assert configure(strapi_shop, *TO).code == 1
    may_land.set()
    assert has_landed.wait(20)
    assert AS_WRITTEN.items() <= admin_server.twitter.items()

    done = run("undo", "--json", cwd=strapi_shop.root, env=BY_TOKEN)

    assert done.json["data"]["provider"] == "restored"
    assert admin_server.api.providers == before


def test_a_strapi_that_is_gone_after_the_write_is_not_said_to_be_unchanged(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    admin_server.at(READ, cut_before, number=3)

    done = configure(strapi_shop, *TO)

    assert done.error["code"] == "strapi_down"
    assert done.error["message"].startswith(
        "The new setting was written, and could not be read back."
    )
    assert "Nothing was changed" not in done.error["message"]
    assert [advice["command"] for advice in done.error["advice"]] == [
        "twitter-setup configure --dry-run",
        "twitter-setup undo",
    ]
    assert checkpoints(strapi_shop) == ["0001-provider.json"]


@pytest.mark.parametrize("fault", [cut_before, cut_after])
def test_where_nothing_can_be_seen_afterwards_that_is_what_is_said(
    strapi_shop: Shop, admin_server: AdminServer, fault: Fault
) -> None:
    admin_server.at(WRITE, fault)
    admin_server.at(READ, cut_before, number=3)

    done = configure(strapi_shop, *TO)

    assert done.error["message"].endswith("Whether the new setting was written is not known.")
    assert checkpoints(strapi_shop) == ["0001-provider.json"]


# Somebody else


def change(provider: str, **fields: Any) -> Callable[[AdminApi], None]:
    return lambda api: api.providers[provider].update(fields)


def test_what_somebody_changes_before_the_write_is_kept(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    admin_server.at(READ, first(change("github", key="theirs", scope=["a"])), number=2)

    done = configure(strapi_shop, *TO)

    assert done.code == 0
    assert admin_server.api.providers["github"]["key"] == "theirs"
    assert AS_WRITTEN.items() <= admin_server.twitter.items()


def test_what_somebody_writes_meanwhile_for_us_is_not_written_again(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    admin_server.at(READ, first(change("twitter", **AS_WRITTEN)), number=2)

    done = configure(strapi_shop, *TO)

    assert done.json["data"]["changed"] == []
    assert WRITE not in admin_server.calls
    assert checkpoints(strapi_shop) == []


@pytest.mark.parametrize(
    ("provider", "field"), [("twitter", "callback"), ("github", "key"), ("email", "enabled")]
)
def test_what_somebody_changes_after_the_write_is_an_error_that_names_the_field(
    strapi_shop: Shop, admin_server: AdminServer, provider: str, field: str
) -> None:
    admin_server.at(WRITE, then(change(provider, **{field: "theirs-hunter2"})))

    done = configure(strapi_shop, *TO)

    assert (done.code, done.error["code"]) == (1, "strapi_error")
    assert f"something else than what was written: {provider}.{field}." in done.error["message"]
    assert "hunter2" not in done.out + done.err
    assert "twitter-setup undo" in json.dumps(done.error["advice"])


def test_a_provider_that_is_lost_is_named(strapi_shop: Shop, admin_server: AdminServer) -> None:
    admin_server.at(WRITE, then(lambda api: api.providers.pop("vk")))

    assert "than what was written: vk." in configure(strapi_shop, *TO).error["message"]


def test_a_refused_write_beside_another_one_s_says_that_it_is_neither(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    def refuse(call: Any) -> Any:
        change("twitter", key="theirs")(call.server.api)
        return instead(500)(call)

    admin_server.at(WRITE, refuse)

    done = configure(strapi_shop, *TO)

    assert "neither the former nor the new setting" in done.error["message"]


def test_two_at_once_end_in_one_of_the_two(strapi_shop: Shop, admin_server: AdminServer) -> None:
    pairs = [(KEY, SECRET), (OTHER_KEY, OTHER_SECRET)]
    both_have_read = threading.Barrier(2, timeout=20)

    def together(call: Any) -> Any:
        answer = call.answer()
        both_have_read.wait()
        return answer

    admin_server.at(READ, together, number=1)
    admin_server.at(READ, together, number=2)

    runs = [
        Process(
            *("configure", "--json", *TO),
            cwd=strapi_shop.root,
            env={**BY_TOKEN, "TWITTER_API_KEY": key, "TWITTER_API_SECRET": secret},
        )
        for key, secret in pairs
    ]
    codes = [one.process.wait(timeout=30) for one in runs]

    assert codes == [0, 0], [one.errors for one in runs]
    assert (admin_server.twitter["key"], admin_server.twitter["secret"]) in pairs
    assert checkpoints(strapi_shop) == ["0001-provider.json", "0002-provider.json"]
    writes = [call for call in admin_server.calls if call in {READ, WRITE}]
    assert writes == [READ, READ, *[READ, WRITE, READ] * 2], "one after the other"


# The checkpoint


def test_the_checkpoint_is_there_before_the_write_for_its_owner_alone(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    seen: list[tuple[int, dict[str, Any]]] = []

    def look(_: AdminApi) -> None:
        (path,) = strapi_shop.state.glob("checkpoints/*")
        seen.append((stat.S_IMODE(path.stat().st_mode), json.loads(path.read_bytes())))

    admin_server.twitter["key"] = "the-former-one"
    admin_server.at(WRITE, first(look))

    configure(strapi_shop, *TO)

    ((mode, content),) = seen
    assert mode == 0o600
    assert content["before"] == {"enabled": False, "key": "the-former-one", "secret": ""}
    assert content["absent"] == ["callback"]
    assert KEY not in json.dumps(content)
    assert SECRET not in json.dumps(content)


def test_status_names_it(strapi_shop: Shop) -> None:
    configure(strapi_shop, *TO)

    data = run("status", "--json", cwd=strapi_shop.root).json["data"]
    text = run("status", cwd=strapi_shop.root).out

    ((one),) = data["checkpoints"]
    assert (one["id"], one["kind"]) == ("0001-provider", "provider")
    assert f"configured {one['created']}; twitter-setup undo takes it back" in text


def test_without_a_project_no_undo_is_promised(
    strapi_shop: Shop, admin_server: AdminServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = Shop(tmp_path_factory.mktemp("nowhere"))
    admin_server.at(READ, cut_before, number=3)

    done = configure(folder, "--strapi", admin_server.url, *TO)
    again = said(folder, "--strapi", admin_server.url, "--redirect", f"{REDIRECT}2", **ALL)

    assert "undo" not in json.dumps(done.error)
    assert "twitter-setup undo" not in again.out
