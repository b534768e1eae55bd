"""What `tunnel` asks both ends before it publishes them, and what it says of the answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from twitter_setup.errors import Advice, SetupError
from twitter_setup.gateway import frontend_routes
from twitter_setup.gateway import site as gateway_site
from twitter_setup.gateway.admission import Admission, Known
from twitter_setup.gateway.layout import Arrangement
from twitter_setup.project.locate import Caller, Located
from twitter_setup.state.folder import StateFolder
from twitter_setup.strapi.api import local_address


def admission(
    located: Located, arrangement: Arrangement, state: StateFolder, environ: Mapping[str, str]
) -> Admission | None:
    """Make the watch over both ends; None if only this machine reaches them."""
    if arrangement.reach == "local":
        return None
    site = gateway_site.site_for(located, arrangement, "", state, environ)
    frontend = located.frontend
    prefixes = frontend and frontend_routes.likely_prefixes(frontend.root, frontend.framework)
    return Admission(site, prefixes=prefixes or [], leak=lambda: "")


def check(known: Known, located: Located, caller: Caller) -> None:
    """Raise `strapi_no_admin`: whoever comes first could make themselves the administrator."""
    has_none = known.strapi is not None and known.strapi.has_admin is False
    if has_none and not located.options.expose_admin:
        panel = f"{local_address(located.backend.port)}/{known.side.panel or 'admin'}"
        raise SetupError(
            "strapi_no_admin",
            "Strapi has no administrator yet, so it is not published: the first visitor could become it.",
            advice=[
                Advice("create the administrator, then run this again", url=panel),
                Advice("or publish it all the same", command=caller.again("--expose-admin")),
            ],
        )


def remarks(known: Known, located: Located, arrangement: Arrangement) -> Iterator[str]:
    """Say what is refused of the front end's own paths, and where it forwards to the admin side."""
    if not arrangement.is_one_origin or located.options.expose_admin:
        return
    if not known.side.marks:
        why = "No header tells Strapi's answers from your front end's"
        if known.strapi is None:
            why = "Strapi has not answered yet"
        names = ", ".join(f"/{name}" for name in known.side.names)
        yield f"{why}: the gateway refuses every path with one of these in it: {names}."
    for prefix in (*known.side.forwarded, *known.side.closed):
        yield f"Your front end forwards {prefix} to Strapi's admin side: the gateway refuses that."
