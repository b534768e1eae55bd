"""`app.keys` of `config/server.*`: where the keys come from that sign the session cookie. Never shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tree_sitter import Node

from twitter_setup.edits.env_reads import env_read
from twitter_setup.edits.exports import as_object, exported_object
from twitter_setup.edits.javascript import SyntaxProblem, Unclear, find_value, parse
from twitter_setup.edits.names import NAMES, settle
from twitter_setup.edits.syntax import (
    MEMBERS,
    children,
    descendants,
    dotted,
    line,
    string_value,
    text,
)
from twitter_setup.edits.syntax import field as part_of
from twitter_setup.project.strapi_config import ConfigFile

# New at each start: `crypto.randomBytes(…)`, `Math.random()`, `uuidv4()`, `Date.now()`, `nanoid()`.
_RANDOM = re.compile(
    r"random|uuid|nanoid|getRandomValues|generateKey|cuid|ulid", re.IGNORECASE | re.ASCII
)
_DEPTH = 5  # of lists in lists, and of names that stand for one another


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key, or with `is_list` all of them. `fallback` counts where the variable is not set."""

    kind: Literal["variable", "literal", "random", "unclear"]
    line: int
    variable: str = ""
    value: str = field(default="", repr=False)
    is_list: bool = False
    fallback: tuple[Key, ...] | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppKeys:
    """`keys` is empty for an empty list; None where no file sets any."""

    path: Path | None
    keys: tuple[Key, ...] | None


def read(files: Sequence[ConfigFile]) -> AppKeys:
    """`files`: of `strapi_config.find_files(root, "server", …)`, the one that wins first."""
    for file in files:
        keys = _of(file)
        if keys is not None:
            return AppKeys(path=file.path, keys=keys)
    return AppKeys(path=files[-1].path if files else None, keys=None)


def _of(file: ConfigFile) -> tuple[Key, ...] | None:
    if file.language not in {"javascript", "typescript"}:
        return (_unclear(1, f"{file.path.name} is not JavaScript"),)
    try:
        object_ = exported_object(parse(file.content, file.language))
    except SyntaxProblem as problem:
        return (_unclear(problem.line, "the file does not parse"),)
    app = _member(object_, "app")
    keys = _member(as_object(settle(app), "`app`") if isinstance(app, Node) else app, "keys")
    if isinstance(keys, Unclear):
        return (_unclear(keys.line, keys.reason),)
    return None if keys is None else tuple(_keys(keys))


def _member(object_: Node | Unclear | None, name: str) -> Node | Unclear | None:
    return find_value(object_, name) if isinstance(object_, Node) else object_


def _keys(value: Node, depth: int = 0) -> Iterator[Key]:
    node = settle(value)
    if isinstance(node, Unclear):
        yield _unclear(node.line, node.reason)
    elif node.type == "array" and depth < _DEPTH:
        for element in children(node):
            yield from _keys(element, depth + 1)
    elif (key := _variable(node, line(value))) is not None:
        yield key
    elif (written := string_value(node)) is not None:
        yield Key(kind="literal", line=line(value), value=written)
    elif _is_random(node):
        yield Key(kind="random", line=line(value))
    else:
        yield _unclear(line(value), "the keys come from code")


def _variable(node: Node, at: int) -> Key | None:
    """`env.array('X', …)`, `env('X')`, `process.env.X`, each with `|| …`, `?? …` or `.split(',')`."""
    read = env_read(node)
    if read is not None:
        fallback = tuple(_keys(read.default)) if read.default else None
        return Key(
            kind="variable",
            line=at,
            variable=read.name,
            is_list=read.cast == "array",
            fallback=fallback,
        )
    if node.type == "binary_expression" and text(part_of(node, "operator")) in {"||", "??"}:
        left = _variable(part_of(node, "left"), at)
        if left is None:
            return None
        fallback = left.fallback or tuple(_keys(part_of(node, "right")))
        return Key(
            kind="variable",
            line=at,
            variable=left.variable,
            is_list=left.is_list,
            fallback=fallback,
        )
    if node.type == "call_expression":
        function = part_of(node, "function")
        if function.type == "member_expression" and text(part_of(function, "property")) == "split":
            inner = settle(part_of(function, "object"))
            found = _variable(inner, at) if isinstance(inner, Node) else None
            return found and Key(
                kind="variable",
                line=at,
                variable=found.variable,
                is_list=True,
                fallback=found.fallback,
            )
    return None


def _is_random(node: Node, depth: int = 0) -> bool:
    """Whether something new goes into it at each start; names are followed."""
    for call in descendants(node, frozenset({"call_expression"})):
        path = dotted(part_of(call, "function")) or (text(part_of(call, "function")),)
        if path[-2:] == ("Date", "now") or any(_RANDOM.search(part) for part in path):
            return True
    values = [settle(name) for name in descendants(node, NAMES, closed=MEMBERS)]
    return depth < _DEPTH and any(
        isinstance(value, Node) and value.type == "call_expression" and _is_random(value, depth + 1)
        for value in values
    )


def _unclear(at: int, reason: str) -> Key:
    return Key(kind="unclear", line=at, reason=reason)
