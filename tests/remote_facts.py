"""Facts for the checks of what answers, by hand: all is right, but for what a test says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests import local_facts
from tests.local_facts import PUBLIC, situation
from twitter_setup.checks.facts.remote import Admin, Facts
from twitter_setup.checks.facts.situation import Situation
from twitter_setup.checks.facts.web import Page
from twitter_setup.project.reader.source import PageCode, Place
from twitter_setup.project.settings import Options
from twitter_setup.secret import Secret
from twitter_setup.x.api import XAnswer

CALLBACK = f"{PUBLIC}/api/connect/twitter/callback"
REDIRECT = f"{PUBLIC}/connect/twitter/redirect"
CONNECT = f"{PUBLIC}/api/connect/twitter"
DEPLOYED = "https://cms.example.com"
ACCEPTED = XAnswer(kind="accepted", status=200, offset=0.0)
TO_X = {"location": "https://api.twitter.com/oauth/authenticate?oauth_token=t"}
CODE = PageCode(call=Place(local_facts.ROOT / "frontend" / "Login.jsx", 3, ""), forwards_query=True)
BLOCKED = "Blocked request. This host is not allowed. To allow it, add it to `server.allowedHosts`."
TWITTER = {
    "enabled": True,
    "key": "aVeryGoodConsumerKey12345",
    "secret": "aVeryGoodConsumerSecretOfFiftyCharacters1234567890",
    "callback": REDIRECT,
    "redirectUri": CALLBACK,
}


def twitter(**changes: Any) -> Admin:
    return Admin({"twitter": {**TWITTER, **changes}})


def connected(**changes: Any) -> Page:
    usual = Page(url=CONNECT, status=302, headers=TO_X, cookies=("koa.sess", "koa.sess.sig"))
    return replace(usual, **changes)


def with_options(where: Situation, **options: Any) -> Situation:
    return replace(where, options=replace(where.options, **options))


def facts(*, where: Situation | None = None, **known: Any) -> Facts:
    where = where or situation()
    if where.options == Options():
        where = with_options(where, admin_token=Secret("t"))
    public = where.public_url
    usual: dict[str, Any] = {
        "address": "http://localhost:1337",
        "health": Page(url="http://localhost:1337/_health", status=204),
        "listener": None,
        "dead_children": (),
        "public_health": Page(url=f"{public}/_health", status=204) if public else None,
        "front_page": Page(url=f"{public}/", status=200) if public else None,
        "redirect_url": REDIRECT if public else None,
        "wanted_redirect_url": REDIRECT if public else None,
        "redirect_page": Page(url=REDIRECT, status=200) if public else None,
        "legal_pages": {},
        "connect": connected() if public else None,
        "admin": twitter(),
        "x_keys": ACCEPTED,
        "x_callback": ACCEPTED if public else None,
        "callback_at_x": CALLBACK,
        "page_code": CODE,
        "server_url": local_facts.server(),
        "package_manager": "npm",
    }
    return Facts(situation=where, **{**usual, **known})


def deployed(address: str = DEPLOYED) -> Situation:
    """A Strapi elsewhere, asked where people reach it."""
    return Situation(options=Options(url=address, admin_token=Secret("t")), environ={})


def without_session() -> Situation:
    return situation(public_url=None)
