"""One request to a page as a browser or a program would send it, and whatever came of it as a value."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Literal

import httpx

from twitter_setup.addresses.public_url import is_loopback
from twitter_setup.system import certificates, proxies

SECONDS = 5.0  # a hop
_MOST = 200_000  # bytes of a page that are looked at
_BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0 Safari/537.36"
BROWSER_PAGE = "6024"  # ngrok's code on the page that the free plan shows first
_USUAL_COOKIES = ("koa.sess", "strapi.sid")
PAST_THE_BROWSER_PAGE = {"ngrok-skip-browser-warning": "1"}

Problem = Literal[
    "no such host", "refused", "no way there", "certificate", "timeout", "cut off", "proxy"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer. `status` is 0 if none came, and `problem` says why. Header names are in lower case.

    `proxy` is a whole sentence about the proxy that cannot be used, if that is the problem.
    """

    url: str
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    problem: Problem | None = None
    # The name, and `; attributes` in lower case; never the value.
    cookies: tuple[str, ...] = ()
    proxy: str = ""

    @property
    def ngrok_error(self) -> str:
        """`3200` of ERR_NGROK_3200, '' where it is not ngrok that answers."""
        return self.headers.get("ngrok-error-code", "").removeprefix("ERR_NGROK_")

    @property
    def session_cookie(self) -> str | None:
        """Strapi's session cookie, as in `cookies`; None: it was not set.

        Its name is `key` of strapi::session; Koa sends a signature, NAME.sig, along with it.
        """
        names = {cookie.partition(";")[0]: cookie for cookie in self.cookies}
        signed = (cookie for name, cookie in names.items() if f"{name}.sig" in names)
        usual = (cookie for name, cookie in names.items() if name.startswith(_USUAL_COOKIES))
        return next(chain(signed, usual), None)

    @property
    def location(self) -> str:
        return self.headers.get("location", "")


def get(url: str, *, as_browser: bool = False, headers: Mapping[str, str] | None = None) -> Page:
    """Redirects are not followed. Never raises for what the network does."""
    sent = {"Accept": "text/html" if as_browser else "*/*", **(headers or {})}
    sent["User-Agent"] = _BROWSER if as_browser else "twitter-setup"
    end = time.monotonic() + SECONDS
    try:
        here = is_loopback(httpx.URL(url).host)
        with (
            httpx.Client(
                timeout=SECONDS,
                trust_env=False,
                proxy=None if here else proxies.for_url(url),
                verify=_certificates(url, here=here),
            ) as client,
            client.stream("GET", url, headers=sent) as answer,
        ):
            body = b""
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > _MOST or time.monotonic() > end:
                    break
            cookies = tuple(
                _without_value(value) for value in answer.headers.get_list("set-cookie")
            )
            return Page(
                url=url,
                status=answer.status_code,
                headers={name.lower(): value for name, value in answer.headers.items()},
                text=body[:_MOST].decode(errors="replace"),
                cookies=cookies,
            )
    except proxies.Unusable as unusable:
        return Page(url=url, problem="proxy", proxy=str(unusable))
    except (httpx.RequestError, httpx.InvalidURL, ValueError, OSError) as error:
        return Page(url=url, problem=_problem(error))


def get_all(urls: list[str]) -> list[Page]:
    """Pages as a browser gets them, past ngrok's browser page, side by side."""
    pages: dict[int, Page] = {}

    def fetch(place: int) -> None:
        pages[place] = get(urls[place], as_browser=True, headers=PAST_THE_BROWSER_PAGE)

    threads = [
        threading.Thread(target=fetch, args=(place,), daemon=True) for place in range(len(urls))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS * 2)
    late: Problem = "timeout"
    return [pages.get(place, Page(url=url, problem=late)) for place, url in enumerate(urls)]


def _without_value(cookie: str) -> str:
    pair, _, attributes = cookie.partition(";")
    name = pair.partition("=")[0].strip()
    return f"{name};{attributes.lower()}" if attributes else name


def _certificates(url: str, *, here: bool) -> ssl.SSLContext | bool:
    """Trust what the system trusts; a dev server on the loopback may have made its own certificate."""
    return certificates.trusted() if url.startswith("https:") and not here else False


def _problem(error: BaseException) -> Problem:
    said, cause = "", error
    while cause is not None:
        said += f" {type(cause).__name__} {cause}"
        cause = cause.__cause__ or cause.__context__  # type: ignore[assignment]
    said = said.lower()
    if isinstance(error, httpx.TimeoutException):
        return "timeout"
    if "certificate" in said or "ssl" in said or isinstance(error, OSError):  # of SSL_CERT_FILE
        return "certificate"
    if any(words in said for words in ("name or service", "nodename", "getaddrinfo", "gaierror")):
        return "no such host"
    if "refused" in said:
        return "refused"
    return "no way there" if "unreachable" in said or "no route" in said else "cut off"
