"""Where an address comes from, in words; what `server-url` and `frontend-url` have in common."""

from __future__ import annotations

from collections.abc import Iterator

from twitter_setup.addresses.public_url import shown
from twitter_setup.checks.facts.environments import Setting
from twitter_setup.checks.facts.local import LocalFacts
from twitter_setup.checks.facts.server_url import ServerUrl
from twitter_setup.errors import Advice

TUNNEL = Advice("let it be set, for as long as the tunnel is up", command="twitter-setup tunnel")
WHY_ONE = (
    "What Strapi remembers of a login is a cookie of the host where it began: X must come back to the "
    "same host, or Strapi does not know the browser any more."
)


def cures(setting: Setting | None, public: str) -> Iterator[Advice]:
    if setting and setting.is_real:
        yield Advice(
            "stop what runs, and start it in a terminal where the variable is not set",
            command=f"unset {setting.name}",
        )
    else:
        yield Advice(f"let it be set to {public}", command="twitter-setup tunnel")


def source(facts: LocalFacts, url: ServerUrl) -> str:
    if url.setting:
        return f"{url.variable} in {where(facts, url.setting)}"
    if url.variable:
        return f"the default of {url.variable} in {place(facts, url)}"
    return place(facts, url)


def place(facts: LocalFacts, url: ServerUrl) -> str:
    return facts.named(url.path) + (f", line {url.line}" if url.line else "")


def where(facts: LocalFacts, setting: Setting) -> str:
    return facts.named(setting.file) if setting.file else setting.where


def hidden(facts: LocalFacts, setting: Setting | None) -> list[str]:
    """The values that do not count, and where they stand."""
    if setting is None:
        return []
    return [
        f"Hidden    {setting.name}={shown(value)} in {facts.named(path)}, which does not win"
        for path, value in setting.hidden
    ]
