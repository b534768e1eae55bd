"""`project`, `layout`, `git-secrets`, and the source part of `redirect-page`, on facts made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests import remote_facts
from tests.local_facts import ENV, ROOT, backend, facts, frontend, outside, situation, words
from twitter_setup.checks import project as local
from twitter_setup.checks.facts.git_secrets import EnvFile
from twitter_setup.checks.facts.proxy_trust import ProxyTrust
from twitter_setup.checks.facts.remote import Facts
from twitter_setup.checks.facts.situation import Generation, Situation
from twitter_setup.checks.facts.users_permissions import UsersPermissions
from twitter_setup.checks.facts.web import Page
from twitter_setup.checks.finding import Finding, Status
from twitter_setup.checks.redirect_source import redirect_page_source_finding
from twitter_setup.project.reader.source import PageCode, Place

# project


def test_a_project_is_told_with_its_versions() -> None:
    finding = local.project(facts())

    assert finding.status is Status.PASS
    assert finding.summary == "Strapi 5.54.0 with users-permissions 5.54.0"


def test_without_users_permissions_nobody_logs_in() -> None:
    back = backend(has_users_permissions=False, users_permissions=None)

    finding = local.project(facts(where=situation(back=back), package_manager="pnpm"))

    assert finding.status is Status.FAIL
    assert finding.advice[0].command == "pnpm add @strapi/plugin-users-permissions"


@pytest.mark.parametrize("missing", ["strapi_is_installed", "users_permissions_is_installed"])
def test_a_strapi_that_is_not_installed_is_a_guess(missing: str) -> None:
    back = backend(**{missing: False})

    finding = local.project(facts(where=situation(back=back)))

    assert finding.status is Status.WARN
    assert finding.advice[0].command == "npm install"


@pytest.mark.parametrize("wanted", ["^5.12.0", "^5.53.0", "^4.25.0"])
def test_no_check_passes_on_a_mere_range(wanted: str) -> None:
    lowest = wanted.removeprefix("^")
    back = backend(
        strapi=lowest,
        strapi_is_installed=False,
        strapi_range=wanted,
        users_permissions=lowest,
        users_permissions_is_installed=False,
        users_permissions_range=wanted,
    )
    where = situation(back=back, layout="two-origins", public_url="https://shop.example.com")
    known = remote_facts.facts(where=where)

    for finding in (local.project(known), local.layout(known)):
        assert finding.status is Status.WARN
        assert wanted in finding.summary


def test_two_releases_of_strapi_s_packages_are_a_warning() -> None:
    back = backend(strapi="5.52.3")

    finding = local.project(facts(where=situation(back=back)))

    assert finding.status is Status.WARN
    assert finding.summary == (
        "Strapi 5.52.3 with users-permissions 5.54.0: two releases in one project"
    )
    assert "backend/package.json" in finding.advice[0].text


def test_versions_of_a_package_json_alone_are_not_compared() -> None:
    back = backend(strapi="5.52.0", users_permissions_is_installed=False)

    assert "two releases" not in local.project(facts(where=situation(back=back))).summary


def test_a_back_end_of_another_kind_passes() -> None:
    back = backend(strapi=None, users_permissions=None, language="toml")

    assert local.project(facts(where=situation(back=back))).status is Status.PASS


# layout


def on_disk(folder: Path, prefix: str = "/api", **files: str) -> Situation:
    """A Next app with these files beside a Strapi."""
    for name, text in files.items():
        (folder / "web" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "web" / name).write_text(text)
    back = backend(root=folder / "cms", api_prefix=prefix)
    front = frontend(root=folder / "web", framework="next")
    made = situation(back=back, front=front)
    assert made.located is not None
    return replace(made, located=replace(made.located, root=folder))


def test_a_route_that_answers_a_login_in_strapi_s_place_is_a_warning(tmp_path: Path) -> None:
    file = "app/api/auth/twitter/callback/route.ts"
    where = on_disk(tmp_path, **{file: "\nexport async function GET() {}"})

    finding = local.layout(remote_facts.facts(where=where))

    assert finding.status is Status.WARN
    assert f"web/{file}, line 2" in finding.detail


def test_next_auth_beside_strapi_passes(tmp_path: Path) -> None:
    where = on_disk(tmp_path, **{"app/api/auth/[...nextauth]/route.ts": "export const GET = 1"})

    assert local.layout(remote_facts.facts(where=where)).status is Status.PASS


@pytest.mark.parametrize("layout", ["one-origin", "two-origins"])
def test_without_a_prefix_no_advice_leads_to_an_address_that_is_refused(
    tmp_path: Path, layout: str
) -> None:
    where = on_disk(tmp_path, prefix="")
    assert where.session is not None
    where = replace(where, session=replace(where.session, layout=layout))

    finding = local.layout(remote_facts.facts(where=where))

    assert finding.status is Status.FAIL
    assert "rest.prefix" in finding.advice[0].text
    assert finding.advice[1].command == "twitter-setup tunnel --local --two-origins"


def judge_layout(
    version: str | None,
    *,
    ngrok: str = "",
    known: Mapping[str, Any] | None = None,
    **of_situation: Any,
) -> Finding:
    """`ngrok` is the error code on the first page, as a browser gets it."""
    back = backend(users_permissions=version)
    where = situation(back=back, **of_situation)
    headers = {"ngrok-error-code": f"ERR_NGROK_{ngrok}"} if ngrok else {}
    page = Page(url=f"{where.public_url}/", status=200, headers=headers)
    usual = {
        "front_page": page,
        "mode": "development",
        "proxy": ProxyTrust(),
        "users_permissions": UsersPermissions(),
    }
    return local.layout(remote_facts.facts(where=where, **{**usual, **(known or {})}))


@pytest.mark.parametrize("version", ["4.26.2", "5.50.2", "5.52.3", "5.53.0", "5.54.0", None])
def test_one_origin_is_right_for_every_strapi(version: str | None) -> None:
    assert judge_layout(version, layout="one-origin").status is Status.PASS


@pytest.mark.parametrize(
    ("version", "url", "status"),
    [
        ("4.26.2", "https://shop.example.com", Status.PASS),
        ("5.52.3", "https://shop.example.com", Status.PASS),
        ("5.53.0", "https://shop.example.com", Status.FAIL),
        ("5.54.0", "https://shop.example.com", Status.FAIL),
        ("5.54.0", "https://paid.ngrok.app", Status.FAIL),
        ("5.54.0", "http://127.0.0.1:1337", Status.PASS),
        (None, "https://shop.example.com", Status.WARN),
        ("4.26.2", "https://a.ngrok-free.app", Status.PASS),  # without the page: see below
        ("4.26.2", "https://paid.ngrok.app", Status.PASS),
    ],
)
def test_two_origins_are_judged_by_the_strapi_and_the_tunnel(
    version: str | None, url: str, status: Status
) -> None:
    assert judge_layout(version, layout="two-origins", public_url=url).status is status


@pytest.mark.parametrize("url", ["https://a.ngrok-free.app", "https://login.example.com"])
def test_the_page_that_browsers_get_decides_and_not_the_name_of_the_domain(url: str) -> None:
    finding = judge_layout("4.26.2", layout="two-origins", public_url=url, ngrok="6024")

    assert finding.status is Status.FAIL
    assert "two origins do not go with ngrok's free plan" in finding.summary


SECURE = UsersPermissions(path=ROOT / "plugins.js", line=7, has_secure_refresh_cookie=True)


@pytest.mark.parametrize(
    ("url", "known", "status"),
    [
        ("https://a.example.com", {}, Status.WARN),
        ("https://a.example.com", {"proxy": ProxyTrust(koa=True)}, Status.PASS),
        ("http://127.0.0.1:7337", {"proxy": ProxyTrust(koa=True)}, Status.WARN),
        (None, {}, Status.PASS),
        (
            "https://a.example.com",
            {"users_permissions": replace(SECURE, has_secure_refresh_cookie=None)},
            Status.PASS,
        ),
        (
            "https://a.example.com",
            {
                "users_permissions": replace(SECURE, has_secure_refresh_cookie=None),
                "mode": "production",
            },
            Status.WARN,
        ),
    ],
)
def test_refresh_cookie_for_https_only_is_a_warning_if_strapi_hears_http(
    url: str | None, known: dict[str, Any], status: Status
) -> None:
    more = {"users_permissions": SECURE, **known}

    finding = judge_layout("5.54.0", layout="one-origin", public_url=url, known=more)

    assert finding.status is status
    assert ("plugins.js, line 7" in finding.summary) == (status is Status.WARN)


def test_two_origins_on_today_s_strapi_say_what_was_measured_and_the_way_out() -> None:
    finding = judge_layout("5.54.0", layout="two-origins", public_url="https://a.example.com")

    assert "cannot log in across two origins" in finding.summary
    assert "OAuth authentication requires a completed provider session" in finding.detail
    assert finding.advice[0].command == "twitter-setup tunnel"


def test_today_s_strapi_without_a_front_end_is_a_warning() -> None:
    finding = judge_layout(
        "5.54.0", layout="two-origins", public_url="https://a.example.com", has_frontend=False
    )

    assert finding.status is Status.WARN
    assert "--frontend" in words(finding)


# git-secrets


def test_a_tracked_env_file_fails_with_names_and_without_values() -> None:
    file = EnvFile(path=ENV, names=("APP_KEYS", "JWT_SECRET", "A_KEY", "B_KEY"), state="tracked")

    finding = local.git_secrets(facts(env_files_in_git=(file,)))

    assert finding.status is Status.FAIL
    assert "APP_KEYS, JWT_SECRET, A_KEY and 1 more" in finding.summary
    assert finding.advice[0].command == "git rm --cached backend/.env"


def test_an_env_file_that_nothing_ignores_is_a_warning() -> None:
    file = EnvFile(path=ENV, names=("APP_KEYS",), state="unprotected")

    finding = local.git_secrets(facts(env_files_in_git=(file,)))

    assert finding.status is Status.WARN
    assert finding.advice[0].command == "echo .env >> backend/.gitignore"


def test_ignored_files_pass_and_without_git_there_is_nothing_to_look_at() -> None:
    file = EnvFile(path=ENV, names=("APP_KEYS",), state="ignored")

    assert (
        local.git_secrets(facts(env_files_in_git=(file,))).summary == "git leaves out backend/.env"
    )
    assert local.git_secrets(facts(env_files_in_git=())).status is Status.PASS
    assert local.git_secrets(facts(env_files_in_git=None)).status is Status.SKIP


# redirect-page, the source

CALL = Place(ROOT / "frontend" / "src" / "Login.tsx", 12, "")
PAGE = Place(ROOT / "frontend" / "src" / "App.tsx", 3, "")


@pytest.mark.parametrize(
    ("generation", "layout", "code", "status", "said"),
    [
        ("session", "one-origin", PageCode(call=CALL), Status.PASS, "Login.tsx, line 12"),
        ("session", "one-origin", PageCode(), Status.WARN, "nothing in the front end's source"),
        ("grant", "two-origins", PageCode(route=PAGE), Status.WARN, "does not call auth/twitter"),
        (
            "session",
            "one-origin",
            PageCode(call=CALL, access_token=CALL),
            Status.WARN,
            "wants an access_token",
        ),
        (
            "grant",
            "one-origin",
            PageCode(call=CALL, access_token=CALL, forwards_query=True),
            Status.PASS,
            "calls auth/twitter/callback",
        ),
        ("tokens", "one-origin", PageCode(call=CALL), Status.WARN, "query"),
        ("session", "two-origins", PageCode(call=CALL), Status.WARN, "credentials: 'include'"),
        (
            "session",
            "two-origins",
            PageCode(call=CALL, sends_credentials=True),
            Status.PASS,
            "calls auth/twitter/callback",
        ),
        (None, "two-origins", PageCode(call=CALL), Status.PASS, "calls auth/twitter/callback"),
    ],
)
def test_the_source_informs_and_never_fails(
    generation: Generation | None, layout: str, code: PageCode, status: Status, said: str
) -> None:
    finding = redirect_page_source_finding(
        code,
        redirect_path="/connect/twitter/redirect",
        framework="next",
        generation=generation,
        layout=layout,
        root=ROOT,
    )

    assert finding.status is status
    assert said in words(finding)
    if status is Status.WARN:
        assert finding.advice[0].command == "twitter-setup verify --explain next"


# All


def test_outside_a_project_there_is_nothing_to_look_at() -> None:
    assert local.layout(Facts(situation=outside().situation)).status is Status.SKIP
    for check in (local.project, local.git_secrets):
        assert check(outside()).status is Status.SKIP


def test_a_path_outside_the_project_is_shown_too() -> None:
    assert facts().named(Path("/elsewhere/.env")) == "../elsewhere/.env"
