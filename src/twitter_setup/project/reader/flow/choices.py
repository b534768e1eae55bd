"""Evaluates what depends on a condition: fallbacks, ternaries, several returns, assigned names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Node

from twitter_setup.edits.syntax import FUNCTIONS, MEMBERS, children, descendants, field, unwrap
from twitter_setup.project.reader.flow.values import Frame, Function, Literal, Value, Variable
from twitter_setup.project.reader.module import Bound, Module

if TYPE_CHECKING:
    from twitter_setup.project.reader.flow.evaluate import Evaluator

_RETURNS = frozenset({"return_statement"})
_ASSIGNMENTS = frozenset({"assignment_expression"})
_CONDITIONS = frozenset({"if_statement"})
_IDENTIFIERS = frozenset({"identifier"})


class Choices:
    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def or_else(self, values: tuple[Value, ...], others: tuple[Value, ...]) -> list[Value]:
        """Combine `a || b`: if `a` is a variable, `b` is its fallback."""
        variables = [
            each for each in self._evaluator.as_texts(values) if isinstance(each.first, Variable)
        ]
        if not variables:
            return [*values, *others]
        kept: list[Value] = []
        for other in self._evaluator.as_texts(others):
            for variable in variables:
                self._evaluator.facts.fall_back(variable, other)
            if not isinstance(other.first, Literal):
                kept.append(other)
        return [*values, *kept]

    def ternary(self, module: Module, node: Node, frame: Frame) -> list[Value]:
        sides = [
            self._evaluator.values(module, field(node, name), frame)
            for name in ("consequence", "alternative")
        ]
        return self.guarded(sides, self.mentioned(module, field(node, "condition"), frame))

    def guarded(self, sides: list[tuple[Value, ...]], names: set[str]) -> list[Value]:
        """Combine alternatives between which a condition decides that mentions these variables."""
        for place, side in enumerate(sides):
            firsts = (each.first for each in self._evaluator.as_texts(side))
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
            for found in self._evaluator.texts(module, node, frame)
            for piece in found.pieces
            if isinstance(piece, Variable)
        }

    def returned(self, function: Function, frame: Frame) -> tuple[Value, ...]:
        """Evaluate what a function returns."""
        module, body = function.module, unwrap(field(function.node, "body"))
        if body.type != "statement_block":
            return self._evaluator.values(module, body, frame)
        sides = [
            self._evaluator.values(module, children(node)[0], frame)
            for node in descendants(body, _RETURNS, closed=FUNCTIONS)
            if children(node)
        ]
        if len(sides) < 2:
            return sides[0] if sides else ()
        names: set[str] = set()
        for node in descendants(body, _CONDITIONS, closed=FUNCTIONS):
            names |= self.mentioned(module, field(node, "condition"), frame)
        return tuple(self.guarded(sides, names))

    def assigned(
        self, module: Module, bound: Bound, value: Node | None, frame: Frame
    ) -> tuple[Value, ...]:
        """Evaluate a name that is declared with `let` or `var`, and what is assigned to it."""
        found = [self._evaluator.values(module, value, frame)] if value else []
        names: set[str] = set()
        for node in descendants(bound.scope, _ASSIGNMENTS):
            left = field(node, "left")
            if left.type == "identifier" and left.text == bound.name.text:
                found.append(self._evaluator.values(module, field(node, "right"), frame))
                for condition in _conditions_around(node, bound.scope):
                    names |= self.mentioned(module, condition, frame)
                    if _names(condition, bound):  # `if (!url) url = …`
                        names |= self._firsts(found[0])
        return tuple(self.guarded(found, names))

    def _firsts(self, values: tuple[Value, ...]) -> set[str]:
        firsts = (each.first for each in self._evaluator.as_texts(values))
        return {first.name for first in firsts if isinstance(first, Variable)}


def _conditions_around(node: Node, scope: Node) -> list[Node]:
    found: list[Node] = []
    above = node.parent
    while above is not None and above != scope:
        if above.type == "if_statement":
            found.append(field(above, "condition"))
        above = above.parent
    return found


def _names(condition: Node, bound: Bound) -> bool:
    return any(name.text == bound.name.text for name in descendants(condition, _IDENTIFIERS))
