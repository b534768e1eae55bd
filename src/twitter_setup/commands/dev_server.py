"""What `tunnel` and `undo` say of the dev server: where it is, and whether to restart it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path

from twitter_setup.errors import Advice, SetupError
from twitter_setup.gateway.dev_server import running
from twitter_setup.gateway.layout import Arrangement
from twitter_setup.project import frontend as frontends
from twitter_setup.project.frontend import FrontEnd
from twitter_setup.project.locate import Caller, Located
from twitter_setup.strapi.api import listens
from twitter_setup.system import processes
from twitter_setup.view import View

_PORT = "--frontend-port"


def say_where(located: Located, arrangement: Arrangement, caller: Caller) -> None:
    """Say that the dev server does not run, or that it is at another port than the gateway asks."""
    frontend = located.frontend
    if frontend is None or not arrangement.is_one_origin:
        return
    ours = {located.backend.port, arrangement.gateway_port or 0}
    found = running.elsewhere(frontend, ours)
    if found is not None:
        caller.view.note(
            f"The front end is expected on port {frontend.port}, but {found.label} in {frontend.root} "
            f"shows pages on port {found.port}.",
            [
                Advice(
                    "if that is it, stop this and name its port",
                    command=caller.again(_PORT, str(found.port), without=(_PORT,)),
                )
            ],
        )
    elif not listens(frontend.port):
        command = frontend.command
        caller.view.note(
            f"Nothing answers on port {frontend.port} yet. Start {frontend.title} in {frontend.root}"
            + (f": {command}" if command else ".")
        )


def say_restart(frontend: FrontEnd | None, changed: Iterable[Path], view: View) -> None:
    """Advise a restart if the dev server runs, and keeps what the changed files said before."""
    if frontend is None or not frontend.must_restart or not _reads(frontend, changed):
        return
    if not listens(frontend.port) and not processes.listening_in(str(frontend.root)):
        return
    view.note(
        f"{frontend.title} may keep the former values until its dev server is restarted.",
        [Advice("stop it with Ctrl-C and start it again", frontend.command or None)],
    )


def say_restart_of(restored: Collection[Path], view: View) -> None:
    """Advise the same for the front ends whose `.env` files are among `restored`; never raises."""
    for folder in dict.fromkeys(path.parent for path in restored if path.name.startswith(".env")):
        with suppress(SetupError):
            if (folder / "package.json").is_file():
                say_restart(frontends.load(folder), restored, view)


def _reads(frontend: FrontEnd, changed: Iterable[Path]) -> bool:
    own = {file.path.resolve() for file in frontend.env_files}
    return any(path.resolve() in own for path in changed)
