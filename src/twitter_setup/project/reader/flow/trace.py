"""Follows a literal forward: through constants, functions and imports, to where it is used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal as Choice

from tree_sitter import Node

from twitter_setup.edits.names import declared_names, parameters
from twitter_setup.edits.syntax import FUNCTIONS, WRAPPERS, field, text
from twitter_setup.project.reader.flow import climb, patterns
from twitter_setup.project.reader.flow.calls import Calls
from twitter_setup.project.reader.flow.evaluate import Evaluator
from twitter_setup.project.reader.flow.values import EMPTY, Client, Frame, Function, Literal, Value
from twitter_setup.project.reader.markup import ATTRIBUTE
from twitter_setup.project.reader.module import Bound, Module

Context = Choice["attribute", "call", "assignment", "display", "compare", "import", "other"]

_DEPTH = 6
_MOST = 60  # uses of one literal
_COMPARING_CALLS = frozenset(
    {"startsWith", "endsWith", "includes", "indexOf", "match", "test", "replace", "replaceAll"}
)
_DEFAULTS = frozenset({"assignment_pattern", "object_assignment_pattern"})
_SHOWN = frozenset({"log", "warn", "error", "info", "debug", "alert"})
_TYPES = frozenset({"literal_type", "template_literal_type", "type_query", "lookup_type"})


@dataclass(frozen=True, slots=True)
class Sink:
    """Where a literal ends up: the whole expression there, and what is done with it.

    `name` is the attribute, the called function, or the target of the assignment.
    """

    module: Module
    root: Node
    frame: Frame
    context: Context
    name: str = ""
    call: Node | None = None


class Tracer:
    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._calls = Calls(evaluator)

    def sinks(self, module: Module, node: Node) -> list[Sink]:
        """List where the literal at `node` is used."""
        found: list[Sink] = []
        seen: set[tuple[int, int]] = set()
        for sink in self._follow(module, node, EMPTY, _DEPTH, seen):
            found.append(sink)
            if len(found) == _MOST:
                break
        return found

    def client_of(self, sink: Sink) -> Client | None:
        """Find the client whose base URL the call puts in front of its path."""
        return self._calls.client_of(sink.module, sink.call, sink.frame) if sink.call else None

    def _follow(
        self, module: Module, node: Node, frame: Frame, depth: int, seen: set[tuple[int, int]]
    ) -> Iterator[Sink]:
        root = climb.whole(node)
        key = (id(module), root.id)
        if key in seen or depth == 0 or not self._evaluator.memory.spend():
            yield Sink(module, root, frame, "other")
            return
        seen.add(key)
        parent = root.parent
        if parent is None:
            yield Sink(module, root, frame, "other")
        elif parent.type == "arguments" and parent.parent is not None:
            yield from self._argument(module, root, parent.parent, frame, depth)
        else:
            yield from self._at(module, root, parent, frame, depth, seen)

    def _at(
        self,
        module: Module,
        root: Node,
        parent: Node,
        frame: Frame,
        depth: int,
        seen: set[tuple[int, int]],
    ) -> Iterator[Sink]:
        kind = parent.type
        bound = climb.binding_of(module, root, parent)
        if bound is not None:
            is_default = kind in _DEFAULTS and self._overrides(module, bound, root, frame)
            if not is_default:  # `{ X = 'http://…' } = process.env`
                yield from self._uses(module, bound, root, frame, depth, seen)
        elif kind in {"field_definition", "public_field_definition"}:
            yield from self._field(module, root, parent, frame, depth, seen)
        elif kind in {"return_statement", "arrow_function"}:
            yield from self._returned(module, root, parent, frame, depth, seen)
        else:
            yield self._end(module, root, parent, frame)

    def _end(self, module: Module, root: Node, parent: Node, frame: Frame) -> Sink:
        kind = parent.type
        if kind == "jsx_attribute":
            return Sink(module, root, frame, "attribute", text(parent.named_children[0]))
        if kind in {"jsx_element", "jsx_fragment"} or kind in _TYPES:
            return Sink(module, root, frame, "display")
        if kind in {"import_statement", "export_statement"} and root.type == "string":
            return Sink(module, root, frame, "import")
        if kind == "assignment_expression" and field(parent, "right") == root:
            return Sink(module, root, frame, "assignment", text(field(parent, "left")))
        if kind == "pair":
            return self._pair(module, root, parent, frame)
        return Sink(module, root, frame, "compare" if kind == "binary_expression" else "other")

    def _overrides(self, module: Module, bound: Bound, root: Node, frame: Frame) -> bool:
        """Whether the name is a variable, and the literal only its default."""
        found = self._evaluator.bound(module, bound, frame)
        return not self._has(found, module, root) and self._is_covered(module, root)

    def _has(self, values: tuple[Value, ...], module: Module, root: Node) -> bool:
        return any(
            isinstance(piece, Literal) and piece.module is module and _within(piece.start, root)
            for text in self._evaluator.as_texts(values)
            for piece in text.pieces
        )

    def _is_covered(self, module: Module, root: Node) -> bool:
        covered = self._evaluator.facts.covered
        return any(key == id(module) and _within(start, root) for key, start in covered)

    def _argument(
        self, module: Module, root: Node, call: Node, frame: Frame, depth: int
    ) -> Iterator[Sink]:
        name, given = patterns.call_name(call), patterns.arguments_of(call)
        if name == ATTRIBUTE:
            yield Sink(module, root, frame, "attribute", text(given[0])[1:-1])
            return
        if name in _COMPARING_CALLS:
            yield Sink(module, root, frame, "compare", name)
            return
        callee = text(call.child_by_field_name("function") or call)
        if (name in _SHOWN and callee.startswith("console")) or name.endswith("Error"):
            yield Sink(module, root, frame, "display", name)
            return
        place = next((i for i, each in enumerate(given) if each == root), 0)
        for function in self._calls.callees(module, call, frame):
            inner = self._calls.entered(function, module, given, frame)
            found = list(self._inside(function, place, inner, depth))
            if found:
                yield from found
                return
        yield Sink(module, root, frame, "call", callee, call)

    def _inside(self, function: Function, place: int, frame: Frame, depth: int) -> Iterator[Sink]:
        """Follow an argument into the function that gets it."""
        given = parameters(function.node)
        if place >= len(given):
            return
        for name in declared_names(given[place]):
            bound = Bound(name, given[place], function.node)
            for use in function.module.uses(bound):
                # One function is entered with several arguments: each is another journey.
                yield from self._follow(function.module, use, frame, depth - 1, set())

    def _uses(
        self,
        module: Module,
        bound: Bound,
        root: Node,
        frame: Frame,
        depth: int,
        seen: set[tuple[int, int]],
    ) -> Iterator[Sink]:
        found = False
        for use in module.uses(bound):
            if use.parent is not None and use.parent.type == "export_specifier":
                continue
            found = True
            yield from self._follow(module, use, frame, depth - 1, seen)
        for other, use in self._foreign_uses(module, bound):
            found = True
            yield from self._follow(other, use, EMPTY, depth - 1, seen)
        if not found:
            yield Sink(module, root, frame, "other", text(bound.name))

    def _foreign_uses(self, module: Module, bound: Bound) -> Iterator[tuple[Module, Node]]:
        """Find the uses of an exported name in other files."""
        names = module.exported_as(bound)
        for name in names:
            word = bound.name.text if name == "default" else name.encode()
            for path in self._evaluator.project.containing(word or b""):
                other = self._evaluator.project.module(path)
                if other is None or other is module:
                    continue
                for local, target in other.imports.items():
                    if target.name not in {name, "*"}:
                        continue
                    its = other.find(local, other.root)
                    found = self._evaluator.project.follow(other, target)
                    if its is None or found is None or found[0] is not module:
                        continue
                    for use in other.uses(its):
                        if target.name == "*" and not text(use.parent or use).endswith(f".{name}"):
                            continue
                        yield other, use.parent if target.name == "*" and use.parent else use

    def _returned(
        self,
        module: Module,
        root: Node,
        parent: Node,
        frame: Frame,
        depth: int,
        seen: set[tuple[int, int]],
    ) -> Iterator[Sink]:
        """Go on where the function is called that returns the value."""
        function: Node | None = parent
        while function is not None and function.type not in FUNCTIONS:
            function = function.parent
        if function is not None:
            found = self._evaluator.choices.returned(Function(module, function, frame), frame)
            if not self._has(found, module, root) and self._is_covered(module, root):
                return
        bound = climb.name_of(module, function) if function is not None else None
        calls: list[Sink] = []
        if bound is not None and frame is EMPTY:
            places = [(module, use) for use in module.uses(bound)]
            for other, use in (*places, *self._foreign_uses(module, bound)):
                call = use.parent
                if call is not None and call.type == "call_expression":
                    calls += self._follow(other, call, EMPTY, depth - 1, seen)
        if calls:
            yield from calls
        else:
            yield Sink(module, root, frame, "other")

    def _field(
        self,
        module: Module,
        root: Node,
        parent: Node,
        frame: Frame,
        depth: int,
        seen: set[tuple[int, int]],
    ) -> Iterator[Sink]:
        key = parent.child_by_field_name("name") or parent.child_by_field_name("property")
        name = text(key) if key else ""
        body = parent.parent
        found = False
        wanted = f"this.{name}".encode()
        at = module.source.find(wanted, body.start_byte) if body else -1
        while body is not None and 0 <= at < body.end_byte:
            use: Node | None = module.node_at(at, at + len(wanted))
            if use is not None and use.type == "member_expression":
                found = True
                yield from self._follow(module, use, frame, depth - 1, seen)
            at = module.source.find(wanted, at + 1)
        if not found:
            yield Sink(module, root, frame, "other", name)

    def _pair(self, module: Module, root: Node, pair: Node, frame: Frame) -> Sink:
        """A member of an object: an option of a call, or of a configuration."""
        key = patterns.key_of(pair) or ""
        object_ = pair.parent
        while object_ is not None and (object_.type in WRAPPERS or object_.type == "object"):
            above = object_.parent
            if above is None or above.type not in WRAPPERS:
                break
            object_ = above
        call = object_.parent.parent if object_ and object_.parent else None
        if object_ and object_.parent and object_.parent.type == "arguments" and call is not None:
            callee = text(call.child_by_field_name("function") or call)
            return Sink(module, root, frame, "call", f"{callee}:{key}", call)
        return Sink(module, root, frame, "other", key)


def _within(start: int, node: Node) -> bool:
    return node.start_byte <= start < node.end_byte
