"""Evaluates what an import gets: another file's export, or a module of the framework's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Node

from twitter_setup.edits.syntax import text
from twitter_setup.project.reader.flow import patterns
from twitter_setup.project.reader.flow.values import (
    EMPTY,
    Environment,
    Namespace,
    Text,
    Value,
    Variable,
)
from twitter_setup.project.reader.module import Import, Module

if TYPE_CHECKING:
    from twitter_setup.project.reader.flow.evaluate import Evaluator

_ENVIRONMENT_MODULES = ("$env/static/", "$app/env", "astro:env/")


class Imports:
    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def values(self, module: Module, target: Import, at: Module | None) -> tuple[Value, ...]:
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
            return self._evaluator.bound(other, bound, EMPTY)
        return self._evaluator.values(other, node)

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
                found = self._evaluator.project.follow(at, export.again)
                return (found[0], found[1].node) if found else None
            return (at, export.node) if export else None
        found = self._evaluator.project.follow(module, target)
        if found is None:
            other = self._evaluator.project.resolve(module, target.specifier)
            return self._export(module, target, other) if other else None
        return found[0], found[1].node
