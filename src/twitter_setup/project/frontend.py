"""Reads a front end: its framework, its port, the `.env` files that its dev server reads.

Changes nothing, and runs nothing but `git ls-files`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from twitter_setup.edits import dotenv
from twitter_setup.project import base_path, dev_server, frameworks, packages
from twitter_setup.project import git as git_files
from twitter_setup.project.dev_server import DevCommand
from twitter_setup.project.files import SourceFile, check_port, parse_port, read_source
from twitter_setup.project.find import repository_root
from twitter_setup.project.frameworks import Framework, FrameworkId
from twitter_setup.project.packages import Manifest
from twitter_setup.project.tools import angular, detect, nx


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontEnd:
    """A front end as it is on disk."""

    root: Path
    name: str
    framework: FrameworkId
    title: str  # "Next.js"
    port: int
    port_from: str
    env_files: tuple[SourceFile, ...]  # read in development, the one that wins last; there or not
    tracked: frozenset[Path]  # of these, the ones in git
    reads_env_at_start_only: bool
    base_path: str = ""  # below which the app is served: a slash in front, none at the end
    command: str = ""  # what starts its dev server, as it is typed; '' if nothing tells
    keeps_set_values: bool = False  # until a restart, though it reads the files again

    @property
    def must_restart(self) -> bool:
        """Whether its dev server may keep a former value until it is restarted."""
        return self.reads_env_at_start_only or self.keeps_set_values


def load(folder: Path, *, port: int | None = None, env_file: str | None = None) -> FrontEnd:
    """Read the front end in `folder`; the keywords are the user's settings, which win.

    Raises `project_broken`, and `usage` for a `port` that is none.
    """
    root = folder.resolve()
    manifest = packages.read_manifest(root) or packages.Manifest.empty(root)
    framework = detect.framework_of(root, repository_root(root)) or frameworks.PLAIN
    command = dev_server.find_command(framework, manifest)
    paths = [root / env_file] if env_file else _env_paths(root, framework, manifest, command)
    env_files = tuple(read_source(path) for path in paths)
    number, port_from = _read_port(port, root, framework, command, env_files)
    return FrontEnd(
        root=root,
        name=manifest.name,
        framework=framework.id,
        title=framework.title,
        port=number,
        port_from=port_from,
        env_files=env_files,
        tracked=git_files.tracked(root, paths) or frozenset(),
        reads_env_at_start_only=framework.reads_env_at_start_only,
        keeps_set_values=framework.keeps_set_values,
        base_path=base_path.find(root, framework, command, _effective(env_files)),
        command=_start_command(root, framework, manifest, command),
    )


def effective(frontend: FrontEnd) -> dict[str, tuple[str, SourceFile]]:
    """Find the value of each variable, and the file that it comes from."""
    return _effective(frontend.env_files)


def _start_command(
    root: Path, framework: Framework, manifest: Manifest, command: DevCommand
) -> str:
    usual = (name for name in framework.scripts if name in manifest.scripts)
    script = command.script or next(usual, "")
    if script:
        return packages.run_command(packages.manager_of(root, repository_root(root)), script)
    project = nx.read(root)
    return f"npx nx serve {project.name}" if project and not project.is_library else ""


def _effective(files: Sequence[SourceFile]) -> dict[str, tuple[str, SourceFile]]:
    return {
        name: (value, file)
        for file in files
        for name, value in dotenv.values(file.content or b"").items()
    }


def _env_paths(
    root: Path, framework: Framework, manifest: Manifest, command: DevCommand
) -> list[Path]:
    """List where the dev server looks for `.env` files, the one that wins last."""
    names = framework.env_files
    if framework.id == "cra" and _is_before_4("react-scripts", manifest, root):
        names = frameworks.MODE_WINS  # the order of the two in the middle was changed in 4.0
    if framework.id == "nuxt":
        names = (command.option("--dotenv") or ".env",)
    mode = (framework.takes_mode and command.option("--mode", "-m")) or "development"
    folder = root
    if framework.env_folder_key:
        name = framework.env_folder_config or framework.config
        found = dev_server.config_value(root, name, framework.env_folder_key)
        folder = Path(os.path.normpath(root / (found or "")))
    return [folder / name.format(mode=mode) for name in names]


def _is_before_4(name: str, manifest: Manifest, root: Path) -> bool:
    found = packages.find_dependency(name, manifest, root, repository_root(root))
    version = packages.version_tuple((found and found.version) or "")
    return version is not None and version < (4, 0, 0)


def _read_port(
    given: int | None,
    root: Path,
    framework: Framework,
    command: DevCommand,
    env_files: Sequence[SourceFile],
) -> tuple[int, str]:
    """Find the port of the dev server, and what says so."""
    if given is not None:
        return check_port(given, "--frontend-port"), "--frontend-port"
    for text, where in _port_texts(root, framework, command, env_files):
        port = parse_port(text or "")
        if port is not None:
            return port, where
    return framework.port, "default"


def _port_texts(
    root: Path, framework: Framework, command: DevCommand, env_files: Sequence[SourceFile]
) -> Iterator[tuple[str | None, str]]:
    """Find what may set the port, in the order in which the dev servers ask."""
    script = f"the {command.script} script"
    if framework.port_options:
        yield command.option(*framework.port_options), script
    for name in framework.port_variables:
        yield command.variable(name), script
    if framework.port_variables_from_files:
        values = _effective(env_files)
        for name in framework.port_variables:
            if name in values:
                yield values[name][0], f"{name} in {values[name][1].path.name}"
    project = nx.read(root)
    if project is not None:
        yield project.port, "project.json"
    if framework.id == "angular":
        yield angular.port(root, command.arguments), "angular.json"
    if framework.port_key:
        yield dev_server.config_value(root, framework.config, framework.port_key), framework.config
