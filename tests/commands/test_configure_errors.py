"""`configure` where it cannot: said in a sentence, with what to do next, and nothing is changed."""

from __future__ import annotations

import copy
import json
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import trustme

from tests.configuring import ALL, BY_TOKEN, PAIR, REDIRECT, configure, said
from tests.program import Shop, free_port, make_shop
from tests.world.admin_api import (
    ADMIN,
    API_TOKEN,
    EDITOR,
    NO_RIGHTS_TOKEN,
    READER_TOKEN,
    SSO_ONLY,
    AdminApi,
)
from tests.world.admin_server import (
    INIT,
    LOGIN,
    READ,
    WRITE,
    AdminServer,
    Fault,
    cut_before,
    instead,
    silent,
)
from twitter_setup.state import folder as state
from twitter_setup.strapi import api as strapi

HTML = b"<!doctype html><title>502 Bad Gateway</title>"


class Refusal:
    """What a refused run said: `code`, its exit code, and everything in one text."""

    def __init__(self, code: str, exit_code: int, text: str) -> None:
        self.code = code
        self.exit_code = exit_code
        self.text = text


def refused(shop: Shop, server: AdminServer, *words: str, **env: str) -> Refusal:
    """To programs and to people alike; Strapi and the project stay as they were."""
    before = (copy.deepcopy(server.api.providers), shop.files())

    done, people = configure(shop, *words, **env), said(shop, *words, **env)

    assert done.json["ok"] is False
    assert done.json["data"] == {}
    assert done.code == done.json["exit_code"] == people.code
    assert people.out == ""
    assert "Traceback" not in people.err
    assert "Nothing was " in done.error["message"], "what was left unchanged is said"
    assert done.error["advice"], "what to do next is said"
    for advice in done.error["advice"]:
        assert advice["text"] in people.err
        assert (advice["command"] or "") in people.err
    assert (server.api.providers, shop.files()) == before
    assert not list(shop.state.glob("checkpoints/*"))
    text = f"{done.error['message']} {json.dumps(done.error['advice'], ensure_ascii=False)}"
    return Refusal(done.error["code"], done.code, text)


# Strapi is not there, or not ready


def test_a_strapi_that_does_not_run_is_said_with_how_to_start_it(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    admin_server.stop()

    refusal = refused(strapi_shop, admin_server)

    assert (refusal.code, refusal.exit_code) == ("strapi_down", 1)
    assert f"Strapi does not answer at {admin_server.url}" in refusal.text
    assert "npm run develop" in refusal.text


def test_a_strapi_whose_process_is_there_is_still_starting(
    strapi_shop: Shop, admin_server: AdminServer, tmp_path: Path
) -> None:
    admin_server.stop()
    program = tmp_path / "strapi"
    program.write_text("import time; print('', flush=True); time.sleep(60)")
    with subprocess.Popen(
        [sys.executable, program, "develop"], cwd=strapi_shop.backend, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        process.stdout.readline()
        try:
            refusal = refused(strapi_shop, admin_server)
        finally:
            process.kill()

    assert refusal.code == "strapi_down"
    assert "it is still starting, or has stopped at an error" in refusal.text


@pytest.mark.parametrize("fault", [cut_before, silent])
def test_what_listens_and_does_not_answer_may_still_be_starting(
    strapi_shop: Shop,
    admin_server: AdminServer,
    fault: Fault,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(strapi, "_TIMEOUT", httpx.Timeout(0.1))
    admin_server.at(INIT, fault)

    refusal = refused(strapi_shop, admin_server)

    assert refusal.code == "strapi_down"
    assert "Strapi may still be starting" in refusal.text


@pytest.mark.parametrize("route", [LOGIN, READ])
def test_a_time_out_later_on_is_said_as_well(
    strapi_shop: Shop, admin_server: AdminServer, route: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strapi, "_TIMEOUT", httpx.Timeout(0.1))
    admin_server.at(route, silent)

    assert "ReadTimeout" in refused(strapi_shop, admin_server).text


def test_a_strapi_without_an_administrator_is_said_before_a_password_is_sent(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    admin_server.api.has_admin = False

    refusal = refused(strapi_shop, admin_server)

    assert refusal.code == "strapi_no_admin"
    assert f"{admin_server.url}/admin" in refusal.text
    assert set(admin_server.calls) == {INIT}


def test_a_strapi_without_the_plugin_is_said_with_its_name(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    admin_server.api.has_plugin = False

    refusal = refused(strapi_shop, admin_server)

    assert refusal.code == "strapi_no_plugin"
    assert "npm install @strapi/plugin-users-permissions" in refusal.text


def test_an_answer_of_strapi_3_is_an_unsupported_version(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    admin_server.api.has_redirect_uri = False

    refusal = refused(strapi_shop, admin_server)

    assert refusal.code == "unsupported_version"
    assert "upgrade it to Strapi 4 or 5" in refusal.text


def test_a_strapi_whose_code_removed_the_provider_is_said(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    del admin_server.api.providers["twitter"]

    refusal = refused(strapi_shop, admin_server)

    assert refusal.code == "strapi_error"
    assert "has no provider called twitter" in refusal.text


# What answers is not Strapi, or not well


@pytest.mark.parametrize(
    ("route", "fault", "says"),
    [
        (INIT, instead(404), "is not Strapi as we know it: it knows no /admin/init"),
        (INIT, instead(200, HTML), "the answer is not JSON"),
        (INIT, instead(200, b"[]"), "it knows no /admin/init"),
        (INIT, instead(200, b'{"data": {"hasAdmin": "yes"}}'), "it knows no /admin/init"),
        (INIT, instead(200, b"[" * 200_000), "the answer is not JSON"),
        (INIT, instead(502, HTML), "a proxy in front of Strapi does not reach it"),
        (INIT, instead(500), "/admin/init with HTTP 500"),
        (LOGIN, instead(200, HTML), "the answer is not JSON"),
        (LOGIN, instead(200, b'{"data": {}}'), "login answered without a token"),
        (LOGIN, instead(503, HTML), "HTTP 503: a proxy in front of Strapi"),
        (LOGIN, instead(500), "failed at the admin login (HTTP 500)"),
        (READ, instead(200, HTML), "the answer is not JSON"),
        (READ, instead(200, b"\xff\xfe"), "the answer is not JSON"),
        (READ, instead(200, b'["twitter"]'), "its list of providers is no such list"),
        (READ, instead(200, b'{"twitter": 1}'), "its list of providers is no such list"),
        (READ, instead(504, HTML), "HTTP 504: a proxy in front of Strapi"),
        (READ, instead(500), "/users-permissions/providers with HTTP 500"),
    ],
)
def test_an_answer_that_is_not_strapi_s_is_said(
    strapi_shop: Shop, admin_server: AdminServer, route: str, fault: Fault, says: str
) -> None:
    admin_server.at(route, fault)

    refusal = refused(strapi_shop, admin_server)

    assert (refusal.code, refusal.exit_code) == ("strapi_error", 1)
    assert says in refusal.text
    assert "Bad Gateway" not in refusal.text, "what others wrote is not repeated"


@pytest.mark.parametrize(
    ("route", "status"), [(INIT, 301), (LOGIN, 307), (READ, 302), (WRITE, 308)]
)
def test_a_redirect_is_not_followed_with_the_credentials(
    strapi_shop: Shop, admin_server: AdminServer, route: str, status: int
) -> None:
    with AdminServer() as other:
        admin_server.at(
            route, instead(status, headers={"Location": f"{other.url}/x?token=hunter2"})
        )

        refusal = refused(strapi_shop, admin_server)

        assert other.calls == []
        assert f"a redirect to {other.url}, which was not followed" in refusal.text
        assert "hunter2" not in refusal.text


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("/admin/", "/admin/"),
        ("/a\x9b2J", "/a\N{REPLACEMENT CHARACTER}2J"),
        ("http://[", "elsewhere"),
        ("https://user:hunter2@b.example", "https://b.example"),
        ("", "elsewhere"),
    ],
)
def test_where_a_redirect_leads_is_said_without_a_secret(
    strapi_shop: Shop, admin_server: AdminServer, location: str, shown: str
) -> None:
    admin_server.at(INIT, instead(302, headers={"Location": location}))

    assert f"a redirect to {shown}, which" in refused(strapi_shop, admin_server).text


# The administrator


def by_login(who: dict[str, str]) -> dict[str, str]:
    admin = {"STRAPI_ADMIN_EMAIL": who["email"], "STRAPI_ADMIN_PASSWORD": who["password"]}
    return {**PAIR, **admin}


def by_token(token: str) -> dict[str, str]:
    return {**PAIR, "STRAPI_ADMIN_TOKEN": token}


@pytest.mark.parametrize(
    ("env", "code", "says"),
    [
        (by_login({**ADMIN, "password": "x"}), "strapi_auth", "refuses this e-mail and password"),
        (by_login(SSO_ONLY), "strapi_auth", "single sign-on only"),
        (by_login(EDITOR), "strapi_forbidden", "(plugin::users-permissions.providers.read)"),
        (by_token(NO_RIGHTS_TOKEN), "strapi_forbidden", "users-permissions.providers.read)"),
        (by_token(READER_TOKEN), "strapi_forbidden", "users-permissions.providers.update)"),
        (by_token(API_TOKEN), "strapi_auth", "an API token is the wrong kind"),
        (by_token("unknown"), "strapi_auth", "it is wrong, has expired, or is of the wrong kind"),
    ],
)
def test_who_may_not_is_told_what_is_missing_and_where_to_get_it(
    strapi_shop: Shop, admin_server: AdminServer, env: dict[str, str], code: str, says: str
) -> None:
    refusal = refused(strapi_shop, admin_server, **env)

    assert (refusal.code, refusal.exit_code) == (code, 1)
    assert says in refusal.text
    assert "Settings →" in refusal.text or "admin:reset-user-password" in refusal.text


@pytest.mark.parametrize("token", ["two\nlines", "no-bréak", "zero\x00byte"])
def test_a_token_that_no_request_can_carry_is_said_and_not_sent(
    strapi_shop: Shop, admin_server: AdminServer, token: str
) -> None:
    refusal = refused(strapi_shop, admin_server, "--admin-token", token, **PAIR)

    assert (refusal.code, refusal.exit_code) == ("usage", 2)
    assert "has characters in it that no token has" in refusal.text
    assert set(admin_server.calls) == {INIT}


def test_a_login_that_strapi_does_not_take_afterwards_is_said(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    admin_server.at(READ, instead(401, b"{}"))

    refusal = refused(strapi_shop, admin_server)

    assert refusal.code == "strapi_auth"
    assert "does not take the login that it has just given" in refusal.text


def test_too_many_logins_say_when_the_next_one_is_possible(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    admin_server.api.logins[ADMIN["email"]] = [time.time() - 100] * 5

    refusal = refused(strapi_shop, admin_server)

    assert refusal.code == "strapi_rate_limited"
    seconds = int(refusal.text.partition(", in ")[2].partition(" s.")[0])
    assert 190 < seconds <= 202
    assert (
        "an admin token (Settings → Admin Tokens, Strapi 5.47 and newer), which has no limit"
        in (refusal.text)
    )
    assert "STRAPI_ADMIN_TOKEN" in refusal.text


def test_another_limit_of_logins_is_said_as_it_is(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    admin_server.at(LOGIN, instead(429, headers={"X-RateLimit-Limit": "20"}))

    assert "Strapi allows 20 admin logins" in refused(strapi_shop, admin_server).text


@pytest.mark.parametrize(
    "reset", [{}, {"X-RateLimit-Reset": "soon"}, {"X-RateLimit-Reset": "1e99"}]
)
def test_too_many_logins_without_a_time_are_said_without_one(
    strapi_shop: Shop, admin_server: AdminServer, reset: dict[str, str]
) -> None:
    admin_server.at(LOGIN, instead(429, headers=reset))

    refusal = refused(strapi_shop, admin_server)

    assert refusal.code == "strapi_rate_limited"
    assert "The next one" not in refusal.text
    assert "wait five minutes" in refusal.text


@pytest.mark.parametrize(
    "admin",
    [{}, {"STRAPI_ADMIN_EMAIL": ADMIN["email"]}, {"STRAPI_ADMIN_PASSWORD": "x"}],
)
def test_without_an_administrator_and_a_terminal_the_variables_are_named(
    strapi_shop: Shop, admin_server: AdminServer, admin: dict[str, str]
) -> None:
    refusal = refused(strapi_shop, admin_server, **PAIR, **admin)

    assert (refusal.code, refusal.exit_code) == ("usage", 2)
    assert "STRAPI_ADMIN_TOKEN" in refusal.text
    assert "STRAPI_ADMIN_EMAIL and STRAPI_ADMIN_PASSWORD" in refusal.text
    assert set(admin_server.calls) == {INIT}


# Where credentials may go


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://cms.example.com", "everybody on the way can read"),
        ("http://10.0.0.7:1337", "everybody on the way can read"),
        ("https://admin:hunter2@cms.example.com", "has a user name or password in it"),
        ("cms.example.com", "is not an address that begins with https://"),
    ],
)
def test_an_address_that_is_not_safe_is_refused_before_anything_is_sent(
    strapi_shop: Shop, admin_server: AdminServer, url: str, says: str
) -> None:
    refusal = refused(strapi_shop, admin_server, "--strapi", url)

    assert (refusal.code, refusal.exit_code) == ("usage", 2)
    assert says in refusal.text
    assert "hunter2" not in refusal.text
    assert admin_server.calls == []


def test_another_machine_in_a_committed_file_is_not_believed_without_a_person(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    (strapi_shop.root / "twitter-setup.toml").write_text('[strapi]\nurl = "https://evil.example"\n')

    refusal = refused(strapi_shop, admin_server, "--yes")

    assert (refusal.code, refusal.exit_code) == ("usage", 2)
    assert "evil.example, and a committed file is not trusted" in refusal.text
    assert "--strapi https://evil.example" in refusal.text


# TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def certificate_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def tls(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def test_a_certificate_that_nobody_knows_is_refused_before_anything_is_sent(
    strapi_shop: Shop, authority: trustme.CA
) -> None:
    with AdminServer(tls=tls(authority, "localhost")) as server:
        refusal = refused(strapi_shop, server, "--strapi", server.url)

        assert refusal.code == "strapi_error"
        assert "is not trusted" in refusal.text
        assert "SSL_CERT_FILE=ca.pem" in refusal.text
        assert server.calls == []


def test_an_authority_in_ssl_cert_file_is_trusted(
    strapi_shop: Shop, authority: trustme.CA, certificate_file: str
) -> None:
    with AdminServer(tls=tls(authority, "localhost")) as server:
        words = ["--strapi", server.url, "--redirect", REDIRECT]

        done = configure(strapi_shop, *words, **ALL, SSL_CERT_FILE=certificate_file)

        assert done.code == 0
        assert server.twitter["callback"] == REDIRECT


def test_a_certificate_of_another_host_is_refused(
    strapi_shop: Shop, authority: trustme.CA, certificate_file: str
) -> None:
    with AdminServer(tls=tls(authority, "other.example")) as server:
        refusal = refused(
            strapi_shop, server, "--strapi", server.url, **ALL, SSL_CERT_FILE=certificate_file
        )

        assert "Hostname mismatch" in refusal.text
        assert server.calls == []


def test_https_where_strapi_speaks_http_is_said(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    refusal = refused(
        strapi_shop, admin_server, "--strapi", f"https://localhost:{admin_server.port}"
    )

    assert refusal.code == "strapi_error"
    assert "may not speak https" in refusal.text


@pytest.mark.parametrize("make", [lambda p: None, lambda p: p.write_text("no certificate")])
def test_an_ssl_cert_file_that_cannot_be_used_is_said(
    strapi_shop: Shop, admin_server: AdminServer, tmp_path: Path, make: Callable[[Path], object]
) -> None:
    file = tmp_path / "ca.pem"
    make(file)
    env = {**ALL, "SSL_CERT_FILE": str(file)}

    refusal = refused(strapi_shop, admin_server, "--strapi", "https://cms.example.com", **env)

    assert (refusal.code, refusal.exit_code) == ("usage", 2)
    assert "SSL_CERT_FILE" in refusal.text


def test_a_proxy_that_cannot_be_used_is_said(strapi_shop: Shop, admin_server: AdminServer) -> None:
    env = {**ALL, "HTTPS_PROXY": "gopher://proxy.example"}

    refusal = refused(strapi_shop, admin_server, "--strapi", "https://cms.example.com", **env)

    assert "HTTPS_PROXY" in refusal.text


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(
    strapi_shop: Shop, authority: trustme.CA, certificate_file: str
) -> None:
    proxy = f"http://127.0.0.1:{free_port()}"
    with AdminServer(tls=tls(authority, "localhost")) as server:
        env = {**ALL, "SSL_CERT_FILE": certificate_file, "HTTPS_PROXY": proxy, "HTTP_PROXY": proxy}

        assert (
            configure(strapi_shop, "--strapi", server.url, "--redirect", REDIRECT, **env).code == 0
        )


def test_a_deployed_strapi_that_does_not_answer_is_said_with_its_address(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    proxy = f"http://127.0.0.1:{free_port()}"  # so that no name is looked up
    env = {**ALL, "HTTPS_PROXY": proxy}

    refusal = refused(strapi_shop, admin_server, "--strapi", "https://cms.example.com", **env)

    assert refusal.code == "strapi_down"
    assert "is the address right, and does it run?" in refusal.text


# The project


def test_a_place_for_the_checkpoint_that_cannot_be_written_stops_it_before_strapi_is_told(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    strapi_shop.state.mkdir()
    (strapi_shop.state / "checkpoints").write_text("a file in the way")
    before = copy.deepcopy(admin_server.api.providers)

    done = configure(strapi_shop)

    assert (done.code, done.error["code"]) == (1, "not_writable")
    assert "Nothing was changed" in done.error["message"]
    assert WRITE not in admin_server.calls
    assert admin_server.api.providers == before


def test_another_configure_that_does_not_end_is_said(
    strapi_shop: Shop, admin_server: AdminServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "_CONFIGURING", 0.05)
    folder = state.StateFolder(strapi_shop.backend)
    folder.create()

    with folder.configuring():
        refusal = refused(strapi_shop, admin_server)

    assert "Another `configure` of this project has been at work" in refusal.text


def test_a_project_of_strapi_3_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    with AdminServer(AdminApi(has_redirect_uri=False)) as server:
        shop = make_shop(tmp_path, strapi="3.6.11", env=b"PORT=%d\n" % server.port)
        package = shop.backend / "package.json"
        package.write_text(package.read_text().replace("@strapi/strapi", "strapi"))

        done = configure(shop, **PAIR, **BY_TOKEN)

        assert done.error["code"] == "unsupported_version"
        assert server.calls == []
