"""Each check, and each framework's page for the end of a login, has a heading to which advice leads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from twitter_setup.checks.docs import PAGE, explained
from twitter_setup.frameworks import FrameworkId

ROOT = Path(__file__).parent.parent
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

    assert {"server-url", "x-callback", "layout"} <= named <= IDS
    assert explained("clock").url == "docs/checks.md#clock"
