"""`configure` on real Strapi 5 and 4; and the stand-in of fast tests beside them, answer by answer."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.configuring import KEY, OTHER_KEY, OTHER_SECRET, REDIRECT, SECRET
from tests.e2e import admins as admins_
from tests.e2e import projects
from tests.e2e.admins import EDITOR, PROVIDERS, Admins
from tests.e2e.browser import browsing
from tests.e2e.projects import ADMIN, STRAPI_4, STRAPI_5, Kind, Project
from tests.program import Process, Ran, run
from tests.world.admin_api import AdminApi, Answer
from tests.world.cutting_proxy import CuttingProxy

pytestmark = pytest.mark.e2e

BY_LOGIN = {"STRAPI_ADMIN_EMAIL": ADMIN["email"], "STRAPI_ADMIN_PASSWORD": ADMIN["password"]}
PAIR = {"TWITTER_API_KEY": KEY, "TWITTER_API_SECRET": SECRET}
OTHER_PAIR = {"TWITTER_API_KEY": OTHER_KEY, "TWITTER_API_SECRET": OTHER_SECRET}
SHOTS = (
    "TWITTER_SETUP_SCREENSHOTS"  # a folder for pictures, docs/images say; without it none is kept
)
LIMITS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
# In the order in which they are made; each goes to both.
LOGINS = (
    ("wrong password", {**ADMIN, "password": "wrong"}),
    ("unknown e-mail", {"email": "nobody@example.com", "password": "x"}),
    ("no password", {"email": ADMIN["email"], "password": ""}),
    ("right", ADMIN),
    ("right, in capitals", {**ADMIN, "email": ADMIN["email"].upper()}),
    ("editor", EDITOR),
)


def serve(kind: Kind, *, limited: bool) -> Project:
    project = projects.make(kind, limits=True)
    if not limited:
        admins_.raise_login_limit(project)
    project.serve_without_admin()  # `admins.make` creates it, and keeps the token
    return project


@pytest.fixture(scope="module", params=[STRAPI_5, STRAPI_4], ids=["5", "4"])
def real(_work: None, request: pytest.FixtureRequest) -> Iterator[Admins]:
    """One running server for the whole module."""
    project = serve(request.param, limited=False)
    client = httpx.Client(base_url=project.local_url, timeout=20, trust_env=False)
    try:
        yield admins_.make(project, client)
    finally:
        client.close()
        projects.remove(project)


@pytest.fixture(autouse=True)
def _as_new(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test wrote is taken back, so that the next finds what a new Strapi has."""
    if "real" not in request.fixturenames:
        yield
        return
    real: Admins = request.getfixturevalue("real")
    before = real.providers
    yield
    real.put(without_addresses(before))


def configure(real: Admins, *words: str, **env: str) -> Ran:
    given = env or {**BY_LOGIN, **PAIR}
    return run("configure", "--json", *words, cwd=real.project.root, env=given)


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def without_addresses(found: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {k: v for k, v in fields.items() if k != "redirectUri" or name == "email"}
        for name, fields in found.items()
    }


# The stand-in of fast tests answers what the real one answers


@dataclass(frozen=True)
class Both:
    """A real Strapi, and the stand-in told to be like it."""

    real: httpx.Client
    api: AdminApi

    def same(
        self, name: str, method: str, path: str, tokens: tuple[str, str] = ("", ""), **body: Any
    ) -> None:
        """`tokens`: the real one's and the stand-in's. `content` or `json` is what is sent."""
        content = json.dumps(body["json"]).encode() if "json" in body else body.get("content", b"")
        headers = [{"Authorization": f"Bearer {token}"} if token else {} for token in tokens]
        kind = {"Content-Type": "application/json"}
        real = self.real.request(method, path, headers={**headers[0], **kind}, content=content)
        standin = self.api.answer(method, path, headers[1], content)

        assert seen(real) == expected(standin), name


def seen(answer: httpx.Response) -> dict[str, Any]:
    body = answer.json() if answer.content else None
    return {
        "status": answer.status_code,
        "keys": shape(body),
        "error": said(body),
        "limits": [answer.headers.get(name) for name in LIMITS[:2]],
        "has reset": LIMITS[2].lower() in answer.headers,
    }


def expected(answer: Answer) -> dict[str, Any]:
    return {
        "status": answer.status,
        "keys": shape(answer.body),
        "error": said(answer.body),
        "limits": [answer.headers.get(name) for name in LIMITS[:2]],
        "has reset": LIMITS[2] in answer.headers,
    }


def shape(value: Any) -> Any:
    """The keys, all the way down."""
    return {k: shape(v) for k, v in value.items()} if isinstance(value, dict) else None


def said(body: Any) -> Any:
    error = body.get("error") if isinstance(body, dict) else None
    return {k: v for k, v in error.items() if k != "message"} if isinstance(error, dict) else None


def standin_of(real: Admins) -> AdminApi:
    api = AdminApi(
        major=int(real.project.kind.version[0]),
        callback_base=f"http://localhost:{real.project.port}",
        max_logins=1000,
    )
    api.administrators = {
        ADMIN["email"]: (ADMIN["password"], "admin"),
        EDITOR["email"]: (EDITOR["password"], "editor"),
    }
    api.tokens = {"admin": {"GET", "PUT"}, "full": {"GET", "PUT"}, "reader": {"GET"}}
    api.tokens["editor"] = set()
    return api


def test_the_stand_in_answers_logins_as_the_real_one(real: Admins) -> None:
    both = Both(real.client, standin_of(real))
    # Those of the set-up count; only the real one has had them.
    used = real.client.post("/admin/login", json=ADMIN).headers["X-RateLimit-Remaining"]
    both.api.logins[ADMIN["email"]] = [time.time()] * (1000 - int(used))

    both.same("ready", "GET", "/admin/init")
    for name, body in LOGINS:
        both.same(name, "POST", "/admin/login", json=body)


def test_the_stand_in_has_the_providers_of_the_real_one(real: Admins) -> None:
    both = Both(real.client, standin_of(real))

    assert (
        real.providers
        == both.api.answer("GET", PROVIDERS, {"Authorization": "Bearer admin"}, b"").body
    )
    both.same("read", "GET", PROVIDERS, (real.tokens["admin"], "admin"))


def test_the_stand_in_refuses_as_the_real_one(real: Admins) -> None:
    both = Both(real.client, standin_of(real))
    whole = {"providers": without_addresses(real.providers)}

    for method in ("GET", "PUT"):
        both.same(f"{method} without a token", method, PROVIDERS, json=whole)
        both.same(f"{method} with a wrong one", method, PROVIDERS, ("wrong", "wrong"), json=whole)
        for kind, token in real.tokens.items():
            both.same(f"{method} with {kind}", method, PROVIDERS, (token, kind), json=whole)
    both.same("no such page", "GET", "/users-permissions/nothing", (real.tokens["admin"], "admin"))
    both.same("health", "GET", "/_health")


@pytest.mark.parametrize(
    "body",
    [
        {"json": {}},
        {"content": b"{"},
        {"content": b""},
        {"json": {"providers": {"email": {"enabled": True}, "twitter": {"x": [None, {}]}}}},
    ],
)
def test_the_stand_in_takes_what_the_real_one_takes(real: Admins, body: dict[str, Any]) -> None:
    both = Both(real.client, standin_of(real))
    tokens = (real.tokens["admin"], "admin")

    both.same("write", "PUT", PROVIDERS, tokens, **body)
    both.same("and read", "GET", PROVIDERS, tokens)


# What it writes


ODD: dict[str, Any] = {
    "unicode": "Zürich \U0001f426 \u202e\u0000",
    "half a surrogate": "\ud83d",
    "": "a key without a name",
    "a.b": {"nested": [1, 2.5, 1e21, -0.1, None, True, {"deep": [[]]}]},
    "empty": [{}, [], "", None, 0, False],
    "big": 2**53 - 1,
    "constructor": "x",
    "0": "a number for a key",
    "key": "  kept as it is ",
    "scope": ["b", "a", "b"],
    "enabled": "yes",
    "_id": None,
}


def filled(real: Admins) -> dict[str, Any]:
    """Each provider with odd values of its own; what Strapi makes of them is what was there before."""
    found = without_addresses(real.providers)
    real.put({name: {**one, **ODD, "name": name, name: one} for name, one in found.items()})
    return real.providers


def test_each_other_provider_is_the_same_in_canonical_json(real: Admins) -> None:
    before = filled(real)
    assert len(before) == 17
    assert before["vk"]["half a surrogate"] == "\ud83d"

    done = configure(real, "--redirect", REDIRECT)

    after = real.providers
    assert done.code == 0, done.err
    assert list(after) == list(before)
    for name in set(before) - {"twitter"}:
        assert canonical(after[name]) == canonical(before[name]), name
    wanted = {"enabled": True, "key": KEY, "secret": SECRET, "callback": REDIRECT}
    assert canonical(after["twitter"]) == canonical({**before["twitter"], **wanted})


def test_a_field_of_somebody_s_own_called_redirect_uri_is_kept(real: Admins) -> None:
    found = without_addresses(real.providers)
    real.put({**found, "email": {**found["email"], "redirectUri": "mine"}})

    assert configure(real, "--redirect", REDIRECT).code == 0

    assert real.providers["email"]["redirectUri"] == "mine"


def test_again_writes_nothing_and_undo_brings_back_every_value(real: Admins) -> None:
    before = filled(real)

    done = configure(real, "--redirect", REDIRECT)
    again = configure(real, "--redirect", REDIRECT)
    undone = run("undo", "--json", cwd=real.project.root, env=BY_LOGIN)

    assert done.json["data"]["changed"] == ["enabled", "key", "secret", "redirect_url"]
    assert again.json["data"]["changed"] == []
    assert (undone.code, undone.json["data"]["provider"]) == (0, "restored")
    assert canonical(real.providers) == canonical(before)


def test_its_callback_url_is_strapi_s_own(real: Admins) -> None:
    data = configure(real, "--dry-run", "--redirect", REDIRECT).json["data"]

    assert data["callback_url"] == real.providers["twitter"]["redirectUri"]
    assert data["callback_url"].endswith("/api/connect/twitter/callback")


def test_what_it_wrote_is_what_strapi_uses_at_once(real: Admins) -> None:
    """A login that would end on another page is refused for that; X is not asked."""
    login = "/api/connect/twitter?callback=https://other.example/x"
    assert "disabled" in real.client.get(login).text

    configure(real, "--redirect", REDIRECT)

    assert "Invalid callback URL provided" in real.client.get(login).text
    configure(real, "--disable")
    assert "disabled" in real.client.get(login).text


@pytest.mark.parametrize(
    ("kind", "code"),
    [("full", ""), ("reader", "strapi_forbidden"), ("api", "strapi_auth"), ("x", "strapi_auth")],
)
def test_a_token_does_what_it_may(real: Admins, kind: str, code: str) -> None:
    if kind in {"full", "reader"} and kind not in real.tokens:
        kind, code = "api", "strapi_auth"  # Strapi 4 has no admin tokens
    token = real.tokens.get(kind, "unknown")
    before = real.providers

    done = configure(real, "--redirect", REDIRECT, **PAIR, STRAPI_ADMIN_TOKEN=token)

    assert [error["code"] for error in done.json["errors"]] == ([code] if code else [])
    assert (real.providers == before) is bool(code)


@pytest.mark.parametrize(
    ("who", "code"), [({**ADMIN, "password": "x"}, "strapi_auth"), (EDITOR, "strapi_forbidden")]
)
def test_an_administrator_who_may_not_is_told(real: Admins, who: dict[str, str], code: str) -> None:
    login = {"STRAPI_ADMIN_EMAIL": who["email"], "STRAPI_ADMIN_PASSWORD": who["password"]}

    done = configure(real, "--redirect", REDIRECT, **PAIR, **login)

    assert done.error["code"] == code


# What happens in the middle


@pytest.mark.parametrize("keep", [0, 60, 400, 1500, -1])
def test_a_write_cut_half_way_leaves_the_old_or_the_new_list(real: Admins, keep: int) -> None:
    before = filled(real)
    with CuttingProxy(real.project.port, keep) as proxy:
        done = configure(real, "--strapi", proxy.url, "--redirect", REDIRECT)
        assert proxy.was_cut.is_set()

    after = real.providers
    if keep < 0:
        assert done.code == 0, done.err
        wanted = {"enabled": True, "key": KEY, "secret": SECRET, "callback": REDIRECT}
        assert canonical(after["twitter"]) == canonical({**before["twitter"], **wanted})
    else:
        assert done.error["code"] == "strapi_down"
        # From here it cannot be told whether it arrived: a slow Strapi may write it after all.
        assert "not written so far; Strapi may still do it." in done.error["message"]
        assert canonical(after["twitter"]) == canonical(before["twitter"])
    others = [canonical({**found, "twitter": {}}) for found in (before, after)]
    assert others[0] == others[1]


def test_two_at_once_end_in_one_of_the_two(real: Admins) -> None:
    before = filled(real)

    runs = [
        Process(
            *("configure", "--json", "--redirect", f"{REDIRECT}/{number}"),
            cwd=real.project.root,
            env={**BY_LOGIN, **pair},
        )
        for number, pair in enumerate((PAIR, OTHER_PAIR))
    ]
    codes = [one.process.wait(timeout=60) for one in runs]

    after = real.providers
    assert codes == [0, 0], [one.errors for one in runs]
    twitter = {name: after["twitter"][name] for name in ("key", "secret", "callback")}
    assert twitter in (
        {"key": KEY, "secret": SECRET, "callback": f"{REDIRECT}/0"},
        {"key": OTHER_KEY, "secret": OTHER_SECRET, "callback": f"{REDIRECT}/1"},
    )
    assert canonical({**after, "twitter": {}}) == canonical({**before, "twitter": {}})


# A Strapi on its first day, with its own limits


def without_the_plugin(project: Project) -> None:
    plugins = project.backend / "config" / "plugins.js"
    plugins.write_text("module.exports = () => ({ 'users-permissions': { enabled: false } });\n")


@pytest.mark.usefixtures("_work")
def test_no_administrator_no_plugin_and_too_many_logins() -> None:
    project = projects.make(STRAPI_5, limits=True)
    without_the_plugin(project)
    client = httpx.Client(base_url=project.local_url, timeout=20, trust_env=False)
    try:
        project.serve_without_admin()
        both = Both(client, AdminApi(has_admin=False, has_plugin=False))
        both.same("nobody yet", "GET", "/admin/init")
        env = {**BY_LOGIN, **PAIR}
        codes = [run("configure", "--json", cwd=project.root, env=env).error["code"]]
        project.register_admin()
        both.api.has_admin = True
        both.api.administrators = {ADMIN["email"]: (ADMIN["password"], "admin")}

        both.same("login", "POST", "/admin/login", json=ADMIN)
        done = run("configure", "--json", cwd=project.root, env=env)
        both.api.logins[ADMIN["email"]].append(time.time())
        codes.append(done.error["code"])
        for number in range(3, 8):
            both.same(f"login {number}", "POST", "/admin/login", json=ADMIN)
        limited = run("configure", "--json", cwd=project.root, env=env).error

        assert codes == ["strapi_no_admin", "strapi_no_plugin"]
        assert limited["code"] == "strapi_rate_limited"
        assert 200 < int(limited["message"].partition(", in ")[2].partition(" s.")[0]) <= 300
        assert projects_are_unchanged(project)
    finally:
        client.close()
        projects.remove(project)


def projects_are_unchanged(project: Project) -> bool:
    return project.git_status() == [" M backend/config/plugins.js"]


# As a person sees it


# The admin panel of Strapi 4 does not build any more.
@pytest.mark.parametrize("real", [STRAPI_5], ids=["5"], indirect=True)
def test_the_admin_form_shows_what_was_written(real: Admins, tmp_path: Path) -> None:
    configure(real, "--redirect", REDIRECT)
    with browsing() as person:
        page = person.page
        page.set_viewport_size({"width": 1000, "height": 700})
        page.set_default_timeout(60_000)
        person.open(f"http://localhost:{real.project.port}/admin/auth/login")
        page.fill("input[name=email]", ADMIN["email"])
        page.fill("input[name=password]", ADMIN["password"])
        page.click("button[type=submit]")
        page.get_by_text("Hello Ada").wait_for()
        person.open(
            f"http://localhost:{real.project.port}/admin/settings/users-permissions/providers"
        )
        page.get_by_text("twitter", exact=True).first.click()
        form = page.get_by_role("dialog")

        expect(form.locator("input[name=key]")).to_have_value(KEY)
        expect(form.locator("input[name=secret]")).to_have_value(SECRET)
        expect(form.locator("input[name=callback]")).to_have_value(REDIRECT)
        folder = os.environ.get(SHOTS)
        form.screenshot(path=Path(folder or tmp_path) / "configure-admin-form.png")
