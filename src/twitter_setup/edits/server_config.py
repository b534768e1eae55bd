"""What decides `url` in a Strapi server config (`config/server.{js,ts}`), and the one lasting edit.

The edit is neutral as long as the variable isn't set: `url` stays what it was. An expression stays
in its place and is evaluated once, as before; with Strapi's `env` also if the variable is set.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tree_sitter import Node

from twitter_setup.edits.env_reads import env_name, env_read, reads_variable
from twitter_setup.edits.insertion import find_member, insert_member
from twitter_setup.edits.javascript import evaluate, exported_object, find_value
from twitter_setup.edits.names import NAMES, settle
from twitter_setup.edits.spans import Edit, splice
from twitter_setup.edits.syntax import (
    FUNCTIONS,
    NOTHING,
    Language,
    Unclear,
    descendants,
    line,
    parse,
    parse_with_errors,
    unwrap,
    unwrap_to_const,
)

_NEIGHBOURS = ("port", "host")
_NO_VALUES = FUNCTIONS | {"class"}
# What may stand to the right of `??` as it is.
_TIGHT = NAMES | {
    "call_expression",
    "member_expression",
    "parenthesized_expression",
    "string",
    "template_string",
}


@dataclass(frozen=True, slots=True)
class UrlSetting:
    """What decides `url`.

    `line`: of the value; of an absent one the line below which it would be written.
    `variable`, `default`: the variable that decides, and its default if that is a literal.
    `text`: of a literal the value that it has now, '' for none. `reason`: why an expression's value
    is not known, or why an unclear one cannot be edited.
    """

    kind: Literal["variable", "literal", "expression", "absent", "unclear"]
    line: int
    variable: str | None = None
    default: str | None = None
    text: str = ""
    reason: str = ""


def read_url(source: bytes, language: Language) -> UrlSetting:
    """Tell what decides `url` in `source`; raise `SyntaxProblem` when it does not parse."""
    return _find(source, language).setting


def make_url_read(source: bytes, language: Language, variable: str) -> tuple[Edit, ...]:
    """Let `variable` decide; `url` stays what it is as long as that isn't set.

    No edit where `variable` decides already. What is unclear or reads another variable, and a
    result that does not read as it should, is a `ValueError`: `manual_line` is for that.
    """
    found = _find(source, language)
    if found.setting.variable == variable:
        return ()
    edits = _edits(source, found, variable)
    if read_url(splice(source, edits), language).variable != variable:
        raise ValueError(f"`url` would not read {variable}")
    return edits


def manual_line(source: bytes, language: Language, variable: str) -> str:
    """Give what a person writes by hand: `url: env('PUBLIC_URL', ''),`; raise `SyntaxProblem`."""
    read = _read_of(variable, _find(source, language))
    return f"url: {read.decode(errors='replace')},"


def uses_variable(source: bytes, language: Language, variable: str) -> bool:
    """Whether code in `source`, which may be broken, reads `variable` from the environment."""
    if variable.encode() not in source:
        return False
    return reads_variable(parse_with_errors(source, language).root_node, variable)


@dataclass(frozen=True, slots=True)
class _Found:
    root: Node
    setting: UrlSetting
    object: Node | None = None
    value: Node | None = None


def _find(source: bytes, language: Language) -> _Found:
    tree = parse(source, language)
    root = tree.root_node
    exported = exported_object(tree)
    if isinstance(exported, Unclear):
        return _Found(root, _unclear(exported))
    value = find_value(exported, "url")
    if isinstance(value, Unclear):
        return _Found(root, _unclear(value), exported)
    if value is None:
        return _Found(root, UrlSetting("absent", _line_above(exported)), exported)
    return _Found(root, _setting(value), exported, value)


def _unclear(why: Unclear) -> UrlSetting:
    return UrlSetting("unclear", why.line, reason=why.reason)


def _line_above(object_: Node) -> int:
    neighbour = find_member(object_, _NEIGHBOURS)
    return neighbour.end_point.row + 1 if neighbour else line(object_)


def _setting(value: Node) -> UrlSetting:
    url = evaluate(value)
    if url.kind == "env" and not url.cast:
        return UrlSetting("variable", url.line, url.variable, url.default)
    if url.kind in {"string", "absent"}:
        return UrlSetting("literal", url.line, text=url.text)
    settled = settle(value)
    if not isinstance(settled, Unclear) and settled.type in _NO_VALUES:
        return UrlSetting("unclear", url.line, reason="the value is a function")
    reason = url.text if url.kind == "unclear" else "the value is not a text"
    return UrlSetting("expression", line(value), reason=reason)


def _edits(source: bytes, found: _Found, variable: str) -> tuple[Edit, ...]:
    read = _read_of(variable, found)
    if found.setting.kind == "absent" and found.object:
        return insert_member(source, found.object, b"url: " + read, _NEIGHBOURS)
    if found.setting.kind == "literal" and found.value:
        # Inside `'https://…' as string` only the string is replaced, of `'https://…' as const` all:
        # TypeScript allows a call in the first one alone.
        value = unwrap_to_const(found.value)
        key = b"url: " if value.type == "shorthand_property_identifier" else b""
        return (Edit(value.start_byte, value.end_byte, key + read),)
    if found.setting.kind == "expression" and found.value:
        value = found.value
        key = b"url: " if value.type == "shorthand_property_identifier" else b""
        return (Edit(value.start_byte, value.end_byte, key + read),)
    raise ValueError(found.setting.reason or f"`url` reads {found.setting.variable}")


def _read_of(variable: str, found: _Found) -> bytes:
    """`env('PUBLIC_URL', 'what is there')` with the names and the quotes that the file uses."""
    quote, name = _quote(found.root), variable.encode()
    kept_node = _kept(found)
    kept = (kept_node.text if kept_node else None) or quote * 2
    env = env_name(found.object) if found.object else None
    if env:
        return b"%s(%s%s%s, %s)" % (env.encode(), quote, name, quote, kept)
    if kept_node and kept_node.type not in _TIGHT:
        kept = b"(%s)" % kept
    return b"process.env.%s ?? %s" % (name, kept)


def _kept(found: _Found) -> Node | None:
    """Find the code that decides as long as the variable isn't set; None for nothing."""
    value = found.value
    if value and found.setting.kind == "literal":
        value = _effective(value)
    return None if value is None or value.type in NOTHING else value


def _effective(literal: Node) -> Node | None:
    """Give the 'x' of `env('https://…', 'x')`, where what should be a name is none."""
    node = unwrap(literal)
    read = env_read(node)
    if read is None:
        return node
    return _effective(read.default) if read.default else None


def _quote(root: Node) -> bytes:
    """Give the quote of most strings in the file; a single one when in doubt."""
    quotes = [(string.text or b"")[:1] for string in descendants(root, frozenset({"string"}))]
    return b'"' if quotes.count(b'"') > quotes.count(b"'") else b"'"
