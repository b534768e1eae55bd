"""Where a check is explained at length."""

from __future__ import annotations

from twitter_setup.errors import Advice

PAGE = "docs/checks.md"  # a heading for each id


def explained(check_id: str, text: str = "what this check asks, and the usual causes") -> Advice:
    return Advice(text, url=f"{PAGE}#{check_id}")
