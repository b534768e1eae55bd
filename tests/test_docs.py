"""What the documents say is so: their commands run, their make targets, links and pictures are there."""

from __future__ import annotations

import html
import re
import shlex
from pathlib import Path

import pytest
import typer.main

from tests import make_readme
from tests.configuring import ALL
from tests.program import Shop, make_shop, run
from tests.world.admin_server import AdminServer
from twitter_setup.checks.registry import CHECKS
from twitter_setup.cli.app import app
from twitter_setup.output import render
from twitter_setup.x import sheet as portal

ROOT = Path(__file__).parent.parent
READ_FIRST = [ROOT / "README.md", ROOT / "examples" / "README.md"]
DOCUMENTS = [*READ_FIRST, *sorted((ROOT / "docs").glob("*.md"))]


def commands(documents: list[Path]) -> list[str]:
    """Every `twitter-setup …`: in code spans, in tables, in indented blocks, in steps of a workflow."""
    found = []
    for document in documents:
        text = re.sub(r"^```\n.*?^```", "", document.read_text(), flags=re.DOTALL | re.MULTILINE)
        found += re.findall(r"`(twitter-setup [^`]+)`", text)
        found += re.findall(r"^(?: {4}| +run: )(twitter-setup .+)$", text, flags=re.MULTILINE)
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
    assert len(commands(READ_FIRST)) > 7


@pytest.mark.parametrize("command", commands(DOCUMENTS))
def test_each_command_of_the_documents_is_one_of_the_program(command: str) -> None:
    root = typer.main.get_command(app)
    name, *words = shlex.split(command.replace("[OPTIONS]", ""))[1:]
    if name in {"--help", "--version"}:
        return

    with root.commands[name].make_context(name, list(words)) as context:  # type: ignore[attr-defined]
        assert context.command.name == name


@pytest.mark.parametrize("command", commands(READ_FIRST))
def test_each_command_of_the_documents_runs(
    shop: Shop, command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # no clipboard program, no browser
    words = shlex.split(command)[1:]
    if words[0] == "tunnel" and not {"--help", "--dry-run"} & set(words):
        words.append("--dry-run")
    if words[0] == "init":
        words.append("--yes")
    if words[0] == "verify":
        words.append("--list")
    if words[0] == "configure":
        with AdminServer() as server:
            words = [server.url if word == "https://cms.example.com" else word for word in words]
            more = [] if "--strapi" in words else ["--port", str(server.port)]

            assert run(*words, *more, cwd=shop.root, env=ALL).code == 0
        return

    assert run(*words, cwd=shop.root).code == 0


def test_each_make_target_of_the_readme_is_in_the_makefile() -> None:
    named = {
        target
        for document in DOCUMENTS
        for target in re.findall(r"(?:`| {4})make ([a-z0-9-]+)", document.read_text())
    }
    there = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert {"demo", "test", "e2e", "bench", "check", "pictures", "docs"} <= there
    assert named <= there


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_each_link_and_picture_inside_the_repository_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text()):
        if "://" not in target:
            assert (document.parent / target).exists(), target


def test_each_page_is_in_the_list_of_pages() -> None:
    listed = set(re.findall(r"\]\(([a-z-]+\.md)\)", (ROOT / "docs" / "README.md").read_text()))

    there = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert listed == there


def test_the_readme_shows_the_table_of_logins() -> None:
    readme = (ROOT / "README.md").read_text()

    matrix = (ROOT / "docs" / "login-matrix.md").read_text()
    assert make_readme.page(readme, matrix) == readme
    assert "(docs/login-matrix.md)" in readme


# The pictures: a change of words needs new ones (`make pictures`)


def picture(command: str) -> str:
    """Its words, in order, without line ends: a terminal breaks them anywhere."""
    svg = (ROOT / "docs" / "images" / f"{command}.svg").read_text()
    said = " ".join(re.findall(r"<text [^>]*>([^<]*)</text>", svg))
    return flat(html.unescape(said))


def flat(text: str) -> str:
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.mark.parametrize("command", ["tunnel", "verify"])
def test_a_picture_fetches_nothing_and_names_no_folder_of_the_machine(command: str) -> None:
    svg = (ROOT / "docs" / "images" / f"{command}.svg").read_text()

    assert svg.startswith("<svg")
    assert "@font-face" not in svg
    assert "url(http" not in svg
    assert not re.search(r"/(?:home|root|work|tmp|Users|opt)/", svg)
    assert not svg.count("�")


def test_the_picture_of_tunnel_is_what_the_program_says_today() -> None:
    shown = picture("tunnel")
    (url,) = set(re.findall(r"https://olive-tree-\w+\.ngrok-free\.app", shown))
    sheet = portal.build(
        reach="ngrok",
        layout="one-origin",
        public_url=url,
        api_prefix="/api",
        redirect_url=f"{url}/connect/twitter/redirect",
        project_name="cafe-backend",
    ).data()
    undone = {"restored": ["a", "b"], "kept": []}
    lines = [
        *render.ANSWERS["ready"]({**sheet, "manual_steps": []}, {"last": {}, "frontend": 3000}),
        *render.ANSWERS["stopped"](undone, {"lasting": ["config/server.js"]}),
    ]
    said = [flat(text) for line in lines for text, _ in line.parts]

    assert [text for text in said if text not in shown] == []


def test_the_picture_of_verify_is_what_the_program_says_today() -> None:
    shown = picture("verify")
    shown_ids = re.findall(r"[✓!✗?-] ([a-z-]+) ", shown)
    counts = {"pass": 21, "warn": 1, "fail": 0, "skip": 0, "error": 0}
    (url,) = set(re.findall(r"https://olive-tree-\w+\.ngrok-free\.app", shown))
    context = {"again": [], "connect_url": url, "is_whole": True, "next_step": None}
    closing = [
        flat(text)
        for line in render.ANSWERS["verify"]({"counts": counts}, context)
        for text, _ in line.parts
    ]

    assert shown_ids == [check.id for check in CHECKS]
    assert [text for text in closing if text not in shown] == []


def test_the_configure_of_the_readme_is_what_the_program_says_today() -> None:
    address = "http://127.0.0.1:7337"
    data = {
        "strapi": "http://localhost:1337",
        "dry_run": False,
        "enabled": True,
        "callback_url": f"{address}/api/connect/twitter/callback",
    }
    rows = [
        ("enabled", "off", "on"),
        ("key", "(empty)", "••••2345"),
        ("secret", "(empty)", "••••7890"),
        ("callback", "(empty)", f"{address}/connect/twitter/redirect"),
    ]
    context = {
        "rows": rows,
        "others": 16,
        "has_undo": True,
        "signed_in_as": "admin@example.com",
        "next_step": "twitter-setup verify",
    }
    said = [
        flat("".join(text for text, _ in line.parts))
        for line in render.ANSWERS["configure"](data, context)
    ]

    shown = flat((ROOT / "README.md").read_text())
    assert [line for line in said if line not in shown] == []
