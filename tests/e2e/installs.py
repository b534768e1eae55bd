"""Where real Strapi projects live during a test, and their packages, installed once per lock file."""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import filelock
import psutil
import pytest

from twitter_setup.project.backend import unwatched_part

_REPOSITORY = Path(__file__).resolve().parents[2]
# Read before any fixture changes it.
_ENVIRONMENT = dict(os.environ)
_NUMBERS = itertools.count(1)
_INSTALL_SECONDS = 900


def scratch_folder() -> Path:
    """A folder that `strapi develop` watches: it sees no change below `tmp`, `build` or a dot folder."""
    named = _ENVIRONMENT.get("TWITTER_SETUP_SCRATCH")
    if named:
        part = unwatched_part(Path(named).resolve())
        assert part is None, f"TWITTER_SETUP_SCRATCH: Strapi watches nothing below {part!r}"
        return Path(named).resolve()
    home = Path(_ENVIRONMENT.get("HOME") or "/root")
    for folder in (_REPOSITORY / "scratch", home / "twitter-setup-scratch"):
        if unwatched_part(folder) is None:
            return folder
    return Path("/opt/twitter-setup-scratch")


def environment() -> dict[str, str]:
    """What a person's shell has, without what would decide for Strapi or for npm."""
    ours = ("STRAPI_", "TWITTER_", "NGROK_", "STANDIN_", "npm_", "PUBLIC_URL", "APP_URL")
    taken = {"HOST", "PORT", "NODE_ENV", "NODE_OPTIONS", "ENV_PATH", "INIT_CWD"}
    return {
        name: value
        for name, value in _ENVIRONMENT.items()
        if name not in taken and not name.startswith(ours)
    }


def need_node() -> None:
    """Without Node there is nothing to test."""
    missing = [name for name in ("node", "npm", "git") if shutil.which(name) is None]
    if not missing:
        return
    is_missing(
        f"{' and '.join(missing)} not found: tests on real Strapi projects need Node 20 or newer"
    )


def is_missing(said: str) -> NoReturn:
    """Skip what cannot be tested on this machine; in CI that is a failure."""
    if _ENVIRONMENT.get("CI"):
        pytest.fail(said)
    pytest.skip(said)


def node_modules(name: str, packages: Path) -> Path:
    """The packages of a lock file, from the cache or from npm."""
    folder = _folder_of(name, packages)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(folder.parent / f"{name}.lock"):
        if not folder.is_dir():
            _install(packages, folder)
            for other in folder.parent.glob(f"{name}-{'[0-9a-f]' * 12}"):
                if other != folder:
                    shutil.rmtree(other)
    return folder / "node_modules"


def is_installed(name: str, packages: Path) -> bool:
    return _folder_of(name, packages).is_dir()


def _folder_of(name: str, packages: Path) -> Path:
    lock = (packages / "package-lock.json").read_bytes()
    return scratch_folder() / "installed" / f"{name}-{hashlib.sha256(lock).hexdigest()[:12]}"


def _install(packages: Path, folder: Path) -> None:
    partial = folder.with_name(f"{folder.name}-partial")
    if partial.exists():
        shutil.rmtree(partial)
    partial.mkdir()
    for file in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(packages / file, partial)
    command = ["npm", "ci", "--no-audit", "--no-fund", "--prefer-offline"]
    npm = subprocess.Popen(
        command,
        cwd=partial,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = npm.communicate(timeout=_INSTALL_SECONDS)
    except BaseException:  # with what it has started itself, such as a compiler
        with suppress(ProcessLookupError):
            os.killpg(npm.pid, signal.SIGKILL)
        npm.wait()
        shutil.rmtree(partial, ignore_errors=True)
        raise
    if npm.returncode:
        shutil.rmtree(partial, ignore_errors=True)
        pytest.fail(f"{' '.join(command)} in {packages} failed:\n{said[-4000:]}")
    partial.rename(folder)


def new_run() -> Path:
    """A folder for one test's project."""
    folder = scratch_folder() / "runs" / f"{os.getpid()}-{next(_NUMBERS)}"
    folder.mkdir(parents=True)
    return folder


def remove_stale_runs() -> None:
    """What runs left that were killed: their servers, and their folders."""
    for folder in (scratch_folder() / "runs").glob("*-*"):
        if not psutil.pid_exists(int(folder.name.partition("-")[0])):
            end_what_runs_in(folder)
            shutil.rmtree(folder, ignore_errors=True)


def end_what_runs_in(folder: Path) -> None:
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if Path(process.cwd()).is_relative_to(folder):
                process.kill()
