"""The Typer app: one function per command. Options in, one call, one answer out.

Commands import what they need when they run, so that `--help` stays fast. Errors end in `boundary`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from twitter_setup import __version__
from twitter_setup.cli.boundary import Boundary
from twitter_setup.cli.given import Request, request
from twitter_setup.cli.options import ADMIN, ANSWER, ENDS, PORTS, takes
from twitter_setup.errors import ExitCode, SetupError

if TYPE_CHECKING:
    from twitter_setup.project.locate import Located

_NO_PROJECT = frozenset({"no_project", "several_projects"})

app = typer.Typer(
    cls=Boundary,
    rich_markup_mode=None,  # Rich's help takes longer to load than all the rest
    pretty_exceptions_enable=False,
    add_completion=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help='Makes "Log in with Twitter/X" work in a Strapi app on this machine.',
    epilog=(
        "Every option has an environment variable: TWITTER_SETUP_ and its name, such as "
        "TWITTER_SETUP_DOMAIN. Flags win over the environment, that over twitter-setup.toml."
    ),
)

_Command = Callable[[Request], ExitCode | None]


def _command(*options: str, **helps: str) -> Callable[[_Command], _Command]:
    """Register a function as a command that takes `options`; `helps` replaces their help texts."""

    def register(function: _Command) -> _Command:
        def run(context: typer.Context, **given: Any) -> ExitCode | None:
            return function(request(context, given))

        run.__doc__ = function.__doc__
        app.command(function.__name__)(takes((*options, *ANSWER), helps)(run))
        return function

    return register


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    if version:
        typer.echo(f"twitter-setup {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@_command(
    *(*ENDS, "url", "domain", "local", "two_origins", "gateway_port", "expose_admin"),
    *("allow_vulnerable_dev_server", *PORTS, "env_vars", "keep", "dry_run", "yes", "open", "copy"),
    *ADMIN,
)
def tunnel(request: Request) -> ExitCode:
    """Publish both ends under one address; show what to paste at X.

    Opens an ngrok tunnel (or takes --url, or --local: this machine alone), writes its URL into
    Strapi's configuration and the front end's .env, and stays until Ctrl-C, which puts everything back
    but one neutral line.
    """
    from twitter_setup.commands.tunnel import kept_domain  # noqa: PLC0415
    from twitter_setup.system.signals import Stop  # noqa: PLC0415

    with Stop() as stop:
        with stop.asking():  # finding the project may ask, so a signal may end it at once
            located = _locate(request)
        return kept_domain.run(located, request.caller, stop)


@_command(
    *("key", "secret", "redirect", "url", "disable", "strapi", *ENDS, *PORTS, "dry_run", "yes"),
    *ADMIN,
    dry_run="Show what would be changed in Strapi; change nothing.",
)
def configure(request: Request) -> None:
    """Put key, secret and redirect URL in Strapi.

    Signs in to Strapi's admin API, changes the twitter provider and nothing else, and reads it back.
    What is not given stays as it is in Strapi.
    """
    from twitter_setup.commands.configure import command  # noqa: PLC0415

    command.configure(request.options, _located_if_any(request), request.caller)


@_command(
    *("checks", "list_checks", "explain", "strict", "login", "timeout", "open", "url", "strapi"),
    *("key", "secret", *ENDS, *PORTS, *ADMIN),
    open="Begin it at the app's first page.",
)
def verify(request: Request) -> ExitCode:
    """Prove each hop, from the files to X.

    Names the first thing that is wrong and says what to do about it. Changes nothing.
    """
    from twitter_setup.commands import verify as command  # noqa: PLC0415

    options, caller = request.options, request.caller
    if options.list_checks:
        command.list_checks(caller)
        return ExitCode.OK
    if options.explain is not None:
        command.explain(options.explain, caller)
        return ExitCode.OK
    return command.verify(options, _located_if_any(request), options.checks, caller)


@_command(*ENDS, "url", "open", "copy")
def urls(request: Request) -> None:
    """Show again what to paste at X."""
    from twitter_setup.commands import handover  # noqa: PLC0415
    from twitter_setup.commands import urls as command  # noqa: PLC0415

    located = _recovered(_locate(request), request)
    origin, data = command.urls(located, request.options.url)
    request.view.answer("urls", data, origin=origin)
    handover.hand_over(request.options, data, request.view)


@_command(*ENDS)
def status(request: Request) -> None:
    """Show what runs here and which files are changed."""
    from twitter_setup.commands import status as command  # noqa: PLC0415
    from twitter_setup.project import locate  # noqa: PLC0415

    folder = locate.state_folder(request.options, request.caller)
    request.view.answer("status", command.status(folder, request.caller))


@_command(*ENDS, "everything", "strapi", *ADMIN)
def undo(request: Request) -> ExitCode:
    """Put the files back, and Strapi's setting.

    After a tunnel that was kept or ended from outside, and after `configure` (which needs an
    administrator's credentials again). Asks nothing, and needs nothing of the project.
    """
    from twitter_setup.commands import status  # noqa: PLC0415
    from twitter_setup.commands import undo as command  # noqa: PLC0415
    from twitter_setup.project import locate  # noqa: PLC0415
    from twitter_setup.system.signals import Stop  # noqa: PLC0415

    options, view = request.options, request.view
    with Stop() as stop:
        with stop.asking():
            folder = locate.state_folder(options, request.caller)
        data, code = command.undo(folder, options=options, everything=options.everything, view=view)
        lasting = [] if options.everything else status.lasting(folder)
        view.answer("undo", data, exit_code=code, lasting=lasting)
    return code


@_command(*ENDS, "url", "domain", "local", *PORTS, "env_vars", "yes")
def init(request: Request) -> None:
    """Write twitter-setup.toml.

    What is detected goes into it, and what only you know is asked for. It holds no secret: commit it.
    """
    from twitter_setup.commands import init as command  # noqa: PLC0415

    located = _recovered(_locate(request), request)
    request.view.answer("init", command.init(located, request.caller))


def _locate(request: Request) -> Located:
    from twitter_setup.project import locate  # noqa: PLC0415

    return locate.locate(request.options, request.caller)


def _located_if_any(request: Request) -> Located | None:
    """Return None for a deployed Strapi outside its project: it can be configured from anywhere."""
    options = request.options
    try:
        located = _locate(request)
        return located if options.dry_run else _recovered(located, request)
    except SetupError as error:
        if options.strapi is None or options.backend or error.code not in _NO_PROJECT:
            raise
        return None


def _recovered(located: Located, request: Request) -> Located:
    """Revert what a killed run left, then read the project again."""
    from twitter_setup.commands import undo  # noqa: PLC0415
    from twitter_setup.project import locate  # noqa: PLC0415
    from twitter_setup.state.folder import StateFolder  # noqa: PLC0415

    undo.recover_if_free(StateFolder(located.backend.root), request.view)
    return locate.reread(located, request.caller.environ)
