"""`verify` on real Strapi 5 and 4 with the real gateway: all passes, then one check names each fault."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.e2e.conftest import TOKEN, MakeProject
from tests.e2e.frontends import FrontEndServer
from tests.e2e.projects import ADMIN, STRAPI_4, STRAPI_5, Kind, Project, Server, eventually
from tests.program import Process, Ran, free_port, run, running
from tests.world import account, agent, tls
from tests.world.x import X
from tests.world.x_settings import Settings
from twitter_setup.checks.registry import CHECKS
from twitter_setup.gateway import log as gateway_log
from twitter_setup.state.folder import StateFolder

pytestmark = pytest.mark.e2e

BY_LOGIN = {"STRAPI_ADMIN_EMAIL": ADMIN["email"], "STRAPI_ADMIN_PASSWORD": ADMIN["password"]}
NEEDS = {check.id: set(check.needs) for check in CHECKS}
READY_SECONDS = 75.0
# `--local` is http, where no proxy is to be trusted, and X wants no page of this machine.
LEFT_OUT = {"proxy", "legal-pages"}


@dataclass
class Published:
    """A shop that runs, behind a tunnel that is open."""

    project: Project
    x: X
    front: FrontEndServer
    strapi: Server
    env: dict[str, str]
    tunnel: Process | None = None
    data: dict[str, Any] | None = None

    def verify(self, *words: str) -> Ran:
        return run("verify", "--json", *words, cwd=self.project.root, env=self.env)

    def start_strapi(self) -> None:
        self.strapi = serve(self.project, self.x)

    def restart_strapi(self) -> None:
        self.strapi.stop()
        self.start_strapi()

    @contextmanager
    def restarting(self) -> Iterator[None]:
        """What is changed in here is what the Strapi of afterwards reads."""
        self.strapi.stop()
        yield
        self.start_strapi()

    def log(self) -> list[gateway_log.Entry]:
        return gateway_log.read_entries(StateFolder(self.project.backend).gateway_log)[0]


def serve(project: Project, x: X) -> Server:
    is_4 = project.kind is STRAPI_4
    return (project.serve_built if is_4 else project.serve)(**x.strapi_environment("localhost"))


@contextmanager
def published(
    project: Project, x: X, *words: str, env: dict[str, str] | None = None
) -> Iterator[Published]:
    environment = {**BY_LOGIN, "TWITTER_SETUP_X_URL": x.url, **(env or {})}
    strapi = serve(project, x)
    project.register_admin()
    made = Published(project, x, project.serve_frontend(), strapi, environment)
    more = ("--yes", "--json", "--gateway-port", str(free_port()))
    port = ("--frontend-port", str(made.front.port))
    with running("tunnel", *words, *more, *port, cwd=project.root, env=environment) as tunnel:
        if project.kind is STRAPI_4:  # `strapi start` watches nothing
            eventually(lambda: "PUBLIC_URL" in project.env.read_text(), 30, "the address in .env")
            made.restart_strapi()
        made.tunnel, made.data = tunnel, tunnel.event("ready", READY_SECONDS)["data"]
        made.env["TWITTER_SETUP_FRONTEND_PORT"] = str(made.front.port)
        yield made


@pytest.fixture(scope="module", params=[STRAPI_5, STRAPI_4], ids=["5", "4"])
def local(request: pytest.FixtureRequest, share_project: MakeProject, x: X) -> Iterator[Published]:
    kind: Kind = request.param
    with published(share_project(kind), x, "--local") as made:
        yield made


@pytest.fixture
def shop(local: Published) -> Published:
    """Right in every way, whatever the test before has done to it."""
    return as_set_up(local)


def as_set_up(made: Published) -> Published:
    assert made.data
    made.x.settings = settings = Settings(callbacks=[made.data["callback_url"]])
    made.x.requests.clear()
    made.project.set_twitter(
        key=settings.key,
        secret=settings.secret,
        callback=made.data["redirect_url"],
        enabled=True,
    )
    return made


def statuses(ran: Ran) -> dict[str, str]:
    return {each["id"]: each["status"] for each in ran.json["data"]["checks"]}


def only(ran: Ran, check: str, *also: str, warns: Sequence[str] = ()) -> dict[str, Any]:
    """`check` fails, what needs it is left out, and nothing else is red; gives its finding."""
    blocked = {check}
    while more := {each for each, needs in NEEDS.items() if needs & blocked} - blocked:
        blocked |= more
    told = statuses(ran)
    assert {each for each, status in told.items() if status == "warn"} == set(warns)
    bad = {each: status for each, status in told.items() if status in {"fail", "error"}}
    summaries = [each["summary"] for each in ran.json["data"]["checks"]]
    assert bad == {check: "fail"}, summaries
    left_out = {each for each, status in told.items() if status == "skip"}
    may_be = LEFT_OUT | {"session-middleware"}  # without a cookie there is nothing to judge
    assert left_out | may_be == (blocked - {check}) | set(also) | may_be, summaries
    assert ran.code == 1
    found: dict[str, Any] = next(each for each in ran.json["data"]["checks"] if each["id"] == check)
    return found


def said(finding: dict[str, Any]) -> str:
    advice = [f"{each['text']}: {each['command']}" for each in finding["advice"]]
    return "\n".join([finding["summary"], finding["detail"], *advice])


# Everything is right


def test_all_passes_and_each_is_asked_once(shop: Published) -> None:
    before = len(shop.log())

    ran = shop.verify("--strict")

    told = statuses(ran)
    assert {each for each, status in told.items() if status != "pass"} == LEFT_OUT
    assert ran.code == 0
    asked = eventually(lambda: shop.log()[before:][3:] and shop.log()[before:], 5, "the log")
    assert len([each for each in asked if each.path == "/api/connect/twitter"]) == 1
    assert shop.x.steps() == [("request_token", 200)] * 3  # two of ours, one of Strapi's


# One thing is wrong


def test_a_wrong_key_is_named(shop: Published) -> None:
    shop.project.set_twitter(key="anotherConsumerKey1234567")

    assert "401, code 32" in said(only(shop.verify(), "x-keys"))


def test_a_callback_that_x_does_not_know_is_named(shop: Published) -> None:
    assert shop.data
    shop.x.settings.callbacks = [shop.data["callback_url"] + "/"]

    assert shop.data["callback_url"] in said(only(shop.verify(), "x-callback"))


def test_a_provider_that_is_switched_off_is_named(shop: Published) -> None:
    shop.project.set_twitter(enabled=False)

    assert "twitter-setup configure" in said(only(shop.verify(), "provider"))


def test_what_strapi_says_of_x_is_joined_with_what_x_says(shop: Published) -> None:
    """Without an administrator only `connect` knows the setting in Strapi, and the pair is given."""
    shop.project.set_twitter(key="anotherConsumerKey1234567")
    settings = shop.x.settings
    pair = {"TWITTER_API_KEY": settings.key, "TWITTER_API_SECRET": settings.secret}
    env = {name: value for name, value in shop.env.items() if name not in BY_LOGIN}

    ran = run("verify", "connect", "--json", cwd=shop.project.root, env={**env, **pair})

    finding = next(each for each in ran.json["data"]["checks"] if each["id"] == "connect")
    assert finding["status"] == "fail"
    is_grant = shop.project.kind is STRAPI_4
    assert ("code 32" if is_grant else "HTTP 500") in finding["summary"]


def test_an_address_that_strapi_has_not_read_yet_is_named(shop: Published) -> None:
    right = shop.project.env.read_text()
    line = next(line for line in right.splitlines() if line.startswith("PUBLIC_URL="))
    with shop.restarting():
        shop.project.env.write_text(right.replace(line, "PUBLIC_URL=http://localhost:1337"))
    shop.project.env.write_text(right)
    try:
        ran = shop.verify()
    finally:
        shop.restart_strapi()

    told = statuses(ran)
    check = "server-url" if told["server-url"] == "fail" else "callback"
    assert "start it again" in said(only(ran, check))


def test_a_session_middleware_that_was_removed_is_named(shop: Published) -> None:
    path = shop.project.backend / "config" / "middlewares.js"
    right = path.read_text()
    assert "  'strapi::session',\n" in right
    with shop.restarting():
        path.write_text(right.replace("  'strapi::session',\n", ""))
    try:
        ran = shop.verify()
    finally:
        with shop.restarting():
            path.write_text(right)

    assert "add 'strapi::session'" in said(only(ran, "connect", warns=["session-middleware"]))


def test_a_strapi_that_was_stopped_is_named(shop: Published) -> None:
    shop.strapi.stop()
    try:
        ran = shop.verify()
    finally:
        shop.start_strapi()

    # Key and secret are in Strapi.
    assert "npm run develop" in said(only(ran, "backend", "clock"))


def test_a_front_end_that_was_stopped_is_named(shop: Published) -> None:
    shop.front.stop()
    try:
        ran = shop.verify()
    finally:
        shop.front = shop.project.serve_frontend(shop.front.port)

    assert "npm run dev" in said(only(ran, "redirect-page"))


def test_a_button_without_the_api_prefix_is_named(shop: Published) -> None:
    button = shop.project.frontend / "src" / "Button.jsx"
    button.write_text('export const Button = () => <a href="/connect/twitter">Log in</a>;\n')
    try:
        ran = shop.verify()
    finally:
        button.unlink()

    (found,) = [each for each in ran.json["data"]["checks"] if each["id"] == "frontend-url"]
    assert {each for each, status in statuses(ran).items() if status == "warn"} == {"frontend-url"}
    assert "frontend/src/Button.jsx, line 1" in found["summary"]
    assert '<a href="/api/connect/twitter">Log in</a>' in found["detail"]
    assert ran.code == 0


def test_a_tunnel_that_is_dead_is_named(shop: Published) -> None:
    """The gateway is killed, and the session's own process cannot start it again."""
    assert shop.tunnel
    process = psutil.Process(shop.tunnel.process.pid)
    shop.tunnel.process.send_signal(signal.SIGSTOP)
    try:
        (gateway,) = [child for child in process.children() if "caddy" in child.name()]
        gateway.kill()
        ran = shop.verify()
    finally:
        shop.tunnel.process.send_signal(signal.SIGCONT)

    assert "twitter-setup tunnel" in said(only(ran, "tunnel"))


# Through ngrok


def test_through_ngrok_over_https_all_passes_but_its_browser_page(
    make_project: MakeProject, x: X, ngrok: dict[str, str], tmp_path: Path
) -> None:
    host = agent.default_domain(TOKEN)
    state = Path(ngrok["STANDIN_STATE"])
    project = make_project(STRAPI_5)
    with ExitStack() as stack:
        edge = stack.enter_context(
            tls.serving([host], lambda _host, _path: account.edge_port(state, host), tmp_path)
        )
        https = {"HTTPS_PROXY": edge.proxy, "SSL_CERT_FILE": str(edge.certificate)}
        env = {**ngrok, **https, "STANDIN_BROWSER_PAGE": "1"}
        made = as_set_up(stack.enter_context(published(project, x, env=env)))

        told = statuses(made.verify())

        assert {each: status for each, status in told.items() if status != "pass"} == {
            "browser-page": "warn"
        }
        agent.tell(state, "lose")
        finding = only_red(made.verify())
    assert finding["id"] == "tunnel"
    assert "ERR_NGROK_3200" in finding["summary"]


def only_red(ran: Ran) -> dict[str, Any]:
    (found,) = [
        each for each in ran.json["data"]["checks"] if each["status"] not in {"pass", "skip"}
    ]
    checked: dict[str, Any] = found
    return checked
