"""`configure` on a terminal: what it asks for, what it shows of it, and Ctrl-C at each question."""

from __future__ import annotations

import copy
import os
import sys
from pathlib import Path

import pexpect
import pytest

from tests.configuring import AS_WRITTEN, BY_LOGIN, BY_TOKEN, KEY, PAIR, REDIRECT, SECRET
from tests.program import SOURCE, Shop, make_shop
from tests.world.admin_api import ADMIN
from tests.world.admin_server import WRITE, AdminServer, Call

pytestmark = pytest.mark.slow

TO = ("--redirect", REDIRECT)
HIDDEN = frozenset({"Password: ", "Consumer Key: ", "Consumer Secret: "})


class Terminal:
    """The program on a terminal; `text` is all that was shown."""

    def __init__(self, shop: Shop, *words: str, **env: str) -> None:
        self._child: pexpect.spawn[str] = pexpect.spawn(
            sys.executable,
            ["-m", "twitter_setup", "configure", *words],
            cwd=str(shop.root),
            env={**os.environ, "PYTHONPATH": str(SOURCE), "TERM": "dumb", **env},
            encoding="utf-8",
            timeout=20,
            dimensions=(50, int(env.get("WIDE", "200"))),
        )
        self._child.delaybeforesend = None
        self.text = ""

    def wait_for(self, words: str) -> None:
        self._child.expect_exact(words)
        self.text += str(self._child.before) + str(self._child.after)

    def answer(self, question: str, text: str) -> None:
        """Type it once the question is there; a hidden one also turns the echo off first."""
        self.wait_for(question)
        if question in HIDDEN:
            self.wait_until_hidden()
        self._child.sendline(text)

    def wait_until_hidden(self) -> None:
        self._child.waitnoecho(timeout=5)
        assert not self._child.getecho(), "it would be shown"

    def interrupt(self) -> None:
        self._child.sendintr()

    def hang_up(self) -> None:
        self._child.sendeof()

    def end(self) -> int:
        self._child.expect(pexpect.EOF)
        self.text += str(self._child.before)
        self._child.wait()
        assert self._child.exitstatus is not None, self.text
        return int(self._child.exitstatus)


def test_a_person_is_asked_for_four_things_and_no_secret_of_them_is_shown(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    terminal = Terminal(strapi_shop, *TO)
    terminal.answer(f"E-mail of an administrator of {admin_server.url}: ", ADMIN["email"])
    terminal.answer("Password: ", ADMIN["password"])
    terminal.answer("Consumer Key: ", KEY)
    terminal.answer("Consumer Secret: ", SECRET)

    assert terminal.end() == 0, terminal.text

    assert AS_WRITTEN.items() <= admin_server.twitter.items()
    assert ADMIN["email"] in terminal.text
    for hidden in (ADMIN["password"], KEY, SECRET):
        assert hidden not in terminal.text
    assert "What you enter is not shown." in terminal.text


def test_only_what_is_missing_is_asked_for(strapi_shop: Shop, admin_server: AdminServer) -> None:
    admin_server.twitter["key"] = KEY
    terminal = Terminal(strapi_shop, *TO, STRAPI_ADMIN_EMAIL=ADMIN["email"])
    terminal.answer("Password: ", ADMIN["password"])
    terminal.answer("Consumer Secret: ", SECRET)

    assert terminal.end() == 0, terminal.text

    assert "Consumer Key:" not in terminal.text
    assert AS_WRITTEN.items() <= admin_server.twitter.items()


def test_a_warning_asks_once_and_no_means_that_nothing_is_changed(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    before = copy.deepcopy(admin_server.api.providers)
    terminal = Terminal(strapi_shop, *TO, **BY_TOKEN, TWITTER_API_KEY="short")
    terminal.answer("Use them all the same? [y/N] ", "y")
    terminal.answer("Consumer Secret: ", f" {KEY} ")
    terminal.answer("Use them all the same? [y/N] ", "")

    assert terminal.end() == 1, terminal.text

    assert terminal.text.count("The key has 5 characters") == 1
    assert terminal.text.count("The secret has 25 characters") == 1
    assert "Blanks or quotes around the secret were taken away" in terminal.text
    assert "Nothing was changed in Strapi." in terminal.text
    assert admin_server.api.providers == before


def test_what_is_entered_empty_is_refused(strapi_shop: Shop, admin_server: AdminServer) -> None:
    terminal = Terminal(strapi_shop, *TO, **BY_TOKEN)
    terminal.answer("Consumer Key: ", "")

    assert terminal.end() == 2, terminal.text

    assert "The key is empty." in terminal.text


def test_a_dash_at_a_terminal_is_not_shown_either(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    terminal = Terminal(strapi_shop, "--key", "-", "--secret", "-", *TO, **BY_TOKEN)
    terminal.answer("Consumer Key: ", KEY)
    terminal.answer("Consumer Secret: ", SECRET)

    assert terminal.end() == 0, terminal.text

    assert AS_WRITTEN.items() <= admin_server.twitter.items()
    assert KEY not in terminal.text
    assert SECRET not in terminal.text


def test_json_on_a_terminal_asks_nothing(strapi_shop: Shop) -> None:
    terminal = Terminal(strapi_shop, "--json", *TO, **BY_TOKEN)

    assert terminal.end() == 2, terminal.text

    assert "Strapi has no key and no secret for X yet" in terminal.text


def test_another_machine_in_a_committed_file_is_asked_about_with_its_host(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    file = strapi_shop.root / "twitter-setup.toml"
    file.write_text('[strapi]\nurl = "https://еvil.example"\n')  # the first letter is Cyrillic
    terminal = Terminal(strapi_shop, *TO, **BY_LOGIN, **PAIR)
    terminal.answer("Send the administrator's credentials to xn--vil-qdd.example? [y/N] ", "n")

    assert terminal.end() == 1, terminal.text

    assert "You said no." in terminal.text
    assert "Nothing was sent, and nothing was changed." in terminal.text
    assert admin_server.calls == []


@pytest.mark.parametrize(
    ("question", "env"),
    [
        ("E-mail of an administrator", {}),
        ("Password: ", {"STRAPI_ADMIN_EMAIL": ADMIN["email"]}),
        ("Consumer Key: ", BY_TOKEN),
        ("Consumer Secret: ", {**BY_TOKEN, "TWITTER_API_KEY": KEY}),
        ("Use them all the same?", {**BY_TOKEN, "TWITTER_API_KEY": "short"}),
    ],
)
def test_ctrl_c_at_a_question_changes_nothing_and_says_so(
    strapi_shop: Shop, admin_server: AdminServer, question: str, env: dict[str, str]
) -> None:
    before = copy.deepcopy(admin_server.api.providers)
    terminal = Terminal(strapi_shop, *TO, **env)
    terminal.wait_for(question)
    terminal.interrupt()

    assert terminal.end() == 130, terminal.text

    assert "Stopped." in terminal.text
    assert "Nothing was changed in Strapi." in terminal.text
    assert "Traceback" not in terminal.text
    assert admin_server.api.providers == before


def test_ctrl_c_during_the_write_does_not_say_that_nothing_was_changed(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    def interrupt(call: Call) -> None:
        terminal.interrupt()
        call.server.is_ending.wait(10)

    admin_server.at(WRITE, interrupt)
    terminal = Terminal(strapi_shop, *TO, **BY_TOKEN, **PAIR)

    assert terminal.end() == 130, terminal.text

    assert "Whether Strapi holds the new setting is not known: run this again." in terminal.text
    assert len(list(strapi_shop.state.glob("checkpoints/*"))) == 1


def test_a_terminal_that_ends_is_an_answer_that_did_not_come(
    strapi_shop: Shop, admin_server: AdminServer
) -> None:
    terminal = Terminal(strapi_shop, *TO, **BY_TOKEN)
    terminal.wait_for("Consumer Key: ")
    terminal.wait_until_hidden()
    terminal.hang_up()

    assert terminal.end() == 1, terminal.text

    assert "The answer did not come." in terminal.text


def test_no_url_is_broken_on_a_narrow_terminal(strapi_shop: Shop) -> None:
    terminal = Terminal(strapi_shop, *TO, WIDE="40", **BY_TOKEN, **PAIR)

    assert terminal.end() == 0, terminal.text

    assert REDIRECT in terminal.text
    assert "http://localhost:1337/api/connect/twitter/callback" in terminal.text


def test_nothing_is_asked_before_strapi_is_known_to_be_there(tmp_path: Path) -> None:
    terminal = Terminal(make_shop(tmp_path), *TO)

    assert terminal.end() == 1, terminal.text

    assert "Strapi does not answer" in terminal.text
    assert "E-mail" not in terminal.text
