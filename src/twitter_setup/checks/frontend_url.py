"""`frontend-url`: where the login button leads, against the running reach."""

from __future__ import annotations

from collections.abc import Sequence

from twitter_setup.addresses.parts import is_tunnel, origin_of
from twitter_setup.addresses.public_url import shown
from twitter_setup.checks.explained import explained
from twitter_setup.checks.facts.environments import Setting
from twitter_setup.checks.facts.local import LocalFacts
from twitter_setup.checks.finding import Finding, Status, failed, passed, skipped, warned
from twitter_setup.checks.login import login_paths
from twitter_setup.checks.url_words import TUNNEL, WHY_ONE, cures, hidden, where
from twitter_setup.errors import Advice
from twitter_setup.project.frontend import FrontEnd
from twitter_setup.project.frontend_plan import steps
from twitter_setup.project.frontend_plan.candidates import Candidate, with_origin
from twitter_setup.project.reader.source import Address


def frontend_url(facts: LocalFacts) -> Finding:
    found = _by_variables(facts)
    mistakes = () if found.status is Status.FAIL else login_paths.find(facts, "login")
    return login_paths.wrong_button(facts, mistakes) if mistakes else found


def _by_variables(facts: LocalFacts) -> Finding:
    frontend, public = facts.frontend, facts.situation.public_url
    if frontend is None:
        return skipped("no front end here")
    urls = facts.frontend_urls
    if public is None:
        return _frontend_without_reach(facts)
    if not urls.settings and not urls.missing:
        return _no_variable(facts, public)
    return _not_as_planned(facts, frontend, public) or _as_planned(facts, frontend, public)


def _not_as_planned(facts: LocalFacts, frontend: FrontEnd, public: str) -> Finding | None:
    """Find what `tunnel` would set otherwise, and addresses in the code beside it."""
    urls = facts.frontend_urls
    wrong = [each for each in urls.settings if not _is_right(facts, each.value, public)]
    if wrong:
        return _wrong(facts, frontend, wrong, public)
    if urls.missing:
        return _missing(facts, urls.missing, public)
    for setting in urls.settings:
        if setting.handed_on is not None:
            return _stale(facts, setting)
    return _beside(facts, public) or _started_before(facts, frontend)


def _as_planned(facts: LocalFacts, frontend: FrontEnd, public: str) -> Finding:
    settings = facts.frontend_urls.settings
    told = ", ".join(f"{each.name} in {where(facts, each)}" for each in settings)
    own = "" if any(each.value for each in settings) else " (empty: its own origin)"
    return passed(f"{public}, from {told}{own}", _restart(frontend))


def _wrong(facts: LocalFacts, frontend: FrontEnd, settings: list[Setting], public: str) -> Finding:
    lines = [f"Expected  {public}"]
    for setting in settings:
        lines.append(
            f"Found     {setting.name}={shown(setting.value)}, from {where(facts, setting)}"
        )
        lines += hidden(facts, setting)
    lines += [line for line in (_restart(frontend), WHY_ONE) if line]
    first = settings[0]
    left = ", left behind by another tunnel" if is_tunnel(first.value) else ""
    return failed(
        f"{first.name} is {shown(first.value) or 'empty'}{left}, from {where(facts, first)}",
        "\n".join(lines),
        *cures(first, public),
        explained("frontend-url"),
    )


def _missing(facts: LocalFacts, missing: Sequence[Candidate], public: str) -> Finding:
    """Say which variables the source reads, and what it uses because nothing sets them."""
    lines = [f"Expected  {each.name}={each.at(public)}" for each in missing]
    for each in missing:
        reads = facts.source.variables.get(each.name) if facts.source else None
        for fallback in reads.fallbacks if reads else ():
            at = fallback.place
            lines.append(f"Found     {fallback.text}, {facts.named(at.path)}, line {at.line}")
    first = missing[0]
    instead = f", so the source uses {shown(first.value)}" if first.origin == "fallback" else ""
    return failed(
        f"{first.name} is not set{instead}",
        "\n".join([*lines, WHY_ONE]),
        TUNNEL,
        explained("frontend-url"),
    )


def _beside(facts: LocalFacts, public: str) -> Finding | None:
    """Warn of addresses in the code beside variables that are right."""
    addresses = steps.in_order(facts.source) if facts.source else []
    if not addresses:
        return None
    first = addresses[0].place
    return warned(
        f"the variables are right, but {facts.named(first.path)}, line {first.line} has the back "
        "end's address itself",
        "\n".join(
            [
                f"Expected  {public}",
                *_places(facts, addresses),
                f"Write     {_with_public_address(addresses[0], public)}",
                WHY_ONE,
            ]
        ),
        Advice("write the public address there, or read it from the variable"),
        explained("frontend-url"),
    )


def _places(facts: LocalFacts, addresses: Sequence[Address]) -> list[str]:
    found = [
        f"{facts.named(each.place.path)}, line {each.place.line}: {each.url}"
        for each in addresses[: steps.MOST]
    ]
    rest = len(addresses) - len(found)
    return [*found, f"and {rest} more"] if rest else found


def _with_public_address(address: Address, public: str) -> str:
    """Write the line as it should be."""
    return address.place.text.replace(address.url, with_origin(address.url, public))


def _stale(facts: LocalFacts, setting: Setting) -> Finding:
    return failed(
        f"the dev server that runs still has {setting.name}={shown(setting.handed_on or '')}",
        f"Expected {shown(setting.value)}, as {where(facts, setting)} says now.\n"
        "It read its files when it was started; or the script that starts it sets the variable.",
        Advice("stop the dev server with Ctrl-C and start it again"),
        explained("frontend-url"),
    )


def _started_before(facts: LocalFacts, frontend: FrontEnd) -> Finding | None:
    """Warn of a dev server that was started before its env file changed, and keeps what it read."""
    if not frontend.must_restart:
        return None
    for setting in facts.frontend_urls.settings:
        if setting.file is not None and setting.file.name in facts.started_before:
            return warned(
                f"{frontend.title}'s dev server was started before {where(facts, setting)} changed",
                f"Expected {setting.name}={shown(setting.value)}.\n"
                "It keeps the values that it has read until it is restarted.",
                Advice("stop it with Ctrl-C and start it again", frontend.command or None),
                explained("frontend-url"),
            )
    return None


def _restart(frontend: FrontEnd) -> str:
    if not frontend.reads_env_at_start_only:
        return ""
    return (
        f"{frontend.title} reads .env only when it starts: restart its dev server after a change."
    )


def _is_right(facts: LocalFacts, value: str, public: str) -> bool:
    if not value or value.startswith("/"):
        return facts.situation.layout == "one-origin"
    return origin_of(value) == origin_of(public)


def _no_variable(facts: LocalFacts, public: str) -> Finding:
    addresses = steps.in_order(facts.source) if facts.source else []
    if addresses:
        first = addresses[0].place
        return failed(
            f"the back end's address is written into {facts.named(first.path)}, line {first.line}",
            "\n".join([f"Expected  {public}", *_places(facts, addresses), WHY_ONE]),
            Advice("read it from a variable there, and run the tunnel again"),
            explained("frontend-url"),
        )
    others = facts.frontend_urls.others
    if others:
        other = others[0]
        return warned(
            f"{other.name} is {shown(other.value)}, which is not this back end",
            f"Expected  {public}\nFound     {other.name}={shown(other.value)}, "
            f"from {where(facts, other)}\nIf the login button uses it, the login goes elsewhere.",
            Advice(
                "if it is meant to be this back end",
                command=f"twitter-setup tunnel --env-var {other.name}",
            ),
            explained("frontend-url"),
        )
    if facts.situation.layout == "one-origin":
        return passed(
            "the front end names no host of the back end: its own origin is the right one"
        )
    return warned(
        "nothing tells the front end where the back end is",
        f"Expected {public} in a variable; there is none, and no address in the source.\n{WHY_ONE}",
        Advice("name the variable", command="twitter-setup tunnel --env-var NAME"),
        explained("frontend-url"),
    )


def _frontend_without_reach(facts: LocalFacts) -> Finding:
    left = [each for each in facts.frontend_urls.settings if is_tunnel(each.value)]
    if not left:
        return skipped("no tunnel is running to compare the front end's variables with")
    first = left[0]
    return failed(
        f"a tunnel's address was left behind in {first.name}: {shown(first.value)}",
        f"It is in {where(facts, first)}, and no tunnel of twitter-setup is running for it.\n"
        "The login button leads to a host where nobody answers.",
        TUNNEL,
        Advice(
            "or, if a tunnel of your own is up there, name it",
            command=f"twitter-setup verify --url {origin_of(first.value)}",
        ),
        explained("frontend-url"),
    )
