"""A shop while `tunnel` runs: set up by the real commands, checked by `verify`, used in a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e.browser import Person, browsing
from tests.e2e.columns import FREE_HOST, HOSTS, OWN_HOST, PAID_HOST, Column, Outside
from tests.e2e.frontends import FrontEndServer
from tests.e2e.projects import eventually
from tests.program import Process, free_port, running
from tests.world.x_settings import Settings

READY_SECONDS = 90.0
REMEMBERED = "twitter-setup.toml"
LASTING = re.compile(rb"  url: env\('PUBLIC_URL', ''\),\n")


@dataclass(frozen=True)
class Way:
    """A row of the matrix: how a shop is published."""

    name: str
    options: tuple[str, ...]
    host: str = ""  # https; none with `--local`
    has_browser_page: bool = False

    @property
    def is_one_origin(self) -> bool:
        return "--two-origins" not in self.options


LOCAL = Way("`--local`, one origin", ("--local",))
NGROK = Way("ngrok with its browser page, one origin", (), FREE_HOST, has_browser_page=True)
NGROK_TWO = Way(
    "ngrok without the page, `--two-origins`",
    ("--two-origins", "--domain", PAID_HOST),
    PAID_HOST,
)
URL = Way("`--url`, a proxy of one's own, one origin", ("--url", f"https://{OWN_HOST}"), OWN_HOST)
WAYS = (LOCAL, NGROK, NGROK_TWO, URL)


@dataclass(frozen=True)
class Watched:
    """What `verify --login` told: its hops, and how it ended."""

    hops: list[dict[str, Any]]
    login: dict[str, Any]
    exit_code: int
    text: str  # all that it wrote

    @property
    def ids(self) -> list[str]:
        return [hop["id"] for hop in self.hops]

    @property
    def failed(self) -> list[str]:
        return [hop["id"] for hop in self.hops if not hop["is_passed"]]

    @property
    def cures(self) -> str:
        parts = [(one["text"], one["command"], one["url"]) for one in self.login["advice"]]
        return "\n".join(str(part) for parts_ in parts for part in parts_ if part)


@dataclass
class Watching:
    process: Process

    def end(self) -> Watched:
        answer = self.process.answer(60)
        data = answer["data"]
        login = next(check for check in data["checks"] if check["id"] == "login")
        text = json.dumps(answer) + "".join(self.process.errors)
        return Watched(data["hops"], login, answer["exit_code"], text)


@dataclass
class Published:
    """`sheet` is what the tool told to paste at X."""

    column: Column
    way: Way
    front: FrontEndServer
    outside: Outside
    tunnel: Process
    sheet: dict[str, Any]
    environment: Mapping[str, str] = field(repr=False)

    @property
    def app(self) -> str:
        """Where people open it."""
        return str(self.sheet["public_url"]) if self.way.is_one_origin else self.front.url

    def command(self, *words: str, timeout: float = 60) -> dict[str, Any]:
        """One of the program's commands, at its end."""
        with self._running(*words) as process:
            return process.answer(timeout)

    @contextmanager
    def watching(self, seconds: int = 60) -> Iterator[Watching]:
        """`verify --login`, from the moment at which it waits."""
        with self._running("verify", "--login", "--timeout", str(seconds)) as process:
            eventually(
                lambda: "Log in at" in "".join(process.errors) or process.process.poll(),
                60,
                lambda: f"it waits for a login: {process.errors}",
            )
            yield Watching(process)

    def verify(self, *ids: str) -> dict[str, dict[str, Any]]:
        """The findings, by the checks' ids."""
        answer = self.command("verify", *ids)
        return {check["id"]: check for check in answer["data"]["checks"]}

    @contextmanager
    def visitor(self) -> Iterator[Person]:
        with browsing(dict.fromkeys(HOSTS, self.outside.edge.port)) as person:
            yield person

    def begin_login(self, person: Person) -> None:
        """From the app's first page to X's question."""
        person.open(self.app)
        if self.way.has_browser_page:
            person.pass_the_browser_page()
        person.press("Log in with X")

    @contextmanager
    def _running(self, *words: str) -> Iterator[Process]:
        folder, env = self.column.project.backend, self.environment
        with running(*words, "--json", cwd=folder, env=env) as process:
            yield process


@contextmanager
def published(
    column: Column, way: Way, front: FrontEndServer, outside: Outside
) -> Iterator[Published]:
    """`tunnel`, what its sheet says typed in at X, and `configure`; at the end Ctrl-C."""
    column.wait_for_callback(column.own_callback)  # what was before may be on its way out
    port = outside.own_port = free_port()
    env = {
        **outside.environment,
        "TWITTER_SETUP_FRONTEND": str(front.folder),
        "TWITTER_SETUP_FRONTEND_PORT": str(front.port),
        "TWITTER_SETUP_X_URL": column.x.url,
    }
    if way.has_browser_page:
        env["STANDIN_BROWSER_PAGE"] = "yes"
    words = ("tunnel", "--yes", "--json", *way.options, "--gateway-port", str(port))
    with running(*words, cwd=column.project.backend, env=env) as tunnel:
        sheet = tunnel.event("ready", READY_SECONDS)["data"]
        shop = Published(column, way, front, outside, tunnel, sheet, {**env, **outside.way_out})
        try:
            column.wait_for_callback(str(sheet["callback_url"]))
            set_up(shop)
            yield shop
        finally:  # so that a cell that fails does not spoil the next
            code = tunnel.stop()
        assert code == 0, tunnel.errors
        tunnel.event("stopped")


def set_up(shop: Published) -> None:
    """X as the sheet says, and Strapi by `configure`."""
    x = shop.column.x
    x.settings = settings = Settings(callbacks=[str(shop.sheet["callback_url"])])
    x.requests.clear()
    configured = shop.command("configure", "--key", settings.key, "--secret", settings.secret)
    assert configured["ok"], configured


def without_the_lasting_line(files: Mapping[str, bytes], config: Path) -> dict[str, bytes]:
    """A project's files but for what stays: the one line, once at most, and a port that was given.

    With `--local` X knows the gateway's port: one that is not the usual is remembered.
    """
    name = str(config)
    text, count = LASTING.subn(b"", files[name])
    assert count <= 1
    assert re.fullmatch(rb"(?:\[gateway\]\nport = \d+\n)?", files.get(REMEMBERED, b""))
    kept = {other: content for other, content in files.items() if other != REMEMBERED}
    return {**kept, name: text}
