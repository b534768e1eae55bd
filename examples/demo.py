"""`make demo`: `twitter-setup tunnel` on the example project, with no account anywhere.

Real: Strapi 5 under `strapi develop`, the example's front end under Vite, the gateway, `twitter-setup`
itself. Stand-in: the ngrok agent, which opens its tunnel on this machine only. Ctrl-C ends it and leaves
nothing behind; without a terminal, or with CHECK=1, it ends by itself and says whether all of it held.
"""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rich.console import Console

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.e2e import installs, projects  # noqa: E402
from tests.e2e.frontends import VITE, FrontEndServer  # noqa: E402
from tests.e2e.projects import ADMIN, Project  # noqa: E402
from tests.world import account, agent  # noqa: E402

TOKEN = "2madeUpForTheDemo_0123456789"
URL = f"https://{agent.default_domain(TOKEN)}"
CALLBACK = f"{URL}/api/connect/twitter/callback"
OLDEST_NODE = 20
console = Console(highlight=False)


def main() -> int:
    ends_by_itself = os.environ.get("CHECK") == "1" or not sys.stdin.isatty()
    try:
        check_node()
        say("What is real: Strapi 5, the example's front end (Vite), the gateway, twitter-setup.")
        say("What stands in: the ngrok agent; its tunnel ends on this machine.\n")
        with shop() as (project, front):
            return run(project, front, ends_by_itself=ends_by_itself)
    except pytest.fail.Exception as failure:
        say(f"[red]The demo stopped:[/] {failure}")
        return 1
    except KeyboardInterrupt:
        return 130


def say(text: str) -> None:
    console.print(text, soft_wrap=True)


def check_node() -> None:
    """A clear sentence where Node or npm is missing or too old."""
    missing = [name for name in ("node", "npm", "git") if shutil.which(name) is None]
    if missing:
        pytest.fail(
            f"{' and '.join(missing)} not found; install Node {OLDEST_NODE} or newer, and git"
        )
    text = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    if int(text.strip().lstrip("v").partition(".")[0]) < OLDEST_NODE:
        pytest.fail(f"Node {text.strip()} is too old for Strapi 5: it needs {OLDEST_NODE} or newer")


@contextmanager
def shop() -> Iterator[tuple[Project, FrontEndServer]]:
    """A copy of the example in a scratch folder, with both ends running on it; gone afterwards."""
    installs.remove_stale_runs()
    with console.status("installing Strapi's packages (the first time takes two to three minutes)"):
        installs.node_modules(projects.STRAPI_5.name, projects.STRAPI_5.packages)
        installs.node_modules(VITE.name, VITE.template)
    project = projects.make(projects.STRAPI_5)
    try:
        with console.status("starting Strapi (npm run develop)"):
            project.serve()
            project.register_admin()
        with console.status("starting the front end (npm run dev)"):
            front = project.serve_frontend()
        say(f"✓ Strapi runs at http://localhost:{project.port}, the front end at {front.url}")
        say(f"  the project is {project.root}")
        yield project, front
    finally:
        projects.remove(project)


def run(project: Project, front: FrontEndServer, *, ends_by_itself: bool) -> int:
    before, old_uri = project.files(), project.redirect_uri()
    words = ["tunnel", "--yes", "--frontend-port", str(front.port)]
    say(f"\n[bold]$ twitter-setup {' '.join(words)}[/]")
    with tunnel(project, words) as process:
        projects.eventually(
            lambda: process.poll() is not None or project.redirect_uri() == CALLBACK,
            90,
            "Strapi with the tunnel's address",
        )
        if process.poll() is not None:
            pytest.fail(f"twitter-setup ended with exit code {process.returncode}")
        time.sleep(1.5)  # its sheet is on the screen now
        say(f"\n✓ Strapi's live redirectUri is {project.redirect_uri()}")
        for path, what in (("/_health", "Strapi"), ("/", "the front end")):
            status = through_the_tunnel(project, path)
            say(f"✓ GET {URL}{path} through the tunnel, which is {what}: HTTP {status}")
        if ends_by_itself:
            process.send_signal(signal.SIGINT)
        else:
            say("Press Ctrl-C to end it; everything is put back then.")
        code = wait(process)
    return report(project, before, old_uri, code)


@contextmanager
def tunnel(project: Project, words: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """The real command, on this terminal. Ctrl-C reaches it as it would any program."""
    environment = {
        **installs.environment(),
        "PYTHONPATH": str(ROOT / "src"),
        "PYNGROK_NGROK_PATH": str(agent.install_agent(project.root.parent / "bin")),
        "NGROK_AUTHTOKEN": TOKEN,
        "STANDIN_STATE": str(project.root.parent / "ngrok"),
        "STRAPI_ADMIN_EMAIL": ADMIN["email"],
        "STRAPI_ADMIN_PASSWORD": ADMIN["password"],
    }
    command = [sys.executable, "-m", "twitter_setup", *words]
    process = subprocess.Popen(command, cwd=project.root, env=environment)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=60)


def through_the_tunnel(project: Project, path: str) -> int:
    """Ask the public address, as a browser out there would: the stand-in's edge knows it by its Host."""
    host = URL.removeprefix("https://")
    port = account.edge_port(project.root.parent / "ngrok", host)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", path, headers={"Host": host})
    return connection.getresponse().status


def wait(process: subprocess.Popen[bytes]) -> int:
    """Until it has put everything back; Ctrl-C is its business, not ours."""
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return process.wait()
    finally:
        signal.signal(signal.SIGINT, former)


def report(project: Project, before: dict[str, bytes], old_uri: str | None, code: int) -> int:
    after = project.files()
    changed = sorted(name for name in before | after if before.get(name) != after.get(name))
    say("\n[bold]$ git diff[/]")
    console.print(project.git("diff", "--unified=1"), markup=False, soft_wrap=True)
    with console.status("looking at Strapi once more"):
        project.wait_for_redirect_uri(str(old_uri))
    say(f"✓ Strapi's redirectUri is {old_uri} again")
    if code or changed != ["backend/config/server.js"]:
        say(f"[red]✗ exit code {code}; files that are not as they were: {', '.join(changed)}[/]")
        return 1
    say("✓ Every file is as it was, but for that one line")
    return 0


if __name__ == "__main__":
    sys.exit(main())
