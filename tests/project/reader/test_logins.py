"""Login links and exchange calls: target, base, kind, and the lines to name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.project.reader.reading import read
from twitter_setup.project.reader.source import LoginUse

BASE = "const api = import.meta.env.VITE_API;\n"


def only(root: Path, files: dict[str, str]) -> LoginUse:
    (use,) = read(root, files).logins
    return use


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("const a = <a href={`${api}/connect/twitter`}>Log in</a>", "link"),
        ("const a = <Link to={api + '/connect/twitter'}>Log in</Link>", "link"),
        ('el.innerHTML = `<a href="${api}/connect/twitter">Log in</a>`', "link"),
        ("window.location.href = `${api}/connect/twitter`", "navigation"),
        ("location.assign(`${api}/connect/twitter`)", "navigation"),
        ("window.open(`${api}/connect/twitter`)", "navigation"),
        ("router.push(`${api}/connect/twitter`)", "navigation"),
        ("const url = `${api}/connect/twitter`; location.href = url", "navigation"),
        ("fetch(`${api}/connect/twitter`)", "fetch"),
        ("axios.get(`${api}/connect/twitter`)", "axios"),
        ("axios({ url: `${api}/connect/twitter` })", "axios"),
        ("const login = () => `${api}/connect/twitter`;", "other"),
        (
            "const url = (provider) => `${api}/connect/${provider}`;\n"
            "const a = <a href={url('twitter')}>Log in</a>",
            "link",
        ),
        (
            "const go = (path) => { window.location.href = api + path };\n"
            "const a = <button onClick={() => go('/connect/twitter')}>Log in</button>",
            "navigation",
        ),
    ],
)
def test_the_kind_of_a_login_link_is_told(tmp_path: Path, code: str, kind: str) -> None:
    uses = read(tmp_path, {"src/Login.jsx": BASE + code}).logins

    assert kind in {use.kind for use in uses}
    assert {use.role for use in uses} == {"login"}
    assert {use.variables for use in uses} == {("VITE_API",)}


@pytest.mark.parametrize(
    ("code", "base", "target"),
    [
        (
            f"{BASE}location.href = api + '/connect/twitter'",
            "variable",
            "${VITE_API}/connect/twitter",
        ),
        ("location.href = '/api/connect/twitter'", "relative", "/api/connect/twitter"),
        (
            "location.href = 'http://localhost:1337/api/connect/twitter'",
            "literal",
            "http://localhost:1337/api/connect/twitter",
        ),
        ("location.href = props.api + '/connect/twitter'", "unknown", "${}/connect/twitter"),
        ("location.href = '/api/connect/twitter?x=1'", "relative", "/api/connect/twitter?x=1"),
    ],
)
def test_the_base_of_a_login_link_is_told(
    tmp_path: Path, code: str, base: str, target: str
) -> None:
    use = only(tmp_path, {"src/login.js": code})

    assert (use.base, use.target) == (base, target)


def test_the_lines_of_path_use_and_address_are_told(tmp_path: Path) -> None:
    files = {
        "src/base.ts": "\nexport const base = 'http://localhost:1337';",
        "src/login.ts": "import { base } from './base';\n\n\n"
        "export const url = `${base}/api/connect/twitter`;",
        "src/Button.tsx": "import { url } from './login';\n\nconst a = <a href={url}>Log in</a>;",
    }

    use = only(tmp_path, files)

    assert (use.place.path.name, use.place.line) == ("login.ts", 4)
    assert use.place.text == "export const url = `${base}/api/connect/twitter`;"
    assert (use.used.path.name, use.used.line) == ("Button.tsx", 3)
    assert use.origin is not None
    assert (use.origin.path.name, use.origin.line) == ("base.ts", 2)
    assert (use.kind, use.base) == ("link", "literal")


@pytest.mark.parametrize(
    "code",
    [
        "fetch(`${url}/api/auth/twitter/callback${location.search}`)",
        "fetch(`${backendUrl}/api/auth/${params.providerName}/callback${search}`)",
        "fetch(url + '/api/auth/' + provider + '/callback' + search)",
        "axios.get('/api/auth/twitter/callback', { withCredentials: true })",
        "$fetch(`/api/auth/${route.params.provider}/callback`, { params: route.query })",
        "const call = (path) => fetch('/api' + path); call(`/auth/twitter/callback${search}`)",
    ],
)
def test_an_exchange_call_is_found_however_it_is_put_together(tmp_path: Path, code: str) -> None:
    use = only(tmp_path, {"src/Login.jsx": f"\nconst a = 1\n{code}\n"})

    assert (use.role, use.place.line) == ("exchange", 3)
    assert use.kind in {"fetch", "axios"}


@pytest.mark.parametrize(
    "code",
    [
        "// location.href = '/api/connect/twitter'",
        "const a = <p>/api/connect/twitter</p>",
        "location.href = '/api/connect/google'",
        "<Route path='/connect/twitter/redirect' />",
        "import x from './connect/twitter'",
        "if (path === '/connect/twitter') x()",
    ],
)
def test_what_is_no_login_link_is_not_taken_for_one(tmp_path: Path, code: str) -> None:
    assert read(tmp_path, {"src/a.jsx": code}).logins == ()


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("a.html", '<a href="/api/connect/twitter">Log in</a>'),
        ("a.vue", '<template><a :href="`${api}/connect/twitter`">Log in</a></template>'),
        (
            "a.vue",
            '<template><a :href="loginUrl">x</a></template>\n<script setup>\nconst loginUrl = '
            "`${import.meta.env.VITE_API}/connect/twitter`</script>",
        ),
        ("a.svelte", '<a href="{api}/connect/twitter">Log in</a>'),
        ("a.astro", "---\nconst api = 1\n---\n<a href={`${api}/connect/twitter`}>Log in</a>"),
        ("a.component.html", "<a [href]=\"api + '/connect/twitter'\">Log in</a>"),
        ("a.component.html", '<a href="{{api}}/connect/twitter">Log in</a>'),
    ],
)
def test_links_in_templates_are_links(tmp_path: Path, file: str, code: str) -> None:
    assert only(tmp_path, {file: code}).kind == "link"
