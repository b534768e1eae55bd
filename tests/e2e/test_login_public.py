"""Logins on real Strapi at a public https address, with nothing of ours between."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.browser import Person, browsing
from tests.e2e.conftest import MakeProject
from tests.e2e.frontends import REDIRECT_PATH, VITE
from tests.e2e.projects import STRAPI_4, STRAPI_5
from tests.e2e.shops import Shop, as_set_up
from tests.world import tls
from tests.world.x import X

pytestmark = pytest.mark.e2e

HOSTS = {
    STRAPI_5: "olive-tree-123456.ngrok-free.app",
    STRAPI_4: "quiet-tree-123456.ngrok-free.app",
}


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[tls.Edge, dict[str, Shop]]]:
    """The public address, and the shop that is behind it: `/api` is Strapi's, the rest its front end's."""
    behind: dict[str, Shop] = {}

    def port_of(host: str, path: str) -> int:
        shop = behind[host]
        return shop.project.port if path.startswith("/api/") else shop.front.port

    with tls.serving([*HOSTS.values()], port_of, tmp_path_factory.mktemp("edge")) as edge:
        yield edge, behind


@pytest.fixture(scope="module", params=[STRAPI_5, STRAPI_4], ids=["5", "4"])
def public(
    request: pytest.FixtureRequest,
    share_project: MakeProject,
    edge: tuple[tls.Edge, dict[str, Shop]],
    x: X,
) -> Shop:
    host = HOSTS[request.param]
    env = {"PUBLIC_URL": f"https://{host}"}
    project = share_project(request.param, config=with_public_url, env=env)
    (project.frontend / ".env").write_text(f"{VITE.variable}=https://{host}\n")
    is_4 = request.param is STRAPI_4
    strapi = (project.serve_built if is_4 else project.serve)(**x.strapi_environment())
    # Vite answers to its own host alone; to change what it is asked is the gateway's work.
    front = project.serve_frontend(__VITE_ADDITIONAL_SERVER_ALLOWED_HOSTS=host)
    shop = edge[1][host] = Shop(project, strapi, front, x)
    return shop


def with_public_url(text: str) -> str:
    return text.replace("1337),\n", "1337),\n  url: env('PUBLIC_URL', ''),\n", 1)


@pytest.fixture
def visitor(edge: tuple[tls.Edge, dict[str, Shop]]) -> Iterator[Person]:
    with browsing(dict.fromkeys(HOSTS.values(), edge[0].port)) as person:
        yield person


def test_on_one_public_origin_everybody_can_log_in(public: Shop, visitor: Person) -> None:
    origin = as_set_up(public).public_url
    public.project.set_twitter(callback=origin + REDIRECT_PATH)

    visitor.log_in(origin)

    assert "mira@example.com" in visitor.see("you are logged in")
    assert visitor.visited[-1][1].startswith(origin + REDIRECT_PATH)


def test_with_a_public_back_end_alone_strapi_4_logs_in_and_strapi_5_does_not(
    public: Shop, visitor: Person
) -> None:
    """As Strapi's guide has it. It tells us when Strapi, or Chromium, changes."""
    visitor.log_in(as_set_up(public).front.url)

    if public.project.kind is STRAPI_4:
        visitor.see("you are logged in")
    else:
        said = visitor.see("The login did not work.")
        assert "OAuth authentication requires a completed provider session" in said
