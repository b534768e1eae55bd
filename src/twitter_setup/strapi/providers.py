"""Strapi's list of login providers as values: one of them changed, all others kept. Pure.

Strapi answers it with a computed `redirectUri` in each, and replaces the whole list by what is sent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from twitter_setup.state.fingerprint import canonical

PROVIDER = "twitter"
_COMPUTED = "redirectUri"
_NOT_COMPUTED_FOR = frozenset({"email"})  # a field of that name there is somebody's own
# Strapi's names of what we change, and how answers call them.
FIELDS = {"enabled": "enabled", "key": "key", "secret": "secret", "callback": "redirect_url"}
SECRET_FIELDS = frozenset({"key", "secret"})

Providers = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """`name` is Strapi's. `before` is None where the field was not there."""

    name: str
    before: Any
    after: Any


def stored(providers: Providers) -> dict[str, dict[str, Any]]:
    """Without what Strapi computes for each answer, and would store if it were sent back."""
    return {
        name: {k: v for k, v in fields.items() if k != _COMPUTED or name in _NOT_COMPUTED_FOR}
        for name, fields in providers.items()
    }


def changes(providers: Providers, wanted: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """Which of the `wanted` fields of twitter differ, in the order of `FIELDS`."""
    now = providers[PROVIDER]
    return tuple(
        FieldChange(name, now.get(name), wanted[name])
        for name in FIELDS
        if name in wanted and (name not in now or not _same(now[name], wanted[name]))
    )


def with_twitter(
    providers: Providers, fields: Mapping[str, Any], without: Collection[str] = ()
) -> dict[str, dict[str, Any]]:
    """The list to send: `fields` laid over twitter's, those `without` taken away, all else as it was."""
    merged = stored(providers)
    twitter = {**merged[PROVIDER], **fields}
    merged[PROVIDER] = {key: value for key, value in twitter.items() if key not in without}
    return merged


def differences(sent: Providers, found: Providers) -> Iterator[str]:
    """Where what was sent and what is stored differ, as `provider.field`; never a value."""
    kept = stored(found)
    for name in [*sent, *(name for name in kept if name not in sent)]:
        if name not in kept or name not in sent:
            yield name
            continue
        fields = [*sent[name], *(key for key in kept[name] if key not in sent[name])]
        yield from (
            f"{name}.{key}"
            for key in fields
            if key not in kept[name]
            or key not in sent[name]
            or not _same(sent[name][key], kept[name][key])
        )


def _same(one: Any, other: Any) -> bool:
    return canonical(one) == canonical(other)
