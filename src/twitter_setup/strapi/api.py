"""Strapi's admin API: is it up, which URL does it have, its login providers. The only place that asks it.

On this machine always `http://localhost:<port>`, never the tunnel: the admin's host check, ngrok's
browser page and the login limiter are in the way there.
"""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import httpx

from twitter_setup.addresses.public_url import is_loopback
from twitter_setup.errors import SetupError
from twitter_setup.project.settings import Options
from twitter_setup.secret import Secret
from twitter_setup.strapi import refusals as strapi_errors
from twitter_setup.system import certificates, proxies

_TIMEOUT = httpx.Timeout(5.0, connect=1.0)
_REMOTE_TIMEOUT = httpx.Timeout(15.0, connect=5.0)
_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
_INIT = "/admin/init"
_PROVIDERS = "/users-permissions/providers"


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


def local_address(port: int) -> str:
    """Where a Strapi of this machine is asked."""
    return f"http://localhost:{port}"


def port_at(address: str) -> int:
    parts = urlsplit(address)
    return parts.port or {"http": 80, "https": 443}[parts.scheme]


class Strapi:
    """One running Strapi. `client` is replaceable so that tests can bring their own transport."""

    def __init__(
        self,
        address: str,
        credentials: Credentials,
        client: httpx.Client | None = None,
        *,
        is_hasty: bool = False,
        start_command: str = "npm run develop",
        manager: str = "npm",
    ) -> None:
        """`is_hasty`: do not wait longer for a server elsewhere. The commands are for advice."""
        self._start_command, self._manager = start_command, manager
        self.address = address
        self.credentials = credentials
        self._client = client or _client(address, _TIMEOUT if is_hasty else None)
        self._token = credentials.token
        # The twitter provider as it was last read.
        self.last_seen: Mapping[str, Any] | None = None

    def close(self) -> None:
        self._client.close()

    def sign_in(self, credentials: Credentials) -> None:
        """Take `credentials` for the requests to come; a password is sent with the first of them."""
        self.credentials = credentials
        self._token = credentials.token

    def health(self) -> Health:
        if not self._listens():
            return Health.DOWN
        try:
            answer = self._client.get("/_health", timeout=2.0)
        except httpx.RequestError:
            return Health.STARTING if self._listens() else Health.DOWN
        return Health.UP if answer.status_code == 204 else Health.STARTING

    def _listens(self) -> bool:
        if not self._is_loopback:
            return True  # a server elsewhere is asked, not probed
        return listens(port_at(self.address))

    def check_ready(self) -> None:
        """Whether it answers and has an administrator to sign in as.

        Raises `SetupError`: `strapi_down`, `strapi_no_admin`, `strapi_error`.
        """
        answer = self._json(self._request("GET", _INIT))
        data = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(data, dict) or not isinstance(data.get("hasAdmin"), bool):
            raise strapi_errors.not_strapi(self.address, f"it knows no {_INIT}")
        if not data["hasAdmin"]:
            raise strapi_errors.no_admin(self.address)

    def redirect_uri(self) -> str:
        """The callback URL as Strapi computes it now, from its live `server.url`; raises as `providers`."""
        return str(self.providers()["twitter"]["redirectUri"])

    def providers(self) -> dict[str, dict[str, Any]]:
        """Every login provider as Strapi has it, secrets in clear: never to be shown or logged.

        Raises `SetupError`: `strapi_down`, `strapi_auth`, `strapi_forbidden`, `strapi_rate_limited`,
        `strapi_no_plugin`, `unsupported_version`, `strapi_error`.
        """
        found = self._json(self._request("GET", _PROVIDERS, token=self._signed_in()))
        if not isinstance(found, dict) or not all(isinstance(one, dict) for one in found.values()):
            raise strapi_errors.not_strapi(self.address, "its list of providers is no such list")
        twitter = found.get("twitter")
        if twitter is None:
            raise strapi_errors.no_twitter(self.address)
        if not isinstance(twitter.get("redirectUri"), str):
            raise strapi_errors.no_redirect_uri(self.address)
        self.last_seen = twitter
        return found

    def replace_providers(self, providers: Mapping[str, Any]) -> None:
        """Write the whole list: what is not in it is gone afterwards (Strapi merges nothing).

        Raises as `providers`. `Unanswered` where no answer came: it may be written, or still will be.
        """
        answer = self._request(
            "PUT", _PROVIDERS, token=self._signed_in(), body={"providers": providers}
        )
        if self._json(answer) != {"ok": True}:
            raise strapi_errors.not_strapi(self.address, "it did not confirm what was written")

    def _signed_in(self) -> Secret:
        if self._token is None:
            password = self.credentials.password
            answer = self._request(
                "POST",
                "/admin/login",
                body={
                    "email": self.credentials.email,
                    "password": password.reveal() if password else "",
                },
            )
            data = self._json(answer)
            inner = data.get("data") if isinstance(data, dict) else None
            token = inner.get("token") if isinstance(inner, dict) else None
            if not isinstance(token, str):
                raise strapi_errors.no_token()
            self._token = Secret(token)
        return self._token

    def _request(
        self, method: str, path: str, *, token: Secret | None = None, body: Any = None
    ) -> httpx.Response:
        headers = {"Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token.reveal()}"
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            # ASCII: what Strapi holds may have half a surrogate pair in it, which UTF-8 has no form for.
            content = json.dumps(body)
        problem: SetupError | None = None
        try:
            answer = self._client.request(method, path, headers=headers, content=content)
        except (httpx.LocalProtocolError, UnicodeEncodeError):  # nothing was sent
            problem = strapi_errors.not_a_header()
        except httpx.RequestError as error:
            problem = self._no_answer(error)
            if not isinstance(error, _NOT_SENT):
                problem = strapi_errors.unanswered(problem)
        if problem is not None:
            # Not from within: a chained httpx error carries the request, and that carries the token.
            raise problem
        if answer.is_redirect:
            raise strapi_errors.redirected(self.address, answer.headers.get("Location", ""))
        if path == _INIT and 400 <= answer.status_code < 500:
            raise strapi_errors.not_strapi(self.address, f"it knows no {_INIT}")
        if answer.status_code >= 400:
            raise strapi_errors.refusal(
                method,
                path,
                answer.status_code,
                answer.headers,
                by_token=self._has_own_token,
                manager=self._manager,
            )
        return answer

    def _no_answer(self, error: httpx.RequestError) -> SetupError:
        for cause in _causes(error):
            if isinstance(cause, ssl.SSLCertVerificationError):
                return strapi_errors.untrusted(self.address, cause.verify_message)
            if isinstance(cause, ssl.SSLError):
                return strapi_errors.no_tls(self.address)
        if self._is_loopback and self._listens():
            return strapi_errors.starting(self.address, type(error).__name__)
        return strapi_errors.down(
            self.address,
            type(error).__name__,
            start_command=self._start_command if self._is_loopback else "",
        )

    @property
    def _has_own_token(self) -> bool:
        return self.credentials.token is not None

    @property
    def _is_loopback(self) -> bool:
        return is_loopback(urlsplit(self.address).hostname or "")

    def _json(self, answer: httpx.Response) -> Any:
        try:
            return answer.json()
        except (ValueError, RecursionError):
            pass
        raise strapi_errors.not_strapi(self.address, "the answer is not JSON")


def _client(address: str, timeout: httpx.Timeout | None = None) -> httpx.Client:
    """Redirects are never followed: they would take the credentials along.

    `SSL_CERT_FILE` counts for https. A proxy of the environment counts for https elsewhere: it sees no
    credentials there, and this machine is not reached through it.
    """
    parts = urlsplit(address)
    is_https, here = parts.scheme == "https", is_loopback(parts.hostname or "")
    try:
        _ = httpx.URL(address).host  # read as it will be: some international names are none
    except (httpx.InvalidURL, UnicodeError):
        raise strapi_errors.no_client(f"{address} is not a valid address") from None
    try:
        context = certificates.trusted() if is_https else False
    except OSError as error:
        reason = error.strerror or "it holds no certificate"
        raise strapi_errors.no_client(f"SSL_CERT_FILE, or SSL_CERT_DIR: {reason}") from None
    try:
        return httpx.Client(
            base_url=address,
            timeout=timeout or (_TIMEOUT if here else _REMOTE_TIMEOUT),
            trust_env=False,
            proxy=proxies.for_url(address) if is_https and not here else None,
            verify=context,
        )
    except proxies.Unusable as unusable:
        raise strapi_errors.no_client(str(unusable)) from None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and those that it came from: httpx keeps the reason only further down."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


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
