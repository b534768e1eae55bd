"""Each test has a project of its own; it and its servers are gone afterwards, whatever happened."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.e2e import installs, projects
from tests.e2e.projects import ADMIN, Project
from tests.world import agent

TOKEN = "2abcDEF_ghijKLMN0123456789"

MakeProject = Callable[..., Project]

_MADE = pytest.StashKey[list[Project]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Show what Strapi said beside a failure."""
    report = yield
    if report.when == "call" and report.failed:
        made = [project for node in item.listchain() for project in node.stash.get(_MADE, [])]
        for server in (server for project in made for server in project.servers):
            report.sections.append((server.log.name, server.said()[-3000:]))
    return report


@pytest.fixture(scope="session")
def _work() -> None:
    installs.need_node()
    installs.remove_stale_runs()


@pytest.fixture
def make_project(_work: None, request: pytest.FixtureRequest) -> Iterator[MakeProject]:
    yield from _made_for(request.node)


@pytest.fixture(scope="module")
def share_project(_work: None, request: pytest.FixtureRequest) -> Iterator[MakeProject]:
    """The same, for all tests of a module together."""
    yield from _made_for(request.node)


def _made_for(node: pytest.Item | pytest.Module) -> Iterator[MakeProject]:
    made = node.stash[_MADE] = []

    def make(*args: Any, **options: Any) -> Project:
        made.append(projects.make(*args, **options))
        return made[-1]

    yield make
    with ExitStack() as parts:  # one that fails does not keep the next from its turn
        for project in made:
            parts.callback(projects.remove, project)


@pytest.fixture
def ngrok(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a user with an ngrok account and the agent."""
    yield {
        "PYNGROK_NGROK_PATH": str(agent.install_agent(tmp_path / "bin")),
        "NGROK_AUTHTOKEN": TOKEN,
        "STANDIN_STATE": str(tmp_path / "ngrok-state"),
    }
    for left in agents(tmp_path):
        left.kill()


@pytest.fixture
def admin(ngrok: dict[str, str]) -> dict[str, str]:
    """The same, of a user who lets the tool ask Strapi."""
    return {
        **ngrok,
        "STRAPI_ADMIN_EMAIL": ADMIN["email"],
        "STRAPI_ADMIN_PASSWORD": ADMIN["password"],
    }


def agents(folder: Path) -> list[psutil.Process]:
    """The agents alive that `ngrok` installed."""
    return [
        process
        for process in psutil.process_iter(["cmdline", "status"])
        if str(folder) in " ".join(process.info["cmdline"] or [])
        and "start" in (process.info["cmdline"] or [])
        and process.info["status"] != psutil.STATUS_ZOMBIE
    ]
