"""The entry point. `--version` alone needs no command line library."""

from __future__ import annotations

import sys


def main() -> None:
    if sys.argv[1:] == ["--version"]:
        from twitter_setup import __version__  # noqa: PLC0415 - nothing else is loaded for it

        try:
            print(f"twitter-setup {__version__}", flush=True)  # noqa: T201
        except OSError as error:  # `| true`, a full disk
            from twitter_setup.cli import boundary  # noqa: PLC0415
            from twitter_setup.errors import ExitCode  # noqa: PLC0415
            from twitter_setup.output import stdout  # noqa: PLC0415

            stdout.note(error)
            sys.exit(int(boundary.code_of_stdout(ExitCode.OK)))
        return
    from twitter_setup.cli.app import app  # noqa: PLC0415

    app(prog_name="twitter-setup")


if __name__ == "__main__":
    main()
