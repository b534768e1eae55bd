"""`connect`: what the three generations of Strapi answer to the first hop, in words (facts made by hand)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.local_facts import PUBLIC, situation, words
from tests.remote_facts import CONNECT, connected, facts, with_options, without_session
from twitter_setup.checks.facts.remote import Admin
from twitter_setup.checks.facts.web import Page
from twitter_setup.checks.finding import Finding, Status
from twitter_setup.checks.login import connect
from twitter_setup.x.api import XAnswer

REDIRECT = f"{PUBLIC}/connect/twitter/redirect"
GARBLED = (  # 4.26.2, as it was seen: XML taken for a query
    f"{REDIRECT}?error[%3C%3Fxml%20version]=%271.0%27%20encoding%3D%27UTF-8%27%3F%3E%3Cerrors%3E"
    "%3Cerror%20code%3D%22415%22%3ECallback%20URL%20not%20approved%3C%2Ferror%3E%3C%2Ferrors%3E"
)


def asked(page: Page, **known: Any) -> Finding:
    return connect.connect(facts(connect=page, **known))


def is_told(finding: Finding, status: Status, *said: str) -> None:
    assert finding.status is status, finding
    for each in said:
        assert each in words(finding)


def to(location: str, **more: Any) -> Page:
    return connected(headers={"location": location}, **more)


def error(status: int, message: str) -> Page:
    body = {"data": None, "error": {"status": status, "message": message, "details": {}}}
    return Page(url=CONNECT, status=status, text=json.dumps(body))


# It works


@pytest.mark.parametrize("status", [302, 303, 307])
@pytest.mark.parametrize("step", ["authenticate", "authorize"])
def test_the_way_to_x_with_a_token_and_a_session_passes(status: int, step: str) -> None:
    page = to(f"https://api.twitter.com/oauth/{step}?oauth_token=t0k3n", status=status)

    finding = asked(page)

    is_told(finding, Status.PASS, "the browser is sent to api.twitter.com with a token")
    assert "t0k3n" not in words(finding)


def test_strapi_3s_cookie_is_a_session_too() -> None:
    is_told(asked(connected(cookies=("strapi.sid",))), Status.PASS)


@pytest.mark.parametrize(
    "cookies",
    [("koa.sess", "koa.sess.sig"), ("strapi.sid",), ("shop.sid", "abuse", "shop.sid.sig")],
)
def test_a_session_cookie_may_have_any_name_that_is_signed(cookies: tuple[str, ...]) -> None:
    assert asked(connected(cookies=cookies)).status is Status.PASS


@pytest.mark.parametrize("cookies", [(), ("abuse_interstitial",), ("other.sig",)])
def test_without_a_session_cookie_x_would_come_back_in_vain(cookies: tuple[str, ...]) -> None:
    is_told(asked(connected(cookies=cookies)), Status.FAIL, "session cookie", "strapi::session")


def test_a_way_to_x_without_a_token_is_none() -> None:
    page = to("https://api.twitter.com/oauth/authenticate")

    is_told(asked(page), Status.FAIL, "not to X")


def test_another_redirect_is_told_without_its_query() -> None:
    finding = asked(to("https://login.example.com/start?ticket=s3cr3t"))

    is_told(finding, Status.FAIL, "the browser is sent to login.example.com/start, not to X")
    assert "s3cr3t" not in words(finding)


# 4.x to 5.50: what went wrong is in the redirect


@pytest.mark.parametrize(
    ("location", "said"),
    [
        (f"{REDIRECT}?error[errors][0][code]=32&error[errors][0][message]=Could%20not", "code 32"),
        (f"{REDIRECT}?error[errors][0][code]=215&error[errors][0][message]=Bad", "code 215"),
        (GARBLED, "code 415"),
        (f"{REDIRECT}?error=something%20else", "something else"),
        (f"{PUBLIC}/?error=Grant%3A%20missing%20session%20or%20misconfigured", "lost the session"),
    ],
)
def test_grant_hands_on_the_reason_in_the_address(location: str, said: str) -> None:
    is_told(asked(to(location)), Status.FAIL, said)


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("connect ECONNREFUSED 104.244.42.2:443", "NODE_USE_ENV_PROXY=1"),
        ("request-compose: timeout", "NODE_USE_ENV_PROXY=1"),
        ("socket hang up", "NODE_USE_ENV_PROXY=1"),
        ("getaddrinfo EAI_AGAIN api.twitter.com", "DNS"),
        ("self-signed certificate in certificate chain", "NODE_EXTRA_CA_CERTS"),
        ("certificate has expired", "NODE_EXTRA_CA_CERTS"),
        ("", "NODE_USE_ENV_PROXY=1"),  # an AggregateError of Node's has no message
    ],
)
def test_a_strapi_that_cannot_reach_x_is_not_called_a_refusal_of_xs(said: str, first: str) -> None:
    finding = asked(to(f"{REDIRECT}?{urlencode({'error': said})}"))

    is_told(finding, Status.FAIL, "Strapi cannot reach X from its machine", said, "X answers this")
    assert first in f"{finding.advice[0].text} {finding.advice[0].command}"
    assert "verify x-keys" not in words(finding)


# 5.51 and later: by `oauth_error`, or a 500 without a reason


def test_a_lost_session_is_told_in_the_later_words_too() -> None:
    page = to(f"{REDIRECT}?error=oauth_error&error_description=OAuth1+token+mismatch")

    is_told(asked(page), Status.FAIL, "Strapi lost the session", "on one host")


@pytest.mark.parametrize("which", ["x_keys", "x_callback"])
def test_a_500_is_joined_with_what_x_said_just_now(which: str) -> None:
    refused = XAnswer(kind="wrong-keys", status=401, code=32)

    finding = asked(error(500, "Internal Server Error"), **{which: refused})

    is_told(finding, Status.FAIL, "X refuses its request (wrong-keys)", "verify x-keys x-callback")


def test_a_500_though_x_accepts_is_strapis_own() -> None:
    finding = asked(error(500, "Internal Server Error"))

    is_told(finding, Status.FAIL, "Cannot send secure cookie", "proxy: { koa: true }")
    is_told(
        finding, Status.FAIL, "though X accepts the same", "fetch failed", "NODE_EXTRA_CA_CERTS"
    )
    assert "TWITTER_API_KEY" not in words(finding)


def test_a_500_where_nobody_asked_x_says_how_to_ask() -> None:
    finding = asked(error(500, "Internal Server Error"), x_keys=None, x_callback=None)

    is_told(finding, Status.FAIL, "TWITTER_API_KEY=… TWITTER_API_SECRET=…")


def test_a_500_where_nobody_looked_into_strapi_says_that_it_may_hold_another_pair() -> None:
    where = with_options(situation(), strict=True)

    finding = asked(error(500, "Internal Server Error"), where=where, admin=Admin())

    is_told(finding, Status.FAIL, "Strapi may hold another one", "verify credentials callback")


# Refusals before X is asked


@pytest.mark.parametrize(
    ("status", "message", "said"),
    [
        (400, "This provider is disabled", "twitter-setup configure"),
        (400, "Grant: mount session middleware first", "add 'strapi::session'"),
        (400, "OAuth connect requires session middleware", "add 'strapi::session'"),
        (400, "Provider callback URL is not configured", "redirect URL is missing"),
        (400, "Invalid callback URL provided", "redirect URL is missing or wrong"),
        (400, "Something else", "Strapi says: Something else"),
        (401, "Unauthorized", "Roles → Public"),
        (403, "Forbidden", "Roles → Public"),
        (404, "Not Found", "@strapi/plugin-users-permissions"),
        (418, "I'm a teapot", "answers HTTP 418"),
        (200, "", "answers HTTP 200"),
        (503, "", "answers HTTP 503"),
    ],
)
def test_each_refusal_of_strapis_has_its_cure(status: int, message: str, said: str) -> None:
    is_told(asked(error(status, message)), Status.FAIL, said)


@pytest.mark.parametrize("text", ["", "<html>", "[]", '{"error": null}', '{"error": {}}'])
def test_a_refusal_that_says_nothing_is_told_as_such(text: str) -> None:
    is_told(asked(Page(url=CONNECT, status=400, text=text)), Status.FAIL, "Strapi says: nothing")


def test_too_many_of_these_requests_say_nothing_of_the_login() -> None:
    is_told(asked(error(429, "Too many requests")), Status.WARN, "wait a minute")


# It could not be found out


def test_no_answer_is_no_failure() -> None:
    is_told(asked(Page(url=CONNECT, problem="timeout")), Status.ERROR, "verify connect")


def test_without_a_public_address_there_is_no_first_hop() -> None:
    finding = connect.connect(facts(where=without_session()))

    is_told(finding, Status.SKIP, "no public address")


def test_what_is_as_long_as_a_token_is_not_shown() -> None:
    token = "aB3dE5fG7hI9jK1lM3nO5pQ7rS9t"
    for page in (
        to(f"{REDIRECT}?error=refused&error_token={token}"),
        to(f"{PUBLIC}/?error=missing%20session%20{token}"),
        error(400, f"No, {token}"),
        error(400, f"This provider is disabled {token}"),
    ):
        assert token not in words(asked(page))
