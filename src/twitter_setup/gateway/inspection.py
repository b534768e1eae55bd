"""What the running ends of a project answer: Strapi's marks, and what of its admin side leads past them.

Each question goes to this machine, and is a GET but for one that Strapi refuses.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import httpx

from twitter_setup.gateway import admin_side, paths
from twitter_setup.gateway.admin_side import AdminSide, Mark
from twitter_setup.gateway.dev_server import scheme
from twitter_setup.gateway.dev_server.scheme import Scheme

PATIENCE = 5.0  # seconds for one answer; a dev server may compile first
_ENOUGH = 100_000  # bytes
_INIT = "/admin/init"
# It lacks what it is asked for: Strapi throws 400, as it does for a wrong password.
_THROWN = "/admin/reset-password"


@dataclass(frozen=True, slots=True, kw_only=True)
class StrapiSeen:
    """`has_admin` is None for a server that is not Strapi; it has no marks then."""

    has_admin: bool | None
    marks: frozenset[Mark] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    status: int
    headers: frozenset[Mark]
    body: bytes


def ask_strapi(port: int) -> StrapiSeen | None:
    """Learn whether Strapi has an administrator, and its marks; None: it does not answer yet.

    A mark is on an answer and on a thrown error. The panel's page is not asked for: under
    `strapi develop` that wakes its Vite.
    """
    with suppress(httpx.HTTPError), _client(port) as client:
        init = _ask(client, _INIT)
        has_admin = _has_admin(init)
        if has_admin is None:
            return None if init.status >= 500 else StrapiSeen(has_admin=None)
        answers = (init, _ask(client, _THROWN, post={}))
        if all(answer.status < 500 for answer in answers):  # else it is starting
            marks = admin_side.common_to(answer.headers for answer in answers)
            return StrapiSeen(has_admin=has_admin, marks=marks)
    return None


def ask_page(port: int) -> frozenset[Mark] | None:
    """Return the headers of the front end's first page; None: it does not answer yet."""
    with suppress(httpx.HTTPError), _client(port, scheme.of(port)) as client:
        return _ask(client, "/", accept="text/html").headers
    return None


def probe(
    port: int, prefixes: Iterable[str], side: AdminSide, backend_folder: str
) -> AdminSide | None:
    """Ask below each of `prefixes` for Strapi's admin side, and close what the marks do not.

    Returns None if the front end did not answer all of it.
    """
    forwarded, closed = list[str](), list[str]()
    with suppress(httpx.HTTPError), _client(port, scheme.of(port)) as client:
        for prefix in prefixes:
            for path, found in ((f"{prefix}{_INIT}", forwarded), (f"{prefix}/init", closed)):
                if not paths.lets_through(path, backend_folder):
                    continue
                answer = _ask(client, path)
                if _has_admin(answer) is not None and not _is_withheld(path, answer, side):
                    found.append(prefix or "/")
        return replace(side, forwarded=tuple(forwarded), closed=tuple(closed))
    return None


def _is_withheld(path: str, answer: _Answer, side: AdminSide) -> bool:
    is_marked = not side.marks or not answer.headers.isdisjoint(side.marks)
    return is_marked and admin_side.is_named(side, path)


def _has_admin(answer: _Answer) -> bool | None:
    """Read what /admin/init says; None for another answer. A handler may have wrapped it again."""
    with suppress(ValueError, RecursionError):
        data = json.loads(answer.body)
        while isinstance(data, dict):
            if isinstance(data.get("hasAdmin"), bool):
                return bool(data["hasAdmin"])
            data = data.get("data")
    return None


def _client(port: int, spoken: Scheme = "http") -> httpx.Client:
    return httpx.Client(
        base_url=f"{spoken}://localhost:{port}",
        verify=False,  # noqa: S501 - the connection stays on the loopback
        timeout=PATIENCE,
        trust_env=False,
    )


def _ask(
    client: httpx.Client, path: str, *, accept: str = "application/json", post: Any = None
) -> _Answer:
    """Ask, and read the beginning of the answer. Raises `httpx.HTTPError` after `PATIENCE`."""
    method, end = ("GET" if post is None else "POST"), time.monotonic() + PATIENCE
    body = b""
    with client.stream(method, path, json=post, headers={"Accept": accept}) as answer:
        for part in answer.iter_bytes():
            body += part
            if time.monotonic() > end:
                raise httpx.ReadTimeout(path)
            if len(body) > _ENOUGH:
                break
        headers = frozenset((name.lower(), value) for name, value in answer.headers.multi_items())
        return _Answer(status=answer.status_code, headers=headers, body=body)
