"""Which files git tracks, and which it would leave out. Runs git, which changes nothing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

_TIMEOUT = 5.0  # seconds


def tracked(root: Path, paths: Sequence[Path]) -> frozenset[Path] | None:
    """Ask which of the files git knows; None where there is no git, or it does not answer."""
    return _ask(root, paths, "ls-files", "-z", "--", *map(str, paths))


def ignored(root: Path, paths: Sequence[Path]) -> frozenset[Path] | None:
    """Ask which of the untracked files git leaves out; None as in `tracked`."""
    return _ask(root, paths, "check-ignore", "-z", "--stdin")


def _ask(root: Path, paths: Sequence[Path], *words: str) -> frozenset[Path] | None:
    if not paths:
        return frozenset()
    try:
        done = subprocess.run(
            # The option: a repository's own settings must not make git start a program.
            ["git", "-c", "core.fsmonitor=false", *words],
            cwd=root,
            # In a git hook these lead to another repository, or to half an index.
            env={name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
            input=b"".join(os.fsencode(path) + b"\0" for path in paths),
            capture_output=True,
            timeout=_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    if done.returncode > 1:  # 1 is "none of them" of check-ignore
        return None
    known = {
        os.path.normpath(root / os.fsdecode(name)) for name in done.stdout.split(b"\0") if name
    }
    return frozenset(path for path in paths if str(path) in known)
