"""The redirect URL: taken as Strapi's admin form takes it, refused with what would do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twitter_setup.addresses import redirect_url
from twitter_setup.addresses.redirect_url import parse, parse_path, path_of, printable
from twitter_setup.errors import SetupError

EXAMPLE = "--redirect http://localhost:3000/connect/twitter/redirect"
PAGE = "https://app.example.com/connect/twitter/redirect"


@pytest.mark.parametrize(
    "url",
    [
        PAGE,
        "http://localhost:3000/connect/twitter/redirect",
        "http://127.0.0.1:3000/in",
        "https://app.example.com",
        "https://münchen.example/zurück",
        "cafe://login",
        "https://app.example.com/a%20b",
    ],
)
def test_an_absolute_url_is_taken_as_it_is(url: str) -> None:
    assert parse(url) == parse(f" {url}\n") == url


@pytest.mark.parametrize(
    ("url", "says", "instead"),
    [
        ("", "is empty", EXAMPLE),
        ("  ", "is empty", EXAMPLE),
        ("/in/x", "is not a whole address", "--redirect http://localhost:3000/in/x"),
        ("app.example.com", "is not a whole address", "--redirect https://app.example.com"),
        ("//app.example.com/in", "is not a whole address", "--redirect https://app.example.com/in"),
        (
            "app.example.com:8443/in/",
            "is not a whole",
            "--redirect https://app.example.com:8443/in",
        ),
        ("localhost:3000/in", "is not a whole address", "--redirect http://localhost:3000/in"),
        ("127.0.0.1:5173/in", "is not a whole address", "--redirect http://127.0.0.1:5173/in"),
        ("[::1]:5173/in", "is not a whole address", "--redirect http://[::1]:5173/in"),
        ("login", "is not a whole address", EXAMPLE),
        ("mailto:me", "is not a whole address", EXAMPLE),
        (f"{PAGE}/", "has a slash at the end, which Strapi refuses", f"--redirect {PAGE}"),
        (f"{PAGE}?a=1", "has a query or a fragment in it", f"--redirect {PAGE}"),
        (f"{PAGE}#x", "has a query or a fragment in it", f"--redirect {PAGE}"),
        (f"{PAGE}/?", "has a query or a fragment in it", f"--redirect {PAGE}"),
        ("https://u:hunter2@a.example", "has a user name or password in it", "--redirect"),
        ("u:hunter2@a.example/x", "has a user name or password in it", "--redirect"),
        ("javascript://x/%0aalert(1)", "names no page", "--redirect"),
        ("data://x", "names no page", "--redirect"),
        ("https://", "names no page", "--redirect"),
        ("https://[::1", "is not an address", "--redirect"),
        ("https://a.example:99999/x", "is not an address", "--redirect"),
        ("https://a b.example/x", "is not an address that Strapi takes", "--redirect"),
        ("https://a.example/x\x1b[2J", "has signs in it that no address has", "--redirect"),
        ("https://a.example/\u202ex", "has signs in it that no address has", "--redirect"),
    ],
)
def test_what_strapi_refuses_is_refused_with_what_would_do(
    url: str, says: str, instead: str
) -> None:
    with pytest.raises(SetupError) as caught:
        parse(url)

    assert caught.value.code == "usage"
    assert says in caught.value.message
    assert "hunter2" not in caught.value.message
    assert caught.value.message.isprintable()
    (advice,) = caught.value.advice
    assert instead in str(advice.command)
    assert parse(str(advice.command).removeprefix("--redirect ")), "the advice would do"


@given(st.text() | st.text().map("https://".__add__) | st.text().map(f"{PAGE}/".__add__))
def test_every_text_is_taken_or_refused_in_words(text: str) -> None:
    try:
        url = parse(text)
    except SetupError as refusal:
        assert refusal.code == "usage"  # noqa: PT017
        assert refusal.message.isprintable()  # noqa: PT017
    else:
        assert url == text.strip()
        assert "://" in url
        assert not url.endswith("/")
        assert redirect_url._ACCEPTED.fullmatch(url)


@pytest.mark.parametrize(
    ("setting", "path"),
    [
        (None, "/connect/twitter/redirect"),
        ("", "/connect/twitter/redirect"),
        ("in", "/in"),
        ("in/", "/in"),
        ("/in/x//", "/in/x"),
        ("/", ""),
    ],
)
def test_a_path_of_the_settings_begins_with_one_slash_and_ends_with_none(
    setting: str | None, path: str
) -> None:
    assert path_of(setting) == path
    assert path_of("//evil.example/x") == "/evil.example/x"


@pytest.mark.parametrize("path", ["", "/", "login/", "/in/x", "zurück"])
def test_a_path_that_strapi_takes_is_read(path: str) -> None:
    assert parse_path(path) == path
    assert parse(f"https://app.example.com{path_of(path)}")


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("login?x=1", "has a query or a fragment in it"),
        ("login#x", "has a query or a fragment in it"),
        ("a b", "is not a path that Strapi takes"),
        ("login.", "is not a path that Strapi takes"),
        ("a\x1b[2J", "is not a path that Strapi takes"),
        ("http://localhost:3000/in", "is a whole address"),
    ],
)
def test_a_path_that_no_redirect_url_can_end_with_is_refused(path: str, says: str) -> None:
    with pytest.raises(SetupError) as caught:
        parse_path(path)

    assert says in caught.value.message
    assert caught.value.message.isprintable()


@given(st.text())
def test_what_is_printable_stays_and_nothing_else_is_shown(text: str) -> None:
    shown = printable(text)

    assert shown.isprintable()
    assert len(shown) == len(text)
    assert shown == text or not text.isprintable()
