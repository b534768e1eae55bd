"""Tells which NODE_ENV Strapi runs with: it decides which config/env/<NODE_ENV>/ counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from twitter_setup.project.tools import scripts

_VARIABLE = "NODE_ENV"
_DEFAULT = "development"  # what `strapi develop` sets if nothing else does


def mode_of(
    root: Path,
    port: int,
    manifest_scripts: Mapping[str, str],
    find: Callable[[str], tuple[str, str] | None],
) -> str:
    """Return the NODE_ENV of the Strapi that runs on `port` in `root`, else of one started now.

    `find` looks a variable up in this terminal's environment, then in the env file.
    """
    from twitter_setup.system import processes  # noqa: PLC0415 - psutil is slow to load

    running = processes.start_environment(port, str(root))
    if running is not None and running.own.get(_VARIABLE):
        return running.own[_VARIABLE]
    return planned(manifest_scripts, find)


def planned(
    manifest_scripts: Mapping[str, str], find: Callable[[str], tuple[str, str] | None]
) -> str:
    """Return the NODE_ENV of a Strapi that is started here: by its script, else as `find` says."""
    script = manifest_scripts.get(scripts.first_that_runs_strapi(manifest_scripts), "")
    found = find(_VARIABLE)
    return scripts.assigned(script, _VARIABLE, "strapi") or (found[0] if found else "") or _DEFAULT
