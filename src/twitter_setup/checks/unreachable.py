"""Why no answer came, in words; and whether it is this machine that has no network."""

from __future__ import annotations

from collections.abc import Mapping

from twitter_setup.addresses.parts import is_here, origin_of
from twitter_setup.checks import x_findings as x_checks
from twitter_setup.checks.explained import explained
from twitter_setup.checks.facts.remote import Facts
from twitter_setup.checks.facts.web import Page, Problem
from twitter_setup.checks.finding import Finding, failed, unknown
from twitter_setup.errors import Advice

PROBLEMS: Mapping[Problem, str] = {
    "no such host": "The name does not resolve: mistyped, its DNS entry is gone, or there is no network.",
    "refused": "Nothing listens there, or the proxy that HTTPS_PROXY names does not.",
    "no way there": "No way leads there: this machine has no network, or a firewall is between.",
    "certificate": "Its certificate is not valid for this name, or not trusted.",
    "timeout": "No answer within five seconds.",
    "cut off": "The connection ended before an answer came.",
    "proxy": "The proxy that the environment names cannot be used.",
}
AUTHORITY = Advice("if a proxy of your company's is between: its authority's file in SSL_CERT_FILE")
_OUT_OF_REACH = frozenset({"no such host", "refused", "no way there", "timeout", "proxy"})
_X_OUT_OF_REACH = frozenset({"unreachable", "timeout"})
LOOK_AFTER_IT = Advice("look after its DNS entry and its proxy")
PROXYS = frozenset({502, 503, 504})  # what a proxy says that finds nothing behind it
_DOES_IT_RUN = Advice("see whether it runs, where it is deployed")


def is_missing(page: Page, facts: Facts) -> bool:
    """Whether neither this page, of another machine, nor X is reached: then it is neither's fault."""
    if page.problem not in _OUT_OF_REACH or is_here(page.url):
        return False
    return facts.x_keys is not None and facts.x_keys.kind in _X_OUT_OF_REACH


def missing(page: Page, facts: Facts) -> Finding:
    if page.problem == "proxy":
        return no_proxy(page)
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


def no_proxy(page: Page) -> Finding:
    return unknown(
        page.proxy,
        f"Nothing was asked at {origin_of(page.url)}. It says nothing of your set-up.",
        Advice("correct or unset that variable, then", command="twitter-setup verify"),
        explained("tunnel"),
    )


def no_answer(facts: Facts, page: Page) -> Finding:
    """`page` is its health, and not the 204 of a Strapi that has started."""
    address = facts.address
    if is_missing(page, facts):
        return missing(page, facts)
    if page.problem == "proxy":
        return no_proxy(page)
    if page.problem == "timeout":
        return unknown(
            f"{address} does not answer: timeout",
            PROBLEMS["timeout"],
            Advice(f"{_DOES_IT_RUN.text}, then", command="twitter-setup verify backend"),
            explained("backend"),
        )
    if page.problem:
        more = [AUTHORITY] if page.problem == "certificate" else []
        return failed(
            f"Strapi does not answer at {address}: {page.problem}",
            PROBLEMS[page.problem],
            *more,
            _DOES_IT_RUN,
            LOOK_AFTER_IT,
            explained("backend"),
        )
    if page.status in PROXYS:
        return failed(
            f"{address} is reached, but Strapi is not behind it (HTTP {page.status})",
            "The proxy before it found nothing at Strapi's port.",
            _DOES_IT_RUN,
            LOOK_AFTER_IT,
            explained("backend"),
        )
    return failed(
        f"what answers at {address} is not Strapi (HTTP {page.status})",
        "Expected its /_health, which is 204 without content.",
        Advice("is that Strapi's own address, and not that of the front end?"),
        LOOK_AFTER_IT,
        explained("backend"),
    )
