"""`undo` of what `configure` wrote into Strapi. Asks nothing; where it cannot, it says how."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from urllib.parse import urlsplit

from twitter_setup import provider_checkpoint, providers
from twitter_setup.errors import Advice, SetupError
from twitter_setup.provider_checkpoint import ProviderCheckpoint
from twitter_setup.provider_put import Unsettled, Words, put
from twitter_setup.public_url import is_loopback
from twitter_setup.registry import own_key
from twitter_setup.settings import Options
from twitter_setup.state import StateFolder
from twitter_setup.strapi import Credentials, Strapi
from twitter_setup.view import View

_LOOK = Advice("see what Strapi holds now", command="twitter-setup configure --dry-run")
_AGAIN = Advice("or try again", command="twitter-setup undo")

Outcome = Literal["restored", "unchanged", "needs-credentials"]


def undo(
    state: StateFolder, options: Options, view: View, *, everything: bool
) -> tuple[Outcome | None, bool]:
    """What became of it (None: there was nothing to undo), and whether it failed.

    The newest checkpoint, or all of them, newest first: each only where Strapi still holds what it wrote.
    """
    found = provider_checkpoint.load_all(state)
    if not found:
        return None, False
    wanted = list(reversed(found)) if everything else [found[-1]]
    if not Credentials.of(options).are_given:
        view.note(
            f"Strapi's twitter provider stays as `configure` left it at {wanted[0].address}: to put it "
            "back, `undo` needs an administrator.",
            [
                Advice(
                    "with STRAPI_ADMIN_TOKEN, or STRAPI_ADMIN_EMAIL and STRAPI_ADMIN_PASSWORD, in the "
                    "environment",
                    command="twitter-setup undo",
                )
            ],
        )
        return "needs-credentials", False
    for one in wanted:
        if not is_loopback(urlsplit(one.address).hostname or "") and one.address != options.strapi:
            # The folder may have come with a repository: credentials go where this user says.
            view.note(
                f"The twitter provider of {one.address} stays as `configure` left it.",
                [Advice("name that Strapi", command=f"twitter-setup undo --strapi {one.address}")],
            )
            return "needs-credentials", False
    try:
        with state.configuring():  # not in the middle of a `configure`
            return _undo_each(state, wanted, options, view), False
    except Unsettled as error:
        view.note(f"{error.message} {error.unchanged}".rstrip(), error.advice)
        return "unchanged", True
    except SetupError as error:
        view.note(f"Strapi's twitter provider was not put back. {error.message}", error.advice)
        return "unchanged", True


def _undo_each(
    state: StateFolder, wanted: Sequence[ProviderCheckpoint], options: Options, view: View
) -> Outcome:
    outcome: Outcome = "unchanged"
    strapi = Strapi(wanted[0].address, Credentials.of(options))
    try:
        for one in wanted:
            if one.address != strapi.address:
                strapi.close()
                strapi = Strapi(one.address, Credentials.of(options))
            result = _undo_one(state, one, strapi, view)
            if result == "restored":
                outcome = result
    finally:
        strapi.close()
    return outcome


def _undo_one(state: StateFolder, one: ProviderCheckpoint, strapi: Strapi, view: View) -> Outcome:
    found = strapi.providers()
    if one.is_undone_in(found):
        provider_checkpoint.forget(state, one)
        view.say("Strapi's twitter provider was as before `configure` already.")
        return "unchanged"
    if not one.is_in(found, own_key()):
        view.note(
            "Strapi's twitter provider was changed since `configure` wrote it, so it is left as it is.",
            [Advice(f"the former setting is in {provider_checkpoint.file_of(state, one)}")],
        )
        return "unchanged"
    sent = providers.with_twitter(found, one.before, one.absent)
    put(strapi, found, sent, Words("former", "put back", [_LOOK, _AGAIN]))
    provider_checkpoint.forget(state, one)
    return "restored"
