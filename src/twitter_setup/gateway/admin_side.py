"""Strapi's admin side behind the front end: what the gateway withholds of it, and what it refuses.

A dev server may forward requests to Strapi, by whatever rule. So the gateway judges the answer: one that
carries a mark of Strapi is withheld if the request names the admin side. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from twitter_setup.gateway import paths
from twitter_setup.gateway.answers import Matcher, not_found, on_path, on_target

# Without the plugins whose names the public API has too (upload, i18n, email, documentation, ai):
# their admin routes answer 401 without the token that a withheld login would have given.
NAMES = (
    "admin",
    "content-manager",
    "content-releases",
    "content-type-builder",
    "review-workflows",
    "users-permissions",
)
# These write before an answer could be withheld.
_BLIND = ("forgot-password", "register", "register-admin", "reset-password")
# Every server sends these, or they depend on the request.
_COMMON = frozenset(
    {
        *("cache-control", "connection", "content-length", "content-type", "date", "etag"),
        *("expires", "keep-alive", "pragma", "surrogate-control", "transfer-encoding", "vary"),
    }
)
_COMMON_STARTS = ("access-control-", "ratelimit", "x-ratelimit", "x-rate-limit")
REFUSED = "Strapi's admin side is not published."

Mark = tuple[str, str]  # a header's name, in lower case, and its value


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminSide:
    """What is known of the admin side.

    Without marks every request that names it is refused. So is, in spite of the marks, what names it
    below a prefix that is `forwarded`, and everything below one that is `closed`.
    """

    panel: str = ""  # where config/admin has the panel: "dashboard"
    marks: tuple[Mark, ...] = ()
    forwarded: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (*NAMES, self.panel) if self.panel else NAMES


def common_to(answers: Iterable[Iterable[Mark]]) -> frozenset[Mark]:
    """Find the marks in the headers of Strapi's answers: the pairs that all of them carry."""
    pairs = [frozenset((name.lower(), value) for name, value in answer) for answer in answers]
    return frozenset(
        (name, value)
        for name, value in frozenset.intersection(*pairs)
        if value and name not in _COMMON and not name.startswith(_COMMON_STARTS)
    )


def named(side: AdminSide) -> list[Matcher]:
    """Match the requests that name the admin side: a segment of the path, or a path in the query."""
    return [on_path(paths.segment(side.names)), on_target(paths.in_query(side.names))]


def is_named(side: AdminSide, path: str) -> bool:
    return re.search(paths.segment(side.names), path) is not None


def refused(side: AdminSide) -> Iterator[Matcher]:
    """Match the requests that the front end must not be asked at all."""
    posted = {"method": ["POST"]}
    yield on_path(paths.steps("admin", _BLIND)) | posted
    yield on_target(paths.steps_in_query("admin", _BLIND)) | posted
    if not side.marks:
        yield from named(side)
    for prefix in side.forwarded:
        yield on_path(paths.below(prefix, side.names))
    for prefix in side.closed:
        yield on_path(paths.below(prefix))


def withholding(side: AdminSide) -> list[dict[str, Any]]:
    """Make the `handle_response` of a reverse proxy for `named` requests.

    An answer without a mark passes as it comes. https://caddyserver.com/docs/json/
    """
    routes = [{"handle": [not_found(REFUSED)]}]
    return [{"match": {"headers": {name: [value]}}, "routes": routes} for name, value in side.marks]
