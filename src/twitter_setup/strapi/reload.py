"""Did Strapi take the new URL? Sees it restart, nudges it when it does not, and claims no more than was seen.

`strapi develop` restarts for its configuration, never for `.env`, and drops events during a reload:
so the configuration is touched, three times at most. A reload reads a variable anew only where
Strapi was started without it: the values of its start are inherited and win over `.env` (all
measured, Strapi 4.26.2 and 5.54.0).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from twitter_setup.errors import SetupError
from twitter_setup.strapi.api import Health, Strapi

NUDGE_AFTER = 3.0
NUDGES = 3
PATIENCE = 60.0
PATIENCE_UNKNOWN = 10.0  # a back end that may not restart by itself at all
INTERVAL = 0.15


class Takes(StrEnum):
    """How this back end takes a new URL."""

    BY_ITSELF = "by-itself"  # `strapi develop`: a reload reads `.env` anew
    STARTED_ANEW = "started-anew"  # a person has to stop and start it
    UNKNOWN = "unknown"  # not a Strapi that we know


class Outcome(StrEnum):
    """What was seen."""

    CONFIRMED = "confirmed"  # its live redirectUri is ours
    RESTARTED = "restarted"  # it was gone and is back, or it is a newer process
    LATE = "late"  # neither, within the time given


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What a watch may do besides asking Strapi; replaceable in tests.

    `nudge` touches the server configuration; `listener_started` is when the process on Strapi's port
    started (epoch seconds, 0 when not known).
    """

    nudge: Callable[[], None]
    listener_started: Callable[[], float]
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time


class Watch:
    """Looks at Strapi each time `poll` is called, and says what it saw once it saw it."""

    def __init__(self, strapi: Strapi, takes: Takes, callback_url: str, ways: Ways) -> None:
        self._strapi = strapi
        self._takes = takes
        self._callback_url = callback_url
        self._ways = ways
        self._written_at = ways.now()
        self._nudged_at = ways.clock()
        self._nudges = 1 if takes is Takes.BY_ITSELF else NUDGES
        self._asked_at = float("-inf")
        self.was_down = False
        self._may_ask = strapi.credentials.are_given and bool(callback_url)
        self.problem: SetupError | None = None  # why its live URL could not be asked for

    def poll(self) -> Outcome | None:
        """`CONFIRMED` or `RESTARTED` once seen, `None` until then. Never raises `SetupError`."""
        health = self._strapi.health()
        if health is Health.DOWN:
            self.was_down = True
            self._nudged_at = (
                self._ways.clock()
            )  # one that has just come up is left in peace at first
        if health is not Health.UP:
            return None
        if self._may_ask and self.problem is None:
            confirmed = self._ask()
            if confirmed or self.problem is None:
                return confirmed
        if self._is_new():
            return Outcome.RESTARTED
        self._nudge_if_late()
        return None

    def wait(self, patience: float, pause: Callable[[float], None]) -> Outcome:
        """Poll until something was seen or `patience` seconds are over; `pause` may raise to end it."""
        end = self._ways.clock() + patience
        while self._ways.clock() < end:
            outcome = self.poll()
            if outcome:
                return outcome
            pause(INTERVAL)
        return Outcome.LATE

    def wait_until_up(self, patience: float, pause: Callable[[float], None]) -> bool:
        end = self._ways.clock() + patience
        while self._strapi.health() is not Health.UP:
            if self._ways.clock() >= end:
                return False
            pause(INTERVAL)
        return True

    def problem_was_said(self) -> None:
        """Say it once; from then on only the restart counts."""
        self.problem, self._may_ask = None, False

    def wait_until_gone(self, patience: float, pause: Callable[[float], None]) -> bool:
        """Poll until a restart began: enough for an undo, which need not see the end of it."""
        end = self._ways.clock() + patience
        while not self.was_down and self._ways.clock() < end:
            self.poll()
            pause(INTERVAL)
        return self.was_down

    def _is_new(self) -> bool:
        if self._takes is Takes.STARTED_ANEW:
            # The process that holds the port outlives a reload, and with it the old `.env` values.
            return self._ways.listener_started() > self._written_at
        return self.was_down

    def _ask(self) -> Outcome | None:
        """Once a second at most: each answer costs Strapi a query."""
        if self._ways.clock() - self._asked_at >= 1.0:
            self._asked_at = self._ways.clock()
            try:
                if self._strapi.redirect_uri() == self._callback_url:
                    return Outcome.CONFIRMED
            except SetupError as problem:
                if problem.code != "strapi_down":
                    self.problem = problem
                return None
        self._nudge_if_late()
        return None

    def _nudge_if_late(self) -> None:
        late = self._ways.clock() - self._nudged_at >= NUDGE_AFTER
        if late and self._nudges < NUDGES:
            self._nudges += 1
            self._nudged_at = self._ways.clock()
            self._ways.nudge()
