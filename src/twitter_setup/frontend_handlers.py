"""Handlers of a front end's own server that answer any path below theirs, and hand it on to the back end.

`app/api/strapi/[...path]/route.ts` with a `fetch` of the same path would publish Strapi's admin side
below its own. The text is searched, without its comments: for a call that asks, for an address out of
the environment or a module of the project's, and for whether that call stays below the API.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from twitter_setup import frontend_routes, proxy_mentions
from twitter_setup.frameworks import FrameworkId
from twitter_setup.gateway_paths import Guard
from twitter_setup.proxy_guards import Back

_CALL = re.compile(
    r"(?<!function )(?<![\w$])"
    r"(?P<name>[\w$]*(?:[fF]etch|[pP]roxy)\w*(?:\.\w+)*|(?:axios|ky|got|undici|superagent|request)(?:\.\w+)*"
    r"|https?\.(?:request|get))\s*(?:<[^()]*>)?\("
)
_LONGEST_CALL = 2_000
_URL = re.compile(r"(?:https?|wss?)://")
_PATH_OF_REQUEST = re.compile(r"\.url\b|\bpath(?:name)?\b|originalUrl|nextUrl")

_IMPORT = re.compile(
    r"\b(?:import|export)\s+(?:type\s+)?(?P<names>[\w*${},\s]+?)\s+from\s*(?P<quote>[\"'])(?P<of>[^\"']+)(?P=quote)"
)
# The project's own modules, and the frameworks' for the environment.
_OWN = re.compile(r"\.{1,2}/|[@~]{1,2}/|\$lib/|\$env/|astro:env")
_ALIASES = ("@/", "~/", "~~/", "@@/")
_LIKE_AN_ADDRESS = re.compile(
    r"(?i)url|host|origin|base|api|strapi|cms|config|env|backend|endpoint|server"
)

_BELOW = "__below_the_api__"


def find(frontend: Path, framework: FrameworkId, back: Back) -> Iterator[Guard]:
    """Make a guard for each that may hand on what is right below its own path."""
    for file, below, is_right_below in frontend_routes.open_handlers(frontend, framework):
        if _may_hand_on(file, below, frontend, back):
            yield Guard(
                below=below,
                admin_at="start" if is_right_below else "anywhere",
                may_be_deeper=True,  # a base path
                source=file.relative_to(frontend).as_posix(),
            )


def hands_on_its_path(text: str, back: Back) -> bool:
    """Whether code that runs before every page asks the back end for the path of the request."""
    return any(
        _PATH_OF_REQUEST.search(arguments) for _, arguments in _calls_past_the_api(text, "", back)
    ) and _knows_an_address(text, back)


def _may_hand_on(file: Path, below: str, frontend: Path, back: Back) -> bool:
    """Whether it does, or a module of the project's that it is made of, one step away."""
    text = proxy_mentions.code(file)
    if _hands_on(text, below, back):
        return True
    others = map(proxy_mentions.code, _own_modules(text, file, frontend))
    return any(_hands_on(each, below, back) for each in others)


def _hands_on(text: str, below: str, back: Back) -> bool:
    knows_an_address = _knows_an_address(text, back)
    return any(
        # A proxy without a URL has its target from elsewhere.
        knows_an_address or ("proxy" in name.lower() and not _URL.search(arguments))
        for name, arguments in _calls_past_the_api(text, below, back)
    )


def _calls_past_the_api(text: str, below: str, back: Back) -> Iterator[tuple[str, str]]:
    """Give each call that asks for something, and its arguments; not those that stay below the API."""
    if _CALL.search(text):
        text = _with_api_marked(text, back.api_prefix, below)
    for match in _CALL.finditer(text):
        arguments = _arguments(text, match.end())
        if _BELOW not in arguments:
            yield match["name"], arguments


def _arguments(text: str, start: int) -> str:
    """Take what stands up to the closing parenthesis."""
    depth = 1
    for place in range(start, min(len(text), start + _LONGEST_CALL)):
        depth += (text[place] == "(") - (text[place] == ")")
        if depth == 0:
            return text[start:place]
    return text[start : start + _LONGEST_CALL]


def _with_api_marked(text: str, api_prefix: str, below: str) -> str:
    """Write a mark where an address is continued below the API, and in place of variables that hold one.

    Not where it is the handler's own path, `below`: that one is taken off.
    """
    if not api_prefix:
        return text
    own = below.removeprefix(api_prefix) if below.startswith(f"{api_prefix}/") else ""
    not_own = rf"(?!{re.escape(own)}(?![\w-]))" if own else ""
    api = rf"{re.escape(api_prefix)}{not_own}(?=[/\"'`?$])"
    for pattern in (
        rf"new URL\(\s*[\"'`]{api}[^\"'`]*[\"'`]\s*,\s*[\w.$?!]+\s*\)",  # new URL('/api/x', base)
        rf"(?<=joinURL\()\s*[\w.$()]+\s*,\s*[\"'`]{api}",  # joinURL(base, '/api', …)
        rf"[\"'`](?:https?|wss?)://[^/\"'`$\s]*{api}",  # 'http://localhost:1337/api/x'
        rf"`\$\{{[^`{{}}]*\}}{api}",  # `${base}/api/x`
        rf"[\w.$\]]+\s*\+\s*[\"'`]{api}",  # base + '/api/x'
        rf"pathRewrite:\s*\{{\s*[\"'][^\"']*[\"']\s*:\s*[\"']{api}/?[\"']\s*,?\s*\}}",
        rf"replaceStr:\s*[\"']{api}/?[\"']",  # next-http-proxy-middleware's name for the same
        rf"(?<=etch\()\s*[\"'`]{api}",  # $fetch('/api/x', { baseURL })
    ):
        text = re.sub(pattern, _BELOW, text)
    for _ in range(2):
        held = rf"\b(?:const|let|var)\s+(\w+)[^=;\n]*=(?![^;\n]*(?:await|fetch))[^;\n]*{_BELOW}"
        for name in set(re.findall(held, text)):
            text = re.sub(rf"\b{name}\b", _BELOW, text)
    return text


def _knows_an_address(text: str, back: Back) -> bool:
    """Whether it reads or imports what may be the back end's address, or has its port."""
    if proxy_mentions.mentions_port(text, back) or proxy_mentions.reads_an_address(text):
        return True
    without = _IMPORT.sub("", text)
    return any(
        re.search(rf"\b{re.escape(name)}\b(?!\s*\()", without) for name in _imported_addresses(text)
    )


def _imported_addresses(text: str) -> Iterator[str]:
    for match in _IMPORT.finditer(text):
        if _OWN.match(match["of"]):
            for name in re.findall(r"[A-Za-z_]\w*", match["names"]):
                if _LIKE_AN_ADDRESS.search(name) and proxy_mentions.may_be_an_address(name):
                    yield name


def _own_modules(text: str, file: Path, frontend: Path) -> Iterator[Path]:
    for match in _IMPORT.finditer(text):
        for folder, name in _places(match["of"], file, frontend):
            found = proxy_mentions.resolve(folder, name)
            if found is not None:
                yield found
                break


def _places(name: str, file: Path, frontend: Path) -> Iterator[tuple[Path, str]]:
    """Where an import may lead: beside the file, or by the aliases that frameworks set up."""
    if name.startswith("."):
        yield file.parent, name
    elif name.startswith("$lib/"):
        yield frontend / "src" / "lib", name.removeprefix("$lib/")
    else:
        for alias in _ALIASES:
            if name.startswith(alias):
                for folder in (frontend, frontend / "src", frontend / "app"):
                    yield folder, name.removeprefix(alias)
