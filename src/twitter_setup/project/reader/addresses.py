"""Finds the back end's addresses in code: not in displayed text, fallbacks or proxy settings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tree_sitter import Node

from twitter_setup.edits.syntax import FUNCTIONS, field, string_value
from twitter_setup.project.reader import strings
from twitter_setup.project.reader.flow import patterns
from twitter_setup.project.reader.flow.evaluate import Evaluator
from twitter_setup.project.reader.flow.trace import Sink, Tracer
from twitter_setup.project.reader.flow.values import Literal, Text, Variable
from twitter_setup.project.reader.module import Module
from twitter_setup.project.reader.project import Project
from twitter_setup.project.reader.source import Address

_SHOWN_ATTRIBUTES = frozenset(
    {"placeholder", "title", "alt", "label", "description", "helpertext", "content", "message"}
)
# What stands directly before an address inside a longer text that is code, not prose.
_BEFORE_ADDRESS = re.compile(r"""(?:^|=\s*["']?|["'(])\s*$""")
_URL = re.compile(r"""[^\s"'<>`?#]*""")
_PROXY_KEYS = frozenset({"target", "destination", "proxy", "router", "origin"})
_PROXY_PARTS = frozenset(
    {
        "proxy",
        "rewrites",
        "routeRules",
        "devProxy",
        "images",
        "remotePatterns",
        "domains",
        "headers",
    }
    | {"createProxyMiddleware", "redirects", "allowedHosts", "cors", "trustedOrigins"}
)
# Other keys in an object with a proxy's target.
_BESIDE_A_TARGET = frozenset(
    {"changeOrigin", "source", "pathRewrite", "rewrite", "secure", "ws", "pathFilter"}
)


class Addresses:
    def __init__(
        self,
        project: Project,
        evaluator: Evaluator,
        tracer: Tracer,
        port: int,
        hosts: Iterable[str],
    ) -> None:
        self._project = project
        self._evaluator = evaluator
        self._tracer = tracer
        known = [host.encode() for host in hosts]
        places = [
            rb"(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0):%d(?!\d)" % port,
            rb"[\w-]+\.ngrok(?:-free)?\.(?:app|dev|io)",
            *map(re.escape, known),
        ]
        self._address = re.compile(rb"https?://(?:%s)" % b"|".join(places))
        self._words = (b":%d" % port, b".ngrok", *known)

    def find(self) -> tuple[Address, ...]:
        paths = self._project.containing(*self._words)
        return tuple(sorted({found for path in paths for found in self._in_file(path)}))

    def _in_file(self, path: str) -> Iterator[Address]:
        module = self._project.module(path)
        if module is None:
            return
        for match in self._address.finditer(module.source):
            node = strings.around(module, match.start())
            if node is None:
                continue
            before = module.source[strings.begin(node) : match.start()].decode(errors="replace")
            is_code = _BEFORE_ADDRESS.search(before) and not _is_prose(module, node, match.start())
            if is_code and self._is_used(module, node):
                after = module.source[match.start() : strings.end(node)].decode(errors="replace")
                url = _URL.match(after)
                yield Address(module.place_at(match.start()), url[0] if url else after)

    def _is_used(self, module: Module, node: Node) -> bool:
        """Whether the address is used as such, and not only as the fallback of a variable."""
        string = strings.whole(node)
        if _schema_default(module, self._evaluator, string) or _is_proxied(string):
            return False
        key = (id(module), node.start_byte)
        if key in self._evaluator.facts.owned:
            return False
        is_work = False
        for sink in self._tracer.sinks(module, string):
            texts = self._evaluator.texts(sink.module, sink.root, sink.frame)
            if _is_idle(sink):
                continue
            has = any(
                isinstance(piece, Literal) and piece.key == key
                for found in texts
                for piece in found.pieces
            )
            is_work = is_work or has or key not in self._evaluator.facts.covered
        return is_work


def _is_prose(module: Module, node: Node, start: int) -> bool:
    """Whether words follow the address in a text that is no markup."""
    whole = module.source[strings.begin(node) : strings.end(node)].decode(errors="replace")
    after = module.source[start : strings.end(node)].decode(errors="replace")
    return "<" not in whole and re.search(r"\s\S", after) is not None


def _is_idle(sink: Sink) -> bool:
    """Whether the literal is displayed or compared there, not used."""
    if sink.context in {"display", "compare", "import"}:
        return True
    name = sink.name.rpartition(":")[2].lower()
    return name in _SHOWN_ATTRIBUTES or name.startswith("aria-") or _is_proxied(sink.root)


def _is_proxied(node: Node) -> bool:
    """Whether it is the target of a proxy, or in a list of hosts."""
    above: Node | None = node
    while above is not None:
        if _names_of_proxy(above):
            return True
        above = above.parent
    return False


def _names_of_proxy(node: Node) -> bool:
    if node.type == "call_expression":
        return patterns.call_name(node) in _PROXY_PARTS
    if node.type not in {"pair", "method_definition"}:
        return False
    key = patterns.key_of(node)
    return key in _PROXY_PARTS or (key in _PROXY_KEYS and _in_configuration(node))


def _in_configuration(pair: Node) -> bool:
    """Whether the object has other keys of a proxy beside this one."""
    object_ = pair.parent
    keys = {patterns.key_of(member) for member in object_.named_children} if object_ else set()
    return bool(keys & _BESIDE_A_TARGET)


def _schema_default(module: Module, evaluator: Evaluator, string: Node) -> bool:
    """Note `NAME: schema().default('http://…')`: the literal is the fallback of `NAME`."""
    node: Node | None = string
    while node is not None and node.type not in FUNCTIONS | {"statement_block", "program"}:
        if node.type == "pair":
            name = patterns.key_of(node) or ""
            value = field(node, "value")
            if name in evaluator.facts.reads and value.type == "call_expression":
                literal = Literal(string_value(string) or "", module, string.start_byte)
                evaluator.facts.fall_back(Text((Variable(name),)), Text((literal,)))
                return True
        node = node.parent
    return False
