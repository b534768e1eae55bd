"""What the source says for `redirect-page`: a single-page app answers 200 for every path."""

from __future__ import annotations

from pathlib import Path

from twitter_setup.checks.explained import explained
from twitter_setup.checks.facts.situation import Generation
from twitter_setup.checks.finding import Finding, passed, warned
from twitter_setup.project.frameworks import FrameworkId
from twitter_setup.project.reader.source import PageCode, Place


def redirect_page_source_finding(
    code: PageCode,
    *,
    redirect_path: str,
    framework: FrameworkId,
    generation: Generation | None,
    layout: str,
    root: Path,
) -> Finding:
    """Judge the source; it can only warn. `root` is the folder that paths are shown from."""
    advice = (
        explained(framework, "the code for such a page"),
        explained("redirect-page"),
    )
    if code.call is None:
        return warned(*_no_call(code, redirect_path, root), *advice)
    wrong = _wrong_call(code, code.call, generation, layout, root)
    if wrong:
        return warned(*wrong, *advice)
    return passed(f"the source calls auth/twitter/callback ({_place(code.call, root)})")


def _no_call(code: PageCode, redirect_path: str, root: Path) -> tuple[str, str]:
    page = redirect_path or "/"  # '' is the front end's first page
    if code.route is None:
        return (
            f"nothing in the front end's source is for {page}",
            f"Expected a page at {page}, or a call of auth/twitter/callback; none was found.\n"
            "Strapi sends the browser there at the end, and that page must ask Strapi for the user.",
        )
    return (
        f"the page at {page} does not call auth/twitter/callback ({_place(code.route, root)})",
        "Expected a call of Strapi's /api/auth/twitter/callback; none was found.\n"
        "Only that call makes the user, and gives the JWT.",
    )


def _wrong_call(
    code: PageCode, call: Place, generation: Generation | None, layout: str, root: Path
) -> tuple[str, str] | None:
    if generation == "session" and code.access_token is not None:
        return (
            f"the page wants an access_token ({_place(code.access_token, root)})",
            "Expected a call without it.\nFrom users-permissions 5.53 on none is in the address: the "
            "login is in Strapi's session cookie.",
        )
    if generation in {"grant", "tokens"} and not code.forwards_query:
        return (
            f"the page does not pass the address's query on to Strapi ({_place(call, root)})",
            "Expected all of it behind auth/twitter/callback: access_token, access_secret and raw[…].\n"
            "Before users-permissions 5.53 Strapi reads the login from there.",
        )
    if generation == "session" and layout == "two-origins" and not code.sends_credentials:
        return (
            f"the call of auth/twitter/callback sends no cookies to another origin ({_place(call, root)})",
            "Expected credentials: 'include' (withCredentials of axios).\n"
            "From users-permissions 5.53 on the login is in Strapi's session cookie.",
        )
    return None


def _place(mention: Place, root: Path) -> str:
    path = mention.path
    shown = path.relative_to(root) if path.is_relative_to(root) else path
    return f"{shown}, line {mention.line}"
