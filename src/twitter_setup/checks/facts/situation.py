"""What is being checked: a project and how it is published, or only a Strapi that is deployed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from twitter_setup.addresses.parts import origin_of
from twitter_setup.project import packages
from twitter_setup.project.locate import Located
from twitter_setup.project.settings import Options
from twitter_setup.state.session_record import SessionRecord

Generation = Literal["grant", "tokens", "session"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """`session` is a `tunnel` that runs, or one that was kept; `located` is None outside a project.

    `options.url` is the one of a flag or of the environment; what the settings file says is `file_url`.
    `prefix_here` is the API prefix of the project that is found here, for a Strapi that is deployed: it is
    probably of it.
    """

    options: Options
    environ: Mapping[str, str]
    located: Located | None = None
    session: SessionRecord | None = None
    file_url: str | None = None
    prefix_here: str = "/api"

    @property
    def its_session(self) -> SessionRecord | None:
        """The session, where it is of the address that is checked: another one may be given."""
        given = self.options.url
        if self.session and given and origin_of(given) != origin_of(self.session.public_url):
            return None
        return self.session

    @property
    def public_url(self) -> str | None:
        """`--url`, else the session's, else that of the file; None: nothing is published that we know of.

        A session is before the file: that one names the usual address, and another may be open today.
        """
        if self.its_session:
            return self.its_session.public_url
        return self.options.url or self.file_url

    @property
    def reach(self) -> str | None:
        if self.its_session:
            return self.its_session.reach
        return "url" if self.public_url else None

    @property
    def layout(self) -> str:
        if self.its_session:
            return self.its_session.layout
        has_frontend = self.located is not None and self.located.frontend is not None
        return "one-origin" if has_frontend and not self.options.two_origins else "two-origins"

    @property
    def api_prefix(self) -> str:
        return self.located.backend.api_prefix if self.located else self.prefix_here

    @property
    def generation(self) -> Generation | None:
        """How this Strapi logs in (reference: three generations of users-permissions); None: unknown.

        A mere range is no version.
        """
        backend = self.located.backend if self.located else None
        version = packages.version_tuple((backend and backend.users_permissions) or "")
        if backend is None or version is None or backend.users_permissions_range:
            return None
        if version < (5, 51, 0):
            return "grant"
        return "tokens" if version < (5, 53, 0) else "session"
