"""The names that a JavaScript or TypeScript module exports, and the lines that they stand in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from twitter_setup.edits.syntax import (
    Language,
    children,
    descendants,
    line,
    parse_with_errors,
    text,
)

_DECLARED = frozenset({"identifier", "shorthand_property_identifier_pattern"})


@dataclass(frozen=True, slots=True)
class ExportedNames:
    """`lines` has each name with its line, counted from 1. `is_open`: there may be others."""

    lines: dict[str, int]
    is_open: bool


def exported_names(source: bytes, language: Language) -> ExportedNames:
    """Read the ES module's exports. CommonJS and a file that does not parse are open."""
    root = parse_with_errors(source, language).root_node
    statements = [each for each in children(root) if each.type == "export_statement"]
    found = [pair for statement in statements for pair in _names(statement)]
    is_star = any(child.type == "*" for each in statements for child in each.children)
    return ExportedNames(dict(found), is_star or not found or root.has_error)


def _names(statement: Node) -> Iterator[tuple[str, int]]:
    if any(child.type == "default" for child in statement.children):
        yield "default", line(statement)
        return
    for child in children(statement):
        if child.type == "export_clause":
            for specifier in children(child):
                yield text(specifier.children[-1]), line(specifier)
        elif child.type in {"lexical_declaration", "variable_declaration"}:
            for each in children(child):
                name = each.child_by_field_name("name")
                yield from _bound(name) if name else ()
        elif name := child.child_by_field_name("name"):
            yield text(name), line(name)


def _bound(name: Node) -> Iterator[tuple[str, int]]:
    """Yield the names of `x`, `{ x }` and `{ a: x }`."""
    for each in descendants(name, _DECLARED):
        yield text(each), line(each)
