"""Each check, and each framework's page for the end of a login, has a heading to which advice leads."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from tests.program import run
from twitter_setup.checks import explained as docs
from twitter_setup.checks.explained import explained
from twitter_setup.checks.finding import Finding
from twitter_setup.checks.login import findings as login_findings
from twitter_setup.checks.registry import CHECKS
from twitter_setup.project.frameworks import FrameworkId

ROOT = Path(__file__).parent.parent
PAGE = "docs/checks.md"
# Of the design: all 22, and `login`.
IDS = {
    *("project", "server-url", "frontend-url", "one-host", "session-middleware", "proxy"),
    *("git-secrets", "layout", "backend", "tunnel", "public-url", "browser-page", "admin"),
    *("provider", "credentials", "callback", "clock", "x-keys", "x-callback", "connect"),
    *("redirect-page", "legal-pages", "login"),
}


def headings(page: str) -> list[str]:
    return re.findall(r"^## (.+)$", (ROOT / page).read_text(), re.MULTILINE)


def test_each_check_has_a_heading_of_its_own() -> None:
    assert len(IDS) == 23
    assert sorted(headings(PAGE)) == sorted(IDS)


def test_each_framework_has_its_page_of_code() -> None:
    assert sorted(headings("docs/redirect-page.md")) == sorted(get_args(FrameworkId))


def test_links_inside_the_page_lead_somewhere() -> None:
    text = (ROOT / PAGE).read_text()

    assert set(re.findall(r"\]\(#([a-z-]+)\)", text)) <= IDS


def test_what_the_source_advises_is_there() -> None:
    named = {
        found
        for path in (ROOT / "src").rglob("*.py")
        for found in re.findall(r'explained\("([a-z-]+)"', path.read_text())
    }

    assert {"server-url", "tunnel", "layout"} <= named <= IDS
    assert explained("clock").command == "twitter-setup verify --explain clock"


def test_the_checks_are_those_of_the_design() -> None:
    assert {check.id for check in CHECKS} == IDS - {"login"}


@pytest.mark.parametrize("name", [*sorted(IDS), *get_args(FrameworkId)])
def test_each_is_explained_by_the_program_itself(name: str, tmp_path: Path) -> None:
    said = run("verify", "--explain", name, cwd=tmp_path)

    assert said.code == 0
    assert said.out.startswith(f"{name}\n")
    assert len(said.out.splitlines()) > 1


@pytest.mark.parametrize(
    "finding",
    [
        login_findings.not_begun(500),
        login_findings.refused_by_x(""),
        login_findings.cancelled(),
        login_findings.callback_failed(500),
        login_findings.refused_after_x("", began_here=True),
        login_findings.refused_after_x("Could not authenticate you.", began_here=True),
        login_findings.lost_session(),
        login_findings.no_such_page("/connect", 404),
        login_findings.ended_elsewhere("/connect"),
        login_findings.never_asked("/api/auth/twitter/callback"),
        login_findings.not_exchanged("/", 403, None),
        login_findings.not_exchanged("/", 400, None),
        login_findings.not_exchanged("/", 500, None),
        login_findings.nobody_came(300, "https://a.example.com", has_begun=True),
        login_findings.tunnel_ended(),
    ],
    ids=lambda finding: finding.summary,
)
def test_each_end_of_a_watched_login_is_in_its_table(finding: Finding) -> None:
    beginning = re.split(r" \(|, |: | that Strapi| within", finding.summary)[0]

    assert beginning in docs.sections()[0]["login"]


def test_in_json_an_explanation_is_one_text(tmp_path: Path) -> None:
    data = run("verify", "--explain", "clock", "--json", cwd=tmp_path).json["data"]

    assert set(data) == {"id", "text"}
    assert "NTP" in data["text"]


def test_what_is_not_written_about_is_said(tmp_path: Path) -> None:
    ran = run("verify", "--explain", "x-keyz", "--json", cwd=tmp_path)

    assert ran.code == 2
    assert ran.error["message"] == "Nothing is written about x-keyz; did you mean x-keys?"


def test_a_wheel_brings_the_pages_along() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    included = build["targets"]["wheel"]["force-include"]

    assert included == {f"docs/{page}": f"twitter_setup/docs/{page}" for page in docs.PAGES}
