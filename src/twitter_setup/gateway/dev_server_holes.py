"""Whether a front end's dev server lets strangers read files of this machine: Vite's known holes.

A dev server is made for one machine. Published, each of these gives away `.env`, keys, or any file.
https://github.com/vitejs/vite/security/advisories (read in November 2026)
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from twitter_setup.project import packages
from twitter_setup.project.frameworks import FrameworkId
from twitter_setup.project.packages import Version


@dataclass(frozen=True, slots=True)
class _Hole:
    cve: str
    ranges: tuple[tuple[Version, Version], ...]  # from, and fixed in
    windows_only: bool = False


# Left out, for what the gateway lets through: CVE-2026-39365 needs `..` in the path (and has no
# fix in Vite 5). Left out, since it is Windows alone: CVE-2026-53571.
_HOLES = (
    _Hole(
        "CVE-2025-30208",
        (
            ((0, 0, 0), (4, 5, 10)),
            ((5, 0, 0), (5, 4, 15)),
            ((6, 0, 0), (6, 0, 12)),
            ((6, 1, 0), (6, 1, 2)),
            ((6, 2, 0), (6, 2, 3)),
        ),
    ),
    _Hole(
        "CVE-2025-31125",
        (
            ((0, 0, 0), (4, 5, 11)),
            ((5, 0, 0), (5, 4, 16)),
            ((6, 0, 0), (6, 0, 13)),
            ((6, 1, 0), (6, 1, 3)),
            ((6, 2, 0), (6, 2, 4)),
        ),
    ),
    _Hole(
        "CVE-2025-31486",
        (
            ((0, 0, 0), (4, 5, 12)),
            ((5, 0, 0), (5, 4, 17)),
            ((6, 0, 0), (6, 0, 14)),
            ((6, 1, 0), (6, 1, 4)),
            ((6, 2, 0), (6, 2, 5)),
        ),
    ),
    _Hole(
        "CVE-2025-32395",
        (
            ((0, 0, 0), (4, 5, 13)),
            ((5, 0, 0), (5, 4, 18)),
            ((6, 0, 0), (6, 0, 15)),
            ((6, 1, 0), (6, 1, 5)),
            ((6, 2, 0), (6, 2, 6)),
        ),
    ),
    _Hole(
        "CVE-2025-46565",
        (
            ((0, 0, 0), (4, 5, 14)),
            ((5, 0, 0), (5, 4, 19)),
            ((6, 0, 0), (6, 1, 6)),
            ((6, 2, 0), (6, 2, 7)),
            ((6, 3, 0), (6, 3, 4)),
        ),
    ),
    *(
        _Hole(
            cve,
            (
                ((0, 0, 0), (5, 4, 20)),
                ((6, 0, 0), (6, 3, 6)),
                ((7, 0, 0), (7, 0, 7)),
                ((7, 1, 0), (7, 1, 5)),
            ),
        )
        for cve in ("CVE-2025-58751", "CVE-2025-58752")
    ),
    _Hole(
        "CVE-2025-62522",
        (
            ((0, 0, 0), (5, 4, 21)),
            ((6, 0, 0), (6, 4, 1)),
            ((7, 0, 0), (7, 0, 8)),
            ((7, 1, 0), (7, 1, 11)),
        ),
        windows_only=True,
    ),
    _Hole(
        "CVE-2026-39363",
        (((6, 0, 0), (6, 4, 2)), ((7, 0, 0), (7, 3, 2)), ((8, 0, 0), (8, 0, 5))),
    ),
    _Hole("CVE-2026-39364", (((7, 1, 0), (7, 3, 2)), ((8, 0, 0), (8, 0, 5)))),
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


def file_read_hole(
    frontend: Path, framework: FrameworkId, *, platform: str = sys.platform
) -> str | None:
    """Say which installed Vite has which hole, and which version has none; None: none is known.

    None as well where no Vite is installed: then none runs.
    """
    version = _installed_vite(frontend, framework)
    numbers = packages.version_tuple(version or "")
    if numbers is None:
        return None
    holes = [hole for hole in _HOLES if platform == "win32" or not hole.windows_only]
    found = [(hole.cve, fixed) for hole in holes if (fixed := _fixed_in(hole, numbers))]
    if not found:
        return None
    safe = max(fixed for _, fixed in found)
    # The fix of one may lie in a version with another.
    while later := [fixed for hole in holes if (fixed := _fixed_in(hole, safe))]:
        safe = max(later)
    names = ", ".join(cve for cve, _ in found)
    return (
        f"Vite {version} lets whoever reaches its dev server read files of this machine ({names});"
        f" {'.'.join(map(str, safe))} does not."
    )


def _fixed_in(hole: _Hole, version: Version) -> Version | None:
    return next((fixed for first, fixed in hole.ranges if first <= version < fixed), None)


def _installed_vite(frontend: Path, framework: FrameworkId) -> str | None:
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
