"""Front ends that really run: the example's (Vite), and those that exist for the tests alone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.e2e import installs
from tests.e2e.groups import Group
from tests.program import free_port

_HERE = Path(__file__).parent
_EXAMPLES = _HERE.parent.parent / "examples"
_SECONDS = 60.0
# Nothing is sent to anybody, and nothing is fetched.
_QUIET = {
    "BROWSER": "none",
    "NEXT_TELEMETRY_DISABLED": "1",
    "NEXT_IGNORE_INCORRECT_LOCKFILE": "1",
    "NO_UPDATE_NOTIFIER": "1",
}
GREETING = "Log in to collect a stamp with every coffee."  # on each one's first page
REDIRECT_PATH = "/connect/twitter/redirect"


@dataclass(frozen=True)
class FrontEnd:
    """A template, and what differs between them."""

    name: str
    template: Path
    variable: str  # says where Strapi is
    page: str  # the file with the greeting


VITE = FrontEnd("vite", _EXAMPLES / "frontend", "VITE_BACKEND_URL", "src/App.jsx")
NEXT = FrontEnd("next", _HERE / "frontends" / "next", "NEXT_PUBLIC_BACKEND_URL", "app/page.tsx")
NEXT_AUTH = FrontEnd(  # with a sign-in of its own, below the same prefix as Strapi's
    "nextauth", _HERE / "frontends" / "next-auth", "NEXT_PUBLIC_BACKEND_URL", "app/page.tsx"
)
WEBPACK = FrontEnd(
    "webpack", _HERE / "frontends" / "webpack", "WEBPACK_BACKEND_URL", "src/greeting.js"
)


def give_packages(kind: FrontEnd, folder: Path) -> None:
    """Its packages beside it.

    Hard links, not one symbolic link: Turbopack follows none out of its folder, and Vite keeps what
    it has prepared below `node_modules`, which two projects must not share.
    """
    if not (folder / "node_modules").exists():
        installed = installs.node_modules(kind.name, kind.template)
        shutil.copytree(installed, folder / "node_modules", symlinks=True, copy_function=os.link)


class FrontEndServer(Group):
    """`npm run dev` on a port of its own."""

    def __init__(
        self,
        kind: FrontEnd,
        folder: Path,
        log: Path,
        *,
        port: int = 0,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.kind = kind
        self.folder = folder
        self.port = port or free_port()
        give_packages(kind, folder)
        command = ["npm", "run", "dev", "--", "--port", str(self.port)]
        super().__init__(command, folder, log, {**_QUIET, **(environment or {})})

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def is_up(self) -> bool:
        """Next compiles a page when it is first asked for."""
        with suppress(httpx.TransportError), httpx.Client(trust_env=False, timeout=30) as client:
            return client.get(self.url).status_code == 200
        return False

    def wait_until_up(self) -> None:
        self.wait_until(self.is_up, _SECONDS, f"{self.kind.name} at {self.url}")

    def say_hello(self, greeting: str) -> None:
        """Change the first page's source, as its developer does."""
        page = self.folder / self.kind.page
        text = page.read_text()
        assert GREETING in text
        page.write_text(text.replace(GREETING, greeting))
