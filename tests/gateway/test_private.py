"""Files beside the app that a dev server may find stay unpublished: Strapi's database, `.env`, our own.

Vite serves the whole workspace at `/@fs/…`, and of that keeps back `.env` and `.git` alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.world.upstreams import World, make_world
from twitter_setup.gateway import paths as gateway_paths

PRIVATE = [
    "/@fs/home/me/cafe/backend/.tmp/data.db",
    "/@fs/home/me/cafe/backend/.tmp/data.db?raw",
    "/@fs/home/me/cafe/backend/%2etmp/data.db",
    "/@fs/home/me/cafe/backend/%252etmp/data.db",
    "/@fs/home/me/cafe/backend%2f.tmp%2fdata.db",
    "/@fs/home/me/cafe/backend/.TMP/data.db",
    "/backend/.tmp/data.db",
    "/backend/.tmp/",
    "/backend/database/app.sqlite",
    "/backend/database/app.sqlite3-wal",
    "/backend/app.db",
    "/backend/app%2edb?import&raw",
    "/Backend/App.DB",
    "/@id//home/me/cafe/backend/app.db",
    "/@fs/home/me/cafe/backend/.twitter-setup/checkpoints/0001-provider.json",
    "/.twitter-setup",
    "/.git/config",
    "/base/.git/config",
    "/.env",
    "/.env.local?raw",
    "/src/.env.production",
    "/.envrc",
    "/.env-cmdrc",
    "/.env_backup",
    "/.env-prod?raw",
    "/.ENVRC",
    "/%2eenvrc",
    "/@fs/home/me/cafe/frontend/.env~",
    "/.netrc",
    "/.npmrc?raw",
    "/@fs/home/me/.pgpass",
    "/.git-credentials",
    "/certs/dev.crt",
    "/certs/dev.CRT?raw",
    "/dev-key.pem",
    "/dev-key.pem?import&raw",
    "/dev-key%2epem?url&inline",
    "/dev-key.p%2565m?raw",
    "/dev-key.pem/?raw",
    "/dev-key.pem::$DATA?raw",
    "/dev-key.pem.",
    "/certs/dev.key",
    "/certs/dev.p12?raw",
    "/certs/dev.pfx",
    "/certs/dev.cer",
    "/certs/dev.der",
    "/@fs/home/me/cafe/frontend/localhost+1-key.pem",
    "/backend/dump.sql",
    "/backend/dump.sql?raw",
    "/backend/data/dump.sql.gz",
    "/backend/export.tar",
    "/backend/export.tar.gz",
    "/backend/export_20261101.tar.gz.enc",
    "/@fs/home/me/cafe/backend/export.tar%2egz",
]
OTHERS = [
    "/node_modules/.vite/deps/react.js",
    "/node_modules/.pnpm/react/index.js",
    "/.well-known/security.txt",
    "/.gitignore",
    "/.npmignore",
    "/.netlify/functions/hello",
    "/environment",
    "/environments/environment.ts",
    "/node_modules/vite/dist/client/env.mjs",
    "/node_modules/.vite/deps/dotenv.js",
    "/examples/dump.sql",
    "/downloads/press-kit.tar.gz",
    "/backend/query.sqlx",
    "/backend/encoder.ts",
    "/public/towns.db",
    "/backend/app.dbml",
    "/tmp/x",
    "/src/env.ts",
    "/src/pem.ts",
    "/docs/ca.pem.md",
    "/src/x.pemfile",
    "/logo.crtx",
    "/src/header.tsx",
    "/src/api.keys.ts",
]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with make_world(tmp_path_factory.mktemp("private")) as made:
        made.open(backend_folder="backend")
        yield made


@pytest.mark.parametrize("target", PRIVATE)
def test_what_is_nobody_s_business_is_not_asked_of_the_dev_server(
    world: World, target: str
) -> None:
    for method in ("GET", "POST", "HEAD"):
        assert world.ask(target, method).status == 404
    assert world.frontend.seen == world.strapi.seen == []


@pytest.mark.parametrize("target", OTHERS)
def test_what_only_looks_alike_is_the_front_end_s(world: World, target: str) -> None:
    assert world.ask(target).by == "frontend"
    world.frontend.seen.clear()


def test_a_folder_with_unusual_letters_is_found_too() -> None:
    pattern = gateway_paths.private("café (1)+")

    assert re.search(pattern, "/@fs/x/café (1)+/app.db")
    assert not re.search(pattern, "/@fs/x/cafe/app.db")
    assert re.search(gateway_paths.private(""), "/x/.tmp/data.db")
