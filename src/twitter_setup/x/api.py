"""Signed calls to X: the only module that asks it. What X answers is a value; nothing here raises.

`verify` asks for a request token, as Strapi does: with `oob` for the keys and the clock, with the real
callback for the list of them. What a request token is worth ends here: it is never kept.
"""

from __future__ import annotations

import email.utils
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
from oauthlib.oauth1 import Client as Signer  # type: ignore[import-untyped]

from twitter_setup.addresses.public_url import is_loopback, shown
from twitter_setup.errors import Advice, SetupError
from twitter_setup.secret import Secret
from twitter_setup.system import certificates, proxies
from twitter_setup.x import answers as x_answers
from twitter_setup.x.answers import Kind

# Strapi asks this host in every version, and it is part of what is signed.
ORIGIN = "https://api.twitter.com"
ADDRESS_VARIABLE = "TWITTER_SETUP_X_URL"
OUT_OF_BAND = "oob"  # the callback of programs that have none

_PATH = "/oauth/request_token"
_TIMEOUT = 5.0  # seconds, each step of a request, and about as long for the whole of an answer
_MOST = 1 << 16  # bytes of an answer; X's have a few hundred
_SIGNED_TYPE = {"Accept": "application/json"}  # else some refusals are XML


@dataclass(frozen=True, slots=True, kw_only=True)
class XAnswer:
    """What X said to one request.

    `status` and `code` are X's, None where there was none. `offset`: X's clock less ours in seconds,
    by its `Date`. `reason`: of no answer, the type of the failure. `words`: X's own message.
    """

    kind: Kind
    status: int | None = None
    code: int | None = None
    offset: float | None = None
    reason: str = ""
    words: str = ""


def address_of(setting: str | None) -> str:
    """Where X is asked: `TWITTER_SETUP_X_URL`, which is for tests, else X's own host.

    https, or http on this machine. Raises `usage`.
    """
    if not setting:
        return ORIGIN
    try:
        parts = urlsplit(setting.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _no_address(setting) from None
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    extras = parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc
    if not is_safe or not host or extras:
        raise _no_address(setting)
    bracketed = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{bracketed}{f':{port}' if port else ''}"


def open_client(address: str) -> httpx.Client:
    """TLS is verified, redirects are not followed.

    The environment (`SSL_CERT_FILE`, a proxy) counts for https only. Raises `settings_invalid` if
    what it says cannot be used.
    """
    is_tls = urlsplit(address).scheme == "https"
    problem = ""
    try:
        return httpx.Client(
            timeout=_TIMEOUT,
            follow_redirects=False,
            trust_env=False,
            proxy=proxies.for_url(address) if is_tls else None,
            verify=certificates.trusted() if is_tls else False,
        )
    except proxies.Unusable as unusable:
        problem = str(unusable)
    except (OSError, ValueError, httpx.InvalidURL) as error:
        problem = (
            "the certificates that SSL_CERT_FILE or SSL_CERT_DIR names cannot be used "
            f"({type(error).__name__})"
        )
    # Not from within: a proxy's address may have a password in it.
    raise _no_client(problem)


def ask(address: str, key: Secret, secret: Secret, callback: str) -> XAnswer:
    """Ask for a request token as the environment lets us; what keeps us from it is a value, too."""
    try:
        with open_client(address) as client:
            return request_token(address, key, secret, callback, client=client)
    except SetupError as problem:
        return XAnswer(kind="unreachable", reason=problem.message)


def request_token(
    address: str,
    key: Secret,
    secret: Secret,
    callback: str,
    *,
    client: httpx.Client,
    clock: Callable[[], float] = time.time,
) -> XAnswer:
    """Ask for a request token. `address` is of `address_of`; `clock` gives epoch seconds."""
    asked = clock()
    header = sign(signed_url(address), key, secret, callback=callback, timestamp=int(asked))
    if header is None:
        return XAnswer(kind="bad-request", reason="the key or the secret is not a text")
    try:
        with client.stream(
            "POST",
            f"{address}{_PATH}",
            headers={**_SIGNED_TYPE, "Authorization": header},
            follow_redirects=False,
        ) as answer:
            body = _read(answer)
    except httpx.RequestError as error:
        # As a value: the error carries the request, and that carries the key.
        return XAnswer(kind=_failure(error), reason=type(error).__name__)
    kind, code = x_answers.read(answer.status_code, body)
    offset = _offset(answer.headers.get("Date", ""), (asked + clock()) / 2)
    words = x_answers.words(body) if answer.status_code != 200 else ""
    return XAnswer(kind=kind, status=answer.status_code, code=code, offset=offset, words=words)


def signed_url(address: str) -> str:
    """The address that the signature is for.

    A stand-in on this machine is X to who asks it, so it is signed as for X's own host, just as
    Strapi signs when its requests are led there.
    """
    is_here = is_loopback(urlsplit(address).hostname or "")
    return f"{ORIGIN if is_here else address}{_PATH}"


def sign(
    url: str,
    key: Secret,
    secret: Secret,
    *,
    callback: str | None = None,
    token: str | None = None,
    token_secret: Secret | None = None,
    verifier: str | None = None,
    nonce: str | None = None,
    timestamp: int | None = None,
) -> str | None:
    """The Authorization header of a POST to `url`: OAuth 1.0a, HMAC-SHA1.

    None where key or secret cannot be written as UTF-8 (half a surrogate pair).
    """
    try:
        signer = Signer(
            key.reveal(),
            client_secret=secret.reveal(),
            callback_uri=callback,
            resource_owner_key=token,
            resource_owner_secret=token_secret.reveal() if token_secret else None,
            verifier=verifier,
            nonce=nonce,
            timestamp=None if timestamp is None else str(timestamp),
        )
        _, headers, _ = signer.sign(url, http_method="POST")
    except UnicodeEncodeError:  # it carries the text
        return None
    return str(headers["Authorization"])


def _read(answer: httpx.Response) -> bytes:
    """The body, as far as it counts: not more of it, and not longer, than X would ever send."""
    body, end = bytearray(), time.monotonic() + _TIMEOUT
    for chunk in answer.iter_bytes():
        body += chunk
        if len(body) > _MOST:
            break
        if time.monotonic() > end:
            raise httpx.ReadTimeout("the answer does not end", request=answer.request)
    return bytes(body[:_MOST])


def _failure(error: httpx.RequestError) -> Kind:
    if isinstance(error, httpx.TimeoutException):
        return "timeout"
    if isinstance(error, (httpx.DecodingError, httpx.ProtocolError)):
        return "strange"
    return "untrusted" if _is_untrusted(error) else "unreachable"


def _is_untrusted(error: BaseException | None) -> bool:
    """Whether a certificate was refused; httpx keeps the reason only further down."""
    while error is not None:
        if type(error).__name__ == "SSLCertVerificationError" or "CERTIFICATE_VERIFY_FAILED" in str(
            error
        ):
            return True
        error = error.__cause__ or error.__context__
    return False


def _offset(date: str, now: float) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(date).timestamp() - now
    except (ValueError, OverflowError, TypeError):
        return None


def _no_client(problem: str) -> SetupError:
    return SetupError(
        "settings_invalid",
        f"X cannot be asked: {problem}.",
        advice=[Advice("correct or unset that variable, then run this again")],
        unchanged="Nothing was sent.",
    )


def _no_address(text: str) -> SetupError:
    return SetupError(
        "usage",
        f"{ADDRESS_VARIABLE} is not an address that X may be asked at: {shown(text)}",
        advice=[Advice("it is for tests alone: unset it", command=f"unset {ADDRESS_VARIABLE}")],
        unchanged="Nothing was sent.",
    )
