"""The Typer app: options in, one call, one answer out; and the only error boundary.

Commands load what they need when they run, so that `--help` loads nothing of it.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import Abort, Exit, TyperException

from twitter_setup import __version__
from twitter_setup.errors import Advice, ExitCode, Interrupted, SetupError

if TYPE_CHECKING:
    from twitter_setup.locate import Caller, Located
    from twitter_setup.settings import Options
    from twitter_setup.signals import Stop
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


_REACHES = {"url": None, "domain": None, "local": False}  # with what each is when not given
_NO_PROJECT = frozenset({"no_project", "several_projects"})


class _Boundary(TyperGroup):
    """Every error ends here, once: rendered, and turned into the exit code. The same under CliRunner."""

    def main(  # type: ignore[override]  # what Typer passes is passed on
        self, args: Sequence[str] | None = None, **extra: Any
    ) -> Any:
        extra["standalone_mode"] = False
        given = list(sys.argv[1:] if args is None else args)
        sys.exit(int(_guarded(lambda: super(_Boundary, self).main(args=given, **extra), given)))


def _guarded(run: Callable[[], Any], args: Sequence[str]) -> ExitCode:
    try:
        code = run()
    except SetupError as error:
        return _fail(error, args)
    except TyperException as error:
        return _fail(_usage(error), args)
    except (Abort, KeyboardInterrupt, Interrupted):
        code = ExitCode.INTERRUPTED
    except Exit as error:
        code = error.exit_code
    except Exception as error:  # noqa: BLE001 - the one place where a bug of ours ends
        from twitter_setup import crash  # noqa: PLC0415

        return _fail(crash.report(error), args)
    if code == ExitCode.INTERRUPTED:  # also what Typer makes of a Ctrl-C at a question of `init`
        return _fail(SetupError("interrupted", "Stopped before it was ready."), args)
    return ExitCode(code) if isinstance(code, int) else ExitCode.OK


def _usage(error: TyperException) -> SetupError:
    message = error.format_message().replace("\n", " ").strip()
    return SetupError("usage", message, advice=[Advice("see", command="twitter-setup --help")])


def _fail(error: SetupError, args: Sequence[str]) -> ExitCode:
    command = next((arg for arg in args if not arg.startswith("-")), "")
    variable = os.environ.get("TWITTER_SETUP_JSON", "").strip().lower()
    wants_json = "--json" in args or variable in {"1", "true", "t", "yes", "y", "on"}
    _view(command, as_json=wants_json).error(error)
    return error.exit_code


def _view(command: str, *, as_json: bool, quiet: bool = False, verbose: bool = False) -> Any:
    from twitter_setup import output  # noqa: PLC0415 - Rich is slow to load

    return output.Program(command) if as_json else output.People(quiet=quiet, verbose=verbose)


app = typer.Typer(
    cls=_Boundary,
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


def _option(*names: str, help: str, **extra: Any) -> Any:  # noqa: A002 - Typer's own word
    variable = "TWITTER_SETUP_" + names[0].removeprefix("--").replace("-", "_").upper()
    usual = extra.pop("usual", None)
    envvar = [variable, usual] if usual else variable
    return typer.Option(*names, help=help, envvar=envvar, show_envvar=False, **extra)


def _port(*names: str, help: str) -> Any:  # noqa: A002
    return _option(*names, help=help, min=1, max=65535, metavar="PORT")


BackEndDir = Annotated[
    Path | None, _option("--backend", help="The Strapi project.", metavar="DIR", show_default=False)
]
FrontEndDir = Annotated[
    Path | None, _option("--frontend", help="The app that shows the login button.", metavar="DIR")
]
AsJson = Annotated[bool, _option("--json", help="Answer in JSON; never ask.")]
Quiet = Annotated[bool, _option("--quiet", "-q", help="Only the answer and what went wrong.")]
Verbose = Annotated[bool, _option("--verbose", "-v", help="More facts about how it was done.")]
Url = Annotated[
    str | None, _option("--url", help="A public URL of your own: https://host.", metavar="URL")
]
Local = Annotated[
    bool,
    _option("--local", help="This machine alone, http://127.0.0.1: no account, no tunnel."),
]
Domain = Annotated[
    str | None, _option("--domain", help="Your ngrok domain.", metavar="NAME", usual="NGROK_DOMAIN")
]
Yes = Annotated[bool, _option("--yes", "-y", help="Agree to every change beforehand.")]
Open = Annotated[bool, _option("--open", help="Open X's developer portal in the browser.")]
Copy = Annotated[bool, _option("--copy", help="Copy the callback URL.")]
BackEndPort = Annotated[int | None, _port("--port", help="The back end's port.")]
FrontEndPort = Annotated[int | None, _port("--frontend-port", help="The front end's port.")]
EnvVars = Annotated[
    list[str] | None,
    _option(
        "--env-var",
        help="A front-end variable that names the back end. Repeatable.",
        metavar="NAME",
    ),
]
AdminToken = Annotated[
    str | None,
    _option(
        "--admin-token", help="A Strapi admin token.", metavar="TOKEN", usual="STRAPI_ADMIN_TOKEN"
    ),
]
AdminEmail = Annotated[
    str | None,
    _option(
        "--admin-email", help="A Strapi administrator.", metavar="EMAIL", usual="STRAPI_ADMIN_EMAIL"
    ),
]
AdminPassword = Annotated[
    str | None,
    _option(
        "--admin-password",
        help="Their password.",
        metavar="PASSWORD",
        usual="STRAPI_ADMIN_PASSWORD",
    ),
]


StrapiUrl = Annotated[
    str | None,
    _option("--strapi", help="A deployed Strapi: https://cms.example.com.", metavar="URL"),
]
Key = Annotated[
    str | None,
    _option(
        "--key",
        help="X's Consumer Key; - reads it from standard input.",
        metavar="KEY",
        usual="TWITTER_API_KEY",
    ),
]
ApiSecret = Annotated[
    str | None,
    _option(
        "--secret",
        help="X's Consumer Secret; - reads it from standard input.",
        metavar="SECRET",
        usual="TWITTER_API_SECRET",
    ),
]


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
        bool, _option("--two-origins", help="Publish the back end alone, as Strapi's guide does.")
    ] = False,
    gateway_port: Annotated[
        int | None, _port("--gateway-port", help="The gateway's port; 7337 unless given.")
    ] = None,
    expose_admin: Annotated[
        bool, _option("--expose-admin", help="Publish Strapi's admin panel too.")
    ] = False,
    allow_vulnerable_dev_server: Annotated[
        bool,
        _option(
            "--allow-vulnerable-dev-server",
            help="Publish a dev server that is known to give away this machine's files.",
        ),
    ] = False,
    port: BackEndPort = None,
    frontend_port: FrontEndPort = None,
    env_var: EnvVars = None,
    keep: Annotated[
        bool, _option("--keep", help="Leave the changes when the tunnel ends.")
    ] = False,
    dry_run: Annotated[
        bool, _option("--dry-run", help="Show what would be changed; touch and start nothing.")
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
    view = _view("tunnel", as_json=as_json, quiet=quiet, verbose=verbose)
    options = _options(
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

    from twitter_setup import session  # noqa: PLC0415
    from twitter_setup.signals import Stop  # noqa: PLC0415

    with Stop() as stop:
        caller = _caller("tunnel", view)
        return session.run(_located(options, caller, stop), caller, stop)


@app.command()
def configure(
    context: typer.Context,
    key: Key = None,
    secret: ApiSecret = None,
    redirect: Annotated[
        str | None,
        _option("--redirect", help="The front-end page where a login ends.", metavar="URL"),
    ] = None,
    url: Url = None,
    disable: Annotated[
        bool, _option("--disable", help="Switch the login off; keep the rest.")
    ] = False,
    strapi: StrapiUrl = None,
    backend: BackEndDir = None,
    frontend: FrontEndDir = None,
    port: BackEndPort = None,
    frontend_port: FrontEndPort = None,
    dry_run: Annotated[
        bool, _option("--dry-run", help="Show what would be changed in Strapi; change nothing.")
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
    view = _view("configure", as_json=as_json, quiet=quiet, verbose=verbose)
    _say_what_the_shell_keeps(context, view)
    options = _options(
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

    from twitter_setup import configure as command  # noqa: PLC0415

    caller = _caller("configure", view)
    command.configure(options, _located_if_any(options, caller), caller)


@app.command()
def verify(
    context: typer.Context,
    checks: Annotated[
        list[str] | None, typer.Argument(metavar="[CHECK]...", help="These, and what they need.")
    ] = None,
    list_: Annotated[bool, _option("--list", help="Show all checks.")] = False,
    explain: Annotated[
        str | None, _option("--explain", metavar="CHECK", help="Causes and cures of one check.")
    ] = None,
    strict: Annotated[bool, _option("--strict", help="Warnings fail too.")] = False,
    login: Annotated[
        bool, _option("--login", help="Then watch a real login, step by step.")
    ] = False,
    timeout: Annotated[
        float | None,
        _option(
            "--timeout", help="How long to wait for that login; 300.", min=1, metavar="SECONDS"
        ),
    ] = None,
    open: Annotated[  # noqa: A002
        bool, _option("--open", help="Begin it at the app's first page.")
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
    view = _view("verify", as_json=as_json, quiet=quiet, verbose=verbose)
    _say_what_the_shell_keeps(context, view)
    options = _options(
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

    from twitter_setup import verify as command  # noqa: PLC0415

    caller = _caller("verify", view)
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
    view = _view("urls", as_json=as_json, quiet=quiet, verbose=verbose)
    options = _options(backend=backend, frontend=frontend, url=url, open=open, copy=copy)

    from twitter_setup import handover  # noqa: PLC0415
    from twitter_setup import urls as command  # noqa: PLC0415

    caller = _caller("urls", view)
    origin, data = command.urls(_recovered(_locate(options, caller), caller))
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
    view = _view("status", as_json=as_json, quiet=quiet, verbose=verbose)
    caller = _caller("status", view)

    from twitter_setup import locate  # noqa: PLC0415
    from twitter_setup import status as command  # noqa: PLC0415

    folder = locate.state_folder(_options(backend=backend, frontend=frontend), caller)
    view.answer("status", command.status(folder, caller))


@app.command()
def undo(
    backend: BackEndDir = None,
    frontend: FrontEndDir = None,
    everything: Annotated[
        bool, _option("--all", help="The lasting edit of config/server too.")
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
    view = _view("undo", as_json=as_json, quiet=quiet, verbose=verbose)
    options = _options(
        backend=backend,
        frontend=frontend,
        strapi=strapi,
        admin_token=admin_token,
        admin_email=admin_email,
        admin_password=admin_password,
    )

    from twitter_setup import locate, recovery  # noqa: PLC0415
    from twitter_setup.signals import Stop  # noqa: PLC0415

    with Stop():
        folder = locate.state_folder(options, _caller("undo", view))
        data, code = recovery.undo(folder, options=options, everything=everything, view=view)
        view.answer("undo", data, exit_code=code)
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
    view = _view("init", as_json=as_json, quiet=quiet, verbose=verbose)
    options = _options(
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
    caller = _caller("init", view)

    from twitter_setup import init as command  # noqa: PLC0415

    view.answer("init", command.init(_recovered(_locate(options, caller), caller), caller))


def _options(context: typer.Context | None = None, **given: Any) -> Options:
    """Flags as one value. Secrets leave the environment here, before anything is started."""
    from twitter_setup.public_url import parse_domain, parse_public_url  # noqa: PLC0415
    from twitter_setup.settings import Options, Secret  # noqa: PLC0415

    taken = {name: os.environ.pop(name, None) for name in SECRET_VARIABLES}
    for name, read in (("url", parse_public_url), ("domain", parse_domain)):
        if given.get(name) is not None:  # an empty one, of a variable that is not set, is refused
            given[name] = read(given[name])
    if sum(bool(given.get(name)) for name in _REACHES) > 1:
        given = _one_reach(context, given)
    if given.get("strapi") is not None:
        from twitter_setup import strapi_address  # noqa: PLC0415

        given["strapi"] = strapi_address.parse(given["strapi"])
    given = _from_standard_input(given)
    for name in given.get("env_vars", ()):
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
        return sys.stdin.readline() if sys.stdin is not None else ""
    except EOFError:
        return ""
    except UnicodeDecodeError:
        raise SetupError(
            "usage",
            f"--{name} -: standard input is no text.",
            advice=[Advice("give it as plain text, one line each")],
            unchanged="Nothing was changed.",
        ) from None


def _say_what_the_shell_keeps(context: typer.Context, view: View) -> None:
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


def _one_reach(context: typer.Context | None, given: dict[str, Any]) -> dict[str, Any]:
    """A flag wins over the other one's environment variable; two of a rank are a mistake."""
    names = [name for name in _REACHES if given.get(name)]
    sources = {name: context.get_parameter_source(name) if context else None for name in names}
    flags = [name for name, source in sources.items() if source and source.name == "COMMANDLINE"]
    if len(flags) != 1:
        raise SetupError(
            "usage",
            f"{' and '.join(f'--{name}' for name in names)} exclude each other: --domain is ngrok's, "
            "--url an address of your own, --local this machine alone.",
            advice=[Advice("give one of them")],
        )
    return {**given, **{name: _REACHES[name] for name in names if name not in flags}}


def _caller(command: str, view: View) -> Caller:
    from twitter_setup.locate import Caller  # noqa: PLC0415

    try:
        cwd = Path.cwd()
    except FileNotFoundError as error:
        raise SetupError(
            "no_project",
            "The folder that this was started in is no longer there.",
            advice=[Advice("change into the project, then run it again")],
        ) from error
    return Caller(command=command, cwd=cwd, environ=dict(os.environ), view=view)


def _locate(options: Options, caller: Caller) -> Located:
    from twitter_setup import locate  # noqa: PLC0415

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
    from twitter_setup import locate, recovery  # noqa: PLC0415
    from twitter_setup.state import StateFolder  # noqa: PLC0415

    recovery.recover_if_free(StateFolder(located.backend.root), caller.view)
    return locate.reread(located, caller.environ)


def _located(options: Options, caller: Caller, stop: Stop) -> Located:
    """Finding the project may ask, so a signal may end it at once."""
    with stop.asking():
        return _locate(options, caller)
