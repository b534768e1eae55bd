"""docs/cli.md, made from the program: `python -m tests.cli_document` writes it (`make docs`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer.main

from twitter_setup.cli import app

PAGE = Path(__file__).parent.parent / "docs" / "cli.md"
_BEGIN = """# The commands

Made from the program by `make docs`; a test compares them.

Options stand after the command. Every option has an environment variable; flags win over it, it over
`twitter-setup.toml`, and that over what is detected. Switches are turned on by `1` or `true`.
"""


def text() -> str:
    root = typer.main.get_command(app)
    parts = [_BEGIN]
    for name, command in _commands(root).items():
        help_text = "\n\n".join(" ".join(part.split()) for part in command.help.split("\n\n"))
        arguments = " ".join(p.metavar for p in command.params if p.param_type_name == "argument")
        usage = f"twitter-setup {name} [OPTIONS] {arguments}".rstrip()
        parts += [f"## {name}", help_text, f"    {usage}", _table(command)]
    parts += ["## Without a command", _root_options(root)]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _commands(root: Any) -> dict[str, Any]:
    found: dict[str, Any] = root.commands
    return found


def _table(command: Any) -> str:
    rows = ["| option | what it is | environment |", "|---|---|---|"]
    for option in command.params:
        if option.param_type_name != "option" or "--help" in option.opts:
            continue
        flags = ", ".join(f"`{flag}`" for flag in (*option.opts, *option.secondary_opts))
        if option.metavar and not option.is_flag:
            flags += f" {option.metavar}"
        rows.append(f"| {flags} | {option.help} | {_variables(option.envvar)} |")
    return "\n".join(rows)


def _variables(named: Any) -> str:
    names = [named] if isinstance(named, str) else list(named or ())
    return ", ".join(f"`{name}`" for name in names)


def _root_options(root: Any) -> str:
    options = [option for option in root.params if option.param_type_name == "option"]
    lines = [f"- `{', '.join(option.opts)}`: {option.help}" for option in options]
    return "\n".join([*lines, "- `-h, --help`, after a command too."])


if __name__ == "__main__":
    PAGE.write_text(text())
