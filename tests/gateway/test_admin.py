"""Strapi's admin side stays unpublished, however its paths are spelled; and so does the user's editor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.world import upstreams
from tests.world.upstreams import World, make_world
from twitter_setup.gateway import paths as gateway_paths
from twitter_setup.gateway.config import Guard

world = upstreams.world

# What a router that knows no case, or a server that decodes, collapses or resolves, takes for them.
SPELLINGS = [
    "/admin",
    "/admin/",
    "/admin/init",
    "/admin?x=1",
    "/admin/login?a=/api/",
    "/ADMIN/init",
    "/Admin",
    "/content-manager/collection-types/api::a.a",
    "/Content-Manager/x",
    "/upload/files",
    "/users-permissions/providers",
    "/i18n/locales",
    "//admin",
    "///admin/init",
    "/admin//init",
    "/%61dmin",
    "/%61%64%6d%69%6e/init",
    "/%41DMIN",
    "/%2561dmin",
    "/%25%36%31dmin",
    "/adm%69n%2finit",
    "/admin%2finit",
    "/admin%252finit",
    "/%2fadmin",
    "/%2Fadmin",
    "/%252fadmin",
    "/content%2dmanager/x",
    "/admin;x=1/init",
    "/admin;",
    "/admin%3bx",
    "/admin%20",
    "/admin%00",
    "/admin%09",
    "/ad%09min",
    "/ad%0amin",
    "/admin.",
    "/admin%3f",
    "/admin#x",
    "/./admin",
    "/x/../admin",
    "/x/%2e%2e/admin",
    "/x/%2E./admin",
    "/x/%252e%252e/admin",
    "/x/..;/admin",
    "/x/..%3b/admin",
    "/x/..%2fadmin",
    "/x/..%252fadmin",
    "/x\\..\\admin",
    "/x/..\\admin",
    "/\\admin",
    "/%5cadmin",
    "/%255cadmin",
    "\\admin",
]
# The same below what may pass: they must not slip through with it.
BELOW = [
    "/api/../admin",
    "/api/%2e%2e/admin",
    "/api/%2e%2e%2fadmin",
    "/api/%252e%252e/admin",
    "/api/..%2fadmin",
    "/api/..;/admin",
    "/api/.;/../admin",
    "/api/x/../../admin",
    "/api\\..\\admin",
    "/api/..\\admin",
    "/api/..%5cadmin",
    "/api/connect/../../admin",
    "/uploads/..%2fadmin",
    "/uploads/../admin",
    "/uploads/%2e%2e/content-manager/x",
    "/_health/../admin",
    "/graphql/../admin",
]
_CRA = Guard(admin_at="start", spares_pages=True, source='"proxy" in package.json')


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A front end with no proxy rules."""
    with make_world(tmp_path_factory.mktemp("plain")) as made:
        made.open(graphql="/graphql")
        yield made


@pytest.fixture(scope="module")
def proxying(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A front end that hands on all that it does not know, as CRA does with `proxy`."""
    with make_world(tmp_path_factory.mktemp("proxying")) as made:
        made.open(graphql="/graphql", guards=(_CRA,))
        yield made


def _ask(world: World, target: str, method: str = "GET", accept: str = "*/*") -> str:
    """Who answers: sent to the letter, since no HTTP library would."""
    answer = world.raw(
        f"{method} {target} HTTP/1.1\r\nHost: {world.host}\r\nAccept: {accept}\r\n"
        "Connection: close\r\n\r\n"
    )
    status = answer.split(b" ")[1]
    by = next((name for name in ("strapi", "frontend") if f'"by": "{name}"'.encode() in answer), "")
    return by or status.decode()


@pytest.mark.parametrize("target", SPELLINGS)
def test_no_spelling_reaches_strapi(plain: World, target: str) -> None:
    assert _ask(plain, target) in {"frontend", "404", "400"}
    assert plain.strapi.seen == []


@pytest.mark.parametrize("target", BELOW)
def test_no_spelling_below_a_published_path_reaches_anybody(plain: World, target: str) -> None:
    plain.frontend.seen.clear()

    assert _ask(plain, target) == "404"
    assert plain.strapi.seen == plain.frontend.seen == []


@pytest.mark.parametrize("target", SPELLINGS + BELOW)
def test_where_the_front_end_would_hand_them_on_they_do_not_reach_it(
    proxying: World, target: str
) -> None:
    for method in ("GET", "POST", "HEAD"):
        assert _ask(proxying, target, method) in {"404", "400"}
    assert proxying.strapi.seen == proxying.frontend.seen == []


@pytest.mark.parametrize("scheme", ["http", "https", "HTTP"])
def test_an_absolute_target_is_read_as_its_path(proxying: World, scheme: str) -> None:
    for path in ("/admin", "/%61dmin", "/api/../admin"):
        assert _ask(proxying, f"{scheme}://{proxying.host}{path}") == "404"
    assert proxying.strapi.seen == proxying.frontend.seen == []


@pytest.mark.parametrize(
    "target", ["/administration", "/admin-tools", "/uploader", "/i18next", "/email-us", "/my/admin"]
)
def test_paths_that_only_look_alike_are_the_front_ends(proxying: World, target: str) -> None:
    assert _ask(proxying, target) == "frontend"
    proxying.frontend.seen.clear()


def test_a_page_that_cra_answers_itself_passes(proxying: World) -> None:
    browser = "text/html,application/xhtml+xml,*/*;q=0.8"

    assert _ask(proxying, "/admin", accept=browser) == "frontend"
    proxying.frontend.seen.clear()
    for method in ("POST", "PUT", "HEAD"):
        assert _ask(proxying, "/admin", method, browser) == "404"
    assert _ask(proxying, "/admin", accept="application/json") == "404"


@pytest.mark.parametrize(
    "connection", ["close, Accept", "aCCept,close", "close\r\nConnection: Accept"]
)
def test_a_page_whose_accept_would_not_arrive_does_not_pass(
    proxying: World, connection: str
) -> None:
    head = f"GET /admin HTTP/1.1\r\nHost: {proxying.host}\r\nAccept: text/html\r\n"

    answer = proxying.raw(f"{head}Connection: {connection}\r\n\r\n")

    assert answer.split(b" ")[1] == b"404"
    assert proxying.strapi.seen == proxying.frontend.seen == []


# Rules with a path


def _guarded(world: World, guard: Guard) -> None:
    world.open(guards=(guard,))


def test_below_a_rule_that_takes_its_path_off_the_names_come_right_after_it(world: World) -> None:
    _guarded(world, Guard(below="/strapi", admin_at="start", source="server.proxy"))

    for target in ("/strapi/admin", "/STRAPI//Admin/init", "/strapi%2fadmin", "/strapiadmin/x"):
        assert _ask(world, target) == "404"
    for target in ("/strapi/api/articles", "/strapi/x/admin", "/admin", "/strapi"):
        assert _ask(world, target) == "frontend"


def test_below_a_rule_that_cannot_be_read_the_names_may_come_anywhere(world: World) -> None:
    _guarded(world, Guard(below="/cms", admin_at="anywhere", source="server.proxy"))

    for target in ("/cms/admin", "/cms/x/y/Admin", "/cms/x/%61dmin/z", "/cms/x%2fupload"):
        assert _ask(world, target) == "404"
    assert _ask(world, "/cms/api/articles") == "frontend"
    assert _ask(world, "/x/admin") == "frontend"


def test_a_rule_that_leads_to_the_admin_side_itself_is_closed_whole(world: World) -> None:
    _guarded(world, Guard(below="/panel", admin_at="all", source="server.proxy"))

    assert _ask(world, "/panel/x") == _ask(world, "/Panel") == _ask(world, "/%70anel/") == "404"
    assert _ask(world, "/pan") == "frontend"


def test_a_rule_for_a_word_anywhere_leaves_the_apps_own_pages(world: World) -> None:
    _guarded(world, Guard(admin_at="start", containing="/api", source="vue.config.js"))

    for target in ("/admin/api-tokens", "/ADMIN/x/%61pi", "/%61dmin/API/x", "/upload/x%252fapi"):
        for method in ("GET", "POST"):
            assert _ask(world, target, method) == "404"
    for target in ("/admin", "/upload", "/upload/photos", "/admin?x=/api", "/my/api-page"):
        assert _ask(world, target) == "frontend"


def test_below_a_base_path_a_rewrite_is_closed_as_well(world: World) -> None:
    guard = Guard(below="/strapi", admin_at="start", may_be_deeper=True, source="next.config.js")
    _guarded(world, guard)

    for target in ("/strapi/admin", "/shop/strapi/admin/init", "/shop/fr/STRAPI//%61dmin"):
        assert _ask(world, target) == "404"
    for target in ("/shop/strapi/api/articles", "/shop/admin", "/shop/strapi", "/admin"):
        assert _ask(world, target) == "frontend"


def test_a_refusal_says_why(world: World) -> None:
    _guarded(world, _CRA)

    assert world.ask("/admin").body == b"Strapi's admin side is not published.\n"


# Asked for


def test_the_admin_side_is_published_when_asked_for(world: World) -> None:
    world.open(expose_admin=True, guards=(_CRA,), public_url="https://me.example.com", reach="url")

    for target in ("/admin", "/admin/init?x", "/content-manager/x", "/upload/files"):
        assert _ask(world, target) == "strapi"
    assert _ask(world, "/") == _ask(world, "/administration") == "frontend"
    assert _ask(world, "/x/../admin") == "404"
    # Vite in `strapi develop` (5.12 to 5.48) answers to localhost alone.
    assert world.strapi.seen[0].headers["host"] == f"localhost:{world.strapi.port}"
    assert world.strapi.seen[0].headers["x-forwarded-host"] == "me.example.com"


@pytest.mark.parametrize("prefix", ["/api", ""])
def test_two_origins_publish_everything_when_asked_for(world: World, prefix: str) -> None:
    world.open(expose_admin=True, layout="two-origins", api_prefix=prefix)

    for target in ("/", "/admin/init", "/documentation", "/anything?x"):
        assert _ask(world, target) == "strapi"


# The editor, and other tools of the user's

TOOLS = [
    "/__open-in-editor?file=/etc/passwd",
    "/__open-in-editor/?file=x",
    "/base/path/__open-in-editor?file=x",
    "/_nuxt/__open-in-editor?file=x",
    "/__open-stack-frame-in-editor?fileName=x",
    "/__open-stack-frame-in-editorial?fileName=x",
    "/__nextjs_launch-editor?file=x",
    "/docs/__nextjs_launch-editor?file=x",
    "/__parcel_launch_editor?file=x",
    "/__inspect-open-in-editor?x",
    "/webpack-dev-server/open-editor?fileName=x",
    "/__tsd/open-source?source=x",
    "/__nextjs_attach-nodejs-inspector",
    "/docs/__nextjs_restart_dev?invalidateFileSystemCache=1",
    "/_next/mcp",
    "/__file-code-frame?filePath=/etc/passwd&lineNumber=1",
    "/base/__original-stack-frame?moduleId=/etc/hosts&skipSourceMap=1",
    "/__file%2dcode-frame?filePath=/etc/passwd",
    "/__OPEN-IN-EDITOR?file=x",
    "/__open-in-edit%6fr?file=x",
    "/__open%2din-editor?file=x",
    "/%5f%5fopen-in-editor?file=x",
    "/%255f_open-in-%2565ditor?file=x",
    "//__open-in-editor?file=x",
    "/./__open-in-editor?file=x",
]


@pytest.mark.parametrize("target", TOOLS)
def test_nobody_outside_drives_the_users_tools(plain: World, target: str) -> None:
    plain.frontend.seen.clear()

    for method in ("GET", "POST"):
        assert _ask(plain, target, method) == "404"
    assert plain.frontend.seen == []


def test_an_article_about_editors_is_still_read(plain: World) -> None:
    assert _ask(plain, "/blog/how-to-choose-an-editor") == "frontend"
    assert _ask(plain, "/blog/original-stack-frame") == "frontend"
    assert _ask(plain, "/api/articles/open-in-editor") == "strapi"
    plain.frontend.seen.clear()
    plain.strapi.seen.clear()


# The patterns


def test_a_guard_without_a_path_is_every_path(world: World) -> None:
    guard = Guard(admin_at="anywhere", source="x")

    assert gateway_paths.guarded(guard, ["admin"]) == gateway_paths.guarded(
        replace(guard, below="/"), ["admin"]
    )
