"""Front ends that forward to Strapi, as data: each row is an app and the files that make it forward."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.e2e.frontends import ANGULAR, CRA, NEXT, NUXT, VITE, WEBPACK, FrontEnd

STRAPI = "STRAPI_URL"  # in the files below; replaced by its address
# Pages that each app has itself. Several have the name of a route of Strapi's admin side.
OWN_PAGES = (
    *("/admin", "/admin/users", "/upload", "/src/admin/Page.tsx", "/blog/ai"),
    "/assets/i18n/en.json",
)
_OWN_FILES = {
    "public/assets/i18n/en.json": '{ "greeting": "Corner Café" }\n',
    "src/admin/Page.tsx": "export const title: string = 'Corner Café';\n",
}


@dataclass(frozen=True)
class Row:
    """`admin` is the path that stands for Strapi's root, and `api` the one for its API."""

    name: str
    front: FrontEnd
    files: dict[str, str] = field(repr=False, hash=False)
    admin: str = "/strapi"
    api: str = "/cms"
    passes: frozenset[str] = frozenset({"download", "events", "socket"})
    manifest: dict[str, str] = field(default_factory=dict, hash=False)  # more of package.json
    dev: str = ""  # how it is started, unless as its template says
    is_quick: bool = False  # belongs to `make e2e` too

    @property
    def all_files(self) -> dict[str, str]:
        return {**_OWN_FILES, **self.files}


_ONLY_WHOLE_ANSWERS = frozenset({"download", "events"})
_TABLE = """{
  '/strapi': { target: 'STRAPI_URL', ws: true, rewrite: (path) => path.replace(/^\\/strapi/, '') },
  '/cms': { target: 'STRAPI_URL', ws: true, rewrite: (path) => path.replace(/^\\/cms/, '/api') },
}"""
# The path without its first part is the one at Strapi; Node's own modules are enough.
_FORWARD = """
import http from 'node:http';

function forward(request, answer, path) {
  const { method, headers } = request;
  const options = { method, headers: { ...headers, host: new URL('STRAPI_URL').host } };
  const asked = http.request(new URL('STRAPI_URL').origin, { ...options, path }, (theirs) => {
    answer.writeHead(theirs.statusCode, theirs.headers);
    theirs.pipe(answer);
  });
  asked.on('error', () => answer.destroy());
  answer.on('close', () => asked.destroy());
  request.pipe(asked);
}
"""
_WEBPACK_PROXY = """
const { createProxyMiddleware } = require('http-proxy-middleware');

const strapi = (path, target) =>
  createProxyMiddleware(path, {
    target: 'STRAPI_URL',
    changeOrigin: true,
    ws: true,
    logLevel: 'silent',
    pathRewrite: { [`^${path}`]: target },
  });
"""
_HANDLER = """
async function forward(request: Request, { params }: { params: Promise<{ path: string[] }> }) {
  const { path } = await params;
  const { method } = request;
  const body = method === 'GET' ? undefined : await request.text();
  const headers = {
    'Content-Type': 'application/json',
    Authorization: request.headers.get('Authorization') ?? '',
  };
  const query = new URL(request.url).search;
  const url = `STRAPI_URL/BELOW${path.join('/')}${query}`;
  const answer = await fetch(url, { method, headers, body });
  return Response.json(await answer.json(), { status: answer.status });
}

export { forward as GET, forward as POST };
"""
_NEXT_PAGE = """export default function Page() {
  return <h1>Corner Café</h1>;
}
"""
_NEXT_PAGES = {
    f"app{path}/page.tsx": _NEXT_PAGE
    for path in ("/admin", "/admin/users", "/upload", "/src/admin/Page.tsx", "/blog/ai")
}
_NUXT_PAGE = "<template><h1>Corner Café</h1></template>\n"

ROWS = (
    Row(
        "vite-proxy",  # the path is kept; a page that a browser opens is the app's own
        VITE,
        {
            "vite.config.js": """
import react from '@vitejs/plugin-react';

const page = ({ headers }) => (headers.accept?.includes('text/html') ? '/index.html' : undefined);

export default {
  plugins: [react()],
  server: {
    proxy: {
      '^/(?!$|@|src/|node_modules/|assets/)': { target: 'STRAPI_URL', ws: true, bypass: page },
    },
  },
};
"""
        },
        admin="",
        api="/api",
        is_quick=True,
    ),
    Row(
        "vite-rewrite",
        VITE,
        {
            "vite.config.js": f"""
import react from '@vitejs/plugin-react';

export default {{ plugins: [react()], server: {{ proxy: {_TABLE} }} }};
"""
        },
        is_quick=True,
    ),
    Row(
        "vite-other-file",
        VITE,
        {
            "vite.config.js": """
import react from '@vitejs/plugin-react';
import { tables } from './build/proxies.js';

const proxy = Object.assign({}, ...tables);

export default { plugins: [react()], server: { proxy } };
""",
            "build/proxies.js": f"export const tables = [{_TABLE}];\n",
        },
        is_quick=True,
    ),
    Row(
        "vite-plugin",
        VITE,
        {
            "vite.config.js": f"""
import react from '@vitejs/plugin-react';
{_FORWARD}
const strapi = {{
  name: 'strapi',
  configureServer(server) {{
    server.middlewares.use('/strapi', (request, answer) => forward(request, answer, request.url));
    server.middlewares.use('/cms', (request, answer) => forward(request, answer, `/api${{request.url}}`));
  }},
}};

export default {{ plugins: [react(), strapi] }};
"""
        },
        passes=_ONLY_WHOLE_ANSWERS,
        is_quick=True,
    ),
    Row(
        "vite-dev-script",  # started by `node scripts/dev.js`
        VITE,
        {
            "scripts/dev.js": f"""
import {{ createServer }} from 'vite';
{_FORWARD}
const port = Number(process.argv[process.argv.indexOf('--port') + 1]);
const server = http.createServer();
const vite = await createServer({{ server: {{ middlewareMode: true, hmr: {{ server }} }} }});
server.on('request', (request, answer) => {{
  if (request.url.startsWith('/cms/')) forward(request, answer, request.url.slice('/cms'.length));
  else vite.middlewares(request, answer);
}});
server.listen(port, 'localhost');
"""
        },
        admin="/cms",
        api="/cms/api",
        dev="node scripts/dev.js",
        passes=_ONLY_WHOLE_ANSWERS,
        is_quick=True,
    ),
    Row(
        "next-rewrites",
        NEXT,
        {
            "next.config.mjs": """
export default {
  devIndicators: false,
  turbopack: { root: import.meta.dirname },
  rewrites: async () => [
    { source: '/strapi/:path*', destination: 'STRAPI_URL/:path*' },
    { source: '/cms/:path*', destination: 'STRAPI_URL/api/:path*' },
  ],
};
""",
            **_NEXT_PAGES,
        },
        is_quick=True,
    ),
    Row(
        "next-handler",  # wraps the JSON again, so that no header of Strapi is left
        NEXT,
        {
            "app/strapi/[...path]/route.ts": _HANDLER.replace("BELOW", ""),
            "app/cms/[...path]/route.ts": _HANDLER.replace("BELOW", "api/"),
            **_NEXT_PAGES,
        },
        passes=frozenset(),
        is_quick=True,
    ),
    Row(
        "nuxt-route-rules",
        NUXT,
        {
            "nuxt.config.ts": """
export default defineNuxtConfig({
  compatibilityDate: '2026-01-01',
  telemetry: false,
  routeRules: {
    '/strapi/**': { proxy: 'STRAPI_URL/**' },
    '/cms/**': { proxy: 'STRAPI_URL/api/**' },
  },
});
""",
            "app/pages/[...path].vue": _NUXT_PAGE,
        },
        passes=_ONLY_WHOLE_ANSWERS,
    ),
    Row(
        "cra-proxy-field",
        CRA,
        {},
        manifest={"proxy": STRAPI},
        admin="",
        api="/api",
    ),
    Row(
        "cra-setup-proxy",
        CRA,
        {
            "src/setupProxy.js": f"""{_WEBPACK_PROXY}
module.exports = (app) => app.use(strapi('/strapi', ''), strapi('/cms', '/api'));
"""
        },
    ),
    Row(
        "webpack-setup-middlewares",
        WEBPACK,
        {
            "webpack.config.js": f"""{_WEBPACK_PROXY}
module.exports = {{
  mode: 'development',
  entry: './src/main.js',
  dotenv: true,
  devtool: false,
  devServer: {{
    host: 'localhost',
    historyApiFallback: {{ disableDotRule: true }},
    static: './public',
    setupMiddlewares: (middlewares) => [
      {{ name: 'strapi', middleware: strapi('/strapi', '') }},
      {{ name: 'cms', middleware: strapi('/cms', '/api') }},
      ...middlewares,
    ],
  }},
}};
"""
        },
    ),
    Row(
        "angular-proxy-conf",
        ANGULAR,
        {
            "src/proxy.conf.json": """{
  "/strapi": { "target": "STRAPI_URL", "ws": true, "pathRewrite": { "^/strapi": "" } },
  "/cms": { "target": "STRAPI_URL", "ws": true, "pathRewrite": { "^/cms": "/api" } }
}
"""
        },
        dev="ng serve --proxy-config src/proxy.conf.json",
    ),
)
