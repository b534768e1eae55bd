"""What a `tunnel` says of the way it publishes a project, and of what that cannot do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twitter_setup.addresses import parts as addresses
from twitter_setup.commands.tunnel import hot_reload
from twitter_setup.errors import Advice, SetupError
from twitter_setup.gateway.dev_server import scheme
from twitter_setup.gateway.layout import Arrangement
from twitter_setup.gateway.own_routes import login_routes
from twitter_setup.project.locate import Located
from twitter_setup.state.folder import StateFolder
from twitter_setup.state.session_record import SessionRecord
from twitter_setup.strapi import address as strapi_address
from twitter_setup.strapi import provider_checkpoint
from twitter_setup.strapi.api import local_address
from twitter_setup.view import View

_SAID_FREE_PLAN = "said_free_plan"


def gateway(located: Located, arrangement: Arrangement) -> str:
    """What is published, in one line."""
    admin = "/admin is published too" if located.options.expose_admin else "/admin is not published"
    api = located.backend.api_prefix or "the API"
    if not arrangement.is_one_origin:
        return f"Strapi alone: {api} and /uploads; {admin}"
    reached = {
        "local": "which only this machine reaches",
        "ngrok": "public while this runs, sources included",
        "url": "as public as your address while this runs, sources included",
    }[arrangement.reach]
    return (
        f"one address for both: {api} and /uploads are Strapi, the rest is your front end's dev server "
        f"({reached}); {admin}"
    )


def before_the_sheet(
    located: Located, arrangement: Arrangement, public_url: str, state: StateFolder
) -> list[str]:
    """What a person should know of this way of publishing; the most important last."""
    notes = []
    frontend = located.frontend
    if arrangement.is_one_origin:
        notes += login_routes.notes(located)
    # On this machine alone, the pages find the dev server at its own port.
    is_published = arrangement.is_one_origin and arrangement.reach != "local"
    reloading = hot_reload.advice(frontend) if is_published and frontend else None
    if reloading:
        notes.append(reloading)
    if arrangement.reach == "url" and arrangement.gateway_port is not None:
        notes.append(
            f"Lead {public_url} to http://127.0.0.1:{arrangement.gateway_port}, where the gateway is "
            "(your tunnel or proxy does that)."
        )
    if not arrangement.is_one_origin:
        notes += _two_origins(located, public_url, is_local=arrangement.reach == "local")
    if addresses.is_free_tunnel(public_url) and not state.answers().get(_SAID_FREE_PLAN):
        state.save_answers({**state.answers(), _SAID_FREE_PLAN: True})
        notes.append(
            "ngrok's free plan has 20,000 requests and 1 GB a month, and a page of a dev server is "
            "hundreds of requests. For daily work: twitter-setup tunnel --local"
        )
    return notes


def _two_origins(located: Located, public_url: str, *, is_local: bool) -> list[str]:
    """What two addresses cannot do (measured on Strapi 4.26 and 5.54; strapi/strapi#27648)."""
    if located.frontend is None:
        return []
    if located.backend.needs_session_login and is_local:
        return [
            f"Strapi {located.backend.users_permissions} finishes a login on one host only. Open the "
            f"front end at {scheme.address(located.frontend.port, '127.0.0.1')}, not at localhost, "
            "and let it call Strapi with credentials: 'include'."
        ]
    if located.backend.needs_session_login:
        return [
            f"Strapi {located.backend.users_permissions} finishes a login only where front end and "
            "back end have one address. They have two now, so it will answer “OAuth authentication "
            "requires a completed provider session”. Without --two-origins they have one."
        ]
    if addresses.is_free_tunnel(public_url):
        return [
            "On ngrok's free plan the front end's own requests get ngrok's browser page instead of "
            "Strapi's answer, and look like a CORS error. Without --two-origins they get through."
        ]
    return []


def compare_redirect_url(record: SessionRecord, provider: Mapping[str, Any], view: View) -> None:
    """Where an administrator's credentials let us see it: does the login end on our page?"""
    wanted, stored = record.sheet["redirect_url"], provider.get("callback")
    if wanted and stored and stored != wanted:
        view.note(
            f"In Strapi the redirect URL is {stored}, and for this address it is {wanted}.",
            [Advice("write that one", command="twitter-setup configure")],
        )


def say_what_strapi_keeps(
    located: Located, record: SessionRecord, state: StateFolder, view: View
) -> None:
    """`configure` outlives the tunnel: what it wrote may lead to an address that is gone now."""
    page = _redirect_url_written(located, state, view)
    if not page.startswith(f"{record.public_url}/"):
        return
    advice = [Advice("with the next tunnel", command="twitter-setup configure")]
    if record.reach == "local":
        advice = [Advice("it is right again with", command="twitter-setup tunnel --local")]
    if not located.backend.needs_session_login:  # two addresses will do
        path = page.removeprefix(record.public_url)
        here = scheme.address(located.frontend.port if located.frontend else 3000)
        back = f"twitter-setup configure --redirect {here}{path}"
        advice.append(Advice("or back to this machine", command=back))
    view.note(f"The redirect URL in Strapi still points to this tunnel: {page}.", advice)


def _redirect_url_written(located: Located, state: StateFolder, view: View) -> str:
    """The one that `configure` wrote last into the Strapi that it writes to here; '' for none.

    A later run may have left it alone, or written to a deployed Strapi.
    """
    here = local_address(located.backend.port)
    try:
        address = strapi_address.choose(None, located.file, here, view, with_credentials=False)
        found = provider_checkpoint.load_all(state)
    except SetupError:  # what cannot be read is `configure`'s and `undo`'s matter
        return ""
    of_this = [one.redirect_url for one in found if strapi_address.same(one.address, address)]
    return next((page for page in reversed(of_this) if page), "")
