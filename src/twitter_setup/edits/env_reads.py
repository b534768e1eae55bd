"""How a Strapi config file reads an environment variable: `env('X', …)` or `process.env.X`.

`env` counts only where that name really is Strapi's: what the first parameter of the exported
function brings, under whatever name, or @strapi/utils. Of that one (its env-helper.js) a variable
that is set wins, an empty one too, and the second argument otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

from tree_sitter import Node

from twitter_setup.edits.names import Binding, declared_names, find_binding, parameters
from twitter_setup.edits.syntax import (
    FUNCTIONS,
    MEMBERS,
    children,
    descendants,
    dotted,
    field,
    member_name,
    string_value,
    text,
)

_CALLS = frozenset({"call_expression"})
_PROCESS_MODULES = ("process", "node:process")


@dataclass(frozen=True, slots=True)
class EnvRead:
    """One read. `cast` is what `env.int('X')` adds: `int`; empty for a plain text."""

    name: str
    default: Node | None = None
    cast: str = ""


def env_read(node: Node) -> EnvRead | None:
    """Take `node` as a read, if it is one; its `name` may be any text, as in `env('', …)`."""
    if node.type in MEMBERS:
        path = dotted(node)
        is_read = len(path) == 3 and path[:2] == ("process", "env") and _is_process(node)
        return EnvRead(path[2]) if is_read else None
    if node.type != "call_expression":
        return None
    cast = _cast(field(node, "function"))
    arguments = children(field(node, "arguments"))
    name = string_value(arguments[0]) if arguments else None
    if cast is None or name is None:
        return None
    return EnvRead(name, arguments[1] if len(arguments) > 1 else None, cast)


def env_name(at: Node) -> str | None:
    """Say how the object `at` may call Strapi's `env`: `env`, `e`, `ctx.env`; None: not at all."""
    return _destructured_env(at) or _used_env(at)


def reads_variable(root: Node, variable: str) -> bool:
    """Whether code below `root` reads `variable`; rather yes than no, so that any `env` counts."""
    places = descendants(root, _CALLS | MEMBERS | {"object_pattern"})
    return any(_takes(place, variable) for place in places)


def _is_env(node: Node) -> bool:
    """Whether `node` is Strapi's `env` function itself."""
    path = dotted(node)
    binding = find_binding(path[0], node) if path else None
    if binding is None:
        return False
    if len(path) == 1:
        return binding.key == "env" and _comes_from_strapi(binding)
    return path[1:] == ("env",) and _is_context(binding)


def _comes_from_strapi(binding: Binding) -> bool:
    if _is_first_parameter(binding.holder) or binding.module == "@strapi/utils":
        return True
    value = binding.holder.child_by_field_name("value")  # const { env } = ctx
    outer = find_binding(text(value), value) if value else None
    return outer is not None and _is_context(outer)


def _is_context(binding: Binding) -> bool:
    return binding.is_whole and _is_first_parameter(binding.holder)


def _is_first_parameter(holder: Node) -> bool:
    function = holder.parent
    if function is not None and function.type == "formal_parameters":
        function = function.parent
    return function is not None and function.type in FUNCTIONS and parameters(function)[0] == holder


def _is_process(node: Node) -> bool:
    binding = find_binding("process", node)
    return binding is None or binding.module in _PROCESS_MODULES


def _cast(function: Node) -> str | None:
    """Give `int` for `env.int`, nothing for `env` itself, and None for any other function."""
    if _is_env(function):
        return ""
    if function.type == "member_expression" and _is_env(field(function, "object")):
        return text(field(function, "property"))
    return None


def _destructured_env(at: Node) -> str | None:
    function = at.parent
    while function is not None and function.type not in FUNCTIONS:
        function = function.parent
    for holder in parameters(function)[:1] if function else []:
        for name in declared_names(holder):
            binding = find_binding(text(name), at)
            if binding is not None and binding.name == name and binding.key == "env":
                return text(name)
    return None


def _used_env(at: Node) -> str | None:
    """Find an `env` that the object calls already, by a name that means the same at `at`."""
    for call in descendants(at, _CALLS):
        function = field(call, "function")
        if function.type == "member_expression" and not _is_env(function):
            function = field(function, "object")
        path = dotted(function)
        if _is_env(function) and find_binding(path[0], at) == find_binding(path[0], function):
            return text(function)
    return None


def _takes(node: Node, variable: str) -> bool:
    if node.type in MEMBERS:
        return _is_environment(field(node, "object")) and member_name(node) == variable
    if node.type == "object_pattern":  # const { X } = process.env
        value = node.parent.child_by_field_name("value") if node.parent else None
        return value is not None and _is_environment(value) and variable in _taken_names(node)
    arguments = children(field(node, "arguments"))
    function = field(node, "function")
    if not arguments or string_value(arguments[0]) != variable:
        return False
    return "env" in text(function).split(".") or _cast(function) is not None


def _is_environment(node: Node) -> bool:
    return text(node).endswith(".env")  # process.env, import.meta.env


def _taken_names(pattern: Node) -> list[str]:
    """Give the keys of `{ X, Y: y, Z = 'z' }`."""
    return [text((member.named_children or [member])[0]) for member in children(pattern)]
