"""Node packages on disk: what a `package.json` says, which version a dependency has, how to run it.

No package manager is ever run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from twitter_setup.errors import Advice, SetupError
from twitter_setup.project.tools import lockfiles

# The first version in a range is the lowest: ^5.1.0, ~5.1, 5.x, >=4.1 <6, 4 || 5.
_RANGE = re.compile(
    r"[\^~>=<v\s]*(?P<major>\d+)(?:\.(?P<minor>\d+|[xX*]))?(?:\.(?P<patch>\d+|[xX*]))?"
    r"(?P<rest>-[0-9A-Za-z.-]+)?(?![0-9A-Za-z.:/_-])",
    re.ASCII,
)
_VERSION = re.compile(r"v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?", re.ASCII)
_EXACT = re.compile(r"[v=]?\s*\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?", re.ASCII)
# One comparator that stays below the next major: ^5.1, ~5.1, 5, 5.x, 5.1.*
_WITHIN_MAJOR = re.compile(r"[\^~]?\s*v?\d+(?:\.(?:\d+|[xX*])){0,2}(?:-[0-9A-Za-z.-]+)?", re.ASCII)
_INSTALL_ONE = {"npm": "npm install", "pnpm": "pnpm add", "yarn": "yarn add", "bun": "bun add"}
_RUN = {"npm": "npm run", "pnpm": "pnpm", "yarn": "yarn", "bun": "bun run"}

Version = tuple[int, int, int]
Source = Literal["installed", "locked", "exact", "range"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What the program needs of a `package.json`."""

    name: str
    dependencies: Mapping[str, str]  # those for development included: name -> range
    scripts: Mapping[str, str]
    # "plugin" of a package made for Strapi, which needs Strapi to be built
    strapi_kind: str | None = None
    has_workspaces: bool = False
    manager: str = ""  # "pnpm" of `"packageManager": "pnpm@10.1.0"`

    @classmethod
    def empty(cls, folder: Path) -> Manifest:
        return cls(name=folder.name, dependencies={}, scripts={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """A dependency's version, and what says so; of a range the lowest version that it allows."""

    version: str | None  # None: its range does not name one ("*", "latest", a path)
    source: Source
    wanted: str = ""  # what package.json, or the workspace's catalog, asks for


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
        has_workspaces=bool(data.get("workspaces")),
        manager=_manager(data.get("packageManager")),
    )


def find_dependency(
    name: str, manifest: Manifest, folder: Path, repository: Path
) -> Dependency | None:
    """Find the version of a dependency of the package in `folder`.

    The installed version counts, else the one in the lock file, else what package.json asks for.
    None: it is not a dependency. Workspaces hoist: `repository` is the last folder looked into.
    """
    ancestors = list(_up_to(folder, repository))
    wanted = _wanted(name, manifest, ancestors[1:])
    if wanted is None:
        return None
    for ancestor in ancestors:
        installed = _installed_version(ancestor / "node_modules" / name / "package.json")
        if installed is not None:
            return Dependency(version=installed, source="installed", wanted=wanted)
    for ancestor in ancestors:
        wanted = lockfiles.from_catalog(name, wanted, ancestor)
    for ancestor in ancestors:
        locked = lockfiles.find_version(name, wanted, folder, ancestor)
        if locked is not None:
            return Dependency(version=locked, source="locked", wanted=wanted)
    is_exact = _EXACT.fullmatch(wanted.strip().removeprefix("workspace:")) is not None
    return Dependency(
        version=lowest_version(wanted), source="exact" if is_exact else "range", wanted=wanted
    )


def hoisted(folder: Path, repository: Path) -> Mapping[str, str]:
    """Collect the dependencies that the folders above `folder` declare, up to `repository`."""
    found: dict[str, str] = {}
    for ancestor in list(_up_to(folder, repository))[1:]:
        manifest = _readable_manifest(ancestor)
        found = {**(manifest.dependencies if manifest else {}), **found}
    return found


def stays_in_major(wanted: str) -> bool:
    """Whether the range allows only versions of one major."""
    return _WITHIN_MAJOR.fullmatch(wanted.strip().removeprefix("workspace:")) is not None


def manager_of(folder: Path, repository: Path) -> str:
    """Name the package manager of the project in `folder`; npm if nothing says which."""
    ancestors = list(_up_to(folder, repository))
    for ancestor in ancestors:
        manifest = _readable_manifest(ancestor)
        found = (manifest and manifest.manager) or lockfiles.manager_of(ancestor)
        if found:
            return found
    return "npm"


def run_command(manager: str, script: str) -> str:
    """Return what runs a script of package.json: `npm run develop`, `pnpm develop`."""
    return f"{_RUN.get(manager, 'npm run')} {script}"


def install_command(manager: str, package: str = "") -> str:
    """Return what installs one more package, or all that package.json asks for."""
    if not package:
        return f"{manager} install"
    return f"{_INSTALL_ONE.get(manager, 'npm install')} {package}"


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


def _wanted(name: str, manifest: Manifest, above: list[Path]) -> str | None:
    """Find the range asked for: in the package itself, else in a folder above (hoisted)."""
    if name in manifest.dependencies:
        return manifest.dependencies[name]
    for ancestor in above:
        other = _readable_manifest(ancestor)
        if other and name in other.dependencies:
            return other.dependencies[name]
    return None


def _readable_manifest(folder: Path) -> Manifest | None:
    try:
        return read_manifest(folder)
    except SetupError:
        return None


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


def _manager(value: object) -> str:
    name = value.partition("@")[0] if isinstance(value, str) else ""
    return name if name in _RUN else ""


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
