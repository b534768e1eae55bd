"""The proxy rules in a dev server's JavaScript: what each takes, where it leads, what it does to paths.

Knows the shapes that Vite, webpack, http-proxy-middleware and Next share, and no server's meaning of
them. `None` in place of rules: there may be some that can't be told from the source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node, Tree

from twitter_setup.edits.javascript import find_value, key_of
from twitter_setup.edits.names import settle
from twitter_setup.edits.syntax import (
    FUNCTIONS,
    Unclear,
    children,
    descendants,
    dotted,
    field,
    string_value,
    text,
    unwrap,
)

UNKNOWN = "{}"  # in a target, for each part that can't be told

_PROXY_MAKER = re.compile(r"(?i)proxy")
_SETS_PATH = re.compile(r"\.(?:path|url)\s*=[^=]")
_REWRITERS = ("rewrite", "pathRewrite")
_REROUTERS = ("router", "ignorePath", "prependPath", "toProxy", "forward")
_CALL = frozenset({"call_expression"})
_OBJECT = frozenset({"object"})
_SPREAD = frozenset({"spread_element"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`rewrites` are pairs of what is searched for (a regular expression) and put in its place.

    Empty: the path stays; None: it can't be told what becomes of it.
    """

    key: str
    target: str
    rewrites: tuple[tuple[str, str], ...] | None = ()
    source: str = ""


def read_table(value: Node) -> tuple[Rule, ...] | None:
    """Read `{ '/api': 'http://…', '/x': { target, rewrite } }`, `[{ context, target }]`, `'http://…'`."""
    node = settle(value)
    if isinstance(node, Unclear):
        return None
    if node.type == "object":
        return _read_object(node)
    if node.type == "array":
        return _all(_read_contexts(each) for each in children(node))
    if string_value(node) is not None:
        return (Rule(key="", target=_pattern(node), source=text(node)),)
    return None


def read_rewrites(tree: Tree) -> tuple[Rule, ...] | None:
    """Read each `{ source, destination }` of Next's `rewrites`."""
    holders = [
        node
        for node in descendants(tree.root_node, frozenset({"method_definition", "pair"}))
        if key_of(node) == "rewrites"
    ]
    rules: list[Rule] = []
    for holder in holders:
        found = [each for each in descendants(holder, _OBJECT) if _has(each, "destination")]
        if any(True for _ in descendants(holder, _SPREAD)):
            return None
        if not found and any(True for _ in descendants(holder, _CALL)):
            return None
        for each in found:
            source = find_value(each, "source")
            key = string_value(source) if isinstance(source, Node) else None
            if key is None:
                return None
            rules.append(Rule(key=key, target=_value(each, "destination"), source=text(each)))
    return tuple(rules) if holders else None


def read_middleware(tree: Tree) -> tuple[Rule, ...] | None:
    """Read `app.use('/api', createProxyMiddleware({ target }))` and its older spellings."""
    calls = [call for call in descendants(tree.root_node, _CALL) if _makes_proxy(call)]
    return _all(_read_call(call) for call in calls) if calls else None


def code(tree: Tree, source: bytes) -> str:
    """Give the source without its comments."""
    parts, place = [], 0
    for node in descendants(tree.root_node, frozenset({"comment"})):
        parts.append(source[place : node.start_byte])
        place = node.end_byte
    return b"".join([*parts, source[place:]]).decode(errors="replace")


def _all(parts: Iterator[tuple[Rule, ...] | None]) -> tuple[Rule, ...] | None:
    rules: list[Rule] = []
    for part in parts:
        if part is None:
            return None
        rules.extend(part)
    return tuple(rules)


def _read_object(node: Node) -> tuple[Rule, ...] | None:
    if _has(node, "context"):
        return _read_contexts(node)
    rules = []
    for member in children(node):
        key = key_of(member)
        value = member.child_by_field_name("value")
        if key is None or (value is None and member.type != "shorthand_property_identifier"):
            return None
        rules.append(_rule(key, value or member))
    return tuple(rules)


def _read_contexts(node: Node) -> tuple[Rule, ...] | None:
    """Read one `{ context: ['/a', '/b'], target }`; Gatsby says `prefix` and `url`."""
    settled = settle(node)
    if isinstance(settled, Unclear) or settled.type != "object":
        return None
    for name in ("context", "pathFilter", "prefix"):
        found = find_value(settled, name)
        if isinstance(found, Node):
            keys = _strings(found)
            return None if keys is None else tuple(_rule(key, settled) for key in keys)
    return None


def _strings(value: Node) -> tuple[str, ...] | None:
    node = settle(value)
    if isinstance(node, Unclear):
        return None
    items = children(node) if node.type == "array" else [node]
    texts = tuple(string_value(unwrap(each)) for each in items)
    known = tuple(each for each in texts if each is not None)
    return known if len(known) == len(texts) else None


def _rule(key: str, value: Node) -> Rule:
    node = settle(value)
    if isinstance(node, Unclear):
        return Rule(key=key, target=UNKNOWN, rewrites=None)
    source = text(node)
    if node.type != "object":
        rewrites = None if node.type in FUNCTIONS else ()
        return Rule(key=key, target=_pattern(node), rewrites=rewrites, source=source)
    names = {key_of(member) for member in children(node)}
    if None in names or names & set(_REROUTERS) or _SETS_PATH.search(source):
        return Rule(key=key, target=UNKNOWN, rewrites=None, source=source)
    target = next(
        (_value(node, name) for name in ("target", "url", "to") if name in names), UNKNOWN
    )
    return Rule(key=key, target=target, rewrites=_rewrites(node), source=source)


def _has(node: Node, name: str) -> bool:
    return any(key_of(member) == name for member in children(node))


def _value(node: Node, name: str) -> str:
    found = find_value(node, name)
    return _pattern(found) if isinstance(found, Node) else UNKNOWN


def _pattern(node: Node) -> str:
    """Give a string's text, `{}` for what is put in."""
    settled = settle(node)
    if isinstance(settled, Unclear):
        return UNKNOWN
    plain = string_value(settled)
    if plain is not None:
        return plain
    if settled.type == "template_string":
        return "".join(
            UNKNOWN if each.type == "template_substitution" else text(each)
            for each in settled.named_children
        )
    if settled.type == "binary_expression" and text(field(settled, "operator")) == "+":
        return _pattern(field(settled, "left")) + _pattern(field(settled, "right"))
    return UNKNOWN


# What becomes of the path


def _rewrites(options: Node) -> tuple[tuple[str, str], ...] | None:
    pairs: list[tuple[str, str]] = []
    for member in children(options):
        if key_of(member) not in _REWRITERS:
            continue
        value = (
            member if member.type == "method_definition" else member.child_by_field_name("value")
        )
        read = _replacements(value) if value else None
        if read is None:
            return None
        pairs += read
    return tuple(pairs)


def _replacements(value: Node) -> list[tuple[str, str]] | None:
    node = settle(value)
    if isinstance(node, Unclear):
        return None
    if node.type in FUNCTIONS:
        return _replaced(node)
    if node.type != "object":
        return None
    pairs = []
    for member in children(node):
        key, replacement = key_of(member), member.child_by_field_name("value")
        put = string_value(replacement) if replacement else None
        if key is None or put is None:
            return None
        pairs.append((key, put))
    return pairs


def _replaced(function: Node) -> list[tuple[str, str]] | None:
    """Read `path => path.replace('/strapi', '')`, and no function that does more."""
    body = unwrap(field(function, "body"))
    if body.type == "statement_block":
        statements = children(body)
        if len(statements) != 1 or statements[0].type != "return_statement":
            return None
        body = unwrap(children(statements[0])[0]) if children(statements[0]) else body
    if body.type != "call_expression":
        return None
    called = field(body, "function")
    arguments = children(field(body, "arguments"))
    is_plain = dotted(called)[1:] == ("replace",) and len(arguments) == 2
    put = string_value(arguments[1]) if is_plain else None
    if put is None:
        return None
    searched = string_value(arguments[0])
    if arguments[0].type == "regex":
        searched = text(field(arguments[0], "pattern"))
    return None if searched is None else [(searched, put)]


# Middleware


def _makes_proxy(call: Node) -> bool:
    name = dotted(field(call, "function"))
    return bool(name) and _PROXY_MAKER.search(name[-1]) is not None


def _read_call(call: Node) -> tuple[Rule, ...] | None:
    arguments = children(field(call, "arguments"))
    keys = _strings(arguments[0]) if arguments else None
    if keys is not None and len(arguments) == 2:
        return tuple(_rule(key, arguments[1]) for key in keys)
    if len(arguments) != 1:
        return None
    return _read_contexts(arguments[0]) or _read_mounted(call, arguments[0])


def _read_mounted(call: Node, options: Node) -> tuple[Rule, ...] | None:
    """Read the path of the `app.use('/api', …)` around it."""
    outer = call.parent.parent if call.parent else None
    if outer is None or outer.type != "call_expression":
        return None
    arguments = children(field(outer, "arguments"))
    keys = _strings(arguments[0]) if len(arguments) > 1 else None
    return None if keys is None else tuple(_rule(key, options) for key in keys)
