"""A login as the gateway's log shows it: each way in which it can go on and end, by entries made by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_facts import words
from twitter_setup.checks.facts.situation import Generation
from twitter_setup.checks.finding import Finding, Status
from twitter_setup.checks.login.findings import PATIENCE, nobody_came
from twitter_setup.checks.login.hops import Login, Ways
from twitter_setup.gateway.log import Entry

PAGE = "/connect/twitter/redirect"
HOPS = ["connect", "x", "callback", "redirect-page", "exchange"]
GENERATIONS: tuple[Generation, ...] = ("grant", "tokens", "session")
TOKENS = ("access_token", "access_secret", "raw[oauth_token]")
MISMATCH: dict[str, Any] = {"error": "oauth_error", "error_description": "OAuth1 token mismatch"}


def entry(path: str, status: int = 200, **more: Any) -> Entry:
    usual: dict[str, Any] = {
        "at": 0.0,
        "duration": 0.01,
        "method": "GET",
        "parameters": (),
        "upstream": "strapi",
        "error": "",
        "error_description": "",
    }
    return Entry(path=path, status=status, **{**usual, **more})


def connect(status: int = 302, **more: Any) -> Entry:
    return entry("/api/connect/twitter", status, **more)


def callback(status: int = 302, **more: Any) -> Entry:
    more = {"parameters": ("oauth_token", "oauth_verifier"), "at": 30.0, **more}
    return entry("/api/connect/twitter/callback", status, **more)


def page(status: int = 200, **more: Any) -> Entry:
    return entry(PAGE, status, **{"upstream": "frontend", "at": 30.1, **more})


def exchange(status: int = 200, **more: Any) -> Entry:
    return entry("/api/auth/twitter/callback", status, **{"at": 30.5, **more})


def seen(
    *entries: Entry, generation: Generation | None = "session", is_one_origin: bool = True
) -> Login:
    login = Login(Ways.of("/api", PAGE if is_one_origin else None), generation)
    for each in entries:
        login.see(each)
    return login


def ids(login: Login) -> list[str]:
    return [hop.id for hop in login.hops]


def broken(login: Login) -> list[str]:
    return [hop.id for hop in login.hops if not hop.is_passed]


def end(login: Login) -> Finding:
    assert login.finding is not None, login.hops
    return login.finding


# It works


@pytest.mark.parametrize("generation", [*GENERATIONS, None])
def test_a_login_on_one_origin_has_five_hops(generation: Generation | None) -> None:
    query = () if generation == "session" else TOKENS

    login = seen(connect(), callback(), page(parameters=query), exchange(), generation=generation)

    assert (ids(login), broken(login)) == (HOPS, [])
    assert end(login).status is Status.PASS
    assert end(login).summary == "logged in: Strapi issued a JWT"


@pytest.mark.parametrize("generation", GENERATIONS)
def test_on_two_origins_nobody_sees_the_redirect_page(generation: Generation) -> None:
    login = seen(connect(), callback(), exchange(), generation=generation, is_one_origin=False)

    assert ids(login) == ["connect", "x", "callback", "exchange"]
    assert end(login).status is Status.PASS


def test_each_hop_has_its_status_and_that_at_x_has_none() -> None:
    login = seen(connect(), callback(), page(304), exchange())

    assert [hop.status for hop in login.hops] == [302, 0, 302, 304, 200]


def test_the_prefix_and_the_page_may_be_others() -> None:
    login = Login(Ways.of("/backend/v1", "/welcome/"), "session")
    for path, status in (
        ("/backend/v1/connect/twitter", 302),
        ("/backend/v1/connect/twitter/callback", 302),
        ("/welcome", 200),
        ("/backend/v1/auth/twitter/callback/", 200),
    ):
        login.see(entry(path, status))

    assert ids(login) == HOPS


def test_a_preflight_and_other_peoples_requests_are_no_hops() -> None:
    other = (
        entry("/", parameters=("error",), error="nothing of ours"),
        entry("/api/connect/google", 302),
        entry("/api/auth/google/callback", 400),
        entry("/src/main.jsx", 304),
        exchange(204, method="OPTIONS"),
        exchange(400, method="POST"),
    )

    login = seen(
        *(page(), exchange(400)),  # nobody has begun yet
        *(connect(), *other, callback(), *other, page(), *other, exchange()),
    )

    assert (ids(login), broken(login)) == (HOPS, [])
    assert end(login).status is Status.PASS


def test_a_look_at_the_redirect_page_meanwhile_says_nothing_of_the_login() -> None:
    """`verify` in another terminal asks for it, and so does a page that loads ahead."""
    login = seen(connect(), page(at=1.0), page(404, at=2.0))

    assert login.finding is None
    assert ids(login) == ["connect"]


def test_an_exchange_that_is_called_twice_counts_once() -> None:
    login = seen(connect(), callback(), page(), page(), exchange(), exchange(400))

    assert (ids(login), broken(login)) == (HOPS, [])
    assert end(login).status is Status.PASS


@pytest.mark.parametrize("status", [0, 499])
def test_a_request_that_the_browser_gave_up_counts_for_nothing(status: int) -> None:
    """React's StrictMode runs an effect twice, and may abort the first call."""
    login = seen(
        *(connect(status), connect(), callback(status), callback()),
        *(page(status), page(), exchange(status), exchange()),
    )

    assert (ids(login), broken(login)) == (HOPS, [])


def test_who_begins_anew_is_told_from_the_beginning() -> None:
    login = seen(connect(), connect(at=60.0), callback(at=70.0), page(at=70.1))

    assert ids(login) == ["connect", "x", "callback", "redirect-page"]
    assert login.see(exchange(at=70.2)) == login.hops[-1:]


def test_the_time_until_the_exchange_begins_anew_with_the_second_try() -> None:
    login = seen(connect(), callback(at=10.0), connect(at=20.0))

    login.look_at_clock(20.0 + PATIENCE + 60)

    assert login.finding is None, "the person may take long at X"


def test_after_its_end_nothing_changes_it() -> None:
    login = seen(connect(), callback(parameters=("denied",)), connect(), callback(), exchange())

    assert end(login).summary == "the login was cancelled at X"
    assert ids(login) == ["connect", "x"]


# It began somewhere else, or before


def test_a_login_that_began_before_the_watch_is_told_from_where_it_is() -> None:
    login = seen(callback(), page(), exchange())

    assert (ids(login), broken(login)) == (HOPS[1:], [])
    assert end(login).status is Status.PASS


@pytest.mark.parametrize("generation", ["tokens", "session"])
def test_a_login_that_began_on_another_host_has_lost_its_session(generation: Generation) -> None:
    login = seen(callback(), page(**MISMATCH, parameters=("error",)), generation=generation)

    assert broken(login) == ["redirect-page"]
    assert end(login).summary == "Strapi lost the session: the login did not begin at this address"
    assert "begin at the public address" in words(end(login))
    assert "verify one-host frontend-url" in words(end(login))


@pytest.mark.parametrize("is_one_origin", [True, False])
def test_strapi_4_leads_to_the_first_page_where_the_session_is_lost(is_one_origin: bool) -> None:
    said: dict[str, Any] = {"error": "Grant: missing session or misconfigured provider"}
    first_page = entry("/", parameters=("error",), **said)

    login = seen(
        *(entry("/"), callback(), entry("/"), first_page),
        generation="grant",
        is_one_origin=is_one_origin,
    )

    assert (ids(login), broken(login)) == (HOPS[1:4], ["redirect-page"])
    assert end(login).summary == "Strapi lost the session: the login did not begin at this address"
    assert seen(connect(), first_page).finding is None, "anybody can write such an address"


@pytest.mark.parametrize("generation", GENERATIONS)
def test_on_two_origins_it_shows_by_nothing_coming(generation: Generation) -> None:
    login = seen(callback(), generation=generation, is_one_origin=False)

    login.look_at_clock(30.0 + PATIENCE + 0.1)

    assert "did not begin at this address" in end(login).summary


@pytest.mark.parametrize(
    "said",
    [MISMATCH, {"error": "Grant: missing session or misconfigured provider"}],
    ids=["own code", "grant"],
)
def test_a_session_that_was_lost_on_the_way_is_said_in_strapis_words(said: dict[str, Any]) -> None:
    login = seen(connect(), callback(), page(parameters=("error",), **said))

    assert end(login).summary.startswith("Strapi lost the session: Strapi says “")
    assert list(said.values())[-1] in end(login).summary


# It fails


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize("is_one_origin", [True, False])
def test_cancelling_at_x_is_seen_in_every_layout(
    generation: Generation, is_one_origin: bool
) -> None:
    back = callback(parameters=("denied",))

    login = seen(connect(), back, generation=generation, is_one_origin=is_one_origin)

    assert end(login).summary == "the login was cancelled at X"
    assert (ids(login), broken(login)) == (["connect", "x"], ["x"])


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500, 502])
def test_a_beginning_that_fails_leads_to_the_check_that_knows_why(status: int) -> None:
    login = seen(connect(status))

    assert end(login).summary == f"Strapi did not send the browser to X (HTTP {status})"
    assert broken(login) == ["connect"]
    assert "twitter-setup verify connect" in words(end(login))


@pytest.mark.parametrize(
    "query",
    [
        {"parameters": ("error%5Berrors%5D%5B0%5D%5Bcode%5D",)},
        {"parameters": ()},  # X's XML, garbled: the log leaves such a name out
    ],
)
def test_strapi_4_leads_to_the_redirect_page_at_once_where_x_refuses(query: dict[str, Any]) -> None:
    login = seen(connect(), page(at=0.6, **query), generation="grant")

    assert end(login).summary == "X refused Strapi's request, so nobody was asked to log in"
    assert broken(login) == ["redirect-page"]
    assert "verify x-keys x-callback" in words(end(login))


def test_a_page_that_asks_all_the_same_where_x_refused_does_not_hide_it() -> None:
    login = seen(connect(), exchange(400, at=0.8), generation="grant", is_one_origin=False)

    assert end(login).summary == "X refused Strapi's request, so nobody was asked to log in"


@pytest.mark.parametrize("generation", [*GENERATIONS, None])
@pytest.mark.parametrize(
    "other",
    [
        exchange(400, at=20.0),
        exchange(200, at=20.0),
        exchange(200, at=1.0),
        page(at=20.0, parameters=("error", "error_description"), **MISMATCH),
    ],
    ids=["a refusal", "a login", "a login at once", "an error in the address"],
)
def test_what_another_tab_does_while_the_person_is_at_x_says_nothing_of_this_login(
    other: Entry, generation: Generation | None
) -> None:
    meanwhile = seen(connect(), other, generation=generation)
    login = seen(connect(), other, callback(), page(), exchange(), generation=generation)

    assert (ids(meanwhile), meanwhile.finding) == (["connect"], None)
    assert (ids(login), broken(login)) == (HOPS, [])
    assert end(login).status is Status.PASS


@pytest.mark.parametrize("generation", ["tokens", "session"])
@pytest.mark.parametrize(
    "other", [exchange(400, at=0.8), page(at=0.6, parameters=("error",), **MISMATCH)]
)
def test_from_5_51_on_no_refusal_of_xs_comes_by_the_front_end(
    other: Entry, generation: Generation
) -> None:
    """Strapi answers 500 at the first hop."""
    assert seen(connect(), other, generation=generation).finding is None


def test_of_an_unknown_strapi_a_refusal_at_once_is_believed() -> None:
    for answer in (exchange(400, at=0.8), page(at=0.6, parameters=("error",), **MISMATCH)):
        login = seen(connect(), answer, generation=None)

        assert end(login).summary == "X refused Strapi's request, so nobody was asked to log in"


def test_strapis_words_are_shown_where_it_gives_up_after_x() -> None:
    said: dict[str, Any] = {
        "error": "oauth_error",
        "error_description": "Request failed with status 401",
    }

    login = seen(connect(), callback(), page(parameters=tuple(said), **said))

    assert end(login).summary == (
        "Strapi ended the login with an error: “oauth_error Request failed with status 401”"
    )
    assert "verify x-keys x-callback" in words(end(login))


def test_keys_that_were_regenerated_meanwhile_are_told_by_xs_code() -> None:
    refusal = '{"errors":[{"code":32,"message":"Could not authenticate you."}]}'
    said: dict[str, Any] = {"error": "oauth_error", "error_description": refusal}

    login = seen(connect(), callback(), page(parameters=tuple(said), **said))

    assert end(login).summary == "X does not know the key and secret any more that Strapi has"
    assert refusal in end(login).detail
    assert "twitter-setup configure" in words(end(login))


def test_words_in_an_address_cannot_write_on_the_terminal() -> None:
    login = seen(connect(), callback(), page(parameters=("error",), error="\x1b[2Jgone\n\x07"))

    told = words(end(login)) + login.hops[-1].summary
    assert "?[2Jgone??" in told
    assert not set(told) & {"\x1b", "\x07"}


def test_a_callback_that_fails_leads_to_strapis_terminal_and_to_x() -> None:
    login = seen(connect(), callback(500))

    assert end(login).summary == "Strapi failed when X sent the person back (HTTP 500)"
    assert (ids(login), broken(login)) == (HOPS[:3], ["callback"])
    assert "its own terminal" in words(end(login))


@pytest.mark.parametrize("status", [404, 410])
def test_a_redirect_page_that_is_not_there(status: int) -> None:
    login = seen(connect(), callback(), page(status))

    assert end(login).summary == f"the redirect page is not there (HTTP {status})"
    assert broken(login) == ["redirect-page"]


@pytest.mark.parametrize("status", [400, 401, 500, 502])
def test_a_redirect_page_that_fails_is_not_said_to_be_missing(status: int) -> None:
    login = seen(connect(), callback(), page(status))

    assert end(login).status is Status.FAIL
    assert end(login).summary == f"the redirect page could not end the login (HTTP {status})"
    assert broken(login) == ["redirect-page"]


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_refusal_at_the_end_names_the_causes_by_strapis_words(generation: Generation) -> None:
    login = seen(connect(), callback(), page(), exchange(400), generation=generation)

    said = words(end(login))
    assert end(login).summary == "Strapi refused to make the user (HTTP 400)"
    assert broken(login) == ["exchange"]
    for cause in ("Email was not available.", "Email is already taken.", "Could not authenticate"):
        assert f"“{cause}" in said
    assert "Request email from users" in said
    assert "verify --explain login" in said
    assert ("completed provider session" in said) == (generation == "session")
    assert ("No access_token." in said) == (generation != "session")


@pytest.mark.parametrize(
    ("status", "summary"),
    [
        (403, "Strapi does not let the public finish a login (HTTP 403)"),
        (500, "Strapi failed at the last step (HTTP 500)"),
        (429, "Strapi failed at the last step (HTTP 429)"),
    ],
)
def test_other_ends_of_the_exchange(status: int, summary: str) -> None:
    login = seen(connect(), callback(), page(), exchange(status))

    assert end(login).summary == summary


# Time


@pytest.mark.parametrize("is_one_origin", [True, False])
def test_a_front_end_that_never_asks_shows_after_a_while(is_one_origin: bool) -> None:
    pages = [page()] if is_one_origin else []
    login = seen(connect(), callback(), *pages, is_one_origin=is_one_origin)

    login.look_at_clock(30.0 + PATIENCE - 0.1)
    assert login.finding is None
    login.look_at_clock(30.0 + PATIENCE + 0.1)

    assert end(login).summary == "the front end never asked Strapi for the user"
    assert "GET /api/auth/twitter/callback" in end(login).detail
    assert broken(login) == [], "each hop that came was right"


def test_a_redirect_url_that_leads_elsewhere_is_told_from_a_page_that_does_not_ask() -> None:
    login = seen(connect(), callback())

    login.look_at_clock(30.0 + PATIENCE + 0.1)

    assert "sent the browser on to another address" in end(login).summary
    assert PAGE in end(login).detail
    assert "twitter-setup configure" in words(end(login))


def test_a_person_may_take_long_at_x() -> None:
    login = seen(connect())

    login.look_at_clock(10_000.0)

    assert login.finding is None


def test_a_time_that_is_over_says_whether_anybody_began() -> None:
    nobody = nobody_came(300.0, "https://a.example.com", has_begun=False)
    somebody = nobody_came(300.0, "https://a.example.com", has_begun=True)

    assert nobody.status is somebody.status is Status.ERROR, "not known, which is not wrong"
    assert nobody.summary == "no login ended within 300 s"
    assert "nobody began one" in nobody.detail
    assert "did not come back from X" in somebody.detail
    assert "https://a.example.com" in words(nobody)


# Paths that people take for those of a login


@pytest.mark.parametrize("path", ["/connect/twitter", "/api/auth/twitter", "/connect/twitter/"])
def test_a_button_to_a_path_that_is_not_there_ends_the_watch_at_once(path: str) -> None:
    login = seen(entry(path, 404, upstream="frontend"))

    assert f"the login button leads to {path}, not to /api/connect/twitter" in end(login).summary


@pytest.mark.parametrize("path", ["/connect/twitter", "/api/auth/twitter"])
def test_a_button_to_the_front_ends_first_page_is_reported_after_a_while(path: str) -> None:
    login = seen(entry(path, 200, upstream="frontend"))
    assert login.finding is None

    login.look_at_clock(PATIENCE - 1)
    assert login.finding is None
    login.look_at_clock(PATIENCE + 1)

    assert end(login).status is Status.FAIL
    assert f"leads to {path}" in end(login).summary


def test_a_wrong_button_is_what_the_watch_ends_with_if_time_is_over_first() -> None:
    found = seen(entry("/connect/twitter", 200)).wrong_button()

    assert found is not None
    assert "leads to /connect/twitter" in found.summary
    assert seen(entry("/about", 200)).wrong_button() is None


def test_a_login_that_begins_after_all_is_watched() -> None:
    login = seen(entry("/connect/twitter", 200), connect(), callback(), page(), exchange())

    assert ids(login) == HOPS
    assert end(login).status is Status.PASS


def test_a_page_that_leads_on_to_the_login_is_not_a_mistake() -> None:
    login = seen(entry("/connect/twitter", 307), entry("/api/auth/twitter", 302))

    login.look_at_clock(PATIENCE + 1)

    assert login.finding is None


def test_without_a_prefix_the_short_path_is_the_login() -> None:
    login = Login(Ways.of("", PAGE), "session")

    login.see(entry("/connect/twitter", 302))

    assert ids(login) == ["connect"]


@pytest.mark.parametrize(
    ("path", "status"), [("/auth/twitter/callback", 200), ("/v1/auth/twitter/callback", 404)]
)
def test_a_page_that_calls_another_path_is_told_which(path: str, status: int) -> None:
    login = seen(connect(), callback(), page(), entry(path, status, at=30.5))

    login.look_at_clock(30.1 + PATIENCE + 1)

    assert f"the page calls {path}, not /api/auth/twitter/callback" in end(login).summary
