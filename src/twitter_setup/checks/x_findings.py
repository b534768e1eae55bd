"""What X's answers say: are the keys right, is the callback in the list, is the clock right.

Pure: plain values in, a finding out. The words for each refusal follow what users have met.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from twitter_setup.checks.explained import explained
from twitter_setup.checks.finding import Finding, failed, passed, skipped, unknown, warned
from twitter_setup.errors import Advice
from twitter_setup.x.answers import Kind
from twitter_setup.x.api import XAnswer
from twitter_setup.x.sheet import PORTAL_URL

_SLOW_CLOCK = 60.0  # seconds; X does not say how many it bears
_WRONG_CLOCK = 300.0

_STATUS_PAGE = "https://developer.x.com/status"
_APPEAL = "https://help.x.com/forms/platform"
_AGAIN = Advice("run it again in a few minutes", command="twitter-setup verify x-keys")
_PASTE = Advice(
    "copy the callback URL and paste it at X under Callback URI / Redirect URL",
    command="twitter-setup urls --copy --open",
)
_KEYS = Advice(
    "copy Consumer Key and Consumer Secret anew (Keys & Tokens → OAuth 1.0 Keys) and give them to Strapi",
    command="twitter-setup configure",
    url=PORTAL_URL,
)


def keys(answer: XAnswer) -> Finding:
    """`x-keys`: `answer` is that to `oob`, which asks nothing of the list of callbacks."""
    if answer.kind == "accepted":
        return passed("X accepts the key and secret")
    if answer.kind in {"no-callback-set", "callback-not-listed"}:
        # X looks at the callback after it knows who asks: the list is the next check's.
        return passed(f"X knows the key; what it refuses is the callback ({said(answer)})")
    if answer.kind == "not-confirmed":
        return warned(
            "X gives a token for the key and secret, but does not confirm the callback",
            "Expected oauth_callback_confirmed=true beside the token; it is not there.\n"
            "X's documentation says to go on only with it.",
            Advice("see what it says of the callback", command="twitter-setup verify x-callback"),
        )
    return _refused(answer, "the key and secret", "x-keys")


def callback(answer: XAnswer, callback_url: str) -> Finding:
    """`x-callback`: `answer` is that to the callback URL which Strapi will send."""
    if answer.kind == "accepted":
        return passed(f"X has the callback URL in its list: {callback_url}")
    if answer.kind == "callback-not-listed":
        return failed(
            f"X refuses the callback URL ({said(answer)}): it is not in your app's list",
            f"missing  {callback_url}\n"
            "In the list it must be the same to the letter, without a slash at the end: X compares "
            "scheme, host, port and path, and counts localhost and 127.0.0.1 as two.",
            _PASTE,
            explained("x-callback"),
        )
    if answer.kind == "no-callback-set":
        return failed(
            f"the app at X has no callback URL at all ({said(answer)})",
            f"missing  {callback_url}\n"
            "User authentication settings were never set up, so X takes the app for a program "
            "without web pages, and lets nobody log in through it.",
            Advice(
                "at X: Apps → your app → User authentication settings → Set up",
                command="twitter-setup urls --copy --open",
            ),
            explained("x-callback"),
        )
    if answer.kind == "not-confirmed":
        return failed(
            "X gives a token, but does not confirm the callback URL",
            f"Expected oauth_callback_confirmed=true for {callback_url}; it is not there.\n"
            "Without it X has not taken the callback, and would not come back to Strapi.",
            _PASTE,
            explained("x-callback"),
        )
    return _refused(answer, "the callback URL", "x-callback")


def clock(answer: XAnswer) -> Finding:
    """`clock`: this machine's against X's, which refuses what is signed at the wrong time."""
    offset = answer.offset
    if answer.kind == "clock" or (offset is not None and abs(offset) > _WRONG_CLOCK):
        summary = f"X refuses the time of the request ({said(answer)})"
        if offset is not None and abs(offset) > _SLOW_CLOCK:
            summary = f"this machine's clock is {_apart(offset)} X's"
        return failed(summary, _why_clock(answer), *_SET_CLOCK, explained("clock"))
    if offset is None:
        return skipped("X gave no time to compare with")
    if abs(offset) > _SLOW_CLOCK:
        summary = f"this machine's clock is {_apart(offset)} X's"
        return warned(summary, _why_clock(answer), *_SET_CLOCK, explained("clock"))
    return passed(f"this machine's clock and X's are {_seconds(offset)} apart")


def said(answer: XAnswer) -> str:
    """Status and code, as people look them up: `403, code 415`."""
    if answer.status is None:
        return answer.reason or "no answer"
    return str(answer.status) if answer.code is None else f"{answer.status}, code {answer.code}"


_SET_CLOCK = (
    Advice("let the network set it (NTP); on Linux", command="sudo timedatectl set-ntp true"),
    Advice("on macOS: System Settings → General → Date & Time → Set time and date automatically"),
)


def _why_clock(answer: XAnswer) -> str:
    return (
        f"Expected within {_SLOW_CLOCK:g} s of X's clock; X answered {said(answer)}.\n"
        "Each request is signed with its time, and X refuses one from too far away (code 135). "
        "It is the clock of the machine that Strapi runs on that counts; virtual machines lose "
        "theirs when the computer sleeps."
    )


def _apart(offset: float) -> str:
    return f"{_seconds(offset)} {'behind' if offset > 0 else 'ahead of'}"


def _seconds(offset: float) -> str:
    whole = abs(round(offset))
    if whole < 120:
        return f"{whole} s"
    return f"{whole // 60} min" if whole < 7200 else f"{whole // 3600} h"


def _refused(answer: XAnswer, what: str, check_id: str) -> Finding:
    words = _UNKNOWN.get(answer.kind)
    if words:
        return unknown(words.summary.format(said=said(answer)), words.detail, *words.advice)
    words = _REFUSALS.get(answer.kind, _OTHER)
    summary = words.summary.format(said=said(answer), what=what)
    detail = words.detail
    if answer.kind in _QUOTED:
        detail = f"X says: {answer.words or 'nothing'}\n{detail}"
    return failed(summary, detail, *words.advice, explained(check_id))


@dataclass(frozen=True, slots=True)
class _Words:
    summary: str
    detail: str
    advice: tuple[Advice, ...]


_CONSOLE = Advice("look at the app in X's console", url=PORTAL_URL)
_OTHER = _Words("X refuses {what} ({said})", "This program does not know that reason.", (_CONSOLE,))
# The codes of these are documented in few words, or not at all.
_QUOTED: frozenset[Kind] = frozenset(
    {"refused", "account-suspended", "account-locked", "user-suspended", "not-permitted"}
)

_REFUSALS: Mapping[Kind, _Words] = {
    "wrong-keys": _Words(
        "X does not know this key and secret ({said})",
        "Expected the Consumer Key and the Consumer Secret, not the OAuth 2.0 Client ID and Client "
        "Secret, which Strapi's form names alike; regenerated keys make the old ones void.\n"
        "Strapi signs with them, and X lets nobody log in without. A suspended app has been answered "
        "so, too.",
        (_KEYS,),
    ),
    "bad-request": _Words(
        "X cannot read the key ({said}): it is empty, cut, or has a blank in it",
        "Expected a Consumer Key of about 25 letters and digits, and a Consumer Secret of about 50.\n"
        "With a broken key X does not even look whose it is.",
        (_KEYS,),
    ),
    "suspended": _Words(
        "X has suspended the app ({said})",
        "A suspended app cannot log anybody in, whatever is set up here.",
        (
            Advice("look for X's e-mail to the account's owner, and appeal", url=_APPEAL),
            Advice("or make another app, with keys of its own", url=PORTAL_URL),
        ),
    ),
    "account-suspended": _Words(
        "X has suspended the app or the account that owns it ({said})",
        "As long as that lasts, nobody can log in through this app.",
        (Advice("look for X's e-mail to the account's owner, and appeal", url=_APPEAL),),
    ),
    "account-locked": _Words(
        "X has locked the account that owns the app ({said})",
        "X unlocks it when its owner logs in and answers what X asks.",
        (Advice("log in with that account, and unlock it", url="https://x.com/account/access"),),
    ),
    "user-suspended": _Words(
        "X has suspended the user ({said})",
        "Other users of X may still log in.",
        (Advice("log in with another account of X", command="twitter-setup verify --login"),),
    ),
    "not-permitted": _Words(
        "X does not let this app do that ({said})",
        "The app may not perform this action, whatever its keys are.",
        (Advice("look at the app's permissions and User authentication settings", url=PORTAL_URL),),
    ),
    "clock": _Words(
        "X refuses the time of the request ({said})",
        "Each request is signed with its time; this machine's clock is off.",
        _SET_CLOCK,
    ),
    "expired": _Words(
        "X takes the keys for expired or revoked ({said})",
        "The keys were regenerated, or the app was deleted; what Strapi has is void.",
        (_KEYS,),
    ),
    "no-credits": _Words(
        "X asks for payment: the account has no credits ({said})",
        "Accounts that pay by use need a balance; without one X refuses before it looks at anything else.",
        (Advice("X's console → Billing → Credits", url=PORTAL_URL),),
    ),
    "access-level": _Words(
        "X does not let this app ask that ({said}): its access level is too low",
        "The app's plan leaves this out.",
        (Advice("look at the app's package and plan in X's console", url=PORTAL_URL),),
    ),
    "not-enrolled": _Words(
        "the app is in no package at X ({said})",
        "X answers apps that are in a package, and whose environment is Production.",
        (
            Advice(
                "at X: Apps → Manage apps → your app → Move to package → Pay-per-use, "
                "Environment: Production",
                url=PORTAL_URL,
            ),
            _KEYS,
        ),
    ),
    "callback-not-listed": _Words(
        "X refuses the callback ({said})",
        "The app's list of callbacks does not have it.",
        (_PASTE,),
    ),
    "no-callback-set": _Words(
        "the app at X has no callback URL at all ({said})",
        "User authentication settings were never set up.",
        (_PASTE,),
    ),
}
_UNKNOWN: Mapping[Kind, _Words] = {
    "rate-limited": _Words(
        "X has been asked too often ({said})",
        "It says nothing of your set-up; X's limits last 15 minutes.",
        (Advice("run it again in 15 minutes", command="twitter-setup verify x-keys"),),
    ),
    "down": _Words(
        "X itself has a problem ({said})",
        "It says nothing of your set-up.",
        (Advice("see whether X is down", command="twitter-setup verify x-keys", url=_STATUS_PAGE),),
    ),
    "strange": _Words(
        "something answers in X's place ({said})",
        "The answer is not one of X's: a proxy, a firewall or a login page of the network is between.",
        (Advice("try another network, or look at HTTPS_PROXY"),),
    ),
    "unreachable": _Words(
        "X cannot be reached ({said})",
        "https://api.twitter.com does not answer from here; Strapi must reach it too.",
        (Advice("look at the connection, a firewall, and HTTPS_PROXY"),),
    ),
    "untrusted": _Words(
        "the certificate at X's address is not to be trusted ({said})",
        "Somebody is between: often a company's proxy, whose own authority is not known here.",
        (Advice("name its authority's file in SSL_CERT_FILE (NODE_EXTRA_CA_CERTS for Strapi)"),),
    ),
    "timeout": _Words(
        "X does not answer within 5 s ({said})", "It says nothing of your set-up.", (_AGAIN,)
    ),
}
