"""One parsed source file: its tree, what its names are bound to, what it exports and imports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tree_sitter import Node, Tree

from twitter_setup.edits.names import declared_names, holders, pattern_of
from twitter_setup.edits.syntax import (
    FUNCTIONS,
    Grammar,
    children,
    descendants,
    dotted,
    field,
    parse_with_errors,
    string_value,
    text,
)
from twitter_setup.project.reader.markup import script_of
from twitter_setup.project.reader.source import Place

MARKUP = frozenset({".vue", ".svelte", ".astro", ".html"})
_SCOPES = FUNCTIONS | {"program", "statement_block"}
_NAMES = frozenset({"identifier", "shorthand_property_identifier"})
_COMMENTS = frozenset({"comment"})
_LANGUAGES: dict[str, Grammar] = {
    ".ts": "typescript",
    ".mts": "typescript",
    ".cts": "typescript",
    ".js": "javascript",
    ".jsx": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
}


@dataclass(frozen=True, slots=True)
class Bound:
    """A declared name, and what declares it: a declarator, parameter, function or import."""

    name: Node
    holder: Node
    scope: Node


@dataclass(frozen=True, slots=True)
class Import:
    """Where a name comes from. `name`: '*' is the whole module, 'default' its default export."""

    specifier: str
    name: str


@dataclass(frozen=True, slots=True)
class Export:
    """An exported value in this file, or a name that the file exports again."""

    node: Node | None = None
    again: Import | None = None


class Module:
    """A source file. `source` is its script, in which line N is the file's line N."""

    def __init__(self, path: Path, content: bytes) -> None:
        self.path = path
        self.content = content
        self._tables: dict[int, dict[str, Bound]] = {}

    def __repr__(self) -> str:
        return f"Module({self.path.name})"

    @cached_property
    def source(self) -> bytes:
        if self.path.suffix not in MARKUP:
            return self.content
        return script_of(self.content.decode(errors="replace"), self.path.suffix).encode()

    @cached_property
    def _tree(self) -> Tree:
        return parse_with_errors(self.source, _LANGUAGES.get(self.path.suffix, "tsx"))

    @cached_property
    def root(self) -> Node:
        return self._tree.root_node

    @cached_property
    def code(self) -> bytes:
        """The script with its comments left blank."""
        code = bytearray(self.source)
        for node in descendants(self.root, _COMMENTS):
            kept = re.sub(rb"[^\n]", b" ", code[node.start_byte : node.end_byte])
            code[node.start_byte : node.end_byte] = kept
        return bytes(code)

    @cached_property
    def _lines(self) -> list[bytes]:
        return self.content.split(b"\n")

    def place(self, node: Node) -> Place:
        return self.place_of(node.start_point.row)

    def place_at(self, start: int) -> Place:
        """Tell the place of a byte offset in `source`."""
        return self.place_of(self.source.count(b"\n", 0, start))

    def place_of(self, row: int) -> Place:
        line = self._lines[row] if row < len(self._lines) else b""
        return Place(self.path, row + 1, line.decode(errors="replace").strip())

    def node_at(self, start: int, end: int) -> Node:
        return self.root.descendant_for_byte_range(start, end) or self.root

    def find(self, name: str, at: Node) -> Bound | None:
        """Find what declares `name` for the code at `at`; None for a global."""
        scope: Node | None = at
        while scope is not None:
            if scope.type in _SCOPES:
                found = self._table(scope).get(name)
                if found is not None:
                    return found
            scope = scope.parent
        return None

    def _table(self, scope: Node) -> dict[str, Bound]:
        table = self._tables.get(scope.id)
        if table is None:
            table = self._tables[scope.id] = {}
            for holder in holders(scope):
                named = holder.child_by_field_name("name")
                is_class = holder.type == "class_declaration" and named is not None
                for name in [named] if is_class and named else declared_names(holder):
                    table.setdefault(text(name), Bound(name, holder, scope))
        return table

    def uses(self, bound: Bound) -> Iterator[Node]:
        """Yield each place in this file that reads the name."""
        word = re.compile(rb"(?<![\w$.])%s(?![\w$])" % re.escape(bound.name.text or b""))
        begin, end = bound.scope.start_byte, bound.scope.end_byte
        for match in word.finditer(self.source, begin, end):
            node = self.node_at(*match.span())
            if node.type in _NAMES and node != bound.name:
                found = self.find(text(node), node)
                if found is not None and found.name == bound.name:
                    yield node

    @cached_property
    def imports(self) -> dict[str, Import]:
        """Each imported name of this file, `require` included."""
        return {
            name: found
            for name, bound in self._table(self.root).items()
            if (found := import_of(bound)) is not None
        }

    @cached_property
    def exports(self) -> dict[str, Export]:
        found: dict[str, Export] = {}
        for statement in self.root.named_children:
            if statement.type == "export_statement":
                for name, export in _es_exports(statement):
                    found.setdefault(name, export)
            elif statement.type == "expression_statement":
                found |= _assigned_exports(statement)
        return found

    def exported_as(self, bound: Bound) -> tuple[str, ...]:
        """Under which names the file exports the name."""
        name = text(bound.name)
        if bound.scope != self.root:
            return ()
        return tuple(
            key
            for key, export in self.exports.items()
            if export.node is not None and (export.node == bound.name or text(export.node) == name)
        )


def import_of(bound: Bound) -> Import | None:
    """Tell what an `import` or a `require` binds the name to; None for anything else."""
    parent = bound.name.parent
    if bound.holder.type == "import_statement":
        source = bound.holder.child_by_field_name("source")
        specifier = string_value(source) if source else None
        if specifier is None or parent is None:
            return None
        if parent.type == "import_specifier":
            return Import(specifier, text(field(parent, "name")))
        return Import(specifier, "*" if parent.type == "namespace_import" else "default")
    specifier = _required(bound.holder)
    if specifier is None:
        return None
    if pattern_of(bound.holder) == bound.name:
        return Import(specifier, "*")
    key = parent.child_by_field_name("key") if parent and parent.type == "pair_pattern" else None
    return Import(specifier, text(key or bound.name))


def _required(holder: Node) -> str | None:
    value = holder.child_by_field_name("value") if holder.type == "variable_declarator" else None
    return required_module(value) if value else None


def required_module(call: Node) -> str | None:
    """Read the `m` of `require('m')` and `import('m')`."""
    if call.type == "await_expression" and call.named_children:
        call = call.named_children[0]
    if call.type != "call_expression":
        return None
    function = field(call, "function")
    if function.type != "import" and dotted(function) != ("require",):
        return None
    arguments = children(field(call, "arguments"))
    return string_value(arguments[0]) if arguments else None


def _es_exports(statement: Node) -> Iterator[tuple[str, Export]]:
    source = statement.child_by_field_name("source")
    specifier = string_value(source) if source else None
    declaration = statement.child_by_field_name("declaration")
    if any(child.type == "default" for child in statement.children):
        value = statement.child_by_field_name("value") or declaration
        yield "default", Export(node=value)
    elif declaration is not None:
        for holder in children(declaration) if _is_list(declaration) else [declaration]:
            yield from ((text(name), Export(node=name)) for name in declared_names(holder))
    for child in statement.named_children:
        if child.type == "export_clause":
            for each in children(child):
                name = field(each, "name")
                alias = text(each.child_by_field_name("alias") or name)
                if specifier is None:
                    yield alias, Export(node=name)
                else:
                    yield alias, Export(again=Import(specifier, text(name)))
    if specifier is not None and any(child.type == "*" for child in statement.children):
        yield f"*{specifier}", Export(again=Import(specifier, "*"))


def _is_list(declaration: Node) -> bool:
    return declaration.type in {"lexical_declaration", "variable_declaration"}


def _assigned_exports(statement: Node) -> dict[str, Export]:
    """Read `module.exports = …` and `exports.x = …`."""
    node = statement.named_children[0] if statement.named_children else statement
    if node.type != "assignment_expression":
        return {}
    target = dotted(field(node, "left"))
    value = field(node, "right")
    if target == ("module", "exports"):
        return {"default": Export(node=value)}
    if len(target) == 2 and target[0] == "exports":
        return {target[1]: Export(node=value)}
    if len(target) == 3 and target[:2] == ("module", "exports"):
        return {target[2]: Export(node=value)}
    return {}
