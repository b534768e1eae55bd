"""`configure`: what it writes into Strapi, what it leaves alone, and what it says."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.configuring import (
    AS_WRITTEN,
    BY_LOGIN,
    BY_TOKEN,
    CALLBACK,
    KEY,
    OTHER_KEY,
    OTHER_SECRET,
    PAIR,
    REDIRECT,
    SECRET,
    configure,
    said,
    with_dashes,
)
from tests.program import QUICK_TUNNEL, Shop, free_port, make_shop, run
from tests.world.admin_api import ADMIN, EDITOR
from tests.world.admin_server import INIT, LOGIN, READ, WRITE, AdminServer

FRONT_END = "http://localhost:5173/connect/twitter/redirect"

OTHER_PAGE = "https://b.example.com/connect/twitter/redirect"


@pytest.fixture
def configured(strapi_shop: Shop) -> Shop:
    assert configure(strapi_shop, "--redirect", REDIRECT).code == 0
    return strapi_shop


@contextmanager
def tunnelled(folder: Path) -> Iterator[tuple[Shop, AdminServer, dict[str, Any]]]:
    """A project with a `tunnel` that was kept, its Strapi started afterwards, and the sheet."""
    port = free_port()
    shop = make_shop(folder, env=b"PORT=%d\n" % port)
    done = run(
        *QUICK_TUNNEL,
        "--json",
        cwd=shop.root,
    )
    with AdminServer(port=port) as server:
        yield shop, server, done.json["data"]


# What it writes


def test_it_sets_four_fields_and_nothing_else(strapi_shop: Shop, admin_server: AdminServer) -> None:
    before = copy.deepcopy(admin_server.api.providers)

    done = configure(strapi_shop, "--redirect", REDIRECT)

    assert done.code == 0
    assert admin_server.api.providers == {**before, "twitter": {**before["twitter"], **AS_WRITTEN}}
    assert list(admin_server.api.providers) == list(before)


def test_what_no_utf8_can_hold_stays_as_it_is_in_other_providers(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    odd: dict[str, Any] = {
        "half": "\ud83d",
        "\u202e": [1e21, -0.5, 2**60, None, {"__proto__": {}}],
        "key": " é ",
    }
    admin_server.api.providers["vk"] |= odd
    before = json.dumps(admin_server.api.providers["vk"])

    assert configure(strapi_shop, "--redirect", REDIRECT).code == 0

    assert json.dumps(admin_server.api.providers["vk"]) == before


def test_a_first_run_asks_six_times(strapi_shop: Shop, admin_server: AdminServer) -> None:
    configure(strapi_shop)

    assert admin_server.calls == [INIT, LOGIN, READ, READ, WRITE, READ]


def test_a_second_run_writes_nothing_and_asks_three_times(
    configured: Shop, admin_server: AdminServer
) -> None:
    admin_server.calls.clear()

    done = configure(configured, "--redirect", REDIRECT)

    assert admin_server.calls == [INIT, LOGIN, READ]
    assert done.json["data"]["changed"] == []
    assert "nothing was written" in said(configured, "--redirect", REDIRECT).out


def test_a_token_needs_no_login(strapi_shop: Shop, admin_server: AdminServer) -> None:
    done = configure(strapi_shop, **PAIR, **BY_TOKEN)

    assert done.code == 0
    assert admin_server.calls == [INIT, READ, READ, WRITE, READ]
    assert "by admin token" in said(strapi_shop, **PAIR, **BY_TOKEN).out


@pytest.mark.parametrize("token", ["admin-token\n", " admin-token ", "admin-token\r\n"])
def test_a_line_end_after_a_token_is_not_part_of_it(strapi_shop: Shop, token: str) -> None:
    assert configure(strapi_shop, **PAIR, STRAPI_ADMIN_TOKEN=token).code == 0


def test_what_is_not_given_stays_as_it_is_in_strapi(
    configured: Shop, admin_server: AdminServer
) -> None:
    other = "https://other.example.com/connect/twitter/redirect"

    done = configure(configured, "--redirect", other, **BY_LOGIN)

    assert done.json["data"]["changed"] == ["redirect_url"]
    assert {**AS_WRITTEN, "callback": other}.items() <= admin_server.twitter.items()


def test_half_a_pair_is_written_with_a_word_about_the_other_half(
    configured: Shop, admin_server: AdminServer
) -> None:
    done = configure(configured, **BY_LOGIN, TWITTER_API_KEY=OTHER_KEY)

    assert done.json["data"]["changed"] == ["key"]
    assert (admin_server.twitter["key"], admin_server.twitter["secret"]) == (OTHER_KEY, SECRET)
    assert "they must be of one pair" in done.err


def test_disable_switches_the_login_off_and_keeps_the_rest(
    configured: Shop, admin_server: AdminServer
) -> None:
    done = configure(configured, "--disable", **BY_LOGIN)

    assert done.json["data"]["changed"] == ["enabled"]
    assert {**AS_WRITTEN, "enabled": False}.items() <= admin_server.twitter.items()
    assert "The login with X is off" in said(configured, "--disable", **BY_LOGIN).out


def test_disable_needs_neither_key_nor_redirect_url(tmp_path: Path) -> None:
    with AdminServer() as server:
        bare = make_shop(tmp_path, env=b"PORT=%d\n" % server.port, with_frontend=False)

        done = configure(bare, "--disable", **BY_LOGIN)

        assert (done.code, done.json["data"]["changed"]) == (0, [])


def test_disable_leaves_the_redirect_url_alone_whatever_the_settings_say(
    configured: Shop, admin_server: AdminServer
) -> None:
    settings = '[reach]\nkind = "url"\nurl = "https://other.example.com"\n'
    (configured.root / "twitter-setup.toml").write_text(settings)

    done = configure(configured, "--disable", **BY_LOGIN)

    assert done.json["data"]["changed"] == ["enabled"]
    assert admin_server.twitter["callback"] == AS_WRITTEN["callback"]


@pytest.mark.parametrize("words", [("--redirect", OTHER_PAGE), ("--url", "https://b.example.com")])
def test_disable_takes_a_redirect_url_that_is_given(
    configured: Shop, admin_server: AdminServer, words: tuple[str, str]
) -> None:
    configure(configured, "--disable", *words, **BY_LOGIN)

    assert admin_server.twitter["callback"] == OTHER_PAGE


def test_disable_says_nothing_of_what_a_login_would_need(configured: Shop) -> None:
    off = configure(configured, "--disable", **BY_LOGIN)
    on = configure(configured, **BY_LOGIN)

    assert "twitter-setup tunnel" in on.err
    assert "twitter-setup tunnel" not in off.err


def test_configure_after_disable_switches_it_on_again(
    configured: Shop, admin_server: AdminServer
) -> None:
    configure(configured, "--disable", **BY_LOGIN)

    configure(configured, **BY_LOGIN)

    assert admin_server.twitter["enabled"] is True


def test_a_dry_run_shows_the_difference_and_changes_nothing(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    before = copy.deepcopy(admin_server.api.providers)

    done = configure(strapi_shop, "--dry-run", "--redirect", REDIRECT)

    assert done.json["data"]["changes"] == [
        {"field": "enabled", "before": "off", "after": "on"},
        {"field": "key", "before": "(empty)", "after": "••••2345"},
        {"field": "secret", "before": "(empty)", "after": "••••7890"},
        {"field": "redirect_url", "before": "(empty)", "after": REDIRECT},
    ]
    assert admin_server.api.providers == before
    assert admin_server.calls == [INIT, LOGIN, READ]
    assert not strapi_shop.state.exists()
    assert "Nothing was changed." in said(strapi_shop, "--dry-run").out


def test_a_dry_run_puts_nothing_back_that_a_killed_run_left(tmp_path: Path) -> None:
    shop = make_shop(tmp_path)
    run(*QUICK_TUNNEL, cwd=shop.root)
    session = shop.state / "session.json"
    session.write_text(session.read_text().replace('"kept": true', '"kept": false'))
    left = shop.files()

    configure(shop, "--dry-run")

    assert shop.files() == left
    configure(shop)
    assert shop.files() != left


# What it says


def test_the_data_of_its_answer_is_a_contract(strapi_shop: Shop, admin_server: AdminServer) -> None:
    done = configure(strapi_shop, "--redirect", REDIRECT)

    assert done.json == {
        "schema": 1,
        "command": "configure",
        "ok": True,
        "exit_code": 0,
        "errors": [],
        "data": {
            "strapi": admin_server.url,
            "changed": ["enabled", "key", "secret", "redirect_url"],
            "dry_run": False,
            "enabled": True,
            "key": "••••2345",
            "secret": "••••7890",
            "redirect_url": REDIRECT,
            "callback_url": CALLBACK,
        },
    }


def test_people_see_who_signed_in_each_change_and_what_x_must_know(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    done = said(strapi_shop, "--redirect", REDIRECT)

    assert [" ".join(line.split()) for line in done.out.splitlines()] == [
        f"Strapi at {admin_server.url}, signed in as {ADMIN['email']}",
        "enabled off → on",
        "key (empty) → ••••2345",
        "secret (empty) → ••••7890",
        f"redirect URL (empty) → {REDIRECT}",
        "✓ Strapi written and read back; the other 16 providers are untouched",
        f"X must know this callback: {CALLBACK}",
        "Next twitter-setup verify proves each hop",
        "Undo twitter-setup undo puts the former setting back",
    ]
    assert "Strapi's address without a tunnel" in done.err


def test_a_token_signs_in_even_beside_an_e_mail(strapi_shop: Shop) -> None:
    done = said(strapi_shop, **PAIR, **BY_TOKEN, STRAPI_ADMIN_EMAIL=EDITOR["email"])

    assert "by admin token" in done.out


def test_what_strapi_stores_cannot_paint_the_terminal(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    admin_server.twitter["callback"] = "https://a\x1b[2J\u202eb"
    admin_server.api.callback_base = "https://c\x1b]0;x\x07"

    done = said(strapi_shop, "--redirect", REDIRECT)

    assert "https://a\N{REPLACEMENT CHARACTER}[2J" in done.out
    assert not {"\x1b", "\x07", "\u202e"} & set(done.out + done.err)


def test_an_odd_value_of_before_is_no_bug(strapi_shop: Shop, admin_server: AdminServer) -> None:
    admin_server.twitter.update(enabled=1, key={"a": [1]}, secret=7, callback=["x"])

    done = configure(strapi_shop, "--redirect", REDIRECT)

    assert done.json["data"]["changed"] == ["enabled", "key", "secret", "redirect_url"]
    assert AS_WRITTEN.items() <= admin_server.twitter.items()


def test_quiet_says_the_answer_and_verbose_where_the_redirect_url_is_from(
    strapi_shop: Shop,
) -> None:
    assert said(strapi_shop, "--quiet").out
    assert (
        "The redirect URL is the one that was given."
        in said(strapi_shop, "-v", "--redirect", REDIRECT).err
    )


# Key and secret


@pytest.mark.parametrize(
    ("around", "is_said"), [("{}", False), (" {}\t", True), ('"{}"', True), ("“{}”\n", True)]
)
def test_blanks_and_quotes_around_a_paste_are_trimmed_and_that_is_said(
    strapi_shop: Shop, admin_server: AdminServer, around: str, is_said: bool
) -> None:
    pair = {"TWITTER_API_KEY": around.format(KEY), "TWITTER_API_SECRET": SECRET}

    done = configure(strapi_shop, **BY_LOGIN, **pair)

    assert admin_server.twitter["key"] == KEY
    assert ("Blanks or quotes around the key were taken away" in done.err) is is_said


def test_a_dash_reads_a_line_of_standard_input_each(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    lines = f"{KEY}\r\n{SECRET}\n".encode()

    done = with_dashes(strapi_shop, lines, **BY_LOGIN)

    assert done.code == 0
    assert (admin_server.twitter["key"], admin_server.twitter["secret"]) == (KEY, SECRET)
    assert "history" not in done.err
    assert "Blanks or quotes" not in done.err, "a line's end is neither"


def test_an_empty_line_of_standard_input_is_not_its_end(strapi_shop: Shop) -> None:
    done = with_dashes(strapi_shop, f"\n{SECRET}\n".encode(), **BY_LOGIN)

    assert (done.code, done.error["code"]) == (2, "usage")
    assert "standard input ended" not in done.error["message"]


@pytest.mark.parametrize(
    ("stdin", "says"),
    [
        (b"", "--key -: standard input ended before the key came"),
        (f"{KEY}\n".encode(), "--secret -: standard input ended before the secret came"),
        (b"\xff\xfe\n\n", "--key -: standard input is no text"),
    ],
)
def test_a_standard_input_that_ends_early_or_is_no_text_is_said(
    strapi_shop: Shop, admin_server: AdminServer, stdin: bytes, says: str
) -> None:
    done = with_dashes(strapi_shop, stdin, **BY_LOGIN)

    assert (done.code, done.error["code"]) == (2, "usage")
    assert says in done.error["message"]
    assert admin_server.calls == []


def test_flags_win_over_the_environment_and_are_said_to_stay_in_the_shell_s_history(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    flags = ["--key", OTHER_KEY, "--secret", OTHER_SECRET]

    done = configure(strapi_shop, *flags)

    assert admin_server.twitter["key"] == OTHER_KEY
    assert done.err.count("your shell keeps that in its history") == 1
    assert "--key and --secret on the command line" in done.err
    assert "history" not in configure(strapi_shop).err, "the environment leaves nothing there"


@pytest.mark.parametrize(
    ("pair", "says"),
    [
        ({"TWITTER_API_KEY": "", "TWITTER_API_SECRET": SECRET}, "Strapi has no key for X yet"),
        ({}, "Strapi has no key and no secret for X yet"),
        ({"TWITTER_API_KEY": " ", "TWITTER_API_SECRET": SECRET}, "The key is empty."),
        ({"TWITTER_API_KEY": "''", "TWITTER_API_SECRET": SECRET}, "The key is empty."),
        ({"TWITTER_API_KEY": KEY, "TWITTER_API_SECRET": "a b"}, "The secret has white space"),
    ],
)
def test_no_value_and_a_broken_one_are_refused(
    strapi_shop: Shop, admin_server: AdminServer, pair: dict[str, str], says: str
) -> None:
    done = configure(strapi_shop, **BY_LOGIN, **pair)

    assert (done.code, done.error["code"]) == (2, "usage")
    assert says in done.error["message"]
    assert "Nothing was changed" in done.error["message"]
    assert WRITE not in admin_server.calls


def test_what_looks_wrong_needs_yes_where_nobody_can_be_asked(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    swapped = {"TWITTER_API_KEY": SECRET, "TWITTER_API_SECRET": KEY}

    refused = configure(strapi_shop, **BY_LOGIN, **swapped)
    asked = list(admin_server.calls)
    done = configure(strapi_shop, "--yes", **BY_LOGIN, **swapped)

    assert (refused.code, refused.error["code"], asked) == (2, "usage", [])
    assert "are they swapped?" in refused.error["message"]
    assert done.code == 0
    assert "are they swapped?" in done.err
    assert admin_server.twitter["key"] == SECRET


# Which redirect URL


def test_without_anything_else_it_is_the_front_end_s_page(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    configure(strapi_shop)

    assert admin_server.twitter["callback"] == FRONT_END


def test_the_one_that_strapi_has_stays(configured: Shop, admin_server: AdminServer) -> None:
    configure(configured)

    assert admin_server.twitter["callback"] == REDIRECT


def test_that_of_a_tunnel_that_is_on_wins_over_strapi_s(tmp_path: Path) -> None:
    with tunnelled(tmp_path) as (shop, server, sheet):
        server.twitter["callback"] = REDIRECT

        done = configure(shop)

        assert server.twitter["callback"] == sheet["redirect_url"] != REDIRECT
        assert f"The tunnel's callback URL is {sheet['callback_url']}" in done.err


def test_a_callback_that_strapi_has_taken_from_the_tunnel_needs_no_word(tmp_path: Path) -> None:
    with tunnelled(tmp_path) as (shop, server, sheet):
        server.api.callback_base = sheet["public_url"]

        assert configure(shop).err == ""


def test_that_of_url_is_the_one_on_its_sheet(strapi_shop: Shop, admin_server: AdminServer) -> None:
    url = ["--url", "https://a.example.com"]

    configure(strapi_shop, *url)

    sheet = run("urls", *url, "--json", cwd=strapi_shop.root).json["data"]
    assert admin_server.twitter["callback"] == sheet["redirect_url"]


def test_without_a_front_end_url_has_the_page_of_strapi_s_guide(tmp_path: Path) -> None:
    with AdminServer() as server:
        bare = make_shop(tmp_path, env=b"PORT=%d\n" % server.port, with_frontend=False)

        configure(bare, "--url", "https://a.example.com")

        assert server.twitter["callback"] == "https://a.example.com/connect/twitter/redirect"


def test_that_of_the_settings_url_is_used_where_no_tunnel_is_on(tmp_path: Path) -> None:
    with AdminServer() as server:
        bare = make_shop(tmp_path, env=b"PORT=%d\n" % server.port, with_frontend=False)
        (bare.root / "twitter-setup.toml").write_text('[reach]\nurl = "https://a.example.com"\n')

        done = configure(bare, "-v")

        assert done.code == 0
        assert server.twitter["callback"] == "https://a.example.com/connect/twitter/redirect"


def test_a_strapi_elsewhere_is_not_given_the_settings_url(strapi_shop: Shop) -> None:
    file = strapi_shop.root / "twitter-setup.toml"
    file.write_text('[reach]\nurl = "https://a.example.com"\n')
    with AdminServer() as deployed:
        deployed.twitter["callback"] = REDIRECT

        configure(strapi_shop, "--strapi", deployed.url)

        assert deployed.twitter["callback"] == REDIRECT


def test_the_path_of_the_settings_is_used(strapi_shop: Shop, admin_server: AdminServer) -> None:
    (strapi_shop.root / "twitter-setup.toml").write_text('[frontend]\nredirect_path = "in/x"\n')

    configure(strapi_shop)

    assert admin_server.twitter["callback"] == "http://localhost:5173/in/x"


@pytest.mark.parametrize(("path", "page"), [("login/", "/login"), ("/", "")])
def test_a_slash_at_the_end_of_the_path_of_the_settings_is_left_out(
    strapi_shop: Shop, admin_server: AdminServer, path: str, page: str
) -> None:
    (strapi_shop.root / "twitter-setup.toml").write_text(f'[frontend]\nredirect_path = "{path}"\n')

    configure(strapi_shop)
    sheet = run("urls", "--json", "--url", "https://a.example.com", cwd=strapi_shop.root).json

    assert admin_server.twitter["callback"] == f"http://localhost:5173{page}"
    assert sheet["data"]["redirect_url"] == f"https://a.example.com{page}"


def test_a_path_of_the_settings_that_strapi_refuses_is_refused_with_the_setting_s_name(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    (strapi_shop.root / "twitter-setup.toml").write_text('[frontend]\nredirect_path = "/x?a=1"\n')

    done = configure(strapi_shop)

    assert (done.code, done.error["code"]) == (1, "settings_invalid")
    assert "`frontend.redirect_path` has a query or a fragment in it" in done.error["message"]
    assert WRITE not in admin_server.calls


def test_without_any_it_asks_for_the_flag_before_a_secret(tmp_path: Path) -> None:
    with AdminServer() as server:
        bare = make_shop(tmp_path, env=b"PORT=%d\n" % server.port, with_frontend=False)

        done = configure(bare, **BY_LOGIN)

        assert (done.code, done.error["code"]) == (2, "usage")
        assert "Strapi has no redirect URL yet" in done.error["message"]
        assert "--redirect https://" in done.error["advice"][0]["command"]


def test_a_redirect_url_that_strapi_refuses_is_refused_before_anything_is_asked(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    done = configure(strapi_shop, "--redirect", f"{REDIRECT}/")

    assert (done.code, done.error["code"]) == (2, "usage")
    assert f"--redirect {REDIRECT}" in json.dumps(done.error["advice"])
    assert admin_server.calls == []


# A Strapi elsewhere


def test_a_strapi_can_be_named_where_no_project_is(
    tmp_path: Path, admin_server: AdminServer
) -> None:
    done = configure(tmp_path, "--strapi", admin_server.url, "--redirect", REDIRECT)

    assert done.code == 0
    assert AS_WRITTEN.items() <= admin_server.twitter.items()
    assert "`undo` cannot put the former setting back" in done.err
    assert not list(tmp_path.rglob(".twitter-setup"))


def test_where_no_project_is_and_no_strapi_is_named_it_says_so(tmp_path: Path) -> None:
    assert configure(tmp_path).error["code"] == "no_project"


def test_a_strapi_elsewhere_is_not_given_this_machine_s_redirect_url(tmp_path: Path) -> None:
    with tunnelled(tmp_path) as (shop, server, _), AdminServer() as deployed:
        deployed.twitter["callback"] = REDIRECT

        done = configure(shop, "--strapi", deployed.url)

        assert done.json["data"]["strapi"] == deployed.url
        assert deployed.twitter["callback"] == REDIRECT
        assert INIT not in server.calls
        assert "that Strapi does not know its own" in done.err


def test_the_settings_address_of_this_machine_needs_no_question(strapi_shop: Shop) -> None:
    with AdminServer() as other:
        (strapi_shop.root / "twitter-setup.toml").write_text(f'[strapi]\nurl = "{other.url}"\n')

        done = configure(strapi_shop)

        assert done.json["data"]["strapi"] == other.url
        assert other.twitter["callback"] == FRONT_END


def test_every_word_of_all_is_given_by_the_environment_alone(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    own = {
        "TWITTER_SETUP_KEY": OTHER_KEY,
        "TWITTER_SETUP_SECRET": OTHER_SECRET,
        "TWITTER_SETUP_REDIRECT": REDIRECT,
        "TWITTER_SETUP_ADMIN_EMAIL": ADMIN["email"],
        "TWITTER_SETUP_ADMIN_PASSWORD": ADMIN["password"],
    }

    assert configure(strapi_shop, **own).code == 0

    assert admin_server.twitter["key"] == OTHER_KEY
