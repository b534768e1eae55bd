"""What X answers, to the byte where an answer of X's has been seen (its errors above all)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urlencode

_CALLBACK = "Callback URL not approved for this client application."
_ACCESS_LEVEL = (
    "You currently have access to a subset of X API V2 endpoints and limited v1.1 endpoints "
    "(e.g. media post, oauth) only. If you need access to this endpoint, you may need a different "
    "access level. You can learn more here: https://developer.x.com/en/portal/product"
)
_ERRORS = {
    "wrong_key": (401, 32, "Could not authenticate you."),
    "bad_data": (400, 215, "Bad Authentication data."),
    "callback": (
        403,
        415,
        f"{_CALLBACK} Approved callback URLs can be adjusted in your application settings",
    ),
    "no_callbacks": (401, 417, "Desktop applications only support the oauth_callback value 'oob'"),
    "suspended": (401, 416, "Invalid / suspended application"),
    "clock": (401, 135, "Timestamp out of bounds."),
    "token": (401, 89, "Invalid or expired token."),
    "access_level": (403, 453, _ACCESS_LEVEL),
    "account_suspended": (403, 64, "Your account is suspended and is not permitted."),
    "account_locked": (403, 326, "To protect our users, this account is temporarily locked."),
    "user_suspended": (403, 63, "User has been suspended."),
    "not_permitted": (403, 87, "Client is not permitted to perform this action."),
    "code_of_tomorrow": (403, 9999, "This app has to be reviewed first."),
    "rate_limit": (429, 88, "Rate limit exceeded"),
}
# These two are XML for most clients; all the others were only ever seen as JSON.
_IN_XML = {"callback", "no_callbacks"}
_NOT_ENROLLED = {
    "title": "Client Forbidden",
    "detail": "When authenticating requests, use keys of an App that is attached to a Project.",
    "reason": "client-not-enrolled",
    "type": "https://api.twitter.com/2/problems/client-forbidden",
}
KINDS = frozenset({*_ERRORS, "no_credits", "not_enrolled", "down", "verifier"})
HTML = "text/html;charset=utf-8"
JSON = "application/json;charset=utf-8"


@dataclass(frozen=True)
class Answer:
    status: int
    body: str
    content_type: str = HTML
    headers: tuple[tuple[str, str], ...] = ()
    said: str = ""  # the kind of refusal


class Refused(Exception):
    """X says no; `kind` is one of `KINDS`."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def form(**values: str) -> Answer:
    """What the two token endpoints answer: form-encoded, and said to be HTML."""
    return Answer(200, urlencode(values))


def document(value: object, *headers: tuple[str, str]) -> Answer:
    return Answer(200, json.dumps(value, separators=(",", ":")), JSON, headers)


def to(url: str) -> Answer:
    return Answer(302, "", headers=(("Location", url),))


def refusal(kind: str, path: str, shape: str, *, now: float = 0) -> Answer:
    """`shape` is `json`, `xml`, or `hash`: the XML of before 2026."""
    if kind == "down":
        page = "<!DOCTYPE html><html><head><title>Twitter / ?</title></head><body></body></html>"
        return Answer(503, page, said=kind)
    if kind == "verifier":
        said = "Error processing your OAuth request: Invalid oauth_verifier parameter"
        return Answer(401, said, said=kind)
    if kind == "no_credits":  # the status is X's, the words are ours: nobody has noted them down
        problem = {
            "title": "CreditsDepleted",
            "detail": "This account has no credits.",
            "status": 402,
        }
        return Answer(402, json.dumps(problem), JSON, said=kind)
    if kind == "not_enrolled":
        return Answer(403, json.dumps(_NOT_ENROLLED), JSON, said=kind)
    status, code, message = _ERRORS[kind]
    if kind in _IN_XML and shape != "json":
        body = _hash(kind, message, path) if shape == "hash" else _xml(code, message)
        return Answer(status, body, "application/xml;charset=utf-8", said=kind)
    error: dict[str, object] = {"code": code, "message": message}
    if kind == "access_level":
        error = {"message": message, "code": code}
    body = json.dumps({"errors": [error]}, separators=(",", ":"))
    headers: tuple[tuple[str, str], ...] = ()
    if kind == "rate_limit":
        names = ("limit", "remaining", "reset")
        values = ("75", "0", str(int(now) + 900))
        headers = tuple(
            (f"x-rate-limit-{name}", value) for name, value in zip(names, values, strict=True)
        )
    return Answer(status, body, JSON, headers, said=kind)


def _xml(code: int, message: str) -> str:
    error = f'<error code="{code}">{message}</error>'
    return f"<?xml version='1.0' encoding='UTF-8'?><errors>{error}</errors>"


def _hash(kind: str, message: str, path: str) -> str:
    told = f"<error>{_CALLBACK if kind == 'callback' else message}</error>"
    request = f"<request>{path}</request>"
    return f'<?xml version="1.0" encoding="UTF-8"?><hash>{told}{request}</hash>'
