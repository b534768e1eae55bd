"""`undo` of what `configure` wrote into Strapi. Asks nothing; where it cannot, it says how."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Literal
from urllib.parse import urlsplit

from twitter_setup.addresses.public_url import is_loopback
from twitter_setup.errors import Advice, SetupError
from twitter_setup.project.settings import Options
from twitter_setup.state.folder import StateFolder
from twitter_setup.state.registry import own_key
from twitter_setup.strapi import provider_checkpoint, providers
from twitter_setup.strapi.address import same
from twitter_setup.strapi.api import Credentials, Strapi
from twitter_setup.strapi.provider_checkpoint import ProviderCheckpoint
from twitter_setup.strapi.provider_put import Unsettled, Words, put
from twitter_setup.view import View

_LOOK = Advice("see what Strapi holds now", command="twitter-setup configure --dry-run")

Outcome = Literal["restored", "unchanged", "needs-credentials"]
_OUTCOMES: tuple[Outcome, ...] = ("restored", "needs-credentials", "unchanged")  # which one is told


def undo(
    state: StateFolder, options: Options, view: View, *, everything: bool
) -> tuple[Outcome | None, bool]:
    """What became of it (None: there was nothing to undo), and whether it failed. Raises no `SetupError`.

    The newest checkpoint, or all of them, newest first: each only where Strapi still holds what it wrote.
    `--strapi` names the one Strapi that is meant.
    """
    try:
        found = provider_checkpoint.load_all(state)
    except SetupError as error:  # the files are put back all the same
        view.note(f"Strapi's twitter provider was not put back. {error.message}", error.advice)
        return "unchanged", True
    named = options.strapi
    wanted = [one for one in reversed(found) if named is None or same(one.address, named)]
    if found and not wanted:
        others = _addresses(found)
        view.note(
            f"Nothing of `configure` is left to undo at {named}, but at {', '.join(others)}.",
            [Advice("undo that", command=_command(others[-1]))],
        )
    if not wanted:
        return None, False
    wanted = wanted if everything else wanted[:1]
    if not Credentials.of(options).are_given:
        _say_who_is_needed(wanted, view)
        return "needs-credentials", False
    ends: list[tuple[Outcome, bool]] = []
    for address in _addresses(wanted):
        if named is None and not is_loopback(urlsplit(address).hostname or ""):
            # The folder may have come with a repository: credentials go where this user says.
            view.note(
                f"The twitter provider of {address} stays as `configure` left it.",
                [Advice("name that Strapi", command=_command(address))],
            )
            ends.append(("needs-credentials", False))
        else:
            of_this = [one for one in wanted if same(one.address, address)]
            ends.append(_undo_at(address, state, of_this, options, view))
    outcomes = {outcome for outcome, _ in ends}
    best = next(one for one in _OUTCOMES if one in outcomes)
    return best, any(has_failed for _, has_failed in ends)


def _addresses(found: Sequence[ProviderCheckpoint]) -> list[str]:
    """One of each Strapi: this machine has several names."""
    addresses: list[str] = []
    for one in found:
        if not any(same(one.address, known) for known in addresses):
            addresses.append(one.address)
    return addresses


def _say_who_is_needed(wanted: Sequence[ProviderCheckpoint], view: View) -> None:
    addresses = _addresses(wanted)
    view.note(
        f"Strapi's twitter provider stays as `configure` left it at {', '.join(addresses)}: to put it "
        "back, `undo` needs an administrator.",
        [
            Advice(
                "with STRAPI_ADMIN_TOKEN, or STRAPI_ADMIN_EMAIL and STRAPI_ADMIN_PASSWORD, in the "
                "environment",
                command=_command(addresses[0]),
            )
        ],
    )


def _command(address: str) -> str:
    is_here = is_loopback(urlsplit(address).hostname or "")
    return "twitter-setup undo" + ("" if is_here else f" --strapi {address}")


def _undo_at(
    address: str,
    state: StateFolder,
    wanted: Sequence[ProviderCheckpoint],
    options: Options,
    view: View,
) -> tuple[Outcome, bool]:
    """Those of one Strapi, newest first: what became of them, and whether one failed."""
    outcome: Outcome = "unchanged"
    try:
        with (
            state.configuring(),  # not in the middle of a `configure`
            closing(Strapi(address, Credentials.of(options))) as strapi,
        ):
            for one in wanted:
                if _undo_one(state, one, strapi, view) == "restored":
                    outcome = "restored"
    except Unsettled as error:
        view.note(f"{error.message} {error.unchanged}".rstrip(), error.advice)
        return outcome, True
    except SetupError as error:
        view.note(f"Strapi's twitter provider was not put back. {error.message}", error.advice)
        return outcome, True
    return outcome, False


def _undo_one(state: StateFolder, one: ProviderCheckpoint, strapi: Strapi, view: View) -> Outcome:
    found = strapi.providers()
    if one.is_undone_in(found):
        provider_checkpoint.forget(state, one)
        view.say("Strapi's twitter provider was as before `configure` already.")
        return "unchanged"
    if not one.is_in(found, own_key()):
        view.note(
            "Strapi's twitter provider was changed since `configure` wrote it, or it was written under "
            "another home; so it is left as it is.",
            [Advice(f"the former setting is in {provider_checkpoint.file_of(state, one)}")],
        )
        return "unchanged"
    sent = providers.with_twitter(found, one.before, one.absent)
    again = Advice("or try again", command=_command(one.address))
    put(strapi, found, sent, Words("former", "put back", [_LOOK, again]))
    provider_checkpoint.forget(state, one)
    return "restored"
