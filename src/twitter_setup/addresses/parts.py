"""Parts of addresses, as browsers and X compare them."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from twitter_setup.addresses.public_url import is_loopback

_FREE_PLAN = (".ngrok-free.app", ".ngrok-free.dev")
_DEFAULT_PORTS = {"http": 80, "https": 443}

# ngrok's own domains: a value that names one is a leftover of a tunnel, ours or a manual one.
TUNNEL_SUFFIXES = (".ngrok-free.app", ".ngrok-free.dev", ".ngrok.app", ".ngrok.dev", ".ngrok.io")


def split(url: str) -> SplitResult | None:
    """None for what is no http address."""
    try:
        parts = urlsplit(url.strip())
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme in _DEFAULT_PORTS and parts.hostname else None


def host_of(url: str) -> str:
    parts = split(url)
    return (parts.hostname or "").lower() if parts else ""


def origin_of(url: str) -> str:
    """Scheme, host and port, the default one left out; '' for what is no http address."""
    parts = split(url)
    if parts is None:
        return ""
    host = host_of(url)
    port = parts.port or _DEFAULT_PORTS[parts.scheme]
    shown = "" if port == _DEFAULT_PORTS[parts.scheme] else f":{port}"
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{shown}"


def path_of(url: str) -> str:
    parts = split(url)
    return parts.path.rstrip("/") if parts else ""


def is_tunnel(url: str) -> bool:
    """Whether it is at one of ngrok's own domains."""
    return host_of(url).endswith(TUNNEL_SUFFIXES)


def is_free_tunnel(url: str) -> bool:
    """Whether ngrok shows its browser page there."""
    return host_of(url).endswith(_FREE_PLAN)


def is_here(url: str) -> bool:
    return is_loopback(host_of(url))
