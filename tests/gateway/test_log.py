"""The gateway's log: enough to watch a login by, and no value that anybody could use."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from tests.world import upstreams
from tests.world.upstreams import World, broken, echo_socket, redirect
from twitter_setup.gateway import log as gateway_log
from twitter_setup.gateway.log import Entry

world = upstreams.world

MARKER = "sEcReT0123456789"
_KEYS = {
    "ts",
    "duration",
    "status",
    "method",
    "path",
    "parameters",
    "upstream",
    "error",
    "error_description",
}


def _everything(world: World) -> str:
    """All that is in our folder after the gateway's end."""
    world.gateway.close()
    return "\n".join(
        path.read_text(errors="replace") for path in world.folder.rglob("*") if path.is_file()
    )


# What it keeps


def test_a_login_can_be_followed(world: World) -> None:
    world.strapi.answers["/api/connect/twitter"] = redirect(
        f"https://api.x.com/?oauth_token={MARKER}"
    )
    world.open()

    world.ask("/api/connect/twitter")
    world.ask(f"/api/connect/twitter/callback?oauth_token={MARKER}&oauth_verifier={MARKER}")
    world.ask(f"/connect/twitter/redirect?raw%5Bid_str%5D={MARKER}&error=access_denied%20by%20user")
    world.ask("/x/../y")

    start, callback, landing, refused = world.entries(4)
    assert (start.method, start.path, start.status, start.upstream) == (
        "GET",
        "/api/connect/twitter",
        302,
        "strapi",
    )
    assert callback.parameters == ("oauth_token", "oauth_verifier")
    assert landing.parameters == ("raw%5Bid_str%5D", "error")
    assert (landing.upstream, landing.error) == ("frontend", "access_denied by user")
    assert (refused.status, refused.upstream) == (404, None)
    assert start.at <= callback.at <= landing.at
    assert 0 <= start.duration < 5


def test_an_error_and_its_description_are_kept(world: World) -> None:
    world.open()

    world.ask(
        "/connect/twitter/redirect?error=oauth_error&error_description=token%20mismatch%0A%22x%22"
    )

    (entry,) = world.entries(1)
    assert (entry.error, entry.error_description) == ("oauth_error", 'token mismatch\n"x"')


def test_a_long_error_is_cut(world: World) -> None:
    world.open()

    world.ask(f"/?error={'<?xml%20' * 200}")

    (entry,) = world.entries(1)
    assert entry.error.endswith("…")
    assert len(entry.error) == 501


@pytest.mark.parametrize("is_waiting", [True, False])
def test_a_server_that_is_away_is_an_entry_too(world: World, is_waiting: bool) -> None:
    away = world.strapi if is_waiting else world.frontend
    away.stop()
    world.open(restart_patience=0.2)

    world.ask("/api/x" if is_waiting else "/x")

    (entry,) = world.entries(1)
    assert entry.status == (503 if is_waiting else 502)
    assert entry.upstream == ("strapi" if is_waiting else "frontend")


def test_each_line_has_these_keys_and_no_more(world: World) -> None:
    world.open()
    world.ask("/")
    world.ask("/api/x?a=b", "POST", b"x")
    world.ask("/", headers={"Host": "evil.example"})
    world.entries(3)

    for line in world.log().splitlines():
        assert set(json.loads(line)) <= _KEYS


# What it does not keep


def _send_secrets(world: World) -> int:
    """Send the marker in every place; how many of the requests were some."""
    names = ("Authorization", "Cookie", "Referer", "User-Agent", "Origin", "X-Forwarded-For")
    more = ("X-Api-Key", "Accept", "Range", "Forwarded")
    headers = dict.fromkeys(names + more, MARKER)
    queries = [
        f"access_token={MARKER}",
        f"a=b&access_secret={MARKER}&error=x",
        f"access_token%3D{MARKER}",
        f"access_token%253D{MARKER}",
        f"a=1;access_token={MARKER}",
        f";access_token={MARKER}",
        f"{MARKER}",
        f"%{MARKER}",
        f"={MARKER}",
        f"&&={MARKER}&=",
        f"?token={MARKER}",
        f"token?{MARKER}=x",
        f"token#{MARKER}",
        f"a[b={MARKER}",
        f"a=%ZZ{MARKER}",
        f"error=x;token={MARKER}",
        f"error=x&error%5F={MARKER}",
        f"jwt={MARKER}%26more={MARKER}",
        f"a={MARKER}%0A{MARKER}",
        f"a={MARKER}\x7f{MARKER}",
    ]
    paths = [
        f";token={MARKER}",
        f"%3Btoken={MARKER}",
        f"%3Ftoken={MARKER}",
        f"%253Ftoken={MARKER}",
        f"token={MARKER}",
        f"%23{MARKER}",
        f"#{MARKER}",
        f"%26token%3D{MARKER}",
    ]
    count = 0
    for base in ("/api/x", "/x", "/x/../y", "/location"):
        for target in [f"{base}?{query}" for query in queries] + [base + path for path in paths]:
            for method, body in (("GET", None), ("POST", MARKER.encode())):
                # A target that is none (400) never becomes a request.
                count += world.ask(target, method, body, headers).status != 400
    return count


def test_no_value_gets_into_any_file(world: World) -> None:
    for upstream, target in ((world.strapi, "/api/x"), (world.frontend, "/location")):
        upstream.answers[target] = lambda handler: handler.send(
            302, MARKER.encode(), Location=f"/x?jwt={MARKER}", Set_Cookie=f"a={MARKER}", X=MARKER
        )
    world.open()

    count = _send_secrets(world)

    assert len(world.entries(count)) == count
    assert MARKER not in _everything(world)


def test_no_value_of_a_failing_request_does_either(world: World) -> None:
    world.strapi.answers |= {
        "/api/cut": broken(f"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{MARKER}"),
        "/api/garbled": broken(f"{MARKER} {MARKER}\r\n\r\n"),
    }
    world.frontend.stop()
    world.open(restart_patience=0.1)
    secret = f"token={MARKER}"

    for target in ("/api/cut", "/api/garbled", "/gone"):
        head = f"POST {target}?{secret} HTTP/1.1\r\nHost: {world.host}\r\nCookie: {secret}\r\n"
        world.raw(
            f"{head}Referer: http://x/?{secret}\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx"
        )
    world.raw(f"GET /{MARKER} HTTP/9.9\r\n\r\n")
    world.raw(f"GET /?{secret} HTTP/1.1\r\nHost: a b{MARKER}\r\nBroken {MARKER}\r\n\r\n")
    world.raw(f"{MARKER}\r\n\r\n")
    world.entries(2)

    assert MARKER not in _everything(world)


def test_what_goes_over_a_web_socket_is_not_in_it(world: World) -> None:
    world.frontend.answers["/"] = echo_socket
    world.open()
    with socket.create_connection(("127.0.0.1", world.site.port), timeout=5) as sock:
        sock.sendall(
            f"GET /?token={MARKER} HTTP/1.1\r\nHost: {world.host}\r\nConnection: Upgrade\r\n"
            f"Upgrade: websocket\r\nSec-WebSocket-Key: {MARKER}\r\n\r\n".encode()
        )
        sock.recv(65536)
        sock.sendall(MARKER.encode())
        assert sock.recv(65536)

    (entry,) = world.entries(1)
    assert (entry.status, entry.parameters) == (101, ("token",))
    assert MARKER not in _everything(world)


# The reader


def _line(**values: object) -> bytes:
    return json.dumps({"ts": 1.5, "duration": 0.25, "status": 200, **values}).encode() + b"\n"


def test_it_is_read_on_from_where_one_was(tmp_path: Path) -> None:
    path = tmp_path / "gateway.log"
    assert gateway_log.read_entries(path) == ([], 0)
    path.write_bytes(_line(path="/a") + _line(path="/b")[:-10])

    first, place = gateway_log.read_entries(path)
    path.write_bytes(_line(path="/a") + _line(path="/b"))
    second, place = gateway_log.read_entries(path, place)

    assert [each.path for each in first] == ["/a"]
    assert [each.path for each in second] == ["/b"]
    assert gateway_log.read_entries(path, place) == ([], place)


def test_a_log_that_was_started_anew_is_read_from_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "gateway.log"
    path.write_bytes(_line(path="/a") * 3)
    _, place = gateway_log.read_entries(path)

    path.write_bytes(_line(path="/new"))

    assert [each.path for each in gateway_log.read_entries(path, place)[0]] == ["/new"]


def test_lines_that_are_none_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "gateway.log"
    path.write_bytes(b'{"ts": 1, "sta\n[1]\n{"status": "x"}\n\xff\n' + _line())

    assert gateway_log.read_entries(path)[0] == [
        Entry(
            at=1.5,
            duration=0.25,
            method="",
            path="",
            parameters=(),
            status=200,
            upstream=None,
            error="",
            error_description="",
        )
    ]
