"""One write of Strapi's list of providers, judged by what Strapi holds afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from twitter_setup.errors import Advice, SetupError
from twitter_setup.strapi import providers
from twitter_setup.strapi import refusals as strapi_errors
from twitter_setup.strapi.api import Strapi
from twitter_setup.strapi.providers import Providers


class Unsettled(SetupError):
    """Strapi may hold what was sent, or something else, now or later: what was before must be kept."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is written, and how that is called; `advice` is for where its end is not known."""

    setting: str  # "new"
    done: str  # "written"
    advice: Sequence[Advice]


def put(strapi: Strapi, before: Providers, sent: Providers, words: Words) -> Providers:
    """Returns what Strapi holds then: an answer that was lost on the way is no failure.

    Raises `Unsettled`, and as `Strapi` does where Strapi refused and all is as it was.
    """
    refusal: SetupError | None = None
    try:
        strapi.replace_providers(sent)
    except SetupError as error:
        refusal = error
    try:
        now = strapi.providers()
    except SetupError as error:
        raise _not_seen(refusal, error, words) from None
    wrong = list(providers.differences(sent, now))
    if not wrong:
        return now
    if refusal is None:
        raise Unsettled(
            "strapi_error",
            f"Strapi holds something else than what was {words.done}: {', '.join(wrong[:5])}. "
            "Somebody may have changed it at the same moment.",
            advice=words.advice,
        )
    if list(providers.differences(providers.stored(before), now)):
        state = "Strapi holds neither the former nor the new setting: look at its providers."
        raise Unsettled(refusal.code, refusal.message, advice=refusal.advice, unchanged=state)
    if isinstance(refusal, strapi_errors.Unanswered):
        state = f"The {words.setting} setting is not {words.done} so far; Strapi may still do it."
        raise Unsettled(refusal.code, refusal.message, advice=words.advice, unchanged=state)
    raise SetupError(
        refusal.code,
        refusal.message,
        advice=refusal.advice,
        unchanged=strapi_errors.UNCHANGED,
    )


def _not_seen(refusal: SetupError | None, silence: SetupError, words: Words) -> Unsettled:
    if refusal is not None:
        return Unsettled(
            refusal.code,
            refusal.message,
            advice=words.advice,
            unchanged=f"Whether the {words.setting} setting was {words.done} is not known.",
        )
    return Unsettled(
        silence.code,
        f"The {words.setting} setting was {words.done}, and could not be read back. {silence.message}",
        advice=words.advice,
    )
