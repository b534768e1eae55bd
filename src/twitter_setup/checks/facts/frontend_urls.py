"""Which variables of a front end name the back end, as they count now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from twitter_setup.addresses.parts import origin_of
from twitter_setup.checks.facts.environments import Environment, Setting
from twitter_setup.project.frameworks import names_backend_for_sure
from twitter_setup.project.frontend_plan.candidates import Candidate, Ends, names_backend


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontEndUrls:
    """`missing`: nothing sets them, and the plan would.

    `others`: their names could be the back end's, and their values are not.
    """

    settings: tuple[Setting, ...] = ()
    missing: tuple[Candidate, ...] = ()
    others: tuple[Setting, ...] = ()


def read(
    candidates: Sequence[Candidate], environment: Environment, ends: Ends, public_url: str | None
) -> FrontEndUrls:
    """Sort the variables that the plan knows by what is set now."""
    found: list[Setting] = []
    missing: list[Candidate] = []
    others: list[Setting] = []
    for candidate in candidates:
        name = candidate.name
        setting = environment.find(name)
        if setting is None:
            missing += [candidate] if candidate.is_backend else []
            continue
        values = [setting.value, *(value for _, value in setting.hidden)]
        if name in ends.given or any(_is_backend(name, v, ends, public_url) for v in values):
            found.append(setting)
        elif names_backend_for_sure(name) and "$" not in setting.value:
            others.append(setting)
    return FrontEndUrls(settings=tuple(found), missing=tuple(missing), others=tuple(others))


def _is_backend(name: str, value: str, ends: Ends, public_url: str | None) -> bool:
    is_public = public_url is not None and origin_of(value) == origin_of(public_url)
    # Empty, or a path alone: the front end's own origin.
    is_own = names_backend_for_sure(name) and (not value or value.startswith("/"))
    return is_public or is_own or names_backend(name, value, ends.backend_port, ends.hosts)
