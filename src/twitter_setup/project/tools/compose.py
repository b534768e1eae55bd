"""Compose files: which service gives which variable to an end of the project, in which line.

A variable that Docker Compose sets is in the container's real environment, and wins over `.env`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from twitter_setup.project.files import read_source
from twitter_setup.project.tools import folders

if TYPE_CHECKING:
    from yaml import Node

_NAMES = ("docker-compose*.y*ml", "compose*.y*ml")
_HIDDEN_FOLDERS = (".docker", ".devcontainer")
# They run on other machines than this one.
_NOT_HERE = frozenset({"prod", "production", "staging", "stage", "test", "ci", "deploy"})


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """An end of the project. `usual_names` are what its service is likely to be called."""

    root: Path
    name: str
    usual_names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A variable as a service gets it. `path` and `line` are of the place that sets it."""

    variable: str
    path: Path
    line: int
    service: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """Something in a compose file that could not be read; `line` is 0 for the whole file."""

    path: Path
    line: int
    reason: str


def find_files(root: Path, ends: tuple[End, ...]) -> tuple[Path, ...]:
    """Find the compose files for development, up to two levels below `root` and above the ends."""
    ends_places = [folder for end in ends for folder in folders.upwards(end.root, root)]
    places = [root, *folders.within(root), *ends_places]
    found = {
        path.resolve(): None
        for place in places
        for name in (".", *_HIDDEN_FOLDERS)
        for pattern in _NAMES
        for path in sorted((place / name).glob(pattern))
        if path.is_file() and _NOT_HERE.isdisjoint(path.stem.replace("-", ".").split("."))
    }
    return tuple(found)


def variables(
    file: Path, end: End, others: tuple[End, ...] = ()
) -> tuple[tuple[Given, ...], tuple[Unread, ...]]:
    """Read what the compose `file` gives to the service of `end`; the last of a name counts.

    `others` are the other ends: a service of theirs is not this end's.
    """
    import yaml  # noqa: PLC0415 - few projects have a compose file

    try:
        document = yaml.compose(read_source(file).content or b"", Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        mark = getattr(problem, "problem_mark", None)
        return (), (Unread(path=file, line=mark.line + 1 if mark else 0, reason="not YAML"),)
    services = _members(_members(document).get("services"))
    given: dict[str, Given] = {}
    unread: list[Unread] = []
    for name, node in services.items():
        parts = list(_parts(name, node, services, file, unread))
        if _end_of(name, parts, file, (end, *others)) == end:
            bases_first = parts[::-1]
            found = [each for part in bases_first for each in _files(part, name, file, unread)]
            found += [each for part in bases_first for each in _own(part, name, file)]
            given |= {each.variable: each for each in found}
    return tuple(given.values()), tuple(unread)


def _parts(
    name: str, node: Node, services: Mapping[str, Node], file: Path, unread: list[Unread]
) -> Iterator[Mapping[str, Node]]:
    """Yield the service's settings, then those of the services that it extends."""
    seen = {name}
    current: Node | None = node
    while current is not None:
        settings = _members(current)
        yield settings
        extends = settings.get("extends")
        if extends is None:
            return
        base = _text(extends) or _text(_members(extends).get("service"))
        other = _text(_members(extends).get("file"))
        is_elsewhere = bool(other) and (file.parent / other).resolve() != file.resolve()
        if is_elsewhere or base not in services:
            reason = f"`{name}` extends a service of another file"
            unread.append(Unread(path=file, line=extends.start_mark.line + 1, reason=reason))
            return
        current = services[base] if base not in seen else None
        seen.add(base)


def _end_of(
    name: str, parts: list[Mapping[str, Node]], file: Path, ends: tuple[End, ...]
) -> End | None:
    """Tell which end a service runs: the one whose folder it builds or mounts.

    Its name only decides between ends that are all in a folder that it builds or mounts.
    """
    paths = [path for part in parts for path in _paths(part, file)]
    for path in paths:
        inside = [end for end in ends if path == end.root or path.is_relative_to(end.root)]
        if inside:
            return max(inside, key=lambda end: len(end.root.parts))
    held = [end for end in ends if any(end.root.is_relative_to(path) for path in paths)]
    words = name.lower().replace("_", "-")
    named = [end for end in held if words in {end.root.name.lower(), end.name.lower()}]
    usual = [end for end in held if not set(words.split("-")).isdisjoint(end.usual_names)]
    found = named or usual
    return found[0] if len(found) == 1 else None


def _paths(part: Mapping[str, Node], file: Path) -> Iterator[Path]:
    """Yield the folders of this machine that a service is built from, or has mounted."""
    build = part.get("build")
    context = _text(build) or _text(_members(build).get("context"))
    dockerfile = _text(_members(build).get("dockerfile"))
    if dockerfile:
        yield (file.parent / (context or ".") / dockerfile).resolve().parent
    if context:
        yield (file.parent / context).resolve()
    for mount in _items(part.get("volumes")):
        source = _text(_members(mount).get("source")) or _text(mount).partition(":")[0]
        if source.startswith((".", "/")):
            yield (file.parent / source).resolve()


def _own(part: Mapping[str, Node], service: str, file: Path) -> Iterator[Given]:
    """Yield what `environment` sets, as a mapping or as a list; a name alone is passed through."""
    environment = part.get("environment")
    for name, value in _members(environment).items():
        if _text(value):
            line = value.start_mark.line + 1
            yield Given(variable=name, path=file, line=line, service=service)
    for item in _items(environment):
        name, equals, _ = _text(item).partition("=")
        if equals:
            line = item.start_mark.line + 1
            yield Given(variable=name, path=file, line=line, service=service)


def _files(
    part: Mapping[str, Node], service: str, file: Path, unread: list[Unread]
) -> Iterator[Given]:
    """Yield what the service's `env_file`s set, the one that wins last."""
    from twitter_setup.edits import dotenv  # noqa: PLC0415 - only with compose files

    for line, path, is_required in _env_files(part, file):
        content = read_source(path).content
        if content is None:
            if is_required:
                reason = f"{path.name} is missing"
                unread.append(Unread(path=file, line=line, reason=reason))
            continue
        for name, at in dotenv.lines(content).items():
            yield Given(variable=name, path=path, line=at, service=service)


def _env_files(part: Mapping[str, Node], file: Path) -> Iterator[tuple[int, Path, bool]]:
    """Yield line, path and whether it must exist, of `env_file` in each of its forms."""
    node = part.get("env_file")
    for item in _items(node) or ([node] if node is not None else []):
        path = _text(item) or _text(_members(item).get("path"))
        is_required = _text(_members(item).get("required")).lower() != "false"
        if path:
            yield item.start_mark.line + 1, (file.parent / path).resolve(), is_required


def _members(node: Node | None) -> dict[str, Node]:
    """Give a mapping's members by key, those of `<<` merged in; {} for any other node."""
    if node is None or _kind(node) != "mapping":
        return {}
    merged: dict[str, Node] = {}
    own: dict[str, Node] = {}
    for key, value in node.value:
        if _text(key) == "<<":
            for base in _items(value) or [value]:
                merged = {**_members(base), **merged}
        else:
            own[_text(key)] = value
    return {**merged, **own}


def _items(node: Node | None) -> list[Node]:
    return list(node.value) if node is not None and _kind(node) == "sequence" else []


def _text(node: Node | None) -> str:
    return str(node.value) if node is not None and _kind(node) == "scalar" else ""


def _kind(node: Node) -> str:
    return str(getattr(node, "id", ""))
