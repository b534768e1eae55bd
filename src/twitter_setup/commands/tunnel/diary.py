"""What a run of `tunnel` notes of itself, so that `undo`, `status` and the next run can go by it.

It is on the disk before it matters: after `kill -9` the next run must find the children and the changes.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime
from typing import Any

from twitter_setup.gateway.layout import Arrangement
from twitter_setup.project.locate import Located
from twitter_setup.project.plan import Plan
from twitter_setup.state.checkpoint_file import is_of_a_session
from twitter_setup.state.folder import StateFolder
from twitter_setup.state.session_record import SessionRecord
from twitter_setup.strapi.restart import Served
from twitter_setup.system import processes
from twitter_setup.x.sheet import Sheet


class Diary:
    """The record of one run. Until it has applied something, a kept session stays the one remembered."""

    def __init__(self, state: StateFolder, arrangement: Arrangement, served: Served) -> None:
        self._state = state
        self._former = state.session()  # a kept one, whose changes are still in the files
        self.is_applied = False
        self.record = SessionRecord(
            pid=os.getpid(),
            process_started=processes.own_start(),
            since=datetime.now().astimezone().isoformat(timespec="seconds"),
            reach=arrangement.reach,
            layout=arrangement.layout,
            config=str(served.config),
            port=served.port,
            is_strapi=served.is_strapi,
            unwatched=served.unwatched,
            old_version=served.old_version,
            # Known before a child is started, so that one whose start was cut short is found too.
            agent_config=str(state.agent_config) if arrangement.reach == "ngrok" else "",
            gateway_config=str(state.gateway_config) if arrangement.gateway_port else "",
            gateway_port=arrangement.gateway_port or 0,
        )

    def begin(self) -> None:
        self._save()

    def note_child(self, noted: dict[str, Any]) -> None:
        """`noted` are fields of the record."""
        self.record = replace(self.record, **noted)
        self._save()

    def note_changes(self, agreed: Plan, located: Located, sheet: Sheet) -> None:
        """What is about to be applied; from here on it is this run that is remembered."""
        self.record = replace(
            self.record,
            outside=_outside(agreed, located),
            variable=agreed.variable,
            public_url=sheet.public_url,
            callback_url=sheet.callback_url,
            sheet=sheet.data(),
        )
        self._state.save_session(self.record)

    def note_applied(self, *, is_kept: bool) -> None:
        self.is_applied = True
        self.record = replace(self.record, kept=is_kept)
        self._save()

    def withdraw(self) -> None:
        """Nothing was applied: it is as if this run had not been."""
        if self._former is None:
            self._state.forget_session()
        else:
            self._state.save_session(self._former)

    def outlive(self) -> None:
        """The changes are kept, and the children have ended."""
        self.record = self.record.without_children()
        self._save()

    def _save(self) -> None:
        if self.is_applied or self._former is None:
            self._state.save_session(self.record)
        else:
            self._state.save_session(self._former.with_children_of(self.record))


def _outside(agreed: Plan, located: Located) -> list[str]:
    """List the changed files that `undo` does not know by their names, links followed."""
    root = located.root.resolve()
    targets = [change.path.resolve() for change in agreed.changes]
    return [
        str(target)
        for target in targets
        if not (target.is_relative_to(root) and is_of_a_session(target))
    ]
