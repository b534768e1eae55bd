"""Asks the checks: those that do not depend on one another side by side, told in their own order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future

from twitter_setup.checks.facts.lazy import Lazy
from twitter_setup.checks.finding import Check, Finding, Outcome, Status, unknown
from twitter_setup.errors import Advice, SetupError

BUDGET = 20.0  # seconds for all of them

_BLOCKING = frozenset({Status.FAIL, Status.ERROR})


def select(checks: Sequence[Check], ids: Sequence[str]) -> tuple[Check, ...]:
    """The named checks, what they need and come after, in the order of `checks`; all where none is named."""
    by_id = {check.id: check for check in checks}
    wanted, new = set[str](), set(ids) or set(by_id)
    while new:
        wanted |= new
        new = {more for each in new for more in (*by_id[each].needs, *by_id[each].after)} - wanted
    return tuple(check for check in checks if check.id in wanted)


def run(
    checks: Sequence[Check],
    facts: Lazy,
    *,
    budget: float = BUDGET,
    clock: Callable[[], float] = time.monotonic,
    waiting: Callable[[str], None] = lambda _: None,
    until: Callable[[Future[Outcome], float], Outcome] = Future.result,
) -> Iterator[Outcome]:
    """Each check once, in order. A crash or a lack of time is `error`; the others go on.

    `waiting` is told the title of the check that is waited for; `until` waits for its outcome, at most so
    many seconds, and raises `TimeoutError` or what is to end it all. The threads are daemons: one that hangs
    in a system call does not keep the program.
    """
    futures: dict[str, Future[Outcome]] = {check.id: Future() for check in checks}
    end = clock() + budget
    for check in checks:
        threading.Thread(
            target=_ask, args=(check, facts, futures), daemon=True, name=f"check-{check.id}"
        ).start()
    for check in checks:
        waiting(check.title)
        try:
            yield until(futures[check.id], max(0.0, end - clock()))
        except TimeoutError:
            yield Outcome(check, _too_late(budget, facts.slowest()))


def blocked_by(check: Check, outcomes: Sequence[Outcome]) -> Outcome | None:
    """`check` as not tried, where one that it needs did not pass; None: it may be tried."""
    needed = [each for each in outcomes if each.check.id in check.needs]
    blocked = [each.check.id for each in needed if _blocks(each)]
    if not blocked:
        return None
    finding = Finding(Status.SKIP, f"not tried: needs {', '.join(blocked)}")
    return Outcome(check, finding, is_blocked=True)


def _ask(check: Check, facts: Lazy, futures: Mapping[str, Future[Outcome]]) -> None:
    future = futures[check.id]
    try:
        needed = [futures[need].result() for need in check.needs if need in futures]
        waived = check.waives(facts)
        blocked = blocked_by(check, [each for each in needed if each.check.id not in waived])
        future.set_result(blocked or Outcome(check, check.run(facts)))
    except SetupError as error:  # of what the environment says, perhaps
        finding = unknown(error.message.rstrip("."), error.unchanged, *error.advice)
        future.set_result(Outcome(check, finding))
    except Exception as error:  # noqa: BLE001 - a crash of one check is its own result
        future.set_result(Outcome(check, _crashed(error)))


def _blocks(outcome: Outcome) -> bool:
    return outcome.is_blocked or outcome.finding.status in _BLOCKING


def _crashed(error: Exception) -> Finding:
    # The text of an exception may hold a secret; its type does not.
    return unknown(
        f"the check itself broke ({type(error).__name__})",
        "This is a bug in twitter-setup; it says nothing about your project.",
        Advice("please report it, with the version that --version shows"),
    )


def _too_late(budget: float, slowest: str) -> Finding:
    waited = f" (waited for {slowest})" if slowest else ""
    return unknown(
        f"no answer within {budget:g} s{waited}",
        "Something on the way answers too slowly, or not at all.",
        Advice("run it again", command="twitter-setup verify"),
    )
