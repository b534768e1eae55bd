"""Finds the project that a command is about: settings file, back end, front end; asks where it must."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from twitter_setup.addresses import redirect_url
from twitter_setup.errors import Advice, SetupError
from twitter_setup.project import backend as backends
from twitter_setup.project import find as project
from twitter_setup.project import frontend as frontends
from twitter_setup.project import git as git_files
from twitter_setup.project import settings, settings_file
from twitter_setup.project.backend import BackEnd
from twitter_setup.project.frontend import FrontEnd
from twitter_setup.project.settings import FileSettings, Options
from twitter_setup.state.folder import FOLDER
from twitter_setup.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """Where everything is. `options` are the flags with the settings file laid under them."""

    root: Path
    file: FileSettings
    options: Options
    backend: BackEnd
    frontend: FrontEnd | None

    @property
    def redirect_path(self) -> str:
        """Return the path of the page where a login ends, the front end's base path included."""
        base = self.frontend.base_path if self.frontend else ""
        return redirect_url.path_of(self.file.get("frontend", "redirect_path"), base)


class Again(Protocol):
    """Write a command, to be pasted, with more options and without some."""

    def __call__(self, *more: str, without: tuple[str, ...] = ()) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks: the command for advice, its folder, its environment, and who can answer.

    `typed` is what stood on the command line after it, without secrets.
    """

    command: str
    cwd: Path
    environ: Mapping[str, str]
    view: View
    typed: tuple[str, ...] = ()

    def again(self, *more: str, without: tuple[str, ...] = ()) -> str:
        """The same command with `more`, to be pasted into a shell; `without` these options."""
        return command_with(self.command, self.typed, more, without)


def command_with(
    command: str, typed: Sequence[str], more: Sequence[str], without: Sequence[str]
) -> str:
    """Write a command with the options in `typed` and `more`; those `without` go with their values."""
    kept: list[str] = []
    is_left_out = False
    for word in typed:
        is_left_out = word in without if word.startswith("--") else is_left_out
        if not is_left_out:
            kept.append(word)
    return shlex.join(["twitter-setup", command, *kept, *more])


def locate(options: Options, caller: Caller) -> Located:
    """Find and read both ends.

    Raises `SetupError`: `no_project`, `several_projects`, `project_broken`, `unsupported_version`,
    `settings_invalid`.
    """
    folder, file, root = _backend_folder(options, caller)
    _check_state(folder)
    merged = replace(settings.under(options, file), backend=folder)
    backend = _load_backend(folder, merged, file, caller.environ)
    frontend = _frontend(merged, file, backend, root, caller)
    for warning in file.warnings:
        caller.view.note(warning)
    return Located(root=root, file=file, options=merged, backend=backend, frontend=frontend)


def reread(located: Located, environ: Mapping[str, str]) -> Located:
    """The same project as its files are now."""
    file, options = located.file, located.options
    backend = _load_backend(located.backend.root, options, file, environ)
    frontend = located.frontend and _load_frontend(located.frontend.root, options, file)
    return replace(located, backend=backend, frontend=frontend)


def load_backend(folder: Path, caller: Caller, options: Options | None = None) -> BackEnd:
    """The back end in `folder` alone, with what the settings file says of it."""
    root = project.repository_root(folder)
    file = settings.read_file(settings.find_file(folder, root), root)
    merged = settings.under(options or Options(), file)
    return _load_backend(folder, merged, file, caller.environ)


def state_folder(options: Options, caller: Caller) -> Path:
    """The back end's folder for `undo` and `status`, which must work in a broken project too.

    The nearest back end, or folder with an earlier run's `.twitter-setup/`, parsed or not.
    """
    folder = _state_folder(options, caller)
    _check_state(folder)
    return folder


def _state_folder(options: Options, caller: Caller) -> Path:
    if options.backend is not None:
        folder = (caller.cwd / options.backend).resolve()
        return folder if _has_state(folder) else _backend_folder(options, caller)[0]
    found = project.find_below_or_above(
        caller.cwd, lambda folder: _has_state(folder) or project.is_backend(folder)
    )
    for candidates in (found, [folder for folder in found if _has_state(folder)]):
        if len(candidates) == 1:
            return candidates[0]
    return _backend_folder(options, caller)[0]


def _check_state(backend: Path) -> None:
    """Refuse a `.twitter-setup/` that is not this user's own work. Raises `not_writable`."""
    folder = backend / FOLDER
    files = [folder, *folder.rglob("*")]
    links = [path for path in files if path.is_symlink()]
    advice = [Advice("delete it if it is not yours")]
    if links:
        problem = f"{links[0]} is a link"
    elif folder.is_dir() and hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
        problem = "it belongs to another user"
    elif folder.is_dir() and git_files.tracked(backend, files):
        problem = "git tracks it, so it may have come with the repository"
        command = f"git rm -r -q --cached {shlex.quote(str(folder))}"
        advice.insert(0, Advice("take it out of git if it is yours", command=command))
    else:
        return
    message = f"{folder} is not used: {problem}."
    raise SetupError("not_writable", message, advice=advice, unchanged="Nothing was changed.")


def _has_state(folder: Path) -> bool:
    return (folder / FOLDER).is_dir()


def _backend_folder(options: Options, caller: Caller) -> tuple[Path, FileSettings, Path]:
    start = caller.cwd / options.backend if options.backend else caller.cwd
    root = project.repository_root(start)
    file = settings.read_file(settings.find_file(start, root), root)
    given = settings.under(options, file).backend
    found = () if given else project.find_backends(caller.cwd)
    if len(found) > 1 and caller.view.may_ask:
        folder = _choose("Several Strapi projects are here. Which one?", found, root, caller.view)
        _remember(root, "backend", folder, options, caller)
    else:
        folder = project.choose_backend(
            given,
            caller.cwd,
            accept_any=file.get("backend", "server_config") is not None,
            command=caller.command,
        )
    root = project.repository_root(folder)
    if file.path is None:
        file = settings.read_file(settings.find_file(folder, root), root)
    return folder, file, root


def _frontend(
    options: Options, file: FileSettings, backend: BackEnd, root: Path, caller: Caller
) -> FrontEnd | None:
    found = () if options.frontend else project.frontends_for(backend.root, caller.cwd)
    if len(found) > 1 and caller.view.may_ask:
        folder = _choose("Several front ends are here. Which one?", found, root, caller.view)
        _remember(root, "frontend", folder, options, caller)
        return _load_frontend(folder, options, file)
    chosen = project.choose_frontend(
        options.frontend, backend.root, caller.cwd, command=caller.command
    )
    return _load_frontend(chosen, options, file) if chosen else None


def _load_backend(
    folder: Path, options: Options, file: FileSettings, environ: Mapping[str, str]
) -> BackEnd:
    return backends.load(
        folder,
        environ,
        server_config=file.get("backend", "server_config"),
        url_key=file.get("backend", "url_key"),
        port=options.port,
    )


def _load_frontend(folder: Path, options: Options, file: FileSettings) -> FrontEnd:
    return frontends.load(
        folder, port=options.frontend_port, env_file=file.get("frontend", "env_file")
    )


def _choose(question: str, found: Sequence[Path], root: Path, view: View) -> Path:
    names = [str(f.relative_to(root)) if f.is_relative_to(root) else str(f) for f in found]
    return found[view.choose(question, names)]


def _remember(root: Path, table: str, folder: Path, options: Options, caller: Caller) -> None:
    """Not for what changes nothing, and not a folder outside, which the file may not name."""
    if options.dry_run or caller.command == "status" or not folder.is_relative_to(root):
        return
    value = folder.relative_to(root).as_posix()
    settings_file.remember(root / settings.FILE_NAME, table, "dir", value, caller.view)
