"""The back end's addresses that are written out in code, as steps for a person. Pure."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from twitter_setup.project import frameworks
from twitter_setup.project.frameworks import FrameworkId
from twitter_setup.project.frontend_plan.candidates import Candidate, with_origin
from twitter_setup.project.reader.source import Address, Source

MOST = 10
WITHOUT_VARIABLES = frozenset({"angular", "plain"})


def in_order(source: Source) -> list[Address]:
    """Sort the addresses: those of login links first, then those of calls that log in.

    Links to Strapi's admin panel are left out: it is not published, and right at its local address.
    """
    found = (each for each in source.addresses if not _is_of_admin_panel(each))
    return sorted(found, key=lambda address: (_rank(address, source), address))


def write(
    root: Path,
    source: Source,
    framework: FrameworkId,
    candidates: Sequence[Candidate],
    public_url: str,
    *,
    one_origin: bool,
) -> tuple[str, ...]:
    """Name the first addresses with file, line and the value to write; count the rest.

    `root` is the front end's folder.
    """
    addresses = in_order(source)
    variable = _variable(framework, candidates)
    steps = [
        f"{each.place.path}, line {each.place.line}: {_instead(each, source, public_url, one_origin)}"
        f"{variable}"
        for each in addresses[:MOST]
    ]
    rest = len(addresses) - MOST
    if rest > 0:
        lines = "line has" if rest == 1 else "lines have"
        steps.append(
            f"{rest} more {lines} the back end's address in the front end's source. "
            f"Find them with: {_search(addresses, root)}"
        )
    return tuple(steps)


def _search(addresses: Sequence[Address], root: Path) -> str:
    """Write the command that lists all lines with the addresses; `root` is the front end's folder."""
    hosts = dict.fromkeys(
        re.split(r"[/?#]", each.url.partition("://")[2], maxsplit=1)[0] for each in addresses
    )
    folder = Path(os.path.commonpath([each.place.path.parent for each in addresses]))
    has_packages = not (folder != root and folder.is_relative_to(root))
    leave_out = "--exclude-dir=node_modules --exclude-dir='.?*' " if has_packages else ""
    option = "-e " if len(hosts) > 1 else ""
    patterns = " ".join(f'{option}"{host}"' for host in hosts)
    return f"grep -rn {leave_out}{patterns} {shlex.quote(str(folder))}"


def _instead(address: Address, source: Source, public_url: str, one_origin: bool) -> str:
    new = with_origin(address.url, public_url)
    path = new.removeprefix(public_url)
    is_login = _rank(address, source) == 0
    short = f" (or {path}, its path alone)" if one_origin and is_login and path else ""
    return f"write  {new}  instead of {address.url}{short}"


def _variable(framework: FrameworkId, candidates: Sequence[Candidate]) -> str:
    if framework in WITHOUT_VARIABLES:
        return ""
    names = [each.name for each in candidates if each.is_backend]
    public = [name for name in names if frameworks.is_public_name(framework, name)]
    name = next(iter(public or names), frameworks.default_variable(framework))
    return f", or read it from a variable ({name})"


def _is_of_admin_panel(address: Address) -> bool:
    path = re.split(r"[?#]", with_origin(address.url, ""))[0]
    return path.split("/")[1:2] == ["admin"]


def _rank(address: Address, source: Source) -> int:
    for number, role in enumerate(("login", "exchange")):
        for use in source.logins:
            if use.role == role and address.place in {use.place, use.origin}:
                return number
    return 2 if "/auth/" in address.url or "/connect/" in address.url else 3
