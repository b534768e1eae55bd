"""Compose files and scripts that give an end of the project its variables."""

from __future__ import annotations

from pathlib import Path

import pytest

from twitter_setup.project.tools import compose, launchers
from twitter_setup.project.tools.compose import End

FRONT_NAMES = ("frontend", "web", "client", "app", "site", "www")


def ends(root: Path) -> tuple[End, End]:
    return (
        End(root=root / "shop", name="@shop/shop", usual_names=FRONT_NAMES),
        End(root=root / "cms", name="cms", usual_names=("backend", "api", "strapi", "cms")),
    )


def given(root: Path, text: str, name: str = "compose.yml") -> list[tuple[str, str, int, str]]:
    """What the front end gets: variable, file, line, service."""
    (root / name).write_text(text)
    front, back = ends(root)
    found, _ = compose.variables(root / name, front, (back,))
    return [(each.variable, each.path.name, each.line, each.service) for each in found]


@pytest.mark.parametrize(
    "text",
    [
        "services:\n  x:\n    build: ./shop\n    environment:\n      URL: http://localhost\n",
        "services:\n  x:\n    build: ./shop\n    environment:\n      - URL=http://localhost\n",
        "services:\n  x:\n    build: {context: shop}\n    environment:\n      - 'URL=http://a'\n",
        "services:\n  x:\n    volumes: ['./shop:/app']\n    environment:\n      URL: ${U:-http://a}\n",
        "services:\n  web:\n    build: .\n    environment:\n      URL: http://localhost\n",
        "services:\n  shop:\n    volumes: ['.:/a']\n    environment:\n      URL: http://localhost\n",
    ],
)
def test_environment_is_read_in_both_forms_with_its_line(tmp_path: Path, text: str) -> None:
    ((variable, file, line, _),) = given(tmp_path, text)

    assert (variable, file, line) == ("URL", "compose.yml", 5)


def test_a_monorepo_is_told_apart_by_the_dockerfile(tmp_path: Path) -> None:
    text = "services:\n  x:\n    build: {context: ., dockerfile: shop/Dockerfile}\n"
    text += "    environment: [URL=a]\n"

    assert given(tmp_path, text) == [("URL", "compose.yml", 4, "x")]


@pytest.mark.parametrize(
    "service",
    [
        "cms:\n    environment: {URL: a}",
        "x:\n    build: ./cms\n    environment: {URL: a}",
        "web:\n    build: ./cms\n    environment: {URL: a}",
        "postgres:\n    image: postgres\n    environment: {URL: a}",
        "app:\n    image: someone/strapi\n    environment: {URL: a}",
        "shop:\n    image: someone/shop\n    environment: {URL: a}",
        "proxy:\n    build: .\n    environment: {URL: a}",
        "web:\n    build: ./shop\n    environment: [URL]",
        "web:\n    build: ./shop\n    environment: {URL: }",
    ],
)
def test_other_services_and_values_of_the_shell_are_left_out(tmp_path: Path, service: str) -> None:
    assert given(tmp_path, f"services:\n  {service}\n") == []


@pytest.mark.parametrize(
    "form", ["./web.env", "[other.env, ./web.env]", "[{path: web.env, required: true}]"]
)
def test_an_env_file_is_named_with_its_own_line(tmp_path: Path, form: str) -> None:
    (tmp_path / "web.env").write_text("# here\nURL=http://localhost:1337\n")
    (tmp_path / "other.env").write_text("URL=http://other\n")

    text = f"services:\n  web:\n    build: shop\n    env_file: {form}\n"

    assert given(tmp_path, text) == [("URL", "web.env", 2, "web")]


def test_environment_wins_over_env_file(tmp_path: Path) -> None:
    (tmp_path / "web.env").write_text("URL=http://localhost:1337\n")

    text = "services:\n  web:\n    environment:\n      URL: http://a\n    env_file: web.env\n"
    text += "    build: shop\n"

    assert given(tmp_path, text) == [("URL", "compose.yml", 4, "web")]


def test_extends_and_merge_keys_within_a_file_are_followed(tmp_path: Path) -> None:
    text = """x-common: &common
  environment: &env
    ONE: a
services:
  base:
    environment:
      URL: http://base
      TWO: b
  web:
    extends: {service: base}
    environment:
      <<: *env
      URL: http://web
    build: shop
"""

    assert given(tmp_path, text) == [
        ("URL", "compose.yml", 13, "web"),
        ("TWO", "compose.yml", 8, "web"),
        ("ONE", "compose.yml", 3, "web"),
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("services:\n  web:\n    extends: {file: other.yml, service: x}\n", 3),
        ("services:\n  web:\n    extends: gone\n", 3),
        ("services:\n  web:\n    env_file: gone.env\n    build: shop\n", 3),
        ("services: [\n", 2),
        ("services:\n\tweb: x\n", 2),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, text: str, line: int) -> None:
    (tmp_path / "compose.yml").write_text(text)
    front, back = ends(tmp_path)

    found, unread = compose.variables(tmp_path / "compose.yml", front, (back,))

    assert (found, [each.line for each in unread]) == ((), [line])


@pytest.mark.parametrize(
    "text", ["", "a", "- a", "services: x", "services:\n  web: [a]", "services:\n  web:\n"]
)
def test_other_shapes_give_nothing(tmp_path: Path, text: str) -> None:
    assert given(tmp_path, text) == []


def test_a_service_that_extends_itself_ends(tmp_path: Path) -> None:
    text = "services:\n  web:\n    extends: web\n    environment: [URL=a]\n    build: shop\n"

    assert given(tmp_path, text) == [("URL", "compose.yml", 4, "web")]


def test_compose_files_for_other_machines_are_left_out(tmp_path: Path) -> None:
    names = ("compose.yaml", "docker-compose.dev.yml", "docker-compose.prod.yml", "compose.ci.yml")
    elsewhere = ("infra/local/compose.yaml", ".devcontainer/compose.yml", "other.yml")
    too_far = ("node_modules/x/compose.yml", ".cache/compose.yml", "a/b/c/compose.yml")
    in_folders = ("shop/docker-compose.yml", "docker/docker-compose.yml")
    for name in (*names, *in_folders, *elsewhere, *too_far):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text("")

    found = compose.find_files(tmp_path, ends(tmp_path))

    assert [path.relative_to(tmp_path).as_posix() for path in found] == [
        "docker-compose.dev.yml",
        "compose.yaml",
        ".devcontainer/compose.yml",
        "docker/docker-compose.yml",
        "infra/local/compose.yaml",
        "shop/docker-compose.yml",
    ]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("dotenv -e .env -- turbo dev", [".env"]),
        ("dotenv -- turbo dev", [".env"]),
        ("dotenv -e .env.local -e .env -- turbo dev", [".env.local", ".env"]),
        ("dotenvx run -f conf/.env -- turbo dev", ["conf/.env"]),
        ("env-cmd -f .env.dev turbo dev", [".env.dev"]),
        ("env-cmd turbo dev", [".env"]),
        ("node --env-file=.env server.js", [".env"]),
        ("cross-env A=b dotenv -e .env -- turbo dev", [".env"]),
        ("dotenv -e cms/.env -- pnpm --filter cms dev", []),
        ("turbo dev", []),
        ("node server.js", []),
    ],
)
def test_env_files_that_a_script_hands_over(
    tmp_path: Path, script: str, expected: list[str]
) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "package.json").write_text(f'{{"scripts": {{"dev": "{script}", "x": "dotenv"}}}}')

    found = launchers.env_files(tmp_path / "shop", tmp_path, frozenset({"cms"}))

    assert [path.relative_to(tmp_path.resolve()).as_posix() for path in found] == expected
