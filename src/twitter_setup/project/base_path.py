"""The path below which a front end is served: `base`, `basePath`, `app.baseURL` and their like."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from tree_sitter import Node

from twitter_setup.edits.javascript import evaluate
from twitter_setup.project import dev_server
from twitter_setup.project.dev_server import DevCommand
from twitter_setup.project.files import SourceFile
from twitter_setup.project.frameworks import Framework

# By framework: config file and key, the first that is set wins.
_KEYS: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "next": (("next.config", ("basePath",)),),
    "nuxt": (("nuxt.config", ("app", "baseURL")),),
    "astro": (("astro.config", ("base",)),),
    "sveltekit": (("svelte.config", ("kit", "paths", "base")),),
    "vite": (("vite.config", ("base",)), ("react-router.config", ("basename",))),
    "vue-cli": (("vue.config", ("publicPath",)),),
}
_VARIABLES = {"nuxt": "NUXT_APP_BASE_URL", "cra": "PUBLIC_URL"}


def find(
    root: Path,
    framework: Framework,
    command: DevCommand,
    values: Mapping[str, tuple[str, SourceFile]],
) -> str:
    """Read the base path: a slash in front and none at the end; '' for the root."""
    for text in _texts(root, framework, command, values):
        if text:
            return _as_path(text)
    return ""


def _texts(
    root: Path,
    framework: Framework,
    command: DevCommand,
    values: Mapping[str, tuple[str, SourceFile]],
) -> Iterator[str | None]:
    """List what may set it, in the order of precedence."""
    if framework.id == "vite":
        yield command.option("--base")
    name = _VARIABLES.get(framework.id, "")
    if name:
        yield command.variable(name)
        yield values[name][0] if name in values else None
    for file, path in _KEYS.get(framework.id, ()):
        yield _value(root, file, path, values)
    if framework.id == "cra":
        yield _homepage(root)


def _value(
    root: Path,
    file: str,
    path: tuple[str, ...],
    values: Mapping[str, tuple[str, SourceFile]],
) -> str | None:
    node = dev_server.config_node(root, file, path)
    if not isinstance(node, Node):
        return None
    found = evaluate(node)
    if found.kind == "env" and found.variable and found.variable in values:
        return values[found.variable][0]
    return found.default if found.kind == "env" else found.text if found.kind == "string" else None


def _homepage(root: Path) -> str | None:
    """Read the `homepage` of Create React App, whose path counts in development too."""
    try:
        found = json.loads((root / "package.json").read_bytes()).get("homepage")
    except (OSError, ValueError, AttributeError):
        return None
    return found if isinstance(found, str) and not found.startswith(".") else None


def _as_path(text: str) -> str:
    path = urlsplit(text).path if "://" in text else text
    path = path.removeprefix(".").strip("/")
    return f"/{path}" if path else ""
