"""Writes `twitter-setup.toml`: one key at a time, comments and order of an existing one kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from twitter_setup.errors import Advice, SetupError
from twitter_setup.project.settings import FILE_NAME
from twitter_setup.state import checkpoint
from twitter_setup.view import View


def updated(source: bytes, values: Mapping[tuple[str, str], Any]) -> bytes:
    """`source` with `values` set; raises `settings_invalid` when it is not valid TOML."""
    import tomlkit  # noqa: PLC0415 - only where the file is written
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415

    try:
        document = tomlkit.parse(source.decode("utf-8-sig").replace("\r\n", "\n"))
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise SetupError(
            "settings_invalid",
            f"{FILE_NAME} is not valid TOML: {error}.",
            advice=[Advice("mend the file, or rename it")],
            unchanged="Nothing was changed.",
        ) from error
    for (table, key), value in values.items():
        if table not in document:
            document[table] = tomlkit.table()
        document[table][key] = value
    text = tomlkit.dumps(document)
    return (text.replace("\n", "\r\n") if b"\r\n" in source else text).encode()


def remember(path: Path, table: str, key: str, value: str | int, view: View) -> None:
    """Keep an answer in the file at `path`; said, since the file is the user's."""
    before = checkpoint.read(path) or b""
    checkpoint.write_file(path, updated(before, {(table, key): value}))
    view.note(f"Remembered in {path}: {table}.{key} = {value}")
