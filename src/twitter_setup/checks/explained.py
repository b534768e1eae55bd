"""Where a check is explained at length: pages that are installed along, so that no network is needed."""

from __future__ import annotations

from pathlib import Path

from twitter_setup.errors import Advice

PAGES = ("checks.md", "redirect-page.md")  # a heading for each check, and for each framework

_INSTALLED = Path(__file__).parents[1] / "docs"
_IN_THE_REPOSITORY = Path(__file__).parents[3] / "docs"


def explained(name: str, text: str = "more about it") -> Advice:
    return Advice(text, command=f"twitter-setup verify --explain {name}")


def sections() -> tuple[dict[str, str], dict[str, str]]:
    """The text below each heading of the two pages, by its name: the checks, and the frameworks."""
    folder = _INSTALLED if _INSTALLED.is_dir() else _IN_THE_REPOSITORY
    checks, frameworks = (_sections((folder / page).read_text(encoding="utf-8")) for page in PAGES)
    return checks, frameworks


def _sections(page: str) -> dict[str, str]:
    parts = [part.partition("\n") for part in page.split("\n## ")[1:]]
    return {name.strip(): text.strip("\n") for name, _, text in parts}
