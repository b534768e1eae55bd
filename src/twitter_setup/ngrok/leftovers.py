"""The ngrok agents on the process list: ours, found again after a kill -9, and others, named."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePath

from twitter_setup.system import children, processes
from twitter_setup.system.children import Child

_PUBLISHING = ("http", "tcp", "tls", "start", "tunnel")


AgentProcess = Child


def command(binary: Path, config: Path) -> list[str]:
    """Write the command of an agent that publishes nothing yet; `config` marks it as ours."""
    return [str(binary), "start", "--none", "--log", "stdout", "--config", str(config)]


def others(known: Iterable[str] = ()) -> list[str]:
    """Name the agents that run here, but for those that `known` names by their PID already.

    Their options are never shown: one may be the authtoken.
    """
    named = list(known)
    found = []
    for process in processes.running():
        words = [PurePath(word).name.removesuffix(".exe") for word in process.command[:2]]
        if "ngrok" not in words or any(f"PID {process.pid}" in each for each in named):
            continue
        does = [*process.command[words.index("ngrok") + 1 :][:2], "", ""][:2]
        if does[0] in _PUBLISHING:
            what = "" if does[1].startswith("-") else f" {does[1]}"
            found.append(f"ngrok {does[0]}{what} (PID {process.pid})")
    return found


def end_leftover_agent(agent: AgentProcess) -> bool:
    """End the agent that a killed run left behind, and say whether there was one."""
    return children.end_leftover(agent, command(Path(), Path(agent.config))[1:])
