"""What is advised can be pasted into a shell, and does what the person was about."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.program import QUICK_TUNNEL, Shop, make_shop, own_port, run


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return make_shop(tmp_path / "cafe", frontend_env=b"VITE_BACKEND_URL=http://localhost:1337\n")


@pytest.mark.parametrize(
    "words",
    [
        ("--local",),
        ("--two-origins", "--url", "https://a.example.com"),
        ("--local", "--env-var", "VITE_A", "--env-var", "VITE_B"),
    ],
)
def test_where_nobody_can_be_asked_the_same_command_is_advised_with_yes(
    shop: Shop, words: tuple[str, ...]
) -> None:
    refused = run("tunnel", *words, *own_port()[:1], "8123", "--json", cwd=shop.root)

    yes, dry = [shlex.split(each["command"]) for each in refused.error["advice"]]
    assert refused.error["code"] == "usage"
    assert set(yes) == {"twitter-setup", "tunnel", *words, "--gateway-port", "8123", "--yes"}
    assert set(dry) == {*yes, "--dry-run"} - {"--yes"}


def test_a_folder_with_a_blank_is_quoted_and_a_secret_never_repeated(tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "my cafe")
    words = ("--admin-token", "token-of-mine", "--backend", shop.backend)

    refused = run("tunnel", "--local", *words, "--json", cwd=tmp_path)

    assert "token-of-mine" not in refused.out
    assert shlex.split(refused.error["advice"][0]["command"]) == [
        *("twitter-setup", "tunnel", "--backend", str(shop.backend), "--local", "--yes")
    ]


def test_a_wrong_address_of_urls_advises_no_command_that_writes(shop: Shop) -> None:
    refused = run("urls", "--url", "a.example.com", "--json", cwd=shop.root)

    assert [each["command"] for each in refused.error["advice"]] == ["--url https://a.example.com"]


@pytest.mark.parametrize(
    ("words", "text", "command"),
    [
        (("status", "--nonsense"), "see", "twitter-setup status --help"),
        (("--nonsense",), "see", "twitter-setup --help"),
        (
            ("--backend", "x", "status"),
            "options stand after the command; see",
            "twitter-setup status --help",
        ),
    ],
)
def test_a_mistyped_option_leads_to_the_help_of_its_command(
    shop: Shop, words: tuple[str, ...], text: str, command: str
) -> None:
    said = run(*words, cwd=shop.root)

    assert said.code == 2
    assert f"→ {text}: {command}" in said.err


# What stays


def test_undo_says_which_line_is_left_and_how_to_take_it_back(shop: Shop) -> None:
    run(*QUICK_TUNNEL, cwd=shop.root)

    undone, again = (run("undo", cwd=shop.root).out for _ in range(2))

    for said in (undone, again):
        assert f"{shop.config} keeps its one line" in said
        assert "  twitter-setup undo --all" in said.splitlines()
    assert "Nothing to undo" not in undone
    assert run("undo", "--all", cwd=shop.root).out.count("keeps its one line") == 0
    assert run("undo", cwd=shop.root).out == "Nothing to undo.\n"


def test_changes_that_no_ctrl_c_takes_back_are_not_said_to_last_until_one_stops(shop: Shop) -> None:
    done = run(*QUICK_TUNNEL, cwd=shop.root)
    status = run("status", cwd=shop.root).out

    assert "Until twitter-setup undo:" in done.err
    assert "(until: twitter-setup undo)" in status
    assert "(stays until: twitter-setup undo --all)" in status
    dry = run("tunnel", "--local", "--dry-run", cwd=make_shop(shop.root.parent / "bar").root)
    assert "(until you stop)" in dry.out


def test_a_short_sheet_says_where_the_whole_one_is(shop: Shop) -> None:
    run(*QUICK_TUNNEL, cwd=shop.root)

    same = run(*QUICK_TUNNEL, cwd=shop.root).out
    other = run(*QUICK_TUNNEL[:3], "https://b.example.com", "--yes", cwd=shop.root).out

    for said in (same, other):
        assert "Not filled in yet? The whole sheet: twitter-setup urls" in said
