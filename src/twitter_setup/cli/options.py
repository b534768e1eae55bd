"""The options that several commands share, each with its environment variable."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def option(*names: str, help: str, **extra: Any) -> Any:  # noqa: A002 - Typer's own word
    variable = "TWITTER_SETUP_" + names[0].removeprefix("--").replace("-", "_").upper()
    usual = extra.pop("usual", None)
    envvar = [variable, usual] if usual else variable
    return typer.Option(*names, help=help, envvar=envvar, show_envvar=False, **extra)


def port(*names: str, help: str) -> Any:  # noqa: A002
    return option(*names, help=help, min=1, max=65535, metavar="PORT")


BackEndDir = Annotated[
    Path | None, option("--backend", help="The Strapi project.", metavar="DIR", show_default=False)
]
FrontEndDir = Annotated[
    Path | None, option("--frontend", help="The app that shows the login button.", metavar="DIR")
]
AsJson = Annotated[bool, option("--json", help="Answer in JSON; never ask.")]
Quiet = Annotated[bool, option("--quiet", "-q", help="Only the answer and what went wrong.")]
Verbose = Annotated[bool, option("--verbose", "-v", help="More facts about how it was done.")]
Url = Annotated[
    str | None, option("--url", help="A public URL of your own: https://host.", metavar="URL")
]
Local = Annotated[
    bool,
    option("--local", help="This machine alone, http://127.0.0.1: no account, no tunnel."),
]
Domain = Annotated[
    str | None, option("--domain", help="Your ngrok domain.", metavar="NAME", usual="NGROK_DOMAIN")
]
Yes = Annotated[bool, option("--yes", "-y", help="Agree to every change beforehand.")]
Open = Annotated[bool, option("--open", help="Open X's developer portal in the browser.")]
Copy = Annotated[bool, option("--copy", help="Copy the callback URL.")]
BackEndPort = Annotated[int | None, port("--port", help="The back end's port.")]
FrontEndPort = Annotated[int | None, port("--frontend-port", help="The front end's port.")]
EnvVars = Annotated[
    list[str] | None,
    option(
        "--env-var",
        help="A front-end variable that names the back end. Repeatable.",
        metavar="NAME",
    ),
]
AdminToken = Annotated[
    str | None,
    option(
        "--admin-token", help="A Strapi admin token.", metavar="TOKEN", usual="STRAPI_ADMIN_TOKEN"
    ),
]
AdminEmail = Annotated[
    str | None,
    option(
        "--admin-email", help="A Strapi administrator.", metavar="EMAIL", usual="STRAPI_ADMIN_EMAIL"
    ),
]
AdminPassword = Annotated[
    str | None,
    option(
        "--admin-password",
        help="Their password.",
        metavar="PASSWORD",
        usual="STRAPI_ADMIN_PASSWORD",
    ),
]


StrapiUrl = Annotated[
    str | None,
    option("--strapi", help="A deployed Strapi: https://cms.example.com.", metavar="URL"),
]
Key = Annotated[
    str | None,
    option(
        "--key",
        help="X's Consumer Key; - reads it from standard input.",
        metavar="KEY",
        usual="TWITTER_API_KEY",
    ),
]
ApiSecret = Annotated[
    str | None,
    option(
        "--secret",
        help="X's Consumer Secret; - reads it from standard input.",
        metavar="SECRET",
        usual="TWITTER_API_SECRET",
    ),
]
