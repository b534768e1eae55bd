"""The front end's own routes below the API prefix: which paths and methods they take."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import cast, get_args

import pytest

from twitter_setup.gateway import frontend_routes
from twitter_setup.gateway.frontend_routes import FrontEndRoute
from twitter_setup.gateway.own_routes import files
from twitter_setup.project.frameworks import FrameworkId


def _write(folder: Path, *files: str, content: str = "") -> None:
    for name in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def _find(folder: Path, framework: str, prefix: str = "/api") -> tuple[FrontEndRoute, ...]:
    """Find the routes of a framework, named by its id or by the package that brings it."""
    if framework not in get_args(FrameworkId):
        _depend(folder, framework)
        framework = "vite"
    return frontend_routes.find(folder, cast(FrameworkId, framework), prefix)


def _depend(folder: Path, *names: str) -> None:
    manifest = {"dependencies": dict.fromkeys(names, "1.0.0")}
    _write(folder, "package.json", content=json.dumps(manifest))


def _takes(routes: tuple[FrontEndRoute, ...], path: str) -> bool:
    return any(re.match(route.pattern, path) for route in routes)


@pytest.mark.parametrize(
    ("framework", "file", "takes", "leaves"),
    [
        ("next", "app/api/hello/route.ts", ["/api/hello", "/api/hello/"], ["/api/hello/x", "/api"]),
        ("next", "src/app/api/hello/route.js", ["/api/hello"], ["/api/helloo"]),
        ("next", "app/(shop)/api/(v1)/cart/route.tsx", ["/api/cart"], ["/api/v1/cart"]),
        ("next", "app/api/users/[id]/route.ts", ["/api/users/7"], ["/api/users", "/api/users/7/x"]),
        (
            "next",
            "app/api/files/[...path]/route.ts",
            ["/api/files/a/b", "/api/files/a"],
            ["/api/x"],
        ),
        ("next", "app/api/og/[[...path]]/route.ts", ["/api/og", "/api/og/a/b"], ["/api/ogre"]),
        ("next", "app/api/%5Finternal/route.ts", ["/api/_internal"], ["/api/%5Finternal"]),
        ("next", "pages/api/hello.ts", ["/api/hello"], ["/api/hello/x"]),
        ("next", "pages/api/index.ts", ["/api", "/api/"], ["/api/x"]),
        ("next", "src/pages/api/users/[id].js", ["/api/users/7"], ["/api/users"]),
        ("next", "pages/api/a.b/c+d.ts", ["/api/a.b/c+d"], ["/api/axb/c+d"]),
        ("nuxt", "server/api/hello.ts", ["/api/hello"], ["/api/hello/x"]),
        ("nuxt", "server/api/users/[id].ts", ["/api/users/7"], ["/api/users"]),
        ("nuxt", "server/api/users/index.ts", ["/api/users"], ["/api/users/7"]),
        ("nuxt", "server/api/files/[...].ts", ["/api/files/a/b"], ["/api/x"]),
        ("nuxt", "server/routes/api/x.ts", ["/api/x"], ["/x"]),
        ("nuxt", "src/server/api/(group)/hello.dev.ts", ["/api/hello"], ["/api/group/hello"]),
        ("sveltekit", "src/routes/api/hello/+server.ts", ["/api/hello"], ["/api"]),
        ("sveltekit", "src/routes/(app)/api/[id=integer]/+server.js", ["/api/7"], ["/api/7/x"]),
        ("sveltekit", "src/routes/[[lang]]/api/hello/+server.ts", ["/api/hello"], ["/api/x"]),
        (
            "sveltekit",
            "src/routes/api/a/[[page]]/+server.ts",
            ["/api/a", "/api/a/2"],
            ["/api/a/2/3"],
        ),
        ("sveltekit", "src/routes/api/[name].json/+server.ts", ["/api/x.json"], ["/api/x"]),
        ("astro", "src/pages/api/hello.ts", ["/api/hello"], ["/api/hello/x"]),
        ("astro", "src/pages/api/[id].json.ts", ["/api/7.json"], ["/api/7"]),
        ("astro", "src/pages/api/files/[...path].ts", ["/api/files", "/api/files/a/b"], ["/api/x"]),
        ("gatsby", "src/api/hello.js", ["/api/hello"], ["/api/x"]),
        ("@remix-run/dev", "app/routes/api.hello.ts", ["/api/hello"], ["/api/hello/x"]),
        (
            "@react-router/dev",
            "app/routes/_app.api.auth.$.ts",
            ["/api/auth/a/b", "/api/auth"],
            ["/api/x"],
        ),
        ("@react-router/dev", "app/routes/api.users_.$id.tsx", ["/api/users/7"], ["/api/users"]),
        ("@react-router/dev", "app/routes/api.map[.]xml.ts", ["/api/map.xml"], ["/api/map/xml"]),
        ("@react-router/dev", "app/routes/($lang).api.hello.ts", ["/api/hello"], ["/api/x"]),
        (
            "@react-router/dev",
            "app/routes/api.hello/route.ts",
            ["/api/hello"],
            ["/api/hello/route"],
        ),
        ("@builder.io/qwik-city", "src/routes/api/hello/index.ts", ["/api/hello"], ["/api"]),
        ("@qwik.dev/router", "src/routes/(x)/api/[id]/index@a.tsx", ["/api/7"], ["/api/7/x"]),
        ("@solidjs/start", "src/routes/api/hello.ts", ["/api/hello"], ["/api/hello/x"]),
        ("@solidjs/start", "src/routes/(x)/api/auth/[...all].ts", ["/api/auth/a/b"], ["/api/x"]),
        ("@tanstack/react-start", "src/routes/api/auth/$.ts", ["/api/auth/a/b"], ["/api/x"]),
        ("@tanstack/react-start", "src/routes/_a.api.users.$id.ts", ["/api/users/7"], ["/api/x"]),
        ("@analogjs/platform", "src/server/routes/api/hello.ts", ["/api/hello"], ["/api/x"]),
    ],
)
def test_a_route_takes_its_paths_and_no_more(
    tmp_path: Path, framework: str, file: str, takes: list[str], leaves: list[str]
) -> None:
    _write(tmp_path, file)

    routes = _find(tmp_path, framework)

    assert [route.source for route in routes] == [file]
    for path in takes:
        assert _takes(routes, path), path
    for path in leaves:
        assert not _takes(routes, path), path


@pytest.mark.parametrize(
    ("framework", "file"),
    [
        ("next", "app/api/hello/page.tsx"),
        ("next", "app/api/_lib/route.ts"),
        ("next", "app/api/@modal/route.ts"),
        ("next", "app/[...slug]/route.ts"),
        ("next", "app/[lang]/about/route.ts"),
        ("next", "app/apiary/route.ts"),
        ("next", "pages/about.tsx"),
        ("next", "pages/api/hello.d.ts"),
        ("next", "pages/api/hello.test.snap"),
        ("nuxt", "server/middleware/auth.ts"),
        ("nuxt", "server/routes/[...].ts"),
        ("sveltekit", "src/routes/api/hello/+page.svelte"),
        ("sveltekit", "src/routes/[...rest]/+server.ts"),
        ("astro", "src/pages/api/_helper.ts"),
        ("astro", "src/pages/[...slug].astro"),
        ("vite", "app/api/hello/route.ts"),
        ("plain", "server/api/hello.ts"),
        ("vite", "src/routes/api/hello.ts"),
        ("@react-router/dev", "app/routes/api.hello/helper.ts"),
        ("@builder.io/qwik-city", "src/routes/api/hello/layout.tsx"),
        ("@tanstack/react-start", "src/routes/api/-helper.ts"),
    ],
)
def test_what_is_no_route_of_the_api_takes_nothing(
    tmp_path: Path, framework: str, file: str
) -> None:
    _write(tmp_path, file)

    assert _find(tmp_path, framework) == ()


def test_a_method_in_a_name_leaves_the_others_alone(tmp_path: Path) -> None:
    files = ("a.get.ts", "b.post.ts", "c.put.dev.ts", "d.config.ts")
    _write(tmp_path, *(f"server/api/{name}" for name in files))

    found = {
        route.source[-11:]: (route.pattern, route.methods) for route in _find(tmp_path, "nuxt")
    }

    assert list(found.values()) == [
        ("^/api/a/?$", ("GET", "HEAD")),
        ("^/api/b/?$", ("POST",)),
        ("^/api/c/?$", ("PUT",)),
        (r"^/api/d\.config/?$", ()),
    ]


def test_sveltes_escaped_characters_are_read(tmp_path: Path) -> None:
    _write(
        tmp_path, "src/routes/api/[x2e]well-known/+server.ts", "src/routes/api/[u+1f600]/+server.ts"
    )

    routes = _find(tmp_path, "sveltekit")

    assert _takes(routes, "/api/.well-known")
    assert _takes(routes, "/api/😀")


def test_another_prefix_of_strapi_finds_what_is_there(tmp_path: Path) -> None:
    _write(tmp_path, "app/api/hello/route.ts", "app/cms/v1/hello/route.ts")

    assert [route.source for route in _find(tmp_path, "next", "/cms/v1")] == [
        "app/cms/v1/hello/route.ts"
    ]
    assert _find(tmp_path, "next", "") == ()


def test_a_front_end_under_a_path_of_its_own_has_its_routes_there(tmp_path: Path) -> None:
    _write(tmp_path, "pages/api/hello.ts")
    (tmp_path / "next.config.js").write_text("module.exports = { basePath: '/docs' }")

    assert _find(tmp_path, "next") == ()
    assert _takes(_find(tmp_path, "next", "/docs/api"), "/docs/api/hello")


def test_exact_routes_come_before_those_with_parameters(tmp_path: Path) -> None:
    _write(tmp_path, "pages/api/[...all].ts", "pages/api/[id].ts", "pages/api/x.ts")

    assert [route.source for route in _find(tmp_path, "next")] == [
        "pages/api/x.ts",
        "pages/api/[...all].ts",
        "pages/api/[id].ts",
    ]


def test_other_packages_are_not_looked_into(tmp_path: Path) -> None:
    _write(tmp_path, "pages/api/node_modules/x/index.js")

    assert _find(tmp_path, "next") == ()


# Which methods


READING = ("GET", "HEAD")


@pytest.mark.parametrize(
    ("framework", "file", "content", "methods", "line"),
    [
        (
            "next",
            "app/api/a/route.ts",
            "import 'x';\nexport async function POST() {}",
            ("POST",),
            2,
        ),
        ("next", "app/api/a/route.ts", "export const GET = x", READING, 1),
        (
            "next",
            "app/api/a/route.ts",
            "const h = x\nexport const { GET, POST } = h",
            (*READING, "POST"),
            2,
        ),
        ("next", "app/api/a/route.ts", "export { x as DELETE } from './x'", ("DELETE",), 1),
        ("next", "app/api/a/route.ts", "export * from './x'\nexport const GET = 1", (), 2),
        ("next", "app/api/a/route.ts", "export const GET = (", (), 1),
        ("next", "app/api/a/route.js", "exports.GET = x", (), 1),
        ("next", "pages/api/a.ts", "import 'x';\nexport default x", (), 2),
        ("nuxt", "server/api/a.post.ts", "\nexport default x", ("POST",), 2),
        ("sveltekit", "src/routes/api/a/+server.ts", "export const fallback = x", (), 1),
        ("sveltekit", "src/routes/api/a/+server.ts", "export const PUT = x", ("PUT",), 1),
        ("astro", "src/pages/api/a.ts", "export const ALL = x", (), 1),
        (
            "astro",
            "src/pages/api/a.ts",
            "export const prerender = 1\nexport const GET = x",
            READING,
            2,
        ),
        ("@solidjs/start", "src/routes/api/a.ts", "export function PATCH() {}", ("PATCH",), 1),
        ("@qwik.dev/router", "src/routes/api/a/index.ts", "export const onPost = x", ("POST",), 1),
        ("@qwik.dev/router", "src/routes/api/a/index.ts", "export const onRequest = x", (), 1),
        ("@react-router/dev", "app/routes/api.a.ts", "export const loader = x", READING, 1),
        (
            "@react-router/dev",
            "app/routes/api.a.ts",
            "\nexport async function action() {}",
            ("DELETE", "PATCH", "POST", "PUT"),
            2,
        ),
    ],
)
def test_a_route_takes_the_methods_that_its_file_answers(
    tmp_path: Path, framework: str, file: str, content: str, methods: tuple[str, ...], line: int
) -> None:
    _write(tmp_path, file, content=content)

    (route,) = _find(tmp_path, framework)

    assert (route.methods, route.line((methods or ("",))[-1])) == (methods, line)


# Routes that no file name tells


def test_routes_that_react_router_lists_are_found_where_they_are_written_out(
    tmp_path: Path,
) -> None:
    listed = """
    import { index, layout, prefix, route } from '@react-router/dev/routes';
    export default [
      index('./home.tsx'),
      layout('./shell.tsx', [route('api/auth/*', './auth.ts')]),
      ...prefix('api', [route('users/:id', './user.ts'), index('./api.ts')]),
      route('about', './about.tsx'),
      ...make('api'),
    ];
    """
    _write(tmp_path, "app/routes.ts", content=listed)
    _write(tmp_path, "app/routes/api.hello.ts", "app/auth.ts", "app/user.ts", "app/api.ts")

    routes = _find(tmp_path, "@react-router/dev")

    assert {route.source: route.pattern for route in routes} == {
        "app/api.ts": "^/api/?$",
        "app/user.ts": "^/api/users/[^/]+/?$",
        "app/auth.ts": "^/api/auth(?:/.*)?/?$",
    }
    assert files.unread(tmp_path, "vite") == ((tmp_path / "app" / "routes.ts", 8),)


def test_flat_routes_in_the_list_are_files_again(tmp_path: Path) -> None:
    listed = "import { flatRoutes } from '@react-router/fs-routes';\nexport default flatRoutes();"
    _write(tmp_path, "app/routes.ts", content=listed)
    _write(tmp_path, "app/routes/api.hello.ts")

    assert [route.source for route in _find(tmp_path, "@react-router/dev")] == [
        "app/routes/api.hello.ts"
    ]


@pytest.mark.parametrize(
    ("package", "path"),
    [
        ("auth-astro", "/api/auth/signin"),
        ("nuxt-auth-utils", "/api/_auth/session"),
        ("@nuxt/ui", "/api/_nuxt_icon/lucide.json"),
    ],
)
def test_a_package_s_own_routes_are_the_front_end_s(
    tmp_path: Path, package: str, path: str
) -> None:
    assert _takes(_find(tmp_path, package), path)


def test_better_auth_in_the_hooks_of_sveltekit_takes_its_paths(tmp_path: Path) -> None:
    _write(tmp_path, "src/hooks.server.ts", content="return svelteKitHandler({ event, auth })")

    (route,) = _find(tmp_path, "sveltekit")

    assert route.source == "src/hooks.server.ts"
    assert _takes((route,), "/api/auth/sign-in/email")
    assert not route.is_one_path
