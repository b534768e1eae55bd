"""What is asked over the network, each once a run: Strapi here, at its public address, its admin API, X."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from twitter_setup.addresses import redirect_url
from twitter_setup.addresses.parts import origin_of, path_of
from twitter_setup.addresses.public_url import is_loopback
from twitter_setup.checks.facts import web
from twitter_setup.checks.facts.lazy import fact
from twitter_setup.checks.facts.local import LocalFacts
from twitter_setup.checks.facts.web import Page
from twitter_setup.errors import SetupError
from twitter_setup.secret import Secret
from twitter_setup.strapi import providers
from twitter_setup.strapi.api import Credentials, Strapi
from twitter_setup.system import processes
from twitter_setup.system.processes import ProcessFacts
from twitter_setup.x import api as x
from twitter_setup.x import sheet as portal
from twitter_setup.x.api import XAnswer

_LEGAL = ("terms_of_service_url", "privacy_policy_url")


@dataclass(frozen=True, slots=True)
class Admin:
    """What the admin API gave: the providers, or why not."""

    providers: Mapping[str, Mapping[str, Any]] | None = None
    problem: SetupError | None = None

    @property
    def twitter(self) -> Mapping[str, Any]:
        return (self.providers or {}).get(providers.PROVIDER, {})


@dataclass(frozen=True, slots=True)
class Pair:
    """Key and secret, and where they are from."""

    key: Secret
    secret: Secret
    source: str


class Facts(LocalFacts):
    """Besides the `situation`, the constructor takes the `address` of Strapi by keyword."""

    @fact
    def address(self) -> str:
        """Where this Strapi is asked."""
        raise AssertionError("given by the command")

    @fact
    def asked(self) -> frozenset[str]:
        """The checks of this run, by their ids."""
        return frozenset()

    @property
    def is_elsewhere(self) -> bool:
        """Whether this Strapi is deployed, and not on this machine."""
        return not is_loopback(urlsplit(self.address).hostname or "")

    @property
    def is_direct(self) -> bool:
        """Whether a deployed Strapi is asked where people reach it: there is no way in between."""
        public = self.situation.public_url or ""
        same = origin_of(public) == origin_of(self.address) and not path_of(self.address)
        return self.is_elsewhere and same

    @fact
    def x_address(self) -> str:
        return x.address_of(self.situation.environ.get(x.ADDRESS_VARIABLE))

    def prefetch(self, names: Iterable[str]) -> None:
        """Begin to read these, side by side; nothing that is read changes anything."""
        for name in dict.fromkeys(names):
            threading.Thread(target=self._try, args=(name,), daemon=True, name=name).start()

    def _try(self, name: str) -> None:
        with suppress(Exception):  # kept, and raised to the check that asks
            getattr(self, name)

    # Here

    @fact
    def health(self) -> Page:
        """Of the Strapi at `address`: 204 where it has started."""
        return web.get(f"{self.address}/_health", headers=web.PAST_THE_BROWSER_PAGE)

    @fact
    def dead_children(self) -> tuple[str, ...]:
        """The parts of the session that are not running any more."""
        session = self.situation.session
        if session is None or session.kept:
            return ()
        parts = (
            ("ngrok agent", session.agent_pid, session.agent_started, session.agent_config),
            ("gateway", session.gateway_pid, session.gateway_started, session.gateway_config),
        )
        return tuple(
            name
            for name, pid, started, config in parts
            if pid and processes.noted(pid, started, config) is None
        )

    @fact
    def listener(self) -> ProcessFacts | None:
        located = self.situation.located
        return processes.listener(located.backend.port) if located else None

    # At the public address

    @fact
    def public_health(self) -> Page | None:
        """Strapi's own `/_health`, as a program asks it; past ngrok's browser page."""
        if self.is_direct:
            return self.health
        url = self.situation.public_url
        return (url and web.get(f"{url}/_health", headers=web.PAST_THE_BROWSER_PAGE)) or None

    @fact
    def front_page(self) -> Page | None:
        """What a browser gets at first."""
        url = self.situation.public_url
        return web.get(f"{url}/", as_browser=True) if url else None

    @fact
    def wanted_redirect_url(self) -> str | None:
        """The page where a login should end: the session's, else that of the public URL."""
        situation = self.situation
        if situation.its_session:
            known = situation.its_session.sheet.get("redirect_url")
            return str(known) if known else None
        if situation.public_url and situation.layout == "one-origin":
            return f"{situation.public_url}{super().redirect_path}"
        return None

    @property
    def redirect_path(self) -> str:
        """Of the page where a login ends, where that is at the public address; else by the files."""
        url, public = self.redirect_url or "", self.situation.public_url or ""
        is_here = (
            self.situation.layout == "one-origin" and origin_of(url) == origin_of(public) != ""
        )
        return urlsplit(url).path if is_here else super().redirect_path

    @fact
    def redirect_url(self) -> str | None:
        """The page where a login ends: Strapi's own, where it is known and `provider` lets it pass."""
        stored, wanted = self.admin.twitter.get("callback"), self.wanted_redirect_url
        if not isinstance(stored, str) or not stored:
            return wanted
        if wanted and (not redirect_url.is_taken(stored) or self.loses_cookie(stored)):
            return wanted
        return re.sub(r"//[^/]*@", "//", stored)  # it is shown, and asked for without a password

    def loses_cookie(self, redirect: str) -> bool:
        """Whether a login that ends there is without Strapi's cookie, which is of the public address."""
        situation = self.situation
        return (
            situation.layout == "one-origin"
            and situation.generation in {"session", None}
            and origin_of(redirect) != origin_of(self.wanted_redirect_url or redirect)
        )

    @fact
    def redirect_page(self) -> Page | None:
        url = self.redirect_url
        if not url or not url.startswith(("http://", "https://")):
            return None
        return web.get(url, as_browser=True, headers=web.PAST_THE_BROWSER_PAGE)

    @fact
    def legal_pages(self) -> dict[str, Page]:
        """The pages that X wants to know, each once, by URL."""
        urls = [url for url in dict.fromkeys(map(self._legal_page, _LEGAL)) if url]
        front = self.situation.public_url
        asked = [url for url in urls if url != front]
        pages = dict(zip(asked, web.get_all(asked), strict=True))
        if front in urls and self.front_page is not None:  # no need to ask for it twice
            pages[front] = self.front_page
        return {url: pages[url] for url in urls if url in pages}

    def _legal_page(self, name: str) -> str | None:
        """Of the session's sheet, else as the sheet for `--url` would have it."""
        situation = self.situation
        if situation.its_session:
            return str(situation.its_session.sheet.get(name) or "") or None
        located, public = situation.located, situation.public_url
        named = located.file.get("portal", name) if located else None
        if named or not public or situation.layout != "one-origin":
            return named
        return None if is_loopback(urlsplit(public).hostname or "") else public

    @fact
    def api_prefix(self) -> str:
        """A Strapi elsewhere says it itself, where it lets us look; else as the project here has it."""
        said = None
        if self.situation.located is None:
            said = portal.api_prefix_of(str(self.admin.twitter.get("redirectUri") or ""))
        return self.situation.api_prefix if said is None else said

    @property
    def callback_url(self) -> str | None:
        """What X must know, and what Strapi must send."""
        public = self.situation.public_url
        return portal.callback_url(public, self.api_prefix) if public else None

    @fact
    def connect(self) -> Page | None:
        """The first hop of a login; one request a run, Strapi allows ten a minute."""
        situation = self.situation
        if not situation.public_url:
            return None
        url = f"{situation.public_url}{self.api_prefix}/connect/twitter"
        return web.get(url, as_browser=True, headers=web.PAST_THE_BROWSER_PAGE)

    def page_at(self, url: str) -> Page | None:
        """Ask for a path that the front end's source has."""
        return web.get(url, as_browser=True, headers=web.PAST_THE_BROWSER_PAGE)

    # Strapi's admin API

    @fact
    def admin(self) -> Admin:
        """One login, one list. Without credentials: nothing, and no problem."""
        given = Credentials.of(self.situation.options)
        if not given.are_given:
            return Admin()
        strapi = Strapi(
            self.address,
            given,
            is_hasty=True,
            start_command=self.start_command,
            manager=self.package_manager,
        )
        try:
            return Admin(strapi.providers())
        except SetupError as problem:
            return Admin(problem=_better_known(strapi, problem))
        finally:
            strapi.close()

    # X

    @fact
    def pair(self) -> Pair | None:
        """Key and secret: those given, else those that Strapi holds."""
        options = self.situation.options
        if options.key and options.secret:  # then X need not wait for Strapi
            return Pair(options.key, options.secret, "given")
        twitter = self.admin.twitter
        key, secret = twitter.get("key"), twitter.get("secret")
        if isinstance(key, str) and isinstance(secret, str) and key and secret:
            return Pair(Secret(key), Secret(secret), "of Strapi")
        return None

    @fact
    def x_keys(self) -> XAnswer | None:
        """A request token that needs no callback: do key, secret and clock do?"""
        return self._ask_x(x.OUT_OF_BAND)

    @fact
    def x_callback(self) -> XAnswer | None:
        """The same with the real callback: is it in the app's list?"""
        url = self.callback_at_x
        return self._ask_x(url) if url else None

    @fact
    def callback_at_x(self) -> str | None:
        """What X must know: by the public URL, else as Strapi computes it, unless that is not public."""
        if self.callback_url:
            return self.callback_url
        computed = str(self.admin.twitter.get("redirectUri") or "")
        return None if is_loopback(urlsplit(computed).hostname or "") else computed or None

    def _ask_x(self, callback: str) -> XAnswer | None:
        pair = self.pair
        if pair is None:
            return None
        return x.ask(self.x_address, pair.key, pair.secret, callback)


def _better_known(strapi: Strapi, problem: SetupError) -> SetupError:
    """A refused login may be that of a Strapi that has no administrator at all."""
    if problem.code == "strapi_auth" and strapi.credentials.token is None:
        try:
            strapi.check_ready()
        except SetupError as better:
            return better
    return problem
