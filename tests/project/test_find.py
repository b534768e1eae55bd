"""Which folders are taken for the back end and the front end; packages, versions and ports."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twitter_setup.errors import ExitCode, SetupError
from twitter_setup.project import files, packages
from twitter_setup.project import find as project
from twitter_setup.project.tools import scripts

STRAPI = {
    "dependencies": {"@strapi/strapi": "5.54.0"},
    "scripts": {"develop": "strapi develop"},
}
NEXT = {"dependencies": {"next": "16.0.0"}}
EMPTY: dict[str, object] = {}


def tree(root: Path, files: Mapping[str, object]) -> Path:
    """Write the files; anything but a text as JSON."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return root


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to build projects in, inside a home folder of its own."""
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / "projects" / "shop"
    folder.mkdir(parents=True)
    return folder


def git(folder: Path) -> None:
    (folder / ".git").mkdir()


def relative(paths: tuple[Path, ...], root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path in paths]


# Back ends


@pytest.mark.parametrize("start", [".", "config", "src/api/article"])
def test_the_back_end_is_found_from_any_folder_inside_it(root: Path, start: str) -> None:
    tree(root, {"package.json": STRAPI, "config/server.js": "", "src/api/article/x.js": ""})

    assert project.find_backends(root / start) == (root,)


@pytest.mark.parametrize(
    "place", ["backend", "api", "server", "strapi", "cms", "apps/strapi", "packages/cms", "our-cms"]
)
def test_the_back_end_is_found_in_the_folders_of_a_monorepo(root: Path, place: str) -> None:
    git(root)
    tree(root, {"package.json": {"workspaces": ["*"]}, f"{place}/package.json": STRAPI})

    assert relative(project.find_backends(root), root) == [place]


@pytest.mark.parametrize("start", ["apps/web", "apps/web/src/pages", "apps"])
def test_the_back_end_beside_the_front_end_is_found(root: Path, start: str) -> None:
    git(root)
    tree(
        root,
        {
            "apps/web/package.json": NEXT,
            "apps/web/src/pages/index.js": "",
            "apps/strapi/package.json": STRAPI,
        },
    )

    assert relative(project.find_backends(root / start), root) == ["apps/strapi"]


def test_without_git_the_back_end_beside_a_front_end_of_a_usual_name_is_found(root: Path) -> None:
    tree(root, {"frontend/package.json": NEXT, "backend/package.json": STRAPI})

    assert relative(project.find_backends(root / "frontend"), root) == ["backend"]


def test_a_repository_next_to_this_one_is_not_searched(root: Path) -> None:
    git(root)
    tree(root, {"package.json": EMPTY, "../other/backend/package.json": STRAPI})

    assert project.find_backends(root) == ()


def test_the_nearest_back_end_wins(root: Path) -> None:
    git(root)
    tree(
        root,
        {
            "one/web/package.json": NEXT,
            "one/backend/package.json": STRAPI,
            "two/backend/package.json": STRAPI,
        },
    )

    assert relative(project.find_backends(root / "one/web"), root) == ["one/backend"]


def test_several_back_ends_are_sorted_and_named_once(root: Path) -> None:
    tree(root, {"server/package.json": STRAPI, "apps/b/package.json": STRAPI})
    (root / "same").symlink_to(root / "server")

    assert relative(project.find_backends(root), root) == ["apps/b", "server"]


@pytest.mark.parametrize("place", ["node_modules/cms", ".cache/cms", "dist/cms", "build/cms"])
def test_packages_and_builds_are_no_back_ends(root: Path, place: str) -> None:
    tree(root, {f"{place}/package.json": STRAPI})

    assert project.find_backends(root) == ()


@pytest.mark.parametrize(
    "manifest",
    [
        {"devDependencies": {"@strapi/strapi": "^4"}},
        {"dependencies": {"strapi": "3.6.11"}},
    ],
)
@pytest.mark.parametrize("config", ["server.js", "server.ts", "server.json"])
def test_a_package_with_strapi_and_its_config_is_a_back_end(
    root: Path, manifest: object, config: str
) -> None:
    assert project.is_backend(tree(root, {"package.json": manifest, f"config/{config}": ""}))


@pytest.mark.parametrize(
    "script",
    [
        "strapi develop",
        "strapi",
        "strapi start",
        "NODE_ENV=production strapi start",
        "cross-env BROWSER=none strapi develop --watch-admin",
        "dotenv -e ../.env -- strapi develop",
        "npx strapi develop",
        "node_modules/.bin/strapi develop",
        "node --inspect node_modules/@strapi/strapi/bin/strapi.js develop",
        "npm run types && strapi dev",
        'concurrently "strapi develop" "tsc -w"',
    ],
)
def test_a_package_that_runs_strapi_is_a_back_end(root: Path, script: str) -> None:
    assert project.is_backend(tree(root, {"package.json": {"scripts": {"x": script}}}))


@pytest.mark.parametrize(
    "script",
    [
        "cd cms && strapi develop",
        "cd cms && npm run develop",
        "pnpm --filter strapi dev",
        "pnpm --filter=cms strapi develop",
        "pnpm -F strapi develop",
        "yarn workspace strapi develop",
        "yarn --cwd cms strapi develop",
        "npm run develop -w strapi",
        "npm run strapi",
        "turbo run strapi dev",
        "strapi-plugin build",
        "echo strapi is here",
    ],
)
def test_a_package_that_runs_strapi_elsewhere_is_no_back_end(root: Path, script: str) -> None:
    assert not project.is_backend(tree(root, {"package.json": {"scripts": {"x": script}}}))


def test_a_package_of_types_for_strapi_is_no_back_end(root: Path) -> None:
    types = {"devDependencies": {"@strapi/strapi": "5.30.0"}, "scripts": {"build": "tsc"}}
    tree(root, {"packages/types/package.json": types, "apps/cms/package.json": STRAPI})

    assert relative(project.find_backends(root), root) == ["apps/cms"]


def test_a_config_with_strapi_in_the_workspace_around_it_is_a_back_end(root: Path) -> None:
    git(root)
    hoisting = {"workspaces": ["apps/*"], "dependencies": {"@strapi/strapi": "5.30.0"}}
    tree(
        root,
        {
            "package.json": hoisting,
            "apps/cms/package.json": EMPTY,
            "apps/cms/config/server.ts": "",
        },
    )

    assert relative(project.find_backends(root), root) == ["apps/cms"]


@pytest.mark.parametrize("place", ["work/2026/apps/cms", "a/b/backend", "a/b/c/d"])
def test_a_back_end_up_to_four_levels_below_is_found(root: Path, place: str) -> None:
    git(root)
    tree(root, {f"{place}/package.json": STRAPI})

    assert relative(project.find_backends(root), root) == [place]


def test_a_back_end_that_is_near_hides_those_deeper_down(root: Path) -> None:
    git(root)
    tree(root, {"cms/package.json": STRAPI, "old/2023/apps/cms/package.json": STRAPI})

    assert relative(project.find_backends(root), root) == ["cms"]


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"package.json": NEXT},
        {"package.json": {"dependencies": {"@strapi/strapi": "5.54.0"}}},
        {"package.json": {"dependencies": ["@strapi/strapi"]}},
        {"package.json": {**STRAPI, "strapi": {"kind": "plugin"}}},
        {"package.json": "{"},
        {"config/server.js": "module.exports = {}"},
    ],
)
def test_other_folders_are_no_back_ends(root: Path, files: Mapping[str, object]) -> None:
    assert not project.is_backend(tree(root, files))


def test_a_server_config_in_toml_makes_a_back_end(root: Path) -> None:
    assert project.is_backend(tree(root, {"config/server.toml": ""}))


def test_a_broken_package_that_names_strapi_is_a_back_end(root: Path) -> None:
    assert project.is_backend(tree(root, {"package.json": '{"dependencies": {"@strapi/strapi"'}))


def test_a_folder_that_is_not_there_has_no_back_end(root: Path) -> None:
    assert project.find_backends(root / "gone") == ()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_folders_that_may_not_be_looked_into_are_passed_over(root: Path) -> None:
    tree(root, {"data/package.json": STRAPI, "backend/package.json": STRAPI})
    (root / "data").chmod(0)

    assert relative(project.find_backends(root), root) == ["backend"]


def test_a_user_without_a_home_folder_finds_projects_too(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_home(_: type[Path]) -> Path:
        raise RuntimeError("no home")

    monkeypatch.setattr(Path, "home", classmethod(no_home))
    tree(root, {"package.json": STRAPI, "src/x.js": ""})

    assert project.find_backends(root / "src") == (root,)


# Choosing


def test_the_only_back_end_is_taken(root: Path) -> None:
    tree(root, {"cms/package.json": STRAPI, "web/package.json": NEXT})

    assert project.choose_backend(None, root) == root / "cms"


def test_a_named_back_end_is_taken(root: Path) -> None:
    tree(root, {"one/package.json": STRAPI, "two/package.json": STRAPI})

    assert project.choose_backend(Path("two"), root) == root / "two"
    assert project.choose_backend(root / "one", root) == root / "one"


def test_no_back_end_is_an_error_that_names_the_option(root: Path) -> None:
    with pytest.raises(SetupError) as caught:
        project.choose_backend(None, root, command="verify")

    assert caught.value.code == "no_project"
    assert caught.value.message.startswith("No Strapi project here: no package in this folder")
    assert caught.value.advice[0].command == "twitter-setup verify --backend path/to/backend"
    assert caught.value.unchanged == "Nothing was changed."


def test_two_back_ends_are_an_error_with_a_command_for_each(root: Path) -> None:
    tree(root, {"apps/my shop/package.json": STRAPI, "apps/cms/package.json": STRAPI})
    (root / "docs").mkdir()

    with pytest.raises(SetupError) as caught:
        project.choose_backend(None, root / "apps")

    assert caught.value.code == "several_projects"
    assert caught.value.exit_code is ExitCode.USAGE
    assert [advice.command for advice in caught.value.advice] == [
        "twitter-setup tunnel --backend cms",
        "twitter-setup tunnel --backend 'my shop'",
    ]


def test_a_named_folder_that_is_not_there_is_an_error(root: Path) -> None:
    with pytest.raises(SetupError, match=r"There is no folder .*nowhere") as caught:
        project.choose_backend(Path("nowhere"), root)

    assert caught.value.code == "no_project"


def test_a_named_folder_that_is_no_back_end_is_an_error(root: Path) -> None:
    tree(root, {"web/package.json": NEXT})

    with pytest.raises(SetupError, match=r"it has no config/server\.\*") as caught:
        project.choose_backend(Path("web"), root)

    assert caught.value.code == "no_project"


def test_a_named_folder_that_depends_on_strapi_is_taken(root: Path) -> None:
    tree(root, {"cms/package.json": {"dependencies": {"@strapi/strapi": "5.54.0"}}})

    assert project.choose_backend(Path("cms"), root) == root / "cms"


def test_a_named_folder_need_not_look_like_strapi_when_its_config_is_named_too(root: Path) -> None:
    tree(root, {"port/settings.toml": ""})

    assert project.choose_backend(Path("port"), root, accept_any=True) == root / "port"


def test_a_broken_package_here_is_said_before_no_project(root: Path) -> None:
    tree(root, {"package.json": '{\n  "name": "shop",\n  oops\n}'})

    with pytest.raises(SetupError, match=r"package\.json is not JSON: line 3, column 3") as caught:
        project.choose_backend(None, root)

    assert caught.value.code == "project_broken"


# Front ends


def test_the_front_ends_beside_the_back_end_are_found_usual_names_first(root: Path) -> None:
    git(root)
    tree(
        root,
        {
            "backend/package.json": STRAPI,
            "admin/package.json": NEXT,
            "web/package.json": NEXT,
            "frontend/package.json": NEXT,
            "apps/shop/package.json": NEXT,
        },
    )

    found = project.find_frontends(root / "backend", root)

    assert relative(found, root) == ["frontend", "web", "apps/shop", "admin"]


@pytest.mark.parametrize("place", ["apps/web", "frontend", "packages/site", "clients/shop"])
def test_a_front_end_elsewhere_in_the_repository_is_found(root: Path, place: str) -> None:
    git(root)
    tree(root, {"apps/strapi/package.json": STRAPI, f"{place}/package.json": NEXT})

    assert relative(project.find_frontends(root / "apps/strapi", root), root) == [place]


def test_a_front_end_in_the_back_ends_folder_is_found(root: Path) -> None:
    tree(root, {"package.json": STRAPI, "frontend/package.json": NEXT})

    assert relative(project.find_frontends(root, root), root) == ["frontend"]


def test_a_front_end_around_the_back_end_is_found(root: Path) -> None:
    git(root)
    tree(root, {"package.json": NEXT, "backend/package.json": STRAPI})

    assert project.find_frontends(root / "backend", root) == (root,)


@pytest.mark.parametrize(
    "files",
    [
        {"package.json": {"private": True, "workspaces": ["apps/*"]}},
        {"other/package.json": STRAPI},
        {"other/package.json": {"dependencies": {**STRAPI["dependencies"], "vite": "5"}}},
        {"node_modules/x/package.json": NEXT},
        {"broken/package.json": '{"dependencies": {"next"'},
        {"ui/package.json": {"devDependencies": {"vite": "7"}}},
        {"../blog/package.json": NEXT},
    ],
)
def test_what_is_no_front_end_of_this_project_is_left_out(
    root: Path, files: Mapping[str, object]
) -> None:
    git(root)
    tree(root, {"backend/package.json": STRAPI, **files})

    assert project.find_frontends(root / "backend", root) == ()


@pytest.mark.parametrize(
    "files",
    [
        {"web/package.json": {"devDependencies": {"vite": "7"}}, "web/index.html": ""},
        {"web/package.json": {"devDependencies": {"vite": "7", "@react-router/dev": "7"}}},
    ],
)
def test_vite_with_pages_is_a_front_end(root: Path, files: Mapping[str, object]) -> None:
    tree(root, {"backend/package.json": STRAPI, **files})

    assert relative(project.find_frontends(root / "backend", root), root) == ["web"]


VITE = {"devDependencies": {"vite": "6.3.6", "next": "16.0.0"}, "workspaces": ["apps/*"]}


@pytest.mark.parametrize(
    "files",
    [
        {"package.json": {"scripts": {"dev": "vite"}}, "index.html": "", "vite.config.ts": ""},
        {"package.json": {"scripts": {"dev": "vite --port 4000"}}, "index.html": ""},
        {"package.json": {"scripts": {"dev": "next dev"}}},
        {"package.json": {}, "next.config.mjs": ""},
        {"project.json": {"targets": {"serve": {"executor": "@nx/next:server"}}}},
        {"project.json": {"targets": {"dev": {"command": "next dev"}}}},
        {
            "project.json": {"targets": {"serve": {"executor": "@nx/vite:dev-server"}}},
            "index.html": "",
        },
    ],
)
def test_a_front_end_whose_dependencies_are_in_the_root_is_found(
    root: Path, files: Mapping[str, object]
) -> None:
    git(root)
    tree(root, {"package.json": VITE, "apps/cms/package.json": STRAPI})
    tree(root / "apps/web", files)

    assert relative(project.find_frontends(root / "apps/cms", root), root) == ["apps/web"]


@pytest.mark.parametrize(
    "files",
    [
        {"package.json": {"scripts": {"build": "tsc"}}},
        {"package.json": {"scripts": {"build": "vite build"}}},  # a library: no index.html
        {"package.json": {"scripts": {"dev": "turbo dev"}}},
        {"project.json": {"projectType": "library", "targets": {"x": {"command": "next dev"}}}},
    ],
)
def test_a_package_that_does_not_use_the_roots_framework_is_no_front_end(
    root: Path, files: Mapping[str, object]
) -> None:
    git(root)
    tree(root, {"package.json": VITE, "apps/cms/package.json": STRAPI})
    tree(root / "packages/ui", files)

    assert project.find_frontends(root / "apps/cms", root) == ()


@pytest.mark.parametrize("place", ["work/2026/apps/web", "clients/shop/site"])
def test_a_front_end_up_to_four_levels_below_is_found(root: Path, place: str) -> None:
    git(root)
    tree(root, {"cms/package.json": STRAPI, f"{place}/package.json": NEXT})

    assert relative(project.find_frontends(root / "cms", root), root) == [place]


@pytest.mark.parametrize("place", ["cms/src/plugins/chat/client", "web/tests/fixtures/app"])
def test_source_and_tests_are_not_searched_deep(root: Path, place: str) -> None:
    git(root)
    tree(root, {"cms/package.json": STRAPI, f"{place}/package.json": NEXT})

    assert project.find_frontends(root / "cms", root) == ()


def test_a_folder_with_html_pages_is_a_front_end_if_there_is_no_other(root: Path) -> None:
    tree(root, {"cms/package.json": STRAPI, "cms/admin/index.html": "", "pages/index.html": ""})

    assert project.choose_frontend(None, root / "cms", root) == root / "pages"

    tree(root, {"web/package.json": NEXT})

    assert project.choose_frontend(None, root / "cms", root) == root / "web"


def test_of_two_folders_with_html_pages_none_is_taken(root: Path) -> None:
    tree(root, {"cms/package.json": STRAPI, "a/index.html": "", "b/index.html": ""})

    assert project.choose_frontend(None, root / "cms", root) is None


def test_a_named_back_end_in_another_repository_goes_with_the_front_end_here(root: Path) -> None:
    tree(root, {"cms/package.json": STRAPI, "shop/package.json": NEXT, "shop/src/x.js": ""})
    tree(root, {"cms/demo/package.json": NEXT})
    for name in ("cms", "shop"):
        git(root / name)

    backend = project.choose_backend(Path("../../cms"), root / "shop/src")

    assert backend == root / "cms"
    assert project.choose_frontend(None, backend, root / "shop/src") == root / "shop"
    assert project.choose_frontend(None, backend, root / "cms") == root / "cms/demo"


def test_two_repositories_of_usual_names_belong_together(root: Path) -> None:
    tree(
        root,
        {
            "backend/package.json": STRAPI,
            "frontend/package.json": NEXT,
            "blog/package.json": NEXT,
            "blog-cms/package.json": STRAPI,
        },
    )
    for name in ("backend", "frontend", "blog", "blog-cms"):
        git(root / name)

    assert project.find_frontends(root / "backend", root / "backend") == (root / "frontend",)
    assert project.find_backends(root / "frontend") == (root / "backend",)
    assert project.find_frontends(root / "blog-cms", root / "blog-cms") == ()
    assert project.find_backends(root / "blog") == ()


def test_no_front_end_is_fine(root: Path) -> None:
    tree(root, {"package.json": STRAPI})

    assert project.choose_frontend(None, root, root) is None


def test_the_only_front_end_is_taken(root: Path) -> None:
    tree(root, {"backend/package.json": STRAPI, "frontend/package.json": NEXT})

    assert project.choose_frontend(None, root / "backend", root) == root / "frontend"


def test_two_front_ends_are_an_error_with_a_command_for_each(root: Path) -> None:
    git(root)
    tree(root, {"cms/package.json": STRAPI, "a/package.json": NEXT, "b/package.json": NEXT})

    with pytest.raises(SetupError) as caught:
        project.choose_frontend(None, root / "cms", root / "cms")

    assert caught.value.code == "several_projects"
    assert [advice.command for advice in caught.value.advice] == [
        "twitter-setup tunnel --frontend ../a",
        "twitter-setup tunnel --frontend ../b",
    ]


def test_of_two_front_ends_the_one_that_the_command_was_started_in_is_taken(root: Path) -> None:
    git(root)
    tree(root, {"cms/package.json": STRAPI, "a/package.json": NEXT, "b/src/x/package.json": EMPTY})
    tree(root, {"b/package.json": NEXT})

    assert project.choose_frontend(None, root / "cms", root / "b/src/x") == root / "b"


def test_a_named_front_end_is_taken_whatever_is_in_it(root: Path) -> None:
    tree(root, {"package.json": STRAPI, "pages/index.html": ""})

    assert project.choose_frontend(Path("pages"), root, root) == root / "pages"


def test_a_named_front_end_that_is_not_there_is_an_error(root: Path) -> None:
    with pytest.raises(SetupError, match="There is no folder") as caught:
        project.choose_frontend(Path("nowhere"), root, root)

    assert caught.value.code == "no_project"


# The root of the repository


def test_the_repository_root_is_the_nearest_folder_with_git(root: Path) -> None:
    git(root)
    tree(root, {"apps/web/.git": "gitdir: elsewhere", "apps/cms/package.json": STRAPI})

    assert project.repository_root(root / "apps/cms") == root
    assert project.repository_root(root / "apps/web") == root / "apps/web"


@pytest.mark.parametrize(
    ("start", "files", "expected"),
    [
        ("backend", {}, "."),
        ("our-shop", {}, "our-shop"),
        ("our-shop", {"package.json": EMPTY}, "."),
        ("apps/cms", {"package.json": EMPTY}, "."),
        ("apps/strapi", {}, "apps"),
    ],
)
def test_without_git_the_root_is_what_seems_to_hold_the_project(
    root: Path, start: str, files: Mapping[str, object], expected: str
) -> None:
    tree(root, {f"{start}/package.json": STRAPI, **files})

    assert project.repository_root(root / start) == root / expected


@pytest.mark.parametrize(
    "files",
    [
        {"package.json": {"workspaces": ["a/*"]}},
        {"pnpm-workspace.yaml": "packages:\n  - a/*\n"},
        {"nx.json": {}},
    ],
)
def test_without_git_the_root_of_a_workspace_is_the_root(
    root: Path, files: Mapping[str, object]
) -> None:
    tree(root, {"a/b/cms/package.json": STRAPI, **files})

    assert project.repository_root(root / "a/b/cms") == root


def test_the_home_folder_is_never_taken_for_a_repository(tmp_path: Path, root: Path) -> None:
    git(tmp_path)  # dotfiles
    tree(tmp_path, {"package.json": STRAPI, "backend/package.json": STRAPI})

    assert project.repository_root(root) == root
    assert project.find_backends(root) == ()


# package.json, versions and ports


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"name": }', "is not JSON: line 1, column 10"),
        (b"", "is not JSON: line 1, column 1"),
        (b'{\n"name": "\xff"}', "is not UTF-8: line 2"),
        (b"[1]", "is not a JSON object"),
        (b"[" * 100_000, "cannot be read as JSON"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "cannot be read as JSON"),
    ],
)
def test_a_broken_package_says_where(root: Path, content: bytes, message: str) -> None:
    (root / "package.json").write_bytes(content)

    with pytest.raises(SetupError) as caught:
        packages.read_manifest(root)

    assert caught.value.code == "project_broken"
    assert caught.value.message.startswith(f"{root / 'package.json'} {message}")


def test_a_package_that_is_a_folder_is_said(root: Path) -> None:
    (root / "package.json").mkdir()

    with pytest.raises(SetupError, match="cannot be read: Is a directory"):
        packages.read_manifest(root)


def test_odd_fields_of_a_package_are_ignored(root: Path) -> None:
    manifest = packages.read_manifest(
        tree(root, {"package.json": {"name": 7, "dependencies": {"next": 1, "a": "1"}}})
    )

    assert manifest is not None
    assert manifest.name == "shop"
    assert manifest.dependencies == {"a": "1"}


def test_a_byte_order_mark_does_no_harm(root: Path) -> None:
    (root / "package.json").write_bytes(b'\xef\xbb\xbf{"name": "cms"}')

    manifest = packages.read_manifest(root)

    assert manifest is not None
    assert manifest.name == "cms"


@pytest.mark.parametrize(
    ("wanted", "version"),
    [
        ("5.54.0", "5.54.0"),
        ("^5.12.0", "5.12.0"),
        ("~5.1", "5.1.0"),
        ("5.x", "5.0.0"),
        ("5", "5.0.0"),
        (">=4.25.1 <6", "4.25.1"),
        ("4.26.2 || 5", "4.26.2"),
        ("v5.1.2", "5.1.2"),
        ("5.0.0-beta.1", "5.0.0-beta.1"),
        ("workspace:^5.3.0", "5.3.0"),
        ("npm:@strapi/strapi@^5.3.0", "5.3.0"),
        ("*", None),
        ("latest", None),
        ("", None),
        ("file:../5.0.0", None),
        ("5.0.0/fork", None),
        ("strapi/strapi#v5.1.0", None),
        ("https://example.com/strapi-5.0.0.tgz", None),
    ],
)
def test_the_lowest_version_of_a_range_is_read(wanted: str, version: str | None) -> None:
    assert packages.lowest_version(wanted) == version


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("5.54.0", (5, 54, 0)),
        ("5.54.0-beta.1", (5, 54, 0)),
        ("5", (5, 0, 0)),
        ("v4.2", (4, 2, 0)),
        ("next", None),
        ("", None),
    ],
)
def test_versions_are_compared_by_their_numbers(
    version: str, expected: tuple[int, int, int] | None
) -> None:
    assert packages.version_tuple(version) == expected


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99), st.sampled_from("^~v="))
def test_any_range_of_one_version_gives_it(major: int, minor: int, patch: int, mark: str) -> None:
    lowest = packages.lowest_version(f"{mark}{major}.{minor}.{patch}")

    assert lowest is not None
    assert packages.version_tuple(lowest) == (major, minor, patch)


@given(st.text())
def test_no_text_breaks_the_reading_of_versions_and_ports(text: str) -> None:
    packages.lowest_version(text)
    packages.version_tuple(text)
    port = files.parse_port(text)

    assert port is None or 1 <= port <= 65535


@given(st.integers())
def test_a_port_is_a_number_from_1_to_65535(number: int) -> None:
    assert files.parse_port(str(number)) == (number if 1 <= number <= 65535 else None)


def test_a_file_that_cannot_be_read_is_said(root: Path) -> None:
    (root / ".env").mkdir()

    assert files.read_source(root / "absent").content is None
    with pytest.raises(SetupError, match=r"\.env cannot be read: Is a directory") as caught:
        files.read_source(root / ".env")
    assert caught.value.code == "project_broken"


def test_a_cd_in_a_quoted_command_leads_away_from_the_folder_of_the_script() -> None:
    assert not scripts.runs_strapi('concurrently "cd strapi && yarn develop" "cd next && yarn dev"')
    assert scripts.runs_strapi('concurrently "cd next && yarn dev" "strapi develop"')


def test_an_e2e_project_that_lints_with_angulars_tools_is_no_front_end(root: Path) -> None:
    git(root)
    angular = {"private": True, "dependencies": {"@angular/core": "18.0.0"}}
    lint = {"lint": {"executor": "@angular-eslint/builder:lint"}}
    serve = {"serve": {"executor": "@angular/build:dev-server"}}
    tree(
        root,
        {
            "package.json": angular,
            "nx.json": {},
            "apps/cms/package.json": STRAPI,
            "apps/e2e/project.json": {"projectType": "application", "targets": lint},
            "apps/web/project.json": {"projectType": "application", "targets": serve | lint},
        },
    )

    assert relative(project.find_frontends(root / "apps/cms", root), root) == ["apps/web"]
