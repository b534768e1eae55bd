"""Files of a project in an encoding that Node does not read."""

from __future__ import annotations

import codecs
import subprocess
from pathlib import Path

import pytest

from tests.program import Shop, make_shop, run
from twitter_setup.errors import SetupError
from twitter_setup.project.files import read_source

TEXT = "PORT=1337\nAPP_KEYS=a,b\n"
UTF_16 = [
    ("UTF-16LE", codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le")),
    ("UTF-16BE", codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be")),
    ("UTF-16LE", TEXT.encode("utf-16-le")),
    ("UTF-16BE", TEXT.encode("utf-16-be")),
]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return make_shop(tmp_path / "my cafe")


@pytest.mark.parametrize(("encoding", "content"), UTF_16)
@pytest.mark.parametrize("end", ["backend", "frontend"])
def test_env_file_in_utf_16_is_refused_by_its_encoding_and_nothing_is_written(
    shop: Shop, end: str, encoding: str, content: bytes
) -> None:
    env = shop.root / end / ".env"
    env.write_bytes(content)
    before = shop.files()

    done = run(
        "tunnel",
        "--yes",
        "--json",
        "--two-origins",
        "--url",
        "https://a.example.com",
        cwd=shop.root,
    )

    assert done.code == 1
    assert done.error["code"] == "project_broken"
    assert f"{env} is in {encoding}" in done.error["message"]
    assert done.error["message"].endswith("Nothing was changed.")
    assert shop.files() == before
    assert not shop.state.exists()


@pytest.mark.parametrize(("_encoding", "content"), UTF_16)
def test_advice_makes_the_file_one_that_is_read(
    tmp_path: Path, _encoding: str, content: bytes
) -> None:
    env = tmp_path / "my .env"
    env.write_bytes(content)
    with pytest.raises(SetupError) as caught:
        read_source(env)

    subprocess.run(["sh", "-c", str(caught.value.advice[0].command)], cwd=tmp_path, check=True)

    assert read_source(env).content == TEXT.encode()


@pytest.mark.parametrize("content", [b"", b"A", b"\0", codecs.BOM_UTF8 + b"A=1\n", b"A=\0\0\n"])
def test_other_content_is_read_as_it_is(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".env").write_bytes(content)

    assert read_source(tmp_path / ".env").content == content
