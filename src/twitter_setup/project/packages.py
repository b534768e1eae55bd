"""Node packages on disk: what a `package.json` says, which version of a dependency is installed.

No package manager is ever run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from twitter_setup.errors import Advice, SetupError

# The first version in a range is the lowest: ^5.1.0, ~5.1, 5.x, >=4.1 <6, 4 || 5.
_RANGE = re.compile(
    r"[\^~>=<v\s]*(?P<major>\d+)(?:\.(?P<minor>\d+|[xX*]))?(?:\.(?P<patch>\d+|[xX*]))?"
    r"(?P<rest>-[0-9A-Za-z.-]+)?(?![0-9A-Za-z.:/_-])",
    re.ASCII,
)
_VERSION = re.compile(r"v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?", re.ASCII)

Version = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What the program needs of a `package.json`."""

    name: str
    dependencies: Mapping[str, str]  # those for development included: name -> range
    scripts: Mapping[str, str]
    strapi_kind: str | None = (
        None  # "plugin" of a package made for Strapi, which needs it to be built
    )

    @classmethod
    def empty(cls, folder: Path) -> Manifest:
        return cls(name=folder.name, dependencies={}, scripts={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    version: str | None  # None: its range does not name one ("*", "latest", a path)
    installed: bool


def read_manifest(folder: Path) -> Manifest | None:
    """Read the folder's `package.json`; None when there is none. Raises `project_broken`."""
    path = folder / "package.json"
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _broken(path, f"cannot be read: {error.strerror}") from error
    data = _parse(path, content)
    return Manifest(
        name=name if isinstance(name := data.get("name"), str) and name else folder.name,
        dependencies=_strings(data.get("devDependencies")) | _strings(data.get("dependencies")),
        scripts=_strings(data.get("scripts")),
        strapi_kind=_strings(data.get("strapi")).get("kind"),
    )


def find_dependency(
    name: str, manifest: Manifest, folder: Path, repository: Path
) -> Dependency | None:
    """Find the version that Node would load in `folder`, else the one its `package.json` asks for.

    None: it is not a dependency. Workspaces hoist: `repository` is the last folder looked into.
    """
    if name not in manifest.dependencies:
        return None
    for ancestor in _up_to(folder, repository):
        installed = _installed_version(ancestor / "node_modules" / name / "package.json")
        if installed is not None:
            return Dependency(version=installed, installed=True)
    return Dependency(version=lowest_version(manifest.dependencies[name]), installed=False)


def lowest_version(wanted: str) -> str | None:
    """Read the lowest version of a range: `5.12.0` of `^5.12`; None when it names none."""
    wanted = wanted.strip().removeprefix("workspace:")
    if wanted.startswith("npm:"):
        wanted = wanted.rpartition("@")[2]
    match = _RANGE.match(wanted)
    if match is None:
        return None
    parts = (match["major"], match["minor"], match["patch"])
    numbers = [part if part and part.isdecimal() else "0" for part in parts]
    return ".".join(numbers) + (match["rest"] or "")


def version_tuple(version: str) -> Version | None:
    """`5.54.0-beta.1` -> (5, 54, 0): to be compared, so a beta counts as its release."""
    match = _VERSION.match(version)
    if match is None:
        return None
    major, minor, patch = (int(part or 0) for part in match.groups())
    return major, minor, patch


def _up_to(folder: Path, last: Path) -> Iterator[Path]:
    for ancestor in (folder, *folder.parents):
        yield ancestor
        if ancestor == last:
            return


def _installed_version(path: Path) -> str | None:
    try:
        version = json.loads(path.read_bytes())["version"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return version if isinstance(version, str) and version_tuple(version) else None


def _parse(path: Path, content: bytes) -> Mapping[str, object]:
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise _broken(
            path, f"is not JSON: line {error.lineno}, column {error.colno}: {error.msg}"
        ) from error
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _broken(path, f"is not UTF-8: line {line}") from error
    except (RecursionError, ValueError) as error:  # nested too deeply, a number too long
        raise _broken(path, "cannot be read as JSON") from error
    if not isinstance(data, dict):
        raise _broken(path, "is not a JSON object")
    return cast("dict[str, object]", data)


def _strings(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {key: text for key, text in value.items() if isinstance(text, str)}


def _broken(path: Path, what: str) -> SetupError:
    return SetupError(
        "project_broken",
        f"{path} {what}",
        advice=[Advice("correct that file, then run this again")],
        unchanged="Nothing was changed.",
    )
