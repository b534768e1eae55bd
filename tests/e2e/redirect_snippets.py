"""The code in docs/redirect-page.md, taken from the page so that it is the code that people copy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_PAGE = Path(__file__).parents[2] / "docs" / "redirect-page.md"
# The first line of a snippet names its file, in a comment of the language.
_FILE = re.compile(r"(?:src|app|pages)/[\w./+-]+\.(?:jsx?|tsx?|vue|svelte|astro)")


@dataclass(frozen=True)
class Snippet:
    file: str
    code: str


def snippet(section: str, number: int = 0) -> Snippet:
    """Return the snippet with this number below a heading; its lines are indented by four spaces."""
    text = _PAGE.read_text()
    found = re.search(
        rf"^##+ {re.escape(section)}\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL
    )
    assert found, f"docs/redirect-page.md has no section {section!r}"
    blocks = re.findall(r"(?:^(?: {4}.*)?\n)+", found[1], re.MULTILINE)
    codes = [re.sub(r"^ {4}", "", block, flags=re.MULTILINE) for block in blocks if block.strip()]
    code = codes[number].strip("\n") + "\n"
    file = _FILE.search("\n".join(code.splitlines()[:2]))
    assert file, f"the snippet of {section!r} names no file: {code[:80]}"
    return Snippet(file[0], code)
