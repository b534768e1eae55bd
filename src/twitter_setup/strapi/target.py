"""Which Strapi `configure` is about, and what is known of the project that it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from twitter_setup.addresses.public_url import is_loopback
from twitter_setup.project.locate import Located
from twitter_setup.project.settings import Options
from twitter_setup.state.folder import StateFolder
from twitter_setup.state.session_record import SessionRecord
from twitter_setup.strapi import address as strapi_address
from twitter_setup.strapi.api import Credentials, Strapi, local_address, port_at
from twitter_setup.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A Strapi; without a project only `--strapi` names it.

    `is_here`: it is the back end of this project on this machine, not a deployed one.
    """

    address: str
    options: Options
    located: Located | None = None
    state: StateFolder | None = None
    session: SessionRecord | None = None
    is_here: bool = False


def find(
    options: Options, located: Located | None, view: View, *, with_credentials: bool = True
) -> Target:
    """The Strapi of `--strapi`, of the settings, or of this project; raises as `strapi_address.choose`."""
    if located is None:
        return Target(address=options.strapi or "", options=options)
    local = local_address(located.backend.port)
    address = strapi_address.choose(
        options.strapi, located.file, local, view, with_credentials=with_credentials
    )
    state = StateFolder(located.backend.root)
    is_here = _is_here(address, options.strapi, local)
    return Target(
        address=address,
        options=options,
        located=located,
        state=state,
        session=state.session_that_is_on() if is_here else None,
        is_here=is_here,
    )


def strapi_here(located: Located) -> Strapi:
    """Return the project's own Strapi on this machine, with the credentials that were given."""
    backend = located.backend
    return Strapi(
        local_address(backend.port),
        Credentials.of(located.options),
        start_command=backend.start_command,
        manager=backend.manager,
    )


def _is_here(address: str, given: str | None, local: str) -> bool:
    """On this machine; one that the flag names only at the back end's own port."""
    host = urlsplit(address).hostname or ""
    return is_loopback(host) and (given is None or port_at(address) == port_at(local))
