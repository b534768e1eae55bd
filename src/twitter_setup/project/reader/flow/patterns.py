"""Small questions about syntax: object members, destructuring patterns, classes."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from twitter_setup.edits.names import pattern_of
from twitter_setup.edits.syntax import children, descendants, field, string_value, text, unwrap

_ASSIGNMENTS = frozenset({"assignment_expression"})
_FIELDS = frozenset({"field_definition", "public_field_definition"})


def key_of(member: Node) -> str | None:
    """Give the key of an object's member; None for a spread or a computed key."""
    if member.type == "shorthand_property_identifier":
        return text(member)
    key = member.child_by_field_name("key") or member.child_by_field_name("name")
    if key is None or key.type == "computed_property_name":
        return None
    quoted = string_value(key)
    return text(key) if quoted is None else quoted


def find_member(object_: Node, name: str) -> Node | None:
    """Find the value of an object's key; a method is its own value."""
    object_ = unwrap(object_)
    if object_.type in {"class_declaration", "class"}:
        return next(in_class(field(object_, "body"), name), None)
    if object_.type != "object":
        return None
    for member in reversed(children(object_)):
        if key_of(member) == name:
            return member.child_by_field_name("value") or member
    return None


def steps(name: Node, holder: Node) -> list[tuple[str, Node | None]]:
    """Give the keys on the way from a destructuring pattern to `name`, each with its default."""
    found: list[tuple[str, Node | None]] = []
    pattern, node, default = pattern_of(holder), name, None
    while node != pattern and (parent := node.parent) is not None:
        if parent.type in {"object_assignment_pattern", "assignment_pattern"}:
            default = field(parent, "right")
            if parent.type == "object_assignment_pattern":
                found.append((text(node), default))
                default = None
        elif parent.type == "pair_pattern":
            key = field(parent, "key")
            found.append((string_value(key) or text(key), default))
            default = None
        elif parent.type == "object_pattern" and node == name:
            found.append((text(node), None))
        node = parent
    return found[::-1]


def is_whole(name: Node, holder: Node) -> bool:
    """Whether a parameter's name gets all of the argument."""
    return pattern_of(holder) == name


def default_of(parameter: Node) -> Node | None:
    """Give the default of `(path = '')`."""
    return parameter.child_by_field_name("right") or parameter.child_by_field_name("value")


def class_member(node: Node, name: str) -> Iterator[Node]:
    """Find what `this.name` holds in the class around `node`: its field, its assignments."""
    body = node.parent
    while body is not None and body.type != "class_body":
        body = body.parent
    if body is not None:
        yield from in_class(body, name)


def in_class(body: Node, name: str) -> Iterator[Node]:
    """Find a class's own field or method, and what its code assigns to `this.name`."""
    for member in body.named_children:
        if member.type in _FIELDS:
            key = member.child_by_field_name("name") or member.child_by_field_name("property")
            value = member.child_by_field_name("value")
            if key is not None and value is not None and text(key) == name:
                yield value
        elif member.type == "method_definition" and text(field(member, "name")) == name:
            yield member
    for assigned in descendants(body, _ASSIGNMENTS):
        if text(field(assigned, "left")) == f"this.{name}":
            yield field(assigned, "right")


def call_name(call: Node) -> str:
    """Give the last name of what is called: `get` of `client.get(…)`."""
    function = call.child_by_field_name("function") or call.child_by_field_name("constructor")
    if function is None:
        return ""
    if function.type == "member_expression":
        return text(field(function, "property"))
    return text(function)


def arguments_of(call: Node) -> list[Node]:
    arguments = call.child_by_field_name("arguments")
    return children(arguments) if arguments and arguments.type == "arguments" else []
