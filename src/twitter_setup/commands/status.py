"""The `status` command: what runs here and what is changed. Looks only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twitter_setup.commands import undo as recovery
from twitter_setup.errors import SetupError
from twitter_setup.project import locate
from twitter_setup.project.locate import Caller
from twitter_setup.state import checkpoint
from twitter_setup.state.folder import StateFolder
from twitter_setup.state.journal import Record
from twitter_setup.state.registry import other_sessions
from twitter_setup.state.session_record import SessionRecord
from twitter_setup.strapi import provider_checkpoint


def status(folder: Path, caller: Caller) -> dict[str, Any]:
    """The `data` of `status`. A project that cannot be read does not hide what was changed in it."""
    state = StateFolder(folder)
    record = recovery.session_if_readable(state, caller.view)
    holder = state.lock().holder()
    runs = holder is not None
    known = record is not None and (runs or record.kept)
    found = (*checkpoint.checkpoints(state.checkpoints), *checkpoint.pending(state.checkpoints))
    return {
        "running": runs,
        "pid": holder.pid if holder else None,
        **_session(record if known else None),
        "changes": [
            {
                "path": file.path,
                "action": "create" if file.was_created else "edit",
                "lasting": one.kind == "lasting",
                "summary": "; ".join(_own_lines(file)),
            }
            for one in found
            for file in one.records
        ],
        "checkpoints": [
            *({"id": one.id, "kind": one.kind, "created": one.created} for one in found),
            *(
                {"id": one.id, "kind": provider_checkpoint.KIND, "created": one.created}
                for one in provider_checkpoint.load_all(state)
            ),
        ],
        "strapi": _strapi(folder, record, caller),
        "leftovers": record is not None and not runs and not record.kept,
        "elsewhere": [
            {"backend": str(other), "pid": theirs.pid, "public_url": theirs.public_url}
            for other, theirs in other_sessions(folder)
        ],
    }


def lasting(folder: Path) -> list[str]:
    """The files that keep their one line after an undo."""
    found = checkpoint.checkpoints(StateFolder(folder).checkpoints)
    return [file.path for one in found if one.kind == "lasting" for file in one.records]


def _session(record: SessionRecord | None) -> dict[str, Any]:
    names = ("since", "reach", "layout", "public_url", "callback_url", "gateway_port")
    return {name: getattr(record, name) or None if record else None for name in names}


def _own_lines(file: Record) -> list[str]:
    hunks = file.steps[-1].hunks
    return [line.decode(errors="replace").strip() for hunk in hunks for line in hunk.new]


def _strapi(folder: Path, record: SessionRecord | None, caller: Caller) -> dict[str, Any]:
    from twitter_setup.strapi.api import listens  # noqa: PLC0415 - httpx is slow to load

    try:
        backend = locate.load_backend(folder, caller)
    except SetupError:
        port = record.port if record else None
        return {"version": None, "port": port, "up": listens(port) if port else None}
    port = record.port if record else backend.port
    return {"version": backend.strapi, "port": port, "up": listens(port)}
