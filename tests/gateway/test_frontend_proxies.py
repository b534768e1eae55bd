"""The front end's own proxy rules: which of them would hand Strapi's admin side on, and what is closed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.guarding import find, is_closed
from twitter_setup.gateway.paths import Guard
from twitter_setup.project.frameworks import FrameworkId


def _write(folder: Path, **files: str) -> None:
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_js", ".js").replace("_json", ".json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def _vite(folder: Path, proxy: str, before: str = "") -> tuple[Guard, ...]:
    content = f"import {{ defineConfig }} from 'vite'\n{before}\n"
    content += (
        f"export default defineConfig({{ plugins: [react()], server: {{ proxy: {proxy} }} }})"
    )
    (folder / "vite.config.js").write_text(content)
    return find(folder, "vite")


BACKEND = "'http://localhost:1337'"


# Vite


@pytest.mark.parametrize(
    "proxy",
    [
        f"{{ '/api': {BACKEND} }}",
        f"{{ '/api': {{ target: {BACKEND}, changeOrigin: true, secure: false }} }}",
        f"{{ '/api': {BACKEND}, '/uploads': {BACKEND}, '/graphql': {{ target: process.env.STRAPI }} }}",
        f"{{ '^/api/.*': {BACKEND} }}",
        "{ '/strapi': 'http://localhost:1337/api' }",
        "{ '/strapi': { target: 'http://localhost:1337/api/', rewrite: (p) => mangle(p) } }",
        "{ '/strapi': `${env.STRAPI_URL}/api` }",
        "{ '/': 'http://localhost:4000' }",
        "{ '/maps': { target: 'https://maps.example.com', rewrite: (p) => p.replace(/^.maps/, '') } }",
        f"{{ '/s': {{ target: {BACKEND}, rewrite: (path) => path.replace(/^\\/s/, '/api') }} }}",
        f"{{ '/s': {{ target: {BACKEND}, rewrite: p => {{ return p.replace('/s', '/api/v1') }} }} }}",
        "{}",
    ],
)
def test_rules_that_lead_below_the_api_or_elsewhere_close_nothing(
    tmp_path: Path, proxy: str
) -> None:
    assert _vite(tmp_path, proxy) == ()


@pytest.mark.parametrize(
    ("proxy", "closed", "open_"),
    [
        (f"{{ '/admin': {BACKEND} }}", ["/admin", "/ADMIN/x"], ["/email", "/x/admin"]),
        (f"{{ '/admin/init': {BACKEND} }}", ["/admin/init"], ["/admin", "/email"]),
        (f"{{ '/': {BACKEND} }}", ["/admin", "/email/x", "//upload"], ["/x/admin", "/emails"]),
        (f"{{ '/ad': {BACKEND} }}", ["/admin"], ["/ads"]),
        (f"{{ '^/(api|admin)': {BACKEND} }}", ["/admin", "/email"], ["/x"]),
        (f"{{ '^/admins?/': {BACKEND} }}", ["/admin/x"], ["/x"]),
        (f"{{ '^/api|^/admin': {BACKEND} }}", ["/admin/x"], ["/x"]),
        (
            f"{{ '/strapi': {{ target: {BACKEND}, rewrite: (path) => path.replace(/^\\/strapi/, '') }} }}",
            ["/strapi/admin", "/strapi//admin", "/strapi%2fadmin", "/Strapi/Email"],
            ["/strapi/api/articles", "/admin", "/strapi/api/upload"],
        ),
        (
            f"{{ '/strapi': {{ target: {BACKEND}, rewrite(path) {{ return path.slice(7) }} }} }}",
            ["/strapi/admin", "/strapi/x/admin"],
            ["/admin", "/strapi/api/articles"],
        ),
        (
            f"{{ '/panel': {{ target: {BACKEND}, rewrite: (p) => '/admin' + p }} }}",
            ["/panel", "/panel/x"],
            ["/x"],
        ),
        (
            f"{{ '/p': {{ target: {BACKEND}, rewrite: (p) => p.replace(/^\\/p/, '/content-manager') }} }}",
            ["/p/x"],
            ["/x"],
        ),
        ("{ '/panel': 'http://127.0.0.1:1337/admin' }", ["/panel", "/panel/x"], ["/x"]),
        (
            "{ '/x': { target: url, rewrite: (p) => p.replace(/^\\/x/, '') } }",
            ["/x/admin"],
            ["/admin"],
        ),
        ("{ '/x': { ...common } }", ["/x/admin", "/x/y/admin"], ["/admin"]),
        ("{ '/x': { target: 'http://localhost:4000', router: pick } }", ["/x/admin"], ["/admin"]),
        (
            f"{{ '/x': {{ target: {BACKEND}, configure: (p) => {{ q.path = 'y' }} }} }}",
            ["/x/admin"],
            [],
        ),
    ],
)
def test_rules_that_reach_the_admin_side_are_closed_there(
    tmp_path: Path, proxy: str, closed: list[str], open_: list[str]
) -> None:
    guards = _vite(tmp_path, proxy)

    for path in closed:
        assert is_closed(guards, path), path
    for path in open_:
        assert not is_closed(guards, path), path
    assert all("vite.config.js" in guard.source for guard in guards)


@pytest.mark.parametrize(
    "content",
    [
        "export default { server: { proxy: makeProxy() } }",
        "export default { server: { ...shared, port: 3000 }, plugins: [proxy()] }",
        "export default { server: { ['proxy']: {} } }",
        "export default { server: { proxy: { [prefix]: 'http://localhost:1337' } } }",
        "export default { server: { proxy: { ...rules } } }",
        "export default mergeConfig(base, { server: { proxy: {} } })",
        "export default { plugins: [{ configureServer(s) { s.use(createProxyMiddleware({})) } }] }",
        "export default { server: { proxy: ",
    ],
)
def test_what_cannot_be_read_and_speaks_of_proxies_is_a_rule_for_everything(
    tmp_path: Path, content: str
) -> None:
    (tmp_path / "vite.config.ts").write_text(content)

    guards = find(tmp_path, "vite")

    for path in ("/admin", "/x/admin", "/x/y/%61dmin"):
        assert is_closed(guards, path)
    assert not is_closed(guards, "/blog/administration")


@pytest.mark.parametrize(
    "content",
    [
        "export default { server: { port: 3000 } }",
        "export default { /* proxy: x */ plugins: [] } // proxy to 1337",
        "export default make()",
        "export default { server: { ...shared } }",
    ],
)
def test_a_configuration_without_a_word_about_proxies_closes_nothing(
    tmp_path: Path, content: str
) -> None:
    (tmp_path / "vite.config.mjs").write_text(content)

    assert find(tmp_path, "vite") == ()


def test_no_front_end_files_close_nothing(tmp_path: Path) -> None:
    for framework in (
        "vite",
        "next",
        "cra",
        "nuxt",
        "angular",
        "vue-cli",
        "gatsby",
        "astro",
        "plain",
    ):
        assert find(tmp_path, framework) == ()


# CRA


def test_cras_proxy_takes_everything_but_a_browsers_navigation(tmp_path: Path) -> None:
    _write(tmp_path, package_json=json.dumps({"proxy": "http://localhost:1337"}))

    (guard,) = find(tmp_path, "cra")

    assert guard == Guard(admin_at="start", spares_pages=True, source="proxy in package.json")
    assert find(tmp_path, "vite") == ()


def test_cras_proxy_to_another_server_closes_nothing(tmp_path: Path) -> None:
    _write(tmp_path, package_json=json.dumps({"proxy": "http://localhost:5000"}))

    assert find(tmp_path, "cra") == ()


def test_the_old_form_of_cras_proxy_is_read(tmp_path: Path) -> None:
    rules = {
        "/api": {"target": "http://localhost:1337"},
        "^/panel": {"target": "http://x:1337/admin"},
    }
    _write(tmp_path, package_json=json.dumps({"proxy": rules}))

    assert is_closed(find(tmp_path, "cra"), "/panel/x")


@pytest.mark.parametrize(
    ("code", "closed", "open_"),
    [
        (
            f"app.use('/api', createProxyMiddleware({{ target: {BACKEND} }}))",
            ["/api/admin"],
            ["/admin"],
        ),
        (f"app.use('/s', proxy({{ target: {BACKEND} }}))", ["/s/admin"], ["/admin", "/s/api/x"]),
        (f"app.use(proxy('/admin', {{ target: {BACKEND} }}))", ["/admin/x"], ["/email"]),
        (
            f"app.use(createProxyMiddleware(['/api', '/admin'], {{ target: {BACKEND} }}))",
            ["/admin"],
            [],
        ),
        (
            f"app.use(createProxyMiddleware({{ pathFilter: '/admin', target: {BACKEND} }}))",
            ["/admin"],
            ["/email"],
        ),
        (
            "app.use('/s', createProxyMiddleware({ target: url, pathRewrite: { '^/s': '/api' } }))",
            ["/s/admin"],
            ["/s/api/x", "/admin"],
        ),
        (
            f"app.use(createProxyMiddleware({{ target: {BACKEND} }}))",
            ["/admin", "/x/admin"],
            ["/x"],
        ),
        (f"app.use(createProxyMiddleware(filter, {{ target: {BACKEND} }}))", ["/x/admin"], []),
        (
            "app.use('/s', createProxyMiddleware({ target: 'http://localhost:9' }))",
            [],
            ["/s/admin"],
        ),
        ("app.use((req, res, next) => next())", [], ["/admin"]),
    ],
)
def test_setup_proxy_is_read_as_it_may_be_mounted(
    tmp_path: Path, code: str, closed: list[str], open_: list[str]
) -> None:
    head = (
        "const { createProxyMiddleware } = require('http-proxy-middleware');\n"
        if "roxy" in code
        else ""
    )
    _write(tmp_path, src__setupProxy_js=f"{head}module.exports = function (app) {{ {code}; }};")

    guards = find(tmp_path, "cra")

    for path in closed:
        assert is_closed(guards, path), path
    for path in open_:
        assert not is_closed(guards, path), path


# Next


@pytest.mark.parametrize(
    ("rewrites", "closed", "open_"),
    [
        (
            "[{ source: '/s/:path*', destination: 'http://localhost:1337/api/:path*' }]",
            [],
            ["/s/admin"],
        ),
        (
            "[{ source: '/s/:path*', destination: 'http://localhost:1337/:path*' }]",
            ["/s/admin"],
            ["/admin", "/s/api/upload"],
        ),
        (
            "[{ source: '/:path*', destination: `${process.env.URL}/:path*` }]",
            ["/admin"],
            ["/x/admin"],
        ),
        ("[{ source: '/s/:a/:b*', destination: `${URL}/:b*` }]", ["/s/x/admin"], ["/admin"]),
        ("[{ source: '/p', destination: 'http://localhost:1337/admin' }]", ["/p"], ["/admin"]),
        ("[{ source: '/old', destination: '/new' }]", [], ["/old/admin"]),
        (
            "{ fallback: [{ source: '/s/:p*', destination: 'http://[::1]:1337/:p*' }] }",
            ["/s/admin"],
            [],
        ),
        ("makeRewrites()", ["/admin", "/x/admin"], ["/x"]),
        ("[...others]", ["/x/admin"], []),
        ("[{ source: prefix, destination: 'http://localhost:1337/:path*' }]", ["/x/admin"], []),
        ("[]", [], ["/admin"]),
    ],
)
def test_nexts_rewrites_are_closed_where_they_lead_to_the_admin_side(
    tmp_path: Path, rewrites: str, closed: list[str], open_: list[str]
) -> None:
    for head, tail in (
        ("async rewrites() { return ", " }"),
        ("rewrites: async () => (", ")"),
    ):
        content = f"const config = {{ {head}{rewrites}{tail} }}\nmodule.exports = withX(config)"
        (tmp_path / "next.config.js").write_text(content)

        guards = find(tmp_path, "next")

        for path in closed:
            assert is_closed(guards, path), path
        for path in open_:
            assert not is_closed(guards, path), path


_REWRITES = (
    "async rewrites() {{ return [{{ source: '{}', destination: 'http://localhost:1337{}' }}] }}"
)


@pytest.mark.parametrize(
    "content",
    [
        "module.exports = {{ basePath: '/shop', {} }}",
        "module.exports = {{ basePath, {} }}",
        "module.exports = {{ basePath: process.env.BASE, {} }}",
        "module.exports = {{ i18n: {{ locales: ['en', 'fr'], defaultLocale: 'en' }}, {} }}",
        "const {{ i18n }} = require('./next-i18next.config'); module.exports = {{ i18n, {} }}",
        "module.exports = {{ ...base, {} }}",
        "module.exports = nextTranslate({{ {} }})",
        "module.exports = async () => ({{ {} }})",
    ],
)
def test_nexts_rewrites_are_closed_below_a_base_path_and_a_language_too(
    tmp_path: Path, content: str
) -> None:
    for source, destination, closed, open_ in (
        (
            "/strapi/:path*",
            "/:path*",
            ["/strapi/admin", "/shop/strapi/admin/init", "/fr/STRAPI/%61dmin", "/a/b/strapi/email"],
            [
                "/shop/strapi/api/articles",
                "/shop/admin",
                "/shop/strapi",
                "/shop/blog/administration",
            ],
        ),
        ("/:path*", "/:path*", ["/admin", "/shop/admin/init", "/fr/email"], ["/shop/superadmin"]),
        (
            "/panel/:path*",
            "/admin/:path*",
            ["/panel/x", "/shop/panel/init"],
            ["/shop", "/shop/pan"],
        ),
        ("/strapi/:path*", "/api/:path*", [], ["/shop/strapi/admin"]),
        ("/media/:path*", "/uploads/:path*", [], ["/shop/media/cat.jpg", "/shop/media/admin"]),
    ):
        rewrites = _REWRITES.format(source, destination)
        (tmp_path / "next.config.js").write_text(content.format(rewrites))

        guards = find(tmp_path, "next")

        for path in closed:
            assert is_closed(guards, path), path
        for path in open_:
            assert not is_closed(guards, path), path


def test_without_base_path_and_languages_a_rewrite_is_closed_at_its_own_place_alone(
    tmp_path: Path,
) -> None:
    rewrites = _REWRITES.format("/strapi/:path*", "/:path*")
    content = f"// no basePath, no i18n\nmodule.exports = withX({{ {rewrites} }})"
    (tmp_path / "next.config.js").write_text(content)

    guards = find(tmp_path, "next")

    assert is_closed(guards, "/strapi/admin")
    assert not is_closed(guards, "/blog/strapi/admin")


def test_a_middleware_that_leads_to_the_back_end_is_a_rule_for_everything(tmp_path: Path) -> None:
    _write(
        tmp_path,
        middleware_js="return NextResponse.rewrite(new URL(path, 'http://localhost:1337'))",
    )

    assert is_closed(find(tmp_path, "next"), "/x/admin")


def test_a_middleware_that_does_not_closes_nothing(tmp_path: Path) -> None:
    _write(tmp_path, middleware_js="return NextResponse.rewrite(new URL('/login', request.url))")

    assert find(tmp_path, "next") == ()


# The others


@pytest.mark.parametrize(
    ("framework", "file", "content", "closed", "open_"),
    [
        (
            "astro",
            "astro.config.mjs",
            f"export default defineConfig({{ vite: {{ server: {{ proxy: {{ '/admin': {BACKEND} }} }} }} }})",
            ["/admin"],
            ["/email"],
        ),
        (
            "sveltekit",
            "vite.config.ts",
            f"export default {{ server: {{ proxy: {{ '/': {BACKEND} }} }} }}",
            ["/admin"],
            ["/x"],
        ),
        (
            "nuxt",
            "nuxt.config.ts",
            f"export default defineNuxtConfig({{ nitro: {{ devProxy: {{ '/s': {BACKEND} }} }} }})",
            ["/s/admin"],
            ["/admin"],
        ),
        (
            "nuxt",
            "nuxt.config.ts",
            "export default { nitro: { devProxy: { '/s': { target: 'http://x:1337/api' } } } }",
            [],
            ["/s/admin"],
        ),
        (
            "nuxt",
            "nuxt.config.ts",
            "export default { routeRules: { '/s/**': { proxy: 'http://[::1]:1337/**' }, '/': { isr: 1 } } }",
            ["/s/admin"],
            ["/admin"],
        ),
        (
            "nuxt",
            "nuxt.config.ts",
            "export default { routeRules: { '/s/**': { proxy: { to: 'http://localhost:1337/api/**' } } } }",
            [],
            ["/s/admin"],
        ),
        (
            "nuxt",
            "nuxt.config.ts",
            "export default { routeRules: { '/s/**': { proxy: `${url}/**` } } }",
            ["/s/x/admin"],
            ["/admin"],
        ),
        (
            "nuxt",
            "nuxt.config.ts",
            "export default { modules: ['nuxt-proxy'] }",
            ["/x/admin"],
            ["/x"],
        ),
        (
            "vue-cli",
            "vue.config.js",
            f"module.exports = {{ devServer: {{ proxy: {BACKEND} }} }}",
            ["/admin"],
            ["/x/admin"],
        ),
        (
            "vue-cli",
            "vue.config.js",
            f"module.exports = {{ devServer: {{ proxy: {{ '^/api': {{ target: {BACKEND} }} }} }} }}",
            [],
            ["/admin"],
        ),
        (
            "gatsby",
            "gatsby-config.js",
            "module.exports = { proxy: [{ prefix: '/admin', url: 'http://localhost:1337' }] }",
            ["/admin/x"],
            ["/email"],
        ),
        (
            "cra",
            "craco.config.js",
            f"module.exports = {{ devServer: {{ proxy: {{ '/admin': {BACKEND} }} }} }}",
            ["/admin"],
            ["/email"],
        ),
        (
            "plain",
            "webpack.config.js",
            f"module.exports = {{ devServer: {{ proxy: [{{ context: ['/', '/x'], target: {BACKEND} }}] }} }}",
            ["/admin"],
            ["/x/admin"],
        ),
        (
            "angular",
            "proxy.conf.json",
            '{"/strapi/**": {"target": "http://localhost:1337", "pathRewrite": {"^/strapi": ""}}}',
            ["/strapi/admin"],
            ["/admin"],
        ),
        (
            "angular",
            "src/proxy.conf.js",
            f"module.exports = [{{ context: ['/admin'], target: {BACKEND} }}]",
            ["/admin"],
            ["/email"],
        ),
        (
            "angular",
            "proxy.conf.json",
            "{ // comment\n 'target': 'http://localhost:1337' }",
            ["/x/admin"],
            [],
        ),
        ("vite", "server.js", "app.use(proxy('http://localhost:1337'))", ["/x/admin"], ["/x"]),
    ],
)
def test_every_frameworks_own_place_is_read(
    tmp_path: Path,
    framework: FrameworkId,
    file: str,
    content: str,
    closed: list[str],
    open_: list[str],
) -> None:
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(content)

    guards = find(tmp_path, framework)

    for path in closed:
        assert is_closed(guards, path), path
    for path in open_:
        assert not is_closed(guards, path), path


_ANYWHERE = [
    (f"{{ '/api': {{ target: {BACKEND} }} }}", ["/admin/api-tokens", "/ADMIN/x%2Fapi"]),
    (
        f"{{ '/api': {{ target: {BACKEND}, pathRewrite: {{ '^/api': '' }} }} }}",
        ["/api/admin/init", "/x/api/y/%61dmin", "/admin/api"],
    ),
    (f"{{ 'api': {{ target: {BACKEND}, ws: true }} }}", ["/admin/x/api", "/email/apis"]),
    ("{ '/api': { target: process.env.CMS, router: pick } }", ["/x/admin/api", "/api/admin"]),
]


@pytest.mark.parametrize(("proxy", "closed"), _ANYWHERE)
def test_vue_clis_rule_for_a_word_closes_the_admin_side_only_where_the_word_is(
    tmp_path: Path, proxy: str, closed: list[str]
) -> None:
    (tmp_path / "vue.config.js").write_text(
        f"module.exports = {{ devServer: {{ proxy: {proxy} }} }}"
    )

    guards = find(tmp_path, "vue-cli")

    for path in closed:
        assert is_closed(guards, path), path
    for path in ("/admin", "/upload", "/upload/photos", "/email/x", "/blog/admin"):
        assert not is_closed(guards, path), path


def test_the_old_form_of_cras_proxy_closes_only_where_its_word_is_too(tmp_path: Path) -> None:
    rules = {"/api": {"target": "http://localhost:1337"}}
    _write(tmp_path, package_json=json.dumps({"proxy": rules}))

    guards = find(tmp_path, "cra")

    assert is_closed(guards, "/admin/api-tokens")
    assert not is_closed(guards, "/admin")


@pytest.mark.parametrize("key", ["/(api|admin)", "/api/v1.", "admin$", "/ad|/em"])
def test_vue_clis_regular_expression_is_not_taken_for_a_word(tmp_path: Path, key: str) -> None:
    rules = f"{{ '{key}': {{ target: {BACKEND} }} }}"
    (tmp_path / "vue.config.js").write_text(
        f"module.exports = {{ devServer: {{ proxy: {rules} }} }}"
    )

    assert is_closed(find(tmp_path, "vue-cli"), "/admin")


def test_angulars_file_is_the_one_that_its_settings_name(tmp_path: Path) -> None:
    (tmp_path / "angular.json").write_text('{"x": {"options": {"proxyConfig": "conf/dev.json"}}}')
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "dev.json").write_text('{"/admin": {"target": "http://localhost:1337"}}')

    assert is_closed(find(tmp_path, "angular"), "/admin/x")


def test_the_same_guard_is_made_once(tmp_path: Path) -> None:
    assert len(_vite(tmp_path, f"{{ '/ad': {BACKEND}, '/up': {BACKEND}, '/': {BACKEND} }}")) == 1
