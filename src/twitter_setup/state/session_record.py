"""What is noted of a `tunnel` while it runs, so that it can be undone and its children found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """A `tunnel` that has applied something, or is about to. `kept` ones need no process."""

    pid: int
    process_started: float
    since: str
    reach: str
    layout: str
    public_url: str = ""
    callback_url: str = ""
    # As in `restart.Served`:
    config: str = ""
    port: int = 0
    is_strapi: bool = False
    unwatched: str = ""
    old_version: str = ""
    variable: str = ""  # the back end's, which holds the public URL
    kept: bool = False
    agent_pid: int = 0
    agent_started: float = 0.0
    agent_config: str = ""
    gateway_pid: int = 0
    gateway_started: float = 0.0
    gateway_config: str = ""
    gateway_port: int = 0
    outside: list[str] = field(
        default_factory=list
    )  # changed files that `undo` would not take by name
    sheet: dict[str, Any] = field(default_factory=dict)

    def with_children_of(self, other: SessionRecord) -> SessionRecord:
        """The same, with the agent and the gateway that `other` has started."""
        return replace(
            self,
            agent_pid=other.agent_pid,
            agent_started=other.agent_started,
            agent_config=other.agent_config,
            gateway_pid=other.gateway_pid,
            gateway_started=other.gateway_started,
            gateway_config=other.gateway_config,
        )

    def without_children(self) -> SessionRecord:
        """The same after its agent and its gateway have ended."""
        return replace(
            self,
            agent_pid=0,
            agent_started=0.0,
            agent_config="",
            gateway_pid=0,
            gateway_started=0.0,
            gateway_config="",
        )


def record_of(data: Mapping[str, Any]) -> SessionRecord:
    """Raises `TypeError` where a value is missing, or of another kind than the one written."""
    kinds: dict[str, type | tuple[type, ...]] = {
        "int": int,
        "float": (int, float),
        "str": str,
        "bool": bool,
        "dict[str, Any]": dict,
        "list[str]": list,
    }
    known = {f.name: kinds[str(f.type)] for f in fields(SessionRecord)}
    given = {key: value for key, value in data.items() if key in known}
    for key, value in given.items():
        if not isinstance(value, known[key]):
            raise TypeError(key)
    return SessionRecord(**given)
