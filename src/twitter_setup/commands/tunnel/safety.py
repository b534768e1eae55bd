"""What `tunnel` asks both ends before it publishes them, and what it says of their answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from twitter_setup.errors import Advice, SetupError
from twitter_setup.gateway import frontend_routes
from twitter_setup.gateway import site as gateway_site
from twitter_setup.gateway.admission import Admission
from twitter_setup.gateway.layout import Arrangement
from twitter_setup.project.locate import Caller, Located
from twitter_setup.state.folder import StateFolder
from twitter_setup.strapi.api import local_address


def admission(
    located: Located, arrangement: Arrangement, state: StateFolder, caller: Caller
) -> Admission | None:
    """Make the watch over both ends; None if only this machine reaches them."""
    if arrangement.reach == "local":
        return None
    site = gateway_site.site_for(located, arrangement, "", state, caller.environ)
    frontend = located.frontend
    prefixes = frontend and frontend_routes.likely_prefixes(frontend.root, frontend.framework)
    return Admission(site, prefixes=prefixes or [], leak=lambda: "")


def settle(admission: Admission | None, caller: Caller, pause: Callable[[float], None]) -> None:
    """Wait for the answers of what runs. Raises `strapi_no_admin`, `unsupported_version`."""
    if admission is None:
        return
    with caller.view.working("asking Strapi and the front end what would be public"):
        admission.settle(pause)
    try:
        check(admission, caller)
    except SetupError as failure:
        failure.unchanged = "Nothing was changed."
        raise


def check(admission: Admission, caller: Caller) -> None:
    """Raise `strapi_no_admin`: whoever comes first could make themselves the administrator."""
    site, strapi = admission.site, admission.known.strapi
    if strapi is None or strapi.has_admin is not False or site.expose_admin:
        return
    panel = f"{local_address(site.backend_port)}/{site.admin_side.panel or 'admin'}"
    raise SetupError(
        "strapi_no_admin",
        "Strapi has no administrator yet, so it is not published: a visitor could become it.",
        advice=[
            Advice("create the administrator, then run this again", url=panel),
            Advice("or publish it all the same", command=caller.again("--expose-admin")),
        ],
    )


def remarks(admission: Admission) -> Iterator[str]:
    """Say what the gateway refuses of the front end's own paths, and where it found the admin side."""
    site, known = admission.site, admission.known
    if not site.has_frontend or site.withheld is None:
        return
    if not known.side.marks:
        why = "No header tells Strapi's answers from your front end's"
        if known.strapi is None:
            why = "Strapi has not answered yet"
        names = ", ".join(f"/{name}" for name in known.side.names)
        yield f"{why}: the gateway refuses every path with one of these in it: {names}."
    for prefix in (*known.side.forwarded, *known.side.closed):
        yield f"Your front end forwards {prefix} to Strapi's admin side: the gateway refuses that."
