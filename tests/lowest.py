"""Prints, for pip, the oldest version of each package that pyproject.toml allows: `make test-lowest`."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

_LOWEST = re.compile(r"(?P<name>[\w-]+)>=(?P<version>[\d.]+)")


def constraints(text: str) -> list[str]:
    """`name==version` for each dependency of the project that this `pyproject.toml` describes."""
    wanted = tomllib.loads(text)["project"]["dependencies"]
    found = [_LOWEST.match(each) for each in wanted]
    return [f"{each['name']}=={each['version']}" for each in found if each]


if __name__ == "__main__":
    lines = constraints((Path(__file__).parent.parent / "pyproject.toml").read_text())
    sys.stdout.write("".join(f"{line}\n" for line in lines))
