"""Which Strapi is meant, and where an administrator's credentials may go."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.views import Silent
from twitter_setup.addresses.public_url import parse_public_url
from twitter_setup.errors import SetupError
from twitter_setup.project.settings import FileSettings
from twitter_setup.strapi.address import choose, parse, same

LOCAL = "http://localhost:1337"


class Person(Silent):
    """Answers every question alike."""

    may_ask = True

    def __init__(self, *, says: bool) -> None:
        super().__init__()
        self.questions: list[str] = []
        self._says = says

    def ask(self, question: str, *, default: bool = True) -> bool:
        assert default is False, "Enter alone is no yes"
        self.questions.append(question)
        return self._says

    def choose(self, question: str, choices: Sequence[str]) -> int:
        raise AssertionError(question)


def file(url: str) -> FileSettings:
    return FileSettings(path=Path("twitter-setup.toml"), values={("strapi", "url"): url})


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://cms.example.com", "https://cms.example.com"),
        (" HTTPS://CMS.example.com:8443/ \n", "https://cms.example.com:8443"),
        ("https://example.com/strapi/", "https://example.com/strapi"),
        ("http://localhost:1337/", "http://localhost:1337"),
        ("http://127.0.0.2:1337", "http://127.0.0.2:1337"),
        ("http://[::1]:1337", "http://[::1]:1337"),
        ("https://münchen.example", "https://xn--mnchen-3ya.example"),
        ("https://cms.example.com:443/", "https://cms.example.com"),
        ("http://localhost:80", "http://localhost"),
        ("https://cms.example.com.", "https://cms.example.com"),
        ("http://[0:0::1]:1337", "http://[::1]:1337"),
    ],
)
def test_an_address_is_written_in_one_way(text: str, address: str) -> None:
    assert parse(text) == address == parse(address)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is not an address that begins with https://"),
        ("cms.example.com", "is not an address that begins with https://"),
        ("ftp://cms.example.com", "is not an address that begins with https://"),
        ("https://", "is not an address that begins with https://"),
        ("https://[::1", "is not an address"),
        ("https://a.example:99999", "has a port that is not a number from 1 to 65535"),
        ("https://a..example", "has no valid host name"),
        ("https://¡.example", "has no valid host name"),
        ("https://%61.example", "has no valid host name"),
        (f"https://{'a' * 70}.example", "has no valid host name"),
        ("https://u:hunter2@a.example", "has a user name or password in it"),
        ("https://a.example?x", "has a query or a fragment in it"),
        ("https://a.example#", "has a query or a fragment in it"),
        ("https://a.example/b c", "has blanks, backslashes or signs"),
        ("https://a.example/\\b", "has blanks, backslashes or signs"),
        ("https://a.example/\x1b[2J", "has blanks, backslashes or signs"),
        ("http://a.example", "everybody on the way can read"),
        ("http://localhost.evil.example", "everybody on the way can read"),
        ("http://0.0.0.0:1337", "everybody on the way can read"),
        ("http://192.168.0.7:1337", "everybody on the way can read"),
    ],
)
def test_what_is_no_safe_address_is_refused(text: str, says: str) -> None:
    with pytest.raises(SetupError) as caught:
        parse(text)

    assert caught.value.code == "usage"
    assert says in caught.value.message
    assert "hunter2" not in caught.value.message
    assert caught.value.message.isprintable()
    assert caught.value.advice
    assert caught.value.unchanged == "Nothing was sent, and nothing was changed."


@given(st.text() | st.text().map("https://".__add__) | st.text().map("http://localhost".__add__))
def test_every_text_is_an_address_that_can_be_asked_or_refused_in_words(text: str) -> None:
    try:
        address = parse(text)
    except SetupError as refusal:
        assert refusal.message.isprintable()  # noqa: PT017
    else:
        assert httpx.URL(address).raw_host, "the client can read it"


@pytest.mark.parametrize("host", ["cms.faß.de", "βόλος.com", "MÜNCHEN.example", "my_host.example"])
def test_credentials_go_to_the_host_that_browsers_go_to(host: str) -> None:
    """`faß` is not `fass`, as an older rule has it: that is another's domain."""
    assert parse(f"https://{host}") == parse_public_url(f"https://{host}")


def test_names_of_this_machine_are_one_strapi_and_others_are_not() -> None:
    assert same("http://127.0.0.1:1337", LOCAL)
    assert same("http://[::1]:1337", LOCAL)
    assert not same("http://localhost:1338", LOCAL)
    assert not same("https://localhost:1337", LOCAL)
    assert not same("http://127.0.0.2:1337", LOCAL)
    assert not same("https://cms.example/a", "https://cms.example/b")


def test_the_flag_wins_then_the_file_then_the_back_end_s_own_port() -> None:
    silent, other = Silent(), "http://localhost:9999"

    assert choose("https://a.example", file(other), LOCAL, silent) == "https://a.example"
    assert choose(None, file(other), LOCAL, silent) == other
    assert choose(None, FileSettings(), LOCAL, silent) == LOCAL


def test_another_machine_of_the_file_is_asked_about_by_its_host() -> None:
    yes, no = Person(says=True), Person(says=False)

    assert choose(None, file("https://cms.example/x"), LOCAL, yes) == "https://cms.example/x"
    with pytest.raises(SetupError) as caught:
        choose(None, file("https://cms.example/x"), LOCAL, no)

    assert caught.value.code == "declined"
    assert yes.questions == ["Send the administrator's credentials to cms.example?"]


def test_where_nobody_can_be_asked_it_is_refused() -> None:
    with pytest.raises(SetupError) as caught:
        choose(None, file("https://cms.example"), LOCAL, Silent())

    assert caught.value.code == "usage"
    assert caught.value.advice[0].command == "--strapi https://cms.example"


@pytest.mark.parametrize("url", ["http://cms.example", "nonsense"])
def test_a_bad_address_of_the_file_is_named_with_the_file(url: str) -> None:
    with pytest.raises(SetupError) as caught:
        choose(None, file(url), LOCAL, Person(says=True))

    assert "twitter-setup.toml: `strapi.url`" in caught.value.message
