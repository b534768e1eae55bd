"""Walks JavaScript and TypeScript files, bounded. `reader` reads what a front end's source says."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from twitter_setup.edits.syntax import Language

_TYPESCRIPT = frozenset({".ts", ".tsx", ".mts", ".cts"})
SCRIPTS = _TYPESCRIPT | {".js", ".jsx", ".mjs", ".cjs"}
_MAX_FILES = 2_000
_MAX_SIZE = 1 << 20


def language(path: Path) -> Language:
    """Tell which grammar parses the file."""
    return "typescript" if path.suffix in _TYPESCRIPT else "javascript"


def walk(
    root: Path, suffixes: frozenset[str], skip: Callable[[Path], bool]
) -> Iterator[tuple[Path, bytes]]:
    """Read the source files below `root`, in a fixed order, bounded, without folders to `skip`."""
    return islice(_readable(root, suffixes, skip), _MAX_FILES)


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


def _read_small(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.stat().st_size <= _MAX_SIZE else None
    except OSError:
        return None
