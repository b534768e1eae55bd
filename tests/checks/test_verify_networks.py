"""`verify` behind the proxies that VPN clients and container runtimes set up."""

from __future__ import annotations

import pytest

from tests.verifying import HOST, Verified
from tests.world import socks


def test_socks_proxy_of_a_vpn_client_is_used(right: Verified) -> None:
    with socks.serving(right.bench.tls.port) as proxy:
        ran = right.run("--json", HTTPS_PROXY="", ALL_PROXY=proxy.url)

    assert ran.json["data"]["counts"]["pass"] == 22, ran.json["data"]["checks"]
    assert set(proxy.asked) == {(HOST, 443)}


@pytest.mark.parametrize("entries", ["localhost,[::1],fe80::/10", "[::1]:1337,127.0.0.0/8,::1"])
def test_no_proxy_of_a_container_runtime_is_read(right: Verified, entries: str) -> None:
    ran = right.run("--json", NO_PROXY=entries)

    assert ran.json["data"]["counts"]["pass"] == 22
    assert ran.err == ""


def test_entry_of_no_proxy_that_cannot_be_read_is_named_and_skipped(right: Verified) -> None:
    ran = right.run("--json", NO_PROXY="fe80::/200,localhost")

    assert ran.json["data"]["counts"]["pass"] == 22
    assert "NO_PROXY: skipped fe80::/200" in ran.err
