"""The stand-in for X keeps X's rules, and answers in X's words."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from oauthlib.oauth1 import Client  # type: ignore[import-untyped]

from tests.world.x import X, serving
from tests.world.x_answers import Answer
from tests.world.x_oauth import ORIGIN, Request
from tests.world.x_pages import USERS
from tests.world.x_settings import Settings

CALLBACK = "https://olive-tree.ngrok-free.app/api/connect/twitter/callback"
NOT_APPROVED = "Callback URL not approved for this client application."
ADJUST = f"{NOT_APPROVED} Approved callback URLs can be adjusted in your application settings"
OUT_OF_BAND = "Desktop applications only support the oauth_callback value 'oob'"


@pytest.fixture
def x() -> X:
    return X(Settings(callbacks=[CALLBACK]))


def signed(
    x: X, method: str, path: str, query: str = "", *, body: str = "", **oauth: Any
) -> Request:
    """A request as a client of X's sends it."""
    settings = x.settings
    given = {"client_key": settings.key, "client_secret": settings.secret, **oauth}
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
    url = f"{ORIGIN}{path}{'?' if query else ''}{query}"
    _, sent, _ = Client(**given).sign(url, method, body or None, headers)
    lower = {name.lower(): value for name, value in sent.items()}
    return Request(method, path, query, lower, body)


def request_token(x: X, callback: str = CALLBACK, **oauth: Any) -> Answer:
    return x.answer(signed(x, "POST", "/oauth/request_token", callback_uri=callback, **oauth))


def consent(x: X, token: str, *, answer: str = "authorize", user: str = "mira_brews") -> Answer:
    given = {"oauth_token": token, "answer": answer, "user": user}
    form = {"content-type": "application/x-www-form-urlencoded"}
    return x.answer(Request("POST", "/oauth/authenticate", "", form, urlencode(given)))


def access_token(x: X, asked: dict[str, str], verifier: str) -> Answer:
    return x.answer(
        signed(
            *(x, "POST", "/oauth/access_token"),
            resource_owner_key=asked["oauth_token"],
            resource_owner_secret=asked["oauth_token_secret"],
            verifier=verifier,
        )
    )


def profile(x: X, token: dict[str, str], query: str = "include_email=true") -> Answer:
    return x.answer(
        signed(
            *(x, "GET", "/1.1/account/verify_credentials.json", query),
            resource_owner_key=token["oauth_token"],
            resource_owner_secret=token["oauth_token_secret"],
        )
    )


def form(answer: Answer) -> dict[str, str]:
    assert answer.status == 200, answer.body
    return dict(parse_qsl(answer.body))


def location(answer: Answer) -> dict[str, str]:
    """The query with which the browser is sent back to the callback."""
    assert answer.status == 302, answer.body
    url = dict(answer.headers)["Location"]
    assert url.partition("?")[0] == CALLBACK
    return dict(parse_qsl(urlsplit(url).query))


def log_in(x: X, user: str = "mira_brews") -> dict[str, str]:
    asked = form(request_token(x))
    returned = location(consent(x, asked["oauth_token"], user=user))
    return form(access_token(x, asked, returned["oauth_verifier"]))


def code(answer: Answer) -> tuple[int, int]:
    return answer.status, json.loads(answer.body)["errors"][0]["code"]


# Signatures


VECTORS = {
    "/oauth/request_token": (
        'OAuth oauth_callback="http%3A%2F%2Flocalhost%2Fsign-in-with-twitter%2F", '
        'oauth_consumer_key="cChZNFj6T5R0TigYB9yd1w", '
        'oauth_nonce="ea9ec8429b68d6b77cd5600adbbb0456", '
        'oauth_signature="F1Li3tvehgcraF8DMJ7OyxO4w9Y%3D", '
        'oauth_signature_method="HMAC-SHA1", oauth_timestamp="1318467427", oauth_version="1.0"',
        "",
        "",
    ),
    "/oauth/access_token": (
        'OAuth oauth_consumer_key="cChZNFj6T5R0TigYB9yd1w", '
        'oauth_nonce="a9900fe68e2573b27a37f10fbad6a755", '
        'oauth_signature="39cipBtIOHEEnybAR4sATQTpl2I%3D", '
        'oauth_signature_method="HMAC-SHA1", oauth_timestamp="1318467427", '
        'oauth_token="NPcudxy0yU5T3tBzho7iCotZ3cnetKwcTIRlX0iwRl0", oauth_version="1.0"',
        "oauth_verifier=uw7NjWHT6OJ1MpJOXsHfNxoAhPKpgI8BlYDhxEjIBY",
        "veNRnAWe6inFuo8o2u8SLLZLjolYDmDP7SzL0YfYI",
    ),
}


@pytest.mark.parametrize("path", VECTORS)
def test_the_signatures_that_x_has_published_are_right(path: str) -> None:
    header, body, token_secret = VECTORS[path]
    headers = {"authorization": header, "content-type": "application/x-www-form-urlencoded"}
    request = Request("POST", path, "", headers, body)
    secret = "L8qq9PZyRg6ieKGEKhZolGC0vJWLw8iEJ88DRdyOg"

    assert request.is_signed(secret, token_secret)
    assert not request.is_signed(secret, token_secret + "x")
    assert not replace(request, body=body + "&more=1").is_signed(secret, token_secret)


def test_a_wrong_secret_or_key_is_error_32(x: X) -> None:
    for wrong in ({"client_secret": "other"}, {"client_key": "VGhpc0lzT0F1dGgyMTpjaQ"}):
        answer = request_token(x, **wrong)
        assert answer.status == 401
        assert answer.body == '{"errors":[{"code":32,"message":"Could not authenticate you."}]}'


def test_regenerated_keys_end_the_old_ones(x: X) -> None:
    old = {"client_key": x.settings.key, "client_secret": x.settings.secret}
    x.regenerate_keys()

    assert code(request_token(x, **old)) == (401, 32)
    assert request_token(x).status == 200


@pytest.mark.parametrize("header", ["", "Bearer abc", "OAuth nonsense"])
def test_a_header_without_a_key_is_error_215(x: X, header: str) -> None:
    answer = x.answer(Request("POST", "/oauth/request_token", headers={"authorization": header}))

    assert answer.status == 400
    assert answer.body == '{"errors":[{"code":215,"message":"Bad Authentication data."}]}'


def test_a_space_pasted_with_the_key_is_error_215(x: X) -> None:
    assert code(request_token(x, client_key=f"{x.settings.key} ")) == (400, 215)


def test_a_request_counts_once(x: X) -> None:
    request = signed(x, "POST", "/oauth/request_token", callback_uri=CALLBACK)

    assert x.answer(request).status == 200
    assert code(x.answer(request)) == (401, 32)


def test_a_clock_that_is_off_is_error_135(x: X) -> None:
    x.settings.clock_offset = 3600
    answer = request_token(x)

    assert answer.status == 401
    assert answer.body == '{"errors":[{"code":135,"message":"Timestamp out of bounds."}]}'
    assert request_token(x, timestamp=str(int(time.time()) + 3600)).status == 200


def test_strapi_may_repeat_the_query_in_the_header(x: X) -> None:
    token = log_in(x)
    request = signed(
        *(x, "GET", "/1.1/account/verify_credentials.json", "include_email=true"),
        resource_owner_key=token["oauth_token"],
        resource_owner_secret=token["oauth_token_secret"],
    )
    header = request.headers["authorization"].replace("OAuth ", 'OAuth include_email="true", ')

    assert x.answer(replace(request, headers={"authorization": header})).status == 200


# Callbacks


def test_a_registered_callback_is_confirmed_and_oob_needs_no_entry(x: X) -> None:
    answer = request_token(x)

    assert answer.content_type.startswith("text/html")
    assert re.fullmatch(
        r"oauth_token=\w+&oauth_token_secret=\w+&oauth_callback_confirmed=true", answer.body
    )
    assert form(request_token(x, "oob"))["oauth_callback_confirmed"] == "true"

    x.settings.confirms_callback = False
    assert "oauth_callback_confirmed" not in form(request_token(x))


@pytest.mark.parametrize(
    "other",
    [
        CALLBACK + "/",
        CALLBACK + "?a=b",
        CALLBACK.replace("https", "http"),
        CALLBACK.replace(".app/", ".app:443/"),
        "http://localhost:1337/api/connect/twitter/callback",
    ],
)
def test_a_callback_that_differs_at_all_is_error_415(x: X, other: str) -> None:
    answer = request_token(x, other)

    assert answer.status == 403
    assert answer.body == (
        "<?xml version='1.0' encoding='UTF-8'?><errors>"
        f'<error code="415">{ADJUST}</error></errors>'
    )


def test_error_415_is_json_for_who_accepts_it_and_once_had_another_form(x: X) -> None:
    request = signed(x, "POST", "/oauth/request_token", callback_uri="http://other")
    json_too = {**request.headers, "accept": "application/json, */*"}

    assert x.answer(replace(request, headers=json_too)).body == (
        f'{{"errors":[{{"code":415,"message":"{ADJUST}"}}]}}'
    )
    x.settings.shape = "hash"
    assert request_token(x, "http://other").body == (
        f'<?xml version="1.0" encoding="UTF-8"?><hash><error>{NOT_APPROVED}</error>'
        "<request>/oauth/request_token</request></hash>"
    )


def test_an_app_without_callbacks_is_error_417(x: X) -> None:
    x.settings.callbacks = []
    answer = request_token(x)

    assert answer.status == 401
    assert f'<error code="417">{OUT_OF_BAND}</error>' in answer.body
    assert request_token(x, "oob").status == 200


# A login


def test_a_login_ends_with_the_users_profile_and_email(x: X) -> None:
    token = log_in(x, "sami_reads")

    assert token["oauth_token"].startswith(f"{token['user_id']}-")
    assert token["screen_name"] == "sami_reads"
    answer = profile(x, token)
    assert json.loads(answer.body)["email"] == "sami@example.com"
    assert dict(answer.headers) == {"x-access-level": "read"}
    assert "email" not in json.loads(profile(x, token, "include_email=false").body)
    assert x.steps() == [
        ("request_token", 200),
        ("authenticate", 302),
        ("access_token", 200),
        ("verify_credentials", 200),
        ("verify_credentials", 200),
    ]
    assert "signature" not in x.requests[0].oauth


def test_the_consent_page_offers_everybody_and_says_what_it_is(x: X) -> None:
    token = form(request_token(x))["oauth_token"]

    for page in ("authenticate", "authorize"):
        answer = x.answer(Request("GET", f"/oauth/{page}", f"oauth_token={token}"))
        assert answer.status == 200
        assert "stand-in for X" in answer.body
        assert "Authorize Corner Café" in answer.body
        assert all(user.screen_name in answer.body for user in USERS)
        assert "http" not in answer.body, "it loads nothing"


def test_a_user_without_an_email_has_null_there(x: X) -> None:
    assert json.loads(profile(x, log_in(x, "jo_by_phone")).body)["email"] is None


def test_without_the_permission_there_is_no_email_and_turning_it_on_needs_a_new_login(x: X) -> None:
    x.settings.request_email = False
    token = log_in(x)
    assert "email" not in json.loads(profile(x, token).body)

    x.settings.request_email = True
    assert "email" not in json.loads(profile(x, token).body)
    assert "email" in json.loads(profile(x, log_in(x)).body)


def test_cancelling_sends_the_browser_back_with_denied_alone(x: X) -> None:
    asked = form(request_token(x))

    assert location(consent(x, asked["oauth_token"], answer="cancel")) == {
        "denied": asked["oauth_token"]
    }
    assert code(access_token(x, asked, "any")) == (401, 89)


def test_a_request_token_counts_once(x: X) -> None:
    asked = form(request_token(x))
    returned = location(consent(x, asked["oauth_token"]))
    again = consent(x, asked["oauth_token"])
    assert again.status == 403
    assert "Whoa there!" in again.body

    assert access_token(x, asked, returned["oauth_verifier"]).status == 200
    answer = access_token(x, asked, returned["oauth_verifier"])
    assert answer.status == 401
    assert answer.body == '{"errors":[{"code":89,"message":"Invalid or expired token."}]}'
    page = x.answer(Request("GET", "/oauth/authenticate", "oauth_token=unknown"))
    assert "Whoa there!" in page.body


def test_a_wrong_verifier_gives_no_token(x: X) -> None:
    asked = form(request_token(x))
    assert access_token(x, asked, "").status == 401

    consent(x, asked["oauth_token"])

    answer = access_token(x, asked, "wrong")
    assert (answer.status, "Invalid oauth_verifier parameter" in answer.body) == (401, True)


def test_a_pin_is_shown_where_there_is_no_callback(x: X) -> None:
    asked = form(request_token(x, "oob"))
    number = re.search(r"<code>(\d{7})</code>", consent(x, asked["oauth_token"]).body)
    assert number

    assert profile(x, form(access_token(x, asked, number[1]))).status == 200


def test_a_revoked_token_is_error_89(x: X) -> None:
    token = log_in(x)
    x.revoke()

    assert code(profile(x, token)) == (401, 89)


def test_who_has_authorized_before_is_not_asked_again_where_x_remembers(x: X) -> None:
    x.settings.remembers = True
    log_in(x, "sami_reads")
    token = form(request_token(x))["oauth_token"]

    asked = x.answer(Request("GET", "/oauth/authorize", f"oauth_token={token}"))
    assert asked.status == 200
    passed = x.answer(Request("GET", "/oauth/authenticate", f"oauth_token={token}"))
    assert location(passed)["oauth_token"] == token


# What ails the app, or X


@pytest.mark.parametrize(
    ("fault", "status", "number"),
    [("suspended", 401, 416), ("access_level", 403, 453), ("rate_limit", 429, 88)],
)
def test_a_fault_of_one_step_leaves_the_others_alone(
    x: X, fault: str, status: int, number: int
) -> None:
    token = log_in(x)
    x.settings.faults["verify_credentials"] = fault
    x.settings.shape = "json"

    assert code(profile(x, token)) == (status, number)
    assert request_token(x).status == 200


def test_an_account_without_credits_is_402(x: X) -> None:
    token = log_in(x)
    x.settings.faults["verify_credentials"] = "no_credits"

    answer = profile(x, token)
    assert (answer.status, "errors" in json.loads(answer.body)) == (402, False)


def test_a_wrong_key_is_told_before_what_ails_the_app(x: X) -> None:
    x.settings.faults["*"] = "suspended"

    assert code(request_token(x, client_secret="other")) == (401, 32)
    assert code(request_token(x)) == (401, 416)


def test_x_that_is_down_answers_with_a_page(x: X) -> None:
    x.settings.faults["*"] = "down"

    answer = request_token(x)
    assert (answer.status, answer.body[:9]) == (503, "<!DOCTYPE")


# Over a socket, and from another process


def ask(url: str, method: str, path: str, body: str = "") -> tuple[http.client.HTTPResponse, str]:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=5)
    connection.request(method, path, body or None)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer, text


def test_its_date_is_that_of_its_clock() -> None:
    with serving() as x:
        x.settings.clock_offset = -7200
        answer, _ = ask(x.url, "POST", "/oauth/request_token")

    date = parsedate_to_datetime(answer.headers["Date"]).timestamp()
    assert answer.status == 400
    assert abs(date - (time.time() - 7200)) < 5


@pytest.fixture
def process() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.world.x", "0", '{"app_name": "The demo"}']
    root = Path(__file__).parents[2]
    child = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True)
    assert child.stdout
    yield child.stdout.readline().strip()
    child.kill()
    child.wait()


def test_another_process_sets_it_and_reads_what_was_asked(process: str) -> None:
    ask(process, "POST", "/oauth/request_token")
    _, text = ask(process, "POST", "/_standin/state", '{"callbacks": ["http://127.0.0.1:1/cb"]}')

    state = json.loads(text)
    assert (state["app_name"], state["callbacks"]) == ("The demo", ["http://127.0.0.1:1/cb"])
    assert [asked["said"] for asked in state["requests"]] == ["bad_data"]
    assert ask(process, "POST", "/_standin/state", '{"nonsense": 1}')[0].status == 400
