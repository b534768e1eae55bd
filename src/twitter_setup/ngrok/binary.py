"""Which ngrok agent to run: one that is there, else the one that pyngrok downloads."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from twitter_setup.errors import Advice, TunnelFailed
from twitter_setup.ngrok import config as ngrok_config

OLDEST = (3, 30)  # the first with /api/endpoints
_VERSION = re.compile(r"ngrok version v?(\d+)\.(\d+)")
_VERSION_TIMEOUT = 10.0
_BY_HAND = Advice(
    "install ngrok by hand and put it on PATH, or name it in PYNGROK_NGROK_PATH",
    url="https://ngrok.com/download",
)
# `ngrok update` of version 2 stays at version 2.
_INSTALL_3 = Advice(
    "install version 3 and put it first on PATH, or name it in PYNGROK_NGROK_PATH",
    url="https://ngrok.com/download",
)
_WITHOUT_NGROK = (
    Advice(
        "name an address of your own",
        command="twitter-setup tunnel --url https://your-address.example",
    ),
)
# Its own process: pyngrok prints its progress and writes to a fixed name in the temporary folder.
_DOWNLOAD = """
import sys
from pyngrok import installer
try:
    installer.install_ngrok(sys.argv[1])
except Exception as error:
    sys.exit(f"\\n{error}")
"""
_URLOPEN_ERROR = re.compile(r"<urlopen error (?:\[Errno -?\d+\] )?(.*)>")


def find(on_progress: Callable[[str], None], cancelled: threading.Event) -> Path:
    """Find an agent that is new enough; download one if there is none. Raises `TunnelFailed`."""
    named = os.environ.get("PYNGROK_NGROK_PATH")
    if named:
        return _checked(_named(Path(named)))
    for candidate in _on_path():
        version = _version(candidate)
        if version is not None:  # a version manager's shim may lead to pyngrok's script, or nowhere
            return _new_enough(candidate, version)
    downloaded = _download_place()
    if not _is_executable(downloaded):
        _download(downloaded, on_progress, cancelled)
    return _checked(downloaded)


def _named(path: Path) -> Path:
    if not _is_executable(path):
        problem = "is not executable" if path.is_file() else "is not there"
        raise TunnelFailed(
            "tunnel_failed",
            f"PYNGROK_NGROK_PATH names {path}, which {problem}",
            advice=[Advice("name an ngrok agent, or unset PYNGROK_NGROK_PATH"), _BY_HAND],
        )
    return path


def _on_path() -> Iterator[Path]:
    name = "ngrok.exe" if sys.platform == "win32" else "ngrok"
    for folder in dict.fromkeys(os.get_exec_path()):
        candidate = Path(folder) / name
        if (
            candidate.is_absolute()
            and _is_executable(candidate)
            and not _is_pyngrok_script(candidate)
        ):
            yield candidate


def _is_executable(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def _is_pyngrok_script(path: Path) -> bool:
    """Tell the script that pyngrok installs: it would download, and would orphan the agent."""
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError:
        return False  # may be run but not read: not a script
    return head.startswith(b"#!") and b"pyngrok" in head


def _download_place() -> Path:
    from pyngrok import installer  # noqa: PLC0415  (not for --help)

    return Path(installer.get_default_ngrok_dir()) / installer.get_ngrok_bin()


def _checked(path: Path) -> Path:
    version = _version(path)
    if version is None:
        raise TunnelFailed(
            "tunnel_failed",
            f"{path} is not a working ngrok agent: it does not answer --version with one",
            advice=[_BY_HAND, *_WITHOUT_NGROK],
        )
    return _new_enough(path, version)


def _new_enough(path: Path, version: tuple[int, int]) -> Path:
    if version[0] < OLDEST[0]:
        raise TunnelFailed(
            "tunnel_failed",
            f"the ngrok agent {path} is of version {version[0]}, and version {OLDEST[0]} is needed",
            advice=[_INSTALL_3, *_WITHOUT_NGROK],
        )
    if version < OLDEST:
        has, needs = (".".join(map(str, each)) for each in (version, OLDEST))
        raise TunnelFailed(
            "tunnel_failed",
            f"the ngrok agent {path} is too old: version {has}, and {needs} is needed",
            advice=[Advice("update it", command=f"{path} update"), _BY_HAND],
        )
    return path


def _version(path: Path) -> tuple[int, int] | None:
    """None where it is not an agent, or cannot run here."""
    try:
        answer = subprocess.run(
            [path, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_VERSION_TIMEOUT,
            check=False,
            env=ngrok_config.child_environment(),
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    said = answer.stdout.decode(errors="replace")
    found = _VERSION.search(said)
    if found is None or "pyngrok" in said:
        return None
    return int(found.group(1)), int(found.group(2))


def _download(place: Path, on_progress: Callable[[str], None], cancelled: threading.Event) -> None:
    """Put the agent at `place`: whole or not at all, since what is there is used the next time."""
    on_progress("downloading the ngrok agent, once")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".download-", dir=place.parent))
    except OSError as error:
        raise _no_download(f"to {place.parent}: {error.strerror}") from error
    try:
        _run_installer(folder, place.name, on_progress, cancelled)
        (folder / place.name).replace(place)
    except OSError as error:
        raise _no_download(f"to {place}: {error.strerror}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run_installer(
    folder: Path, name: str, on_progress: Callable[[str], None], cancelled: threading.Event
) -> None:
    with subprocess.Popen(
        [sys.executable, "-P", "-c", _DOWNLOAD, folder / name],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        env={**ngrok_config.child_environment(), "TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"},
    ) as child:
        watch = threading.Thread(target=_kill_when, args=(child, cancelled), daemon=True)
        watch.start()
        said = _follow(child, on_progress)
    if child.returncode:
        raise _no_download(_reason(said))


def _kill_when(child: subprocess.Popen[bytes], cancelled: threading.Event) -> None:
    while child.poll() is None:
        if cancelled.wait(0.1):
            child.kill()
            return


def _follow(child: subprocess.Popen[bytes], on_progress: Callable[[str], None]) -> str:
    said, shown = "", ""
    if child.stdout is None:
        return said
    while piece := os.read(child.stdout.fileno(), 4096):
        said = (said + piece.decode(errors="replace"))[-8192:]
        percents = re.findall(r"Downloading ngrok: (\d+)%", said)
        if percents and percents[-1] != shown:
            shown = percents[-1]
            on_progress(f"downloading the ngrok agent: {shown} %")
    return said


def _reason(said: str) -> str:
    """`from <address>: <reason>`, out of pyngrok's last line."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    last = _URLOPEN_ERROR.sub(r"\1", lines[-1]) if lines else "no reason given"
    return last.removeprefix("An error occurred while downloading ngrok ")


def _no_download(reason: str) -> TunnelFailed:
    return TunnelFailed(
        "tunnel_failed",
        f"there is no ngrok agent on this machine, and it could not be downloaded {reason}",
        advice=[Advice("check the connection"), _BY_HAND, *_WITHOUT_NGROK],
    )
