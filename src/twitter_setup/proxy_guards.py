"""What a proxy rule of a dev server makes of Strapi's admin side: the guards that close it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from twitter_setup.edits.proxy_rules import UNKNOWN, Rule
from twitter_setup.gateway.paths import Guard

# How a dev server compares a rule's key with a path: by its beginning (or `^…` as a regular
# expression); anywhere in it; by its beginning, which is taken off then.
Style = Literal["beginning", "anywhere", "taken-off"]

_URL = re.compile(r"(?:(?P<scheme>https?|wss?):)?//(?P<host>[^/]*)(?P<path>/.*)?")
_PORT = re.compile(r":(\d+)$")
_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_UPLOADS = "/uploads"  # public as the API is; the admin side's is `/upload`
_REGEX = re.compile(r"[.\[\]()|?*+{}$^\\]")
_GLOB = re.compile(r"[*?{}\[\]()!]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """The back end that the rules may lead to."""

    port: int
    api_prefix: str
    names: tuple[str, ...]  # of its admin side


def catch_all(source: str) -> Guard:
    """Make the guard for a rule that can't be read: any path, rewritten in any way."""
    return Guard(admin_at="anywhere", source=source)


def may_be_backend(target: str, back: Back) -> bool:
    """Whether the target has the back end's port, or can't be told."""
    match = _URL.fullmatch(target)
    if match is None or UNKNOWN in match["host"]:
        return True
    port = _PORT.search(match["host"])
    number = int(port[1]) if port else _DEFAULT_PORTS.get(match["scheme"] or "http", 80)
    return number == back.port


def of_rule(rule: Rule, style: Style, source: str, back: Back) -> Iterator[Guard]:
    # A path without the key in it is never handed on, whatever would become of it.
    is_word = style == "anywhere" and not _REGEX.search(rule.key)
    for guard in _of_rule(rule, style, source, back):
        yield replace(guard, containing=rule.key if is_word else "")


def _of_rule(rule: Rule, style: Style, source: str, back: Back) -> Iterator[Guard]:
    path = _target_path(rule.target)
    if not may_be_backend(rule.target, back) or _is_public(path, back):
        return
    below = _literal(rule.key, style)
    if path is None:
        yield Guard(below=below, admin_at="anywhere", source=source)
    elif path.strip("/"):  # below another path of Strapi's, and that one may be the panel's
        yield Guard(below=below, admin_at="all", source=source)
    elif rule.rewrites is None:
        admin_at: Literal["all", "anywhere"] = (
            "all" if _names_admin(rule.source, back) else "anywhere"
        )
        yield Guard(below=below, admin_at=admin_at, source=source)
    elif style == "taken-off":
        yield Guard(below=below, admin_at="start", source=source)
    elif not rule.rewrites:
        yield from _untouched(below, source, back)
    else:
        for searched, put in rule.rewrites:
            yield from _replaced(below, searched, put, source, back)


def of_rewrite(rule: Rule, source: str, back: Back) -> Iterator[Guard]:
    """Read Next's `source: '/strapi/:path*'`, `destination: 'http://…/:path*'`."""
    path = _target_path(rule.target)
    is_within = rule.target.startswith("/") and not rule.target.startswith("//")
    if is_within or not may_be_backend(rule.target, back) or _is_public(path, back):
        return
    below = re.split(r"[:(*?{]", rule.key)[0]
    if path is not None and path.strip("/") and not path.startswith("/:"):
        yield Guard(below=below, admin_at="all", source=source)
        return
    moves_one = re.fullmatch(r"[\w./-]*/:\w+\*", rule.key) and re.fullmatch(r"/:\w+\*", path or "")
    yield Guard(below=below, admin_at="start" if moves_one else "anywhere", source=source)


def _target_path(target: str) -> str | None:
    """Give the path of a target: '' for none, None where it can't be told."""
    match = _URL.fullmatch(target)
    path = (match["path"] or "") if match else target.removeprefix(UNKNOWN)
    if not match and path and not path.startswith("/"):
        return None
    return None if UNKNOWN in path else path


def _is_public(path: str | None, back: Back) -> bool:
    """Whether all that is sent there is below the API, or an upload: nothing of the admin side is there."""
    published = [folder for folder in (back.api_prefix, _UPLOADS) if folder]
    return any(f"{path}/".startswith(f"{folder}/") for folder in published)


def _untouched(below: str, source: str, back: Back) -> Iterator[Guard]:
    """Close what a rule takes that leaves the path alone, if the admin side is among it."""
    plain = below.rstrip("/").lower()
    names = [f"/{name.lower()}" for name in back.names]
    if any(name.startswith(plain) for name in names):
        whole = plain in names
        yield Guard(
            below=plain if whole else "", admin_at="all" if whole else "start", source=source
        )
    elif any(plain.startswith(f"{name}/") for name in names):
        yield Guard(below=plain, admin_at="all", source=source)


def _replaced(below: str, searched: str, put: str, source: str, back: Back) -> Iterator[Guard]:
    """Close what a rule takes that puts `put` in the place of what it searches for."""
    searched_literal = _regex_literal(searched.removeprefix("^")).rstrip("/")
    is_its_own = searched_literal == below.rstrip("/") and searched_literal != ""
    if is_its_own and _is_public(put, back):
        return
    if is_its_own and not put.strip("/"):
        yield Guard(below=below, admin_at="start", source=source)
    elif _names_admin(put, back):
        yield Guard(below=below, admin_at="all", source=source)
    else:
        yield Guard(below=below, admin_at="anywhere", source=source)


def _names_admin(text: str, back: Back) -> bool:
    return any(re.search(rf"(?i)\b{re.escape(name)}\b", text) for name in back.names)


def _literal(key: str, style: Style) -> str:
    """Give the beginning that every path of the rule has; '' where there is no certain one."""
    if key.startswith("^"):
        return _regex_literal(key[1:])
    if style == "anywhere":  # a regular expression without its `^`
        return ""
    return _GLOB.split(key)[0]


def _regex_literal(pattern: str) -> str:
    """Give what a regular expression begins with literally."""
    literal = ""
    place = 0
    while place < len(pattern):
        char = pattern[place]
        if char == "\\" and place + 1 < len(pattern) and not pattern[place + 1].isalnum():
            place += 1
            char = pattern[place]
        elif char in ".[]()|?*+{}$^\\":
            # What stands before `|` is one way of several, before `?`, `*` and `{` may not be there.
            is_optional = char in "?*{"
            return (
                ""
                if "|" in pattern[place:] and _is_at_top(pattern)
                else literal[: -1 if is_optional else None]
            )
        literal += char
        place += 1
    return literal


def _is_at_top(pattern: str) -> bool:
    """Whether a `|` stands outside all parentheses."""
    depth = 0
    for char in pattern:
        depth += (char == "(") - (char == ")")
        if char == "|" and depth == 0:
            return True
    return False
