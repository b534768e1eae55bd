"""Where every error of the program ends, once: rendered, and turned into the exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

from typer.core import TyperGroup
from typer.exceptions import Abort, Exit, TyperException

from twitter_setup.errors import Advice, ExitCode, Interrupted, SetupError
from twitter_setup.output import stdout


class Boundary(TyperGroup):
    """Every error ends here, once: rendered, and turned into the exit code. The same under CliRunner."""

    def main(  # type: ignore[override]  # what Typer passes is passed on
        self, args: Sequence[str] | None = None, **extra: Any
    ) -> Any:
        extra["standalone_mode"] = False
        given = list(sys.argv[1:] if args is None else args)
        run = partial(super().main, args=given, **extra)
        stdout.begin()
        code = _guarded(run, given, self.commands)
        sys.exit(int(code_of_stdout(code)))


def code_of_stdout(code: ExitCode) -> ExitCode:
    """Return `code`, or what tells a script that stdout did not take the whole answer."""
    problem = stdout.problem()
    if problem is None:
        return code
    if isinstance(problem, BrokenPipeError):  # `| head` has what it wanted
        return ExitCode.NO_READER
    why = problem.strerror or type(problem).__name__
    lost = SetupError("not_writable", f"The answer could not be written to stdout: {why}.")
    view_of("", as_json=False).error(lost)  # on stderr
    return code or ExitCode.FAILED


def _guarded(run: Callable[[], Any], args: Sequence[str], commands: Collection[str]) -> ExitCode:
    try:
        code = run()
    except SetupError as error:
        return _fail(error, args)
    except TyperException as error:
        return _fail(_usage(error, args, commands), args)
    except (Abort, KeyboardInterrupt, Interrupted):
        code = ExitCode.INTERRUPTED
    except Exit as error:
        code = error.exit_code
    except SystemExit as error:  # what Typer makes of `--help | true`
        if not isinstance(error.__context__, OSError):
            raise
        stdout.note(error.__context__)
        code = ExitCode.OK
    except Exception as error:  # noqa: BLE001 - the one place where a bug of ours ends
        return _bug(error, args)
    if code == ExitCode.INTERRUPTED:  # also what Typer makes of a Ctrl-C at a question of `init`
        return _fail(SetupError("interrupted", "Stopped before it was ready."), args)
    return ExitCode(code) if isinstance(code, int) else ExitCode.OK


def _bug(error: Exception, args: Sequence[str]) -> ExitCode:
    if isinstance(error, OSError) and stdout.refuses(error):  # `--help > /dev/full`
        return ExitCode.OK
    from twitter_setup.cli import crash  # noqa: PLC0415

    return _fail(crash.report(error), args)


def _usage(error: TyperException, args: Sequence[str], commands: Collection[str]) -> SetupError:
    message = error.format_message().replace("\n", " ").strip()
    command = next((arg for arg in args if arg in commands), "")
    is_late = bool(command) and args[0] != command
    return SetupError(
        "usage",
        message,
        advice=[
            Advice(
                "options stand after the command; see" if is_late else "see",
                command=" ".join(["twitter-setup", *([command] if command else []), "--help"]),
            )
        ],
    )


def _fail(error: SetupError, args: Sequence[str]) -> ExitCode:
    command = next((arg for arg in args if not arg.startswith("-")), "")
    variable = os.environ.get("TWITTER_SETUP_JSON", "").strip().lower()
    wants_json = "--json" in args or variable in {"1", "true", "t", "yes", "y", "on"}
    error.advice = tuple(advice.repeating(args) for advice in error.advice)
    view_of(command, as_json=wants_json).error(error)
    return error.exit_code


def view_of(command: str, *, as_json: bool, quiet: bool = False, verbose: bool = False) -> Any:
    """The view of a command: for people, or for programs."""
    from twitter_setup.output import people as output  # noqa: PLC0415 - Rich is slow to load
    from twitter_setup.output import program as output_json  # noqa: PLC0415

    return output_json.Program(command) if as_json else output.People(quiet=quiet, verbose=verbose)
