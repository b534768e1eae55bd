"""Logins that go wrong: what the front end shows, what `verify` and `verify --login` say, and the cure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from tests.e2e.browser import Person
from tests.e2e.columns import Column, Outside
from tests.e2e.frontends import GREETING, VITE
from tests.e2e.projects import STRAPI_4, STRAPI_5
from tests.e2e.published import LOCAL, Published, Watched, published
from tests.world.x_settings import Settings

pytestmark = pytest.mark.e2e

LAST = ["redirect-page"]
NOT_WORKED = "The login did not work."
# A front end that forgets to ask Strapi at the end.
CALL = "exchange ??= askForUser(new URLSearchParams(window.location.search));"
NO_CALL = "exchange ??= new Promise(() => {});"


@dataclass(frozen=True)
class Seen:
    """The front end's words at the end, and what the tool told of it."""

    page: str
    told: Watched


@pytest.fixture(scope="module")
def running(column: Column, outside: Outside) -> Iterator[Published]:
    with published(column, LOCAL, column.front(VITE), outside) as shop:
        yield shop


@pytest.fixture
def shop(running: Published) -> Published:
    """With X as it should be, whatever the test before has done to it."""
    running.column.x.settings = Settings(callbacks=[str(running.sheet["callback_url"])])
    return running


def watch(shop: Published, act: Callable[[Person], str]) -> Seen:
    """`act` is what the person does, until the page has the words that it gives."""
    with shop.watching() as watching, shop.visitor() as person:
        words = act(person)
        return Seen(person.see(words), watching.end())


def is_4(shop: Published) -> bool:
    return shop.column.project.kind is STRAPI_4


def is_session(shop: Published) -> bool:
    return shop.column.project.kind is STRAPI_5


def test_cancelling_at_x(shop: Published) -> None:
    def cancel(person: Person) -> str:
        shop.begin_login(person)
        person.cancel()
        return "cancelled at X" if is_4(shop) else NOT_WORKED

    seen = watch(shop, cancel)

    if not is_4(shop):
        assert "OAuth1 token mismatch" in seen.page
    assert seen.told.login["summary"] == "the login was cancelled at X"
    assert (seen.told.ids, seen.told.failed) == (["connect", "x"], ["x"])
    assert shop.verify("x-keys", "connect")["connect"]["status"] == "pass", "nothing is wrong"


def test_an_x_user_without_an_email(shop: Published) -> None:
    def log_in(person: Person) -> str:
        shop.begin_login(person)
        person.consent("jo_by_phone")
        return NOT_WORKED

    seen = watch(shop, log_in)

    said = "Email not verified by Twitter" if is_session(shop) else "Email was not available."
    assert said in seen.page
    assert seen.told.login["summary"] == "Strapi refused to make the user (HTTP 400)"
    assert seen.told.failed == ["exchange"]
    assert f"“{said}”" in seen.told.cures
    assert "Request email from users" in seen.told.cures


def test_a_user_whose_email_exists_already(shop: Published) -> None:
    local = {"username": "sami", "email": "sami@example.com", "password": "Passw0rd-123"}
    made = shop.column.project.ask("/api/auth/local/register", json=local)
    assert made.status_code == 200, made.text

    def log_in(person: Person) -> str:
        shop.begin_login(person)
        person.consent("sami_reads")
        return NOT_WORKED

    seen = watch(shop, log_in)

    assert "Email is already taken." in seen.page
    assert seen.told.failed == ["exchange"]
    assert "“Email is already taken.”" in seen.told.cures
    assert "Advanced settings" in seen.told.cures


def test_keys_regenerated_while_a_person_is_at_x(shop: Published) -> None:
    def log_in(person: Person) -> str:
        shop.begin_login(person)
        shop.column.x.regenerate_keys()
        person.consent()
        return NOT_WORKED

    seen = watch(shop, log_in)

    assert "Could not authenticate you." in seen.page
    assert seen.told.failed == LAST
    assert "verify x-keys" in seen.told.cures
    if not is_4(shop):  # whose words the log does not keep
        assert seen.told.login["summary"] == (
            "X does not know the key and secret any more that Strapi has"
        )
    keys = shop.verify("x-keys")["x-keys"]
    assert keys["status"] == "fail"
    assert keys["summary"] == "X does not know this key and secret (401, code 32)"
    assert "regenerated keys" in keys["detail"]
    assert any("configure" in str(one["command"]) for one in keys["advice"]), keys


def test_a_login_that_began_on_another_host(shop: Published) -> None:
    def log_in(person: Person) -> str:
        person.open(f"http://localhost:{shop.column.project.port}/api/connect/twitter")
        person.consent()
        return GREETING if is_4(shop) else NOT_WORKED

    seen = watch(shop, log_in)

    if not is_4(shop):  # which shows the first page, as if nothing had been
        assert "OAuth1 token mismatch" in seen.page
    assert (seen.told.ids, seen.told.failed) == (["x", "callback", "redirect-page"], LAST)
    assert seen.told.login["summary"] == (
        "Strapi lost the session: the login did not begin at this address"
    )
    assert "begin at the public address" in seen.told.cures


@pytest.mark.parametrize("column", [STRAPI_5], indirect=True, ids=[STRAPI_5.version])
def test_a_front_end_that_never_asks_strapi(shop: Published) -> None:
    def log_in(person: Person) -> str:
        shop.begin_login(person)
        person.consent()
        return "Logging you in"

    with edited(shop, CALL, NO_CALL):
        seen = watch(shop, log_in)
        page = shop.verify("redirect-page")["redirect-page"]
    with edited(shop, "/api/auth/twitter/callback", "/api/nothing"):
        without = shop.verify("redirect-page")["redirect-page"]

    assert seen.told.login["summary"] == "the front end never asked Strapi for the user"
    assert seen.told.ids == ["connect", "x", "callback", "redirect-page"]
    assert seen.told.failed == []
    assert "what that page has to do" in seen.told.cures
    assert page["status"] == "pass", "the source has the call: that nobody makes it shows only so"
    assert without["status"] == "warn", "the call may be hidden in a library"
    assert "auth/twitter/callback" in without["summary"] + without["detail"]


@contextmanager
def edited(shop: Published, old: str, new: str) -> Iterator[None]:
    file = shop.front.folder / "src" / "strapi.js"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    try:
        yield
    finally:
        file.write_text(text)
