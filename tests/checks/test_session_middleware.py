"""`config/middlewares.*` as people write it: is the session there, and how is its cookie set."""

from __future__ import annotations

from pathlib import Path

import pytest

from twitter_setup.checks.facts.session_middleware import SessionMiddleware, read
from twitter_setup.edits.syntax import Language
from twitter_setup.project.strapi_config import ConfigFile

FILE = Path("config/middlewares.js")
OVER = Path("config/env/development/middlewares.js")


def js(source: str, path: Path = FILE, language: Language = "javascript") -> ConfigFile:
    return ConfigFile(path, source.encode(), language)


def of(
    source: str, over: str | None = None, language: Language = "javascript"
) -> SessionMiddleware:
    files = [js(source, language=language)]
    if over is not None:
        files.insert(0, js(over, OVER, language))
    return read(files)


PRESENT = {
    "a list": "module.exports = ['strapi::errors', 'strapi::session'];",
    "double quotes and comments": """
        module.exports = [
          'strapi::logger', // 'strapi::x',
          /* 'strapi::errors', */
          "strapi::session",
        ];""",
    "an object with a name": "module.exports = [{ name: 'strapi::session', config: {} }]",
    "a function": "module.exports = ({ env }) => ['strapi::session'];",
    "a function with a block": """
        module.exports = ({ env }) => {
          const isProd = env('NODE_ENV') === 'production';
          return [isProd && 'a', { name: 'strapi::session' }];
        };""",
    "a const": "const list = ['strapi::session']; module.exports = list;",
    "a name for the name": "const S = 'strapi::session'; module.exports = [S];",
    "a spread of a const": """
        const base = ['strapi::errors', 'strapi::session'];
        module.exports = [...base, 'global::x'];""",
    "beside a spread of something": "module.exports = [...require('./x'), 'strapi::session'];",
    "beside what code chooses": "module.exports = [a ? 'x' : 'y', 'strapi::session'];",
    "filtered": "module.exports = [dev && 'x', 'strapi::session'].filter(Boolean);",
    "added to": "const l = ['strapi::session']; l.push('x'); module.exports = l;",
    "an ES export": "export default ['strapi::session'];",
}


@pytest.mark.parametrize("source", PRESENT.values(), ids=PRESENT.keys())
def test_a_session_is_found(source: str) -> None:
    assert of(source).kind == "present"


TYPED = {
    "satisfies": "export default ['strapi::session'] satisfies Core.Config.Middlewares;",
    "satisfies around a function": """
        export default (({ env }: { env: any }) => [
          'strapi::session',
        ]) satisfies Core.Config.Shared.ConfigExport;""",
    "a typed const": """
        import type { Core } from '@strapi/strapi';
        const config: Core.Config.Middlewares = ['strapi::session'];
        export default config;""",
    "as const": "export default ['strapi::session'] as const;",
    "export =": "export = ['strapi::session'];",
}


@pytest.mark.parametrize("source", TYPED.values(), ids=TYPED.keys())
def test_a_session_is_found_in_typescript(source: str) -> None:
    assert of(source, language="typescript").kind == "present"


MISSING = {
    "a list without it": "module.exports = ['strapi::errors', { name: 'strapi::cors' }];",
    "in a comment": "module.exports = ['strapi::errors', /* 'strapi::session' */];",
    "commented out": "module.exports = [\n'strapi::errors',\n// 'strapi::session',\n];",
    "in a longer text": "module.exports = ['strapi::errors', 'x-strapi::x'];",
    "nothing": "module.exports = [];",
    "its own one, called otherwise": "module.exports = [{ resolve: './src/middlewares/x' }];",
    "a spread that is known": "const b = ['a']; module.exports = [...b, 'c'];",
}


@pytest.mark.parametrize("source", MISSING.values(), ids=MISSING.keys())
def test_a_session_is_missed_only_where_the_list_is_known(source: str) -> None:
    assert of(source).kind == "missing"


UNCLEAR = {
    "a spread": "module.exports = [...require('./base'), 'strapi::errors'];",
    "chosen by code": "module.exports = ['a', isProd ? 'strapi::session' : 'x'];",
    "on a condition": "module.exports = ['a', isProd && { name: 'strapi::session' }];",
    "two lists on a condition": "module.exports = isProd ? ['a'] : ['strapi::session'];",
    "a call": "module.exports = build(['a']);",
    "a concat": "module.exports = ['a'].concat(more);",
    "another filter": "module.exports = ['strapi::session'].filter(keep);",
    "added to": "const l = ['a']; l.push('strapi::session'); module.exports = l;",
    "taken from": "const l = ['strapi::session']; l.splice(0, 1); module.exports = l;",
    "assigned into": "const l = ['a']; l[0] = 'strapi::session'; module.exports = l;",
    "handed on": "const l = ['a']; add(l); module.exports = l;",
    "async": "module.exports = async () => ['a'];",
    "no export": "const x = ['a'];",
    "an object": "module.exports = { settings: {} };",
    "a name from elsewhere": "import { S } from './x'; export default ['a', S];",
    "a session of its own": "module.exports = [{ resolve: './src/middlewares/redis-session' }];",
    "a plugin's session": "module.exports = ['plugin::redis.session'];",
    "a list in itself": "const a = [...a]; module.exports = a;",
}


@pytest.mark.parametrize("source", UNCLEAR.values(), ids=UNCLEAR.keys())
def test_what_code_decides_is_unclear_with_a_reason(source: str) -> None:
    found = of(source)

    assert found.kind == "unclear"
    assert found.reason
    assert found.line >= 1


def test_without_a_file_strapi_has_a_list_of_its_own() -> None:
    assert read([]).kind == "default"


def test_a_file_that_does_not_parse_is_broken() -> None:
    assert of("module.exports = [").kind == "broken"


def test_json_cannot_be_followed() -> None:
    file = ConfigFile(Path("config/middlewares.json"), b'["strapi::session"]', "json")

    assert read([file]).kind == "unclear"


# The cookie


def cookie(config: str, language: Language = "javascript") -> tuple[str, str, str, str]:
    source = f"module.exports = ({{ env }}) => [{{ name: 'strapi::session', config: {config} }}]"
    found = of(source, language=language)
    assert found.kind == "present"
    return found.same_site.kind, found.same_site.text, found.secure.kind, found.secure.text


def test_the_cookie_s_settings_are_read() -> None:
    assert cookie("{ sameSite: 'strict', secure: true }") == ("string", "strict", "boolean", "true")
    assert cookie("{ 'sameSite': \"none\" as const }", "typescript")[:2] == ("string", "none")
    assert cookie("{}") == ("absent", "", "absent", "")
    assert cookie("{ sameSite: undefined }")[0] == "absent"


def test_a_cookie_s_setting_that_code_decides_is_unclear() -> None:
    assert cookie("{ sameSite: dev ? 'lax' : 'strict' }")[0] == "unclear"
    assert cookie("sessionConfig")[0] == "unclear"
    assert cookie("{ ...base }")[0] == "unclear"
    assert cookie("{ secure: env.bool('SECURE', false) }")[2] == "env"


@pytest.mark.parametrize(
    "value",
    [
        "process.env.NODE_ENV === 'production'",
        "env('NODE_ENV') === 'production'",
        "'production' == process.env.NODE_ENV",
        "(process.env['NODE_ENV'] === \"production\")",
    ],
)
def test_the_usual_way_of_writing_strapi_s_default_is_the_default(value: str) -> None:
    assert cookie(f"{{ secure: {value} }}")[2] == "absent"


def test_another_comparison_is_unclear() -> None:
    assert cookie("{ secure: process.env.NODE_ENV !== 'production' }")[2] == "unclear"


# Two files, as lodash merges them: place by place


@pytest.mark.parametrize(
    ("base", "over", "kind"),
    [
        ("['a', 'strapi::session']", "['b']", "present"),
        ("['strapi::session', 'a']", "['b']", "missing"),
        ("['a']", "['b', 'strapi::session']", "present"),
        ("['a', 'b']", "['strapi::session']", "present"),
        ("[{ name: 'strapi::session' }]", "[{ config: {} }]", "present"),
        ("[{ name: 'strapi::session' }]", "['a']", "missing"),
        ("[...x, 'strapi::session']", "['a']", "unclear"),
        ("['a', 'strapi::session']", "[...x]", "unclear"),
        ("['a']", "[...x, 'strapi::session']", "present"),
    ],
)
def test_the_file_of_the_mode_is_laid_over_the_other(base: str, over: str, kind: str) -> None:
    assert of(f"module.exports = {base}", f"module.exports = {over}").kind == kind


def test_a_cookie_s_settings_are_merged_and_the_mode_s_file_wins() -> None:
    found = of(
        "module.exports = [{ name: 'strapi::session', config: { sameSite: 'strict', secure: true } }]",
        "module.exports = [{ name: 'strapi::session', config: { sameSite: 'lax' } }]",
    )

    assert (found.same_site.text, found.secure.text) == ("lax", "true")
    assert found.path == OVER
