"""Whether a script of a front end's server asks the back end for a path that a visitor chose. Pure.

The text is searched for calls that ask (`fetch`, `axios`, a proxy …). One is harmless if the address
that it is given begins below the API, is somebody else's, or is written out whole; any other may be the
back end's, with the visitor's path behind it. Every pattern is bounded: a script may be minified.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_CALL = re.compile(
    r"(?<!function )(?<![\w$])(?P<name>"
    r"(?!\w*(?:RequestHandler|[pP]refetch|prefetch))[\w$]{0,40}(?:[fF]etch|[pP]roxy)\w{0,40}"
    r"|axios|ky|got|undici|superagent|wretch|request|https?(?=\.(?:request|get)\())"
    r"(?P<member>(?:\.\w{1,40}){0,3})(?:\?\.)?\s{0,4}(?:<[^()]{0,80}>)?\("
)
_PARENTHESIS = re.compile(r"[()]")
_MOST_CALLS = 300
_LONGEST_CALL = 2_000
_URL = r"(?:https?|wss?)://"
_HERE = r"(?:localhost|127\.|0\.0\.0\.0|\[::1?\])"
_PATH_OF_REQUEST = re.compile(r"\.url\b|\bpath(?:name)?\b|originalUrl|nextUrl")
_VARIABLE = re.compile(r"\b(?:const|let|var)\s{1,9}(\w{1,60})[^=;\n]{0,80}=([^;\n]{0,300})")

_BELOW = "__below_the_api__"
# What may stand before an address: `event, `, `{ method, url: `, `new URL(`, and its own quotes.
_BEFORE = (
    r"\s*(?:\w{1,40}\s*,\s*){0,2}(?:\{[^{}]{0,300}?\b(?:url|baseURL|prefixUrl|target)\s*:\s*)?"
    r"(?:new (?:URL|Request)\(\s*|joinURL\(\s*)?"
)
_BEGINS_BELOW = re.compile(rf"{_BEFORE}[`\"']?(?:\$\{{\s*)?{_BELOW}")
_BEGINS_ELSEWHERE = re.compile(rf"{_BEFORE}[`\"']{_URL}(?!{_HERE})[^/`\"'$\s]{{1,200}}[/?`\"']")
_IS_WHOLE = re.compile(r"\s*(?:[\"'][^\"']{0,500}[\"']|`[^`$]{0,500}`)\s*(?:[,)]|$)")
# What is written out whole is not all of it: a client's base, Node's address before its options.
_TAKES_MORE = re.compile(r"\.(?:create|extend|defaults)$|^https?\b")
# `createProxyMiddleware('/api/strapi', …)`: which requests it takes, not where they go.
_TAKEN_PATH = re.compile(rf"\s*(?:[\"'`][^\"'`]{{0,200}}[\"'`]|{_BELOW}[^,]{{0,200}}),\s*")
_LEADS_BELOW = "__leads_below_the_api__"


def any_path(text: str, api_prefix: str) -> bool:
    """Whether a handler that is given a path may hand it on."""
    return any(True for _ in _calls(text, api_prefix))


def path_of_request(text: str, api_prefix: str) -> bool:
    """Whether code that runs before every page asks somebody for the path of the request."""
    variables = _VARIABLE.findall(text)
    held = {name for name, value in variables if _PATH_OF_REQUEST.search(value)}
    held |= {name for name, value in variables if held & _words(value)}
    for arguments in _calls(text, api_prefix):
        address = arguments.partition(",")[0]
        if _PATH_OF_REQUEST.search(address) or held & _words(address):
            return True
    return False


def _calls(text: str, api_prefix: str) -> Iterator[str]:
    """Give the arguments of each call that may ask the back end for anything."""
    if not _CALL.search(text):
        return
    text = _marked(text, api_prefix)
    for count, match in enumerate(_CALL.finditer(text)):
        arguments = _arguments(text, match.end())
        if count > _MOST_CALLS:  # nobody reads so many; one is as good as all
            yield arguments
            return
        if not _is_harmless(match["name"] + match["member"], arguments):
            yield arguments


def _words(code: str) -> set[str]:
    return set(re.findall(r"\w+", code))


def _is_harmless(name: str, arguments: str) -> bool:
    is_proxy = "proxy" in name.lower()
    taken = _TAKEN_PATH.match(arguments) if is_proxy else None
    if taken:
        arguments = arguments[taken.end() :]
    if _BEGINS_BELOW.match(arguments) or _BEGINS_ELSEWHERE.match(arguments):
        return True
    if _LEADS_BELOW in arguments:  # where it puts the path that it is given
        return True
    is_whole = _IS_WHOLE.match(arguments) is not None
    return is_whole and not is_proxy and not _TAKES_MORE.search(name)


def _arguments(text: str, start: int) -> str:
    """Take what stands up to the closing parenthesis."""
    depth, end = 1, min(len(text), start + _LONGEST_CALL)
    for found in _PARENTHESIS.finditer(text, start, end):
        depth += 1 if found[0] == "(" else -1
        if depth == 0:
            return text[start : found.start()]
    return text[start:end]


def _marked(text: str, api_prefix: str) -> str:
    """Write a mark where an address is continued below the API or `/uploads`, or is a file of the code's."""
    folders = "|".join(re.escape(each) for each in (api_prefix, "/uploads") if each)
    below = rf"(?:{folders})(?=[/\"'`?$])"
    text = re.sub(
        rf"(?:pathRewrite:\s*\{{\s*[\"'][^\"']{{0,200}}[\"']\s*:|replaceStr:)\s*[\"']{below}/?[\"']",
        _LEADS_BELOW,
        text,
    )
    for pattern in (
        rf"new URL\(\s*[\"'`]{below}[^\"'`$]{{0,300}}[\"'`]\s*,\s*[\w.$?!]{{1,200}}\s*\)",
        r"new URL\(\s*[\"'`][^\"'`$]{0,300}[\"'`]\s*,\s*import\.meta\.url\s*\)",
        rf"(?<=joinURL\()\s*[\w.$()]{{1,200}}\s*,\s*[\"'`]{below}",
        rf"[\"'`]{_URL}[^/\"'`$\s]{{0,200}}{below}",
        rf"`\$\{{[^`{{}}]{{0,200}}\}}{below}",
        rf"(?:\([^()\n]{{1,200}}\)|(?<![\w.$\]])[\w.$\]]{{1,200}})\s*\+\s*[\"'`]{below}",
        rf"\b(?!(?:replace|replaceAll|split|startsWith|includes|slice)\b)\w{{1,60}}\((?=\s*[\"'`]{below})",
        rf"(?<=\()\s*[\"'`]{below}",
    ):
        text = re.sub(pattern, _mark, text)
    for _ in range(2):
        text = _with_held(text)
    return text


def _mark(match: re.Match[str]) -> str:
    # A call keeps its name, if it is one that asks; another gives an address.
    is_call = match[0].endswith("(")
    return match[0] if is_call and _CALL.fullmatch(match[0]) else _BELOW


def _with_held(text: str) -> str:
    """Write the mark for variables that hold such an address, whatever is assigned to them."""
    begins = rf"[`\"']?(?:\$\{{\s*)?{_BELOW}"
    is_held: dict[str, bool] = {}
    for name, value in re.findall(
        r"(?<![\w$.])(\w{1,60})(?:\.\w{1,40})?(?:\s*:[^=;\n]{0,80})?\s{0,9}=(?![=>])\s*([^;\n]{0,400})",
        text,
    ):
        holds = re.match(begins, value) is not None and not re.search(r"\s\?\s", value)
        is_held[name] = is_held.get(name, True) and holds
    held = {name for name, holds in is_held.items() if holds}
    if not held:
        return text
    return re.sub(
        r"(?<![\w$.])[A-Za-z_]\w{0,59}\b(?!\s*[=:(])",
        lambda match: _BELOW if match[0] in held else match[0],
        text,
    )
