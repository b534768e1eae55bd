"""Speed and memory, compared side by side in one run: `make bench`.

Each figure is printed with its goal; nothing here passes or fails, since the machine decides.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from benchmarks import configure, gateway, reader, verify
from tests.program import free_port, make_shop, running
from tests.world import agent
from twitter_setup.edits import server_config
from twitter_setup.edits.spans import splice
from twitter_setup.edits.syntax import Language
from twitter_setup.project import backend as backends
from twitter_setup.project import plan

ROOT = Path(__file__).parent.parent
CASES = ROOT / "tests" / "cases" / "server_config"
ROUNDS = 40
TUNNEL = ("tunnel", "--yes", "--json")


def main() -> None:
    os.environ["NO_COLOR"] = "1"
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ["HOME"] = os.environ["XDG_STATE_HOME"] = folder
        start_up()
        one_config(Path(folder))
        reader.main()
        to_the_sheet(Path(folder))
        configure.compare(Path(folder))
        verify.compare(Path(folder))
        if shutil.which("node"):
            gateway.main()
        else:
            print("\nThe gateway: not measured, which needs Node")


def interleaved(commands: dict[str, Sequence[str]], rounds: int = ROUNDS) -> dict[str, float]:
    """The median wall time of each command in seconds, all of them in turn in every round."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            begin = time.perf_counter()
            subprocess.run(
                command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True
            )
            times[name].append(time.perf_counter() - begin)
    return {name: statistics.median(values) for name, values in times.items()}


def start_up() -> None:
    python = sys.executable
    hello = str(Path(__file__).with_name("hello.py"))
    medians = interleaved(
        {
            "hello --help": [python, hello, "--help"],
            "--help": [python, "-m", "twitter_setup", "--help"],
            "tunnel --help": [python, "-m", "twitter_setup", "tunnel", "--help"],
            "--version": [python, "-m", "twitter_setup", "--version"],
        }
    )
    base = medians["hello --help"]
    print(f"Start-up, {ROUNDS} interleaved runs, medians; goal at most 1.15, aim 0.5")
    for name, value in medians.items():
        print(f"  {name:<16} {value * 1000:7.1f} ms   {value / base:5.2f} x hello --help")


def one_config(folder: Path) -> None:
    """Read, plan and edit each case's server configuration, as `tunnel` does."""
    sources: list[tuple[bytes, Language]] = [
        (path.read_bytes(), "typescript" if path.suffix == ".ts" else "javascript")
        for path in sorted(CASES.glob("*/before.*"))
    ]
    times = []
    for _ in range(60):
        for source, language in sources:
            begin = time.perf_counter()
            edit_one(source, language)
            times.append((time.perf_counter() - begin) * 1000)
    print(
        f"\nReading and editing one server configuration ({len(sources)} real shapes); goal p99 2 ms"
    )
    print(f"  median {statistics.median(times):.2f} ms   p99 {_percentile(times, 99):.2f} ms")
    shop = make_shop(folder / "plan")
    wish = plan.Wish(public_url="https://shop.example.com")
    whole = timed(lambda: plan.build(wish, backends.load(shop.backend, {}), None), 300)
    print("Reading the whole back end from the disk and planning")
    print(f"  median {statistics.median(whole):.2f} ms   p99 {_percentile(whole, 99):.2f} ms")
    print(f"Memory of this process: {_megabytes(os.getpid()):.0f} MB")


def edit_one(source: bytes, language: Language) -> None:
    try:
        setting = server_config.read_url(source, language)
        if setting.kind in {"literal", "absent"}:
            splice(source, server_config.make_url_read(source, language, "PUBLIC_URL"))
    except ValueError:  # a file that does not parse
        return


def to_the_sheet(folder: Path) -> None:
    """From the start of the process to its `ready` line; no Strapi runs, so none is waited for."""
    url_times, local_times, agent_times, memory = [], [], [], 0.0
    binary = agent.install_agent(folder / "bin")
    environment = {
        "PYNGROK_NGROK_PATH": str(binary),
        "NGROK_AUTHTOKEN": "2abcDEF_ghijKLMN0123456789",
        "STANDIN_STATE": str(folder / "ngrok"),
    }
    for number in range(30):
        shop = make_shop(folder / f"shop-{number}")
        url_times.append(
            _until_ready(shop.root, ["--two-origins", "--url", "https://shop.example.com"], {})[0]
        )
        port = ["--gateway-port", str(free_port())]
        local_times.append(_until_ready(shop.root, ["--local", *port], {})[0])
        took, megabytes = _until_ready(shop.root, port, environment)
        agent_times.append(took)
        memory = max(memory, megabytes)
    alone = timed(lambda: _agent_alone(binary, environment), 10)
    print(
        "\nFrom the start of `tunnel` to its sheet, 30 runs, medians; goal 500 ms without the agent"
    )
    print(f"  --two-origins --url  {statistics.median(url_times) * 1000:.0f} ms")
    print(f"  --local, a gateway   {statistics.median(local_times) * 1000:.0f} ms")
    total = statistics.median(agent_times) * 1000
    own = statistics.median(alone)
    print(
        f"  through an agent     {total:.0f} ms, of which the stand-in agent's own start {own:.0f} ms"
    )
    print(f"Memory of `tunnel` while it runs: {memory:.0f} MB; goal under 80 MB")


def _until_ready(
    folder: Path, options: Sequence[str], environment: dict[str, str]
) -> tuple[float, float]:
    """The seconds that it took, and the program's memory in megabytes then."""
    words = [*TUNNEL, *options, "--port", str(free_port())]
    begin = time.perf_counter()
    with running(*words, cwd=folder, env=environment) as tunnel:
        tunnel.event("ready")
        took = time.perf_counter() - begin
        with suppress(psutil.Error):  # one that has nothing to keep open has ended
            memory = _megabytes(tunnel.process.pid)
            tunnel.stop()
            return took, memory
    return took, 0.0


def _agent_alone(binary: Path, environment: dict[str, str]) -> None:
    """The agent's `--version` and its start up to the log line that it is connected."""
    whole = {**os.environ, **environment}
    subprocess.run([binary, "--version"], env=whole, stdout=subprocess.DEVNULL, check=True)
    command = [str(binary), "start", "--none", "--log", "stdout"]
    with subprocess.Popen(command, env=whole, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            if "tunnel session started" in line:
                break
        process.kill()


def timed(run: Callable[[], object], rounds: int) -> list[float]:
    """Milliseconds of each round."""
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        run()
        times.append((time.perf_counter() - begin) * 1000)
    return times


def _percentile(values: Sequence[float], percent: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def _megabytes(pid: int) -> float:
    return float(psutil.Process(pid).memory_info().rss) / 1e6


if __name__ == "__main__":
    main()
