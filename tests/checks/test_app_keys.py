"""Where `app.keys` comes from, as people write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from twitter_setup.checks.facts.app_keys import AppKeys, Key, read
from twitter_setup.edits.syntax import Language
from twitter_setup.project.strapi_config import ConfigFile

FILE = Path("config/server.js")


def of(source: str, language: Language = "javascript") -> AppKeys:
    return read([ConfigFile(FILE, source.encode(), language)])


def keys(value: str, before: str = "") -> list[tuple[str, str]]:
    found = of(f"{before}\nmodule.exports = ({{ env }}) => ({{ app: {{ keys: {value} }} }});")
    assert found.keys is not None
    return [_short(key) for key in found.keys]


def _short(key: Key) -> tuple[str, str]:
    kind: str = key.kind
    if key.fallback:
        kind += " else " + ", ".join(_short(each)[0] for each in key.fallback)
    return kind, key.variable


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("env.array('APP_KEYS')", [("variable", "APP_KEYS")]),
        ("env.array('APP_KEYS', ['a', 'b'])", [("variable else literal, literal", "APP_KEYS")]),
        (
            "env.array('K', [crypto.randomBytes(16).toString('base64')])",
            [("variable else random", "K")],
        ),
        ("['a', `b`]", [("literal", ""), ("literal", "")]),
        ("[env('KEY_1'), process.env.KEY_2]", [("variable", "KEY_1"), ("variable", "KEY_2")]),
        ("[env('KEY_1', 'x')]", [("variable else literal", "KEY_1")]),
        ("process.env.APP_KEYS.split(',')", [("variable", "APP_KEYS")]),
        ("(process.env.APP_KEYS || 'a,b').split(',')", [("variable else literal", "APP_KEYS")]),
        ("env.array('APP_KEYS') || ['a']", [("variable else literal", "APP_KEYS")]),
        ("env.array('APP_KEYS') ?? [uuidv4()]", [("variable else random", "APP_KEYS")]),
        ("[require('crypto').randomBytes(16).toString('hex')]", [("random", "")]),
        ("[crypto.randomUUID(), `${Math.random()}`]", [("random", ""), ("random", "")]),
        ("[String(Date.now())]", [("random", "")]),
        ("loadKeys()", [("unclear", "")]),
        ("[]", []),
        ("[[], ['a']]", [("literal", "")]),
    ],
)
def test_each_way_of_writing_the_keys_is_read(value: str, found: list[tuple[str, str]]) -> None:
    assert keys(value) == found


def test_a_name_is_followed_to_its_value() -> None:
    assert keys("[a]", "const a = crypto.randomBytes(9).toString('hex');") == [("random", "")]
    assert keys("a", "const a = ['x', 'y'];") == [("literal", ""), ("literal", "")]
    assert keys("[`${a}`]", "const a = crypto.randomUUID();") == [("random", "")]


def test_names_that_stand_for_one_another_come_to_an_end() -> None:
    assert keys("a", "const a = f(b); const b = f(a);")[0][0] == "unclear"
    assert keys("a", "const a = [a];")[0][0] == "unclear"


@pytest.mark.parametrize(
    "source",
    [
        "module.exports = { port: 1 };",
        "module.exports = { app: {} };",
        "module.exports = { app: { /* keys: ['a'] */ } };",
    ],
)
def test_keys_that_are_not_there_are_none(source: str) -> None:
    assert of(source) == AppKeys(path=FILE, keys=None)


@pytest.mark.parametrize(
    "source",
    [
        "module.exports = { app: require('./app') };",
        "module.exports = { ...base };",
        "module.exports = { app: { ...base } };",
        "module.exports = {",
    ],
)
def test_keys_that_code_decides_are_unclear(source: str) -> None:
    found = of(source)

    assert found.keys is not None
    assert [key.kind for key in found.keys] == ["unclear"]


def test_typescript_and_the_file_of_the_mode_are_read() -> None:
    over = ConfigFile(Path("config/env/development/server.ts"), b"export default {}", "typescript")
    base = ConfigFile(
        Path("config/server.ts"),
        b"export default ({ env }): Core.Config.Server => ({ app: { keys: env.array('K')! } });",
        "typescript",
    )

    found = read([over, base])

    assert found.path == base.path
    assert found.keys is not None
    assert [key.variable for key in found.keys] == ["K"]


def test_keys_do_not_show_themselves() -> None:
    assert "hunter2" not in repr(of("module.exports = { app: { keys: ['hunter2'] } }"))


def test_without_a_file_nothing_is_set() -> None:
    assert read([]) == AppKeys(path=None, keys=None)
