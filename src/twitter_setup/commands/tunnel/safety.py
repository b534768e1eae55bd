"""What `tunnel` asks both ends before it publishes them, and what it says of their answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from twitter_setup.errors import Advice, SetupError
from twitter_setup.gateway import canary, dev_server_holes, frontend_routes, paths
from twitter_setup.gateway import site as gateway_site
from twitter_setup.gateway.admission import Admission
from twitter_setup.gateway.canary import Leaks, Safe, Verdict
from twitter_setup.gateway.config import Site
from twitter_setup.gateway.dev_server import scheme
from twitter_setup.gateway.layout import Arrangement
from twitter_setup.project.locate import Caller, Located
from twitter_setup.state import registry
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
    return Admission(site, prefixes=prefixes or [], leaks=partial(_leaks, located, site))


def _leaks(located: Located, site: Site) -> Verdict:
    """Ask the dev server for a canary, and by its version for what no canary shows."""
    frontend = located.frontend
    if frontend is None or located.options.allow_vulnerable_dev_server:
        return Safe()
    lets_through = partial(paths.lets_through, backend_folder=site.backend_folder)
    vite = dev_server_holes.installed_vite(frontend.root, frontend.framework)
    bypass = dev_server_holes.deny_bypass(vite, lets_through)
    if bypass is not None:
        return Leaks(bypass, "vite")
    folder = registry.registry_folder().parent
    address = scheme.address(frontend.port)
    return canary.leaks(address, folder, lets_through=lets_through, vite=vite)


def settle(admission: Admission | None, caller: Caller, pause: Callable[[float], None]) -> None:
    """Wait for the answers of what runs. Raises `strapi_no_admin`, `unsupported_version`."""
    if admission is None:
        return
    with caller.view.working("asking Strapi and the front end what would be public"):
        admission.settle(pause)
    try:
        check(admission, caller)
        _check_leak(admission, caller)
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


def _check_leak(admission: Admission, caller: Caller) -> None:
    """Raise `unsupported_version` for a dev server that runs and gives files away."""
    leak = admission.known.leak
    if leak is None:
        return
    raise SetupError(
        "unsupported_version",
        "The front end's dev server would be public, and everybody could read this machine's files "
        f"through it. {leak.reason}",
        advice=_ways_out(leak, caller),
    )


def _ways_out(leak: Leaks, caller: Caller) -> list[Advice]:
    ways = [
        Advice("or stay on this machine", command="twitter-setup tunnel --local"),
        Advice("or take the risk", command=caller.again("--allow-vulnerable-dev-server")),
    ]
    if not leak.package:
        return ways
    update = f"npm update {leak.package}"
    return [Advice("update it in the front end's folder", command=update), *ways]


def remarks(admission: Admission) -> Iterator[str]:
    """Say what the gateway refuses of the front end's own paths, and where it found the admin side."""
    site, known = admission.site, admission.known
    if known.leak is not None:
        yield f"Your front end is not published: {known.leak.reason} Fix that and restart it."
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
