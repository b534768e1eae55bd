"""`verify` as it is called: its words, its JSON, its options, and on a terminal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import verifying
from tests.program import Shop, make_shop, run
from tests.verifying import CALLBACK, PUBLIC, Bench, Broken, Verified
from tests.world.admin_api import ADMIN
from tests.world.admin_server import READ
from twitter_setup.checks.registry import CHECKS

STATUSES = ("pass", "warn", "fail", "skip", "error")


@pytest.fixture
def wrong(right: Verified) -> Verified:
    """X does not know the callback."""
    Broken(right).apply({"x": {"callbacks": [f"{PUBLIC}/elsewhere"]}})
    return right


# JSON


def test_the_json_has_the_whole_contract(wrong: Verified) -> None:
    line = wrong.run("--json").json

    assert list(line) == ["schema", "command", "ok", "exit_code", "data", "errors"]
    assert (line["schema"], line["command"], line["ok"], line["exit_code"]) == (
        1,
        "verify",
        False,
        1,
    )
    assert line["errors"] == []
    assert set(line["data"]) == {"checks", "counts"}
    for check in line["data"]["checks"]:
        assert list(check) == ["id", "title", "status", "summary", "detail", "advice"]
        assert check["status"] in STATUSES
        for advice in check["advice"]:
            assert set(advice) == {"text", "command", "url"}
    told = [check["status"] for check in line["data"]["checks"]]
    assert line["data"]["counts"] == {status: told.count(status) for status in STATUSES}
    assert [check["id"] for check in line["data"]["checks"]] == [check.id for check in CHECKS]


def test_nothing_is_asked_twice_and_nothing_is_changed(right: Verified) -> None:
    before = right.shop.files()

    right.run("--json")

    assert max(right.bench.public.behind.often().values()) == 1
    assert right.bench.strapi.calls.count("POST /admin/login") == 1
    assert right.bench.strapi.calls.count(READ) == 1
    asked = len(right.bench.public.behind.asked) + 3 + 2  # at Strapi's own port, and at X
    assert asked <= 11 + 2  # and a page each for terms and privacy
    assert right.shop.files() == before


# Exit codes and options


def test_named_checks_run_with_what_they_need_and_nothing_else(wrong: Verified) -> None:
    ran = wrong.run("x-keys", "--json")

    told = [check["id"] for check in ran.json["data"]["checks"]]
    assert told == ["project", "clock", "backend", "admin", "credentials", "x-keys"]
    assert ran.code == 0
    assert wrong.bench.public.behind.asked == []


def test_a_wrong_password_keeps_nothing_from_being_asked_that_needs_none(right: Verified) -> None:
    pair = right.bench.x.settings

    ran = right.run(
        "--json",
        STRAPI_ADMIN_PASSWORD="not the password",
        TWITTER_API_KEY=pair.key,
        TWITTER_API_SECRET=pair.secret,
    )

    told = {check["id"]: check["status"] for check in ran.json["data"]["checks"]}
    assert {name for name, status in told.items() if status != "pass"} == {
        *("admin", "provider", "credentials", "callback")
    }
    assert told["admin"] == "fail"


def test_the_same_two_checks_may_be_asked_a_sixth_time_within_five_minutes(right: Verified) -> None:
    """Strapi lets an administrator sign in five times: then one line says until when."""
    for _ in range(6):
        ran = right.run("--json", "x-callback", "connect")

    told = {check["id"]: check for check in ran.json["data"]["checks"]}
    bad = [name for name, each in told.items() if each["status"] not in {"pass", "skip"}]
    assert bad == ["admin"]
    assert "The next one is possible at" in told["admin"]["summary"]
    assert told["connect"]["status"] == "pass"


def test_a_check_that_is_none_is_a_mistake_and_the_nearest_is_named(right: Verified) -> None:
    ran = right.run("x-keyz", "--json")

    assert ran.code == 2
    assert ran.error["code"] == "usage"
    assert ran.error["message"] == "There is no check called x-keyz; did you mean x-keys?"
    assert ran.error["advice"][0]["command"] == "twitter-setup verify --list"
    assert right.bench.strapi.calls == []


def test_warnings_fail_where_they_are_to(right: Verified) -> None:
    Broken(right).apply({"ngrok": {"browser_page": True}})

    assert right.run("--json").code == 0
    strict = right.run("--json", "--strict")
    assert (strict.code, strict.json["ok"]) == (1, False)
    said = right.run("--strict").out
    assert "Afterwards    twitter-setup verify --strict browser-page" in said
    assert "Nothing stands in the way" not in said


def test_the_list_needs_no_project(tmp_path: Path) -> None:
    listed = run("verify", "--list", "--json", cwd=tmp_path).json["data"]["checks"]

    assert [check["id"] for check in listed] == [*(check.id for check in CHECKS), "login"]
    assert set(listed[0]) == {"id", "title", "needs"}
    said = run("verify", "--list", cwd=tmp_path).out
    assert re.search(r"^x-callback +the callback at X +\(needs x-keys\)$", said, re.MULTILINE)


def test_outside_a_project_it_says_how_to_name_one(tmp_path: Path) -> None:
    ran = run("verify", "--json", cwd=tmp_path)

    assert (ran.code, ran.error["code"]) == (1, "no_project")


# A deployed Strapi, and none at all


def test_a_deployed_strapi_is_checked_from_anywhere(bench: Bench, tmp_path: Path) -> None:
    bench.as_new()
    strapi = bench.strapi.url
    verified = Verified(Shop(tmp_path), bench, ("--strapi", strapi, "--url", PUBLIC))
    bench.strapi.api.providers["twitter"]["callback"] = f"{PUBLIC}/connect/twitter/redirect"

    data = verified.run("--json").json["data"]

    told = {check["id"]: check["status"] for check in data["checks"]}
    assert {name for name, status in told.items() if status not in {"pass", "skip"}} == set()
    assert {"backend", "public-url", "callback", "x-callback", "connect"} <= {
        name for name, status in told.items() if status == "pass"
    }


def test_where_nothing_is_published_it_says_what_comes_first(right: Verified) -> None:
    Broken(right).apply(
        {
            "no_session": True,
            "env": {"PUBLIC_URL": ""},
            "frontend_env": {"VITE_BACKEND_URL": "http://localhost:{strapi}"},
            "strapi": {"callback_base": "http://localhost:1337"},
        }
    )

    ran = right.run()

    assert ran.code == 0
    assert ran.out.count("twitter-setup tunnel") == 2  # where it is missed, and at the end
    assert ran.out.splitlines()[-1].startswith("Next          twitter-setup tunnel")


def test_what_was_not_looked_at_is_not_praised(right: Verified) -> None:
    said = right.run(STRAPI_ADMIN_EMAIL="", STRAPI_ADMIN_PASSWORD="").out

    assert "Nothing that was looked at stands in the way of a login." in said


def test_without_anything_that_runs_the_first_cause_is_red_and_the_rest_waits(
    tmp_path: Path,
) -> None:
    shop = make_shop(tmp_path / "cafe")
    verifying.install(shop, "5.54.0")

    ran = run("verify", cwd=shop.root)

    assert [line for line in ran.out.splitlines() if line.startswith("✗")] == [
        next(line for line in ran.out.splitlines() if line.startswith("✗ backend"))
    ]
    assert ran.code == 1


# For people


def test_a_line_each_and_below_what_to_do(wrong: Verified) -> None:
    ran = wrong.run()

    lines = ran.out.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("✗ x-callback"))
    assert lines[at] == (
        "✗ x-callback         X refuses the callback URL (403, code 415): it is not in your app's list"
    )
    assert lines[at + 1] == f"{'':23}missing  {CALLBACK}"
    assert any(line.startswith(f"{'':21}→ ") and "urls --copy --open" in line for line in lines)
    assert "- connect            not tried: needs x-callback" in lines
    assert "19 passed, 1 failed, 2 not tried." in lines
    assert lines[-1] == "Afterwards    twitter-setup verify x-callback connect"
    assert ran.err == ""


def test_at_the_end_it_says_what_is_proved_and_where_to_log_in(right: Verified) -> None:
    said = right.run().out

    assert "22 passed." in said
    assert "Only a real one proves the rest" in said
    assert said.splitlines()[-1] == f"Log in at     {PUBLIC}"


def test_quiet_leaves_what_is_right_and_what_was_not_tried_out(wrong: Verified) -> None:
    said = wrong.run("-q").out

    assert [line[0] for line in said.splitlines() if line and line[0] in "✓✗-?!"] == ["✗"]


def test_verbose_shows_the_details_of_what_is_right_too(right: Verified) -> None:
    Broken(right).apply({"version": "4.26.2"})
    with_details = right.run("-v").out

    assert len(with_details.splitlines()) >= len(right.run().out.splitlines())


# Secrets


@pytest.mark.parametrize("words", [(), ("-v",), ("--json",), ("--json", "-v")])
def test_no_secret_is_ever_shown(right: Verified, words: tuple[str, ...]) -> None:
    """Neither ours nor what X or Strapi say: tokens, and whatever stands in an address."""
    key, secret = "kEyMaRkEr0123456789abcdef", "s3cr3tMaRkEr" * 4
    token = "t0k3nMaRkErOfTheRequest0123456789"
    password = "passW0rdMaRkEr"
    api = right.bench.strapi.api
    api.providers["twitter"] |= {"key": key, "secret": secret}
    api.administrators[ADMIN["email"]] = (password, api.administrators[ADMIN["email"]][1])
    broken = Broken(right)
    location = f"{PUBLIC}/connect/twitter/redirect?error=oauth_token%3D{token}&oauth_token={token}"
    for world in (
        {},  # X does not know the key
        {"hop": {"says": location}, "x": {"key": key, "secret": secret}},
        {"hop": {"says": f"https://api.twitter.com/oauth/authenticate?oauth_token={token}"}},
        {"twitter": {"callback": f"https://ada:{password}@app.example.com/x/"}},
        {"env": {"PUBLIC_URL": f"https://ada:{password}@shop.example.com"}},
    ):
        broken.apply(world)
        ran = right.run(*words, STRAPI_ADMIN_PASSWORD=password)

        told = ran.out + ran.err
        for marker in (key, secret, token, password, "jwt-of-the-admin", "fJ3kd9", "Qm2ls8"):
            assert marker not in told, world


def test_a_pair_on_the_command_line_is_used_and_not_shown(right: Verified) -> None:
    settings = right.bench.x.settings

    ran = right.run(
        "x-keys", "--json", TWITTER_API_KEY=settings.key, TWITTER_API_SECRET="nope" * 12
    )

    told = {check["id"]: check["status"] for check in ran.json["data"]["checks"]}
    assert told["x-keys"] == "fail"
    assert "nopenope" not in ran.out + ran.err


def test_pair_of_the_environment_is_asked_about_though_strapi_is_down(right: Verified) -> None:
    settings = right.bench.x.settings
    Broken(right).apply({"stopped": "strapi"})

    ran = right.run("--json", TWITTER_API_KEY=settings.key, TWITTER_API_SECRET=settings.secret)

    status = {each["id"]: each["status"] for each in ran.json["data"]["checks"]}
    assert (status["backend"], status["x-keys"], status["x-callback"]) == ("fail", "pass", "pass")
    assert (status["credentials"], status["connect"]) == ("skip", "skip")
    assert [each for each in status.values() if each in {"fail", "error"}] == ["fail"]


def test_wrong_pair_of_the_environment_is_told_though_strapi_is_down(right: Verified) -> None:
    Broken(right).apply({"stopped": "strapi"})

    ran = right.run("--json", TWITTER_API_KEY="k" * 25, TWITTER_API_SECRET="s" * 50)

    status = {each["id"]: each["status"] for each in ran.json["data"]["checks"]}
    assert (status["x-keys"], status["x-callback"]) == ("fail", "skip")
