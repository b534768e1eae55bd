"""Every question can be ended with Ctrl-C, and nothing was changed then."""

from __future__ import annotations

import shutil
from pathlib import Path

import pexpect
import pytest

from tests.program import Shop, make_shop, on_terminal

pytestmark = pytest.mark.slow


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return make_shop(tmp_path / "cafe")


def ended_at(question: str, shop: Shop, *words: str, **env: str) -> int | None:
    terminal = on_terminal(shop, *words, **env)
    terminal.expect_exact(question)
    terminal.sendintr()
    terminal.expect(pexpect.EOF)
    terminal.wait()
    assert "Traceback" not in (terminal.before or "")
    return terminal.exitstatus


@pytest.mark.parametrize("command", ["tunnel", "configure", "verify", "urls", "undo", "init"])
def test_which_of_several_projects(shop: Shop, command: str) -> None:
    shutil.copytree(shop.backend, shop.root / "other")
    before = shop.files()

    assert ended_at("Number [1-2]", shop, command) == 130
    assert shop.files() == before


@pytest.mark.parametrize("command", ["configure", "verify"])
def test_whether_another_machine_may_have_the_credentials(shop: Shop, command: str) -> None:
    (shop.root / "twitter-setup.toml").write_text('[strapi]\nurl = "https://cms.example.com"\n')

    status = ended_at(
        *("credentials to cms.example.com?", shop, command), STRAPI_ADMIN_TOKEN="not-sent"
    )

    assert status == 130
