"""What the gateway itself answers, as Caddy's handlers, and the matchers of what it looks at.

https://caddyserver.com/docs/json/apps/http/servers/routes/match/
"""

from __future__ import annotations

import html
from typing import Any

_RETRY_AFTER = "3"  # seconds; about as long as a restart takes

Answer = dict[str, Any]
Matcher = dict[str, Any]


def on_path(pattern: str) -> Matcher:
    """Match a path, decoded once."""
    return {"vars_regexp": {"{http.request.uri.path}": {"pattern": pattern}}}


def on_target(pattern: str) -> Matcher:
    """Match a path with its query, undecoded."""
    return {"vars_regexp": {"{http.request.uri}": {"pattern": pattern}}}


def not_found(text: str) -> Answer:
    return sentence(404, text)


def moved(location: str) -> Answer:
    """Lead elsewhere with the same method and body, this time only."""
    return {"handler": "static_response", "status_code": 307, "headers": {"Location": [location]}}


def strapi_away(port: int) -> Answer:
    return sentence(
        503, f"Strapi does not answer on port {port}. Is it running?", retry_after=_RETRY_AFTER
    )


def sentence(status: int, text: str, *, retry_after: str = "") -> Answer:
    headers = {"Content-Type": ["text/plain; charset=utf-8"], "Cache-Control": ["no-store"]}
    if retry_after:
        headers["Retry-After"] = [retry_after]
    return {
        "handler": "static_response",
        "status_code": status,
        "headers": headers,
        "body": f"{text}\n",
    }


def frontend_away(title: str, port: int, command: str) -> Answer:
    """Make the page for a front end that does not run; it reloads itself."""
    start = f" Start it with <code>{_text(command)}</code>." if command else ""
    said = f"Nothing answers on port {port}.{start}"
    return _waiting(f"{_text(title)} is not running", said)


def frontend_closed(title: str, port: int, command: str) -> Answer:
    """Make the page for a front end that nobody has asked yet, or that must not be published."""
    start = f" If it does not run, start it with <code>{_text(command)}</code>." if command else ""
    said = f"twitter-setup first asks port {port} what it would give away.{start}"
    return _waiting(f"{_text(title)} is not published yet", said)


def _waiting(title: str, said: str) -> Answer:
    return {
        "handler": "static_response",
        "status_code": 502,
        "headers": {
            "Content-Type": ["text/html; charset=utf-8"],
            "Cache-Control": ["no-store"],
            "Retry-After": [_RETRY_AFTER],
        },
        "body": _page(title, said),
    }


def _page(title: str, said: str) -> str:
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="{_RETRY_AFTER}">
<title>{title}</title>
<body style="font: 1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 4rem auto; padding: 0 1rem">
<h1 style="font-size: 1.4rem">{title}</h1>
<p>{said} This page reloads by itself.</p>
"""


def _text(text: str) -> str:
    return html.escape(text).replace("{", "&#123;")  # or Caddy takes it for a placeholder
