"""The workflows, issue forms and the contributing page, against the project."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
MAKEFILE = (ROOT / "Makefile").read_text()


def load(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text())
    return found


def steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_by_hash_or_marked(path: Path) -> None:
    used = re.findall(r"uses: (\S+)(?: # (.+))?", path.read_text())

    assert used
    for action, comment in used:
        pinned = re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action) and re.match(r"v\d", comment)
        assert pinned or comment == "TODO hash", action


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_only_read_unless_a_job_says_why(path: Path) -> None:
    workflow = load(path)

    assert workflow["permissions"] == {"contents": "read"}
    granted = {name for job in workflow["jobs"].values() for name in job.get("permissions", {})}
    assert granted <= {"contents", "id-token", "attestations"}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_make_target_of_a_workflow_exists(path: Path) -> None:
    targets = re.findall(r"make ([\w-]+)", " ".join(s.get("run", "") for s in steps(load(path))))

    assert [target for target in targets if f"\n{target}:" not in MAKEFILE] == []


def test_every_make_target_of_the_contributing_page_exists() -> None:
    targets = re.findall(r"\bmake ([a-z][\w-]+)", (ROOT / "CONTRIBUTING.md").read_text())

    assert targets
    assert [target for target in targets if f"\n{target}:" not in MAKEFILE] == []


def test_the_classifiers_name_the_pythons_that_ci_runs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(project["classifiers"]))
    matrix = load(ROOT / ".github/workflows/ci.yml")["jobs"]["test"]["strategy"]["matrix"]

    assert named == matrix["python"]


def test_a_bug_report_asks_for_the_two_outputs_without_secrets() -> None:
    form = load(ROOT / ".github/ISSUE_TEMPLATE/bug.yml")
    labels = " ".join(part["attributes"].get("label", "") for part in form["body"])

    assert "twitter-setup verify --json" in labels
    assert "twitter-setup status --json" in labels
