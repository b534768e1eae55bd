"""What a JavaScript or TypeScript module gives to the one who loads it.

As Node and TypeScript do it, and `Unclear` where that can't be told from the source.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node, Tree

from twitter_setup.edits.names import settle
from twitter_setup.edits.syntax import (
    FUNCTIONS,
    MEMBERS,
    Unclear,
    children,
    descendants,
    dotted,
    field,
    line,
    text,
)

_EXPORT_TARGETS = (("module", "exports"), ("exports", "default"))


def exported_object(tree: Tree) -> Node | Unclear:
    """Find the object that the file gives: the export, or what the exported function returns."""
    return as_object(exported_value(tree), "what is exported")


def exported_value(tree: Tree) -> Node | Unclear:
    """Find what the file gives, of whatever kind (a list, say), the exported function called."""
    export = _last_export(tree.root_node)
    value = export if isinstance(export, Unclear) else settle(export)
    if isinstance(value, Unclear) or value.type not in FUNCTIONS:
        return value
    returned = _returned(value)
    return returned if isinstance(returned, Unclear) else settle(returned)


def as_object(value: Node | Unclear, what: str) -> Node | Unclear:
    if isinstance(value, Unclear) or value.type == "object":
        return value
    return Unclear(line(value), f"{what} is not an object written out in this file")


@dataclass(frozen=True, slots=True)
class _Export:
    way: str
    value: Node
    targets: tuple[Node, ...] = ()


def _last_export(root: Node) -> Node | Unclear:
    exports = [export for statement in root.named_children for export in _exports(statement)]
    known = [target for export in exports for target in export.targets]
    for node in descendants(root, MEMBERS):
        if dotted(node) in _EXPORT_TARGETS and node not in known:
            what = f"line {line(node)} does something with `{text(node)}` that can't be followed"
            return Unclear(line(node), what)
    if not exports:
        return Unclear(1, "nothing is exported with `module.exports = …` or `export default …`")
    last = exports[-1]
    if any(export.way != last.way for export in exports):
        return Unclear(line(last.value), "the file exports in two ways at once")
    return last.value


def _exports(statement: Node) -> Iterator[_Export]:
    if statement.type == "expression_statement":
        yield from _assigned_exports(children(statement)[0])
    elif statement.type == "export_statement":
        yield from (_Export("export", value) for value in _es_exports(statement))


def _assigned_exports(node: Node) -> Iterator[_Export]:
    """Yield the value of `module.exports = …`, also in a chain (`exports = module.exports = …`)."""
    targets: list[Node] = []
    while node.type == "assignment_expression":
        targets.append(field(node, "left"))
        node = field(node, "right")
    for way in _EXPORT_TARGETS:
        if any(dotted(target) == way for target in targets):
            yield _Export(".".join(way), node, tuple(targets))
            return


def _es_exports(statement: Node) -> Iterator[Node]:
    """Yield the values of `export default …`, `export = …` and `export { x as default }`."""
    marks = {child.type for child in statement.children}
    if "default" in marks:
        yield statement.child_by_field_name("value") or field(statement, "declaration")
    elif "=" in marks:
        yield children(statement)[0]
    is_of_another_module = statement.child_by_field_name("source") is not None
    for specifier in descendants(statement, frozenset({"export_specifier"}), closed=FUNCTIONS):
        if text(specifier.children[-1]) == "default":
            yield specifier if is_of_another_module else field(specifier, "name")


def _returned(function: Node) -> Node | Unclear:
    if any(child.type == "async" for child in function.children):
        return Unclear(line(function), "the exported function is async, and nobody waits for it")
    body = field(function, "body")
    if body.type != "statement_block":
        return body
    returns = list(descendants(body, frozenset({"return_statement"}), closed=FUNCTIONS))
    if len(returns) > 1:
        return Unclear(line(returns[0]), "the exported function returns in several places")
    if not returns or not children(returns[0]) or function.type.startswith("generator"):
        return Unclear(line(function), "the exported function returns no object")
    if returns[0].parent != body:
        return Unclear(line(returns[0]), "the exported function returns only on a condition")
    return children(returns[0])[0]
