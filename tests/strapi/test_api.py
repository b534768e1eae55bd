"""Strapi over HTTP: what it has now, and every refusal as an error of its own, without a secret."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.program import Shop, free_port, make_shop, strapi_at
from twitter_setup.errors import SetupError
from twitter_setup.secret import Secret
from twitter_setup.strapi.api import Credentials, Health, Strapi, listens, local_address

CALLBACK = "https://a.example.com/api/connect/twitter/callback"
EMAIL, PASSWORD, TOKEN = "admin@example.com", "Secret123-hunter2", "token-hunter3"
BY_LOGIN = Credentials(email=EMAIL, password=Secret(PASSWORD))
BY_TOKEN = Credentials(token=Secret(TOKEN))

Answer = Callable[[httpx.Request], httpx.Response]


class FakeStrapi:
    """The admin API by its real rules; `instead` answers a path in its place."""

    def __init__(self, **instead: Answer) -> None:
        self.requests: list[httpx.Request] = []
        self._instead = instead

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        path = request.url.path
        if path.rpartition("/")[2] in self._instead:
            return self._instead[path.rpartition("/")[2]](request)
        if path == "/admin/login":
            known = {"email": EMAIL, "password": PASSWORD}
            right = json.loads(request.content) == known
            token = {"data": {"token": TOKEN}}
            return httpx.Response(200, json=token) if right else httpx.Response(400, json={})
        if path == "/users-permissions/providers":
            right = request.headers.get("Authorization") == f"Bearer {TOKEN}"
            providers = {"email": {}, "twitter": {"redirectUri": CALLBACK, "secret": "hunter4"}}
            return httpx.Response(200, json=providers) if right else httpx.Response(401, json={})
        return httpx.Response(404, json={})

    def paths(self) -> list[str]:
        return [f"{request.method} {request.url.path}" for request in self.requests]


def strapi(fake: Answer, credentials: Credentials) -> Strapi:
    client = httpx.Client(
        base_url="http://localhost:1337", transport=httpx.MockTransport(fake), trust_env=False
    )
    return Strapi("http://localhost:1337", credentials, client)


def refusal(fake: Answer, credentials: Credentials) -> SetupError:
    with pytest.raises(SetupError) as caught:
        strapi(fake, credentials).redirect_uri()
    error = caught.value
    said = " ".join([error.message, *(f"{a.text} {a.command} {a.url}" for a in error.advice)])
    assert error.advice
    assert "hunter" not in said
    assert error.__suppress_context__ or error.__context__ is None, "httpx's has the request"
    return error


def status(code: int) -> Answer:
    """A refusal that repeats all that it was sent, as no server should."""
    return lambda request: httpx.Response(
        code, content=request.content + str(request.headers).encode()
    )


# What it has


@pytest.mark.parametrize(
    ("credentials", "paths"),
    [
        (BY_TOKEN, ["GET /users-permissions/providers"] * 2),
        (BY_LOGIN, ["POST /admin/login", *["GET /users-permissions/providers"] * 2]),
    ],
)
def test_it_logs_in_once_a_run_and_not_at_all_with_a_token(
    credentials: Credentials, paths: list[str]
) -> None:
    fake = FakeStrapi()
    asked = strapi(fake, credentials)

    assert asked.redirect_uri() == asked.redirect_uri() == CALLBACK

    assert fake.paths() == paths
    assert fake.requests[-1].headers["Authorization"] == f"Bearer {TOKEN}"
    assert all(TOKEN not in str(request.url) for request in fake.requests)


@pytest.mark.parametrize(
    ("credentials", "given"),
    [
        (Credentials(), False),
        (Credentials(email=EMAIL), False),
        (Credentials(password=Secret("x")), False),
        (BY_LOGIN, True),
        (BY_TOKEN, True),
    ],
)
def test_credentials_are_a_token_or_both_of_the_others(
    credentials: Credentials, given: bool
) -> None:
    assert credentials.are_given is given
    assert "hunter" not in repr(credentials)


# Refusals


@pytest.mark.parametrize(
    ("credentials", "path", "code", "expected"),
    [
        (BY_LOGIN, "login", 400, "strapi_auth"),
        (BY_LOGIN, "login", 401, "strapi_auth"),
        (BY_LOGIN, "login", 429, "strapi_rate_limited"),
        (BY_LOGIN, "login", 404, "strapi_error"),
        (BY_LOGIN, "login", 500, "strapi_error"),
        (BY_TOKEN, "providers", 401, "strapi_auth"),
        (BY_TOKEN, "providers", 403, "strapi_forbidden"),
        (BY_TOKEN, "providers", 404, "strapi_no_plugin"),
        (BY_TOKEN, "providers", 429, "strapi_rate_limited"),
        (BY_TOKEN, "providers", 500, "strapi_error"),
        (BY_TOKEN, "providers", 503, "strapi_error"),
        (BY_LOGIN, "providers", 403, "strapi_forbidden"),
    ],
)
def test_each_refusal_is_an_error_of_its_own(
    credentials: Credentials, path: str, code: int, expected: str
) -> None:
    error = refusal(FakeStrapi(**{path: status(code)}), credentials)

    assert error.code == expected


def test_the_wrong_password_and_the_wrong_token_say_what_to_check() -> None:
    wrong = Credentials(email=EMAIL, password=Secret("hunter0-wrong"))

    by_login = refusal(FakeStrapi(), wrong)
    by_token = refusal(FakeStrapi(), Credentials(token=Secret("hunter0-wrong")))

    assert "STRAPI_ADMIN_PASSWORD" in by_login.advice[0].text
    assert "API token is the wrong kind" in by_token.advice[0].text


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"<!doctype html>hunter5", b"[]", b"null", b"{}", b"\xff\xfe"),
        b'{"twitter": null}',
    ],
)
def test_an_answer_that_is_no_list_of_providers_is_an_error(body: bytes) -> None:
    fake = FakeStrapi(providers=lambda _: httpx.Response(200, content=body))

    assert refusal(fake, BY_TOKEN).code == "strapi_error"


@pytest.mark.parametrize("body", [b'{"twitter": {}}', b'{"twitter": {"redirectUri": 1}}'])
def test_a_list_without_redirect_uris_is_of_an_old_strapi(body: bytes) -> None:
    fake = FakeStrapi(providers=lambda _: httpx.Response(200, content=body))

    assert refusal(fake, BY_TOKEN).code == "unsupported_version"


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b'{"data": null}', b'{"data": {}}'])
def test_a_login_that_gives_no_token_is_an_error(body: bytes) -> None:
    fake = FakeStrapi(login=lambda _: httpx.Response(200, content=body))

    assert refusal(fake, BY_LOGIN).code == "strapi_error"


@pytest.mark.parametrize(
    "problem",
    [
        httpx.ConnectError("refused hunter6"),
        httpx.ReadTimeout("late"),
        httpx.RemoteProtocolError("cut"),
        httpx.DecodingError("not gzip"),
    ],
)
def test_no_answer_at_all_is_strapi_down(problem: httpx.RequestError) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise problem

    error = refusal(fail, BY_TOKEN)

    assert error.code == "strapi_down"
    assert "http://localhost:1337" in error.message
    assert type(problem).__name__ in error.message
    assert error.advice[0].command == "npm run develop"


# Over a real socket


@contextmanager
def listening() -> Iterator[int]:
    """Something accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_closed_port_is_down_and_a_refused_connection_is_strapi_down() -> None:
    port = free_port()
    asked = Strapi(local_address(port), BY_TOKEN)

    assert asked.health() is Health.DOWN
    assert not listens(port)
    with pytest.raises(SetupError) as caught:
        asked.redirect_uri()
    assert caught.value.code == "strapi_down"
    asked.close()


@pytest.mark.parametrize(
    ("code", "health"), [(204, Health.UP), (200, Health.STARTING), (503, Health.STARTING)]
)
def test_only_204_is_up(code: int, health: Health) -> None:
    fake = FakeStrapi(_health=lambda _: httpx.Response(code))
    with listening() as port:
        asked = strapi(fake, BY_TOKEN)
        asked.address = local_address(port)

        assert asked.health() is health


def test_what_listens_and_does_not_answer_is_starting() -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("late")

    with listening() as port:
        asked = strapi(fail, BY_TOKEN)
        asked.address = local_address(port)

        assert asked.health() is Health.STARTING


def test_the_stand_in_and_the_fake_agree(tmp_path: Path) -> None:
    port = free_port()
    shop: Shop = make_shop(tmp_path, env=b"PUBLIC_URL=https://a.example.com\n")
    known = Credentials(email=EMAIL, password=Secret("Secret123"))
    wrong = Credentials(email=EMAIL, password=Secret("wrong"))

    with strapi_at(shop, port):
        asked = Strapi(local_address(port), known)
        assert asked.health() is Health.UP
        assert asked.redirect_uri() == CALLBACK
        for credentials, code in [
            (wrong, "strapi_auth"),
            (Credentials(token=Secret("unknown")), "strapi_auth"),
            (Credentials(token=Secret("may-not-read")), "strapi_forbidden"),
        ]:
            with pytest.raises(SetupError) as caught:
                Strapi(local_address(port), credentials).redirect_uri()
            assert caught.value.code == code


def test_a_proxy_in_the_environment_never_sees_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, address)
        proxy.settimeout(0.05)

        with pytest.raises(SetupError):
            Strapi(local_address(free_port()), BY_TOKEN).redirect_uri()

        with pytest.raises(TimeoutError):
            proxy.accept()
