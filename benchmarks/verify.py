"""How long a full `verify` takes beyond the answers that it waits for: `python -m benchmarks.verify`.

Every stand-in answers after 200 ms: Strapi at its own port and at the public address, the front end, X.
The longest chain of answers that depend on each other: the login at Strapi, the list of providers, and what
it tells: X with its pair, and the page where its redirect URL leads. The start-up is that of `verify --list`,
which loads the same and asks nobody.
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

from tests import verifying
from tests.program import SOURCE
from tests.verifying import Bench, Broken, Verified

ROUNDS = 20
DELAY = 0.2
# Login, list, X; with a pair that is given X need not wait for Strapi, and the redirect page still does.
CHAINS = {"pair of Strapi": 3, "pair given": 3}
MOST_REQUESTS = 11


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ["HOME"] = os.environ["XDG_STATE_HOME"] = folder
        compare(Path(folder))


def compare(folder: Path) -> None:
    """All in turn in every round: the start-up alone, both kinds of run."""
    edge = folder / "verify-edge"
    edge.mkdir()
    times: dict[str, list[float]] = {name: [] for name in ("start-up", *CHAINS)}
    requests: set[int] = set()
    template = verifying.make_template(folder / "verify-template")
    with verifying.bench(edge) as bench:
        shop = verifying.copy(template, folder / "verify", bench)
        settings = bench.x.settings
        pair = {"TWITTER_API_KEY": settings.key, "TWITTER_API_SECRET": settings.secret}
        for _ in range(ROUNDS):
            times["start-up"].append(_run(shop, ("--list",), {}))
            for name, given in (("pair of Strapi", {}), ("pair given", pair)):
                bench.as_new()
                Broken(shop).apply({"slow": DELAY})
                times[name].append(_run(shop, ("--json", "--strict"), given))
                requests.add(_requests(bench))
    _show(times, requests)


def _requests(bench: Bench) -> int:
    """What `verify` asked; what Strapi asks X is its own, and the public requests that reach Strapi too."""
    public = bench.public.behind.asked
    through = [each for each in public if "/api/" in each or "/_health" in each]
    of_strapi = 1  # for a token, when it is asked for the first hop
    return len(public) + len(bench.strapi.calls) - len(through) + len(bench.x.requests) - of_strapi


def _show(times: dict[str, list[float]], requests: set[int]) -> None:
    start, fastest = statistics.median(times["start-up"]), min(times["start-up"])
    print(
        f"\nA full `verify`, every answer after {DELAY * 1000:.0f} ms, {ROUNDS} interleaved runs, medians"
    )
    print(f"  start-up             {start * 1000:6.0f} ms")
    for name, links in CHAINS.items():
        took = statistics.median(times[name])
        chain = links * DELAY
        best = (min(times[name]) - fastest) / chain
        print(
            f"  {name:<20} {took * 1000:6.0f} ms   {(took - start) / chain:5.2f} x the longest chain "
            f"({chain * 1000:.0f} ms), goal at most 1.3; of the fastest {best:.2f}"
        )
    count = "/".join(map(str, sorted(requests)))
    print(f"  {count} requests, 2 of them legal pages; goal at most {MOST_REQUESTS} + 2")


def _run(shop: Verified, words: Sequence[str], env: dict[str, str]) -> float:
    whole = {**os.environ, "PYTHONPATH": str(SOURCE), **shop.environment(), **env}
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "twitter_setup", "verify", *words],
        cwd=shop.shop.root,
        env=whole,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
