"""Reads small front ends that a test writes down."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twitter_setup.project.reader import find
from twitter_setup.project.reader.source import Source


def read(root: Path, files: dict[str, str], **options: Any) -> Source:
    """Write the files below `root`, and read them as a front end of a back end at port 1337."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return find.read(root, port=1337, **options)


def fallbacks(source: Source) -> dict[str, list[str]]:
    return {
        name: [each.text for each in variable.fallbacks]
        for name, variable in source.variables.items()
    }


def addresses(source: Source) -> list[tuple[str, int, str]]:
    return [(each.place.path.name, each.place.line, each.url) for each in source.addresses]
