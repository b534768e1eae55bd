"""The `verify` command: which checks, with which facts, and what their findings come to."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from twitter_setup.addresses.public_url import is_loopback, shown
from twitter_setup.checks import explained as docs
from twitter_setup.checks import runner
from twitter_setup.checks.facts.remote import Facts
from twitter_setup.checks.facts.situation import Situation
from twitter_setup.checks.finding import Check, Outcome, Status
from twitter_setup.checks.login.hops import Hop
from twitter_setup.checks.registry import CHECKS
from twitter_setup.commands import proxy_notes, watch_login
from twitter_setup.errors import Advice, ExitCode, SetupError
from twitter_setup.project.locate import Caller, Located
from twitter_setup.project.settings import Options
from twitter_setup.secret import Secret
from twitter_setup.strapi import target as configure_target
from twitter_setup.strapi.api import Credentials
from twitter_setup.system.signals import Stop
from twitter_setup.view import View
from twitter_setup.x import credential_shapes

_BAD = frozenset({Status.FAIL, Status.ERROR})


def list_checks(caller: Caller) -> None:
    """The `--list` of the command."""
    known = (*CHECKS, watch_login.CHECK)
    checks = [{"id": c.id, "title": c.title, "needs": list(c.needs)} for c in known]
    caller.view.answer("verify-list", {"checks": checks})


def verify(
    options: Options, located: Located | None, ids: Sequence[str], caller: Caller
) -> ExitCode:
    """Run the checks and show each as it is known.

    Raises `usage` for an id that is none, and `Interrupted` at a signal.
    """
    _check_ids(ids)
    proxy_notes.say_what_is_skipped(caller.view)
    with_login = options.login or watch_login.CHECK.id in ids
    checks = runner.select(CHECKS, _without_login(ids))
    facts = _facts(options, located, caller, checks)
    hops: list[Hop] | None = None
    with Stop(takes_ignored=False) as stop:  # around the waits alone: a question may be before them
        outcomes = _ask(checks, facts, caller, stop)
        if with_login:
            outcome, hops = _login(outcomes, facts, options, caller.view, stop)
            outcomes.append(outcome)
            caller.view.finding(_data(outcome, caller))
    return _answer(outcomes, hops, facts, options, caller, is_whole=not ids)


def _without_login(ids: Sequence[str]) -> list[str]:
    """A login is not judged from facts; what it needs is."""
    login = watch_login.CHECK
    named = [each for each in ids if each != login.id]
    return [*named, *login.needs] if login.id in ids else named


def _ask(checks: Sequence[Check], facts: Facts, caller: Caller, stop: Stop) -> list[Outcome]:
    facts.prefetch(name for check in checks for name in check.reads)
    outcomes = []
    with caller.view.working("") as waiting:
        for outcome in runner.run(checks, facts, waiting=waiting, until=stop.until):
            outcomes.append(outcome)
            caller.view.finding(_data(outcome, caller))
    return outcomes


def _login(
    outcomes: Sequence[Outcome], facts: Facts, options: Options, view: View, stop: Stop
) -> tuple[Outcome, list[Hop]]:
    blocked = runner.blocked_by(watch_login.CHECK, outcomes)
    if blocked is not None:
        return blocked, []
    timeout = options.timeout or watch_login.TIMEOUT
    return watch_login.watch(facts, view, timeout=timeout, opens_app=options.open, sleep=stop.sleep)


def _answer(
    outcomes: Sequence[Outcome],
    hops: Sequence[Hop] | None,
    facts: Facts,
    options: Options,
    caller: Caller,
    *,
    is_whole: bool,
) -> ExitCode:
    bad = [each for each in outcomes if each.finding.status in _BAD]
    code = ExitCode.FAILED if bad or any(_counts(o, options) for o in outcomes) else ExitCode.OK
    counts = Counter(each.finding.status for each in outcomes)
    data: dict[str, Any] = {
        "checks": [_data(each, caller) for each in outcomes],
        "counts": {str(status): counts[status] for status in Status},
    }
    if hops is not None:
        data["hops"] = [watch_login.hop_data(hop) for hop in hops]
    caller.view.answer(
        "verify",
        data,
        exit_code=code,
        command=caller.again(),
        again=[o.check.id for o in outcomes if o in bad or o.is_blocked or _counts(o, options)],
        connect_url=None if hops else _login_page(facts, outcomes),
        is_whole=is_whole,
        next_step=_next_step(facts.situation),
    )
    return code


def explain(name: str, caller: Caller) -> None:
    """The `--explain` of the command; raises `usage` for a name that has no text."""
    checks, frameworks = docs.sections()
    known = {**checks, **frameworks}
    if name not in known:
        with_code = Advice(f"and for the page where a login ends: {', '.join(frameworks)}")
        raise _unknown(name, list(known), "Nothing is written about", with_code)
    data = {"id": name, "text": known[name]}
    caller.view.answer("verify-explain", data, frameworks=list(frameworks))


def _counts(outcome: Outcome, options: Options) -> bool:
    """Whether it is a warning, and warnings count."""
    return options.strict and outcome.finding.status is Status.WARN


def _check_ids(ids: Sequence[str]) -> None:
    known = [check.id for check in (*CHECKS, watch_login.CHECK)]
    for each in ids:
        if each not in known:
            raise _unknown(each, known, "There is no check called")


def _unknown(name: str, known: Sequence[str], said: str, *more: Advice) -> SetupError:
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]}?" if near else "."
    return SetupError(
        "usage",
        f"{said} {shown(name)}{hint}",
        advice=[Advice("see all checks", command="twitter-setup verify --list"), *more],
    )


def _facts(
    options: Options, located: Located | None, caller: Caller, checks: Sequence[Check]
) -> Facts:
    gives = Credentials.of(options).are_given
    target = configure_target.find(options, located, caller.view, with_credentials=gives)
    given, is_named = options.url, options.strapi is not None
    options = _without_blanks(located.options if located else options)
    of_file = None if given else options.url
    # The files here say nothing of a Strapi that is deployed elsewhere.
    of_it = located if target.is_here else None
    if of_it is None and not given and _is_public(target.address) and (is_named or not of_file):
        given = target.address  # where it is deployed, people reach it, too
    situation = Situation(
        options=replace(options, url=given),
        environ=caller.environ,
        located=of_it,
        session=target.session,
        file_url=of_file,
        prefix_here=located.backend.api_prefix if located else "/api",
    )
    asked = frozenset(check.id for check in checks)
    return Facts(situation=situation, address=target.address, asked=asked)


def _without_blanks(options: Options) -> Options:
    """Key and secret as `configure` would take them; raises `usage` for what is empty or in two."""

    def clean(name: str, value: Secret | None) -> Secret | None:
        return value and Secret(credential_shapes.cleaned(value.reveal(), name)[0])

    return replace(options, key=clean("key", options.key), secret=clean("secret", options.secret))


def _is_public(address: str) -> bool:
    parts = urlsplit(address)
    return not is_loopback(parts.hostname or "") and not parts.path


def _next_step(situation: Situation) -> str | None:
    """Where nothing is published there is more to look at."""
    if situation.public_url:
        return None
    return "twitter-setup tunnel" if situation.located else None


def _login_page(facts: Facts, outcomes: Sequence[Outcome]) -> str | None:
    """Where a person would try it."""
    situation = facts.situation
    if not situation.public_url:
        return None
    if situation.layout == "one-origin":
        return situation.public_url
    # For this line alone nobody signs in, or waits for the sign-in.
    is_known = any(
        each.check.id == "admin" and each.finding.status in {Status.PASS, Status.WARN}
        for each in outcomes
    )
    prefix = facts.api_prefix if is_known else situation.api_prefix
    return f"{situation.public_url}{prefix}/connect/twitter"


def _data(outcome: Outcome, caller: Caller) -> dict[str, Any]:
    finding = outcome.finding
    return {
        "id": outcome.check.id,
        "title": outcome.check.title,
        "status": str(finding.status),
        "summary": finding.summary,
        "detail": finding.detail,
        "advice": [advice.repeating(caller.typed).data() for advice in finding.advice],
    }
