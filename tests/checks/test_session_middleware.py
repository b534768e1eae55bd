"""What `config/middlewares` and `app.keys` say in plain values; whatever code decides is not read."""

from __future__ import annotations

from pathlib import Path

import pytest

from twitter_setup.checks.facts.session_middleware import (
    AppKeys,
    SessionMiddleware,
    read,
    read_keys,
)
from twitter_setup.edits.syntax import Language
from twitter_setup.project.strapi_config import ConfigFile

FILE = Path("config/middlewares.js")
SERVER = Path("config/server.js")


def of(source: str, language: Language = "javascript") -> SessionMiddleware:
    return read([ConfigFile(FILE, source.encode(), language)])


LISTED = {
    "a list": "module.exports = ['strapi::errors', 'strapi::session'];",
    "double quotes and comments": """
        module.exports = [
          'strapi::logger', // 'strapi::x',
          /* 'strapi::errors', */
          "strapi::session",
        ];""",
    "an object with a name": "module.exports = [{ name: 'strapi::session', config: {} }]",
    "a function": "module.exports = ({ env }) => ['strapi::session'];",
    "beside a spread of something": "module.exports = [...require('./x'), 'strapi::session'];",
    "an ES export": "export default ['strapi::session'];",
}
TYPED = {
    "satisfies": "export default ['strapi::session'] satisfies Core.Config.Middlewares;",
    "as const": "export default ['strapi::session'] as const;",
    "a typed const": """
        const config: Core.Config.Middlewares = ['strapi::session'];
        export default config;""",
}


@pytest.mark.parametrize("source", LISTED.values(), ids=LISTED.keys())
def test_a_session_in_a_literal_list_is_found(source: str) -> None:
    assert of(source).kind == "listed"


@pytest.mark.parametrize("source", TYPED.values(), ids=TYPED.keys())
def test_a_session_is_found_in_typescript(source: str) -> None:
    assert of(source, "typescript").kind == "listed"


MISSING = {
    "a list without it": "module.exports = ['strapi::errors', { name: 'strapi::cors' }];",
    "nothing": "module.exports = [];",
}


@pytest.mark.parametrize("source", MISSING.values(), ids=MISSING.keys())
def test_a_session_is_missed_where_the_whole_list_is_literal(source: str) -> None:
    assert of(source).kind == "missing"


UNREAD = {
    "a spread": "module.exports = [...require('./base'), 'strapi::errors'];",
    "chosen by code": "module.exports = ['a', isProd ? 'x' : 'y'];",
    "two lists on a condition": "module.exports = isProd ? ['a'] : ['b'];",
    "a call": "module.exports = build(['a']);",
    "added to": "const l = ['a']; l.push('strapi::session'); module.exports = l;",
    "commented out": "module.exports = ['strapi::errors' /* 'strapi::session' */];",
    "no export": "const x = ['a'];",
    "an object": "module.exports = { settings: {} };",
    "a middleware of their own": "module.exports = [{ resolve: './src/middlewares/x' }];",
    "a plugin's session": "module.exports = ['plugin::redis.session'];",
}


@pytest.mark.parametrize("source", UNREAD.values(), ids=UNREAD.keys())
def test_what_code_decides_is_not_read(source: str) -> None:
    assert of(source).kind == "unread"


def test_without_a_file_strapi_has_a_list_of_its_own() -> None:
    assert read([]).kind == "default"


def test_a_file_that_does_not_parse_is_broken() -> None:
    assert of("module.exports = [\n").kind == "broken"


def test_two_lists_laid_over_each_other_and_json_are_not_read() -> None:
    file = ConfigFile(FILE, b"module.exports = ['a']", "javascript")
    json = ConfigFile(Path("config/middlewares.json"), b'["strapi::session"]', "json")

    assert read([file, file]).kind == "unread"
    assert read([json]).kind == "unread"


@pytest.mark.parametrize(
    ("config", "same_site", "secure"),
    [
        ("{ sameSite: 'Strict', secure: true }", "strict", "true"),
        ("{ sameSite: true, secure: false }", "true", "false"),
        ("{}", "", ""),
        ("{ sameSite: dev ? 'lax' : 'strict', secure: env.bool('SECURE') }", "", ""),
        ("sessionConfig", "", ""),
        ("{ ...base }", "", ""),
    ],
)
def test_the_literal_settings_of_the_cookie_are_read(
    config: str, same_site: str, secure: str
) -> None:
    found = of(f"module.exports = [{{ name: 'strapi::session', config: {config} }}]")

    assert (found.kind, found.same_site, found.secure) == ("listed", same_site, secure)


# app.keys


def keys_of(source: str, language: Language = "javascript") -> AppKeys:
    return read_keys([ConfigFile(SERVER, source.encode(), language)])


def keys(value: str) -> AppKeys:
    return keys_of(f"module.exports = ({{ env }}) => ({{ app: {{ keys: {value} }} }});")


def test_the_variable_of_env_array_is_named() -> None:
    plain, with_default = keys("env.array('APP_KEYS')"), keys("env.array('K', ['a'])")

    assert (plain.kind, plain.variable, plain.has_default) == ("variable", "APP_KEYS", False)
    assert (with_default.kind, with_default.variable, with_default.has_default) == (
        "variable",
        "K",
        True,
    )


def test_literal_keys_are_read_and_do_not_show_themselves() -> None:
    found = keys("['hunter2', `b`]")

    assert (found.kind, found.values) == ("literal", ("hunter2", "b"))
    assert "hunter2" not in repr(found)
    assert keys("[]").values == ()


@pytest.mark.parametrize(
    ("value", "has_random"),
    [
        ("loadKeys()", False),
        ("[env('KEY_1'), process.env.KEY_2]", False),
        ("process.env.APP_KEYS.split(',')", False),
        ("[require('crypto').randomBytes(16).toString('hex')]", True),
        ("[crypto.randomUUID()]", True),
    ],
)
def test_keys_that_come_from_code_are_not_read(value: str, has_random: bool) -> None:
    found = keys(value)

    assert (found.kind, found.has_random) == ("unread", has_random)


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("module.exports = { port: 1 };", "absent"),
        ("module.exports = { app: {} };", "absent"),
        ("module.exports = { app: { /* keys: ['a'] */ } };", "absent"),
        ("module.exports = { app: require('./app') };", "unread"),
        ("module.exports = { ...base };", "unread"),
        ("module.exports = {", "unread"),
    ],
)
def test_keys_that_are_not_there_differ_from_those_that_code_decides(
    source: str, kind: str
) -> None:
    assert keys_of(source).kind == kind


def test_the_first_file_with_keys_decides() -> None:
    over = ConfigFile(Path("config/env/development/server.ts"), b"export default {}", "typescript")
    base = ConfigFile(
        Path("config/server.ts"),
        b"export default ({ env }): Core.Config.Server => ({ app: { keys: env.array('K')! } });",
        "typescript",
    )

    found = read_keys([over, base])

    assert (found.path, found.variable) == (base.path, "K")
    assert read_keys([]) == AppKeys(kind="absent")
