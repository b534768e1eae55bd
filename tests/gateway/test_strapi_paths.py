"""What Strapi serves beside its API, read from its configuration and its plugins."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from twitter_setup.gateway import strapi_paths
from twitter_setup.project.files import SourceFile
from twitter_setup.project.strapi_config import Variables


def _variables(**values: str) -> Variables:
    return Variables(values, SourceFile(Path(".env"), None))


def _write(path: Path, content: str | Mapping[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))


def _depend(root: Path, *names: str) -> None:
    _write(root / "package.json", {"dependencies": dict.fromkeys(names, "1.0.0")})


# The admin side


def test_the_admin_side_of_every_strapi_is_known(tmp_path: Path) -> None:
    names = strapi_paths.admin_names(tmp_path, _variables())

    assert {
        "admin",
        "content-manager",
        "content-type-builder",
        "upload",
        "users-permissions",
        "i18n",
        "email",
        "content-releases",
        "review-workflows",
        "documentation",
    } <= set(names)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("'/dashboard'", "dashboard"),
        ("'/my/panel/'", "my/panel"),
        ("'https://cms.example.com/panel'", "panel"),
        ("env('ADMIN_PATH', '/secret')", "secret"),
        ("env('PANEL', '/secret')", "hidden"),
    ],
)
def test_a_panel_at_a_path_of_ones_own_is_one_more_name(
    tmp_path: Path, url: str, name: str
) -> None:
    _write(tmp_path / "config" / "admin.js", f"module.exports = ({{ env }}) => ({{ url: {url} }})")

    names = strapi_paths.admin_names(tmp_path, _variables(PANEL="/hidden"))

    assert {name, "admin"} <= set(names)


@pytest.mark.parametrize("url", ["'/'", "''", "makeUrl()"])
def test_a_panel_path_that_says_nothing_adds_nothing(tmp_path: Path, url: str) -> None:
    before = strapi_paths.admin_names(tmp_path, _variables())
    _write(tmp_path / "config" / "admin.js", f"module.exports = {{ url: {url} }}")

    assert strapi_paths.admin_names(tmp_path, _variables()) == before


def test_plugins_are_named_by_their_package_and_by_themselves(tmp_path: Path) -> None:
    _depend(
        tmp_path, "@strapi/plugin-seo", "strapi-plugin-menus", "@me/strapi-plugin-x", "odd", "react"
    )
    odd = {"strapi": {"name": "my-odd", "kind": "plugin"}}
    _write(tmp_path / "node_modules" / "odd" / "package.json", odd)
    _write(tmp_path / "node_modules" / "react" / "package.json", {"name": "react"})

    names = strapi_paths.admin_names(tmp_path, _variables())

    assert {"seo", "menus", "x", "my-odd"} <= set(names)
    assert "react" not in names


def test_the_projects_own_plugins_are_found_by_folder_and_configuration(tmp_path: Path) -> None:
    _write(tmp_path / "src" / "plugins" / "shop" / "package.json", {"strapi": {"name": "store"}})
    _write(
        tmp_path / "config" / "plugins.ts",
        "export default () => ({ 'my-own': { enabled: true }, graphql: {}, ...more })",
    )

    names = strapi_paths.admin_names(tmp_path, _variables())

    assert {"shop", "store", "my-own"} <= set(names)
    assert "graphql" not in names


@pytest.mark.parametrize("content", ["module.exports = {", "module.exports = make()", "{}", "[]"])
def test_what_cannot_be_read_is_passed_over(tmp_path: Path, content: str) -> None:
    _write(tmp_path / "config" / "plugins.js", content)
    _depend(tmp_path, "odd")
    _write(tmp_path / "node_modules" / "odd" / "package.json", "[]")

    assert "admin" in strapi_paths.admin_names(tmp_path, _variables())


# GraphQL


def test_without_the_plugin_there_is_no_endpoint(tmp_path: Path) -> None:
    assert strapi_paths.graphql_path(tmp_path, _variables()) is None
    _depend(tmp_path, "@strapi/strapi")
    assert strapi_paths.graphql_path(tmp_path, _variables()) is None


@pytest.mark.parametrize(
    ("config", "path"),
    [
        ("", "/graphql"),
        ("module.exports = {}", "/graphql"),
        ("module.exports = { graphql: { config: { endpoint: '/api/graph' } } }", "/api/graph"),
        ("module.exports = { graphql: { config: { endpoint: 'gql/' } } }", "/gql"),
        (
            "module.exports = ({ env }) => ({ graphql: { config: { endpoint: env('GQL') } } })",
            "/from-env",
        ),
        ("module.exports = { graphql: { config: make() } }", "/graphql"),
        ("module.exports = { graphql: { enabled: false } }", None),
        ("module.exports = { graphql: { enabled: true } }", "/graphql"),
        ("module.exports = {", "/graphql"),
    ],
)
def test_the_endpoint_is_what_the_configuration_says(
    tmp_path: Path, config: str, path: str | None
) -> None:
    _depend(tmp_path, "@strapi/plugin-graphql")
    if config:
        _write(tmp_path / "config" / "plugins.js", config)

    assert strapi_paths.graphql_path(tmp_path, _variables(GQL="/from-env")) == path
