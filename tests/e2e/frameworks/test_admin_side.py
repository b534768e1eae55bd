"""Strapi's admin side stays private behind the proxies of real front ends, and all else passes.

Each test asks the dev server itself too: what it withholds by itself would prove nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.e2e.columns import HAS_OWN_URL, Outside
from tests.e2e.conftest import MakeProject
from tests.e2e.frameworks.forwarding import Forwarding, forwarding, start_strapi
from tests.e2e.frameworks.rows import OWN_PAGES, ROWS, Row
from tests.e2e.projects import ADMIN, STRAPI_4, STRAPI_5, Kind, Project

# Below the path that stands for Strapi's root. `init` needs no token, and tells of the administrator.
SPELLINGS = (
    *("/admin/init", "/ADMIN/init", "/%61dmin/init", "/%2561dmin/init", "//admin/init"),
    *("/admin//init", "/x/../admin/init", "/x/%2e%2e/admin/init", "/admin%2finit", "/admin;x/init"),
    *("/\\admin/init", "/?path=/admin/init", "/./admin/init?a=/api/"),
)
WRONG = {**ADMIN, "password": "Wr0ng-passw0rd"}
HTML = {"Accept": "text/html"}


def _cells() -> Iterator[Any]:
    for number, row in enumerate(ROWS):
        for kind in (STRAPI_5, STRAPI_4) if number == 0 else (STRAPI_5,):
            marks = [pytest.mark.frontends, *([pytest.mark.e2e] if row.is_quick else [])]
            yield pytest.param((row, kind), id=f"{row.name}-{kind.name}", marks=marks)


@pytest.fixture(scope="module")
def back_ends() -> dict[Kind, Project]:
    """Those that run already."""
    return {}


@pytest.fixture(scope="module", params=_cells())
def shop(
    request: pytest.FixtureRequest,
    back_ends: dict[Kind, Project],
    share_project: MakeProject,
    outside: Outside,
) -> Iterator[Forwarding]:
    row: Row
    kind: Kind
    row, kind = request.param
    if kind not in back_ends:
        back_ends[kind] = share_project(kind, **HAS_OWN_URL)
        start_strapi(back_ends[kind])
    with forwarding(row, back_ends[kind], outside) as shop:
        yield shop


def test_a_right_password_of_the_admin_looks_like_a_wrong_one(shop: Forwarding) -> None:
    path = f"{shop.row.admin}/admin/login"
    assert shop.dev.ask(path, "POST", json=ADMIN).json()["data"]["token"], "it is forwarded"
    assert shop.dev.ask(path, "POST", json=WRONG).status_code == 400

    right, wrong = (shop.public.ask(path, "POST", json=body) for body in (ADMIN, WRONG))

    assert (right.status_code, wrong.status_code) == (404, 404)
    assert right.content == wrong.content
    assert {*right.headers} == {*wrong.headers}


@pytest.mark.parametrize(
    "name", ["register-admin", "register", "reset-password", "forgot-password"]
)
def test_what_writes_without_a_password_never_arrives_at_strapi(
    shop: Forwarding, name: str
) -> None:
    path, line = f"{shop.row.admin}/admin/{name}", f"POST /admin/{name}"
    shop.dev.ask(path, "POST", json={"email": "nobody@example.com"})
    asked = shop.strapi_was_asked(line)
    assert asked, "it is forwarded"

    answer = shop.public.ask(path, "POST", json={"email": "nobody@example.com"})

    assert answer.status_code == 404
    assert shop.strapi_was_asked(line) == asked


def test_the_content_manager_is_withheld_even_with_a_token(shop: Forwarding) -> None:
    token = shop.project.ask("/admin/login", json=ADMIN).json()["data"]["token"]
    path = f"{shop.row.admin}/content-manager/content-types"
    headers = {"Authorization": f"Bearer {token}"}
    assert shop.dev.ask(path, headers=headers).status_code == 200, "it is forwarded"

    assert shop.public.ask(path, headers=headers).status_code == 404


def test_no_spelling_of_the_admin_side_is_answered_by_strapi(shop: Forwarding) -> None:
    targets = [shop.row.admin + each for each in SPELLINGS]
    reached = [each for each in targets if shop.dev.reaches_strapi(each)]
    assert targets[0] in reached, "it is forwarded"

    assert [each for each in targets if shop.public.reaches_strapi(each)] == []


def seen(answer: httpx.Response) -> tuple[int, str, object]:
    """What must be equal; a dev server's pages are not, to the byte."""
    kind = answer.headers.get("content-type", "")
    is_page = kind.startswith("text/html")
    return answer.status_code, kind, "Corner Café" in answer.text if is_page else answer.content


@pytest.mark.parametrize("path", OWN_PAGES)
def test_a_page_of_the_front_end_passes_whatever_its_name(shop: Forwarding, path: str) -> None:
    own = seen(shop.dev.ask(path, headers=HTML))
    assert own[0] == 200
    assert own[2]

    assert seen(shop.public.ask(path, headers=HTML)) == own


@pytest.mark.parametrize(
    "path",
    ["/upload", "/upload/files", "/i18n/locales", "/users?populate=admin", "/hello?role=admin"],
)
def test_strapi_s_api_passes_whatever_its_names(shop: Forwarding, path: str) -> None:
    own = shop.dev.ask(shop.row.api + path)
    assert set(own.json()) == {"data", "error"}, "Strapi's answer"

    assert seen(shop.public.ask(shop.row.api + path)) == seen(own)


def test_downloads_streams_and_sockets_pass(shop: Forwarding) -> None:
    api, passes = shop.row.api, shop.row.passes
    doors = (shop.dev, shop.public)
    if "download" in passes:
        whole = hashlib.sha256(b"0123456789abcdef" * (50_000_000 // 16)).digest()
        for door in doors:
            content = door.ask(f"{api}/download").content
            assert hashlib.sha256(content).digest() == whole, (door, len(content))
    if "events" in passes:
        assert [door.first_bytes(f"{api}/events", 11) for door in doors] == [b"data: one\n\n"] * 2
    if "socket" in passes:
        assert [door.opens_socket(f"{api}/socket") for door in doors] == [True, True]
