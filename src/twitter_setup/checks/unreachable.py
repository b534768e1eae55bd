"""Why no answer came, in words; and whether it is this machine that has no network."""

from __future__ import annotations

from collections.abc import Mapping

from twitter_setup.addresses.parts import is_here, origin_of
from twitter_setup.checks import x_findings as x_checks
from twitter_setup.checks.explained import explained
from twitter_setup.checks.facts.remote import Facts
from twitter_setup.checks.facts.web import Page, Problem
from twitter_setup.checks.finding import Finding, unknown
from twitter_setup.errors import Advice

PROBLEMS: Mapping[Problem, str] = {
    "no such host": "The name does not resolve: mistyped, its DNS entry is gone, or there is no network.",
    "refused": "Nothing listens there, or the proxy that HTTPS_PROXY names does not.",
    "certificate": "Its certificate is not valid for this name, or not trusted.",
    "timeout": "No answer within five seconds.",
    "cut off": "The connection ended before an answer came.",
}
AUTHORITY = Advice("if a proxy of your company's is between: its authority's file in SSL_CERT_FILE")
_OUT_OF_REACH = frozenset({"no such host", "refused", "timeout"})
_X_OUT_OF_REACH = frozenset({"unreachable", "timeout"})


def is_missing(page: Page, facts: Facts) -> bool:
    """Whether neither this page, of another machine, nor X is reached: then it is neither's fault."""
    if page.problem not in _OUT_OF_REACH or is_here(page.url):
        return False
    return facts.x_keys is not None and facts.x_keys.kind in _X_OUT_OF_REACH


def missing(page: Page, facts: Facts) -> Finding:
    x = f"\nX: {x_checks.said(facts.x_keys)}" if facts.x_keys else ""
    return unknown(
        f"no network: neither {origin_of(page.url)} nor X answers",
        f"{origin_of(page.url)}: {page.problem}{x}\nIt says nothing of your set-up.",
        Advice(
            "look at the connection, a firewall, and HTTPS_PROXY, then",
            command="twitter-setup verify",
        ),
        explained("tunnel"),
    )
