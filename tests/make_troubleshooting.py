"""Writes docs/troubleshooting.md from `faults.toml`: `make docs`."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parent.parent
_BEGINNING = """# When the login with X does not work

Run this in your project, while Strapi, the front end and the tunnel run:

    twitter-setup verify

It asks each hop of the login and names the one that is broken, with what to do. Give it an administrator's
credentials (`STRAPI_ADMIN_EMAIL` and `STRAPI_ADMIN_PASSWORD`, or `STRAPI_ADMIN_TOKEN`), or it cannot look
at what Strapi has stored. Nothing is changed, and no secret is shown.

Below is what can be wrong, by the check that says so, in the order of the checks. Search this page for the
message that you have got, or for the line that `verify` shows. `twitter-setup verify --explain CHECK` tells
more about a check, as [checks.md](checks.md) does.

Each line is a fault that this project's tests put into a working login, to see that `verify` names it, and
nothing else. The page is made from their list (`tests/faults.toml`): do not edit it here.
"""
_HEAD = [
    "| what people see | what is wrong | what `verify` says | what helps |",
    "|---|---|---|---|",
]


def page(faults: Sequence[dict[str, Any]]) -> str:
    lines = [_BEGINNING]
    for check, some in groupby(faults, key=lambda fault: str(fault["check"])):
        lines += [f"## {check}", "", *_HEAD]
        lines += [_row(fault) for fault in some]
        lines.append("")
    return "\n".join(lines)


def _row(fault: dict[str, Any]) -> str:
    says = f"{fault.get('status', 'fail')}: … {fault['says']} …"
    helps = fault.get("helps") or fault["cure"]
    if helps.startswith(("twitter-setup", "npm", "git", "sudo", "openssl", "echo", "unset")):
        helps = f"`{helps}`"
    cells = [fault["symptom"], fault["cause"], says, helps]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def main() -> None:
    faults = tomllib.loads((_ROOT / "tests" / "faults.toml").read_text())["fault"]
    (_ROOT / "docs" / "troubleshooting.md").write_text(page(faults))


if __name__ == "__main__":
    main()
