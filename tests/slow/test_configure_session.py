"""`tunnel` and `configure` beside each other: what a session says of the redirect URL in Strapi."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.configuring import BY_LOGIN, BY_TOKEN, PAIR, REDIRECT, configure
from tests.program import Process, Shop, free_port, make_shop, run, strapi_at, tunnelling
from tests.world import agent
from tests.world.admin_server import AdminServer

pytestmark = pytest.mark.slow

TOKEN = "2abcDEF_ghijKLMN0123456789"


@contextmanager
def tunnel(shop: Shop, folder: Path, **env: str) -> Iterator[Process]:
    whole = {
        "PYNGROK_NGROK_PATH": str(agent.install_agent(folder / "bin")),
        "NGROK_AUTHTOKEN": TOKEN,
        "STANDIN_STATE": str(folder / "ngrok"),
        **env,
    }
    with tunnelling(cwd=shop.root, env=whole) as process:
        yield process


@contextmanager
def served(folder: Path) -> Iterator[tuple[Shop, subprocess.Popen[bytes]]]:
    port = free_port()
    shop = make_shop(folder, env=b"PORT=%d\nAPP_KEYS=a,b\n" % port)
    with strapi_at(shop, port) as server:
        yield shop, server


def test_a_tunnel_with_an_administrator_says_that_strapi_has_another_redirect_url(
    tmp_path: Path,
) -> None:
    with served(tmp_path / "cafe") as (shop, _):
        assert configure(shop, "--redirect", REDIRECT, **BY_TOKEN, **PAIR).code == 0
        with tunnel(shop, tmp_path, **BY_LOGIN) as process:
            sheet = process.event("ready")["data"]
            process.stop()

    said = " ".join("".join(process.errors).split())
    assert f"In Strapi the redirect URL is {REDIRECT}, and for this address it is " in said
    assert str(sheet["redirect_url"]) in said
    assert "twitter-setup configure" in said


@pytest.mark.parametrize("strapi", ["5.52.0", "5.54.0"])
def test_ctrl_c_after_configure_says_that_strapi_still_points_to_this_tunnel(
    tmp_path: Path, strapi: str
) -> None:
    shop = make_shop(tmp_path / "cafe", strapi=strapi, env=b"PORT=%d\n" % free_port())
    with tunnel(shop, tmp_path) as process:
        url = process.event("ready")["data"]["public_url"]
        page = f"{url}/connect/twitter/redirect"
        with strapi_of(shop) as server:
            words = ["--strapi", server, "--redirect", page]
            assert configure(shop, *words, **BY_TOKEN, **PAIR).code == 0
        process.stop()

    said = " ".join("".join(process.errors).split())
    assert f"The redirect URL in Strapi still points to this tunnel: {page}." in said
    assert "with the next tunnel: twitter-setup configure" in said
    # Since 5.53 a login that ends there fails.
    back = "configure --redirect http://localhost:5173/connect/twitter/redirect"
    assert (back in said) == (strapi == "5.52.0")


def test_while_a_tunnel_runs_undo_is_refused_and_its_end_says_nothing_of_another_page(
    tmp_path: Path,
) -> None:
    shop = make_shop(tmp_path / "cafe", env=b"PORT=%d\n" % free_port())
    with tunnel(shop, tmp_path) as process:
        process.event("ready")
        with strapi_of(shop) as server:
            words = ["--strapi", server, "--redirect", REDIRECT]
            configure(shop, *words, **BY_TOKEN, **PAIR)

            done = run("undo", "--json", cwd=shop.root, env=BY_TOKEN)

        process.stop()

    assert done.error["code"] == "tunnel_running"
    assert list(shop.state.glob("checkpoints/*-provider.json"))
    assert "still points" not in "".join(process.errors)


@contextmanager
def strapi_of(shop: Shop) -> Iterator[str]:
    """Only while it is configured: a `tunnel` would wait for its restart."""
    port = int(shop.env.read_text().split()[0].removeprefix("PORT="))
    with AdminServer(port=port) as server:
        yield server.url
