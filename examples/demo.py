"""`make demo`: a login with X, on this machine, with no account anywhere.

Real: Strapi 5 under `strapi develop`, the example's two ends, Caddy, `twitter-setup`. X is a stand-in,
and with REACH=ngrok-stand-in the ngrok agent too. Ctrl-C ends it and leaves nothing behind; with
CHECK=1 nobody is needed: Chromium logs in, and the exit code says whether all of it held.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # while the rest loads, a Ctrl-C has nothing to clean up
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import pytest
from rich.console import Console
from rich.markup import escape

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from examples import demo_machine, demo_reach  # noqa: E402
from examples.demo_machine import Lacking  # noqa: E402
from examples.demo_reach import Reach  # noqa: E402
from examples.demo_terminal import Command, Stopped, stoppable  # noqa: E402
from tests.e2e import installs, projects  # noqa: E402
from tests.e2e.browser import Person, browsing, find_chromium  # noqa: E402
from tests.e2e.frontends import VITE  # noqa: E402
from tests.e2e.projects import ADMIN, STRAPI_5, Project, Server  # noqa: E402
from tests.e2e.shops import STEPS  # noqa: E402
from tests.world import x as standin  # noqa: E402
from tests.world.x_pages import USERS  # noqa: E402

READY = "Open until you press Ctrl-C."  # the last words of `tunnel` before it waits
READY_SECONDS = 180.0  # `tunnel` waits for a restart of Strapi's
STRAPI_SECONDS = 180.0  # on a machine that has much else to do
PACKAGES = {STRAPI_5.name: STRAPI_5.packages, VITE.name: VITE.template}
console = Console(highlight=False)


@dataclass(frozen=True, slots=True)
class Demo:
    """What runs, and what the commands have in their environment."""

    project: Project
    reach: Reach
    x: standin.X | None  # None: the real one
    flags: tuple[str, ...]  # for ports that are not the usual ones
    environment: dict[str, str]

    @property
    def remembers_its_port(self) -> bool:
        """With `--local` X knows the gateway's port: one that is not the usual is written down."""
        return "--local" in self.flags and "--gateway-port" in self.flags

    def words(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "twitter_setup", *words]

    def say_and_start(self, *words: str) -> Command:
        say(f"\n[bold]$ twitter-setup {' '.join(words)}[/]")
        return Command(self.words(*words), folder=self.project.root, environment=self.environment)

    def ask(self, *words: str) -> dict[str, Any]:
        """A command's `data`."""
        done = subprocess.run(
            self.words(*words, "--json"),
            cwd=self.project.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        data: dict[str, Any] = json.loads(done.stdout)["data"]
        return data


def main() -> int:
    is_check = os.environ.get("CHECK", "") not in {"", "0"}
    try:
        with stoppable():
            with running() as demo:
                code = show(demo, is_check=is_check)
            say("✓ nothing is left behind")
            return code
    except (Lacking, pytest.fail.Exception, AssertionError) as failure:
        say(f"✗ The demo stopped. {escape(str(failure))}")
        return 1
    except Stopped as stopped:
        say("\n✓ stopped; nothing is left behind")
        return 128 + stopped.number


def say(text: str) -> None:
    with suppress(OSError):  # a terminal that was closed
        console.print(text, soft_wrap=True)


@contextmanager
def running() -> Iterator[Demo]:
    """All that runs but `twitter-setup` itself, in a scratch folder; gone afterwards."""
    keys = {name: os.environ.get(name, "") for name in ("TWITTER_API_KEY", "TWITTER_API_SECRET")}
    is_real_x = all(keys.values())
    kind = demo_reach.wanted()
    demo_machine.check_programs()
    with ExitStack() as ends:
        installs.remove_stale_runs()
        demo_machine.install(PACKAGES, console)
        ports = demo_machine.find_ports(say, is_known_at_x=is_real_x and kind == "local")
        project = projects.make(STRAPI_5, limits=True, port=ports.strapi)
        ends.callback(projects.remove, project)
        reach = ends.enter_context(demo_reach.open_reach(kind, project.root.parent))
        x = None if is_real_x else ends.enter_context(standin.serving())
        say_what_is_real(reach, x)
        with console.status("starting Strapi (npm run develop) and the front end (npm run dev)"):
            # The app is at 127.0.0.1, so X is at localhost: another site, as the real one.
            preload = x.strapi_environment("localhost") if x else {}
            strapi = Server(project, "develop", preload)
            project.servers.append(strapi)
            project.serve_frontend(ports.front_end)
            strapi.wait_until(strapi.is_up, STRAPI_SECONDS, f"Strapi at {project.local_url}")
            project.register_admin()
        say(f"✓ Strapi at http://localhost:{ports.strapi}, its administrator is {ADMIN['email']}")
        say(f"✓ the front end at http://localhost:{ports.front_end}, both in {project.root}")
        if x:
            keys = {"TWITTER_API_KEY": x.settings.key, "TWITTER_API_SECRET": x.settings.secret}
            keys["TWITTER_SETUP_X_URL"] = x.url
        environment = {
            **installs.environment(),
            "PYTHONPATH": str(ROOT / "src"),
            "XDG_STATE_HOME": str(project.root.parent / "state"),
            "STRAPI_ADMIN_EMAIL": ADMIN["email"],
            "STRAPI_ADMIN_PASSWORD": ADMIN["password"],
            **keys,
            **reach.environment,
        }
        flags = (*reach.flags, *port_flags(ports))
        yield Demo(project, reach, x, flags, environment)


def say_what_is_real(reach: Reach, x: standin.X | None) -> None:
    real = "Strapi 5 on SQLite, the front end, twitter-setup, Caddy"
    stands_in = ["X, with made-up users"] if x else []
    real += "" if x else ", X"
    if reach.is_standin:
        stands_in.append("the ngrok agent, whose tunnel ends on this machine")
    elif reach.kind == "ngrok":
        real += ", ngrok"
    say(f"[bold]Real:[/] {real}.")
    say(f"[bold]Stands in:[/] {'; '.join(stands_in) or 'nothing'}.\n")


def port_flags(ports: demo_machine.Ports) -> list[str]:
    flags = []
    if ports.gateway != demo_machine.GATEWAY:
        flags += ["--gateway-port", str(ports.gateway)]
    if ports.front_end != demo_machine.FRONT_END:
        flags += ["--frontend-port", str(ports.front_end)]
    return flags


def show(demo: Demo, *, is_check: bool) -> int:
    before = demo.project.files()
    say("In the environment: an administrator of Strapi, and key and secret from X.")
    tunnel = demo.say_and_start("tunnel", *demo.flags, "--yes")
    try:
        if not tunnel.wait_for(READY, READY_SECONDS):
            raise Lacking("`twitter-setup tunnel` did not get ready; what it says is above.")
        held = log_in(demo, tunnel, is_check=is_check)
    finally:
        code = tunnel.stop()
    return report(demo, before, code, held=held)


def log_in(demo: Demo, tunnel: Command, *, is_check: bool) -> bool:
    """Everything between `tunnel` and Ctrl-C."""
    sheet = demo.ask("urls")
    if demo.x:
        demo.x.settings.callbacks = [sheet["callback_url"]]
        say(
            "\n✓ that callback URL is in the list of the stand-in for X now, as if you had pasted it"
        )
    elif not is_check:
        say("\nPaste those at X, then press Enter here.")
        sys.stdin.readline()
    held = demo.say_and_start("configure").wait() == 0
    held = demo.say_and_start("verify").wait() == 0 and held
    say("")
    if is_check:
        return check(demo, sheet["public_url"]) and held
    invite(demo, sheet["public_url"])
    wait(demo, tunnel)
    return held


def invite(demo: Demo, url: str) -> None:
    say(f"[bold]Open[/] {url} [bold]and press “Log in with X”.[/]")
    if demo.x:
        named = ", ".join(f"@{user.screen_name} ({user.about})" for user in USERS)
        say(f"The page that comes is the stand-in's. Log in as one of: {named}.")
    say("Ctrl-C ends it and leaves nothing behind.\n")


def wait(demo: Demo, tunnel: Command) -> None:
    """Until Ctrl-C. Who logs in meanwhile is said."""
    seen = len(demo.x.requests) if demo.x else 0
    with suppress(Stopped):
        while tunnel.is_running:
            time.sleep(0.3)
            requests = demo.x.requests[seen:] if demo.x else []
            seen += len(requests)
            for asked in requests:
                if asked.path.endswith("/verify_credentials.json") and asked.status == 200:
                    say(f"✓ X has told Strapi who logged in: @{_whose(asked.oauth['token'])}")
        raise Lacking("`twitter-setup tunnel` has ended; what it says is above.")
    say("")


def _whose(access_token: str) -> str:
    """A token of X's begins with its user's id."""
    who = access_token.partition("-")[0]
    return next(user.screen_name for user in USERS if user.id == who)


def check(demo: Demo, url: str) -> bool:
    """Without a person: Chromium logs in at the stand-in, as @mira_brews."""
    if demo.x is None:
        say("- no login: at the real X only a person can log in")
        return True
    if find_chromium() is None:
        say("- no login: there is no Chromium here (apt install chromium)")
        return True
    demo.x.requests.clear()
    with browsing(demo.reach.hosts, anywhere=demo.reach.is_public) as person:
        if demo.reach.kind == "ngrok":
            person.open(url)
            person.pass_the_browser_page()
        return is_logged_in(demo, person, url)


def is_logged_in(demo: Demo, person: Person, url: str) -> bool:
    assert demo.x
    person.log_in(url)
    said = person.see("you are logged in")
    steps = [step for step, _ in demo.x.steps()]
    at_x = [visited for _, visited in person.visited if "/oauth/authenticate?" in visited]
    held = "mira@example.com" in said and steps == STEPS
    held = held and at_x[0].startswith(demo.x.url.replace("127.0.0.1", "localhost"))
    mark = "✓" if held else "✗"
    say(f"{mark} Chromium: Log in with X → {at_x[0].partition('?')[0]} → {person.url}")
    say(f"{mark} the page says: {' '.join(said.split())}")
    return held


def report(demo: Demo, before: dict[str, bytes], code: int, *, held: bool) -> int:
    after = demo.project.files()
    changed = sorted(name for name in before | after if before.get(name) != after.get(name))
    lasting = {"backend/config/server.js"}
    if demo.remembers_its_port:
        lasting.add("twitter-setup.toml")
    if code or set(changed) != lasting:
        say(f"✗ tunnel ended with {code}; not as they were: {', '.join(changed) or 'no file'}")
        return 1
    more = " (and twitter-setup.toml has the port)" if demo.remembers_its_port else ""
    say(f"✓ every file is as it was, but for that one line{more}")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
