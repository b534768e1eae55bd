"""Proxies of the environment: which is taken, who goes past it, and what cannot be used."""

from __future__ import annotations

import pytest

from twitter_setup.system import proxies

X = "https://api.twitter.com/oauth/request_token"
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def test_without_a_variable_requests_go_directly() -> None:
    assert proxies.for_url(X) is None
    assert proxies.unread() == ()


@pytest.mark.parametrize(
    ("variable", "value", "taken"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:1080", "socks5://127.0.0.1:1080"),
        ("all_proxy", "socks5h://me:pass@127.0.0.1:1080", "socks5h://me:pass@127.0.0.1:1080"),
        ("HTTPS_PROXY", "proxy.example.com:3128", "http://proxy.example.com:3128"),
        ("HTTP_PROXY", "http://proxy.example.com:3128", None),  # of http alone
    ],
)
def test_proxy_of_the_scheme_or_of_all_is_taken(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, taken: str | None
) -> None:
    monkeypatch.setenv(variable, value)

    assert proxies.for_url(X) == taken


def test_proxy_of_the_scheme_wins_over_that_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1080")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:3128")

    assert proxies.for_url(X) == "http://127.0.0.1:3128"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("socks4://127.0.0.1:1080", "socks4://127.0.0.1:1080"),
        ("ftp://127.0.0.1", "ftp://127.0.0.1"),
        ("http://me:hunter2@", "http://"),
        ("http://me:hunter2@host:99999", "http://host:99999"),
        ("http://[::1", "http://[::1"),
        ("http://a b", "http://a b"),
    ],
)
def test_proxy_that_cannot_be_used_is_named_with_its_variable_and_without_its_password(
    monkeypatch: pytest.MonkeyPatch, value: str, shown: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", value)

    with pytest.raises(proxies.Unusable) as caught:
        proxies.for_url(X)

    assert str(caught.value).startswith(f"ALL_PROXY names a proxy that cannot be used: {shown} (")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("twitter.com", X),
        (".twitter.com", X),
        ("*.twitter.com", X),
        ("API.twitter.com.", X),
        ("api.twitter.com:443", X),
        ("https://api.twitter.com", X),
        ("*", X),
        ("[::1]", "http://[::1]:1337/"),
        ("::1", "http://[::1]:1337/"),
        ("[::1]:1337", "http://[::1]:1337/"),
        ("fe80::/10", "http://[fe80::1]/"),
        ("[fe80::]/10", "http://[fe80::1]/"),
        ("[fe80::/10]", "http://[fe80::1]/"),
        ("10.0.0.0/8", "http://10.1.2.3:8080/"),
        ("10.1.2.3", "http://10.1.2.3/"),
    ],
)
def test_entry_of_no_proxy_lets_its_hosts_past(
    monkeypatch: pytest.MonkeyPatch, entry: str, url: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:3128")
    monkeypatch.setenv("NO_PROXY", f"localhost, {entry},internal")

    assert proxies.for_url(url) is None
    assert proxies.unread() == ()
    assert proxies.for_url("https://example.org:8443/") == (
        None if entry == "*" else "http://127.0.0.1:3128"
    )


@pytest.mark.parametrize("entry", ["[::1", "fe80::/200", "10.0.0.0/33", "a b", "::g", "10.0.0.*"])
def test_entry_of_no_proxy_that_cannot_be_read_is_skipped_and_named(
    monkeypatch: pytest.MonkeyPatch, entry: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:3128")
    monkeypatch.setenv("NO_PROXY", f"{entry},twitter.com")

    assert proxies.unread() == (entry,)
    assert proxies.for_url(X) is None
    assert proxies.for_url("https://example.org/") == "http://127.0.0.1:3128"


def test_port_of_an_entry_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:3128")
    monkeypatch.setenv("NO_PROXY", "api.twitter.com:8443")

    assert proxies.for_url(X) == "http://127.0.0.1:3128"
    assert proxies.for_url("https://api.twitter.com:8443/") is None


def test_similar_host_does_not_go_past(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:3128")
    monkeypatch.setenv("NO_PROXY", "twitter.com")

    assert proxies.for_url("https://nottwitter.com/") == "http://127.0.0.1:3128"
