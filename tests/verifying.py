"""A project whose login works, and one thing after the other that is broken in it.

The address is public and https: TLS of the test's own, then the stand-in for ngrok's edge, then what a
gateway would be. `Bench` has the servers, for all tests of a module; `Verified` is one project on it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from tests.program import Ran, Shop, free_port, make_shop, run
from tests.world import edge as edges
from tests.world import first_hop, one_origin, tls
from tests.world import x as xs
from tests.world.admin_api import ADMIN, AdminApi, Answer
from tests.world.admin_server import LOGIN, READ, AdminServer, instead, later
from tests.world.x_settings import Settings
from twitter_setup.state.folder import StateFolder
from twitter_setup.state.lock import Lock
from twitter_setup.state.session_record import SessionRecord

HOST = "olive-tree.ngrok-free.app"
PUBLIC = f"https://{HOST}"
CALLBACK = f"{PUBLIC}/api/connect/twitter/callback"
REDIRECT = f"{PUBLIC}/connect/twitter/redirect"
OTHERS = ("old-tree.ngrok-free.app", "nobody.example.com")
CONFIG = """module.exports = ({ env }) => ({
  host: env('HOST', '0.0.0.0'),
  port: env.int('PORT', 1337),
  url: env('PUBLIC_URL', ''),
  app: { keys: env.array('APP_KEYS') },
});
"""
MIDDLEWARES = """module.exports = [
  'strapi::logger',
  'strapi::errors',
  'strapi::security',
  'strapi::cors',
  'strapi::query',
  'strapi::session',
  'strapi::body',
];
"""
PAGE = """// <Route path="/connect/twitter/redirect" element={<LoginRedirect />} />
export async function finish() {
  const answer = await fetch(`/api/auth/twitter/callback${window.location.search}`);
  return answer.json();
}
"""


class Bench:
    """X, Strapi, what is public, and ngrok's edge before it."""

    def __init__(self, x: xs.X, strapi: AdminServer, tls_edge: tls.Edge) -> None:
        self.x = x
        self.strapi = strapi
        self.tls = tls_edge
        self.public = one_origin.OneOrigin(one_origin.Behind(strapi))
        self.ngrok = edges.Edge(0, "https")
        self.hop = first_hop.FirstHop(strapi.api, x.url)
        self.as_new()

    def as_new(self) -> None:
        """All is right again."""
        self.strapi.api = api = AdminApi(callback_base=PUBLIC)
        self.hop = first_hop.FirstHop(api, self.x.url)
        self.strapi.calls.clear()
        self.strapi.clear()
        self.x.settings = settings = Settings()
        self.serve_below("/api")
        self.x.requests.clear()
        api.providers["twitter"] |= {
            "enabled": True,
            "key": settings.key,
            "secret": settings.secret,
            "callback": REDIRECT,
        }
        self.public.behind = one_origin.Behind(self.strapi)
        self.ngrok.upstreams = {HOST: f"http://127.0.0.1:{self.public.port}"}
        self.ngrok.online, self.ngrok.browser_page = True, False

    def serve_below(self, prefix: str) -> None:
        """Strapi's API is there, and X knows it."""
        self.strapi.api.prefix = prefix
        self.strapi.more = {f"GET {prefix}/connect/twitter": self._hop}
        self.x.settings.callbacks = [f"{PUBLIC}{prefix}/connect/twitter/callback"]

    def _hop(self) -> Answer:
        return self.hop.answer()


@contextmanager
def bench(folder: Path) -> Iterator[Bench]:
    ports: list[int] = []
    hosts = [HOST, *OTHERS]
    with (
        xs.serving() as x,
        AdminServer() as strapi,
        tls.serving(hosts, lambda _host, _path: ports[0], folder) as tls_edge,
    ):
        made = Bench(x, strapi, tls_edge)
        ports.append(made.ngrok.port)
        yield made
        made.public.stop()


def make_template(folder: Path) -> Shop:
    """A project under git that is right in every way, to be copied."""
    shop = make_shop(
        folder,
        config=CONFIG.encode(),
        env=f"PORT=1\nAPP_KEYS=fJ3kd9,Qm2ls8\nPUBLIC_URL={PUBLIC}\n".encode(),
        frontend_env=f"VITE_BACKEND_URL={PUBLIC}\n".encode(),
    )
    (shop.backend / "config" / "middlewares.js").write_text(MIDDLEWARES)
    vite = {"name": "web", "scripts": {"dev": "vite"}, "devDependencies": {"vite": "7.0.0"}}
    (shop.frontend / "package.json").write_text(json.dumps(vite))
    (shop.frontend / "src").mkdir()
    (shop.frontend / "src" / "LoginRedirect.jsx").write_text(PAGE)
    (folder / ".gitignore").write_text(".env\n.env.local\nnode_modules\n.twitter-setup\n")
    install(shop, "5.54.0")
    (folder / ".git").rmdir()
    git(folder, "init", "--quiet")
    return shop


def install(shop: Shop, version: str) -> None:
    """As `npm install` leaves it, as far as it is looked at."""
    for name in ("@strapi/strapi", "@strapi/plugin-users-permissions"):
        package = shop.backend / "node_modules" / name / "package.json"
        package.parent.mkdir(parents=True, exist_ok=True)
        package.write_text(json.dumps({"name": name, "version": version}))


def git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["git", *identity, *words], cwd=folder, env=environment, check=True)


@dataclass
class Verified:
    """One project, and how `verify` is called in it."""

    shop: Shop
    bench: Bench
    words: tuple[str, ...] = ()
    environ: Mapping[str, str] | None = None
    lock: Lock | None = None  # held while this is

    def run(self, *words: str, **environ: str) -> Ran:
        env = {**self.environment(), **(self.environ or {}), **environ}
        given = {name: value for name, value in env.items() if value}
        return run("verify", *self.words, *words, cwd=self.shop.root, env=given)

    def environment(self) -> dict[str, str]:
        return {
            "TWITTER_SETUP_X_URL": self.bench.x.url,
            "STRAPI_ADMIN_EMAIL": ADMIN["email"],
            "STRAPI_ADMIN_PASSWORD": ADMIN["password"],
            "HTTPS_PROXY": self.bench.tls.proxy,
            "SSL_CERT_FILE": str(self.bench.tls.certificate),
        }

    def set_env(self, path: Path, **values: str) -> None:
        """Change lines of a `.env`; an empty value takes the line away."""
        lines = path.read_text().splitlines() if path.exists() else []
        kept = [line for line in lines if line.partition("=")[0] not in values]
        kept += [f"{name}={value}" for name, value in values.items() if value]
        path.write_text("".join(f"{line}\n" for line in kept))


def session(**changes: Any) -> SessionRecord:
    """A `tunnel` that was kept, so that no process needs to run."""
    usual = SessionRecord(
        pid=os.getpid(),
        process_started=0.0,
        since="2026-11-30T12:00:00",
        reach="ngrok",
        layout="one-origin",
        public_url=PUBLIC,
        callback_url=CALLBACK,
        kept=True,
        sheet={
            "redirect_url": REDIRECT,
            "terms_of_service_url": f"{PUBLIC}/terms",
            "privacy_policy_url": f"{PUBLIC}/privacy",
        },
    )
    changes["sheet"] = {**usual.sheet, **changes.get("sheet", {})}
    return replace(usual, **changes)


def copy(template: Shop, folder: Path, made: Bench) -> Verified:
    shutil.copytree(template.root, folder)
    verified = Verified(Shop(folder), made)
    verified.set_env(verified.shop.env, PORT=str(made.strapi.port))
    state = StateFolder(verified.shop.backend)
    state.create()
    (state.path / "session.json").write_text(json.dumps(asdict(session())))
    return verified


class Broken:
    """Breaks a project by what a fault of `faults.toml` says under `world`.

    `{strapi}` and `{front}` are the ports of the two, `{nothing}` one where nothing listens.
    """

    def __init__(self, verified: Verified) -> None:
        self.on = verified
        self.bench = verified.bench

    def apply(self, world: Mapping[str, Any]) -> None:
        ports = {
            "{strapi}": self.bench.strapi.port,
            "{front}": self.bench.public.port,
            "{nothing}": free_port(),
        }
        text = json.dumps(world)
        for name, port in ports.items():
            text = text.replace(name, str(port))
        for name, value in json.loads(text).items():
            getattr(self, name)(value)

    def env(self, values: dict[str, str]) -> None:
        self.on.set_env(self.on.shop.env, **values)

    def frontend_env(self, values: dict[str, str]) -> None:
        self.on.set_env(self.on.shop.frontend / ".env", **values)

    def files(self, texts: dict[str, str]) -> None:
        """Written anew; an empty text takes the file away."""
        for name, text in texts.items():
            path = self.on.shop.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text:
                path.write_text(text)
            else:
                path.unlink()

    def replaced(self, texts: dict[str, list[str]]) -> None:
        for name, (old, new) in texts.items():
            path = self.on.shop.root / name
            before = path.read_text()
            assert old in before
            path.write_text(before.replace(old, new))

    def without(self, folders: list[str]) -> None:
        for name in folders:
            shutil.rmtree(self.on.shop.root / name)

    def git(self, words: list[str]) -> None:
        git(self.on.shop.root, *words)

    def version(self, version: str) -> None:
        install(self.on.shop, version)
        path = self.on.shop.backend / "package.json"
        path.write_text(path.read_text().replace("5.54.0", version))
        major, minor, _ = map(int, version.split("."))
        is_session = (major, minor) >= (5, 53)
        self.bench.hop.generation = "session" if is_session else "tokens"
        if (major, minor) < (5, 51):
            self.bench.hop.generation = "grant"

    def twitter(self, fields: dict[str, Any]) -> None:
        self.bench.strapi.api.providers["twitter"] |= fields

    def strapi(self, fields: dict[str, Any]) -> None:
        _set(self.bench.strapi.api, fields)

    def strapi_answers(self, statuses: dict[str, int]) -> None:
        for route, status in statuses.items():
            self.bench.strapi.at(route, instead(status))

    def hop(self, fields: dict[str, Any]) -> None:
        _set(self.bench.hop, fields)

    def behind(self, fields: dict[str, Any]) -> None:
        _set(self.bench.public.behind, fields)

    def ngrok(self, fields: dict[str, Any]) -> None:
        _set(self.bench.ngrok, fields)

    def x(self, fields: dict[str, Any]) -> None:
        _set(self.bench.x.settings, fields)

    def x_answers(self, kind: str) -> None:
        self.bench.x.settings.faults["request_token"] = kind

    def environ(self, values: dict[str, str]) -> None:
        """An empty value takes the variable away."""
        self.on.environ = values

    def moved(self, host: str) -> None:
        """Everything says that the app is at this address, and X knows it."""
        url = f"https://{host}"
        self.env({"PUBLIC_URL": url})
        self.frontend_env({"VITE_BACKEND_URL": url})
        self.bench.strapi.api.callback_base = url
        self.bench.x.settings.callbacks = [f"{url}/api/connect/twitter/callback"]
        self.bench.ngrok.upstreams[host] = self.bench.ngrok.upstreams[HOST]
        self.twitter({"callback": f"{url}/connect/twitter/redirect"})

    def words(self, words: list[str]) -> None:
        self.on.words = tuple(words)

    def session(self, changes: dict[str, Any]) -> None:
        path = StateFolder(self.on.shop.backend).path / "session.json"
        path.write_text(json.dumps(asdict(session(**changes))))

    def runs(self, _: bool) -> None:
        """The session's own process does: here it is this one."""
        self.on.lock = StateFolder(self.on.shop.backend).lock()
        assert self.on.lock.acquire()

    def no_session(self, _: bool) -> None:
        (StateFolder(self.on.shop.backend).path / "session.json").unlink()

    def slow(self, seconds: float) -> None:
        """Each answer takes so long; that of the first hop no longer, though X is asked in between."""
        self.bench.public.behind.after = self.bench.x.settings.after = seconds
        for route in ("GET /_health", LOGIN, READ):
            self.bench.strapi.at(route, later(seconds))

    def stopped(self, what: str) -> None:
        if what == "strapi":  # nothing listens there any more, and the gateway knows it
            self.env({"PORT": str(free_port())})
            self.bench.public.behind.strapi_is = "gone"
        else:
            self.bench.ngrok.upstreams[HOST] = f"http://127.0.0.1:{free_port()}"


def _set(on: object, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        assert hasattr(on, name), name
        setattr(on, name, value)
