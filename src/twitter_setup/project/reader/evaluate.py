"""Evaluates expressions as far as URLs need it: constants, concatenation, small functions.

Values flow backward: from an expression to the declarations, imports and parameters that it names.
"""

from __future__ import annotations

from tree_sitter import Node

from twitter_setup.edits.names import pattern_of
from twitter_setup.edits.syntax import (
    FUNCTIONS,
    MEMBERS,
    children,
    descendants,
    field,
    string_value,
    text,
    unwrap,
)
from twitter_setup.project.reader import patterns
from twitter_setup.project.reader.calls import Calls
from twitter_setup.project.reader.facts import Facts
from twitter_setup.project.reader.module import Bound, Import, Module, import_of
from twitter_setup.project.reader.project import Project
from twitter_setup.project.reader.values import (
    EMPTY,
    GAP,
    UNKNOWN,
    Environment,
    Frame,
    Function,
    Literal,
    Namespace,
    Record,
    RuntimeConfig,
    Text,
    Value,
    Variable,
    bounded,
    joined,
)

_DEPTH = 24
_ENVIRONMENTS = frozenset({"process.env", "import.meta.env", "globalThis.process.env"})
_ENVIRONMENT_MODULES = ("$env/static/", "$app/env", "astro:env/")
_RETURNS = frozenset({"return_statement"})
_ASSIGNMENTS = frozenset({"assignment_expression"})
_CONDITIONS = frozenset({"if_statement"})


class Evaluator:
    """Tell what expressions are; `facts` gathers what is learned about variables on the way.

    `known` are names of variables: a member with such a name of an unknown object is the variable.
    """

    def __init__(self, project: Project, known: frozenset[str] = frozenset()) -> None:
        self.project = project
        self.known = set(known)
        self.facts = Facts()
        self.config: dict[tuple[str, ...], tuple[Value, ...]] = {}  # Nuxt's runtimeConfig
        self._calls = Calls(self)
        self._memory: dict[tuple[int, int], tuple[Value, ...]] = {}
        self._depth = 0

    def values(self, module: Module, node: Node, frame: Frame = EMPTY) -> tuple[Value, ...]:
        """List what the expression may be; never empty."""
        node = unwrap(node)
        key = (id(module), node.id)
        if not frame and key in self._memory:
            return self._memory[key]
        if self._depth > _DEPTH:
            return UNKNOWN
        if not frame:
            self._memory[key] = UNKNOWN  # ends a circle
        self._depth += 1
        try:
            found = bounded(list(self._evaluate(module, node, frame)))
        finally:
            self._depth -= 1
        if not frame:
            self._memory[key] = found
        return found

    def texts(self, module: Module, node: Node, frame: Frame = EMPTY) -> tuple[Text, ...]:
        """The same as text; what is not text is unknown."""
        return self.as_texts(self.values(module, node, frame))

    def as_texts(self, values: tuple[Value, ...]) -> tuple[Text, ...]:
        found: list[Value] = []
        for value in values:
            if isinstance(value, RuntimeConfig):
                found += self._configured(value)
            else:
                found.append(value if isinstance(value, Text) else Text((GAP,)))
        return tuple(value for value in bounded(found) if isinstance(value, Text))

    def member(self, value: Value, name: str) -> tuple[Value, ...]:
        """Read the member `name` of a value; () if the value does not tell."""
        if isinstance(value, Environment):
            return (Text((Variable(name),)),)
        if isinstance(value, RuntimeConfig):
            return (RuntimeConfig((*value.path, name)),)
        if isinstance(value, Record):
            return self._record_member(value, name)
        if isinstance(value, Namespace):
            return self.imported(value.module, Import(".", name), value.module)
        if isinstance(value, Text) and name in {"value", "origin", "href"}:
            return (value,)
        return ()

    def imported(self, module: Module, target: Import, at: Module | None) -> tuple[Value, ...]:
        """Evaluate what an import gets; `at` skips the search for the module."""
        specifier = target.specifier
        if specifier.startswith(_ENVIRONMENT_MODULES) and target.name not in {"*", "env"}:
            return (Text((Variable(target.name),)),)
        if specifier.startswith(("$env/", "$app/env")) or (
            specifier.removeprefix("node:") == "process" and target.name == "env"
        ):
            return (Environment(),)
        found = self._export(module, target, at)
        if found is None:
            return ()
        other, node = found
        if node is None:
            return (Namespace(other),)
        if node.type == "identifier" and (bound := other.find(text(node), other.root)):
            return self.bound(other, bound, EMPTY)
        return self.values(other, node)

    def _export(
        self, module: Module, target: Import, at: Module | None
    ) -> tuple[Module, Node | None] | None:
        if at is not None:
            export = at.exports.get(target.name)
            if export is None and "default" in at.exports:  # module.exports = { … }
                whole = at.exports["default"].node
                member = patterns.find_member(whole, target.name) if whole else None
                return (at, member) if member is not None else None
            if export is not None and export.again is not None:
                found = self.project.follow(at, export.again)
                return (found[0], found[1].node) if found else None
            return (at, export.node) if export else None
        found = self.project.follow(module, target)
        if found is None:
            other = self.project.resolve(module, target.specifier)
            return self._export(module, target, other) if other else None
        return found[0], found[1].node

    def bound(self, module: Module, bound: Bound, frame: Frame) -> tuple[Value, ...]:
        """Evaluate a declared name."""
        holder = bound.holder
        target = import_of(bound)
        if target is not None:
            return self.imported(module, target, None)
        if holder.type in FUNCTIONS:
            return (Function(module, holder, frame),)
        if holder.type == "class_declaration":
            return (Record(module, holder, frame),)
        if holder.type == "variable_declarator":
            return self._declared(module, bound, frame)
        if bound.scope.type in FUNCTIONS:
            return self._parameter(module, bound, frame)
        return ()

    def _evaluate(self, module: Module, node: Node, frame: Frame) -> list[Value]:
        kind = node.type
        if kind in {"string", "template_string"}:
            return list(self._template(module, node, frame))
        if kind in {"identifier", "shorthand_property_identifier"}:
            return self._name(module, node, frame)
        if kind in MEMBERS:
            return self._member(module, node, frame)
        if kind == "binary_expression":
            return self._binary(module, node, frame)
        if kind == "ternary_expression":
            return self._ternary(module, node, frame)
        if kind in {"call_expression", "new_expression"}:
            return list(self._calls.values(module, node, frame))
        if kind in {"await_expression", "jsx_expression"}:
            inner = children(node)
            return list(self.values(module, inner[0], frame)) if inner else []
        if kind == "object":
            return [Record(module, node, frame)]
        if kind in FUNCTIONS:
            return [Function(module, node, frame)]
        if kind == "assignment_expression":
            return list(self.values(module, field(node, "right"), frame))
        if kind == "number":
            return [Text((Literal(text(node), module, node.start_byte),))]
        return []

    def _template(self, module: Module, node: Node, frame: Frame) -> tuple[Text, ...]:
        whole = string_value(node)
        if whole is not None:
            return (Text((Literal(whole, module, node.start_byte),)),)
        parts: list[tuple[Text, ...]] = []
        for child in node.named_children:
            if child.type == "template_substitution":
                inner = children(child)
                parts.append(self.texts(module, inner[0], frame) if inner else (Text((GAP,)),))
            else:
                parts.append((Text((Literal(text(child), module, child.start_byte),)),))
        return joined(parts)

    def _name(self, module: Module, node: Node, frame: Frame) -> list[Value]:
        name = text(node)
        bound = module.find(name, node)
        if bound is None:
            is_config = name in {"$config"}
            return [RuntimeConfig()] if is_config else self._by_name(name)
        found = self.bound(module, bound, frame)
        return list(found) or self._by_name(name)

    def _by_name(self, name: str) -> list[Value]:
        name = name.lstrip("_")  # `window.__NEXT_PUBLIC_API_URL`
        return [Text((Variable(name),))] if name in self.known else []

    def _member(self, module: Module, node: Node, frame: Frame) -> list[Value]:
        if text(node).replace("?", "") in _ENVIRONMENTS:
            return [Environment()]
        found: list[Value] = []
        names = self._names(module, node, frame)
        base = field(node, "object")
        if base.type == "this":
            return [
                value
                for name in names
                for value in patterns.class_member(node, name)
                for value in self.values(module, value, frame)
            ]
        for value in self.values(module, base, frame):
            for name in names:
                found += self.member(value, name)
        if not found:
            found = [value for name in names for value in self._by_name(name)]
        return found

    def _names(self, module: Module, node: Node, frame: Frame) -> list[str]:
        """List the names that a member access may read."""
        if node.type == "member_expression":
            return [text(field(node, "property"))]
        return [
            "".join(piece.text for piece in found.pieces if isinstance(piece, Literal))
            for found in self.texts(module, field(node, "index"), frame)
            if all(isinstance(piece, Literal) for piece in found.pieces)
        ]

    def _binary(self, module: Module, node: Node, frame: Frame) -> list[Value]:
        operator = text(field(node, "operator"))
        left, right = field(node, "left"), field(node, "right")
        if operator == "+":
            return list(joined([self.texts(module, left, frame), self.texts(module, right, frame)]))
        if operator == "&&":
            return list(self.values(module, right, frame))
        if operator not in {"||", "??"}:
            return []
        return self.or_else(self.values(module, left, frame), self.values(module, right, frame))

    def or_else(self, values: tuple[Value, ...], others: tuple[Value, ...]) -> list[Value]:
        """Combine `a || b`: if `a` is a variable, `b` is its fallback."""
        variables = [text for text in self.as_texts(values) if isinstance(text.first, Variable)]
        if not variables:
            return [*values, *others]
        kept: list[Value] = []
        for other in self.as_texts(others):
            for variable in variables:
                self.facts.fall_back(variable, other)
            if not isinstance(other.first, Literal):
                kept.append(other)
        return [*values, *kept]

    def _ternary(self, module: Module, node: Node, frame: Frame) -> list[Value]:
        sides = [
            self.values(module, field(node, name), frame) for name in ("consequence", "alternative")
        ]
        return self.guarded(sides, self.mentioned(module, field(node, "condition"), frame))

    def guarded(self, sides: list[tuple[Value, ...]], names: set[str]) -> list[Value]:
        """Combine alternatives between which a condition decides that mentions these variables."""
        for place, side in enumerate(sides):
            firsts = (each.first for each in self.as_texts(side))
            if any(isinstance(first, Variable) and first.name in names for first in firsts):
                others = [value for i, o in enumerate(sides) if i != place for value in o]
                return self.or_else(side, tuple(others))
        return [value for side in sides for value in side]

    def mentioned(self, module: Module, condition: Node, frame: Frame) -> set[str]:
        """List the variables that a condition asks for."""
        nodes = descendants(condition, MEMBERS | {"identifier"}, closed=MEMBERS | FUNCTIONS)
        return {
            piece.name
            for node in nodes
            for found in self.texts(module, node, frame)
            for piece in found.pieces
            if isinstance(piece, Variable)
        }

    def _declared(self, module: Module, bound: Bound, frame: Frame) -> tuple[Value, ...]:
        value = bound.holder.child_by_field_name("value")
        if pattern_of(bound.holder) != bound.name:
            whole = self.values(module, value, frame) if value else ()
            return self._taken(module, bound, whole, frame)
        found = [self.values(module, value, frame)] if value else []
        declaration = bound.holder.parent
        if declaration is None or text(declaration).startswith("const"):
            return found[0] if found else ()
        names: set[str] = set()
        for node in descendants(bound.scope, _ASSIGNMENTS, closed=frozenset()):
            left = field(node, "left")
            if left.type == "identifier" and left.text == bound.name.text:
                found.append(self.values(module, field(node, "right"), frame))
                names |= self._asked(module, node, bound, frame)
                if self._asks_itself(node, bound):
                    names |= {
                        text.first.name
                        for text in self.as_texts(found[0])
                        if isinstance(text.first, Variable)
                    }
        return tuple(self.guarded(found, names))

    def _asked(self, module: Module, node: Node, bound: Bound, frame: Frame) -> set[str]:
        """List the variables that the `if`s around `node` ask for."""
        names: set[str] = set()
        above = node.parent
        while above is not None and above != bound.scope:
            if above.type == "if_statement":
                names |= self.mentioned(module, field(above, "condition"), frame)
            above = above.parent
        return names

    def _asks_itself(self, node: Node, bound: Bound) -> bool:
        """Whether an `if` around the assignment asks for the assigned name: `if (!url) url = …`."""
        above = node.parent
        while above is not None and above != bound.scope:
            if above.type == "if_statement":
                condition = field(above, "condition")
                names = descendants(condition, frozenset({"identifier"}))
                if any(name.text == bound.name.text for name in names):
                    return True
            above = above.parent
        return False

    def _taken(
        self, module: Module, bound: Bound, whole: tuple[Value, ...], frame: Frame
    ) -> tuple[Value, ...]:
        """Evaluate a name that a destructuring pattern takes out of a value."""
        found = whole
        for key, default in patterns.steps(bound.name, bound.holder):
            inner = tuple(value for each in found for value in self.member(each, key))
            if not inner:
                inner = tuple(self._by_name(key))
            if default is not None:
                inner = tuple(self.or_else(inner, self.values(module, default, frame)))
            found = inner
        return found

    def _parameter(self, module: Module, bound: Bound, frame: Frame) -> tuple[Value, ...]:
        function, name = bound.scope, text(bound.name)
        given = frame.get((id(module), function.start_byte, name))
        if given is not None:
            return given
        default = patterns.default_of(bound.holder)
        if default is not None and patterns.is_whole(bound.name, bound.holder):
            return self.values(module, default, frame)
        return ()

    def returned(self, function: Function, frame: Frame) -> tuple[Value, ...]:
        """Evaluate what a function returns."""
        module, body = function.module, unwrap(field(function.node, "body"))
        if body.type != "statement_block":
            return self.values(module, body, frame)
        sides = [
            self.values(module, children(node)[0], frame)
            for node in descendants(body, _RETURNS, closed=FUNCTIONS)
            if children(node)
        ]
        if len(sides) < 2:
            return sides[0] if sides else ()
        names: set[str] = set()
        for node in descendants(body, _CONDITIONS, closed=FUNCTIONS):
            names |= self.mentioned(module, field(node, "condition"), frame)
        return tuple(self.guarded(sides, names))

    def _record_member(self, record: Record, name: str) -> tuple[Value, ...]:
        node = patterns.find_member(record.node, name)
        if node is not None:
            return self.values(record.module, node, record.frame)
        for member in children(record.node):
            if member.type == "spread_element":
                for value in self.values(record.module, children(member)[0], record.frame):
                    found = self.member(value, name)
                    if found:
                        return found
        return ()

    def _configured(self, config: RuntimeConfig) -> list[Value]:
        return list(self.config.get(config.path) or ()) or [Text((GAP,))]
