"""What an nx `project.json` says of an app: what starts it, and at which port."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

_SERVE = ("serve", "dev", "start")
# Targets that make or serve the app. Lint and test targets run tools of other projects too.
_MAKE = (*_SERVE, "build")
_EXECUTOR = re.compile(r"(?:@([\w-]+)/)?([\w-]+):")


@dataclass(frozen=True, slots=True, kw_only=True)
class NxProject:
    name: str
    is_library: bool
    tools: frozenset[str]  # the words of its executors' packages: "next" of `@nx/next:server`
    commands: tuple[str, ...]  # of its targets, as they are typed
    port: str = ""


def read(folder: Path) -> NxProject | None:
    """Read the `project.json` in `folder`; None if there is none, or it is not nx's."""
    try:
        data = json.loads((folder / "project.json").read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    targets = _mapping(_mapping(data).get("targets")) or _mapping(_mapping(data).get("architect"))
    is_nx = targets or "projectType" in _mapping(data) or "sourceRoot" in _mapping(data)
    if not is_nx:
        return None
    ports = [_mapping(_mapping(targets.get(name)).get("options")).get("port") for name in _SERVE]
    return NxProject(
        name=str(_mapping(data).get("name") or folder.name),
        is_library=_mapping(data).get("projectType") == "library",
        tools=frozenset(word for name in targets if _makes(name) for word in _words(targets[name])),
        commands=tuple(command for each in targets.values() for command in _commands(each)),
        port=next((str(port) for port in ports if port), ""),
    )


def _makes(target: str) -> bool:
    """Whether a target of this name (`serve`, `build-ssr`) makes or serves the app."""
    return re.split(r"\W", target)[0] in _MAKE


def _words(target: object) -> Iterator[str]:
    """Yield the words in the package of a target's executor, its scope included.

    Some packages name the framework in their scope alone (`@angular/build:application`), some in
    one word of their name (`@angular-devkit/build-angular:dev-server`).
    """
    executor = _mapping(target).get("executor") or _mapping(target).get("builder") or ""
    if match := _EXECUTOR.match(str(executor)):
        for part in match.groups(default=""):
            yield from (part, *part.split("-"))


def _commands(target: object) -> Iterator[str]:
    """Yield the command lines of a target that runs some."""
    options = _mapping(_mapping(target).get("options"))
    for holder in (_mapping(target), options):
        if isinstance(command := holder.get("command"), str):
            yield command
    several = options.get("commands")
    for each in several if isinstance(several, list) else ():
        command = each if isinstance(each, str) else _mapping(each).get("command")
        if isinstance(command, str):
            yield command


def _mapping(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}
