"""How browsers get to the demo: this machine alone, the real ngrok, or a stand-in for it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from examples.demo_machine import Lacking
from tests.world import account, agent, tls

TOKEN = "2madeUpForTheDemo_0123456789"
HOST = agent.default_domain(TOKEN)


@dataclass(frozen=True, slots=True)
class Reach:
    """`hosts`: public hosts that are on this machine, with the port at which a browser finds them."""

    kind: str
    flags: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    hosts: Mapping[str, int] = field(default_factory=dict)
    is_standin: bool = False

    @property
    def is_public(self) -> bool:
        return self.kind == "ngrok" and not self.is_standin


def wanted() -> str:
    """What REACH says. Raises `Lacking`."""
    kind = os.environ.get("REACH") or "local"
    if kind not in {"local", "ngrok", "ngrok-stand-in"}:
        raise Lacking(f"REACH={kind}: give local, ngrok, or ngrok-stand-in (with CHECK=1).")
    if kind == "ngrok" and not os.environ.get("NGROK_AUTHTOKEN"):
        raise Lacking(
            "REACH=ngrok needs your authtoken in NGROK_AUTHTOKEN: "
            "https://dashboard.ngrok.com/get-started/your-authtoken"
        )
    return kind


@contextmanager
def open_reach(kind: str, folder: Path) -> Iterator[Reach]:
    """`kind` is of `wanted`; `folder` is for what a stand-in keeps."""
    if kind == "local":
        yield Reach("local", ("--local",))
    elif kind == "ngrok":
        theirs = {name: value for name, value in os.environ.items() if "NGROK_" in name}
        yield Reach("ngrok", environment=theirs)
    else:
        with _standin(folder) as reach:
            yield reach


@contextmanager
def _standin(folder: Path) -> Iterator[Reach]:
    """The agent, and what is at its public address: TLS with a certificate of its own making."""
    state = folder / "ngrok"
    with tls.serving([HOST], lambda host, _: account.edge_port(state, host), folder) as edge:
        environment = {
            "PYNGROK_NGROK_PATH": str(agent.install_agent(folder / "bin")),
            "NGROK_AUTHTOKEN": TOKEN,
            "STANDIN_STATE": str(state),
            "STANDIN_BROWSER_PAGE": "1",
            "HTTPS_PROXY": edge.proxy,
            "SSL_CERT_FILE": str(edge.certificate),
        }
        yield Reach("ngrok", (), environment, {HOST: edge.port}, is_standin=True)
