from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twitter_setup.edits.javascript import (
    SyntaxProblem,
    Unclear,
    Value,
    exported_object,
    parse,
    read_value,
)
from twitter_setup.edits.syntax import string_value


def read(source: str, *path: str) -> Value:
    return read_value(source.encode(), "javascript", path)


def exported(source: str, *, typescript: bool = False) -> str | Unclear:
    """The text of the exported object."""
    found = exported_object(parse(source.encode(), "typescript" if typescript else "javascript"))
    return found if isinstance(found, Unclear) else (found.text or b"").decode()


@pytest.mark.parametrize(
    ("source", "line", "column"),
    [
        ("export default {\n  a: 1,\n", 2, 8),
        ("module.exports = ({ env }) => ({\n  port: env.int('PORT', 13", 2, 27),
        ("a = (1\n\n\n", 1, 7),
        ("a = {\n  b: 1\n  c: 2\n}\n", 3, 3),
        ("a = {\n  b: 'x,\n  c: 2\n}\n", 2, 6),
        ("/* é */ a = {\n}}\n", 2, 3),
        ("a = 'é'; b = ;\n", 1, 12),
        ("<<<<<<< HEAD\na = {};\n=======\na = [];\n>>>>>>> theirs\n", 1, 2),
    ],
)
def test_a_syntax_error_has_its_place(source: str, line: int, column: int) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse(source.encode(), "javascript")

    assert (caught.value.line, caught.value.column) == (line, column)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_a_syntax_problem(source: bytes) -> None:
    with contextlib.suppress(SyntaxProblem):
        assert read_value(source, "typescript", ("url",)).kind == "unclear"


@given(st.text(max_size=20))
def test_strings_are_decoded(text: str) -> None:
    escaped = "".join(f"\\u{{{ord(character):x}}}" for character in text)
    units = text.encode("utf-16-be", "surrogatepass").hex()
    halves = "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))

    assert read(f"export default {{ a: '{escaped}' }}", "a").text == text
    assert read(f"export default {{ a: `{halves}` }}", "a").text == text


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        (r"'a\tb\0\x41\'\"\\'", "a\tb\0A'\"\\"),
        (r"'\q'", "q"),
        ("'a\\\nb'", "ab"),
        ("'a\\\r\nb'", "ab"),
        ("`a\nb`", "a\nb"),
        ("``", ""),
        ("`${1}`", None),
        ("1", None),
    ],
)
def test_escapes(literal: str, expected: str | None) -> None:
    statement = parse(literal.encode(), "javascript").root_node.named_children[0]

    assert string_value(statement.named_children[0]) == expected


@pytest.mark.parametrize(
    "source",
    [
        "module.exports = { a: 1 };",
        "module.exports = ({ a: 1 });",
        "module['exports'] = { a: 1 };",
        "exports = module.exports = { a: 1 };",
        "module.exports = { b: 2 }; module.exports = { a: 1 };",
        "exports.default = void 0; exports.default = { a: 1 };",
        "export default { a: 1 };",
        "export default () => ({ a: 1 });",
        "export default () => { return { a: 1 }; };",
        "export default () => { return ({ a: 1 }); };",
        "export default () => { const made = { a: 1 }; return made; };",
        "export default () => { function inner() { return 1; } return { a: 1 }; };",
        "export default () => { const inner = () => { return 1; }; return { a: 1 }; };",
        "export default function () { return { a: 1 }; }",
        "export default function named() { return { a: 1 }; }",
        "module.exports = function () { return { a: 1 }; };",
        "function made() { return { a: 1 }; }\nmodule.exports = made;",
        "module.exports = made;\nfunction made() { return { a: 1 }; }",
        "const made = { a: 1 }; export default made;",
        "const made = { a: 1 }; export { other, made as default };",
        "export const made = { a: 1 }; export default made;",
        "const made = () => ({ a: 1 }); module.exports = made;",
        "const made = { a: 1 }; console.log(made, made.a, `${made}`, { ...made }); export default made;",
        "const made = { a: 1 }; const a = made.a; export default made;",
        "// module.exports = { b: 1 }\nmodule.exports = { a: 1 };\n/* export default { b: 1 } */",
        "const text = `module.exports = { b: 1 }`; module.exports = { a: 1 };",
    ],
)
def test_the_object_that_is_really_exported(source: str) -> None:
    assert exported(source) == "{ a: 1 }"
    assert exported(source, typescript=True) == "{ a: 1 }"


@pytest.mark.parametrize(
    "source",
    [
        "export default { a: 1 } satisfies T;",
        "export default { a: 1 } as unknown as A.B.C.D;",
        "export default <T>{ a: 1 };",
        "export default ({ a: 1 })!;",
        "export = { a: 1 };",
        "const made: T = { a: 1 }; type M = typeof made; export default made as A.B.C;",
        "export default (): A.B.C => { return { a: 1 } as A.B.C; };",
        "export default ({ env }: { env: any }, b?: string): T<A> => ({ a: 1 } satisfies A.B.C);",
    ],
)
def test_types_are_looked_through(source: str) -> None:
    assert exported(source, typescript=True) == "{ a: 1 }"


@pytest.mark.parametrize(
    ("source", "line", "reason"),
    [
        ("", 1, "nothing is exported"),
        ("exports.a = 1;", 1, "nothing is exported"),
        ("export const a = 1;", 1, "nothing is exported"),
        ("\nmodule.exports = make();", 2, "what is exported is not an object"),
        ("module.exports = class {};", 1, "what is exported is not an object"),
        ("module.exports = a ? {} : {};", 1, "what is exported is not an object"),
        ("module.exports = () => [];", 1, "what is exported is not an object"),
        ("module.exports = () => () => ({});", 1, "what is exported is not an object"),
        ("const a = {}; const b = a; module.exports = b;", 1, "what is exported is not an object"),
        ("module.exports = made;", 1, "`made` does not get its value in this file"),
        (
            "const a = {}; export { a as default } from './a';",
            1,
            "what is exported is not an object",
        ),
        ("export { default } from './a';", 1, "what is exported is not an object"),
        ("module.exports = {};\nexport default {};", 2, "the file exports in two ways at once"),
        ("if (a) {\n  module.exports = {};\n}", 2, "line 2 does something with `module.exports`"),
        ("module.exports = {};\nmodule.exports.a = 1;", 2, "line 2 does something"),
        ("module.exports = {};\nObject.assign(module.exports, a);", 2, "line 2 does something"),
        ("module.exports = async () => ({});", 1, "the exported function is async"),
        (
            "module.exports = function* () { return {}; };",
            1,
            "the exported function returns no obj",
        ),
        ("module.exports = () => {};", 1, "the exported function returns no object"),
        ("module.exports = () => { return; };", 1, "the exported function returns no object"),
        (
            "module.exports = () => {\n  if (a) return {};\n};",
            2,
            "the exported function returns only",
        ),
        (
            "module.exports = () => {\n  if (a) return {};\n  return {};\n};",
            2,
            "the exported function returns in several places",
        ),
        ("const a = {}; a.b = 1; export default a;", 1, "`a` may be changed in line 1"),
        ("const a = {}; a.b.c.d++; export default a;", 1, "`a` may be changed in line 1"),
        ("const a = {}; delete a.b; export default a;", 1, "`a` may be changed in line 1"),
        ("const a = {};\nchange(a);\nexport default a;", 3, "`a` may be changed in line 2"),
        ("const a = {};\nconst b = a;\nexport default a;", 3, "`a` may be changed in line 2"),
        ("let a = {};\na = {};\nexport default a;", 3, "`a` may be changed in line 2"),
    ],
)
def test_what_is_not_certain_says_why(source: str, line: int, reason: str) -> None:
    found = exported(source)

    assert isinstance(found, Unclear)
    assert found.line == line
    assert found.reason.startswith(reason)


def test_a_cast_object_that_is_changed_is_not_certain() -> None:
    found = exported("const a = {};\n(a as any).b = 1;\nexport default a;", typescript=True)

    assert found == Unclear(3, "`a` may be changed in line 2")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("'text'", {"kind": "string", "text": "text"}),
        ("1337", {"kind": "number", "text": "1337"}),
        ("true", {"kind": "boolean", "text": "true"}),
        ("false", {"kind": "boolean", "text": "false"}),
        ("null", {"kind": "absent"}),
        ("undefined", {"kind": "absent"}),
        ("PORT", {"kind": "number", "text": "4000"}),
        ("env('X')", {"kind": "env", "variable": "X"}),
        ("env.int('X')", {"kind": "env", "variable": "X", "cast": "int"}),
        ("env.int('X', 1337)", {"kind": "env", "variable": "X", "default": "1337", "cast": "int"}),
        (
            "env.bool('X', true)",
            {"kind": "env", "variable": "X", "default": "true", "cast": "bool"},
        ),
        ("env.int('no name', 1337)", {"kind": "number", "text": "1337"}),
        ("process.env.X || 1337", {"kind": "env", "variable": "X", "default": "1337"}),
        ("Number(process.env.X)", {"kind": "env", "variable": "X", "cast": "float"}),
        (
            "parseInt(process.env.X || '80', 10)",
            {"kind": "env", "variable": "X", "default": "80", "cast": "int"},
        ),
        ("parseInt(other)", {"kind": "unclear", "text": "the value comes from a function call"}),
        ("parseInt()", {"kind": "unclear", "text": "the value comes from a function call"}),
        ("env.array('X')", {"kind": "unclear", "text": "the value is read with `env.array`"}),
        ("-1", {"kind": "unclear", "text": "the value is not a plain one"}),
        ("[1]", {"kind": "unclear", "text": "the value is a list"}),
        ("{ a: 1 }", {"kind": "unclear", "text": "the value is an object"}),
    ],
)
def test_values(value: str, expected: dict[str, Any]) -> None:
    source = f"const PORT = 4000;\nmodule.exports = ({{ env }}) => ({{\n  port: {value},\n}});"

    assert read(source, "port") == Value(line=3, **expected)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{ rest: { prefix: '/v1' } }", Value("string", 1, "/v1")),
        ("{ 'rest': { \"prefix\": '/v1' } }", Value("string", 1, "/v1")),
        ("{ rest: { prefix: '' } }", Value("string", 1, "")),
        ("{ rest: ({ prefix: '/v1' }) }", Value("string", 1, "/v1")),
        ("{ rest: { prefix: '/v1' }, rest: { prefix: '/v2' } }", Value("string", 1, "/v2")),
        ("{ rest: {} }", Value("absent", 1)),
        ("{}", Value("absent", 1)),
        ("{ prefix: '/v1', responses: { rest: { prefix: '/v2' } } }", Value("absent", 1)),
        ("{ rest: 1 }", Value("unclear", 1, "`rest` is not an object written out in this file")),
        (
            "{ rest: make() }",
            Value("unclear", 1, "`rest` is not an object written out in this file"),
        ),
        ("{ rest() {} }", Value("unclear", 1, "the value is a function")),
        ("{ get rest() {} }", Value("unclear", 1, "the value is a function")),
        ("{ ...a, rest: { prefix: '/v1' } }", Value("string", 1, "/v1")),
        ("{ rest: { ...a, prefix: '/v1' } }", Value("string", 1, "/v1")),
    ],
)
def test_nested_keys(source: str, expected: Value) -> None:
    assert read(f"module.exports = {source};", "rest", "prefix") == expected


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("{ rest: { prefix: '/v1', ...a } }", "spread"),
        ("{ rest: { prefix: '/v1' }, ...a }", "spread"),
        ("{ rest: { prefix: '/v1', [a]: 1 } }", "computed key"),
        ("{ ...a }", "spread"),
    ],
)
def test_what_may_set_a_key_too(source: str, what: str) -> None:
    value = read(f"module.exports = {source};", "rest", "prefix")

    assert value.kind == "unclear"
    assert value.text.startswith(f"the {what} in line 1 may set")


def test_a_nested_object_may_have_a_name() -> None:
    source = "const rest = { prefix: '/v1' };\nmodule.exports = { rest };"

    assert read(source, "rest", "prefix") == Value("string", 1, "/v1")
