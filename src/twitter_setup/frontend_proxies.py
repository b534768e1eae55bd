"""Where a front end's own dev server would hand a request on to the back end's admin side.

Its rules are read from its configuration; one that leads below the API is harmless, one that can't
be read with certainty counts as a rule for everything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, cast

from twitter_setup import frontend_handlers, proxy_guards, proxy_mentions
from twitter_setup.edits import proxy_rules
from twitter_setup.edits.exports import exported_value
from twitter_setup.edits.javascript import SyntaxProblem, Unclear, parse
from twitter_setup.edits.proxy_rules import UNKNOWN, Rule
from twitter_setup.gateway.paths import Guard
from twitter_setup.project import dev_server, frameworks, packages, sources
from twitter_setup.project.frameworks import FrameworkId
from twitter_setup.proxy_guards import Back, Style

# The configuration files of each, and where in them the rules are.
_TABLES: dict[FrameworkId, tuple[tuple[str, tuple[tuple[tuple[str, ...], Style], ...]], ...]] = {
    "vite": (("vite.config", ((("server", "proxy"), "beginning"),)),),
    "sveltekit": (("vite.config", ((("server", "proxy"), "beginning"),)),),
    "astro": (("astro.config", ((("vite", "server", "proxy"), "beginning"),)),),
    "nuxt": (
        (
            "nuxt.config",
            (
                (("vite", "server", "proxy"), "beginning"),
                (("nitro", "devProxy"), "taken-off"),
                (("nitro", "routeRules"), "taken-off"),
                (("routeRules",), "taken-off"),
            ),
        ),
    ),
    "vue-cli": (("vue.config", ((("devServer", "proxy"), "anywhere"),)),),
    "gatsby": (("gatsby-config", ((("proxy",), "beginning"),)),),
    "cra": (
        ("craco.config", ((("devServer", "proxy"), "beginning"),)),
        ("config-overrides", ((("devServer", "proxy"), "beginning"),)),
    ),
    "plain": (
        *(
            (name, ((("devServer", "proxy"), "beginning"),))
            for name in (
                "webpack.config",
                "webpack.dev",
                "webpack.config.dev",
                "webpack.dev.config",
            )
        ),
        ("rsbuild.config", ((("server", "proxy"), "beginning"),)),
    ),
}
_BUNDLERS = ("webpack", "webpack-dev-server", "rsbuild")  # of a plain front end
_ANGULAR_FILES = ("proxy.conf", "proxy.config", "src/proxy.conf")


def find(
    frontend: Path,
    framework: FrameworkId,
    *,
    backend_port: int,
    api_prefix: str,
    admin_names: tuple[str, ...],
) -> tuple[Guard, ...]:
    """Find the rules by which a request from outside would reach the back end's admin side."""
    back = Back(port=backend_port, api_prefix=api_prefix, names=admin_names)
    found = {replace(guard, source=""): guard for guard in _all_guards(frontend, framework, back)}
    return tuple(found.values())


def _all_guards(frontend: Path, framework: FrameworkId, back: Back) -> Iterator[Guard]:
    tables = _TABLES.get(framework, ())
    for name, places in tables:
        file = dev_server.config_file(frontend, name)
        if file is not None:
            yield from _of_tables(file, places, back)
    file = _named_in_script(frontend, framework, "--config", "-c", "--config-overrides")
    if file is not None:
        yield from _of_tables(file, [place for _, places in tables for place in places], back)
    if framework == "cra":
        yield from _of_package(frontend, back)
        yield from _of_script(frontend / "src" / "setupProxy", "middleware", back)
    elif framework == "next":
        yield from _of_script(frontend / "next.config", "rewrites", back)
    elif framework == "angular":
        yield from _of_angular(frontend, back)
    yield from proxy_mentions.own_servers(frontend, framework, back)
    yield from frontend_handlers.find(frontend, framework, back)


# Where they are written


def _of_tables(
    file: Path, places: Iterable[tuple[tuple[str, ...], Style]], back: Back
) -> Iterator[Guard]:
    is_readable, is_there = True, False
    for path, style in places:
        node = dev_server.node_in(file, path)
        if node is None:
            continue
        is_there = True
        rules = None if isinstance(node, Unclear) else proxy_rules.read_table(node)
        if rules is None:
            is_readable = False
            continue
        source = f"{'.'.join(path)} in {file.name}"
        if path[-1] == "routeRules":
            rules = tuple(rule for rule in rules if "proxy" in rule.source)
            rules = tuple(_of_route_rule(rule) for rule in rules)
        for rule in rules:
            yield from proxy_guards.of_rule(rule, style, source, back)
    if not is_readable or not is_there:
        yield from proxy_mentions.if_mentioned(file, back, is_there=is_there)
    if not is_readable:
        yield from proxy_mentions.of_imported(file, back)


def _named_in_script(frontend: Path, framework: FrameworkId, *options: str) -> Path | None:
    """Find the configuration file that the script names; the usual one is then often part of it."""
    known = frameworks.find(framework)
    if framework == "plain":
        known = replace(known, programs=_BUNDLERS)
    manifest = packages.read_manifest(frontend)
    name = dev_server.find_command(known, manifest).option(*options) if manifest else None
    return frontend / name if name and (frontend / name).is_file() else None


def _of_route_rule(rule: Rule) -> Rule:
    """Read Nuxt's `{ proxy: 'http://…/**' }` or `{ proxy: { to } }` out of its source."""
    target = re.search(
        r"proxy[\"']?\s*:\s*(?:\{\s*to\s*:\s*)?([\"'])(?P<url>[^\"']+)\1", rule.source
    )
    url = target["url"] if target else UNKNOWN
    rewrites: tuple[tuple[str, str], ...] | None = () if target and url.endswith("/**") else None
    return Rule(
        key=rule.key,
        target=url.removesuffix("**"),
        rewrites=rewrites if target else None,
        source=rule.source,
    )


def _of_script(path: Path, kind: Literal["middleware", "rewrites"], back: Back) -> Iterator[Guard]:
    file = dev_server.config_file(path.parent, path.name)
    if file is None:
        return
    rules = None
    try:
        content = file.read_bytes()
        tree = parse(content, sources.language(file))
        if kind == "middleware":
            rules = proxy_rules.read_middleware(tree)
        else:
            is_said = any(
                "rewrites" in proxy_mentions.code(each)
                for each in (file, *proxy_mentions.imported(file))
            )
            rules = proxy_rules.read_rewrites(tree) if is_said else ()
    except (OSError, SyntaxProblem):
        pass
    if rules is None and kind == "middleware":
        yield from proxy_mentions.if_mentioned(file, back, is_there=True)
        yield from proxy_mentions.of_imported(file, back)
    elif rules is None:
        yield proxy_guards.catch_all(file.name)
    for rule in rules or ():
        # What a mounted path does to the request depends on the middleware's version.
        styles: tuple[Style, ...] = ("beginning", "taken-off") if kind == "middleware" else ()
        for style in styles:
            yield from proxy_guards.of_rule(rule, style, file.name, back)
        if kind == "rewrites":
            is_deeper = _moves_rewrites(path.parent, file)
            for guard in proxy_guards.of_rewrite(rule, file.name, back):
                yield replace(guard, may_be_deeper=is_deeper)


def _moves_rewrites(frontend: Path, file: Path) -> bool:
    """Whether Next puts a base path, or any language, in front of what a rewrite takes.

    A wrapper may bring its languages along (next-translate).
    """
    if re.search("(?i)basePath|i18n|translate", proxy_mentions.code(file)):
        return True
    return any(
        dev_server.config_node(frontend, file.stem, (name,)) is not None
        for name in ("basePath", "i18n")
    )


def _of_package(frontend: Path, back: Back) -> Iterator[Guard]:
    """Read CRA's `proxy` in package.json, which spares a browser's navigation."""
    data = _read_json(frontend / "package.json")
    proxy = data.get("proxy") if isinstance(data, dict) else None
    source = "proxy in package.json"
    if isinstance(proxy, str) and proxy_guards.may_be_backend(proxy, back):
        yield Guard(admin_at="start", spares_pages=True, source=source)
    elif isinstance(proxy, dict):
        for rule in _rules_of_json(proxy):
            yield from proxy_guards.of_rule(rule, "anywhere", source, back)


def _of_angular(frontend: Path, back: Back) -> Iterator[Guard]:
    named = re.findall(r'"proxyConfig"\s*:\s*"([^"]+)"', _read_text(frontend / "angular.json"))
    files = {frontend / name for name in named}
    for stem in _ANGULAR_FILES:
        files |= {
            frontend / f"{stem}{suffix}" for suffix in (".json", ".js", ".mjs", ".cjs", ".ts")
        }
    named_too = _named_in_script(frontend, "angular", "--proxy-config")
    for file in sorted(files | ({named_too} if named_too else set())):
        if not file.is_file():
            continue
        if file.suffix == ".json":
            data = _read_json(file)
            rules = _rules_of_json(data) if data is not None else None
        else:
            rules = _exported_table(file)
        if rules is None and file.suffix == ".json":
            yield from proxy_mentions.if_mentioned(file, back, is_there=True)
        elif rules is None:  # such a script is nothing but rules, wherever it has them from
            yield proxy_guards.catch_all(file.name)
        for rule in rules or ():
            yield from proxy_guards.of_rule(rule, "beginning", file.name, back)


def _exported_table(file: Path) -> tuple[Rule, ...] | None:
    try:
        value = exported_value(parse(file.read_bytes(), sources.language(file)))
    except (OSError, SyntaxProblem):
        return None
    return None if isinstance(value, Unclear) else proxy_rules.read_table(value)


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _read_json(file: Path) -> Any:
    """Read JSON; comments and commas too many, as Angular allows, make it unreadable."""
    try:
        return json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


def _rules_of_json(data: Any) -> tuple[Rule, ...]:
    pairs: list[tuple[str, Any]] = []
    if isinstance(data, dict):
        pairs = list(data.items())
    elif isinstance(data, list):
        for each in data:
            contexts = each.get("context", "") if isinstance(each, dict) else ""
            pairs += [
                (str(one), each) for one in (contexts if isinstance(contexts, list) else [contexts])
            ]
    return tuple(_rule_of_json(key, value) for key, value in pairs)


def _rule_of_json(key: str, value: Any) -> Rule:
    source = json.dumps(value)
    if not isinstance(value, dict):
        return Rule(key=key, target=str(value), source=source)
    rewrites = value.get("pathRewrite", {})
    is_plain = isinstance(rewrites, dict) and all(
        isinstance(each, str) for each in rewrites.values()
    )
    return Rule(
        key=key,
        target=str(value.get("target", UNKNOWN)),
        rewrites=tuple(cast("dict[str, str]", rewrites).items()) if is_plain else None,
        source=source,
    )
