"""Proxy rules that can't be read: named by a script, in another file, in a server of the project's own.

They count as a rule for everything. What usual projects have instead of them counts as none.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.guarding import find, is_closed
from tests.world import upstreams
from tests.world.upstreams import World
from twitter_setup.project.frameworks import FrameworkId

world = upstreams.world

RULES = "{ '/cms': { target: 'http://localhost:1337', rewrite: p => p.replace(/^\\/cms/, '') } }"
WEBPACK_RULES = (
    "[{ context: ['/cms'], target: 'http://localhost:1337', pathRewrite: { '^/cms': '' } }]"
)

VITE = f"export default {{ server: {{ proxy: {RULES} }} }}"
WEBPACK = f"module.exports = {{ devServer: {{ proxy: {WEBPACK_RULES} }} }}"
ANGULAR = '{"/cms": {"target": "http://localhost:1337", "pathRewrite": {"^/cms": ""}}}'


# A file that the script names


@pytest.mark.parametrize(
    ("framework", "script", "file", "content"),
    [
        ("vite", "vite --config vite.dev.ts", "vite.dev.ts", VITE),
        ("vite", "vite --port 3000 -c conf/v.mjs", "conf/v.mjs", VITE),
        ("vite", "FOO=1 vite --config=./v.ts --host", "v.ts", VITE),
        (
            "astro",
            "astro dev --config a.mjs",
            "a.mjs",
            VITE.replace("server", "vite: { server") + "}",
        ),
        ("plain", "webpack serve --config b/webpack.js", "b/webpack.js", WEBPACK),
        ("plain", "rsbuild dev -c r.ts", "r.ts", VITE),
        ("cra", "craco start --config craco.dev.js", "craco.dev.js", WEBPACK),
        ("angular", "ng serve --proxy-config conf/dev.json", "conf/dev.json", ANGULAR),
    ],
)
def test_the_file_that_the_script_names_is_read(
    tmp_path: Path, framework: FrameworkId, script: str, file: str, content: str
) -> None:
    manifest = json.dumps(
        {"scripts": {"start" if framework in {"cra", "angular"} else "dev": script}}
    )

    guards = find(tmp_path, framework, **{"package.json": manifest, file: content})

    assert is_closed(guards, "/cms/admin/init")
    assert not is_closed(guards, "/cms/api/articles")
    assert not is_closed(guards, "/admin")


def test_a_file_that_no_script_names_and_one_that_is_not_there_close_nothing(
    tmp_path: Path,
) -> None:
    manifest = json.dumps({"scripts": {"dev": "vite --config gone.ts", "x": "vite -c vite.dev.ts"}})

    assert find(tmp_path, "vite", **{"package.json": manifest, "vite.dev.ts": VITE}) == ()


@pytest.mark.parametrize("name", ["webpack.dev", "webpack.config.dev", "webpack.dev.config"])
@pytest.mark.parametrize(
    "content",
    [
        WEBPACK,
        f"module.exports = merge(common, {{ devServer: {{ proxy: {WEBPACK_RULES} }} }})",
    ],
)
def test_webpacks_file_for_development_is_read(tmp_path: Path, name: str, content: str) -> None:
    assert is_closed(find(tmp_path, "plain", **{f"{name}.js": content}), "/cms/admin/init")


# A file that it is made of


@pytest.mark.parametrize(
    ("content", "other"),
    [
        ("import base from './vite.base'; export default mergeConfig(base, {})", "vite.base.ts"),
        ("import base from './vite.base.js'; export default { ...base }", "vite.base.ts"),
        ("import server from './dev'; export default { server }", "dev/index.ts"),
        ("const base = require('../vite.base'); module.exports = { ...base }", "../vite.base.js"),
        ("import { server } from './parts.mjs'\nexport default { server: server }", "parts.mjs"),
    ],
)
def test_where_the_configuration_is_unclear_what_it_imports_may_hold_the_rules(
    tmp_path: Path, content: str, other: str
) -> None:
    front = tmp_path / "front"

    assert is_closed(
        find(front, "vite", **{"vite.config.ts": content, other: VITE}), "/cms/admin/init"
    )


@pytest.mark.parametrize(
    ("content", "other"),
    [
        # Read for certain: what it imports can't bring rules.
        (
            "import { a } from './a'; export default { server: { port: 1 }, define: { a } }",
            "a = 'proxy'",
        ),
        (
            "import base from './a'; export default { ...base }",
            "export default { port: 1337 } // proxy",
        ),
        (
            "import base from './a'; export default mergeConfig(base, {})",
            "export default { plugins: [] }",
        ),
        ("import base from '@acme/a'; export default { ...base }", "a = 'proxy'"),
        ("// import base from './a'\nexport default { ...base }", "a = 'proxy'"),
    ],
)
def test_what_a_configuration_imports_without_rules_closes_nothing(
    tmp_path: Path, content: str, other: str
) -> None:
    assert find(tmp_path, "vite", **{"vite.config.ts": content, "a.ts": other}) == ()


def test_nexts_rewrites_in_a_file_that_its_configuration_imports_count(tmp_path: Path) -> None:
    content = "import base from './next.base.mjs'; export default { ...base, x: 1 }"
    rewrites = "export default { rewrites: () => [{ source: '/s', destination: url }] }"

    assert (
        find(tmp_path, "next", **{"next.config.mjs": content, "next.base.mjs": "export default {}"})
        == ()
    )
    assert is_closed(find(tmp_path, "next", **{"next.base.mjs": rewrites}), "/s/admin")


def test_setup_proxy_may_have_its_rules_from_another_file(tmp_path: Path) -> None:
    script = "module.exports = app => require('./forward')(app)"
    rules = "module.exports = app => app.use('/cms', createProxyMiddleware({ target }))"

    guards = find(tmp_path, "cra", **{"src/setupProxy.js": script, "src/forward.js": rules})

    assert is_closed(guards, "/cms/admin/init")


def test_angulars_script_of_rules_that_cannot_be_read_is_a_rule_for_everything(
    tmp_path: Path,
) -> None:
    guards = find(tmp_path, "angular", **{"proxy.conf.js": "module.exports = require('./rules')"})

    assert is_closed(guards, "/cms/admin/init")


# A server of the project's own

OWN_SERVERS: list[tuple[FrameworkId, str, str]] = [
    (
        "plain",
        "server.js",
        """
        const { createProxyMiddleware } = require('http-proxy-middleware')
        app.use('/cms', createProxyMiddleware({
          target: process.env.STRAPI_URL, pathRewrite: { '^/cms': '' } }))
        app.listen(process.env.PORT)""",
    ),
    (
        "vite",
        "server/index.ts",
        "app.use('/cms', proxy(config.cms, { target: process.env['CMS'] }))",
    ),
    (
        "vite",
        "server.js",
        "import { cms } from './config'; app.use('/cms', createProxyMiddleware(cms))",
    ),
    (
        "vite",
        "dev-server.mjs",
        "const { CMS } = process.env; http.createServer((q, s) => proxy.web(q, s))",
    ),
    (
        "next",
        "server.js",
        "app.get('/cms/*', (req, res) => fetch(process.env.CMS + req.url).then(send))",
    ),
    (
        "next",
        "middleware.ts",
        """
        export function middleware(req) {
          if (req.nextUrl.pathname.startsWith('/cms'))
            return NextResponse.rewrite(new URL(req.nextUrl.pathname.slice(4), process.env.STRAPI_URL))
        }""",
    ),
    (
        "next",
        "src/middleware.ts",
        "return NextResponse.rewrite(new URL(`${process.env.CMS}/${path}`, q.url))",
    ),
    (
        "next",
        "src/proxy.ts",
        "export const proxy = (q) => NextResponse.rewrite(process.env.CMS + q.nextUrl.pathname)",
    ),
    (
        "next",
        "middleware.ts",
        "const url = req.nextUrl.clone()\nurl.host = process.env.CMS\nreturn NextResponse.rewrite(url)",
    ),
    ("next", "middleware.ts", "return fetch(`${process.env.CMS}${path}`)"),
    (
        "next",
        "middleware.ts",
        "const answer = await fetch(new URL(request.nextUrl.pathname, process.env.CMS))",
    ),
]


@pytest.mark.parametrize(("framework", "file", "content"), OWN_SERVERS)
def test_a_server_that_hands_on_to_an_address_out_of_the_environment_is_a_rule_for_everything(
    tmp_path: Path, framework: FrameworkId, file: str, content: str
) -> None:
    guards = find(tmp_path, framework, **{file: content})

    assert is_closed(guards, "/cms/admin/init")
    assert not is_closed(guards, "/cms/api/articles")


USUAL_SERVERS: list[tuple[FrameworkId, str, str]] = [
    ("next", "middleware.ts", "export { default } from 'next-auth/middleware'"),
    (
        "next",
        "middleware.ts",
        """
        if (process.env.MAINTENANCE_PAGE === '1')
          return NextResponse.rewrite(new URL('/maintenance', request.url))""",
    ),
    (
        "next",
        "src/middleware.ts",
        """
        const locale = process.env.DEFAULT_LOCALE ?? 'en'
        return NextResponse.rewrite(new URL(`/${locale}${request.nextUrl.pathname}`, request.url))""",
    ),
    (
        "next",
        "middleware.ts",
        """
        const url = request.nextUrl.clone()
        url.pathname = `/${process.env.REGION}${url.pathname}`
        return NextResponse.rewrite(url)""",
    ),
    (
        "next",
        "middleware.ts",
        """
        const csp = "connect-src 'self' http://localhost:1337"
        return NextResponse.rewrite(new URL('/login', req.url))""",
    ),
    (
        "next",
        "middleware.ts",
        """
        const token = await getToken({ req, secret: process.env.NEXTAUTH_SECRET })
        return token ? NextResponse.next() : NextResponse.rewrite(loginUrl)""",
    ),
    (
        "next",
        "middleware.ts",
        """
        const found = await fetch(`${process.env.STRAPI_URL}/api/redirects?from=${request.nextUrl.pathname}`)
        return NextResponse.redirect(new URL((await found.json()).to, request.url))""",
    ),
    (
        "next",
        "middleware.ts",
        """
        async function rates() { return fetch(`${process.env.NEXT_PUBLIC_STRAPI_URL}/api/rates`) }""",
    ),
    (
        "next",
        "proxy.ts",
        """
        import type { NextProxy } from 'next/server'
        export function proxy(request) { return process.env.LOGIN_URL ? login() : NextResponse.next() }
        export const config = { matcher: '/account' }""",
    ),
    ("next", "src/proxy.ts", "const proxy = auth(handle, process.env.SITE)\nexport default proxy"),
    (
        "next",
        "server.js",
        """
        const dev = process.env.NODE_ENV !== 'production'
        next({ dev, port: process.env.PORT }).prepare().then(() => createServer(handle).listen(3000))""",
    ),
    (
        "vite",
        "server.js",
        """
        const isProduction = process.env.NODE_ENV === 'production'
        app.set('trust proxy', 1)
        app.use(session({ url: process.env.REDIS_URL, secret: process.env.SESSION_SECRET }))
        app.listen(process.env.PORT || 5173)""",
    ),
    (
        "plain",
        "server.js",
        """
        app.use('/maps', createProxyMiddleware({ target: 'https://maps.example.com' }))
        app.listen(process.env.PORT)""",
    ),
    (
        "plain",
        "server/index.js",
        "app.get('/', async (q, s) => s.send(await fetch(`${process.env.CMS}/api/home`)))",
    ),
    (
        "plain",
        "server.js",
        "// app.use(createProxyMiddleware({ target: process.env.CMS }))\napp.listen(3000)",
    ),
]


@pytest.mark.parametrize(("framework", "file", "content"), USUAL_SERVERS)
def test_a_usual_server_or_middleware_closes_nothing(
    tmp_path: Path, framework: FrameworkId, file: str, content: str
) -> None:
    assert find(tmp_path, framework, **{file: content}) == ()


# Nuxt's


@pytest.mark.parametrize(
    ("file", "content", "closed", "open_"),
    [
        (
            "server/routes/cms/[...].ts",
            "export default (e) => proxyRequest(e, 'http://localhost:1337' + e.path.slice(4))",
            ["/cms/admin/init", "/base/cms/admin"],
            ["/cms/api/articles", "/admin", "/blog/admin"],
        ),
        (
            "server/routes/a/[b]/c/[...d].ts",
            "const { cms } = useRuntimeConfig(); export default (e) => sendProxy(e, cms + e.path)",
            ["/a/x/c/admin"],
            ["/admin"],
        ),
        (
            "server/routes/[...].ts",
            "export default (e) => proxyRequest(e, process.env.NUXT_CMS + e.path)",
            ["/x/admin"],
            ["/administration"],
        ),
        (
            "server/routes/cms/[...].ts",
            "import { to } from '../to'; export default (e) => proxyRequest(e, to(e))",
            ["/cms/admin"],
            ["/admin"],
        ),
        (
            "server/middleware/cms.ts",
            "if (e.path.startsWith('/cms')) return proxyRequest(e, 'http://127.0.0.1:1337' + rest)",
            ["/cms/admin", "/x/y/admin"],
            ["/x"],
        ),
        (
            "server/routes/tiles/[...].ts",
            "export default (e) => proxyRequest(e, 'https://tiles.example.com' + e.path)",
            [],
            ["/tiles/admin"],
        ),
        (
            "server/routes/feed.xml.ts",
            "export default () => render(process.env.SITE)",
            [],
            ["/admin"],
        ),
        ("server/middleware/log.ts", "console.log(event.path, process.env.LOG)", [], ["/admin"]),
        (
            "server/routes/sitemap.ts",
            "const found = await $fetch(`${useRuntimeConfig().cms}/api/pages`)",
            [],
            ["/admin"],
        ),
    ],
)
def test_nuxts_server_routes_that_hand_on_are_closed_below_their_path(
    tmp_path: Path, file: str, content: str, closed: list[str], open_: list[str]
) -> None:
    guards = find(tmp_path, "nuxt", **{file: content})

    for path in closed:
        assert is_closed(guards, path), path
    for path in open_:
        assert not is_closed(guards, path), path
    assert find(tmp_path, "vite", **{file: content}) == ()


# Through the gateway


def test_what_a_server_of_the_projects_own_would_hand_on_is_not_asked_of_it(
    world: World, tmp_path: Path
) -> None:
    front = tmp_path / "front"
    world.open(guards=find(front, "plain", **{"server.js": OWN_SERVERS[0][2]}))

    assert world.ask("/cms/admin/init").status == 404
    assert world.ask("/cms/%61dmin/init", "POST").status == 404
    for target in ("/", "/cms/api/articles", "/blog/administration"):
        assert world.ask(target).by == "frontend"


def test_a_usual_middleware_leaves_every_page_of_the_app(world: World, tmp_path: Path) -> None:
    front = tmp_path / "front"
    world.open(guards=find(front, "next", **{"middleware.ts": USUAL_SERVERS[2][2]}))

    for target in ("/admin", "/upload/photos", "/docs/email"):
        assert world.ask(target).by == "frontend"
