"""Login links and exchange calls in the front end's source that Strapi does not serve.

Read from the source, so it can only warn. Where something answers, its answer decides.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from twitter_setup.addresses.parts import origin_of
from twitter_setup.addresses.public_url import shown
from twitter_setup.checks.explained import explained
from twitter_setup.checks.facts.local import LocalFacts
from twitter_setup.checks.finding import Finding, warned
from twitter_setup.errors import Advice
from twitter_setup.project.frontend_plan.candidates import names_backend
from twitter_setup.project.reader.source import LoginUse, Place, Role

_PATHS: dict[Role, str] = {"login": "/connect/twitter", "exchange": "/auth/twitter/callback"}
_VARIABLE = re.compile(r"\$\{([^}]+)\}")
_PROVIDER = re.compile(r"(?<=/)\$\{\}(?=/callback|[/?#]?$|[?#])")
_FETCH = re.compile(r"(?:^|\.)\$?(?:fetch|http)(?:\.raw)?$|^(?:ofetch|useFetch|ky)\b|axios")
_STRING = r"""(`[^`]*`|"[^"]*"|'[^']*')"""
_WRITTEN: dict[Role, re.Pattern[str]] = {
    "login": re.compile(r"/?(?:connect|auth)/(?:twitter|\$\{[^}]*\})"),
    "exchange": re.compile(r"/?auth/(?:twitter|\$\{[^}]*\})/callback"),
}
_MOST = 5
_PROVE_IT = Advice("only a real login proves it", command="twitter-setup verify --login")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A line that cannot log in. `line` is the line as it should be, '' if `place` cannot show it."""

    place: Place
    found: str
    expected: str
    line: str = ""
    fetches: str = ""  # the function that calls a path to which a browser must navigate


def find(facts: LocalFacts, role: Role) -> tuple[Mistake, ...]:
    """List the mistakes of the login links, or of the exchange calls."""
    backend, source = facts.backend, facts.source
    if backend is None or source is None or not backend.api_prefix_is_certain:
        return ()
    found = (_mistake(facts, use) for use in source.logins if use.role == role)
    return tuple(mistake for mistake in found if mistake is not None)


def wrong_button(facts: LocalFacts, mistakes: tuple[Mistake, ...]) -> Finding:
    first = mistakes[0]
    where = _where(facts, first.place)
    if first.found == first.expected:
        summary = f"{where} calls {first.expected} with {first.fetches}; a login needs a navigation"
        why = "Strapi answers with a redirect to X, which only the browser itself can follow."
        advice = Advice("let the browser go there, with a link or location.assign")
    else:
        summary = f"the login button leads to {first.found}, not to {first.expected} ({where})"
        why = "Strapi begins a login there only."
        advice = Advice(f"let it lead to {first.expected}")
    return warned(
        summary, _detail(facts, mistakes, why), advice, _PROVE_IT, explained("frontend-url")
    )


def wrong_call(facts: LocalFacts, mistakes: tuple[Mistake, ...]) -> Finding:
    first = mistakes[0]
    return warned(
        f"the page calls {first.found}, not {first.expected} ({_where(facts, first.place)})",
        _detail(facts, mistakes, "Only that call makes the user, and gives the JWT."),
        Advice(f"call {first.expected}"),
        _PROVE_IT,
        explained("redirect-page"),
    )


def _detail(facts: LocalFacts, mistakes: tuple[Mistake, ...], why: str) -> str:
    lines = [f"Expected  {mistakes[0].expected}"]
    for each in mistakes[:_MOST]:
        lines.append(f"Found     {_where(facts, each.place)}: {each.place.text}")
        lines += [f"Write     {each.line}"] if each.line else []
    rest = len(mistakes) - _MOST
    return "\n".join([*lines, *([f"and {rest} more"] if rest > 0 else []), why])


def _where(facts: LocalFacts, place: Place) -> str:
    return f"{facts.named(place.path)}, line {place.line}"


def _mistake(facts: LocalFacts, use: LoginUse) -> Mistake | None:
    target = _target(facts, use)
    if target is None:
        return None
    expected = f"{facts.situation.api_prefix}{_PATHS[use.role]}"
    path = re.sub(r"/{2,}", "/", target.path).rstrip("/")
    fetches = use.call if _is_fetched(use) else ""
    if path == expected:
        if not fetches:
            return None
        line = _navigation(use, use.place.text)
        return Mistake(place=use.used, found=path, expected=expected, line=line, fetches=fetches)
    if not _is_wrong(facts, use, target, path) or _works(facts, use, target, path):
        return None
    line = _corrected(facts, use, path, expected)
    return Mistake(
        place=use.place,
        found=path,
        expected=expected,
        line=_navigation(use, line) if fetches else line,
        fetches=fetches,
    )


def _is_fetched(use: LoginUse) -> bool:
    """Whether a script asks for the page to which the browser must go.

    The provider must be in the source: `/connect/${id}` is a path of many an API.
    """
    return (
        use.role == "login"
        and use.kind in {"fetch", "axios"}
        and bool(_FETCH.search(use.call))
        and "/twitter" in use.target
    )


def _target(facts: LocalFacts, use: LoginUse) -> SplitResult | None:
    """Resolve the URL by the variables' values; None if it is not known, or of another service."""
    values = {name: _value(facts, name) for name in use.variables}
    missing = None in values.values()
    whole = _PROVIDER.sub("twitter", use.target)
    whole = re.split(r"[?#]|(?<=/callback)\$\{", whole, maxsplit=1)[0]
    whole = _VARIABLE.sub(lambda match: values.get(match[1]) or "", whole)
    if missing or "${" in whole or "new URL(" in use.place.text:
        return None
    try:
        parts = urlsplit(whole)
    except ValueError:
        return None
    if not parts.scheme and not parts.netloc:
        is_own = facts.situation.layout == "one-origin" and whole.startswith("/")
        # Behind a variable it is a value such as `/api`; else a client or router may add to it.
        return parts if is_own and (use.is_direct or use.variables) else None
    return parts if _is_ours(facts, whole) else None


def _value(facts: LocalFacts, name: str) -> str | None:
    for known in facts.frontend_urls.settings:
        if known.name == name:
            return known.value
    setting = facts.frontend_environment.find(name)
    return setting.value if setting else None


def _is_ours(facts: LocalFacts, url: str) -> bool:
    public, backend = facts.situation.public_url, facts.backend
    is_public = public is not None and origin_of(url) == origin_of(public)
    return is_public or (backend is not None and names_backend("", url, backend.port, frozenset()))


def _is_wrong(facts: LocalFacts, use: LoginUse, target: SplitResult, path: str) -> bool:
    if path.endswith(_PATHS[use.role]):
        if use.role == "exchange":
            return use.kind in {"fetch", "axios"}
        # `/connect/${id}` is a path of many an app; only a link to the back end may leave the name open.
        is_link = bool(target.netloc) and use.kind in {"link", "navigation"}
        return is_link or "/connect/twitter" in use.target
    if use.role == "exchange" or "/auth/twitter" not in use.target:
        return False
    return bool(target.netloc) or path == f"{facts.situation.api_prefix}/auth/twitter"


def _works(facts: LocalFacts, use: LoginUse, target: SplitResult, path: str) -> bool:
    """Whether the path is served all the same: by the front end itself, or by who answers there."""
    public = facts.situation.public_url
    is_own = not target.netloc or (public and origin_of(target.geturl()) == origin_of(public))
    if is_own and facts.has_frontend_route(path):
        return True
    url = f"{public}{path}" if is_own else f"{target.scheme}://{target.netloc}{path}"
    page = facts.page_at(url) if target.netloc or public else None
    if page is None or page.problem:
        return False
    if use.role == "login":
        location = urlsplit(page.location)
        to_strapi = location.path.rstrip("/").endswith(
            f"{facts.situation.api_prefix}{_PATHS['login']}"
        )
        is_away = bool(location.netloc) and origin_of(page.location) != origin_of(url)
        return 300 <= page.status < 400 and (is_away or to_strapi)
    return page.status not in {404, 405, 410} and _is_of_strapi(page.text)


def _is_of_strapi(text: str) -> bool:
    """Whether the text is Strapi's answer to an exchange, or its refusal of one."""
    try:
        answer = json.loads(text)
    except ValueError:
        return False
    return isinstance(answer, dict) and ("jwt" in answer or isinstance(answer.get("error"), dict))


def _corrected(facts: LocalFacts, use: LoginUse, path: str, expected: str) -> str:
    """Write the line with the right path, or the variable whose value has the wrong one; '' for neither."""
    wanted, line = _PATHS[use.role], _at_public(facts, use)
    prefix = expected.removesuffix(wanted)
    match = _WRITTEN[use.role].search(line)
    if match is None:
        return ""
    right = match[0].replace("auth/", "connect/", 1) if use.role == "login" else match[0]
    right = f"/{right.removeprefix('/')}"
    head = path[: path.rindex("/connect/" if "/connect/" in path else "/auth/")]
    variable = next((name for name in use.variables if _path_of(facts, name)), "")
    base = _path_of(facts, variable)
    rest = head.removeprefix(base)
    if f"{rest}{match[0]}" not in line:
        return ""
    if base and base != prefix:
        value = (_value(facts, variable) or "").rstrip("/").removesuffix(base)
        return f"{variable}={shown(value)}{'' if rest == prefix else prefix}"
    before = "" if base == prefix else prefix
    return line.replace(f"{rest}{match[0]}", f"{before}{right}", 1)


def _path_of(facts: LocalFacts, name: str) -> str:
    """Return the path in the variable's value, without a slash at its end."""
    return urlsplit(_value(facts, name) or "").path.rstrip("/") if name else ""


def _at_public(facts: LocalFacts, use: LoginUse) -> str:
    """Return the line, with the public address if it has the back end's local one."""
    public, line = facts.situation.public_url, use.place.text
    if public is None or use.base != "literal" or use.origin != use.place:
        return line
    return re.sub(r"https?://[^/\s\"'`]+", public, line, count=1)


def _navigation(use: LoginUse, line: str) -> str:
    """Write a call of `fetch` as a navigation to the same URL; '' if the line shows no URL."""
    if use.used.line != use.place.line or use.used.path != use.place.path:
        match = re.search(rf"{re.escape(use.call)}\(\s*([\w.$]+)", use.used.text)
    else:
        match = re.search(rf"{re.escape(use.call)}[^\"'`]*?{_STRING}", line)
    return f"window.location.assign({match[1]})" if match else ""
