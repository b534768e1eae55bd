"""What is read of a back end: versions, the server config that decides, port and API prefix."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twitter_setup.errors import SetupError
from twitter_setup.project import backend

SERVER = """module.exports = ({ env }) => ({
  host: env('HOST', '0.0.0.0'),
  port: env.int('PORT', 1337),
  app: { keys: env.array('APP_KEYS') },
});
"""
URL = "module.exports = ({ env }) => ({ url: env('PUBLIC_URL', '') });\n"
NO_URL = "module.exports = () => ({ proxy: true });\n"


def manifest(strapi: str = "5.54.0", users_permissions: str = "5.54.0") -> dict[str, object]:
    return {
        "name": "cms",
        "dependencies": {
            "@strapi/strapi": strapi,
            "@strapi/plugin-users-permissions": users_permissions,
        },
    }


def tree(root: Path, files: Mapping[str, object]) -> Path:
    """Write the files; anything but a text as JSON."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return root


def project(root: Path, files: Mapping[str, object] | None = None) -> Path:
    """A small Strapi project, with `files` over its own."""
    return tree(root, {"package.json": manifest(), "config/server.js": SERVER, **(files or {})})


def failure(root: Path, environ: Mapping[str, str] | None = None, **settings: int) -> SetupError:
    with pytest.raises(SetupError) as caught:
        backend.load(root, environ or {}, port=settings.get("port"))
    return caught.value


def test_a_fresh_project_is_read(tmp_path: Path) -> None:
    found = backend.load(project(tmp_path, {".env": "HOST=0.0.0.0\n"}), {})

    assert (found.root, found.name, found.language) == (tmp_path, "cms", "javascript")
    assert found.server_config.path == tmp_path / "config/server.js"
    assert found.server_config.content == SERVER.encode()
    assert found.url is not None
    assert found.url.kind == "absent"
    assert found.url_key is None
    assert found.syntax_problem is None
    assert found.env_file.path == tmp_path / ".env"
    assert (found.port, found.port_from) == (1337, "config/server.js")
    assert (found.api_prefix, found.api_prefix_is_certain) == ("/api", True)


def test_reading_changes_nothing(tmp_path: Path) -> None:
    project(tmp_path, {"config/api.js": "module.exports = {}", "src/index.js": ""})
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}

    backend.variable_is_used(backend.load(tmp_path, {}), "PUBLIC_URL")

    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


# Versions


def test_the_installed_version_counts_more_than_the_range(tmp_path: Path) -> None:
    project(
        tmp_path,
        {
            "package.json": manifest("^5.0.0", "^5.0.0"),
            "node_modules/@strapi/strapi/package.json": {"version": "5.54.0"},
            "node_modules/@strapi/plugin-users-permissions/package.json": {"version": "5.53.1"},
        },
    )

    found = backend.load(tmp_path, {})

    assert (found.strapi, found.strapi_is_installed) == ("5.54.0", True)
    assert found.users_permissions == "5.53.1"


def test_a_hoisted_version_is_found_up_to_the_root_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    hoisted = "node_modules/@strapi/strapi/package.json"
    plugin = "node_modules/@strapi/plugin-users-permissions/package.json"
    tree(tmp_path, {f"repository/{hoisted}": {"version": "5.54.0"}, plugin: {"version": "5.54.0"}})

    found = backend.load(
        project(tmp_path / "repository/apps/cms", {"package.json": manifest("^5.0.0", "^5.1.0")}),
        {},
    )

    assert (found.strapi, found.strapi_is_installed) == ("5.54.0", True)
    assert found.users_permissions == "5.1.0"


@pytest.mark.parametrize("installed", ["{", "[]", '{"version": 5}', '{"version": "?"}'])
def test_an_odd_installation_counts_as_none(tmp_path: Path, installed: str) -> None:
    project(tmp_path, {"node_modules/@strapi/strapi/package.json": installed})

    found = backend.load(tmp_path, {})

    assert (found.strapi, found.strapi_is_installed) == ("5.54.0", False)


def test_a_range_that_names_no_version_leaves_it_unknown(tmp_path: Path) -> None:
    found = backend.load(project(tmp_path, {"package.json": manifest("latest", "latest")}), {})

    assert found.strapi is None
    assert found.major is None
    assert found.has_users_permissions
    assert found.users_permissions is None
    assert found.needs_session_login is None
    assert not found.reloads_env
    assert not found.bakes_url_into_admin


@pytest.mark.parametrize(
    ("wanted", "title", "major", "needs_session"),
    [
        ("5.54.0", "Strapi 5.54.0", 5, True),
        ("5.12.0", "Strapi 5.12.0", 5, False),
        ("^5.12.0", "Strapi ^5.12.0", 5, None),
        ("^5.53.0", "Strapi ^5.53.0", 5, True),
        ("^4.25.0", "Strapi ^4.25.0", 4, False),
        (">=4.25.0", "Strapi >=4.25.0", None, None),
    ],
)
def test_a_range_is_no_version(
    tmp_path: Path, wanted: str, title: str, major: int | None, needs_session: bool | None
) -> None:
    found = backend.load(project(tmp_path, {"package.json": manifest(wanted, wanted)}), {})

    assert (found.strapi_title, found.major) == (title, major)
    assert found.needs_session_login is needs_session


def test_the_lock_files_version_is_a_version(tmp_path: Path) -> None:
    names = ("@strapi/strapi", "@strapi/plugin-users-permissions")
    locked = {"packages": {f"node_modules/{name}": {"version": "5.54.1"} for name in names}}
    files = {"package.json": manifest("^5.12.0", "^5.12.0"), "package-lock.json": locked}

    found = backend.load(project(tmp_path, files), {})

    assert (found.strapi_title, found.needs_session_login) == ("Strapi 5.54.1", True)
    assert not found.strapi_is_installed


def test_users_permissions_may_be_missing(tmp_path: Path) -> None:
    package = {"dependencies": {"@strapi/strapi": "5.54.0"}}

    found = backend.load(project(tmp_path / "cms", {"package.json": package}), {})

    assert not found.has_users_permissions
    assert found.name == "cms"


@pytest.mark.parametrize(
    ("version", "major", "reloads_env", "bakes_url", "needs_session"),
    [
        ("4.26.2", 4, False, True, False),
        ("5.11.3", 5, False, True, False),
        ("5.12.0", 5, False, False, False),
        ("5.47.9", 5, False, False, False),
        ("5.48.0", 5, True, False, False),
        ("5.52.0", 5, True, False, False),
        ("5.53.0-beta.1", 5, True, False, True),
        ("6.0.0", 6, True, False, True),
    ],
)
def test_what_depends_on_the_version(
    tmp_path: Path,
    version: str,
    major: int,
    reloads_env: bool,
    bakes_url: bool,
    needs_session: bool,
) -> None:
    found = backend.load(project(tmp_path, {"package.json": manifest(version, version)}), {})

    assert found.major == major
    assert found.reloads_env is reloads_env
    assert found.bakes_url_into_admin is bakes_url
    assert found.needs_session_login is needs_session


@pytest.mark.parametrize(
    "package",
    [
        {"dependencies": {"strapi": "3.6.11"}},
        {"dependencies": {"strapi": "latest"}},
        manifest("3.0.0-next.1"),
    ],
)
def test_strapi_3_is_refused_with_a_sentence(tmp_path: Path, package: object) -> None:
    error = failure(project(tmp_path, {"package.json": package}))

    assert error.code == "unsupported_version"
    assert error.message.startswith("This is Strapi 3")
    assert "Strapi 4 and 5" in error.message
    assert error.advice


def test_a_broken_package_says_where(tmp_path: Path) -> None:
    error = failure(project(tmp_path, {"package.json": '{\n  "dependencies": {\n'}))

    assert error.code == "project_broken"
    assert "package.json is not JSON: line 3, column 1" in error.message


# The server config


@pytest.mark.parametrize(
    ("files", "name", "language"),
    [
        ({}, "config/server.js", "javascript"),
        ({"config/server.ts": "export default {}"}, "config/server.js", "javascript"),
        (
            {"config/server.ts": "export default {}", "tsconfig.json": {}},
            "config/server.ts",
            "typescript",
        ),
        ({"config/env/development/server.js": NO_URL}, "config/server.js", "javascript"),
        (
            {"config/env/development/server.js": URL},
            "config/env/development/server.js",
            "javascript",
        ),
        ({"config/env/production/server.js": URL}, "config/server.js", "javascript"),
        ({"config/server.toml": "url = ''"}, "config/server.js", "javascript"),
    ],
)
def test_the_file_that_decides_the_url_is_found(
    tmp_path: Path, files: Mapping[str, object], name: str, language: str
) -> None:
    found = backend.load(project(tmp_path, files), {})

    assert found.server_config.path == tmp_path / name
    assert found.language == language


def test_a_url_that_reads_a_variable_is_understood(tmp_path: Path) -> None:
    found = backend.load(project(tmp_path, {"config/server.js": URL}), {})

    assert found.url is not None
    assert (found.url.kind, found.url.variable) == ("variable", "PUBLIC_URL")


@pytest.mark.parametrize("name", ["config/server.js", "config/env/development/server.js"])
def test_a_server_config_that_does_not_parse_says_where(tmp_path: Path, name: str) -> None:
    found = backend.load(project(tmp_path, {name: "module.exports = {\n  url: ,\n};\n"}), {})

    assert found.server_config.path == tmp_path / name
    assert found.url is None
    assert found.syntax_problem is not None
    assert found.syntax_problem.startswith("line 2, column ")


def test_without_a_server_config_there_is_no_url_to_read(tmp_path: Path) -> None:
    found = backend.load(tree(tmp_path, {"package.json": manifest()}), {})

    assert found.server_config.path == tmp_path / "config/server.js"
    assert found.server_config.content is None
    assert found.url is None
    assert (found.port, found.port_from) == (1337, "default")


def test_json_is_told_to_be_unclear(tmp_path: Path) -> None:
    tree(tmp_path, {"package.json": manifest(), "config/server.json": {"url": "http://x"}})

    found = backend.load(tmp_path, {})

    assert found.language == "json"
    assert found.url is not None
    assert (found.url.kind, found.url.reason) == ("unclear", "JSON cannot read a variable")


def test_a_named_server_config_is_the_only_one_read(tmp_path: Path) -> None:
    project(tmp_path, {"config/env/development/server.js": URL, "settings/web.ts": URL})

    found = backend.load(tmp_path, {}, server_config="settings/web.ts")

    assert found.server_config.path == tmp_path / "settings/web.ts"
    assert found.language == "typescript"


def test_a_named_server_config_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"config/web\.js .*is not there") as caught:
        backend.load(project(tmp_path), {}, server_config="config/web.js")

    assert caught.value.code == "settings_invalid"


# A back end of another kind


@pytest.mark.parametrize(
    ("content", "url_key", "port", "port_from"),
    [
        ('[server]\nurl = "http://x"\nport = 8000\n', "server.url", 8000, "config/server.toml"),
        ('url = "http://x"\nport = "8000"\n', "url", 8000, "config/server.toml"),
        ("[server]\nport = 8000\n", "server.url", 8000, "config/server.toml"),
        ('url = "http://x"\n[server]\nhost = "::1"\n', "url", 1337, "default"),
        ("", "url", 1337, "default"),
        ("port = true\n", "url", 1337, "default"),
    ],
)
def test_a_server_config_in_toml_is_read(
    tmp_path: Path, content: str, url_key: str, port: int, port_from: str
) -> None:
    found = backend.load(tree(tmp_path / "api", {"config/server.toml": content}), {})

    assert (found.language, found.url, found.url_key) == ("toml", None, url_key)
    assert (found.port, found.port_from) == (port, port_from)
    assert (found.name, found.strapi, found.has_users_permissions) == ("api", None, True)
    assert (found.api_prefix, found.api_prefix_is_certain) == ("/api", True)


def test_the_key_of_the_url_may_be_named(tmp_path: Path) -> None:
    tree(tmp_path, {"web.toml": "[http]\npublic = 'http://x'\n"})

    found = backend.load(tmp_path, {}, server_config="web.toml", url_key="http.public")

    assert (found.language, found.url_key) == ("toml", "http.public")


@pytest.mark.parametrize("url_key", [None, "http.public"])
def test_broken_toml_says_where(tmp_path: Path, url_key: str | None) -> None:
    tree(tmp_path, {"config/server.toml": "[server]\nurl = \n"})

    found = backend.load(tmp_path, {}, url_key=url_key)

    assert found.syntax_problem is not None
    assert found.syntax_problem.startswith("line 2, column ")
    assert found.url_key is None


# The port


@pytest.mark.parametrize(
    ("config", "env", "environ", "port", "port_from"),
    [
        (SERVER, "", {}, 1337, "config/server.js"),
        (SERVER, "PORT=4000", {}, 4000, "PORT in .env"),
        (SERVER, "PORT=4000 # ours", {"PORT": "5000"}, 5000, "PORT in the environment"),
        ("module.exports = { port: 4001 };", "PORT=4000", {}, 4001, "config/server.js"),
        ("module.exports = { port: '4001' };", "", {}, 4001, "config/server.js"),
        ("module.exports = { port: process.env.WEB };", "WEB=4002", {}, 4002, "WEB in .env"),
        ("module.exports = { port: process.env.WEB };", "", {}, 1337, "default"),
        ("module.exports = {};", "PORT=4000", {}, 4000, "PORT in .env"),
        ("module.exports = {};", "PORT=", {}, 1337, "default"),
        ("module.exports = {};", "", {}, 1337, "default"),
        ("module.exports = { port: a + b };", "PORT=4000", {}, 4000, "PORT in .env"),
        ("module.exports = {", "PORT=4000", {}, 4000, "PORT in .env"),
    ],
)
def test_the_port_is_found_where_strapi_finds_it(
    tmp_path: Path, config: str, env: str, environ: dict[str, str], port: int, port_from: str
) -> None:
    project(tmp_path, {"config/server.js": config, ".env": env})

    found = backend.load(tmp_path, environ)

    assert (found.port, found.port_from) == (port, port_from)


def test_the_port_for_development_wins(tmp_path: Path) -> None:
    name = "config/env/development/server.js"
    project(tmp_path, {name: "module.exports = { port: 4003 };"})

    found = backend.load(tmp_path, {})

    assert (found.port, found.port_from) == (4003, name)
    assert found.server_config.path == tmp_path / "config/server.js"


def test_a_given_port_wins(tmp_path: Path) -> None:
    found = backend.load(project(tmp_path, {".env": "PORT=4000"}), {"PORT": "5000"}, port=6000)

    assert (found.port, found.port_from) == (6000, "--port")


@pytest.mark.parametrize("port", [0, -1, 65536, 99999999999999999999])
def test_a_given_port_out_of_range_is_a_usage_error(tmp_path: Path, port: int) -> None:
    error = failure(project(tmp_path), port=port)

    assert error.code == "usage"
    assert error.message == f"--port: {port} is not a number from 1 to 65535."


@pytest.mark.parametrize(
    ("config", "env", "message"),
    [
        ("module.exports = { port: 70000 };", "", "config/server.js: '70000' is not a port"),
        (SERVER, "PORT=0", "PORT in .env: '0' is not a port"),
        (SERVER, "PORT=", "PORT in .env: '' is not a port"),
        (SERVER, "PORT=http", "PORT in .env: 'http' is not a port"),
    ],
)
def test_a_port_out_of_range_is_said_with_its_place(
    tmp_path: Path, config: str, env: str, message: str
) -> None:
    error = failure(project(tmp_path, {"config/server.js": config, ".env": env}))

    assert error.code == "project_broken"
    assert error.message.startswith(message)


@pytest.mark.parametrize("place", ["settings/dev.env", "../dev.env"])
def test_env_path_names_another_env_file(tmp_path: Path, place: str) -> None:
    root = project(tmp_path / "cms", {place: "PORT=4000", ".env": "PORT=1"})

    found = backend.load(root, {"ENV_PATH": place})

    assert found.env_file.path.samefile(root / place)
    assert (found.port, found.port_from) == (4000, "PORT in dev.env")


# The API prefix


@pytest.mark.parametrize(
    ("config", "prefix", "certain"),
    [
        ("module.exports = {};", "/api", True),
        ("module.exports = { rest: { defaultLimit: 25 } };", "/api", True),
        ("module.exports = { rest: { prefix: '/v1/' } };", "/v1", True),
        ("module.exports = { rest: { prefix: 'cms/v1' } };", "/cms/v1", True),
        ("module.exports = { rest: { prefix: '' } };", "", True),
        ("module.exports = { rest: { prefix: '/' } };", "", True),
        ("module.exports = ({env}) => ({ rest: { prefix: env('X', '/v2') } });", "/v2", True),
        ("module.exports = ({env}) => ({ rest: { prefix: env('X') } });", "/api", False),
        ("module.exports = ({env}) => ({ rest: { prefix: env('SET', '/v2') } });", "/v3", True),
        ("module.exports = { rest: { prefix: `/${version}` } };", "/api", False),
        ("module.exports = { rest: { prefix: true } };", "/api", False),
        ("module.exports = {", "/api", False),
    ],
)
def test_the_api_prefix_is_read(tmp_path: Path, config: str, prefix: str, certain: bool) -> None:
    project(tmp_path, {"config/api.js": config, ".env": "SET=/v3"})

    found = backend.load(tmp_path, {})

    assert (found.api_prefix, found.api_prefix_is_certain) == (prefix, certain)


# What `strapi develop` does not watch


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("/home/ann/shop/backend", None),
        ("/home/ann/builds/publication/logs2", None),
        ("/tmp/shop/backend", "tmp"),
        ("/home/ann/my-tmp-things/backend", "my-tmp-things"),
        ("/home/ann/.work/backend", ".work"),
        ("/home/ann/build/backend", "build"),
        ("/home/ann/shop/dist", "dist"),
        ("/var/log/backend", "log"),
        ("/home/ann/logs/backend", "logs"),
        ("/srv/public/backend", "public"),
        ("/srv/exports/backend", "exports"),
        ("/srv/documentation/backend", "documentation"),
        ("/srv/node_modules/backend", "node_modules"),
        ("/srv/src/admin", "src/admin"),
        ("/srv/src/administration", None),
    ],
)
def test_folders_that_are_never_watched_are_known(path: str, part: str | None) -> None:
    assert backend.unwatched_part(Path(path)) == part


def test_the_real_path_decides_what_is_watched(tmp_path: Path) -> None:
    project(tmp_path / "dist")
    (tmp_path / "link").symlink_to(tmp_path / "dist")

    found = backend.load(tmp_path / "link", {})

    assert found.root == tmp_path / "dist"
    assert found.unwatched is not None


@given(st.lists(st.text("abcdefgh", min_size=1), max_size=5))
def test_a_dot_folder_anywhere_is_never_watched(parts: list[str]) -> None:
    plain = Path("/", *parts)

    assert backend.unwatched_part(plain) is None
    assert backend.unwatched_part(Path("/", ".hidden", *parts)) == ".hidden"
    assert backend.unwatched_part(plain / ".hidden") == ".hidden"


# Who else reads a variable


@pytest.mark.parametrize(
    ("name", "content", "used"),
    [
        ("config/plugins.js", "module.exports = ({ env }) => ({ a: env('PUBLIC_URL') });", True),
        ("config/env/production/server.js", URL, True),
        ("src/index.js", "module.exports = { bootstrap() { process.env.PUBLIC_URL; } };", True),
        ("src/api/test/services/x.ts", "export const u: string = process.env.PUBLIC_URL!;", True),
        ("src/plugins/shop/server/index.js", "const u = process.env['PUBLIC_URL'];", True),
        ("src/index.js", "// process.env.PUBLIC_URL\n", False),
        ("src/index.js", "const u = process.env.PUBLIC_URL_OLD;", False),
        ("src/node_modules/x/index.js", "process.env.PUBLIC_URL;", False),
        ("src/plugins/shop/dist/index.js", "process.env.PUBLIC_URL;", False),
        ("scripts/seed.js", "process.env.PUBLIC_URL;", True),
        ("src/readme.md", "process.env.PUBLIC_URL;", False),
        ("src/big.js", "process.env.PUBLIC_URL;" + " " * (1 << 20), False),
    ],
)
def test_other_uses_of_a_variable_are_found(
    tmp_path: Path, name: str, content: str, used: bool
) -> None:
    project(tmp_path, {name: content, "src/plugins/shop/package.json": {}})

    assert backend.variable_is_used(backend.load(tmp_path, {}), "PUBLIC_URL") is used
