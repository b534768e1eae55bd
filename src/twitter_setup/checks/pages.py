"""The checks of the pages: where a login ends, and those that X wants to know."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from twitter_setup.addresses.parts import origin_of
from twitter_setup.checks.explained import explained
from twitter_setup.checks.facts.remote import Facts
from twitter_setup.checks.facts.web import Page
from twitter_setup.checks.finding import Finding, Status, failed, passed, skipped, unknown, warned
from twitter_setup.checks.login import login_paths
from twitter_setup.checks.login.hops import GONE
from twitter_setup.checks.reachable import blocked_by_vite, is_for_all
from twitter_setup.checks.redirect_source import redirect_page_source_finding
from twitter_setup.checks.unreachable import PROBLEMS
from twitter_setup.errors import Advice


def redirect_page(facts: Facts) -> Finding:
    """Is the page there where a login ends, and does it finish the login?"""
    page, url = facts.redirect_page, facts.redirect_url
    if url is None:
        return skipped("the redirect URL is not known: Strapi has it, or an open tunnel")
    if page is None:
        return skipped(f"{url} is no web page: it is not asked for")
    return _not_answered(facts, page) or _by_source(facts, page)


def _not_answered(facts: Facts, page: Page) -> Finding | None:
    if is_for_all(facts, page):
        return skipped("no page of the app comes through")
    if page.problem:
        return _no_answer(facts, page, PROBLEMS[page.problem])
    if page.status == 502:
        return failed(
            "the front end does not run",
            f"{page.url} answers HTTP 502: the gateway found nothing at the front end's port.",
            *_start_or_name(facts),
            explained("redirect-page"),
        )
    if blocked_by_vite(page):
        return failed(
            "the front end's dev server refuses the public host",
            f"{page.url} answers “Blocked request” (HTTP {page.status}).",
            Advice("lead the address to the gateway's port, which `tunnel` prints"),
        )
    return _refused(facts, page) if page.status >= 400 else None


def _refused(facts: Facts, page: Page) -> Finding:
    if page.status in GONE:
        return failed(
            f"the redirect page is not there (HTTP {page.status})",
            f"{page.url} is where Strapi sends the browser at the end of a login.",
            *_at_its_port(facts),
            *_where_it_should(facts),
            explained(
                facts.frontend.framework if facts.frontend else "plain",
                "add that page; the code for it",
            ),
            Advice(
                "or name the one that you have", command="twitter-setup configure --redirect URL"
            ),
        )
    # A route handler, say, that asks Strapi itself and hands its answer on.
    return warned(
        f"the redirect page answers HTTP {page.status} to a call without a login",
        f"{page.url} is there. A page that runs on the server may answer so; only a real login tells.",
        Advice("log in, and see", command="twitter-setup verify --login"),
        explained("redirect-page"),
    )


def _no_answer(facts: Facts, page: Page, why: str) -> Finding:
    said = f"{page.url} does not answer: {page.problem}"
    if page.problem == "timeout":  # a dev server that compiles the page for the first time, perhaps
        again = "twitter-setup verify redirect-page"
        return unknown(said, why, Advice("open it once in a browser, then", command=again))
    advice = (*_where_it_should(facts), _start_frontend(facts), explained("redirect-page"))
    return failed(said, why, *advice)


def _where_it_should(facts: Facts) -> Iterator[Advice]:
    """Where Strapi's own page is another than that of this front end, it may be one of the past."""
    wanted = facts.wanted_redirect_url
    if wanted and facts.redirect_url != wanted:
        yield Advice(
            f"Strapi leads there; let a login end at {wanted}",
            command="twitter-setup configure",
        )
    if facts.admin.providers is None:
        yield Advice(
            "Strapi may lead to another page, which it did not let us see; to look",
            command="twitter-setup verify provider",
        )


def _by_source(facts: Facts, page: Page) -> Finding:
    """A single-page app answers 200 for every path: its source says more."""
    answers = f"{page.url} answers (HTTP {page.status})"
    if facts.page_code is None or facts.frontend is None or not _is_ours(facts, page.url):
        return passed(answers)
    mistakes = login_paths.find(facts, "exchange")
    if mistakes and facts.page_code.call is not None:
        return login_paths.wrong_call(facts, mistakes)
    located = facts.situation.located
    found = redirect_page_source_finding(
        facts.page_code,
        redirect_path=facts.redirect_path,
        framework=facts.frontend.framework,
        generation=facts.situation.generation,
        layout=facts.situation.layout,
        root=located.root if located else facts.frontend.root,
    )
    return passed(f"{answers}; {found.summary}") if found.status is Status.PASS else found


def _is_ours(facts: Facts, url: str) -> bool:
    """Whether the page is of the front end here: its source says nothing of another one's."""
    path = urlsplit(url).path.rstrip("/")
    return bool(path) and path == facts.redirect_path.rstrip("/")


def _start_or_name(facts: Facts) -> Iterator[Advice]:
    found = list(_at_its_port(facts))
    yield from found or [_start_frontend(facts)]


def _at_its_port(facts: Facts) -> Iterator[Advice]:
    """Name the server of the front end's folder that is at another port than the expected one."""
    found, session = facts.elsewhere, facts.situation.session
    if facts.situation.layout == "one-origin" and found is not None:
        local = " --local" if session and session.reach == "local" else ""
        yield Advice(
            f"{found.label} in {facts.named(facts.frontend.root) if facts.frontend else 'its folder'} "
            f"shows pages on port {found.port}; if that is your front end",
            f"twitter-setup tunnel{local} --frontend-port {found.port}",
        )


def _start_frontend(facts: Facts) -> Advice:
    if facts.frontend is None:
        return Advice("start the front end")
    command = facts.frontend.command
    return Advice(
        f"start {facts.frontend.title} in {facts.named(facts.frontend.root)}", command or None
    )


def _is_as_redirect_page(facts: Facts, page: Page) -> bool:
    """Whether it is of the front end that does not answer there either: `redirect-page` says so."""
    if "redirect-page" not in facts.asked:
        return False
    other = facts.redirect_page
    if other is None or origin_of(other.url) != origin_of(page.url):
        return False
    return page.problem == other.problem if page.problem else page.status == other.status == 502


def legal_pages(facts: Facts) -> Finding:
    """Can X and people reach the pages that the e-mail permission asks for?"""
    pages = facts.legal_pages
    if not pages:
        return skipped("no pages for terms and privacy are known: any public page of yours will do")
    if any(is_for_all(facts, page) for page in pages.values()):
        return skipped("no page of the app comes through")
    if any(_is_as_redirect_page(facts, page) for page in pages.values()):
        return skipped("the front end does not answer: see redirect-page")
    wrong = [
        f"{url}: {page.problem or f'HTTP {page.status}'}"
        for url, page in pages.items()
        if page.problem or page.status >= 400
    ]
    if wrong:
        return warned(
            "a page for terms or privacy is not there",
            "\n".join(
                [*wrong, "X wants both before it gives e-mail addresses, which Strapi needs."]
            ),
            Advice(
                "name pages that are there, in [portal] of twitter-setup.toml",
                command="twitter-setup init",
            ),
            explained("legal-pages"),
        )
    return passed(f"terms and privacy are there: {', '.join(pages)}")
