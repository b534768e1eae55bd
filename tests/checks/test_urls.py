"""`server-url`, `frontend-url`, `one-host`, on facts made by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.local_facts import (
    CONFIG,
    ENV,
    PUBLIC,
    ROOT,
    WEB_ENV,
    facts,
    front,
    frontend,
    outside,
    server,
    setting,
    situation,
    words,
)
from twitter_setup.checks import backend_url, frontend_url
from twitter_setup.checks.facts.frontend_urls import FrontEndUrls
from twitter_setup.checks.facts.server_url import ServerUrl
from twitter_setup.checks.finding import Finding, Status
from twitter_setup.project.frontend_plan.candidates import Candidate
from twitter_setup.project.reader.source import Address, Place, Source


def judge(url: ServerUrl, **of_situation: Any) -> Finding:
    return backend_url.server_url(facts(where=situation(**of_situation), server_url=url))


# server-url


def test_the_right_url_is_told_with_where_it_comes_from() -> None:
    finding = judge(server())

    assert finding.status is Status.PASS
    assert finding.summary == f"{PUBLIC}, from PUBLIC_URL in backend/.env"


@pytest.mark.parametrize(
    "value", [PUBLIC, f"{PUBLIC}:443", PUBLIC.upper().replace("HTTPS", "https")]
)
def test_an_address_is_the_same_however_it_is_written(value: str) -> None:
    assert judge(server(value)).status is Status.PASS


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (server(""), "empty: Strapi takes itself for http://localhost:1337"),
        (ServerUrl(kind="known", path=CONFIG), "empty: Strapi takes itself"),
        (server("/strapi"), "no whole address: /strapi"),
        (server("olive-tree.ngrok-free.app"), "no whole address"),
        (server("https://other.ngrok-free.app"), "another tunnel, left behind"),
        (server("https://old.ngrok.io"), "another tunnel, left behind"),
        (server("https://shop.example.com"), "not the public URL"),
        (server(PUBLIC.replace("https", "http")), "another tunnel"),
        (server(f"{PUBLIC}/api"), "callback would be /api/api/connect"),
        (server("http://localhost:1337"), "not the public URL"),
        (server("http://localhost:1337", None), "PUBLIC_URL in the shell wins over .env"),
        (ServerUrl(kind="broken", path=CONFIG, reason="line 2, column 3"), "does not parse"),
    ],
)
def test_a_wrong_url_fails_and_says_what_is_wrong_with_it(url: ServerUrl, said: str) -> None:
    finding = judge(url)

    assert finding.status is Status.FAIL
    assert said in words(finding)


def test_a_url_in_the_environment_says_what_it_hides_and_how_to_take_it_away() -> None:
    url = server("http://localhost:1337", None, hidden=((ENV, PUBLIC),))

    finding = judge(url)

    assert f"Hidden    PUBLIC_URL={PUBLIC} in backend/.env, which does not win" in finding.detail
    assert finding.advice[0].command == "unset PUBLIC_URL"


def test_a_strapi_that_runs_with_the_old_value_has_to_be_started_again() -> None:
    finding = judge(server(handed_on="http://localhost:1337"))

    assert finding.status is Status.FAIL
    assert "still has PUBLIC_URL=http://localhost:1337" in finding.summary
    assert "start it again" in finding.advice[0].text


def test_what_cannot_be_read_warns_with_its_line() -> None:
    url = ServerUrl(kind="unclear", path=CONFIG, line=4, reason="the value depends on a condition")

    finding = judge(url)

    assert finding.status is Status.WARN
    assert "backend/config/server.js, line 4 cannot be read" in finding.summary
    assert finding.advice[0].command == "twitter-setup verify callback"


def test_without_a_reach_only_what_a_tunnel_left_behind_is_wrong() -> None:
    left = judge(server("https://old-name.ngrok-free.app"), public_url=None)
    at_rest = judge(server(""), public_url=None)
    deployed = judge(server("https://shop.example.com"), public_url=None)

    assert left.status is Status.FAIL
    assert "a tunnel's address was left behind" in left.summary
    assert left.advice[1].command == "twitter-setup verify --url https://old-name.ngrok-free.app"
    assert [at_rest.status, deployed.status] == [Status.SKIP, Status.SKIP]


def test_a_password_in_an_address_is_not_shown() -> None:
    assert "hunter2" not in words(judge(server("https://me:hunter2@shop.example.com")))


# frontend-url


def judge_front(urls: FrontEndUrls, **more: Any) -> Finding:
    where = situation(**{k: more.pop(k) for k in ("public_url", "layout", "front") if k in more})
    return frontend_url.frontend_url(facts(where=where, frontend_urls=urls, **more))


def test_the_right_variable_is_told_with_its_file() -> None:
    finding = judge_front(front(f"{PUBLIC}/api"))

    assert finding.status is Status.PASS
    assert finding.summary == f"{PUBLIC}, from VITE_API_URL in frontend/.env.local"


@pytest.mark.parametrize("value", ["", "/api"])
def test_its_own_origin_is_right_with_one_origin_alone(value: str) -> None:
    assert judge_front(front(value)).status is Status.PASS
    assert judge_front(front(value), layout="two-origins").status is Status.FAIL


def test_the_file_that_wins_is_named_with_those_that_it_hides() -> None:
    lower = ROOT / "frontend" / ".env"

    finding = judge_front(front("http://localhost:1337", hidden=((lower, PUBLIC),)))

    assert finding.status is Status.FAIL
    assert finding.summary == ("VITE_API_URL is http://localhost:1337, from frontend/.env.local")
    assert f"Hidden    VITE_API_URL={PUBLIC} in frontend/.env, which does not win" in finding.detail


def test_a_variable_of_the_environment_wins_over_every_file() -> None:
    finding = judge_front(front("http://localhost:1337", None, hidden=((WEB_ENV, PUBLIC),)))

    assert finding.status is Status.FAIL
    assert finding.advice[0].command == "unset VITE_API_URL"


def test_one_wrong_variable_of_several_is_named() -> None:
    urls = FrontEndUrls(
        settings=(
            setting("NEXT_PUBLIC_API", PUBLIC, WEB_ENV),
            setting("STRAPI_URL", "https://old.ngrok.io", WEB_ENV),
        )
    )

    finding = judge_front(urls)

    assert finding.summary.startswith("STRAPI_URL is https://old.ngrok.io, left behind")


@pytest.mark.parametrize("value", [PUBLIC, "http://localhost:1337"])
def test_a_framework_that_reads_env_at_its_start_has_to_be_restarted(value: str) -> None:
    cra = frontend(framework="cra", title="Create React App", reads_env_at_start_only=True)

    assert "restart its dev server" in judge_front(front(value), front=cra).detail


def test_a_dev_server_with_an_older_value_has_to_be_started_again() -> None:
    finding = judge_front(front(handed_on="http://localhost:1337"))

    assert finding.status is Status.FAIL
    assert "still has VITE_API_URL=http://localhost:1337" in finding.summary


ADDRESS = Address(
    Place(ROOT / "frontend" / "src" / "a.ts", 7, "fetch('http://localhost:1337/api')"),
    "http://localhost:1337/api",
)


def test_an_address_in_the_source_is_named_with_file_and_line() -> None:
    finding = judge_front(FrontEndUrls(), source=Source(addresses=(ADDRESS,)))

    assert finding.status is Status.FAIL
    assert "frontend/src/a.ts, line 7" in finding.summary


def test_an_address_in_the_source_beside_a_right_variable_is_a_warning() -> None:
    finding = judge_front(front(), source=Source(addresses=(ADDRESS,)))

    assert finding.status is Status.WARN
    assert "frontend/src/a.ts, line 7" in finding.summary
    assert "http://localhost:1337/api" in finding.detail


def test_a_variable_that_the_tunnel_would_set_and_nothing_sets_fails() -> None:
    missing = Candidate(
        name="VITE_API_URL",
        value="http://localhost:1337/api",
        origin="fallback",
        is_backend=True,
    )

    finding = judge_front(FrontEndUrls(missing=(missing,)))

    assert finding.status is Status.FAIL
    assert finding.summary == (
        "VITE_API_URL is not set, so the source uses http://localhost:1337/api"
    )
    assert f"Expected  VITE_API_URL={PUBLIC}/api" in finding.detail


def test_no_variable_is_right_with_one_origin_and_a_warning_with_two() -> None:
    assert judge_front(FrontEndUrls()).status is Status.PASS
    assert judge_front(FrontEndUrls(), layout="two-origins").status is Status.WARN


def test_a_variable_of_that_name_for_another_host_is_a_warning() -> None:
    urls = FrontEndUrls(others=(setting("VITE_STRAPI_URL", "https://cms.example.com", WEB_ENV),))

    finding = judge_front(urls)

    assert finding.status is Status.WARN
    assert finding.advice[0].command == "twitter-setup tunnel --env-var VITE_STRAPI_URL"


def test_without_a_reach_a_front_end_s_leftover_is_named() -> None:
    assert judge_front(front("http://localhost:1337"), public_url=None).status is Status.SKIP
    left = judge_front(front("https://old.ngrok-free.app/api"), public_url=None)

    assert left.status is Status.FAIL
    assert "left behind in VITE_API_URL" in left.summary


# one-host


def hosts(server_: str, front_: str, public_url: str | None = None) -> Finding:
    where = situation(public_url=public_url)
    return backend_url.one_host(
        facts(where=where, server_url=server(server_), frontend_urls=front(front_))
    )


@pytest.mark.parametrize(
    ("server_", "front_", "status"),
    [
        (PUBLIC, PUBLIC, Status.PASS),
        (PUBLIC, "", Status.PASS),
        ("", "http://localhost:1337", Status.PASS),
        ("https://a.example.com", "http://localhost:1337", Status.FAIL),
        (PUBLIC, "https://other.ngrok.io", Status.FAIL),
        ("", "http://127.0.0.1:1337", Status.WARN),
        ("http://127.0.0.1:1337", "http://localhost:1337/api", Status.WARN),
    ],
)
def test_both_ends_go_through_one_host(server_: str, front_: str, status: Status) -> None:
    finding = hosts(server_, front_)

    assert finding.status is status
    if status is not Status.PASS:
        assert "cookie" in finding.detail


def test_with_a_reach_two_names_of_this_machine_are_two_hosts() -> None:
    finding = hosts("http://127.0.0.1:7337", "http://localhost:7337", "http://127.0.0.1:7337")

    assert finding.status is Status.FAIL


def test_what_cannot_be_read_is_not_compared() -> None:
    unclear = ServerUrl(kind="unclear", path=Path("x"), reason="")

    assert backend_url.one_host(facts(server_url=unclear)).status is Status.SKIP


def test_without_a_front_end_there_is_nothing_to_compare() -> None:
    where = situation(has_frontend=False)

    assert backend_url.one_host(facts(where=where)).status is Status.SKIP
    assert frontend_url.frontend_url(facts(where=where)).status is Status.SKIP


def test_outside_a_project_there_is_nothing_to_look_at() -> None:
    for check in (backend_url.server_url, backend_url.one_host, frontend_url.frontend_url):
        assert check(outside()).status is Status.SKIP
