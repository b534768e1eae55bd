"""The version of a dependency, by each kind of lock file and catalog."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from twitter_setup.project import packages
from twitter_setup.project.packages import Dependency, Manifest
from twitter_setup.project.tools import lockfiles

NAME = "@strapi/strapi"


def npm(**entries: Any) -> str:
    return json.dumps({"lockfileVersion": 3, "packages": entries}, indent=2)


YARN_1 = """# yarn lockfile v1


"@strapi/strapi@5.54.0", "@strapi/strapi@^5.12.0":
  version "5.54.0"
  resolved "https://example.org/strapi.tgz"
  dependencies:
    "@strapi/strapi-other" "1.0.0"

"@strapi/strapi@4.25.0":
  version "4.25.0"
"""
BERRY = """__metadata:
  version: 8

"@strapi/strapi@npm:5.54.0, @strapi/strapi@npm:^5.12.0":
  version: 5.54.0
  resolution: "@strapi/strapi@npm:5.54.0"
  languageName: node

"@strapi/types@npm:5.1.0":
  version: 5.1.0
"""
PNPM_9 = """lockfileVersion: '9.0'

importers:

  .:
    devDependencies:
      turbo:
        specifier: ^2.0.0
        version: 2.5.0

  apps/cms:
    dependencies:
      '@strapi/plugin-users-permissions':
        specifier: ^5.12.0
        version: 5.53.0(react@18.3.1)
      '@strapi/strapi':
        specifier: ^5.12.0
        version: 5.54.0(@types/node@20.1.0)(react@18.3.1)

  apps/old:
    dependencies:
      '@strapi/strapi':
        specifier: 4.25.0
        version: 4.25.0

packages:

  '@strapi/strapi@4.25.0':
    resolution: {integrity: sha512-x}
"""
PNPM_6 = """lockfileVersion: '6.0'

dependencies:
  '@strapi/strapi':
    specifier: ^5.12.0
    version: 5.54.0(react@18.3.1)

packages:

  /@strapi/strapi@5.54.0:
    dependencies:
      '@strapi/strapi': 1.0.0
"""
PNPM_5 = """lockfileVersion: 5.4

specifiers:
  '@strapi/strapi': ^5.12.0

dependencies:
  '@strapi/strapi': 5.54.0_abcdef

packages:
"""
NPM_1 = json.dumps(
    {
        "lockfileVersion": 1,
        "dependencies": {
            "@a/first": {"version": "1.0.0", "dependencies": {NAME: {"version": "4.0.0"}}},
            NAME: {"resolved": "x", "requires": {NAME: "5"}, "version": "5.54.0"},
        },
    },
    indent=2,
)
BUN = """{
  "lockfileVersion": 1,
  "packages": {
    "@strapi/strapi": ["@strapi/strapi@5.54.0", "", { "dependencies": {} }, "sha512-x"],
  }
}
"""


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("package-lock.json", npm(**{f"node_modules/{NAME}": {"version": "5.54.0"}})),
        (
            "package-lock.json",
            npm(
                **{
                    "": {"dependencies": {NAME: "^5.12.0"}},
                    f"node_modules/{NAME}": {"peer": True, "version": "4.0.0"},
                    f"apps/cms/node_modules/{NAME}": {
                        "engines": {"node": "x"},
                        "version": "5.54.0",
                    },
                }
            ),
        ),
        ("package-lock.json", NPM_1),
        ("npm-shrinkwrap.json", NPM_1),
        ("yarn.lock", YARN_1),
        ("yarn.lock", YARN_1.replace("\n", "\r\n")),
        ("yarn.lock", BERRY),
        ("pnpm-lock.yaml", PNPM_9),
        ("pnpm-lock.yaml", PNPM_9.replace("\n", "\r\n")),
        ("bun.lock", BUN),
    ],
)
def test_the_lock_file_of_a_workspace_has_the_version(
    tmp_path: Path, file: str, content: str
) -> None:
    (tmp_path / file).write_bytes(content.encode())

    assert lockfiles.find_version(NAME, "^5.12.0", tmp_path / "apps/cms", tmp_path) == "5.54.0"


@pytest.mark.parametrize("content", [PNPM_5, PNPM_6])
def test_older_pnpm_locks_one_package(tmp_path: Path, content: str) -> None:
    (tmp_path / "pnpm-lock.yaml").write_text(content)

    assert lockfiles.find_version(NAME, "^5.12.0", tmp_path, tmp_path) == "5.54.0"


def test_a_range_that_yarn_does_not_name_takes_the_only_version(tmp_path: Path) -> None:
    (tmp_path / "yarn.lock").write_text(BERRY)
    assert lockfiles.find_version(NAME, "catalog:", tmp_path, tmp_path) == "5.54.0"

    (tmp_path / "yarn.lock").write_text(YARN_1)
    assert lockfiles.find_version(NAME, "latest", tmp_path, tmp_path) is None


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("package-lock.json", "{"),
        ("package-lock.json", f'{{"packages": {{"node_modules/{NAME}": {{'),
        ("package-lock.json", npm(**{f"node_modules/{NAME}": {"link": True}})),
        ("yarn.lock", "\x00\xff"),
        ("pnpm-lock.yaml", "importers:\n  other:\n    dependencies:\n      x: 1.0.0\n"),
        ("pnpm-lock.yaml", f"dependencies:\n  '{NAME}': link:../strapi\n"),
        ("bun.lock", "{}"),
    ],
)
def test_a_lock_file_without_the_package_names_no_version(
    tmp_path: Path, file: str, content: str
) -> None:
    (tmp_path / file).write_text(content)

    assert lockfiles.find_version(NAME, "^5.12.0", tmp_path, tmp_path) is None


@pytest.mark.parametrize(
    ("wanted", "file", "content", "expected"),
    [
        ("^5.0.0", "pnpm-workspace.yaml", "", "^5.0.0"),
        ("catalog:", "pnpm-workspace.yaml", f"catalog:\n  '{NAME}': 5.8.0\n", "5.8.0"),
        ("catalog:default", "pnpm-workspace.yaml", f"catalog:\n  '{NAME}': ^5\n", "^5"),
        ("catalog:", "pnpm-workspace.yaml", f"catalogs:\n  default:\n    '{NAME}': 5.8.0", "5.8.0"),
        ("catalog:cms", "pnpm-workspace.yaml", f"catalogs:\n  cms:\n    '{NAME}': 5.8.0", "5.8.0"),
        ("catalog:cms", "pnpm-workspace.yaml", f"catalog:\n  '{NAME}': 5.8.0\n", "catalog:cms"),
        ("catalog:", "pnpm-workspace.yaml", "catalog: [\n", "catalog:"),
        ("catalog:", ".yarnrc.yml", f"catalog:\n  '{NAME}': 5.8.0\n", "5.8.0"),
        ("catalog:", "package.json", json.dumps({"workspaces": {"catalog": {NAME: "5"}}}), "5"),
        ("catalog:x", "package.json", json.dumps({"catalogs": {"x": {NAME: "5"}}}), "5"),
    ],
)
def test_a_catalog_names_the_range(
    tmp_path: Path, wanted: str, file: str, content: str, expected: str
) -> None:
    (tmp_path / file).write_text(content)

    assert lockfiles.from_catalog(NAME, wanted, tmp_path) == expected


def find(wanted: str, folder: Path, repository: Path) -> Dependency | None:
    manifest = Manifest(name="cms", dependencies={NAME: wanted}, scripts={})
    return packages.find_dependency(NAME, manifest, folder, repository)


@pytest.mark.parametrize(
    ("wanted", "version", "source"),
    [
        ("5.54.0", "5.54.0", "exact"),
        ("5.54.0-beta.1", "5.54.0-beta.1", "exact"),
        ("workspace:5.54.0", "5.54.0", "exact"),
        ("^5.12.0", "5.12.0", "range"),
        ("5.x", "5.0.0", "range"),
        ("latest", None, "range"),
    ],
)
def test_without_installation_and_lock_file_a_range_is_a_range(
    tmp_path: Path, wanted: str, version: str | None, source: str
) -> None:
    found = find(wanted, tmp_path, tmp_path)

    assert found is not None
    assert (found.version, found.source) == (version, source)


def test_installed_wins_over_locked_and_locked_over_the_range(tmp_path: Path) -> None:
    (tmp_path / "apps/cms").mkdir(parents=True)
    (tmp_path / "pnpm-lock.yaml").write_text(PNPM_9)

    assert find("^5.12.0", tmp_path / "apps/cms", tmp_path) == Dependency(
        version="5.54.0", source="locked", wanted="^5.12.0"
    )

    package = tmp_path / "node_modules" / NAME / "package.json"
    package.parent.mkdir(parents=True)
    package.write_text('{"version": "5.54.2"}')

    assert find("^5.12.0", tmp_path / "apps/cms", tmp_path) == Dependency(
        version="5.54.2", source="installed", wanted="^5.12.0"
    )


def test_an_exact_version_of_a_catalog_is_exact(tmp_path: Path) -> None:
    (tmp_path / "apps/cms").mkdir(parents=True)
    (tmp_path / "pnpm-workspace.yaml").write_text(f"catalog:\n  '{NAME}': 5.8.0\n")

    assert find("catalog:", tmp_path / "apps/cms", tmp_path) == Dependency(
        version="5.8.0", source="exact", wanted="5.8.0"
    )


@pytest.mark.parametrize(
    ("wanted", "stays"),
    [
        ("^4.25.0", True),
        ("~4.1", True),
        ("4", True),
        ("4.x", True),
        ("4.25.0", True),
        (">=4.1", False),
        ("4 || 5", False),
        ("*", False),
        ("latest", False),
    ],
)
def test_a_range_within_one_major_is_recognized(wanted: str, stays: bool) -> None:
    assert packages.stays_in_major(wanted) is stays
