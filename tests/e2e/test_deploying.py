"""docs/deploying.md on a real Strapi: production, TLS in front of it, an admin token with two rights."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.e2e import admins
from tests.e2e.conftest import MakeProject
from tests.e2e.projects import STRAPI_5, Project
from tests.program import run
from tests.world import tls
from tests.world.x import X

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
HOST = "cafe.example.com"
URL = f"https://{HOST}"
CALLBACK = f"{URL}/api/connect/twitter/callback"
SETTINGS = "1337),\n  url: env('PUBLIC_URL', ''),\n  proxy: { koa: true },\n"


@dataclass(frozen=True)
class Deployed:
    project: Project
    environment: dict[str, str]
    folder: Path  # that of a pipeline, with nothing in it


@pytest.fixture
def deployed(make_project: MakeProject, x: X, tmp_path: Path) -> Iterator[Deployed]:
    project = make_project(
        STRAPI_5,
        config=lambda text: text.replace("1337),\n", SETTINGS, 1),
        env={"PUBLIC_URL": URL},
    )
    (project.backend / "build").mkdir()
    (project.backend / "build" / "index.html").write_text("<!doctype html><title>Strapi</title>")
    # In production the limits of Strapi's own count.
    project.serve_without_admin("start", NODE_ENV="production", **x.strapi_environment())
    front = project.serve_frontend(__VITE_ADDITIONAL_SERVER_ALLOWED_HOSTS=HOST)

    def port_of(_: str, path: str) -> int:
        is_strapis = path.startswith(("/api/", "/admin", "/users-permissions/", "/_health"))
        return project.port if is_strapis else front.port

    with httpx.Client(base_url=project.local_url, trust_env=False, timeout=10) as client:
        token = admins.make(project, client).tokens["full"]
    x.settings.callbacks = [CALLBACK]
    folder = tmp_path / "pipeline"
    folder.mkdir()
    with tls.serving([HOST], port_of, tmp_path) as edge:
        environment = {
            "STRAPI_ADMIN_TOKEN": token,
            "TWITTER_API_KEY": x.settings.key,
            "TWITTER_API_SECRET": x.settings.secret,
            "TWITTER_SETUP_X_URL": x.url,
            "HTTPS_PROXY": edge.proxy,
            "SSL_CERT_FILE": str(edge.certificate),
        }
        yield Deployed(project, environment, folder)


def test_what_the_document_tells_a_pipeline_to_run_works(deployed: Deployed) -> None:
    for command in documented():
        ran = run(*command, "--json", cwd=deployed.folder, env=deployed.environment)

        assert ran.code == 0, ran.out
        if command[0] == "configure":
            assert ran.json["data"]["changed"] == ["enabled", "key", "secret", "redirect_url"]
            assert ran.json["data"]["callback_url"] == CALLBACK
        else:
            found = {check["id"]: check["status"] for check in ran.json["data"]["checks"]}
            passed = {name for name, status in found.items() if status == "pass"}
            assert "fail" not in found.values()
            assert passed >= {
                "public-url",
                "admin",
                "callback",
                "redirect-page",
                "x-callback",
                "connect",
            }

    again = run(*documented()[0], "--json", cwd=deployed.folder, env=deployed.environment)
    assert again.json["data"]["changed"] == []


def documented() -> list[list[str]]:
    """The workflow's commands, `configure` first, with this test's host for the one named there."""
    page = (ROOT / "docs" / "deploying.md").read_text()
    lines = re.findall(r"run: twitter-setup (.+)$", page, re.MULTILINE)
    commands = [shlex.split(line.replace("https://cafe.example.com", URL)) for line in lines]
    assert [command[0] for command in commands] == ["configure", "verify"]
    return commands
