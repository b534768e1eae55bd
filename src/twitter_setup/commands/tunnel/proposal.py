"""A plan for this project: made, shown, asked for. The lasting edit apart from the passing ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from twitter_setup.addresses.parts import is_free_tunnel
from twitter_setup.commands import dev_server
from twitter_setup.errors import Advice, SetupError
from twitter_setup.gateway import layout
from twitter_setup.gateway.layout import Arrangement
from twitter_setup.gateway.own_routes import login_routes
from twitter_setup.project import backend as backends
from twitter_setup.project import plan
from twitter_setup.project.frontend_plan import candidates
from twitter_setup.project.locate import Caller, Located
from twitter_setup.project.plan import Change, Plan, Wish
from twitter_setup.project.tools import overrides
from twitter_setup.state import atomic
from twitter_setup.state.folder import StateFolder
from twitter_setup.system import processes
from twitter_setup.system.signals import Stop
from twitter_setup.view import View

# Stands for the URL while ngrok has not given one; people see the second form.
UNKNOWN_URL = "https://your-ngrok-domain.invalid"
_SHOWN_URL = "https://<your ngrok domain>"
# Names of answers in the state folder.
_DECLINED = "declined_lasting_edit"
_ASKED = "remember_domain"
KEPT_DOMAIN = "ngrok_domain"


def make(
    located: Located,
    caller: Caller,
    state: StateFolder,
    public_url: str,
    *,
    declined: bool | None = None,
) -> Plan:
    """`declined`: leave the lasting edit to the person; by default what they answered earlier."""
    backend, known = located.backend, _known_hosts(state) | {candidates.known_as(public_url)}
    reads_one_already = backend.url is not None and backend.url.kind == "variable"
    taken = not reads_one_already and _is_taken(located, caller, known)
    wish = Wish(
        public_url=public_url,
        variable=plan.OTHER_VARIABLE if taken else plan.VARIABLE,
        env_vars=located.options.env_vars,
        known_hosts=_known_hosts(state),
        declined=bool(state.answers().get(_DECLINED)) if declined is None else declined,
        environment=frozenset(caller.environ),
        one_origin=layout.wanted(located) == "one-origin",
    )
    made = plan.build(wish, backend, located.frontend)
    return replace(made, notes=(*made.notes, *_overriding(located, made)))


def _is_taken(located: Located, caller: Caller, known: frozenset[str]) -> bool:
    """Whether PUBLIC_URL has a meaning in this back end already; `known` hosts are of our own."""
    backend, name = located.backend, plan.VARIABLE
    return (
        name in caller.environ
        or any(
            candidates.known_as(value) not in known
            for value in backends.values_in_files(backend, name)
        )
        or overrides.is_set(located.root, backend, located.frontend, name)
        or backends.variable_is_used(backend, name)
    )


def _overriding(located: Located, made: Plan) -> tuple[str, ...]:
    wanted: dict[Path, list[str]] = {}
    for change in made.passing:
        names = (line.partition("=")[0].split()[-1] for line in change.new_lines if "=" in line)
        wanted.setdefault(change.path, []).extend(names)
    return overrides.notes(located.root, located.backend, located.frontend, wanted)


def _known_hosts(state: StateFolder) -> frozenset[str]:
    """Hosts that an earlier run of ours wrote: a value that still names one is ours to change."""
    record = state.session()
    urls = [state.last().get("public_url"), record.public_url if record else None]
    return frozenset(host for url in urls if url and (host := candidates.known_as(url)))


def heading(located: Located) -> str:
    """What was found, in one line."""
    backend, frontend, root = located.backend, located.frontend, located.root
    language = {"javascript": "JavaScript", "typescript": "TypeScript"}.get(
        backend.language, backend.language.upper()
    )
    strapi = backend.strapi_title or "A back end that is not Strapi's own"
    text = f"{strapi} in {shown(backend.root, root)}/ ({language}, port {backend.port})"
    if frontend is None:
        return f"{text} · no front end found (--frontend DIR names one)"
    return f"{text} · {frontend.title} in {shown(frontend.root, root)}/ (port {frontend.port})"


def facts(located: Located, state: StateFolder) -> list[str]:
    """What `--verbose` adds to the heading."""
    backend, frontend = located.backend, located.frontend
    lines = [
        f"settings: {located.file.path or 'no twitter-setup.toml'}",
        f"port {backend.port}: from {backend.port_from}",
        f"url is set in {backend.server_config.path}",
        f"users-permissions: {backend.users_permissions or 'not found'}",
        f"logs and checkpoints: {state.path}",
    ]
    return [*lines, f"front end's port: from {frontend.port_from}"] if frontend else lines


def check(made: Plan, caller: Caller, *, yes: bool) -> None:
    """What would stop this plan, found before a tunnel is opened or anything changed.

    Raises `not_writable`, and `usage` where a question is needed and nobody can answer.
    """
    view = caller.view
    for change in made.changes:
        atomic.check_writable(change.path)
        target = change.path.resolve()
        if change.path.is_symlink() and not target.is_relative_to(change.path.parent.resolve()):
            view.note(f"{change.path} is a link: the file that is changed is {target}.")
    if made.changes and not yes and not view.may_ask:
        raise SetupError(
            "usage",
            "Files would be changed, and there is no terminal to ask on.",
            advice=[
                Advice("agree beforehand", command=caller.again("--yes")),
                Advice("or look first", command=caller.again("--dry-run")),
            ],
            unchanged="Nothing was changed.",
        )


def agree(
    located: Located,
    caller: Caller,
    state: StateFolder,
    public_url: str,
    stop: Stop,
    *,
    stays: bool,
) -> Plan:
    """The plan that the person agreed to.

    `n` to the lasting edit makes it a manual step, and is remembered. `n` to the rest raises `declined`.
    """
    view, yes, root = caller.view, located.options.yes, located.root
    made = make(located, caller, state, public_url)
    with stop.asking():
        if made.lasting:
            _show(
                "Once, and neutral by itself (keep it in git):",
                made.lasting,
                root,
                view,
                is_asked=not yes,
            )
            if not yes and not view.ask("Add it?"):
                state.save_answers({**state.answers(), _DECLINED: True})
                made = make(located, caller, state, public_url)
        if made.passing:
            _show(
                f"Until {_end(located, stays=stays)}:", made.passing, root, view, is_asked=not yes
            )
            if not yes and not view.ask("Apply?"):
                raise SetupError("declined", "You said no.", unchanged="Nothing was changed.")
    return made


def _end(located: Located, *, stays: bool) -> str:
    """What puts the passing changes back."""
    return "you stop" if stays and not located.options.keep else "twitter-setup undo"


def _show(title: str, changes: Sequence[Change], root: Path, view: View, *, is_asked: bool) -> None:
    rows = [(shown(change.path, root), line) for change in changes for line in change.lines]
    view.rows(title, rows, is_asked=is_asked)


def shown(path: Path, root: Path) -> str:
    """A path as people read it: from the project's root where it is inside."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def dry_run(
    located: Located, arrangement: Arrangement, caller: Caller, state: StateFolder, published: str
) -> None:
    """Show the plan; touch nothing, start nothing. `published`: what the gateway would, '' for none."""
    options, view = located.options, caller.view
    own_domain = f"https://{options.domain}" if options.domain else UNKNOWN_URL
    url = arrangement.public_url or own_domain
    view.say(heading(located))
    if published:
        view.say(f"Would serve {published}.")
    made = make(located, caller, state, url)
    _report_leftovers(state, view)
    routes = login_routes.notes(located) if arrangement.is_one_origin else []
    for note in (*made.notes, *routes):
        view.note(_readable(note))
    dev_server.say_where(located, arrangement, caller)
    dev_server.say_restart(located.frontend, made.paths, view)
    data = {
        "changes": [
            {**change_data(change), "diff": _readable(change.diff)} for change in made.changes
        ],
        "manual_steps": [_readable(step) for step in made.manual_steps],
    }
    view.answer("dry-run", data, until=_end(located, stays=arrangement.stays))


def _report_leftovers(state: StateFolder, view: View) -> None:
    record = state.session()
    if record and not record.kept and not processes.is_running(record.pid, record.process_started):
        view.note(
            f"A run that was ended from outside (PID {record.pid}) has left changes in the files; "
            "the next command puts them back first."
        )


def change_data(change: Change) -> dict[str, Any]:
    """One entry of `changes` in JSON."""
    return {
        "path": str(change.path),
        "action": change.action,
        "lasting": change.lasting,
        "summary": _readable(change.summary),
    }


def _readable(text: str) -> str:
    return text.replace(UNKNOWN_URL, _SHOWN_URL)


def offer_to_remember(
    located: Located, caller: Caller, state: StateFolder, public_url: str, stop: Stop
) -> None:
    """Offer to keep a stable ngrok domain in `.twitter-setup/`. Asked once, on a terminal.

    The free plan's domain is stable from the first run on; another one shows it by coming twice.
    """
    options, view, answers = located.options, caller.view, state.answers()
    may_ask = view.may_ask and not options.yes and _ASKED not in answers
    is_ngroks = options.reach == "ngrok" and not options.domain
    is_stable = is_free_tunnel(public_url) or state.last().get("public_url") == public_url
    if not (may_ask and is_ngroks and is_stable):
        return
    domain = urlsplit(public_url).hostname or ""
    view.say(
        f"{domain} belongs to your ngrok account and stays the same, so you paste the callback at X once."
    )
    with stop.asking():
        wanted = view.ask("Keep this domain for this project, in .twitter-setup/?")
    kept = {KEPT_DOMAIN: domain} if wanted else {}
    state.save_answers({**answers, _ASKED: wanted, **kept})
