"""One address for both ends with real Caddy, Strapi, dev servers and Chromium, by the real `tunnel`."""

from __future__ import annotations

import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from tests.e2e.conftest import MakeProject
from tests.e2e.frontends import GREETING, NEXT, REDIRECT_PATH, VITE, WEBPACK, FrontEnd
from tests.e2e.projects import ADMIN, STRAPI_4, STRAPI_5, Project, eventually
from tests.e2e.publications import HOST, Published, publishing
from tests.e2e.shops import STEPS
from tests.gateway.test_admin import BELOW, SPELLINGS
from tests.world.x import X
from twitter_setup.commands.tunnel import hot_reload
from twitter_setup.project import frontend

pytestmark = pytest.mark.e2e

MEGABYTE = 1_000_000
OF_STRAPI = re.compile(rb"(?i)x-powered-by: *strapi")
REACHES = {
    "local": ("--local",),
    "ngrok": (),
    "two-origins": ("--two-origins",),
    "exposed": ("--local", "--expose-admin"),
}
ONE_ORIGIN = ("local", "ngrok")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("public")


@pytest.fixture(scope="module")
def shop_5(share_project: MakeProject, x: X) -> Project:
    """Strapi 5 and Vite in one workspace, which Vite then serves as a whole."""
    project = share_project(STRAPI_5)
    (project.root / "pnpm-workspace.yaml").write_text("packages: [frontend, backend]\n")
    project.serve(**x.strapi_environment(browser="localhost"))
    project.serve_frontend(port=3000 if _is_free_3000() else 0)
    return project


def _is_free_3000() -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", 3000)) != 0


@pytest.fixture(scope="module", params=ONE_ORIGIN)
def published(request: pytest.FixtureRequest, shop_5: Project, folder: Path) -> Iterator[Published]:
    reach = words(shop_5, *REACHES[request.param])
    has_page = request.param == "ngrok"
    with publishing(shop_5, folder, *reach, browser_page=has_page) as published:
        yield published


def words(project: Project, *more: str) -> tuple[str, ...]:
    """Where its dev server is: a plain webpack is not found, and no port is the one in its configuration."""
    port = project.servers[-1].port  # type: ignore[attr-defined]
    return ("--frontend", str(project.frontend), "--frontend-port", str(port), *more)


# What passes


def test_somebody_logs_in_and_the_page_shows_who_it_is(published: Published, x: X) -> None:
    published.set_up(x)

    with published.visited() as person:
        person.open(published.url)
        if published.hosts:
            person.pass_the_browser_page()
        person.press("Log in with X")
        person.consent()

        assert "mira@example.com" in person.see("you are logged in")
        jwt = person.page.evaluate("JSON.parse(sessionStorage.getItem('cafe-login')).jwt")
        mine = person.page.evaluate(
            "jwt => fetch('/api/users/me', {headers: {Authorization: `Bearer ${jwt}`}})"
            ".then(answer => answer.json())",
            jwt,
        )

    assert [step for step, status in x.steps() if status < 400] == STEPS
    assert mine["email"] == "mira@example.com"
    assert any(url.startswith(published.url + REDIRECT_PATH) for _, url in person.visited)
    log = (published.project.backend / ".twitter-setup" / "gateway.log").read_text()
    assert "/api/connect/twitter/callback" in log
    assert "oauth_verifier" in log, "its name"
    assert jwt not in log
    assert not re.search(r"oauth_(token|verifier)=", log)


def test_after_the_browser_page_every_fetch_of_the_page_passes(published: Published) -> None:
    with published.visited() as person:
        person.open(published.url)
        if published.hosts:
            assert GREETING not in person.text(), "ngrok's own page first"
            person.pass_the_browser_page()
        person.see(GREETING)
        statuses = person.page.evaluate(
            "Promise.all(['/_health', '/api/none', '/src/main.jsx', '/menu',"
            " '/uploads/none.png'].map(path => fetch(path, {redirect: 'manual'})"
            ".then(answer => answer.headers.get('ngrok-error-code') ?? answer.status)))"
        )

    assert statuses == [204, 404, 200, 200, 404]
    failed = [each for each in person.visited if each[0] >= 400]
    assert failed == []


def test_what_is_uploaded_to_strapi_comes_back_whole(published: Published) -> None:
    content = os.urandom(1 * MEGABYTE).hex().encode()
    headers = {"Authorization": f"Bearer {api_token(published)}"}
    with published.client() as client:
        files = {"files": ("menu.txt", content, "text/plain")}
        sent = client.post("/api/upload", files=files, headers=headers)
        assert sent.status_code in {200, 201}, sent.text
        path = httpx.URL(sent.json()[0]["url"]).path
        received = client.get(path)

    assert path.startswith("/uploads/")
    assert received.content == content
    for file in (published.project.backend / "public" / "uploads").glob("menu*"):
        file.unlink()


def api_token(published: Published) -> str:
    project = published.project
    login = project.ask("/admin/login", json=ADMIN).json()["data"]["token"]
    body = {"name": f"t{time.time()}", "description": "", "type": "full-access", "lifespan": None}
    made = project.ask("/admin/api-tokens", token=login, json=body)
    return str(made.json()["data"]["accessKey"])


def test_200_mb_to_strapi_stream_in_bounded_memory(published: Published) -> None:
    if published.hosts:
        pytest.skip("the way behind the gateway is the same, and the stand-in's edge is slow")
    ours = [psutil.Process(published.process.process.pid), gateway(published)]
    before = [each.memory_info().rss for each in ours]
    part, count = b"a" * MEGABYTE, 200
    disposition = b'form-data; name="files"; filename="a.txt"'
    head = b"--x\r\nContent-Disposition: %s\r\nContent-Type: text/plain\r\n\r\n" % disposition
    highest = list(before)

    def body() -> Iterator[bytes]:
        yield head
        for number in range(count):
            if number % 20 == 0:
                now = (each.memory_info().rss for each in ours)
                highest[:] = map(max, highest, now)
            yield part
        yield b"\r\n--x--\r\n"

    token = api_token(published)
    with published.client() as client:
        kind = "multipart/form-data; boundary=x"
        headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
        sent = client.post("/api/upload", content=body(), headers=headers)

    uploads = published.project.backend / "public" / "uploads"
    sizes = [file.stat().st_size for file in uploads.glob("a_*.txt")]
    for file in uploads.glob("a_*.txt"):
        file.unlink()
    assert sent.status_code in {200, 201}, sent.text
    assert sizes == [count * MEGABYTE]
    assert [high - low < 24 * MEGABYTE for high, low in zip(highest, before, strict=True)] == [
        True,
        True,
    ]


def gateway(published: Published) -> psutil.Process:
    config = str(published.project.backend / ".twitter-setup" / "gateway.json")
    (found,) = (
        process
        for process in psutil.process_iter(["cmdline", "status"])
        if config in (process.info["cmdline"] or [])
    )
    return found


def test_a_restart_of_strapi_loses_no_request_that_can_wait(published: Published) -> None:
    if published.hosts:
        pytest.skip("the gateway does it, whatever is in front")
    statuses: list[int] = []
    is_over = threading.Event()

    def keep_asking() -> None:
        with published.client() as client:
            while not is_over.is_set():
                statuses.append(client.get("/_health").status_code)

    pool = ThreadPoolExecutor(6)
    asking = [pool.submit(keep_asking) for _ in range(6)]
    try:
        time.sleep(0.3)
        os.utime(published.project.config)
        strapi = published.project.servers[0]
        eventually(lambda: not _answers(published.project), 20, "a restart")
        login = {"identifier": "nobody@example.com", "password": "x"}
        with published.client() as client:  # sent while nobody is there
            posted = client.post("/api/auth/local", json=login)
        eventually(lambda: _answers(published.project), 30, strapi.said)
        time.sleep(0.3)
    finally:
        is_over.set()
        pool.shutdown()
    for each in asking:
        each.result()

    assert set(statuses) == {204}
    assert len(statuses) > 30
    assert (posted.status_code, posted.json()["error"]["name"]) == (400, "ValidationError")


def _answers(project: Project) -> bool:
    try:
        return project.ask("/_health").status_code == 204
    except httpx.TransportError:
        return False


# What does not


def by_strapi(published: Published, target: str) -> bool:
    """Whether Strapi answered, which says so itself: sent to the letter, as no HTTP library would."""
    head = f"GET {target} HTTP/1.1\r\nHost: {published.host}\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", published.port), timeout=20) as sock:
        sock.sendall(head.encode("latin-1"))
        received = b""
        while part := sock.recv(65536):
            received += part
    assert received.startswith(b"HTTP/1.1 "), target
    return OF_STRAPI.search(received.partition(b"\r\n\r\n")[0]) is not None


def test_nothing_of_strapi_s_admin_side_answers_whatever_the_spelling(published: Published) -> None:
    assert by_strapi(published, "/api/hello"), "it would be seen"

    assert [each for each in [*SPELLINGS, *BELOW] if by_strapi(published, each)] == []


def test_strapi_s_database_is_not_there_though_vite_serves_the_workspace(
    published: Published,
) -> None:
    database = published.project.backend / ".tmp" / "data.db"
    session = published.project.backend / ".twitter-setup" / "session.json"
    front = published.project.servers[-1]
    with httpx.Client(trust_env=False) as direct, published.client() as client:
        for file in (database, session):
            beside = direct.get(f"{front.url}/@fs{file}")  # type: ignore[attr-defined]
            assert beside.status_code == 200, "a hole that Vite has: else this test proves nothing"
            for path in (f"/@fs{file}", f"/@fs{file}?raw", f"/@fs{file}".replace(".", "%2e")):
                is_public = bool(published.hosts)  # with --local nothing is refused
                assert client.get(path).status_code == (404 if is_public else 200)


# Other ways to publish it


@pytest.mark.parametrize("published", ["two-origins"], indirect=True)
def test_with_two_origins_nobody_logs_in_on_strapi_5(published: Published, x: X) -> None:
    """As Strapi's guide has it, and without ngrok's page. It tells us when Strapi changes."""
    published.set_up(x)
    with published.visited() as person:
        person.log_in(published.project.servers[-1].url)  # type: ignore[attr-defined]
        text = person.see("The login did not work.")

    assert "OAuth authentication requires a completed provider session" in text
    assert "finishes a login only where front end and" in "".join(published.process.errors)


@pytest.mark.parametrize("published", ["exposed"], indirect=True)
def test_the_panel_is_public_if_that_is_asked_for(published: Published) -> None:
    with published.client() as client:
        panel, init, page = (client.get(path) for path in ("/admin", "/admin/init", "/"))

    assert (panel.status_code, "strapi" in panel.text.lower()) == (200, True)
    assert init.json()["data"]["hasAdmin"] is True
    assert "Corner Café" in page.text


def test_strapi_4_logs_in_too_and_publishes_no_admin_side(
    make_project: MakeProject, tmp_path: Path, x: X
) -> None:
    project = make_project(STRAPI_4)
    project.serve_once()
    project.serve_frontend()
    with publishing(project, tmp_path, *words(project)) as published:
        # `strapi start` reads the address when it starts; `develop` would build the panel first.
        project.serve_built(**x.strapi_environment(browser="localhost"))
        published.set_up(x)
        with published.visited() as person:
            person.open(published.url)
            person.pass_the_browser_page()
            person.press("Log in with X")
            person.consent()
            text = person.see("you are logged in")
        answered = [each for each in [*SPELLINGS, *BELOW] if by_strapi(published, each)]

    assert "mira@example.com" in text
    assert x.steps()[-1] == ("verify_credentials", 200)
    assert published.host == HOST
    assert answered == []


# Dev servers


def follow(said: str, config: Path) -> None:
    """Do what it says to a webpack's configuration."""
    found = re.search(r"set devServer\.client\.webSocketURL to ('[^']+')", said)
    assert found
    setting = f"client: {{ webSocketURL: {found[1]} }},"
    config.write_text(config.read_text().replace("devServer: {", f"devServer: {{ {setting}"))


@pytest.mark.parametrize("kind", [VITE, NEXT, WEBPACK], ids=lambda kind: kind.name)
def test_a_dev_server_reloads_hot_at_both_addresses(
    make_project: MakeProject, tmp_path: Path, kind: FrontEnd
) -> None:
    project = make_project(STRAPI_5, front_end=kind)  # its Strapi is not started
    if kind is WEBPACK:
        said = hot_reload.advice(frontend.load(project.frontend))
        assert said
        follow(said, project.frontend / "webpack.config.js")
        assert hot_reload.advice(frontend.load(project.frontend)) is None
    front = project.serve_frontend()
    greetings = [GREETING]
    for number, name in enumerate(ONE_ORIGIN):
        more = words(project, *REACHES[name])
        with publishing(project, tmp_path, *more) as published, published.visited() as person:
            if kind is VITE:  # it starts anew for each change of `.env.local`
                wanted = 2 * number + 1
                eventually(lambda: front.said().count("server restarted") >= wanted, 20, front.said)  # noqa: B023
            sockets: list[str] = []
            person.page.on("websocket", lambda opened: sockets.append(opened.url))  # noqa: B023
            person.open(published.url)
            if published.hosts:
                person.pass_the_browser_page()
            person.see(greetings[-1])
            eventually(lambda: sockets, 20, "a web socket")  # noqa: B023
            person.page.evaluate("window.isTheSamePage = true")
            greetings.append(f"Good morning number {number}.")
            page = front.folder / kind.page
            page.write_text(page.read_text().replace(greetings[-2], greetings[-1]))
            person.see(greetings[-1])
            is_the_same = person.page.evaluate("window.isTheSamePage")

        assert is_the_same, f"{name}: loaded anew"
        scheme = "wss" if published.hosts else "ws"
        assert {each.split("/")[2] for each in sockets} == {published.host}, (
            "not beside the gateway"
        )
        assert {each.split(":")[0] for each in sockets} == {scheme}
