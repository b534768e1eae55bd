"""Handlers of a front end's own server that hand what they are asked on to Strapi."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.guarding import find, is_closed
from tests.world import upstreams
from tests.world.upstreams import World
from twitter_setup import frontend_routes
from twitter_setup.frameworks import FrameworkId

world = upstreams.world

MANY = [
    ("next", "app/api/strapi/[...path]/route.ts", "/api/strapi"),
    ("next", "src/app/(site)/cms/[[...path]]/route.js", "/cms"),
    ("next", "pages/api/strapi/[...path].ts", "/api/strapi"),
    ("nuxt", "server/api/strapi/[...].ts", "/api/strapi"),
    ("nuxt", "app/server/routes/cms/[...path].get.ts", "/cms"),
    ("sveltekit", "src/routes/cms/[...path]/+server.ts", "/cms"),
    ("sveltekit", "src/routes/api/strapi/[...path]/+server.js", "/api/strapi"),
    ("astro", "src/pages/cms/[...path].ts", "/cms"),
    ("gatsby", "src/api/strapi/[...].js", "/api/strapi"),
]
HANDS_ON = [
    """
    export async function GET(request, { params }) {
      const { path } = await params
      const url = `${process.env.STRAPI_URL}/${path.join('/')}`
      const found = await fetch(url, { headers: request.headers })
      return new Response(found.body)
    }""",
    "export const ALL = ({ params }) => fetch('http://localhost:1337/' + params.path)",
    "const base = process.env.CMS; export default (q, s) => fetch(base + q.url).then(s.json)",
    """
    const head = await fetch(`${process.env.CMS}/api/site`)
    export const GET = ({ params }) => fetch(`${process.env.CMS}${params.path}`)""",
]
KEEPS_BELOW = [
    "export const GET = ({ params }) => fetch(`${process.env.CMS}/api/${params.path}`)",
    """
    const target = process.env.CMS + '/api/' + path
    const found = await fetch(target)""",
    "export const GET = ({ params }) => fetch(`http://localhost:1337/api/articles/${params.slug}`)",
    "export const GET = ({ params }) => Response.json(posts[params.slug] ?? process.env.SITE)",
    "// fetch(process.env.CMS + path)\nexport const GET = () => new Response('')",
]


@pytest.mark.parametrize("content", HANDS_ON)
@pytest.mark.parametrize(("framework", "file", "below"), MANY)
def test_a_handler_of_many_paths_that_hands_them_on_is_closed_below_its_own(
    tmp_path: Path, framework: FrameworkId, file: str, below: str, content: str
) -> None:
    guards = find(tmp_path, framework, **{file: content})

    for path in (f"{below}/admin/init", f"{below}/x/admin", f"/base{below}/admin"):
        assert is_closed(guards, path), path
    for path in ("/admin", f"{below}/api/articles", f"{below}/administration"):
        assert not is_closed(guards, path), path
    assert [guard.source for guard in guards] == [file]


@pytest.mark.parametrize("content", KEEPS_BELOW)
@pytest.mark.parametrize(("framework", "file", "below"), MANY)
def test_a_handler_that_asks_the_api_alone_closes_nothing(
    tmp_path: Path, framework: FrameworkId, file: str, below: str, content: str
) -> None:
    assert find(tmp_path, framework, **{file: content}) == ()


@pytest.mark.parametrize("file", ["app/cms/route.ts", "pages/api/cms.ts", "app/[...path]/page.tsx"])
def test_a_handler_of_one_path_and_a_page_hand_no_path_on(tmp_path: Path, file: str) -> None:
    assert find(tmp_path, "next", **{file: HANDS_ON[0]}) == ()


def test_a_hook_that_hands_on_closes_the_admin_side(tmp_path: Path) -> None:
    hook = """
    export const handle = ({ event, resolve }) =>
      event.url.pathname.startsWith('/cms') ? fetch(CMS + event.url.pathname.slice(4)) : resolve(event)
    const CMS = process.env.CMS"""

    guards = find(tmp_path, "sveltekit", **{"src/hooks.server.ts": hook})

    assert is_closed(guards, "/cms/admin/init")


# Through the gateway


def test_a_handler_below_the_api_is_not_asked_for_the_admin_side(
    world: World, tmp_path: Path
) -> None:
    front = tmp_path / "front"
    guards = find(front, "next", **{MANY[0][1]: HANDS_ON[0]})
    world.open(guards=guards, frontend_routes=frontend_routes.find(front, "next", "/api"))

    for target in (
        "/api/strapi/admin/init",
        "/api/strapi/%61dmin",
        "/api/strapi/x/content-manager",
    ):
        assert world.ask(target).status == 404, target
    assert world.ask("/api/strapi/articles").by == "frontend"
    assert world.ask("/api/articles/admin").by == "strapi"
