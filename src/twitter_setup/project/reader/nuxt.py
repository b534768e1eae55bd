"""Nuxt's `runtimeConfig`: each key has a variable, and `useRuntimeConfig()` reads the keys."""

from __future__ import annotations

import re

from tree_sitter import Node

from twitter_setup.edits.syntax import children, unwrap
from twitter_setup.project.reader.flow import patterns
from twitter_setup.project.reader.flow.evaluate import Evaluator
from twitter_setup.project.reader.flow.values import Literal, Text, Variable
from twitter_setup.project.reader.module import Module
from twitter_setup.project.reader.project import Project

_SUFFIXES = (".ts", ".js", ".mjs", ".mts")


def read(project: Project, evaluator: Evaluator) -> None:
    """Note the variables of `nuxt.config`, and which of them a key of the configuration is."""
    module = next(
        (m for s in _SUFFIXES if (m := project.module(str(project.root / f"nuxt.config{s}")))), None
    )
    options = _options(module) if module else None
    if module is None or options is None:
        return
    config = patterns.find_member(options, "runtimeConfig")
    if config is not None:
        _read_keys(evaluator, module, unwrap(config), ())
    _read_strapi_module(evaluator, module, options)


def variable_of(path: tuple[str, ...]) -> str:
    """Name the variable of a key: `NUXT_PUBLIC_API_BASE` of `public.apiBase`."""
    words = [re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", part) for part in path]
    return "_".join(["NUXT", *words]).replace("-", "_").upper()


def _options(module: Module) -> Node | None:
    export = module.exports.get("default")
    node = export.node if export else None
    while node is not None:
        node = unwrap(node)
        if node.type == "object":
            return node
        if node.type == "identifier":
            bound = module.find(node.text.decode() if node.text else "", node)
            node = bound.holder.child_by_field_name("value") if bound else None
        elif node.type == "call_expression":
            given = patterns.arguments_of(node)
            node = given[0] if given else None
        else:
            return None
    return None


def _read_keys(evaluator: Evaluator, module: Module, config: Node, above: tuple[str, ...]) -> None:
    for member in children(config) if config.type == "object" else ():
        key = patterns.key_of(member)
        value = member.child_by_field_name("value")
        if key is None or value is None:
            continue
        path, value = (*above, key), unwrap(value)
        if value.type == "object":
            _read_keys(evaluator, module, value, path)
        else:
            _read_key(evaluator, module, path, value)


def _read_key(evaluator: Evaluator, module: Module, path: tuple[str, ...], value: Node) -> None:
    """Nuxt's own variable of the key wins over the value, which may read another variable."""
    name = variable_of(path)
    own = Text((Variable(name),))
    found = evaluator.texts(module, value)
    reads_another = any(isinstance(text.first, Variable) for text in found)
    if reads_another and name not in evaluator.known:
        evaluator.config[path] = found
        return
    evaluator.config[path] = (own,)
    evaluator.facts.read(name, module.place(value))
    for text in found:
        if isinstance(text.first, Literal) and text.first.text:
            _own(evaluator, own, text)


def _read_strapi_module(evaluator: Evaluator, module: Module, options: Node) -> None:
    """@nuxtjs/strapi reads `STRAPI_URL`, unless the configuration has the URL written out."""
    modules = patterns.find_member(options, "modules") or patterns.find_member(
        options, "buildModules"
    )
    if modules is None or b"@nuxtjs/strapi" not in (modules.text or b""):
        return
    settings = patterns.find_member(options, "strapi")
    url = patterns.find_member(settings, "url") if settings is not None else None
    if url is None:
        evaluator.facts.read("STRAPI_URL", module.place(modules))
        return
    found = evaluator.texts(module, url)
    if any(isinstance(text.first, Variable) for text in found):
        return
    for name in ("NUXT_STRAPI_URL", "NUXT_PUBLIC_STRAPI_URL"):
        evaluator.facts.read(name, module.place(url))
        for text in found:
            _own(evaluator, Text((Variable(name),)), text)


def _own(evaluator: Evaluator, variable: Text, text: Text) -> None:
    """Note the literal of a key: its variable overrides it, wherever it is used."""
    evaluator.facts.fall_back(variable, text)
    if isinstance(text.first, Literal):
        evaluator.facts.owned.add(text.first.key)
