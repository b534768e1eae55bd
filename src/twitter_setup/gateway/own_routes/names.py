"""How each framework names the files of its routes. Pure: a name in, its path out.

A path is a list of segments, with parameters as Next writes them: `[id]`, `[...rest]`, `[[...rest]]`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePosixPath

SCRIPTS = frozenset({".js", ".jsx", ".ts", ".tsx", ".mjs", ".mts", ".cjs", ".cts"})
READING = ("GET", "HEAD")
_METHODS = ("connect", "delete", "get", "head", "options", "patch", "post", "put", "trace")

# The segments of a file's path, and the methods in its name.
Named = tuple[list[str], tuple[str, ...]]
# A file below a folder of routes -> its path; None: no route.
Reader = Callable[[PurePosixPath], Named | None]


def next_app(file: PurePosixPath) -> Named | None:
    """`(group)/api/[id]/route.ts`; `_private` folders are none, `@slots` and `(.)x` belong to pages."""
    if file.stem != "route" or file.suffix not in SCRIPTS:
        return None
    parts = file.parent.parts
    if any(part.startswith(("_", "@", "(.")) for part in parts):
        return None
    return [part.replace("%5F", "_") for part in parts if not _is_group(part)], ()


def next_pages(file: PurePosixPath) -> Named | None:
    if file.suffix not in SCRIPTS or file.name.endswith(".d.ts"):
        return None
    return _without_index([*file.parent.parts, file.stem]), ()


def nuxt(file: PurePosixPath) -> Named | None:
    """`hello.get.ts`, `[id].ts`, `[...slug].ts`, `users/[id].dev.ts`."""
    if file.suffix not in SCRIPTS or file.name.endswith(".d.ts"):
        return None
    name = file.stem
    methods: tuple[str, ...] = ()
    for _ in range(2):  # `.get.dev`
        stem, dot, last = name.rpartition(".")
        if dot and last in {"dev", "prod", "prerender"}:
            name = stem
        elif dot and last in _METHODS:
            # A handler for GET answers HEAD too.
            name, methods = stem, (READING if last == "get" else (last.upper(),))
    parts = [part for part in file.parent.parts if not _is_group(part)]
    return _without_index([*parts, name]), methods


def svelte(file: PurePosixPath) -> Named | None:
    """`(group)/api/[id=integer]/[[optional]]/[...rest]/+server.ts`."""
    if file.stem != "+server" or file.suffix not in SCRIPTS:
        return None
    return [part for part in file.parent.parts if not _is_group(part)], ()


def astro(file: PurePosixPath) -> Named | None:
    """`api/hello.json.ts`; pages too, and nothing that begins with `_`."""
    if file.suffix not in SCRIPTS | {".astro", ".md", ".mdx", ".html"}:
        return None
    parts = [*file.parent.parts, file.stem]
    if any(part.startswith("_") for part in parts):
        return None
    return _without_index(parts), ()


def qwik(file: PurePosixPath) -> Named | None:
    """`(group)/api/[id]/index.ts`, `index@narrow.tsx`; `layout` and `plugin@x` are none."""
    if file.stem.partition("@")[0] != "index" or file.suffix not in SCRIPTS | {".md", ".mdx"}:
        return None
    return [part for part in file.parent.parts if not _is_group(part)], ()


def solid(file: PurePosixPath) -> Named | None:
    """`(group)/api/[id].ts`, `api/[...rest].ts`, `api/(name).ts`."""
    if file.suffix not in SCRIPTS or file.name.endswith(".d.ts"):
        return None
    parts = [part for part in (*file.parent.parts, file.stem) if not _is_group(part)]
    return _without_index(parts), ()


def tanstack(file: PurePosixPath) -> Named | None:
    """`api/users.$id.ts`, `api/$.ts`, `_layout.api.hello.ts`, `api/route.ts`; `-x` is none."""
    if file.suffix not in SCRIPTS or any(part.startswith("-") for part in file.parts):
        return None
    dotted = [word for part in (*file.parent.parts, file.stem) for word in _split_dots(part)]
    named = [word for word in dotted if not (_is_group(word) or word.startswith("_"))]
    if named and named[-1] in {"index", "route"}:
        named.pop()
    return [dollar(word.removesuffix("_")) for word in named], ()


def flat(file: PurePosixPath) -> Named | None:
    """`api.users.$id.ts`, `api.auth.$.ts`, `($lang).api.hello.ts`, `api.hello/route.ts`."""
    if file.suffix not in SCRIPTS or len(file.parts) > 2:
        return None
    if len(file.parts) == 2 and file.stem not in {"index", "route"}:
        return None
    words = _split_dots(file.parts[0] if len(file.parts) == 2 else file.stem)
    named = [word for word in words if not word.startswith("_")]
    return [dollar(word.removesuffix("_")) for word in named], ()


_DOT = re.compile(r"\.(?![^\[]*\])")
_ESCAPED = re.compile(r"\[([^\]]*)\]")


def _split_dots(name: str) -> list[str]:
    """Split at the dots that are not escaped: `sitemap[.]xml` is one word."""
    return [_ESCAPED.sub(r"\1", word) for word in _DOT.split(name)]


def dollar(word: str) -> str:
    """Write `$id`, `$` and the optional `($lang)` as Next does."""
    if word in {"$", "*"}:
        return "[[...rest]]"
    if _is_group(word):
        return f"[[{word[1:-1].lstrip('$:')}]]"
    return f"[{word[1:]}]" if word.startswith(("$", ":")) else word


def _is_group(part: str) -> bool:
    return part.startswith("(") and part.endswith(")")


def _without_index(parts: list[str]) -> list[str]:
    return parts[:-1] if parts and parts[-1] == "index" else parts
