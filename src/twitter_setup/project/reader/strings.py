"""Strings and the fixed parts of templates in a module."""

from __future__ import annotations

from tree_sitter import Node

from twitter_setup.edits.syntax import string_value
from twitter_setup.project.reader.module import Module

_STRINGS = frozenset({"string", "string_fragment", "template_string", "escape_sequence"})
_WHOLE = frozenset({"string", "template_string"})


def around(module: Module, start: int) -> Node | None:
    """Give the string, or the fixed part of a template, at an offset; None outside of strings."""
    node: Node | None = module.node_at(start, start + 1)
    if node is not None and node.type in {'"', "'", "`"}:
        node = node.parent
    if node is None or node.type not in _STRINGS:
        return None
    parent = node.parent
    if node.type in _WHOLE or parent is None:
        return node
    return parent if parent.type == "string" or string_value(parent) is not None else node


def whole(node: Node) -> Node:
    """Give the string or the template that the part belongs to."""
    return node if node.type in _WHOLE else node.parent or node


def begin(node: Node) -> int:
    return node.start_byte + (node.type in _WHOLE)


def end(node: Node) -> int:
    return node.end_byte - (node.type in _WHOLE)
