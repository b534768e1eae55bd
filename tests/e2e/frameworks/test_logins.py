"""On each framework somebody logs in at a public address, with the docs' code at the login's end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e import matrix_table
from tests.e2e.browser import Person
from tests.e2e.columns import HAS_OWN_URL, OWN_URL, Column, Outside
from tests.e2e.conftest import MakeProject
from tests.e2e.frameworks.logins import LOGINS, Login
from tests.e2e.frontends import GREETING, REDIRECT_PATH, FrontEndServer, lay_out
from tests.e2e.projects import STRAPI_5
from tests.e2e.published import URL, Published, published
from tests.world.x import serving

pytestmark = pytest.mark.frontends
USER = "mira_brews"
OTHER_GREETING = "Log in, and the tenth coffee is on us."
RENEW = """async () => {
  const answer = await fetch('/api/auth/refresh', { method: 'POST' });
  return (await answer.json()).jwt;
}"""


@pytest.fixture(scope="module")
def column(share_project: MakeProject) -> Iterator[Column]:
    """A Strapi 5 that has the public URL already."""
    with serving() as x:
        yield Column.start(share_project(STRAPI_5, **HAS_OWN_URL), x, OWN_URL)


@pytest.fixture(params=LOGINS, ids=lambda login: login.name.lower().replace(" ", "-"))
def login(request: pytest.FixtureRequest) -> Login:
    found: Login = request.param
    return found


@pytest.fixture
def front(login: Login, column: Column) -> Iterator[FrontEndServer]:
    folder = column.project.root / login.front.name
    lay_out(login.front, folder, login.files, f"http://localhost:{column.project.port}")
    for name in login.removed:
        (folder / name).unlink()
    server = start(login, column, folder)
    yield server
    for each in column.project.servers[1:]:
        each.stop()
    del column.project.servers[1:]


def start(login: Login, column: Column, folder: Path, port: int = 0) -> FrontEndServer:
    project = column.project
    log = project.root.parent / f"{login.front.name}-{len(project.servers)}.log"
    server = FrontEndServer(login.front, folder, log, port=port)
    project.servers.append(server)
    server.wait_until_up()
    # Pages are compiled when they are first asked for, and `verify` waits for five seconds.
    with httpx.Client(trust_env=False, timeout=60) as client:
        client.get(server.url + REDIRECT_PATH)
    return server


def test_somebody_logs_in_with_the_code_of_the_docs(
    login: Login,
    front: FrontEndServer,
    column: Column,
    outside: Outside,
    request: pytest.FixtureRequest,
) -> None:
    table = matrix_table.table_of(request.config).frameworks
    version = matrix_table.npm_version(front.folder / "node_modules" / login.package)
    table[f"{login.name} {version}"] = matrix_table.FAILED
    before = files(front, column)
    with published(column, URL, front, outside) as shop:
        if login.restarts:
            front.stop()
            start(login, column, front.folder, front.port)
        with shop.visitor() as person:
            person.open(shop.app)
            try:
                assert_a_change_is_shown(login, front, person)
                person.press("Send")
                person.see(login.answer)
                assert_somebody_logs_in(shop, person)
            except Exception:
                print(person.story())  # shown with the failure
                raise
    column.wait_for_callback(column.own_callback)
    assert files(front, column) == before
    table[f"{login.name} {version}"] = matrix_table.WORKS


def assert_a_change_is_shown(login: Login, front: FrontEndServer, person: Person) -> None:
    page = front.folder / login.front.page
    person.see(GREETING)
    person.page.wait_for_load_state("networkidle")
    person.page.evaluate("window.isTheSamePage = true")

    before = page.read_bytes()
    page.write_bytes(before.replace(GREETING.encode(), OTHER_GREETING.encode()))
    person.see(OTHER_GREETING)

    assert bool(person.page.evaluate("window.isTheSamePage")) is not login.reloads
    page.write_bytes(before)
    person.see(GREETING)


def assert_somebody_logs_in(shop: Published, person: Person) -> None:
    shop.begin_login(person)
    person.consent(USER)
    person.see(f"Hello {USER}")

    assert person.url.startswith(shop.app + REDIRECT_PATH)
    assert person.page.evaluate(RENEW), "as the docs say for `jwtManagement: 'refresh'`"


def files(front: FrontEndServer, column: Column) -> dict[str, bytes]:
    """The files that git would take, and the env files of both ends."""
    root = column.project.root
    names = column.project.git(
        "ls-files", "--cached", "--others", "--exclude-standard", "--", str(front.folder)
    )
    folders = (front.folder, column.project.backend)
    env_files = [file for folder in folders for file in folder.glob(".env*")]
    paths = [*(root / name for name in names.splitlines()), *env_files]
    return {str(path.relative_to(root)): path.read_bytes() for path in paths}
