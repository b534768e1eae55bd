"""What a front end's source does at the end of a login, as people write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from twitter_setup.project.reader import find, page
from twitter_setup.project.reader.project import Project
from twitter_setup.project.reader.source import PageCode

REDIRECT = "/connect/twitter/redirect"


def of(root: Path, files: dict[str, str], redirect: str = REDIRECT) -> PageCode:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return read(root, redirect)


def read(root: Path, redirect: str) -> PageCode:
    return page.read(Project(root), redirect, find.read(root, port=1337).logins)


@pytest.mark.parametrize(
    "code",
    [
        "fetch(`${url}/api/auth/twitter/callback${location.search}`)",
        "fetch(`${backendUrl}/api/auth/${params.providerName}/callback${search}`)",
        "fetch(url + '/api/auth/' + provider + '/callback' + search)",
        "axios.get('/api/auth/twitter/callback', { withCredentials: true })",
        "$fetch(`/api/auth/${route.params.provider}/callback`, { params: route.query })",
    ],
)
def test_the_call_is_found_however_it_is_put_together(tmp_path: Path, code: str) -> None:
    found = of(tmp_path, {"src/Login.jsx": f"\nconst a = 1\n{code}\n"})

    assert found.call is not None
    assert (found.call.path, found.call.line) == (tmp_path / "src/Login.jsx", 3)


@pytest.mark.parametrize(
    "code",
    [
        "// fetch('/api/auth/twitter/callback')",
        "fetch('/api/auth/google/callback')",
        "fetch('/api/connect/twitter/callback')",
        "fetch('/api/auth/callback')",
        "",
    ],
)
def test_what_is_no_call_is_not_taken_for_one(tmp_path: Path, code: str) -> None:
    assert of(tmp_path, {"src/Login.jsx": code}).call is None


@pytest.mark.parametrize(
    "name",
    [
        "pages/connect/twitter/redirect.tsx",
        "pages/connect/[provider]/redirect.vue",
        "app/connect/twitter/redirect/page.tsx",
        "src/app/(auth)/connect/[provider]/redirect/page.js",
        "src/routes/connect/twitter/redirect/+page.svelte",
        "src/pages/connect/twitter/redirect.astro",
        "src/pages/connect/twitter/redirect/index.js",
    ],
)
def test_a_page_of_a_router_that_goes_by_files_is_found(tmp_path: Path, name: str) -> None:
    assert of(tmp_path, {name: "x"}).route is not None


@pytest.mark.parametrize(
    "name",
    [
        "src/components/redirect.tsx",
        "pages/connect/google/redirect.tsx",
        "pages/connect/twitter/other.tsx",
        "pages/[a]/[b]/[c].tsx",
        "connect/twitter/redirect.tsx",
    ],
)
def test_another_file_is_no_page(tmp_path: Path, name: str) -> None:
    assert of(tmp_path, {name: "x"}).route is None


@pytest.mark.parametrize(
    "code",
    [
        '<Route path="/connect/twitter/redirect" element={<Login />} />',
        '<Route exact path="/connect/:providerName/redirect" component={LoginRedirect} />',
        "{ path: 'connect/twitter/redirect', component: Login }",
        "createFileRoute('/connect/$provider/redirect')",
    ],
)
def test_a_route_in_code_is_found(tmp_path: Path, code: str) -> None:
    assert of(tmp_path, {"src/App.jsx": code}).route is not None


def test_a_path_of_the_user_s_own_is_looked_for(tmp_path: Path) -> None:
    files = {"src/App.jsx": '<Route path="/welcome" />', "pages/hello.tsx": "x"}

    assert of(tmp_path, files, "/welcome").route is not None
    assert of(tmp_path, files, "/hello").route is not None
    assert of(tmp_path, files).route is None


def test_the_guide_s_own_example_wants_an_access_token_only_where_it_reads_one(
    tmp_path: Path,
) -> None:
    """Of strapi-examples/login-react, shortened."""
    login = """
        fetch(`${backendUrl}/api/auth/${params.providerName}/callback${location.search}`)
          .then(res => res.json()).then(res => localStorage.setItem('jwt', res.jwt));
    """

    found = of(tmp_path, {"src/LoginRedirect.js": login, "src/other.js": "access_token"})

    assert found.access_token is None
    assert found.forwards_query
    assert not found.sends_credentials


@pytest.mark.parametrize(
    "query",
    [
        "const { search } = useLocation();",
        "const { pathname, search: query } = useLocation();",
        "const { search } = new URL(request.url);",
        "const url = new URL(req.url);",
        "const url = new URL(event.request.url);",
    ],
)
def test_the_query_may_be_taken_from_the_router_or_from_the_request(
    tmp_path: Path, query: str
) -> None:
    call = "fetch(`/api/auth/twitter/callback${search}`)"

    assert of(tmp_path, {"src/Login.ts": f"{query}\n{call}"}).forwards_query
    assert not of(tmp_path, {"src/Login.ts": f"const search = {{}};\n{call}"}).forwards_query


def test_a_call_with_the_access_token_in_it_is_seen_with_its_line(tmp_path: Path) -> None:
    login = """const token = params.get('access_token');
        fetch(`/api/auth/twitter/callback?access_token=${token}`, { credentials: 'include' })"""

    found = of(tmp_path, {"src/Login.ts": login})

    assert found.access_token is not None
    assert found.access_token.line == 2
    assert not found.forwards_query
    assert found.sends_credentials


@pytest.mark.parametrize(
    ("code", "insists"),
    [
        ("if (!params.get('access_token')) throw new Error('no login');", True),
        ("if (!accessToken) return;", True),
        ("axios.get(url, { params: { id: 1, access_token: token } })", True),
        ("const inQuery = params.has('access_token');", False),
        ("const both = query.access_token ? 'same-origin' : 'include';", False),
    ],
)
def test_a_page_that_only_looks_for_an_access_token_does_not_insist_on_one(
    tmp_path: Path, code: str, insists: bool
) -> None:
    found = of(tmp_path, {"src/Login.ts": f"fetch('/api/auth/twitter/callback');\n{code}\n"})

    assert (found.access_token is not None) is insists


def test_packages_tests_and_builds_do_not_count(tmp_path: Path) -> None:
    call = "fetch('/api/auth/twitter/callback')"
    files = {f"{folder}/a.js": call for folder in ("node_modules/x", "dist", "tests", ".next")}

    assert of(tmp_path, files) == PageCode()


def test_a_folder_that_is_not_there_has_no_code(tmp_path: Path) -> None:
    assert read(tmp_path / "nowhere", REDIRECT) == PageCode()
