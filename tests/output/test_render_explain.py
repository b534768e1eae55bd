"""A page's section as lines: nothing of Markdown is left that a terminal cannot follow."""

from __future__ import annotations

import re

import pytest

from twitter_setup.checks import explained as docs
from twitter_setup.output.render_explain import explained

CHECKS, FRAMEWORKS = docs.sections()


def lines(text: str) -> list[str]:
    return [
        "".join(part for part, _ in line.parts) for line in explained("x", text, ["cra", "vite"])
    ][1:]


def test_the_lines_of_a_paragraph_are_one_and_items_are_apart() -> None:
    assert lines("*Is it\nso?* Yes,\nit **is**.\n\n- one\n  more\n- two") == [
        "Is it so? Yes, it is.",
        "",
        "- one more",
        "- two",
    ]


def test_a_row_of_a_table_stands_below_the_other() -> None:
    table = (
        "| what | why | cure |\n|---|---|---|\n| a \\| b | | see [clock](#clock) |\n| c | d | e |"
    )

    assert lines(table) == [
        "  • a | b",
        "    cure: see --explain clock",
        "  • c",
        "    why: d",
        "    cure: e",
    ]


def test_links_lead_to_commands_and_addresses() -> None:
    assert lines("as [it](#cra), [cra](#cra); [X](https://x.com); [p](redirect-page.md)") == [
        "as it (--explain cra), --explain cra; X (https://x.com); --explain cra, vite"
    ]


def test_code_is_left_as_it_is() -> None:
    code = "    const a = `${b}`;  // [x](#y)\n\n      <p>*text*</p>"

    assert lines(code.replace("[x](#y)", "")) == code.replace("[x](#y)", "").splitlines()


@pytest.mark.parametrize("name", [*CHECKS, *FRAMEWORKS])
def test_nothing_of_markdown_is_left_in_the_pages(name: str) -> None:
    text = {**CHECKS, **FRAMEWORKS}[name]

    said = list(explained(name, text, list(FRAMEWORKS)))
    prose = ["".join(part for part, _ in line.parts) for line in said if line.parts[0][1] != "dim"]
    assert not re.search(r"\]\(|\*\*|^\|", "\n".join(prose), re.MULTILINE)
