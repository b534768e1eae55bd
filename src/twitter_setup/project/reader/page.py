"""The page where a login ends: where it is, and how it calls Strapi."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from twitter_setup.project.reader.module import Module
from twitter_setup.project.reader.project import Project
from twitter_setup.project.reader.source import LoginUse, PageCode, Place

_NO_PAGE = frozenset({"src", "app", "pages", "routes", "views", "screens", "(auth)"})
_PAGE_FILES = frozenset({"page", "index", "+page", "+server", "route"})
_PARAMETER = re.compile(r"\[{1,2}(?:\.\.\.)?\w+\]{1,2}|:\w+|\{\w+\}|\$\w+")
# The page sends the token, or stops without it. A page that only asks whether it has one works
# with both generations of Strapi.
_INSISTS = re.compile(
    rb"""[?&]access_token=|!\s*\(?[\w.$?()\[\]'"]*access_?token\b|params\s*:\s*\{[^}]*access_token\b""",
    re.IGNORECASE,
)
_QUERY = re.compile(
    rb"\.search\b|searchParams|URLSearchParams|\.fullPath\b|\.asPath\b|\.query\b|\.href\b"
    rb"|useSearchParams|queryParams|\$route|window\.location"
    rb"|\{[^{}]*\bsearch\b[^{}]*\}\s*=|new URL\(\s*(?:\w+\.)*req(?:uest)?\.url\b"
)
_CREDENTIALS = re.compile(
    rb"""credentials["']?\s*:\s*["'`]include|withCredentials["']?\s*[:=]\s*true"""
)


def read(project: Project, path: str, logins: Iterable[LoginUse]) -> PageCode:
    """Find the page at `path`, and what it and the exchange calls do."""
    calls = [use for use in logins if use.role == "exchange"]
    calling = {use.place.path for use in calls} | {use.used.path for use in calls}
    written = _written(path)
    route: Place | None = None
    token: Place | None = None
    queries = credentials = False
    word = (path.strip("/").rpartition("/")[2] or "/").encode()
    for name, content in project.files.items():
        file = Path(name)
        is_page = (
            _is_page_of(file.relative_to(project.root), path) if _inside(file, project) else False
        )
        may_matter = is_page or file in calling or word in content or b"redentials" in content
        module = project.module(name) if may_matter else None
        if module is None:
            continue
        code = module.code
        route = route or (Place(file, 1) if is_page else next(_places(module, code, written), None))
        credentials = credentials or bool(_CREDENTIALS.search(code))
        if (
            is_page or file in calling
        ):  # a list of routes that only names the page does nothing itself
            token = token or next(_places(module, code, _INSISTS), None)
            queries = queries or bool(_QUERY.search(code))
    return PageCode(
        route=route,
        call=calls[0].place if calls else None,
        access_token=token,
        forwards_query=queries,
        sends_credentials=credentials,
    )


def has_route(project: Project, path: str) -> bool:
    """Whether the front end itself has a page or a handler at `path`."""
    parts = [re.escape(part) for part in path.strip("/").split("/")]
    loose = "/".join(part if part != "twitter" else r"(?:twitter|:\w+|\$\w+)" for part in parts)
    declared = re.compile(rf"""\b(?:path|route)\s*[=:(]\s*\{{?\s*["'`]/?{loose}/?["'`]""".encode())
    for name, content in project.files.items():
        file = Path(name)
        if _inside(file, project):
            inside = file.relative_to(project.root)
            flat = inside.with_name(inside.stem).as_posix().replace(".", "/")
            if _is_page_of(inside, path) or _is_page_of(Path(f"{flat}{inside.suffix}"), path):
                return True
        if declared.search(content):
            return True
    return False


def _inside(file: Path, project: Project) -> bool:
    return file.is_relative_to(project.root)


def _written(path: str) -> re.Pattern[bytes]:
    """Match the path as a router has it: whole, with a parameter, or without its first slash."""
    parts = [re.escape(part) for part in path.strip("/").split("/")]
    loose = "/".join(part if part != "twitter" else r"(?:twitter|:\w+|\$\w+)" for part in parts)
    return re.compile(rf"""["'`]/?{loose}/?["'`?]""".encode())


def _is_page_of(path: Path, page: str) -> bool:
    """Whether a router that goes by files serves it there (Next, Nuxt, SvelteKit, Astro, Gatsby)."""
    wanted = page.strip("/").split("/")
    parts = [*path.parts[:-1], path.name.split(".")[0]]
    if parts[-1] in _PAGE_FILES:
        parts.pop()
    parts = [part for part in parts if not (part.startswith("(") and part.endswith(")"))]
    if len(parts) <= len(wanted) or not set(parts[: -len(wanted)]) & _NO_PAGE:
        return False
    last = parts[-len(wanted) :]
    return all(
        part == name or _PARAMETER.fullmatch(part) for part, name in zip(last, wanted, strict=True)
    ) and any(part == name for part, name in zip(last, wanted, strict=True))


def _places(module: Module, code: bytes, pattern: re.Pattern[bytes]) -> Iterator[Place]:
    for match in pattern.finditer(code):
        yield module.place_of(code.count(b"\n", 0, match.start()))
