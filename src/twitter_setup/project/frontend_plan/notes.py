"""Settings that list the back end's host, and so break when its address moves. Nothing is changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from tree_sitter import Node

from twitter_setup.addresses.parts import host_of
from twitter_setup.addresses.public_url import is_loopback
from twitter_setup.edits.names import settle
from twitter_setup.edits.syntax import Unclear, descendants, line, string_value
from twitter_setup.project import dev_server, strapi_config
from twitter_setup.project.backend import BackEnd
from twitter_setup.project.frontend import FrontEnd
from twitter_setup.project.strapi_config import Variables

_STRINGS = frozenset({"string", "template_string"})
# The config file and the setting in it with the hosts that pictures may come from.
_IMAGES = {
    "next": ("next.config", ("images",)),
    "astro": ("astro.config", ("image",)),
    "nuxt": ("nuxt.config", ("image",)),
}


def of_frontend(frontend: FrontEnd, backend: BackEnd, public_url: str) -> Iterator[str]:
    """Name each setting of both ends that a new address breaks, with file and line."""
    yield from _images(frontend, public_url)
    yield from _panel(backend)


def _images(frontend: FrontEnd, public_url: str) -> Iterator[str]:
    """Next's `images` and its like: a list with this machine's host, without the public one."""
    name, path = _IMAGES.get(frontend.framework, ("", ()))
    file = dev_server.config_file(frontend.root, name) if name else None
    node = dev_server.node_in(file, path) if file else None
    if file is None or not isinstance(node, Node):
        return
    settled = settle(node)
    if isinstance(settled, Unclear):
        return
    hosts = [(each, text) for each in descendants(settled, _STRINGS) if (text := _host(each))]
    local = [each for each, host in hosts if is_loopback(host)]
    public = host_of(public_url)
    if local and not any(_matches(public, host) for _, host in hosts):
        yield (
            f"{file}, line {line(local[0])}: pictures may come only from the hosts listed here; "
            f"add {public} while the tunnel runs, or pictures of Strapi stay away"
        )


def _host(node: Node) -> str:
    """Read the host of `'localhost'`, `'http://localhost:1337'` and `new URL('…')`."""
    text = string_value(node) or ""
    return host_of(text) or (text.lower() if re.fullmatch(r"[\w.*-]+|\[?::1\]?", text) else "")


def _matches(host: str, pattern: str) -> bool:
    return "." in f"{pattern}*" and fnmatchcase(host, pattern.replace("**", "*"))


def _panel(backend: BackEnd) -> Iterator[str]:
    """A whole address in `config/admin`: with another `server.url` the panel is built for that."""
    files = strapi_config.find_files(backend.root, "admin")
    value, where = strapi_config.first_value(files, "url")
    found = Variables({}, backend.env_file).resolve(value, "config/admin")
    if found and host_of(found[0]) and where is not None:
        yield (
            f"{where.path}, line {value.line}: the admin panel's url is {found[0]}; with a public "
            "server url the panel breaks, so make it a path: url: '/admin'"
        )
