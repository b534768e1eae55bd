"""A login, hop by hop, as the gateway's log shows it. Pure: entries in, hops and a finding out.

The log has no values but those of `error` and `error_description`, so what Strapi says in an answer's
body is not seen: for a refusal there the usual causes are named, by the words that the page shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from twitter_setup.checks.facts.situation import Generation
from twitter_setup.checks.finding import Finding, passed
from twitter_setup.checks.login import findings
from twitter_setup.gateway.log import Entry

HopId = Literal["connect", "x", "callback", "redirect-page", "exchange"]
_AT_ONCE = 5.0  # seconds; a person at X's consent page takes longer
_LEFT = frozenset({0, 499})  # the browser has left before the answer (React's StrictMode does)
GONE = frozenset(
    {404, 410}
)  # there is no such page; another refusal is that of a page that is there


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One step of a login. `status` is HTTP's, 0 where the step itself is not seen (at X)."""

    id: HopId
    is_passed: bool
    summary: str
    status: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """Where the steps are. `redirect_path` is None where that page is not behind the gateway."""

    connect: str
    callback: str
    exchange: str
    redirect_path: str | None
    mistaken: frozenset[str] = frozenset()  # paths that people take for `connect`

    @classmethod
    def of(cls, api_prefix: str, redirect_path: str | None) -> Ways:
        connect = f"{api_prefix}/connect/twitter"
        return cls(
            connect=connect,
            callback=f"{connect}/callback",
            exchange=f"{api_prefix}/auth/twitter/callback",
            redirect_path=redirect_path and redirect_path.rstrip("/"),
            mistaken=frozenset({"/connect/twitter", f"{api_prefix}/auth/twitter"} - {connect}),
        )


class Login:
    """What has been seen of one login. A new beginning makes it a new one: people try again."""

    def __init__(self, ways: Ways, generation: Generation | None) -> None:
        self._ways = ways
        self._generation = generation
        self.hops: list[Hop] = []
        self.finding: Finding | None = None  # once it has ended, well or not
        self._began_at: float | None = None  # None: what is seen of it began before, or elsewhere
        self._sent_back_at: float | None = None
        self._wrong_button: Entry | None = None
        self._wrong_call: Entry | None = None

    def see(self, entry: Entry) -> list[Hop]:
        """The hops that this entry shows, none for what does not belong to a login."""
        if self.finding is not None or entry.method != "GET":
            return []
        path = entry.path.rstrip("/")
        steps = {
            self._ways.connect: self._connect,
            self._ways.callback: self._callback,
            self._ways.redirect_path: self._redirect_page,
            self._ways.exchange: self._exchange,
            "": self._first_page,
        }
        step = steps.get(path)
        if step is None:
            self._see_mistake(path, entry)
        found = step(entry) if step else []
        self.hops += found
        return found

    def look_at_clock(self, now: float) -> None:
        """A page that never calls the exchange shows only by time passing; `now` in epoch seconds."""
        button = self._wrong_button
        if button is not None and not self.hops and now - button.at > findings.PATIENCE:
            self.finding = self.finding or self.wrong_button()
        late = self._sent_back_at is not None and now - self._sent_back_at > findings.PATIENCE
        if self.finding is not None or not late:
            return
        if self._began_at is None:
            # Strapi has sent the browser on, with an error that only the front end sees.
            self.finding = findings.lost_session()
        elif self._ways.redirect_path and not self._has("redirect-page"):
            self.finding = findings.ended_elsewhere(self._ways.redirect_path)
        else:
            wrong = self._wrong_call
            self.finding = (
                findings.asked_elsewhere(self._ways.exchange, wrong.path, wrong.status)
                if wrong is not None
                else findings.never_asked(self._ways.exchange)
            )

    def wrong_button(self) -> Finding | None:
        """Judge a browser that asked for a path like that of a login, if no login has begun."""
        entry = self._wrong_button
        if entry is None or self.hops:
            return None
        return findings.wrong_button(self._ways.connect, entry.path, entry.status)

    def _see_mistake(self, path: str, entry: Entry) -> None:
        """Remember a request for a path that only looks like one of a login.

        A redirect may lead to the right path, and a front end may answer every path with its app: only
        a path that is not there ends the watch at once.
        """
        if 300 <= entry.status < 400 or entry.status in _LEFT:
            return
        if path in self._ways.mistaken:
            self._wrong_button = entry
            if entry.status in GONE and not self.hops:
                self.finding = self.wrong_button()
        elif path.endswith("/auth/twitter/callback"):
            self._wrong_call = entry

    # The steps

    def _connect(self, entry: Entry) -> list[Hop]:
        if entry.status in _LEFT:
            return []
        self.hops.clear()
        self._wrong_button = self._wrong_call = None
        self._began_at, self._sent_back_at = entry.at, None
        if 300 <= entry.status < 400:
            return [_good("connect", "Strapi sends the browser on, to X", entry)]
        self.finding = findings.not_begun(entry.status)
        return [_bad("connect", f"HTTP {entry.status}", entry)]

    def _callback(self, entry: Entry) -> list[Hop]:
        if "denied" in entry.parameters:
            self.finding = findings.cancelled()
            return [_bad("x", "cancelled there", entry)]
        if entry.status in _LEFT:
            return []
        came_back = [_good("x", "X sends the person back", entry)]
        if 300 <= entry.status < 400:
            # Without a beginning it is one from before the watch, or from another host, where Strapi's
            # cookie is: the next hop tells.
            self._sent_back_at = entry.at
            return [*came_back, _good("callback", "Strapi sends the browser on", entry)]
        self.finding = findings.callback_failed(entry.status)
        return [*came_back, _bad("callback", f"HTTP {entry.status}", entry)]

    def _redirect_page(self, entry: Entry) -> list[Hop]:
        if not self.hops:  # somebody looks at that page; no login began
            return []
        after_x = self._has("callback")
        is_refused = _has_error(entry) if after_x else self._is_refused_at_once(entry)
        if is_refused:
            said = _said(entry)
            self.finding = (
                findings.refused_after_x(said, began_here=self._began_at is not None)
                if after_x
                else findings.refused_by_x(said)
            )
            return [
                _bad("redirect-page", f"with an error: {said}" if said else "with an error", entry)
            ]
        if not after_x or entry.status in _LEFT:  # not after: somebody else looks at that page
            return []
        if entry.status >= 400:
            judge = findings.no_such_page if entry.status in GONE else findings.page_failed
            self.finding = judge(entry.path, entry.status)
            return [_bad("redirect-page", f"HTTP {entry.status}", entry)]
        if self._has("redirect-page"):
            return []
        return [_good("redirect-page", "the front end's page is open", entry)]

    def _first_page(self, entry: Entry) -> list[Hop]:
        """Up to 5.50 Strapi leads there, with an error, where it has no session of the login."""
        said = _said(entry)
        if not self._has("callback") or "missing session" not in said.lower():
            return []
        self.finding = findings.refused_after_x(said, began_here=self._began_at is not None)
        return [_bad("redirect-page", f"the first page instead, with an error: {said}", entry)]

    def _exchange(self, entry: Entry) -> list[Hop]:
        if not self.hops or entry.status in _LEFT:
            return []
        if not self._has(
            "callback"
        ):  # of another tab, or the page asks, though Strapi sent it an error
            if entry.status == 200 or not self._is_refused_at_once(entry):
                return []
            self.finding = findings.refused_by_x("")
            return [_bad("exchange", f"HTTP {entry.status}", entry)]
        if entry.status == 200:
            self.finding = passed("logged in: Strapi issued a JWT")
            return [_good("exchange", "Strapi issued a JWT", entry)]
        self.finding = findings.not_exchanged(entry.path, entry.status, self._generation)
        return [_bad("exchange", f"HTTP {entry.status}", entry)]

    def _has(self, hop: HopId) -> bool:
        return any(each.id == hop for each in self.hops)

    def _is_refused_at_once(self, entry: Entry) -> bool:
        """Whether Strapi sent the browser back where it should have sent it to X, as it does up to 5.50.

        Later ones answer 500 themselves, and what comes while the person is at X is of another tab. X's
        XML Strapi hands on as a parameter whose name the log leaves out.
        """
        began = self._began_at
        if self._generation not in {"grant", None} or began is None or entry.at - began >= _AT_ONCE:
            return False
        is_exchange = entry.path.rstrip("/") == self._ways.exchange
        return is_exchange or self._generation == "grant" or _has_error(entry)


def _has_error(entry: Entry) -> bool:
    named = any(name.startswith("error") for name in entry.parameters)
    return named or bool(entry.error or entry.error_description)


def _said(entry: Entry) -> str:
    """Strapi's or X's words in the address. Anybody can write one, so no control characters."""
    said = " ".join(part for part in (entry.error, entry.error_description) if part)
    return "".join(letter if letter.isprintable() else "?" for letter in said)


def _good(hop: HopId, summary: str, entry: Entry) -> Hop:
    return Hop(id=hop, is_passed=True, summary=summary, status=0 if hop == "x" else entry.status)


def _bad(hop: HopId, summary: str, entry: Entry) -> Hop:
    return Hop(id=hop, is_passed=False, summary=summary, status=0 if hop == "x" else entry.status)
