"""What wins over the env files of a plan, and when PUBLIC_URL is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from twitter_setup.project import backend as backends
from twitter_setup.project import frontend as frontends
from twitter_setup.project.tools import overrides

SERVER = (
    "module.exports = ({ env }) => ({ port: env.int('PORT', 1337), url: 'https://a.example' });\n"
)


def shop(root: Path, **files: str) -> tuple[backends.BackEnd, frontends.FrontEnd]:
    usual = {
        "cms/package.json": '{"scripts": {"develop": "strapi develop"}}',
        "cms/config/server.js": SERVER,
        "web/package.json": '{"dependencies": {"next": "15"}}',
        ".git/HEAD": "",
    }
    for name, content in {**usual, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return backends.load(root / "cms", {}), frontends.load(root / "web")


def test_each_end_is_told_of_its_own_service(tmp_path: Path) -> None:
    text = "services:\n  cms:\n    build: cms\n    environment: [PUBLIC_URL=a]\n"
    text += "  web:\n    build: web\n    environment: [URL=b]\n"
    back, front = shop(tmp_path, **{"compose.yml": text})
    wanted = {
        back.env_file.path: ["PUBLIC_URL", "URL"],
        front.env_files[0].path: ["PUBLIC_URL", "URL"],
    }

    notes = overrides.notes(tmp_path, back, front, wanted)

    assert [note.partition(",")[0] for note in notes] == [
        "PUBLIC_URL is also set in compose.yml:4",
        "URL is also set in compose.yml:7",
    ]


def test_an_env_file_that_the_plan_changes_is_no_conflict(tmp_path: Path) -> None:
    text = "services:\n  cms:\n    build: cms\n    env_file: cms/.env\n"
    back, front = shop(tmp_path, **{"compose.yml": text, "cms/.env": "PUBLIC_URL=a\n"})

    assert overrides.notes(tmp_path, back, front, {back.env_file.path: ["PUBLIC_URL"]}) == ()


def test_without_a_front_end_the_back_end_is_told(tmp_path: Path) -> None:
    text = "services:\n  cms:\n    build: cms\n    environment: [PUBLIC_URL=a]\n"
    back, _ = shop(tmp_path, **{"compose.yml": text})

    assert len(overrides.notes(tmp_path, back, None, {back.env_file.path: ["PUBLIC_URL"]})) == 1


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, False),
        (
            {"compose.yml": "services:\n  cms:\n    build: cms\n    environment: [PUBLIC_URL=a]\n"},
            True,
        ),
        (
            {"compose.yml": "services:\n  web:\n    build: web\n    environment: [PUBLIC_URL=a]\n"},
            False,
        ),
        (
            {"package.json": '{"scripts": {"dev": "dotenv -- turbo dev"}}', ".env": "PUBLIC_URL=a"},
            True,
        ),
    ],
)
def test_a_compose_file_or_a_script_may_have_given_the_name_a_meaning(
    tmp_path: Path, files: dict[str, str], expected: bool
) -> None:
    back, front = shop(tmp_path, **files)

    assert overrides.is_set(tmp_path, back, front, "PUBLIC_URL") is expected


def test_values_of_all_env_files_count_but_not_of_examples(tmp_path: Path) -> None:
    files = {"cms/.env.production": "PUBLIC_URL=a\n", "cms/.env.example": "PUBLIC_URL=b\n"}
    back, _ = shop(tmp_path, **files)

    assert backends.values_in_files(back, "PUBLIC_URL") == ("a",)


@pytest.mark.parametrize(
    ("environ", "files", "mode"),
    [
        ({}, {}, "development"),
        ({"NODE_ENV": "staging"}, {}, "staging"),
        ({}, {"cms/.env": "NODE_ENV=staging\n"}, "staging"),
        (
            {"NODE_ENV": "production"},
            {"cms/package.json": '{"scripts": {"develop": "NODE_ENV=local strapi develop"}}'},
            "local",
        ),
    ],
)
def test_node_env_decides_which_files_are_read(
    tmp_path: Path, environ: dict[str, str], files: dict[str, str], mode: str
) -> None:
    shop(tmp_path, **{f"cms/config/env/{mode}/server.js": SERVER, **files})

    found = backends.load(tmp_path / "cms", environ)

    assert found.mode == mode
    assert found.server_config.path == tmp_path / f"cms/config/env/{mode}/server.js"


def test_a_whole_address_of_the_panel_is_noticed(tmp_path: Path) -> None:
    admin = "module.exports = () => ({\n  url: 'http://localhost:1337/admin',\n});\n"
    back, _ = shop(tmp_path, **{"cms/config/admin.js": admin})

    assert back.admin_url is not None
    assert (back.admin_url.path.name, back.admin_url.line) == ("admin.js", 2)
