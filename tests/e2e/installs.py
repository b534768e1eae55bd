"""Where real Strapi projects live during a test, and their packages, installed once per lock file."""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import filelock
import psutil
import pytest

from twitter_setup.backend import unwatched_part

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
    lock = (packages / "package-lock.json").read_bytes()
    folder = scratch_folder() / "installed" / f"{name}-{hashlib.sha256(lock).hexdigest()[:12]}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(folder.parent / f"{name}.lock"):
        if not folder.is_dir():
            _install(packages, folder)
            for other in folder.parent.glob(f"{name}-*"):
                if other != folder:
                    shutil.rmtree(other)
    return folder / "node_modules"


def _install(packages: Path, folder: Path) -> None:
    partial = folder.with_name(f"{folder.name}-partial")
    if partial.exists():
        shutil.rmtree(partial)
    partial.mkdir()
    for file in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(packages / file, partial)
    command = ["npm", "ci", "--no-audit", "--no-fund", "--prefer-offline"]
    done = subprocess.run(
        command,
        cwd=partial,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_INSTALL_SECONDS,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"{' '.join(command)} in {packages} failed:\n{done.stdout[-4000:]}")
    partial.rename(folder)


def new_run() -> Path:
    """A folder for one test's project."""
    folder = scratch_folder() / "runs" / f"{os.getpid()}-{next(_NUMBERS)}"
    folder.mkdir(parents=True)
    return folder


def remove_stale_runs() -> None:
    """What test runs left that were killed."""
    for folder in (scratch_folder() / "runs").glob("*-*"):
        if not psutil.pid_exists(int(folder.name.partition("-")[0])):
            shutil.rmtree(folder, ignore_errors=True)
