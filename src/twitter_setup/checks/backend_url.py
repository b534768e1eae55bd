"""`server-url`, `one-host`: what Strapi takes for its own address, against the running reach."""

from __future__ import annotations

from twitter_setup.addresses.parts import host_of, is_here, is_tunnel, origin_of, path_of
from twitter_setup.addresses.public_url import shown
from twitter_setup.checks.explained import explained
from twitter_setup.checks.facts.local import LocalFacts
from twitter_setup.checks.facts.server_url import ServerUrl
from twitter_setup.checks.finding import Finding, failed, passed, skipped, warned
from twitter_setup.checks.url_words import TUNNEL, WHY_ONE, cures, hidden, place, source
from twitter_setup.errors import Advice

_WHY_SERVER = "Strapi tells X to come back to this address; X refuses one that is not in its list."


def server_url(facts: LocalFacts) -> Finding:
    url, public = facts.server_url, facts.situation.public_url
    if url is None:
        return skipped("not in a Strapi project")
    if url.kind != "known":
        return _unread(facts, url)
    if path_of(url.value):
        return _with_path(facts, url)
    if public is None:
        return _without_reach(facts, url)
    is_public = origin_of(url.value) == origin_of(public)
    return _right(facts, url) if is_public else _wrong(facts, url, public)


def _unread(facts: LocalFacts, url: ServerUrl) -> Finding:
    if url.kind == "broken":
        return failed(
            f"{facts.named(url.path)} does not parse ({url.reason})",
            "Strapi cannot start with it.",
            Advice("mend that line"),
        )
    public = facts.situation.public_url
    return warned(
        f"server.url in {place(facts, url)} cannot be read: {url.reason}",
        f"Expected {public or 'an address'} in the end.\n"
        "What Strapi makes of it, it says itself: the check `callback` asks it.",
        Advice("ask the running Strapi", command="twitter-setup verify callback"),
        explained("server-url"),
    )


def _right(facts: LocalFacts, url: ServerUrl) -> Finding:
    setting = url.setting
    if setting and setting.handed_on is not None:
        return failed(
            f"the Strapi that runs still has {url.variable}={shown(setting.handed_on)}",
            f"Expected {url.value}, as {source(facts, url)} says now.\n"
            "It read .env when it was started, and a restart by itself does not read it again.",
            Advice("stop Strapi with Ctrl-C and start it again"),
            explained("server-url"),
        )
    return passed(f"{url.value}, from {source(facts, url)}")


def _with_path(facts: LocalFacts, url: ServerUrl) -> Finding:
    path = path_of(url.value)
    prefix = facts.situation.api_prefix
    why = (
        f"Strapi adds {prefix} itself, so the callback would be {path}{prefix}/connect/…"
        if path == prefix
        else "Strapi puts the path into links, but does not answer below it."
    )
    return failed(
        f"server.url has a path in it: {shown(url.value)}",
        f"Expected {origin_of(url.value)} alone; found {path} behind it, in {source(facts, url)}.\n"
        f"{why}",
        Advice(f"take {path} away in {source(facts, url)}, and restart Strapi"),
        explained("server-url"),
    )


def _without_reach(facts: LocalFacts, url: ServerUrl) -> Finding:
    if is_tunnel(url.value):
        return failed(
            f"a tunnel's address was left behind: {shown(url.value)}, in {source(facts, url)}",
            "No tunnel of twitter-setup is running for it.\n"
            "As long as it stands there, Strapi sends every login to a host where nobody answers.",
            TUNNEL,
            Advice(
                "or, if a tunnel of your own is up there, name it",
                command=f"twitter-setup verify --url {origin_of(url.value)}",
            ),
            explained("server-url"),
        )
    now = f"server.url is {shown(url.value)}" if url.value else "server.url is not set"
    return skipped(f"{now}, and no tunnel is running to compare it with")


def _wrong(facts: LocalFacts, url: ServerUrl, public: str) -> Finding:
    return failed(
        _what_is_wrong(facts, url),
        "\n".join(
            [
                f"Expected  {public}",
                f"Found     {shown(url.value) or 'nothing'}, from {source(facts, url)}",
                *hidden(facts, url.setting),
                _WHY_SERVER,
            ]
        ),
        *cures(url.setting, public),
        explained("server-url"),
    )


def _what_is_wrong(facts: LocalFacts, url: ServerUrl) -> str:
    if not url.value:
        return f"server.url is empty: Strapi takes itself for http://localhost:{_port(facts)}"
    if url.setting and url.setting.is_real:
        return f"{url.variable} in {url.setting.where} wins over .env: {shown(url.value)}"
    if not origin_of(url.value):
        return f"server.url is no whole address: {shown(url.value)}"
    if is_tunnel(url.value):
        return f"server.url is the address of another tunnel, left behind: {shown(url.value)}"
    return f"server.url is {shown(url.value)}, and not the public URL"


def one_host(facts: LocalFacts) -> Finding:
    url = facts.server_url
    if url is None or facts.frontend is None:
        return skipped("there is one end only: nothing to compare")
    if url.kind != "known":
        return skipped("server.url cannot be read: nothing to compare")
    server = host_of(url.value) or "localhost"
    hosts = {
        setting.name: host
        for setting in facts.frontend_urls.settings
        if (host := host_of(setting.value))
    }
    if not hosts:
        return passed(f"everything goes through one host: {server}")
    others = {name: host for name, host in hosts.items() if host != server}
    if not others:
        return passed(f"everything goes through one host: {server}")
    name, host = next(iter(others.items()))
    summary = f"two hosts: {server} in server.url, {host} in {name}"
    detail = (
        f"Expected one host for both; found {server} where X comes back, and {host} where the login "
        f"begins.\nEverything must go through one host. {WHY_ONE}"
    )
    advice = (Advice("let both be set", command="twitter-setup tunnel"), explained("one-host"))
    is_at_rest = facts.situation.public_url is None and all(
        is_here(f"http://{each}") for each in (server, host)
    )
    return warned(summary, detail, *advice) if is_at_rest else failed(summary, detail, *advice)


def _port(facts: LocalFacts) -> int:
    return facts.backend.port if facts.backend else 1337
