"""The entry point. `--version` alone needs no command line library."""

from __future__ import annotations

import sys
from contextlib import suppress


def main() -> None:
    if sys.argv[1:] == ["--version"]:
        from twitter_setup import __version__  # noqa: PLC0415 - nothing else is loaded for it

        with suppress(OSError):  # `| true`, a full disk
            print(f"twitter-setup {__version__}", flush=True)  # noqa: T201
        return
    from twitter_setup.cli.app import app  # noqa: PLC0415

    app(prog_name="twitter-setup")


if __name__ == "__main__":
    main()
