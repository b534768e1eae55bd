"""Where a check is explained at length: pages that are installed along, so that no network is needed."""

from __future__ import annotations

from pathlib import Path

from twitter_setup.errors import Advice

PAGES = ("checks.md", "redirect-page.md")  # a heading for each check, and for each framework

_INSTALLED = Path(__file__).parents[1] / "docs"
_IN_THE_REPOSITORY = Path(__file__).parents[3] / "docs"


def explained(name: str, text: str = "more about it") -> Advice:
    return Advice(text, command=f"twitter-setup verify --explain {name}")


def sections() -> dict[str, str]:
    """The text below each heading of the pages, by its name."""
    folder = _INSTALLED if _INSTALLED.is_dir() else _IN_THE_REPOSITORY
    found = {}
    for page in PAGES:
        for part in (folder / page).read_text(encoding="utf-8").split("\n## ")[1:]:
            name, _, text = part.partition("\n")
            found[name.strip()] = text.strip("\n")
    return found
