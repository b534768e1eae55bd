"""Who answers below `<prefix>/auth` if the front end has routes there too. Real Caddy throughout."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.views import Silent
from tests.world.upstreams import World, make_world
from twitter_setup.gateway import strapi_paths
from twitter_setup.gateway.own_routes import login_routes
from twitter_setup.gateway.own_routes.routing import Routing
from twitter_setup.project import locate
from twitter_setup.project.locate import Caller, Located
from twitter_setup.project.settings import Options

NEXT_AUTH = "app/api/auth/[...nextauth]/route.ts"
HANDLERS = "export const GET = handler;\nexport const POST = handler;\n"
# What the login of users-permissions 5.54 asks, and a few of 4.26.
STRAPIS = [
    ("POST", "local"),
    ("POST", "local/register"),
    ("GET", "twitter/callback"),
    ("GET", "github/callback?access_token=x"),
    ("HEAD", "twitter/callback"),
    ("POST", "forgot-password"),
    ("POST", "reset-password"),
    ("POST", "change-password"),
    ("GET", "email-confirmation?confirmation=x"),
    ("POST", "send-email-confirmation"),
]
ONLY_5 = [
    ("POST", "refresh"),
    ("POST", "logout"),
    ("GET", "sessions"),
    ("DELETE", "sessions/7"),
]
# What NextAuth, Auth.js, better-auth and auth0 ask.
LIBRARIES = [
    ("GET", "session"),
    ("GET", "csrf"),
    ("GET", "providers"),
    ("GET", "signin"),
    ("POST", "signin/github"),
    ("GET", "callback/github?code=x"),
    ("POST", "callback/credentials"),
    ("POST", "signout"),
    ("GET", "error"),
    ("GET", "verify-request"),
    ("POST", "sign-in/email"),
    ("GET", "get-session"),
    ("GET", "reset-password/token"),
    ("GET", "login"),
    ("GET", "logout"),
    ("GET", "me"),
]


def shop(folder: Path, *files: str, version: str = "5.54.0", **content: str) -> Located:
    """A Next app beside a Strapi; `content` by the name of the file without its suffix."""
    strapi = {"@strapi/strapi": version, "@strapi/plugin-users-permissions": version}
    texts = {
        "cms/package.json": json.dumps({"dependencies": strapi}),
        "cms/config/server.js": "module.exports = { port: 1337 };",
        "web/package.json": json.dumps({"dependencies": {"next": "16.0.0"}}),
        **{f"web/{file}": HANDLERS for file in files},
        **content,
    }
    (folder / ".git").mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    caller = Caller(command="tunnel", cwd=folder, environ={}, view=Silent())
    return locate.locate(Options(), caller)


@contextmanager
def served(folder: Path, located: Located, **changes: Any) -> Iterator[World]:
    found = login_routes.routing(located)
    with make_world(folder) as world:
        prefix = located.backend.api_prefix
        world.open(api_prefix=prefix, routing=found, **changes)
        yield world


def asked(world: World, method: str, path: str) -> str:
    answer = world.ask(f"/api/auth/{path}", method, b"x" if method == "POST" else None)
    if method == "HEAD":
        (last,) = [*world.strapi.seen[-1:], *world.frontend.seen[-1:]]
        return "strapi" if last in world.strapi.seen else "frontend"
    return answer.by


def who_answers(world: World, asks: list[tuple[str, str]]) -> set[str]:
    found = set()
    for method, path in asks:
        for upstream in (world.strapi, world.frontend):
            upstream.seen.clear()
        found.add(asked(world, method, path))
    return found


# A catch-all, as NextAuth has it


def test_strapi_s_login_passes_a_catch_all_and_the_rest_is_the_library_s(tmp_path: Path) -> None:
    with served(tmp_path, shop(tmp_path / "shop", NEXT_AUTH)) as world:
        assert who_answers(world, [*STRAPIS, *ONLY_5]) == {"strapi"}
        assert who_answers(world, LIBRARIES) == {"frontend"}
        assert world.ask("/api/connect/twitter").by == "strapi"
        assert world.ask("/api/connect/twitter/callback?oauth_token=a").by == "strapi"
        assert world.ask("/api/articles").by == "strapi"


def test_a_login_reaches_strapi_to_the_letter(tmp_path: Path) -> None:
    target = "/api/auth/twitter/callback?access_token=a%2Fb&raw[user_id]=1"
    with served(tmp_path, shop(tmp_path / "shop", NEXT_AUTH)) as world:
        world.ask(target)

        assert world.strapi.targets == [target]


def test_strapi_4_leaves_the_routes_that_came_later_to_the_front_end(tmp_path: Path) -> None:
    located = shop(tmp_path / "shop", NEXT_AUTH.replace("route.ts", "route.js"), version="4.26.2")
    with served(tmp_path, located) as world:
        assert who_answers(world, STRAPIS) == {"strapi"}
        assert world.ask("/api/auth/logout", "POST", b"x").by == "frontend"
        assert world.ask("/api/auth/sessions").by == "frontend"


def test_a_catch_all_over_the_whole_api_leaves_the_login_to_strapi(tmp_path: Path) -> None:
    with served(tmp_path, shop(tmp_path / "shop", "pages/api/[...all].ts")) as world:
        assert who_answers(world, [*STRAPIS, *ONLY_5]) == {"strapi"}
        assert world.ask("/api/connect/twitter").by == "strapi"
        assert world.ask("/api/articles").by == "frontend"


@pytest.mark.parametrize("file", ["pages/api/auth/[provider]/callback.ts", "pages/api/[a]/[b].ts"])
def test_parameters_never_take_what_strapi_has(tmp_path: Path, file: str) -> None:
    with served(tmp_path, shop(tmp_path / "shop", file)) as world:
        assert who_answers(world, STRAPIS) == {"strapi"}


def test_a_preflight_goes_where_its_request_goes(tmp_path: Path) -> None:
    with served(tmp_path, shop(tmp_path / "shop", NEXT_AUTH)) as world:

        def preflight(path: str, method: str) -> str:
            headers = {"Access-Control-Request-Method": method, "Origin": "https://a.example"}
            return world.ask(f"/api/auth/{path}", "OPTIONS", headers=headers).by

        assert preflight("local", "POST") == "strapi"
        assert preflight("signin/github", "POST") == "frontend"
        assert preflight("local", "PUT") == "strapi", "the front end has no PUT there"


# No catch-all


@pytest.mark.parametrize("files", [(), ("app/api/hello/route.ts",)])
def test_without_routes_there_nothing_changes_nor_for_strapi_s_custom_routes(
    tmp_path: Path, files: tuple[str, ...]
) -> None:
    with served(tmp_path, shop(tmp_path / "shop", *files)) as world:
        asks = [*STRAPIS, *ONLY_5, *LIBRARIES, ("GET", "my-own"), ("POST", "my/own/route")]
        assert who_answers(world, asks) == {"strapi"}


def test_a_route_without_parameters_takes_its_methods_and_no_other(tmp_path: Path) -> None:
    only_post = {"web/app/api/auth/local/route.ts": "export async function POST() {}\n"}
    with served(tmp_path, shop(tmp_path / "shop", **only_post)) as world:
        assert world.ask("/api/auth/local", "POST", b"x").by == "frontend"
        assert world.ask("/api/auth/local/", "POST", b"x").by == "frontend"
        assert world.ask("/api/auth/local").by == "strapi"
        assert world.ask("/api/auth/local/register", "POST", b"x").by == "strapi"
        assert world.ask("/api/auth/logout", "POST", b"x").by == "strapi"


def test_a_route_without_parameters_beats_strapi_beside_a_catch_all(tmp_path: Path) -> None:
    located = shop(tmp_path / "shop", NEXT_AUTH, "app/api/auth/logout/route.ts")
    with served(tmp_path, located) as world:
        assert world.ask("/api/auth/logout", "POST", b"x").by == "frontend"
        assert world.ask("/api/auth/refresh", "POST", b"x").by == "strapi"


def test_a_route_below_connect_is_never_the_front_end_s(tmp_path: Path) -> None:
    located = shop(tmp_path / "shop", "app/api/connect/twitter/route.ts")
    with served(tmp_path, located) as world:
        assert world.ask("/api/connect/twitter").by == "strapi"
    (note,) = login_routes.notes(located)
    assert note.startswith("web/app/api/connect/twitter/route.ts, line 1: nobody reaches")
    assert "such as web/app/api/login/twitter/route.ts." in note


def test_a_route_below_connect_whose_file_is_in_no_such_folder_needs_another_path(
    tmp_path: Path,
) -> None:
    remix = {"dependencies": {"@remix-run/dev": "2.0.0"}}
    content = {
        "web/package.json": json.dumps(remix),
        "web/app/routes/api.connect.twitter.ts": "export const loader = () => null;\n",
    }
    located = shop(tmp_path, **content)

    (note,) = login_routes.notes(located)

    assert "Give it a path that does not begin with /api/connect." in note


def test_another_prefix_of_strapi_has_its_login_there(tmp_path: Path) -> None:
    prefix = {"cms/config/api.js": "module.exports = { rest: { prefix: '/cms/v1.0' } };"}
    file = "app/cms/v1.0/auth/[...all]/route.ts"
    with served(tmp_path, shop(tmp_path / "shop", file, **prefix)) as world:
        assert world.ask("/cms/v1.0/auth/local", "POST", b"x").by == "strapi"
        assert world.ask("/cms/v1x0/auth/local", "POST", b"x").by == "frontend"
        assert world.ask("/cms/v1.0/auth/session").by == "frontend"


# better-auth


def better_auth(folder: Path, *files: str, in_workspace: bool = False) -> Located:
    content = {}
    if in_workspace:
        text = "import { toNextJsHandler } from 'better-auth/next-js';\nexport const GET = 1, POST = 1;"
        content = {f"web/{file}": text for file in files}
    else:
        manifest = {"dependencies": {"next": "16.0.0", "better-auth": "1.4.0"}}
        content = {"web/package.json": json.dumps(manifest)}
    return shop(folder, *files, **content)


@pytest.mark.parametrize("in_workspace", [False, True])
def test_better_auth_has_its_passwords_and_a_note_says_so(
    tmp_path: Path, in_workspace: bool
) -> None:
    located = better_auth(
        tmp_path / "shop", "app/api/auth/[...all]/route.ts", in_workspace=in_workspace
    )
    with served(tmp_path, located) as world:
        passwords = [("POST", "reset-password"), ("POST", "change-password")]
        assert who_answers(world, passwords) == {"frontend"}
        others = [each for each in [*STRAPIS, *ONLY_5] if each not in passwords]
        assert who_answers(world, others) == {"strapi"}
    (note,) = login_routes.notes(located)
    assert "/api/auth/reset-password and /api/auth/change-password" in note


def test_better_auth_without_a_route_there_changes_nothing(tmp_path: Path) -> None:
    located = better_auth(tmp_path / "shop")
    with served(tmp_path, located) as world:
        assert who_answers(world, [*STRAPIS, *ONLY_5]) == {"strapi"}
    assert login_routes.notes(located) == []


# Notes


@pytest.mark.parametrize(
    ("file", "content", "place"),
    [
        (
            "app/api/auth/twitter/callback/route.ts",
            "import 'x';\nexport async function POST() {}\nexport async function GET() {}",
            "web/app/api/auth/twitter/callback/route.ts, line 3",
        ),
        ("pages/api/auth/local.ts", "\nexport default x", "web/pages/api/auth/local.ts, line 2"),
    ],
)
def test_a_note_names_the_route_that_answers_a_login(
    tmp_path: Path, file: str, content: str, place: str
) -> None:
    (note,) = login_routes.notes(shop(tmp_path, **{f"web/{file}": content}))

    assert place in note


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("app/api/auth/twitter/callback/route.ts", "export async function POST() {}"),
        ("app/api/auth/local/route.ts", "export async function GET() {}"),
        ("app/api/auth/google/callback/route.ts", "export async function GET() {}"),
        ("app/api/auth/[...nextauth]/route.ts", HANDLERS),
        ("app/api/auth/[provider]/callback/route.ts", HANDLERS),
    ],
)
def test_no_note_names_a_route_that_leaves_the_login_alone(
    tmp_path: Path, file: str, content: str
) -> None:
    assert login_routes.notes(shop(tmp_path, **{f"web/{file}": content})) == []


def test_routes_that_cannot_be_read_are_said_to_reach_strapi(tmp_path: Path) -> None:
    manifest = json.dumps({"dependencies": {"@react-router/dev": "7.0.0", "vite": "7.0.0"}})
    content = {"web/package.json": manifest, "web/app/routes.ts": "export default make();"}

    (note,) = login_routes.notes(shop(tmp_path, **content))

    assert note.startswith("web/app/routes.ts, line 1")


# Any routes, any request: the four steps


SEGMENTS = ("local", "twitter", "callback", "session", "sessions", "logout", "register")
METHODS = ("GET", "POST", "DELETE", "PUT")
EXPORTS = st.sets(st.sampled_from(METHODS), min_size=1)
FIXED = st.lists(st.sampled_from(SEGMENTS), min_size=1, max_size=2)
FOLDERS = st.one_of(
    FIXED.map("/".join),
    st.tuples(FIXED, st.sampled_from(["[id]", "[...all]", "[[...all]]"])).map(
        lambda each: "/".join([*each[0], each[1]])
    ),
    st.sampled_from(["[id]", "[...all]", "[[...all]]", "[provider]/callback"]),
)
ROUTES = st.dictionaries(FOLDERS, EXPORTS, max_size=3)
REQUESTS = st.tuples(st.sampled_from(METHODS), st.lists(st.sampled_from(SEGMENTS), max_size=3))


def takes(folder: str, methods: set[str], method: str, path: list[str]) -> bool:
    """Whether Next would answer with this file: written again, without patterns."""
    if method not in methods:
        return False
    rest = list(path)
    for part in folder.split("/"):
        if part.startswith(("[...", "[[...")):
            return True
        if not rest or (not part.startswith("[") and part != rest[0]):
            return False
        rest.pop(0)
    return not rest


def is_strapis(method: str, path: list[str]) -> bool:
    """Whether users-permissions 5.54 has the route, one by one."""
    known = {
        ("POST", "local"),
        ("POST", "local/register"),
        ("POST", "logout"),
        ("GET", "sessions"),
    }
    is_one = len(path) == 2 and path[1] == "callback" and method == "GET"
    is_session = len(path) == 2 and path[0] == "sessions" and method == "DELETE"
    return (method, "/".join(path)) in known or is_one or is_session


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with make_world(tmp_path_factory.mktemp("gateway")) as made:
        made.open()
        yield made


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(routes=ROUTES, requests=st.lists(REQUESTS, min_size=15, max_size=30))
def test_the_four_steps_decide_every_request(
    shared: World,
    tmp_path_factory: pytest.TempPathFactory,
    routes: dict[str, set[str]],
    requests: list[tuple[str, list[str]]],
) -> None:
    texts = {
        f"web/app/api/auth/{folder}/route.ts": "".join(
            f"export const {method} = handler;\n" for method in sorted(methods)
        )
        for folder, methods in routes.items()
    }
    found = login_routes.routing(shop(tmp_path_factory.mktemp("shop"), **texts))
    update(shared, found)

    for method, path in requests:
        exact = [one for one in routes if "[" not in one and takes(one, routes[one], method, path)]
        open_ = [one for one in routes if "[" in one and takes(one, routes[one], method, path)]
        is_frontend = bool(exact) or (bool(open_) and not is_strapis(method, path))
        answer = shared.ask("/".join(["/api/auth", *path]), method)
        assert answer.by == ("frontend" if is_frontend else "strapi"), (method, path)


def update(world: World, found: Routing) -> None:
    world.site = replace(world.site, routing=found)
    world.gateway.update(world.site)


# The table


@pytest.mark.parametrize(
    ("version", "paths"),
    [
        ("4.0.0", 8),
        ("4.26.2", 8),
        ("5.23.6", 8),
        ("5.24.1", 10),
        ("5.54.0", 12),
        (None, 12),
    ],
)
def test_each_release_has_the_routes_that_it_came_with(version: str | None, paths: int) -> None:
    routes = strapi_paths.login_routes(version)

    assert len(routes) == paths
    assert all(re.fullmatch(r"/[a-z<>/-]+", route.path) for route in routes)
