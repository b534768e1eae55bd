"""Reading a file of the project, and the small values that files hold."""

from __future__ import annotations

import codecs
import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from twitter_setup.errors import Advice, SetupError


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of the user's as it was when it was read."""

    path: Path
    content: bytes | None  # None: it is not there


def read_source(path: Path) -> SourceFile:
    """Read a file that may be absent; one that cannot be read is `project_broken`."""
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return SourceFile(path, None)
    except OSError as error:
        raise SetupError(
            "project_broken",
            f"{path} cannot be read: {error.strerror}",
            advice=[Advice("make it readable for you, then run this again")],
            unchanged="Nothing was changed.",
        ) from error
    _refuse_utf_16(path, content)
    return SourceFile(path, content)


def _refuse_utf_16(path: Path, content: bytes) -> None:
    """PowerShell's `>` writes such a file; Node reads one line of nonsense in it."""
    has_mark = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    zeros = [number for number, byte in enumerate(content[:4]) if byte == 0]
    if not has_mark and zeros not in ([0, 2], [1, 3]):
        return
    is_little = content.startswith(codecs.BOM_UTF16_LE) or zeros == [1, 3]
    encoding = "UTF-16LE" if is_little else "UTF-16BE"
    name = shlex.quote(str(path))
    raise SetupError(
        "project_broken",
        f"{path} is in {encoding}, which Strapi and its tools do not read.",
        advice=[
            Advice(
                "save it as UTF-8",
                command=f"iconv -f {'UTF-16' if has_mark else encoding} -t UTF-8 {name} > utf8.txt "
                f"&& mv utf8.txt {name}",
            )
        ],
        unchanged="Nothing was changed.",
    )


def parse_port(text: str) -> int | None:
    """Read a port as JavaScript's `parseInt` would; None when that gives no port."""
    match = re.match(r"\s*([0-9]{1,9})", text)
    port = int(match[1]) if match else 0
    return port if 1 <= port <= 65535 else None


def check_port(port: int, option: str) -> int:
    """Return a port that was given; raises `usage` when it is none."""
    if parse_port(str(port)) is None:
        raise SetupError("usage", f"{option}: {port} is not a number from 1 to 65535.")
    return port


def relative_name(path: Path, folder: Path) -> str:
    """Name the path as it is typed in `folder`."""
    return Path(os.path.relpath(path, folder.resolve())).as_posix()
