"""What ngrok's error codes mean here, as data: a sentence of our own and what to do about each.

What the agent prints is many lines, differs by version and may hold the authtoken: it is read, and
never shown whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from twitter_setup.errors import Advice, TunnelFailed

_CODE = re.compile(r"ERR_NGROK_(\d+)")
_PREFIX = re.compile(
    r"^(ERROR:\s*|authentication failed:\s*|failed to start tunnel:\s*)+", re.IGNORECASE
)
_LONGEST = 200

_DASHBOARD = "https://dashboard.ngrok.com"
_OTHER_TUNNEL = Advice(
    "or use another tunnel, or a server, and name its address",
    command="twitter-setup tunnel --url https://your-address.example",
)
_COPY_TOKEN = Advice("copy your authtoken again", url=f"{_DASHBOARD}/get-started/your-authtoken")
_SET_TOKEN = Advice("set it for this shell", command="export NGROK_AUTHTOKEN=<your authtoken>")
_UPDATE = Advice("update the agent", command="ngrok update")
_DOMAINS = Advice(
    "your account's own domains, the free one among them", url=f"{_DASHBOARD}/domains"
)
_NO_DOMAIN = Advice(
    "without --domain ngrok takes the account's own", command="twitter-setup tunnel"
)


class AgentError(Exception):
    """The agent ended, refused or was silent: in its own words, secrets masked; not for people."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What happened, and what to do next. `{domain}` and `{others}` are filled in."""

    says: str
    advice: tuple[Advice, ...]


_TOKEN_MISSING = Meaning(
    "ngrok needs an authtoken, and there is none in NGROK_AUTHTOKEN or in ngrok.yml",
    (
        Advice("get one, free of charge", url=f"{_DASHBOARD}/get-started/your-authtoken"),
        _SET_TOKEN,
        _OTHER_TUNNEL,
    ),
)
_TOKEN_MALFORMED = Meaning("this is not a whole ngrok authtoken", (_COPY_TOKEN, _SET_TOKEN))
_TOO_OLD = Meaning("the ngrok agent is too old for your account", (_UPDATE,))
_MONTH_IS_USED_UP = Meaning(
    "your ngrok account has used up what its plan allows in a month", (_OTHER_TUNNEL,)
)
_NOT_YOUR_PLAN = Meaning(
    "{domain} is not reserved for your ngrok account, and its plan allows no other",
    (_DOMAINS, _NO_DOMAIN),
)

MEANINGS: dict[str, Meaning] = {
    "4018": _TOKEN_MISSING,
    "105": _TOKEN_MALFORMED,
    "106": _TOKEN_MALFORMED,
    "107": Meaning(
        "ngrok no longer knows this authtoken: it was reset or revoked", (_COPY_TOKEN, _SET_TOKEN)
    ),
    "108": Meaning(
        "your ngrok account already runs as many agents as its plan allows{others}",
        (
            Advice("end the other agent, here or on another machine", url=f"{_DASHBOARD}/agents"),
            Advice(
                "or let it publish this port too, and name its address",
                command="twitter-setup tunnel --url https://your-address.example",
            ),
        ),
    ),
    "120": _TOO_OLD,
    "121": _TOO_OLD,
    "123": Meaning(
        "your ngrok account waits for its e-mail address to be verified",
        (Advice("verify it", url=f"{_DASHBOARD}/user/settings"),),
    ),
    "725": _MONTH_IS_USED_UP,
    "726": _MONTH_IS_USED_UP,
    "727": _MONTH_IS_USED_UP,
    "728": _MONTH_IS_USED_UP,
    "734": Meaning(
        "your ngrok account makes more requests a minute than its plan allows",
        (
            Advice("wait a minute: one page of a dev server is hundreds of requests"),
            _OTHER_TUNNEL,
        ),
    ),
    "334": Meaning(
        "{domain} is already online: another agent, or a cloud endpoint of your account, serves it",
        (
            Advice(
                "stop the other one; a new account has a cloud endpoint there",
                url=f"{_DASHBOARD}/endpoints",
            ),
            Advice("or take another domain of yours", command="twitter-setup tunnel --domain NAME"),
        ),
    ),
    "313": _NOT_YOUR_PLAN,
    "314": _NOT_YOUR_PLAN,
    "319": _NOT_YOUR_PLAN,
    "320": Meaning("{domain} belongs to another ngrok account", (_DOMAINS, _NO_DOMAIN)),
    # These stand at the public address, not in the agent's answers.
    "3200": Meaning(
        "the public address is offline: no tunnel leads to it",
        (Advice("open it", command="twitter-setup tunnel"),),
    ),
    "8012": Meaning(
        "ngrok reaches this machine, but nothing listens on the port behind it",
        (Advice("start Strapi and the front end"),),
    ),
    "6024": Meaning(
        "ngrok's free plan shows browsers a page of its own first",
        (Advice("open the address once in the browser and click through: a cookie remembers it"),),
    ),
    "6022": Meaning(
        "ngrok serves no web pages for an account that is not verified",
        (Advice("sign up", url=f"{_DASHBOARD}/signup"), _SET_TOKEN),
    ),
}

NO_ENDPOINTS = "its local API answers 404"
SILENT = "the agent was silent"

_SERVER = "connect.ngrok-agent.com"
_TRY_OTHERWISE = (_OTHER_TUNNEL,)
_WITHOUT_CODE: tuple[tuple[re.Pattern[str], Meaning], ...] = (
    (
        re.compile(re.escape(NO_ENDPOINTS)),
        Meaning("the ngrok agent is too old: no /api/endpoints, which came with 3.30", (_UPDATE,)),
    ),
    (
        re.compile(re.escape(SILENT)),
        Meaning(
            "the ngrok agent started but said nothing, and was ended",
            (Advice("see whether it can connect", command="ngrok diagnose"), *_TRY_OTHERWISE),
        ),
    ),
    (
        re.compile(r"x509|verify certificate|certificate (is|has|signed)", re.IGNORECASE),
        Meaning(
            "something on the way to ngrok opens the encryption (a company's proxy, a virus "
            "scanner): its certificate is not ngrok's (x509)",
            (
                Advice(
                    "let the agent trust your system's certificates: `connect_cas: host` under "
                    "`agent:` in ngrok.yml (`root_cas: host` in a version 2 file)"
                ),
                *_TRY_OTHERWISE,
            ),
        ),
    ),
    (
        re.compile(r"no such host|server misbehaving|has no records|\blookup\b", re.IGNORECASE),
        Meaning(
            f"no internet, or no DNS: the name {_SERVER} is not found (no such host)",
            (Advice("check the connection, and DNS"), *_TRY_OTHERWISE),
        ),
    ),
    (
        re.compile(
            r"\bdial\b|i/o timeout|connection refused|unreachable|proxyconnect|\bEOF\b|"
            r"reset by peer|failed to send authentication",
            re.IGNORECASE,
        ),
        Meaning(
            f"ngrok's servers are out of reach ({_SERVER}, port 443: failed to dial)",
            (
                Advice(
                    "a firewall or a proxy is in the way (`proxy_url` in ngrok.yml names a proxy), "
                    "or there is no internet",
                    command="ngrok diagnose",
                ),
                *_TRY_OTHERWISE,
            ),
        ),
    ),
)


def code_in(text: str) -> str | None:
    """Find the number of the first `ERR_NGROK_<number>` in `text`."""
    found = _CODE.search(text)
    return found.group(1) if found else None


def is_final(text: str) -> bool:
    """Say whether asking again is of no use."""
    return code_in(text) is not None or NO_ENDPOINTS in text


def first_line(text: str) -> str:
    """Take the sentence out of an error, whose line ends may be real or written out."""
    for raw in re.split(r"\\r|\\n|\r|\n", text):
        line = _PREFIX.sub("", raw.strip()).strip()
        if line and not line.startswith("ERR_NGROK_"):
            return line[:_LONGEST]
    return "no reason given"


def meaning_of(text: str, *, domain: str | None = None, others: Iterable[str] = ()) -> Meaning:
    """Explain `text`, an error of the agent with its secrets masked."""
    named = list(others)
    fill = {
        "domain": domain or _quoted_host(text) or "the domain",
        "others": f": {'; '.join(named)}" if named else "",
    }
    code = code_in(text)
    if code in MEANINGS:
        known = MEANINGS[code]
        advice = tuple(each for each in known.advice if domain or each is not _NO_DOMAIN)
        return Meaning(f"{_fill(known.says, fill)} (ERR_NGROK_{code})", advice)
    if code is not None:
        page = Advice("what it means", url=f"https://ngrok.com/docs/errors/err_ngrok_{code}")
        return Meaning(f"ngrok: {first_line(text)} (ERR_NGROK_{code})", (page,))
    for pattern, meaning in _WITHOUT_CODE:
        if pattern.search(text):
            return meaning
    return Meaning(f"ngrok: {first_line(text)}", _TRY_OTHERWISE)


def sentence(text: str) -> str:
    """Say `text` in a clause, to go behind what became of it."""
    return meaning_of(text).says if code_in(text) in MEANINGS else first_line(text)


def failure(text: str, *, domain: str | None = None, others: Iterable[str] = ()) -> TunnelFailed:
    """Make of `text` the error that reaches the user."""
    meaning = meaning_of(text, domain=domain, others=others)
    message = f"The tunnel did not open: {meaning.says}"
    return TunnelFailed("tunnel_failed", message, advice=meaning.advice)


def _fill(says: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        says = says.replace(f"{{{name}}}", value)
    return says


def _quoted_host(text: str) -> str | None:
    """Find the first address in `text` that is not one of ngrok's own pages."""
    for host in re.findall(r"https?://([a-z0-9.-]+)", text):
        if not host.endswith("ngrok.com"):
            return str(host)
    return None
