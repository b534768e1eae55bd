"""What tests of `configure` have in common: good values, an administrator, and the run itself."""

from __future__ import annotations

from pathlib import Path

from tests.program import Ran, Shop, run
from tests.world.admin_api import ADMIN, ADMIN_TOKEN

KEY = "aVeryGoodConsumerKey12345"
SECRET = "aVeryGoodConsumerSecretOfFiftyCharacters1234567890"
OTHER_KEY, OTHER_SECRET = KEY[::-1], SECRET[::-1]
REDIRECT = "https://app.example.com/connect/twitter/redirect"
CALLBACK = "http://localhost:1337/api/connect/twitter/callback"

BY_TOKEN = {"STRAPI_ADMIN_TOKEN": ADMIN_TOKEN}
BY_LOGIN = {"STRAPI_ADMIN_EMAIL": ADMIN["email"], "STRAPI_ADMIN_PASSWORD": ADMIN["password"]}
PAIR = {"TWITTER_API_KEY": KEY, "TWITTER_API_SECRET": SECRET}
ALL = {**BY_LOGIN, **PAIR}

AS_WRITTEN = {"enabled": True, "key": KEY, "secret": SECRET, "callback": REDIRECT}


def configure(shop: Shop | Path, *words: str | Path, **env: str) -> Ran:
    """In JSON, with key, secret and administrator in the environment, unless `env` says otherwise."""
    folder = shop.root if isinstance(shop, Shop) else shop
    return run("configure", "--json", *words, cwd=folder, env=env or ALL)


def with_dashes(shop: Shop, stdin: bytes, **env: str) -> Ran:
    """The same with key and secret from standard input."""
    words = ("configure", "--json", "--key", "-", "--secret", "-")
    return run(*words, cwd=shop.root, env=env, input=stdin)


def said(shop: Shop, *words: str | Path, **env: str) -> Ran:
    """The same for people, in a pipe."""
    return run("configure", *words, cwd=shop.root, env=env or ALL)
