"""Which paths the guards close that a front end's files call for."""

from __future__ import annotations

import re
from pathlib import Path

from twitter_setup import frontend_proxies
from twitter_setup.gateway import paths as gateway_paths
from twitter_setup.gateway.paths import Guard
from twitter_setup.project.frameworks import FrameworkId

NAMES = ("admin", "content-manager", "email", "upload")


def find(folder: Path, framework: FrameworkId, **files: str) -> tuple[Guard, ...]:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return frontend_proxies.find(
        folder, framework, backend_port=1337, api_prefix="/api", admin_names=NAMES
    )


def is_closed(guards: tuple[Guard, ...], path: str) -> bool:
    return any(
        re.search(gateway_paths.guarded(guard, NAMES), path)
        and re.search(gateway_paths.containing(guard.containing), path)
        for guard in guards
    )
