"""Paths as patterns for the gateway: what is refused, however it is spelled. Pure; knows no server.

All but `plainly` match the path decoded once, and allow for a second decoding behind the gateway:
a dev server may decode, collapse and resolve what the gateway has passed on as it was. The patterns
are RE2's (Go), which Python's `re` reads alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

_SLASH = r"(?:[/\\]|%(?:25)*(?:2f|5c))"
_DOT = r"(?:\.|%(?:25)*2e)"
_SEMICOLON = r"(?:;|%(?:25)*3b)"
# No more of the same word: `/administration` is no `/admin`, `/admin;x` and `/admin%20` may be.
_END = r"(?:[^a-z0-9_-]|$)"

# What no browser sends, since it resolves and escapes first. A URL parser further on may take
# `//a/admin` for a host with `/admin`, and drops tabs and line ends.
STRANGE = "(?i)" + "|".join(
    (
        rf"(?:^|{_SLASH}){_DOT}{{1,2}}(?:{_SEMICOLON}[^/]*)?(?:{_SLASH}|$)",
        rf"^{_SLASH}{{2}}",
        r"\\|%(?:25)*5c",
        r"[\x00-\x1f\x7f]|%(?:25)*(?:[01][0-9a-f]|7f)",
    )
)

# They run a program on this machine, with a file name out of the query; a base path may stand in
# front, and some are found by how the path begins (CRA). Vite, Vue CLI, Nuxt, Astro:
# __open-in-editor; CRA, Gatsby: __open-stack-frame-in-editor; Next: __nextjs_launch-editor; Parcel:
# __parcel_launch_editor; webpack-dev-server: open-editor; TanStack's: __tsd/open-source. Next's last
# three open a debugger, start the server anew, and tell of the project and its errors. Gatsby's own
# two are its error page's, and gave any file of the machine away (CVE-2023-34238).
_TOOLS = (
    "open-in-editor",
    "open-stack-frame-in-editor",
    "launch-editor",
    "launch_editor",
    "webpack-dev-server/open-editor",
    "__tsd/open-source",
    "__nextjs_attach-nodejs-inspector",
    "__nextjs_restart_dev",
    "_next/mcp",
    "__file-code-frame",
    "__original-stack-frame",
)

# A dev server serves the whole workspace, and with it what stands there beside the app: Strapi's
# database (by default in `.tmp`), our own folder with the former provider settings, `.git`, passwords.
# Yarn's `.yarnrc.yml` is among them.
_PRIVATE = (
    *(".git", ".git-credentials", ".ssh", ".tmp", ".twitter-setup"),
    *(".netrc", ".npmrc", ".pgpass", ".pypirc", ".yarnrc"),
)
_PRIVATE_BEGINNING = ".env"  # and `.envrc`, `.env-cmdrc`, `.env_backup`, `.env.local`
# The last ones: what `strapi export` writes, packed and encrypted or not, and a database's dump.
_DATABASES = (".db", ".sqlite", ".sqlite3", ".sql", ".tar", ".gz", ".enc")
_DATABASE_PARTS = r"(?:-(?:journal|shm|wal))?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """A rule by which the front end's dev server hands requests on to the back end.

    `admin_at`: where one of Strapi's admin names makes it a request that must not get there: right
    `below` the path, `anywhere` further down, or in `all` of it, name or none.
    """

    below: str = ""  # "/strapi"; "" is every path
    admin_at: Literal["start", "anywhere", "all"]
    containing: str = ""  # … and the path has this in it, wherever (a key of Vue CLI's)
    may_be_deeper: bool = False  # other folders may stand in front of `below` (Next's base path)
    spares_pages: bool = False  # a browser's navigation is never handed on (CRA's `proxy`)
    source: str  # "server.proxy in vite.config.ts", for people


def spelled(words: str) -> str:
    """Match `words` in any case, each character as it is or percent-encoded once more."""
    return "".join(_SLASH if char == "/" else _character(char) for char in words)


def _character(char: str) -> str:
    forms = {
        form.encode(errors="surrogatepass") for form in (char.lower(), char.upper())
    }  # of `ß` one is two letters
    codes = ["".join(rf"%(?:25)*{byte:02x}" for byte in form) for form in sorted(forms)]
    return f"(?:{'|'.join([re.escape(char), *codes])})"


def drives_tools() -> str:
    """Match the paths at which dev servers open the user's editor, or drive another tool of theirs."""
    return f"(?i){'|'.join(spelled(words) for words in _TOOLS)}"


def private(backend_folder: str) -> str:
    """Match the files that a dev server may find and nobody may have; a database in the back end's folder."""
    files = f"{_SLASH}(?:{spelled(_PRIVATE_BEGINNING)}|{_one_of(_PRIVATE)})"
    if not backend_folder:
        return f"(?i){files}"
    ends = "|".join(spelled(ending) for ending in _DATABASES)
    within = f"{_SLASH}{spelled(backend_folder)}{_SLASH}"
    return f"(?i){files}|{within}.*(?:{ends}){_DATABASE_PARTS}{_END}"


def named(names: Iterable[str]) -> str:
    """Match the paths that begin with one of `names`, however spelled."""
    return f"(?i)^{_SLASH}+{_one_of(names)}"


def guarded(guard: Guard, names: Iterable[str]) -> str:
    """Match what the guard refuses, `names` being those of Strapi's admin side."""
    below = spelled(guard.below.rstrip("/"))
    begins = f".*{below}" if below and guard.may_be_deeper else below
    if guard.admin_at == "all":
        return f"(?i)^{begins}"
    is_further = guard.admin_at == "anywhere" or (guard.may_be_deeper and not below)
    further = f"(?:.*{_SLASH})?" if is_further else ""
    return f"(?i)^{begins}{further}{_SLASH}*{_one_of(names)}"


def containing(words: str) -> str:
    """Match the paths with `words` in them, however spelled."""
    return f"(?i){spelled(words)}"


def plainly(*paths: str) -> str:
    """Match these paths and what is below them, spelled plainly, in a request's undecoded target."""
    return f"^(?:{'|'.join(re.escape(quote(path)) for path in paths)})(?:[/?]|$)"


def _one_of(names: Iterable[str]) -> str:
    return f"(?:{'|'.join(spelled(name) for name in sorted(set(names)))}){_END}"
