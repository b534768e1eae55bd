"""A Strapi that cannot reach X, though this program may: how its words tell, and why it happens. Pure."""

from __future__ import annotations

import re

from twitter_setup.checks.finding import Finding, failed
from twitter_setup.errors import Advice

# Node's words for a request without an answer, as grant (4.x to 5.50) and fetch (5.51 and later) repeat them.
_DNS = re.compile(r"ENOTFOUND|EAI_AGAIN")
_CERTIFICATE = re.compile(r"certificate|altnames|\bSSL\b|CERT_", re.IGNORECASE)
_NO_ANSWER = re.compile(
    r"ECONN(?:REFUSED|RESET|ABORTED)|ETIMEDOUT|E(?:HOST|NET)UNREACH|EPIPE|"
    r"\btimeout\b|fetch failed|socket hang up|socket disconnected",
    re.IGNORECASE,
)
PROXY = Advice(
    "Node ignores HTTPS_PROXY unless Strapi is started with (Node 22.21, 24.5 and newer)",
    command="NODE_USE_ENV_PROXY=1",
)
AUTHORITY = Advice(
    "Node knows no authority of a company's proxy: name its file where Strapi is started",
    command="NODE_EXTRA_CA_CERTS=/path/to/ca.pem",
)
DNS = Advice("a container may have no DNS or no network: ask from inside it for api.twitter.com")
_TERMINAL = Advice("Strapi's own terminal may say more")


def is_said_by(reason: str) -> bool:
    """Say whether `reason`, Strapi's error in a redirect, is of a request to X without an answer."""
    return any(words.search(reason) for words in (_DNS, _CERTIFICATE, _NO_ANSWER))


def finding(reason: str, *, x_answers_here: bool = False) -> Finding:
    """Name the usual causes, the likeliest for `reason` first."""
    causes = [PROXY, DNS, AUTHORITY]
    if _DNS.search(reason):
        causes = [DNS, PROXY, AUTHORITY]
    elif _CERTIFICATE.search(reason):
        causes = [AUTHORITY, PROXY, DNS]
    here = "X answers this program, so Strapi takes another way" if x_answers_here else ""
    said = f"Strapi sends the browser back with: {reason}" if reason else ""
    return failed(
        f"Strapi cannot reach X from its machine{f': {reason}' if reason else ''}",
        "\n".join(line for line in (said, f"{here}." if here else "") if line),
        *causes,
        _TERMINAL,
    )
