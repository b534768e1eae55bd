"""Tells what a front end is made with: by its dependencies, its scripts, its files."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace
from pathlib import Path

from twitter_setup.project import packages
from twitter_setup.project.frameworks import FRAMEWORKS, PLAIN, Framework
from twitter_setup.project.packages import Manifest
from twitter_setup.project.tools import folders, nx, scripts
from twitter_setup.project.tools.nx import NxProject

_SUFFIXES = (".ts", ".js", ".mts", ".mjs", ".cts", ".cjs", ".json")
# What several frameworks on Vite run: the program alone does not tell which one it is.
_SHARED_PROGRAMS = frozenset({"vite", "vinxi"})

_VITE = FRAMEWORKS[-1]
# They keep a changed variable until they are restarted, unlike Vite itself.
_ON_VITE = (
    replace(
        _VITE,
        title="React Router",
        dependency="@react-router/dev",
        programs=("react-router",),
        reads_env_at_start_only=True,
    ),
    replace(
        _VITE,
        title="TanStack Start",
        dependency="@tanstack/react-start",
        other_dependencies=("@tanstack/solid-start",),
        without_config="app.config",
        reads_env_at_start_only=True,
    ),
    replace(
        _VITE,
        title="TanStack Start",  # before 1.121, on vinxi
        dependency="@tanstack/react-start",
        other_dependencies=("@tanstack/solid-start", "@tanstack/start"),
        programs=("vinxi",),
        port=3000,
        port_variables=("PORT",),
        config="app.config",
        reads_env_at_start_only=True,
    ),
    replace(
        _VITE,
        title="SolidStart",
        dependency="@solidjs/start",
        programs=("vinxi", "vite"),
        port=3000,
        port_variables=("PORT",),
        config="app.config",
        reads_env_at_start_only=True,
    ),
    replace(
        _VITE,
        title="SolidStart",
        dependency="solid-start",
        programs=("solid-start",),
        port=3000,
        reads_env_at_start_only=True,
    ),
    replace(
        _VITE,
        title="Qwik",
        dependency="@builder.io/qwik",
        other_dependencies=("@qwik.dev/core",),
        prefixes=("PUBLIC_", "VITE_"),
        default_variable="PUBLIC_STRAPI_URL",
        reads_env_at_start_only=True,
    ),
    replace(
        _VITE,
        title="Vike",
        dependency="vike",
        other_dependencies=("vite-plugin-ssr",),
        programs=("vike", "vite"),
        port=3000,
        prefixes=("PUBLIC_ENV__", "VITE_"),
        default_variable="PUBLIC_ENV__STRAPI_URL",
        reads_env_at_start_only=True,
    ),
)
_OTHERS = (
    replace(
        PLAIN,
        title="Remix",  # with its own compiler; `--port` is not the app's port
        dependency="@remix-run/dev",
        without_config="vite.config",
        programs=("remix",),
        scripts=("dev", "start"),
        port_options=(),
        port_variables=("PORT",),
        port_variables_from_files=True,
    ),
    replace(
        _VITE,
        title="Remix",
        dependency="@remix-run/dev",
        programs=("remix",),
        reads_env_at_start_only=True,
    ),
    replace(
        PLAIN,
        title="Quasar",
        dependency="@quasar/app-vite",
        other_dependencies=("@quasar/app-webpack", "@quasar/app"),
        programs=("quasar",),
        port=9000,
        config="quasar.config",
        port_key=("devServer", "port"),
        env_files=(".env", ".env.local", ".env.dev", ".env.local.dev"),
    ),
)
# In the order in which they are looked for: projects of most others have Vite as well.
KNOWN = (*FRAMEWORKS[:-1], *_ON_VITE, *_OTHERS, _VITE)


def framework_of(folder: Path, repository: Path) -> Framework | None:
    """Tell what the package in `folder` is made with, dependencies of folders above included.

    None: it is no front end. Raises `project_broken` for a package.json that does not parse.
    """
    manifest, project = packages.read_manifest(folder), nx.read(folder)
    if manifest is None and project is None:
        return None
    manifest = manifest or Manifest.empty(folder)
    is_workspace = folders.is_workspace(folder)
    for framework in _candidates(manifest.dependencies, folder):
        if not is_workspace or _uses(framework, folder, manifest, project):
            return framework
    if project is not None and project.is_library:
        return None
    for framework in _candidates(packages.hoisted(folder, repository), folder):
        if _uses(framework, folder, manifest, project):
            return framework
    return None


def serves_pages(folder: Path, framework: Framework) -> bool:
    """Whether it is more than a library: plain Vite builds those too, and has no index.html then."""
    return framework is not _VITE or (folder / "index.html").is_file()


def _candidates(dependencies: Container[str], folder: Path) -> tuple[Framework, ...]:
    """List the frameworks that are among the dependencies, the likeliest first."""
    return tuple(
        known
        for known in KNOWN
        if any(name in dependencies for name in known.dependencies)
        and not (known.without_config and _config_file(folder, known.without_config))
    )


def _uses(
    framework: Framework, folder: Path, manifest: Manifest, project: NxProject | None
) -> bool:
    """Whether this very package uses the framework that it, or a folder above, depends on."""
    if framework is not _VITE and framework.id == "vite":
        config = _config_file(folder, "vite.config") or _config_file(folder, "app.config")
        return config is not None and _mentions(config, framework.dependencies)
    if framework.id == "sveltekit":
        return _config_file(folder, "svelte.config") is not None
    if any(
        _config_file(folder, name) for name in (f"{framework.id}.config", f"{framework.id}-config")
    ):
        return True
    programs = frozenset(framework.programs) - (
        frozenset() if framework is _VITE else _SHARED_PROGRAMS
    )
    lines = [*manifest.scripts.values(), *(project.commands if project else ())]
    if any(scripts.runs(line, programs) for line in lines):
        return True
    return project is not None and framework.id in project.tools


def _config_file(folder: Path, name: str) -> Path | None:
    files = (folder / f"{name}{suffix}" for suffix in _SUFFIXES)
    return next((file for file in files if file.is_file()), None)


def _mentions(file: Path, names: tuple[str, ...]) -> bool:
    try:
        content = file.read_bytes()
    except OSError:
        return False
    return any(name.encode() in content for name in names)
