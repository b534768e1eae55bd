"""Login links and exchange calls in real source files, judged by `frontend-url` and `redirect-page`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests import remote_facts
from tests.local_facts import PUBLIC, front, setting, situation
from tests.project.reader.reading import read
from twitter_setup.checks.facts.frontend_urls import FrontEndUrls
from twitter_setup.checks.facts.remote import Facts
from twitter_setup.checks.facts.situation import Situation
from twitter_setup.checks.facts.web import Page
from twitter_setup.checks.finding import Finding, Status
from twitter_setup.checks.frontend_url import frontend_url
from twitter_setup.checks.pages import redirect_page

SPA = Page(url="", status=200, text="<!doctype html>")
API = "const api = import.meta.env.VITE_API_URL;\n"
NEXT = "const api = process.env.VITE_API_URL;\n"


class Asked(Facts):
    """Facts of which each page that is asked for answers the same."""

    answer: Page = SPA

    def page_at(self, url: str) -> Page | None:
        return replace(self.answer, url=url)


def facts(
    root: Path,
    files: dict[str, str],
    *,
    value: str = PUBLIC,
    answer: Page = SPA,
    where: Situation | None = None,
) -> Facts:
    here = where or situation()
    located = here.located
    assert located is not None
    assert located.frontend is not None
    located = replace(located, root=root, frontend=replace(located.frontend, root=root))
    here = replace(here, located=located)
    source = read(root, files)
    urls = front(value) if source.variables else FrontEndUrls()
    known: dict[str, Any] = remote_facts.facts(where=here)._known
    made = Asked(situation=here, **{**known, "source": source, "frontend_urls": urls})
    made.answer = answer
    return made


def button(root: Path, code: str, name: str = "src/Login.jsx", **more: Any) -> Finding:
    return frontend_url(facts(root, {name: code}, **more))


def call(root: Path, code: str, name: str = "src/Redirect.jsx", **more: Any) -> Finding:
    return redirect_page(facts(root, {name: code}, **more))


def written(finding: Finding) -> list[str]:
    lines = finding.detail.splitlines()
    return [line.removeprefix("Write     ") for line in lines if line.startswith("Write")]


@pytest.mark.parametrize(
    ("code", "path", "line"),
    [
        (
            "const a = <a href='/connect/twitter'>x</a>;",
            "/connect/twitter",
            "const a = <a href='/api/connect/twitter'>x</a>;",
        ),
        (
            f"{API}window.location.href = `${{api}}/connect/twitter`;",
            "/connect/twitter",
            "window.location.href = `${api}/api/connect/twitter`;",
        ),
        (
            f"{API}const a = <a href={{api + '/auth/twitter'}}>x</a>;",
            "/auth/twitter",
            "const a = <a href={api + '/api/connect/twitter'}>x</a>;",
        ),
        (
            f"{API}const a = <a href={{`${{api}}/api/auth/twitter`}}>x</a>;",
            "/api/auth/twitter",
            "const a = <a href={`${api}/api/connect/twitter`}>x</a>;",
        ),
        (
            f"{API}location.assign('http://localhost:1337/connect/twitter');",
            "/connect/twitter",
            f"location.assign('{PUBLIC}/api/connect/twitter');",
        ),
        (
            f"{API}const url = (provider) => `${{api}}/connect/${{provider}}`;\n"
            "const a = <a href={url(name)}>x</a>;",
            "/connect/twitter",
            "const url = (provider) => `${api}/api/connect/${provider}`;",
        ),
    ],
)
def test_a_button_to_a_wrong_path_is_shown_with_the_line_as_it_should_be(
    tmp_path: Path, code: str, path: str, line: str
) -> None:
    found = button(tmp_path, code)

    assert found.status is Status.WARN
    assert f"leads to {path}, not to /api/connect/twitter (src/Login.jsx, line " in found.summary
    assert written(found) == [line]


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (f"{PUBLIC}/v1", f"VITE_API_URL={PUBLIC}/api"),
        (f"{PUBLIC}/api/", "location.href = api + '/connect/twitter'"),
        (f"{PUBLIC}/api", "location.href = api + '/connect/twitter'"),
    ],
)
def test_a_path_in_the_variables_value_is_part_of_the_link(
    tmp_path: Path, value: str, line: str
) -> None:
    own = "/connect/twitter" if value.endswith("/v1") else "/api/connect/twitter"

    found = button(tmp_path, f"{API}location.href = api + '{own}'", value=value)

    assert found.status is Status.WARN
    assert written(found) == [line]


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("fetch('/api/connect/twitter')", "window.location.assign('/api/connect/twitter')"),
        (
            f"{API}axios.get(`${{api}}/api/connect/twitter`)",
            "window.location.assign(`${api}/api/connect/twitter`)",
        ),
        (
            f"{API}const url = `${{api}}/api/connect/twitter`;\nconst a = await fetch(url);",
            "window.location.assign(url)",
        ),
    ],
)
def test_a_button_that_fetches_is_shown_as_a_navigation(
    tmp_path: Path, code: str, line: str
) -> None:
    found = button(tmp_path, code)

    assert (found.status, written(found)) == (Status.WARN, [line])
    assert "a login needs a navigation" in found.summary


@pytest.mark.parametrize("prefix", ["", "/v1", "/api/v1"])
def test_a_page_that_calls_another_path_is_shown_with_the_line_as_it_should_be(
    tmp_path: Path, prefix: str
) -> None:
    line = "fetch(`{}/auth/twitter/callback${{location.search}}`)"

    found = call(tmp_path, line.format(prefix))

    assert found.status is Status.WARN
    assert f"calls {prefix}/auth/twitter/callback, not /api/auth/twitter/callback" in found.summary
    assert written(found) == [line.format("/api")]


# What is right, as public front ends have it

RIGHT: list[tuple[str, str]] = [
    ("src/a.jsx", f"{API}const a = <a href={{`${{api}}/api/connect/twitter`}}>x</a>"),
    ("src/a.jsx", f"{API}const a = (n) => <a href={{`${{api}}/api/connect/${{n}}`}}>x</a>"),
    ("app/a.tsx", f"{NEXT}const a = <Link href={{`${{api}}/api/connect/twitter`}}>x</Link>"),
    ("app/l/route.ts", f"{NEXT}export const GET = () => redirect(api + '/api/connect/twitter')"),
    ("app/l/route.ts", f"{NEXT}fetch(`${{api}}/api/connect/twitter`, {{ redirect: 'manual' }})"),
    ("src/a.jsx", "const a = <Link to='/connect/twitter'>the app's own page</Link>"),
    ("src/a.jsx", "router.push('/auth/twitter')"),
    ("src/a.jsx", "const a = <form action='/connect/twitter' method='post'/>"),
    ("src/a.jsx", "const a = (id) => <a href={`/connect/${id}`}>x</a>"),
    ("src/a.jsx", "const a = <a href='https://other.example.com/connect/twitter'>x</a>"),
    ("src/a.jsx", "const a = ({ host }) => <a href={`${host}/connect/twitter`}>x</a>"),
    ("src/a.jsx", f"{API}const f = (path) => fetch(`${{api}}/auth/${{path}}`)"),
    ("src/a.jsx", f"{API}const f = (id) => fetch(`${{api}}/connect/${{id}}`, {{}})"),
    ("server.js", "app.get('/api/connect/twitter', proxy)"),
    ("src/a.jsx", f"{API}location.href = new URL('/api/connect/twitter', api)"),
]


@pytest.mark.parametrize(("name", "code"), RIGHT)
def test_a_right_button_is_not_warned_of(tmp_path: Path, name: str, code: str) -> None:
    assert button(tmp_path, code, name).status is Status.PASS


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("src/a.jsx", f"{API}fetch(`${{api}}/api/auth/${{params.providerName}}/callback${{q}}`)"),
        ("src/a.jsx", "import api from './client';\napi.get(`/auth/twitter/callback${q}`)"),
        ("src/a.jsx", "import axios from './axios';\naxios.get(`/auth/twitter/callback${q}`)"),
        (
            "src/a.jsx",
            "import axios from 'axios';\naxios.defaults.baseURL = '/api';\n"
            "axios.get('/auth/twitter/callback' + location.search)",
        ),
        (
            "src/a.jsx",
            f"{API}const c = axios.create({{ baseURL: `${{api}}/api` }});\n"
            "c.get('/auth/twitter/callback' + location.search)",
        ),
        (
            "src/a.jsx",
            f"{API}const redirect_uri = `${{api}}/auth/twitter/callback`; go(redirect_uri)",
        ),
        (
            "src/a.vue",
            "<script setup>\nconst { find } = useStrapi();\nfind('auth/twitter/callback')\n</script>",
        ),
    ],
)
def test_a_right_call_is_not_warned_of(tmp_path: Path, name: str, code: str) -> None:
    assert call(tmp_path, code, name).status is Status.PASS


@pytest.mark.parametrize(
    "route",
    [
        "app/connect/twitter/page.tsx",
        "app/connect/[provider]/route.ts",
        "pages/connect/twitter.tsx",
        "app/routes/connect.$provider.tsx",
        "src/routes/connect/twitter/+server.ts",
    ],
)
def test_a_link_to_the_front_ends_own_page_is_not_warned_of(tmp_path: Path, route: str) -> None:
    files = {route: "export const a = 1", "src/Login.jsx": "<a href='/connect/twitter'>x</a>"}

    assert frontend_url(facts(tmp_path, files)).status is Status.PASS


def test_a_link_to_a_path_of_the_router_is_not_warned_of(tmp_path: Path) -> None:
    files = {
        "src/App.jsx": "const a = <Route path='/connect/:provider' element={<Go />} />",
        "src/Login.jsx": "const a = <a href='/connect/twitter'>x</a>",
    }

    assert frontend_url(facts(tmp_path, files)).status is Status.PASS


# What answers decides

TO_X = Page(url="", status=302, headers=remote_facts.TO_X)
TO_STRAPI = Page(url="", status=307, headers={"location": "/api/connect/twitter"})
TO_THE_LOGIN = Page(url="", status=307, headers={"location": "/login"})
REFUSED = Page(url="", status=400, text='{"data":null,"error":{"status":400}}')
GONE = Page(url="", status=404, text='{"data":null,"error":{"status":404}}')


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (TO_X, Status.PASS),
        (TO_STRAPI, Status.PASS),
        (TO_THE_LOGIN, Status.WARN),
        (SPA, Status.WARN),
        (GONE, Status.WARN),
        (Page(url="", problem="refused"), Status.WARN),
    ],
)
def test_a_login_link_that_leads_to_x_is_right_whatever_its_path(
    tmp_path: Path, answer: Page, status: Status
) -> None:
    code = "const a = <a href='/strapi/api/connect/twitter'>x</a>"

    assert button(tmp_path, code, answer=answer).status is status


@pytest.mark.parametrize(
    ("answer", "status"),
    [(REFUSED, Status.PASS), (GONE, Status.WARN), (SPA, Status.WARN)],
)
def test_a_call_that_strapi_answers_is_right_whatever_its_path(
    tmp_path: Path, answer: Page, status: Status
) -> None:
    found = call(tmp_path, "fetch(`/strapi/auth/twitter/callback${q.search}`)", answer=answer)

    assert found.status is status


def test_a_path_on_the_front_ends_own_origin_is_not_judged_with_two_origins(tmp_path: Path) -> None:
    where = situation(layout="two-origins")

    found = button(tmp_path, f"{API}location.href = '/connect/twitter'", where=where)

    assert found.status is Status.PASS


def test_a_wrong_path_is_told_without_a_tunnel_too(tmp_path: Path) -> None:
    where = situation(public_url=None)
    local = "http://localhost:1337"

    found = button(
        tmp_path, f"{API}location.href = `${{api}}/connect/twitter`", value=local, where=where
    )

    assert found.status is Status.WARN


def test_five_mistakes_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    code = "\n".join(f"const a{n} = <a href='/connect/twitter'>x</a>;" for n in range(7))

    found = button(tmp_path, code)

    assert found.detail.count("Found") == 5
    assert "and 2 more" in found.detail


def test_an_unset_variable_is_not_judged(tmp_path: Path) -> None:
    made = facts(tmp_path, {"src/a.jsx": f"{API}location.href = api + '/connect/twitter'"})
    made._known["frontend_urls"] = FrontEndUrls(settings=(setting("VITE_OTHER", PUBLIC),))

    assert frontend_url(made).status is Status.PASS
