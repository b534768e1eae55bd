"""Runs a `tunnel` at the ngrok domain that was kept for this project.

The domain belongs to one account, so it is kept in `.twitter-setup/`, which git ignores.
"""

from __future__ import annotations

from dataclasses import replace

from twitter_setup.addresses.public_url import parse_domain
from twitter_setup.commands.tunnel import session
from twitter_setup.commands.tunnel.proposal import KEPT_DOMAIN
from twitter_setup.errors import Advice, ExitCode, SetupError, TunnelFailed
from twitter_setup.ngrok import errors as ngrok_errors
from twitter_setup.project.locate import Caller, Located
from twitter_setup.state.folder import StateFolder
from twitter_setup.system.signals import Stop

_NOT_THE_ACCOUNTS = frozenset({"313", "314", "319", "320"})


def run(located: Located, caller: Caller, stop: Stop) -> ExitCode:
    """Run the `tunnel` command; flags, environment and settings file override the kept domain.

    Forgets the domain if ngrok says that another account owns it. Raises as `session.run`.
    """
    state = StateFolder(located.backend.root)
    kept = _kept(located, state)
    if kept:
        located = replace(located, options=replace(located.options, domain=kept))
    try:
        return session.run(located, caller, stop)
    except TunnelFailed as failure:
        is_refused = ngrok_errors.code_in(failure.message) in _NOT_THE_ACCOUNTS
        if is_refused and kept:
            _forget(state)
            failure.advice = (
                Advice(
                    "it was kept from an earlier run and is forgotten now; "
                    "to open your account's own domain",
                    command=caller.again(),
                ),
            )
        elif is_refused and located.options.domain == located.file.get("reach", "domain"):
            # Without --domain is how it was called.
            failure.advice = (
                Advice(
                    f"take `domain` out of [reach] in {located.file.path}, then",
                    command=caller.again(),
                ),
                *failure.advice[:1],
            )
        raise


def _forget(state: StateFolder) -> None:
    answers = state.answers()
    state.save_answers({name: answers[name] for name in answers if name != KEPT_DOMAIN})


def _kept(located: Located, state: StateFolder) -> str | None:
    options = located.options
    if options.reach != "ngrok" or options.domain or located.file.get("reach", "kind") == "url":
        return None
    try:
        return parse_domain(str(state.answers().get(KEPT_DOMAIN) or ""))
    except SetupError:  # none, or a file that somebody else wrote
        return None
