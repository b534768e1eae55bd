"""Evaluates expressions as far as URLs need it: constants, concatenation, small functions.

Values flow backward: from an expression to the declarations, imports and parameters that it names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tree_sitter import Node

from twitter_setup.edits.names import pattern_of
from twitter_setup.edits.syntax import (
    FUNCTIONS,
    children,
    field,
    string_value,
    text,
    unwrap,
)
from twitter_setup.project.reader.flow import patterns
from twitter_setup.project.reader.flow.calls import Calls
from twitter_setup.project.reader.flow.choices import Choices
from twitter_setup.project.reader.flow.facts import Facts
from twitter_setup.project.reader.flow.imports import Imports
from twitter_setup.project.reader.flow.memory import STEPS, Memory
from twitter_setup.project.reader.flow.values import (
    EMPTY,
    GAP,
    UNKNOWN,
    Environment,
    Frame,
    Frames,
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
from twitter_setup.project.reader.module import Bound, Import, Module, import_of
from twitter_setup.project.reader.project import Project

_ENVIRONMENTS = frozenset({"process.env", "import.meta.env", "globalThis.process.env"})


class Evaluator:
    """Tell what expressions are; `facts` gathers what is learned about variables on the way.

    `known` are names of variables: a member with such a name of an unknown object is the variable.
    """

    def __init__(
        self, project: Project, known: frozenset[str] = frozenset(), steps: int = STEPS
    ) -> None:
        self.project = project
        self.memory = Memory(steps)
        self.frames = Frames()
        self.known = set(known)
        self.facts = Facts()
        self.config: dict[tuple[str, ...], tuple[Value, ...]] = {}  # Nuxt's runtimeConfig
        self.choices = Choices(self)
        self._calls = Calls(self)
        self._imports = Imports(self)
        self._ways: dict[str, Callable[[Module, Node, Frame], Iterable[Value]]] = {
            "string": self._template,
            "template_string": self._template,
            "identifier": self._name,
            "shorthand_property_identifier": self._name,
            "member_expression": self._member,
            "subscript_expression": self._member,
            "binary_expression": self._binary,
            "ternary_expression": self.choices.ternary,
            "call_expression": self._calls.values,
            "new_expression": self._calls.values,
            "await_expression": self._inner,
            "jsx_expression": self._inner,
            "assignment_expression": self._assignment,
        }

    def values(self, module: Module, node: Node, frame: Frame = EMPTY) -> tuple[Value, ...]:
        """List what the expression may be; never empty."""
        node = unwrap(node)
        return self.memory.ask(
            (module, node.id, frame),
            lambda: bounded(self._evaluate(module, node, frame)),
            UNKNOWN,
        )

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
            return self.memory.ask(
                (value.module, value.node.id, value.frame, name),
                lambda: self._record_member(value, name),
                (),
            )
        if isinstance(value, Namespace):
            return self._imports.values(value.module, Import(".", name), value.module)
        if isinstance(value, Text) and name in {"value", "origin", "href"}:
            return (value,)
        return ()

    def bound(self, module: Module, bound: Bound, frame: Frame) -> tuple[Value, ...]:
        """Evaluate a declared name."""
        return self.memory.ask(
            (module, bound.name.id, bound.holder.id, frame),
            lambda: self._bound(module, bound, frame),
            (),
        )

    def _bound(self, module: Module, bound: Bound, frame: Frame) -> tuple[Value, ...]:
        holder = bound.holder
        target = import_of(bound)
        if target is not None:
            return self._imports.values(module, target, None)
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
        way = self._ways.get(node.type)
        if way is not None:
            return list(way(module, node, frame))
        if node.type == "object":
            return [Record(module, node, frame)]
        if node.type in FUNCTIONS:
            return [Function(module, node, frame)]
        if node.type == "number":
            return [Text((Literal(text(node), module, node.start_byte),))]
        return []

    def _inner(self, module: Module, node: Node, frame: Frame) -> tuple[Value, ...]:
        inner = children(node)
        return self.values(module, inner[0], frame) if inner else ()

    def _assignment(self, module: Module, node: Node, frame: Frame) -> tuple[Value, ...]:
        return self.values(module, field(node, "right"), frame)

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
            return [RuntimeConfig()] if name == "$config" else self._by_name(name)
        found = self.bound(module, bound, frame)
        return list(found) or self._by_name(name)

    def _by_name(self, name: str) -> list[Value]:
        name = name.lstrip("_")  # `window.__NEXT_PUBLIC_API_URL`
        return [Text((Variable(name),))] if name in self.known else []

    def _member(self, module: Module, node: Node, frame: Frame) -> list[Value]:
        if text(node).replace("?", "") in _ENVIRONMENTS:
            return [Environment()]
        found: list[Value] = []
        names = self.member_names(module, node, frame)
        base = field(node, "object")
        if base.type == "this":
            return [
                value
                for name in names
                for member in patterns.class_member(node, name)
                for value in self.values(module, member, frame)
            ]
        for value in self.values(module, base, frame):
            for name in names:
                found += self.member(value, name)
        if not found:
            found = [value for name in names for value in self._by_name(name)]
        return found

    def member_names(self, module: Module, node: Node, frame: Frame) -> list[str]:
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
        return self.choices.or_else(
            self.values(module, left, frame), self.values(module, right, frame)
        )

    def _declared(self, module: Module, bound: Bound, frame: Frame) -> tuple[Value, ...]:
        value, declaration = bound.holder.child_by_field_name("value"), bound.holder.parent
        if pattern_of(bound.holder) != bound.name:
            whole = self.values(module, value, frame) if value else ()
            return self._taken(module, bound, whole, frame)
        if declaration is not None and not text(declaration).startswith("const"):
            return self.choices.assigned(module, bound, value, frame)
        return self.values(module, value, frame) if value else ()

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
                inner = tuple(self.choices.or_else(inner, self.values(module, default, frame)))
            found = inner
        return found

    def _parameter(self, module: Module, bound: Bound, frame: Frame) -> tuple[Value, ...]:
        function, name = bound.scope, text(bound.name)
        given = frame.given.get((id(module), function.start_byte, name))
        if given is not None:
            return given
        default = patterns.default_of(bound.holder)
        if default is not None and patterns.is_whole(bound.name, bound.holder):
            return self.values(module, default, frame)
        return ()

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
