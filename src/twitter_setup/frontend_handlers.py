"""Handlers of a front end's own server that answer any path below theirs, and hand it on to the back end.

`app/api/strapi/[...path]/route.ts` with a `fetch` of the same path would publish Strapi's admin side
below its own. What cannot be told closes the admin names there: nothing else is lost by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from twitter_setup import handed_on, proxy_guards, proxy_mentions
from twitter_setup.gateway import frontend_routes
from twitter_setup.gateway.paths import Guard
from twitter_setup.project import dev_server
from twitter_setup.project.frameworks import FrameworkId
from twitter_setup.proxy_guards import Back

_LONGEST_SCRIPT = 200_000  # bytes; one that is longer was not written by hand
_ALIASES = ("@/", "~/", "~~/", "/")


def find(frontend: Path, framework: FrameworkId, back: Back) -> Iterator[Guard]:
    """Make a guard for each that may hand on what is right below its own path."""
    for file, route in frontend_routes.open_handlers(frontend, framework):
        if any(handed_on.any_path(text, back.api_prefix) for text in _texts(file, frontend)):
            yield Guard(
                below=route.below,
                admin_at="start" if route.is_right_below else "anywhere",
                containing=route.containing,
                may_be_deeper=True,  # a base path
                source=file.relative_to(frontend).as_posix(),
            )
    if framework == "sveltekit":
        yield from _of_hook(frontend, back)


def _of_hook(frontend: Path, back: Back) -> Iterator[Guard]:
    """SvelteKit's `handle` stands before every page; most hooks ask the back end for something else."""
    for name in ("hooks.server", "hooks.server/index"):
        place = frontend / "src" / name
        file = dev_server.config_file(place.parent, place.name)
        texts = _texts(file, frontend) if file else ()
        if any(handed_on.path_of_request(text, back.api_prefix) for text in texts):
            yield proxy_guards.catch_all(f"src/{name}")


def _texts(file: Path, frontend: Path) -> Iterator[str]:
    """Read it, and the modules of the project's own that it is made of, one step away."""
    text = _code(file)
    yield text
    for name in proxy_mentions.modules(text):
        for folder, relative in _places(name, file, frontend):
            found = proxy_mentions.resolve(folder, relative)
            if found is not None:
                yield _code(found)
                break


def _code(file: Path) -> str:
    try:
        is_bundle = file.stat().st_size > _LONGEST_SCRIPT
    except OSError:
        return ""
    return "" if is_bundle else proxy_mentions.code(file)


def _places(name: str, file: Path, frontend: Path) -> Iterator[tuple[Path, str]]:
    """Where an import may lead: beside the file, or by the aliases that frameworks set up."""
    if name.startswith("."):
        yield file.parent, name
    elif name.startswith("$lib/"):
        yield frontend / "src" / "lib", name.removeprefix("$lib/")
    else:
        for alias in (*_ALIASES, ""):
            if name.startswith(alias):
                for folder in (frontend, frontend / "src", frontend / "app"):
                    yield folder, name.removeprefix(alias)
