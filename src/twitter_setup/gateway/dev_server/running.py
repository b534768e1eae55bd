"""The dev server that runs in the front end's folder, and the port where it really is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from twitter_setup.gateway import inspection
from twitter_setup.project.frontend import FrontEnd
from twitter_setup.system import processes


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A server of the front end's folder that shows pages, though not at the expected port."""

    label: str  # "node (PID 123)"
    port: int


def elsewhere(frontend: FrontEnd, other_ports: Collection[int]) -> Elsewhere | None:
    """Find the front end at another port than the expected one; None if it is where it should be.

    Each port where a process listens that works in its folder is asked for a page. `other_ports` belong
    to somebody else: the back end may be below that folder.
    """
    found = processes.listening_in(str(frontend.root))
    if any(port == frontend.port for _, port in found):
        return None
    for process, port in found:
        if port not in other_ports and _shows_pages(port):
            return Elsewhere(process.label, port)
    return None


def _shows_pages(port: int) -> bool:
    headers = inspection.ask_page(port) or frozenset()
    return any(name == "content-type" and "text/html" in value for name, value in headers)
