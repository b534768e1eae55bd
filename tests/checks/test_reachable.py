"""`backend`, `tunnel`, `public-url`, `browser-page`, `redirect-page`, `legal-pages`, by hand-made facts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_facts import PUBLIC, frontend, situation, words
from tests.remote_facts import BLOCKED, DEPLOYED, REDIRECT, deployed, facts, without_session
from twitter_setup.checks import pages
from twitter_setup.checks import reachable as remote
from twitter_setup.checks import x as asked_of_x
from twitter_setup.checks.facts import web
from twitter_setup.checks.facts.remote import Admin, Facts
from twitter_setup.checks.facts.situation import Situation
from twitter_setup.checks.facts.web import Page, Problem
from twitter_setup.checks.finding import Finding, Status
from twitter_setup.project.reader.source import PageCode
from twitter_setup.project.settings import Options
from twitter_setup.x.api import XAnswer


def page(status: int = 200, url: str = f"{PUBLIC}/", *, ngrok: str = "", **more: Any) -> Page:
    headers = {"ngrok-error-code": f"ERR_NGROK_{ngrok}"} if ngrok else {}
    return Page(url=url, status=status, headers=headers, **more)


def health_page(status: int = 204, **more: Any) -> Page:
    return page(status, f"{PUBLIC}/_health", **more)


def is_told(finding: Finding, status: Status, *said: str) -> None:
    assert finding.status is status, finding
    for each in said:
        assert each in words(finding)


# backend


def here(status: int = 0, problem: Problem | None = None) -> Page:
    return page(status, "http://localhost:1337/_health", problem=problem)


@pytest.mark.parametrize(
    ("health", "status", "said"),
    [
        (here(204), Status.PASS, "Strapi answers at http://localhost:1337"),
        (here(problem="refused"), Status.FAIL, "npm run develop"),
        (here(problem="cut off"), Status.FAIL, "another program has its port"),
        (here(503), Status.FAIL, "another program has its port"),
        (here(problem="timeout"), Status.ERROR, "No answer within five seconds"),
    ],
)
def test_strapi_answers_here(health: Page, status: Status, said: str) -> None:
    is_told(remote.backend(facts(health=health)), status, said)


# A deployed Strapi


def there(status: int = 0, problem: Problem | None = None) -> Page:
    return page(status, f"{DEPLOYED}/_health", problem=problem)


def elsewhere(health: Page, **known: Any) -> Facts:
    """All of a deployed Strapi answers as its health does."""
    front = Page(url=f"{DEPLOYED}/", status=health.status, problem=health.problem)
    usual = {"address": DEPLOYED, "health": health, "public_health": health, "front_page": front}
    return facts(where=deployed(), **{**usual, **known})


@pytest.mark.parametrize(
    ("health", "status", "said"),
    [
        (there(204), Status.PASS, f"Strapi answers at {DEPLOYED}"),
        (there(problem="no such host"), Status.FAIL, "no such host"),
        (there(problem="refused"), Status.FAIL, "Nothing listens there"),
        (there(problem="certificate"), Status.FAIL, "SSL_CERT_FILE"),
        (there(problem="cut off"), Status.FAIL, "before an answer came"),
        (there(problem="timeout"), Status.ERROR, "No answer within five seconds"),
        (there(502), Status.FAIL, "Strapi is not behind it (HTTP 502)"),
        (there(404), Status.FAIL, "is not Strapi (HTTP 404)"),
        (there(200), Status.FAIL, "not that of the front end"),
    ],
)
def test_a_deployed_strapi_that_does_not_answer_is_told_with_the_reason(
    health: Page, status: Status, said: str
) -> None:
    finding = remote.backend(elsewhere(health))

    is_told(finding, status, said)
    for not_there in ("npm", "terminal", "this machine", "started"):
        assert not_there not in words(finding)


@pytest.mark.parametrize("health", [there(problem="no such host"), there(problem="refused")])
def test_a_deployed_strapi_is_looked_for_where_it_is_deployed(health: Page) -> None:
    finding = remote.backend(elsewhere(health))

    said = ("where it is deployed", "look after its DNS entry and its proxy")
    is_told(finding, Status.FAIL, *said)


def test_a_strapi_that_is_asked_where_people_reach_it_has_no_way_in_of_its_own() -> None:
    is_told(remote.tunnel(elsewhere(there(204))), Status.SKIP, "the same address as backend")


@pytest.mark.parametrize("health", [there(problem="no such host"), there(502)])
def test_a_deployed_strapi_out_of_reach_is_one_line(health: Page) -> None:
    known = elsewhere(
        health,
        redirect_page=Page(url=f"{DEPLOYED}/in", status=health.status, problem=health.problem),
        legal_pages={f"{DEPLOYED}/terms": health},
    )

    checks = (remote.tunnel, pages.redirect_page, pages.legal_pages)
    assert remote.backend(known).status is Status.FAIL
    assert [check(known).status for check in checks] == [Status.SKIP] * 3
    assert remote.browser_page(known).status in {Status.SKIP, Status.PASS}


def test_the_way_to_a_deployed_strapi_is_a_proxys_and_no_tunnels() -> None:
    nothing = page(0, problem="refused")
    known = facts(address=DEPLOYED, front_page=nothing, public_health=nothing)
    for check in (remote.tunnel, remote.public_url):
        finding = check(known)

        is_told(finding, Status.FAIL, "look after its DNS entry and its proxy")
        assert "twitter-setup tunnel" not in words(finding)
        assert "this machine" not in words(finding)


# tunnel


def test_without_a_session_there_is_no_way_in_to_look_at() -> None:
    is_told(remote.tunnel(facts(where=without_session())), Status.SKIP, "twitter-setup tunnel")


@pytest.mark.parametrize("part", ["ngrok agent", "gateway"])
def test_a_part_of_the_session_that_has_ended_is_named(part: str) -> None:
    finding = remote.tunnel(facts(dead_children=(part,)))

    is_told(finding, Status.FAIL, f"the {part} of the session has ended")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("3200", "no agent publishes this address now"),
        ("3004", "The gateway's answer was not one that ngrok understands"),
        ("8012", "nothing listens at the local port"),
        ("727", "The month's requests of the account are used up"),
        ("734", "Too many requests in a minute"),
        ("9999", "https://ngrok.com/docs/errors/err_ngrok_9999"),
    ],
)
def test_each_error_of_ngroks_edge_has_words_of_its_own(code: str, said: str) -> None:
    edge = page(404, ngrok=code)

    finding = remote.tunnel(facts(front_page=edge, public_health=edge))

    is_told(finding, Status.FAIL, f"ERR_NGROK_{code} (HTTP 404)", said)


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        ("no such host", "mistyped"),
        ("refused", "Nothing listens there"),
        ("certificate", "not valid for this name"),
        ("timeout", "within five seconds"),
        ("cut off", "before an answer came"),
    ],
)
def test_an_address_that_does_not_answer_is_told_with_the_reason(
    problem: Problem, said: str
) -> None:
    nothing = page(0, problem=problem)

    finding = remote.tunnel(facts(front_page=nothing, public_health=nothing))

    is_told(finding, Status.FAIL, f"does not answer: {problem}", said, "twitter-setup tunnel")


def test_with_ones_own_address_the_own_tunnel_is_to_be_looked_after() -> None:
    nothing = page(0, problem="refused")
    own = situation(reach="url")

    finding = remote.tunnel(facts(where=own, front_page=nothing, public_health=nothing))

    is_told(finding, Status.FAIL, "your own tunnel")


def test_the_way_in_is_there_while_the_gateway_waits_for_strapi() -> None:
    """It holds what is Strapi's back for longer than is waited here."""
    waiting = health_page(0, problem="timeout")

    finding = remote.tunnel(facts(health=here(problem="refused"), public_health=waiting))

    is_told(finding, Status.PASS, "is reached")


def test_the_way_in_is_there_while_the_front_end_hangs() -> None:
    finding = remote.tunnel(facts(front_page=page(0, problem="timeout")))

    is_told(finding, Status.PASS, "is reached")


def test_an_agent_that_leads_to_a_strapi_which_does_not_run_is_not_the_tunnels_fault() -> None:
    nothing = page(502, ngrok="8012")

    down = here(problem="refused")
    finding = remote.tunnel(facts(health=down, front_page=nothing, public_health=nothing))

    is_told(finding, Status.PASS, "behind it nothing answers")


def test_where_x_is_not_trusted_either_the_network_is_looked_at_first() -> None:
    nothing = page(0, problem="certificate")
    untrusted = XAnswer(kind="untrusted", reason="ConnectError")

    finding = remote.tunnel(facts(front_page=nothing, public_health=nothing, x_keys=untrusted))

    assert "look at the network" in finding.advice[0].text


UNREACHABLE = XAnswer(kind="unreachable", reason="ConnectError")


def offline(problem: Problem, answer: XAnswer = UNREACHABLE, **known: Any) -> Facts:
    nothing = page(0, problem=problem)
    usual = {"front_page": nothing, "public_health": nothing, "asked": frozenset({"tunnel"})}
    return facts(x_keys=answer, x_callback=answer, **{**usual, **known})


@pytest.mark.parametrize("problem", ["no such host", "refused", "no way there", "timeout"])
@pytest.mark.parametrize("answer", [UNREACHABLE, XAnswer(kind="timeout", reason="ReadTimeout")])
def test_without_a_network_one_check_says_so(problem: Problem, answer: XAnswer) -> None:
    known = offline(problem, answer)

    finding = remote.tunnel(known)

    is_told(finding, Status.ERROR, f"no network: neither {PUBLIC} nor X answers", "HTTPS_PROXY")
    assert "mistyped" not in words(finding)
    for check in (asked_of_x.x_keys, asked_of_x.x_callback):
        is_told(check(known), Status.SKIP, "there is no network, see tunnel")


def test_machine_without_a_route_is_told_from_a_server_that_cuts_off() -> None:
    page = web.get("http://255.255.255.255/")  # no system connects there

    assert (page.status, page.problem) == (0, "no way there")


def test_proxy_that_cannot_be_used_is_one_line_if_x_is_asked_through_it_too() -> None:
    said = "ALL_PROXY names a proxy that cannot be used: socks4://a:1"
    unusable = Page(url=PUBLIC, problem="proxy", proxy=said)
    answer = XAnswer(kind="unreachable", reason=said)
    known = offline("proxy", answer, front_page=unusable, public_health=unusable)

    is_told(remote.tunnel(known), Status.ERROR, said, "correct or unset that variable")
    for check in (asked_of_x.x_keys, asked_of_x.x_callback):
        is_told(check(known), Status.SKIP, "there is no network, see tunnel")


def test_without_a_network_a_deployed_strapi_is_not_said_to_be_wrong() -> None:
    finding = remote.backend(elsewhere(there(problem="no such host"), x_keys=UNREACHABLE))

    is_told(finding, Status.ERROR, f"no network: neither {DEPLOYED} nor X answers")


@pytest.mark.parametrize(
    "known",
    [
        offline("no such host", asked=frozenset({"x-keys"})),
        offline("no such host", dead_children=("gateway",)),
        offline("certificate"),
        facts(x_keys=UNREACHABLE, asked=frozenset({"tunnel"})),
    ],
    ids=["tunnel is not asked", "the gateway has ended", "another reason", "X alone"],
)
def test_that_x_is_out_of_reach_is_said_where_nobody_else_says_it(known: Facts) -> None:
    is_told(asked_of_x.x_keys(known), Status.ERROR, "X cannot be reached")


def test_a_gateway_of_this_machine_that_is_gone_is_no_lack_of_a_network() -> None:
    gone = page(0, "http://127.0.0.1:7337/", problem="refused")
    local = situation(reach="local", public_url="http://127.0.0.1:7337")

    finding = remote.tunnel(
        facts(where=local, front_page=gone, public_health=gone, x_keys=UNREACHABLE)
    )

    is_told(finding, Status.FAIL, "does not answer: refused")


def test_outside_a_project_the_address_is_to_be_named() -> None:
    deployed = Situation(options=Options(strapi="http://localhost:1337"), environ={})

    is_told(remote.tunnel(facts(where=deployed)), Status.SKIP, "with --url")


# public-url


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (health_page(204), Status.PASS, f"Strapi answers at {PUBLIC}"),
        (health_page(0, problem="timeout"), Status.FAIL, "is not reached through"),
        (health_page(421), Status.FAIL, "gateway of another address"),
        (health_page(403, text=BLOCKED), Status.FAIL, "a Vite dev server answers"),
        (health_page(502), Status.FAIL, "Strapi is not behind it (HTTP 502)"),
        (health_page(200), Status.FAIL, "is not this Strapi (HTTP 200)"),
        (health_page(403), Status.FAIL, "is not this Strapi (HTTP 403)"),
        (None, Status.SKIP, "no public address"),
    ],
)
def test_what_answers_at_the_public_address_is_told_apart(
    answer: Page | None, status: Status, said: str
) -> None:
    is_told(remote.public_url(facts(public_health=answer)), status, said)


# browser-page


def two_origins() -> Situation:
    return situation(layout="two-origins")


@pytest.mark.parametrize(
    ("answer", "where", "status", "said"),
    [
        (page(), situation(), Status.PASS, "no page stands before the app"),
        (page(502), situation(), Status.PASS, "no page stands before the app"),
        (page(ngrok="6024"), situation(), Status.WARN, "clicks “Visit Site” once"),
        (page(ngrok="6024"), two_origins(), Status.FAIL, "look like a CORS error"),
        (page(ngrok="6022"), situation(), Status.FAIL, "NGROK_AUTHTOKEN"),
        (page(403, text=BLOCKED), situation(), Status.FAIL, "refuses the public host"),
        (page(0, problem="timeout"), situation(), Status.ERROR, "run it again"),
        (None, without_session(), Status.SKIP, "no public address"),
    ],
)
def test_a_page_before_the_app_is_told_with_what_it_means(
    answer: Page | None, where: Situation, status: Status, said: str
) -> None:
    is_told(remote.browser_page(facts(where=where, front_page=answer)), status, said)


@pytest.mark.parametrize("answer", [page(421), page(403, text=BLOCKED), page(502, ngrok="8012")])
def test_what_refuses_every_page_is_told_once(answer: Page) -> None:
    """`public-url`, or `tunnel`, has it."""
    refused = Page(url=REDIRECT, status=answer.status, headers=answer.headers, text=answer.text)
    known = facts(
        public_health=answer,
        front_page=answer,
        redirect_page=refused,
        legal_pages={f"{PUBLIC}/terms": answer},
    )

    for check in (remote.browser_page, pages.redirect_page, pages.legal_pages):
        is_told(check(known), Status.SKIP)


# redirect-page


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (page(200, REDIRECT), Status.PASS, "the source calls auth/twitter/callback"),
        (page(502, REDIRECT), Status.FAIL, "the front end does not run"),
        (page(404, REDIRECT), Status.FAIL, "twitter-setup verify --explain vite"),
        (page(410, REDIRECT), Status.FAIL, "is not there (HTTP 410)"),
        (page(400, REDIRECT), Status.WARN, "twitter-setup verify --login"),
        (page(401, REDIRECT), Status.WARN, "only a real login tells"),
        (page(500, REDIRECT), Status.WARN, "HTTP 500 to a call without a login"),
        (page(403, REDIRECT, text=BLOCKED), Status.FAIL, "refuses the public host"),
        (page(0, REDIRECT, problem="refused"), Status.FAIL, "start Vite"),
        (None, Status.SKIP, "is no web page"),
    ],
)
def test_the_page_where_a_login_ends(answer: Page | None, status: Status, said: str) -> None:
    is_told(pages.redirect_page(facts(redirect_page=answer)), status, said)


def test_a_page_that_answers_and_has_no_code_is_a_warning() -> None:
    is_told(pages.redirect_page(facts(page_code=PageCode())), Status.WARN, "nothing in the front")


def test_the_source_here_says_nothing_of_a_page_elsewhere() -> None:
    elsewhere = "https://app.example.com/welcome"
    known = facts(redirect_url=elsewhere, redirect_page=page(200, elsewhere), page_code=PageCode())

    is_told(pages.redirect_page(known), Status.PASS, f"{elsewhere} answers (HTTP 200)")


def test_where_strapi_has_another_page_the_one_of_this_front_end_is_named_too() -> None:
    past = "https://old-tree.ngrok-free.app/in"
    for answer in (page(404, past), page(0, past, problem="refused")):
        known = facts(redirect_url=past, redirect_page=answer)

        told = pages.redirect_page(known)

        is_told(told, Status.FAIL, f"let a login end at {REDIRECT}", "twitter-setup configure")


def test_where_strapi_was_not_looked_into_a_page_that_is_missing_may_be_the_wrong_one() -> None:
    missing = facts(admin=Admin(), redirect_page=page(404, REDIRECT))

    is_told(pages.redirect_page(missing), Status.FAIL, "Strapi may lead to another page")


def test_a_redirect_url_that_nobody_knows_is_not_asked_for() -> None:
    known = facts(redirect_url=None, redirect_page=None)

    is_told(pages.redirect_page(known), Status.SKIP, "is not known")


def test_the_front_end_is_started_as_it_is_typed() -> None:
    known = facts(where=situation(front=frontend(title="Next.js")), redirect_page=page(502))

    is_told(pages.redirect_page(known), Status.FAIL, "start Next.js in frontend")


# legal-pages


@pytest.mark.parametrize(
    ("answers", "status", "said"),
    [
        ({"terms": 200, "privacy": 200}, Status.PASS, "terms and privacy are there"),
        ({"terms": 200, "privacy": 404}, Status.WARN, f"{PUBLIC}/privacy: HTTP 404"),
        ({}, Status.SKIP, "any public page of yours"),
    ],
)
def test_the_pages_for_x(answers: dict[str, int], status: Status, said: str) -> None:
    asked = {f"{PUBLIC}/{name}": page(code, f"{PUBLIC}/{name}") for name, code in answers.items()}

    is_told(pages.legal_pages(facts(legal_pages=asked)), status, said)


def test_a_redirect_page_that_is_missing_says_nothing_of_the_pages_for_x() -> None:
    missing = {f"{PUBLIC}/terms": page(404, f"{PUBLIC}/terms")}

    told = pages.legal_pages(facts(redirect_page=page(404, REDIRECT), legal_pages=missing))

    is_told(told, Status.WARN, f"{PUBLIC}/terms: HTTP 404")


@pytest.mark.parametrize("answer", [{"status": 502}, {"status": 0, "problem": "timeout"}])
def test_a_front_end_that_does_not_answer_is_told_once(answer: dict[str, Any]) -> None:
    url = f"{PUBLIC}/terms"
    refused: dict[str, Any] = {
        "redirect_page": page(url=REDIRECT, **answer),
        "legal_pages": {url: page(url=url, **answer)},
    }
    both = facts(asked=frozenset({"redirect-page", "legal-pages"}), **refused)
    alone = facts(asked=frozenset({"legal-pages"}), **refused)

    is_told(pages.legal_pages(both), Status.SKIP, "see redirect-page")
    is_told(pages.legal_pages(alone), Status.WARN, f"{url}: ")


def test_pages_elsewhere_are_judged_by_themselves() -> None:
    url = "https://cafe.example.com/terms"
    asked = frozenset({"redirect-page"})
    answers: dict[str, Any] = {
        "redirect_page": page(502, REDIRECT),
        "legal_pages": {url: page(502, url)},
    }
    known = facts(asked=asked, **answers)

    is_told(pages.legal_pages(known), Status.WARN, f"{url}: HTTP 502")


# Which pages are asked for


def test_a_page_that_was_asked_for_already_is_not_asked_for_again() -> None:
    where = situation()
    assert where.session
    where.session.sheet.update(terms_of_service_url=PUBLIC, privacy_policy_url=PUBLIC)
    known = facts(where=where)
    del known._known["legal_pages"]

    assert known.legal_pages == {PUBLIC: known.front_page}


def test_outside_a_session_the_pages_are_those_of_the_sheet_for_that_address() -> None:
    where = Situation(options=Options(url=PUBLIC), environ={}, located=situation().located)
    known = facts(where=where)
    del known._known["legal_pages"]

    assert list(known.legal_pages) == [PUBLIC]
