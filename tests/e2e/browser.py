"""A person at a browser: Debian's Chromium without a window, which leaves this machine alone.

with browsing({"olive-tree.ngrok-free.app": edge.port}) as person:
    person.log_in("https://olive-tree.ngrok-free.app/", user="mira_brews")
    assert "you are logged in" in person.text()
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page, Response, sync_playwright

from tests.e2e import installs

SECONDS = 20.0
_FLAGS = (
    "--no-sandbox",  # root, in a container
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--ignore-certificate-errors",  # the edge's are of its own making
)
# Nothing is looked up; who is meant is mapped before this.
_NOWHERE = ("MAP * ~NOTFOUND", "EXCLUDE localhost", "EXCLUDE 127.0.0.1")


def find_chromium() -> str | None:
    named = os.environ.get("TWITTER_SETUP_CHROMIUM")
    return named or shutil.which("chromium") or shutil.which("chromium-browser")


def chromium() -> Path:
    found = find_chromium()
    if not found:
        installs.is_missing("no chromium: `apt install chromium`, or set TWITTER_SETUP_CHROMIUM")
    return Path(found)


@dataclass
class Person:
    """One person's browser, with cookies of its own."""

    page: Page
    visited: list[tuple[int, str]] = field(
        default_factory=list
    )  # each page: its status and address
    console: list[str] = field(default_factory=list)

    def open(self, url: str) -> int:
        answer = self.page.goto(url)
        return answer.status if answer else 0

    def press(self, name: str) -> None:
        """A link or a button with these words."""
        said = re.compile(re.escape(name))
        control = self.page.get_by_role("link", name=said).or_(
            self.page.get_by_role("button", name=said)
        )
        control.first.click()

    def consent(self, user: str = "mira_brews") -> None:
        """At X: "Authorize app", as this user."""
        self.page.locator(f'input[name="user"][value="{user}"]').check()
        self.press("Authorize app")

    def cancel(self) -> None:
        """At X."""
        self.press("Cancel")

    def pass_the_browser_page(self) -> None:
        """On ngrok's free plan: "Visit Site"."""
        self.press("Visit Site")
        self.page.wait_for_load_state()

    def log_in(self, app: str, user: str = "mira_brews") -> None:
        """From the app's own page to the page where the login ends."""
        self.open(app)
        self.press("Log in with X")
        self.consent(user)

    def see(self, words: str, within: float = SECONDS) -> str:
        """Wait until the page has these words; return all its words."""
        self.page.get_by_text(words).first.wait_for(timeout=within * 1000)
        return self.text()

    def text(self) -> str:
        return self.page.locator("body").inner_text()

    @property
    def url(self) -> str:
        return self.page.url

    def story(self) -> str:
        """What happened to this person, for who reads of a failure."""
        visits = [f"{status} {url}" for status, url in self.visited]
        return "\n".join([*visits, "console: " + "\n  ".join(self.console), self.text()])

    def screenshot(self, path: Path) -> Path:
        self.page.screenshot(path=path, full_page=True)
        return path

    def _note(self, answer: Response) -> None:
        if answer.request.is_navigation_request():
            self.visited.append((answer.status, answer.url))


@contextmanager
def browsing(hosts: Mapping[str, int] | None = None, *, anywhere: bool = False) -> Iterator[Person]:
    """A fresh browser. `hosts` are https hosts, and the loopback ports at which they are found.

    It leaves this machine only with `anywhere`.
    """
    maps = [f"MAP {host}:443 127.0.0.1:{port}" for host, port in (hosts or {}).items()]
    rules = f"--host-resolver-rules={', '.join([*maps, *(() if anywhere else _NOWHERE)])}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=[*_FLAGS, rules], headless=True
        )
        page = browser.new_context(ignore_https_errors=True).new_page()
        page.set_default_timeout(SECONDS * 1000)
        person = Person(page)
        page.on("response", person._note)
        page.on("console", lambda message: person.console.append(message.text))
        try:
            yield person
        finally:
            browser.close()
