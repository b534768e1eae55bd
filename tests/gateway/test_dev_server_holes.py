"""Which Vite gives files away, and which version to take instead."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.gateway.forwarding import lets_through
from twitter_setup.gateway.dev_server_holes import deny_bypass, file_read_hole


def install(folder: Path, name: str, version: str) -> Path:
    package = folder / "node_modules" / name
    package.mkdir(parents=True, exist_ok=True)
    (package / "package.json").write_text(json.dumps({"name": name, "version": version}))
    return package


@pytest.mark.parametrize(
    ("version", "cve", "fixed"),
    [
        ("3.2.11", "CVE-2025-30208", "5.4.20"),
        ("4.5.9", "CVE-2025-30208", "5.4.20"),
        ("5.4.14", "CVE-2025-30208", "5.4.20"),
        ("5.4.15", "CVE-2025-31125", "5.4.20"),
        ("5.4.18", "CVE-2025-46565", "5.4.20"),
        ("5.4.19", "CVE-2025-58751", "5.4.20"),
        ("6.0.15", "CVE-2025-46565", "6.4.2"),
        ("6.2.0", "CVE-2025-31486", "6.4.2"),
        ("6.2.5", "CVE-2025-32395", "6.4.2"),
        ("6.4.1", "CVE-2026-39363", "6.4.2"),
        ("7.0.0-beta.1", "CVE-2026-39363", "7.3.2"),
        ("7.3.1", "CVE-2026-39364", "7.3.2"),
        ("8.0.4", "CVE-2026-39363", "8.0.5"),
    ],
)
def test_a_vite_with_a_hole_is_named_with_the_version_that_has_none(
    tmp_path: Path, version: str, cve: str, fixed: str
) -> None:
    install(tmp_path, "vite", version)

    found = file_read_hole(tmp_path, "vite", platform="linux")

    assert found
    assert found.startswith(f"Vite {version} ")
    assert cve in found
    assert found.endswith(f"; {fixed} does not.")


@pytest.mark.parametrize(
    "version", ["5.4.20", "5.4.21", "6.4.2", "7.3.2", "7.4.0", "8.0.5", "9.0.0"]
)
def test_a_vite_without_known_holes_is_fine(tmp_path: Path, version: str) -> None:
    install(tmp_path, "vite", version)

    assert file_read_hole(tmp_path, "vite", platform="linux") is None


def test_a_hole_of_windows_counts_there_alone(tmp_path: Path) -> None:
    install(tmp_path, "vite", "5.4.20")

    assert file_read_hole(tmp_path, "vite", platform="darwin") is None
    assert "CVE-2025-62522" in (file_read_hole(tmp_path, "vite", platform="win32") or "")


@pytest.mark.parametrize("version", ["7.1.0", "7.3.1", "8.0.4"])
def test_a_vite_that_returns_denied_files_to_a_query_is_named(version: str) -> None:
    found = deny_bypass(version, lets_through, platform="linux") or ""

    assert found.startswith(f"Vite {version} ")
    assert "(CVE-2026-39364)" in found


@pytest.mark.parametrize("version", ["4.5.13", "5.4.18", "6.4.1", "7.3.2", "8.4.0", "x", None])
def test_a_bypass_in_spellings_that_the_gateway_refuses_is_none(version: str | None) -> None:
    assert deny_bypass(version, lets_through, platform="linux") is None


def test_a_bypass_counts_if_the_gateway_forwards_its_spelling() -> None:
    assert "CVE-2025-46565" in (deny_bypass("5.4.18", lambda _: True, platform="linux") or "")


def test_the_alternate_paths_of_windows_count_there_alone() -> None:
    assert deny_bypass("8.0.15", lets_through, platform="linux") is None
    assert "CVE-2026-53571" in (deny_bypass("8.0.15", lets_through, platform="win32") or "")


def test_nothing_installed_or_readable_is_no_hole(tmp_path: Path) -> None:
    assert file_read_hole(tmp_path, "next") is None
    install(tmp_path, "vite", "x")
    assert file_read_hole(tmp_path, "vite") is None
    (tmp_path / "node_modules" / "vite" / "package.json").write_text("[]")
    assert file_read_hole(tmp_path, "vite") is None


def test_a_vite_that_was_hoisted_to_the_workspace_is_found(tmp_path: Path) -> None:
    install(tmp_path, "vite", "5.4.14")
    frontend = tmp_path / "apps" / "web"
    frontend.mkdir(parents=True)

    assert "5.4.14" in (file_read_hole(frontend, "vite") or "")


def test_the_frameworks_own_copy_is_the_one_that_runs(tmp_path: Path) -> None:
    install(tmp_path, "vite", "7.3.2")
    astro = install(tmp_path, "astro", "4.0.0")
    install(astro, "vite", "5.4.14")

    assert "Vite 5.4.14 " in (file_read_hole(tmp_path, "astro") or "")
    assert file_read_hole(tmp_path, "vite") is None


def test_a_vite_that_serves_nobody_is_no_hole(tmp_path: Path) -> None:
    install(tmp_path, "vite", "5.4.14")

    assert file_read_hole(tmp_path, "next") is None
    assert file_read_hole(tmp_path, "angular") is None
    angular = install(tmp_path, "@angular/build", "19.0.0")
    install(angular, "vite", "6.0.0")
    assert "Vite 6.0.0 " in (file_read_hole(tmp_path, "angular") or "")


def test_pnpms_links_are_followed_to_the_copy_beside_the_framework(tmp_path: Path) -> None:
    store = tmp_path / "node_modules" / ".pnpm"
    builder = install(store / "builder", "@nuxt/vite-builder", "3.0.0")
    install(store / "builder", "vite", "6.2.0")
    nuxt = install(store / "nuxt", "nuxt", "3.0.0")
    scope = store / "nuxt" / "node_modules" / "@nuxt"
    scope.mkdir()
    (scope / "vite-builder").symlink_to(builder)
    (tmp_path / "node_modules" / "nuxt").symlink_to(nuxt)

    assert "Vite 6.2.0 " in (file_read_hole(tmp_path, "nuxt") or "")


@pytest.mark.parametrize(
    ("builder", "runs_vite"),
    [
        ("@angular-devkit/build-angular:application", True),
        ("@angular-devkit/build-angular:browser-esbuild", True),
        ("@angular-devkit/build-angular:browser", False),
    ],
)
def test_the_vite_inside_angulars_former_builder_counts_if_it_serves(
    tmp_path: Path, builder: str, *, runs_vite: bool
) -> None:
    devkit = install(tmp_path, "@angular-devkit/build-angular", "17.3.8")
    install(devkit, "vite", "5.1.7")
    (tmp_path / "angular.json").write_text(json.dumps({"builder": builder}))

    found = file_read_hole(tmp_path, "angular", platform="linux")

    assert bool(found and found.startswith("Vite 5.1.7 ")) is runs_vite


def test_angulars_present_builder_wins_over_its_former_one(tmp_path: Path) -> None:
    devkit = install(tmp_path, "@angular-devkit/build-angular", "19.2.0")
    install(devkit, "vite", "5.1.7")
    install(install(tmp_path, "@angular/build", "19.2.0"), "vite", "6.4.2")
    (tmp_path / "angular.json").write_text(
        '{"builder": "@angular-devkit/build-angular:application"}'
    )

    assert file_read_hole(tmp_path, "angular", platform="linux") is None
