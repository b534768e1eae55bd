"""Finds the environment variables that a source reads, whole environments and helpers included."""

from __future__ import annotations

import re

from tree_sitter import Node

from twitter_setup.edits.names import declared_names
from twitter_setup.edits.syntax import FUNCTIONS, MEMBERS, WRAPPERS, field, string_value, text
from twitter_setup.project.reader.flow import patterns
from twitter_setup.project.reader.flow.evaluate import Evaluator
from twitter_setup.project.reader.flow.values import EMPTY, Variable
from twitter_setup.project.reader.module import MARKUP, Module
from twitter_setup.project.reader.project import Project

_ENV = re.compile(
    rb"\bprocess\??\.env\b|\bimport\.meta\??\.env\b|['\"](?:\$env/|\$app/env|astro:env/)"
    rb"|\bloadEnv\b"
)
_ENV_WORDS = (b"process", b"import.meta", b"$env/", b"$app/env", b"astro:env", b"loadEnv")
_SCHEMA_KEY = re.compile(rb"\b([A-Z][A-Z0-9]*_[A-Z0-9_]+)[\"']?\s*:")


class Reads:
    """Note each read in the evaluator's facts."""

    def __init__(self, project: Project, evaluator: Evaluator) -> None:
        self._project = project
        self._evaluator = evaluator
        self._helpers: dict[str, None] = {}  # functions that read the variable named by an argument

    def run(self) -> None:
        for path in self._project.containing(*_ENV_WORDS):
            self._read_environment(path)
        for name in self._helpers:
            self._read_helper_calls(name)

    def _read_environment(self, path: str) -> None:
        module = self._project.module(path)
        if module is None or (path.endswith(tuple(MARKUP)) and not _ENV.search(module.content)):
            return
        for match in _ENV.finditer(module.source):
            node = module.node_at(*match.span())
            if node.type in {"comment", "jsx_text"}:
                continue
            if node.type in {"string", "string_fragment"}:
                self._read_import(module, node)
            elif match[0] == b"loadEnv":
                self._read_whole(module, parent_of(node, "call_expression"))
            else:
                self._read_whole(module, _whole(node))

    def _read_import(self, module: Module, node: Node) -> None:
        statement = parent_of(node, "import_statement")
        if statement is None:
            return
        for name, bound in [(n, module.find(n, module.root)) for n in module.imports]:
            if bound is None or bound.holder != statement:
                continue
            target = module.imports[name]
            if target.name in {"env", "*"}:
                for use in module.uses(bound):
                    self._read_whole(module, use)
            else:
                self._note(module, target.name, bound.name)

    def _read_whole(self, module: Module, node: Node | None, depth: int = 3) -> None:
        """Note what is read of the whole environment that `node` is."""
        while node is not None and node.parent is not None and node.parent.type in WRAPPERS:
            node = node.parent
        parent = node.parent if node is not None else None
        if node is None or parent is None:
            return
        if parent.type in MEMBERS and field(parent, "object") == node:
            self._read_member(module, parent)
        elif parent.type == "variable_declarator":
            self._read_declared(module, parent, depth)
        elif parent.type in {"arguments", "pair"}:
            self._read_schema(module)

    def _read_declared(self, module: Module, declarator: Node, depth: int) -> None:
        """Read `const { X = 'x' } = process.env` and the uses of `const env = process.env`."""
        pattern = field(declarator, "name")
        for name in declared_names(declarator):
            bound = module.find(text(name), name)
            if bound is None:
                continue
            if pattern.type == "object_pattern":
                self._evaluator.bound(module, bound, EMPTY)  # notes its default
            elif depth:
                for use in module.uses(bound):
                    self._read_whole(module, use, depth - 1)
        if pattern.type == "object_pattern":
            for key, member in _keys(pattern):
                self._note(module, key, member)

    def _read_member(self, module: Module, member: Node) -> None:
        names = self._evaluator.member_names(module, member, EMPTY)
        for name in names:
            self._note(module, name, member)
        if not names and member.type == "subscript_expression":
            self._note_helper(member)
        self._read_fallback(module, member)

    def _read_fallback(self, module: Module, member: Node) -> None:
        """Evaluate the `||` or the condition that the read stands in: that notes its fallback."""
        node: Node | None = member
        for _ in range(8):
            parent = node.parent if node else None
            if parent is None or parent.type in FUNCTIONS | {"arguments", "statement_block"}:
                return
            if parent.type in {"binary_expression", "ternary_expression"}:
                self._evaluator.values(module, parent)
            node = parent

    def _note_helper(self, member: Node) -> None:
        """Note the function whose parameter is the name of the variable."""
        index = field(member, "index")
        wanted = {text(node) for node in _identifiers(index)}
        function: Node | None = member
        while function is not None and function.type not in FUNCTIONS:
            function = function.parent
        if function is None:
            return
        holder = function.parent
        name = function.child_by_field_name("name") or (
            holder.child_by_field_name("name") or holder.child_by_field_name("key")
            if holder
            else None
        )
        if name is not None and wanted:
            self._helpers[text(name)] = None

    def _read_helper_calls(self, name: str) -> None:
        word = re.compile(rb"(?<![\w$])%s\s*(?:<[^<>()]*>\s*)?\(" % re.escape(name.encode()))
        for path in self._project.containing(name.encode()):
            module = self._project.module(path)
            if module is None:
                continue
            for match in word.finditer(module.source):
                node = module.node_at(match.start(), match.start() + len(name))
                call = parent_of(node, "call_expression")
                if call is None or not patterns.arguments_of(call):
                    continue
                variables = {
                    found.first.name
                    for found in self._evaluator.texts(module, call)
                    if isinstance(found.first, Variable)
                }
                for variable in variables:
                    self._note(module, variable, call)
                self._read_fallback(module, call)

    def _read_schema(self, module: Module) -> None:
        """Read `NAME: schema().default('…')` beside an environment that is checked as a whole."""
        for match in _SCHEMA_KEY.finditer(module.source):
            node = module.node_at(*match.span(1))
            pair = parent_of(node, "pair")
            if pair is not None and field(pair, "value").type == "call_expression":
                self._note(module, match[1].decode(), pair)

    def _note(self, module: Module, name: str, node: Node) -> None:
        self._evaluator.facts.read(name, module.place(node))


def _whole(node: Node) -> Node | None:
    """Give the `process.env` or `import.meta.env` that begins at `node`."""
    found: Node | None = node
    while found is not None and found.type not in MEMBERS:
        found = found.parent
    return found


def parent_of(node: Node | None, kind: str) -> Node | None:
    while node is not None and node.type != kind:
        node = node.parent
    return node


def _identifiers(node: Node) -> list[Node]:
    if node.type == "identifier":
        return [node]
    return [found for child in node.named_children for found in _identifiers(child)]


def _keys(pattern: Node) -> list[tuple[str, Node]]:
    """Give the keys of `{ X, Y: y, Z = 'z' }`."""
    found: list[tuple[str, Node]] = []
    for member in pattern.named_children:
        first = member.named_children[0] if member.named_children else member
        if member.type not in {"comment", "rest_pattern"}:
            found.append((string_value(first) or text(first), member))
    return found
