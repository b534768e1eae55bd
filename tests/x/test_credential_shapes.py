"""What a pasted key and secret look like: cleaned, and warned of where they look like something else."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.configuring import KEY, SECRET
from twitter_setup.errors import SetupError
from twitter_setup.x.credential_shapes import cleaned, warnings

CLIENT_ID = base64.urlsafe_b64encode(b"aBcDeFgHiJkLmNoPqRsT:1:ci").decode().rstrip("=")
BEARER = "AAAAAAAAAAAAAAAAAAAAAMLheAAAAAAA0%2BuSeid%2BULvsea4JtiGRiSDSJSI%3DEUifiRBkKG5E2XzMDjRfl"
ACCESS_TOKEN = "1234567890-aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789012"
OLD_KEY, OLD_SECRET = "a" * 21, "b" * 41


@pytest.mark.parametrize(
    ("key", "secret"),
    [(KEY, SECRET), (OLD_KEY, OLD_SECRET), ("a" * 22, "b" * 41), (KEY, None), (None, SECRET)],
)
def test_a_real_pair_is_not_warned_of(key: str | None, secret: str | None) -> None:
    assert warnings(key, secret) == ()


@pytest.mark.parametrize(
    ("key", "secret", "says"),
    [
        (CLIENT_ID, SECRET, "The key looks like an OAuth 2.0 Client ID"),
        (f"{CLIENT_ID}=", SECRET, "The key looks like an OAuth 2.0 Client ID"),
        (BEARER, SECRET, "The key looks like a bearer token"),
        (ACCESS_TOKEN, SECRET, "The key looks like an access token"),
        ("12345678", SECRET, "The key looks like the App ID"),
        (KEY, CLIENT_ID, "The secret looks like an OAuth 2.0 Client ID"),
        (KEY, BEARER, "The secret looks like a bearer token"),
        (KEY, ACCESS_TOKEN, "The secret looks like an access token"),
        (SECRET, KEY, "are they swapped?"),
        (OLD_SECRET, OLD_KEY, "are they swapped?"),
        ("abc", SECRET, "The key has 3 characters, and a Consumer Key has 25"),
        (KEY, "abc", "The secret has 3 characters, and a Consumer Secret has 50"),
        ("a" * 40, SECRET, "is it another value of that page?"),
        (KEY, "a-b_" * 12, "a dash or an underscore"),
        (KEY[:-1] + "é", SECRET, "The key has signs in it that are neither letters nor digits"),
        (KEY, SECRET[:-1] + "\x1b", "The secret has signs in it that are neither"),
        (KEY, KEY, "Key and secret are the same text."),
    ],
)
def test_what_looks_like_another_value_is_named(key: str, secret: str, says: str) -> None:
    found = warnings(key, secret)

    assert any(says in one for one in found), found
    assert not any(value in one for one in found for value in (key, secret) if len(value) > 8)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (KEY, KEY),
        (f" {KEY}\r\n", KEY),
        (f"'{KEY}'", KEY),
        (f'" {KEY} "', KEY),
        (f"„{KEY}“", KEY),
        (f"`'{KEY}'`", KEY),
        (f"\ufeff{KEY}\u200b", KEY),
    ],
)
def test_what_is_around_a_paste_is_taken_away_and_said(text: str, value: str) -> None:
    assert cleaned(text, "key") == (value, text != value)


@pytest.mark.parametrize(
    "text", ["", " ", "''", '" "', "\ufeff", "a b", "a\nb", "a\u200bb", "a\tb"]
)
def test_what_is_empty_or_in_two_pieces_is_refused(text: str) -> None:
    with pytest.raises(SetupError) as caught:
        cleaned(text, "key")

    assert caught.value.code == "usage"
    assert caught.value.advice
    assert caught.value.unchanged == "Nothing was changed."


@given(st.text())
def test_cleaning_twice_is_cleaning_once_and_nothing_is_made_up(text: str) -> None:
    try:
        value, changed = cleaned(text, "key")
    except SetupError as refusal:
        assert refusal.code == "usage"  # noqa: PT017
        return

    assert cleaned(value, "key") == (value, False)
    assert value in text
    assert changed is (value != text)


@given(st.one_of(st.none(), st.text(min_size=1)), st.one_of(st.none(), st.text(min_size=1)))
def test_no_text_at_all_is_a_bug(key: str | None, secret: str | None) -> None:
    warnings(key, secret)
