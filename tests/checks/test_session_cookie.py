"""`session-middleware` and `proxy`, on facts made by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_facts import CONFIG, ENV, LIST, backend, facts, outside, situation, words
from twitter_setup.checks import session_cookie as strapi_files
from twitter_setup.checks.facts.app_keys import AppKeys, Key
from twitter_setup.checks.facts.environments import Environment
from twitter_setup.checks.facts.proxy_trust import ProxyTrust
from twitter_setup.checks.facts.session_middleware import SessionMiddleware
from twitter_setup.checks.finding import Finding, Status
from twitter_setup.edits.javascript import Value
from twitter_setup.project.files import SourceFile

TRUE, FALSE = Value("boolean", 9, "true"), Value("boolean", 9, "false")
UNCLEAR = Value("unclear", 9, "the value depends on a condition")


def session(**more: Any) -> SessionMiddleware:
    return SessionMiddleware(**{"kind": "present", "path": LIST, "line": 7, **more})


def text(value: str) -> Value:
    return Value("string", 9, value)


def judge(**known: Any) -> Finding:
    return strapi_files.session_middleware(facts(**known))


# session-middleware


def test_a_session_and_keys_pass() -> None:
    finding = judge()

    assert finding.status is Status.PASS
    assert "backend/config/middlewares.js, line 7" in finding.summary


def test_strapi_s_own_list_has_a_session() -> None:
    assert (
        "Strapi's own list" in judge(session_middleware=SessionMiddleware(kind="default")).summary
    )


@pytest.mark.parametrize(
    ("middleware", "status", "said"),
    [
        (
            session(kind="missing", line=0),
            Status.FAIL,
            "strapi::session is missing in backend/conf",
        ),
        (session(kind="broken", reason="line 2, column 1"), Status.FAIL, "does not parse"),
        (
            session(kind="unclear", reason="a list is spread into it"),
            Status.WARN,
            "a list is spread",
        ),
        (session(same_site=text("strict")), Status.FAIL, "sameSite: 'strict'"),
        (session(same_site=text("Strict")), Status.FAIL, "sameSite: 'strict'"),
        (session(same_site=TRUE), Status.FAIL, "sameSite: 'strict'"),
        (session(same_site=text("lax")), Status.PASS, "is there"),
        (session(same_site=text("none")), Status.FAIL, "without secure: true"),
        (session(same_site=text("none"), secure=TRUE), Status.PASS, "is there"),
        (session(same_site=UNCLEAR), Status.WARN, "sameSite of the session cookie cannot be read"),
        (session(secure=UNCLEAR), Status.WARN, "secure of the session cookie cannot be read"),
        (session(secure=TRUE), Status.PASS, "is there"),
    ],
)
def test_the_middleware_is_judged(middleware: SessionMiddleware, status: Status, said: str) -> None:
    finding = judge(session_middleware=middleware)

    assert finding.status is status
    assert said in finding.summary


@pytest.mark.parametrize(
    ("mode", "middleware", "status"),
    [
        ("development", session(secure=TRUE), Status.FAIL),
        ("production", session(), Status.FAIL),
        ("production", session(secure=FALSE), Status.PASS),
        ("development", session(), Status.PASS),
    ],
)
def test_a_cookie_for_https_does_not_go_over_http(
    mode: str, middleware: SessionMiddleware, status: Status
) -> None:
    where = situation(public_url="http://127.0.0.1:7337", reach="local")

    assert judge(where=where, mode=mode, session_middleware=middleware).status is status


def keys(*given: Key) -> AppKeys:
    return AppKeys(path=CONFIG, keys=given)


def literal(value: str) -> Key:
    return Key(kind="literal", line=6, value=value)


def variable(fallback: tuple[Key, ...] | None = None) -> Key:
    return Key(kind="variable", line=6, variable="APP_KEYS", is_list=True, fallback=fallback)


RANDOM = Key(kind="random", line=6)


def env(content: str) -> Environment:
    return Environment(files=(SourceFile(ENV, content.encode()),))


@pytest.mark.parametrize(
    ("app_keys", "environment", "status", "said"),
    [
        (AppKeys(path=CONFIG, keys=None), env(""), Status.FAIL, "app.keys is not set"),
        (keys(), env(""), Status.FAIL, "app.keys is empty"),
        (keys(RANDOM), env(""), Status.FAIL, "made anew at each start"),
        (keys(literal("kJh23"), RANDOM), env(""), Status.FAIL, "made anew at each start"),
        (keys(literal("kJh23")), env(""), Status.PASS, ""),
        (keys(literal("")), env(""), Status.FAIL, "is empty"),
        (keys(literal("myKeyA")), env(""), Status.WARN, "example's value"),
        (keys(variable()), env("APP_KEYS=kJh23,Qm2"), Status.PASS, ""),
        (keys(variable()), env('APP_KEYS=["kJh23","Qm2"]'), Status.PASS, ""),
        (keys(variable()), env(""), Status.FAIL, "APP_KEYS is not set"),
        (keys(variable()), env("APP_KEYS="), Status.FAIL, "empty (APP_KEYS in backend/.env)"),
        (keys(variable()), env("APP_KEYS=kJh23,"), Status.FAIL, "empty (APP_KEYS in backend/.env)"),
        (keys(variable()), env('APP_KEYS="toBeModified1,toBeModified2"'), Status.WARN, "example's"),
        (keys(variable((RANDOM,))), env(""), Status.FAIL, "made anew at each start"),
        (keys(variable((RANDOM,))), env("APP_KEYS=kJh23"), Status.PASS, ""),
        (keys(variable((literal("kJh23"),))), env(""), Status.PASS, ""),
        (
            keys(Key(kind="unclear", line=6, reason="the keys come from code")),
            env(""),
            Status.WARN,
            "cannot be told",
        ),
    ],
)
def test_the_keys_are_judged(
    app_keys: AppKeys, environment: Environment, status: Status, said: str
) -> None:
    finding = judge(app_keys=app_keys, environment=environment)

    assert finding.status is status
    assert said in finding.summary
    assert "kJh23" not in words(finding) + repr(app_keys) + repr(environment.real)


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
    return strapi_files.proxy(facts(where=where, proxy=trust, mode=mode, **known))


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


def test_proxy_true_on_strapi_5_is_named_as_useless() -> None:
    assert "proxy: true does nothing in Strapi 5" in judge_proxy(ProxyTrust(whole=True)).summary


def test_development_needs_no_trust_unless_its_cookie_is_for_https() -> None:
    assert judge_proxy(ProxyTrust(), mode="development").status is Status.PASS
    secure = judge_proxy(ProxyTrust(), mode="development", session_middleware=session(secure=TRUE))
    plain = judge_proxy(ProxyTrust(), session_middleware=session(secure=FALSE))

    assert (secure.status, plain.status) == (Status.FAIL, Status.PASS)


def test_on_http_there_is_nothing_to_trust_and_without_a_reach_it_only_warns() -> None:
    assert judge_proxy(ProxyTrust(), public_url="http://127.0.0.1:7337").status is Status.SKIP
    assert judge_proxy(ProxyTrust(), public_url=None).status is Status.WARN


def test_outside_a_project_there_is_nothing_to_look_at() -> None:
    for check in (strapi_files.session_middleware, strapi_files.proxy):
        assert check(outside()).status is Status.SKIP
