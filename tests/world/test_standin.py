"""The stand-in agent is driven by pyngrok unchanged, and its edge does what ngrok's does."""

from __future__ import annotations

import socket
import threading

import pytest

from tests.world import account, reaches
from tests.world.reaches import TOKEN, BackEnd, World, fetch

world = reaches.world
back_end = reaches.back_end

_BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"


def test_pyngrok_opens_and_closes_a_tunnel_with_it(world: World, back_end: BackEnd) -> None:
    from pyngrok import conf, ngrok

    world.set("NGROK_AUTHTOKEN", TOKEN)
    config_path = str(world.folder / "pyngrok.yml")
    config = conf.PyngrokConfig(config_path=config_path, start_new_session=True)
    config.auth_token = None  # or it would stand on the command line
    assert ngrok.get_version(config)[0] == "3.36.0"
    try:
        tunnel = ngrok.connect(str(back_end.port), pyngrok_config=config)

        url = tunnel.public_url or ""
        assert url.startswith("https://")
        assert fetch(world, url, "/hello")[2] == '{"path": "/hello"}'
        assert [each.public_url for each in ngrok.get_tunnels(config)] == [url]

        ngrok.disconnect(url, config)
        assert ngrok.get_tunnels(config) == []
        assert fetch(world, url)[0] == 404
    finally:
        ngrok.kill(config)


def test_it_refuses_an_authtoken_on_the_command_line(world: World) -> None:
    from pyngrok import conf, exception, ngrok

    config = conf.PyngrokConfig(config_path=str(world.folder / "pyngrok.yml"), auth_token=TOKEN)

    with pytest.raises(exception.PyngrokNgrokError, match="command line"):
        ngrok.connect("1", pyngrok_config=config)

    assert (world.state / "token-on-command-line").exists()


def test_an_unknown_host_and_a_closed_port_have_ngroks_codes(world: World) -> None:
    url = world.reach(port=1).open(None)

    status, headers, _ = fetch(world, url)
    assert (status, headers["ngrok-error-code"]) == (502, "ERR_NGROK_8012")

    world.tell("lose")
    status, headers, _ = fetch(world, url)
    assert (status, headers["ngrok-error-code"]) == (404, "ERR_NGROK_3200")


def test_a_browser_sees_the_page_until_it_has_clicked(world: World, back_end: BackEnd) -> None:
    world.set("STANDIN_BROWSER_PAGE", "1")
    url = world.reach(port=back_end.port).open(None)
    host = url.removeprefix("https://")

    status, headers, page = fetch(world, url, user_agent=_BROWSER)
    assert (status, headers["ngrok-error-code"]) == (200, "ERR_NGROK_6024")
    assert f"abuse_interstitial={host}" in page

    clicked = fetch(world, url, user_agent=_BROWSER, cookie=f"abuse_interstitial={host}")
    skipped = fetch(world, url, user_agent=_BROWSER, ngrok_skip_browser_warning="1")
    program = fetch(world, url, user_agent="curl/8")
    for _, seen, _ in (clicked, skipped, program):
        assert "ngrok-error-code" not in seen


def test_a_web_socket_passes_in_both_directions(world: World) -> None:
    server = socket.create_server(("127.0.0.1", 0))
    heads: list[bytes] = []

    def echo() -> None:
        connection, _ = server.accept()
        heads.append(connection.recv(65_536))
        connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n")
        while piece := connection.recv(100):
            connection.sendall(piece.upper())
        connection.close()

    threading.Thread(target=echo, daemon=True).start()
    url = world.reach(port=server.getsockname()[1]).open(None)
    host = url.removeprefix("https://")
    edge = ("127.0.0.1", account.edge_port(world.state, host))

    with socket.create_connection(edge, timeout=5) as browser:
        head = f"GET /ws HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade"
        browser.sendall(f"{head}\r\n\r\n".encode())
        assert browser.recv(100).startswith(b"HTTP/1.1 101")
        browser.sendall(b"ping")
        assert browser.recv(100) == b"PING"
        browser.sendall(b"pong")
        assert browser.recv(100) == b"PONG"
    assert b"Connection: Upgrade" in heads[0]
    server.close()


def test_the_public_address_can_be_a_loopback_one_for_the_demo(
    world: World, back_end: BackEnd
) -> None:
    world.set("STANDIN_PUBLIC", "loopback")

    url = world.reach(port=back_end.port).open(None)

    assert url.startswith("http://127.0.0.1:")
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as browser:
        host = url.removeprefix("http://")
        browser.sendall(f"GET /x HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        assert browser.recv(100).startswith(b"HTTP/1.1 200")
    assert back_end.requests[0][2]["x-forwarded-proto"] == "http"
