"""What an Angular workspace (`angular.json`) says of the dev server's port."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

_FILE = "angular.json"
_SERVE = frozenset({"serve", "s"})


def port(root: Path, arguments: Sequence[str]) -> str:
    """Read the port at which `ng` with these arguments serves the app; '' if none is set.

    The configuration that `ng serve` takes by default is laid over the options.
    """
    try:
        workspace = _mapping(json.loads((root / _FILE).read_bytes()))
    except (OSError, ValueError, RecursionError):
        return ""
    for project in _projects(workspace, arguments):
        targets = _mapping(project.get("architect")) or _mapping(project.get("targets"))
        serve = _mapping(targets.get("serve"))
        usual = str(serve.get("defaultConfiguration", "development"))
        chosen = _mapping(_mapping(serve.get("configurations")).get(usual))
        found = chosen.get("port") or _mapping(serve.get("options")).get("port")
        if serve:
            return str(found or "")
    return ""


def _projects(
    workspace: Mapping[str, object], arguments: Sequence[str]
) -> Iterator[Mapping[str, object]]:
    """Yield the project that the command names, else the default one, else all in their order."""
    projects = _mapping(workspace.get("projects"))
    named = [word for word in arguments if word in projects and word not in _SERVE]
    usual = str(workspace.get("defaultProject", ""))
    for name in (*named, usual, *projects):
        yield _mapping(projects.get(name))


def _mapping(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}
