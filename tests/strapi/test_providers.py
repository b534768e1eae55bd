"""The list of providers as values: one is changed, every other one stays equal in canonical JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twitter_setup.state.fingerprint import fingerprint
from twitter_setup.strapi import providers
from twitter_setup.strapi.providers import FieldChange

# Half a surrogate pair, and whatever else JSON can carry.
TEXT = st.text(st.characters(codec=None, categories=None))
NUMBERS = st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
KEYS = TEXT | st.sampled_from(
    ["__proto__", "constructor", "", "redirectUri", "key", "scope", "a.b", "\ud800", "0"]
)
FIELDS = st.dictionaries(KEYS, VALUES, max_size=5)
LISTS = st.dictionaries(KEYS, FIELDS, max_size=5).flatmap(
    lambda others: FIELDS.map(lambda twitter: {**others, "email": {}, "twitter": twitter})
)
WANTED = st.fixed_dictionaries(
    {},
    optional={"enabled": st.booleans(), "key": TEXT, "secret": TEXT, "callback": TEXT},
)


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def computed(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key != "redirectUri"}


@given(LISTS, WANTED)
def test_every_other_provider_stays_equal_and_in_its_place(
    found: dict[str, Any], wanted: dict[str, Any]
) -> None:
    sent = json.loads(json.dumps(providers.with_twitter(found, wanted)))  # as it travels

    assert list(sent) == list(found)
    assert sent["email"] == found["email"]
    for name in set(found) - {"twitter", "email"}:
        assert canonical(sent[name]) == canonical(computed(found[name]))


@given(LISTS, WANTED)
def test_of_twitter_only_what_is_wanted_changes(
    found: dict[str, Any], wanted: dict[str, Any]
) -> None:
    sent = providers.with_twitter(found, wanted)

    rest = {key: value for key, value in computed(found["twitter"]).items() if key not in wanted}
    assert canonical(sent["twitter"]) == canonical({**rest, **wanted})
    assert providers.changes(sent, wanted) == ()


@given(LISTS, WANTED)
def test_the_former_values_put_back_are_the_former_list(
    found: dict[str, Any], wanted: dict[str, Any]
) -> None:
    changed = providers.changes(found, wanted)
    before = {c.name: found["twitter"][c.name] for c in changed if c.name in found["twitter"]}
    absent = [c.name for c in changed if c.name not in found["twitter"]]

    back = providers.with_twitter(providers.with_twitter(found, wanted), before, absent)

    assert canonical(back) == canonical(providers.stored(found))


@given(LISTS)
def test_a_list_does_not_differ_from_itself(found: dict[str, Any]) -> None:
    assert list(providers.differences(providers.stored(found), found)) == []
    with_addresses = {name: {**fields, "redirectUri": "x"} for name, fields in found.items()}
    differing = list(providers.differences(providers.stored(found), with_addresses))
    assert differing == ["email.redirectUri"], "which Strapi computes for all but e-mail"


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ({"email": {}, "twitter": {"key": "b"}}, ["twitter.key"]),
        ({"email": {}, "twitter": {}}, ["twitter.key"]),
        ({"email": {}, "twitter": {"key": "a", "x": None}}, ["twitter.x"]),
        ({"twitter": {"key": "a"}}, ["email"]),
        ({"email": {}, "twitter": {"key": "a"}, "vk": {}}, ["vk"]),
        ({"email": {}, "twitter": {"key": "a", "redirectUri": "http://x"}}, []),
    ],
)
def test_a_difference_is_named_by_its_place(now: dict[str, Any], expected: list[str]) -> None:
    sent = {"email": {}, "twitter": {"key": "a"}}

    assert list(providers.differences(sent, now)) == expected


@pytest.mark.parametrize(("now", "wanted"), [(1, True), (0, False), ("true", True), (1.0, 1)])
def test_values_that_python_takes_for_equal_are_two(now: Any, wanted: Any) -> None:
    found = {"twitter": {"enabled": now}}

    assert providers.changes(found, {"enabled": wanted}) == (FieldChange("enabled", now, wanted),)


def test_a_field_that_is_null_is_not_one_that_is_absent() -> None:
    (change,) = providers.changes({"twitter": {}}, {"key": None})

    assert (change.name, change.before, change.after) == ("key", None, None)


@given(VALUES, VALUES)
def test_a_fingerprint_is_of_one_value_and_of_one_user(one: Any, other: Any) -> None:
    same = canonical(one) == canonical(other)

    assert (fingerprint(one, b"k") == fingerprint(other, b"k")) is same
    assert fingerprint(one, b"k") != fingerprint(one, b"l")
