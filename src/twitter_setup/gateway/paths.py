"""Paths as patterns for the gateway: what is refused, however it is spelled. Pure; knows no server.

All but `plainly` match the path decoded once, and allow for a second decoding behind the gateway:
a dev server may decode, collapse and resolve what the gateway has passed on as it was. The patterns
are RE2's (Go), which Python's `re` reads alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from urllib.parse import quote, unquote

_SLASH = r"(?:[/\\]|%(?:25)*(?:2f|5c))"
_DOT = r"(?:\.|%(?:25)*2e)"
_SEMICOLON = r"(?:;|%(?:25)*3b)"
# No more of the same word: `/administration` is no `/admin`, `/admin;x` and `/admin%20` may be.
_END = r"(?:[^a-z0-9_-]|$)"
# The same for one segment: `/admin.png` is another name, and so is `/adminé`.
_SEGMENT_END = r"\.*(?:[\x00-$&-,/:-@\[-^`{-\x7f]|%(?:25)*[0-7]|$)"
_MATRIX = rf"(?:{_SEMICOLON}[^/&]*)?"
# In a query: up to where a name may begin. URL parsers drop tabs and line ends within it.
_QUERY = r"(?i)\?(?:.*(?:[\x00-,/:-@\[-^`{-\x7f]|%(?:25)*[0-7][0-9a-f]))?"
_GAP = r"(?:%(?:25)*0[9ad])*"

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
# With `.env` and `.git`, what Vite 8 keeps back itself (`server.fs.deny`); a query got past that
# (CVE-2026-39364). A suffix with something behind it may be another (`ca.pem.md`).
_CERTIFICATES = (".crt", ".pem", ".key", ".p12", ".pfx", ".cer", ".der")
_SUFFIX_END = r"(?:\.*[^.a-z0-9_-]|\.*$)"
_DATABASE_PARTS = r"(?:-(?:journal|shm|wal))?"


def spelled(words: str) -> str:
    """Match `words` in any case, each character as it is or percent-encoded any number of times."""
    return "".join(_SLASH if char == "/" else _character(char) for char in words)


def _character(char: str, digit: Callable[[str], str] = str) -> str:
    forms = {
        form.encode(errors="surrogatepass") for form in (char.lower(), char.upper())
    }  # of `ß` one is two letters
    codes = ["".join(_code(byte, digit) for byte in form) for form in sorted(forms)]
    return f"(?:{'|'.join([re.escape(char), *codes])})"


def _code(byte: int, digit: Callable[[str], str]) -> str:
    return f"%(?:25)*{''.join(map(digit, f'{byte:02x}'))}"


def _coded_digit(digit: str) -> str:
    """Match a digit of a code, which may be encoded itself: `%25%36%31` is `%61`, and that is `a`."""
    return f"(?:{digit}|%(?:25)*(?:{ord(digit):02x}|{ord(digit.upper()):02x}))"


def drives_tools() -> str:
    """Match the paths at which dev servers open the user's editor, or drive another tool of theirs."""
    return f"(?i){'|'.join(spelled(words) for words in _TOOLS)}"


def private(backend_folder: str) -> str:
    """Match the files that a dev server may find and nobody may have; a database in the back end's folder."""
    certificates = "|".join(spelled(ending) for ending in _CERTIFICATES)
    files = (
        f"{_SLASH}(?:{spelled(_PRIVATE_BEGINNING)}|{_one_of(_PRIVATE)})"
        f"|(?:{certificates}){_SUFFIX_END}"
    )
    if not backend_folder:
        return f"(?i){files}"
    ends = "|".join(spelled(ending) for ending in _DATABASES)
    within = f"{_SLASH}{spelled(backend_folder)}{_SLASH}"
    return f"(?i){files}|{within}.*(?:{ends}){_DATABASE_PARTS}{_END}"


def named(names: Iterable[str]) -> str:
    """Match the paths that begin with one of `names`, however spelled."""
    return f"(?i)^{_SLASH}+{_one_of(names)}"


def lets_through(target: str, backend_folder: str) -> bool:
    """Whether the gateway forwards a GET of `target` to the front end, sent to the letter.

    What names Strapi's admin side is not considered here.
    """
    path = target.partition("?")[0]
    if not target.startswith("/") or re.search("%(?![0-9a-fA-F]{2})", path):
        return False  # Go answers the second itself
    refused = (STRANGE, drives_tools(), private(backend_folder))
    return not any(re.search(pattern, unquote(path)) for pattern in refused)


def segment(names: Iterable[str]) -> str:
    """Match the paths that have one of `names` as a whole segment, at any depth."""
    return f"(?i){_SLASH}{_any(names)}{_SEGMENT_END}"


def in_query(names: Iterable[str]) -> str:
    """Match an undecoded target that has one of `names` and a slash in its query."""
    return f"{_QUERY}{_any_in_query(names)}{_MATRIX}{_SLASH}"


def steps(first: str, seconds: Iterable[str]) -> str:
    """Match the paths that have the segment `first` and right after it one of `seconds`."""
    return f"(?i){_SLASH}{spelled(first)}{_MATRIX}{_SLASH}+{_any(seconds)}{_SEGMENT_END}"


def steps_in_query(first: str, seconds: Iterable[str]) -> str:
    """Match an undecoded target that has both in its query; dot segments may stand between them."""
    start = f"{_QUERY}{_any_in_query([first])}{_MATRIX}{_SLASH}"
    return f"{start}(?:.*{_SLASH})?{_any_in_query(seconds)}{_SEGMENT_END}"


def below(prefix: str, names: Iterable[str] = ()) -> str:
    """Match `prefix` and the paths below it; with `names` only those that have one as a segment."""
    start = f"(?i)^{spelled(prefix.rstrip('/'))}"
    return f"{start}.*{_SLASH}{_any(names)}{_SEGMENT_END}" if names else f"{start}{_SEGMENT_END}"


def plainly(*paths: str) -> str:
    """Match these paths and what is below them, spelled plainly, in a request's undecoded target."""
    return f"^(?:{'|'.join(re.escape(quote(path)) for path in paths)})(?:[/?]|$)"


def _one_of(names: Iterable[str]) -> str:
    return f"{_any(names)}{_END}"


def _any(names: Iterable[str]) -> str:
    return f"(?:{'|'.join(spelled(name) for name in sorted(set(names)))})"


def _any_in_query(names: Iterable[str]) -> str:
    """Match one of `names` in a query, which is decoded further on and may then be read as a URL."""
    spellings = (_GAP.join(map(_deeply, name)) for name in sorted(set(names)))
    return f"(?:{'|'.join(spellings)})"


def _deeply(char: str) -> str:
    """Match a character as `spelled` does; a path is decoded once before it is matched, this is not."""
    return _SLASH if char == "/" else _character(char, _coded_digit)
