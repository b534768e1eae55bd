"""Which requests the gateway forwards to the front end's dev server, by the rules that it is given."""

from __future__ import annotations

import re
from urllib.parse import unquote

from twitter_setup.gateway import paths


def lets_through(target: str) -> bool:
    """Judge a GET of `target` as the gateway of a back end in `backend` does."""
    path = unquote(target.partition("?")[0])
    closed = (paths.STRANGE, paths.drives_tools(), paths.private("backend"))
    return target.startswith("/") and not any(re.search(pattern, path) for pattern in closed)
