"""`backend` for a Strapi that is deployed: why it does not answer, and where to look."""

from __future__ import annotations

from twitter_setup.checks import unreachable as network
from twitter_setup.checks.explained import explained
from twitter_setup.checks.facts.remote import Facts
from twitter_setup.checks.facts.web import Page
from twitter_setup.checks.finding import Finding, failed, unknown
from twitter_setup.errors import Advice

LOOK_AFTER_IT = Advice("look after its DNS entry and its proxy")
PROXYS = frozenset({502, 503, 504})  # what a proxy says that finds nothing behind it
_DOES_IT_RUN = Advice("see whether it runs, where it is deployed")


def no_answer(facts: Facts, page: Page) -> Finding:
    """`page` is its health, and not the 204 of a Strapi that has started."""
    address = facts.address
    if network.is_missing(page, facts):
        return network.missing(page, facts)
    if page.problem == "timeout":
        return unknown(
            f"{address} does not answer: timeout",
            network.PROBLEMS["timeout"],
            Advice(f"{_DOES_IT_RUN.text}, then", command="twitter-setup verify backend"),
            explained("backend"),
        )
    if page.problem:
        more = [network.AUTHORITY] if page.problem == "certificate" else []
        return failed(
            f"Strapi does not answer at {address}: {page.problem}",
            network.PROBLEMS[page.problem],
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
