"""Asking X: what is signed, what each answer means, what is known where there is none. No secret anywhere."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest
import trustme
from hypothesis import example, given
from hypothesis import strategies as st

from tests.program import free_port
from tests.world import x as world
from tests.world.x_settings import Settings
from twitter_setup.errors import SetupError
from twitter_setup.secret import Secret
from twitter_setup.x import answers as x_answers
from twitter_setup.x import api as x
from twitter_setup.x.api import XAnswer

CALLBACK = "https://a.example.com/api/connect/twitter/callback"
KEY, SECRET = Secret("hunterConsumerKey12345678"), Secret("hunterConsumerSecret4567890")
TOKEN_BODY = b"oauth_token=a&oauth_token_secret=b&oauth_callback_confirmed=true"

Respond = Callable[[httpx.Request], httpx.Response]


def ask(respond: Respond, *, callback: str = CALLBACK, now: float = 1_800_000_000) -> XAnswer:
    with httpx.Client(transport=httpx.MockTransport(respond)) as client:
        return x.request_token(x.ORIGIN, KEY, SECRET, callback, client=client, clock=lambda: now)


def said(status: int, body: bytes) -> tuple[str, int | None]:
    answer = ask(lambda _: httpx.Response(status, content=body))
    assert answer.status == status
    return answer.kind, answer.code


# The signature


def test_a_request_token_is_signed_as_in_the_example_that_x_published() -> None:
    header = x.sign(
        "https://api.twitter.com/oauth/request_token",
        Secret("cChZNFj6T5R0TigYB9yd1w"),
        Secret("L8qq9PZyRg6ieKGEKhZolGC0vJWLw8iEJ88DRdyOg"),
        callback="http://localhost/sign-in-with-twitter/",
        nonce="ea9ec8429b68d6b77cd5600adbbb0456",
        timestamp=1318467427,
    )

    assert 'oauth_signature="F1Li3tvehgcraF8DMJ7OyxO4w9Y%3D"' in str(header)


def test_an_access_token_is_signed_as_in_the_example_that_x_published() -> None:
    header = x.sign(
        "https://api.twitter.com/oauth/access_token",
        Secret("cChZNFj6T5R0TigYB9yd1w"),
        Secret("L8qq9PZyRg6ieKGEKhZolGC0vJWLw8iEJ88DRdyOg"),
        token="NPcudxy0yU5T3tBzho7iCotZ3cnetKwcTIRlX0iwRl0",
        token_secret=Secret("veNRnAWe6inFuo8o2u8SLLZLjolYDmDP7SzL0YfYI"),
        verifier="uw7NjWHT6OJ1MpJOXsHfNxoAhPKpgI8BlYDhxEjIBY",
        nonce="a9900fe68e2573b27a37f10fbad6a755",
        timestamp=1318467427,
    )

    assert 'oauth_signature="39cipBtIOHEEnybAR4sATQTpl2I%3D"' in str(header)


def test_each_request_has_a_nonce_of_its_own_and_the_time_of_the_given_clock() -> None:
    asked: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, content=TOKEN_BODY)

    ask(respond)
    ask(respond)

    first, second = (request.headers["Authorization"] for request in asked)
    assert first != second
    assert 'oauth_timestamp="1800000000"' in first
    assert [(r.method, str(r.url)) for r in asked] == [
        ("POST", "https://api.twitter.com/oauth/request_token")
    ] * 2
    assert {request.headers["Accept"] for request in asked} == {"application/json"}


@pytest.mark.parametrize(
    ("address", "signed"),
    [
        ("https://api.twitter.com", "https://api.twitter.com/oauth/request_token"),
        ("http://127.0.0.1:7000", "https://api.twitter.com/oauth/request_token"),
        ("http://[::1]:7000", "https://api.twitter.com/oauth/request_token"),
        ("https://x.example.com:8443", "https://x.example.com:8443/oauth/request_token"),
    ],
)
def test_a_stand_in_on_this_machine_is_signed_as_x_and_another_host_as_itself(
    address: str, signed: str
) -> None:
    assert x.signed_url(x.address_of(address)) == signed


# What X says: each row of its table, and the forms that they come in

JSON = b'{"errors":[{"code":%d,"message":"..."}]}'
XML = b"<?xml version='1.0' encoding='UTF-8'?><errors><error code=\"%d\">...</error></errors>"
OLD = b'<?xml version="1.0" encoding="UTF-8"?><hash><error>%s</error><request>/o</request></hash>'


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (
            401,
            b'{"errors":[{"code":32,"message":"Could not authenticate you."}]}',
            "wrong-keys",
            32,
        ),
        (401, b'{"errors":[{"message":"Could not authenticate you","code":32}]}', "wrong-keys", 32),
        (400, JSON % 215, "bad-request", 215),
        (403, XML % 415, "callback-not-listed", 415),
        (403, JSON % 415, "callback-not-listed", 415),
        (403, OLD % b"Callback URL not approved ...", "callback-not-listed", None),
        (401, XML % 417, "no-callback-set", 417),
        (401, JSON % 417, "no-callback-set", 417),
        (
            401,
            OLD % b"Desktop applications only support the oauth_callback value 'oob'",
            "no-callback-set",
            None,
        ),
        (401, JSON % 416, "suspended", 416),
        (401, JSON % 135, "clock", 135),
        (401, JSON % 89, "expired", 89),
        (401, OLD % b"Invalid / expired Token", "expired", None),
        (401, OLD % b"Failed to validate oauth signature and token", "wrong-keys", None),
        (403, JSON % 453, "access-level", 453),
        (402, b'{"title":"whatever"}', "no-credits", None),
        (402, b"", "no-credits", None),
        (403, b'{"reason":"client-not-enrolled","status":403}', "not-enrolled", None),
        (403, b'{"reason":"user-not-enrolled","status":403}', "not-enrolled", None),
        (429, JSON % 88, "rate-limited", 88),
        (429, b"", "rate-limited", None),
        (403, b'{"detail":"You are not permitted to use OAuth2"}', "refused", None),
        (
            403,
            b'{"type":"https://api.twitter.com/2/problems/client-forbidden"}',
            "not-enrolled",
            None,
        ),
        (403, JSON % 63, "user-suspended", 63),
        (403, JSON % 64, "account-suspended", 64),
        (403, JSON % 87, "not-permitted", 87),
        (403, JSON % 326, "account-locked", 326),
        (403, JSON % 9999, "refused", 9999),
        (403, XML % 9999, "refused", 9999),
        (401, JSON % 9999, "refused", 9999),
        (403, JSON % 99, "wrong-keys", 99),
        (404, b"<html><title>Twitter / ?</title></html>", "down", None),
        (503, b"<html></html>", "down", None),
        (500, b"", "down", None),
    ],
)
def test_each_known_answer_of_x_has_its_kind(
    status: int, body: bytes, kind: str, code: int | None
) -> None:
    assert said(status, body) == (kind, code)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (TOKEN_BODY, "accepted"),
        (TOKEN_BODY + b"\n&more=1", "not-confirmed"),
        (b"oauth_token=a&oauth_token_secret=b&oauth_callback_confirmed=false", "not-confirmed"),
        (b"oauth_token=a&oauth_token_secret=b", "not-confirmed"),
        (b"oauth_token=&oauth_token_secret=b&oauth_callback_confirmed=true", "strange"),
        (b"oauth_callback_confirmed=true", "strange"),
        (b'{"oauth_token":"a"}', "strange"),
        (b"<html>log in to this network</html>", "strange"),
        (b"\xff\xfe", "strange"),
        (b"", "strange"),
    ],
)
def test_only_a_token_with_a_confirmed_callback_is_a_yes(body: bytes, kind: str) -> None:
    assert said(200, body) == (kind, None)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (403, b"<html>Callback URL not approved for this client application</html>"),
        (403, b"Callback URL not approved for this client application"),
        (401, b"<html>log in</html>"),
        (302, b""),
        (418, JSON % 7777),
        (407, b"proxy"),
    ],
)
def test_what_is_not_of_xs_forms_is_strange_whatever_words_are_in_it(
    status: int, body: bytes
) -> None:
    assert said(status, body)[0] == "strange"


def test_the_words_of_a_refusal_decide_nothing() -> None:
    misleading = b'{"errors":[{"code":32,"message":"Callback URL not approved"}]}'

    assert said(401, misleading) == ("wrong-keys", 32)
    assert said(403, OLD % b"We say it in other words now") == ("refused", None)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"errors":[{"code":9999,"message":"No such luck."}]}', "No such luck."),
        (b'{"title":"Forbidden","detail":"When you can."}', "When you can."),
        (b'{"title":"Forbidden"}', "Forbidden"),
        (b'<errors><error code="9999">No such luck.</error></errors>', "No such luck."),
        (b"<hash><error>No such luck.</error></hash>", "No such luck."),
        (b'{"errors":[{"message":"a\\u001b[31m b"}]}', "a [31m b"),
        (b'{"errors":[{"message":7}, 8], "detail": ["x"]}', ""),
        (b'{"detail":"key 7588892wJSpTrfaC0xQ2aBcDe is bad"}', "key … is bad"),
        (b"<html>no</html>", ""),
        (b"", ""),
    ],
)
def test_message_of_x_is_quoted_in_one_line_without_what_may_be_a_key(
    body: bytes, words: str
) -> None:
    assert x_answers.words(body) == words


@example(200, b"oauth_token=" + b"%00" * 10)
@example(403, b"<errors><error code='99999'>")
@example(401, b'{"errors":[{"code":true}]}')
@example(401, b'{"errors":[{"code":1e400}]}')
@example(401, b"[" * 5000)
@example(401, b"9" * 5000)
@example(200, b"&".join([b"a=1"] * 60))
@given(st.integers(0, 999), st.binary() | st.text("<>hash/error code=\"'415{}[]:,").map(str.encode))
def test_no_bytes_make_the_reading_fail(status: int, body: bytes) -> None:
    kind, code = x_answers.read(status, body)

    assert kind != "accepted" or (status == 200 and b"oauth_callback_confirmed=true" in body)
    assert code is None or status != 200


# The clock


@pytest.mark.parametrize(
    ("date", "offset"),
    [
        ("Fri, 15 Jan 2027 08:00:00 GMT", 0),
        ("Fri, 15 Jan 2027 08:07:00 GMT", 420),
        ("Fri, 15 Jan 2027 07:58:00 GMT", -120),
        ("yesterday", None),
        ("", None),
        ("Fri, 15 Jan 99999999 07:58:00 GMT", None),
    ],
)
def test_the_offset_is_xs_date_less_our_clock(date: str, offset: float | None) -> None:
    answer = ask(lambda _: httpx.Response(401, content=JSON % 135, headers={"Date": date}))

    assert answer.offset == offset


# No answer


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.ConnectError("no route"), "unreachable"),
        (httpx.ProxyError("refused"), "unreachable"),
        (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED]"), "untrusted"),
        (httpx.ConnectTimeout("late"), "timeout"),
        (httpx.ReadTimeout("late"), "timeout"),
        (httpx.RemoteProtocolError("no HTTP"), "strange"),
    ],
)
def test_no_answer_has_a_kind_and_says_which_failure(error: httpx.RequestError, kind: str) -> None:
    def respond(_: httpx.Request) -> httpx.Response:
        raise error

    answer = ask(respond)

    assert answer == XAnswer(kind=kind, reason=type(error).__name__)  # type: ignore[arg-type]


def test_a_body_that_is_not_what_its_header_says_is_strange() -> None:
    broken = {"Content-Encoding": "gzip"}

    def respond(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=httpx.ByteStream(b"no gzip"), headers=broken)

    assert ask(respond).kind == "strange"


def test_an_endless_body_is_left_after_what_counts_of_it() -> None:
    def pieces() -> Iterator[bytes]:
        while True:
            yield b"x" * 4096

    assert ask(lambda _: httpx.Response(503, content=pieces())).kind == "down"


def test_a_redirect_is_not_followed() -> None:
    asked: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(302, headers={"Location": "https://elsewhere.example.com/"})

    with httpx.Client(transport=httpx.MockTransport(respond), follow_redirects=True) as client:
        answer = x.request_token(x.ORIGIN, KEY, SECRET, "oob", client=client)

    assert (answer.kind, len(asked)) == ("strange", 1)


def test_a_port_where_nobody_listens_is_unreachable() -> None:
    address = x.address_of(f"http://127.0.0.1:{free_port()}")

    with x.open_client(address) as client:
        assert x.request_token(address, KEY, SECRET, "oob", client=client).kind == "unreachable"


def test_a_certificate_counts_only_if_ssl_cert_file_knows_its_authority(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("NO_PROXY", "localhost")
    with tls_server(authority) as port:
        address = x.address_of(f"https://localhost:{port}")
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
        with x.open_client(address) as client:
            stranger = x.request_token(address, KEY, SECRET, "oob", client=client)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        with x.open_client(address) as client:
            known = x.request_token(address, KEY, SECRET, "oob", client=client)

    assert stranger.kind == "untrusted"
    assert known.kind == "accepted"


def test_a_certificate_file_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")

    with pytest.raises(SetupError, match="certificates") as caught:
        x.open_client(x.ORIGIN)

    assert caught.value.code == "settings_invalid"


class tls_server:  # noqa: N801 - reads like a function
    """Says yes to everything, over TLS, on this machine."""

    def __init__(self, authority: trustme.CA) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(TOKEN_BODY)))
                self.end_headers()
                self.wfile.write(TOKEN_BODY)

            def log_message(self, *_: object) -> None: ...

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
        self.server.socket = context.wrap_socket(
            self.server.socket, server_side=True, do_handshake_on_connect=False
        )

    def __enter__(self) -> int:
        Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return int(self.server.server_address[1])

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


# Secrets


@pytest.mark.parametrize("bad", ["\ud800", "a b", "ключ", "", "a\nb", "\x00"])
def test_an_odd_key_is_sent_or_said_and_never_shown(bad: str) -> None:
    def respond(request: httpx.Request) -> httpx.Response:
        return httpx.Response(400, content=request.headers["Authorization"].encode())

    with httpx.Client(transport=httpx.MockTransport(respond)) as client:
        for key, secret in ((Secret(f"hunter{bad}"), SECRET), (KEY, Secret(f"hunter{bad}"))):
            answer = x.request_token(x.ORIGIN, key, secret, "oob", client=client)
            assert "hunter" not in repr(answer)
            assert answer.kind in {"bad-request", "strange"}


def test_an_answer_holds_neither_the_keys_nor_the_token(caplog: pytest.LogCaptureFixture) -> None:
    body = b"oauth_token=hunterT&oauth_token_secret=hunterS&oauth_callback_confirmed=true"

    answer = ask(lambda _: httpx.Response(200, content=body))

    assert answer.kind == "accepted"
    assert "hunter" not in repr(answer) + caplog.text


# Where it asks


@pytest.mark.parametrize(
    ("setting", "address"),
    [
        (None, "https://api.twitter.com"),
        ("", "https://api.twitter.com"),
        ("http://127.0.0.1:7000/", "http://127.0.0.1:7000"),
        ("http://localhost:7000", "http://localhost:7000"),
        ("http://[::1]:7000", "http://[::1]:7000"),
        ("https://x.example.com", "https://x.example.com"),
    ],
)
def test_it_asks_x_unless_tests_say_otherwise(setting: str | None, address: str) -> None:
    assert x.address_of(setting) == address


@pytest.mark.parametrize(
    "setting",
    [
        "http://x.example.com",
        "ftp://127.0.0.1",
        "x.example.com",
        "https://",
        "https://u:hunter2@x.example.com",
        "https://x.example.com/path",
        "https://x.example.com?a=1",
        "http://127.0.0.1:99999",
        "http://[::1",
    ],
)
def test_the_keys_go_nowhere_unsafe(setting: str) -> None:
    with pytest.raises(SetupError, match="TWITTER_SETUP_X_URL") as caught:
        x.address_of(setting)

    assert "hunter" not in caught.value.message


# The stand-in, which checks as X does


@pytest.fixture
def standin() -> Iterator[world.X]:
    with world.serving(Settings(callbacks=[CALLBACK])) as running:
        yield running


def ask_standin(standin: world.X, callback: str = CALLBACK, **secrets: str) -> XAnswer:
    key = Secret(secrets.get("key", standin.settings.key))
    secret = Secret(secrets.get("secret", standin.settings.secret))
    address = x.address_of(standin.url)
    with x.open_client(address) as client:
        return x.request_token(address, key, secret, callback, client=client)


def test_x_takes_our_signature(standin: world.X) -> None:
    for callback in ("oob", CALLBACK):
        answer = ask_standin(standin, callback)

        assert (answer.kind, answer.status) == ("accepted", 200)
        assert answer.offset is not None
        assert abs(answer.offset) < 3


@pytest.mark.parametrize("shape", ["json", "xml", "hash"])
def test_x_refuses_in_each_of_its_forms(standin: world.X, shape: str) -> None:
    standin.settings.shape = shape

    assert ask_standin(standin, f"{CALLBACK}/").kind == "callback-not-listed"
    standin.settings.callbacks = []
    assert ask_standin(standin).kind == "no-callback-set"
    assert ask_standin(standin, "oob").kind == "accepted"


def test_x_refuses_keys_that_are_not_its_own(standin: world.X) -> None:
    assert ask_standin(standin, key="another").kind == "wrong-keys"
    assert ask_standin(standin, secret="another").kind == "wrong-keys"
    assert ask_standin(standin, key="with blank").kind == "bad-request"
    assert ask_standin(standin, key="").kind == "bad-request"


def test_x_refuses_a_clock_that_is_off_and_its_date_says_how_far(standin: world.X) -> None:
    standin.settings.clock_offset = 1000

    answer = ask_standin(standin)

    assert (answer.kind, answer.code) == ("clock", 135)
    assert answer.offset == pytest.approx(1000, abs=3)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("suspended", "suspended"),
        ("token", "expired"),
        ("access_level", "access-level"),
        ("no_credits", "no-credits"),
        ("rate_limit", "rate-limited"),
        ("down", "down"),
    ],
)
def test_x_has_other_reasons_too(standin: world.X, fault: str, kind: str) -> None:
    standin.settings.faults["request_token"] = fault

    assert ask_standin(standin).kind == kind


def test_x_that_never_ends_its_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(x, "_TIMEOUT", 0.2)

    def drops() -> Iterator[bytes]:
        while True:
            time.sleep(0.05)
            yield b"x"

    started = time.monotonic()
    assert ask(lambda _: httpx.Response(200, content=drops())).kind == "timeout"
    assert time.monotonic() - started < 20


def test_the_answers_of_the_stand_in_are_not_taken_for_something_else(standin: world.X) -> None:
    standin.settings.confirms_callback = False

    assert ask_standin(standin).kind == "not-confirmed"
    assert json.loads(httpx.get(f"{standin.url}/_standin/state").content)["requests"]
