"""Logins on real Strapi with nothing of ours between: what each generation does, right and wrong.

Strapi and the front end are on two ports of `localhost`, X on `127.0.0.1`: another site, as the real one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.e2e.browser import Person, browsing
from tests.e2e.conftest import MakeProject
from tests.e2e.frontends import NEXT, REDIRECT_PATH, VITE, WEBPACK, FrontEnd, FrontEndServer
from tests.e2e.groups import Group
from tests.e2e.projects import STRAPI_4, STRAPI_5, STRAPI_5_TS, Kind, Project
from tests.world import tls
from tests.world.x import X, serving
from tests.world.x_settings import Settings

pytestmark = pytest.mark.e2e

HOST = "olive-tree-123456.ngrok-free.app"
STEPS = ["request_token", "authenticate", "authenticate", "access_token", "verify_credentials"]


@dataclass(frozen=True)
class Shop:
    """A Strapi and a front end that run, and the X they know."""

    project: Project
    strapi: Group
    front: FrontEndServer
    x: X

    @property
    def backend_url(self) -> str:
        return f"http://localhost:{self.project.port}"

    @property
    def login_url(self) -> str:
        return f"{self.backend_url}/api/connect/twitter"

    def at_x(self) -> list[str]:
        return [step for step, _ in self.x.steps()]


@pytest.fixture(scope="module")
def x() -> Iterator[X]:
    with serving() as x:
        yield x


@pytest.fixture(scope="module")
def running_5(share_project: MakeProject, x: X) -> Shop:
    project = share_project(STRAPI_5)
    strapi = project.serve(**x.strapi_environment())
    return Shop(project, strapi, project.serve_frontend(), x)


@pytest.fixture(scope="module")
def running_4(share_project: MakeProject, x: X) -> Shop:
    project = share_project(STRAPI_4)
    strapi = project.serve_built(**x.strapi_environment())
    return Shop(project, strapi, project.serve_frontend(), x)


@pytest.fixture
def strapi_5(running_5: Shop) -> Shop:
    return as_set_up(running_5)


@pytest.fixture
def strapi_4(running_4: Shop) -> Shop:
    return as_set_up(running_4)


def as_set_up(shop: Shop) -> Shop:
    """Both sides as they should be, whatever the test before has done to them."""
    shop.x.settings = settings = Settings(callbacks=[str(shop.project.redirect_uri())])
    shop.x.requests.clear()
    back = shop.front.url + REDIRECT_PATH
    shop.project.set_twitter(key=settings.key, secret=settings.secret, callback=back)
    return shop


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    with browsing(pictures=tmp_path) as person:
        yield person


def query(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query)


# The way to X


@pytest.mark.parametrize("kind", [STRAPI_5_TS, STRAPI_4], ids=["5-typescript", "4"])
def test_strapi_develop_sends_the_browser_to_the_stand_in(
    make_project: MakeProject, x: X, kind: Kind
) -> None:
    project = make_project(kind)
    project.serve(**x.strapi_environment(browser="localhost"))
    x.settings = Settings(callbacks=[str(project.redirect_uri())])
    project.set_twitter(
        key=x.settings.key, secret=x.settings.secret, callback="http://localhost:1/here"
    )

    answer = project.ask("/api/connect/twitter")

    assert answer.status_code == 302
    pages = x.url.replace("127.0.0.1", "localhost")
    assert answer.headers["Location"].startswith(f"{pages}/oauth/authenticate?oauth_token=")


@pytest.mark.parametrize("generation", ["strapi_5", "strapi_4"])
def test_more_logins_than_strapi_allows_in_a_minute_pass_in_tests(
    request: pytest.FixtureRequest, generation: str
) -> None:
    shop: Shop = request.getfixturevalue(generation)

    for _ in range(12):
        answer = shop.project.ask("/api/connect/twitter")
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(f"{shop.x.url}/oauth/authenticate?")


# Strapi 4.26.2: the tokens are in the query


def test_strapi_4_logs_in_across_two_origins(strapi_4: Shop, person: Person) -> None:
    person.log_in(strapi_4.front.url)

    assert "mira@example.com" in person.see("you are logged in")
    assert strapi_4.at_x() == STEPS
    returned = next(url for _, url in person.visited if REDIRECT_PATH in url)
    assert {"access_token", "access_secret", "raw[screen_name]"} <= query(returned).keys()


def test_strapi_4_hands_a_wrong_key_on_to_the_front_end(strapi_4: Shop, person: Person) -> None:
    strapi_4.project.set_twitter(key="wrong")

    person.open(strapi_4.front.url)
    person.press("Log in with X")

    assert "Could not authenticate you." in person.see("The login did not work.")
    assert query(person.url)["error[errors][0][code]"] == ["32"]


def test_strapi_4_hands_an_unknown_callback_on_garbled(strapi_4: Shop, person: Person) -> None:
    strapi_4.x.settings.callbacks = ["https://elsewhere.example.com/"]

    person.open(strapi_4.front.url)
    person.press("Log in with X")

    assert "Callback URL not approved" in person.see("The login did not work.")
    assert list(query(person.url)) == ["error[<?xml version]"]


def test_strapi_4_says_denied_where_the_person_cancelled(strapi_4: Shop, person: Person) -> None:
    person.open(strapi_4.front.url)
    person.press("Log in with X")
    person.cancel()

    person.see("The login was cancelled at X.")
    assert list(query(person.url)) == ["raw[denied]"]


def test_strapi_4_needs_an_email(strapi_4: Shop, person: Person) -> None:
    person.log_in(strapi_4.front.url, user="jo_by_phone")

    assert "Email was not available." in person.see("The login did not work.")
    assert strapi_4.at_x() == STEPS


# Strapi 5.54.0: the tokens stay in the session


def test_strapi_5_shows_jwt_and_user_where_it_is_its_own_redirect_page(
    strapi_5: Shop, person: Person
) -> None:
    page = f"{strapi_5.backend_url}/api/auth/twitter/callback"
    strapi_5.project.set_twitter(callback=page)

    person.open(strapi_5.login_url)
    person.consent("sami_reads")
    person.page.wait_for_url(page)

    answer = json.loads(person.text())
    assert answer["jwt"]
    assert (answer["user"]["username"], answer["user"]["provider"]) == ("sami_reads", "twitter")
    assert strapi_5.at_x() == STEPS


def test_strapi_5_logs_in_across_two_ports_of_localhost(strapi_5: Shop, person: Person) -> None:
    person.log_in(strapi_5.front.url)

    assert "mira@example.com" in person.see("you are logged in")
    returned = next(url for _, url in person.visited if REDIRECT_PATH in url)
    assert query(returned) == {}


@pytest.mark.parametrize(
    ("change", "said"),
    [("key", "Could not authenticate you"), ("callbacks", "Callback URL not approved")],
)
def test_strapi_5_answers_500_where_x_refuses_and_tells_its_log_alone(
    strapi_5: Shop, person: Person, change: str, said: str
) -> None:
    if change == "key":
        strapi_5.project.set_twitter(key="wrong")
    else:
        strapi_5.x.settings.callbacks = ["https://elsewhere.example.com/"]

    assert person.open(strapi_5.login_url) == 500
    assert said not in person.text()
    assert said in strapi_5.strapi.said()


def test_strapi_5_speaks_of_a_mismatch_where_the_person_cancelled(
    strapi_5: Shop, person: Person
) -> None:
    person.open(strapi_5.front.url)
    person.press("Log in with X")
    person.cancel()

    assert "OAuth1 token mismatch" in person.see("The login did not work.")
    assert query(person.url)["error"] == ["oauth_error"]


def test_strapi_5_speaks_of_a_mismatch_where_the_login_began_on_another_host(
    strapi_5: Shop, person: Person
) -> None:
    person.open(strapi_5.login_url.replace("localhost", "127.0.0.1"))
    person.consent()

    assert "OAuth1 token mismatch" in person.see("The login did not work.")


def test_strapi_5_needs_an_email(strapi_5: Shop, person: Person) -> None:
    person.log_in(strapi_5.front.url, user="lena_later")

    assert "Email not verified by Twitter" in person.see("The login did not work.")
    assert strapi_5.at_x() == STEPS


def test_strapi_5_needs_the_permission_of_the_app(strapi_5: Shop, person: Person) -> None:
    strapi_5.x.settings.request_email = False
    person.log_in(strapi_5.front.url)

    assert "Email not verified by Twitter" in person.see("The login did not work.")


# Front ends


@pytest.mark.parametrize("kind", [VITE, NEXT, WEBPACK], ids=lambda kind: kind.name)
def test_every_front_end_reloads_hot_and_logs_in(
    make_project: MakeProject, strapi_5: Shop, person: Person, kind: FrontEnd
) -> None:
    project = make_project(STRAPI_5, front_end=kind)  # its own Strapi is not started
    (project.frontend / ".env").write_text(f"{kind.variable}={strapi_5.backend_url}\n")
    front = project.serve_frontend()
    strapi_5.project.set_twitter(callback=front.url + REDIRECT_PATH)

    person.open(front.url)
    person.page.evaluate("window.isTheSamePage = true")
    front.say_hello("Good morning.")
    person.see("Good morning.")
    assert person.page.evaluate("window.isTheSamePage")

    person.press("Log in with X")
    person.consent()
    assert "Hello mira_brews, you are logged in." in person.see("you are logged in")
    changed = {line[3:] for line in project.git_status()} - {"frontend/.env"}
    assert changed == {f"frontend/{kind.page}"}, "what was edited here, and nothing else"


# At a public https address


def with_public_url(text: str) -> str:
    return text.replace("1337),\n", "1337),\n  url: env('PUBLIC_URL', ''),\n", 1)


def test_strapi_5_logs_in_at_a_public_address_of_one_origin(
    make_project: MakeProject, x: X, tmp_path: Path
) -> None:
    public = f"https://{HOST}"
    project = make_project(STRAPI_5, config=with_public_url, env={"PUBLIC_URL": public})
    (project.frontend / ".env").write_text(f"{VITE.variable}=\n")
    project.serve(**x.strapi_environment())
    # Vite answers to its own host alone; to change what it is asked is the gateway's work.
    front = project.serve_frontend(__VITE_ADDITIONAL_SERVER_ALLOWED_HOSTS=HOST)
    x.settings = Settings(callbacks=[f"{public}/api/connect/twitter/callback"])
    project.set_twitter(
        key=x.settings.key, secret=x.settings.secret, callback=public + REDIRECT_PATH
    )

    def port_of(_: str, path: str) -> int:
        return project.port if path.startswith("/api/") else front.port

    with (
        tls.serving([HOST], port_of, tmp_path) as edge,
        browsing({HOST: edge.port}, pictures=tmp_path) as person,
    ):
        person.log_in(public)
        assert "mira@example.com" in person.see("you are logged in")

    assert person.visited[-1] == (200, public + REDIRECT_PATH)
