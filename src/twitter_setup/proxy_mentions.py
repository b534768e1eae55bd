"""Whether a script that can't be read as proxy rules hands requests on to the back end all the same.

Its text is searched, without its comments. What is likely to makes a guard for everything; scripts
that every other project has as well, a middleware that picks the language, say, make none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from twitter_setup import handed_on, proxy_guards
from twitter_setup.edits import proxy_rules
from twitter_setup.edits.javascript import SyntaxProblem, parse
from twitter_setup.gateway.paths import Guard
from twitter_setup.project import dev_server, sources
from twitter_setup.project.frameworks import FrameworkId
from twitter_setup.proxy_guards import Back

# Servers of the project's own, and code that runs before its pages.
_OWN_SERVERS = (
    "server",
    "dev-server",
    "server/index",
    "middleware",
    "proxy",
    "src/middleware",
    "src/proxy",
    "src/middleware/index",
)
_NUXT_MIDDLEWARE = "server/middleware"  # what runs before each request

# `import x from './y'`, `export * from`, `import('./y')`, `require('./y')`; bounded, for minified scripts.
_IMPORT = re.compile(
    r"(?:\bfrom\s{0,99}|\b(?:import|require)\s{0,99}\(?\s{0,99})([\"'])([^\"']{1,300})\1"
)
_HANDS_ON = re.compile(r"(?i)proxy|\brewrite\(|fetch\(")
# With a target out of the environment a fetch counts if its answer, or its path, is the request's:
# most ask the API for something of their own.
_HANDS_ON_REQUESTS = re.compile(
    r"(?i)proxy|\brewrite\(|\breturn\s+(?:await\s+)?fetch\("
    r"|fetch\([^;\n]*(?:\.url|originalUrl|pathname|nextUrl|\bpath)\b"
)
# They take their target as an option: with no URL in the script it is in another one.
_PROXY_MAKERS = re.compile(
    r"\b(?:createProxyMiddleware|createProxyServer|proxyRequest|sendProxy)\(|\bhttp-proxy\b"
)
_URL = re.compile(r"(?:https?|wss?)://")
_SETTING = re.compile(
    r"(?:process\.env|import\.meta\.env|(?:Deno|Bun)\.env|useRuntimeConfig\()"
    r"(?:(?:\?\.|\.)(?P<name>[A-Za-z_]\w*)|(?:\?\.)?\[\s*[\"'`](?P<key>\w+)[\"'`]\s*\])?"
    r"|\bgetSecret\(\s*[\"'`](?P<secret>\w+)"
)
# Names that no address of a back end has: what every server asks for, and secrets.
_NO_ADDRESS = re.compile(
    r"(?:NODE_ENV|NEXT_RUNTIME|PORT|HOST|HOSTNAME|BASE|BASE_URL|MODE|DEV|PROD|SSR|CI"
    r"|(?:VERCEL|NEXTAUTH|AUTH)_\w*|\w*(?:SECRET|TOKEN|KEY|PASSWORD))"
)

# Where the words mean something else: what Next calls its middleware, Express' trust in a proxy.
_OTHER_PROXIES = re.compile(
    r"\b(?:function|const|default)\s+proxy\b|\b(?:NextProxy|ProxyConfig)\b|([\"'])trust proxy\1"
)
# A rewrite to a path of the front end's own; what is put into it begins with a slash.
_OWN_REWRITE = re.compile(
    r"\brewrite\(\s*new URL\(\s*(?P<quote>[\"'`])/(?!/)(?:(?!(?P=quote)).)*(?P=quote)\s*,"
    r"\s*(?!process\b|import\b)\w+(?:\.\w+)*\.(?:url|nextUrl|origin|href)\s*\)"
)
_CLONE = re.compile(r"\b(?P<name>\w+)\s*=\s*\w+\.nextUrl(?:\.clone\(\))?\s*(?:;|\n|$)")
_GOES_ELSEWHERE = r"\b{}\.(?:host|hostname|port|href|protocol)\s*=[^=]"


def if_mentioned(file: Path, back: Back, *, is_there: bool) -> Iterator[Guard]:
    """Take the file for a rule for everything if it speaks of proxies, or of the back end's port."""
    text = code(file)
    if re.search("(?i)proxy", text) or (is_there and _mentions_port(text, back)):
        yield proxy_guards.catch_all(file.name)


def of_imported(file: Path, back: Back) -> Iterator[Guard]:
    """The same for the project's own scripts that this one is made of, one step."""
    for other in imported(file):
        yield from if_mentioned(other, back, is_there=False)


def imported(file: Path) -> Iterator[Path]:
    """Give the scripts beside it that it imports."""
    for name in modules(code(file)):
        found = resolve(file.parent, name) if name.startswith(("./", "../")) else None
        if found is not None:
            yield found


def modules(text: str) -> Iterator[str]:
    """Give what a script names to import, be it a file of the project's or a package."""
    for match in _IMPORT.finditer(text):
        yield match[2]


def own_servers(frontend: Path, framework: FrameworkId, back: Back) -> Iterator[Guard]:
    """Look for a server or a middleware of the project's own that leads to the back end."""
    for name in _OWN_SERVERS:
        place = frontend / name
        file = dev_server.config_file(place.parent, place.name)
        if file and _leads_to_backend(code(file), back):
            yield proxy_guards.catch_all(name)
    if framework == "nuxt":
        folder = frontend / _NUXT_MIDDLEWARE
        for file, content in sources.walk(folder, sources.SCRIPTS, lambda _: False):
            if _leads_to_backend(_without_comments(file, content), back):
                yield proxy_guards.catch_all(file.relative_to(frontend).as_posix())


def code(file: Path) -> str:
    """Read a script without its comments; all of it where it does not parse."""
    try:
        return _without_comments(file, file.read_bytes())
    except OSError:
        return ""


def _without_comments(file: Path, content: bytes) -> str:
    try:
        return proxy_rules.code(parse(content, sources.language(file)), content)
    except SyntaxProblem:
        return content.decode(errors="replace")


def resolve(folder: Path, name: str) -> Path | None:
    """Find the script as bundlers do: its suffix, or that of what it is compiled to, may be left out."""
    place = folder / name
    try:
        if place.suffix in sources.SCRIPTS and place.is_file():
            return place
        stem = place.stem if place.suffix in sources.SCRIPTS else place.name
        return dev_server.config_file(place.parent, stem) or dev_server.config_file(place, "index")
    except OSError:  # a name that is too long, a folder that cannot be read
        return None


def _leads_to_backend(text: str, back: Back) -> bool:
    text = _without_own_rewrites(_OTHER_PROXIES.sub("", text))
    if _HANDS_ON.search(text) and _mentions_port(text, back):
        return True
    if _PROXY_MAKERS.search(text) and not _URL.search(text):
        return True
    if back.api_prefix:  # what asks below the API does not ask for anything else
        prefix = re.escape(back.api_prefix)
        text = re.sub(rf"fetch\(\s*`\$\{{[^`{{}}]*\}}{prefix}/", "", text)
    hands_on = _HANDS_ON_REQUESTS.search(text) or handed_on.path_of_request(text, back.api_prefix)
    return bool(hands_on) and _reads_an_address(text)


def _without_own_rewrites(text: str) -> str:
    text = _OWN_REWRITE.sub("", text)
    for match in _CLONE.finditer(text):
        name = re.escape(match["name"])
        if not re.search(_GOES_ELSEWHERE.format(name), text):
            text = re.sub(rf"\brewrite\(\s*{name}\b", "", text)
    return text


def _reads_an_address(text: str) -> bool:
    """Whether the script reads a variable that may be the back end's address."""
    matches = _SETTING.finditer(text)
    names = (match["name"] or match["key"] or match["secret"] for match in matches)
    return any(name is None or not _NO_ADDRESS.fullmatch(name) for name in names)


def _mentions_port(text: str, back: Back) -> bool:
    return re.search(rf"(?<!\d){back.port}(?!\d)", text) is not None
