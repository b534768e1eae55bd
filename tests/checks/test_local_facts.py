"""The facts of the local checks, read from real files: who wins, who is hidden, what runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.program import LASTING, PORT, Shop, free_port, make_shop
from tests.views import Silent
from twitter_setup.checks import backend_url, frontend_url
from twitter_setup.checks import project as local
from twitter_setup.checks import session_cookie as strapi_files
from twitter_setup.checks.facts import git_secrets
from twitter_setup.checks.facts.environments import Environment
from twitter_setup.checks.facts.remote import Facts
from twitter_setup.checks.facts.situation import Situation
from twitter_setup.checks.finding import Status
from twitter_setup.project.files import SourceFile
from twitter_setup.project.locate import Caller, locate
from twitter_setup.project.settings import Options
from twitter_setup.system import processes

PUBLIC = "https://olive-tree.ngrok-free.app"


def facts(shop: Shop, environ: Mapping[str, str] | None = None, **options: Any) -> Facts:
    given = Options(url=PUBLIC, **options)
    environ = environ or {}
    located = locate(given, Caller(command="verify", cwd=shop.root, environ=environ, view=Silent()))
    where = Situation(options=located.options, environ=environ, located=located)
    return Facts(situation=where, connect=None)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return make_shop(
        tmp_path / "cafe",
        config=LASTING,
        env=f"PORT={PORT}\nAPP_KEYS=kJh23,Qm2\nPUBLIC_URL={PUBLIC}\n".encode(),
        frontend_env=f"VITE_BACKEND_URL={PUBLIC}\n".encode(),
    )


def test_a_project_that_is_set_up_passes_all_but_what_is_not_installed(shop: Shop) -> None:
    found = facts(shop)
    checks = [
        backend_url.server_url,
        frontend_url.frontend_url,
        backend_url.one_host,
        strapi_files.proxy,
        local.layout,
    ]

    assert {check(found).status for check in checks} == {Status.PASS}
    assert strapi_files.session_middleware(found).status is Status.SKIP, "no cookie was seen"
    assert local.project(found).status is Status.WARN


# server.url


def url_of(shop: Shop, environ: Mapping[str, str] | None = None) -> tuple[str, str]:
    url = facts(shop, environ).server_url
    assert url is not None
    return url.value, url.setting.where if url.setting else url.path.name


@pytest.mark.parametrize(
    ("config", "env", "value"),
    [
        ("url: env('PUBLIC_URL', 'http://d')", "PUBLIC_URL=http://v/", "http://v"),
        ("url: env('PUBLIC_URL', 'http://d')", "", "http://d"),
        ("url: env('PUBLIC_URL', 'http://d')", "PUBLIC_URL=", ""),
        ("url: env('PUBLIC_URL')", "", ""),
        ("url: process.env.OTHER ?? ''", "OTHER=http://v", "http://v"),
        ("url: 'http://literal/'", "PUBLIC_URL=http://v", "http://literal"),
        ("host: 'x'", "PUBLIC_URL=http://v", ""),
        ("url: '/strapi'", "", "/strapi"),
        ("url: env('PUBLIC_URL')", "PUBLIC_URL=http://a\nPUBLIC_URL='http://b' # c", "http://b"),
    ],
)
def test_server_url_is_what_strapi_makes_of_it(
    tmp_path: Path, config: str, env: str, value: str
) -> None:
    shop = make_shop(
        tmp_path / "cafe",
        config=f"module.exports = ({{ env }}) => ({{ {config} }});".encode(),
        env=env.encode(),
    )

    assert url_of(shop)[0] == value


def test_the_environment_wins_over_env_and_says_what_it_hides(shop: Shop) -> None:
    found = facts(shop, {"PUBLIC_URL": "http://localhost:1337"}).server_url

    assert found is not None
    assert found.setting is not None
    assert found.value == "http://localhost:1337"
    assert found.setting.is_real
    assert found.setting.hidden == ((shop.env, PUBLIC),)


def over(shop: Shop, mode: str, text: str) -> None:
    folder = shop.backend / "config" / "env" / mode
    folder.mkdir(parents=True)
    (folder / "server.js").write_text(f"module.exports = ({{ env }}) => ({text});")


def test_the_file_of_development_wins_if_it_sets_a_url(shop: Shop) -> None:
    over(shop, "development", "{ url: 'http://dev' }")
    over(shop, "production", "{ url: 'http://prod' }")

    assert url_of(shop)[0] == "http://dev"
    assert url_of(shop, {"NODE_ENV": "production"})[0] == "http://prod"
    assert url_of(shop, {"NODE_ENV": "staging"})[0] == PUBLIC


def test_node_env_in_env_counts_as_strapi_reads_it_first(shop: Shop) -> None:
    over(shop, "production", "{ url: 'http://prod' }")
    shop.env.write_text("NODE_ENV=production\n")

    assert facts(shop).mode == "production"
    assert url_of(shop)[0] == "http://prod"


def test_a_variable_that_is_not_set_leaves_the_other_file_s_url(shop: Shop) -> None:
    over(shop, "development", "{ url: env('NOWHERE') }")

    assert url_of(shop)[0] == PUBLIC


def test_a_url_in_toml_is_read(tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "cafe")
    shop.config.unlink()
    (shop.backend / "config" / "server.toml").write_text(f'[server]\nurl = "{PUBLIC}/"\n')

    found = facts(shop)

    assert backend_url.server_url(found).status is Status.PASS
    assert strapi_files.session_middleware(found).status is Status.SKIP
    assert strapi_files.proxy(found).status is Status.SKIP


def test_code_that_decides_and_code_that_is_broken_are_told_apart(tmp_path: Path) -> None:
    unclear = make_shop(tmp_path / "a", config=b"module.exports = { url: a ? 'b' : 'c' };")
    broken = make_shop(tmp_path / "b", config=b"module.exports = {")

    assert backend_url.server_url(facts(unclear)).status is Status.WARN
    assert backend_url.server_url(facts(broken)).status is Status.FAIL


# The front end


def test_the_file_that_wins_in_the_front_end_is_the_framework_s(shop: Shop) -> None:
    (shop.frontend / ".env.development.local").write_text(
        f"VITE_BACKEND_URL=http://localhost:{PORT}\n"
    )

    (setting,) = facts(shop).frontend_urls.settings

    assert setting.file == shop.frontend / ".env.development.local"
    assert setting.hidden == ((shop.frontend / ".env", PUBLIC),)
    assert frontend_url.frontend_url(facts(shop)).status is Status.FAIL


def test_a_variable_of_this_terminal_wins_over_the_front_end_s_files(shop: Shop) -> None:
    (setting,) = facts(shop, {"VITE_BACKEND_URL": "http://x"}).frontend_urls.settings

    assert (setting.value, setting.is_real) == ("http://x", True)


def test_only_variables_that_name_the_back_end_are_looked_at(shop: Shop) -> None:
    (shop.frontend / ".env").write_text(
        f"VITE_A={PUBLIC}/graphql\nVITE_B=http://localhost:{PORT}/api\nVITE_API_URL=\n"
        "VITE_C=https://elsewhere.example.com\nVITE_D=http://localhost:1\n"
        "VITE_STRAPI_URL=https://cms.example.com\nVITE_TITLE=/x\n"
    )

    urls = facts(shop).frontend_urls

    assert [each.name for each in urls.settings] == ["VITE_A", "VITE_B", "VITE_API_URL"]
    assert [each.name for each in urls.others] == ["VITE_STRAPI_URL"]


def test_a_variable_that_the_user_names_counts_whatever_its_value(shop: Shop) -> None:
    (shop.frontend / ".env").write_text("VITE_C=https://elsewhere.example.com\n")

    urls = facts(shop, env_vars=("VITE_C", "VITE_NOT_THERE")).frontend_urls

    assert [each.name for each in urls.settings] == ["VITE_C"]


def test_a_local_address_in_the_source_is_found(shop: Shop) -> None:
    (shop.frontend / ".env").write_text("")
    (shop.frontend / "src").mkdir()
    (shop.frontend / "src" / "a.js").write_text(f"\nfetch('http://localhost:{PORT}/api')\n")

    finding = frontend_url.frontend_url(facts(shop))

    assert finding.status is Status.FAIL
    assert "frontend/src/a.js, line 2" in finding.summary


# The proxy


@pytest.mark.parametrize(
    ("config", "env", "whole", "koa"),
    [
        ("port: 1", "", False, False),
        ("proxy: true", "", True, False),
        ("proxy: { koa: true }", "", False, True),
        ("proxy: { global: 'x' }", "", False, False),
        ("proxy: env.bool('IS_PROXIED', true)", "", True, False),
        ("proxy: env.bool('IS_PROXIED', true)", "IS_PROXIED=false", False, False),
        ("proxy: env.bool('IS_PROXIED')", "IS_PROXIED=1", False, False),
        ("proxy: { koa: env.bool('P', false) }", "P=true", False, True),
        ("proxy: isProd", "", None, None),
        ("proxy: isProd ? { koa: true } : false", "", None, None),
        ("proxy: { ...base }", "", None, None),
    ],
)
def test_the_trust_in_a_proxy_is_read(
    tmp_path: Path, config: str, env: str, whole: bool | None, koa: bool | None
) -> None:
    shop = make_shop(
        tmp_path / "cafe",
        config=f"module.exports = ({{ env }}) => ({{ {config} }});".encode(),
        env=env.encode(),
    )

    trust = facts(shop).proxy

    assert trust is not None
    assert (trust.whole, trust.koa) == (whole, koa)


# Processes that run


@contextmanager
def server(folder: Path, port: int, environ: Mapping[str, str], worker: str = "") -> Iterator[None]:
    """Listens on `port` in `folder`; with `worker`, a child that has this variable from it."""
    code = (
        "import os, socket, subprocess, sys, time\n"
        f"s = socket.socket(); s.bind(('127.0.0.1', {port})); s.listen()\n"
        "if sys.argv[1]:\n"
        "    name, _, value = sys.argv[1].partition('=')\n"
        "    child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'],\n"
        "        env={**os.environ, name: value, 'NODE_UNIQUE_ID': '1'})\n"
        "print('up', flush=True); sys.stdin.read(); sys.argv[1] and child.kill()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, worker],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout
    process.stdout.readline()
    try:
        yield
    finally:
        process.communicate()


def test_the_environment_of_the_strapi_that_runs_counts_and_not_this_terminal_s(shop: Shop) -> None:
    with server(shop.backend, PORT, {"PUBLIC_URL": "http://old"}):
        found = facts(shop, {"PUBLIC_URL": "http://shell"}, port=PORT)
        finding = backend_url.server_url(found)

    assert finding.status is Status.FAIL
    assert "the running Strapi was started with (PID" in finding.summary
    assert "http://old" in finding.summary


def test_what_a_worker_has_from_an_older_env_is_told_apart(shop: Shop) -> None:
    with server(shop.backend, PORT, {}, worker="PUBLIC_URL=http://old"):
        finding = backend_url.server_url(facts(shop, port=PORT))

    assert finding.status is Status.FAIL
    assert "still has PUBLIC_URL=http://old" in finding.summary


def test_a_worker_with_what_env_says_now_is_right(shop: Shop) -> None:
    with server(shop.backend, PORT, {}, worker=f"PUBLIC_URL={PUBLIC}"):
        assert backend_url.server_url(facts(shop, port=PORT)).status is Status.PASS


def test_a_server_that_works_elsewhere_says_nothing(shop: Shop) -> None:
    with server(shop.root, PORT, {"PUBLIC_URL": "http://old"}):
        assert backend_url.server_url(facts(shop, port=PORT)).status is Status.PASS


def test_a_dev_server_with_an_older_value_is_named(shop: Shop) -> None:
    port = free_port()
    with server(shop.frontend, port, {"VITE_BACKEND_URL": "http://localhost:1"}):
        finding = frontend_url.frontend_url(facts(shop, frontend_port=port))

    assert finding.status is Status.FAIL
    assert "still has VITE_BACKEND_URL=http://localhost:1" in finding.summary


def remix(shop: Shop) -> Path:
    """Make the front end one that keeps its variables, and return its env file."""
    package = {
        "scripts": {"dev": "react-router dev"},
        "devDependencies": {"@react-router/dev": "7.9.0"},
    }
    (shop.frontend / "package.json").write_text(json.dumps(package))
    return facts(shop).frontend_urls.settings[0].file or Path()


def test_a_dev_server_that_is_older_than_its_env_file_is_named(shop: Shop) -> None:
    port, env_file = free_port(), remix(shop)
    with server(shop.frontend, port, {}):
        os.utime(env_file, (time.time() + 60, time.time() + 60))
        finding = frontend_url.frontend_url(facts(shop, frontend_port=port))

    assert finding.status is Status.WARN
    assert "React Router's dev server was started before" in finding.summary
    assert finding.advice[0].command == "npm run dev"


def test_a_dev_server_that_was_started_after_the_change_passes(shop: Shop) -> None:
    port, env_file = free_port(), remix(shop)
    os.utime(env_file, (time.time() - 60, time.time() - 60))
    with server(shop.frontend, port, {}):
        assert frontend_url.frontend_url(facts(shop, frontend_port=port)).status is Status.PASS


def test_a_framework_that_reads_its_files_again_is_not_asked_to_restart(shop: Shop) -> None:
    port, env_file = free_port(), facts(shop).frontend_urls.settings[0].file or Path()
    with server(shop.frontend, port, {}):
        os.utime(env_file, (time.time() + 60, time.time() + 60))
        assert frontend_url.frontend_url(facts(shop, frontend_port=port)).status is Status.PASS


def test_an_environment_shows_no_values_of_its_own(tmp_path: Path) -> None:
    port = free_port()
    with server(tmp_path, port, {"TOKEN": "hunter2"}):
        found = processes.start_environment(port, str(tmp_path))

    assert found is not None
    assert found.own["TOKEN"] == "hunter2"
    assert "hunter2" not in repr(found) + repr(Environment(real=found.own))


# git


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(shop: Shop) -> Shop:
    (shop.root / ".git").rmdir()
    git(shop.root, "init")
    return shop


def states(shop: Shop) -> dict[str, str]:
    found = facts(shop).env_files_in_git
    assert found is not None
    return {str(each.path.relative_to(shop.root)): each.state for each in found}


def test_each_env_file_with_secrets_has_its_state(repository: Shop) -> None:
    shop = repository
    (shop.frontend / ".env.local").write_text("AUTH_SECRET=kd83jd\n")
    (shop.root / ".env").write_text("DATABASE_PASSWORD=kd83jd\n")
    (shop.root / ".gitignore").write_text(".env.local\n")
    git(shop.root, "add", "backend/.env")

    assert states(shop) == {
        "backend/.env": "tracked",
        "frontend/.env.local": "ignored",
        ".env": "unprotected",
    }


def test_examples_and_what_is_public_do_not_count(repository: Shop) -> None:
    shop = repository
    shop.env.write_text("PORT=1\nPUBLIC_URL=http://x\nSESSION_KEY_LENGTH=32\nAPP_KEYS=\n")
    for ending in ("example", "sample", "template", "dist", "local.example"):
        (shop.backend / f".env.{ending}").write_text("JWT_SECRET=kd83jdKQ+/==\n")
    (shop.frontend / ".env").write_text("VITE_MAPS_KEY=kd83jd\nNEXT_PUBLIC_TOKEN=kd83jd\n")
    git(shop.root, "add", ".")

    assert states(shop) == {}
    assert local.git_secrets(facts(shop)).status is Status.PASS


def test_another_repository_s_environment_does_not_matter(
    repository: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(repository.root, "add", "backend/.env")
    monkeypatch.setenv("GIT_DIR", "/nowhere")

    assert states(repository) == {"backend/.env": "tracked"}


def test_without_git_there_is_nothing_to_look_at(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert facts(shop).env_files_in_git is None, "an empty .git is no repository"
    monkeypatch.setenv("PATH", "/nowhere")

    assert local.git_secrets(facts(shop)).status is Status.SKIP


def test_a_folder_that_is_not_there_is_no_problem(tmp_path: Path) -> None:
    assert git_secrets.read([tmp_path / "nowhere"]) is None


# The environment by itself


def test_the_last_file_wins_and_the_others_are_hidden() -> None:
    low, high = Path("/w/.env"), Path("/w/.env.local")
    environment = Environment(
        files=(SourceFile(low, b"A=1\nB=1\n"), SourceFile(high, b"A=2\nB=1\n"))
    )

    a, b = environment.find("A"), environment.find("B")

    assert a is not None
    assert (a.value, a.file, a.hidden) == ("2", high, ((low, "1"),))
    assert b is not None
    assert b.hidden == ()
    assert environment.find("C") is None
    assert environment.names() == ("A", "B")


def test_a_lock_file_tells_the_package_manager(shop: Shop) -> None:
    assert facts(shop).package_manager == "npm"
    (shop.root / "pnpm-lock.yaml").touch()
    assert facts(shop).package_manager == "pnpm"
