"""What a front end's source does at the end of a login: the page of the redirect URL, and its call to Strapi.

Text is searched, nothing is parsed: what is found here informs people and never decides anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from twitter_setup.project import sources
from twitter_setup.project.sources import SourceMention

# `/auth/twitter/callback`, with a variable or a parameter in the provider's place too.
_CALL = re.compile(
    r"""auth/(?:twitter|\$\{[^}`]*\}|["'`]\s*\+[^+\n]*\+\s*["'`]/?|:\w+|\[\w+\])/?(?:/callback|callback)"""
)
_NO_PAGE = frozenset({"src", "app", "pages", "routes", "views", "screens", "(auth)"})
_PAGE_FILES = frozenset({"page", "index", "+page", "+server", "route"})
# Sent along, or missed where it is not there; a page that only looks whether it has one is for both
# generations of Strapi.
_INSISTS = re.compile(
    r"""[?&]access_token=|!\s*\(?[\w.$?()\[\]'"]*access_?token\b|params\s*:\s*\{[^}]*access_token\b""",
    re.IGNORECASE,
)
_QUERY = re.compile(
    r"\.search\b|searchParams|URLSearchParams|\.fullPath\b|\.asPath\b|\.query\b|\.href\b"
    r"|useSearchParams|queryParams|\$route|window\.location"
    r"|\{[^{}]*\bsearch\b[^{}]*\}\s*=|new URL\(\s*(?:\w+\.)*req(?:uest)?\.url\b"
)
_CREDENTIALS = re.compile(
    r"""credentials["']?\s*:\s*["'`]include|withCredentials["']?\s*[:=]\s*true"""
)
_PARAMETER = re.compile(r"\[{1,2}(?:\.\.\.)?\w+\]{1,2}|:\w+|\{\w+\}|\$\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginCode:
    """`route`: the page is there. `call`: `auth/twitter/callback` is asked.

    Of the files of these two: `access_token`: they do not go on without it; `forwards_query`: they
    look at the address's query at all; `sends_credentials`: they say so for a call to another origin.
    """

    route: SourceMention | None = None
    call: SourceMention | None = None
    access_token: SourceMention | None = None
    forwards_query: bool = False
    sends_credentials: bool = False


def read(frontend_root: Path, redirect_path: str) -> LoginCode:
    """Search the source below `frontend_root` for the page at `redirect_path`."""
    route: SourceMention | None = None
    call: SourceMention | None = None
    token: SourceMention | None = None
    queries = credentials = False
    written = _written(redirect_path)
    for path, text in sources.pages(frontend_root):
        is_page = _is_page_of(path.relative_to(frontend_root), redirect_path)
        its_call = _mention(path, text, _CALL)
        its_route = SourceMention(path, 1, "") if is_page else _mention(path, text, written)
        route, call = route or its_route, call or its_call
        credentials = credentials or bool(_CREDENTIALS.search(text))
        # A list of routes that only names the page does nothing itself.
        if is_page or its_call:
            token = token or _mention(path, text, _INSISTS)
            queries = queries or bool(_QUERY.search(text))
    return LoginCode(
        route=route,
        call=call,
        access_token=token,
        forwards_query=queries,
        sends_credentials=credentials,
    )


def _written(redirect_path: str) -> re.Pattern[str]:
    """The path as a router has it: whole, with a parameter in it, or without its slash in front."""
    parts = [re.escape(part) for part in redirect_path.strip("/").split("/")]
    loose = "/".join(part if part != "twitter" else r"(?:twitter|:\w+|\$\w+)" for part in parts)
    return re.compile(rf"""["'`]/?{loose}/?["'`?]""")


def _is_page_of(path: Path, redirect_path: str) -> bool:
    """Whether a router that goes by files serves it there (Next, Nuxt, SvelteKit, Astro, Gatsby)."""
    wanted = redirect_path.strip("/").split("/")
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


def _mention(path: Path, text: str, pattern: re.Pattern[str]) -> SourceMention | None:
    return next(_mentions(path, text, pattern), None)


def _mentions(path: Path, text: str, pattern: re.Pattern[str]) -> Iterator[SourceMention]:
    for number, line in enumerate(text.splitlines(), start=1):
        if pattern.search(line):
            yield SourceMention(path, number, line.strip())
