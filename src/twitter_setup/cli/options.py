"""Every option of the command line, declared once: its type, flag, help text and environment variable.

The keys of `OPTIONS` are the fields of `project.settings.Options`, which holds their values.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer


def _option(
    kind: Any,
    *names: str,
    help: str,  # noqa: A002 - Typer's own word
    usual: str | None = None,
    **extra: Any,
) -> Any:
    """Declare an option of type `kind`; `usual` is a variable that other programs read too."""
    variable = "TWITTER_SETUP_" + names[0].removeprefix("--").replace("-", "_").upper()
    envvar = [variable, usual] if usual else variable
    declared = typer.Option(*names, help=help, envvar=envvar, show_envvar=False, **extra)
    return Annotated[kind if kind is bool else kind | None, declared]


def _port(name: str, text: str) -> Any:
    return _option(int, name, help=text, min=1, max=65535, metavar="PORT")


OPTIONS: Mapping[str, Any] = {
    "backend": _option(Path, "--backend", help="The Strapi project.", metavar="DIR"),
    "frontend": _option(
        Path, "--frontend", help="The app that shows the login button.", metavar="DIR"
    ),
    "url": _option(str, "--url", help="A public URL of your own: https://host.", metavar="URL"),
    "domain": _option(
        str, "--domain", help="Your ngrok domain.", metavar="NAME", usual="NGROK_DOMAIN"
    ),
    "local": _option(
        bool, "--local", help="This machine alone, http://127.0.0.1: no account, no tunnel."
    ),
    "two_origins": _option(
        bool, "--two-origins", help="Publish the back end alone, as Strapi's guide does."
    ),
    "gateway_port": _port("--gateway-port", "The gateway's port; 7337 unless given."),
    "expose_admin": _option(bool, "--expose-admin", help="Publish Strapi's admin panel too."),
    "allow_vulnerable_dev_server": _option(
        bool,
        "--allow-vulnerable-dev-server",
        help="Publish a dev server that gives away this machine's files.",
    ),
    "port": _port("--port", "The back end's port."),
    "frontend_port": _port("--frontend-port", "The front end's port."),
    "env_vars": _option(
        list[str],
        "--env-var",
        help="A front-end variable that names the back end. Repeatable.",
        metavar="NAME",
    ),
    "keep": _option(bool, "--keep", help="Leave the changes when the tunnel ends."),
    "dry_run": _option(
        bool, "--dry-run", help="Show what would be changed; touch and start nothing."
    ),
    "yes": _option(bool, "--yes", "-y", help="Agree to every change beforehand."),
    "open": _option(bool, "--open", help="Open X's developer portal in the browser."),
    "copy": _option(bool, "--copy", help="Copy the callback URL."),
    "key": _option(
        str,
        "--key",
        help="X's Consumer Key; - reads it from standard input.",
        metavar="KEY",
        usual="TWITTER_API_KEY",
    ),
    "secret": _option(
        str,
        "--secret",
        help="X's Consumer Secret; - reads it from standard input.",
        metavar="SECRET",
        usual="TWITTER_API_SECRET",
    ),
    "redirect": _option(
        str, "--redirect", help="The front-end page where a login ends.", metavar="URL"
    ),
    "disable": _option(bool, "--disable", help="Switch the login off; keep the rest."),
    "strapi": _option(
        str, "--strapi", help="A deployed Strapi: https://cms.example.com.", metavar="URL"
    ),
    "checks": Annotated[
        list[str] | None, typer.Argument(metavar="[CHECK]...", help="These, and what they need.")
    ],
    "list_checks": _option(bool, "--list", help="Show all checks."),
    "explain": _option(str, "--explain", metavar="CHECK", help="Causes and cures of one check."),
    "strict": _option(bool, "--strict", help="Warnings fail too."),
    "login": _option(bool, "--login", help="Then watch a real login, step by step."),
    "timeout": _option(
        float,
        "--timeout",
        help="How long to wait for that login; 300.",
        min=1,
        metavar="SECONDS",
    ),
    "everything": _option(bool, "--all", help="The lasting edit of config/server too."),
    "admin_token": _option(
        str,
        "--admin-token",
        help="A Strapi admin token.",
        metavar="TOKEN",
        usual="STRAPI_ADMIN_TOKEN",
    ),
    "admin_email": _option(
        str,
        "--admin-email",
        help="A Strapi administrator.",
        metavar="EMAIL",
        usual="STRAPI_ADMIN_EMAIL",
    ),
    "admin_password": _option(
        str,
        "--admin-password",
        help="Their password.",
        metavar="PASSWORD",
        usual="STRAPI_ADMIN_PASSWORD",
    ),
    "as_json": _option(bool, "--json", help="Answer in JSON; never ask."),
    "quiet": _option(bool, "--quiet", "-q", help="Only the answer and what went wrong."),
    "verbose": _option(bool, "--verbose", "-v", help="More facts about how it was done."),
}
ENDS = ("backend", "frontend")
PORTS = ("port", "frontend_port")
ADMIN = ("admin_token", "admin_email", "admin_password")
ANSWER = ("as_json", "quiet", "verbose")


def takes(
    names: Sequence[str], helps: Mapping[str, str]
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a function the options `names` as its parameters, for Typer to read.

    `helps` replaces the help text of an option that means something else to this command.
    """
    declared = {name: _with_help(OPTIONS[name], helps.get(name)) for name in names}
    context = inspect.Parameter(
        "context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context
    )
    parameters = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=kind,
            default=False if kind.__origin__ is bool else None,
        )
        for name, kind in declared.items()
    ]

    def apply(function: Callable[..., Any]) -> Callable[..., Any]:
        function.__signature__ = inspect.Signature([context, *parameters])  # type: ignore[attr-defined]
        function.__annotations__ = {"context": typer.Context, **declared}
        return function

    return apply


def _with_help(declared: Any, text: str | None) -> Any:
    if text is None:
        return declared
    (info,) = declared.__metadata__
    copied = type(info)(**{**vars(info), "help": text})
    return Annotated[declared.__origin__, copied]
