"""The gateway's cost, measured beside the direct way in one run: `python -m benchmarks.gateway`.

A small answer of a Node server, asked by a Node process with kept connections, directly and through
the gateway in turn. The server works for a millisecond on each, as a quick endpoint of Strapi does
at the least; a second one does nothing at all, and shows what the gateway itself can do. Each figure
is printed with its goal; nothing here passes or fails.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from tests.program import free_port, wait_for_port
from twitter_setup.gateway.process import Gateway, GatewayProcess, Site

ROUNDS = 20
CONNECTIONS = 8
WORK = 1.0  # milliseconds
REQUESTS = {WORK: 800, 0.0: 3_000}  # of each way in each round
STARTS = 20
MANY = 10_000

_UPSTREAM = """
const body = JSON.stringify({ data: [{ id: 1, title: 'A small answer', text: 'x'.repeat(400) }] });
const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length };
const work = BigInt(Math.round(Number(process.argv[2]) * 1e6));
require('http').createServer((request, response) => {
  const end = process.hrtime.bigint() + work;
  while (process.hrtime.bigint() < end);
  response.writeHead(200, headers);
  response.end(body);
}).listen(Number(process.argv[1]), '127.0.0.1');
"""

# Reads `port host requests connections` lines, answers each with the seconds it took and the median
# latency in milliseconds. Raw sockets: Node's own HTTP client would be what is measured.
_LOAD = """
const net = require('net');
function ask(port, host, count) {
  return new Promise((resolve, reject) => {
    const wanted = `GET /api/articles HTTP/1.1\\r\\nHost: ${host}\\r\\n\\r\\n`;
    const times = [];
    const socket = net.connect(port, '127.0.0.1', () => { socket.setNoDelay(true); send(); });
    let begin, buffer = '';
    function send() { begin = process.hrtime.bigint(); socket.write(wanted); }
    socket.on('error', reject);
    socket.on('data', (part) => {
      buffer += part.toString('latin1');
      const end = buffer.indexOf('\\r\\n\\r\\n');
      if (end < 0) return;
      const length = Number(/content-length: (\\d+)/i.exec(buffer)[1]);
      if (buffer.length < end + 4 + length) return;
      if (!buffer.startsWith('HTTP/1.1 200')) reject(new Error(buffer));
      times.push(Number(process.hrtime.bigint() - begin) / 1e6);
      buffer = '';
      if (times.length === count) { socket.destroy(); resolve(times); } else send();
    });
  });
}
require('readline').createInterface({ input: process.stdin }).on('line', async (line) => {
  const [port, host, requests, connections] = line.split(' ');
  const begin = process.hrtime.bigint();
  const each = Math.ceil(requests / connections);
  const runs = Array.from({ length: connections }, () => ask(Number(port), host, each));
  const times = (await Promise.all(runs)).flat().sort((a, b) => a - b);
  const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
  console.log(JSON.stringify({ seconds, rate: times.length / seconds, median: times[times.length >> 1] }));
});
"""


class Load:
    """A process that asks, told by lines what to ask."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["node", "-e", _LOAD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, port: int, host: str, requests: int, connections: int) -> dict[str, float]:
        assert self._process.stdin
        assert self._process.stdout
        print(port, host, requests, connections, file=self._process.stdin, flush=True)
        answer: dict[str, float] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


def main() -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        load = Load()
        stack.callback(load.close)
        for work in REQUESTS:
            upstream = stack.enter_context(_upstream(work))
            site = _site(folder, upstream)
            if work:
                starts(site, folder)
            noted: list[GatewayProcess] = []
            gateway = _gateway(site, folder, noted)
            gateway.open()
            stack.callback(gateway.close)
            traffic(load, site, upstream, work)
            if not work:
                memory(load, site, noted[-1].pid)
            gateway.close()


@contextmanager
def _upstream(work: float) -> Iterator[int]:
    """A server that is busy for `work` milliseconds before it answers."""
    port = free_port()
    process = subprocess.Popen(["node", "-e", _UPSTREAM, str(port), str(work)])
    try:
        wait_for_port(port)
        yield port
    finally:
        process.kill()
        process.wait()


def _site(folder: Path, upstream: int) -> Site:
    port = free_port()
    return Site(
        public_url=f"http://127.0.0.1:{port}",
        reach="local",
        layout="one-origin",
        port=port,
        backend_port=upstream,
        api_prefix="/api",
        admin_names=("admin", "content-manager", "upload", "users-permissions"),
        frontend_port=upstream,
        log_path=folder / "gateway.log",
        storage=folder / "caddy",
    )


def _gateway(site: Site, folder: Path, noted: list[GatewayProcess]) -> Gateway:
    return Gateway(
        site,
        config_path=folder / "gateway.json",
        output_path=folder / "caddy.log",
        on_process=noted.append,
    )


def starts(site: Site, folder: Path) -> None:
    times, ends = [], []
    for _ in range(STARTS):
        gateway = _gateway(site, folder, [])
        begin = time.perf_counter()
        gateway.open()
        times.append(time.perf_counter() - begin)
        begin = time.perf_counter()
        gateway.close()
        ends.append(time.perf_counter() - begin)
    print(f"\nThe gateway's start and end, {STARTS} runs; goal of the start 300 ms")
    print(
        f"  start  median {statistics.median(times) * 1000:5.0f} ms   max {max(times) * 1000:.0f} ms"
    )
    print(
        f"  end    median {statistics.median(ends) * 1000:5.0f} ms   max {max(ends) * 1000:.0f} ms"
    )


def traffic(load: Load, site: Site, upstream: int, work: float) -> None:
    requests = REQUESTS[work]
    host = f"127.0.0.1:{site.port}"
    ways = {"direct": upstream, "gateway": site.port}
    for port in ways.values():
        load.run(port, host, requests, CONNECTIONS)  # warm
    rates: dict[str, list[float]] = {way: [] for way in ways}
    latencies: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, port in ways.items():
            rates[way].append(load.run(port, host, requests, CONNECTIONS)["rate"])
            latencies[way].append(load.run(port, host, 300, 1)["median"])
    ratios = [
        through / direct for through, direct in zip(rates["gateway"], rates["direct"], strict=True)
    ]
    goal = "goal 0.7 of direct, aim 0.9" if work else "no goal"
    print(
        f"\nA small answer that takes {work:g} ms of work, over {CONNECTIONS} connections,"
        f" {ROUNDS} interleaved runs, medians; {goal}"
    )
    for way in ways:
        print(
            f"  {way:<8} {statistics.median(rates[way]):7.0f} requests/s"
            f"   one at a time {statistics.median(latencies[way]):.3f} ms"
        )
    added = statistics.median(latencies["gateway"]) - statistics.median(latencies["direct"])
    print(f"  ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
    print(f"  added latency {added:.3f} ms; goal under 1 ms")


def memory(load: Load, site: Site, pid: int) -> None:
    host = f"127.0.0.1:{site.port}"
    ours = psutil.Process()
    before = (_megabytes(pid), ours.memory_info().rss / 1e6)
    load.run(site.port, host, MANY, CONNECTIONS)
    after = (_megabytes(pid), ours.memory_info().rss / 1e6)
    print(f"\nMemory over {MANY:,} requests; goal for Caddy under 80 MB, and no growth")
    print(
        f"  Caddy {before[0]:.0f} -> {after[0]:.0f} MB   ours {before[1]:.0f} -> {after[1]:.0f} MB"
    )


def _megabytes(pid: int) -> float:
    return float(psutil.Process(pid).memory_info().rss) / 1e6


if __name__ == "__main__":
    main()
