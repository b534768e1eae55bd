"""The code in docs/redirect-page.md, taken from the page so that it is the code that people copy."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

_PAGE = Path(__file__).parents[3] / "docs" / "redirect-page.md"
# The first line of a snippet names its file, in a comment of the language.
_FILE = re.compile(r"(?:src|app|pages)/[\w./+-]+\.(?:jsx?|tsx?|vue|svelte|astro)")


@dataclass(frozen=True)
class Snippet:
    file: str
    code: str


def snippet(section: str) -> Snippet:
    """Return the first code below a heading; its lines are indented by four spaces."""
    parts = re.split(r"^## (.+)\n", _PAGE.read_text(), flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    found = re.search(r"(?:^(?: {4}.*)?\n)*^ {4}.*\n", sections[section], re.MULTILINE)
    assert found, f"docs/redirect-page.md has no code below {section!r}"
    code = textwrap.dedent(found[0]).strip("\n") + "\n"
    file = _FILE.search("\n".join(code.splitlines()[:2]))
    assert file, f"the code of {section!r} names no file: {code[:80]}"
    return Snippet(file[0], code)
