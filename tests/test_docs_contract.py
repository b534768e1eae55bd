"""docs/cli.md, docs/exit-codes-and-json.md and the workflow of docs/deploying.md, against the program."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any, get_args

import pytest
import typer.main
import yaml

from tests import cli_document
from tests.configuring import ALL
from tests.program import Shop, free_port, make_shop, run, running
from tests.world.admin_server import AdminServer
from twitter_setup.cli.app import app
from twitter_setup.errors import ErrorCode, ExitCode, SetupError
from twitter_setup.output import render
from twitter_setup.x.sheet import Sheet

DOCS = Path(__file__).parent.parent / "docs"
URL = "https://cafe.example.com"


def page(name: str) -> str:
    return (DOCS / name).read_text()


def section(title: str) -> str:
    text = page("exit-codes-and-json.md")
    return text[text.index(f"## {title}") :].partition("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """The cells of each line of the tables in it, heads left out."""
    tables = re.findall(r"^\|[-|]+\|\n((?:\|.*\n?)+)", text, re.MULTILINE)
    lines = [line for table in tables for line in table.strip().splitlines()]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_the_page_of_the_commands_is_made_from_the_program() -> None:
    assert page("cli.md") == cli_document.text(), "make docs"


def test_each_exit_code_is_there() -> None:
    assert [int(row[0]) for row in rows(section("Exit codes"))] == [int(code) for code in ExitCode]


def test_each_error_code_is_there_with_its_exit_code() -> None:
    documented = {named(row[0])[0]: int(row[1]) for row in rows(section("Error codes"))}

    assert documented == {code: SetupError(code, "").exit_code for code in get_args(ErrorCode)}


def test_each_event_is_there() -> None:
    events = [named(row[0])[0] for row in rows(section("The events of tunnel"))]

    assert set(events) == render.TUNNEL_EVENTS
    assert len(events) == len(set(events))


# The keys of `data`


def documented_keys() -> dict[str, set[str]]:
    found = {row[0].replace("`", ""): set(named(row[1])) for row in rows(section("The data"))[:12]}
    found["configure --dry-run"] |= found["configure"]
    found["tunnel --dry-run"] -= {"diff"}
    return found


def documented_key(name: str) -> set[str]:
    """What is inside it: after its own name, what is in code."""
    ((_, text),) = [row for row in rows(section("The data"))[12:] if name in named(row[0])]
    return set(named(text))


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return make_shop(tmp_path / "cafe")


def data(shop: Shop, *words: str, env: dict[str, str] | None = None) -> dict[str, Any]:
    found: dict[str, Any] = run(*words, "--json", cwd=shop.root, env=env).json["data"]
    return found


def test_the_keys_of_the_files_commands(shop: Shop) -> None:
    published = ("tunnel", "--two-origins", "--url", URL)
    known = documented_keys()

    dry = data(shop, *published, "--dry-run")
    ready = data(shop, *published, "--yes")
    urls, status = data(shop, "urls"), data(shop, "status")
    undone, init = data(shop, "undo"), data(shop, "init", "--yes")

    assert set(dry) == known["tunnel --dry-run"]
    assert (
        set(ready)
        == known["tunnel, ready"]
        == known["urls"]
        | {
            "gateway_port",
            "changes",
            "manual_steps",
        }
    )
    assert set(urls) == known["urls"] == set(Sheet.__dataclass_fields__)
    assert set(status) == known["status"]
    assert set(undone) == known["undo"]
    assert set(init) == known["init"]
    assert set(ready["changes"][0]) <= documented_key("changes")
    assert set(status["strapi"]) <= documented_key("strapi")
    assert set(status["checkpoints"][0]) <= documented_key("checkpoints")


def test_the_keys_of_configure_and_verify(strapi_shop: Shop) -> None:
    known = documented_keys()

    dry = data(strapi_shop, "configure", "--redirect", f"{URL}/end", "--dry-run", env=ALL)
    written = data(strapi_shop, "configure", "--redirect", f"{URL}/end", env=ALL)
    verified = data(strapi_shop, "verify", "project")
    listed = data(strapi_shop, "verify", "--list")
    explained = data(strapi_shop, "verify", "--explain", "clock")

    assert set(dry) == known["configure --dry-run"]
    assert set(written) == known["configure"]
    assert set(written["changed"]) == documented_key("changed")
    assert set(dry["changes"][0]) <= documented_key("changes")
    assert set(verified) == known["verify"]
    assert set(listed) == known["verify --list"]
    assert set(explained) == known["verify --explain"]
    assert set(verified["counts"]) < documented_key("checks")
    assert set(verified["checks"][0]) | set(listed["checks"][0]) < documented_key("checks")


def test_a_tunnel_that_stays_ends_with_the_data_of_undo(shop: Shop) -> None:
    words = ("tunnel", "--local", "--gateway-port", str(free_port()), "--yes", "--json")
    with running(*words, cwd=shop.root) as process:
        assert set(process.event("ready")["data"]) == documented_keys()["tunnel, ready"]
        assert process.stop() == 0
        assert set(process.event("stopped")["data"]) == documented_keys()["undo"]


# The workflow


def workflow() -> dict[Any, Any]:
    """`on` is a key of its own: YAML takes it for a truth."""
    (text,) = re.findall(r"```yaml\n(.*?)```", page("deploying.md"), re.DOTALL)
    found: dict[Any, Any] = yaml.safe_load(text)
    return found


def test_the_workflow_is_one() -> None:
    found = workflow()
    (job,) = found["jobs"].values()

    assert set(found) == {"name", True, "permissions", "jobs"}
    assert found["permissions"] == {}
    assert set(found[True]) == {"workflow_dispatch", "schedule"}
    assert set(job) == {"runs-on", "steps"}
    assert all("run" in step for step in job["steps"])


def test_the_workflow_gives_the_secrets_by_the_environment_of_the_steps_that_need_them() -> None:
    (job,) = workflow()["jobs"].values()

    for step in job["steps"]:
        wanted = {"STRAPI_ADMIN_TOKEN", "TWITTER_API_KEY", "TWITTER_API_SECRET"}
        given = step.get("env", {})
        assert set(given) == (wanted if "twitter-setup " in step["run"] else set())
        assert all(value == f"${{{{ secrets.{name} }}}}" for name, value in given.items())
    assert "secrets." not in "".join(step.get("run", "") for step in job["steps"])


def test_a_login_that_was_switched_off_is_not_switched_on_by_the_schedule() -> None:
    (job,) = workflow()["jobs"].values()

    (configure,) = [step for step in job["steps"] if " configure " in step["run"]]
    assert configure["if"] == "github.event_name == 'workflow_dispatch'"


def test_the_commands_of_the_workflow_are_the_programs() -> None:
    (job,) = workflow()["jobs"].values()
    runs = [shlex.split(step["run"]) for step in job["steps"] if "run" in step]
    root = typer.main.get_command(app)

    names = []
    for _, name, *words in (words for words in runs if words[0] == "twitter-setup"):
        root.commands[name].make_context(name, words)  # type: ignore[attr-defined]
        names.append(name)
    assert names == ["configure", "verify"]


def test_the_workflow_configures_a_strapi_that_it_knows_by_its_address_alone(
    tmp_path: Path, admin_server: AdminServer
) -> None:
    (job,) = workflow()["jobs"].values()
    (line,) = [step["run"] for step in job["steps"] if " configure " in step.get("run", "")]
    words = [admin_server.url if word == URL else word for word in shlex.split(line)[1:]]

    done = run(*words, "--json", cwd=tmp_path, env=ALL)

    assert done.code == 0
    assert done.json["data"]["redirect_url"] == f"{URL}/connect/twitter/redirect"
