"""The ngrok domain of an account is kept on this machine, so that the callback is pasted at X once."""

from __future__ import annotations

import json
from pathlib import Path

import pexpect
import pytest

from tests.program import Shop, make_shop, on_terminal, own_port, run, tunnelling
from tests.world import agent

pytestmark = pytest.mark.slow

TOKEN = "2abcDEF_ghijKLMN0123456789"
DOMAIN = agent.default_domain(TOKEN)
OFFER = "Keep this domain for this project, in .twitter-setup/? [Y/n]"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return make_shop(tmp_path / "cafe")


@pytest.fixture
def ngrok(tmp_path: Path) -> dict[str, str]:
    return {
        "PYNGROK_NGROK_PATH": str(agent.install_agent(tmp_path / "bin")),
        "NGROK_AUTHTOKEN": TOKEN,
        "STANDIN_STATE": str(tmp_path / "ngrok-state"),
    }


def opened(shop: Shop, ngrok: dict[str, str], answer: str | None) -> str:
    """Run until it is open, and end it. `answer` is that to the offer; None: there must be no offer."""
    terminal = on_terminal(shop, "tunnel", *own_port(), **ngrok)
    said = ""
    while True:
        seen = terminal.expect_exact(
            ["Add it? [Y/n]", "Apply? [Y/n]", OFFER, "Open until you press"]
        )
        said += terminal.before or ""
        if seen == 3:
            break
        assert seen < 2 or answer is not None
        terminal.sendline(answer if seen == 2 and answer else "")
    terminal.sendintr()
    terminal.expect(pexpect.EOF)
    terminal.wait()
    assert terminal.exitstatus == 0
    return said


def kept(shop: Shop) -> object:
    return json.loads((shop.state / "answers.json").read_text()).get("ngrok_domain")


def test_domain_is_offered_after_the_first_run_and_used_from_then_on(
    shop: Shop, ngrok: dict[str, str]
) -> None:
    said = opened(shop, ngrok, "y")

    assert f"{DOMAIN} belongs to your ngrok account" in said
    assert "you paste the callback at X once" in said
    assert kept(shop) == DOMAIN
    assert not (shop.root / "twitter-setup.toml").exists()
    planned = run("tunnel", "--dry-run", "--json", cwd=shop.root).json["data"]["changes"]
    assert any(f"https://{DOMAIN}" in change["summary"] for change in planned)
    opened(shop, ngrok, None)


def test_no_to_the_offer_is_remembered(shop: Shop, ngrok: dict[str, str]) -> None:
    opened(shop, ngrok, "n")

    assert kept(shop) is None
    opened(shop, ngrok, None)


def test_without_a_terminal_nothing_is_offered_or_kept(shop: Shop, ngrok: dict[str, str]) -> None:
    with tunnelling(cwd=shop.root, env=ngrok) as tunnel:
        tunnel.event("ready")
        tunnel.stop()

    assert kept(shop) is None


@pytest.fixture
def keeping(shop: Shop) -> Shop:
    shop.state.mkdir(mode=0o700)
    answers = {"remember_domain": True, "ngrok_domain": "theirs.ngrok.app"}
    (shop.state / "answers.json").write_text(json.dumps(answers))
    return shop


def test_kept_domain_of_another_account_is_forgotten_and_the_same_command_then_works(
    keeping: Shop, ngrok: dict[str, str]
) -> None:
    env = {**ngrok, "STANDIN_FOREIGN": "theirs.ngrok.app"}
    with tunnelling(cwd=keeping.root, env=env) as tunnel:
        failed = tunnel.event("failed")
        tunnel.process.wait(timeout=20)

    assert "theirs.ngrok.app belongs to another ngrok account" in failed["errors"][0]["message"]
    advice = failed["errors"][0]["advice"][0]
    assert "is forgotten now" in advice["text"]
    assert advice["command"].startswith("twitter-setup tunnel --gateway-port")
    with tunnelling(cwd=keeping.root, env=env) as tunnel:
        assert tunnel.event("ready")["data"]["public_url"] == f"https://{DOMAIN}"
        tunnel.stop()


def test_domain_of_the_settings_file_that_is_not_ones_own_is_named_with_the_file(
    shop: Shop, ngrok: dict[str, str]
) -> None:
    (shop.root / "twitter-setup.toml").write_text('[reach]\ndomain = "theirs.ngrok.app"\n')
    with tunnelling(cwd=shop.root, env={**ngrok, "STANDIN_FOREIGN": "theirs.ngrok.app"}) as tunnel:
        failed = tunnel.event("failed")
        tunnel.process.wait(timeout=20)

    advice = failed["errors"][0]["advice"][0]
    assert "take `domain` out of [reach]" in advice["text"]
    assert "twitter-setup.toml" in advice["text"]
