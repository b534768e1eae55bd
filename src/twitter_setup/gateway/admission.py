"""Whether the front end may be published now: who listens is looked at once a second, and asked if new.

A dev server that has not been asked, or that gives files away, stays behind the gateway's 502 page.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from twitter_setup.gateway import inspection
from twitter_setup.gateway.admin_side import AdminSide, Mark
from twitter_setup.gateway.canary import Leaks, Unknown, Verdict
from twitter_setup.gateway.config import Site
from twitter_setup.gateway.inspection import StrapiSeen
from twitter_setup.strapi.api import listens
from twitter_setup.system.listening import Listeners, Watch

_EVERY = 1.0  # seconds
_START_PATIENCE = (
    20.0  # seconds for what runs already; a slower one is published once it has answered
)

_NOBODY: Listeners = frozenset()


class Ends(NamedTuple):
    """Who listens on the two ports."""

    backend: Listeners = _NOBODY
    frontend: Listeners = _NOBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What both ends have answered, and whose answer it is."""

    strapi: StrapiSeen | None = None
    strapi_of: Listeners = _NOBODY
    page: frozenset[Mark] = frozenset()  # the headers of the front end's first page
    leak: Leaks | None = None  # what its dev server gives away
    front_of: Listeners = _NOBODY
    side: AdminSide = field(default_factory=AdminSide)
    probed_of: Listeners = _NOBODY
    probed_with: tuple[Mark, ...] = ()

    @property
    def marks(self) -> tuple[Mark, ...]:
        return tuple(sorted(self.strapi.marks - self.page)) if self.strapi else ()

    def lacks_strapi(self, ends: Ends) -> bool:
        return bool(ends.backend) and self.strapi_of != ends.backend

    def lacks_front(self, ends: Ends) -> bool:
        return bool(ends.frontend) and self.front_of != ends.frontend

    def lacks_probe(self, ends: Ends) -> bool:
        """Whether the front end may still forward somewhere that nobody has looked at."""
        is_done = (self.probed_of, self.probed_with) == (ends.frontend, self.marks)
        return bool(ends.backend) and bool(ends.frontend) and not is_done

    def lacks_any(self, ends: Ends) -> bool:
        return self.lacks_strapi(ends) or self.lacks_front(ends) or self.lacks_probe(ends)

    def is_open(self, ends: Ends) -> bool:
        """Whether the dev server may be published: without Strapi it forwards nothing."""
        is_asked = bool(ends.frontend) and self.front_of == ends.frontend
        is_probed = not ends.backend or self.probed_of == ends.frontend
        return is_asked and is_probed and self.leak is None

    def without_the_gone(self, ends: Ends) -> Known:
        """Forget whose answers these are if nobody listens: it may come back as another server."""
        strapi_of = self.strapi_of if ends.backend else _NOBODY
        if ends.frontend:
            return replace(self, strapi_of=strapi_of)
        return replace(self, strapi_of=strapi_of, front_of=_NOBODY, probed_of=_NOBODY)


class Admission:
    """Watches the ends of `site`, and asks them in a thread of its own.

    `prefixes` are where the front end may forward requests. `leaks` asks its dev server what it gives
    away. `listeners` tells who listens on each of some ports.
    """

    def __init__(
        self,
        site: Site,
        *,
        prefixes: Sequence[str],
        leaks: Callable[[], Verdict],
        listeners: Callable[..., list[Listeners]] | None = None,
    ) -> None:
        self.site = site
        self._prefixes = prefixes
        self._leaks = leaks
        self._listeners = listeners or _Listening().look
        self._ends = Ends()
        self._looked = Ends()
        self._looked_at = 0.0
        self._asked: Future[Known] | None = None
        self.known = Known(side=site.admin_side)

    def admitted(self, site: Site) -> Site:
        """Return `site` as it may be served now."""
        is_open = self.known.is_open(self._ends)
        return replace(site, is_frontend_open=is_open, admin_side=self.known.side)

    def settle(self, pause: Callable[[float], None]) -> None:
        """Wait for the answers of what runs. `pause` sleeps, and raises to end it."""
        end = time.monotonic() + _START_PATIENCE
        self.look()
        while self.known.lacks_any(self._ends) and time.monotonic() < end:
            pause(0.05)
            self.look()

    def look(self) -> None:
        """See who listens, take in what was answered, and ask those who have not been asked.

        Does so once a second, however often it is called.
        """
        if self._asked is not None and self._asked.done():
            self.known, self._asked = self._asked.result(), None
        elif time.monotonic() - self._looked_at < _EVERY:
            return
        self._looked_at = time.monotonic()
        ends = self._steady(self._listening())
        if ends != self._ends:
            self._ends, self._asked = ends, None  # who was asked is another one
        self.known = self.known.without_the_gone(ends)
        if self._asked is None and self.known.lacks_any(ends):
            self._asked = self._ask_in_background(self.known, ends)

    def _steady(self, now: Ends) -> Ends:
        """Count a server as gone at the second look: it may restart itself, as Vite does."""
        former, self._looked = self._looked, now
        pairs = zip(now, former, self._ends, strict=True)
        return Ends(*(each or (kept if before else each) for each, before, kept in pairs))

    def _listening(self) -> Ends:
        backend, frontend = self.site.backend_port, self.site.frontend_port
        if frontend is None or not self.site.has_frontend:
            return Ends(*self._listeners(backend))
        return Ends(*self._listeners(backend, frontend))

    def _ask_in_background(self, known: Known, ends: Ends) -> Future[Known]:
        future: Future[Known] = Future()

        def run() -> None:
            try:
                future.set_result(self._ask(known, ends))
            except BaseException as error:  # noqa: BLE001 - raised where the result is read
                future.set_exception(error)

        # A daemon: the end of the program waits for no answer.
        threading.Thread(target=run, daemon=True).start()
        return future

    def _ask(self, known: Known, ends: Ends) -> Known:
        """Ask for what is lacking; what was not answered is lacking still."""
        site = self.site
        if known.lacks_strapi(ends):
            strapi = inspection.ask_strapi(site.backend_port)
            if strapi is not None:
                known = replace(known, strapi=strapi, strapi_of=ends.backend)
        if known.lacks_front(ends) and site.frontend_port:
            page, verdict = inspection.ask_page(site.frontend_port), self._leaks()
            if page is not None and not isinstance(verdict, Unknown):
                leak = verdict if isinstance(verdict, Leaks) else None
                known = replace(known, page=page, leak=leak, front_of=ends.frontend)
        known = replace(known, side=replace(known.side, marks=known.marks))
        if known.lacks_probe(ends) and not (known.lacks_strapi(ends) or known.lacks_front(ends)):
            known = self._probe(known, ends)
        return known

    def _probe(self, known: Known, ends: Ends) -> Known:
        site = self.site
        port, folder = site.frontend_port or 0, site.backend_folder
        side = inspection.probe(port, self._prefixes, known.side, folder)
        if side is None:
            return known
        return replace(known, side=side, probed_of=ends.frontend, probed_with=known.marks)


class _Listening:
    """Who listens; another user's process, which the system hides, has no PID here."""

    def __init__(self) -> None:
        self._watch = Watch()

    def look(self, *ports: int) -> list[Listeners]:
        hidden: Listeners = frozenset({(0, 0.0)})
        return [
            found or (hidden if listens(port) else _NOBODY)
            for port, found in zip(ports, self._watch.look(*ports), strict=True)
        ]
