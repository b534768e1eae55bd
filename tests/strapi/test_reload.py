"""Did Strapi take the new URL? A watch with a clock of the test's own, and a Strapi by a script."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import cast

import pytest

from twitter_setup.errors import SetupError
from twitter_setup.secret import Secret
from twitter_setup.strapi import reload
from twitter_setup.strapi.api import Credentials, Health, Strapi
from twitter_setup.strapi.reload import Outcome, Takes, Watch, Ways

CALLBACK = "https://a.example.com/api/connect/twitter/callback"
OLD = "http://localhost:1337/api/connect/twitter/callback"
UP, STARTING, DOWN = Health.UP, Health.STARTING, Health.DOWN
BY_TOKEN = Credentials(token=Secret("token"))
NOBODY = Credentials()


class Clock:
    """Seconds since the write. Pausing is all that makes them pass."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class ScriptedStrapi:
    """Is what `state` says for the clock's time, and has the URL that `uri` says."""

    clock: Clock
    state: Callable[[float], Health] = lambda _: UP
    uri: Callable[[float], str] = lambda _: OLD
    credentials: Credentials = NOBODY
    asked: list[float] = field(default_factory=list)

    def health(self) -> Health:
        return self.state(self.clock.now)

    def redirect_uri(self) -> str:
        self.asked.append(self.clock.now)
        return self.uri(self.clock.now)


@dataclass
class World:
    clock: Clock
    strapi: ScriptedStrapi
    watch: Watch
    nudges: list[float]


def world(
    takes: Takes = Takes.BY_ITSELF,
    *,
    state: Callable[[float], Health] = lambda _: UP,
    uri: Callable[[float], str] = lambda _: OLD,
    credentials: Credentials = NOBODY,
    listener_started: Callable[[float], float] = lambda _: 0.0,
    callback_url: str = CALLBACK,
) -> World:
    clock = Clock()
    strapi = ScriptedStrapi(clock, state, uri, credentials)
    nudges: list[float] = []
    ways = Ways(
        nudge=lambda: nudges.append(clock.now),
        listener_started=lambda: 1000.0 + listener_started(clock.now),
        clock=clock,
        now=lambda: 1000.0 + clock.now,
    )
    return World(clock, strapi, Watch(cast("Strapi", strapi), takes, callback_url, ways), nudges)


def between(start: float, end: float, health: Health = DOWN) -> Callable[[float], Health]:
    """Up but for that time."""
    return lambda now: health if start <= now < end else UP


# Nudges


def test_a_strapi_that_does_not_restart_is_nudged_after_three_seconds_three_times_at_most() -> None:
    here = world()

    assert here.watch.wait(60, here.clock.pause) is Outcome.LATE

    assert here.nudges == pytest.approx([3.0, 6.0], abs=3 * reload.INTERVAL), (
        "the write was the first"
    )


def test_one_that_restarts_at_once_is_never_nudged() -> None:
    here = world(state=between(0.5, 3.5))

    assert here.watch.wait(60, here.clock.pause) is Outcome.RESTARTED
    assert here.nudges == []


@pytest.mark.parametrize("credentials", [NOBODY, BY_TOKEN])
def test_one_that_is_started_late_is_left_in_peace_even_where_it_cannot_be_asked(
    credentials: Credentials,
) -> None:
    def refuse(_: float) -> str:
        raise SetupError("strapi_auth", "Strapi refuses this e-mail and password.")

    here = world(state=between(0, 20), uri=refuse, credentials=credentials)

    assert here.watch.wait(60, here.clock.pause) is Outcome.RESTARTED
    assert here.nudges == []


def test_a_dropped_event_is_made_good_by_the_next_nudge() -> None:
    here = world()
    here.strapi.state = lambda now: (
        DOWN if here.nudges and here.nudges[0] + 0.5 <= now < here.nudges[0] + 3 else UP
    )

    assert here.watch.wait(60, here.clock.pause) is Outcome.RESTARTED
    assert len(here.nudges) == 1


@pytest.mark.parametrize("health", [STARTING, DOWN])
def test_nothing_is_touched_while_it_starts(health: Health) -> None:
    here = world(state=lambda _: health)

    assert here.watch.wait(20, here.clock.pause) is Outcome.LATE
    assert here.nudges == []


@pytest.mark.parametrize("takes", [Takes.STARTED_ANEW, Takes.UNKNOWN])
def test_one_that_does_not_reload_by_itself_is_never_nudged(takes: Takes) -> None:
    here = world(takes)

    assert here.watch.wait(60, here.clock.pause) is Outcome.LATE
    assert here.nudges == []


# Restarts


def test_starting_alone_is_no_restart() -> None:
    here = world(state=between(1, 5, STARTING))

    assert here.watch.wait(20, here.clock.pause) is Outcome.LATE
    assert not here.watch.was_down


def test_down_and_not_yet_back_is_no_restart() -> None:
    here = world(state=lambda now: DOWN if now > 1 else UP)

    assert here.watch.wait(20, here.clock.pause) is Outcome.LATE
    assert here.watch.was_down


def test_a_restart_seen_once_counts_later_too() -> None:
    here = world(state=between(1, 2))
    while here.clock.now < 1.5:
        assert here.watch.poll() is None
        here.clock.pause(0.1)

    here.clock.now = 30.0

    assert here.watch.poll() is Outcome.RESTARTED


def test_where_a_person_must_start_it_anew_a_reload_is_not_enough() -> None:
    here = world(Takes.STARTED_ANEW, state=between(1, 4))

    assert here.watch.wait(20, here.clock.pause) is Outcome.LATE
    assert here.watch.was_down


def test_where_a_person_must_start_it_anew_a_newer_process_is() -> None:
    started = lambda now: 8.0 if now >= 8 else -50.0  # noqa: E731
    here = world(Takes.STARTED_ANEW, state=between(5, 8), listener_started=started)

    assert here.watch.wait(20, here.clock.pause) is Outcome.RESTARTED
    assert here.clock.now == pytest.approx(8.0, abs=2 * reload.INTERVAL)


def test_of_an_unknown_back_end_a_restart_counts() -> None:
    here = world(Takes.UNKNOWN, state=between(1, 2))

    assert here.watch.wait(10, here.clock.pause) is Outcome.RESTARTED


# Its live URL


def test_with_credentials_only_the_right_url_confirms() -> None:
    here = world(
        state=between(1, 4), uri=lambda now: CALLBACK if now > 9 else OLD, credentials=BY_TOKEN
    )

    assert here.watch.wait(60, here.clock.pause) is Outcome.CONFIRMED
    assert here.clock.now == pytest.approx(9.0, abs=1.2)


def test_a_restart_with_the_old_url_is_nudged_and_never_confirmed() -> None:
    here = world(state=between(1, 2), credentials=BY_TOKEN)

    assert here.watch.wait(20, here.clock.pause) is Outcome.LATE
    assert len(here.nudges) == 2


def test_it_is_asked_once_a_second_at_most() -> None:
    here = world(credentials=BY_TOKEN)

    here.watch.wait(10, here.clock.pause)

    pauses = [after - before for before, after in pairwise(here.strapi.asked)]
    assert len(pauses) >= 8
    assert min(pauses) >= 1.0


def test_without_a_callback_to_compare_with_it_is_not_asked() -> None:
    here = world(state=between(1, 2), credentials=BY_TOKEN, callback_url="")

    assert here.watch.wait(20, here.clock.pause) is Outcome.RESTARTED
    assert here.strapi.asked == []


def test_a_refusal_is_kept_to_be_said_once_and_the_restart_counts_instead() -> None:
    refusal = SetupError("strapi_forbidden", "This administrator may not.")

    def refuse(_: float) -> str:
        raise refusal

    here = world(state=between(4, 6), uri=refuse, credentials=BY_TOKEN)

    assert here.watch.poll() is None
    assert here.watch.problem is refusal
    here.watch.problem_was_said()
    assert here.watch.wait(20, here.clock.pause) is Outcome.RESTARTED

    assert here.watch.problem is None
    assert here.strapi.asked == [0.0]


def test_a_strapi_that_goes_down_while_it_is_asked_is_no_problem() -> None:
    def down(now: float) -> str:
        if now < 5:
            raise SetupError("strapi_down", "Strapi does not answer.")
        return CALLBACK

    here = world(uri=down, credentials=BY_TOKEN)

    assert here.watch.wait(20, here.clock.pause) is Outcome.CONFIRMED
    assert here.watch.problem is None


# Waiting


def test_waiting_until_it_is_up_is_bounded() -> None:
    comes = world(state=between(0, 4))
    never = world(state=lambda _: DOWN)

    assert comes.watch.wait_until_up(15, comes.clock.pause)
    assert comes.clock.now == pytest.approx(4, abs=reload.INTERVAL)
    assert not never.watch.wait_until_up(15, never.clock.pause)
    assert never.clock.now == pytest.approx(15, abs=reload.INTERVAL)


def test_waiting_until_it_is_gone_ends_with_the_first_sight_of_it() -> None:
    goes = world(state=between(2, 60))
    stays = world()

    assert goes.watch.wait_until_gone(9, goes.clock.pause)
    assert goes.clock.now == pytest.approx(2, abs=2 * reload.INTERVAL)
    assert not stays.watch.wait_until_gone(9, stays.clock.pause)
    assert len(stays.nudges) == 2


def test_a_pause_that_raises_ends_the_waiting() -> None:
    here = world()

    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        here.watch.wait(60, interrupted)
