"""Putting things back outside a running `tunnel`: after a killed one, and by `undo`."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from twitter_setup.addresses.redirect_url import printable
from twitter_setup.commands import dev_server
from twitter_setup.errors import Advice, ExitCode, SetupError
from twitter_setup.project import find as project
from twitter_setup.project import settings
from twitter_setup.project.settings import Options
from twitter_setup.state import checkpoint, checkpoint_file
from twitter_setup.state.checkpoint import Undone
from twitter_setup.state.checkpoint_file import Checkpoint
from twitter_setup.state.folder import StateFolder
from twitter_setup.state.session_record import SessionRecord
from twitter_setup.strapi import provider_undo
from twitter_setup.strapi.api import Credentials, Strapi, local_address
from twitter_setup.strapi.restart import SETTLING, Restart, Served
from twitter_setup.view import View


def tunnel_running(state: StateFolder) -> SetupError:
    """The error for a second `tunnel`, or an `undo`, while one runs."""
    holder = state.lock().holder()
    who = f" (PID {holder.pid}, since {holder.since})" if holder else ""
    text = "press Ctrl-C in its terminal"
    advice = (
        Advice(f"{text}, or end it from here", f"kill {holder.pid}") if holder else Advice(text)
    )
    return SetupError(
        "tunnel_running",
        f"twitter-setup is already at work in {state.backend}{who}.",
        advice=[advice],
        unchanged="Nothing was changed.",
    )


def _check_paths(state: StateFolder) -> None:
    """Refuse a checkpoint that names what no session changes: a repository may have brought it along."""
    folder, known = state.checkpoints, state.outside()
    for one in (*checkpoint.checkpoints(folder), *checkpoint.pending(folder)):
        for record in one.records:
            problem = _problem_of(Path(record.path), state.backend, known)
            if problem:
                raise SetupError(
                    "checkpoint_broken",
                    f"A checkpoint in {folder} names {printable(record.path)}, which {problem}.",
                    advice=[Advice(f"look at {folder}; delete it if it is not yours")],
                    unchanged="Nothing was changed.",
                )


def _problem_of(path: Path, backend: Path, known: Collection[str]) -> str:
    """Say why no session of this user can have changed the file; '' if one can have."""
    if not path.is_absolute():
        return "is not a whole path, as ours are"
    target, root = path.resolve(), project.repository_root(backend).resolve()
    is_inside = target.is_relative_to(root)
    # git runs what its own files name, and a clone brings none of them along.
    if ".git" in {part.casefold() for part in target.parts[len(root.parts) if is_inside else 0 :]}:
        return "is git's own, which no session changes"
    if str(target) in known:
        return ""
    if not is_inside:
        return "is outside this project and was not changed by a session of yours"
    is_usual = checkpoint_file.is_of_a_session(target) or _is_env_file_of_settings(target, backend)
    return "" if is_usual else "is a file that no session changes"


def _is_env_file_of_settings(target: Path, backend: Path) -> bool:
    root = project.repository_root(backend)
    try:
        file = settings.read_file(settings.find_file(backend, root), root)
    except SetupError:
        return False
    name = Path(file.get("frontend", "env_file") or "").parts
    return bool(name) and target.parts[-len(name) :] == name


def recover(state: StateFolder, view: View) -> Callable[[], None]:
    """Put back what a killed run left: half-made changes, a dead session's changes, its agent.

    Only with the lock held. A kept session's changes stay; that is what it was asked for. Returns what
    makes a running Strapi read its old address again: to be called unless it gets a new one anyway.
    """
    _check_paths(state)  # also says a broken one before anything is changed
    state.sweep()
    undone = checkpoint.recover(state.checkpoints)
    record = state.session()
    if record is not None:
        end_children(state, record)
        if not record.kept:
            undone += undo_passing(state)
            state.forget_session()
    if record is not None and not record.kept:
        view.note(
            f"An earlier run (PID {record.pid}) was ended from outside: {_said(undone)}.",
        )
    elif undone.restored:
        view.note(f"An earlier run was ended from outside: {_said(undone)}.")
    for path, reason in undone.kept:
        view.note(f"{path} was left as it is: {reason}.")

    def take_back() -> None:
        if not undone.restored:
            return
        with _strapi_told(state, record, view) as strapi:
            strapi.undone = undone

    return take_back


def end_children(state: StateFolder, record: SessionRecord) -> None:
    """End the agent and the gateway that a killed run left; only if they really are those."""
    from twitter_setup.gateway import process as gateway  # noqa: PLC0415 - only after a crash
    from twitter_setup.ngrok import reach as tunnel  # noqa: PLC0415 - only after a crash

    if record.agent_config == str(state.agent_config):
        tunnel.end_leftover_agent(
            tunnel.AgentProcess(record.agent_pid, record.agent_started, record.agent_config)
        )
    if record.gateway_config == str(state.gateway_config):
        gateway.end_leftover_gateway(
            gateway.GatewayProcess(
                record.gateway_pid, record.gateway_started, record.gateway_config
            )
        )


def undo_passing(state: StateFolder) -> Undone:
    """Undo what lasts only while a tunnel runs, newest first."""
    return _undo_kinds(state, everything=False)


def _undo_kinds(state: StateFolder, *, everything: bool, settle: bool = False) -> Undone:
    """`.env` files before the server configuration, with a moment between them where Strapi needs it."""
    found = checkpoint.checkpoints(state.checkpoints)
    undone = _undo(state, [c for c in found if c.kind == "passing"])
    lasting = [c for c in found if c.kind == "lasting"] if everything else []
    if undone.restored and lasting and settle:
        time.sleep(SETTLING)
    return undone + _undo(state, lasting)


def _undo(state: StateFolder, found: Sequence[Checkpoint]) -> Undone:
    undone = Undone()
    for one in reversed(found):
        undone += checkpoint.undo(state.checkpoints, one)
    return undone


def undo(
    backend: Path, *, options: Options, everything: bool, view: View
) -> tuple[dict[str, Any], ExitCode]:
    """The `undo` command: puts files back, asks nothing, parses nothing. Returns its `data` and exit code.

    Strapi's setting too, where an administrator's credentials are given. It failed when something of
    ours had to stay in a file, or Strapi did not take its former setting.
    """
    state = StateFolder(backend)
    if not state.path.is_dir():
        return undone_data(Undone()), ExitCode.OK
    lock = state.lock()
    if not lock.acquire():
        raise tunnel_running(state)
    try:
        _check_paths(state)
        state.sweep()
        record = session_if_readable(state, view)
        undone = checkpoint.recover(state.checkpoints)
        if record is not None:
            end_children(state, record)
        # Before the files: they make Strapi start again.
        provider, failed = provider_undo.undo(state, options, view, everything=everything)
        with _strapi_told(state, record, view) as strapi:
            undone += _undo_kinds(state, everything=everything, settle=strapi.must_settle)
            state.forget_session()
            strapi.undone = undone
        dev_server.say_restart_of(undone.restored, view)
        if everything:
            state.save_answers({})  # the lasting edit is asked for again
    finally:
        lock.release()
    left = [
        c for c in checkpoint.checkpoints(state.checkpoints) if everything or c.kind == "passing"
    ]
    has_failed = bool(left or failed)
    return undone_data(undone, provider), ExitCode.FAILED if has_failed else ExitCode.OK


def recover_if_free(state: StateFolder, view: View) -> None:
    """For commands that change nothing of the project themselves: what a killed run left, first."""
    if not state.path.is_dir():
        return
    lock = state.lock()
    if lock.acquire():
        try:
            recover(state, view)()
        finally:
            lock.release()


def session_if_readable(state: StateFolder, view: View) -> SessionRecord | None:
    """An undo needs the checkpoints only; without its session Strapi just cannot be told."""
    try:
        return state.session()
    except SetupError as error:
        view.note(f"{error.message} The files are put back without it.")
        return None


def say_undone(undone: Undone, view: View) -> None:
    """For people, where no answer of its own tells it."""
    if undone.restored:
        view.say(f"{_said(undone).capitalize()}.")
    for path, reason in undone.kept:
        view.note(f"{path} was left as it is: {reason}.")


def undone_data(undone: Undone, provider: str | None = None) -> dict[str, Any]:
    return {
        "restored": [str(path) for path in undone.restored],
        "kept": [{"path": str(path), "reason": reason} for path, reason in undone.kept],
        "provider": provider,
    }


@contextmanager
def _strapi_told(state: StateFolder, record: SessionRecord | None, view: View) -> Iterator[_Told]:
    """Around an undo: a running Strapi reads its old address again, as far as that can be seen."""
    told = _Told()
    config = Path(record.config) if record and record.config else None
    # The configuration is touched: never one that a planted session file names.
    if (
        record is None
        or config is None
        or not config.resolve().is_relative_to(state.backend.resolve())
    ):
        yield told
        return
    served = Served(
        root=state.backend.resolve(),
        config=config,
        port=record.port,
        is_strapi=record.is_strapi,
        unwatched=record.unwatched,
        old_version=record.old_version,
    )
    strapi = Strapi(local_address(record.port), Credentials())
    restart = Restart(served, strapi, view)
    restart.before(record.variable, time.sleep)
    told.must_settle = restart.must_settle
    yield told
    restart.after_undo(told.undone, time.sleep)
    strapi.close()


@dataclass(slots=True)
class _Told:
    """`must_settle`: the configuration may follow `.env` only after a moment. `undone`: what to tell."""

    must_settle: bool = False
    undone: Undone = field(default_factory=Undone)


def _said(undone: Undone) -> str:
    count = len(undone.restored)
    return {0: "nothing was left to put back", 1: "1 file is put back"}.get(
        count, f"{count} files are put back"
    )
