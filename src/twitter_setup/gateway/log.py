"""The gateway's log: what Caddy is told to keep of a request, and the reader of it.

A line is one answered request, as JSON:

    {"ts": 1767225600.123, "duration": 0.0042, "status": 302, "method": "GET",
     "path": "/api/connect/twitter/callback", "parameters": "oauth_token&oauth_verifier",
     "upstream": "strapi", "error": "access_denied", "error_description": "…"}

`ts` is when it was answered, in epoch seconds, `duration` in seconds. `path` is decoded and ends where
something follows that may hold a value (`;`, `=`, `?`, `#`, `&` or `%` left after decoding).
`parameters` are the names alone, in the order of the query; a name with unusual characters and one
without `=` are left out. Of two parameters the values are kept: `error` and `error_description`.
`upstream` is `strapi`, `frontend`, or not there when the gateway itself answered; what is empty is not
there either. Nothing else is kept: no header, no body, no other value, no address. Web sockets stand
there once they are closed. The file starts anew at a few MB; the one before it stays beside it, with
its date in its name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

NAME = "gateway"

Upstream = Literal["strapi", "frontend"]

_ROLL_SIZE_MB = 4
_LONGEST = 500
# Every `name=value` becomes `name`, everything else nothing. `raw%5Bid%5D` is a usual name.
_VALUES = r"((?:[\w.\[\]-]|%5[BbDd]){1,60})=[^&]*|[^&]+"
_REST_OF_PATH = r"(?s)[=;?#&%].*"
_TOO_LONG = rf"(?s)^(.{{{_LONGEST}}}).*$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A request that was answered."""

    at: float  # epoch seconds
    duration: float  # seconds
    method: str
    path: str
    parameters: tuple[str, ...]
    status: int
    upstream: Upstream | None  # None: the gateway itself
    error: str
    error_description: str


def logging(path: Path) -> dict[str, Any]:
    """Write the `logging` part of Caddy's configuration.

    What Caddy says of itself goes to its stderr, without a word about requests: `http.log.error` and
    the reverse proxy's own lines would have headers and whole addresses in them.
    """
    return {
        "logs": {
            "default": {"level": "WARN", "exclude": ["http"]},
            NAME: {
                "writer": {
                    "output": "file",
                    "filename": str(path),
                    "mode": "0600",
                    "roll_size_mb": _ROLL_SIZE_MB,
                    "roll_keep": 1,
                    "roll_gzip": False,
                },
                "encoder": _encoder(),
                "include": [f"http.log.access.{NAME}"],
            },
        }
    }


def appending() -> list[dict[str, Any]]:
    """Make the routes that put our own fields into the log, in place of Caddy's."""
    always = {"method": "{http.request.method}", "path": "{http.request.uri.path}"}
    errors = {
        "error": "{http.request.uri.query.error}",
        "error_description": "{http.request.uri.query.error_description}",
    }
    query = "{http.request.uri.query}"
    return [
        {"handle": [_append(key, value) for key, value in always.items()]},
        # Each field costs some microseconds, and most requests have no query.
        {"match": [_matches(query, ".")], "handle": [_append("parameters", query)]},
        {
            "match": [_matches(query, "(?:^|&)error")],
            "handle": [_append(key, value) for key, value in errors.items()],
        },
    ]


def appended_upstream(upstream: Upstream) -> dict[str, str]:
    return _append("upstream", upstream)


def _matches(value: str, pattern: str) -> dict[str, Any]:
    return {"vars_regexp": {value: {"pattern": pattern}}}


def _append(key: str, value: str) -> dict[str, str]:
    return {"handler": "log_append", "key": key, "value": value}


def _encoder() -> dict[str, Any]:
    """Take away what Caddy logs of itself, and the values out of what we add."""
    removed = ("request", "resp_headers", "user_id", "bytes_read", "size", "err_id", "err_trace")
    shortened = {"filter": "regexp", "regexp": _TOO_LONG, "value": "$1…"}
    fields = {
        **{key: {"filter": "delete"} for key in removed},
        "path": {"filter": "regexp", "regexp": _REST_OF_PATH, "value": ""},
        "parameters": {"filter": "regexp", "regexp": _VALUES, "value": "$1"},
        "error": shortened,
        "error_description": shortened,
    }
    plain = {"format": "json", "message_key": "", "level_key": "", "name_key": ""}
    return {"format": "filter", "wrap": plain, "fields": fields}


def read_entries(path: Path, start: int = 0) -> tuple[list[Entry], int]:
    """Read the entries from byte `start` on, and where to go on the next time.

    A line that is not whole yet is left for then. A file that has become shorter was started anew, and
    is read from its beginning; one that is not there has no entries.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            start = start if start <= size else 0
            file.seek(start)
            content = file.read()
    except FileNotFoundError:
        return [], 0
    whole = content.rfind(b"\n") + 1
    return list(_parse(content[:whole])), start + whole


def _parse(content: bytes) -> Iterator[Entry]:
    for line in content.splitlines():
        try:
            data = json.loads(line)
        except ValueError:  # cut off by a full disk
            continue
        if isinstance(data, dict) and isinstance(data.get("status"), int):
            yield _entry(data)


def _entry(data: dict[str, Any]) -> Entry:
    upstream = data.get("upstream")
    return Entry(
        at=float(data.get("ts", 0)),
        duration=float(data.get("duration", 0)),
        method=str(data.get("method", "")),
        path=str(data.get("path", "")),
        parameters=tuple(name for name in str(data.get("parameters", "")).split("&") if name),
        status=data["status"],
        upstream=cast("Upstream", upstream) if upstream in {"strapi", "frontend"} else None,
        error=str(data.get("error", "")),
        error_description=str(data.get("error_description", "")),
    )
