"""The life of a `tunnel`: open, ask, apply, wait, watch, and put everything back."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import datetime

from twitter_setup import (
    checkpoint,
    handover,
    processes,
    proposal,
    provider_checkpoint,
    recovery,
    settings,
    tunnel,
)
from twitter_setup.checkpoint import Undone
from twitter_setup.errors import Advice, ExitCode, Interrupted, SetupError, TunnelFailed
from twitter_setup.locate import Caller, Located, reread
from twitter_setup.plan import Plan
from twitter_setup.restart import SETTLING, Restart, Served
from twitter_setup.signals import Stop
from twitter_setup.state import SessionRecord, StateFolder, other_sessions
from twitter_setup.strapi import Credentials, Strapi, local_address
from twitter_setup.urls import sheet_for

_INTERVAL = 0.25


def run(located: Located, caller: Caller, stop: Stop) -> ExitCode:
    """The `tunnel` command. Raises `SetupError`, and `Interrupted` when stopped before it was ready."""
    settings.check_reach(located.options, located.file)
    state = StateFolder(located.backend.root)
    if located.options.dry_run:
        proposal.dry_run(located, caller, state)
        return ExitCode.OK
    state.create()
    lock = state.lock()
    if not lock.acquire():
        raise recovery.tunnel_running(state)
    with ExitStack() as at_end:
        at_end.callback(lock.release)
        take_back = recovery.recover(state, caller.view)
        opened: Tunnel | None = None
        try:
            # What was just put back may be what the project was read from.
            located = reread(located, caller.environ)
            caller.view.say(proposal.heading(located))
            for fact in proposal.facts(located, state):
                caller.view.detail(fact)
            opened = Tunnel(located, caller, state, stop)
            return opened.run()
        finally:
            if opened is None or not opened.is_applied:
                take_back()


class Tunnel:
    """One run. What it opens or changes is undone by `_close`, whatever ends it."""

    def __init__(self, located: Located, caller: Caller, state: StateFolder, stop: Stop) -> None:
        self._located = located
        self._options = located.options
        self._caller = caller
        self._view = caller.view
        self._state = state
        self._stop = stop
        self._strapi = Strapi(local_address(located.backend.port), Credentials.of(located.options))
        self._served = Served.of(located.backend)
        self._restart = Restart(self._served, self._strapi, caller.view)
        self._former = state.session()  # a kept one, whose changes are still in the files
        self._reach = self._make_reach()
        self._record = SessionRecord(
            pid=os.getpid(),
            process_started=processes.own_start(),
            since=datetime.now().astimezone().isoformat(timespec="seconds"),
            reach="url" if self._options.url else "ngrok",
            layout="two-origins",
            config=str(self._served.config),
            port=self._served.port,
            is_strapi=self._served.is_strapi,
            unwatched=self._served.unwatched,
            old_version=self._served.old_version,
            # Known before the agent is started, so that one whose start was cut short is found too.
            agent_config="" if self._options.url else str(state.agent_config),
        )
        self._progress: Callable[[str], None] = lambda _: None
        self.is_applied = False
        self._is_ready = False
        self._is_orderly = False
        self._is_left_behind = False

    def run(self) -> ExitCode:
        expected = proposal.make(
            self._located, self._caller, self._state, self._options.url or proposal.UNKNOWN_URL
        )
        proposal.check(expected, yes=self._options.yes, view=self._view)
        try:
            public_url = self._open()
            agreed = proposal.agree(
                self._located, self._caller, self._state, public_url, self._stop
            )
            refused = self._apply(agreed, public_url)
            self._restart.wait(self._pause)
            proposal.offer_to_remember(
                self._located, self._caller, self._state, public_url, self._stop
            )
            self._ready(agreed, refused, public_url)
            if not self._options.url:  # with a URL of one's own there is nothing to keep running
                self._stay()
                self._is_orderly = True
        finally:
            self._close()
        return ExitCode.FAILED if self._is_left_behind else ExitCode.OK

    # Opening

    def _make_reach(self) -> tunnel.Reach:
        if self._options.url:
            return tunnel.UrlReach(self._options.url)
        known = [
            f"twitter-setup in {folder} (PID {record.pid})"
            for folder, record in other_sessions(self._located.backend.root)
        ]
        token = self._options.authtoken
        return tunnel.NgrokReach(
            port=self._located.backend.port,
            domain=self._options.domain,
            authtoken=token.reveal() if token else None,
            config_path=self._state.agent_config,
            log_path=self._state.path / "ngrok.log",
            known_sessions=known,
            on_progress=self._show_progress,
            on_process=self._note_agent,
        )

    def _show_progress(self, text: str) -> None:
        self._progress(text)

    def _note_agent(self, agent: tunnel.AgentProcess) -> None:
        """On the disk before the agent matters: after `kill -9` the next run must find it."""
        self._record = replace(
            self._record,
            agent_pid=agent.pid,
            agent_started=agent.started,
            agent_config=agent.config,
        )
        self._save()

    def _open(self) -> str:
        self._save()
        with self._view.working("opening the tunnel") as self._progress:
            try:
                public_url = self._reach.open(self._stop)
            except tunnel.OpenCancelled:
                raise Interrupted(self._stop.signal_number) from None
            except TunnelFailed as failure:
                failure.unchanged = "Nothing was changed."
                raise
        if not self._options.url:
            self._view.done("tunnel", public_url)
        return public_url

    def _save(self) -> None:
        """Until something is applied, a kept session stays the one that is remembered."""
        if self.is_applied or self._former is None:
            self._state.save_session(self._record)
        else:
            agent = {
                name: getattr(self._record, name)
                for name in ("agent_pid", "agent_started", "agent_config")
            }
            self._state.save_session(replace(self._former, **agent))

    # Changing

    def _apply(self, agreed: Plan, public_url: str) -> list[str]:
        """`.env` first, the server configuration last. Returns what has to be done by hand after all."""
        self._stop.check()
        sheet = sheet_for(self._located, self._record.reach, public_url)
        self._restart.before(agreed.variable, self._pause)
        self._record = replace(
            self._record,
            outside=_outside(agreed, self._located),
            variable=agreed.variable,
            public_url=public_url,
            callback_url=sheet.callback_url,
            sheet=sheet.data(),
        )
        self._state.save_session(self._record)
        refused = self._write(agreed)
        self.is_applied = True
        self._record = replace(self._record, kept=self._options.keep or bool(self._options.url))
        self._save()
        if agreed.changes:
            config = self._located.backend.server_config.path
            self._restart.after_change(
                sheet.callback_url, config_changed=config in {c.path for c in agreed.changes}
            )
        return refused

    def _write(self, agreed: Plan) -> list[str]:
        folder = self._state.checkpoints
        passing = [change.edit for change in agreed.passing]
        lasting = [change.edit for change in agreed.lasting]
        refused = [*checkpoint.apply(folder, "passing", passing).refused]
        self.is_applied = self.is_applied or bool(passing)  # had it failed, nothing was written
        if passing and self._restart.must_settle:
            self._pause(SETTLING)
        refused += checkpoint.apply(folder, "lasting", lasting).refused
        lines = {change.path: " and ".join(change.new_lines) for change in agreed.changes}
        count = len(agreed.changes) - len(refused)
        if count:
            self._view.done("files", f"{count} changed")
        elif not agreed.changes:
            self._view.done("files", "already as they should be")
        return [f"{path}: write  {lines[path]}  ({reason})" for path, reason in refused]

    def _pause(self, seconds: float) -> None:
        self._stop.wait(seconds)
        self._stop.check()

    # Ready

    def _ready(self, agreed: Plan, refused: list[str], public_url: str) -> None:
        for note in (*agreed.notes, *proposal.login_notes(self._located, public_url)):
            self._view.note(note)
        self._compare_redirect_url()
        last = self._state.last()
        self._state.save_last(self._record.sheet)
        data = {
            **self._record.sheet,
            "gateway_port": None,
            "changes": [proposal.change_data(change) for change in agreed.changes],
            "manual_steps": [*agreed.manual_steps, *refused],
        }
        self._is_ready = True
        self._view.answer("ready", data, last=last, ends_here=bool(self._options.url))
        handover.hand_over(self._options, data, self._view)

    def _compare_redirect_url(self) -> None:
        """Where an administrator's credentials let us see it: does the login end on our page?"""
        seen, wanted = self._strapi.last_seen, self._record.sheet["redirect_url"]
        if seen is None or not wanted or not seen.get("callback") or seen["callback"] == wanted:
            return
        self._view.note(
            f"In Strapi the redirect URL is {seen['callback']}, and for this address it is {wanted}.",
            [Advice("write that one", command="twitter-setup configure")],
        )

    def _say_what_strapi_keeps(self) -> None:
        """`configure` outlives the tunnel: what it wrote may lead to an address that is gone now."""
        written = [c.redirect_url for c in provider_checkpoint.load_all(self._state)]
        if not written or not written[-1].startswith(f"{self._record.public_url}/"):
            return
        frontend = self._located.frontend
        local = f"http://localhost:{frontend.port if frontend else 3000}"
        path = written[-1].removeprefix(self._record.public_url)
        self._view.note(
            f"The redirect URL in Strapi still points to this tunnel: {written[-1]}.",
            [
                Advice("with the next tunnel", command="twitter-setup configure"),
                Advice(
                    "or back to this machine",
                    command=f"twitter-setup configure --redirect {local}{path}",
                ),
            ],
        )

    def _stay(self) -> None:
        with suppress(Interrupted):  # in the middle of a change of URL: the undo is what follows
            while not self._stop.wait(_INTERVAL) and not self._view.is_gone():
                event = self._reach.poll()
                if event is not None:
                    self._react(event)
                self._restart.look()
        self._view.say()  # the terminal has just shown ^C

    def _react(self, event: tunnel.ReachEvent) -> None:
        if event.kind == "died":
            raise TunnelFailed(
                "tunnel_failed",
                f"The ngrok agent ended and could not be started again: {event.detail}",
                unchanged="The changes stay until: twitter-setup undo"
                if self._record.kept
                else "What was changed is put back.",
            )
        if event.kind == "url-changed" and event.public_url:
            self._change_url(event.public_url)
        else:
            data = {"public_url": self._record.public_url, "detail": event.detail}
            self._view.answer(event.kind, data)

    def _change_url(self, public_url: str) -> None:
        """The agent is back with another URL: the files again, and only the portal lines that changed."""
        last = self._record.sheet
        self._located = reread(self._located, self._caller.environ)
        changed = proposal.make(self._located, self._caller, self._state, public_url)
        self._apply(changed, public_url)
        self._state.save_last(self._record.sheet)
        self._view.answer("url-changed", self._record.sheet, last=last)
        self._restart.tell()

    # Closing

    def _close(self) -> None:
        """Each part once; one that fails does not keep the next from its turn."""
        with ExitStack() as parts:
            parts.callback(self._strapi.close)
            parts.callback(self._undo_or_keep)
            parts.callback(self._reach.close)

    def _undo_or_keep(self) -> None:
        if not self.is_applied:
            if self._former is None:
                self._state.forget_session()
            else:
                self._state.save_session(self._former)
        elif self._is_ready and self._record.kept:
            self._record = replace(self._record, agent_pid=0, agent_started=0.0, agent_config="")
            self._save()
            if self._is_orderly:
                self._view.answer("stopped", recovery.undone_data(Undone()), keeps=True)
        else:
            self._undo()

    def _undo(self) -> None:
        # A second signal changes nothing any more: from here on a pause only sleeps.
        self._restart.before(self._record.variable, time.sleep)
        undone = recovery.undo_passing(self._state)
        self._restart.after_undo(undone, time.sleep)
        self._state.forget_session()
        left = checkpoint.checkpoints(self._state.checkpoints)
        self._is_left_behind = any(one.kind == "passing" for one in left)
        lasting = [record.path for one in left if one.kind == "lasting" for record in one.records]
        with suppress(SetupError):  # a checkpoint that cannot be read is `undo`'s matter
            self._say_what_strapi_keeps()
        if not self._is_orderly:  # an error is on its way, and has the last word
            recovery.say_undone(undone, self._view)
            return
        self._view.answer(
            "stopped",
            recovery.undone_data(undone),
            exit_code=ExitCode.FAILED if self._is_left_behind else ExitCode.OK,
            lasting=lasting,
        )


def _outside(agreed: Plan, located: Located) -> list[str]:
    """The changed files that are not in the project, links followed: only those may be undone there."""
    root = located.root.resolve()
    targets = [change.path.resolve() for change in agreed.changes]
    return [str(target) for target in targets if not target.is_relative_to(root)]
