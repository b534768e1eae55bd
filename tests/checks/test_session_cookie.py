"""`session-middleware` and `proxy`, on facts made by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_facts import CONFIG, ENV, LIST, backend, outside, situation, words
from tests.remote_facts import connected, facts
from twitter_setup.checks import session_cookie as strapi_files
from twitter_setup.checks.facts.environments import Environment
from twitter_setup.checks.facts.proxy_trust import ProxyTrust
from twitter_setup.checks.facts.remote import Facts
from twitter_setup.checks.facts.session_middleware import AppKeys, SessionMiddleware
from twitter_setup.checks.facts.web import Page
from twitter_setup.checks.finding import Finding, Status
from twitter_setup.project.files import SourceFile

BROKEN = Page(url="https://olive-tree.ngrok-free.app/api/connect/twitter", status=500)
GOOD_KEYS = AppKeys(kind="variable", path=CONFIG, line=6, variable="APP_KEYS")


def session(**more: Any) -> SessionMiddleware:
    return SessionMiddleware(**{"kind": "listed", "path": LIST, "line": 7, **more})


def env(content: str) -> Environment:
    return Environment(files=(SourceFile(ENV, content.encode()),))


def judge(**known: Any) -> Finding:
    usual: dict[str, Any] = {
        "session_middleware": session(),
        "app_keys": GOOD_KEYS,
        "environment": env("APP_KEYS=fJ3kd9,Qm2ls8"),
        "mode": "development",
    }
    return strapi_files.session_middleware(facts(**{**usual, **known}))


# session-middleware, by the cookie that Strapi sets


@pytest.mark.parametrize(
    ("cookie", "status", "said"),
    [
        ("koa.sess; path=/; httponly", Status.PASS, "sets its session cookie (koa.sess)"),
        ("koa.sess; samesite=lax", Status.PASS, "koa.sess"),
        ("koa.sess; samesite=none; secure", Status.PASS, "koa.sess"),
        ("koa.sess; path=/; samesite=strict", Status.FAIL, "sameSite: 'strict'"),
        ("koa.sess; samesite=none", Status.FAIL, "without secure: true"),
    ],
)
def test_the_cookie_of_the_first_hop_is_judged(cookie: str, status: Status, said: str) -> None:
    finding = judge(connect=connected(cookies=(cookie, "koa.sess.sig")))

    assert finding.status is status
    assert said in finding.summary


@pytest.mark.parametrize(
    "known",
    [
        {"session_middleware": session(kind="missing")},
        {"session_middleware": session(same_site="strict")},
        {"app_keys": AppKeys(kind="absent")},
        {"environment": env("")},
    ],
)
def test_a_cookie_that_is_right_wins_over_what_the_files_say(known: dict[str, Any]) -> None:
    assert judge(**known).status is Status.PASS


def test_a_strict_cookie_names_the_line_where_it_may_be_set() -> None:
    finding = judge(connect=connected(cookies=("koa.sess; samesite=strict", "koa.sess.sig")))

    assert "backend/config/middlewares.js, line 7" in words(finding)


# session-middleware, by the files


@pytest.mark.parametrize("connect", [None, BROKEN])
def test_without_a_cookie_the_files_never_pass(connect: Page | None) -> None:
    assert judge(connect=connect).status is Status.SKIP
    assert judge(connect=connect, session_middleware=session(kind="unread")).status is Status.SKIP
    assert judge(connect=connect, app_keys=AppKeys(kind="unread")).status is Status.SKIP


@pytest.mark.parametrize(
    ("middleware", "said"),
    [
        (session(kind="missing", line=0), "strapi::session is missing in backend/config/midd"),
        (session(kind="broken", line=2), "backend/config/middlewares.js, line 2 does not parse"),
        (
            session(same_site="strict"),
            "sameSite: 'strict', in backend/config/middlewares.js, line 7",
        ),
        (session(same_site="true"), "sameSite: 'strict'"),
    ],
)
def test_a_plain_value_that_is_wrong_is_a_warning(middleware: SessionMiddleware, said: str) -> None:
    finding = judge(connect=BROKEN, session_middleware=middleware)

    assert finding.status is Status.WARN
    assert said in finding.summary


@pytest.mark.parametrize(
    ("mode", "middleware", "status"),
    [
        ("development", session(secure="true"), Status.WARN),
        ("production", session(), Status.WARN),
        ("production", session(secure="false"), Status.SKIP),
        ("development", session(), Status.SKIP),
    ],
)
def test_a_cookie_for_https_does_not_go_over_http(
    mode: str, middleware: SessionMiddleware, status: Status
) -> None:
    where = situation(public_url="http://127.0.0.1:7337", reach="local")
    finding = judge(where=where, connect=BROKEN, mode=mode, session_middleware=middleware)

    assert finding.status is status


def literal(*values: str) -> AppKeys:
    return AppKeys(kind="literal", path=CONFIG, line=6, values=values)


DEFAULT = AppKeys(kind="variable", path=CONFIG, line=6, variable="APP_KEYS", has_default=True)
RANDOM = AppKeys(kind="unread", path=CONFIG, has_random=True)


@pytest.mark.parametrize(
    ("app_keys", "environment", "status", "said"),
    [
        (AppKeys(kind="absent", path=CONFIG), env(""), Status.WARN, "app.keys is not set"),
        (literal(), env(""), Status.WARN, "app.keys is empty"),
        (literal("kJh23"), env(""), Status.SKIP, ""),
        (literal("kJh23", ""), env(""), Status.WARN, "is empty (backend/config/server.js, line 6"),
        (GOOD_KEYS, env("APP_KEYS=kJh23,Qm2"), Status.SKIP, ""),
        (GOOD_KEYS, env('APP_KEYS=["kJh23","Qm2"]'), Status.SKIP, ""),
        (GOOD_KEYS, env(""), Status.WARN, "APP_KEYS is not set"),
        (GOOD_KEYS, env("APP_KEYS="), Status.WARN, "empty (APP_KEYS in backend/.env)"),
        (GOOD_KEYS, env("APP_KEYS=kJh23,"), Status.WARN, "empty (APP_KEYS in backend/.env)"),
        (DEFAULT, env(""), Status.SKIP, ""),
    ],
)
def test_missing_keys_are_a_warning_while_there_is_no_cookie(
    app_keys: AppKeys, environment: Environment, status: Status, said: str
) -> None:
    finding = judge(connect=None, app_keys=app_keys, environment=environment)

    assert finding.status is status
    assert said in finding.summary
    assert "kJh23" not in words(finding) + repr(app_keys) + repr(environment.real)


@pytest.mark.parametrize("connect", [None, connected()])
@pytest.mark.parametrize(
    ("app_keys", "environment", "said"),
    [
        (RANDOM, env(""), "may be made anew at each start"),
        (literal("toBeModified1"), env(""), "example's value"),
        (
            GOOD_KEYS,
            env('APP_KEYS="toBeModified1,toBeModified2"'),
            "value (APP_KEYS in backend/.env",
        ),
    ],
)
def test_weak_keys_are_a_warning_whatever_the_cookie(
    app_keys: AppKeys, environment: Environment, said: str, connect: Page | None
) -> None:
    finding = judge(connect=connect, app_keys=app_keys, environment=environment)

    assert finding.status is Status.WARN
    assert said in finding.summary


def test_random_bytes_do_not_matter_while_the_variable_is_set() -> None:
    keys = AppKeys(kind="variable", path=CONFIG, variable="APP_KEYS", has_random=True)

    assert judge(app_keys=keys).status is Status.PASS
    assert judge(app_keys=keys, environment=env("")).status is Status.WARN


# proxy


def judge_proxy(
    trust: ProxyTrust,
    *,
    major: int | None = 5,
    mode: str = "production",
    public_url: str | None = "https://a.example.com",
    **known: Any,
) -> Finding:
    back = backend(strapi=f"{major}.1.0" if major else None)
    where = situation(back=back, public_url=public_url)
    usual: dict[str, Any] = {"connect": None, "session_middleware": session()}
    return strapi_files.proxy(facts(where=where, proxy=trust, mode=mode, **{**usual, **known}))


@pytest.mark.parametrize(
    ("trust", "major", "status"),
    [
        (ProxyTrust(), 5, Status.FAIL),
        (ProxyTrust(koa=True), 5, Status.PASS),
        (ProxyTrust(koa=False, path=CONFIG), 5, Status.FAIL),
        (ProxyTrust(whole=True), 5, Status.FAIL),
        (ProxyTrust(whole=None, koa=None), 5, Status.WARN),
        (ProxyTrust(), 4, Status.FAIL),
        (ProxyTrust(whole=True), 4, Status.PASS),
        (ProxyTrust(koa=True), 4, Status.PASS),
        (ProxyTrust(whole=None, koa=None), 4, Status.WARN),
        (ProxyTrust(koa=True), None, Status.PASS),
        (ProxyTrust(whole=True), None, Status.WARN),
    ],
)
def test_production_needs_the_trust_that_this_strapi_reads(
    trust: ProxyTrust, major: int | None, status: Status
) -> None:
    finding = judge_proxy(trust, major=major)

    assert finding.status is status
    if status is Status.FAIL:
        line = "proxy: true," if major == 4 else "proxy: { koa: true },"
        assert finding.advice[0].command == line
        assert "Cannot send secure cookie over unencrypted connection" in finding.detail


def test_a_session_cookie_that_came_through_the_tunnel_proves_the_trust() -> None:
    assert judge_proxy(ProxyTrust(), connect=connected()).status is Status.PASS


def test_proxy_true_on_strapi_5_is_named_as_useless() -> None:
    assert "proxy: true does nothing in Strapi 5" in judge_proxy(ProxyTrust(whole=True)).summary


def test_development_needs_no_trust_unless_its_cookie_is_for_https() -> None:
    assert judge_proxy(ProxyTrust(), mode="development").status is Status.PASS
    secure = judge_proxy(
        ProxyTrust(), mode="development", session_middleware=session(secure="true")
    )
    plain = judge_proxy(ProxyTrust(), session_middleware=session(secure="false"))

    assert (secure.status, plain.status) == (Status.FAIL, Status.PASS)


def test_on_http_there_is_nothing_to_trust_and_without_a_reach_it_only_warns() -> None:
    assert judge_proxy(ProxyTrust(), public_url="http://127.0.0.1:7337").status is Status.SKIP
    assert judge_proxy(ProxyTrust(), public_url=None).status is Status.WARN


def test_outside_a_project_there_is_nothing_to_look_at() -> None:
    for check in (strapi_files.session_middleware, strapi_files.proxy):
        assert check(Facts(situation=outside().situation)).status is Status.SKIP
