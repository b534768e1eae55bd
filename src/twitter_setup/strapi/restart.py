"""Strapi's part in a `tunnel`: it must take the new address, and later the old one. Says what was seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from twitter_setup.errors import Advice
from twitter_setup.project.backend import BackEnd
from twitter_setup.state import checkpoint
from twitter_setup.state.checkpoint import Undone
from twitter_setup.strapi import reload
from twitter_setup.strapi.api import Health, Strapi
from twitter_setup.strapi.reload import Outcome, Takes, Watch
from twitter_setup.system import processes
from twitter_setup.view import View

_SETTLE = 15.0  # how long a restart that is going on may take to end
SETTLING = 1.0  # between `.env` and the configuration, see `Restart.must_settle`


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A back end as far as a restart of it goes; a session remembers it, so that `undo` parses nothing.

    `unwatched` is the folder for which `strapi develop` sees no change, `old_version` one that may
    read `.env` only when it starts; both are '' where that is no matter.
    """

    root: Path
    config: Path
    port: int
    is_strapi: bool
    unwatched: str
    old_version: str
    start_command: str = "npm run develop"

    @classmethod
    def of(cls, backend: BackEnd) -> Served:
        return cls(
            root=backend.root,
            config=backend.server_config.path,
            port=backend.port,
            is_strapi=backend.strapi is not None,
            unwatched=backend.unwatched or "",
            old_version="" if backend.reloads_env else backend.strapi or "",
            start_command=backend.start_command,
        )


class Restart:
    """One back end and the process that may run it. Touching its configuration makes it reload."""

    def __init__(self, served: Served, strapi: Strapi, view: View) -> None:
        self._served = served
        self._strapi = strapi
        self._view = view
        self._was_up = False
        self._takes = Takes.UNKNOWN
        self._why_anew = ""
        self._watch: Watch | None = None
        self._start = Advice("in the back end's folder", command=served.start_command)

    def before(self, variable: str, pause: Callable[[float], None]) -> None:
        """Look before a change, or an undo. `variable` is the one that holds the public URL.

        A touch during a reload is lost, so a reload that is going on ends first, bounded.
        """
        folder = str(self._served.root)
        if self._strapi.health() is not Health.UP and processes.works_in(folder, "strapi"):
            with self._view.working("Strapi is starting; waiting for it"):
                self._new_watch("").wait_until_up(_SETTLE, pause)
        self._was_up = self._strapi.health() is not Health.DOWN
        self._look_how_it_takes(variable)

    def _look_how_it_takes(self, variable: str) -> None:
        served, listener = self._served, processes.listener(self._served.port)
        words = listener.command if listener else ()
        develops = "develop" in words or "dev" in words
        self._takes, self._why_anew = Takes.STARTED_ANEW, ""
        if not served.is_strapi:
            self._takes = Takes.UNKNOWN
        elif served.unwatched:
            self._why_anew = f"it watches nothing below a folder like `{served.unwatched}`"
        elif listener and processes.inherits(listener.pid, variable):
            self._why_anew = f"it was started with another {variable}, and that wins over .env"
        elif "start" in words and not develops:
            self._why_anew = "`strapi start` watches no file"
        elif served.old_version and not develops:
            self._why_anew = f"{served.old_version} may read .env only when it starts"
        else:
            self._takes = Takes.BY_ITSELF

    @property
    def must_settle(self) -> bool:
        """Whether the configuration may follow `.env` only after a moment.

        Vite inside `strapi develop` restarts for `.env`; both at once leave a worker behind that
        nobody ends (measured, 5.54.0 and 4.26.2).
        """
        return self._was_up and self._takes is Takes.BY_ITSELF

    def after_change(self, callback_url: str, *, config_changed: bool) -> None:
        self._watch = self._new_watch(callback_url)
        if not config_changed:
            self._nudge()

    def tell(self) -> None:
        """Say what a person has to do so that Strapi has the new address."""
        if self._watch is None:
            return
        if not self._was_up:
            self._view.note(
                "Strapi is not running, so nothing was checked there. It reads the new address "
                "when it starts.",
                [self._start],
            )
        elif self._takes is Takes.STARTED_ANEW:
            self._view.note(f"Stop and start Strapi now: {self._why_anew}.", [self._start])

    def wait(self, pause: Callable[[float], None]) -> None:
        """Until Strapi has the new address, bounded. `pause` sleeps, and raises to end it."""
        self.tell()
        if self._watch is None or not self._was_up:
            return
        patience = reload.PATIENCE_UNKNOWN if self._takes is Takes.UNKNOWN else reload.PATIENCE
        with self._view.working("waiting for Strapi to take the new address"):
            outcome = self._watch.wait(patience, self._reporting(pause))
        if outcome is Outcome.LATE:
            self._view.note(
                "Strapi was not seen to start again: stop and start it yourself.", [self._start]
            )
        self._report(outcome)

    def _reporting(self, pause: Callable[[float], None]) -> Callable[[float], None]:
        """A wrong password is said when it is known, not at the end of the wait."""

        def step(seconds: float) -> None:
            self._report(None)
            pause(seconds)

        return step

    def look(self) -> None:
        """For the time after `wait`: say it when Strapi has the address at last."""
        if self._watch is not None:
            self._report(self._watch.poll())

    def _report(self, outcome: Outcome | None) -> None:
        """No more than was seen."""
        if self._watch is not None and self._watch.problem is not None:
            self._view.note(self._watch.problem.message, self._watch.problem.advice)
            self._watch.problem_was_said()
        if outcome is Outcome.CONFIRMED:
            self._view.done("Strapi", "has the new address: its live redirectUri is our callback")
        elif outcome is Outcome.RESTARTED:
            self._view.done("Strapi", "has started since the change")
        if outcome in {Outcome.CONFIRMED, Outcome.RESTARTED}:
            self._watch = None

    def after_undo(self, undone: Undone, pause: Callable[[float], None]) -> None:
        if not undone.restored or not self._was_up:
            return
        if self._takes is Takes.STARTED_ANEW:
            self._view.note(
                "Strapi keeps this tunnel's address until you stop and start it: "
                f"{self._why_anew}.",
                [self._start],
            )
        elif self._takes is Takes.BY_ITSELF:
            watch = self._new_watch("")
            if self._served.config not in undone.restored:
                pause(SETTLING)
                self._nudge()
            with self._view.working("waiting for Strapi to take the old address"):
                seen = watch.wait_until_gone(reload.NUDGE_AFTER * reload.NUDGES, pause)
            if not seen:
                self._view.note(
                    "Strapi was not seen to start again: it may still have this tunnel's address.",
                    [self._start],
                )

    def _nudge(self) -> None:
        config = self._served.config
        if self._takes is Takes.BY_ITSELF and config.is_file():
            checkpoint.touch(config)

    def _new_watch(self, callback_url: str) -> Watch:
        return Watch(
            self._strapi,
            self._takes,
            callback_url,
            reload.Ways(nudge=self._nudge, listener_started=self._listener_started),
        )

    def _listener_started(self) -> float:
        found = processes.listener(self._served.port)
        return found.started if found else 0.0
