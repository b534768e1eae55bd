"""What is read of a front end: framework, port, the .env files by precedence."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twitter_setup.errors import SetupError
from twitter_setup.project import frameworks, frontend
from twitter_setup.project import git as git_files
from twitter_setup.project.frameworks import FrameworkId

VITE = {"devDependencies": {"vite": "7.1.0"}}
DEPENDENCIES: dict[FrameworkId, dict[str, str]] = {
    "next": {"next": "16.0.0"},
    "nuxt": {"nuxt": "4.0.0", "vite": "7.0.0"},
    "astro": {"astro": "5.0.0", "vite": "7.0.0"},
    "sveltekit": {"@sveltejs/kit": "2.0.0", "vite": "7.0.0"},
    "gatsby": {"gatsby": "5.0.0"},
    "cra": {"react-scripts": "5.0.1"},
    "vue-cli": {"@vue/cli-service": "5.0.0"},
    "angular": {"@angular/core": "20.0.0", "vite": "7.0.0"},
    "vite": {"vite": "7.0.0"},
    "plain": {"serve": "14.0.0"},
}
MODE_WINS = [".env", ".env.local", ".env.development", ".env.development.local"]
LOCAL_WINS = [".env", ".env.development", ".env.local", ".env.development.local"]


def tree(root: Path, files: Mapping[str, object]) -> Path:
    """Write the files; anything but a text as JSON."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return root


def app(
    root: Path,
    framework: FrameworkId = "vite",
    files: Mapping[str, object] | None = None,
    scripts: Mapping[str, str] | None = None,
) -> Path:
    package = {"name": "shop", "dependencies": DEPENDENCIES[framework], "scripts": scripts}
    return tree(root, {"package.json": package, **(files or {})})


def names(found: frontend.FrontEnd) -> list[str]:
    return [os.path.relpath(file.path, found.root) for file in found.env_files]


# Frameworks


@pytest.mark.parametrize(
    ("framework", "title", "port", "files", "start_only"),
    [
        ("next", "Next.js", 3000, LOCAL_WINS, False),
        ("nuxt", "Nuxt", 3000, [".env"], False),
        ("astro", "Astro", 4321, MODE_WINS, False),
        ("sveltekit", "SvelteKit", 5173, MODE_WINS, False),
        ("gatsby", "Gatsby", 8000, [".env.development"], True),
        ("cra", "Create React App", 3000, LOCAL_WINS, True),
        ("vue-cli", "Vue CLI", 8080, MODE_WINS, True),
        ("angular", "Angular", 4200, [], True),
        ("vite", "Vite", 5173, MODE_WINS, False),
        ("plain", "Front end", 3000, [".env"], True),
    ],
)
def test_each_framework_is_known(
    tmp_path: Path,
    framework: FrameworkId,
    title: str,
    port: int,
    files: list[str],
    start_only: bool,
) -> None:
    found = frontend.load(app(tmp_path, framework))

    assert (found.framework, found.title, found.name) == (framework, title, "shop")
    assert (found.port, found.port_from) == (port, "default")
    assert names(found) == files
    assert all(file.content is None for file in found.env_files)
    assert found.reads_env_at_start_only is start_only


@pytest.mark.parametrize(
    ("dependencies", "script", "files", "framework", "title", "port"),
    [
        (["@react-router/dev", "vite"], "react-router dev", {}, "vite", "React Router", 5173),
        (["@react-router/dev"], "react-router dev --port 4000", {}, "vite", "React Router", 4000),
        (["@remix-run/dev"], "remix dev", {}, "plain", "Remix", 3000),
        (["@remix-run/dev"], "remix dev --port 8002", {}, "plain", "Remix", 3000),
        (["@remix-run/dev"], "PORT=3005 remix dev", {}, "plain", "Remix", 3005),
        (["@remix-run/dev"], "remix dev", {".env": "PORT=3006"}, "plain", "Remix", 3006),
        (
            ["@remix-run/dev", "vite"],
            "remix vite:dev",
            {"vite.config.ts": ""},
            "vite",
            "Remix",
            5173,
        ),
        (
            ["@remix-run/dev", "vite"],
            "remix vite:dev --port 3008",
            {"vite.config.ts": ""},
            "vite",
            "Remix",
            3008,
        ),
        (["@tanstack/react-start", "vite"], "vite dev", {}, "vite", "TanStack Start", 5173),
        (
            ["@tanstack/react-start"],
            "vite dev",
            {"vite.config.ts": "export default { server: { port: 3000 } }"},
            "vite",
            "TanStack Start",
            3000,
        ),
        (
            ["@tanstack/react-start", "vinxi"],
            "vinxi dev",
            {"app.config.ts": ""},
            "vite",
            "TanStack Start",
            3000,
        ),
        (["@tanstack/start"], "vinxi dev --port 3007", {}, "vite", "TanStack Start", 3007),
        (["@solidjs/start", "vinxi"], "vinxi dev", {}, "vite", "SolidStart", 3000),
        (["@builder.io/qwik", "vite"], "vite --mode ssr", {}, "vite", "Qwik", 5173),
        (["@qwik.dev/core", "vite"], "vite --mode ssr", {}, "vite", "Qwik", 5173),
        (["vike", "vite"], "vike dev", {}, "vite", "Vike", 3000),
        (["@quasar/app-vite"], "quasar dev", {}, "plain", "Quasar", 9000),
        (
            ["@quasar/app-vite"],
            "quasar dev",
            {"quasar.config.js": "export default () => ({ devServer: { port: 9001 } })"},
            "plain",
            "Quasar",
            9001,
        ),
    ],
)
def test_frameworks_on_top_of_others_have_names_and_ports_of_their_own(
    tmp_path: Path,
    dependencies: list[str],
    script: str,
    files: Mapping[str, object],
    framework: FrameworkId,
    title: str,
    port: int,
) -> None:
    package = {"dependencies": dict.fromkeys(dependencies, "1"), "scripts": {"dev": script}}

    found = frontend.load(tree(tmp_path, {"package.json": package, **files}))

    assert (found.framework, found.title, found.port) == (framework, title, port)
    assert found.reads_env_at_start_only
    assert found.command == "npm run dev"


WORKSPACE = {
    "projects": {
        "shared": {"projectType": "library", "architect": {"build": {}}},
        "shop": {"architect": {"serve": {"options": {"port": 4301}}}},
        "admin": {
            "targets": {
                "serve": {
                    "options": {"port": 4302},
                    "configurations": {"development": {"port": 4303}, "production": {"port": 1}},
                }
            }
        },
    }
}


@pytest.mark.parametrize(
    ("script", "more", "port", "where"),
    [
        ("ng serve", {}, 4301, "angular.json"),
        ("ng serve admin", {}, 4303, "angular.json"),
        ("ng serve", {"defaultProject": "admin"}, 4303, "angular.json"),
        ("ng serve admin --port 4400", {}, 4400, "the start script"),
        ("ng serve", {"projects": {"shop": {"architect": {"serve": {}}}}}, 4200, "default"),
        ("ng serve", {"projects": []}, 4200, "default"),
    ],
)
def test_the_port_of_an_angular_workspace_is_read(
    tmp_path: Path, script: str, more: Mapping[str, object], port: int, where: str
) -> None:
    files = {"angular.json": {**WORKSPACE, **more}}

    found = frontend.load(app(tmp_path, "angular", files, {"start": script}))

    assert (found.port, found.port_from) == (port, where)


def test_an_angular_workspace_that_cannot_be_read_leaves_the_usual_port(tmp_path: Path) -> None:
    assert frontend.load(app(tmp_path, "angular", {"angular.json": "// {"})).port == 4200


def test_the_port_of_an_nx_project_is_read(tmp_path: Path) -> None:
    served = {"executor": "@nx/next:server", "options": {"port": 4300}}
    tree(
        tmp_path,
        {
            "package.json": {"dependencies": {"next": "15"}, "workspaces": ["apps/*"]},
            "apps/web/project.json": {"name": "web", "targets": {"serve": served}},
        },
    )

    found = frontend.load(tmp_path / "apps/web")

    assert (found.title, found.port, found.port_from) == ("Next.js", 4300, "project.json")
    assert found.command == "npx nx serve web"


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({}, "npm run dev"),
        ({"pnpm-lock.yaml": ""}, "pnpm dev"),
        ({"yarn.lock": ""}, "yarn dev"),
        ({"bun.lock": ""}, "bun run dev"),
        ({"package.json": {"packageManager": "pnpm@10.1.0"}, "package-lock.json": ""}, "pnpm dev"),
    ],
)
def test_the_start_command_is_the_projects_own(
    tmp_path: Path, files: Mapping[str, object], command: str
) -> None:
    web = {"dependencies": {"next": "15"}, "scripts": {"dev": "next dev"}}
    tree(tmp_path, {".git/HEAD": "", "apps/web/package.json": web, **files})

    assert frontend.load(tmp_path / "apps/web").command == command


def test_pages_without_a_package_are_a_plain_front_end(tmp_path: Path) -> None:
    found = frontend.load(tree(tmp_path / "site", {"index.html": "<p>"}))

    assert (found.framework, found.name) == ("plain", "site")


def test_a_broken_package_says_where(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="is not JSON: line 1, column 2") as caught:
        frontend.load(tree(tmp_path, {"package.json": "{"}))

    assert caught.value.code == "project_broken"


def test_every_framework_has_a_default_variable_that_its_pages_can_read() -> None:
    for framework in frameworks.FRAMEWORKS:
        name = frameworks.default_variable(framework.id)

        assert frameworks.names_backend_for_sure(name)
        assert frameworks.is_public_name(framework.id, name) is bool(framework.prefixes)


# Env files


def test_the_file_that_wins_is_the_last_one(tmp_path: Path) -> None:
    env_files = {
        ".env": "A=1\nB=1\nC=1\nD=1\n",
        ".env.development": "A=2\nB=2\nC=2\n",
        ".env.local": "A=3\nB=3\n",
        ".env.development.local": "A=4\n",
        ".env.production": "A=5\n",
        ".env.example": "E=1\n",
    }

    found = frontend.effective(frontend.load(app(tmp_path, "next", env_files)))

    assert {name: (value, file.path.name) for name, (value, file) in found.items()} == {
        "A": ("4", ".env.development.local"),
        "B": ("3", ".env.local"),
        "C": ("2", ".env.development"),
        "D": ("1", ".env"),
    }


def test_vite_lets_the_mode_win_over_local(tmp_path: Path) -> None:
    env_files = {".env.local": "A=local\n", ".env.development": "A=mode\n"}

    found = frontend.effective(frontend.load(app(tmp_path, "vite", env_files)))

    assert found["A"][0] == "mode"


@pytest.mark.parametrize(
    ("version", "expected"),
    [("3.4.4", MODE_WINS), ("^3.0.0", MODE_WINS), ("4.0.0", LOCAL_WINS), ("latest", LOCAL_WINS)],
)
def test_old_versions_of_create_react_app_have_another_order(
    tmp_path: Path, version: str, expected: list[str]
) -> None:
    root = tree(tmp_path, {"package.json": {"dependencies": {"react-scripts": version}}})

    assert names(frontend.load(root)) == expected


def test_the_installed_version_of_create_react_app_decides(tmp_path: Path) -> None:
    installed = {"node_modules/react-scripts/package.json": {"version": "3.4.4"}}

    assert names(frontend.load(app(tmp_path, "cra", installed))) == MODE_WINS


@pytest.mark.parametrize(
    ("framework", "script", "expected"),
    [
        (
            "vite",
            "vite --mode staging",
            [".env", ".env.local", ".env.staging", ".env.staging.local"],
        ),
        ("vite", "vite --mode=qa --host", [".env", ".env.local", ".env.qa", ".env.qa.local"]),
        ("vite", "tsc --mode x && vite", MODE_WINS),
        ("next", "next dev --mode staging", LOCAL_WINS),
        ("nuxt", "nuxt dev --dotenv .env.local", [".env.local"]),
    ],
)
def test_the_script_may_choose_the_env_files(
    tmp_path: Path, framework: FrameworkId, script: str, expected: list[str]
) -> None:
    assert names(frontend.load(app(tmp_path, framework, scripts={"dev": script}))) == expected


def test_vite_may_read_its_env_files_from_another_folder(tmp_path: Path) -> None:
    config = "export default defineConfig({ envDir: '../', plugins: [react()] });"
    root = app(tmp_path / "web", "vite", {"vite.config.ts": config, "../.env": "VITE_A=1"})

    found = frontend.load(root)

    assert names(found)[0] == "../.env"
    assert frontend.effective(found)["VITE_A"][0] == "1"


def test_a_named_env_file_is_the_only_one(tmp_path: Path) -> None:
    root = app(tmp_path, "vite", {".env": "A=1", "conf/dev.env": "A=2"})

    found = frontend.load(root, env_file="conf/dev.env")

    assert names(found) == ["conf/dev.env"]
    assert frontend.effective(found)["A"][0] == "2"


def test_an_env_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (app(tmp_path, "vite") / ".env.local").mkdir()

    with pytest.raises(SetupError, match=r"\.env\.local cannot be read") as caught:
        frontend.load(tmp_path)

    assert caught.value.code == "project_broken"


values = st.dictionaries(
    st.sampled_from("ABC"), st.sampled_from(["1", "2", "", '"3 # 4"']), max_size=3
)


@given(st.lists(values, min_size=4, max_size=4))
def test_the_last_file_that_has_a_variable_decides_it(
    tmp_path_factory: pytest.TempPathFactory, contents: list[dict[str, str]]
) -> None:
    root = app(tmp_path_factory.mktemp("app"), "vite")
    for name, content in zip(MODE_WINS, contents, strict=True):
        (root / name).write_text("".join(f"{key}={text}\n" for key, text in content.items()))

    found = frontend.effective(frontend.load(root))

    for key in "ABC":
        holders = [
            name for name, content in zip(MODE_WINS, contents, strict=True) if key in content
        ]
        winner = found[key][1].path.name if key in found else None
        assert winner == (holders[-1] if holders else None)


# What git tracks


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)


def test_the_files_in_git_are_known(tmp_path: Path) -> None:
    root = app(tmp_path / "apps/web", "vite", {".env": "A=1", ".env.local": "A=2"})
    git(tmp_path, "init")
    git(tmp_path, "add", "apps/web/.env")

    assert frontend.load(root).tracked == {root / ".env"}


def test_files_of_another_folder_may_be_in_git_too(tmp_path: Path) -> None:
    config = "export default { envDir: '..' }"
    root = app(tmp_path / "é web", "vite", {"vite.config.js": config, "../.env": "A=1"})
    git(tmp_path, "init")
    git(tmp_path, "add", ".env")

    assert frontend.load(root).tracked == {tmp_path / ".env"}


def test_without_a_repository_nothing_is_tracked(tmp_path: Path) -> None:
    assert frontend.load(app(tmp_path, "vite", {".env": "A=1"})).tracked == frozenset()


def test_without_git_nothing_is_tracked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app(tmp_path, "vite", {".env": "A=1"})
    git(tmp_path, "init")
    git(tmp_path, "add", ".env")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert frontend.load(tmp_path).tracked == frozenset()


def test_a_git_that_hangs_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = app(tmp_path, "vite") / "git"
    fake.write_text("#!/bin/sh\nexec sleep 60\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(git_files, "_TIMEOUT", 0.1)

    assert frontend.load(tmp_path).tracked == frozenset()


def test_a_front_end_without_env_files_asks_git_nothing(tmp_path: Path) -> None:
    app(tmp_path, "angular", {"src/main.ts": ""})
    git(tmp_path, "init")
    git(tmp_path, "add", ".")

    assert frontend.load(tmp_path).tracked == frozenset()


# The port


@pytest.mark.parametrize(
    ("framework", "name", "script", "port"),
    [
        ("vite", "dev", "vite --port 3000", 3000),
        ("vite", "dev", "vite --host --port=3001 --open", 3001),
        ("vite", "start", "node_modules/.bin/vite --port 3002", 3002),
        ("vite", "dev", 'concurrently "npm:api" "vite --port 3003"', 3003),
        ("vite", "dev", 'concurrently "node api --port 4000" "vite"', 5173),
        ("vite", "dev", "vite && serve --port 4000", 5173),
        ("vite", "dev", "vite --port $PORT", 5173),
        ("vite", "dev", "vite --port 99999", 5173),
        ("vite", "dev", "vite --port", 5173),
        ("vite", "dev", "PORT=3000 vite", 5173),
        ("vite", "dev", "vite 'unclosed --port 3004", 3004),
        ("vite", "preview", "vite preview --port 4000", 5173),
        ("sveltekit", "dev", "vite dev --port 3005", 3005),
        ("next", "dev", "next dev -p 3006", 3006),
        ("next", "dev", "PORT=3007 next dev", 3007),
        ("next", "start", "next start -p 4000", 3000),
        ("nuxt", "dev", "nuxi dev --port 3008", 3008),
        ("nuxt", "dev", "NUXT_PORT=3009 nuxt dev", 3009),
        ("astro", "dev", "astro dev --port 3010", 3010),
        ("gatsby", "develop", "gatsby develop -p 3011", 3011),
        ("cra", "start", "cross-env PORT=3012 react-scripts start", 3012),
        ("cra", "start", "set PORT=3013&&react-scripts start", 3013),
        ("cra", "start", "PORT=1 PORT=3014 craco start", 3014),
        ("vue-cli", "serve", "vue-cli-service serve --port 3015", 3015),
        ("angular", "start", "ng serve --port 3016", 3016),
    ],
)
def test_the_script_sets_the_port(
    tmp_path: Path, framework: FrameworkId, name: str, script: str, port: int
) -> None:
    found = frontend.load(app(tmp_path, framework, scripts={name: script}))

    is_default = port == frameworks.find(framework).port
    assert (found.port, found.port_from) == (
        port,
        "default" if is_default else f"the {name} script",
    )


@pytest.mark.parametrize(
    ("framework", "file", "config", "port"),
    [
        ("vite", "vite.config.js", "export default { server: { port: 3000 } }", 3000),
        (
            "vite",
            "vite.config.mjs",
            "export default defineConfig({ server: { port: 3001 } })",
            3001,
        ),
        (
            "vite",
            "vite.config.ts",
            "export default defineConfig(({ mode }) => ({ server: { port: 3002 } }))",
            3002,
        ),
        (
            "vite",
            "vite.config.ts",
            "export default defineConfig(async ({ mode }) => {\n"
            "  const env = loadEnv(mode, process.cwd());\n"
            "  return { server: { port: 3003 } } satisfies UserConfig;\n"
            "});",
            3003,
        ),
        (
            "vite",
            "vite.config.ts",
            "const config: UserConfig = { server: { port: 3004 } };\nexport default config;",
            3004,
        ),
        ("vite", "vite.config.js", "export default defineConfig({ preview: { port: 1 } })", 5173),
        ("vite", "vite.config.js", "export default defineConfig({ server: { port: p } })", 5173),
        ("vite", "vite.config.js", "export default defineConfig({ ...base, server })", 5173),
        ("vite", "vite.config.js", "export default defineConfig()", 5173),
        ("vite", "vite.config.js", "export default defineConfig(({mode}) => { run() })", 5173),
        ("vite", "vite.config.js", "export default {", 5173),
        ("vite", "vite.config.js", "// server: { port: 1 }", 5173),
        ("sveltekit", "vite.config.ts", "export default { server: { port: 3005 } }", 3005),
        (
            "astro",
            "astro.config.mjs",
            "export default defineConfig({ server: { port: 3006 } })",
            3006,
        ),
        (
            "astro",
            "astro.config.ts",
            "export default defineConfig({ server: ({ command }) => ({ port: 4000 }) })",
            4000,
        ),
        (
            "astro",
            "astro.config.mjs",
            "export default defineConfig({\n"
            "  server: ({ command }) => ({ port: command === 'dev' ? 4001 : 4002 })\n"
            "})",
            4001,
        ),
        (
            "astro",
            "astro.config.mjs",
            "export default { server: ({ command }) => (isBusy() ? { port: 1 } : { port: 2 }) }",
            4321,
        ),
        (
            "vite",
            "vite.config.js",
            "export default ({ command }) => (command == 'serve' ? { server: { port: 4004 } } : {})",
            4004,
        ),
        (
            "nuxt",
            "nuxt.config.ts",
            "export default defineNuxtConfig({ devServer: { port: 3007 } })",
            3007,
        ),
        ("vue-cli", "vue.config.js", "module.exports = { devServer: { port: '3008' } }", 3008),
    ],
)
def test_the_config_file_sets_the_port(
    tmp_path: Path, framework: FrameworkId, file: str, config: str, port: int
) -> None:
    found = frontend.load(app(tmp_path, framework, {file: config}))

    is_default = port == frameworks.find(framework).port
    assert (found.port, found.port_from) == (
        port,
        "default" if is_default else file.rpartition(".")[0],
    )


@pytest.mark.parametrize(
    ("framework", "variable", "port", "port_from"),
    [
        ("cra", "PORT", 3100, "PORT in .env"),
        ("vue-cli", "PORT", 3100, "PORT in .env"),
        ("nuxt", "NITRO_PORT", 3100, "NITRO_PORT in .env"),
        ("next", "PORT", 3000, "default"),
        ("vite", "PORT", 5173, "default"),
    ],
)
def test_an_env_file_sets_the_port_where_the_framework_reads_it(
    tmp_path: Path, framework: FrameworkId, variable: str, port: int, port_from: str
) -> None:
    found = frontend.load(app(tmp_path, framework, {".env": f"{variable}=3100\n"}))

    assert (found.port, found.port_from) == (port, port_from)


def test_the_script_wins_over_the_env_file_and_that_over_the_config(tmp_path: Path) -> None:
    files = {".env": "PORT=3001", "vue.config.js": "module.exports = { devServer: { port: 3002 } }"}
    root = app(tmp_path, "vue-cli", files, {"serve": "vue-cli-service serve --port 3000"})

    assert frontend.load(root).port == 3000
    assert frontend.load(app(tmp_path, "vue-cli", files)).port == 3001


def test_a_given_port_wins(tmp_path: Path) -> None:
    found = frontend.load(app(tmp_path, scripts={"dev": "vite --port 3000"}), port=6000)

    assert (found.port, found.port_from) == (6000, "--frontend-port")


@pytest.mark.parametrize("port", [0, 65536, -3000])
def test_a_given_port_out_of_range_is_a_usage_error(tmp_path: Path, port: int) -> None:
    with pytest.raises(SetupError, match="--frontend-port") as caught:
        frontend.load(app(tmp_path), port=port)

    assert caught.value.code == "usage"


# Names


@pytest.mark.parametrize(
    "name",
    [
        "STRAPI_URL",
        "NEXT_PUBLIC_API_URL",
        "NEXT_PUBLIC_STRAPI_API_URL",
        "NEXT_PUBLIC_STRAPI_URL",
        "VITE_API_URL",
        "API_URL",
        "VITE_STRAPI_URL",
        "STRAPI_API_URL",
        "REACT_APP_BACKEND_URL",
        "STRAPI_PUBLIC_URL",
        "CMS_URL",
        "BACKEND_URL",
        "NEXT_PUBLIC_BACKEND_URL",
        "REACT_APP_API_URL",
        "REACT_APP_API_BASE_URL",
        "VUE_APP_STRAPI_API_URL",
        "NUXT_PUBLIC_STRAPI_URL",
        "NUXT_PUBLIC_API_URL",
        "NUXT_PUBLIC_CMS_URL",
        "NUXT_PUBLIC_API_BASE",
        "PUBLIC_STRAPI_URL",
        "PUBLIC_BROWSER_BACKEND_URL",
        "PUBLIC_SERVER_BACKEND_URL",
        "VITE_PUBLIC_API_URL",
        "NEXT_PUBLIC_CMS_URL",
        "BACKEND_HOST",
        "GRAPHQL_API_URL",
        "GATSBY_STRAPI_URL",
        "EXPO_PUBLIC_STRAPI_URL",
        "CMSURL",
    ],
)
def test_names_that_people_give_the_back_ends_url_are_known(name: str) -> None:
    assert frameworks.names_backend_for_sure(name)


@pytest.mark.parametrize(
    "name",
    [
        "NEXT_PUBLIC_BASE_URL",
        "NEXT_PUBLIC_SITE_URL",
        "WEATHER_API_URL",
        "STRAPI_API_TOKEN",
        "NEXT_PUBLIC_API_KEY",
        "STRAPI_URL_TIMEOUT",
        "DATABASE_URL",
        "URL",
        "STRAPI",
        "",
    ],
)
def test_other_names_are_left_alone(name: str) -> None:
    assert not frameworks.names_backend_for_sure(name)


@pytest.mark.parametrize(
    ("framework", "name", "public"),
    [
        ("vite", "VITE_STRAPI_URL", True),
        ("vite", "STRAPI_URL", False),
        ("next", "NEXT_PUBLIC_STRAPI_URL", True),
        ("next", "STRAPI_URL", False),
        ("cra", "REACT_APP_BACKEND_URL", True),
        ("nuxt", "NUXT_PUBLIC_URL", True),
        ("nuxt", "NUXT_URL", False),
        ("astro", "PUBLIC_URL", True),
        ("sveltekit", "PUBLIC_URL", True),
        ("sveltekit", "VITE_URL", True),
        ("gatsby", "GATSBY_URL", True),
        ("vue-cli", "VUE_APP_URL", True),
        ("angular", "API_URL", False),
        ("plain", "API_URL", False),
    ],
)
def test_the_names_that_reach_the_browser_are_known(
    framework: FrameworkId, name: str, public: bool
) -> None:
    assert frameworks.is_public_name(framework, name) is public
