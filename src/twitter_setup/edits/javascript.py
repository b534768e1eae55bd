"""The values in the object that a JavaScript or TypeScript config file exports.

Reads as Node and Strapi would, and says so (`Unclear`) where the source does not tell, instead of
guessing. Knows no single setting; `server_config` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from tree_sitter import Node

from twitter_setup.edits.env_reads import EnvRead, env_read
from twitter_setup.edits.exports import as_object, exported_object
from twitter_setup.edits.names import settle
from twitter_setup.edits.syntax import (
    Language,
    SyntaxProblem,
    Unclear,
    children,
    field,
    line,
    parse,
    string_value,
    text,
    unwrap,
)

__all__ = [
    "Language",
    "SyntaxProblem",
    "Unclear",
    "Value",
    "evaluate",
    "exported_object",
    "find_value",
    "key_of",
    "parse",
    "read_keys",
    "read_value",
]

_Kind = Literal["string", "number", "boolean", "env", "absent", "unclear"]

# What a shell and every dotenv take for a name; `env('https://…')` is not a variable.
_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LITERALS: dict[str, _Kind] = {
    "number": "number",
    "true": "boolean",
    "false": "boolean",
    "null": "absent",
    "undefined": "absent",
}
_CASTS = {"parseInt": "int", "parseFloat": "float", "Number": "float"}
_SPREADS_NOTHING = frozenset({"false", "null", "undefined"})
_SCALAR_CASTS = frozenset({"", "int", "float", "bool"})
_WHY_UNCLEAR = {
    "array": "the value is a list",
    "binary_expression": "the value is put together from parts",
    "call_expression": "the value comes from a function call",
    "member_expression": "the value comes out of another object",
    "object": "the value is an object",
    "subscript_expression": "the value comes out of another object",
    "template_string": "the value is put together from parts",
    "ternary_expression": "the value depends on a condition",
}


@dataclass(frozen=True, slots=True)
class Value:
    """What a value is.

    `text`: the decoded string, the number or `true`/`false`; of an unclear one the reason.
    `variable`, `default`, `cast`: of an `env` its name, its default if that is a literal, and what
    the text is turned into (`int` of `env.int`). `undefined` and `null` are `absent`.
    """

    kind: _Kind
    line: int
    text: str = ""
    variable: str | None = None
    default: str | None = None
    cast: str = ""


def read_value(source: bytes, language: Language, path: tuple[str, ...]) -> Value:
    """Read the value at `path` (`("rest", "prefix")`) of the object that `source` exports.

    Only keys written out count. Raises `SyntaxProblem`.
    """
    return _read(exported_object(parse(source, language)), path)


def read_keys(source: bytes, language: Language) -> tuple[str, ...]:
    """List the keys written out in the object that `source` exports. Raises `SyntaxProblem`."""
    object_ = exported_object(parse(source, language))
    if isinstance(object_, Unclear):
        return ()
    return tuple(key for member in children(object_) if (key := key_of(member)) is not None)


def find_value(object_: Node, name: str) -> Node | Unclear | None:
    """Find the value of an object's own key, the last one if there are two; None: no such key."""
    for member in reversed(children(object_)):
        key = key_of(member)
        if key is None and _cannot_set(member, name):
            continue
        if key is None:
            what = "spread" if member.type == "spread_element" else "computed key"
            return Unclear(
                line(member),
                f"the {what} in line {line(member)} may set `{name}` too, "
                "and wins over what stands above it",
            )
        if key == name:
            return _member_value(member)
    return None


def _cannot_set(member: Node, name: str) -> bool:
    """Whether it is a spread of objects that are written out, and none of them has the key."""
    return member.type == "spread_element" and all(
        value.type in _SPREADS_NOTHING
        or (value.type == "object" and find_value(value, name) is None)
        for value in _spread_values(children(member)[0])
    )


def _spread_values(node: Node) -> Iterator[Node]:
    """Yield what `...node` may spread: each branch of a condition."""
    settled = settle(node)
    if isinstance(settled, Unclear):
        yield node
    elif settled.type == "ternary_expression":
        yield from _spread_values(field(settled, "consequence"))
        yield from _spread_values(field(settled, "alternative"))
    elif settled.type == "binary_expression" and text(field(settled, "operator")) == "&&":
        yield from _spread_values(field(settled, "right"))  # what is falsy spreads nothing
    else:
        yield settled


def key_of(member: Node) -> str | None:
    """Give the key of an object's member; None for a spread and for a computed key."""
    if member.type == "shorthand_property_identifier":
        return text(member)
    key = member.child_by_field_name("key") or member.child_by_field_name("name")
    if key is None or key.type == "computed_property_name":
        return None
    quoted = string_value(key)
    return text(key) if quoted is None else quoted


def evaluate(node: Node) -> Value:
    """Tell what a value is, one step of `const` followed."""
    settled = settle(node)
    if isinstance(settled, Unclear):
        return _unclear(settled)
    return _evaluate(settled, line(node))


def _read(object_: Node | Unclear, path: tuple[str, ...]) -> Value:
    if isinstance(object_, Unclear):
        return _unclear(object_)
    value = find_value(object_, path[0])
    if value is None:
        return Value("absent", line(object_))
    if isinstance(value, Unclear):
        return _unclear(value)
    if len(path) == 1:
        return evaluate(value)
    return _read(as_object(settle(value), f"`{path[0]}`"), path[1:])


def _unclear(why: Unclear) -> Value:
    return Value("unclear", why.line, why.reason)


def _member_value(member: Node) -> Node | Unclear:
    if member.type == "method_definition":
        return Unclear(line(member), "the value is a function")
    return member.child_by_field_name("value") or member  # a shorthand `url,` is its own value


def _evaluate(node: Node, at: int) -> Value:
    string = string_value(node)
    if string is not None:
        return Value("string", at, string)
    if node.type in _LITERALS:
        kind = _LITERALS[node.type]
        return Value(kind, at, "" if kind == "absent" else text(node))
    read = env_read(node)
    if read is not None:
        return _evaluate_read(read, at)
    if node.type == "binary_expression" and text(field(node, "operator")) in {"||", "??"}:
        return _evaluate_fallback(node, at)
    if node.type == "call_expression" and text(field(node, "function")) in _CASTS:
        return _evaluate_cast(node, at)
    return Value("unclear", at, _WHY_UNCLEAR.get(node.type, "the value is not a plain one"))


def _evaluate_read(read: EnvRead, at: int) -> Value:
    if read.cast not in _SCALAR_CASTS:
        return Value("unclear", at, f"the value is read with `env.{read.cast}`")
    default = _evaluate(unwrap(read.default), at) if read.default else Value("absent", at)
    if not _VARIABLE_NAME.fullmatch(read.name):
        return default  # no such variable can be set: the default always wins
    return Value("env", at, variable=read.name, default=_literal(default), cast=read.cast)


def _evaluate_fallback(node: Node, at: int) -> Value:
    """Tell what `a || b` or `a ?? b` is: the variable read by `a` decides, `b` is its default."""
    left = _evaluate(unwrap(field(node, "left")), at)
    if left.kind != "env":
        return Value("unclear", at, _WHY_UNCLEAR[node.type])
    right = _evaluate(unwrap(field(node, "right")), at)
    return left if left.default else replace(left, default=_literal(right))


def _evaluate_cast(node: Node, at: int) -> Value:
    arguments = children(field(node, "arguments"))
    value = _evaluate(unwrap(arguments[0]), at) if arguments else Value("absent", at)
    if value.kind != "env":
        return Value("unclear", at, _WHY_UNCLEAR[node.type])
    return replace(value, cast=_CASTS[text(field(node, "function"))])


def _literal(value: Value) -> str | None:
    if value.kind == "env":
        return value.default
    return value.text if value.kind in {"string", "number", "boolean"} else None
