"""stdout that is not what a program wishes for: no UTF-8, no width, no reader, no room on the disk."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from tests.program import SOURCE, Shop, make_shop, on_terminal

ANSWERS = [
    ("--version",),
    ("--help",),
    ("urls", "--help"),
    ("verify", "--list"),
    ("verify", "--list", "--json"),
    ("verify", "--explain", "layout"),
    ("status",),
]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return make_shop(tmp_path / "cafe")


def to(stdout: int, shop: Shop, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "twitter_setup", *words],
        cwd=shop.root,
        env={**os.environ, "PYTHONPATH": str(SOURCE), **env},
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", ANSWERS, ids=" ".join)
def test_pipe_without_a_reader_ends_with_141_and_says_nothing(
    shop: Shop, words: tuple[str, ...], unbuffered: str
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = to(writer, shop, *words, PYTHONUNBUFFERED=unbuffered)
    finally:
        os.close(writer)

    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a disk that is always full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", ANSWERS, ids=" ".join)
def test_full_disk_ends_with_1_and_one_sentence(
    shop: Shop, words: tuple[str, ...], unbuffered: str
) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        done = to(full, shop, *words, PYTHONUNBUFFERED=unbuffered)
    finally:
        os.close(full)

    said = "✗ The answer could not be written to stdout: No space left on device.\n"
    assert (done.returncode, done.stderr) == (1, said)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a disk that is always full")
def test_error_of_the_command_keeps_its_exit_code_on_a_full_disk(shop: Shop) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        done = to(full, shop, "urls", "--json")  # there is no address yet
    finally:
        os.close(full)

    assert done.returncode == 2


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
def test_signs_that_the_encoding_lacks_are_words_and_never_the_sign_for_unknown(
    shop: Shop, encoding: str
) -> None:
    words = [sys.executable, "-m", "twitter_setup"]
    env = {**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONIOENCODING": encoding}
    verified = subprocess.run(
        [*words, "verify", "project", "layout", "backend"],
        cwd=shop.root,
        env=env,
        capture_output=True,
        check=False,
    )
    refused = subprocess.run(
        [*words, "urls"], cwd=shop.root, env=env, capture_output=True, check=False
    )

    said = verified.stdout.decode(encoding)
    assert "FAIL backend" in said
    assert "ok layout" in said
    assert "-> " in said
    assert "?" not in said
    error = refused.stderr.decode(encoding)
    assert error.startswith("FAIL There is no public URL yet")
    assert "  -> open one: twitter-setup tunnel" in error


@pytest.mark.parametrize("width", ["0", "00"])
def test_columns_of_0_are_no_width(shop: Shop, width: str) -> None:
    terminal = on_terminal(shop, "verify", "--list", COLUMNS=width, LINES="0")
    terminal.expect(pexpect.EOF)

    assert "session-middleware Strapi's session" in (terminal.before or "")


def test_terminal_of_width_0_is_written_to(shop: Shop) -> None:
    terminal = on_terminal(shop, "verify", "--list")
    terminal.setwinsize(0, 0)
    terminal.expect(pexpect.EOF)

    assert "session-middleware Strapi's session" in (terminal.before or "")
