"""Which variables of the front end name the back end, and in which file they are changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from twitter_setup.edits import dotenv
from twitter_setup.project import frameworks
from twitter_setup.project.backend import BackEnd
from twitter_setup.project.files import SourceFile
from twitter_setup.project.frontend import FrontEnd
from twitter_setup.project.frontend_plan import candidates, notes, steps
from twitter_setup.project.frontend_plan import source as reading
from twitter_setup.project.frontend_plan.candidates import Candidate, Ends
from twitter_setup.project.frontend_plan.variables import Part, set_variables
from twitter_setup.project.reader.source import Source


@dataclass(frozen=True, slots=True)
class FrontEndPlan:
    parts: tuple[Part, ...] = ()
    manual_steps: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Wish(Protocol):
    """The part of `plan.Wish` that matters here."""

    @property
    def public_url(self) -> str: ...
    @property
    def env_vars(self) -> tuple[str, ...]: ...
    @property
    def known_hosts(self) -> frozenset[str]: ...
    @property
    def one_origin(self) -> bool: ...


def build(wish: Wish, frontend: FrontEnd, backend: BackEnd) -> FrontEndPlan:
    """Plan the variables to set, and name the addresses that only a person can change."""
    ours = wish.known_hosts | {candidates.known_as(wish.public_url)}
    source = reading.read(frontend, backend, ours)
    ends = Ends(
        backend_port=backend.port,
        api_prefix=backend.api_prefix,
        hosts=ours,
        given=wish.env_vars,
        routes=reading.content_types(backend.root),
    )
    found = candidates.find(frontend, source, ends)
    wanted = {
        each.name: each.at(wish.public_url)
        for each in found
        if each.is_backend or (each.is_own and wish.one_origin)
    }
    parts, refused = _write(frontend, wanted)
    by_hand = steps.write(
        frontend.root,
        source,
        frontend.framework,
        found,
        wish.public_url,
        one_origin=wish.one_origin,
    )
    said = list(notes.of_frontend(frontend, backend, wish.public_url))
    if not any(each.is_backend for each in found) and not by_hand:
        said += _nothing(wish, frontend, backend, source, found)
    return FrontEndPlan(parts, (*by_hand, *refused), tuple(said))


def without_frontend(wish: Wish) -> FrontEndPlan:
    if not wish.env_vars:
        return FrontEndPlan()
    names = ", ".join(wish.env_vars)
    return FrontEndPlan(
        notes=(f"No front end was found for {names}: name its folder with --frontend",)
    )


def _nothing(
    wish: Wish,
    frontend: FrontEnd,
    backend: BackEnd,
    source: Source,
    found: Sequence[Candidate],
) -> list[str]:
    """Say what a person can do if neither a variable nor an address is the back end's."""
    elsewhere = [
        each
        for each in found
        if each.value.strip()
        and not each.value.startswith("/")
        and "$" not in each.value
        and frameworks.names_backend_for_sure(each.name)
    ]
    if elsewhere:
        return [
            f"{each.name} in the front end is {each.value}, which is not this back end: left as it is "
            f"(change it with --env-var {each.name})"
            for each in elsewhere
        ]
    unnamed = [
        each.name
        for each in found
        if not each.value.strip() and _asks_strapi(each.name, source, backend)
    ]
    if unnamed:
        return [
            f"{name} has no value, and the source appends paths of Strapi's API to it: "
            f"set it with --env-var {name}"
            for name in unnamed
        ]
    if source.logins or any(each.value.startswith("/") for each in found):
        return []  # relative: under one origin that is right
    path = f"{backend.api_prefix}/connect/twitter"
    link = path if wish.one_origin else f"{wish.public_url}{path}"
    return [f"No login link was found in {frontend.root}: link to {link}"]


def _asks_strapi(name: str, source: Source, backend: BackEnd) -> bool:
    """Whether the source appends a login path, or the API prefix, to the variable."""
    variable = source.variables.get(name)
    prefix = f"{backend.api_prefix}/" if backend.api_prefix else "/connect/"
    appends = variable is not None and any(each.startswith(prefix) for each in variable.appended)
    return appends or any(name in use.variables for use in source.logins)


def _write(
    frontend: FrontEnd, wanted: Mapping[str, str]
) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    if not frontend.env_files:
        return (), tuple(
            f"{frontend.title} reads no .env file: set  {name}={value}  in the environment that "
            "starts it"
            for name, value in wanted.items()
        )
    by_file: dict[SourceFile, dict[str, str]] = {}
    for name, value in wanted.items():
        by_file.setdefault(_file_for(frontend, name), {})[name] = value
    parts: list[Part] = []
    refused: list[str] = []
    for file, variables in by_file.items():
        more, left = set_variables(file, variables)
        parts += more
        refused += left
    return tuple(parts), tuple(refused)


def _file_for(frontend: FrontEnd, name: str) -> SourceFile:
    """Find the file that wins for `name`; if git tracks it, an untracked one above it."""
    files = frontend.env_files
    winner = max(
        (i for i, file in enumerate(files) if name in dotenv.values(file.content or b"")),
        default=None,
    )
    if winner is not None and files[winner].path not in frontend.tracked:
        return files[winner]
    above = files[(winner or 0) :]
    for file in above:
        untracked = file.path not in frontend.tracked
        if untracked and (file.content is not None or file.path.name.endswith(".local")):
            return file
    return files[winner if winner is not None else 0]
