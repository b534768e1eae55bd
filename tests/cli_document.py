"""docs/cli.md, made from the program: `python -m tests.cli_document` writes it (`make docs`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer.main

from twitter_setup.cli.app import app
from twitter_setup.project import settings

PAGE = Path(__file__).parent.parent / "docs" / "cli.md"
_BEGIN = """# The commands

Made from the program by `make docs`; a test compares them.

Options stand after the command. Every option has an environment variable; flags win over it, it over
`twitter-setup.toml`, and that over what is detected. Switches are turned on by `1` or `true`.
"""

_SETTINGS = """## twitter-setup.toml

Beside the back end, or at the root of the repository: what would have to be said every time.
`twitter-setup init` writes the first lines. It can be committed, and is therefore not trusted: no secret
belongs in it, paths stay inside the repository, and a `strapi.url` on another machine counts only after a
question. An unknown key is a warning. With `reach.kind` at `local` or `url`, `--domain NAME` is the way back
to ngrok for one run. The domain of your ngrok account does not belong in it: `tunnel` offers on a terminal to
keep that one in `.twitter-setup/`, which git ignores.

    [backend]
    dir = "backend"

    [reach]
    kind = "ngrok"
    domain = "your-name.ngrok-free.app"

    [portal]
    terms_of_service_url = "https://cafe.example.com/terms"
    privacy_policy_url = "https://cafe.example.com/privacy"
"""
# Each key of `settings.KEYS`: what it is, and the flag that wins over it.
_MEANINGS = {
    "backend.dir": ("the Strapi project's folder", "--backend"),
    "backend.port": ("the port on which Strapi listens", "--port"),
    "backend.server_config": (
        "the file that sets Strapi's public URL, where it is not `config/server.*`",
        "",
    ),
    "backend.url_key": ("the key of the URL in a `server_config` that is TOML", ""),
    "frontend.dir": ("the front end's folder", "--frontend"),
    "frontend.port": ("the dev server's port", "--frontend-port"),
    "frontend.env_vars": ("a list: the variables that name the back end", "--env-var"),
    "frontend.env_file": ("the `.env` file to write them in", ""),
    "frontend.redirect_path": (
        "the page where a login ends; `/connect/twitter/redirect` unless given",
        "",
    ),
    "reach.kind": ("`ngrok`, `url` or `local`", "--url, --domain, --local"),
    "reach.domain": ("your ngrok domain", "--domain"),
    "reach.url": ("a public URL of your own", "--url"),
    "layout.kind": ("`one-origin` or `two-origins`", "--two-origins"),
    "gateway.port": ("the gateway's port; 7337 unless given", "--gateway-port"),
    "portal.app_name": ("the app's name, for X's form", ""),
    "portal.website_url": ("the website, for X's form; the public URL unless given", ""),
    "portal.terms_of_service_url": ("the page of terms, for X's form", ""),
    "portal.privacy_policy_url": ("the page of the privacy policy, for X's form", ""),
    "strapi.url": ("a deployed Strapi, for `configure` and `verify`", "--strapi"),
}


def text() -> str:
    root = typer.main.get_command(app)
    parts = [_BEGIN]
    for name, command in _commands(root).items():
        help_text = "\n\n".join(" ".join(part.split()) for part in command.help.split("\n\n"))
        arguments = " ".join(p.metavar for p in command.params if p.param_type_name == "argument")
        usage = f"twitter-setup {name} [OPTIONS] {arguments}".rstrip()
        parts += [f"## {name}", help_text, f"    {usage}", _table(command)]
    parts += ["## Without a command", _root_options(root), _SETTINGS, _settings_table()]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _settings_table() -> str:
    rows = ["| key | what it is | wins over it |", "|---|---|---|"]
    for table, keys in settings.KEYS.items():
        for key in keys:
            meaning, flag = _MEANINGS[f"{table}.{key}"]
            rows.append(f"| `{table}.{key}` | {meaning} | {flag and f'`{flag}`'} |")
    return "\n".join(rows)


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
