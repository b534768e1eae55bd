"""Asks the reader what the source of a front end says of a back end."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from twitter_setup.project import frontend as frontends
from twitter_setup.project.backend import BackEnd
from twitter_setup.project.find import repository_root
from twitter_setup.project.frontend import FrontEnd
from twitter_setup.project.reader import workspace
from twitter_setup.project.reader.source import PageCode, Source


def read(frontend: FrontEnd, backend: BackEnd, hosts: Iterable[str] = ()) -> Source:
    """Read the front end's source. `hosts` are those of our tunnels, now and earlier."""
    from twitter_setup.project.reader import find  # noqa: PLC0415 - tree-sitter, only if needed

    return find.read(
        frontend.root,
        port=backend.port,
        hosts=[host for host in hosts if not host.startswith("localhost:")],
        routes=content_types(backend.root),
        names=frontends.effective(frontend).keys(),
        packages=workspace.packages_of(frontend.root, repository_root(frontend.root)),
        is_nuxt=frontend.framework == "nuxt",
    )


def read_page(frontend: FrontEnd, path: str, source: Source) -> PageCode:
    """Read the page where a login ends; `path` is its path below the front end's base path."""
    from twitter_setup.project.reader import page  # noqa: PLC0415 - tree-sitter, only if needed
    from twitter_setup.project.reader.project import Project  # noqa: PLC0415

    packages = workspace.packages_of(frontend.root, repository_root(frontend.root))
    return page.read(Project(frontend.root, packages), path, source.logins)


def has_route(frontend: FrontEnd, path: str) -> bool:
    """Whether the front end itself has a page or a handler at `path`, below its base path."""
    from twitter_setup.project.reader import page  # noqa: PLC0415 - tree-sitter, only if needed
    from twitter_setup.project.reader.project import Project  # noqa: PLC0415

    return page.has_route(Project(frontend.root), path)


def content_types(root: Path) -> tuple[str, ...]:
    """List the routes of the back end's content types: plural names, and names of single types."""
    found = ["users"]
    for path in sorted(root.glob("src/api/*/content-types/*/schema.json")):
        try:
            data = json.loads(path.read_bytes())
            key = "singularName" if data.get("kind") == "singleType" else "pluralName"
            name = data["info"][key]
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
        if isinstance(name, str) and name:
            found.append(name)
    return tuple(dict.fromkeys(found))
