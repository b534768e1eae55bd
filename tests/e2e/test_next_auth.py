"""An app with next-auth and Strapi's Twitter login at one address: real Next, Strapi and Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.browser import Person
from tests.e2e.conftest import MakeProject
from tests.e2e.frontends import NEXT_AUTH, REDIRECT_PATH
from tests.e2e.projects import STRAPI_4, STRAPI_5, Kind, Project
from tests.e2e.publications import Published, publishing
from tests.e2e.shops import STEPS
from tests.program import free_port
from tests.world.x import X

pytestmark = pytest.mark.e2e

COMPILING = 60.0  # Next compiles each route when it is first asked for


def shop(make_project: MakeProject, kind: Kind) -> Project:
    """The app as its developer has it: next-auth knows the local address."""
    project = make_project(kind, front_end=NEXT_AUTH)
    port = free_port()
    with (project.frontend / ".env").open("a") as env:
        env.write(f"NEXTAUTH_URL=http://localhost:{port}\nNEXTAUTH_SECRET=made-up\n")
    project.serve_frontend(port=port)
    return project


@pytest.fixture(params=[STRAPI_5, STRAPI_4], ids=lambda kind: kind.version)
def published(
    request: pytest.FixtureRequest, make_project: MakeProject, tmp_path: Path, x: X
) -> Iterator[Published]:
    project = shop(make_project, request.param)
    with publishing(project, tmp_path, *words(project), browser_page=False) as published:
        # `strapi start` reads the address when it starts; `develop` would build the panel first.
        project.serve_built(**x.strapi_environment(browser="localhost"))
        project.register_admin()
        published.set_up(x)
        yield published


def words(project: Project) -> tuple[str, ...]:
    port = project.servers[0].port  # type: ignore[attr-defined]
    return ("--frontend", str(project.frontend), "--frontend-port", str(port))


def enter(person: Person) -> None:
    """The app's own sign-in."""
    person.page.get_by_label("Name").fill("Mira")
    person.page.get_by_label("Word").fill("open sesame")
    person.press("Enter with a word")
    person.see("The app knows Mira.", within=COMPILING)


def test_the_app_s_own_sign_in_and_strapi_s_login_both_end_on_the_public_origin(
    published: Published, x: X
) -> None:
    with published.visited() as person:
        person.open(published.url)
        person.see("The app knows nobody.")
        enter(person)
        at_the_end_of_its_own = person.url
        person.press("Log in with X")
        person.consent()
        who = person.see("you are logged in", within=COMPILING)
        at_the_end_of_strapi_s = person.url
        person.open(published.url)
        person.see("The app knows Mira.")
        person.press("Leave")
        person.see("The app knows nobody.")

    assert at_the_end_of_its_own == f"{published.url}/"
    assert at_the_end_of_strapi_s.startswith(published.url + REDIRECT_PATH)
    assert "Hello mira_brews" in who
    assert [step for step, status in x.steps() if status < 400] == STEPS
    app = published.project.servers[0].url  # type: ignore[attr-defined]
    assert [url for _, url in person.visited if url.startswith(app)] == []
