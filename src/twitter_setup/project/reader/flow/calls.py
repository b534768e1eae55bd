"""Evaluates calls: the project's own small functions, and those that hand a text through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Node

from twitter_setup.edits.names import declared_names, parameters, pattern_of
from twitter_setup.edits.syntax import children, field, text
from twitter_setup.project.reader.flow import patterns
from twitter_setup.project.reader.flow.values import (
    Client,
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
    joined,
)
from twitter_setup.project.reader.module import Module, required_module

if TYPE_CHECKING:
    from twitter_setup.project.reader.flow.evaluate import Evaluator

# Methods of a text that leave an address an address.
KEEPING = frozenset(
    {"replace", "replaceAll", "trim", "trimEnd", "trimStart", "toString", "valueOf", "at", "slice"}
)
BASE_KEYS = ("baseURL", "baseUrl", "prefixUrl", "base", "baseURI")
_ENVIRONMENT_CALLS = frozenset({"loadEnv"})  # Vite's


class Calls:
    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def values(self, module: Module, call: Node, frame: Frame) -> tuple[Value, ...]:
        """Evaluate a call or `new`; () if it cannot be followed."""
        known = self._known(module, call)
        if known is not None:
            return known
        name, given = patterns.call_name(call), patterns.arguments_of(call)
        function = call.child_by_field_name("function")
        if function is not None and function.type == "member_expression":
            kept = self._method(module, field(function, "object"), name, given, frame)
            if kept is not None:
                return kept
        for callee in self.callees(module, call, frame):
            inner = self.entered(callee, module, given, frame)
            return self._evaluator.choices.returned(callee, inner)
        if call.type == "new_expression":
            return self._made(module, call, given, frame)
        return self._passed(module, given, frame)

    def _known(self, module: Module, call: Node) -> tuple[Value, ...] | None:
        """Evaluate the calls that frameworks give a meaning, and `require`."""
        name = patterns.call_name(call)
        if name in _ENVIRONMENT_CALLS:
            return (Environment(),)
        if name == "useRuntimeConfig":
            return (RuntimeConfig(),)
        specifier = required_module(call)
        if specifier is None:
            return None
        found = self._evaluator.project.resolve(module, specifier)
        return (Namespace(found),) if found else ()

    def _made(
        self, module: Module, call: Node, given: list[Node], frame: Frame
    ) -> tuple[Value, ...]:
        """Evaluate `new URL(path, base)`, and an object of a class of this project."""
        if patterns.call_name(call) == "URL" and len(given) > 1:
            texts = [self._evaluator.texts(module, each, frame) for each in (given[1], given[0])]
            return joined(texts)
        made = self._evaluator.values(module, field(call, "constructor"), frame)
        objects = tuple(value for value in made if isinstance(value, Record))
        return objects or self._passed(module, given, frame)

    def callees(self, module: Module, call: Node, frame: Frame) -> list[Function]:
        """Find the functions of this project that the call may enter."""
        function = call.child_by_field_name("function")
        if function is None:
            return []
        values = self._evaluator.values(module, function, frame)
        return [value for value in values if isinstance(value, Function)]

    def entered(self, callee: Function, module: Module, given: list[Node], frame: Frame) -> Frame:
        """Bind the parameters of `callee` to the values of the arguments."""
        inner = dict(callee.frame.given)
        for place, parameter in enumerate(parameters(callee.node)):
            argument = given[place] if place < len(given) else None
            values = (
                self._evaluator.values(module, argument, frame)
                if argument is not None and argument.type != "spread_element"
                else None
            )
            pattern = pattern_of(parameter)
            for node in declared_names(parameter):
                key = (id(callee.module), callee.node.start_byte, text(node))
                inner.pop(key, None)
                if values is None:
                    continue
                if node == pattern:
                    inner[key] = values
                else:
                    inner[key] = self._taken(node, parameter, values)
        return self._evaluator.frames.of(inner)

    def _taken(self, name: Node, parameter: Node, values: tuple[Value, ...]) -> tuple[Value, ...]:
        found = values
        for key, _ in patterns.steps(name, parameter):
            found = tuple(v for each in found for v in self._evaluator.member(each, key))
        return found

    def client_of(self, module: Module, call: Node, frame: Frame) -> Client | None:
        """Find the base URL that a call like `client.get(path, { baseURL })` puts in front."""
        for argument in patterns.arguments_of(call):
            for value in self._evaluator.values(module, argument, frame):
                base = self._base(value)
                if base is not None:
                    return Client(base, patterns.call_name(call))
        function = call.child_by_field_name("function")
        while function is not None:
            for value in self._evaluator.values(module, function, frame):
                if isinstance(value, Client):
                    return value
            function = function.child_by_field_name("object")
        return None

    def _base(self, value: Value) -> Text | None:
        if not isinstance(value, Record):
            return None
        for key in BASE_KEYS:
            found = self._evaluator.member(value, key)
            if found:
                return self._evaluator.as_texts(found)[0]
        return None

    def _method(
        self, module: Module, object_: Node, name: str, given: list[Node], frame: Frame
    ) -> tuple[Value, ...] | None:
        """Evaluate a method of a text or a list; None for any other."""
        if name in {"create", "extend"}:
            for argument in given:
                for value in self._evaluator.values(module, argument, frame):
                    base = self._base(value)
                    if base is not None:
                        return (Client(base, text(object_)),)
        if name in KEEPING:
            return self._evaluator.values(module, object_, frame)
        if name == "concat":
            parts = [self._evaluator.texts(module, each, frame) for each in (object_, *given)]
            return joined(parts)
        if name == "join" and object_.type == "array":
            between = self._evaluator.texts(module, given[0], frame) if given else ()
            items: list[tuple[Text, ...]] = []
            for item in children(object_):
                items += [between] if items and between else []
                items.append(self._evaluator.texts(module, item, frame))
            return joined(items)
        return None

    def _passed(self, module: Module, given: list[Node], frame: Frame) -> tuple[Value, ...]:
        """Take an unknown function for one that hands its first argument through.

        `computed(() => url)`, `Object.freeze({ … })`, `schema.parse(process.env)`, `clean(url)`.
        """
        if not given or given[0].type == "spread_element":
            return ()
        found: list[Value] = []
        for value in self._evaluator.values(module, given[0], frame):
            if isinstance(value, Function):
                found += self._evaluator.choices.returned(value, value.frame)
            elif not isinstance(value, Text) or _is_address(value):
                found.append(value)
        return tuple(found)


def _is_address(value: Text) -> bool:
    first = value.first
    return isinstance(first, Variable) or (
        isinstance(first, Literal) and first.text.startswith(("http://", "https://"))
    )
