"""`verify --login`: sends a person to the login, and watches it in the gateway's log."""

from __future__ import annotations

import time
import webbrowser
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from twitter_setup.checks.facts.remote import Facts
from twitter_setup.checks.finding import Check, Finding, Outcome, skipped
from twitter_setup.checks.login.findings import nobody_came, tunnel_ended
from twitter_setup.checks.login.hops import Hop, Login, Ways
from twitter_setup.errors import Advice
from twitter_setup.gateway import log as gateway_log
from twitter_setup.gateway.dev_server import scheme
from twitter_setup.state.folder import StateFolder
from twitter_setup.view import View

TIMEOUT = 300.0  # seconds
_LOOK_EVERY = 0.2


def _not_by_itself(_: Facts) -> Finding:
    raise AssertionError("a login is watched by `watch`, not judged from facts")


CHECK = Check("login", "a real login, watched", _not_by_itself, ("public-url", "connect"))


def watch(
    facts: Facts,
    view: View,
    *,
    timeout: float,
    opens_app: bool,
    sleep: Callable[[float], None],
) -> tuple[Outcome, list[Hop]]:
    """Until a login has ended, well or not, or `timeout` seconds are over. `sleep` may end it all."""
    state = _watched(facts)
    if state is None:
        return Outcome(CHECK, _nothing_to_watch()), []
    log = state.gateway_log
    situation = facts.situation
    one_origin = situation.layout == "one-origin"
    ways = Ways.of(facts.api_prefix, facts.redirect_path if one_origin else None)
    # A page of the front end may have one of these paths, and a person may stay there.
    mistaken = frozenset(path for path in ways.mistaken if not facts.has_frontend_route(path))
    login = Login(replace(ways, mistaken=mistaken), situation.generation)
    _, place = gateway_log.read_entries(log)  # what was before is not this login
    url = _begin(facts, view, opens_app=opens_app)
    end = time.monotonic() + timeout
    with view.working("waiting for a login") as waiting:
        while login.finding is None and time.monotonic() < end:
            entries, place = gateway_log.read_entries(log, place)
            for entry in entries:
                for hop in login.see(entry):
                    view.hop(hop_data(hop))
                    waiting(f"after {hop.id}")
            login.look_at_clock(time.time())
            if login.finding is None and state.session_that_is_on() is None:
                return Outcome(CHECK, tunnel_ended()), login.hops
            if login.finding is None:
                sleep(_LOOK_EVERY)
    return Outcome(
        CHECK,
        login.finding
        or login.wrong_button()
        or nobody_came(timeout, url, has_begun=bool(login.hops)),
    ), login.hops


def hop_data(hop: Hop) -> dict[str, Any]:
    """As it stands in `data.hops`."""
    return asdict(hop)


def _watched(facts: Facts) -> StateFolder | None:
    """Where the session's gateway has its log; None where none runs."""
    situation = facts.situation
    session, located = situation.session, situation.located
    if session is None or located is None or not session.gateway_pid:
        return None
    return StateFolder(located.backend.root)


def _nothing_to_watch() -> Finding:
    return skipped(
        "a login is watched in the gateway's log, and no gateway runs here",
        Advice("in another terminal", command="twitter-setup tunnel"),
    )


def _begin(facts: Facts, view: View, *, opens_app: bool) -> str:
    """Say where the login begins, and open it where there is a browser to open."""
    situation = facts.situation
    connect = f"{situation.public_url}{facts.api_prefix}/connect/twitter"
    url = _app(facts) or connect if opens_app else connect
    wanted = opens_app or view.may_ask
    if wanted and webbrowser.open(url):
        view.note(f"Log in in the browser that has opened, or at {url}")
    else:
        view.note(f"Log in at {url}")
    return url


def _app(facts: Facts) -> str | None:
    """The app's first page: at the public address, or at the front end's own."""
    situation = facts.situation
    if situation.layout == "one-origin":
        return situation.public_url
    return scheme.address(facts.frontend.port) if facts.frontend else None
