"""Real Strapi projects: a fresh copy under git for each test, and `npm run develop` in it."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil
import pytest

from tests.e2e import installs
from tests.e2e.frontends import VITE, FrontEnd, FrontEndServer
from tests.e2e.groups import Group
from tests.program import free_port

_HERE = Path(__file__).parent
_EXAMPLES = _HERE.parent.parent / "examples"
_SALTS = ("API_TOKEN_SALT", "TRANSFER_TOKEN_SALT")
_SECRETS = (*_SALTS, "ADMIN_JWT_SECRET", "JWT_SECRET", "ENCRYPTION_KEY")
# Written by Strapi, npm, git, or us; everything else is the person's.
_NOT_THEIRS = frozenset(
    {".git", ".twitter-setup", "node_modules", ".tmp", ".strapi", ".cache", "dist", "build"}
    | {"types", ".strapi-updater.json", "license.txt", ".next", "next-env.d.ts"}
)
_LOCAL = shutil.ignore_patterns(*_NOT_THEIRS, ".env", "*.log")
_PROVIDERS = "/users-permissions/providers"
# Ten logins a minute, and five of an administrator in five minutes, are few where tests share a Strapi.
_WITHOUT_LIMITS = {
    "plugins": "{ 'users-permissions': { config: { ratelimit: { enabled: false } } } }",
    "admin": "{ rateLimit: { enabled: false } }",
}
ADMIN = {"email": "admin@example.com", "password": "Passw0rd-123"}
STRAPI_SECONDS = 180.0  # 4.26 builds its panel at each start; it takes 10 where it is alone

T = TypeVar("T")


@dataclass(frozen=True)
class Kind:
    """What a project is made of: template folders, laid over one another, and its packages."""

    name: str
    packages: Path
    layers: tuple[Path, ...]
    config: str = "config/server.js"
    version: str = "5.54.0"
    replaced: tuple[str, ...] = ()  # files of the lower layers that the upper ones have anew


STRAPI_5 = Kind("strapi5", _EXAMPLES / "backend", (_EXAMPLES / "backend",))
STRAPI_5_TS = Kind(
    "strapi5",
    _EXAMPLES / "backend",
    (_EXAMPLES / "backend", _HERE / "strapi5-ts"),
    config="config/server.ts",
    replaced=("config/*.js", "src/index.js"),
)
_5_52 = _HERE / "strapi5_52"  # the last one that hands X's tokens over in the query
STRAPI_5_52 = Kind("strapi5_52", _5_52, (_EXAMPLES / "backend", _5_52), version="5.52.3")
STRAPI_4 = Kind("strapi4", _HERE / "strapi4", (_HERE / "strapi4",), version="4.26.2")


@dataclass
class Project:
    """A shop's repository: a back end, and a front end."""

    root: Path
    kind: Kind
    port: int
    front_end: FrontEnd = VITE
    servers: list[Group] = field(default_factory=list)
    _token: str = ""

    @property
    def backend(self) -> Path:
        return self.root / "backend"

    @property
    def frontend(self) -> Path:
        return self.root / "frontend"

    @property
    def config(self) -> Path:
        return self.backend / self.kind.config

    @property
    def env(self) -> Path:
        return self.backend / ".env"

    @property
    def local_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def files(self) -> dict[str, bytes]:
        """Every file of the person's, with its content."""
        found = {}
        for folder, folders, names in os.walk(self.root):
            folders[:] = [each for each in folders if each not in _NOT_THEIRS]
            for name in names:
                path = Path(folder, name)
                if name not in _NOT_THEIRS and not path.is_symlink():
                    found[str(path.relative_to(self.root))] = path.read_bytes()
        return found

    def git(self, *words: str) -> str:
        done = subprocess.run(
            ["git", "-c", "user.name=Test", "-c", "user.email=test@example.com", *words],
            cwd=self.root,
            env={**installs.environment(), "GIT_CONFIG_GLOBAL": os.devnull},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def git_status(self) -> list[str]:
        """What the person sees there: changed and new files."""
        return self.git("status", "--porcelain", "--untracked-files=all").splitlines()

    def serve(self, script: str = "develop", **environment: str) -> Server:
        """Start it as a person does, wait until it answers, and create the first administrator."""
        server = self.serve_without_admin(script, **environment)
        self.register_admin()
        return server

    def serve_without_admin(self, script: str = "develop", **environment: str) -> Server:
        server = Server(self, script, environment)
        self.servers.append(server)
        server.wait_until_up()
        return server

    def serve_once(self) -> None:
        """Give it an administrator: without one it is not published."""
        start = self.serve_built if self.kind is STRAPI_4 else self.serve
        start().stop()

    def serve_frontend(self, port: int = 0, **environment: str) -> FrontEndServer:
        """Its dev server, on a free port unless one is named."""
        log = self.root.parent / f"{self.front_end.name}-{len(self.servers) + 1}.log"
        server = FrontEndServer(
            self.front_end, self.frontend, log, port=port, environment=environment
        )
        self.servers.append(server)
        server.wait_until_up()
        return server

    def serve_built(self, **environment: str) -> Server:
        """`strapi start` with a panel of one line: it is not looked at."""
        (self.backend / "build").mkdir(exist_ok=True)
        page = "<!doctype html><title>Strapi</title>"
        (self.backend / "build" / "index.html").write_text(page)
        return self.serve("start", NODE_ENV="development", **environment)

    def ask(
        self, path: str, *, token: str = "", json: object = None, method: str = ""
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        method = method or ("GET" if json is None else "POST")
        with httpx.Client(trust_env=False, timeout=2.0) as client:
            return client.request(method, self.local_url + path, headers=headers, json=json)

    def register_admin(self) -> None:
        """Create the first administrator, as Strapi's welcome page does; once."""
        if self._token:
            return
        answer = self.ask("/admin/register-admin", json={**ADMIN, "firstname": "Ada"})
        assert answer.status_code == 200, answer.text
        self._token = answer.json()["data"]["token"]

    def providers(self) -> dict[str, dict[str, Any]]:
        """As the administrator reads them."""
        if not self._token:
            self.register_admin()
        answer = self.ask(_PROVIDERS, token=self._token)
        assert answer.status_code == 200, answer.text
        found: dict[str, dict[str, Any]] = answer.json()
        return found

    def set_twitter(self, **fields: object) -> None:
        """Turn the login on: Strapi keeps what it is sent and forgets the rest, so all of it is sent."""
        providers = self.providers()
        for provider in providers.values():
            provider.pop("redirectUri", None)
        providers["twitter"] |= {"enabled": True, **fields}
        body = {"providers": providers}
        answer = self.ask(_PROVIDERS, token=self._token, json=body, method="PUT")
        assert answer.json() == {"ok": True}, answer.text

    def redirect_uri(self) -> str | None:
        """The callback URL as Strapi computes it now; None while it does not answer."""
        if not self._token:
            self.register_admin()
        try:
            answer = self.ask(_PROVIDERS, token=self._token)
        except httpx.TransportError:
            return None
        return str(answer.json()["twitter"]["redirectUri"]) if answer.is_success else None

    def wait_for_redirect_uri(self, wanted: str, within: float = STRAPI_SECONDS) -> None:
        seen: list[str | None] = []

        def has_it() -> bool:
            seen.append(self.redirect_uri())
            return seen[-1] == wanted

        eventually(has_it, within, lambda: f"redirectUri {wanted}; seen: {set(seen)}")


class Server(Group):
    """`npm run develop` or `npm run start`."""

    def __init__(self, project: Project, script: str, environment: Mapping[str, str]) -> None:
        self._project = project
        super().__init__(
            ["npm", "run", script],
            project.backend,
            project.root.parent / f"strapi-{len(project.servers) + 1}.log",
            {"STRAPI_TELEMETRY_DISABLED": "true", "BROWSER": "none", **environment},
        )

    def is_up(self) -> bool:
        with suppress(httpx.TransportError):
            return self._project.ask("/_health").status_code == 204
        return False

    def wait_until_up(self) -> None:
        self.wait_until(self.is_up, STRAPI_SECONDS, f"Strapi at {self._project.local_url}")


def make(
    kind: Kind,
    *,
    env: Mapping[str, str] | None = None,
    config: Callable[[str], str] = lambda text: text,
    limits: bool = False,
    front_end: FrontEnd = VITE,
    port: int = 0,
) -> Project:
    """A fresh project; `port` is a free one unless given. `env` goes below what a new one has there.

    With `limits` Strapi counts logins as it does on its own.
    """
    modules = installs.node_modules(kind.name, kind.packages)
    project = Project(installs.new_run() / "cafe", kind, port or free_port(), front_end)
    for layer in kind.layers:
        for pattern in kind.replaced if layer != kind.layers[0] else ():
            for path in project.backend.glob(pattern):
                path.unlink()
        shutil.copytree(layer, project.backend, ignore=_LOCAL, dirs_exist_ok=True)
    (project.backend / "src" / "api").mkdir(exist_ok=True)
    (project.backend / "public" / "uploads").mkdir(exist_ok=True)
    (project.backend / "node_modules").symlink_to(modules)
    project.config.write_text(config(project.config.read_text()))
    project.env.write_text(_dotenv(project.port, env or {}))
    if not limits:
        _lift_limits(project)
    shutil.copytree(front_end.template, project.frontend, ignore=_LOCAL)
    env_line = f"{front_end.variable}=http://localhost:{project.port}\n"
    (project.frontend / ".env").write_text(env_line)
    project.git("init", "--quiet")
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "A shop")
    return project


def _lift_limits(project: Project) -> None:
    folder = project.backend / "config" / "env" / "development"
    folder.mkdir(parents=True, exist_ok=True)
    is_typescript = project.config.suffix == ".ts"
    for name, value in _WITHOUT_LIMITS.items():
        text = f"{'export default' if is_typescript else 'module.exports ='} {value};\n"
        (folder / name).with_suffix(project.config.suffix).write_text(text)


def _dotenv(port: int, more: Mapping[str, str]) -> str:
    def secret() -> str:
        return base64.b64encode(os.urandom(16)).decode()

    values = {"HOST": "127.0.0.1", "PORT": str(port), "APP_KEYS": f'"{secret()},{secret()}"'}
    values |= {name: secret() for name in _SECRETS} | dict(more)
    return "".join(f"{name}={value}\n" for name, value in values.items())


def remove(project: Project) -> None:
    """End its servers and delete it; and a gateway that a test which failed has left."""
    config = str(project.backend / ".twitter-setup" / "gateway.json")
    for process in psutil.process_iter(["cmdline"]):
        if config in (process.info["cmdline"] or []):
            process.kill()
    for server in project.servers:
        server.stop()
    shutil.rmtree(project.root.parent)


def eventually(look: Callable[[], T], within: float, what: str | Callable[[], str]) -> T:
    """Poll until `look` gives something true."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    pytest.fail(f"not within {within:g} s: {what if isinstance(what, str) else what()}")
