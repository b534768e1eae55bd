"""Finds what the reader reports, starting from the few places where certain texts stand.

A file without any of these texts is never parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from tree_sitter import Node

from twitter_setup.edits.names import declared_names
from twitter_setup.edits.syntax import FUNCTIONS, MEMBERS, field, string_value, text
from twitter_setup.project.reader import nuxt, patterns
from twitter_setup.project.reader.evaluate import Evaluator
from twitter_setup.project.reader.logins import Logins
from twitter_setup.project.reader.module import MARKUP, Module
from twitter_setup.project.reader.project import Project
from twitter_setup.project.reader.source import Address, Source, Variable
from twitter_setup.project.reader.trace import Sink, Tracer
from twitter_setup.project.reader.values import EMPTY, Literal, Text
from twitter_setup.project.reader.values import Variable as VariablePiece

_ENV = re.compile(
    rb"\bprocess\??\.env\b|\bimport\.meta\??\.env\b|['\"](?:\$env/|\$app/env|astro:env/)"
    rb"|\bloadEnv\b"
)
_ENV_WORDS = (b"process", b"import.meta", b"$env/", b"$app/env", b"astro:env", b"loadEnv")
_STRINGS = frozenset({"string", "string_fragment", "template_string", "escape_sequence"})
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


def read(
    root: Path,
    *,
    port: int,
    hosts: Iterable[str] = (),
    routes: Sequence[str] = (),
    names: Iterable[str] = (),
    packages: dict[str, Path] | None = None,
    is_nuxt: bool = False,
) -> Source:
    """Read the front end in `root`.

    `port` is the back end's; `hosts` are tunnel hosts of earlier runs. `routes` are the paths of the
    back end's content types. `names` are variables that the env files set. `packages` are the
    workspace packages that the front end depends on, by name.
    """
    project = Project(root, packages)
    return _Finder(project, port, tuple(hosts), tuple(routes), frozenset(names), is_nuxt).run()


class _Finder:
    def __init__(
        self,
        project: Project,
        port: int,
        hosts: tuple[str, ...],
        routes: tuple[str, ...],
        names: frozenset[str],
        is_nuxt: bool,
    ) -> None:
        self._project = project
        self._evaluator = Evaluator(project, names)
        self._tracer = Tracer(self._evaluator)
        self._logins = Logins(self._evaluator)
        self._is_nuxt = is_nuxt
        self._helpers: dict[str, int] = {}  # functions that read the variable named by an argument
        local = rb"(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0):%d(?!\d)" % port
        known = b"|".join(re.escape(host.encode()) for host in hosts)
        host = local + (b"|(?:%s)" % known if known else b"")
        host += rb"|[\w-]+\.ngrok(?:-free)?\.(?:app|dev|io)"
        self._address = re.compile(rb"https?://(?:%s)" % host)
        self._address_words = (b":%d" % port, b".ngrok", *(each.encode() for each in hosts))
        appended = b"|".join(
            re.escape(each.encode()) for each in ("connect", "auth", "api", *routes)
        )
        self._path = re.compile(
            rb"(?<=[\"'`}])/?(?:%s)(?=[/?\"'`$#])|\bconnect/|\bauth/|[\"'`]twitter[\"'`]" % appended
        )
        self._path_words = (b"connect", b"auth/", b"/api", b"'api'", b'"api"', b"twitter")
        self._path_words += tuple(f"{each}".encode() for each in routes)

    def run(self) -> Source:
        if self._is_nuxt:
            nuxt.read(self._project, self._evaluator)
        for path in self._project.containing(*_ENV_WORDS):
            self._read_environment(path)
        for name in list(self._helpers):
            self._read_helper_calls(name)
        facts = self._evaluator.facts
        self._evaluator.known |= facts.reads.keys()
        addresses = {
            found: None
            for path in self._project.containing(*self._address_words)
            for found in self._addresses(path)
        }
        for path in self._project.containing(*self._path_words):
            self._read_paths(path)
        names = dict.fromkeys((*facts.reads, *facts.fallbacks))
        return Source(
            variables={
                name: Variable(
                    name=name,
                    reads=tuple(facts.reads.get(name, ())),
                    fallbacks=tuple(facts.fallbacks.get(name, ())),
                    appended=frozenset(facts.appended.get(name, ())),
                )
                for name in names
            },
            addresses=tuple(sorted(addresses)),
            logins=self._logins.found(),
        )

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
                self._read_whole(module, _parent(node, "call_expression"))
            else:
                self._read_whole(module, _whole(node))

    def _read_import(self, module: Module, node: Node) -> None:
        statement = _parent(node, "import_statement")
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
        if node is None:
            return
        parent = node.parent
        while parent is not None and parent.type in {
            "parenthesized_expression",
            "as_expression",
            "satisfies_expression",
            "non_null_expression",
        }:
            node, parent = parent, parent.parent
        if parent is None:
            return
        if parent.type in MEMBERS and field(parent, "object") == node:
            self._read_member(module, parent)
        elif parent.type == "variable_declarator":
            pattern = field(parent, "name")
            if pattern.type == "object_pattern":
                for key in _keys(pattern):
                    self._note(module, *key)
                for name in declared_names(parent):  # notes their defaults
                    found = module.find(text(name), name)
                    if found is not None:
                        self._evaluator.bound(module, found, EMPTY)
            elif depth and (bound := module.find(text(pattern), pattern)) is not None:
                for use in module.uses(bound):
                    self._read_whole(module, use, depth - 1)
        elif parent.type in {"arguments", "pair", "shorthand_property_identifier"}:
            self._read_schema(module)

    def _read_member(self, module: Module, member: Node) -> None:
        names = self._evaluator._names(module, member, EMPTY)  # noqa: SLF001
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
            self._helpers[text(name)] = function.start_byte

    def _read_helper_calls(self, name: str) -> None:
        word = re.compile(rb"(?<![\w$])%s\s*(?:<[^<>()]*>\s*)?\(" % re.escape(name.encode()))
        for path in self._project.containing(name.encode()):
            module = self._project.module(path)
            if module is None:
                continue
            for match in word.finditer(module.source):
                node = module.node_at(match.start(), match.start() + len(name))
                call = _parent(node, "call_expression")
                if call is None or not patterns.arguments_of(call):
                    continue
                variables = {
                    found.first.name
                    for found in self._evaluator.texts(module, call)
                    if isinstance(found.first, VariablePiece)
                }
                for variable in variables:
                    self._note(module, variable, call)
                self._read_fallback(module, call)

    def _read_schema(self, module: Module) -> None:
        """Read `NAME: schema().default('…')` beside an environment that is checked as a whole."""
        for match in re.finditer(rb"\b([A-Z][A-Z0-9]*_[A-Z0-9_]+)[\"']?\s*:", module.source):
            node = module.node_at(*match.span(1))
            pair = _parent(node, "pair")
            if pair is not None and field(pair, "value").type == "call_expression":
                self._note(module, match[1].decode(), pair)

    def _note(self, module: Module, name: str, node: Node) -> None:
        self._evaluator.facts.read(name, module.place(node))

    # Addresses

    def _addresses(self, path: str) -> Iterable[Address]:
        module = self._project.module(path)
        if module is None:
            return
        for match in self._address.finditer(module.source):
            node = _string_at(module, *match.span())
            if node is None:
                continue
            before = module.source[_begin(node) : match.start()].decode(errors="replace")
            if not _BEFORE_ADDRESS.search(before) or _is_prose(module, node, match.start()):
                continue
            if not self._is_used(module, node):
                continue
            after = module.source[match.start() : _end(node)].decode(errors="replace")
            url = _URL.match(after)
            yield Address(module.place_of(_row(module, match.start())), url[0] if url else after)

    def _is_used(self, module: Module, node: Node) -> bool:
        """Whether the address is used as such, and not only as the fallback of a variable."""
        string = node if node.type in {"string", "template_string"} else node.parent or node
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

    # Paths behind addresses

    def _read_paths(self, path: str) -> None:
        module = self._project.module(path)
        if module is None:
            return
        seen: set[int] = set()
        for match in self._path.finditer(module.source):
            node = _string_at(module, *match.span())
            if node is None:
                continue
            string = node if node.type in {"string", "template_string"} else node.parent or node
            if string.id in seen:
                continue
            seen.add(string.id)
            for sink in self._tracer.sinks(module, string):
                if sink.context in {"import", "compare", "display"}:
                    continue
                for found in self._whole_texts(sink):
                    self._evaluator.facts.append(found)
                    self._logins.add(sink, found)

    def _whole_texts(self, sink: Sink) -> tuple[Text, ...]:
        texts = self._evaluator.texts(sink.module, sink.root, sink.frame)
        if sink.call is None:
            return texts
        client = self._tracer.client_of(sink)
        if client is None:
            return texts
        return tuple(Text((*client.base.pieces, *found.pieces)) for found in texts)


def _whole(node: Node) -> Node | None:
    """Give the `process.env` or `import.meta.env` that begins at `node`."""
    found: Node | None = node
    while found is not None and found.type not in MEMBERS:
        found = found.parent
    return found


def _parent(node: Node | None, kind: str) -> Node | None:
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


def _string_at(module: Module, start: int, end: int) -> Node | None:
    """Give the string, or the fragment of a template, around a match; None outside of strings."""
    node: Node | None = module.node_at(start, start + 1)
    if node is not None and node.type in {'"', "'", "`"}:
        node = node.parent
    if node is None or node.type not in _STRINGS:
        return None
    if node.type in {"string_fragment", "escape_sequence"} and node.parent is not None:
        parent = node.parent
        is_simple = parent.type == "string" or string_value(parent) is not None
        return parent if is_simple else node
    return node


def _begin(node: Node) -> int:
    return node.start_byte + (node.type in {"string", "template_string"})


def _end(node: Node) -> int:
    return node.end_byte - (node.type in {"string", "template_string"})


def _row(module: Module, start: int) -> int:
    return module.source.count(b"\n", 0, start)


def _is_prose(module: Module, node: Node, start: int) -> bool:
    """Whether words follow the address in a text that is no markup."""
    whole = module.source[_begin(node) : _end(node)].decode(errors="replace")
    after = module.source[start : _end(node)].decode(errors="replace")
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
        if above.type == "pair":
            key = patterns.key_of(above) or ""
            if key in _PROXY_PARTS or (key in _PROXY_KEYS and _in_configuration(above)):
                return True
        elif (above.type == "method_definition" and patterns.key_of(above) in _PROXY_PARTS) or (
            above.type == "call_expression" and patterns.call_name(above) in _PROXY_PARTS
        ):
            return True
        above = above.parent
    return False


def _in_configuration(pair: Node) -> bool:
    """Whether the object has other keys of a proxy beside this one."""
    object_ = pair.parent
    keys = {patterns.key_of(member) for member in object_.named_children} if object_ else set()
    return (
        bool(
            keys
            & {"changeOrigin", "source", "pathRewrite", "rewrite", "secure", "ws", "pathFilter"}
        )
        or patterns.key_of(pair) == "proxy"
    )


def _schema_default(module: Module, evaluator: Evaluator, string: Node) -> bool:
    """Note `NAME: schema().default('http://…')`: the literal is the fallback of `NAME`."""
    node: Node | None = string
    while node is not None and node.type not in FUNCTIONS | {"statement_block", "program"}:
        if node.type == "pair":
            name = patterns.key_of(node) or ""
            value = field(node, "value")
            if name in evaluator.facts.reads and value.type == "call_expression":
                literal = Literal(string_value(string) or "", module, string.start_byte)
                evaluator.facts.fall_back(Text((VariablePiece(name),)), Text((literal,)))
                return True
        node = node.parent
    return False
