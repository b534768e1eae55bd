"""How long `configure` takes beyond Strapi's own answers: `python -m benchmarks.configure`.

Against the stand-in of the admin API, which notes how long each of its answers took. The base line is
`twitter-setup status` in the same project: a start of the same program that reads the same project and
loads httpx too, but signs in nowhere and writes nothing.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.configuring import ALL, OTHER_KEY, OTHER_SECRET, REDIRECT
from tests.program import SOURCE, Shop, make_shop
from tests.world.admin_api import Answer
from tests.world.admin_server import INIT, LOGIN, READ, WRITE, AdminServer, Call

ROUNDS = 30
CONFIGURE = ("configure", "--redirect", REDIRECT, "--json")
OTHER = {"TWITTER_API_KEY": OTHER_KEY, "TWITTER_API_SECRET": OTHER_SECRET}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ["HOME"] = os.environ["XDG_STATE_HOME"] = folder
        compare(Path(folder))


def compare(folder: Path) -> None:
    """All in turn in every round: `status`, an unchanged setting, a changed one."""
    times: dict[str, list[float]] = {"status": [], "unchanged": [], "changed": []}
    requests: dict[str, set[int]] = {"unchanged": set(), "changed": set()}
    answering: list[float] = []
    with AdminServer() as server:
        for route in (INIT, LOGIN, READ, WRITE):
            server.at(route, lambda call: _timed(call, answering))
        shop = make_shop(folder / "configure", env=b"PORT=%d\nAPP_KEYS=a,b\n" % server.port)
        _run(shop, CONFIGURE, ALL)
        for number in range(ROUNDS):
            pairs = [{**ALL, **OTHER}, ALL] if number % 2 else [ALL, {**ALL, **OTHER}]
            times["status"].append(_run(shop, ("status", "--json"), {}))
            for name, env in zip(("unchanged", "changed"), pairs, strict=True):
                server.calls.clear()
                server.api.logins.clear()
                answering.clear()
                took = _run(shop, CONFIGURE, env)
                times[name].append(took - sum(answering))
                requests[name].add(len(server.calls))
    _show(times, requests)


def _show(times: dict[str, list[float]], requests: dict[str, set[int]]) -> None:
    base = statistics.median(times["status"])
    print(f"\n`configure` beyond Strapi's own answers, {ROUNDS} interleaved runs, medians")
    print(f"  status (base line)   {base * 1000:6.0f} ms")
    for name, most in (("unchanged", 4), ("changed", 6)):
        value = statistics.median(times[name])
        count = "/".join(map(str, sorted(requests[name])))
        print(
            f"  {name:<20} {value * 1000:6.0f} ms   {(value - base) * 1000:+5.0f} ms, goal under +150"
            f"   {count} requests, goal at most {most}"
        )


def _timed(call: Call, answering: list[float]) -> Answer:
    begin = time.perf_counter()
    answer = call.answer()
    answering.append(time.perf_counter() - begin)
    return answer


def _run(shop: Shop, words: Sequence[str], env: dict[str, str]) -> float:
    whole = {**os.environ, "PYTHONPATH": str(SOURCE), **env}
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "twitter_setup", *words],
        cwd=shop.root,
        env=whole,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
