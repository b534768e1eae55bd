"""The one write of `configure`: what Strapi holds right before and right after is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from twitter_setup.errors import Advice, SetupError
from twitter_setup.state.folder import StateFolder
from twitter_setup.strapi import provider_checkpoint, providers
from twitter_setup.strapi import refusals as strapi_errors
from twitter_setup.strapi.api import Strapi
from twitter_setup.strapi.provider_checkpoint import ProviderCheckpoint
from twitter_setup.strapi.provider_put import Unsettled, Words, put
from twitter_setup.strapi.providers import FieldChange, Providers
from twitter_setup.view import View

_LOOK = Advice("see what Strapi holds now", command="twitter-setup configure --dry-run")
_UNDO = Advice("or take back what was written", command="twitter-setup undo")


class Writer:
    """`is_sent`: from then on Strapi may hold the new setting, whatever is answered."""

    def __init__(self, strapi: Strapi, state: StateFolder | None, view: View) -> None:
        self._strapi = strapi
        self._state = state
        self._view = view
        self.is_sent = False

    def write(self, wanted: Mapping[str, Any]) -> tuple[Providers, tuple[FieldChange, ...]]:
        """What Strapi holds then, and what was changed in it. Raises as `Strapi` does.

        `strapi_error` also where Strapi holds something else afterwards; `not_writable` where there is
        no place for a checkpoint.
        """
        with _one_at_a_time(self._state):
            found = self._strapi.providers()  # what somebody else changed meanwhile stays
            changes = providers.changes(found, wanted)
            if not changes:
                return found, ()
            made = self._note(found, changes)
            return self._put(found, wanted, made), changes

    def left(self) -> str:
        """What an interruption leaves, in a sentence."""
        if not self.is_sent:
            return strapi_errors.UNCHANGED
        return "Whether Strapi holds the new setting is not known: run this again."

    def _note(
        self, found: Providers, changes: tuple[FieldChange, ...]
    ) -> ProviderCheckpoint | None:
        if self._state is None:
            self._view.note(
                "There is no project here, so `undo` cannot put the former setting back."
            )
            return None
        made = provider_checkpoint.save(self._state, self._strapi.address, found, changes)
        if not made.is_marked:
            place = provider_checkpoint.file_of(self._state, made)
            self._view.note(
                "Your own state folder cannot be used, where a key of yours would be: `undo` will not know "
                "this setting as its own.",
                [Advice(f"the former setting is in {place}")],
            )
        return made

    def _put(
        self, before: Providers, wanted: Mapping[str, Any], made: ProviderCheckpoint | None
    ) -> Providers:
        """The checkpoint goes only where Strapi said no: one that was silent may still do it."""
        advice = [_LOOK, _UNDO] if self._state else [_LOOK]
        sent = providers.with_twitter(before, wanted)
        self.is_sent = True
        try:
            return put(self._strapi, before, sent, Words("new", "written", advice))
        except Unsettled:
            raise
        except SetupError:
            if self._state is not None and made is not None:
                provider_checkpoint.forget(self._state, made)
            raise


@contextmanager
def _one_at_a_time(state: StateFolder | None) -> Iterator[None]:
    """Two of one project's runs write one after the other: each reads what the other wrote."""
    if state is None:
        yield
        return
    state.create()
    with state.configuring():
        yield
