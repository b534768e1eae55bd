"""Which proxy a request takes: `HTTPS_PROXY` and `ALL_PROXY`, and who goes past them by `NO_PROXY`.

httpx reads these variables itself, but one entry of NO_PROXY that it cannot read fails every request.
Container runtimes write such entries (`[::1]`, `fe80::/10`), so they are read here as curl and Go do.
"""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass
from urllib.parse import urlsplit
from urllib.request import getproxies

SCHEMES = ("http", "https", "socks5", "socks5h")

_HOST = re.compile(r"(?:\*?\.)?[\w-]+(?:\.[\w-]+)*\.?")
_WITH_PORT = re.compile(r"(\[[^\]]*\]|[^:]*):(\d{1,5})")
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Unusable(Exception):
    """No request can take the proxy of `variable`; `shown` is its value without user and password."""

    def __init__(self, variable: str, shown: str) -> None:
        super().__init__(variable)
        self.variable = variable
        self.shown = shown

    def __str__(self) -> str:
        return (
            f"{self.variable} names a proxy that cannot be used: {self.shown} "
            f"({', '.join(SCHEMES[:-1])} and {SCHEMES[-1]} can)"
        )


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of NO_PROXY: a network of addresses, or a domain and all below it ('' is everything)."""

    network: _Network | None = None
    domain: str = ""
    port: int | None = None


def for_url(url: str) -> str | None:
    """Return the proxy's address for `url`; None to connect directly. Raises `Unusable`."""
    parts = urlsplit(url)
    found = getproxies()
    scheme = next((name for name in (parts.scheme, "all") if found.get(name)), None)
    if scheme is None or goes_past(url, found.get("no", "")):
        return None
    text = found[scheme].strip()
    text = text if "://" in text else f"http://{text}"
    try:
        proxy = urlsplit(text)
        is_usable = proxy.scheme.lower() in SCHEMES and bool(proxy.hostname) and proxy.port != 0
    except ValueError:
        is_usable = False
    if not is_usable or not text.isprintable() or " " in text:
        raise Unusable(_variable(scheme), _shown(text))
    return text


def goes_past(url: str, no_proxy: str) -> bool:
    """Say whether `no_proxy`, a value of NO_PROXY, lets `url` past the proxy."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".").lower()
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return any(
        (entry.port is None or entry.port == port) and _covers(entry, host)
        for entry in map(_read, _entries(no_proxy))
        if entry is not None
    )


def unread() -> tuple[str, ...]:
    """Return the entries of NO_PROXY that cannot be read, and so are skipped; none without a proxy."""
    found = getproxies()
    if not any(found.get(name) for name in ("http", "https", "all")):
        return ()
    return tuple(entry for entry in _entries(found.get("no", "")) if _read(entry) is None)


def _entries(no_proxy: str) -> list[str]:
    return [entry for each in no_proxy.split(",") if (entry := each.strip())]


def _read(entry: str) -> _Entry | None:
    if entry == "*":
        return _Entry()
    network = _network(entry)
    if network is not None:
        return _Entry(network=network)
    text = urlsplit(entry).netloc if "://" in entry else entry
    with_port = _WITH_PORT.fullmatch(text)
    host, port = (with_port[1], int(with_port[2])) if with_port else (text, None)
    network = _network(host)
    if network is not None:
        return _Entry(network=network, port=port)
    if not _HOST.fullmatch(host):
        return None
    return _Entry(domain=host.removeprefix("*").strip(".").lower(), port=port)


def _network(text: str) -> _Network | None:
    """Read an address or a network; IPv6 may be in brackets, before or around its length."""
    address, slash, length = text.partition("/")
    if text.startswith("[") and text.endswith("]"):
        address, slash, length = text[1:-1].partition("/")
    elif address.startswith("[") and address.endswith("]"):
        address = address[1:-1]
    try:
        return ipaddress.ip_network(f"{address.partition('%')[0]}{slash}{length}", strict=False)
    except ValueError:
        return None


def _covers(entry: _Entry, host: str) -> bool:
    if entry.network is not None:
        try:
            return ipaddress.ip_address(host.partition("%")[0]) in entry.network
        except ValueError:
            return False
    if not entry.domain:
        return True
    return f".{host}".endswith(f".{entry.domain}")


def _variable(scheme: str) -> str:
    """Name the variable that a proxy comes from; macOS and Windows have settings of their own, too."""
    names = (f"{scheme}_proxy", f"{scheme.upper()}_PROXY")
    return next((name for name in names if os.environ.get(name)), "the system's proxy setting")


def _shown(text: str) -> str:
    """Hide user and password, wherever the address breaks; and what no line has."""
    scheme, _, rest = text.partition("://")
    where = rest.rpartition("@")[2]
    return "".join(sign if sign.isprintable() else "?" for sign in f"{scheme}://{where}")[:80]
