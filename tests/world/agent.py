"""A stand-in for the ngrok v3 agent: its command line, log, local API and rules, and a real tunnel.

`install_agent(folder)` writes an executable `ngrok`. What it does is set by the environment
(`STANDIN_…`, see `Settings`), and while it runs by `tell(state, command)`. Standard library only.
Its lines are shaped like those of agent 3.36, out of public logs; pyngrok drives it unchanged.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import stat
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

if __name__ == "__main__" or not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.world import account

KNOWN_KEYS = """
    api_key authtoken connect_cas connect_interface connect_timeout connect_url console_ui
    console_ui_color crl_noverify crl_url dns_resolver_ips heartbeat_interval heartbeat_tolerance
    inspect_db_size local_storage log log_format log_level metadata proxy_url remote_management
    root_cas update_channel update_check web_addr web_allow_hosts
"""
DIAL = (
    'failed to dial ngrok server with address "connect.ngrok-agent.com:443": '
    "dial tcp: lookup connect.ngrok-agent.com: no such host"
)
X509 = (
    "failed to send authentication request: tls: failed to verify certificate: "
    "x509: certificate signed by unknown authority"
)


def _variable(name: str, default: str = "") -> Any:
    return field(default_factory=lambda: os.environ.get(f"STANDIN_{name}", default))


@dataclass
class Settings:
    """Each is an environment variable, `STANDIN_` before its name in capitals."""

    state: str = _variable("STATE", str(Path(tempfile.gettempdir()) / "ngrok-standin"))
    version: str = _variable("VERSION", "3.36.0")
    fault: str = _variable("FAULT")  # see `Agent.start` and `Agent.create`
    edge_port: str = _variable("EDGE_PORT", "0")
    public: str = _variable("PUBLIC")  # `loopback`: announce http://127.0.0.1:<edge port>
    browser_page: str = _variable("BROWSER_PAGE")


def say(level: str, message: str, **fields: object) -> None:
    """Write a line as the agent does: logfmt, with line ends inside a value written out."""
    written = {"t": time.strftime("%Y-%m-%dT%H:%M:%S%z"), "lvl": level, "msg": message, **fields}
    words = []
    for name, value in written.items():
        text = str(value)
        if re.search(r'[\s="\\]', text):
            escaped = text.replace("\\", "\\\\").replace('"', '\\"')
            text = '"' + escaped.replace("\r", "\\r").replace("\n", "\\n") + '"'
        words.append(f"{name}={text}")
    _write(sys.stdout, " ".join(words) + "\n")


def _write(stream: Any, text: str) -> None:
    try:
        stream.write(text)
        stream.flush()
    except OSError:  # whoever read it was killed
        return


def give_up(said: str) -> NoReturn:
    """End as the agent does: the error in the log, and again in lines on the error output."""
    say("eror", "session closing", obj="tunnels.session", err=said)
    say("eror", "terminating with error", obj="app", err=said)
    say("crit", "command failed", err=said)
    code = re.search(r"ERR_NGROK_\d+", said)
    link = f"\nhttps://ngrok.com/docs/errors/{code.group().lower()}\n" if code else ""
    for line in (said.replace("\r\n", "\n") + link).split("\n"):
        _write(sys.stderr, f"ERROR:  {line}\n")
    os._exit(1)


class Agent:
    """One `ngrok start --none`: connects, then serves endpoints until it is told to stop."""

    def __init__(self, settings: Settings, token: str | None) -> None:
        self.settings = settings
        self.state = Path(settings.state)
        self.state.mkdir(parents=True, exist_ok=True)
        self.account = account.Account(self.state, token)
        self.version = settings.version
        self.without_endpoints = settings.fault == "old-api"
        self.endpoints: dict[str, dict[str, Any]] = {}
        from tests.world.edge import Edge

        scheme = "http" if settings.public else "https"
        self.edge = Edge(int(settings.edge_port), scheme)
        self.edge.browser_page = bool(settings.browser_page)
        self.edge.joined = lambda client: say("info", "join connections", obj="join", r=client)

    def start(self, config: str) -> None:
        from tests.world import local_api

        fault, _, detail = self._fault()
        if fault == "silent":
            threading.Event().wait()
        say("info", "open config file", path=config, err="nil")
        say("info", "FIPS 140 mode", enabled="false")
        if fault == "slow":
            time.sleep(float(detail or 1))
        if fault == "crash":
            give_up("panic: something broke\nin the second line\nand the third")
        address = f"127.0.0.1:{local_api.serve(self)}"
        say("info", "starting web service", obj="web", addr=address, allow_hosts="[]")
        while fault in ("no-such-host", "x509"):
            said = DIAL if fault == "no-such-host" else X509
            say("eror", "failed to reconnect session", obj="tunnels.session", err=said)
            time.sleep(0.5)
        refused = account.refusal(detail) if fault == "code" else self.account.log_in()
        if refused:
            say("eror", "failed to reconnect session", obj="tunnels.session", err=refused)
            give_up(refused)
        self.established()
        if fault == "spam":
            threading.Thread(target=_spam, daemon=True).start()
        if fault == "die-after-start":
            threading.Timer(float(detail or 0.3), os._exit, (3,)).start()
        self._obey()

    def _fault(self) -> tuple[str, str, str]:
        """`refuse-restarts:N` is a fault from the second start on, N times."""
        name, colon, detail = self.settings.fault.partition(":")
        if name == "refuse-restarts":
            counter = self.state / "starts"
            count = int(counter.read_text()) if counter.exists() else 0
            counter.write_text(str(count + 1))
            return ("code", ":", "108") if 1 <= count <= int(detail) else ("", "", "")
        return name, colon, detail

    def established(self) -> None:
        say("info", "client session established", obj="tunnels.session")
        say("info", "tunnel session started", obj="tunnels.session")

    def _obey(self) -> NoReturn:
        control = self.state / "control"
        while True:
            time.sleep(0.02)
            if control.exists():
                command, _, detail = control.read_text().partition(" ")
                control.unlink()
                self._do(command, detail)

    def _do(self, command: str, detail: str) -> None:
        if command == "lose":
            self.edge.online = False
            lost = {"obj": "tunnels.session", "id": "0123456789ab"}
            say("eror", "heartbeat timeout, terminating session", **lost)
            say("eror", "session closed, starting reconnect loop", err="session closed", **lost)
            say("eror", "failed to reconnect session", obj="tunnels.session", err=DIAL)
        elif command == "restore":
            for endpoint in list(self.endpoints.values()) if detail else ():
                self.close(endpoint["name"])
                if detail != "nothing":
                    self.open(endpoint["name"], endpoint["upstream"], detail)
            self.edge.online = True
            say("info", "client session established", obj="tunnels.session")
        elif command == "die":
            os._exit(2)

    def create(self, wanted: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        fault, _, detail = self.settings.fault.partition(":")
        if fault == "die-on-endpoint":
            os._exit(4)
        host = str(wanted.get("url") or "").removeprefix("https://").strip("/")
        asked, host = bool(host), host or self.account.own_domain()
        name = str(wanted.get("name") or "")
        said = self.account.claim(host, asked=asked)
        if fault == "endpoint-code":
            said = account.refusal(detail)
        if said:
            err = f"failed to start tunnel: {said}"
            say("warn", "failed to start tunnel", pg="/api/endpoints", err=err)
            error = {"error_code": 103, "status_code": 502, "msg": "failed to start tunnel"}
            return 502, {**error, "details": {"err": err}}
        return 201, self.open(name, wanted.get("upstream") or {}, host)

    def open(self, name: str, upstream: dict[str, Any], host: str) -> dict[str, Any]:
        url = f"http://127.0.0.1:{self.edge.port}" if self.settings.public else f"https://{host}"
        target = str(upstream.get("url") or "")
        self.edge.upstreams[url.partition("//")[2]] = target
        account.announce(self.state, host, self.edge.port)
        say("info", "started tunnel", obj="tunnels", name=name, addr=target, url=url)
        uri = f"/api/endpoints/{name}"
        endpoint = {"name": name, "uri": uri, "url": url, "upstream": upstream, "inspect": True}
        self.endpoints[name] = endpoint
        return endpoint

    def close(self, name: str) -> bool:
        endpoint = self.endpoints.pop(name, None)
        if endpoint is None:
            return False
        host = endpoint["url"].partition("//")[2]
        self.edge.upstreams.pop(host, None)
        self.account.release(host)
        return True


def _spam() -> None:
    while True:
        _write(sys.stderr, "noise " * 200 + "\n")


def _read_config(paths: list[str]) -> dict[str, Any]:
    """Read JSON, or of YAML the authtoken; refuse what the agent does not know, as it does."""
    agent: dict[str, Any] = {}
    for path in paths:
        text = Path(path).read_text()
        try:
            agent.update(json.loads(text).get("agent", {}))
        except ValueError:
            found = re.search(r"^\s*authtoken:\s*['\"]?(\S+?)['\"]?\s*$", text, re.MULTILINE)
            agent.update({"authtoken": found.group(1)} if found else {})
    if unknown := sorted(set(agent) - set(KNOWN_KEYS.split())):
        give_up(f"Error reading configuration file '{paths[-1]}': field {unknown[0]} not found")
    return agent


def main(words: list[str]) -> None:
    settings = Settings()
    if words[:1] in (["--version"], ["version"], ["-v"]):
        print(f"ngrok version {settings.version}")
        return
    if words[:2] != ["start", "--none"]:
        give_up(f"the stand-in knows only `start --none`, not: {' '.join(words[:2])}")
    if settings.fault == "ignore-term":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    options = list(zip(words[2::2], words[3::2], strict=False))
    configs = [value for name, value in options if name == "--config"]
    given = [value for name, value in options if name == "--authtoken"]
    token = os.environ.get("NGROK_AUTHTOKEN") or _read_config(configs).get("authtoken")
    agent = Agent(settings, token)
    if given or (token and token in " ".join(words)):
        (agent.state / "token-on-command-line").touch()
        give_up("the authtoken is on the command line, where everybody can read it")
    if configs:
        (agent.state / "config-seen").write_text(json.dumps(_read_config(configs)))
    agent.start(configs[-1] if configs else "")


# For tests and the demo


def install_agent(folder: Path) -> Path:
    """Write an executable `ngrok` into `folder`: this file, run by this interpreter."""
    folder.mkdir(parents=True, exist_ok=True)
    launcher = folder / "ngrok"
    launcher.write_text(
        f"#!{sys.executable}\nimport runpy, sys\n"
        "sys.path[:] = [each for each in sys.path if not each.endswith('-packages')]\n"
        f"runpy.run_path({str(Path(__file__).resolve())!r}, run_name='__main__')\n"
    )
    launcher.chmod(launcher.stat().st_mode | stat.S_IXUSR)
    return launcher


def tell(state: Path, command: str) -> None:
    """Make the running agent `lose`, `restore [HOST|nothing]` or `die`, and wait until it has."""
    whole = state / "control.new"
    whole.write_text(command)
    whole.replace(state / "control")
    for _ in range(250):
        if not (state / "control").exists():
            return
        time.sleep(0.02)
    raise TimeoutError(f"no agent took {command!r}")


def default_domain(token: str) -> str:
    return account.default_domain(hashlib.sha256(token.encode()).hexdigest())


if __name__ == "__main__":
    main(sys.argv[1:])
