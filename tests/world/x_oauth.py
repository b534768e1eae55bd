"""Who signed a request, and is the signature right: OAuth 1.0a (RFC 5849) as X's API checks it.

The signature covers the address that the client believes in, so it is checked for
https://api.twitter.com wherever the stand-in listens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from oauthlib.oauth1.rfc5849 import signature, utils  # type: ignore[import-untyped]

ORIGIN = "https://api.twitter.com"
NEEDED = ("consumer_key", "nonce", "signature", "signature_method", "timestamp")


@dataclass(frozen=True)
class Request:
    """What was asked; the names of headers are in lower case."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""

    def parameters(self) -> dict[str, str]:
        return dict(self._pairs())

    def oauth(self) -> dict[str, str]:
        """The `oauth_…` values, from wherever they stand, without that prefix."""
        found = [*self._header(), *self._pairs()]
        return {
            name.removeprefix("oauth_"): value for name, value in found if name.startswith("oauth_")
        }

    def is_signed(self, secret: str, token_secret: str) -> bool:
        # Only `oauth_…` counts from the header: Strapi 5.51+ repeats the query there, and signs it once.
        pairs = [*self._header(), *self._pairs()]
        signed = _Signed(
            http_method=self.method,
            uri=ORIGIN + self.path,
            params=[pair for pair in pairs if pair[0] != "oauth_signature"],
            signature=self.oauth().get("signature", ""),
        )
        return bool(signature.verify_hmac_sha1(signed, secret, token_secret))

    def _pairs(self) -> list[tuple[str, str]]:
        """What stands in the query and in a form."""
        is_form = "x-www-form-urlencoded" in self.headers.get("content-type", "")
        texts = (self.query, self.body if is_form else "")
        return [pair for text in texts for pair in parse_qsl(text, keep_blank_values=True)]

    def _header(self) -> list[tuple[str, str]]:
        try:
            pairs: list[tuple[str, str]] = utils.parse_authorization_header(
                self.headers.get("authorization", "")
            )
        except ValueError:
            return []
        return [
            (utils.unescape(name), utils.unescape(value))
            for name, value in pairs
            if name.startswith("oauth_")
        ]


@dataclass(frozen=True)
class _Signed:
    """What oauthlib wants of a request."""

    http_method: str
    uri: str
    params: list[tuple[str, Any]]
    signature: str
