"""The frame of the checks: their order, what they need, what they read, and what becomes of a crash."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from twitter_setup.checks import runner
from twitter_setup.checks.facts.lazy import Lazy, fact
from twitter_setup.checks.facts.remote import Facts
from twitter_setup.checks.finding import (
    Check,
    Finding,
    Outcome,
    Status,
    failed,
    passed,
    skipped,
    unknown,
    warned,
)
from twitter_setup.checks.registry import CHECKS
from twitter_setup.errors import Advice, SetupError

DO = Advice("do something about it")


def check(name: str, run: Callable[[Any], Finding] | Finding, *needs: str) -> Check:
    return Check(name, name.title(), run if callable(run) else lambda _: run, needs)


def outcomes(*checks: Check, facts: Lazy | None = None, **options: Any) -> dict[str, Outcome]:
    return {each.check.id: each for each in runner.run(checks, facts or Lazy(), **options)}


# Order


def test_outcomes_come_in_the_order_of_the_checks_whichever_is_ready_first() -> None:
    last = threading.Event()

    def slow(_: Any) -> Finding:
        assert last.wait(5)
        return passed("slow")

    def fast(_: Any) -> Finding:
        last.set()
        return passed("fast")

    told = list(outcomes(check("slow", slow), check("fast", fast)))

    assert told == ["slow", "fast"]


def test_checks_that_do_not_need_one_another_run_side_by_side() -> None:
    together = threading.Barrier(3, timeout=5)

    def meet(_: Any) -> Finding:
        together.wait()
        return passed("met")

    found = outcomes(*(check(name, meet) for name in "abc"))

    assert {each.finding.summary for each in found.values()} == {"met"}


def test_the_check_that_is_waited_for_is_told() -> None:
    titles: list[str] = []

    outcomes(check("a", passed("")), check("b", passed("")), waiting=titles.append)

    assert titles == ["A", "B"]


# What they need


@pytest.mark.parametrize(
    "finding", [failed("no", "", DO), unknown("no", "", DO)], ids=["fail", "error"]
)
def test_one_cause_is_one_red_line(finding: Finding) -> None:
    found = outcomes(
        check("a", finding),
        check("b", passed("b"), "a"),
        check("c", passed("c"), "b"),
        check("d", passed("d")),
    )

    assert [each.finding.status for each in found.values()] == [
        finding.status,
        Status.SKIP,
        Status.SKIP,
        Status.PASS,
    ]
    assert found["b"].finding.summary == "not tried: needs a"
    assert found["c"].finding.summary == "not tried: needs b"
    assert [each.is_blocked for each in found.values()] == [False, True, True, False]


@pytest.mark.parametrize(
    "finding", [passed("a"), warned("a", "", DO), skipped("a")], ids=["pass", "warn", "skip"]
)
def test_what_did_not_fail_blocks_nobody(finding: Finding) -> None:
    found = outcomes(check("a", finding), check("b", passed("b"), "a"))

    assert found["b"].finding == passed("b")


def test_all_that_failed_of_what_is_needed_is_named() -> None:
    found = outcomes(
        check("a", failed("no", "", DO)),
        check("b", failed("no", "", DO)),
        check("c", passed("c"), "a", "b"),
    )

    assert found["c"].finding.summary == "not tried: needs a, b"


def test_named_checks_come_with_what_they_need_and_in_the_usual_order() -> None:
    checks = (
        check("a", passed("")),
        check("b", passed(""), "a"),
        check("c", passed("")),
        check("d", passed(""), "b"),
    )

    assert [each.id for each in runner.select(checks, ["d"])] == ["a", "b", "d"]
    assert [each.id for each in runner.select(checks, ["c", "a"])] == ["a", "c"]
    assert runner.select(checks, []) == checks


def test_what_a_check_comes_after_is_asked_too_and_does_not_keep_it_from_being_tried() -> None:
    broken = check("a", failed("no", "", DO))
    after = Check("b", "B", lambda _: passed("b"), after=("a",))

    chosen = runner.select((broken, after), ["b"])
    found = outcomes(*chosen)

    assert [each.id for each in chosen] == ["a", "b"]
    assert found["b"].finding.status is Status.PASS


# What goes wrong


def test_a_crash_is_an_error_without_its_text_and_the_others_go_on() -> None:
    def crash(_: Any) -> Finding:
        raise RuntimeError("the secret is s3cr3t")

    found = outcomes(check("a", crash), check("b", passed("b"), "a"), check("c", passed("c")))

    assert found["a"].finding.status is Status.ERROR
    assert found["a"].finding.summary == "the check itself broke (RuntimeError)"
    assert "s3cr3t" not in repr(found)
    assert found["b"].is_blocked
    assert found["c"].finding == passed("c")


def test_what_a_person_can_mend_is_no_bug_of_ours() -> None:
    def refuse(_: Any) -> Finding:
        raise SetupError("settings_invalid", "SSL_CERT_FILE is no file.", advice=[DO])

    finding = outcomes(check("a", refuse))["a"].finding

    assert finding == unknown("SSL_CERT_FILE is no file", "", DO)


def test_lack_of_time_is_an_error_that_names_what_was_waited_for() -> None:
    end = threading.Event()

    class Slow(Lazy):
        @fact
        def public_health(self) -> str:
            end.wait(10)
            return ""

    begin = time.monotonic()
    found = outcomes(
        check("a", lambda facts: passed(facts.public_health)),
        check("b", passed("b")),
        facts=Slow(),
        budget=0.1,
    )
    took = time.monotonic() - begin
    end.set()

    assert found["a"].finding.status is Status.ERROR
    assert found["a"].finding.summary == "no answer within 0.1 s (waited for public health)"
    assert found["a"].finding.advice[0].command == "twitter-setup verify"
    assert found["b"].finding == passed("b")
    assert took < 5


def test_the_time_is_for_all_of_them_together() -> None:
    end = threading.Event()

    def hang(_: Any) -> Finding:
        end.wait(10)
        return passed("")

    begin = time.monotonic()
    found = outcomes(*(check(name, hang) for name in "abcdefgh"), budget=1.0)
    took = time.monotonic() - begin
    end.set()

    assert {each.finding.status for each in found.values()} == {Status.ERROR}
    assert took < 5  # one after the other: 8


# Facts


class Counted(Lazy):
    """Facts that note each time that they are really read."""

    def __init__(self, **known: Any) -> None:
        super().__init__(**known)
        self.reads: list[str] = []

    @fact
    def good(self) -> int:
        self.reads.append("good")
        time.sleep(0.02)
        return 7

    @fact
    def bad(self) -> int:
        self.reads.append("bad")
        raise LookupError("not there")

    @fact
    def sum(self) -> int:
        return self.good + 1


def test_a_fact_is_read_once_from_however_many_threads() -> None:
    facts = Counted()
    got: list[int] = []
    threads = [threading.Thread(target=lambda: got.append(facts.good)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert got == [7] * 20
    assert (facts.reads, facts.sum) == (["good"], 8)


def test_a_fact_that_cannot_be_read_is_tried_once_and_raises_the_same_to_all() -> None:
    facts = Counted()
    problems = []
    for _ in range(3):
        with pytest.raises(LookupError) as caught:
            _ = facts.bad
        problems.append(caught.value)

    assert facts.reads == ["bad"]
    assert len(set(map(id, problems))) == 1


def test_a_fact_that_is_given_is_not_read() -> None:
    facts = Counted(good=1)

    assert (facts.sum, facts.reads) == (2, [])


def test_nothing_is_waited_for_when_all_is_read() -> None:
    facts = Counted()
    _ = facts.good

    assert facts.slowest() == ""


# What a finding may be


@pytest.mark.parametrize("status", [Status.FAIL, Status.WARN])
def test_what_is_wrong_comes_with_something_to_do(status: Status) -> None:
    with pytest.raises(ValueError, match="without advice"):
        Finding(status, "wrong")


def test_a_pass_has_nothing_to_do() -> None:
    with pytest.raises(ValueError, match="nothing to do about a pass"):
        Finding(Status.PASS, "right", advice=(DO,))


# All checks


def test_each_check_needs_only_what_is_there_and_nothing_in_a_circle() -> None:
    done: set[str] = set()
    waiting = {each.id: set(each.needs) for each in CHECKS}
    assert len(waiting) == len(CHECKS)
    while ready := [name for name, needs in waiting.items() if needs <= done]:
        done |= set(ready)
        waiting = {name: needs for name, needs in waiting.items() if name not in done}

    assert waiting == {}


def test_what_a_check_says_that_it_reads_is_a_fact() -> None:
    for each in CHECKS:
        for name in each.reads:
            assert isinstance(getattr(Facts, name), fact), (each.id, name)
