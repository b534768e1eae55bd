"""What a check is, and what it answers; values only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from twitter_setup.errors import Advice


class Status(StrEnum):
    """`SKIP`: there was nothing to look at. `ERROR`: it could not be found out, which is not wrong."""

    PASS = "pass"  # noqa: S105 - no password
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer of a check.

    `summary` is one line that says the fact, with its value. `detail` has lines of what was expected,
    what was found, and why it matters. Advice says what to do, commands apart from prose.
    """

    status: Status
    summary: str
    detail: str = ""
    advice: tuple[Advice, ...] = ()

    def __post_init__(self) -> None:
        needed = self.status in {Status.FAIL, Status.WARN}
        if needed and not self.advice:
            raise ValueError(f"{self.status} without advice: {self.summary}")
        if self.status is Status.PASS and self.advice:
            raise ValueError(f"nothing to do about a pass: {self.summary}")


def passed(summary: str, detail: str = "") -> Finding:
    return Finding(Status.PASS, summary, detail)


def warned(summary: str, detail: str, *advice: Advice) -> Finding:
    return Finding(Status.WARN, summary, detail, advice)


def failed(summary: str, detail: str, *advice: Advice) -> Finding:
    return Finding(Status.FAIL, summary, detail, advice)


def skipped(summary: str, *advice: Advice) -> Finding:
    """Nothing to look at: what needs this check is tried all the same."""
    return Finding(Status.SKIP, summary, "", advice)


def unknown(summary: str, detail: str, *advice: Advice) -> Finding:
    """It could not be found out: a time-out, an answer that makes no sense."""
    return Finding(Status.ERROR, summary, detail, advice)


@dataclass(frozen=True, slots=True)
class Check:
    """One question. It is not asked if one that it `needs` failed: one cause is one red line.

    `waives`, of the facts, names those of `needs` that do not matter this time.

    Those that it comes `after` are asked too, and it is tried whatever they say: they tell why it may
    have nothing to look at.
    """

    id: str
    title: str
    run: Callable[[Any], Finding]  # of the facts that it judges
    needs: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()  # facts that take time, so that they are begun at once
    after: tuple[str, ...] = ()
    waives: Callable[[Any], frozenset[str]] = lambda _: frozenset()


@dataclass(frozen=True, slots=True)
class Outcome:
    """A check with its finding. `is_blocked`: it was not asked, since one that it needs did not pass."""

    check: Check
    finding: Finding
    is_blocked: bool = False
