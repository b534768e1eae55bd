"""`admin`, `provider`, `credentials`, `callback`, and who is asked at X, on facts made by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests import local_facts
from tests.local_facts import PUBLIC, backend, situation, words
from tests.remote_facts import (
    ACCEPTED,
    CALLBACK,
    REDIRECT,
    TWITTER,
    facts,
    twitter,
    with_options,
    without_session,
)
from twitter_setup.checks import provider as strapi_setting
from twitter_setup.checks import x as asked_of_x
from twitter_setup.checks.facts.remote import Admin, Facts
from twitter_setup.checks.facts.server_url import ServerUrl
from twitter_setup.checks.facts.situation import Situation
from twitter_setup.checks.finding import Finding, Status
from twitter_setup.errors import Advice, ErrorCode, SetupError
from twitter_setup.project.settings import Options
from twitter_setup.secret import Secret
from twitter_setup.x.api import XAnswer

NOBODY = Admin()


def is_told(finding: Finding, status: Status, *said: str) -> None:
    assert finding.status is status, finding
    for each in said:
        assert each in words(finding)


def without_credentials() -> Situation:
    return with_options(situation(), strict=True)  # anything, so that no token is put in


# admin


def test_an_administrator_who_may_look_is_told() -> None:
    by_name = with_options(situation(), admin_email="ada@example.com", admin_password=Secret("p"))

    is_told(strapi_setting.admin(facts()), Status.PASS, "as an admin token")
    is_told(strapi_setting.admin(facts(where=by_name)), Status.PASS, "as ada@example.com")


def test_without_credentials_it_is_said_how_to_give_them() -> None:
    known = facts(where=without_credentials(), admin=NOBODY)

    is_told(strapi_setting.admin(known), Status.SKIP, "STRAPI_ADMIN_TOKEN", "STRAPI_ADMIN_EMAIL")
    for check in (strapi_setting.provider, strapi_setting.credentials, strapi_setting.callback):
        is_told(check(known), Status.SKIP, "not looked at: no administrator's credentials")


def test_where_the_admin_api_refuses_the_rest_is_not_said_to_lack_credentials() -> None:
    problem = SetupError("strapi_auth", "It says no.", advice=[Advice("ask again")])
    known = facts(admin=Admin(problem=problem), x_keys=None, x_callback=None)

    for check in (strapi_setting.provider, strapi_setting.credentials, strapi_setting.callback):
        is_told(check(known), Status.SKIP, "not looked at: the admin API did not let us")
    is_told(asked_of_x.x_keys(known), Status.SKIP, "TWITTER_API_KEY and TWITTER_API_SECRET")


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("strapi_auth", Status.FAIL),
        ("strapi_forbidden", Status.FAIL),
        ("strapi_no_admin", Status.FAIL),
        ("strapi_no_plugin", Status.FAIL),
        ("unsupported_version", Status.FAIL),
        ("strapi_rate_limited", Status.ERROR),
        ("strapi_down", Status.ERROR),
        ("strapi_error", Status.ERROR),
    ],
)
def test_what_only_could_not_be_found_out_is_no_failure(code: ErrorCode, status: Status) -> None:
    problem = SetupError(code, "It says no.", advice=[Advice("ask again")])

    is_told(strapi_setting.admin(facts(admin=Admin(problem=problem))), status, "It says no", "ask")


# provider


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({}, Status.PASS, f"a login ends at {REDIRECT}"),
        ({"enabled": False}, Status.FAIL, "This provider is disabled"),
        ({"enabled": None}, Status.FAIL, "switched off"),
        ({"callback": ""}, Status.FAIL, "Provider callback URL is not configured"),
        ({"callback": None}, Status.FAIL, "has no redirect URL"),
        ({"callback": f"{REDIRECT}/"}, Status.FAIL, "without a slash at the end"),
        ({"callback": "/welcome"}, Status.FAIL, "a whole address"),
        ({"callback": "http://localhost:3000/welcome"}, Status.FAIL, "leads to another address"),
        ({"callback": "cafe://login"}, Status.FAIL, "leads to another address"),
        ({"callback": f"{PUBLIC}/auth/done"}, Status.PASS, f"a login ends at {PUBLIC}/auth/done"),
        ({"callback": f"{PUBLIC}:443/in"}, Status.PASS, "a login ends at"),
    ],
)
def test_the_switch_and_the_redirect_url(fields: dict[str, Any], status: Status, said: str) -> None:
    is_told(strapi_setting.provider(facts(admin=twitter(**fields))), status, said)


def test_before_5_53_another_redirect_url_is_a_warning() -> None:
    """Its login is in the address, which any page can read."""
    old = situation(back=backend(users_permissions="4.26.2"))
    other = twitter(callback="http://localhost:3000/welcome")

    finding = strapi_setting.provider(facts(where=old, admin=other))

    is_told(
        finding, Status.WARN, f"Expected  {REDIRECT}", "Found     http://localhost:3000/welcome"
    )


@pytest.mark.parametrize(
    ("stored", "version", "ends_at"),
    [
        (f"{PUBLIC}/auth/done", "5.54.0", f"{PUBLIC}/auth/done"),
        (f"{PUBLIC}/auth/done/", "5.54.0", REDIRECT),
        ("", "5.54.0", REDIRECT),
        (None, "5.54.0", REDIRECT),
        ("http://localhost:3000/welcome", "5.54.0", REDIRECT),
        ("http://localhost:3000/welcome", "4.26.2", "http://localhost:3000/welcome"),
        ("https://ada:hunter2@app.example.com/in", "4.26.2", "https://app.example.com/in"),
    ],
)
def test_the_page_that_is_looked_at_is_the_one_that_strapi_has_where_a_login_can_end_there(
    stored: str | None, version: str, ends_at: str
) -> None:
    old = situation(back=backend(users_permissions=version))
    known = facts(where=old, admin=twitter(callback=stored))
    del known._known["redirect_url"]

    assert known.redirect_url == ends_at


def test_the_source_is_searched_for_the_page_that_strapi_has() -> None:
    known = facts(admin=twitter(callback=f"{PUBLIC}/auth/done"))
    elsewhere = facts(admin=twitter(callback="http://localhost:3000/auth/done"))
    del known._known["redirect_url"], elsewhere._known["redirect_url"]

    assert known.redirect_path == "/auth/done"
    assert elsewhere.redirect_path == "/connect/twitter/redirect"


def test_a_password_in_a_redirect_url_is_not_shown() -> None:
    for stored in ("https://ada:hunter2@app.example.com/x", "https://ada:hunter2@app.example.com/"):
        finding = strapi_setting.provider(facts(admin=twitter(callback=stored)))

        assert "hunter2" not in words(finding)


# credentials


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({}, Status.PASS, "a key and a secret of the usual form"),
        ({"key": ""}, Status.FAIL, "Strapi has no key"),
        ({"secret": None}, Status.FAIL, "Strapi has no secret"),
        ({"key": "", "secret": ""}, Status.FAIL, "Strapi has no key and no secret"),
        ({"key": 7}, Status.FAIL, "that are texts"),
        ({"key": " " + str(TWITTER["key"])}, Status.FAIL, "has blanks in it"),
        ({"secret": str(TWITTER["secret"]) + "\n"}, Status.FAIL, "has blanks in it"),
        ({"key": "TWFkZVVwQnlUaGVUZXN0czAxMjM6MTpjaQ"}, Status.WARN, "Client ID"),
        ({"enabled": False, "key": "", "secret": ""}, Status.SKIP, "there is nothing yet"),
    ],
)
def test_the_shape_of_key_and_secret(fields: dict[str, Any], status: Status, said: str) -> None:
    finding = strapi_setting.credentials(facts(admin=twitter(**fields)))

    is_told(finding, status, said)
    assert str(TWITTER["secret"]) not in words(finding)


def test_a_pair_that_is_given_and_another_in_strapi_is_a_warning() -> None:
    given = with_options(situation(), key=Secret("k" * 25), secret=Secret("s" * 50))

    finding = strapi_setting.credentials(facts(where=given))

    is_told(finding, Status.WARN, "another pair than the one that is given here")


# callback


def test_the_live_callback_is_compared_with_the_public_address() -> None:
    is_told(strapi_setting.callback(facts()), Status.PASS, f"callback is {CALLBACK}")


def test_a_strapi_that_has_not_read_its_files_is_started_anew() -> None:
    old = twitter(redirectUri="http://localhost:1337/api/connect/twitter/callback")

    finding = strapi_setting.callback(facts(admin=old))

    is_told(finding, Status.FAIL, f"Expected  {CALLBACK}", "The files are right", "npm run develop")


def test_where_the_files_do_not_tell_they_are_not_said_to_be_right() -> None:
    old = twitter(redirectUri="http://localhost:1337/api/connect/twitter/callback")
    unread = ServerUrl(kind="unclear", path=local_facts.CONFIG, line=4, reason="a condition")
    for url in (unread, None):
        finding = strapi_setting.callback(facts(admin=old, server_url=url))

        is_told(finding, Status.FAIL, "Strapi makes it from server.url")
        assert "The files are right" not in words(finding)


def test_without_a_public_address_the_callback_is_only_told() -> None:
    known = facts(where=without_session())

    is_told(strapi_setting.callback(known), Status.PASS, f"Strapi's callback is {CALLBACK}")


# Which pair X is asked with


def test_what_is_given_is_asked_with_before_what_strapi_holds() -> None:
    given = with_options(situation(), key=Secret("given"), secret=Secret("too"))
    for where, key in ((situation(), TWITTER["key"]), (given, "given")):
        pair = facts(where=where).pair

        assert pair is not None
        assert pair.key.reveal() == key


def test_half_a_pair_is_none() -> None:
    half = with_options(situation(), key=Secret("given"))

    assert facts(where=half, admin=NOBODY).pair is None


def test_without_a_pair_x_is_not_asked_and_it_is_said_how() -> None:
    known = facts(where=without_credentials(), admin=NOBODY, x_keys=None, x_callback=None)

    is_told(asked_of_x.x_keys(known), Status.SKIP, "TWITTER_API_KEY and TWITTER_API_SECRET")
    is_told(asked_of_x.clock(known), Status.SKIP)
    is_told(asked_of_x.x_callback(known), Status.SKIP)


def test_a_strapi_without_a_pair_is_told_from_one_that_was_not_asked() -> None:
    known = facts(admin=twitter(key="", secret=""), x_keys=None)

    is_told(asked_of_x.x_keys(known), Status.SKIP, "Strapi holds no key and secret")


def test_without_a_public_address_the_callback_that_strapi_sends_is_asked_for() -> None:
    known = facts(where=without_session(), x_callback=ACCEPTED)
    del known._known["callback_at_x"]

    assert known.callback_at_x == CALLBACK
    is_told(asked_of_x.x_callback(known), Status.PASS, CALLBACK)


def test_an_address_of_this_machine_is_not_looked_for_in_the_list_at_x() -> None:
    """Nothing is published, so nobody would come back by it."""
    here = twitter(redirectUri="http://localhost:1337/api/connect/twitter/callback")
    known = facts(where=without_session(), admin=here)
    del known._known["callback_at_x"], known._known["x_callback"]

    is_told(asked_of_x.x_callback(known), Status.SKIP, "no public address")


def test_without_any_callback_the_list_is_not_asked_for() -> None:
    known = Facts(
        situation=Situation(options=Options(), environ={}),
        admin=NOBODY,
        x_keys=ACCEPTED,
    )

    is_told(asked_of_x.x_callback(known), Status.SKIP, "no public address")


@pytest.mark.parametrize("kind", ["accepted", "wrong-keys", "clock"])
def test_what_x_says_is_judged_where_it_belongs(kind: Any) -> None:
    known = facts(x_keys=XAnswer(kind=kind, status=401, code=1, offset=0.0))

    assert asked_of_x.x_keys(known).status is (Status.PASS if kind == "accepted" else Status.FAIL)
    assert asked_of_x.clock(known).status is (Status.FAIL if kind == "clock" else Status.PASS)
    assert PUBLIC in asked_of_x.x_callback(known).summary
