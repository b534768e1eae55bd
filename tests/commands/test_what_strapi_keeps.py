"""The end of a `tunnel`, when `configure` wrote its redirect URL into Strapi: which outlives the tunnel."""

from __future__ import annotations

import os

import pytest

from tests.configuring import BY_TOKEN, OTHER_KEY, OTHER_SECRET, PAIR, REDIRECT, configure
from tests.program import Shop
from tests.views import Silent
from tests.world.admin_server import AdminServer
from twitter_setup.commands.tunnel import notes as words
from twitter_setup.project import locate
from twitter_setup.project.locate import Caller
from twitter_setup.project.settings import Options
from twitter_setup.state.folder import StateFolder
from twitter_setup.state.session_record import SessionRecord

TUNNEL = "https://olive-tree.ngrok-free.app"
PAGE = f"{TUNNEL}/connect/twitter/redirect"
OTHER_PAIR = {"TWITTER_API_KEY": OTHER_KEY, "TWITTER_API_SECRET": OTHER_SECRET}


def said_at_the_end(shop: Shop) -> list[str]:
    view = Silent()
    caller = Caller(command="tunnel", cwd=shop.root, environ={}, view=view)
    record = SessionRecord(
        pid=os.getpid(),
        process_started=1.0,
        since="now",
        reach="ngrok",
        layout="one-origin",
        public_url=TUNNEL,
    )
    located = locate.locate(Options(), caller)
    words.say_what_strapi_keeps(located, record, StateFolder(shop.backend), view)
    return view.notes


@pytest.fixture
def shop(strapi_shop: Shop) -> Shop:
    assert configure(strapi_shop, "--redirect", PAGE).code == 0
    return strapi_shop


@pytest.mark.parametrize("words", [(), ("--disable",)])
def test_a_second_configure_that_leaves_the_redirect_url_alone_changes_nothing_of_it(
    shop: Shop, admin_server: AdminServer, words: tuple[str, ...]
) -> None:
    configure(shop, *words, **BY_TOKEN, **OTHER_PAIR)
    assert admin_server.twitter["callback"] == PAGE

    assert said_at_the_end(shop) == [
        f"The redirect URL in Strapi still points to this tunnel: {PAGE}."
    ]


def test_what_was_written_to_a_deployed_strapi_says_nothing_of_this_one(shop: Shop) -> None:
    with AdminServer() as deployed:
        configure(shop, "--strapi", deployed.url, "--redirect", REDIRECT, **BY_TOKEN, **PAIR)

    assert len(said_at_the_end(shop)) == 1


def test_a_page_that_was_written_only_to_a_deployed_strapi_is_not_this_one_s(
    strapi_shop: Shop,
) -> None:
    with AdminServer() as deployed:
        configure(strapi_shop, "--strapi", deployed.url, "--redirect", PAGE, **BY_TOKEN, **PAIR)

    assert said_at_the_end(strapi_shop) == []


def test_another_page_that_was_written_since_is_not_the_tunnel_s(shop: Shop) -> None:
    configure(shop, "--redirect", REDIRECT)

    assert said_at_the_end(shop) == []


def test_a_strapi_that_the_settings_name_is_the_one_that_is_meant(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    strapi_shop.env.write_bytes(b"PORT=1\n")
    settings = f'[strapi]\nurl = "{admin_server.url}"\n'
    (strapi_shop.root / "twitter-setup.toml").write_text(settings)
    configure(strapi_shop, "--redirect", PAGE)

    assert len(said_at_the_end(strapi_shop)) == 1
