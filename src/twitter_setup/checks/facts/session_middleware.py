"""`strapi::session` in `config/middlewares.{js,ts}`: is it there, and how is its cookie set.

Read as Strapi would load it: a list, the one of `config/env/<NODE_ENV>` laid over the other place by
place (lodash's merge). What cannot be read with certainty is said to be so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import Literal

from tree_sitter import Node

from twitter_setup.edits.env_reads import env_read
from twitter_setup.edits.exports import exported_value
from twitter_setup.edits.javascript import (
    SyntaxProblem,
    Unclear,
    Value,
    evaluate,
    find_value,
    parse,
)
from twitter_setup.edits.names import settle
from twitter_setup.edits.syntax import (
    children,
    descendants,
    dotted,
    field,
    line,
    string_value,
    text,
)
from twitter_setup.project.strapi_config import ConfigFile

SESSION = "strapi::session"

_ABSENT = Value("absent", 0)
_ADDING = frozenset({"push", "unshift"})
_CHANGING = _ADDING | {"splice", "pop", "shift", "fill", "reverse", "sort", "copyWithin"}
_DEPTH = 5  # of lists that are spread into one another


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionMiddleware:
    """`default`: there is no file, and Strapi's own list has it. `reason`: why it is unclear."""

    kind: Literal["present", "default", "missing", "unclear", "broken"]
    path: Path | None = None
    line: int = 0
    same_site: Value = _ABSENT
    secure: Value = _ABSENT
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    name: str  # of the middleware, or the path of one's own
    path: Path
    line: int
    is_object: bool = False
    same_site: Value = _ABSENT
    secure: Value = _ABSENT


@dataclass(frozen=True, slots=True)
class _Unread:
    """One place of the list that cannot be told, or with `is_open` any number of them."""

    path: Path
    line: int
    reason: str
    is_open: bool = False


_Item = _Entry | _Unread


def read(files: Sequence[ConfigFile]) -> SessionMiddleware:
    """`files`: of `strapi_config.find_files(root, "middlewares", mode=…)`, the one that wins first."""
    if not files:
        return SessionMiddleware(kind="default")
    items: tuple[_Item, ...] = ()
    for file in reversed(files):
        try:
            items = _lay_over(items, tuple(_items_of(file)))
        except SyntaxProblem as problem:
            place = f"line {problem.line}, column {problem.column}"
            return SessionMiddleware(kind="broken", path=file.path, line=problem.line, reason=place)
    return _judge(items, files[-1].path)


def _judge(items: tuple[_Item, ...], path: Path) -> SessionMiddleware:
    for item in items:
        if isinstance(item, _Entry) and item.name == SESSION:
            return SessionMiddleware(
                kind="present",
                path=item.path,
                line=item.line,
                same_site=item.same_site,
                secure=item.secure,
            )
    for item in items:
        if isinstance(item, _Unread):
            return SessionMiddleware(
                kind="unclear", path=item.path, line=item.line, reason=item.reason
            )
        if "session" in item.name.lower():
            reason = f"`{item.name}` may be a session of its own kind"
            return SessionMiddleware(kind="unclear", path=item.path, line=item.line, reason=reason)
    return SessionMiddleware(kind="missing", path=path)


def _lay_over(base: tuple[_Item, ...], over: tuple[_Item, ...]) -> tuple[_Item, ...]:
    """Place by place: a text replaces, an object is merged into an object."""
    if any(isinstance(item, _Unread) and item.is_open for item in (*base, *over)):
        if not base:
            return over
        # How many places a spread takes is not known, nor then what is left of the list below.
        why = "two lists are laid over each other, and one of them has a spread in it"
        return (*over, _Unread(over[0].path if over else base[0].path, 1, why, is_open=True))
    return tuple(
        _merged(below, above) for below, above in zip_longest(base, over) if below or above
    )


def _merged(below: _Item | None, above: _Item | None) -> _Item:
    if above is None and below is not None:
        return below
    assert above is not None  # noqa: S101 - one of the two is there
    if not (isinstance(above, _Entry) and isinstance(below, _Entry)):
        return above
    if not (above.is_object and below.is_object):
        return above
    return replace(
        above,
        name=above.name or below.name,
        same_site=below.same_site if above.same_site.kind == "absent" else above.same_site,
        secure=below.secure if above.secure.kind == "absent" else above.secure,
    )


def _items_of(file: ConfigFile) -> Iterator[_Item]:
    if file.language not in {"javascript", "typescript"}:
        yield _Unread(file.path, 1, f"{file.path.name} is not JavaScript", is_open=True)
        return
    tree = parse(file.content, file.language)
    value = exported_value(tree)
    if isinstance(value, Node) and value.type == "call_expression" and _is_filter(value):
        value = settle(field(field(value, "function"), "object"))
    if isinstance(value, Unclear):
        yield _Unread(file.path, value.line, value.reason, is_open=True)
    elif value.type != "array":
        why = "what is exported is not a list written out in this file"
        yield _Unread(file.path, line(value), why, is_open=True)
    else:
        yield from _changed_elsewhere(tree.root_node, file.path, _list(value, file.path))


def _is_filter(call: Node) -> bool:
    """`[…].filter(Boolean)`, which leaves out only what is empty."""
    function, arguments = field(call, "function"), children(field(call, "arguments"))
    return (
        function.type == "member_expression"
        and text(field(function, "property")) == "filter"
        and [text(each) for each in arguments] == ["Boolean"]
    )


def _changed_elsewhere(root: Node, path: Path, items: Iterator[_Item]) -> Iterator[_Item]:
    """`list.push(…)` adds to what is written out; other calls may take away."""
    for call in descendants(root, frozenset({"call_expression"})):
        name = dotted(field(call, "function"))[-1:]
        if name and name[0] in _CHANGING:
            why = f"line {line(call)} calls `{name[0]}`, which changes a list"
            yield _Unread(path, line(call), why, is_open=True)
            if name[0] not in _ADDING:
                return
    yield from items


def _list(array: Node, path: Path, depth: int = 0) -> Iterator[_Item]:
    for element in children(array):
        if element.type != "spread_element":
            yield _entry(element, path)
            continue
        inner = settle(children(element)[0])
        if isinstance(inner, Node) and inner.type == "array" and depth < _DEPTH:
            yield from _list(inner, path, depth + 1)
        else:
            why = inner.reason if isinstance(inner, Unclear) else "a list is spread into it"
            yield _Unread(path, line(element), why, is_open=True)


def _entry(element: Node, path: Path) -> _Item:
    node = settle(element)
    at = line(element)
    if isinstance(node, Unclear):
        return _Unread(path, node.line, node.reason)
    name = string_value(node)
    if name is not None:
        return _Entry(name=name, path=path, line=at)
    if node.type != "object":
        return _Unread(path, at, "the middleware is chosen by code")
    named = _read(node, "name")
    if named.kind == "absent":
        named = _read(node, "resolve")
    if named.kind == "unclear":
        return _Unread(path, named.line, named.text)
    same_site, secure = _cookie(node)
    return _Entry(
        name=named.text,
        path=path,
        line=at,
        is_object=True,
        same_site=same_site,
        secure=secure,
    )


def _cookie(middleware: Node) -> tuple[Value, Value]:
    found = find_value(middleware, "config")
    if found is None:
        return _ABSENT, _ABSENT
    config = found if isinstance(found, Unclear) else settle(found)
    if isinstance(config, Unclear):
        unclear = Value("unclear", config.line, config.reason)
        return unclear, unclear
    if config.type != "object":
        unclear = Value("unclear", line(config), "the session's config comes from code")
        return unclear, unclear
    return _read(config, "sameSite"), _read(config, "secure")


def _read(object_: Node, name: str) -> Value:
    found = find_value(object_, name)
    if found is None:
        return _ABSENT
    if isinstance(found, Unclear):
        return Value("unclear", found.line, found.reason)
    # The usual way of writing Strapi's own default.
    return _ABSENT if _asks_for_production(found) else evaluate(found)


def _asks_for_production(value: Node) -> bool:
    node = settle(value)
    if isinstance(node, Unclear) or node.type != "binary_expression":
        return False
    sides = [settle(field(node, side)) for side in ("left", "right")]
    reads = [env_read(side) for side in sides if isinstance(side, Node)]
    texts = [string_value(side) for side in sides if isinstance(side, Node)]
    return (
        text(field(node, "operator")) in {"==", "==="}
        and any(read and read.name == "NODE_ENV" for read in reads)
        and "production" in texts
    )
