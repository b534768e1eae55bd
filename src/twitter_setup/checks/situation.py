"""What is being checked: a project and how it is published, or only a Strapi that is deployed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from twitter_setup import packages, portal
from twitter_setup.locate import Located
from twitter_setup.session_record import SessionRecord
from twitter_setup.settings import Options

Generation = Literal["grant", "tokens", "session"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """`session` is a `tunnel` that runs, or one that was kept; `located` is None outside a project."""

    options: Options
    environ: Mapping[str, str]
    located: Located | None = None
    session: SessionRecord | None = None

    @property
    def public_url(self) -> str | None:
        """`--url`, else the session's; None: nothing is published that we know of."""
        if self.options.url:
            return self.options.url
        return self.session.public_url if self.session else None

    @property
    def reach(self) -> str | None:
        if self.options.url:
            return "url"
        return self.session.reach if self.session else None

    @property
    def layout(self) -> str:
        if self.session and not self.options.url:
            return self.session.layout
        has_frontend = self.located is not None and self.located.frontend is not None
        return "one-origin" if has_frontend and not self.options.two_origins else "two-origins"

    @property
    def api_prefix(self) -> str:
        return self.located.backend.api_prefix if self.located else "/api"

    @property
    def callback_url(self) -> str | None:
        """What X must know, and what Strapi must send."""
        return portal.callback_url(self.public_url, self.api_prefix) if self.public_url else None

    @property
    def generation(self) -> Generation | None:
        """How this Strapi logs in (reference: three generations of users-permissions); None: unknown."""
        known = self.located.backend.users_permissions if self.located else None
        version = packages.version_tuple(known or "")
        if version is None:
            return None
        if version < (5, 51, 0):
            return "grant"
        return "tokens" if version < (5, 53, 0) else "session"
