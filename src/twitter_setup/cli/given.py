"""The request: what the command line and the environment say, as one value without loose secrets."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twitter_setup.cli.boundary import view_of
from twitter_setup.errors import Advice, SetupError

if TYPE_CHECKING:
    import typer

    from twitter_setup.project.locate import Caller
    from twitter_setup.project.settings import Options
    from twitter_setup.view import View

# Read once and taken out of the environment, so that no child process inherits them.
SECRET_VARIABLES = (
    "NGROK_AUTHTOKEN",
    "NGROK_API_KEY",
    "STRAPI_ADMIN_TOKEN",
    "STRAPI_ADMIN_PASSWORD",
    "TWITTER_API_KEY",
    "TWITTER_API_SECRET",
    "TWITTER_SETUP_ADMIN_TOKEN",
    "TWITTER_SETUP_ADMIN_PASSWORD",
    "TWITTER_SETUP_KEY",
    "TWITTER_SETUP_SECRET",
)
_NOT_REPEATED = frozenset(
    {
        *("key", "secret", "admin_token", "admin_password"),
        *("as_json", "quiet", "verbose", "dry_run"),
    }
)
_REACHES = {"url": None, "domain": None, "local": False}  # with what each is when not given


@dataclass(frozen=True, slots=True)
class Request:
    """One command as it was given: its options, and who gave it."""

    options: Options
    caller: Caller

    @property
    def view(self) -> View:
        return self.caller.view


def request(context: typer.Context, given: dict[str, Any]) -> Request:
    """Make the request of a command from its parsed options.

    Raises `SetupError`: `usage` for a value that is not valid, `no_project` if the current folder is gone.
    """
    command = context.command.name or ""
    flags = {name: given.pop(name) for name in ("as_json", "quiet", "verbose")}
    view = view_of(command, **flags)
    _warn_of_shell_history(context, view)
    return Request(_options(context, given), _caller(command, view, context))


def _options(context: typer.Context, given: dict[str, Any]) -> Options:
    """Check the values. Secrets leave the environment here, before anything is started."""
    from twitter_setup.addresses.public_url import parse_domain, parse_public_url  # noqa: PLC0415
    from twitter_setup.project.settings import Options  # noqa: PLC0415
    from twitter_setup.secret import Secret  # noqa: PLC0415

    taken = {name: os.environ.pop(name, None) for name in SECRET_VARIABLES}
    for name, read in (("url", parse_public_url), ("domain", parse_domain)):
        if given.get(name) is not None:  # an empty one, of a variable that is not set, is refused
            given[name] = read(given[name])
    if sum(bool(given.get(name)) for name in _REACHES) > 1:
        given = _one_reach(context, given)
    if given.get("strapi") is not None:
        from twitter_setup.strapi import address as strapi_address  # noqa: PLC0415

        given["strapi"] = strapi_address.parse(given["strapi"])
    given = _from_standard_input(given)
    for name in ("env_vars", "checks"):
        given[name] = tuple(given.get(name) or ())
    for name in given["env_vars"]:
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name, re.ASCII):
            raise SetupError(
                "usage",
                f"--env-var {name!r} is not a variable's name.",
                advice=[Advice("a name alone", command="--env-var VITE_STRAPI_URL")],
            )
    given["admin_token"] = (given.get("admin_token") or "").strip()  # a line end of a file, mostly
    for name in ("admin_token", "admin_password"):
        given[name] = Secret(given[name]) if given.get(name) else None
    for name in ("key", "secret"):  # an empty one is refused, not taken for none
        given[name] = None if given.get(name) is None else Secret(given[name])
    authtoken = taken["NGROK_AUTHTOKEN"]
    return Options(**given, authtoken=Secret(authtoken) if authtoken else None)


def _caller(command: str, view: View, context: typer.Context) -> Caller:
    from twitter_setup.project.locate import Caller  # noqa: PLC0415

    try:
        cwd = Path.cwd()
    except FileNotFoundError as error:
        raise SetupError(
            "no_project",
            "The folder that this was started in is no longer there.",
            advice=[Advice("change into the project, then run it again")],
        ) from error
    typed = _typed(context)
    return Caller(command=command, cwd=cwd, environ=dict(os.environ), view=view, typed=typed)


def _typed(context: typer.Context) -> tuple[str, ...]:
    """The options that stood on the command line, secrets and the form of the answer left out."""
    words: list[str] = []
    for param in context.command.params:
        name = param.name or ""
        source = context.get_parameter_source(name)
        was_typed = source is not None and source.name == "COMMANDLINE"
        if not was_typed or name in _NOT_REPEATED or param.param_type_name == "argument":
            continue
        value = context.params[name]
        for each in value if isinstance(value, (list, tuple)) else [value]:
            words += [param.opts[0]] if each is True else [param.opts[0], str(each)]
    return tuple(words)


def _from_standard_input(given: dict[str, Any]) -> dict[str, Any]:
    """`-` is the next line of standard input: the key's first where both are there."""
    names = [name for name in ("key", "secret") if given.get(name) == "-"]
    lines = {name: _line_of_standard_input(name) for name in names}
    for name, line in lines.items():
        if not line:
            raise SetupError(
                "usage",
                f"--{name} -: standard input ended before the {name} came.",
                advice=[
                    Advice(
                        "one line each, the key first",
                        command="twitter-setup configure --key - --secret - < keys.txt",
                    )
                ],
                unchanged="Nothing was changed.",
            )
    return {**given, **lines}


def _line_of_standard_input(name: str) -> str:
    """'' at its end. What is typed at a terminal is not shown."""
    import getpass  # noqa: PLC0415 - only here

    try:
        if sys.stdin is not None and sys.stdin.isatty():
            return getpass.getpass(f"Consumer {name.capitalize()}: ", stream=sys.stderr)
        line = sys.stdin.readline() if sys.stdin is not None else ""
        return line.rstrip("\r\n") or line  # an empty line is not the end
    except EOFError:
        return ""
    except UnicodeDecodeError:
        raise SetupError(
            "usage",
            f"--{name} -: standard input is no text.",
            advice=[Advice("give it as plain text, one line each")],
            unchanged="Nothing was changed.",
        ) from None


def _warn_of_shell_history(context: typer.Context, view: View) -> None:
    names = [
        name
        for name in ("key", "secret", "admin_token", "admin_password")
        if context.params.get(name) not in {None, "-"}
        and (source := context.get_parameter_source(name)) is not None
        and source.name == "COMMANDLINE"
    ]
    if names:
        flags = " and ".join(f"--{name.replace('_', '-')}" for name in names)
        view.note(
            f"{flags} on the command line: your shell keeps that in its history. The environment, `-` "
            "for standard input, or the question leave nothing there."
        )


def _one_reach(context: typer.Context, given: dict[str, Any]) -> dict[str, Any]:
    """A flag wins over the other one's environment variable; two of a rank are a mistake."""
    names = [name for name in _REACHES if given.get(name)]
    sources = {name: context.get_parameter_source(name) for name in names}
    flags = [name for name, source in sources.items() if source and source.name == "COMMANDLINE"]
    if len(flags) != 1:
        raise SetupError(
            "usage",
            f"{' and '.join(f'--{name}' for name in names)} exclude each other: --domain is ngrok's, "
            "--url an address of your own, --local this machine alone.",
            advice=[Advice("give one of them")],
        )
    return {**given, **{name: _REACHES[name] for name in names if name not in flags}}
