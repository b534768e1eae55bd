"""The front end's own routes below the API prefix: which paths they take, and when that is too many."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from twitter_setup.gateway import frontend_routes
from twitter_setup.gateway.frontend_routes import FrontEndRoute
from twitter_setup.project.frameworks import FrameworkId


def _write(folder: Path, *files: str) -> None:
    for name in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")


def _find(folder: Path, framework: FrameworkId, prefix: str = "/api") -> tuple[FrontEndRoute, ...]:
    return frontend_routes.find(folder, framework, prefix)


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
    ],
)
def test_a_route_takes_its_paths_and_no_more(
    tmp_path: Path, framework: FrameworkId, file: str, takes: list[str], leaves: list[str]
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
    ],
)
def test_what_is_no_route_of_the_api_takes_nothing(
    tmp_path: Path, framework: FrameworkId, file: str
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


# When one origin is impossible


def test_an_empty_prefix_makes_one_origin_impossible() -> None:
    assert "no prefix" in (frontend_routes.refuses_one_origin("", ()) or "")


@pytest.mark.parametrize(
    ("framework", "file"),
    [
        ("next", "app/api/auth/[...nextauth]/route.ts"),
        ("next", "pages/api/auth/logout.ts"),
        ("next", "pages/api/connect/index.ts"),
        ("next", "pages/api/[...proxy].ts"),
        ("next", "app/api/[[...all]]/route.ts"),
        ("next", "pages/api/[kind]/[provider].ts"),
        ("nuxt", "server/api/[...].ts"),
        ("nuxt", "server/api/auth/twitter.get.ts"),
        ("sveltekit", "src/routes/api/[...rest]/+server.ts"),
        ("astro", "src/pages/api/auth/[provider]/callback.ts"),
    ],
)
def test_a_route_over_what_a_login_needs_makes_it_impossible(
    tmp_path: Path, framework: FrameworkId, file: str
) -> None:
    _write(tmp_path, file)

    reason = frontend_routes.refuses_one_origin("/api", _find(tmp_path, framework))

    assert reason
    assert file in reason
    assert reason.endswith(".")


@pytest.mark.parametrize(
    "file",
    [
        "pages/api/hello.ts",
        "pages/api/[id].ts",
        "pages/api/authors.ts",
        "pages/api/users/[...x].ts",
    ],
)
def test_any_other_route_does_not(tmp_path: Path, file: str) -> None:
    _write(tmp_path, file)

    assert frontend_routes.refuses_one_origin("/api", _find(tmp_path, "next")) is None
