"""Which variables a front end's source reads, in every form that people write."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.project.reader.reading import addresses, fallbacks, read

HERE = "http://localhost:1337/api"


@pytest.mark.parametrize(
    ("file", "code", "expected"),
    [
        ("src/api.ts", "const url = import.meta.env.VITE_API_URL;", ["VITE_API_URL"]),
        ("src/api.js", "fetch(process.env.REACT_APP_URL + '/x')", ["REACT_APP_URL"]),
        ("src/api.js", "process.env['A_URL'] ?? process.env?.B_URL", ["A_URL", "B_URL"]),
        ("src/api.js", 'import.meta.env[ "A_URL" ]', ["A_URL"]),
        ("src/api.ts", "(import.meta.env as any).VITE_URL", ["VITE_URL"]),
        (
            "src/api.ts",
            "const e = process.env as Env; e.A_URL; use(e['B_URL'])",
            ["A_URL", "B_URL"],
        ),
        ("src/api.js", "const { A_URL, B_URL: b = 'x' } = process.env;", ["A_URL", "B_URL"]),
        ("src/api.js", "const NAME = 'A_URL'; export const url = process.env[NAME];", ["A_URL"]),
        (
            "next.config.js",
            "module.exports = { env: { X: process.env.STRAPI_URL } }",
            ["STRAPI_URL"],
        ),
        ("components/Login.vue", "<a :href='import.meta.env.VITE_URL'>", ["VITE_URL"]),
        ("src/pages/x.astro", "---\nimport { API_URL } from 'astro:env/server'\n---", ["API_URL"]),
        ("src/pages/x.astro", "---\nconst u = import.meta.env.A_URL\n---\n<a href={u}>", ["A_URL"]),
        (
            "src/routes/x.svelte",
            "<script>import {\n  PUBLIC_STRAPI_URL as url,\n} from '$env/static/public';</script>",
            ["PUBLIC_STRAPI_URL"],
        ),
        (
            "src/hooks.server.js",
            "import { env } from '$env/dynamic/private'; env.STRAPI_URL",
            ["STRAPI_URL"],
        ),
        ("src/lib/x.ts", "import { PUBLIC_URL_OF } from '$app/env/public';", ["PUBLIC_URL_OF"]),
        ("src/a.ts", "import process from 'node:process'; process.env.A_URL", ["A_URL"]),
        ("src/api.js", "env.STRAPI_URL", []),
        ("src/api.js", "// process.env.OLD_URL", []),
        ("src/api.js", "/*\n * process.env.OLD_URL\n */", []),
        ("src/api.js", "const STRAPI_URL = 'x';", []),
        ("src/api.js", "process.env.NODE_ENV === 'x'; import.meta.env.PROD", []),
        ("src/App.jsx", "const a = <pre>process.env.OLD_URL</pre>", []),
        ("README.md", "process.env.OLD_URL", []),
        ("node_modules/x/index.js", "process.env.OLD_URL", []),
        (".next/server.js", "process.env.OLD_URL", []),
        ("dist/index.js", "process.env.OLD_URL", []),
        ("src/__tests__/api.js", "process.env.OLD_URL", []),
        ("src/api.test.ts", "process.env.OLD_URL", []),
        ("backend/config/server.js", "process.env.OLD_URL", []),
    ],
)
def test_each_form_of_a_read_is_found(
    tmp_path: Path, file: str, code: str, expected: list[str]
) -> None:
    source = read(tmp_path, {"backend/package.json": "{}", file: f"\n{code}\n"})

    assert sorted(source.variables) == expected


def test_bytes_that_are_no_text_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "x.js").write_bytes(b"\xff\xfe process.env.A_URL http://localhost:1337 \x00")

    assert list(read(tmp_path, {}).variables) == ["A_URL"]


@pytest.mark.parametrize(
    "code",
    [
        f"const url = import.meta.env.VITE_A || '{HERE}';",
        f"const url = import.meta.env.VITE_A ?? `{HERE}`;",
        f"const url =\n  import.meta.env.VITE_A ||\n  '{HERE}';",
        f"const url = String(import.meta.env.VITE_A || '{HERE}').replace(/x$/, '');",
        f"const url = import.meta.env.VITE_A ? import.meta.env.VITE_A : '{HERE}';",
        f"const url = !import.meta.env.VITE_A ? '{HERE}' : import.meta.env.VITE_A;",
        f"const a = import.meta.env.VITE_A; const url = a !== undefined ? a : '{HERE}';",
        f"const {{ VITE_A = '{HERE}', VITE_B = 'x' }} = import.meta.env;",
        f"const {{ VITE_A: api = '{HERE}' }} = import.meta.env;",
        f"const LOCAL = '{HERE}'; export const url = import.meta.env.VITE_A || LOCAL;",
        f"let url = '{HERE}'; if (import.meta.env.VITE_A) url = import.meta.env.VITE_A;",
        f"let url = import.meta.env.VITE_A; if (!url) {{ url = '{HERE}'; }}",
        (
            "function base() { if (import.meta.env.VITE_A) { return import.meta.env.VITE_A; }\n"
            f"return '{HERE}'; }}"
        ),
        f"const env = (name, other) => import.meta.env[name] ?? other; env('VITE_A', '{HERE}');",
        f"const env = (n) => import.meta.env['VITE_' + n]; export const u = env('A') || '{HERE}';",
        (
            "function env(name, fallback = '') { const value = import.meta.env[name];\n"
            f"return value === undefined ? fallback : value; }} env('VITE_A', '{HERE}')"
        ),
        f"class Config {{ static get(n, d) {{ return import.meta.env[n] || d }} }}\n"
        f"Config.get('VITE_A', '{HERE}')",
        f"const shape = z.object({{ VITE_A: z.string().url().default('{HERE}') }});\n"
        "export const env = shape.parse(import.meta.env);",
        f"const e = createEnv({{ client: {{ VITE_A: z.string().default('{HERE}') }},\n"
        "runtimeEnv: import.meta.env });",
        f"const e = cleanEnv(import.meta.env, {{ VITE_A: url({{ default: '{HERE}' }}) }});",
        f"const c = {{ api: import.meta.env.VITE_A || '{HERE}' }}; fetch(c.api + '/x')",
    ],
)
def test_each_form_of_a_fallback_is_found_and_is_no_work(tmp_path: Path, code: str) -> None:
    source = read(tmp_path, {"src/a.ts": code})

    assert fallbacks(source).get("VITE_A") == [HERE]
    assert addresses(source) == []


def test_a_fallback_may_be_in_another_file(tmp_path: Path) -> None:
    files = {
        "src/defaults.ts": f"export const DEFAULT = '{HERE}';",
        "src/api.ts": "import { DEFAULT } from './defaults';\n"
        "export const url = import.meta.env.VITE_A || DEFAULT;",
    }
    source = read(tmp_path, files)

    assert fallbacks(source) == {"VITE_A": [HERE]}
    assert addresses(source) == []


@pytest.mark.parametrize(
    "code",
    [
        f"const url = import.meta.env.PROD ? import.meta.env.VITE_A : '{HERE}';",
        f"const url = process.env.NODE_ENV === 'production' ? process.env.VITE_A : '{HERE}';",
        f"const url = process.env.USE_LOCAL ? '{HERE}' : process.env.VITE_A;",
    ],
)
def test_an_address_that_another_condition_chooses_is_no_fallback(
    tmp_path: Path, code: str
) -> None:
    source = read(tmp_path, {"src/a.ts": code})

    assert fallbacks(source)["VITE_A"] == []
    assert [url for _, _, url in addresses(source)] == [HERE]


def test_other_fallbacks_are_told_too(tmp_path: Path) -> None:
    code = "export const pay = process.env.PAY ?? 'https://pay.example.org/v1', b = process.env.B || '/b'"

    assert fallbacks(read(tmp_path, {"src/a.ts": code})) == {
        "PAY": ["https://pay.example.org/v1"],
        "B": ["/b"],
    }


def test_the_path_behind_a_variable_is_not_part_of_its_fallback(tmp_path: Path) -> None:
    code = f"const url = process.env.A ? `${{process.env.A}}/api` : '{HERE}';"

    assert fallbacks(read(tmp_path, {"a.ts": code})) == {"A": ["http://localhost:1337"]}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a.js": "fetch(process.env.A + '/articles?x=1')"}, "/articles?x=1"),
        ({"a.js": "fetch(`${process.env.A}/connect/twitter`)"}, "/connect/twitter"),
        ({"a.js": "fetch(process.env.A.concat('/api/x'))"}, "/api/x"),
        ({"a.js": "fetch([process.env.A, 'api', 'x'].join('/'))"}, "/api/x"),
        ({"a.js": "new URL('/api/x', process.env.A)"}, "/api/x"),
        (
            {"a.js": "const c = axios.create({ baseURL: process.env.A }); c.get('/articles')"},
            "/articles",
        ),
        ({"a.js": "axios.get('/articles', { baseURL: process.env.A })"}, "/articles"),
        ({"a.js": "$fetch('/articles', { baseURL: process.env.A })"}, "/articles"),
        (
            {
                "base.js": "export const base = process.env.A;",
                "b.js": "import { base } from './base'; fetch(base + '/articles');",
            },
            "/articles",
        ),
        (
            {
                "base.js": "export default function url(path = '') { return process.env.A + path; }",
                "b.js": "import url from './base'; fetch(url('/articles'));",
            },
            "/articles",
        ),
        (
            {
                "client.js": "const call = async (path) => fetch(`${process.env.A}${path}`);\n"
                "export { call };",
                "b.js": "import { call } from './client'; call('/articles');",
            },
            "/articles",
        ),
        (
            {
                "client.ts": "class Api { private base = process.env.A; "
                "list() { return fetch(this.base + '/articles') } }"
            },
            "/articles",
        ),
    ],
)
def test_what_the_source_appends_is_found(
    tmp_path: Path, files: dict[str, str], expected: str
) -> None:
    source = read(tmp_path, files, routes=("articles",))

    assert expected in source.variables["A"].appended


def test_imports_through_aliases_and_index_files_are_followed(tmp_path: Path) -> None:
    files = {
        "tsconfig.json": '{ // paths\n"compilerOptions": { "paths": { "#lib/*": ["./lib/*"] } } }',
        "lib/config/url.ts": "export const url = process.env.A;",
        "lib/config/index.ts": "export * from './url';",
        "src/a.ts": "import { url } from '#lib/config'; fetch(`${url}/articles`)",
        "src/b.ts": "import * as c from '../lib/config/url'; fetch(`${c.url}/users`)",
    }
    source = read(tmp_path, files, routes=("articles", "users"))

    assert source.variables["A"].appended == {"/articles", "/users"}


def test_packages_of_the_workspace_are_read(tmp_path: Path) -> None:
    package = tmp_path / "packages" / "http"
    read(package, {"package.json": '{"name": "@shop/http"}', "src/index.ts": ""})
    (package / "src" / "index.ts").write_text(f"export const base = process.env.A ?? '{HERE}'")
    app = {"src/a.ts": "import { base } from '@shop/http'; fetch(base + '/connect/twitter')"}

    source = read(tmp_path / "apps" / "web", app, packages={"@shop/http": package})

    assert fallbacks(source) == {"A": [HERE]}
    assert source.variables["A"].appended == {"/connect/twitter"}


# Nuxt


def nuxt(tmp_path: Path, config: str, page: str = "") -> dict[str, list[str]]:
    files = {"nuxt.config.ts": f"export default defineNuxtConfig({config})", "pages/a.vue": page}
    source = read(tmp_path, files, is_nuxt=True)
    assert addresses(source) == []
    return fallbacks(source)


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (
            f"{{ runtimeConfig: {{ apiBase: '{HERE}', public: {{ strapiURL: '{HERE}' }} }} }}",
            {"NUXT_API_BASE": [HERE], "NUXT_PUBLIC_STRAPI_URL": [HERE]},
        ),
        (
            f"{{ runtimeConfig: {{ public: {{ url: process.env.API || '{HERE}' }} }} }}",
            {"API": [HERE]},
        ),
        ("{ modules: ['@nuxtjs/strapi'] }", {"STRAPI_URL": []}),
        (
            f"{{ modules: ['@nuxtjs/strapi'], strapi: {{ url: '{HERE}' }} }}",
            {"NUXT_STRAPI_URL": [HERE], "NUXT_PUBLIC_STRAPI_URL": [HERE]},
        ),
        (
            f"{{ modules: ['@nuxtjs/strapi'], strapi: {{ url: process.env.S || '{HERE}' }} }}",
            {"S": [HERE]},
        ),
    ],
)
def test_the_variables_of_nuxts_configuration_are_known(
    tmp_path: Path, config: str, expected: dict[str, list[str]]
) -> None:
    assert nuxt(tmp_path, config) == expected


def test_a_key_of_nuxts_configuration_is_followed_into_pages(tmp_path: Path) -> None:
    page = "<script setup>const { url } = useRuntimeConfig().public</script>\n"
    page += "<template><a :href=\"url + '/connect/twitter'\">Log in</a></template>"
    files = {
        "nuxt.config.ts": "export default { runtimeConfig: { public: { url: '' } } }",
        "pages/a.vue": page,
    }

    source = read(tmp_path, files, is_nuxt=True)

    assert source.variables["NUXT_PUBLIC_URL"].appended == {"/connect/twitter"}
