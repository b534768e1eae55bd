"""Strapi's `/api/connect/twitter`: asks X for a token, and says what came of it as each generation does.

`grant`: 4.x to 5.50, `tokens`: 5.51 and 5.52, `session`: 5.53 and later (reference: three generations).
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qs, urlencode, urlsplit

from oauthlib.oauth1 import Client as Signer  # type: ignore[import-untyped]

from tests.world.admin_api import AdminApi, Answer, error

_SIGNED = "https://api.twitter.com/oauth/request_token"
_NO_SESSION = {
    "grant": "Grant: mount session middleware first",
    "tokens": "OAuth connect requires session middleware",
    "session": "OAuth connect requires session middleware",
}


@dataclass
class FirstHop:
    """`api` has the setting; the switches make it a Strapi with something wrong."""

    api: AdminApi
    x_url: str
    generation: Literal["grant", "tokens", "session"] = "session"
    has_session: bool = True
    keeps_cookie: bool = True
    cookie: str = "path=/; httponly"  # its attributes
    is_public: bool = True  # the Public role has `auth.connect`
    trusts_proxy: bool = True  # or its cookie is not for https alone
    left: int = 10  # requests that it takes within a minute
    no_way: str = ""  # Node's words, if Strapi itself cannot reach X
    says: str = ""  # in place of all this: the address to which it redirects

    def answer(self) -> Answer:
        self.left -= 1
        if self.says:
            return Answer(302, None, {"Location": self.says})
        return self._refusal() or self._to_x(self.api.providers["twitter"])

    def _refusal(self) -> Answer | None:
        """Before X is asked."""
        if self.left < 0:
            return error(429, "RateLimitError", "Too many requests, please try again later.")
        if not self.is_public:
            return error(403, "ForbiddenError", "Forbidden")
        if not self.has_session:
            return error(400, "BadRequestError", _NO_SESSION[self.generation])
        if not self.api.providers["twitter"].get("enabled"):
            return error(400, "ApplicationError", "This provider is disabled")
        return None

    def _to_x(self, twitter: dict[str, Any]) -> Answer:
        if self.no_way and self.generation == "grant":
            query = urlencode({"error": self.no_way})
            return Answer(302, None, {"Location": f"{twitter.get('callback', '')}?{query}"})
        status, body = (0, "fetch failed") if self.no_way else self._ask_x(twitter)
        if status != 200:
            return self._refused(twitter, body)
        if not self.trusts_proxy:
            return error(500, "InternalServerError", "Internal Server Error")
        token = parse_qs(body)["oauth_token"][0]
        headers = {"Location": f"https://api.twitter.com/oauth/authenticate?oauth_token={token}"}
        if self.keeps_cookie:
            headers["Set-Cookie"] = f"koa.sess=eyJncmFudCI6e319; {self.cookie}"
        return Answer(302, None, headers)

    def _ask_x(self, twitter: dict[str, Any]) -> tuple[int, str]:
        back = f"{self.api.callback_base}{self.api.prefix}/connect/twitter/callback"
        signer = Signer(twitter["key"], client_secret=twitter["secret"], callback_uri=back)
        _, headers, _ = signer.sign(_SIGNED, http_method="POST")
        url = self.x_url + urlsplit(_SIGNED).path
        request = urllib.request.Request(url, b"", headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return int(answer.status), answer.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode()

    def _refused(self, twitter: dict[str, Any], body: str) -> Answer:
        if self.generation != "grant":  # the reason is in its log alone
            return error(500, "InternalServerError", "Internal Server Error")
        try:
            first = json.loads(body)["errors"][0]
        except ValueError:  # XML, as if it were a query
            query = urlencode({f"error[{body.partition('=')[0]}]": body.partition("=")[2]})
        else:
            named = {f"error[errors][0][{name}]": value for name, value in first.items()}
            query = urlencode(named)
        return Answer(302, None, {"Location": f"{twitter.get('callback', '')}?{query}"})
