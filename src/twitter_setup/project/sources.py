"""Looks through source code: which variables it reads, which URLs it has in it.

Text is searched, nothing is parsed: what is found here informs people and never decides an edit.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from twitter_setup.edits.syntax import Language

_TYPESCRIPT = frozenset({".ts", ".tsx", ".mts", ".cts"})
SCRIPTS = _TYPESCRIPT | {".js", ".jsx", ".mjs", ".cjs"}
_PAGES = SCRIPTS | {".vue", ".svelte", ".astro", ".html"}
_MAX_FILES = 2_000
_MAX_SIZE = 1 << 20
_NOT_SOURCE = frozenset(
    {"node_modules", "dist", "build", "out", "public", "static", "coverage"}
    | {"test", "tests", "__tests__", "__mocks__", "e2e", "cypress"}
)

_ENVIRONMENT = r"(?:process\.env|import\.meta\.env)"
_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_MEMBER = re.compile(
    rf"""{_ENVIRONMENT}(?:\??\.({_NAME})|(?:\?\.)?\[\s*["'`]({_NAME})["'`]\s*\])"""
)
_SVELTE_DYNAMIC = re.compile(rf"\benv\.({_NAME})")
_NAMES_IN_BRACES = re.compile(
    rf"""\{{([^{{}}]*)\}}\s*(?:=\s*{_ENVIRONMENT}|from\s*["'](?:\$env/static|astro:env)/)"""
)
_COMMENT = re.compile(r"\s*(?://|/\*|\*|<!--)")
_CONTINUED = re.compile(r"(?:\|\||\?\?|\?|:|=|\()\s*$")


@dataclass(frozen=True, slots=True)
class SourceMention:
    path: Path
    line: int
    text: str  # the line itself, without the blanks around it; of `hard_coded` the URL alone


def language(path: Path) -> Language:
    return "typescript" if path.suffix in _TYPESCRIPT else "javascript"


def walk(
    root: Path, suffixes: frozenset[str], skip: Callable[[Path], bool]
) -> Iterator[tuple[Path, bytes]]:
    """Read the source files below `root`, in a fixed order, bounded, without folders to `skip`."""
    return islice(_readable(root, suffixes, skip), _MAX_FILES)


def pages(root: Path) -> Iterator[tuple[Path, str]]:
    """Read what a front end shows, below `root`: its text with the lines of comments left empty."""
    for path, content in walk(root, _PAGES, _is_not_source):
        lines = content.decode(errors="replace").splitlines()
        yield path, "\n".join("" if _COMMENT.match(line) else line for line in lines)


def variables_read(root: Path) -> tuple[str, ...]:
    """List the environment variables that the code below `root` reads."""
    names: set[str] = set()
    for _, content in walk(root, _PAGES, _is_not_source):
        if b"env" in content:
            names |= _names_in("\n".join(_code_lines(content.decode(errors="replace"))))
    return tuple(sorted(names))


def hard_coded(root: Path, port: int, limit: int = 5) -> tuple[SourceMention, ...]:
    """List where the code below `root` has the URL of this machine's `port` in it.

    Not a fallback beside a variable, and not a dev server's own proxy rules. The rest of the line is left
    out: a token may stand there.
    """
    host = r"(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)"
    url = re.compile(rf"https?://{host}:{port}(?!\d)(?:/[\w.~/-]*)?")
    needle = b":%d" % port
    mentions = (
        mention
        for path, content in walk(root, _PAGES, _is_not_source)
        if needle in content and not _is_configuration(path)
        for mention in _mentions(path, content.decode(errors="replace"), url)
    )
    return tuple(islice(mentions, limit))


def _readable(
    root: Path, suffixes: frozenset[str], skip: Callable[[Path], bool]
) -> Iterator[tuple[Path, bytes]]:
    for folder, subfolders, files in os.walk(root):
        subfolders[:] = sorted(name for name in subfolders if not skip(Path(folder, name)))
        for name in sorted(files):
            path = Path(folder, name)
            if path.suffix in suffixes and not name.endswith((".min.js", ".d.ts")):
                content = _read_small(path)
                if content is not None:
                    yield path, content


def _is_not_source(folder: Path) -> bool:
    """Whether it holds tests, what builds leave behind, or another package."""
    if folder.name in _NOT_SOURCE or folder.name.startswith("."):
        return True
    try:
        return (folder / "package.json").exists()
    except OSError:
        return True


def _read_small(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.stat().st_size <= _MAX_SIZE else None
    except OSError:
        return None


def _names_in(code: str) -> set[str]:
    names = {dotted or quoted for dotted, quoted in _MEMBER.findall(code)}
    if "$env/dynamic/" in code:
        names |= set(_SVELTE_DYNAMIC.findall(code))
    for inside in _NAMES_IN_BRACES.findall(code):
        names |= {name for part in inside.split(",") if (name := _bound_name(part))}
    return names


def _bound_name(part: str) -> str:
    """`X` of `X`, `X: y`, `X as y` and `X = 'y'`."""
    match = re.match(rf"\s*({_NAME})", part)
    return match[1] if match else ""


def _code_lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if not _COMMENT.match(line)]


def _mentions(path: Path, text: str, url: re.Pattern[str]) -> Iterator[SourceMention]:
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        found = url.search(line)
        if found and not _COMMENT.match(line):
            before = lines[number - 2] if number > 1 else ""
            if not _is_fallback(line, before):
                yield SourceMention(path, number, found[0])


def _is_fallback(line: str, before: str) -> bool:
    """`import.meta.env.X ?? 'http://…'`, on one line or broken before or after the operator."""
    if _reads_environment(line):
        return True
    continued = _CONTINUED.search(before) or line.lstrip().startswith(("||", "??", ":"))
    return bool(continued) and _reads_environment(before)


def _reads_environment(line: str) -> bool:
    return bool(re.search(rf"{_ENVIRONMENT}|\benv\b", line))


def _is_configuration(path: Path) -> bool:
    return ".config." in path.name or path.stem == "setupProxy"
