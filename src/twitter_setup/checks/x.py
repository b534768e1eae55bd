"""The checks that ask X; what its answers mean is in `x_checks`."""

from __future__ import annotations

from twitter_setup.checks import unreachable as network
from twitter_setup.checks import x_findings as x_checks
from twitter_setup.checks.facts.remote import Facts
from twitter_setup.checks.finding import Finding, skipped
from twitter_setup.checks.reachable import first_answer, no_session
from twitter_setup.errors import Advice

_NO_PAIR = "no key and secret to ask X with"
_NO_NETWORK = "X is not reached: there is no network, see tunnel"


def clock(facts: Facts) -> Finding:
    """Does this machine's clock agree with X's?"""
    return skipped(_NO_PAIR) if facts.x_keys is None else x_checks.clock(facts.x_keys)


def x_keys(facts: Facts) -> Finding:
    """Does X know the key and the secret?"""
    if facts.x_keys is None:
        return _no_pair(facts)
    return skipped(_NO_NETWORK) if _has_no_network(facts) else x_checks.keys(facts.x_keys)


def waived_by_a_pair(facts: Facts) -> frozenset[str]:
    """A pair that is given here is asked about whatever Strapi holds, and though Strapi is down."""
    options = facts.situation.options
    return frozenset({"credentials"}) if options.key and options.secret else frozenset()


def x_callback(facts: Facts) -> Finding:
    """Is the callback in the app's list at X?"""
    if facts.x_keys is None:
        return skipped(_NO_PAIR)
    if facts.x_callback is None or facts.callback_at_x is None:
        return no_session()
    if _has_no_network(facts):
        return skipped(_NO_NETWORK)
    return x_checks.callback(facts.x_callback, facts.callback_at_x)


def _has_no_network(facts: Facts) -> bool:
    """Whether `tunnel` says so: one cause is one red line."""
    x = facts.x_keys
    if x is None or x.kind == "accepted" or "tunnel" not in facts.asked or facts.dead_children:
        return False
    page = first_answer(facts)
    return page is not None and not facts.is_direct and network.is_missing(page, facts)


def _no_pair(facts: Facts) -> Finding:
    if facts.admin.providers is not None:
        return skipped("Strapi holds no key and secret to ask X with")
    if facts.admin.problem is not None:
        return skipped(
            f"{_NO_PAIR}: the admin API did not let us look",
            Advice("or set TWITTER_API_KEY and TWITTER_API_SECRET, then Strapi need not be asked"),
        )
    return skipped(
        _NO_PAIR,
        Advice(
            "set TWITTER_API_KEY and TWITTER_API_SECRET, or an administrator's credentials so that those "
            "are taken which Strapi has"
        ),
    )
