"""What an answer of X's to a request for a token means. Pure, and never fails on odd bytes.

Status and code decide, and never the words, which X changes. One old form has no code: there, and
only there, the sentence does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import parse_qs

Kind = Literal[
    "accepted",
    "not-confirmed",  # a token, but without `oauth_callback_confirmed=true`
    "wrong-keys",
    "bad-request",
    "callback-not-listed",
    "no-callback-set",
    "suspended",
    "account-suspended",
    "account-locked",
    "user-suspended",
    "not-permitted",
    "clock",
    "expired",
    "no-credits",
    "access-level",
    "not-enrolled",
    "refused",  # with a code, or in words, that are not known here
    "rate-limited",
    "down",
    "strange",  # nothing that X is known to say
    "unreachable",
    "untrusted",  # a certificate that nobody vouches for
    "timeout",
]

# As X documents them, or as its users have met them.
_BY_CODE: Mapping[int, Kind] = {
    32: "wrong-keys",
    63: "user-suspended",
    64: "account-suspended",
    87: "not-permitted",
    88: "rate-limited",
    89: "expired",
    99: "wrong-keys",
    135: "clock",
    215: "bad-request",
    326: "account-locked",
    415: "callback-not-listed",
    416: "suspended",
    417: "no-callback-set",
    453: "access-level",
}
_BY_STATUS: Mapping[int, Kind] = {
    400: "bad-request",
    401: "wrong-keys",
    403: "refused",
}
_ENROLMENT = frozenset({"client-not-enrolled", "user-not-enrolled"})
_FORBIDDEN = "/client-forbidden"  # how the `type` of such a problem ends
_LONG = re.compile(r"[A-Za-z0-9_+/=-]{25,}")
_XML_WORDS = re.compile(rb"<error\b[^<>]{0,200}>([^<>]{1,500})</error>")
_XML_CODE = re.compile(rb"<error\s[^<>]{0,200}?\bcode\s*=\s*[\"']([0-9]{1,5})[\"']")
_OLD_FORM = re.compile(rb"<hash>.{0,2000}?<error>(.{0,500}?)</error>", re.DOTALL)
_OLD_SENTENCES: tuple[tuple[int, bytes, Kind], ...] = (
    (403, b"Callback URL not approved", "callback-not-listed"),
    (401, b"Desktop applications only support", "no-callback-set"),
    (401, b"Invalid / expired Token", "expired"),
)


def read(status: int, body: bytes) -> tuple[Kind, int | None]:
    """Tell what the answer means, with X's own code where it has one."""
    if status == 200:
        return _token(body), None
    document = _json(body)
    code = _code(document, body)
    kind = _by_status_alone(status) or _BY_CODE.get(code or 0)
    kind = kind or _without_code(status, body, document)
    is_unknown = code is not None and code not in _BY_CODE and kind in _BY_STATUS.values()
    return ("refused" if is_unknown else kind), code


def words(body: bytes) -> str:
    """Quote X's own message, in one line; '' if there is none."""
    document = _json(body)
    found = _XML_WORDS.search(body) if document is None else None
    if found:
        return without_tokens(found[1].decode(errors="replace").strip())
    texts: list[Any] = []
    errors = document.get("errors") if document else None
    for error in errors if isinstance(errors, list) else []:
        texts += [error.get("message"), error.get("detail")] if isinstance(error, dict) else []
    if document:
        texts += [document.get(name) for name in ("detail", "error", "title")]
    return next(
        (without_tokens(text.strip()) for text in texts if text and isinstance(text, str)), ""
    )


def without_tokens(text: str) -> str:
    """A sentence of X's or Strapi's, without what is as long as a token, and without what no line has."""
    text = "".join(sign if sign.isprintable() else " " for sign in _LONG.sub("…", text))
    return text if len(text) <= 160 else f"{text[:159]}…"


def _by_status_alone(status: int) -> Kind | None:
    if status == 429:
        return "rate-limited"
    if status == 402:
        return "no-credits"
    if status == 404 or status >= 500:
        return "down"
    return None if 400 <= status < 500 else "strange"


def _token(body: bytes) -> Kind:
    """Form-encoded, whatever its type says (it says text/html)."""
    try:
        form = parse_qs(body.decode("ascii"), max_num_fields=50)
    except ValueError:
        return "strange"
    if not (form.get("oauth_token") and form.get("oauth_token_secret")):
        return "strange"
    is_confirmed = form.get("oauth_callback_confirmed") == ["true"]
    return "accepted" if is_confirmed else "not-confirmed"


def _json(body: bytes) -> Mapping[str, Any] | None:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _code(document: Mapping[str, Any] | None, body: bytes) -> int | None:
    errors = document.get("errors") if document else None
    for error in errors if isinstance(errors, list) else []:
        code = error.get("code") if isinstance(error, dict) else None
        if isinstance(code, int) and not isinstance(code, bool):
            return code
    found = _XML_CODE.search(body) if document is None else None
    return int(found[1]) if found else None


def _without_code(status: int, body: bytes, document: Mapping[str, Any] | None) -> Kind:
    """X's forms only: a 403 in HTML is of some gate on the way, and says nothing of the app."""
    old = _OLD_FORM.search(body) if document is None else None
    if old:
        for its_status, sentence, kind in _OLD_SENTENCES:
            if status == its_status and old[1].strip().startswith(sentence):
                return kind
    elif document is None and b"<errors>" not in body:
        return "strange"
    if document and (
        document.get("reason") in _ENROLMENT or str(document.get("type")).endswith(_FORBIDDEN)
    ):
        return "not-enrolled"
    return _BY_STATUS.get(status, "strange")
