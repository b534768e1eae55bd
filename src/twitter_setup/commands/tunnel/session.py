"""The life of a `tunnel`: open, ask, apply, wait, watch, and put everything back."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack, suppress

from twitter_setup.commands import dev_server, handover
from twitter_setup.commands import undo as recovery
from twitter_setup.commands.tunnel import notes as words
from twitter_setup.commands.tunnel import proposal, safety
from twitter_setup.commands.tunnel.diary import Diary
from twitter_setup.commands.tunnel.publication import Event, Publication
from twitter_setup.commands.urls import sheet_for
from twitter_setup.errors import ExitCode, Interrupted, SetupError, TunnelFailed
from twitter_setup.gateway import layout
from twitter_setup.gateway.layout import Arrangement
from twitter_setup.ngrok import reach as tunnel
from twitter_setup.project import settings
from twitter_setup.project.locate import Caller, Located, reread
from twitter_setup.project.plan import Plan
from twitter_setup.state import checkpoint
from twitter_setup.state.checkpoint import Undone
from twitter_setup.state.folder import StateFolder
from twitter_setup.strapi import target
from twitter_setup.strapi.restart import SETTLING, Restart, Served
from twitter_setup.system.signals import Stop

_INTERVAL = 0.25


def run(located: Located, caller: Caller, stop: Stop) -> ExitCode:
    """The `tunnel` command. Raises `SetupError`, and `Interrupted` when stopped before it was ready."""
    settings.check_reach(located.options, located.file)
    state = StateFolder(located.backend.root)
    if located.options.dry_run:
        arrangement = layout.arrange(located, caller)
        safety.settle(safety.admission(located, arrangement, state, caller), caller, stop.sleep)
        published = words.gateway(located, arrangement) if arrangement.gateway_port else ""
        proposal.dry_run(located, arrangement, caller, state, published)
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
            arrangement = layout.arrange(located, caller)  # a gateway that was left has ended
            caller.view.say(proposal.heading(located))
            for fact in proposal.facts(located, state):
                caller.view.detail(fact)
            opened = Tunnel(located, arrangement, caller, state, stop)
            return opened.run()
        finally:
            if opened is None or not opened.is_applied:
                take_back()


class Tunnel:
    """One run. What it opens or changes is undone by `_close`, whatever ends it."""

    def __init__(
        self,
        located: Located,
        arrangement: Arrangement,
        caller: Caller,
        state: StateFolder,
        stop: Stop,
    ) -> None:
        self._located = located
        self._options = located.options
        self._caller = caller
        self._view = caller.view
        self._state = state
        self._stop = stop
        self._strapi = target.strapi_here(located)
        self._served = Served.of(located.backend)
        self._restart = Restart(self._served, self._strapi, caller.view)
        self._arrangement = arrangement
        self._diary = Diary(state, arrangement, self._served)
        self._publication = Publication(
            located,
            arrangement,
            state,
            caller=caller,
            on_child=self._diary.note_child,
            on_progress=lambda text: self._progress(text),  # noqa: PLW0108 - it is replaced
        )
        self._progress: Callable[[str], None] = lambda _: None
        self._is_ready = False
        self._is_orderly = False
        self._is_left_behind = False

    @property
    def is_applied(self) -> bool:
        return self._diary.is_applied

    def run(self) -> ExitCode:
        url = self._arrangement.public_url or proposal.UNKNOWN_URL
        expected = proposal.make(self._located, self._caller, self._state, url)
        proposal.check(expected, self._caller, yes=self._options.yes)
        try:
            self._publication.check()
            self._publication.settle(self._stop.sleep)
            public_url = self._open()
            asked = (self._located, self._caller, self._state, public_url, self._stop)
            agreed = proposal.agree(*asked, stays=self._arrangement.stays)
            self._serve(public_url)
            refused = self._apply(agreed, public_url)
            self._restart.wait(self._pause)
            self._publication.settle_again(self._pause)
            proposal.offer_to_remember(*asked)
            layout.remember_port(self._located, self._view)
            self._ready(agreed, refused, public_url)
            if self._arrangement.stays:
                self._stay()
                self._is_orderly = True
        finally:
            self._close()
        return ExitCode.FAILED if self._is_left_behind else ExitCode.OK

    # Opening

    def _open(self) -> str:
        self._diary.begin()
        with self._view.working("opening the tunnel") as self._progress:
            try:
                public_url = self._publication.open(self._stop)
            except tunnel.OpenCancelled:
                raise Interrupted(self._stop.signal_number) from None
            except TunnelFailed as failure:
                failure.unchanged = "Nothing was changed."
                raise
        if self._arrangement.reach == "ngrok":
            self._view.done("tunnel", public_url)
        return public_url

    def _serve(self, public_url: str) -> None:
        try:
            self._publication.serve(public_url)
        except SetupError as failure:
            failure.unchanged = "Nothing was changed."
            raise
        if self._arrangement.gateway_port is not None:
            self._view.done("gateway", words.gateway(self._located, self._arrangement))

    # Changing

    def _apply(self, agreed: Plan, public_url: str) -> list[str]:
        """`.env` first, the server configuration last. Returns what has to be done by hand after all."""
        self._stop.check()
        way = self._arrangement
        sheet = sheet_for(self._located, way.reach, public_url, way.layout)
        self._restart.before(agreed.variable, self._pause)
        self._diary.note_changes(agreed, self._located, sheet)
        refused = self._write(agreed)
        self._diary.note_applied(is_kept=self._options.keep or not way.stays)
        if agreed.changes:
            config = self._located.backend.server_config.path
            self._restart.after_change(sheet.callback_url, config_changed=config in agreed.paths)
        return refused

    def _write(self, agreed: Plan) -> list[str]:
        folder, located = self._state.checkpoints, self._located
        ends = {"repository": located.root}
        if located.frontend is not None:
            ends["frontend"] = located.frontend.root
        passing = [change.edit for change in agreed.passing]
        lasting = [change.edit for change in agreed.lasting]
        refused = [*checkpoint.apply(folder, "passing", passing, **ends).refused]
        if passing:  # had it failed, nothing was written
            self._diary.is_applied = True
        if passing and self._restart.must_settle:
            self._pause(SETTLING)
        refused += checkpoint.apply(folder, "lasting", lasting, **ends).refused
        lines = {change.path: " and ".join(change.new_lines) for change in agreed.changes}
        count = len(agreed.changes) - len(refused)
        if count:
            self._view.done("files", f"{count} changed")
        elif not agreed.changes:
            self._view.done("files", "already as they should be")
        return [f"{path}: write  {lines[path]}  ({reason})" for path, reason in refused]

    def _pause(self, seconds: float) -> None:
        """Wait, and go on watching who listens. Raises `Interrupted`, and as `Publication.look`."""
        self._publication.pause(seconds, self._stop.sleep)

    # Ready

    def _ready(self, agreed: Plan, refused: list[str], public_url: str) -> None:
        way = (self._located, self._arrangement, public_url, self._state)
        remarks = self._publication.remarks()
        for note in (*agreed.notes, *remarks, *words.before_the_sheet(*way)):
            self._view.note(note)
        dev_server.say_where(self._located, self._arrangement, self._caller)
        dev_server.say_restart(self._located.frontend, agreed.paths, self._view)
        words.compare_redirect_url(self._diary.record, self._strapi.last_seen or {}, self._view)
        last = self._state.last()
        self._state.save_last(self._diary.record.sheet)
        data = {
            **self._diary.record.sheet,
            "gateway_port": self._arrangement.gateway_port,
            "changes": [proposal.change_data(change) for change in agreed.changes],
            "manual_steps": [*agreed.manual_steps, *refused],
        }
        self._is_ready = True
        frontend = self._located.frontend
        port, ends_here = frontend and frontend.port, not self._arrangement.stays
        self._view.answer("ready", data, last=last, frontend=port, ends_here=ends_here)
        handover.hand_over(self._options, data, self._view)

    def _stay(self) -> None:
        with suppress(Interrupted):  # in the middle of a change of URL: the undo is what follows
            while not self._stop.wait(_INTERVAL) and not self._view.is_gone():
                event = self._next_event()
                if event is not None:
                    self._react(event)
                for remark in self._publication.remarks():
                    self._view.note(remark)
                self._restart.look()
        self._view.say()  # the terminal has just shown ^C

    def _next_event(self) -> Event | None:
        try:
            return self._publication.poll()
        except SetupError as failure:
            failure.unchanged = (
                "The changes stay until: twitter-setup undo"
                if self._diary.record.kept
                else "What was changed is put back."
            )
            raise

    def _react(self, event: Event) -> None:
        if event.kind == "url-changed" and event.public_url:
            self._change_url(event.public_url)
        else:
            data = {"public_url": self._diary.record.public_url, "part": event.part}
            self._view.answer(event.kind, {**data, "detail": event.detail})

    def _change_url(self, public_url: str) -> None:
        """The agent is back with another URL: the files again, and only the portal lines that changed."""
        last = self._diary.record.sheet
        self._located = reread(self._located, self._caller.environ)
        changed = proposal.make(self._located, self._caller, self._state, public_url)
        self._publication.serve(public_url)
        self._apply(changed, public_url)
        self._state.save_last(self._diary.record.sheet)
        self._view.answer("url-changed", self._diary.record.sheet, last=last)
        self._restart.tell()
        dev_server.say_restart(self._located.frontend, changed.paths, self._view)

    # Closing

    def _close(self) -> None:
        """Each part once; one that fails does not keep the next from its turn."""
        with ExitStack() as parts:
            parts.callback(self._strapi.close)
            parts.callback(self._undo_or_keep)
            parts.callback(self._publication.close)

    def _undo_or_keep(self) -> None:
        if not self.is_applied:
            self._diary.withdraw()
        elif self._is_ready and self._diary.record.kept:
            self._diary.outlive()
            if self._is_orderly:
                self._view.answer("stopped", recovery.undone_data(Undone()), keeps=True)
        else:
            self._undo()

    def _undo(self) -> None:
        # A second signal changes nothing any more: from here on a pause only sleeps.
        self._restart.before(self._diary.record.variable, time.sleep)
        undone = recovery.undo_passing(self._state)
        self._restart.after_undo(undone, time.sleep)
        dev_server.say_restart(self._located.frontend, undone.restored, self._view)
        self._state.forget_session()
        left = checkpoint.checkpoints(self._state.checkpoints)
        self._is_left_behind = any(one.kind == "passing" for one in left)
        lasting = [record.path for one in left if one.kind == "lasting" for record in one.records]
        words.say_what_strapi_keeps(self._located, self._diary.record, self._state, self._view)
        if not self._is_orderly:  # an error is on its way, and has the last word
            recovery.say_undone(undone, self._view)
            return
        self._view.answer(
            "stopped",
            recovery.undone_data(undone),
            exit_code=ExitCode.FAILED if self._is_left_behind else ExitCode.OK,
            lasting=lasting,
        )
