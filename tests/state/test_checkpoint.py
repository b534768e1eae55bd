"""`checkpoint`: every write through a journal; whatever happens, each file is wholly old or wholly new."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from twitter_setup.edits.spans import Edit, FileEdit
from twitter_setup.errors import FileChanged, NotWritable, SetupError
from twitter_setup.state import atomic, checkpoint
from twitter_setup.state.checkpoint import Undone


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".twitter-setup" / "checkpoints"


@pytest.fixture
def env(tmp_path: Path) -> Path:
    path = tmp_path / ".env"
    path.write_bytes(b"SECRET=hunter2\nPUBLIC_URL=\n")
    return path


def appending(path: Path, text: bytes) -> FileEdit:
    before = checkpoint.read(path)
    end = len(before or b"")
    return FileEdit(path, before, (Edit(end, end, text),))


def setting(path: Path, value: bytes) -> FileEdit:
    before = path.read_bytes()
    start = before.index(b"PUBLIC_URL=") + len(b"PUBLIC_URL=")
    end = before.index(b"\n", start)
    return FileEdit(path, before, (Edit(start, end, value),))


def undo_all(folder: Path) -> Undone:
    undone = Undone()
    for one in reversed(checkpoint.checkpoints(folder)):
        undone += checkpoint.undo(folder, one)
    return undone


def test_undo_brings_every_byte_back_and_leaves_no_checkpoint(folder: Path, env: Path) -> None:
    new = env.with_name(".env.local")
    checkpoint.apply(folder, "passing", [setting(env, b"https://a"), appending(new, b"X=1\n")])
    assert env.read_bytes() == b"SECRET=hunter2\nPUBLIC_URL=https://a\n"
    assert new.read_bytes() == b"X=1\n"

    undone = undo_all(folder)

    assert env.read_bytes() == b"SECRET=hunter2\nPUBLIC_URL=\n"
    assert not new.exists()
    assert undone == Undone((env, new))
    assert list(folder.iterdir()) == []


def test_a_second_passing_change_keeps_the_first_original(folder: Path, env: Path) -> None:
    checkpoint.apply(folder, "passing", [setting(env, b"https://a")])
    checkpoint.apply(folder, "passing", [setting(env, b"https://b")])
    assert len(checkpoint.checkpoints(folder)) == 1

    undo_all(folder)

    assert env.read_bytes() == b"SECRET=hunter2\nPUBLIC_URL=\n"


def test_lasting_and_passing_changes_are_undone_apart(
    folder: Path, env: Path, tmp_path: Path
) -> None:
    config = tmp_path / "server.js"
    config.write_bytes(b"module.exports = {};\n")
    checkpoint.apply(folder, "passing", [setting(env, b"https://a")])
    checkpoint.apply(folder, "lasting", [appending(config, b"// kept\n")])

    passing, lasting = checkpoint.checkpoints(folder)
    checkpoint.undo(folder, passing)

    assert env.read_bytes() == b"SECRET=hunter2\nPUBLIC_URL=\n"
    assert config.read_bytes() == b"module.exports = {};\n// kept\n"
    assert checkpoint.checkpoints(folder) == (lasting,)


def test_nothing_to_change_leaves_no_checkpoint(folder: Path) -> None:
    assert checkpoint.apply(folder, "passing", []).checkpoint is None
    assert not folder.exists()


def test_a_file_changed_since_the_plan_stops_everything(
    folder: Path, env: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"1")
    edits = [appending(other, b"2"), setting(env, b"https://a")]
    env.write_bytes(b"somebody else\n")

    with pytest.raises(FileChanged) as error:
        checkpoint.apply(folder, "passing", edits)

    assert error.value.code == "file_changed"
    assert str(env) in error.value.message
    assert other.read_bytes() == b"1"
    assert env.read_bytes() == b"somebody else\n"
    assert checkpoint.checkpoints(folder) == ()


def test_a_failure_half_way_puts_the_first_files_back(
    folder: Path, env: Path, tmp_path: Path
) -> None:
    """The second file's temporary name is taken by a folder: its write fails after the first one's."""
    second = tmp_path / "second"
    second.write_bytes(b"1")
    atomic.temporary_name(second).mkdir()

    with pytest.raises(NotWritable):
        checkpoint.apply(folder, "passing", [setting(env, b"https://a"), appending(second, b"2")])

    assert env.read_bytes() == b"SECRET=hunter2\nPUBLIC_URL=\n"
    assert checkpoint.checkpoints(folder) == ()
    assert checkpoint.pending(folder) == ()


def test_undo_keeps_edits_made_since(folder: Path, env: Path) -> None:
    checkpoint.apply(folder, "passing", [appending(env, b"P=1\n")])
    env.write_bytes(env.read_bytes().replace(b"hunter2", b"hunter3") + b"MORE=1\n")

    undone = undo_all(folder)

    assert env.read_bytes() == b"SECRET=hunter3\nPUBLIC_URL=\nMORE=1\n"
    assert undone == Undone((env,))


def test_a_file_where_our_line_is_ambiguous_stays_in_the_checkpoint(
    folder: Path, env: Path
) -> None:
    checkpoint.apply(folder, "passing", [appending(env, b"P=1\n")])
    env.write_bytes(b"P=1\nP=1\n")

    undone = undo_all(folder)

    assert env.read_bytes() == b"P=1\nP=1\n"
    assert [path for path, _ in undone.kept] == [env]
    assert len(checkpoint.checkpoints(folder)) == 1


def test_a_file_that_was_deleted_since_is_said(folder: Path, env: Path) -> None:
    checkpoint.apply(folder, "passing", [setting(env, b"https://a")])
    env.unlink()

    undone = undo_all(folder)

    assert undone.kept == ((env, "it is no longer there"),)
    assert checkpoint.checkpoints(folder) == ()


def test_a_created_file_with_more_in_it_stays_without_our_line(
    folder: Path, tmp_path: Path
) -> None:
    new = tmp_path / ".env.local"
    checkpoint.apply(folder, "passing", [appending(new, b"X=1\n")])
    new.write_bytes(b"X=1\nMINE=2\n")

    undo_all(folder)

    assert new.read_bytes() == b"MINE=2\n"


def test_mode_and_symlink_survive_apply_and_undo(folder: Path, tmp_path: Path) -> None:
    real = tmp_path / "shared.env"
    real.write_bytes(b"A=1\n")
    real.chmod(0o640)
    link = tmp_path / ".env"
    link.symlink_to(real)

    checkpoint.apply(folder, "passing", [appending(link, b"B=2\n")])

    assert link.is_symlink()
    assert real.read_bytes() == b"A=1\nB=2\n"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    undo_all(folder)
    assert link.is_symlink()
    assert real.read_bytes() == b"A=1\n"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root gives files away")
def test_the_owner_survives(folder: Path, env: Path) -> None:
    os.chown(env, 1234, 2345)

    checkpoint.apply(folder, "passing", [setting(env, b"https://a")])

    assert (env.stat().st_uid, env.stat().st_gid) == (1234, 2345)


def test_checkpoints_are_for_their_owner_alone(folder: Path, env: Path) -> None:
    checkpoint.apply(folder, "passing", [setting(env, b"https://a")])

    (journal_file,) = folder.iterdir()
    assert stat.S_IMODE(journal_file.stat().st_mode) == 0o600
    assert b"hunter2" not in journal_file.read_bytes()


def test_a_read_only_file_is_left_alone(folder: Path, env: Path) -> None:
    env.chmod(0o444)

    with pytest.raises(NotWritable, match="read-only"):
        checkpoint.apply(folder, "passing", [setting(env, b"https://a")])

    assert env.read_bytes() == b"SECRET=hunter2\nPUBLIC_URL=\n"


def test_a_read_only_folder_is_said(folder: Path, tmp_path: Path) -> None:
    inside = tmp_path / "locked" / ".env"
    inside.parent.mkdir()
    inside.write_bytes(b"A=1\n")
    inside.parent.chmod(0o555)
    try:
        with pytest.raises(NotWritable, match=r"folder .*locked is read-only"):
            checkpoint.apply(folder, "passing", [appending(inside, b"B=1\n")])
    finally:
        inside.parent.chmod(0o755)


def test_a_broken_checkpoint_is_named_and_nothing_is_touched(folder: Path, env: Path) -> None:
    checkpoint.apply(folder, "passing", [setting(env, b"https://a")])
    (journal_file,) = folder.iterdir()
    journal_file.write_bytes(b'{"number": 1')

    with pytest.raises(SetupError) as error:
        checkpoint.checkpoints(folder)

    assert error.value.code == "checkpoint_broken"
    assert str(journal_file) in error.value.message
    assert env.read_bytes() == b"SECRET=hunter2\nPUBLIC_URL=https://a\n"


# A mount of its own, in a mount namespace of its own: only root may.
_MOUNTED = """
set -e
cd "$1"
{mount}
exec "$2" -c '
import sys
from pathlib import Path
from twitter_setup.state import checkpoint
from twitter_setup.edits.spans import Edit, FileEdit
from twitter_setup.errors import SetupError
files = [Path(name).absolute() for name in sys.argv[2:]]
edits = []
for file in files:
    old = file.read_bytes()
    edits.append(FileEdit(file, old, (Edit(len(old), len(old), b"P=" + b"x" * 200_000 + b"\\n"),)))
try:
    applied = checkpoint.apply(Path(sys.argv[1]), "passing", edits)
except SetupError as error:
    print(error.code, error.message)
else:
    print("refused", [(path.name, reason) for path, reason in applied.refused])
    found = checkpoint.checkpoints(Path(sys.argv[1]))
    print("noted", [Path(each.path).name for one in found for each in one.records])
for file in files:
    print(file.name, len(file.read_bytes()), sorted(p.name for p in file.parent.iterdir()))
' {arguments}
"""


def _in_mount(tmp_path: Path, mount: str, arguments: str) -> str:
    script = _MOUNTED.format(mount=mount, arguments=arguments)
    source = Path(__file__).parents[2] / "src"
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script, "sh", str(tmp_path), sys.executable],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(source)},
    )
    if done.returncode and ("unshare" in done.stderr or "mount" in done.stderr):
        pytest.skip(f"no mount namespaces here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    return done.stdout


_needs_mounts = pytest.mark.skipif(
    not shutil.which("unshare") or os.geteuid() != 0, reason="only root mounts"
)


@_needs_mounts
def test_a_full_disk_is_said_and_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    mount = "mount -t tmpfs -o size=64k none disk && printf 'A=1\\n' > disk/.env"

    out = _in_mount(tmp_path, mount, "state disk/.env")

    assert "not_writable" in out
    assert "the disk is full" in out
    assert ".env 4 ['.env']" in out


@_needs_mounts
def test_a_read_only_disk_is_said(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    mount = "mount -t tmpfs none disk && printf 'A=1\\n' > disk/.env && mount -o remount,ro disk"

    out = _in_mount(tmp_path, mount, "state disk/.env")

    assert "not_writable" in out
    assert "mounted read-only" in out


@_needs_mounts
def test_a_file_mounted_alone_is_refused_whole_and_the_others_are_changed(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "outside.env").write_bytes(b"A=1\n")
    (tmp_path / "project" / ".env").touch()
    (tmp_path / "project" / ".other").write_bytes(b"B=1\n")
    mount = "mount --bind outside.env project/.env"

    out = _in_mount(tmp_path, mount, "state project/.env project/.other")

    assert "refused [('.env', 'it is mounted alone into this container" in out
    assert ".env 4 ['.env', '.other']" in out
    assert ".other 200007" in out
    assert "noted ['.other']" in out  # so `status` does not list what was left to the person


@_needs_mounts
def test_nothing_is_noted_if_each_file_is_mounted_alone(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "outside.env").write_bytes(b"A=1\n")
    (tmp_path / "project" / ".env").touch()

    out = _in_mount(tmp_path, "mount --bind outside.env project/.env", "state project/.env")

    assert "refused [('.env'" in out
    assert "noted []" in out
