"""How long it takes to read a front end's source: `python -m benchmarks.reader`.

The files are made up: most are plain components, one in ten asks the back end, one in forty has the
address written out. Goals: 2,000 files in at most 0.5 s, 50 files in at most 50 ms, both warm.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from twitter_setup.project.reader import find

GOALS = {50: 0.05, 2_000: 0.5}
ROUNDS = 7
_PLAIN = """import { useState } from 'react';
import { clsx } from 'clsx';
import { Card } from '../ui/Card';

type Props = { title: string; items: { id: number; label: string; price: number }[] };

export function Part%(number)d({ title, items }: Props) {
  const [open, setOpen] = useState(false);
  const total = items.reduce((sum, item) => sum + item.price, 0);
  return (
    <section className={clsx('part', open && 'part--open')}>
      <h2 onClick={() => setOpen(!open)}>{title}</h2>
      <ul>
        {items.map((item) => (
          <li key={item.id}>
            <Card label={item.label} price={item.price.toFixed(2)} />
          </li>
        ))}
      </ul>
      <p>{`${items.length} parts, ${total} in all`}</p>
    </section>
  );
}
"""
_ASKING = """import { api } from '../lib/api';
export const load%(number)d = () => fetch(`${api}/articles/%(number)d`);
"""
_WRITTEN = (
    "export const old%(number)d = () => fetch('http://localhost:1337/api/articles/%(number)d');\n"
)
_API = "export const api = import.meta.env.VITE_API_URL || 'http://localhost:1337/api';\n"
_LOGIN = """import { api } from './api';
export const login = () => { location.href = `${api}/connect/twitter`; };
"""


def main() -> None:
    print(f"\nReading a front end's source, warm, medians of {ROUNDS} (processor time)")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for files, goal in GOALS.items():
            root = Path(folder) / str(files)
            _write(root, files)
            took = [_read(root) for _ in range(ROUNDS + 1)][1:]
            median = statistics.median(took)
            print(
                f"  {files:>5} files   {median * 1000:7.1f} ms   goal at most {goal * 1000:.0f} ms"
            )


def _write(root: Path, files: int) -> None:
    (root / "src" / "lib").mkdir(parents=True)
    (root / "src" / "lib" / "api.ts").write_text(_API)
    (root / "src" / "lib" / "login.ts").write_text(_LOGIN)
    for number in range(files - 2):
        folder = root / "src" / f"part{number // 40}"
        folder.mkdir(exist_ok=True)
        text = _PLAIN % {"number": number}
        text += _ASKING % {"number": number} if number % 10 == 0 else ""
        text += _WRITTEN % {"number": number} if number % 40 == 0 else ""
        (folder / f"Part{number}.tsx").write_text(text)


def _read(root: Path) -> float:
    begin = time.process_time()
    found = find.read(root, port=1337, routes=("articles",))
    took = time.process_time() - begin
    assert found.logins
    assert found.addresses
    return took


if __name__ == "__main__":
    main()
