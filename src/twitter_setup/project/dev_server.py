"""What a front end's dev server is told: by its script in `package.json`, by its config file."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath

from tree_sitter import Node

from twitter_setup.edits.exports import exported_value
from twitter_setup.edits.javascript import SyntaxProblem, Unclear, evaluate, find_value, parse
from twitter_setup.edits.names import settle
from twitter_setup.edits.syntax import FUNCTIONS, children, field, text, unwrap
from twitter_setup.project import sources
from twitter_setup.project.frameworks import Framework
from twitter_setup.project.packages import Manifest

_SEPARATORS = frozenset({"&&", "||", ";", "|", "&"})
_IS_DEV = re.compile(r"""\(?\s*command\s*={2,3}\s*['"](?:dev|serve)['"]\s*\)?""")
_SUFFIXES = (".ts", ".js", ".mts", ".mjs", ".cts", ".cjs")


@dataclass(frozen=True, slots=True)
class DevCommand:
    """The script that starts the dev server, as words around its program."""

    script: str  # '' when there is none
    before: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()

    def option(self, *names: str) -> str | None:
        """Find the value of `--name value` or `--name=value`."""
        for word, following in pairwise((*self.arguments, "")):
            name, equals, value = word.partition("=")
            if name in names and (equals or following):
                return value if equals else following
        return None

    def variable(self, name: str) -> str | None:
        """Find the value of `NAME=value` in front of the program."""
        for word in reversed(self.before):
            if word.startswith(f"{name}="):
                return word.removeprefix(f"{name}=")
        return None


def find_command(framework: Framework, manifest: Manifest) -> DevCommand:
    """Find the script that starts the framework's program."""
    for script in framework.scripts:
        words = _words(manifest.scripts.get(script, ""))
        for place, word in enumerate(words):
            if PurePosixPath(word).name in framework.programs:
                return DevCommand(script, words[:place], _until_separator(words[place + 1 :]))
    return DevCommand("")


def config_value(root: Path, name: str, path: tuple[str, ...]) -> str | None:
    """Read a string or a number at `path` of a config file; None when it is not plainly there."""
    value = config_node(root, name, path)
    if not isinstance(value, Node):
        return None
    found = evaluate(_in_development(value))
    return found.text if found.kind in ("string", "number") else None


def config_node(root: Path, name: str, path: tuple[str, ...]) -> Node | Unclear | None:
    """Find what stands at `path` of a config file; None: no such file, or nothing there."""
    file = config_file(root, name)
    return node_in(file, path) if file else None


def node_in(file: Path, path: tuple[str, ...]) -> Node | Unclear | None:
    """The same of a file that is known, or named by a script."""
    try:
        tree = parse(file.read_bytes(), sources.language(file))
    except (OSError, SyntaxProblem):
        return Unclear(1, f"{file.name} cannot be read")
    return _node_at(_configuration(exported_value(tree)), path)


def config_file(root: Path, name: str) -> Path | None:
    """Find the config file of that name, whatever its suffix."""
    files = (root / f"{name}{suffix}" for suffix in _SUFFIXES)
    return next((file for file in files if file.is_file()), None)


def _words(script: str) -> tuple[str, ...]:
    """Split a command line; a quoted command (`concurrently "vite" "…"`) is split as well."""
    script = script.replace("&&", " && ")
    try:
        words = shlex.split(script)
    except ValueError:  # a quote that is never closed
        words = script.split()
    return tuple(part for word in words for part in word.split())


def _until_separator(words: tuple[str, ...]) -> tuple[str, ...]:
    for place, word in enumerate(words):
        if word in _SEPARATORS:
            return words[:place]
    return words


def _configuration(value: Node | Unclear) -> Node | Unclear:
    """Look into `defineConfig(…)`, and into a function that it is given."""
    if isinstance(value, Node) and value.type == "call_expression":
        arguments = children(field(value, "arguments"))
        value = settle(arguments[0]) if arguments else value
    if isinstance(value, Node) and value.type in FUNCTIONS:
        value = _returned(value)
    return value


def _returned(function: Node) -> Node | Unclear:
    body = unwrap(field(function, "body"))
    if body.type != "statement_block":
        return settle(body)
    for statement in reversed(children(body)):
        if statement.type == "return_statement" and children(statement):
            return settle(children(statement)[0])
    return body


def _in_development(value: Node) -> Node:
    """Take the first of two values if the condition is that the dev server runs."""
    is_choice = value.type == "ternary_expression"
    if is_choice and _IS_DEV.fullmatch(text(field(value, "condition"))):
        return unwrap(field(value, "consequence"))
    return value


def _node_at(value: Node | Unclear | None, path: tuple[str, ...]) -> Node | Unclear | None:
    for name in path:
        if not isinstance(value, Node):
            return value
        object_ = settle(value)
        if isinstance(object_, Node) and object_.type in FUNCTIONS:  # Astro's `server`
            object_ = _returned(object_)
        if isinstance(object_, Unclear):
            return object_
        object_ = _in_development(object_)
        if object_.type != "object":
            return Unclear(object_.start_point.row + 1, f"what holds `{name}` is not written out")
        value = find_value(object_, name)
    return value
