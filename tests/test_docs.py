"""What the documents say is so: their commands run, their make targets are there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.configuring import ALL
from tests.program import Shop, make_shop, run
from tests.world.admin_server import AdminServer

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "examples" / "README.md"]


def commands() -> list[str]:
    """Every `twitter-setup …` of the documents: in code spans, in tables, in indented blocks."""
    found = []
    for document in DOCUMENTS:
        text = re.sub(r"^```.*?^```", "", document.read_text(), flags=re.DOTALL | re.MULTILINE)
        found += re.findall(r"`(twitter-setup [^`]+)`", text)
        found += re.findall(r"^ {4}(twitter-setup .+)$", text, flags=re.MULTILINE)
    return sorted({command.partition("  #")[0].strip() for command in found})


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = make_shop(tmp_path / "cafe")
    done = run(
        "tunnel",
        "--two-origins",
        "--url",
        "https://shop.example.com",
        "--yes",
        "--json",
        cwd=shop.root,
    )
    assert done.code == 0
    return shop


def test_the_documents_have_commands() -> None:
    assert len(commands()) > 7


@pytest.mark.parametrize("command", commands())
def test_each_command_of_the_documents_runs(
    shop: Shop, command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # no clipboard program, no browser
    words = shlex.split(command)[1:]
    if words[0] == "tunnel" and not {"--help", "--dry-run"} & set(words):
        words.append("--dry-run")
    if words[0] == "init":
        words.append("--yes")
    if words[0] == "configure":
        with AdminServer() as server:
            words = [server.url if word == "https://cms.example.com" else word for word in words]
            more = [] if "--strapi" in words else ["--port", str(server.port)]

            assert run(*words, *more, cwd=shop.root, env=ALL).code == 0
        return

    # Nothing runs here, and `verify` says so.
    assert run(*words, cwd=shop.root).code == (1 if words == ["verify"] else 0)


def test_each_make_target_of_the_readme_is_in_the_makefile() -> None:
    named = set(re.findall(r"\bmake ([a-z0-9-]+)", (ROOT / "README.md").read_text()))
    there = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert {"demo", "test", "e2e", "bench", "check"} <= there
    assert named <= there


def test_each_picture_of_the_readme_is_there() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", (ROOT / "README.md").read_text())

    assert pictures
    assert all((ROOT / picture).read_bytes().startswith(b"\x89PNG") for picture in pictures)


def test_the_session_in_the_readme_is_what_the_program_says_today() -> None:
    """Its fixed sentences: a change of words needs a new recording."""
    from twitter_setup import portal, render

    readme = (ROOT / "README.md").read_text()
    session = readme[readme.index("```") : readme.rindex("```")]
    sheet = portal.build(
        reach="ngrok",
        layout="one-origin",
        public_url="https://olive-tree-02b28f.ngrok-free.app",
        api_prefix="/api",
        redirect_url="https://olive-tree-02b28f.ngrok-free.app/connect/twitter/redirect",
        project_name="cafe-backend",
    ).data()
    context = {"last": {}, "ends_here": False, "frontend": 3000}
    said = [
        text.strip()
        for line in render.ANSWERS["ready"]({**sheet, "manual_steps": []}, context)
        for text, _ in line.parts
    ]

    flat = " ".join(session.split())
    missing = [text for text in said if " ".join(text.split()) not in flat]
    assert missing == []


def test_the_configure_of_the_readme_is_what_the_program_says_today() -> None:
    from twitter_setup import render

    readme = (ROOT / "README.md").read_text()
    redirect = "https://olive-tree-02b28f.ngrok-free.app/connect/twitter/redirect"
    data = {
        "strapi": "http://localhost:1337",
        "dry_run": False,
        "enabled": True,
        "callback_url": "https://olive-tree-02b28f.ngrok-free.app/api/connect/twitter/callback",
    }
    rows = [
        ("enabled", "off", "on"),
        ("key", "(empty)", "••••2345"),
        ("secret", "(empty)", "••••7890"),
        ("callback", "(empty)", redirect),
    ]
    context = {"rows": rows, "others": 16, "has_undo": True, "signed_in_as": "admin@example.com"}
    said = [
        "".join(text for text, _ in line.parts)
        for line in render.ANSWERS["configure"](data, context)
    ]

    flat = " ".join(readme.split())
    assert [line for line in said if " ".join(line.split()) not in flat] == []
