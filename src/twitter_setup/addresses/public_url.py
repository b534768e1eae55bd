"""A public URL of the user's own, read as strictly as X compares it: scheme, host and port."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from twitter_setup.errors import Advice, SetupError

_DEFAULT_PORTS = {"https": 443, "http": 80}
_SCHEME = re.compile(r"^([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def parse_public_url(text: str) -> str:
    """Read `text` as `https://host[:port]`: lower case, no default port, no slash at the end.

    `http` only for a loopback address. Raises `SetupError` with what is wrong and, where it is
    plain, the corrected command.
    """
    if not text.strip():
        raise _wrong("is empty", _example())
    if re.search(r"[\s\\\x00-\x1f\x7f]", text):
        raise _wrong(
            "has spaces or backslashes in it", _retry("".join(text.split()).replace("\\", "/"))
        )
    scheme = _SCHEME.match(text)
    if scheme is None:
        raise _wrong(
            f"has no https:// in front: {shown(text)}", _retry(f"https://{text.lstrip('/')}")
        )
    if scheme.group(1).lower() not in _DEFAULT_PORTS:
        raise _wrong(f"starts with {scheme.group(1)}://, and only https:// will do", _example())
    parts = _split(text)
    try:
        host, port = host_of(parts), port_of(parts)
    except ValueError as problem:
        raise _wrong(str(problem), _example()) from None
    origin = f"{parts.scheme}://{host}{port}"
    _refuse_extras(text, parts, origin)
    _refuse_host(parts, host, port)
    return origin


def parse_domain(text: str) -> str:
    """Read `text` as an ngrok domain: the host alone, also out of an address pasted whole."""
    try:
        url = parse_public_url(text if "://" in text else f"https://{text}")
    except SetupError as refusal:
        raise _no_domain(refusal.message.partition(" ")[2]) from None
    host = url.removeprefix("https://")
    if ":" in host:
        raise _no_domain("has a port or no name, where ngrok has domains alone")
    return host


def parse_page(text: str) -> str:
    """Read `text` as the address of a page for X's form, path and all; raises `SetupError`."""
    example = Advice("give a whole address", command="https://your.host/page")
    if re.search(r"[\s\\\x00-\x1f\x7f]", text):
        raise _wrong(f"has spaces or backslashes in it: {shown(text)}", example)
    parts = _split(text)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise _wrong(f"does not begin with https://: {shown(text)}", example)
    if is_loopback(parts.hostname):
        raise _wrong(f"names this machine, where nobody else looks: {shown(text)}", example)
    return text


def is_loopback(host: str) -> bool:
    """Whether a host name (IPv6 with or without brackets) is this machine's own."""
    address = _address(host.strip("[]"))
    return host.lower() == "localhost" or (address is not None and address.is_loopback)


def _no_domain(problem: str) -> SetupError:
    advice = [
        Advice("name one of your account's", command="--domain NAME"),
        Advice("they are listed at", url="https://dashboard.ngrok.com/domains"),
    ]
    return SetupError("usage", f"--domain {problem}", advice=advice)


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.hostname
    except ValueError as error:
        raise _wrong(f"is not an address: {shown(text)}", _example()) from error
    if "@" in parts.netloc:
        bare = parts.netloc.rpartition("@")[2]
        raise _wrong("has a user name or password in it", _retry(f"{parts.scheme}://{bare}"))
    return parts


def host_of(parts: SplitResult) -> str:
    """The host as browsers and X write it: lower case, punycode, IPv6 in brackets.

    Raises `ValueError` that says what is wrong, to be read after the name of the setting.
    """
    named = (parts.hostname or "").removesuffix(".")
    if not named:
        raise ValueError("has no host")
    address = _address(named)
    if address is not None:
        return f"[{address}]" if address.version == 6 else str(address)
    host = named if named.isascii() else _punycode(named)
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError(f"has no valid host name: {shown(named)}")
    if _NUMBER.fullmatch(labels[-1]):
        raise ValueError(
            f"has no valid host name: {host} (an IPv4 address has four numbers up to 255)"
        )
    return host


def _punycode(host: str) -> str:
    """By IDNA 2008, as browsers do: in that of 2003 `faß` is `fass`, another's domain."""
    import httpx  # noqa: PLC0415  (not for --help)

    try:
        return httpx.URL(f"https://{host}").raw_host.decode("ascii")
    except (httpx.InvalidURL, UnicodeError):
        raise ValueError(f"has no valid host name: {shown(host)}") from None


def port_of(parts: SplitResult) -> str:
    """`:port` of an address of http or https, '' for its default port; raises as `host_of`."""
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port is None or port == _DEFAULT_PORTS[parts.scheme]:
        return ""
    if port == 0:
        raise ValueError("has a port that is not a number from 1 to 65535")
    return f":{port}"


def _refuse_extras(text: str, parts: SplitResult, origin: str) -> None:
    if parts.query or "?" in text:
        raise _wrong("has a query in it", _retry(origin))
    if parts.fragment or "#" in text:
        raise _wrong("has a fragment (#…) in it", _retry(origin))
    if parts.path not in ("", "/"):
        raise _wrong(
            f"has a path, {shown(parts.path)}, where Strapi and the front end need the whole host",
            _retry(origin),
        )


def _refuse_host(parts: SplitResult, host: str, port: str) -> None:
    address = _address(host.strip("[]"))
    if address is not None and address.is_unspecified:
        raise _wrong(f"names {host}, an address to listen on and not one to visit", _example())
    if host == "localhost" or host.endswith(".localhost"):
        raise _wrong(
            "names localhost, which X does not count as 127.0.0.1",
            _retry(f"http://127.0.0.1{port}"),
        )
    loopback = address is not None and address.is_loopback
    if loopback and parts.scheme == "https":
        raise _wrong(f"has https for this machine's own {host}", _retry(f"http://{host}{port}"))
    if not loopback and parts.scheme == "http":
        raise _wrong(
            "is http, which X takes for a loopback address only", _retry(f"https://{host}{port}")
        )


def _address(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _wrong(problem: str, *advice: Advice) -> SetupError:
    return SetupError("usage", f"--url {problem}", advice=advice)


def _retry(url: str) -> Advice:
    """Advise the command with `url`, if that one would do; else an example."""
    try:
        fixed = parse_public_url(url)
    except (SetupError, RecursionError):
        return _example()
    return Advice("try", command=f"--url {fixed}")


def _example() -> Advice:
    return Advice(
        "give the address at which browsers reach this machine: https://host or https://host:port",
        command="--url https://your-address.example",
    )


def without_password(text: str) -> str:
    return re.sub(r"//[^/]*@", "//••••@", text)


def shown(text: str) -> str:
    """Cut `text` short, without what may be a password."""
    text = without_password(text)
    return text if len(text) <= 60 else f"{text[:59]}…"
