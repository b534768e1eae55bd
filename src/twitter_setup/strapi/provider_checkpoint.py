"""What `undo` needs to give Strapi its former twitter setting back, and the undo itself.

The former key and secret are in it, so the file is 0600 and is deleted by `undo`. Of what was
written only fingerprints are kept, made with a key of the user's own: a checkpoint that a repository
brought along matches nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from twitter_setup.errors import Advice, SetupError
from twitter_setup.state import atomic, checkpoint_file
from twitter_setup.state.fingerprint import fingerprint
from twitter_setup.state.folder import StateFolder
from twitter_setup.state.json_files import write_json
from twitter_setup.state.registry import own_key
from twitter_setup.strapi import address as strapi_address
from twitter_setup.strapi import providers
from twitter_setup.strapi.providers import FieldChange, Providers

KIND = "provider"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderCheckpoint:
    """`before` are the former values, `absent` the fields that were not there, `after` fingerprints.

    Those are '' where there was no place for a key to make them with.
    """

    number: int
    created: str
    address: str
    before: Mapping[str, Any]
    absent: tuple[str, ...]
    after: Mapping[str, str]
    redirect_url: str  # the one that was written, '' where it was left alone

    @property
    def id(self) -> str:
        return f"{self.number:04d}-{KIND}"

    @property
    def is_marked(self) -> bool:
        return all(self.after.values())

    def is_in(self, found: Providers, key: bytes | None) -> bool:
        """Whether Strapi still holds what we wrote; without the key that it was noted with, no."""
        twitter = found[providers.PROVIDER]
        return key is not None and all(
            name in twitter and fingerprint(twitter[name], key) == wanted
            for name, wanted in self.after.items()
        )

    def is_undone_in(self, found: Providers) -> bool:
        """Whether Strapi holds the former values already."""
        twitter = found[providers.PROVIDER]
        return not providers.changes(found, self.before) and not set(self.absent) & set(twitter)


def save(
    state: StateFolder, address: str, found: Providers, changes: tuple[FieldChange, ...]
) -> ProviderCheckpoint:
    """Note what is about to be changed; on the disk before Strapi is told. Raises `NotWritable`."""
    state.create()
    twitter, key = found[providers.PROVIDER], own_key()
    names = [change.name for change in changes]
    made = ProviderCheckpoint(
        number=checkpoint_file.next_number(state.checkpoints),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        address=address,
        before={name: twitter[name] for name in names if name in twitter},
        absent=tuple(name for name in names if name not in twitter),
        after={c.name: fingerprint(c.after, key) if key else "" for c in changes},
        redirect_url=next((str(c.after) for c in changes if c.name == "callback"), ""),
    )
    _write(state, made)
    return made


def load_all(state: StateFolder) -> tuple[ProviderCheckpoint, ...]:
    """Oldest first; raises `checkpoint_broken`."""
    if not state.checkpoints.is_dir():
        return ()
    paths = sorted(state.checkpoints.glob(f"*{checkpoint_file.OF_STRAPI}"))
    return tuple(_load(path) for path in paths if not path.name.startswith("."))


def file_of(state: StateFolder, one: ProviderCheckpoint) -> Path:
    return state.checkpoints / _name(one.number)


def _name(number: int) -> str:
    return f"{number:04d}{checkpoint_file.OF_STRAPI}"


def forget(state: StateFolder, one: ProviderCheckpoint) -> None:
    file_of(state, one).unlink(missing_ok=True)
    atomic.sync_folder(state.checkpoints)


def _write(state: StateFolder, made: ProviderCheckpoint) -> None:
    data = {
        "version": 1,
        "kind": KIND,
        "number": made.number,
        "created": made.created,
        "strapi": made.address,
        "before": made.before,
        "absent": made.absent,
        "after": made.after,
        "redirect_url": made.redirect_url,
    }
    write_json(file_of(state, made), data)


def _load(path: Path) -> ProviderCheckpoint:
    try:
        data = json.loads(path.read_bytes())
        before, after = dict(data["before"]), dict(data["after"])
        absent = tuple(map(str, data["absent"]))
        number = int(data["number"])
        if path.name != _name(number):
            raise ValueError("number")
        if not after or {*before, *absent} != set(after) or not set(after) <= set(providers.FIELDS):
            raise ValueError("fields")
        return ProviderCheckpoint(
            number=number,
            created=str(data["created"]),
            # Read as strictly as what a user types: credentials go there.
            address=strapi_address.parse(str(data["strapi"])),
            before=before,
            absent=absent,
            after={str(name): str(value) for name, value in after.items()},
            redirect_url=str(data["redirect_url"]),
        )
    except (OSError, ValueError, KeyError, TypeError, SetupError) as error:
        raise SetupError(
            "checkpoint_broken",
            f"The checkpoint {path} cannot be read ({type(error).__name__}).",
            advice=[Advice("look at Strapi's twitter provider, then delete that file")],
            unchanged="Nothing was changed.",
        ) from error
