"""Each test has a project of its own; it and its servers are gone afterwards, whatever happened."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.e2e import columns, installs, matrix_table, projects
from tests.e2e.browser import Person, browsing
from tests.e2e.columns import COLUMNS, Column, Outside
from tests.e2e.projects import ADMIN, Kind, Project
from tests.e2e.published import WAYS
from tests.world import agent
from tests.world.x import X, serving

TOKEN = "2abcDEF_ghijKLMN0123456789"

MakeProject = Callable[..., Project]

_MADE = pytest.StashKey[list[Project]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Show beside a failure what Strapi said, and what was in the browser."""
    report = yield
    if report.when == "call" and report.failed:
        made = [project for node in item.listchain() for project in node.stash.get(_MADE, [])]
        for server in (server for project in made for server in project.servers):
            report.sections.append((server.log.name, server.said()[-3000:]))
        for value in getattr(item, "funcargs", {}).values():
            if isinstance(value, Person):
                report.sections.append(("browser", value.story()))
    return report


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    rows, names = [way.name for way in WAYS], list(COLUMNS.values())
    for number, line in enumerate(matrix_table.summary(config, rows, names)):
        if number == 0:
            terminalreporter.section("logins in a real browser")
        terminalreporter.write_line(line)


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


def _made_for(node: pytest.Item | pytest.Module | pytest.Session) -> Iterator[MakeProject]:
    made = node.stash[_MADE] = []

    def make(*args: Any, **options: Any) -> Project:
        made.append(projects.make(*args, **options))
        return made[-1]

    yield make
    with ExitStack() as parts:  # one that fails does not keep the next from its turn
        for project in made:
            parts.callback(projects.remove, project)


@pytest.fixture(scope="session")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    """What is not on the developer's machine."""
    with columns.outside(tmp_path_factory.mktemp("outside")) as world:
        yield world


def _column(kind: Kind) -> Any:
    """`make e2e` tries the newest of both majors; `make e2e-all` what is between as well."""
    marks = [pytest.mark.older] if kind is projects.STRAPI_5_52 else []
    return pytest.param(kind, id=kind.version, marks=marks)


@pytest.fixture(scope="session", params=[_column(kind) for kind in COLUMNS])
def column(_work: None, request: pytest.FixtureRequest) -> Iterator[Column]:
    """A Strapi that runs for all tests of logins together, with an X of its own."""
    with serving() as x:
        for make in _made_for(request.session):
            yield Column.start(make(request.param), x)


@pytest.fixture(scope="module")
def x() -> Iterator[X]:
    """The stand-in for X, for all tests of a module together."""
    with serving() as x:
        yield x


@pytest.fixture
def person() -> Iterator[Person]:
    with browsing() as person:
        yield person


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
