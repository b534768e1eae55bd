"""A column of the login matrix: a Strapi that runs, its front ends, and the stand-in for X it knows.

The world around it, `Outside`, has the https addresses: ngrok's, and one of the user's own.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.frontends import REDIRECT_PATH, FrontEnd, FrontEndServer
from tests.e2e.groups import Group
from tests.e2e.projects import ADMIN, STRAPI_4, STRAPI_5, STRAPI_5_52, Kind, Project
from tests.world import account, agent, tls
from tests.world.reaches import TOKEN
from tests.world.x import X

# From the oldest to the newest way in which Strapi hands a login over.
COLUMNS: dict[Kind, str] = {
    STRAPI_4: "Strapi 4.26.2 (tokens in the query, `grant`)",
    STRAPI_5_52: "Strapi 5.52.3 (tokens in the query, own code)",
    STRAPI_5: "Strapi 5.54.0 (session)",
}
FREE_HOST = agent.default_domain(TOKEN)  # on ngrok's free plan
PAID_HOST = "cafe.example.org"  # a domain of one's own at ngrok, without the browser page
OWN_HOST = "login.example.com"  # a proxy that is not ngrok's
OWN_URL = f"https://{OWN_HOST}"
HOSTS = (FREE_HOST, PAID_HOST, OWN_HOST)


@dataclass
class Outside:
    """What is not on the developer's machine; `own_port` is where the user's own proxy leads to."""

    folder: Path
    edge: tls.Edge = field(init=False)
    own_port: int = 0

    @property
    def environment(self) -> dict[str, str]:
        """Of a user with an ngrok account, the agent, an administrator, and a home."""
        return {
            "HOME": str(self.folder),
            "XDG_STATE_HOME": str(self.folder / "state"),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "PYNGROK_NGROK_PATH": str(self.folder / "bin" / "ngrok"),
            "NGROK_AUTHTOKEN": TOKEN,
            "STANDIN_STATE": str(self._ngrok),
            "STANDIN_DOMAINS": PAID_HOST,
            "STRAPI_ADMIN_EMAIL": ADMIN["email"],
            "STRAPI_ADMIN_PASSWORD": ADMIN["password"],
        }

    @property
    def way_out(self) -> dict[str, str]:
        """So that a program finds the made-up hosts."""
        return {"HTTPS_PROXY": self.edge.proxy, "SSL_CERT_FILE": str(self.edge.certificate)}

    @property
    def _ngrok(self) -> Path:
        return self.folder / "ngrok-state"

    def port_of(self, host: str, path: str) -> int:
        del path
        return self.own_port if host == OWN_HOST else account.edge_port(self._ngrok, host)


@contextmanager
def outside(folder: Path) -> Iterator[Outside]:
    world = Outside(folder)
    agent.install_agent(folder / "bin")
    with tls.serving(HOSTS, world.port_of, folder) as world.edge:
        yield world


def _read_public_url(config: str) -> str:
    return config.replace("  app: {", "  url: env('PUBLIC_URL', ''),\n  app: {", 1)


# A project that has OWN_URL already, so that `tunnel --url` with it restarts no Strapi.
HAS_OWN_URL: dict[str, Any] = {"env": {"PUBLIC_URL": OWN_URL}, "config": _read_public_url}


@dataclass
class Column:
    """`fronts` are the front ends that run, the project's own first."""

    project: Project
    strapi: Group
    x: X
    fronts: dict[FrontEnd, FrontEndServer] = field(default_factory=dict)
    own_url: str = ""  # Strapi's while no tunnel is open

    @classmethod
    def start(cls, project: Project, x: X, own_url: str = "") -> Column:
        # The app is at 127.0.0.1, or at an https host; the real X is another site, too.
        strapi = project.serve(**x.strapi_environment(browser="localhost"))
        column = cls(project, strapi, x, own_url=own_url or f"http://localhost:{project.port}")
        project.register_admin()
        return column

    @property
    def own_callback(self) -> str:
        """While no tunnel is open."""
        return f"{self.own_url}/api/connect/twitter/callback"

    def wait_for_callback(self, wanted: str) -> None:
        """With patience: where other tests run, Strapi takes long to start anew."""
        self.project.wait_for_redirect_uri(wanted, within=120)

    def front(self, kind: FrontEnd) -> FrontEndServer:
        """This front end's dev server; one that is not the project's own gets a folder beside it."""
        if kind not in self.fronts:
            self.fronts[kind] = server = self._start(kind)
            # Next compiles a page when it is first asked for, and `verify` waits for five seconds.
            with httpx.Client(trust_env=False, timeout=60) as client:
                client.get(server.url + REDIRECT_PATH)
        return self.fronts[kind]

    def _start(self, kind: FrontEnd) -> FrontEndServer:
        project = self.project
        if kind == project.front_end:
            return project.serve_frontend()
        folder = project.root / kind.name
        ignored = shutil.ignore_patterns("node_modules", ".next", ".env")
        shutil.copytree(kind.template, folder, ignore=ignored)
        (folder / ".env").write_text(f"{kind.variable}=http://localhost:{project.port}\n")
        server = FrontEndServer(kind, folder, project.root.parent / f"{kind.name}.log")
        project.servers.append(server)
        server.wait_until_up()
        return server
