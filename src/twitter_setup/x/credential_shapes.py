"""What a pasted key and secret look like: cleaned, and warned about before anything is sent. Pure.

X has several pairs of values, and Strapi's admin form calls the two it needs "Client ID" and "Client
Secret", which are other values at X. Lengths are customs, not rules: nothing here refuses, but for
what is empty or broken in two.
"""

from __future__ import annotations

import base64
import binascii
import re

from twitter_setup.errors import Advice, SetupError

_QUOTES = "\"'`“”‘’„«»"
_INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060"
_WHERE = "Keys & Tokens → OAuth 1.0 Keys"
# Older apps have 21 or 22 and 41, today's 25 and 50.
_KEY_LENGTHS = range(18, 31)
_SECRET_LENGTHS = range(35, 61)


def cleaned(text: str, name: str) -> tuple[str, bool]:
    """Take blanks and quotes around a paste away; returns the value and whether there were any.

    Raises `usage` where nothing is left, or where it has white space inside.
    """
    value = text.strip().strip(_INVISIBLE).strip()
    while len(value) > 1 and value[0] in _QUOTES and value[-1] in _QUOTES:
        value = value[1:-1].strip()
    problem = ""
    if not value:
        problem = f"The {name} is empty."
    elif any(sign.isspace() or sign in _INVISIBLE for sign in value):
        problem = f"The {name} has white space inside: it was not copied in one piece."
    if problem:
        raise SetupError(
            "usage",
            problem,
            advice=[Advice(f"copy it again at X, from {_WHERE}", url="https://console.x.com")],
            unchanged="Nothing was changed.",
        )
    return value, value != text


def warnings(key: str | None, secret: str | None) -> tuple[str, ...]:
    """What looks wrong about a pair, or about one of the two, as sentences without the values."""
    if key and secret and _are_swapped(key, secret):
        return ("The key looks like a secret and the secret like a key: are they swapped?",)
    found = []
    if key and (kind := _other_kind(key)):
        found.append(f"The key looks like {kind}; Strapi needs the Consumer Key ({_WHERE}).")
    elif key and len(key) not in _KEY_LENGTHS:
        found.append(
            f"The key has {len(key)} characters, and a Consumer Key has 25 (older ones 21 or 22): "
            + _cut_or_other(len(key) < 18)
        )
    if secret and (kind := _other_kind(secret)):
        found.append(f"The secret looks like {kind}; Strapi needs the Consumer Secret ({_WHERE}).")
    elif secret and len(secret) not in _SECRET_LENGTHS:
        found.append(
            f"The secret has {len(secret)} characters, and a Consumer Secret has 50 (older ones 41): "
            + _cut_or_other(len(secret) < 35)
        )
    elif secret and re.search(r"[-_]", secret):
        found.append(
            "The secret has a dash or an underscore in it, as an OAuth 2.0 Client Secret may have; "
            f"Strapi needs the Consumer Secret ({_WHERE})."
        )
    found += [
        f"The {name} has signs in it that are neither letters nor digits of ASCII: was it copied as text?"
        for name, value in (("key", key), ("secret", secret))
        if value and not _other_kind(value) and not re.fullmatch(r"[!-~]+", value)
    ]
    if key and key == secret:
        found.append("Key and secret are the same text.")
    return tuple(found)


def _cut_or_other(is_short: bool) -> str:
    return "is it whole?" if is_short else "is it another value of that page?"


def _are_swapped(key: str, secret: str) -> bool:
    return len(key) in _SECRET_LENGTHS and len(secret) in _KEY_LENGTHS and not _other_kind(key)


def _other_kind(value: str) -> str:
    """What else of X's it is, '' where it may be the right thing."""
    if _is_client_id(value):
        return "an OAuth 2.0 Client ID"
    if value.startswith("AAAAAAAAAAAAAAAA"):
        return "a bearer token"
    if re.fullmatch(r"[1-9][0-9]+-[0-9A-Za-z]{20,}", value):
        return "an access token"
    if re.fullmatch(r"[0-9]{6,12}", value):
        return "the App ID"
    return ""


def _is_client_id(value: str) -> bool:
    """base64url of `…:1:ci`."""
    try:
        decoded = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    except (binascii.Error, ValueError):
        return False
    return decoded.endswith(b":1:ci")
