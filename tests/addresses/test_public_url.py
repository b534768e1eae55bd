"""`--url`: what is taken, in which form, and what is refused with which words."""

from __future__ import annotations

import pytest

from twitter_setup.errors import ExitCode, SetupError
from twitter_setup.ngrok.reach import parse_public_url


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://tunnel.example", "https://tunnel.example"),
        ("https://tunnel.example/", "https://tunnel.example"),
        ("HTTPS://Tunnel.EXAMPLE", "https://tunnel.example"),
        ("https://tunnel.example:443/", "https://tunnel.example"),
        ("https://tunnel.example:8443", "https://tunnel.example:8443"),
        ("https://tunnel.example.", "https://tunnel.example"),
        ("https://strapi.local", "https://strapi.local"),
        ("https://10.0.0.7:8443", "https://10.0.0.7:8443"),
        ("https://intranet", "https://intranet"),
        ("https://my_host.example", "https://my_host.example"),
        ("https://münchen.example", "https://xn--mnchen-3ya.example"),
        ("https://faß.example", "https://xn--fa-hia.example"),
        ("https://[2001:DB8::1]:8443", "https://[2001:db8::1]:8443"),
        ("http://127.0.0.1:7337", "http://127.0.0.1:7337"),
        ("http://127.0.0.1:80/", "http://127.0.0.1"),
        ("http://127.8.9.10:1337", "http://127.8.9.10:1337"),
        ("http://[::1]:7337", "http://[::1]:7337"),
    ],
)
def test_an_address_is_written_as_x_compares_it(text: str, url: str) -> None:
    assert parse_public_url(text) == url
    assert parse_public_url(url) == url


@pytest.mark.parametrize(
    ("text", "says", "instead"),
    [
        ("", "is empty", None),
        ("  ", "is empty", None),
        ("https://a.example /", "has spaces", "https://a.example"),
        ("https:\\\\a.example", "backslashes", "https://a.example"),
        ("https://a.example\n", "has spaces", "https://a.example"),
        ("a.example", "no https:// in front", "https://a.example"),
        ("//a.example", "no https:// in front", "https://a.example"),
        ("localhost:1337", "no https:// in front", None),
        ("ftp://a.example", "starts with ftp://", None),
        ("https://", "has no host", None),
        ("https://:8443", "has no host", None),
        ("https://a.example/strapi", "has a path, /strapi", "https://a.example"),
        ("https://a.example/api/connect/twitter/callback", "has a path", "https://a.example"),
        ("https://a.example?x=1", "has a query", "https://a.example"),
        ("https://a.example/?", "has a query", "https://a.example"),
        ("https://a.example/#top", "has a fragment", "https://a.example"),
        ("https://me:hunter2@a.example", "user name or password", "https://a.example"),
        ("https://a.example:0", "port", None),
        ("https://a.example:65536", "port", None),
        ("https://a.example:http", "port", None),
        ("https://localhost", "names localhost", "http://127.0.0.1"),
        ("http://localhost:3000", "names localhost", "http://127.0.0.1:3000"),
        ("https://shop.localhost:3000", "names localhost", "http://127.0.0.1:3000"),
        ("https://127.0.0.1:3000", "has https for this machine", "http://127.0.0.1:3000"),
        ("https://[::1]", "has https for this machine", "http://[::1]"),
        ("http://a.example", "is http", "https://a.example"),
        ("http://192.168.1.5:1337", "is http", "https://192.168.1.5:1337"),
        ("https://0.0.0.0:1337", "an address to listen on", None),
        ("https://[::]", "an address to listen on", None),
        ("https://[::1", "is not an address", None),
        ("https://a..example", "no valid host name", None),
        ("https://-a.example", "no valid host name", None),
        ("https://a%20b.example", "no valid host name", None),
        ("https://127.1", "no valid host name", None),
        ("https://300.1.1.1", "no valid host name", None),
        ("https://2130706433", "no valid host name", None),
        ("https://１２７.0.0.1", "no valid host name", None),
        ("https://" + "a" * 64 + ".example", "no valid host name", None),
    ],
)
def test_anything_else_is_refused_with_what_is_wrong(
    text: str, says: str, instead: str | None
) -> None:
    with pytest.raises(SetupError) as refused:
        parse_public_url(text)

    assert says in refused.value.message
    assert refused.value.message.startswith("--url ")
    assert refused.value.exit_code == ExitCode.USAGE
    assert "hunter2" not in refused.value.message
    command = refused.value.advice[0].command
    assert command == f"--url {instead or 'https://your-address.example'}"
