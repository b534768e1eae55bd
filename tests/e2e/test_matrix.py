"""The login matrix: people can log in on every generation of Strapi, in each way of publishing it.

A login counts when the page shows the user of Strapi's JWT, and a cell when the tool knew it before, told
its hops while it went on, and left the project as it was. `matrix_table` shows the cells together.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.e2e import matrix_table
from tests.e2e.browser import Person
from tests.e2e.columns import COLUMNS, Column, Outside
from tests.e2e.conftest import MakeProject
from tests.e2e.frontends import NEXT, REDIRECT_PATH, VITE, FrontEnd
from tests.e2e.matrix_table import WORKS
from tests.e2e.projects import STRAPI_4, STRAPI_5, STRAPI_5_TS
from tests.e2e.published import (
    LOCAL,
    NGROK_TWO,
    URL,
    WAYS,
    Published,
    Watched,
    Way,
    published,
    without_the_lasting_line,
)
from tests.e2e.shops import STEPS
from tests.world.x import serving

pytestmark = pytest.mark.e2e

TITLES = {VITE: "Vite", NEXT: "Next.js"}
USER = "mira_brews"
HOPS = ["connect", "x", "callback", "redirect-page", "exchange"]
# Where the front end's own address is not published, nobody but it sees who comes to that page.
HOPS_OF_TWO = ["connect", "x", "callback", "exchange"]
SECRET = re.compile("token|verifier|secret")
SESSION = "OAuth authentication requires a completed provider session"
NOT_TWO = f"fails as expected, and `verify layout` says so before: “{SESSION}”"


@pytest.fixture(params=WAYS, ids=lambda way: way.name)
def way(request: pytest.FixtureRequest) -> Way:
    found: Way = request.param
    return found


def front_end(column: Column, way: Way) -> FrontEnd:
    """Vite, and Next.js once with the tokens in the query and once with the session."""
    return NEXT if (column.project.kind, way) in {(STRAPI_5, URL), (STRAPI_4, LOCAL)} else VITE


def fails(column: Column, way: Way) -> bool:
    return way is NGROK_TWO and column.project.kind is STRAPI_5


def test_people_can_log_in_and_the_tool_knows_it(
    column: Column, way: Way, outside: Outside, request: pytest.FixtureRequest
) -> None:
    table, place = matrix_table.table_of(request.config), (way.name, COLUMNS[column.project.kind])
    table.begin(*place)
    kind = front_end(column, way)
    front = column.front(kind)
    packages = {TITLES[kind]: front.folder / "node_modules" / kind.name}
    table.versions |= matrix_table.versions(packages)
    before = column.project.files()

    with published(column, way, front, outside) as shop:
        if fails(column, way):
            assert_it_fails_as_verify_says(shop)
        else:
            assert_it_works_as_verify_says(shop)

    assert_all_is_as_it_was(column, before)
    shown = f" (front end: {TITLES[kind]})" if kind is not VITE else ""
    table.note(*place, NOT_TWO if fails(column, way) else WORKS + shown)


def test_people_can_log_in_where_the_back_end_is_in_typescript(
    make_project: MakeProject, outside: Outside, request: pytest.FixtureRequest
) -> None:
    with serving() as x:
        column = Column.start(make_project(STRAPI_5_TS), x)
        before = column.project.files()

        with published(column, LOCAL, column.front(VITE), outside) as shop:
            assert_it_works_as_verify_says(shop)

        assert_all_is_as_it_was(column, before)
    matrix_table.table_of(request.config).add(LOCAL.name, COLUMNS[STRAPI_5], "TypeScript too")


def assert_it_works_as_verify_says(shop: Published) -> None:
    answer = shop.command("verify")
    statuses = {check["id"]: check["status"] for check in answer["data"]["checks"]}
    assert answer["exit_code"] == 0, answer
    assert {statuses[each] for each in ("layout", "x-callback", "connect")} == {"pass"}

    told, text = watched_login(shop)

    assert f"Hello {USER}, you are logged in." in text
    assert (told.ids, told.failed) == (HOPS if shop.way.is_one_origin else HOPS_OF_TWO, [])
    assert told.login["status"] == "pass"
    assert told.login["summary"] == "logged in: Strapi issued a JWT"
    assert told.exit_code == 0


def assert_it_fails_as_verify_says(shop: Published) -> None:
    before = shop.command("verify")
    failed = [check for check in before["data"]["checks"] if check["status"] == "fail"]
    assert [check["id"] for check in failed] == ["layout"]
    assert SESSION in failed[0]["detail"]
    assert before["exit_code"] == 1

    told, text = watched_login(shop)

    assert SESSION in text
    assert (told.ids, told.failed) == (HOPS_OF_TWO, ["exchange"])
    assert told.login["status"] == "fail"
    assert told.login["advice"][0]["text"].startswith(f"“{SESSION}”")
    assert told.exit_code == 1


def watched_login(shop: Published) -> tuple[Watched, str]:
    """What `verify --login` told of a login, and the page where it ended."""
    end = "The login did not work." if fails(shop.column, shop.way) else "you are logged in"
    with shop.watching() as watching, shop.visitor() as person:
        asked = len(shop.column.x.requests)  # by the checks before
        shop.begin_login(person)
        person.consent(USER)
        text = person.see(end)
        told = watching.end()
        steps = shop.column.x.steps()[asked:]
        assert any(REDIRECT_PATH in url for _, url in person.visited), person.story()
        assert not [value for value in tokens(person) if value in told.text]
    wanted = STEPS[: STEPS.index("access_token") + 1] if fails(shop.column, shop.way) else STEPS
    assert [step for step, _ in steps] == wanted
    return told, text


def tokens(person: Person) -> list[str]:
    """What passed in the browser's address and is nobody's business."""
    queries = (parse_qsl(urlsplit(url).query) for _, url in person.visited)
    found = [value for query in queries for name, value in query if SECRET.search(name)]
    assert found, person.story()
    return found


def assert_all_is_as_it_was(column: Column, before: dict[str, bytes]) -> None:
    project = column.project
    config = project.config.relative_to(project.root)
    column.wait_for_callback(column.own_callback)
    after = without_the_lasting_line(project.files(), config)
    assert after == without_the_lasting_line(before, config)
