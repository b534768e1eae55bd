"""Each fault of `faults.toml` in a project that is right: one check says so, alone."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests import make_troubleshooting
from tests.verifying import Broken, Verified
from twitter_setup.checks.registry import CHECKS

FAULTS: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parents[1] / "faults.toml").read_text()
)["fault"]
ORDER = [check.id for check in CHECKS]
NEEDS = {check.id: set(check.needs) for check in CHECKS}


def waiting_for(broken: str) -> set[str]:
    """All that need it, and what needs those."""
    found = {broken}
    while more := {each for each, needs in NEEDS.items() if needs & found} - found:
        found |= more
    return found - {broken}


def test_without_a_fault_every_check_passes(right: Verified) -> None:
    ran = right.run("--json", "--strict")

    data = ran.json["data"]
    assert [(each["id"], each["status"]) for each in data["checks"]] == [
        (check, "pass") for check in ORDER
    ]
    assert data["counts"] == {"pass": 22, "warn": 0, "fail": 0, "skip": 0, "error": 0}
    assert (ran.code, ran.json["ok"]) == (0, True)


def test_the_table_is_long_enough_and_its_names_are_unique() -> None:
    names = [fault["id"] for fault in FAULTS]

    assert len(names) == len(set(names)) >= 40
    assert {fault["check"] for fault in FAULTS} == set(ORDER) - {"one-host"}  # see below


@pytest.mark.parametrize("fault", FAULTS, ids=[fault["id"] for fault in FAULTS])
def test_one_check_names_the_fault_and_what_needs_it_is_left_out(
    right: Verified, fault: dict[str, Any]
) -> None:
    Broken(right).apply(fault["world"])

    ran = right.run("--json")

    status = fault.get("status", "fail")
    found = {each["id"]: each for each in ran.json["data"]["checks"]}
    broken = found[fault["check"]]
    assert broken["status"] == status, broken
    assert fault["says"].lower() in broken["summary"].lower()
    assert fault["cure"] in said(broken)
    told = {name: each["status"] for name, each in found.items() if name != fault["check"]}
    red = [*fault.get("fails", ()), *([fault["check"]] if status in {"fail", "error"} else [])]
    skipped = set(fault.get("also", ())).union(*map(waiting_for, red))
    if found["connect"]["status"] != "pass" and told.get("session-middleware") == "skip":
        skipped.add("session-middleware")  # there was no cookie to judge
    expected = {name: "skip" if name in skipped else "pass" for name in told}
    expected |= dict.fromkeys(fault.get("warns", ()), "warn")
    expected |= dict.fromkeys(fault.get("fails", ()), "fail")
    assert told == expected, [each["summary"] for each in found.values()]
    assert ran.code == (1 if red else 0)


def said(check: dict[str, Any]) -> str:
    advice = [f"{each['text']}: {each['command']} {each['url']}" for each in check["advice"]]
    return "\n".join([check["summary"], check["detail"], *advice])


def test_troubleshooting_is_made_of_this_table() -> None:
    page = Path(__file__).parents[2] / "docs" / "troubleshooting.md"

    assert page.read_text() == make_troubleshooting.page(FAULTS), "run `make docs`"
