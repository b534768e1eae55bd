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
from tests.e2e.frameworks.snippets import snippet
from tests.e2e.groups import Group
from tests.program import free_port

_HERE = Path(__file__).parent
_EXAMPLES = _HERE.parent.parent / "examples"
_SECONDS = 180.0  # Gatsby, on a busy machine
# Nothing is sent to anybody, and nothing is fetched.
_QUIET = {
    "BROWSER": "none",
    "NEXT_TELEMETRY_DISABLED": "1",
    "NEXT_IGNORE_INCORRECT_LOCKFILE": "1",
    "NO_UPDATE_NOTIFIER": "1",
    "NUXT_TELEMETRY_DISABLED": "1",
    "ASTRO_TELEMETRY_DISABLED": "1",
    "GATSBY_TELEMETRY_DISABLED": "1",
    "NG_CLI_ANALYTICS": "false",
}
GREETING = "Log in to collect a stamp with every coffee."  # on each one's first page
REDIRECT_PATH = "/connect/twitter/redirect"


@dataclass(frozen=True)
class FrontEnd:
    """A template, and what differs between them."""

    name: str
    template: Path
    variable: str  # says where Strapi is; Angular has none
    page: str  # the file with the greeting
    env_file: str = ".env"
    snippet: str = ""  # the section of docs/redirect-page.md with its page, if it has none itself


def _front_end(
    name: str, variable: str, page: str, snippet: str = "", env_file: str = ".env"
) -> FrontEnd:
    return FrontEnd(name, _HERE / "frontends" / name, variable, page, env_file, snippet)


VITE = FrontEnd("vite", _EXAMPLES / "frontend", "VITE_BACKEND_URL", "src/App.jsx")
VITE_VUE = _front_end("vite-vue", "VITE_BACKEND_URL", "src/App.vue", "vue-cli")
NEXT = _front_end("next", "NEXT_PUBLIC_BACKEND_URL", "app/page.tsx")
NUXT = _front_end("nuxt", "NUXT_PUBLIC_BACKEND_URL", "app/pages/index.vue", "nuxt")
NEXT_AUTH = _front_end(
    "next-auth", "NEXT_PUBLIC_BACKEND_URL", "app/page.tsx"
)  # signs in by itself too
WEBPACK = _front_end("webpack", "WEBPACK_BACKEND_URL", "src/greeting.js")
CRA = _front_end("cra", "REACT_APP_BACKEND_URL", "src/Welcome.jsx", "cra")
ANGULAR = _front_end("angular", "", "src/app/welcome.ts", "angular")
SVELTEKIT = _front_end("sveltekit", "PUBLIC_BACKEND_URL", "src/routes/+page.svelte", "sveltekit")
ASTRO = _front_end("astro", "PUBLIC_BACKEND_URL", "src/pages/index.astro", "astro")
GATSBY = _front_end(
    "gatsby", "GATSBY_BACKEND_URL", "src/pages/index.js", "gatsby", ".env.development"
)
VUE_CLI = _front_end("vue-cli", "VUE_APP_BACKEND_URL", "src/Welcome.vue", "vue-cli")
REACT_ROUTER = _front_end("react-router", "VITE_BACKEND_URL", "app/routes/home.jsx", "vite")


def lay_out(kind: FrontEnd, folder: Path, files: Mapping[str, str], strapi: str) -> None:
    """Write the app to a folder, with the docs' redirect page, more files, and Strapi's address."""
    ignored = shutil.ignore_patterns("node_modules", ".next", ".nuxt", ".env")
    shutil.copytree(kind.template, folder, ignore=ignored)
    shown = [snippet(kind.snippet)] if kind.snippet else []
    for name, text in {**{each.file: each.code for each in shown}, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    if kind.variable:
        (folder / kind.env_file).write_text(f"{kind.variable}={strapi}\n")


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
        port_of_cra = {"PORT": str(self.port)}
        super().__init__(command, folder, log, {**_QUIET, **port_of_cra, **(environment or {})})

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
