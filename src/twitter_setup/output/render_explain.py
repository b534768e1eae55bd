"""A section of docs/checks.md or docs/redirect-page.md as lines for a terminal. Pure.

Of Markdown just what those pages have: paragraphs, lists, tables, indented code, links, emphasis.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from twitter_setup.output.lines import Line

_LINK = re.compile(r"\[(?P<text>[^\]]+)\]\((?P<target>[^)]+)\)")
_EMPHASIS = re.compile(r"(?<![\w*])(\*{1,2})(?=\S)(?P<text>[^*]+?)\1(?![\w*])")
_CELL = re.compile(r"(?<!\\)\|")


def explained(name: str, text: str, frameworks: Sequence[str]) -> Iterator[Line]:
    """`frameworks` are the sections of the page that code is in."""
    yield Line.of(name, "bold")
    lines = _without_links(text, frameworks).splitlines()
    for kind, block in groupby(lines, _kind):
        if kind == "code":  # to be copied: as it is
            yield from (Line.of(line, "dim") for line in block)
        elif kind == "table":
            yield from _table([_cells(line) for line in block])
        elif kind == "text":
            yield from (Line.of(_plain(each)) for each in _paragraphs(block))
        else:
            yield Line.of()


def _kind(line: str) -> str:
    if not line.strip():
        return "blank"
    if line.startswith("    "):
        return "code"
    return "table" if line.startswith("|") else "text"


def _paragraphs(lines: Iterator[str]) -> list[str]:
    """Lines of a paragraph joined, so that the terminal breaks them; a list item begins anew."""
    found: list[str] = []
    for line in lines:
        if found and not line.startswith("- "):
            found[-1] += f" {line.strip()}"
        else:
            found.append(line.strip())
    return found


def _table(rows: list[list[str]]) -> Iterator[Line]:
    """A row below the other: columns would not fit."""
    head, _, *body = rows
    for first, *rest in body:
        yield Line((("  • ", ""), (first, "bold")), hang=4)
        for title, cell in zip(head[1:], rest, strict=False):
            if cell:
                yield Line(((f"    {title}: ", "dim"), (cell, "")), hang=6)


def _cells(row: str) -> list[str]:
    cells = _CELL.split(row.strip().removeprefix("|").removesuffix("|"))
    return [_plain(cell.strip().replace("\\|", "|")) for cell in cells]


def _plain(text: str) -> str:
    return _EMPHASIS.sub(lambda found: found["text"], text)


def _without_links(text: str, frameworks: Sequence[str]) -> str:
    """What another section says is a command away, and needs no file."""

    def instead(link: re.Match[str]) -> str:
        target = link["target"]
        if target == "redirect-page.md":
            return f"--explain {', '.join(frameworks)}"
        if not target.startswith("#"):
            return f"{link['text']} ({target})"
        other = f"--explain {target[1:]}"
        return other if link["text"] == target[1:] else f"{link['text']} ({other})"

    return _LINK.sub(instead, text)
