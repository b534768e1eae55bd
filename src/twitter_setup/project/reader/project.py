"""The files of a front end's source, and where its imports lead.

Tests, stories, mocks, generated files and other packages are left out; workspace packages that the
front end depends on are part of it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from twitter_setup.project.reader.module import MARKUP, Export, Import, Module

_SCRIPTS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts")
SUFFIXES = MARKUP.union(_SCRIPTS)
_MAX_FILES = 5_000
_MAX_SIZE = 1 << 20
_NOT_SOURCE = frozenset(
    {"node_modules", "bower_components", "dist", "build", "out", "output", "static", "coverage"}
    | {"vendor", "storybook-static", "test", "tests", "__tests__", "__mocks__", "mocks", "mock"}
    | {"fixtures", "__fixtures__", "e2e", "cypress", "playwright", "stories", "__generated__"}
    | {"generated", "docs"}
)
_NOT_AT_THE_TOP = frozenset({"public", "scripts", "tools", "bin"})
_NOT_SOURCE_FILE = re.compile(
    r"\.(?:test|tests|spec|stories|story|cy|e2e|mock|mocks|min|d|gen|generated|prod|production)"
    r"\.[a-z]+$|^(?:jest|vitest|playwright|cypress|karma|codegen)[.-]"
)
_GENERATED = re.compile(rb"@generated\b|auto-?generated|DO NOT EDIT", re.IGNORECASE)
_ALIASES = {
    "@/": ("src", "", "app"),
    "~/": ("src", "", "app"),
    "~~/": ("",),
    "@@/": ("",),
    "$lib/": ("src/lib",),
    "src/": ("src",),
}


class Project:
    """The source files below `root`, and those of the workspace packages that it uses."""

    def __init__(self, root: Path, packages: Mapping[str, Path] | None = None) -> None:
        self.root = root
        self.packages = packages or {}
        self.files: dict[str, bytes] = {}
        for folder in (root, *self.packages.values()):
            self._read(folder)
        self._modules: dict[str, Module] = {}
        self._resolved: dict[tuple[str, str], Module | None] = {}

    def module(self, path: str) -> Module | None:
        found = self._modules.get(path)
        if found is None:
            content = self.files.get(path)
            if content is None:
                return None
            found = self._modules[path] = Module(Path(path), content)
        return found

    def containing(self, word: bytes) -> Iterator[Module]:
        """Yield the modules whose text has the word in it."""
        for path, content in self.files.items():
            if word in content:
                module = self.module(path)
                if module is not None:
                    yield module

    def follow(self, module: Module, target: Import) -> tuple[Module, Export] | None:
        """Find the export that an import of `module` gets, through files that export it again."""
        for _ in range(8):
            found = self.resolve(module, target.specifier)
            if found is None:
                return None
            if target.name == "*":
                return found, Export(node=None)
            export = found.exports.get(target.name) or self._starred(found, target.name)
            if export is None:
                return None
            if export.again is None:
                return found, export
            module, target = found, export.again
        return None

    def _starred(self, module: Module, name: str) -> Export | None:
        for key, export in module.exports.items():
            if key.startswith("*") and export.again is not None:
                inner = self.resolve(module, export.again.specifier)
                if inner is not None and (name in inner.exports or self._starred(inner, name)):
                    return Export(again=Import(export.again.specifier, name))
        return None

    def resolve(self, module: Module, specifier: str) -> Module | None:
        """Find the file that `specifier` means in `module`; None outside of this source."""
        folder = os.path.dirname(module.path)  # noqa: PTH120 - a string, many thousand times
        key = (folder if specifier.startswith(".") else "", specifier)
        if key not in self._resolved:
            paths = (self._as_file(path) for path in self._candidates(folder, specifier))
            self._resolved[key] = next((self.module(path) for path in paths if path), None)
        return self._resolved[key]

    def _candidates(self, folder: str, specifier: str) -> Iterator[str]:
        if specifier.startswith("."):
            yield os.path.normpath(f"{folder}/{specifier}")
            return
        for prefix, targets in self._paths:
            if specifier == prefix or (prefix.endswith("/") and specifier.startswith(prefix)):
                rest = specifier[len(prefix) :]
                yield from (os.path.normpath(f"{target}/{rest}") for target in targets)
        for prefix, folders in _ALIASES.items():
            if specifier.startswith(prefix):
                rest = specifier[len(prefix) :]
                yield from (os.path.normpath(self.root / each / rest) for each in folders)
        parts = specifier.split("/")
        size = 2 if specifier.startswith("@") else 1
        package = self.packages.get("/".join(parts[:size]))
        if package is not None:
            rest = "/".join(parts[size:])
            entries = [rest, f"src/{rest}"] if rest else [*_entries(package), "src/index", "index"]
            yield from (os.path.normpath(package / entry) for entry in entries)
        elif not specifier.startswith("@"):  # baseUrl
            yield os.path.normpath(self.root / "src" / specifier)

    def _as_file(self, path: str) -> str | None:
        if path in self.files:
            return path
        stem, suffix = os.path.splitext(path)  # noqa: PTH122
        stems = [path, stem] if suffix in {".js", ".jsx", ".mjs"} else [path]
        for each in stems:
            for ending in (*_SCRIPTS, *MARKUP):
                if f"{each}{ending}" in self.files:
                    return f"{each}{ending}"
        for ending in _SCRIPTS:
            if f"{path}/index{ending}" in self.files:
                return f"{path}/index{ending}"
        return None

    @cached_property
    def _paths(self) -> list[tuple[str, list[str]]]:
        """The `paths` of `tsconfig.json` or `jsconfig.json`, prefixes with a `/` at the end."""
        for name in ("tsconfig.json", "jsconfig.json", "tsconfig.app.json"):
            found = _read_paths(self.root / name, 4)
            if found:
                return found
        return []

    def _read(self, top: Path) -> None:
        waiting = [str(top)]
        while waiting and len(self.files) < _MAX_FILES:
            folder = waiting.pop()
            try:
                with os.scandir(folder) as entries:
                    found = sorted(entries, key=lambda entry: entry.name)
            except OSError:
                continue
            if folder != str(top) and any(entry.name == "package.json" for entry in found):
                continue  # another package
            folders = []
            for entry in found:
                name = entry.name
                if entry.is_dir(follow_symlinks=False):
                    is_other = folder == str(top) and name in _NOT_AT_THE_TOP
                    if not (name.startswith(".") or name in _NOT_SOURCE or is_other):
                        folders.append(entry.path)
                elif os.path.splitext(name)[1] in SUFFIXES and not _NOT_SOURCE_FILE.search(name):  # noqa: PTH122
                    content = _read_small(entry.path)
                    if content is not None:
                        self.files[entry.path] = content
            waiting += reversed(folders)


def _read_small(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - a string, many thousand times
            content = file.read(_MAX_SIZE + 1)
    except OSError:
        return None
    return None if len(content) > _MAX_SIZE or _GENERATED.search(content, 0, 500) else content


def _entries(package: Path) -> list[str]:
    """The files that a package's manifest names as its own entry."""
    try:
        data = json.loads((package / "package.json").read_bytes())
    except (OSError, ValueError):
        return []
    found = [data.get(key) for key in ("source", "module", "main", "types")]
    exports = data.get("exports")
    while isinstance(exports, dict) and exports:
        exports = exports.get(".") or next(iter(exports.values()))
    return [entry for entry in (*found, exports) if isinstance(entry, str)]


def _read_paths(file: Path, depth: int) -> list[tuple[str, list[str]]]:
    try:
        text = file.read_text(errors="replace")
    except OSError:
        return []
    # JSON with comments and trailing commas; a `//` inside a string is an address.
    text = re.sub(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', r"\1", text, flags=re.DOTALL)
    text = re.sub(r",(\s*[}\]])", r"\1", text)
    try:
        data = json.loads(text)
        options = data.get("compilerOptions") or {}
        paths, base = options.get("paths") or {}, options.get("baseUrl") or "."
        found = [
            (
                key.removesuffix("*"),
                [str(file.parent / base / t.removesuffix("*")) for t in targets],
            )
            for key, targets in paths.items()
        ]
        parent = data.get("extends")
    except (ValueError, AttributeError, TypeError):
        return []
    if not found and isinstance(parent, str) and parent.startswith(".") and depth:
        parent = parent if parent.endswith(".json") else f"{parent}.json"
        return _read_paths(file.parent / parent, depth - 1)
    return found
