"""Strapi's admin side stays unpublished, however its paths are spelled; and so does the user's editor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.world import upstreams
from tests.world.upstreams import MARKS, World, forwarding, make_world
from twitter_setup.gateway.admin_side import AdminSide
from twitter_setup.gateway.frontend_routes import FrontEndRoute
from twitter_setup.gateway.own_routes.routing import Routing

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
# Handlers that take the path out of the query.
IN_QUERY = [
    "/p?path=/admin/login",
    "/p?path=admin/login",
    "/p?admin/login",
    "/p?path=%2Fadmin%2Flogin",
    "/p?path=%252Fadmin%252Flogin",
    "/p?path=%61dmin/init",
    "/p?path=%2561dmin/init",
    "/p?path=%25%36%31dmin/init",
    "/p?path=ad%09min/init",
    "/p?path=ADMIN/init",
    "/p?path=admin;x=1/init",
    "/p?path=//admin//init",
    "/p?path=x/..%2fadmin/init",
    "/p?path=%5Cadmin%5Cinit",
    "/p?a=b&path=content%2Dmanager/x",
    "/p?path[]=users-permissions/providers",
]
# The app's own pages, with the names of Strapi's admin side and of its plugins in them.
OWN = [
    "/admin",
    "/admin/users",
    "/admin/login?next=/admin/",
    "/src/admin/Page.tsx",
    "/src/components/upload/index.tsx",
    "/upload",
    "/assets/i18n/en.json",
    "/blog/ai",
    "/p?path=/admin/login",
]
# The public API behind a rule of the front end's.
PUBLIC = [
    "/cms/upload",
    "/cms/i18n/locales",
    "/cms/articles?populate=admin",
    "/cms/articles?filters[role]=admin&sort=title",
    "/cms/users/superadmin/x",
    "/cms/uploads/admin.png",
    "/cms/administration",
    "/cms/email",
]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A front end that forwards nothing."""
    with make_world(tmp_path_factory.mktemp("plain")) as made:
        made.open(graphql="/graphql")
        yield made


@pytest.fixture(scope="module")
def proxying(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A front end that forwards everything to Strapi, as CRA does with what it does not know."""
    with make_world(tmp_path_factory.mktemp("proxying")) as made:
        made.frontend.otherwise = forwarding(made.strapi)
        made.open(graphql="/graphql")
        yield made


def _ask(world: World, target: str, method: str = "GET") -> str:
    """Who answers: sent to the letter, since no HTTP library would."""
    answer = world.raw(
        f"{method} {target} HTTP/1.1\r\nHost: {world.host}\r\nConnection: close\r\n\r\n"
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


# What the front end forwards


@pytest.mark.parametrize("target", SPELLINGS + BELOW + IN_QUERY)
def test_an_answer_of_the_admin_side_is_withheld_however_it_was_asked_for(
    proxying: World, target: str
) -> None:
    for method in ("GET", "POST", "HEAD"):
        assert _ask(proxying, target, method) in PUBLIC_ANSWERS.get(target, {"404", "400"})


# These name plugins that the public API has too; their admin routes answer 401 by themselves.
PUBLIC_ANSWERS = {
    "/upload/files": {"strapi", "200"},
    "/i18n/locales": {"strapi", "200"},
}


def test_nothing_of_a_withheld_answer_passes(proxying: World) -> None:
    def sign_in(handler: Any) -> None:
        handler.send(200, b'{"data": {"token": "jwt"}}', Set_Cookie="strapi_admin_refresh=jwt")

    proxying.strapi.answers["/admin/login"] = sign_in
    answer = proxying.ask("/admin/login", "POST", b"{}")

    assert (answer.status, answer.body) == (404, b"Strapi's admin side is not published.\n")
    assert "jwt" not in str(answer.headers)
    assert answer.headers.keys().isdisjoint(name for name, _ in MARKS)


def test_a_wrong_password_looks_like_a_right_one(proxying: World) -> None:
    def refuse(handler: Any) -> None:
        handler.send(400, b'{"error": {"message": "Invalid credentials"}}')

    answers = []
    for result in (lambda handler: handler.send(200, b"{}"), refuse):
        proxying.strapi.answers["/admin/login"] = result
        answer = proxying.ask("/admin/login", "POST", b"{}")
        answers.append((answer.status, answer.body))

    assert answers[0] == answers[1]


@pytest.mark.parametrize("target", PUBLIC)
def test_the_public_api_behind_a_proxy_passes(proxying: World, target: str) -> None:
    assert _ask(proxying, target) == "strapi"


@pytest.mark.parametrize("target", OWN)
def test_a_page_of_the_app_s_own_passes(plain: World, target: str) -> None:
    assert _ask(plain, target) == _ask(plain, target, "POST") == "frontend"


@pytest.mark.parametrize("scheme", ["http", "https", "HTTP"])
def test_an_absolute_target_is_read_as_its_path(proxying: World, scheme: str) -> None:
    for path in ("/admin", "/%61dmin", "/api/../admin"):
        assert _ask(proxying, f"{scheme}://{proxying.host}{path}") == "404"


def test_one_mark_is_enough(world: World) -> None:
    world.frontend.otherwise = forwarding(world.strapi)
    world.strapi.headers = {"Referrer-Policy": "no-referrer"}
    world.open()

    assert _ask(world, "/cms/admin/init") == "404"
    assert _ask(world, "/cms/articles") == "strapi"


def test_the_panel_s_own_path_is_the_admin_side_too(world: World) -> None:
    world.frontend.otherwise = forwarding(world.strapi)
    world.open(admin_side=AdminSide(panel="back/office", marks=MARKS))

    assert _ask(world, "/back/office/auth") == _ask(world, "/x/Back%2fOffice") == "404"
    assert _ask(world, "/office") == "strapi"


def test_without_marks_whoever_names_the_admin_side_is_refused(world: World) -> None:
    world.open(admin_side=AdminSide())

    for target in ("/admin", "/src/admin/Page.tsx", "/p?path=/admin/x", "/x/content-manager"):
        assert _ask(world, target) == "404"
    assert world.frontend.seen == []
    assert _ask(world, "/upload") == _ask(world, "/p?role=admin") == "frontend"


# What is refused before the front end is asked

WRITES = [
    "/admin/register-admin",
    "/admin/register",
    "/admin/reset-password",
    "/admin/forgot-password",
    "/cms/ADMIN//register-admin/",
    "/cms/%61dmin;x/%72egister-admin",
    "/cms/admin%2fregister-admin",
    "/p?path=admin/register-admin",
    "/p?path=%2Fadmin%2F.%2Fforgot-password&x",
    "/p?path=admin/x/../register",
]


@pytest.mark.parametrize("target", WRITES)
def test_what_writes_before_it_answers_reaches_nobody(plain: World, target: str) -> None:
    plain.frontend.seen.clear()

    assert _ask(plain, target, "POST") == "404"
    assert plain.frontend.seen == []
    assert _ask(plain, target) == "frontend"


def test_the_app_s_own_registration_passes(plain: World) -> None:
    for target in ("/register", "/admin/registered", "/forgot-password", "/p?path=/register"):
        assert _ask(plain, target, "POST") == "frontend"


def test_a_prefix_that_forwards_without_marks_is_closed_for_the_names(world: World) -> None:
    world.frontend.otherwise = forwarding(world.strapi, wraps=True)
    world.open(admin_side=AdminSide(marks=MARKS, forwarded=("/bff",)))

    assert _ask(world, "/bff/admin/init") == _ask(world, "/BFF/x//%61dmin") == "404"
    assert world.frontend.seen == []
    assert _ask(world, "/bff/api/articles") == "strapi"
    assert _ask(world, "/other/admin") == "strapi", "nobody has found that one"


def test_a_prefix_that_is_the_admin_side_is_closed(world: World) -> None:
    world.open(admin_side=AdminSide(marks=MARKS, closed=("/panel",)))

    for target in ("/panel", "/panel/login", "/%70anel/", "/PANEL;x/y"):
        assert _ask(world, target) == "404"
    assert _ask(world, "/panels") == "frontend"


# A front end that nobody has asked yet


def test_a_closed_front_end_is_a_page_that_comes_back(world: World) -> None:
    route = FrontEndRoute(pattern="^/api/hello/?$", source="app/api/hello/route.ts")
    world.open(is_frontend_open=False, frontend_title="Vite", routing=Routing(own=(route,)))

    for target in ("/", "/admin", "/api/hello"):
        answer = world.ask(target)
        assert (answer.status, answer.headers["retry-after"]) == (502, "3")
        assert "Vite is not published yet" in answer.body.decode()
    assert world.frontend.seen == []
    assert _ask(world, "/api/articles") == "strapi"


# This machine alone, and where it is asked for


def test_for_this_machine_alone_nothing_of_the_front_end_is_refused(world: World) -> None:
    world.frontend.otherwise = forwarding(world.strapi)
    world.open(reach="local", admin_side=AdminSide(closed=("/panel",)))

    for target in ("/admin/init", "/panel/x", "/p?path=/admin/x", "/__open-in-editor?file=x"):
        assert _ask(world, target) == "strapi"
    assert _ask(world, "/admin/register-admin", "POST") == "strapi"


def test_the_admin_side_is_published_when_asked_for(world: World) -> None:
    world.frontend.answers["/cms/admin/init"] = forwarding(world.strapi)
    world.open(expose_admin=True, admin_side=AdminSide(), public_url="https://me.example.com")

    for target in ("/admin", "/admin/init?x", "/content-manager/x", "/cms/admin/init"):
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
