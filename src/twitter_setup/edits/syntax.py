"""JavaScript and TypeScript as a tree: parsing, and what every reader of one asks.

Knows the grammars' node types and nothing of what a program means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

import tree_sitter
import tree_sitter_javascript
import tree_sitter_typescript
from tree_sitter import Node, Tree

Language = Literal["javascript", "typescript"]
Grammar = Literal["javascript", "typescript", "tsx"]

FUNCTIONS = frozenset(
    {
        "arrow_function",
        "function_declaration",
        "function_expression",
        "generator_function",
        "generator_function_declaration",
        "method_definition",
    }
)
WRAPPERS = frozenset(
    {
        "as_expression",
        "non_null_expression",
        "parenthesized_expression",
        "satisfies_expression",
        "type_assertion",
    }
)
MEMBERS = frozenset({"member_expression", "subscript_expression"})
NOTHING = frozenset({"null", "undefined"})

_ESCAPE = re.compile(
    r"\\(?:u\{(?P<point>[0-9a-fA-F]+)\}|u(?P<unit>[0-9a-fA-F]{4})|x(?P<byte>[0-9a-fA-F]{2})"
    r"|(?P<line_end>\r\n|[\n\r\u2028\u2029])|(?P<other>.))",
    re.DOTALL,
)
_SHORT_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "0": "\0"}


class SyntaxProblem(ValueError):
    """A source that does not parse. Line and column (in characters) are counted from 1."""

    def __init__(self, line: int, column: int) -> None:
        super().__init__(f"syntax error in line {line}, column {column}")
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Unclear:
    """Something that can't be told from the source: where, and a sentence why."""

    line: int
    reason: str


@cache
def _grammar(language: Grammar) -> tree_sitter.Language:
    if language == "typescript":
        return tree_sitter.Language(tree_sitter_typescript.language_typescript())
    if language == "tsx":
        return tree_sitter.Language(tree_sitter_typescript.language_tsx())
    return tree_sitter.Language(tree_sitter_javascript.language())


def parse_with_errors(source: bytes, language: Grammar) -> Tree:
    """Give the tree of any source, with ERROR nodes where it is broken."""
    # A parser holds state and costs 0.2 µs: a new one each time is safe from any thread.
    return tree_sitter.Parser(_grammar(language)).parse(source)


def parse(source: bytes, language: Language) -> Tree:
    """Give the tree of `source`; raise `SyntaxProblem` when there is an error in it."""
    tree = parse_with_errors(source, language)
    if tree.root_node.has_error:
        raise _problem(source, tree.root_node)
    return tree


def _problem(source: bytes, root: Node) -> SyntaxProblem:
    """Point at the innermost first error, or at the end of a file that stops too early."""
    broken = root
    while inner := next((child for child in broken.children if child.has_error), None):
        broken = inner
    # An error that holds code up to the last byte: something was opened and never closed.
    is_open = broken.is_error and broken.child_count > 0 and not source[broken.end_byte :].strip()
    before = source.rstrip() if is_open else source[: broken.start_byte]
    column = len(before[before.rfind(b"\n") + 1 :].decode(errors="replace")) + 1
    return SyntaxProblem(before.count(b"\n") + 1, column)


def descendants(
    node: Node, types: frozenset[str], closed: frozenset[str] = frozenset()
) -> Iterator[Node]:
    """Yield `node` and what is below it of one of `types`, in source order, not inside `closed`."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if current.type in types:
            yield current
        if current.type not in closed:
            waiting.extend(reversed(current.named_children))


def field(node: Node, name: str) -> Node:
    """Give the child that the grammar promises under `name`."""
    child = node.child_by_field_name(name)
    if child is None:
        raise LookupError(f"{node.type} without {name}")
    return child


def children(node: Node) -> list[Node]:
    """Give the named children, comments left out."""
    return [child for child in node.named_children if child.type != "comment"]


def unwrap(node: Node) -> Node:
    """Take off parentheses, `as`, `satisfies`, `!` and `<T>`."""
    while (inner := _inner(node)) is not None:
        node = inner
    return node


def unwrap_to_const(node: Node) -> Node:
    """The same, but keep `x as const` and `<const>x` whole: in them may stand a literal alone."""
    while not _is_const_cast(node) and (inner := _inner(node)) is not None:
        node = inner
    return node


def _inner(node: Node) -> Node | None:
    if node.type in WRAPPERS:
        # `<T>x` has its type first, all others last.
        return children(node)[-1 if node.type == "type_assertion" else 0]
    return field(node, "object") if _is_cut_cast(node) else None


def _is_const_cast(node: Node) -> bool:
    if node.type == "as_expression":  # the grammar takes this `const` for no type
        return len(children(node)) == 1
    return node.type == "type_assertion" and text(children(node)[0]).strip("<> ") == "const"


def _is_cut_cast(node: Node) -> bool:
    """Whether it is `x as A.B.C`, which tree-sitter-typescript 0.23 takes for `(x as A.B).C`.

    That one could not be written without the parentheses.
    """
    if node.type != "member_expression":
        return False
    inner = field(node, "object")
    return inner.type in {"as_expression", "satisfies_expression"} or _is_cut_cast(inner)


def text(node: Node) -> str:
    return (node.text or b"").decode(errors="replace")


def line(node: Node) -> int:
    return node.start_point.row + 1


def string_value(node: Node) -> str | None:
    """Decode a string, or a template without `${}`; None for any other node."""
    if node.type not in {"string", "template_string"}:
        return None
    if any(child.type == "template_substitution" for child in node.named_children):
        return None
    return _unescape(text(node)[1:-1])


def member_name(node: Node) -> str | None:
    """Give the `X` of `….X` and `…['X']`."""
    if node.type == "member_expression":
        return text(field(node, "property"))
    return string_value(field(node, "index"))


def dotted(node: Node) -> tuple[str, ...]:
    """Give `("process", "env", "X")` for `process.env.X` and `process.env['X']`, else ()."""
    node = unwrap(node)
    if node.type == "identifier":
        return (text(node),)
    if node.type not in MEMBERS:
        return ()
    base, name = dotted(field(node, "object")), member_name(node)
    return (*base, name) if base and name is not None else ()


def _unescape(raw: str) -> str:
    if "\\" not in raw:
        return raw
    # Two \u escapes may make one character: through UTF-16 they do.
    units = _ESCAPE.sub(_escaped, raw).encode("utf-16-le", "surrogatepass")
    return units.decode("utf-16-le", "replace")


def _escaped(match: re.Match[str]) -> str:
    code = match["point"] or match["unit"] or match["byte"]
    if code:
        return chr(min(int(code, 16), 0x10FFFF))
    return "" if match["line_end"] else _SHORT_ESCAPES.get(match["other"], match["other"])
