"""One origin of two servers: which request goes where, and as what it arrives. Real Caddy throughout."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.world import upstreams
from tests.world.upstreams import Upstream, World, make_world, redirect
from twitter_setup.gateway.config import ReachKind, configuration
from twitter_setup.gateway.frontend_routes import FrontEndRoute
from twitter_setup.gateway.own_routes.routing import Routing

world = upstreams.world
PUBLIC = "https://olive-tree.ngrok-free.app"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One gateway for all that only asks."""
    with make_world(tmp_path_factory.mktemp("gateway")) as made:
        route = FrontEndRoute(pattern=r"^/api/hello/?$", source="app/api/hello/route.ts")
        made.open(graphql="/graphql", routing=Routing(own=(route,)))
        yield made


# What goes where


@pytest.mark.parametrize(
    "target",
    [
        "/api/connect/twitter",
        "/api/connect/twitter/callback?oauth_token=a&oauth_verifier=b",
        "/api/auth/twitter/callback?access_token=a",
        "/api/articles?populate=*",
        "/api/articles/caf%C3%A9",
        "/api/files/a%2Fb",
        "/api",
        "/api?x",
        "/uploads/cat.jpg",
        "/_health",
        "/graphql",
        "/graphql?query={a}",
    ],
)
def test_strapis_paths_reach_strapi_to_the_letter(shared: World, target: str) -> None:
    shared.strapi.seen.clear()

    answer = shared.ask(target)

    assert answer.by == "strapi"
    assert shared.strapi.targets == [target]


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/index.html?v=1",
        "/apiary",
        "/api-docs",
        "/uploadsx",
        "/_healthy",
        "/graphql-playground",
        "/API/articles",
        "/api/hello",
        "/api/hello/?a=b",
        "/connect/twitter/redirect?access_token=x",
        "/src/main.tsx?t=1",
        "/@vite/client",
        "/caf%C3%A9%20au%20lait",
        "/%61pi/articles",
    ],
)
def test_the_rest_reaches_the_front_end_to_the_letter(shared: World, target: str) -> None:
    shared.frontend.seen.clear()

    answer = shared.ask(target)

    assert answer.by == "frontend"
    assert shared.frontend.targets == [target]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_every_method_and_body_passes(shared: World, method: str) -> None:
    for upstream, target in ((shared.strapi, "/api/x"), (shared.frontend, "/x")):
        upstream.seen.clear()
        body = b"hello" if method in {"POST", "PUT", "PATCH", "DELETE"} else None

        assert shared.ask(target, method, body).status == 200
        (seen,) = upstream.seen
        assert (seen.method, seen.body_size) == (method, len(body or b""))


def test_a_front_end_route_of_one_method_leaves_the_others_to_strapi(world: World) -> None:
    route = FrontEndRoute(
        pattern=r"^/api/hello/?$", methods=("GET", "HEAD"), source="server/api/hello.get.ts"
    )
    world.open(routing=Routing(own=(route,)))

    assert world.ask("/api/hello").by == "frontend"
    assert world.ask("/api/hello", "POST", b"x").by == "strapi"


def test_an_api_prefix_of_ones_own_is_followed(world: World) -> None:
    world.open(api_prefix="/cms/v1.0")

    assert world.ask("/cms/v1.0/articles").by == "strapi"
    assert world.ask("/cms/v1x0/articles").by == "frontend"
    assert world.ask("/api/articles").by == "frontend"


def test_without_graphql_its_path_is_the_front_ends(world: World) -> None:
    world.open()

    assert world.ask("/graphql").by == "frontend"


# Without a front end


@pytest.mark.parametrize("changes", [{"frontend_port": None}, {"layout": "two-origins"}])
def test_without_a_front_end_what_is_not_strapis_is_a_404_that_says_so(
    world: World, changes: dict[str, Any]
) -> None:
    world.open(**changes)

    assert world.ask("/api/articles").by == "strapi"
    for target in ("/", "/admin", "/content-manager/init", "/x"):
        answer = world.ask(target)
        assert (answer.status, answer.by) == (404, "gateway")
        assert answer.body == b"Nothing is published here but Strapi's API, at /api\n"
    assert world.frontend.seen == []


def test_two_origins_with_an_empty_prefix_publish_all_but_the_admin_side(world: World) -> None:
    world.open(layout="two-origins", api_prefix="")

    assert world.ask("/connect/twitter").by == "strapi"
    assert world.ask("/articles").by == "strapi"
    for target in ("/admin", "/ADMIN/init", "//admin", "/%61dmin", "/x/../admin", "/upload/files"):
        assert world.ask(target).status == 404
    assert world.strapi.targets == ["/connect/twitter", "/articles"]


# Hosts


def test_another_host_is_refused_with_a_sentence(world: World) -> None:
    world.open(public_url=PUBLIC, reach="ngrok")

    assert world.ask("/").by == "frontend"
    for host in (
        "evil.example",
        "127.0.0.1",
        f"localhost:{world.site.port}",
        "x.olive-tree.ngrok-free.app",
    ):
        for target in ("/", "/api/x", "/admin"):
            answer = world.ask(target, headers={"Host": host})
            assert answer.status == 421
            assert PUBLIC in answer.body.decode()


def test_no_host_at_all_is_refused(world: World) -> None:
    world.open(reach="local")

    assert b" 421 " in world.raw("GET / HTTP/1.0\r\n\r\n").split(b"\r\n")[0]
    assert world.frontend.seen == []


def test_with_ones_own_url_any_host_is_answered(world: World) -> None:
    world.open(public_url="https://me.example.com", reach="url")

    for host in ("me.example.com", "localhost", "10.0.0.5:8080"):
        assert world.ask("/", headers={"Host": host}).by == "frontend"
        assert world.ask("/api/x", headers={"Host": host}).by == "strapi"
    assert {seen.headers["host"] for seen in world.strapi.seen} == {"me.example.com"}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_localhost_is_led_to_the_address_that_x_knows(world: World, method: str) -> None:
    world.open(reach="local")
    here = f"localhost:{world.site.port}"

    answer = world.ask("/api/connect/twitter?a=b%20c&d", method, headers={"Host": here})

    assert answer.status == 307
    expected = f"http://127.0.0.1:{world.site.port}/api/connect/twitter?a=b%20c&d"
    assert answer.headers["location"] == expected
    assert world.strapi.seen == []


def test_an_absolute_target_counts_as_its_host_and_path(world: World) -> None:
    world.open(reach="local")
    rest = f"HTTP/1.1\r\nHost: {world.host}\r\nConnection: close\r\n\r\n"

    assert b" 421 " in world.raw(f"GET http://evil.example/api/x {rest}").split(b"\r\n")[0]
    assert b" 404 " in world.raw(f"GET http://{world.host}/api/../admin {rest}").split(b"\r\n")[0]
    world.raw(f"GET http://{world.host}/api/x {rest}")
    assert world.strapi.targets == ["/api/x"]


# What no path begins, and Go takes for a URL without one
NO_PATHS = [
    "x:http://h/admin",
    "x:http://localhost/.env",
    "x:http://localhost/__open-in-editor?file=a",
    "x:y:http://h/.env",
    "http:http://localhost/.env",
    "x:admin",
    "x:%2fadmin",
    "http:admin",
    "*",
]


@pytest.mark.parametrize("reach", ["local", "url"])
def test_a_target_that_is_no_path_reaches_nobody(world: World, reach: ReachKind) -> None:
    world.open(reach=reach)

    for target in NO_PATHS:
        for method in ("GET", "POST", "HEAD"):
            answer = world.raw(
                f"{method} {target} HTTP/1.1\r\nHost: {world.host}\r\nConnection: close\r\n\r\n"
            )
            assert answer.split(b" ")[1] in {b"404", b"400"}, target
    world.raw(f"OPTIONS * HTTP/1.1\r\nHost: {world.host}\r\nConnection: close\r\n\r\n")
    assert world.strapi.seen == world.frontend.seen == []


def test_localhost_is_never_led_to_a_host_out_of_the_target(world: World) -> None:
    world.open()
    rest = f"HTTP/1.1\r\nHost: localhost:{world.site.port}\r\nConnection: close\r\n\r\n"

    for target in ("x:.evil.example/", "x:@evil.example/", "http:0.evil.example/"):
        head = world.raw(f"GET {target} {rest}").partition(b"\r\n\r\n")[0]
        assert head.split(b" ")[1] == b"404"
        assert b"Location" not in head


def test_an_absolute_target_reaches_what_its_path_would(world: World) -> None:
    world.open()
    rest = f"HTTP/1.1\r\nHost: {world.host}\r\nConnection: close\r\n\r\n"

    for target in ("", "/", "/src/main.tsx?t=1", "?a"):
        assert b" 200 " in world.raw(f"GET http://{world.host}{target} {rest}").split(b"\r\n")[0]
    assert world.frontend.targets == ["/", "/", "/src/main.tsx?t=1", "/?a"]


# What arrives


def test_strapi_sees_the_public_address(world: World) -> None:
    world.open(public_url=PUBLIC, reach="ngrok")

    world.ask("/api/x", headers={"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http"})

    headers = world.strapi.seen[0].headers
    assert headers["host"] == headers["x-forwarded-host"] == "olive-tree.ngrok-free.app"
    assert headers["x-forwarded-proto"] == "https"
    assert headers["x-forwarded-for"].startswith("203.0.113.9, ")


def test_strapi_sees_http_and_the_port_where_the_reach_is_local(world: World) -> None:
    world.open()

    world.ask("/api/x", headers={"Origin": world.site.public_url})

    headers = world.strapi.seen[0].headers
    assert headers["x-forwarded-proto"] == "http"
    assert headers["host"] == world.host
    assert headers["origin"] == world.site.public_url


def test_the_front_end_sees_itself_asked(world: World) -> None:
    world.open(public_url=PUBLIC, reach="ngrok")
    own = f"localhost:{world.frontend.port}"
    sent = {
        "X-Forwarded-Host": "olive-tree.ngrok-free.app",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "203.0.113.9",
        "X-Forwarded-Port": "443",
        "Forwarded": "for=a",
    }

    world.ask("/", headers={"Origin": PUBLIC, **sent})
    world.ask("/", headers={"Origin": PUBLIC.upper()})

    for seen in world.frontend.seen:
        assert seen.headers["host"] == own
        assert seen.headers["origin"] == f"http://{own}"
        assert [name for name in seen.headers if "forwarded" in name] == []


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        f"{PUBLIC}.evil.example",
        f"{PUBLIC}:8443",
        "null",
        "http://localhost",
    ],
)
def test_another_origin_stays_what_it_is(world: World, origin: str) -> None:
    world.open(public_url=PUBLIC, reach="ngrok")

    world.ask("/", headers={"Origin": origin})

    assert world.frontend.seen[0].headers["origin"] == origin


@pytest.mark.parametrize(
    ("location", "public"),
    [
        ("http://localhost:{port}/a?b=c#d", "{public}/a?b=c#d"),
        ("http://127.0.0.1:{port}", "{public}"),
        ("http://[::1]:{port}?x", "{public}?x"),
        ("https://localhost:{port}/a", "{public}/a"),
        ("//localhost:{port}/a", "{public}/a"),
        ("http://localhost:{port}0/a", "http://localhost:{port}0/a"),
        ("http://localhost:1/a", "http://localhost:1/a"),
        ("/a", "/a"),
        (
            "https://x.com/?to=http://localhost:{port}/a",
            "https://x.com/?to=http://localhost:{port}/a",
        ),
    ],
)
def test_a_location_at_the_front_ends_own_address_becomes_public(
    world: World, location: str, public: str
) -> None:
    port = str(world.frontend.port)
    world.frontend.answers["/go"] = redirect(location.replace("{port}", port))
    world.open(public_url=PUBLIC, reach="ngrok")

    answer = world.ask("/go")

    assert answer.headers["location"] == public.replace("{port}", port).replace("{public}", PUBLIC)


def test_a_location_of_strapis_is_left_alone(world: World) -> None:
    here = f"http://localhost:{world.frontend.port}/connect/twitter/redirect"
    world.strapi.answers["/api/connect/twitter/callback"] = redirect(here)
    world.open()

    assert world.ask("/api/connect/twitter/callback").headers["location"] == here


# Which address of this machine


def test_a_server_on_ipv6_alone_is_found(world: World) -> None:
    world.strapi.stop()
    world.frontend.stop()
    six = [
        Upstream(each.name, port=each.port, host="::1").start()
        for each in (world.strapi, world.frontend)
    ]
    world.open()

    for _ in range(20):
        assert world.ask("/api/x").by == "strapi"
        assert world.ask("/").by == "frontend"
    for each in six:
        each.stop()


def test_a_server_may_change_its_address_while_the_gateway_runs(world: World) -> None:
    world.open()
    for host in ("::1", "127.0.0.1", "::1"):
        world.frontend.stop()
        world.frontend.host = host
        world.frontend.start()

        assert world.ask("/").by == "frontend"


# A front end that does not run


def test_a_front_end_that_is_not_there_is_a_page_that_comes_back(world: World) -> None:
    world.frontend.stop()
    world.open(frontend_title="Vite <front> {end}", frontend_command="npm run dev & wait")

    answer = world.ask("/")

    page = answer.body.decode()
    assert answer.status == 502
    assert answer.headers["retry-after"] == "3"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert 'http-equiv="refresh"' in page
    assert "Vite &lt;front&gt; &#123;end} is not running" in page
    assert f"port {world.frontend.port}" in page
    assert "<code>npm run dev &amp; wait</code>" in page
    world.frontend.start()
    assert world.ask("/").by == "frontend"


# The configuration itself


def test_caddy_is_told_what_its_defaults_get_wrong(world: World) -> None:
    config = configuration(world.site)

    assert config["admin"] == {"disabled": True, "config": {"persist": False}}
    assert config["storage"]["root"] == str(world.site.storage)
    http = config["apps"]["http"]
    assert http["grace_period"] == "1s"
    (server,) = http["servers"].values()
    assert server["automatic_https"] == {"disable": True}
    assert server["listen"] == [f"127.0.0.1:{world.site.port}"]
    assert server["trusted_proxies"]["ranges"] == ["127.0.0.0/8", "::1/128"]


def test_the_configuration_is_the_same_for_the_same_site(world: World) -> None:
    assert configuration(world.site) == configuration(replace(world.site))
    assert configuration(world.site) != configuration(replace(world.site, public_url=PUBLIC))


def test_nothing_is_written_but_in_our_own_folder(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(home))
    world.open()
    world.ask("/")
    world.gateway.close()

    assert list(home.rglob("*")) == []
