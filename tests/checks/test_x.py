"""`x-keys`, `x-callback`, `clock`: each answer of X's in words, with its cure."""

from __future__ import annotations

from typing import get_args

import pytest

from twitter_setup.checks import x_findings as x_checks
from twitter_setup.checks.finding import Finding, Status
from twitter_setup.x.answers import Kind
from twitter_setup.x.api import XAnswer

CALLBACK = "https://olive-tree.ngrok-free.app/api/connect/twitter/callback"


def words(finding: Finding) -> str:
    advice = [f"{a.text} {a.command} {a.url}" for a in finding.advice]
    return " ".join([finding.summary, finding.detail, *advice])


@pytest.mark.parametrize("kind", get_args(Kind))
def test_each_kind_of_answer_has_words_of_its_own_for_both_questions(kind: Kind) -> None:
    answer = XAnswer(kind=kind, status=403, code=77)

    for finding in (x_checks.keys(answer), x_checks.callback(answer, CALLBACK)):
        assert (finding.status is Status.PASS) == (not finding.advice)
        assert "{" not in words(finding)
        assert "\n" not in finding.summary
        assert len(finding.summary) < 130


@pytest.mark.parametrize(
    ("kind", "status", "cure"),
    [
        ("accepted", Status.PASS, "accepts the key"),
        ("no-callback-set", Status.PASS, "knows the key"),
        ("callback-not-listed", Status.PASS, "knows the key"),
        ("not-confirmed", Status.WARN, "oauth_callback_confirmed"),
        ("wrong-keys", Status.FAIL, "not the OAuth 2.0 Client ID"),
        ("wrong-keys", Status.FAIL, "regenerated keys make the old ones void"),
        ("bad-request", Status.FAIL, "twitter-setup configure"),
        ("suspended", Status.FAIL, "https://help.x.com/forms/platform"),
        ("clock", Status.FAIL, "NTP"),
        ("expired", Status.FAIL, "twitter-setup configure"),
        ("no-credits", Status.FAIL, "Billing → Credits"),
        ("access-level", Status.FAIL, "https://console.x.com"),
        ("not-enrolled", Status.FAIL, "Move to package → Pay-per-use, Environment: Production"),
        ("account-suspended", Status.FAIL, "https://help.x.com/forms/platform"),
        ("account-locked", Status.FAIL, "unlock it"),
        ("user-suspended", Status.FAIL, "another account"),
        ("not-permitted", Status.FAIL, "permissions"),
        ("refused", Status.FAIL, "X's console"),
        ("rate-limited", Status.ERROR, "15 minutes"),
        ("down", Status.ERROR, "https://developer.x.com/status"),
        ("strange", Status.ERROR, "proxy"),
        ("unreachable", Status.ERROR, "firewall"),
        ("untrusted", Status.ERROR, "SSL_CERT_FILE"),
        ("timeout", Status.ERROR, "within 5 s"),
    ],
)
def test_x_keys_names_the_cure(kind: Kind, status: Status, cure: str) -> None:
    finding = x_checks.keys(XAnswer(kind=kind, status=401, code=32))

    assert finding.status is status
    assert cure in words(finding)


def test_refusal_that_is_not_known_is_quoted() -> None:
    answer = XAnswer(kind="refused", status=403, code=9999, words="No such luck.")

    for finding in (x_checks.keys(answer), x_checks.callback(answer, CALLBACK)):
        assert finding.summary.endswith("(403, code 9999)")
        assert finding.detail.startswith("X says: No such luck.\n")
        assert "access level" not in words(finding)


def test_x_callback_says_the_missing_url_to_the_letter() -> None:
    finding = x_checks.callback(XAnswer(kind="callback-not-listed", status=403, code=415), CALLBACK)

    assert finding.status is Status.FAIL
    assert finding.summary == (
        "X refuses the callback URL (403, code 415): it is not in your app's list"
    )
    assert f"missing  {CALLBACK}" in finding.detail.splitlines()
    assert "the same to the letter, without a slash at the end" in finding.detail
    assert finding.advice[0].command == "twitter-setup urls --copy --open"


@pytest.mark.parametrize(
    ("kind", "status", "cure"),
    [
        ("accepted", Status.PASS, CALLBACK),
        ("no-callback-set", Status.FAIL, "User authentication settings → Set up"),
        ("not-confirmed", Status.FAIL, "oauth_callback_confirmed=true"),
        ("rate-limited", Status.ERROR, "15 minutes"),
        ("suspended", Status.FAIL, "appeal"),
    ],
)
def test_x_callback_names_the_cure(kind: Kind, status: Status, cure: str) -> None:
    finding = x_checks.callback(XAnswer(kind=kind, status=401, code=1), CALLBACK)

    assert finding.status is status
    assert cure in words(finding)


@pytest.mark.parametrize(
    ("offset", "kind", "status", "summary"),
    [
        (0.4, "accepted", Status.PASS, "this machine's clock and X's are 0 s apart"),
        (-60.0, "accepted", Status.PASS, "this machine's clock and X's are 60 s apart"),
        (61.0, "accepted", Status.WARN, "this machine's clock is 61 s behind X's"),
        (-300.0, "wrong-keys", Status.WARN, "this machine's clock is 5 min ahead of X's"),
        (301.0, "accepted", Status.FAIL, "this machine's clock is 5 min behind X's"),
        (-9000.0, "clock", Status.FAIL, "this machine's clock is 2 h ahead of X's"),
        (2.0, "clock", Status.FAIL, "X refuses the time of the request (401, code 135)"),
        (None, "clock", Status.FAIL, "X refuses the time of the request (401, code 135)"),
        (None, "unreachable", Status.SKIP, "X gave no time to compare with"),
    ],
)
def test_the_clock_is_judged_by_how_far_it_is_off(
    offset: float | None, kind: Kind, status: Status, summary: str
) -> None:
    finding = x_checks.clock(XAnswer(kind=kind, status=401, code=135, offset=offset))

    assert (finding.status, finding.summary) == (status, summary)
    if status in {Status.WARN, Status.FAIL}:
        assert "NTP" in words(finding)
