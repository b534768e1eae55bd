"""What the gateway itself answers, as Caddy's handlers: a sentence, or a page that comes back."""

from __future__ import annotations

import html
from typing import Any

_RETRY_AFTER = "3"  # seconds; about as long as a restart takes

Answer = dict[str, Any]


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
    """Make the page for a front end that is not there, which loads itself again."""
    return {
        "handler": "static_response",
        "status_code": 502,
        "headers": {
            "Content-Type": ["text/html; charset=utf-8"],
            "Cache-Control": ["no-store"],
            "Retry-After": [_RETRY_AFTER],
        },
        "body": _page(_text(title), port, _text(command)),
    }


def _page(title: str, port: int, command: str) -> str:
    start = f"Start it with <code>{command}</code>. " if command else ""
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="{_RETRY_AFTER}">
<title>{title} is not running</title>
<body style="font: 1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 4rem auto; padding: 0 1rem">
<h1 style="font-size: 1.4rem">{title} is not running</h1>
<p>Nothing answers on port {port}. {start}This page reloads by itself.</p>
"""


def _text(text: str) -> str:
    return html.escape(text).replace("{", "&#123;")  # or Caddy takes it for a placeholder
