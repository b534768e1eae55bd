"""The ways in which dev servers are known to give files away, and the Vite that a front end runs.

https://github.com/vitejs/vite/security/advisories (read in December 2026)
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from twitter_setup.project import packages
from twitter_setup.project.frameworks import FrameworkId
from twitter_setup.project.packages import Version


@dataclass(frozen=True, slots=True)
class Spelling:
    """A way to ask a dev server for `{file}`, and the advisory that describes it.

    `safe`: the first safe version of each major. A major that is missing has none, unless it is above
    all that are listed. No advisory: only a setting of the user's (`server.fs`) allows it.
    """

    target: str
    advisory: str = ""
    safe: str = ""
    package: str = "vite"
    by: Literal["request", "socket"] = "request"
    windows_only: bool = False

    def requested(self, file: str) -> str:
        """Return the target of the HTTP request: path and query, undecoded."""
        return "/" if self.by == "socket" else self.target.format(file=file)

    def first_safe(self, version: Version) -> Version:
        """Return the first version from `version` on that does not answer this spelling."""
        fixes = [fix for text in self.safe.split() if (fix := packages.version_tuple(text))]
        return max(version, next((fix for fix in fixes if fix[0] >= version[0]), version))


# The canary is asked for in each of these that the gateway lets through (`canary`).
SUFFIXES = ("", ".html", ".svg")  # of the canary's file: some spellings need one
_UP = "/.." * 24
SPELLINGS = (
    Spelling("/@fs{file}"),
    Spelling("/@fs{file}?raw"),
    Spelling("/@fs{file}?import&raw", "CVE-2024-45811", "3.2.11 4.5.5 5.4.6"),
    Spelling("/@fs{file}?raw??", "CVE-2025-30208", "4.5.10 5.4.15 6.2.3"),
    Spelling("/@fs{file}?import&raw??", "CVE-2025-30208", "4.5.10 5.4.15 6.2.3"),
    Spelling("/@fs/{file}?import&raw??", "CVE-2025-30208", "4.5.10 5.4.15 6.2.3"),
    Spelling("{file}?import&raw??", "CVE-2025-30208", "4.5.10 5.4.15 6.2.3"),
    Spelling("/@fs{file}?raw?import", "CVE-2025-31125", "4.5.11 5.4.16 6.2.4"),
    Spelling("/@fs{file}.svg?inline&import", "CVE-2025-31125", "4.5.11 5.4.16 6.2.4"),
    Spelling("/@fs{file}?import&?inline=1.wasm?init", "CVE-2025-31125", "4.5.11 5.4.16 6.2.4"),
    Spelling("/@fs{file}?.svg?.wasm?init", "CVE-2025-31486", "4.5.12 5.4.17 6.2.5"),
    Spelling("/@fs{file}.svg?import", "CVE-2025-31486", "4.5.12 5.4.17 6.2.5"),
    Spelling("file://{file}?raw", "CVE-2026-39363", "4.0.0 5.0.0 6.4.2 7.3.2 8.0.5", by="socket"),
    # The gateway refuses these.
    Spelling(f"/@fs/#{_UP}{{file}}", "CVE-2025-32395", "4.5.13 5.4.18 6.2.6"),
    Spelling(f"{_UP}{{file}}.html", "CVE-2025-58752", "5.4.20 6.3.6 7.1.5"),
    Spelling("/{file}?raw"),
    Spelling("/@fs{file}%00?raw"),
    Spelling("/@fs\\{file}?raw"),
    # Other dev servers; the gateway refuses the first two.
    Spelling(
        f"{_UP.replace('/', '%2f').replace('%2f', '/', 1)}%2f{{file}}",
        "CVE-2024-29180",
        "5.3.4 6.1.2 7.1.0",
        package="webpack-dev-middleware",
    ),
    Spelling(
        "/__file-code-frame?filePath={file}&lineNumber=1",
        "CVE-2023-34238",
        "4.25.7 5.9.1",
        package="gatsby",
    ),
    Spelling("/webpack-internal:///{file}", package=""),
    Spelling("/__get-internal-source?fileName=webpack-internal:///{file}", package=""),
    Spelling("/__nextjs_source-map?filename=file://{file}", package=""),
    Spelling(
        "/__nextjs_original-stack-frame?isServer=true&file=file://{file}&methodName=a&lineNumber=1",
        package="",
    ),
)
# What `server.fs.deny` keeps back inside the project. No canary can show it: it is not ours to put a
# file there. `{file}` is one that the user's own list denies; Vite's list the gateway refuses itself.
# CVE-2026-39365 needs `..` in the path, which the gateway refuses, and has no fix in Vite 5.
_DENIED = (
    Spelling("{file}/.", "CVE-2025-46565", "4.5.14 5.4.19 6.3.4"),
    Spelling("/..{file}", "CVE-2025-58751", "5.4.20 6.3.6 7.1.5"),
    Spelling("{file}\\", "CVE-2025-62522", "5.4.21 6.4.1 7.1.11", windows_only=True),
    Spelling("{file}?import&raw", "CVE-2026-39364", "4.0.0 5.0.0 6.0.0 7.3.2 8.0.5"),
    Spelling("{file}::$DATA?raw", "CVE-2026-53571", "6.4.3 7.3.5 8.0.16", windows_only=True),
)

# The frameworks that run Vite, and where Node finds theirs: from one package on to the next. The
# first chain that is installed counts. Others may have a Vite for their tests, which serves nobody.
_CHAINS: dict[FrameworkId, tuple[tuple[str, ...], ...]] = {
    "vite": ((),),
    "astro": (("astro",),),
    "sveltekit": (("@sveltejs/kit",),),
    "nuxt": (("nuxt", "@nuxt/vite-builder"),),
    "angular": (("@angular/build",), ("@angular-devkit/build-angular",)),
}
# Builders of `@angular-devkit/build-angular` whose dev server is Vite; with the others it is webpack.
_ANGULAR_ON_VITE = (b":application", b":browser-esbuild")


def refusal(leaky: Sequence[Spelling], vite: str | None) -> tuple[str, str]:
    """Say what gave the canary away, and name the package to update; "" if an update will not help.

    leaky: the spellings that returned it; vite: the installed version, None if it is not known.
    """
    known = [each for each in leaky if each.advisory]
    version = packages.version_tuple(vite or "")
    of_vite = [each for each in known if each.package == "vite"]
    if of_vite and version and (safe := _safe_version(version, _on(sys.platform))) > version:
        return _sentence(f"Vite {vite}", of_vite, _text(safe)), "vite"
    if known and not (of_vite and version):
        package = known[0].package
        mine = [each for each in known if each.package == package]
        fixed = max((each.safe.split() for each in mine), key=len)
        title = "Vite" if package == "vite" else package
        return _sentence(f"This {title}", mine, " or ".join(fixed)), package
    return (
        "The front end's dev server lets whoever reaches it read files of this machine"
        f" ({leaky[0].target.format(file='/…')}). Its configuration may allow that (`server.fs`).",
        "",
    )


def deny_bypass(
    version: str | None,
    lets_through: Callable[[str], bool],
    *,
    platform: str = sys.platform,
) -> str | None:
    """Say with which advisories this Vite returns files that `server.fs.deny` names; None: none.

    lets_through: whether the gateway forwards a request's target.
    """
    passing = [each for each in _DENIED if lets_through(each.target.format(file="/private.txt"))]
    return _by_version(version, passing, platform)


def file_read_hole(
    frontend: Path, framework: FrameworkId, *, platform: str = sys.platform
) -> str | None:
    """Say which installed Vite has which hole, and which version has none; None: none is known.

    None as well where no Vite is installed: then none runs.
    """
    return _by_version(installed_vite(frontend, framework), _on(platform), platform)


def _by_version(version: str | None, lines: Sequence[Spelling], platform: str) -> str | None:
    numbers = packages.version_tuple(version or "")
    if numbers is None:
        return None
    lines = [each for each in lines if each in _on(platform)]
    found = [each for each in lines if each.first_safe(numbers) > numbers]
    if not found:
        return None
    return _sentence(f"Vite {version}", found, _text(_safe_version(numbers, _on(platform))))


def _on(platform: str) -> list[Spelling]:
    """List the lines about Vite that count on this platform."""
    return [
        each
        for each in (*SPELLINGS, *_DENIED)
        if each.package == "vite" and (platform == "win32" or not each.windows_only)
    ]


def _safe_version(version: Version, lines: Sequence[Spelling]) -> Version:
    """Find the first version from `version` on that no line names."""
    safe = max(each.first_safe(version) for each in lines)
    # The fix of one may lie in a major that has another hole.
    return safe if safe == version else _safe_version(safe, lines)


def _sentence(subject: str, lines: Sequence[Spelling], safe: str) -> str:
    names = ", ".join(dict.fromkeys(each.advisory for each in lines))
    return (
        f"{subject} lets whoever reaches its dev server read files of this machine ({names});"
        f" {safe} does not."
    )


def _text(version: Version) -> str:
    return ".".join(map(str, version))


def installed_vite(frontend: Path, framework: FrameworkId) -> str | None:
    """Find the Vite that runs: the framework's own copy wins over the project's."""
    for chain in _CHAINS.get(framework, ()):
        if chain == ("@angular-devkit/build-angular",) and not _angular_runs_vite(frontend):
            continue
        if vite := _end_of(chain, frontend):
            return _version(vite)
    if framework in _CHAINS and framework != "angular":  # Angular never runs the project's own
        vite = _resolve("vite", frontend)
        return _version(vite) if vite else None
    return None


def _angular_runs_vite(frontend: Path) -> bool:
    for name in ("angular.json", "project.json"):
        try:
            text = (frontend / name).read_bytes()
        except OSError:
            continue
        return any(builder in text for builder in _ANGULAR_ON_VITE)
    return False


def _end_of(chain: tuple[str, ...], frontend: Path) -> Path | None:
    """Follow packages from one to the next, and return the Vite that the last one finds."""
    folder: Path | None = frontend
    for name in chain:
        # Node looks around a package's real place (pnpm links it there).
        found = _resolve(name, folder) if folder else None
        folder = found.resolve() if found else None
    return _resolve("vite", folder) if folder else None


def _resolve(name: str, start: Path) -> Path | None:
    for candidate in _candidates(name, start):
        if (candidate / "package.json").is_file():
            return candidate
    return None


def _candidates(name: str, start: Path) -> Iterator[Path]:
    folder = Path(os.path.abspath(start))  # noqa: PTH100  (links stay what they are)
    for ancestor in (folder, *folder.parents):
        yield ancestor / "node_modules" / name


def _version(package: Path) -> str | None:
    try:
        version = json.loads((package / "package.json").read_bytes())["version"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return version if isinstance(version, str) else None
