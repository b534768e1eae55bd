"""Project and public URL in, a plan out: every edit, and what is left to a person. Pure.

Order matters: `.env` files first and the server configuration last, so that one restart of
`strapi develop`, which watches the latter only, sees both.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from twitter_setup.edits import dotenv, server_config, toml
from twitter_setup.edits.spans import FileEdit
from twitter_setup.errors import Advice, SetupError
from twitter_setup.project.backend import BackEnd
from twitter_setup.project.files import relative_name
from twitter_setup.project.frontend import FrontEnd
from twitter_setup.project.frontend_plan import build as frontend_plan
from twitter_setup.project.frontend_plan.variables import set_variables

VARIABLE = "PUBLIC_URL"
OTHER_VARIABLE = "STRAPI_PUBLIC_URL"  # where PUBLIC_URL already means something else
ADMIN_VARIABLE = "STRAPI_ADMIN_BACKEND_URL"


@dataclass(frozen=True, slots=True)
class Change:
    """One edit of one file. `lines` are our own lines as they will stand, marked `+` or `~`."""

    edit: FileEdit
    lasting: bool
    lines: tuple[str, ...]

    @property
    def path(self) -> Path:
        return self.edit.path

    @property
    def action(self) -> Literal["edit", "create"]:
        return "create" if self.edit.before is None else "edit"

    @property
    def summary(self) -> str:
        return "; ".join(self.lines)

    @property
    def new_lines(self) -> tuple[str, ...]:
        """What a person would have to write."""
        return tuple(line[2:] for line in self.lines if not line.startswith("-"))

    @property
    def diff(self) -> str:
        """Our own lines only, never their neighbours: those may be secrets."""
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True)
class Plan:
    """`variable` is the back end's that will hold the public URL, '' where it has none."""

    passing: tuple[Change, ...] = ()
    lasting: tuple[Change, ...] = ()
    manual_steps: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    variable: str = ""

    @property
    def changes(self) -> tuple[Change, ...]:
        return (*self.passing, *self.lasting)

    @property
    def paths(self) -> tuple[Path, ...]:
        return tuple(change.path for change in self.changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a plan is made from, besides the project's files.

    `variable` is the name that the lasting edit would read. `known_hosts` are hosts of our earlier
    tunnels: a value that still names one is ours to change. `declined`: the person said no to the
    lasting edit. `environment` holds the names set in the real environment. `one_origin`: both ends
    get the same public URL.
    """

    public_url: str
    variable: str = VARIABLE
    env_vars: tuple[str, ...] = ()
    known_hosts: frozenset[str] = frozenset()
    declined: bool = False
    environment: frozenset[str] = frozenset()
    one_origin: bool = True


def build(wish: Wish, backend: BackEnd, frontend: FrontEnd | None) -> Plan:
    """Raises `SetupError` (`project_broken`) when the server configuration does not parse."""
    back = _plan_backend(wish, backend)
    front = (
        frontend_plan.build(wish, frontend, backend)
        if frontend
        else frontend_plan.without_frontend(wish)
    )
    passing = tuple(Change(part.edit, lasting=False, lines=part.lines) for part in front.parts)
    server_last = [c for c in back.passing if c.path == backend.server_config.path]
    env_first = [c for c in back.passing if c.path != backend.server_config.path]
    return Plan(
        passing=(*env_first, *passing, *server_last),
        lasting=back.lasting,
        manual_steps=(*back.manual_steps, *front.manual_steps),
        notes=(*back.notes, *front.notes),
        variable=back.variable,
    )


def _plan_backend(wish: Wish, backend: BackEnd) -> Plan:
    if backend.syntax_problem:
        raise SetupError(
            "project_broken",
            f"{backend.server_config.path} does not parse ({backend.syntax_problem}), "
            "so Strapi cannot start with it either.",
            advice=[Advice("mend that line, then run the command again")],
            unchanged="Nothing was changed.",
        )
    if backend.language in {"toml", "json"}:
        return _plan_key(wish, backend)
    source = backend.server_config.content
    if source is None or backend.url is None:
        return _with_environment(wish, backend, _no_server_config(wish, backend), wish.variable)
    if backend.url.kind == "variable":
        return _with_environment(wish, backend, (), backend.url.variable or wish.variable)
    if backend.url.kind == "unclear" or wish.declined:
        return _with_environment(wish, backend, _write_by_hand(wish, backend), wish.variable)
    return _with_lasting_edit(wish, backend, source)


def _with_lasting_edit(wish: Wish, backend: BackEnd, source: bytes) -> Plan:
    language: Literal["javascript", "typescript"] = (
        "typescript" if backend.language == "typescript" else "javascript"
    )
    try:
        edits = server_config.make_url_read(source, language, wish.variable)
    except ValueError:
        return _with_environment(wish, backend, _write_by_hand(wish, backend), wish.variable)
    edit = FileEdit(backend.server_config.path, source, edits)
    change = Change(edit, lasting=True, lines=_own_lines(edit))
    return _with_environment(wish, backend, (), wish.variable, lasting=(change,))


def _own_lines(edit: FileEdit) -> tuple[str, ...]:
    """What an edit of the server configuration takes and gives; never what else is on its line."""
    lines: list[str] = []
    for span in edit.edits:
        old = _on_one_line((edit.before or b"")[span.start : span.end])
        new = _on_one_line(span.new).lstrip(",").strip()
        if not new:  # a comma for the neighbour is not worth a reader's attention
            continue
        key = "" if new.startswith("url") else "url: "
        lines += [f"- url: {old}"] if old else []
        lines.append(f"+ {key}{new}")
    return tuple(lines)


def _on_one_line(code: bytes) -> str:
    return " ".join(code.decode(errors="replace").split())


def _with_environment(
    wish: Wish,
    backend: BackEnd,
    manual_steps: tuple[str, ...],
    variable: str,
    lasting: tuple[Change, ...] = (),
) -> Plan:
    """The part every JavaScript back end shares: the variable in its `.env`."""
    wanted = {variable: wish.public_url}
    present = dotenv.values(backend.env_file.content or b"")
    if backend.bakes_url_into_admin and not (
        ADMIN_VARIABLE in present or ADMIN_VARIABLE in wish.environment
    ):
        wanted[ADMIN_VARIABLE] = f"http://localhost:{backend.port}"
    parts, refused = set_variables(backend.env_file, wanted)
    return Plan(
        passing=tuple(Change(part.edit, lasting=False, lines=part.lines) for part in parts),
        lasting=lasting,
        manual_steps=(*manual_steps, *refused),
        notes=_environment_notes(wish, backend, variable),
        variable=variable,
    )


def _environment_notes(wish: Wish, backend: BackEnd, variable: str) -> tuple[str, ...]:
    notes = []
    if variable in wish.environment:
        notes.append(
            f"{variable} is set in this shell's environment, and that wins over "
            f"{backend.env_file.path.name}: start Strapi without it."
        )
    if not backend.api_prefix_is_certain:
        notes.append(
            f"The API prefix in config/api is not a plain value, so {backend.api_prefix or '/'} is "
            "taken for it: compare the callback with the redirectUri that Strapi shows."
        )
    if backend.admin_url:
        at = backend.admin_url
        notes.append(
            f"{relative_name(at.path, backend.root)}:{at.line} gives the admin panel a whole address. "
            f"With {variable} set, Strapi builds the panel for another host, and it does not load: "
            "write a path there, such as '/admin'."
        )
    if backend.unwatched:
        notes.append(
            f"`strapi develop` watches nothing below a folder like `{backend.unwatched}`: "
            "stop and start Strapi yourself after each change, or move the project."
        )
    return tuple(notes)


def _write_by_hand(wish: Wish, backend: BackEnd) -> tuple[str, ...]:
    source, url = backend.server_config.content, backend.url
    if source is None or url is None:
        return ()
    language: Literal["javascript", "typescript"] = (
        "typescript" if backend.language == "typescript" else "javascript"
    )
    line = server_config.manual_line(source, language, wish.variable)
    why = f" ({url.reason})" if url.reason else ""
    return (f"{backend.server_config.path}, line {url.line}: write  {line}{why}",)


def _no_server_config(wish: Wish, backend: BackEnd) -> tuple[str, ...]:
    return (
        f"{backend.server_config.path} is not there. Strapi needs one, with this in it: "
        f"url: env('{wish.variable}', ''),",
    )


def _plan_key(wish: Wish, backend: BackEnd) -> Plan:
    """A back end whose server configuration holds the URL itself: a passing edit of its value."""
    path, source = backend.server_config.path, backend.server_config.content or b""
    key = backend.url_key or ("server.url" if path.suffix == ".toml" else "url")
    by_hand = f"{path}: set {key} to {wish.public_url}"
    if path.suffix != ".toml":
        by_hand = f'{path}, line 1: write  "url": "{wish.public_url}"'
        return Plan(manual_steps=(f"{by_hand} (only TOML and JavaScript are edited)",))
    try:
        edits = toml.set_key(source, key, wish.public_url)
    except ValueError as problem:
        return Plan(manual_steps=(f"{by_hand} ({problem})",))
    if not edits:
        return Plan()
    line = f'~ {key.rpartition(".")[2]} = "{wish.public_url}"'
    return Plan(passing=(Change(FileEdit(path, source, edits), lasting=False, lines=(line,)),))
