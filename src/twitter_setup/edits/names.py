"""What a name in a JavaScript program stands for: its declaration, and whether it changes.

Careful rather than complete: scopes count when a name is looked up, and not when its changes are,
so an assignment to another variable of the same name makes it unclear too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from twitter_setup.edits.syntax import (
    FUNCTIONS,
    MEMBERS,
    WRAPPERS,
    Unclear,
    children,
    descendants,
    dotted,
    field,
    line,
    string_value,
    text,
    unwrap,
)

NAMES = frozenset({"identifier", "shorthand_property_identifier"})

_TARGETS = frozenset({"identifier", "shorthand_property_identifier_pattern"})
_IMPORTED = frozenset({"identifier", "import_specifier"})
_DECLARATIONS = frozenset({"lexical_declaration", "variable_declaration"})
_NAMED = frozenset({"class_declaration", "enum_declaration", "variable_declarator"}) | FUNCTIONS
_TYPED_PARAMETERS = frozenset({"optional_parameter", "required_parameter"})
_ASSIGNMENTS = frozenset(
    {"assignment_expression", "augmented_assignment_expression", "for_in_statement"}
)
_WRITERS = frozenset(
    {
        "array_pattern",
        "assignment_pattern",
        "object_assignment_pattern",
        "pair_pattern",
        "rest_pattern",
        "update_expression",
    }
)
_READERS = frozenset({"spread_element", "template_substitution", "type_query"})


@dataclass(frozen=True, slots=True)
class Binding:
    """A declared name, and the parameter, declarator, function or import that declares it."""

    name: Node
    holder: Node

    @property
    def is_whole(self) -> bool:
        """Whether the name gets all of the value: `ctx`, not `{ env }`."""
        return self.name == pattern_of(self.holder)

    @property
    def key(self) -> str | None:
        """What is taken out of the value: `env` for `{ env }`, `{ env: e }`, `import { env as e }`.

        None for the whole value, and for what has a default or lies deeper.
        """
        parent, pattern = self.name.parent, pattern_of(self.holder)
        if parent is None:
            return None
        if parent.type == "import_specifier":
            return text(field(parent, "name"))
        if pattern is None or pattern.type != "object_pattern":
            return None
        if parent.type == "pair_pattern" and parent.parent == pattern:
            return text(field(parent, "key"))
        return text(self.name) if parent == pattern else None

    @property
    def module(self) -> str | None:
        """The module that it comes from, by `import … from 'm'` or `… = require('m')`."""
        if self.holder.type == "import_statement":
            source = self.holder.child_by_field_name("source")
            return string_value(source) if source else None
        call = self.holder.child_by_field_name("value")
        if call is None or call.type != "call_expression":
            return None
        arguments = children(field(call, "arguments"))
        is_require = dotted(field(call, "function")) == ("require",) and len(arguments) == 1
        return string_value(arguments[0]) if is_require else None


def find_binding(name: str, at: Node) -> Binding | None:
    """Find the declaration that `name` means at `at`, innermost scope first; None for a global."""
    scope = at.parent
    while scope is not None:
        for holder in holders(scope):
            for node in declared_names(holder):
                if text(node) == name:
                    return Binding(node, holder)
        scope = scope.parent
    return None


def settle(node: Node) -> Node | Unclear:
    """Take `node` out of parentheses and type casts, and follow a name one step to its value."""
    node = unwrap(node)
    if node.type not in NAMES:
        return node
    name = text(node)
    binding = find_binding(name, node)
    value = _initial_value(binding) if binding else None
    if binding is None or value is None:
        return Unclear(line(node), f"`{name}` does not get its value in this file")
    change = _find_change(binding, node, value)
    if change is not None:
        return Unclear(line(node), f"`{name}` may be changed in line {line(change)}")
    return value


def parameters(function: Node) -> list[Node]:
    single = function.child_by_field_name("parameter")  # ctx => …
    return [single] if single else children(field(function, "parameters"))


def declared_names(holder: Node) -> Iterator[Node]:
    """Yield the identifiers that a parameter, declarator, function or import declares."""
    if holder.type == "import_statement":
        for node in descendants(holder, _IMPORTED, closed=_IMPORTED):
            yield node.child_by_field_name("alias") or node.child_by_field_name("name") or node
    elif pattern := pattern_of(holder):
        yield from _targets(pattern)


def holders(scope: Node) -> Iterator[Node]:
    """Yield what declares names in `scope` itself: its parameters, or its statements' parts."""
    if scope.type in FUNCTIONS:
        yield from parameters(scope)
    elif scope.type in {"program", "statement_block"}:
        for statement in scope.named_children:
            # `export const x = …` declares what `const x = …` does.
            declaration = statement.child_by_field_name("declaration") or statement
            is_list = declaration.type in _DECLARATIONS
            yield from children(declaration) if is_list else [declaration]


def pattern_of(holder: Node) -> Node | None:
    """Give the name or the destructuring pattern that `holder` fills."""
    if holder.type in _NAMED:
        return holder.child_by_field_name("name")
    if holder.type in _TYPED_PARAMETERS:
        return holder.child_by_field_name("pattern")
    parent = holder.parent
    if parent is None or parent.type not in FUNCTIONS | {"formal_parameters"}:
        return None
    return holder.child_by_field_name("left") or holder  # `{ env } = {}` fills `{ env }`


def _targets(pattern: Node) -> Iterator[Node]:
    """Yield the names that a destructuring pattern fills, not those in its keys and defaults."""
    if pattern.type in _TARGETS:
        yield pattern
        return
    part = pattern.child_by_field_name("left") or pattern.child_by_field_name("value")
    for child in [part] if part else children(pattern):
        yield from _targets(child)


def _initial_value(binding: Binding) -> Node | None:
    if binding.holder.type in FUNCTIONS:
        return binding.holder
    if binding.holder.type != "variable_declarator" or not binding.is_whole:
        return None
    value = binding.holder.child_by_field_name("value")
    return unwrap(value) if value else None


def _find_change(binding: Binding, followed: Node, value: Node) -> Node | None:
    """Find the first place that may give the name another value, or change the object behind it."""
    is_safe = _only_reads if value.type in {"array", "object"} else _is_not_target
    return next((use for use in _uses(binding) if use != followed and not is_safe(use)), None)


def _uses(binding: Binding) -> Iterator[Node]:
    root, name = binding.name, text(binding.name)
    while root.parent is not None:
        root = root.parent
    for node in descendants(root, _TARGETS | NAMES):
        if node != binding.name and text(node) == name:
            yield node


def _is_not_target(node: Node) -> bool:
    """Whether `node` is not assigned, counted up, deleted or destructured into."""
    parent = node.parent
    if parent is None or node.type == "shorthand_property_identifier_pattern":
        return False
    if parent.type in _ASSIGNMENTS:
        return parent.child_by_field_name("left") != node
    if parent.type == "variable_declarator":  # `var` may declare a name again
        return parent.child_by_field_name("name") != node
    if parent.type == "unary_expression":
        return text(field(parent, "operator")) != "delete"
    return parent.type not in _WRITERS


def _only_reads(use: Node) -> bool:
    """Whether this use of an object can't change it.

    Reading a member, spreading and printing can't. Handing it on might, since nobody knows what is
    done with it (`Object.assign(config, …)`).
    """
    path = _member_path(use)
    parent = path.parent
    if parent is None or not _is_not_target(path):
        return False
    return path.type in MEMBERS or parent.type in _READERS or _is_printed(parent)


def _member_path(use: Node) -> Node:
    """Give `(config as any).app.keys` for the `config` in it."""
    node = use
    while (parent := node.parent) is not None and (
        parent.type in WRAPPERS
        or (parent.type in MEMBERS and parent.child_by_field_name("object") == node)
    ):
        node = parent
    return node


def _is_printed(arguments: Node) -> bool:
    call = arguments.parent
    if arguments.type != "arguments" or call is None:
        return False
    function = call.child_by_field_name("function")
    return function is not None and dotted(function)[:1] == ("console",)
