"""Where the back end's address is written out in code, and where its text is no code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.project.reader.reading import addresses, read

HERE = "http://localhost:1337"


@pytest.mark.parametrize(
    ("file", "code", "url"),
    [
        ("a.js", "fetch('http://localhost:1337/api/articles')", f"{HERE}/api/articles"),
        ("a.js", 'const url = "http://127.0.0.1:1337";', "http://127.0.0.1:1337"),
        ("a.js", "const url = `https://localhost:1337/${path}`;", "https://localhost:1337/"),
        ("a.js", "axios.get('http://[::1]:1337')", "http://[::1]:1337"),
        ("a.jsx", f"const a = <a href='{HERE}/x'>Log in</a>", f"{HERE}/x"),
        ("a.jsx", f"const a = <a href={{'{HERE}' + path}}>Log in</a>", HERE),
        ("a.js", f"el.innerHTML = '<a href=\"{HERE}/x\">Log in</a>'", f"{HERE}/x"),
        ("index.html", f'<a href="{HERE}/x">Log in</a>', f"{HERE}/x"),
        (
            "index.html",
            f"<button onclick=\"location.href='{HERE}/x'\">Log in</button>",
            f"{HERE}/x",
        ),
        ("index.html", f"<script>fetch('{HERE}/x')</script>", f"{HERE}/x"),
        ("a.vue", f"<template><a href='{HERE}/x'>Log in</a></template>", f"{HERE}/x"),
        ("a.vue", f"<template><a @click=\"go('{HERE}/x')\">Log in</a></template>", f"{HERE}/x"),
        ("a.svelte", f'<a href="{HERE}/{{path}}">Log in</a>', f"{HERE}/"),
        ("a.svelte", f"<a href={{`{HERE}/${{path}}`}}>Log in</a>", f"{HERE}/"),
        ("a.astro", f"---\n---\n<a href={{'{HERE}' + path}}>Log in</a>", HERE),
        ("a.component.html", f"<img [src]=\"'{HERE}' + url\">", HERE),
        ("a.ts", f"export const environment = {{ api: '{HERE}' }};", HERE),
        ("a.ts", f"url.startsWith('http') ? url : '{HERE}' + url", HERE),
    ],
)
def test_an_address_in_code_is_found(tmp_path: Path, file: str, code: str, url: str) -> None:
    source = read(tmp_path, {file: f"\n{code}\n"})

    (found,) = addresses(source)
    assert (found[0], found[2]) == (file, url)
    assert found[1] == (4 if code.startswith("---") else 2)


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("a.js", f"// fetch('{HERE}')"),
        ("a.js", f"/*\n fetch('{HERE}')\n*/"),
        ("a.jsx", f"const a = <p>Open {HERE} now</p>"),
        ("a.jsx", f"const a = <pre>{{'{HERE}'}}</pre>"),
        ("a.jsx", f"const a = <pre>{{`{HERE} yarn start`}}</pre>"),
        ("a.jsx", f"const a = <input placeholder='{HERE}' />"),
        ("a.vue", f"<template><p>{HERE}</p><!-- <a href='{HERE}'> --></template>"),
        ("a.html", f"<p>{HERE}</p><!-- <a href='{HERE}'> -->"),
        ("a.js", f"console.log('{HERE}'); throw new Error('{HERE} does not answer')"),
        ("a.js", f"const help = 'Is Strapi at {HERE}?'"),
        ("a.js", f"if (url === '{HERE}') x(); url.startsWith('{HERE}')"),
        ("a.ts", f"type Url = '{HERE}';"),
        ("a.js", "fetch('http://localhost:13370')"),
        ("a.js", "fetch('http://localhost:3000')"),
        ("a.js", "fetch('http://strapi:1337')"),
        ("vite.config.js", f"export default {{ server: {{ proxy: {{ '/api': '{HERE}' }} }} }}"),
        (
            "vite.config.js",
            f"export default {{ server: {{ proxy: {{ '/api': {{ target: '{HERE}' }} }} }} }}",
        ),
        (
            "next.config.js",
            "module.exports = { async rewrites() { return [{ source: '/api/:p*', "
            f"destination: '{HERE}/api/:p*' }}] }} }}",
        ),
        (
            "src/setupProxy.js",
            f"app.use('/api', createProxyMiddleware({{ target: '{HERE}', changeOrigin: true }}))",
        ),
        (
            "next.config.js",
            f"module.exports = {{ images: {{ remotePatterns: [new URL('{HERE}')] }} }}",
        ),
        ("src/a.test.ts", f"expect('{HERE}')"),
        ("src/a.spec.ts", f"expect('{HERE}')"),
        ("src/A.stories.tsx", f"export const A = {{ args: {{ href: '{HERE}' }} }}"),
        ("src/mocks/handlers.ts", f"export const a = '{HERE}'"),
        ("src/__generated__/a.ts", f"export const a = '{HERE}'"),
        ("src/a.ts", f"/* This file is auto-generated */\nexport const a = '{HERE}'"),
        ("src/environments/environment.prod.ts", f"export const a = '{HERE}'"),
        ("src/a.d.ts", f"declare const a = '{HERE}'"),
        ("public/old.js", f"fetch('{HERE}')"),
        ("scripts/seed.js", f"fetch('{HERE}')"),
        ("README.md", HERE),
    ],
)
def test_what_is_no_code_is_left_out(tmp_path: Path, file: str, code: str) -> None:
    assert addresses(read(tmp_path, {file: code})) == []


@pytest.mark.parametrize(
    ("code", "url"),
    [
        (
            f"fetch('{HERE}/api', {{ headers: {{ Authorization: 'Bearer 8f2c0d' }} }})",
            f"{HERE}/api",
        ),
        (f"const token = '8f2c0d', url = '{HERE}/api'", f"{HERE}/api"),
        (f"fetch('{HERE}/api?token=8f2c0d')", f"{HERE}/api"),
        (f"fetch('{HERE}/api#8f2c0d')", f"{HERE}/api"),
        ("fetch('http://me:8f2c0d@localhost:1337/api')", ""),
    ],
)
def test_a_secret_beside_an_address_is_not_shown(tmp_path: Path, code: str, url: str) -> None:
    source = read(tmp_path, {"a.js": code})

    assert [found for _, _, found in addresses(source)] == ([url] if url else [])


def test_an_address_of_an_earlier_tunnel_counts(tmp_path: Path) -> None:
    files = {"a.js": "fetch('https://a.example.com/api'); fetch('https://x.ngrok-free.app/api')"}

    source = read(tmp_path, files, hosts=("a.example.com",))

    assert [url for _, _, url in addresses(source)] == [
        "https://a.example.com/api",
        "https://x.ngrok-free.app/api",
    ]


def test_a_default_that_is_used_by_itself_too_is_found(tmp_path: Path) -> None:
    code = (
        f"const LOCAL = '{HERE}';\nexport const a = process.env.A || LOCAL, b = LOCAL + '/uploads'"
    )

    assert addresses(read(tmp_path, {"a.js": code})) == [("a.js", 1, HERE)]
