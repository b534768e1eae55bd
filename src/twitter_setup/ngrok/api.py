"""The agent's local API (agent 3.30 and later), as pyngrok uses it."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import httpx

from twitter_setup.ngrok.errors import NO_ENDPOINTS, AgentError

_ENDPOINTS = "/api/endpoints"
_NAME = "twitter-setup"
_TIMEOUT = 5.0


class Api:
    """Calls to one agent. Every call may raise `AgentError`."""

    def __init__(self, address: str, mask: Callable[[str], str]) -> None:
        self._client = httpx.Client(
            base_url=f"http://{_reachable(address)}",
            trust_env=False,  # a proxy in the environment must not catch a call to this machine
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),  # plain http: no certificates to load
        )
        self._mask = mask
        self._endpoint: str | None = None

    def ping(self) -> None:
        self._ask("GET", _ENDPOINTS)

    def create(self, upstream: str, domain: str | None) -> str:
        """Open our endpoint and return its public URL."""
        wanted: dict[str, Any] = {"name": _NAME, "upstream": {"url": upstream}}
        if domain:
            wanted["url"] = f"https://{domain}"
        answer = self._ask("POST", _ENDPOINTS, wanted)
        url = _public_url(answer)
        if url is None:
            raise AgentError("the agent opened an endpoint without an address")
        self._endpoint = str(answer.get("uri") or f"{_ENDPOINTS}/{_NAME}")
        return url

    def public_url(self) -> str | None:
        """Return the address at which our endpoint is served now."""
        listed = self._ask("GET", _ENDPOINTS).get("endpoints")
        for endpoint in listed if isinstance(listed, list) else ():
            if isinstance(endpoint, dict) and endpoint.get("name") == _NAME:
                return _public_url(endpoint)
        return None

    def delete(self) -> None:
        if self._endpoint is not None:
            self._ask("DELETE", self._endpoint, timeout=1.0)

    def close(self) -> None:
        self._client.close()

    def _ask(
        self, method: str, path: str, body: object = None, timeout: float = _TIMEOUT
    ) -> dict[str, Any]:
        try:
            answer = self._client.request(method, path, json=body, timeout=timeout)
            parsed = answer.json() if answer.content else {}
        except (httpx.HTTPError, ValueError) as error:
            raise AgentError(f"the agent does not answer at {self._client.base_url}") from error
        data = parsed if isinstance(parsed, dict) else {}
        if answer.is_error:
            raise AgentError(self._refusal(answer.status_code, data))
        return data

    def _refusal(self, status: int, data: Mapping[str, Any]) -> str:
        if status == HTTPStatus.NOT_FOUND:
            return NO_ENDPOINTS
        details = data.get("details")
        said = details.get("err") if isinstance(details, dict) else None
        return self._mask(str(said or data.get("msg") or f"its local API answers {status}"))


def _reachable(address: str) -> str:
    """Return where to call an agent that says it listens on `address`."""
    host, _, port = address.rpartition(":")
    everywhere = ("", "0.0.0.0", "[::]", "localhost")  # noqa: S104  (nothing is bound here)
    return f"127.0.0.1:{port}" if host in everywhere else address


def _public_url(endpoint: Mapping[str, Any]) -> str | None:
    url = endpoint.get("public_url") or endpoint.get("url")
    return str(url).rstrip("/") if url else None
