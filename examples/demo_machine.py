"""What the demo needs of this machine: Node, npm's packages, three ports. One sentence for each lack."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.console import Console

from tests.e2e import installs
from twitter_setup.system import processes

GATEWAY = 7337
STRAPI = 1337
FRONT_END = 3000
NODE_VERSIONS = "Node 20.19+, 22.12+ or 24+"
_EVERY = 30.0  # seconds between two lines of progress where nobody watches
_TAKES = {"strapi5": "once; two to four minutes", "vite": "once; a few seconds"}
_NO_NETWORK = re.compile(
    r"ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT"
)


class Lacking(Exception):
    """A sentence that says what is wrong, and one that says what to do."""


@dataclass(frozen=True, slots=True)
class Ports:
    strapi: int
    front_end: int
    gateway: int


def check_programs() -> None:
    """Raises `Lacking` where Node, npm or git is missing, or Node is too old for Strapi 5 and Vite 8."""
    missing = [name for name in ("node", "npm", "git") if shutil.which(name) is None]
    if missing:
        raise Lacking(
            f"The demo needs {_listed(missing)}, which {'is' if len(missing) == 1 else 'are'} not on "
            f"your PATH. Install {NODE_VERSIONS} (npm comes with it), and git."
        )
    version = _node_version()
    major, minor = (int(part) for part in version.split(".")[:2])
    is_new_enough = major >= 24 or (major, minor) >= (22, 12) or (major == 20 and minor >= 19)
    if not is_new_enough:
        raise Lacking(
            f"Node {version} will not do for the demo: Strapi 5 and Vite 8 need {NODE_VERSIONS}."
        )


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


def _node_version() -> str:
    done = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    found = re.fullmatch(r"v(\d+\.\d+\.\d+)\S*", done.stdout.strip())
    if not found:
        raise Lacking(
            "`node --version` does not say a version; install Node anew: " + NODE_VERSIONS
        )
    return found.group(1)


def find_ports(say: Callable[[str], None], *, is_known_at_x: bool) -> Ports:
    """The usual three; where one is taken, the next free one, and a sentence that says so.

    Raises `Lacking` where another port would not do: one that was asked for (`GATEWAY_PORT`), or the
    gateway's, once it is a part of the callback URL that the real X knows.
    """
    given = os.environ.get("GATEWAY_PORT", "")
    if given and not (given.isdecimal() and 1024 <= int(given) <= 65535):
        raise Lacking(f"GATEWAY_PORT={given} is no port: give a number from 1024 to 65535.")
    gateway = int(given or GATEWAY)
    if (given or is_known_at_x) and (holder := _holder(gateway)):
        raise Lacking(
            f"Port {gateway}, which the gateway needs, is taken by {holder}. End that, or choose "
            f"another port: make demo GATEWAY_PORT={_free_after(gateway, set())}"
        )
    taken: set[int] = set()
    found = []
    for what, port in (("gateway", gateway), ("Strapi", STRAPI), ("front end", FRONT_END)):
        holder = _holder(port) or ("the gateway" if port in taken else "")
        free = _free_after(port, taken) if holder else port
        if holder:
            say(f"Port {port} is taken by {holder}; the {what} of the demo uses {free}.")
        taken.add(free)
        found.append(free)
    return Ports(gateway=found[0], strapi=found[1], front_end=found[2])


def _holder(port: int) -> str:
    """Who has it, in words; '' where it is free."""
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
        except OSError as error:
            if family is socket.AF_INET6 and "in use" not in str(error):
                continue  # a machine without IPv6
            listener = processes.listener(port)
            return f"{listener.name} (PID {listener.pid})" if listener else "another program"
    return ""


def _free_after(port: int, taken: set[int]) -> int:
    port += 1
    while port in taken or _holder(port):
        port += 1
    return port


def install(needed: Mapping[str, Path], console: Console) -> None:
    """The packages of each lock file, once; raises `Lacking` where npm fails."""
    for name, packages in needed.items():
        if installs.is_installed(name, packages):
            continue
        with _progress(console, f"npm installs the packages of {packages.name}/ ({_TAKES[name]})"):
            try:
                installs.node_modules(name, packages)
            except pytest.fail.Exception as failure:
                raise Lacking(_why_npm_failed(str(failure))) from None


@contextmanager
def _progress(console: Console, what: str) -> Iterator[None]:
    """On a terminal one line that counts; elsewhere a line now and then."""
    start, is_over = time.monotonic(), threading.Event()

    def text() -> str:
        seconds = int(time.monotonic() - start)
        return f"{what}  {seconds // 60}:{seconds % 60:02}"

    def count() -> None:
        if console.is_terminal:
            with console.status(text()) as status:
                while not is_over.wait(1):
                    status.update(text())
        else:
            console.print(what, soft_wrap=True)
            while not is_over.wait(_EVERY):
                console.print(text(), soft_wrap=True)

    counting = threading.Thread(target=count, daemon=True)
    counting.start()
    try:
        yield
    finally:
        is_over.set()
        counting.join(timeout=5)
    console.print(f"✓ {text()}", soft_wrap=True)


def _why_npm_failed(said: str) -> str:
    last = "\n".join(said.strip().splitlines()[-8:])
    if "ENOSPC" in said:
        return f"The disk is full: the packages need about 800 MB.\n{last}"
    if _NO_NETWORK.search(said):
        return (
            "npm cannot reach its registry, so the packages of Strapi and of the front end could not be "
            "installed. The first run needs the internet; behind a proxy: npm config set proxy URL. "
            f"npm said:\n{last}"
        )
    return f"npm could not install the packages. It said:\n{last}"
