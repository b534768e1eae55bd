"""Handlers of a front end's own server that hand what they are asked on to Strapi."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.guarding import find, is_closed
from tests.world import upstreams
from tests.world.upstreams import World
from twitter_setup import handed_on
from twitter_setup.gateway import frontend_routes
from twitter_setup.project.frameworks import FrameworkId

world = upstreams.world

# Where they are: each takes any path below its own.
PLACES = [
    ("next", "app/api/strapi/[...path]/route.ts", "/api/strapi"),
    ("next", "src/app/(site)/cms/[[...path]]/route.js", "/cms"),
    ("next", "pages/api/strapi/[...path].ts", "/api/strapi"),
    ("nuxt", "server/api/strapi/[...].ts", "/api/strapi"),
    ("nuxt", "app/server/routes/cms/[...path].get.ts", "/cms"),
    ("sveltekit", "src/routes/cms/[...path]/+server.ts", "/cms"),
    ("sveltekit", "src/routes/[[lang]]/api/strapi/[...path]/+server.js", "/api/strapi"),
    ("astro", "src/pages/cms/[...path].ts", "/cms"),
    ("gatsby", "src/api/strapi/[...].js", "/api/strapi"),
]
NEXT = PLACES[0][1]
OF_THE_PATH = "`${base}/${(await params).path.join('/')}`"


@pytest.mark.parametrize(("framework", "file", "below"), PLACES)
def test_a_handler_that_hands_any_path_on_is_closed_right_below_its_own(
    tmp_path: Path, framework: FrameworkId, file: str, below: str
) -> None:
    guards = find(
        tmp_path,
        framework,
        **{file: f"const base = process.env.CMS\nexport const GET = () => fetch({OF_THE_PATH})"},
    )

    for path in (f"{below}/admin/init", f"{below}//Admin", f"/base{below}/content-manager"):
        assert is_closed(guards, path), path
    for path in ("/admin", f"{below}/articles/admin", f"{below}/administration"):
        assert not is_closed(guards, path), path
    assert [guard.source for guard in guards] == [file]


HANDS_ON = {
    "variable": "return fetch(`${process.env.CMS}/${path.join('/')}`)",
    "url put together before": """
        const url = `${process.env.CMS}/${path.join('/')}`
        const found = await fetch(url, { headers: request.headers })
        return new Response(found.body)""",
    "by port": "export const GET = () => fetch('http://localhost:1337/' + path)",
    "as a request": "url.host = 'localhost:1337'; return fetch(new Request(url, request))",
    "one call below the API beside it": """
        const me = await fetch(`${process.env.CMS}/api/users/me`)
        return fetch(new URL(path.join('/'), process.env.CMS), { headers: { user: me.id } })""",
    "its own path taken off": """
        const asked = url.pathname.replace(`${base}/api/strapi`, '')
        return fetch(process.env.CMS + asked)""",
    "imported address": """
        import { STRAPI_URL } from '@/lib/config'
        export const GET = () => fetch(`${STRAPI_URL}/${path}`)""",
    "imported environment": """
        import { env } from '@/env'
        export const GET = () => fetch(new URL(path.join('/'), env.CMS))""",
    "sveltekit's environment": """
        import { CMS_URL } from '$env/static/private'
        export const GET = ({ params }) => fetch(`${CMS_URL}/${params.path}`)""",
    "astro's secrets": "export const ALL = () => fetch(getSecret('CMS') + path)",
    "nuxt's configuration": "export default (e) => proxyRequest(e, joinURL(useRuntimeConfig(e).cms, e.path))",
    "proxy with a target from elsewhere": "export default (e) => strapiProxy(e)",
    "proxy middleware": "createProxyMiddleware({ target: process.env.CMS, pathRewrite: { '^/x': '' } })",
    "proxy middleware with another URL": """
        import config from '../../config'
        httpProxyMiddleware(q, s, { target: config.apiUrl, headers: { referer: 'https://a.example' } })""",
    "axios": "axios({ method, url: `${process.env.CMS}/${path}` })",
    "axios instance": "const api = axios.create({ baseURL: 'http://localhost:1337' }); api.request({ url })",
    "ky": "const api = ky.create({ prefixUrl: process.env.CMS }); return api(path.join('/'))",
    "node": "http.request({ host: 'localhost', port: 1337, path: q.url.slice(11) })",
    "one of two functions below the API": """
        export function GET() { const url = `${process.env.CMS}/api/articles`; return fetch(url) }
        export function POST() { const url = `${process.env.CMS}/${path}`; return fetch(url) }""",
    "set anew": "let url = `${CMS}/api/${path}`; if (isFile) url = `${CMS}/${path}`\nreturn fetch(url)",
    "one way of two": "const to = isContent ? `${CMS}/api/${path}` : `${CMS}/${path}`; return fetch(to)",
    "a URL whose path is set": """
        const url = new URL('/api', process.env.CMS)
        url.pathname = '/' + path.join('/')
        return fetch(url)""",
    "a header below the API": """
        const headers = { referer: `${origin}/api/x` }
        return fetch(`${CMS}/${path}`, { headers })""",
    "an absolute path takes the API off": "fetch(new URL(path, `${process.env.CMS}/api/`))",
    "base URL of the project's own": """
        import { BASE_URL } from '@/lib/constants'
        export const GET = () => fetch(`${BASE_URL}/${path}`)""",
    "a function gives the address": "fetch(getStrapiURL('/' + path))",
    "configuration of Next": "fetch(`${getConfig().serverRuntimeConfig.cms}/${path}`)",
    "proxy middleware of a path": "createProxyMiddleware('/api/strapi', { target: process.env.CMS })",
    "proxy middleware of a path with options": """
        const options = { target: process.env.CMS, pathRewrite: { '^/api/strapi': '' } }
        export default createProxyMiddleware('/api/strapi', options)""",
    "node with an address before its options": "http.request('http://localhost:1337', { path: q.url })",
    "maybe": "fetch?.(`${CMS}/${path}`)",
    "undici": "import { request } from 'undici'; request(`http://127.0.0.1:1337/${path}`)",
}


@pytest.mark.parametrize("content", HANDS_ON.values(), ids=HANDS_ON.keys())
def test_a_handler_hands_on_whatever_it_asks_with(tmp_path: Path, content: str) -> None:
    assert is_closed(find(tmp_path, "next", **{NEXT: content}), "/api/strapi/admin/init")


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("lib/proxy.ts", "export { GET, POST } from '@/lib/proxy'"),
        ("src/lib/proxy.ts", "import { GET } from '~/lib/proxy'\nexport const POST = GET"),
        ("lib/proxy.ts", "export const { GET } = require('../../../../lib/proxy')"),
        ("lib/proxy.ts", "import { GET } from 'lib/proxy'\nexport { GET }"),
        ("app/api/proxy.js", "import * as proxy from '../../proxy'\nexport const GET = proxy.GET"),
    ],
)
def test_a_handler_hands_on_by_a_module_of_the_projects_own(
    tmp_path: Path, module: str, imported: str
) -> None:
    other = "export const GET = () => fetch(process.env.CMS + '/' + path.join('/'))"

    guards = find(tmp_path, "next", **{NEXT: imported, module: other})

    assert is_closed(guards, "/api/strapi/admin/init")


STAYS_BELOW = {
    "template": "fetch(`${process.env.CMS}/api/${path.join('/')}`)",
    "constant": "const API = `${process.env.CMS}/api`\nreturn fetch(`${API}/${path.join('/')}`)",
    "added": "const target = process.env.CMS + '/api/' + path\nconst found = await fetch(target)",
    "URL": "fetch(new URL('/api/articles', process.env.CMS))",
    "joined": "proxyRequest(event, joinURL(useRuntimeConfig(event).cms, '/api', path))",
    "joined with a name": "const { cms } = useRuntimeConfig(e)\nproxyRequest(e, joinURL(cms, '/api', path))",
    "base URL": "$fetch('/api/articles', { baseURL: process.env.CMS })",
    "by port": "fetch(`http://localhost:1337/api/articles/${slug}`)",
    "proxy middleware": """
        createProxyMiddleware({ target: process.env.CMS, pathRewrite: { '^/api/strapi': '/api' } })""",
    "proxy middleware of a path": """
        createProxyMiddleware('/api/strapi', { target: `${process.env.CMS}/api`, changeOrigin: true })""",
    "next's proxy middleware": """
        httpProxyMiddleware(q, s, { target: process.env.CMS, pathRewrite: [
          { patternStr: '^/api/strapi', replaceStr: '/api' }] })""",
    "asks somebody else": "proxyRequest(e, 'https://tiles.example.com' + e.path)",
    "asks nobody": "Response.json(posts[params.slug] ?? process.env.CMS)",
    "uploads": "fetch(`${process.env.CMS}/uploads/${path}`)",
    "a file of the code's": "fetch(new URL('./Inter.ttf', import.meta.url))",
    "an RPC's server": "fetchRequestHandler({ endpoint: '/api/trpc', req, router, env: process.env.CMS })",
    "a function that gives an address": "fetch(getStrapiURL(`/api${path}`))",
    "axios": "axios({ method, url: `${process.env.CMS}/api/${path}` })",
    "in parentheses": "const base = (process.env.CMS ?? 'x') + '/api'\nfetch(`${base}/${path}`)",
    "in a comment": "// fetch(process.env.CMS + path)\nexport const GET = () => new Response('')",
    "no address": "fetch('https://api.example.com/mail', { body: process.env.EMAIL_FROM })",
    "an auth library's": """
        import { auth } from '@/lib/auth'
        export const { GET, POST } = toNextJsHandler(auth, process.env.AUTH_SECRET)""",
}


@pytest.mark.parametrize("content", STAYS_BELOW.values(), ids=STAYS_BELOW.keys())
def test_a_handler_that_stays_below_the_api_or_asks_no_back_end_closes_nothing(
    tmp_path: Path, content: str
) -> None:
    assert find(tmp_path, "next", **{NEXT: content}) == ()


@pytest.mark.parametrize(
    "file", ["app/cms/route.ts", "pages/api/cms/[id].ts", "app/[...path]/page.tsx"]
)
def test_a_handler_of_one_part_and_a_page_hand_no_path_on(tmp_path: Path, file: str) -> None:
    assert find(tmp_path, "next", **{file: HANDS_ON["variable"]}) == ()


def test_what_varies_before_the_path_closes_the_admin_side_anywhere_below(tmp_path: Path) -> None:
    file = "app/tenants/[tenant]/cms/[...path]/route.ts"

    guards = find(tmp_path, "next", **{file: HANDS_ON["variable"]})

    assert is_closed(guards, "/tenants/one/cms/admin/init")
    assert not is_closed(guards, "/tenants/one/admin")


def test_a_folder_with_unusual_letters_is_closed_as_well(tmp_path: Path) -> None:
    guards = find(tmp_path, "next", **{"app/straße/[...path]/route.ts": HANDS_ON["variable"]})

    assert is_closed(guards, "/straße/admin")
    assert is_closed(guards, "/stra%c3%9fe/admin")


BIG = 190_000
NEEDS_PATIENCE = {
    "one long word": "a" * BIG,
    "hexadecimal": "const font = '" + "0a" * (BIG // 2) + "'",
    "calls": "fetch(x,(\n" * (BIG // 10),
    "constants": "".join(f"const e{i} = `${{base}}/api/t{i}`\n" for i in range(BIG // 40)),
    "one line": "const a=b(c)," * (BIG // 13),
    "imports": "import a " * (BIG // 9),
    "blanks": "import " + " " * BIG,
}


@pytest.mark.parametrize("content", NEEDS_PATIENCE.values(), ids=NEEDS_PATIENCE.keys())
def test_a_script_of_any_kind_is_read_in_a_moment(content: str) -> None:
    """Each took minutes with a pattern that looks at everything again and again."""
    text = "fetch(`${base}/api/x`)\n" + content

    for read in (handed_on.any_path, handed_on.path_of_request):
        assert read(text, "/api") in {True, False}


def test_a_bundle_is_not_read(tmp_path: Path) -> None:
    content = HANDS_ON["variable"] + "\n" * 200_000

    assert find(tmp_path, "next", **{NEXT: content}) == ()


# SvelteKit's hooks


HOOK_THAT_HANDS_ON = """
import { CMS_URL } from '$env/static/private'
export const handle = ({ event, resolve }) => event.url.pathname.startsWith('/cms')
  ? fetch(CMS_URL + event.url.pathname.slice(4), event.request) : resolve(event)"""
USUAL_HOOKS = [
    """
    export async function handleFetch({ request, fetch }) {
      request = new Request(request.url.replace('https://a.example.com/', 'http://localhost:1337/'), request)
      return fetch(request)
    }""",
    """
    export const handle = async ({ event, resolve }) => {
      event.locals.user = await (await fetch('http://localhost:1337/api/users/me')).json()
      return resolve(event)
    }""",
    "export const handleFetch = ({ request }) => fetch(request, { url: import.meta.env.VITE_CMS })",
]


@pytest.mark.parametrize(
    "hook",
    [
        HOOK_THAT_HANDS_ON,
        """
        const path = event.url.pathname.replace('/cms', '')
        const to = new URL(`${CMS}${path}`)
        return fetch(to.toString(), { method, body })""",
    ],
)
def test_a_hook_that_hands_on_closes_the_admin_side(tmp_path: Path, hook: str) -> None:
    guards = find(tmp_path, "sveltekit", **{"src/hooks.server.ts": hook})

    assert is_closed(guards, "/cms/admin/init")


@pytest.mark.parametrize("hook", USUAL_HOOKS)
def test_a_usual_hook_closes_nothing(tmp_path: Path, hook: str) -> None:
    assert find(tmp_path, "sveltekit", **{"src/hooks.server.ts": hook}) == ()


# Through the gateway


def test_a_handler_below_the_api_is_not_asked_for_the_admin_side(
    world: World, tmp_path: Path
) -> None:
    front = tmp_path / "front"
    guards = find(front, "next", **{NEXT: HANDS_ON["variable"]})
    world.open(guards=guards, frontend_routes=frontend_routes.find(front, "next", "/api"))

    for target in ("/api/strapi/admin/init", "/api/strapi/%61dmin", "/api/strapi/upload/files"):
        assert world.ask(target).status == 404, target
    assert world.ask("/api/strapi/articles").by == "frontend"
    assert world.ask("/api/articles/admin").by == "strapi"


def test_a_route_of_one_path_stays_whatever_a_middleware_may_hand_on(
    world: World, tmp_path: Path
) -> None:
    front = tmp_path / "front"
    middleware = "if (path.startsWith('/cms')) return NextResponse.rewrite(process.env.CMS + path)"
    files = {
        "middleware.ts": middleware,
        "app/api/upload/route.ts": "",
        "app/api/[id]/route.ts": "",
    }
    guards = find(front, "next", **files)
    world.open(guards=guards, frontend_routes=frontend_routes.find(front, "next", "/api"))

    assert world.ask("/api/upload").by == "frontend"
    assert world.ask("/cms/admin").status == 404
    assert world.ask("/api/content-manager").status == 404, "a path that varies may be handed on"
    assert world.ask("/api/one").by == "frontend"
