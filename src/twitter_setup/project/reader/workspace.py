"""The workspace packages that a front end depends on. Only `package.json` files are read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

_MOST = 200


def packages_of(root: Path, repository: Path) -> dict[str, Path]:
    """Find the packages of the workspace that `root` depends on, also through others of them."""
    for folder in (root, *root.parents):
        patterns = _patterns(folder)
        if patterns:
            members = _members(folder, patterns)
            return _reached(root, members)
        if folder == repository:
            return {}
    return {}


def _reached(root: Path, members: Mapping[str, Path]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    waiting = [root]
    while waiting:
        for name in _dependencies(waiting.pop()):
            folder = members.get(name)
            if (
                folder is not None
                and name not in found
                and folder != root
                and not _is_strapi(folder)
            ):
                found[name] = folder
                waiting.append(folder)
    return found


def _is_strapi(folder: Path) -> bool:
    """Whether the package is a back end, which has code of its own kind."""
    return any((folder / "config").glob("server.*"))


def _patterns(folder: Path) -> list[str]:
    data = _manifest(folder)
    found = data.get("workspaces")
    if isinstance(found, dict):
        found = found.get("packages")
    patterns = [each for each in found if isinstance(each, str)] if isinstance(found, list) else []
    try:
        text = (folder / "pnpm-workspace.yaml").read_text(errors="replace")
    except OSError:
        return patterns
    block = re.search(r"^packages:[^\n]*\n((?:[ \t]*(?:-[^\n]*|#[^\n]*)?\n?)*)", text, re.MULTILINE)
    listed = (
        re.findall(r"-\s*[\"']?([^\"'\n#]+?)[\"']?\s*(?:#.*)?$", block[1], re.MULTILINE)
        if block
        else []
    )
    return [*patterns, *listed]


def _members(folder: Path, patterns: Iterable[str]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for pattern in patterns:
        clean = pattern.strip("./").removesuffix("/**")
        if pattern.startswith("!") or not clean:
            continue
        clean = f"{clean}/*" if pattern.rstrip("/").endswith("/**") else clean
        try:
            manifests = sorted(folder.glob(f"{clean}/package.json"))[:_MOST]
        except (ValueError, OSError):
            continue
        for path in manifests:
            name = _manifest(path.parent).get("name")
            if isinstance(name, str):
                found[name] = path.parent
    return found


def _dependencies(folder: Path) -> list[str]:
    data = _manifest(folder)
    found: list[str] = []
    for key in ("dependencies", "devDependencies", "peerDependencies"):
        part = data.get(key)
        found += part if isinstance(part, dict) else []
    return found


def _manifest(folder: Path) -> dict[str, object]:
    try:
        data = json.loads((folder / "package.json").read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
