"""`frontend-url`: where the login button leads, against the running reach."""

from __future__ import annotations

from twitter_setup.addresses.parts import is_tunnel, origin_of
from twitter_setup.addresses.public_url import shown
from twitter_setup.checks.explained import explained
from twitter_setup.checks.facts.environments import Setting
from twitter_setup.checks.facts.local import LocalFacts
from twitter_setup.checks.finding import Finding, failed, passed, skipped, warned
from twitter_setup.checks.url_words import TUNNEL, WHY_ONE, cures, hidden, where
from twitter_setup.errors import Advice
from twitter_setup.project.frontend import FrontEnd


def frontend_url(facts: LocalFacts) -> Finding:
    frontend, public = facts.frontend, facts.situation.public_url
    if frontend is None:
        return skipped("no front end here")
    urls = facts.frontend_urls
    if public is None:
        return _frontend_without_reach(facts)
    if not urls.settings:
        return _no_variable(facts, public)
    wrong = [each for each in urls.settings if not _is_right(facts, each.value, public)]
    if wrong:
        return _wrong(facts, frontend, wrong, public)
    for setting in urls.settings:
        if setting.handed_on is not None:
            return _stale(facts, setting)
    told = ", ".join(f"{each.name} in {where(facts, each)}" for each in urls.settings)
    own = "" if any(each.value for each in urls.settings) else " (empty: its own origin)"
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


def _stale(facts: LocalFacts, setting: Setting) -> Finding:
    return failed(
        f"the dev server that runs still has {setting.name}={shown(setting.handed_on or '')}",
        f"Expected {shown(setting.value)}, as {where(facts, setting)} says now.\n"
        "It read its files when it was started; or the script that starts it sets the variable.",
        Advice("stop the dev server with Ctrl-C and start it again"),
        explained("frontend-url"),
    )


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
    mentions = facts.hard_coded
    if mentions:
        places = [f"{facts.named(each.path)}, line {each.line}: {each.text}" for each in mentions]
        return failed(
            f"the back end's address is written into {facts.named(mentions[0].path)}, "
            f"line {mentions[0].line}",
            "\n".join([f"Expected  {public}, from a variable", *places, WHY_ONE]),
            Advice("read it from a variable there, and run the tunnel again"),
            explained("frontend-url"),
        )
    others = facts.frontend_urls.others
    if others:
        first = others[0]
        return warned(
            f"{first.name} is {shown(first.value)}, which is not this back end",
            f"Expected  {public}\nFound     {first.name}={shown(first.value)}, "
            f"from {where(facts, first)}\nIf the login button uses it, the login goes elsewhere.",
            Advice(
                "if it is meant to be this back end",
                command=f"twitter-setup tunnel --env-var {first.name}",
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
