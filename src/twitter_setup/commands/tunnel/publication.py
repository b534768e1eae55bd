"""What is public while a `tunnel` runs: the reach, and the gateway that it leads to."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Literal

from twitter_setup.commands.tunnel import safety
from twitter_setup.errors import SetupError
from twitter_setup.gateway import caddy
from twitter_setup.gateway import site as gateway_site
from twitter_setup.gateway.caddy import HeldPort
from twitter_setup.gateway.config import Site
from twitter_setup.gateway.dev_server.scheme import Spoken
from twitter_setup.gateway.layout import Arrangement
from twitter_setup.gateway.process import Gateway, GatewayProcess
from twitter_setup.ngrok import reach as tunnel
from twitter_setup.project.locate import Caller, Located
from twitter_setup.state.folder import StateFolder
from twitter_setup.state.registry import other_sessions

_LOOK_EVERY = 0.25  # seconds


@dataclass(frozen=True, slots=True)
class Event:
    """What became of a part; `public_url` where it has changed."""

    kind: Literal["lost", "restored", "url-changed"]
    part: Literal["tunnel", "gateway"]
    detail: str = ""
    public_url: str | None = None


class Publication:
    """`on_child` is told what to note of each child, as fields of the session's record."""

    def __init__(
        self,
        located: Located,
        arrangement: Arrangement,
        state: StateFolder,
        *,
        caller: Caller,
        on_child: Callable[[dict[str, Any]], None],
        on_progress: Callable[[str], None],
    ) -> None:
        self._located = located
        self._arrangement = arrangement
        self._state = state
        self._caller = caller
        self._on_child = on_child
        self._reach = self._make_reach(on_progress)
        self._held: HeldPort | None = None
        self._gateway: Gateway | None = None
        self._site: Site | None = None
        self._admission = safety.admission(located, arrangement, state, caller)
        self._remarks: set[str] = set()
        frontend = located.frontend if arrangement.is_one_origin else None
        self._spoken = Spoken(frontend.port) if frontend else None

    def check(self) -> None:
        """Raise what would keep the gateway from its work, before a tunnel is opened or a question asked.

        From here on its port is ours.
        """
        if self._arrangement.gateway_port is not None:
            caddy.find(can_be_two=self._located.backend.needs_session_login is False)
            self._held = HeldPort(self._arrangement.gateway_port)

    def settle(self, pause: Callable[[float], None]) -> None:
        """Ask both ends, before anything is published. Raises as `safety.settle`."""
        safety.settle(self._admission, self._caller, pause)

    def settle_again(self, pause: Callable[[float], None]) -> None:
        """Wait for the answers of what restarted meanwhile. Raises as `look`."""
        if self._admission is not None:
            self._admission.settle(pause)
        self.look()

    def open(self, stop: tunnel.StopFlag | None) -> str:
        """Open the reach and return the public URL; nothing answers there before `serve`.

        Raises `TunnelFailed`, and `tunnel.OpenCancelled` once `stop` is set.
        """
        return self._reach.open(stop)

    def serve(self, public_url: str) -> None:
        """Let the gateway, if there is one, answer at `public_url`. Raises `gateway_failed`, `port_taken`."""
        if self._arrangement.gateway_port is None:
            return
        environ = self._caller.environ
        self._site = gateway_site.site_for(
            self._located, self._arrangement, public_url, self._state, environ
        )
        if self._gateway is not None:
            self.look()
            return
        self._gateway = Gateway(
            self._admitted(self._site),
            config_path=self._state.gateway_config,
            output_path=self._state.path / "caddy.log",
            on_process=self._note_gateway,
        )
        self._release()
        self._gateway.open()

    def look(self) -> None:
        """Serve both ends as what listens there allows. Raises `strapi_no_admin`, `gateway_failed`."""
        if self._admission is not None:
            self._admission.look()
            safety.check(self._admission, self._caller)
        if self._gateway is not None and self._site is not None:
            self._gateway.update(self._admitted(self._site))

    def pause(self, seconds: float, sleep: Callable[[float], None]) -> None:
        """Sleep, and look meanwhile. Raises as `sleep` and `look`."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            sleep(min(left, _LOOK_EVERY))
            self.look()

    def remarks(self) -> list[str]:
        """What there is to say of both ends, each once."""
        said = safety.remarks(self._admission) if self._admission else ()
        new = [text for text in said if text not in self._remarks]
        self._remarks.update(new)
        return new

    def _admitted(self, site: Site) -> Site:
        if self._spoken is not None:
            site = replace(site, frontend_scheme=self._spoken.look())
        return self._admission.admitted(site) if self._admission else site

    def poll(self) -> Event | None:
        """What became of it since the last call. Raises where a part ended for good."""
        self.look()
        found = self._reach.poll()
        if found is not None and found.kind == "died":
            raise SetupError(
                "tunnel_failed",
                f"The ngrok agent ended and could not be started again: {found.detail}",
            )
        if found is not None and found.kind != "died":
            return Event(found.kind, "tunnel", found.detail, found.public_url)
        seen = self._gateway.poll() if self._gateway else None
        if seen is not None and seen.kind == "died":
            raise SetupError(
                "gateway_failed",
                f"The gateway ended and could not be started again: {seen.detail}",
            )
        if seen is not None and seen.kind != "died":
            return Event(seen.kind, "gateway", seen.detail)
        return None

    def _release(self) -> None:
        if self._held is not None:
            self._held.release()

    def close(self) -> None:
        """End both; one that fails does not keep the other from its turn."""
        self._release()
        with suppress(Exception):
            self._reach.close()
        if self._gateway is not None:
            self._gateway.close()

    def _make_reach(self, on_progress: Callable[[str], None]) -> tunnel.Reach:
        if self._arrangement.public_url is not None:
            return tunnel.UrlReach(self._arrangement.public_url)
        options = self._located.options
        known = [
            f"twitter-setup in {folder} (PID {record.pid})"
            for folder, record in other_sessions(self._located.backend.root)
        ]
        return tunnel.NgrokReach(
            host="127.0.0.1",
            port=self._arrangement.gateway_port or self._located.backend.port,
            domain=options.domain,
            authtoken=options.authtoken.reveal() if options.authtoken else None,
            config_path=self._state.agent_config,
            log_path=self._state.path / "ngrok.log",
            known_sessions=known,
            on_progress=on_progress,
            on_process=self._note_agent,
        )

    def _note_agent(self, agent: tunnel.AgentProcess) -> None:
        self._on_child(
            {
                "agent_pid": agent.pid,
                "agent_started": agent.started,
                "agent_config": agent.config,
            }
        )

    def _note_gateway(self, gateway: GatewayProcess) -> None:
        self._on_child(
            {
                "gateway_pid": gateway.pid,
                "gateway_started": gateway.started,
                "gateway_config": gateway.config,
            }
        )
