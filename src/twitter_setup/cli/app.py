"""The Typer app: options in, one call, one answer out. Errors end in `cli_boundary`.

Commands load what they need when they run, so that `--help` loads nothing of it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twitter_setup import __version__
from twitter_setup.cli import given as cli_given
from twitter_setup.cli.boundary import Boundary, view_of
from twitter_setup.cli.options import (
    AdminEmail,
    AdminPassword,
    AdminToken,
    ApiSecret,
    AsJson,
    BackEndDir,
    BackEndPort,
    Copy,
    Domain,
    EnvVars,
    FrontEndDir,
    FrontEndPort,
    Key,
    Local,
    Open,
    Quiet,
    StrapiUrl,
    Url,
    Verbose,
    Yes,
    option,
    port,
)
from twitter_setup.errors import Advice, ExitCode, SetupError

if TYPE_CHECKING:
    from twitter_setup.project.locate import Caller, Located
    from twitter_setup.project.settings import Options
    from twitter_setup.system.signals import Stop
    from twitter_setup.view import View

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


@app.command()
def tunnel(
    context: typer.Context,
    backend: BackEndDir = None,
    frontend: FrontEndDir = None,
    url: Url = None,
    domain: Domain = None,
    local: Local = False,
    two_origins: Annotated[
        bool, option("--two-origins", help="Publish the back end alone, as Strapi's guide does.")
    ] = False,
    gateway_port: Annotated[
        int | None, port("--gateway-port", help="The gateway's port; 7337 unless given.")
    ] = None,
    expose_admin: Annotated[
        bool, option("--expose-admin", help="Publish Strapi's admin panel too.")
    ] = False,
    allow_vulnerable_dev_server: Annotated[
        bool,
        option(
            "--allow-vulnerable-dev-server",
            help="Publish a dev server that is known to give away this machine's files.",
        ),
    ] = False,
    port: BackEndPort = None,
    frontend_port: FrontEndPort = None,
    env_var: EnvVars = None,
    keep: Annotated[bool, option("--keep", help="Leave the changes when the tunnel ends.")] = False,
    dry_run: Annotated[
        bool, option("--dry-run", help="Show what would be changed; touch and start nothing.")
    ] = False,
    yes: Yes = False,
    open: Open = False,  # noqa: A002
    copy: Copy = False,
    admin_token: AdminToken = None,
    admin_email: AdminEmail = None,
    admin_password: AdminPassword = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> ExitCode:
    """Publish both ends under one address; show what to paste at X.

    Opens an ngrok tunnel (or takes --url, or --local: this machine alone), writes its URL into
    Strapi's configuration and the front end's .env, and stays until Ctrl-C, which puts everything back
    but one neutral line.
    """
    view = view_of("tunnel", as_json=as_json, quiet=quiet, verbose=verbose)
    options = cli_given.options(
        context,
        backend=backend,
        frontend=frontend,
        url=url,
        domain=domain,
        local=local,
        two_origins=two_origins,
        gateway_port=gateway_port,
        expose_admin=expose_admin,
        allow_vulnerable_dev_server=allow_vulnerable_dev_server,
        port=port,
        frontend_port=frontend_port,
        env_vars=tuple(env_var or ()),
        keep=keep,
        dry_run=dry_run,
        yes=yes,
        open=open,
        copy=copy,
        admin_token=admin_token,
        admin_email=admin_email,
        admin_password=admin_password,
    )

    from twitter_setup.commands.tunnel import kept_domain  # noqa: PLC0415
    from twitter_setup.system.signals import Stop  # noqa: PLC0415

    with Stop() as stop:
        caller = _caller("tunnel", view, context)
        return kept_domain.run(_located(options, caller, stop), caller, stop)


@app.command()
def configure(
    context: typer.Context,
    key: Key = None,
    secret: ApiSecret = None,
    redirect: Annotated[
        str | None,
        option("--redirect", help="The front-end page where a login ends.", metavar="URL"),
    ] = None,
    url: Url = None,
    disable: Annotated[
        bool, option("--disable", help="Switch the login off; keep the rest.")
    ] = False,
    strapi: StrapiUrl = None,
    backend: BackEndDir = None,
    frontend: FrontEndDir = None,
    port: BackEndPort = None,
    frontend_port: FrontEndPort = None,
    dry_run: Annotated[
        bool, option("--dry-run", help="Show what would be changed in Strapi; change nothing.")
    ] = False,
    yes: Yes = False,
    admin_token: AdminToken = None,
    admin_email: AdminEmail = None,
    admin_password: AdminPassword = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Put key, secret and redirect URL in Strapi.

    Signs in to Strapi's admin API, changes the twitter provider and nothing else, and reads it back.
    What is not given stays as it is in Strapi.
    """
    view = view_of("configure", as_json=as_json, quiet=quiet, verbose=verbose)
    cli_given.say_what_the_shell_keeps(context, view)
    options = cli_given.options(
        context,
        key=key,
        secret=secret,
        redirect=redirect,
        url=url,
        disable=disable,
        strapi=strapi,
        backend=backend,
        frontend=frontend,
        port=port,
        frontend_port=frontend_port,
        dry_run=dry_run,
        yes=yes,
        admin_token=admin_token,
        admin_email=admin_email,
        admin_password=admin_password,
    )

    from twitter_setup.commands.configure import command  # noqa: PLC0415

    caller = _caller("configure", view, context)
    command.configure(options, _located_if_any(options, caller), caller)


@app.command()
def verify(
    context: typer.Context,
    checks: Annotated[
        list[str] | None, typer.Argument(metavar="[CHECK]...", help="These, and what they need.")
    ] = None,
    list_: Annotated[bool, option("--list", help="Show all checks.")] = False,
    explain: Annotated[
        str | None, option("--explain", metavar="CHECK", help="Causes and cures of one check.")
    ] = None,
    strict: Annotated[bool, option("--strict", help="Warnings fail too.")] = False,
    login: Annotated[
        bool, option("--login", help="Then watch a real login, step by step.")
    ] = False,
    timeout: Annotated[
        float | None,
        option("--timeout", help="How long to wait for that login; 300.", min=1, metavar="SECONDS"),
    ] = None,
    open: Annotated[  # noqa: A002
        bool, option("--open", help="Begin it at the app's first page.")
    ] = False,
    url: Url = None,
    strapi: StrapiUrl = None,
    key: Key = None,
    secret: ApiSecret = None,
    backend: BackEndDir = None,
    frontend: FrontEndDir = None,
    port: BackEndPort = None,
    frontend_port: FrontEndPort = None,
    admin_token: AdminToken = None,
    admin_email: AdminEmail = None,
    admin_password: AdminPassword = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> ExitCode:
    """Prove each hop, from the files to X.

    Names the first thing that is wrong and says what to do about it. Changes nothing.
    """
    view = view_of("verify", as_json=as_json, quiet=quiet, verbose=verbose)
    cli_given.say_what_the_shell_keeps(context, view)
    options = cli_given.options(
        context,
        strict=strict,
        login=login,
        timeout=timeout,
        open=open,
        url=url,
        strapi=strapi,
        key=key,
        secret=secret,
        backend=backend,
        frontend=frontend,
        port=port,
        frontend_port=frontend_port,
        admin_token=admin_token,
        admin_email=admin_email,
        admin_password=admin_password,
    )

    from twitter_setup.commands import verify as command  # noqa: PLC0415

    caller = _caller("verify", view, context)
    if list_:
        command.list_checks(caller)
        return ExitCode.OK
    if explain is not None:
        command.explain(explain, caller)
        return ExitCode.OK
    return command.verify(options, _located_if_any(options, caller), checks or [], caller)


@app.command()
def urls(
    backend: BackEndDir = None,
    frontend: FrontEndDir = None,
    url: Url = None,
    open: Open = False,  # noqa: A002
    copy: Copy = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Show again what to paste at X."""
    view = view_of("urls", as_json=as_json, quiet=quiet, verbose=verbose)
    options = cli_given.options(backend=backend, frontend=frontend, url=url, open=open, copy=copy)

    from twitter_setup.commands import handover  # noqa: PLC0415
    from twitter_setup.commands import urls as command  # noqa: PLC0415

    caller = _caller("urls", view)
    origin, data = command.urls(_recovered(_locate(options, caller), caller), options.url)
    view.answer("urls", data, origin=origin)
    handover.hand_over(options, data, view)


@app.command()
def status(
    backend: BackEndDir = None,
    frontend: FrontEndDir = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Show what runs here and which files are changed."""
    view = view_of("status", as_json=as_json, quiet=quiet, verbose=verbose)
    caller = _caller("status", view)

    from twitter_setup.commands import status as command  # noqa: PLC0415
    from twitter_setup.project import locate  # noqa: PLC0415

    folder = locate.state_folder(cli_given.options(backend=backend, frontend=frontend), caller)
    view.answer("status", command.status(folder, caller))


@app.command()
def undo(
    backend: BackEndDir = None,
    frontend: FrontEndDir = None,
    everything: Annotated[
        bool, option("--all", help="The lasting edit of config/server too.")
    ] = False,
    strapi: StrapiUrl = None,
    admin_token: AdminToken = None,
    admin_email: AdminEmail = None,
    admin_password: AdminPassword = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> ExitCode:
    """Put the files back, and Strapi's setting.

    After a tunnel that was kept or ended from outside, and after `configure` (which needs an
    administrator's credentials again). Asks nothing, and needs nothing of the project.
    """
    view = view_of("undo", as_json=as_json, quiet=quiet, verbose=verbose)
    options = cli_given.options(
        backend=backend,
        frontend=frontend,
        strapi=strapi,
        admin_token=admin_token,
        admin_email=admin_email,
        admin_password=admin_password,
    )

    from twitter_setup.commands import status  # noqa: PLC0415
    from twitter_setup.commands import undo as recovery  # noqa: PLC0415
    from twitter_setup.project import locate  # noqa: PLC0415
    from twitter_setup.system.signals import Stop  # noqa: PLC0415

    with Stop() as stop:
        with stop.asking():
            folder = locate.state_folder(options, _caller("undo", view))
        data, code = recovery.undo(folder, options=options, everything=everything, view=view)
        lasting = [] if everything else status.lasting(folder)
        view.answer("undo", data, exit_code=code, lasting=lasting)
    return code


@app.command()
def init(
    context: typer.Context,
    backend: BackEndDir = None,
    frontend: FrontEndDir = None,
    url: Url = None,
    domain: Domain = None,
    local: Local = False,
    port: BackEndPort = None,
    frontend_port: FrontEndPort = None,
    env_var: EnvVars = None,
    yes: Yes = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Write twitter-setup.toml.

    What is detected goes into it, and what only you know is asked for. It holds no secret: commit it.
    """
    view = view_of("init", as_json=as_json, quiet=quiet, verbose=verbose)
    options = cli_given.options(
        context,
        backend=backend,
        frontend=frontend,
        url=url,
        domain=domain,
        local=local,
        port=port,
        frontend_port=frontend_port,
        env_vars=tuple(env_var or ()),
        yes=yes,
    )
    caller = _caller("init", view, context)

    from twitter_setup.commands import init as command  # noqa: PLC0415

    view.answer("init", command.init(_recovered(_locate(options, caller), caller), caller))


def _caller(command: str, view: View, context: typer.Context | None = None) -> Caller:
    from twitter_setup.project.locate import Caller  # noqa: PLC0415

    try:
        cwd = Path.cwd()
    except FileNotFoundError as error:
        raise SetupError(
            "no_project",
            "The folder that this was started in is no longer there.",
            advice=[Advice("change into the project, then run it again")],
        ) from error
    typed = cli_given.typed(context) if context else ()
    return Caller(command=command, cwd=cwd, environ=dict(os.environ), view=view, typed=typed)


def _locate(options: Options, caller: Caller) -> Located:
    from twitter_setup.project import locate  # noqa: PLC0415

    return locate.locate(options, caller)


def _located_if_any(options: Options, caller: Caller) -> Located | None:
    """A deployed Strapi can be configured from anywhere; in its project more is known."""
    try:
        located = _locate(options, caller)
        return located if options.dry_run else _recovered(located, caller)
    except SetupError as error:
        if options.strapi is None or options.backend or error.code not in _NO_PROJECT:
            raise
        return None


def _recovered(located: Located, caller: Caller) -> Located:
    """The project after what a killed run left in it was put back."""
    from twitter_setup.commands import undo as recovery  # noqa: PLC0415
    from twitter_setup.project import locate  # noqa: PLC0415
    from twitter_setup.state.folder import StateFolder  # noqa: PLC0415

    recovery.recover_if_free(StateFolder(located.backend.root), caller.view)
    return locate.reread(located, caller.environ)


def _located(options: Options, caller: Caller, stop: Stop) -> Located:
    """Finding the project may ask, so a signal may end it at once."""
    with stop.asking():
        return _locate(options, caller)
