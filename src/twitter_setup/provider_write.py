"""The one write of `configure`: what Strapi holds right before and right after is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from twitter_setup import provider_checkpoint, providers, strapi_errors
from twitter_setup.errors import Advice, SetupError
from twitter_setup.providers import FieldChange, Providers
from twitter_setup.state import StateFolder
from twitter_setup.strapi import Strapi
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
            forget = self._note(found, changes)
            return self._replace(found, providers.with_twitter(found, wanted), forget), changes

    def left(self) -> str:
        """What an interruption leaves, in a sentence."""
        if not self.is_sent:
            return strapi_errors.UNCHANGED
        return "Whether Strapi holds the new setting is not known: run this again."

    def _note(self, found: Providers, changes: tuple[FieldChange, ...]) -> Callable[[], None]:
        """A checkpoint; returns what takes it away again."""
        state = self._state
        if state is None:
            self._view.note(
                "There is no project here, so `undo` cannot put the former setting back."
            )
            return lambda: None
        made = provider_checkpoint.save(state, self._strapi.address, found, changes)
        return lambda: provider_checkpoint.forget(state, made)

    def _replace(self, before: Providers, sent: Providers, forget: Callable[[], None]) -> Providers:
        """What counts is what Strapi holds then: an answer that was lost on the way is no failure."""
        refusal: SetupError | None = None
        self.is_sent = True
        try:
            self._strapi.replace_providers(sent)
        except SetupError as error:
            refusal = error
        try:
            now = self._strapi.providers()
        except SetupError as error:
            raise self._not_seen(refusal, error) from None
        wrong = list(providers.differences(sent, now))
        if not wrong:
            return now
        if refusal is None:
            raise SetupError(
                "strapi_error",
                f"Strapi holds something else than what was written: {', '.join(wrong[:5])}. "
                "Somebody may have changed it at the same moment.",
                advice=self._advice(),
            )
        if list(providers.differences(providers.stored(before), now)):
            state = "Strapi holds neither the former nor the new setting: look at its providers."
        else:
            forget()
            state = strapi_errors.UNCHANGED
        raise SetupError(refusal.code, refusal.message, advice=refusal.advice, unchanged=state)

    def _not_seen(self, refusal: SetupError | None, silence: SetupError) -> SetupError:
        if refusal is not None:
            state = "Whether the new setting was written is not known."
            return SetupError(refusal.code, refusal.message, advice=self._advice(), unchanged=state)
        return SetupError(
            silence.code,
            f"The new setting was written, and could not be read back. {silence.message}",
            advice=self._advice(),
        )

    def _advice(self) -> list[Advice]:
        return [_LOOK, _UNDO] if self._state else [_LOOK]


@contextmanager
def _one_at_a_time(state: StateFolder | None) -> Iterator[None]:
    """Two of one project's runs write one after the other: each reads what the other wrote."""
    if state is None:
        yield
        return
    state.create()
    with state.configuring():
        yield
