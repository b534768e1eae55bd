"""Which address `verify` looks at: that of a flag, of the session that is on, or of the settings file."""

from __future__ import annotations

from typing import Any

import pytest

from tests import remote_facts
from tests.local_facts import PUBLIC as SESSIONS
from tests.local_facts import situation
from tests.program import free_port, run
from tests.verifying import PUBLIC, Bench, Broken, Verified
from tests.world.admin_server import later
from twitter_setup.checks import reachable as remote
from twitter_setup.checks.facts import web
from twitter_setup.checks.facts.remote import Facts
from twitter_setup.checks.facts.situation import Situation
from twitter_setup.checks.facts.web import Page
from twitter_setup.checks.finding import Status
from twitter_setup.project.settings import Options

OTHER = "https://shop.example.com"
DEPLOYED = "nobody.example.com"


def findings(verified: Verified, *words: str, **environ: str) -> dict[str, dict[str, Any]]:
    checks = verified.run("--json", *words, **environ).json["data"]["checks"]
    return {each["id"]: each for each in checks}


def bad(found: dict[str, dict[str, Any]]) -> dict[str, str]:
    """What is neither right nor left out."""
    return {
        name: each["summary"]
        for name, each in found.items()
        if each["status"] not in {"pass", "skip"}
    }


def write_toml(verified: Verified, text: str) -> None:
    (verified.shop.root / "twitter-setup.toml").write_text(text)


# The order: a flag, the session, the file


def at(given: str | None = None, *, of_file: str | None = None, is_on: bool = True) -> Situation:
    known = situation(public_url=SESSIONS if is_on else None, layout="two-origins")
    return Situation(
        options=Options(url=given),
        environ={},
        located=known.located,
        session=known.session,
        file_url=of_file,
    )


@pytest.mark.parametrize(
    ("where", "url", "reach", "layout"),
    [
        (at(), SESSIONS, "ngrok", "two-origins"),
        (at(of_file=OTHER), SESSIONS, "ngrok", "two-origins"),
        (at(OTHER), OTHER, "url", "one-origin"),
        (at(SESSIONS), SESSIONS, "ngrok", "two-origins"),
        (at(f"{SESSIONS}:443"), SESSIONS, "ngrok", "two-origins"),
        (at(of_file=OTHER, is_on=False), OTHER, "url", "one-origin"),
        (at(is_on=False), None, None, "one-origin"),
    ],
    ids=["session", "before the file", "flag", "same", "same, with its port", "file", "nothing"],
)
def test_a_flag_is_before_the_session_and_the_session_before_the_file(
    where: Situation, url: str | None, reach: str | None, layout: str
) -> None:
    assert (where.public_url, where.reach, where.layout) == (url, reach, layout)


def test_an_address_in_the_file_does_not_overrule_the_session_that_is_on(right: Verified) -> None:
    write_toml(right, f'[reach]\nkind = "url"\nurl = "{OTHER}"\n')

    assert bad(findings(right)) == {}


@pytest.mark.parametrize("way", ["session", "flag", "environment", "file"])
def test_a_session_across_two_origins_is_not_judged_as_one_origin(
    right: Verified, bench: Bench, way: str
) -> None:
    """Whoever names its address besides."""
    redirect = f"http://localhost:{bench.public.port}/welcome"
    url = f"https://{DEPLOYED}"
    session = {
        "reach": "url",
        "layout": "two-origins",
        "public_url": url,
        "callback_url": f"{url}/api/connect/twitter/callback",
        "sheet": {"redirect_url": redirect},
    }
    broken = Broken(right)
    broken.apply({"version": "4.26.2", "moved": DEPLOYED, "session": session})
    broken.apply({"twitter": {"callback": redirect}})
    bench.public.behind.pages = {"/connect/twitter/redirect": 404}  # it is at the other one
    if way == "file":
        write_toml(right, f'[reach]\nkind = "url"\nurl = "{url}"\n')

    found = findings(
        right,
        *(("--url", url) if way == "flag" else ()),
        TWITTER_SETUP_URL=url if way == "environment" else "",
    )

    assert bad(found) == {}
    assert found["redirect-page"]["summary"].startswith(redirect)


def test_a_redirect_page_of_ones_own_is_taken_once_configure_has_written_it(
    right: Verified, bench: Bench
) -> None:
    page = f"{PUBLIC}/auth/done"
    words = ("configure", "--redirect", page, "--yes")
    assert run(*words, cwd=right.shop.root, env=right.environment()).code == 0
    bench.public.behind.pages = {"/connect/twitter/redirect": 404}
    source = {"frontend/src/LoginRedirect.jsx": ["/connect/twitter/redirect", "/auth/done"]}
    Broken(right).apply({"replaced": source})

    found = findings(right)

    assert bad(found) == {}
    assert page in found["provider"]["summary"]
    assert found["redirect-page"]["summary"].startswith(f"{page} answers (HTTP 200)")


# A Strapi elsewhere, and one that is slow


@pytest.mark.parametrize("gives_pair", [False, True])
def test_a_deployed_strapi_whose_name_is_unknown_is_one_line(
    right: Verified, *, gives_pair: bool
) -> None:
    nobody, settings = "https://no-such-host.invalid", right.bench.x.settings
    settings.callbacks = [f"{nobody}/api/connect/twitter/callback"]

    found = findings(
        *(right, "--strapi", nobody),
        HTTPS_PROXY="",
        TWITTER_API_KEY=settings.key if gives_pair else "",
        TWITTER_API_SECRET=settings.secret if gives_pair else "",
    )

    assert bad(found) == {"backend": f"Strapi does not answer at {nobody}: no such host"}
    assert found["tunnel"]["summary"] == f"the same address as backend: {nobody}"
    said = " ".join(advice["text"] for advice in found["backend"]["advice"])
    assert "look after its DNS entry and its proxy" in said


@pytest.mark.parametrize("gives", ["", "admin@example.com"], ids=["by the project", "by Strapi"])
@pytest.mark.parametrize("has_config", [True, False])
def test_a_deployed_strapi_has_its_own_api_prefix(
    right: Verified, bench: Bench, gives: str, *, has_config: bool
) -> None:
    """That of the callback which it tells, else that of the project here."""
    bench.serve_below("/v1")
    if has_config:
        config = "module.exports = { rest: { prefix: '/v1' } };"
        Broken(right).apply({"files": {"backend/config/api.js": config}})
    right.set_env(right.shop.env, PORT=str(free_port()))
    pair = bench.x.settings

    ran = right.run(
        *("--json", "--strapi", bench.strapi.url, "--url", PUBLIC),
        STRAPI_ADMIN_EMAIL=gives,
        TWITTER_API_KEY=pair.key,
        TWITTER_API_SECRET=pair.secret,
    )

    found = {each["id"]: each for each in ran.json["data"]["checks"]}
    is_known = has_config or gives
    assert set(bad(found)) == (set() if is_known else {"x-callback"})
    assert found["connect"]["status"] == ("pass" if is_known else "skip")
    assert found["callback"]["status"] == ("pass" if gives else "skip")


def test_where_to_log_in_has_the_prefix_too(right: Verified, bench: Bench) -> None:
    bench.serve_below("/v1")
    right.set_env(right.shop.env, PORT=str(free_port()))

    said = right.run("--strapi", bench.strapi.url, "--url", PUBLIC).out

    assert f"{PUBLIC}/v1/connect/twitter" in said.splitlines()[-1]


def test_nobody_signs_in_to_tell_where_to_log_in(right: Verified, bench: Bench) -> None:
    right.set_env(right.shop.env, PORT=str(free_port()))

    right.run("tunnel", "--strapi", bench.strapi.url, "--url", PUBLIC)

    assert "POST /admin/login" not in bench.strapi.calls


def test_a_strapi_that_takes_its_time_is_up(right: Verified, bench: Bench) -> None:
    bench.strapi.at("GET /_health", later(2.2))

    assert bad(findings(right, "backend")) == {}


def test_a_strapi_that_takes_too_long_is_not_known_to_be_wrong(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.as_new()
    bench.strapi.at("GET /_health", later(0.6))
    monkeypatch.setattr(web, "SECONDS", 0.2)
    local = bench.strapi.url.replace("127.0.0.1", "localhost")

    finding = remote.backend(remote_facts.facts(address=local, health=health_of(local)))

    assert finding.status is Status.ERROR
    assert finding.summary == f"what listens at {local} does not answer: timeout"


def health_of(address: str) -> Page:
    return Facts(situation=situation(), address=address).health


def test_a_deployed_strapi_that_is_named_is_before_the_usual_tunnel_of_the_file(
    right: Verified,
) -> None:
    write_toml(right, f'[reach]\nkind = "url"\nurl = "{OTHER}"\n')

    found = findings(right, "public-url", "--strapi", PUBLIC, STRAPI_ADMIN_EMAIL="")

    assert found["public-url"]["summary"] == f"Strapi answers at {PUBLIC}"
