"""What commands that use the network say about the environment's proxy settings."""

from __future__ import annotations

from twitter_setup.system import proxies
from twitter_setup.view import View


def say_what_is_skipped(view: View) -> None:
    """Name the entries of NO_PROXY that cannot be read; the others count."""
    if skipped := proxies.unread():
        view.note(f"NO_PROXY: skipped {', '.join(skipped)}, which is no host, address or network.")
