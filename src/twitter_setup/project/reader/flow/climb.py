"""Goes up the syntax tree: to the whole expression, to the name that gets it, to its function."""

from __future__ import annotations

from tree_sitter import Node

from twitter_setup.edits.names import pattern_of
from twitter_setup.edits.syntax import FUNCTIONS, WRAPPERS, field, text
from twitter_setup.project.reader.flow import patterns
from twitter_setup.project.reader.flow.calls import KEEPING
from twitter_setup.project.reader.module import Bound, Module

_THROUGH = WRAPPERS | {
    "template_substitution",
    "template_string",
    "await_expression",
    "jsx_expression",
    "string",
}
_COMPARING = frozenset({"===", "!==", "==", "!=", "in", "instanceof", "<", ">"})
_SAME_ADDRESS = frozenset({"origin", "href", "value"})
# Functions whose result is the text that they get.
_TRANSPARENT = frozenset(
    {"String", "encodeURI", "decodeURI", "URL", "concat", "join", "computed", "ref", "useMemo"}
    | {"useState", "freeze", "stringify"}
)
_NAMES = frozenset({"identifier", "shorthand_property_identifier_pattern"})


def whole(node: Node) -> Node:
    """Go up to the whole expression that the text is a part of."""
    above = _step(node)
    while above is not None:
        node = above
        above = _step(node)
    return node


def _step(node: Node) -> Node | None:
    """Give the next larger expression with the text in it; None at the end."""
    parent = node.parent
    if parent is None or _is_attribute(node):
        return None
    if parent.type in _THROUGH:
        return parent
    if parent.type in {"binary_expression", "ternary_expression"}:
        return None if _is_compared(node, parent) else parent
    if parent.type == "member_expression":
        return _member_step(node, parent)
    return _list_step(parent)


def _list_step(parent: Node) -> Node | None:
    """Go on through `String(text)` and `[text, …].join('/')`."""
    above = parent.parent
    if parent.type == "arguments" and above is not None:
        return above if patterns.call_name(above) in _TRANSPARENT else None
    if parent.type == "array" and above is not None and above.parent is not None:
        return above.parent if patterns.call_name(above.parent) == "join" else None
    return None


def _is_compared(node: Node, parent: Node) -> bool:
    if parent.type == "ternary_expression":
        return field(parent, "condition") == node
    return text(field(parent, "operator")) in _COMPARING


def _is_attribute(node: Node) -> bool:
    return node.type == "jsx_expression" and (
        node.parent is not None and node.parent.type == "jsx_attribute"
    )


def _member_step(node: Node, member: Node) -> Node | None:
    if field(member, "object") != node:
        return None
    name, call = text(field(member, "property")), member.parent
    if name in _SAME_ADDRESS:
        return member
    is_call = call is not None and call.type == "call_expression"
    return call if is_call and name in KEEPING | {"concat"} else None


def binding_of(module: Module, root: Node, parent: Node) -> Bound | None:
    """Tell which name gets the value: a constant, an assigned name, or a parameter's default."""
    kind = parent.type
    target: Node | None = None
    if kind == "variable_declarator" and parent.child_by_field_name("value") == root:
        target = pattern_of(parent)
        if target is not None and target.type == "array_pattern":
            target = next(iter(target.named_children), None)
    elif kind in {"assignment_pattern", "object_assignment_pattern"}:
        target = field(parent, "left")
    elif kind in {"required_parameter", "optional_parameter"}:
        target = parent.child_by_field_name("pattern")
    elif kind == "assignment_expression":
        left = field(parent, "left")
        target = left if left.type == "identifier" else None
    if target is None or target.type not in _NAMES:
        return None
    function: Node = parent
    while function.parent is not None and function.type not in FUNCTIONS | {"program"}:
        function = function.parent
    return module.find(text(target), target) or module.find(text(target), function)


def name_of(module: Module, function: Node) -> Bound | None:
    """Find the name of a function: its own, or that of the constant that holds it."""
    name = function.child_by_field_name("name")
    parent = function.parent
    while parent is not None and (
        parent.type in WRAPPERS or parent.type in {"arguments", "call_expression"}
    ):
        parent = parent.parent  # useCallback(() => …)
    if name is None and parent is not None and parent.type == "variable_declarator":
        name = pattern_of(parent)
    if name is None or name.type != "identifier" or function.parent is None:
        return None
    return module.find(text(name), function.parent)
