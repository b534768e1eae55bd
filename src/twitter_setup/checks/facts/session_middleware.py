"""What a back end's config files say in plain values of its session cookie.

Reads a literal list in `config/middlewares` and literal `app.keys`, or the variable that they name.
Calls, spreads, imports and lists laid over each other are not read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tree_sitter import Node

from twitter_setup.edits.env_reads import env_read
from twitter_setup.edits.exports import as_object, exported_object, exported_value
from twitter_setup.edits.javascript import SyntaxProblem, Unclear, find_value, parse
from twitter_setup.edits.syntax import children, line, string_value, text, unwrap
from twitter_setup.project.strapi_config import ConfigFile

SESSION = "strapi::session"

_RANDOM = (b"randomBytes", b"randomUUID")


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionMiddleware:
    """`default`: there is no file, and Strapi's own list has the session.

    `same_site` and `secure` are the literal settings of its cookie; '' for none.
    """

    kind: Literal["listed", "default", "missing", "unread", "broken"]
    path: Path | None = None
    line: int = 0
    same_site: str = ""
    secure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppKeys:
    """`absent`: no file sets `app.keys`. `variable`: they are read from it.

    `has_default` counts while the variable is not set; `has_random`: the file asks for random bytes.
    """

    kind: Literal["absent", "literal", "variable", "unread"]
    path: Path | None = None
    line: int = 0
    values: tuple[str, ...] = field(default=(), repr=False)
    variable: str = ""
    has_default: bool = False
    has_random: bool = False


def read(files: Sequence[ConfigFile]) -> SessionMiddleware:
    """Read what `strapi_config.find_files(root, "middlewares", mode=…)` found."""
    if not files:
        return SessionMiddleware(kind="default")
    file = files[0]
    unread = SessionMiddleware(kind="unread", path=file.path)
    if len(files) > 1 or file.language not in {"javascript", "typescript"}:
        return unread
    try:
        list_ = exported_value(parse(file.content, file.language))
    except SyntaxProblem as problem:
        return SessionMiddleware(kind="broken", path=file.path, line=problem.line)
    if isinstance(list_, Unclear) or list_.type != "array":
        return unread
    entries = [unwrap(entry) for entry in children(list_)]
    for entry in entries:
        if string_value(entry) == SESSION or _plain(entry, "name") == SESSION:
            return SessionMiddleware(
                kind="listed",
                path=file.path,
                line=line(entry),
                same_site=_plain(entry, "config", "sameSite").lower(),
                secure=_plain(entry, "config", "secure"),
            )
    is_plain = all(string_value(each) or _plain(each, "name") for each in entries)
    # The word alone may be a session of another kind, or one that is added further down.
    is_missing = is_plain and b"session" not in file.content.lower()
    return SessionMiddleware(kind="missing", path=file.path) if is_missing else unread


def read_keys(files: Sequence[ConfigFile]) -> AppKeys:
    """Read what `strapi_config.find_files(root, "server", …)` found; the first file with keys wins."""
    for file in files:
        keys = _keys_of(file)
        if keys.kind != "absent":
            return keys
    return AppKeys(kind="absent", path=files[-1].path if files else None)


def _keys_of(file: ConfigFile) -> AppKeys:
    has_random = any(name in file.content for name in _RANDOM)
    unread = AppKeys(kind="unread", path=file.path, has_random=has_random)
    value = _app_keys(file)
    if value is None:
        return AppKeys(kind="absent", path=file.path)
    if isinstance(value, Unclear):
        return unread
    value = unwrap(value)
    read = env_read(value)
    if read is not None and read.cast == "array":
        return AppKeys(
            kind="variable",
            path=file.path,
            line=line(value),
            variable=read.name,
            has_default=read.default is not None,
            has_random=has_random,
        )
    keys = [string_value(each) for each in children(value)] if value.type == "array" else [None]
    values = tuple(key for key in keys if key is not None)
    if len(values) < len(keys):
        return unread
    return AppKeys(kind="literal", path=file.path, line=line(value), values=values)


def _app_keys(file: ConfigFile) -> Node | Unclear | None:
    if file.language not in {"javascript", "typescript"}:
        return Unclear(1, "the file is not JavaScript")
    try:
        return _find(exported_object(parse(file.content, file.language)), "app", "keys")
    except SyntaxProblem as problem:
        return Unclear(problem.line, "the file does not parse")


def _find(value: Node | Unclear, *path: str) -> Node | Unclear | None:
    """Find the value at `path` in an object that is written out."""
    found: Node | Unclear | None = value
    for name in path:
        if found is None or isinstance(found, Unclear):
            return found
        object_ = as_object(unwrap(found), name)
        found = object_ if isinstance(object_, Unclear) else find_value(object_, name)
    return found


def _plain(entry: Node, *path: str) -> str:
    """Read a literal text, `true` or `false`; '' for anything else."""
    found = _find(entry, *path)
    if not isinstance(found, Node):
        return ""
    found = unwrap(found)
    return string_value(found) or (text(found) if found.type in {"true", "false"} else "")
