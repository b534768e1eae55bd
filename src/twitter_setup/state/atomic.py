"""Writing one file whole or not at all: a sibling with a fixed name, fsync, one rename.

The name is fixed so that a killed run leaves at most one stray copy, which the next run finds.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from twitter_setup.errors import Advice, NotWritable

_WRITE_BITS = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


def temporary_name(path: Path) -> Path:
    """The sibling that holds the new content until the rename. Strapi ignores dotfiles."""
    return path.with_name(f".{path.name}.twitter-setup.tmp")


def replace(path: Path, content: bytes, *, mode: int | None = None) -> None:
    """Write `content` to `path` (through a symlink to its target), keeping mode and owner.

    `mode` is for a new file; without it the umask decides. Raises `OSError`; then the file is as it was.
    """
    target = path.resolve()
    kept = target.stat() if target.exists() else None
    temporary = temporary_name(target)
    temporary.unlink(missing_ok=True)
    try:
        _write_new(temporary, content, kept, mode)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def _write_new(path: Path, content: bytes, like: os.stat_result | None, mode: int | None) -> None:
    # 0600 from the first byte: the content may hold secrets that the final mode must not show earlier.
    descriptor = os.open(
        path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600
    )
    with os.fdopen(descriptor, "wb") as file:
        if like is not None:
            _keep_owner(descriptor, like)
            path.chmod(stat.S_IMODE(like.st_mode))
        else:
            path.chmod(0o666 & ~_umask() if mode is None else mode)
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _keep_owner(descriptor: int, like: os.stat_result) -> None:
    if hasattr(os, "fchown"):
        now = os.fstat(descriptor)
        if (now.st_uid, now.st_gid) != (like.st_uid, like.st_gid):
            os.fchown(descriptor, like.st_uid, like.st_gid)


def _umask() -> int:
    current = os.umask(0o077)
    os.umask(current)
    return current


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut, where the system can."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows cannot open a folder
        return
    try:
        os.fsync(descriptor)
    except OSError:  # some file systems refuse; the content itself is synced
        pass
    finally:
        os.close(descriptor)


def check_writable(path: Path) -> None:
    """Raise `NotWritable` when `path` could not be replaced; looked at before anything is changed.

    The mode bits count even for root: a file made read-only is one that its owner wants left alone.
    """
    target = path.resolve()
    if target.exists() and not target.stat().st_mode & _WRITE_BITS:
        raise not_writable(path, "it is read-only")
    folder = target.parent
    if not folder.is_dir():
        raise not_writable(path, "its folder is not there")
    if not folder.stat().st_mode & _WRITE_BITS or not os.access(folder, os.W_OK):
        raise not_writable(path, _folder_reason(folder))


def _folder_reason(folder: Path) -> str:
    if hasattr(os, "statvfs") and os.statvfs(folder).f_flag & getattr(os, "ST_RDONLY", 1):
        return "the disk is mounted read-only"
    return f"its folder {folder} is read-only"


def not_writable(path: Path, reason: str) -> NotWritable:
    return NotWritable(
        "not_writable",
        f"{path} cannot be written: {reason}.",
        advice=[Advice("make it writable, or make the change by hand: --dry-run shows it")],
        unchanged="Nothing was changed.",
    )


_REASONS = {
    errno.EROFS: "the disk is mounted read-only",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file would pass the size limit",
    errno.EACCES: "permission denied",
    errno.EPERM: "the system does not permit it",
    errno.EBUSY: "it is mounted alone into this container, so it cannot be replaced as a whole",
}


def reason_of(error: OSError) -> str:
    return _REASONS.get(error.errno or 0, error.strerror or str(error))
