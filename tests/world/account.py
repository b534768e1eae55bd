"""What ngrok's service knows of an account, for the stand-in agent: authtokens, sessions, domains.

It lives in a folder, since agents are processes of their own. Standard library only.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import uuid
from pathlib import Path

_WELL_FORMED = re.compile(r"[A-Za-z0-9_]{10,}")
_DASHBOARD = "https://dashboard.ngrok.com"
_SAYS = {
    "4018": "Usage of ngrok requires a verified account and authtoken.\n\n"
    f"Sign up for an account: {_DASHBOARD}/signup\n"
    f"Install your authtoken: {_DASHBOARD}/get-started/your-authtoken",
    "105": "The authtoken you specified does not look like a proper ngrok authtoken.\n"
    f"Your authtoken: {{detail}}\nInstructions: {_DASHBOARD}/get-started/your-authtoken",
    "107": "The authtoken you specified is properly formed, but it is invalid.\n"
    "Your authtoken: {detail}\nThis usually happens when you reset your authtoken.",
    "108": "Your account is limited to {detail} simultaneous ngrok agent sessions.\n"
    f"You can view your current agent sessions in the dashboard: {_DASHBOARD}/agents",
    "121": 'Your ngrok-agent version "{detail}" is too old.\nUpdate with `ngrok update`.',
    "123": "The account may not start an ngrok agent session until its email is verified.",
    "313": "Custom subdomains are a feature on ngrok's paid plans.\n"
    "Failed to bind the custom subdomain '{detail}' for the account 'Test'.",
    "314": "Only paid plans may bind custom hostnames.\n"
    "Failed to bind the custom hostname '{detail}' for the account 'Test'.",
    "320": "This domain is reserved for another account.\n"
    "Failed to bind the domain '{detail}' for the account 'Test'.",
    "334": "The endpoint 'https://{detail}' is already online. Either\n"
    "1. stop your existing endpoint first, or\n2. start both with `--pooling-enabled`.",
    "727": "This ngrok account has reached its HTTP requests limit for the month.",
    "734": "You have exceeded your limit of 360 requests per 1m0s.",
}


def refusal(code: str, detail: str = "?") -> str:
    """Write an error as the service does, with its odd line ends."""
    said = _SAYS.get(code, "Something that the stand-in has no words for.").format(detail=detail)
    return f"{said}\r\n\r\nERR_NGROK_{code}\r\n"


class Account:
    """The account that an agent logs in to; what it holds ends with the agent's process."""

    def __init__(self, state: Path, token: str | None) -> None:
        self._state = state
        self._token = token
        self._id = hashlib.sha256((token or "").encode()).hexdigest()
        self._held: dict[str, int] = {}

    def log_in(self) -> str | None:
        """Return what the service says against it."""
        known = os.environ.get("STANDIN_TOKENS")
        if not self._token:
            return refusal("4018")
        if not _WELL_FORMED.fullmatch(self._token):
            return "authentication failed: " + refusal("105", self._token)
        if known is not None and self._token not in known.split(","):
            return "authentication failed: " + refusal("107", self._token)
        limit = int(os.environ.get("STANDIN_SESSIONS", "1"))
        if not any(self._hold(f"session-{self._id[:12]}-{number}") for number in range(limit)):
            return "authentication failed: " + refusal("108", str(limit))
        return None

    def own_domain(self) -> str:
        named = os.environ.get("STANDIN_DOMAIN")
        return default_domain(uuid.uuid4().hex if named == "random" else self._id, named)

    def claim(self, host: str, *, asked: bool) -> str | None:
        """Take `host` for this agent; return what the service says against it."""
        if host in _listed("STANDIN_FOREIGN"):
            return refusal("320", host)
        if asked and host not in {self.own_domain(), *_listed("STANDIN_DOMAINS")}:
            shared = re.search(r"\.ngrok(-free)?\.(app|dev|io)$", host)
            return refusal("313" if shared else "314", host)
        return None if self._hold(f"online-{host}") else refusal("334", host)

    def release(self, host: str) -> None:
        descriptor = self._held.pop(f"online-{host}", None)
        if descriptor is not None:
            os.close(descriptor)

    def _hold(self, name: str) -> bool:
        descriptor = os.open(self._state / name, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return False
        self._held[name] = descriptor
        return True


def _listed(variable: str) -> list[str]:
    return [each for each in os.environ.get(variable, "").split(",") if each]


def default_domain(identity: str, named: str | None = None) -> str:
    """Return the free domain of an account: the same every day."""
    if named and named != "random":
        return named
    first = ("olive", "quiet", "brave", "early", "sunny")[int(identity[:4], 16) % 5]
    return f"{first}-tree-{identity[4:10]}.ngrok-free.app"


def announce(state: Path, host: str, edge_port: int) -> None:
    """Note where `host` can be reached, for `edge_port`."""
    (state / f"edge-{host}.json").write_text(json.dumps({"port": edge_port}))


def edge_port(state: Path, host: str) -> int:
    """Return the loopback port at which `host` is answered: ask there with its Host header."""
    return int(json.loads((state / f"edge-{host}.json").read_text())["port"])
