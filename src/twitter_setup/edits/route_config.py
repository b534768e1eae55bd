"""The routes that React Router's `app/routes.ts` lists: `route("a/:id", "./file.tsx", […])`.

https://reactrouter.com/start/framework/routing
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from twitter_setup.edits.exports import exported_value
from twitter_setup.edits.names import settle
from twitter_setup.edits.syntax import (
    Language,
    Unclear,
    children,
    field,
    line,
    parse_with_errors,
    string_value,
    text,
    unwrap,
)


@dataclass(frozen=True, slots=True)
class ListedRoute:
    """`path` is written as in the file, those above it in front; `file` is relative to it."""

    path: str
    file: str


@dataclass(frozen=True, slots=True)
class RouteConfig:
    """`names_files`: routes come from file names too. `unread`: lines that could not be read."""

    routes: tuple[ListedRoute, ...]
    names_files: bool
    unread: tuple[int, ...]


def read(source: bytes, language: Language) -> RouteConfig:
    """Read the list that the file exports."""
    value = exported_value(parse_with_errors(source, language))
    if isinstance(value, Unclear):
        return RouteConfig((), names_files=False, unread=(value.line,))
    found = list(_listed(value, ""))
    return RouteConfig(
        tuple(each for each in found if isinstance(each, ListedRoute)),
        names_files=any(each is None for each in found),
        unread=tuple(sorted({each for each in found if isinstance(each, int)})),
    )


def _listed(node: Node, above: str) -> Iterator[ListedRoute | int | None]:
    """Yield each route below `node`; None for `flatRoutes()`, the line of what is not written out."""
    settled = settle(unwrap(node))
    if isinstance(settled, Unclear):
        yield settled.line
        return
    node = settled
    if node.type in {"await_expression", "spread_element"}:
        yield from _listed(children(node)[0], above)
    elif node.type == "array":
        for each in children(node):
            yield from _listed(each, above)
    elif node.type == "call_expression":
        yield from _called(node, above)
    else:
        yield line(node)


def _called(call: Node, above: str) -> Iterator[ListedRoute | int | None]:
    name = text(field(call, "function")).rpartition(".")[2]
    arguments = children(field(call, "arguments"))
    texts = [string_value(each) for each in arguments]
    below = [each for each in arguments if each.type in {"array", "identifier"}]
    if name == "flatRoutes":
        yield None
    elif name == "route" and len(texts) > 1 and texts[0] is not None and texts[1] is not None:
        path = f"{above}/{texts[0].strip('/')}"
        yield ListedRoute(path, texts[1])
        for each in below:
            yield from _listed(each, path)
    elif name == "index" and texts and texts[0] is not None:
        yield ListedRoute(above, texts[0])
    elif name in {"layout", "prefix"} and texts and texts[0] is not None and below:
        deeper = f"{above}/{texts[0].strip('/')}" if name == "prefix" else above
        for each in below:
            yield from _listed(each, deeper)
    else:
        yield line(call)
