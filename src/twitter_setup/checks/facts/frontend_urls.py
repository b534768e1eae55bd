"""Which variables of a front end name the back end, as they count now."""

from __future__ import annotations

from dataclasses import dataclass

from twitter_setup.addresses.parts import host_of, origin_of
from twitter_setup.checks.facts.environments import Environment, Setting
from twitter_setup.project import frontend as reading
from twitter_setup.project import frontend_plan
from twitter_setup.project.frontend import FrontEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontEndUrls:
    """`others`: by their name they could be the back end's, by their value they are not."""

    settings: tuple[Setting, ...] = ()
    others: tuple[Setting, ...] = ()


def read(
    frontend: FrontEnd,
    environment: Environment,
    *,
    port: int,
    public_url: str | None,
    wanted: tuple[str, ...] = (),
) -> FrontEndUrls:
    """`port` is the back end's; `wanted` are names that the user gave (`--env-var`)."""
    hosts = frozenset({host_of(public_url or "")} - {""})

    def is_backend(name: str, value: str) -> bool:
        is_public = public_url is not None and origin_of(value) == origin_of(public_url)
        # Empty, or a path alone: the front end's own origin.
        is_own = reading.looks_like_backend_url(name) and (not value or value.startswith("/"))
        return is_public or is_own or frontend_plan.names_backend(name, value, port, hosts)

    found: list[Setting] = []
    others: list[Setting] = []
    real = [name for name in reading.variables_read(frontend) if name in environment.real]
    for name in dict.fromkeys((*wanted, *environment.names(), *real)):
        setting = environment.find(name)
        if setting is None:
            continue
        values = [setting.value, *(value for _, value in setting.hidden)]
        if name in wanted or any(is_backend(name, value) for value in values):
            found.append(setting)
        elif reading.looks_like_backend_url(name) and "$" not in setting.value:
            others.append(setting)
    return FrontEndUrls(settings=tuple(found), others=tuple(others))
