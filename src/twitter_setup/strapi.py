"""Strapi over HTTP, on this machine: is it up, and which URL does it have. The only place that asks it.

Always `http://localhost:<port>`, never the tunnel: the admin's host check, ngrok's browser page and
the login limiter are in the way there.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import httpx

from twitter_setup.errors import Advice, SetupError
from twitter_setup.settings import Options, Secret

_TIMEOUT = httpx.Timeout(5.0, connect=1.0)


class Health(StrEnum):
    """`DOWN`: nothing listens. `STARTING`: something does, but `/_health` is not 204 yet."""

    UP = "up"
    STARTING = "starting"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """An administrator's token, or e-mail and password. One login a run: Strapi allows 5 in 5 minutes."""

    token: Secret | None = None
    email: str | None = None
    password: Secret | None = None

    @classmethod
    def of(cls, options: Options) -> Credentials:
        return cls(
            token=options.admin_token, email=options.admin_email, password=options.admin_password
        )

    @property
    def are_given(self) -> bool:
        return self.token is not None or (self.email is not None and self.password is not None)


class Strapi:
    """One running Strapi. `client` is replaceable so that tests can bring their own transport."""

    def __init__(
        self, port: int, credentials: Credentials, client: httpx.Client | None = None
    ) -> None:
        self.port = port
        self.credentials = credentials
        self._client = client or httpx.Client(
            base_url=f"http://localhost:{port}", timeout=_TIMEOUT, trust_env=False
        )
        self._token = credentials.token

    def close(self) -> None:
        self._client.close()

    def health(self) -> Health:
        if not listens(self.port):
            return Health.DOWN
        try:
            answer = self._client.get("/_health", timeout=2.0)
        except httpx.RequestError:
            return Health.STARTING if listens(self.port) else Health.DOWN
        return Health.UP if answer.status_code == 204 else Health.STARTING

    def redirect_uri(self) -> str:
        """The callback URL as Strapi computes it now, from its live `server.url`.

        Raises `SetupError`: `strapi_down`, `strapi_auth`, `strapi_forbidden`, `strapi_rate_limited`,
        `strapi_no_plugin`, `strapi_error`.
        """
        answer = self._request("GET", "/users-permissions/providers", token=self._signed_in())
        providers = self._json(answer)
        twitter = providers.get("twitter") if isinstance(providers, dict) else None
        if not isinstance(twitter, dict) or not isinstance(twitter.get("redirectUri"), str):
            raise SetupError(
                "strapi_error",
                "Strapi's list of providers has no `twitter` with a `redirectUri`.",
                advice=[Advice("update @strapi/plugin-users-permissions")],
            )
        return str(twitter["redirectUri"])

    def _signed_in(self) -> Secret:
        if self._token is None:
            password = self.credentials.password
            answer = self._request(
                "POST",
                "/admin/login",
                json={
                    "email": self.credentials.email,
                    "password": password.reveal() if password else "",
                },
            )
            data = self._json(answer)
            inner = data.get("data") if isinstance(data, dict) else None
            token = inner.get("token") if isinstance(inner, dict) else None
            if not isinstance(token, str):
                raise SetupError(
                    "strapi_error",
                    "Strapi's login answered without a token.",
                    advice=[Advice("give an admin token instead of e-mail and password")],
                )
            self._token = Secret(token)
        return self._token

    def _request(
        self, method: str, path: str, *, token: Secret | None = None, json: Any = None
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token.reveal()}"} if token else {}
        try:
            answer = self._client.request(method, path, headers=headers, json=json)
        except httpx.RequestError as error:
            # `from None`: a chained httpx error carries the request, and that carries the token.
            raise SetupError(
                "strapi_down",
                f"Strapi does not answer at http://localhost:{self.port} ({type(error).__name__}).",
                advice=[Advice("start it in the back end's folder", command="npm run develop")],
            ) from None
        if answer.status_code >= 400:
            raise _refusal(answer, path)
        return answer

    @staticmethod
    def _json(answer: httpx.Response) -> Any:
        try:
            return answer.json()
        except ValueError:
            raise SetupError(
                "strapi_error",
                f"What answers at {answer.request.url.host}:{answer.request.url.port} is not Strapi: "
                "the answer is not JSON.",
                advice=[Advice("name the back end's port with --port")],
            ) from None


def listens(port: int) -> bool:
    """Whether anything accepts connections on this port, on either loopback address."""
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.settimeout(0.5)
                probe.connect((host, port))
                return True
        except OSError:
            continue
    return False


def _refusal(answer: httpx.Response, path: str) -> SetupError:
    """Strapi's refusals by status, in our words; its own text is never repeated unread."""
    status = answer.status_code
    if status == 429:
        return SetupError(
            "strapi_rate_limited",
            "Strapi allows five admin logins in five minutes, and they are used up.",
            advice=[Advice("wait five minutes, or give an admin token: it has no limit")],
        )
    if path == "/admin/login" and status in {400, 401, 403}:
        return SetupError(
            "strapi_auth",
            f"Strapi refuses this e-mail and password (HTTP {status}).",
            advice=[Advice("check STRAPI_ADMIN_EMAIL and STRAPI_ADMIN_PASSWORD")],
        )
    if status == 401:
        return SetupError(
            "strapi_auth",
            "Strapi refuses this admin token.",
            advice=[Advice("an API token is the wrong kind: make an admin token, under Settings")],
        )
    if status == 403:
        return SetupError(
            "strapi_forbidden",
            "This administrator may not read the providers "
            "(plugin::users-permissions.providers.read).",
            advice=[Advice("give the permission under Settings → Roles, or use a Super Admin")],
        )
    if status == 404 and path != "/admin/login":
        return SetupError(
            "strapi_no_plugin",
            "This Strapi has no users-permissions plugin, so it has no providers to log in with.",
            advice=[
                Advice("install it", command="npm install @strapi/plugin-users-permissions"),
            ],
        )
    return SetupError(
        "strapi_error",
        f"Strapi answered {path} with HTTP {status}.",
        advice=[Advice("look at what Strapi says in its own terminal")],
    )
