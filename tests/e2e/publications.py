"""A real `tunnel` on a project that runs, and how it is reached: on this machine, or at ngrok's edge."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.browser import Person, browsing
from tests.e2e.conftest import TOKEN, agents
from tests.e2e.projects import ADMIN, Project
from tests.one_origin import is_free
from tests.program import Process, free_port, run, running
from tests.world import account, agent, tls
from tests.world.x import X
from tests.world.x_settings import Settings

HOST = agent.default_domain(TOKEN)
BY_LOGIN = {"STRAPI_ADMIN_EMAIL": ADMIN["email"], "STRAPI_ADMIN_PASSWORD": ADMIN["password"]}
READY_SECONDS = 75.0  # a restart is waited for, for 60


@dataclass(frozen=True)
class Published:
    """A project that is public now; `hosts` are where browsers find its address."""

    project: Project
    process: Process
    data: dict[str, Any]
    hosts: dict[str, int]

    @property
    def url(self) -> str:
        return str(self.data["public_url"])

    @property
    def port(self) -> int:
        return int(self.data["gateway_port"])

    @property
    def host(self) -> str:
        """As it stands in a Host header."""
        return self.url.partition("://")[2]

    @contextmanager
    def visited(self) -> Iterator[Person]:
        with browsing(self.hosts) as person:
            yield person

    def client(self) -> httpx.Client:
        """A program that asks the gateway, as the tunnel's end does."""
        base = f"http://127.0.0.1:{self.port}"
        headers = {"Host": self.host}
        return httpx.Client(base_url=base, headers=headers, trust_env=False, timeout=40)

    def set_up(self, x: X) -> None:
        """What the sheet says is entered at X, to the letter; key and secret go to Strapi by `configure`."""
        x.settings = settings = Settings(callbacks=[self.data["callback_url"]])
        x.requests.clear()
        keys = {"TWITTER_API_KEY": settings.key, "TWITTER_API_SECRET": settings.secret}
        done = run("configure", "--json", cwd=self.project.root, env={**BY_LOGIN, **keys})
        assert done.code == 0, done.out
        assert done.json["data"]["redirect_url"] == self.data["redirect_url"]
        assert done.json["data"]["callback_url"] == self.data["callback_url"]


@contextmanager
def publishing(
    project: Project, folder: Path, *words: str, browser_page: bool = True
) -> Iterator[Published]:
    """Through ngrok's stand-in unless the words say `--local`. Its end is looked at too."""
    before = project.files()
    port = free_port()
    env = dict(BY_LOGIN)
    with ExitStack() as stack:
        if "--local" not in words:
            state = folder / "ngrok"
            env |= {
                "PYNGROK_NGROK_PATH": str(agent.install_agent(folder / "bin")),
                "NGROK_AUTHTOKEN": TOKEN,
                "STANDIN_STATE": str(state),
                "STANDIN_BROWSER_PAGE": "1" if browser_page else "",
            }
            stack.callback(_end_agents, folder)
            edge = stack.enter_context(
                tls.serving([HOST], lambda *_: account.edge_port(state, HOST), folder)
            )
        whole = ("tunnel", "--yes", "--json", "--gateway-port", str(port), *words)
        process = stack.enter_context(running(*whole, cwd=project.root, env=env))
        data = process.event("ready", READY_SECONDS)["data"]
        hosts = {} if "--local" in words else {HOST: edge.port}
        yield Published(project, process, data, hosts)

        edited = project.files()
        assert process.stop() == 0, "".join(process.errors)
        assert agents(folder) == []
    assert is_free(port)
    assert_as_it_was(project, before, edited)


def _end_agents(folder: Path) -> None:
    for left in agents(folder):  # of a test that failed half-way
        left.kill()


def assert_as_it_was(project: Project, before: dict[str, bytes], edited: dict[str, bytes]) -> None:
    """But for the lasting line, the port that is remembered, and what a test has edited itself."""
    config = str(project.config.relative_to(project.root))
    sources = {name: text for name, text in edited.items() if "/src/" in name or "/app/" in name}
    after = project.files()
    not_compared = {config: b"", "twitter-setup.toml": b""}
    assert {**after, **not_compared} == {**before, **sources, **not_compared}
