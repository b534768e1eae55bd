"""Advice repeats the options that were given, so that it can be pasted."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer.main

from tests.program import make_shop, run
from tests.verifying import Broken, Verified
from twitter_setup.cli.app import app
from twitter_setup.errors import REPEATED, Advice


@pytest.mark.parametrize(
    ("words", "command", "repeated"),
    [
        ("verify --local", "twitter-setup tunnel", "twitter-setup tunnel --local"),
        ("--backend x y", "twitter-setup undo", "twitter-setup undo --backend x"),
        ("--backend=x", "twitter-setup undo", "twitter-setup undo --backend x"),
        ("--backend x", "twitter-setup undo --backend z", "twitter-setup undo --backend z"),
        ("--url https://a.b", "twitter-setup tunnel --local", "twitter-setup tunnel --local"),
        ("--url https://a.b", "twitter-setup init", "twitter-setup init"),
        (
            "--url https://a.b",
            "A=… twitter-setup verify x-keys",
            "A=… twitter-setup verify x-keys --url https://a.b",
        ),
        (
            "--strapi https://a.b",
            "twitter-setup configure",
            "twitter-setup configure --strapi https://a.b",
        ),
        (
            "--backend x",
            "twitter-setup verify --explain layout",
            "twitter-setup verify --explain layout",
        ),
        ("--backend x", "npm run develop", "npm run develop"),
        ("--yes --backend", "twitter-setup undo", "twitter-setup undo"),
        ("--admin-token t", "twitter-setup undo", "twitter-setup undo"),
    ],
)
def test_options_that_a_command_takes_are_repeated_once(
    words: str, command: str, repeated: str
) -> None:
    assert Advice("do", command=command).repeating(words.split()).command == repeated


def test_value_with_blanks_can_be_pasted() -> None:
    advice = Advice("do", command="twitter-setup undo").repeating(["--backend", "my shop"])

    assert advice.command == "twitter-setup undo --backend 'my shop'"


def test_each_command_takes_what_is_repeated_to_it() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]

    for option, names in REPEATED.items():
        takes = {
            name
            for name, command in commands.items()
            if any(option in param.opts for param in command.params)
        }
        assert names <= takes, option


def test_refusal_repeats_the_folder_that_was_named(tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "my shop")

    done = run("urls", "--json", "--backend", str(shop.backend), cwd=tmp_path)

    assert done.error["advice"][0]["command"] == f"twitter-setup tunnel --backend '{shop.backend}'"


def test_finding_repeats_the_folder_that_was_named(right: Verified) -> None:
    Broken(right).apply({"twitter": {"enabled": False}})

    ran = right.run("--json", "--backend", "backend")

    (broken,) = [each for each in ran.json["data"]["checks"] if each["status"] == "fail"]
    assert broken["advice"][0]["command"] == "twitter-setup configure --backend backend"
