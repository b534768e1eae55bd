"""Versions that a lock file or a workspace's catalog names.

A lock file can have 10 MB: its one entry is found by text, and nothing else of it is parsed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import cast

# The longest that is read: a lock file of a large monorepo is far below it.
_MAX_SIZE = 64 << 20
_VERSION = re.compile(r"\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?", re.ASCII)


def find_version(name: str, wanted: str, folder: Path, ancestor: Path) -> str | None:
    """Return the version of package `name` that the lock file in `ancestor` has for `folder`.

    `wanted` is the range that the folder's package.json asks for. None: no lock file, or it does
    not name one version for it.
    """
    place = folder.relative_to(ancestor).as_posix()
    for file_name, find in _READERS:
        text = _read(ancestor / file_name)
        found = find(text, name, wanted, "" if place == "." else place) if text else None
        match = _VERSION.match(found or "")
        if match:
            return match[0]
    return None


def manager_of(folder: Path) -> str | None:
    """Name the package manager whose lock file is in `folder`; None: there is no lock file."""
    for file_name, manager in _MANAGERS.items():
        if (folder / file_name).is_file():
            return manager
    return None


def from_catalog(name: str, wanted: str, root: Path) -> str:
    """Return the range that a catalog of the workspace in `root` gives for `catalog:` or `catalog:NAME`.

    Catalogs are in pnpm-workspace.yaml, .yarnrc.yml (yarn) or package.json (bun). Anything else,
    and what no catalog has, is returned as it is.
    """
    if not wanted.startswith("catalog:"):
        return wanted
    catalog = wanted.removeprefix("catalog:").strip()
    for data in _workspaces(root):
        named = _mapping(data.get("catalogs"))
        tables = [named.get(catalog or "default")]
        tables += [data.get("catalog")] if catalog in {"", "default"} else []
        for table in tables:
            found = _mapping(table).get(name)
            if isinstance(found, str | int | float):
                return str(found)
    return wanted


def _npm(text: str, name: str, wanted: str, place: str) -> str | None:
    """Read package-lock.json: versions 2 and 3 by folder, version 1 by the outermost entry."""
    del wanted
    keys = [f"{place}/node_modules/{name}"] if place else []
    for key in (*keys, f"node_modules/{name}"):
        for match in re.finditer(rf'"{re.escape(key)}"\s*:\s*(?=\{{)', text):
            if version := _version_of_object(text, match.end()):
                return version
    if '"packages"' in text:
        return None
    entries = re.finditer(rf'^([ \t]*)"{re.escape(name)}"\s*:\s*(?=\{{)', text, re.MULTILINE)
    for match in sorted(entries, key=lambda match: len(match[1])):
        if version := _version_of_object(text, match.end()):
            return version
    return None


def _version_of_object(text: str, start: int) -> str | None:
    try:
        found, _ = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    version = found.get("version")
    return version if isinstance(version, str) else None


def _yarn(text: str, name: str, wanted: str, place: str) -> str | None:
    """Read yarn.lock, of yarn 1 and of newer ones, which put `npm:` in front of a range."""
    del place
    versions = set[str]()
    block = rf"^(?P<keys>[^\s#][^\n]*{re.escape(name)}@[^\n]*):\n(?P<body>(?:[ \t][^\n]*\n?)+)"
    for match in re.finditer(block, text, re.MULTILINE):
        keys = [key.strip().strip("\"'") for key in match["keys"].strip("\"'").split(",")]
        ranges = [key[len(name) + 1 :] for key in keys if key.startswith(f"{name}@")]
        version = re.search(r'^\s+version:?\s+"?([^"\s]+)', match["body"], re.MULTILINE)
        if not ranges or version is None:
            continue
        if wanted.removeprefix("npm:") in [each.removeprefix("npm:") for each in ranges]:
            return version[1]
        versions.add(version[1])
    return versions.pop() if len(versions) == 1 else None


def _pnpm(text: str, name: str, wanted: str, place: str) -> str | None:
    """Read pnpm-lock.yaml of version 5 to 9, with one importer for each package or without."""
    del wanted
    indent, block = "", text
    importers = re.search(r"^importers:[ ]*\n((?:[ ]+.*\n|\n)+)", text, re.MULTILINE)
    if importers:
        key = re.escape(place or ".")
        importer = re.search(
            rf"^  ['\"]?{key}['\"]?:[ ]*\n((?:    .*\n|\n)+)", importers[1], re.MULTILINE
        )
        if importer is None:
            return None
        indent, block = "    ", importer[1]
    tables = rf"^{indent}(?:devD|optionalD|d)ependencies:[ ]*\n((?:{indent}[ ]+.*\n|\n)+)"
    entry = (
        rf"^{indent}  ['\"]?{re.escape(name)}['\"]?:"
        rf"(?:[ ]+(\S+)|[ ]*\n(?:{indent}    (?!version:).*\n)*{indent}    version:[ ]+(\S+))"
    )
    for table in re.finditer(tables, block, re.MULTILINE):
        match = re.search(entry, table[1], re.MULTILINE)
        if match:
            return (match[1] or match[2]).strip("'\"")
    return None


def _bun(text: str, name: str, wanted: str, place: str) -> str | None:
    del wanted, place
    match = re.search(rf'"{re.escape(name)}"\s*:\s*\[\s*"{re.escape(name)}@([^"]+)"', text)
    return match[1] if match else None


_READERS: tuple[tuple[str, Callable[[str, str, str, str], str | None]], ...] = (
    ("pnpm-lock.yaml", _pnpm),
    ("yarn.lock", _yarn),
    ("bun.lock", _bun),
    ("package-lock.json", _npm),
    ("npm-shrinkwrap.json", _npm),
)
_MANAGERS = {
    "pnpm-lock.yaml": "pnpm",
    "yarn.lock": "yarn",
    "bun.lock": "bun",
    "bun.lockb": "bun",
    "package-lock.json": "npm",
    "npm-shrinkwrap.json": "npm",
}


def _workspaces(root: Path) -> Iterator[Mapping[str, object]]:
    """Read what may hold catalogs in `root`; what cannot be read holds none."""
    import yaml  # noqa: PLC0415 - few projects have a catalog

    for file_name in ("pnpm-workspace.yaml", ".yarnrc.yml"):
        try:
            yield _mapping(yaml.safe_load(_read(root / file_name)))
        except yaml.YAMLError:
            continue
    try:
        manifest = _mapping(json.loads(_read(root / "package.json")))
    except (ValueError, RecursionError):
        return
    yield manifest
    yield _mapping(manifest.get("workspaces"))


def _read(path: Path) -> str:
    """Read a file's text with Unix line ends; '' if it is missing, unreadable or too long."""
    try:
        if path.stat().st_size > _MAX_SIZE:
            return ""
        return path.read_bytes().decode(errors="replace").replace("\r\n", "\n") + "\n"
    except OSError:
        return ""


def _mapping(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}
