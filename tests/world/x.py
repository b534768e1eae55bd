"""A stand-in for X as far as "Log in with X" needs it: OAuth 1.0a, the consent page, and the profile.

    with serving() as x:                      # in this process
        x.settings.callbacks = ["http://127.0.0.1:7337/api/connect/twitter/callback"]
        x.settings.faults["verify_credentials"] = "no_credits"

    python -m tests.world.x [PORT [SETTINGS as JSON]]      # as a process: prints its URL, serves

It keeps X's rules: signatures, nonces, timestamps, the list of callbacks, tokens that count once.
`strapi_environment` makes a real Strapi talk to it. Another process reads `GET /_standin/state`, and
changes settings with `POST /_standin/state`. Standard library and oauthlib only.
"""

from __future__ import annotations

import json
import secrets
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from string import ascii_letters, digits
from urllib.parse import urlencode

from tests.world import x_answers, x_http, x_pages
from tests.world.x_answers import Answer, Refused
from tests.world.x_oauth import NEEDED, Request
from tests.world.x_pages import USERS, User
from tests.world.x_settings import Settings

PRELOAD = Path(__file__).with_name("x_preload.cjs")
# X does not say how far a clock may be off.
_TOLERANCE = 300


@dataclass(frozen=True)
class Asked:
    """A request that X had, without its signature."""

    method: str
    path: str
    parameters: Mapping[str, str]
    oauth: Mapping[str, str]
    headers: Mapping[str, str]
    status: int
    said: str  # the kind of refusal, or nothing


@dataclass
class RequestToken:
    secret: str
    callback: str
    user: User | None = None
    verifier: str = ""


@dataclass(frozen=True)
class AccessToken:
    secret: str
    user: User
    with_email: bool


class X:
    """The service, without its sockets."""

    def __init__(self, settings: Settings | None = None, users: tuple[User, ...] = USERS) -> None:
        self.settings = settings or Settings()
        self.users = users
        self.requests: list[Asked] = []
        self.url = ""
        self._request_tokens: dict[str, RequestToken] = {}
        self._access_tokens: dict[str, AccessToken] = {}
        self._nonces: set[tuple[str, ...]] = set()
        self._last: User | None = None
        self._lock = threading.Lock()
        self._steps: dict[tuple[str, str], Callable[[Request], Answer]] = {
            ("POST", "/oauth/request_token"): self._request_token,
            ("GET", "/oauth/authenticate"): self._consent_page,
            ("GET", "/oauth/authorize"): self._consent_page,
            ("POST", "/oauth/authenticate"): self._consent,
            ("POST", "/oauth/authorize"): self._consent,
            ("POST", "/oauth/access_token"): self._access_token,
            ("GET", "/1.1/account/verify_credentials.json"): self._verify_credentials,
            ("GET", "/_standin/state"): self._state,
            ("POST", "/_standin/state"): self._change,
        }

    def now(self) -> float:
        return time.time() + self.settings.clock_offset

    def answer(self, request: Request) -> Answer:
        if self.settings.after:
            time.sleep(self.settings.after)
        with self._lock:
            answer = self._answer(request)
            if not request.path.startswith("/_standin/"):
                self._note(request, answer)
            return answer

    def regenerate_keys(self) -> None:
        """As the button in X's console does: the old pair is worth nothing from now on."""
        self.settings.key, self.settings.secret = _letters(25), _letters(50)

    def revoke(self) -> None:
        """As a user does under "Connected apps"."""
        self._access_tokens.clear()

    def steps(self) -> list[tuple[str, int]]:
        """What was asked, in short: the last part of each path, and the status."""
        return [(_step(asked.path), asked.status) for asked in self.requests]

    def strapi_environment(self, browser: str = "127.0.0.1") -> dict[str, str]:
        """What a Strapi has to be started with to meet this X.

        `browser` is the name of this machine where browsers go: `localhost` or `127.0.0.1`. X is
        another site than the app, and the two names are two sites, so give the one the app has not.
        """
        return {
            "NODE_OPTIONS": f"--require {json.dumps(str(PRELOAD))}",
            "STANDIN_X_URL": self.url,
            "STANDIN_X_PAGES": self.url.replace("127.0.0.1", browser),
        }

    def _answer(self, request: Request) -> Answer:
        step = self._steps.get((request.method, request.path))
        if step is None:
            return Answer(404, x_answers.refusal("down", "", "").body)
        faults = self.settings.faults
        fault = faults.get(_step(request.path)) or faults.get("*", "")
        if request.path.startswith("/_standin/"):
            fault = ""
        try:
            if fault in ("down", "rate_limit"):
                raise Refused(fault)
            answer = step(request)
            if fault and answer.status == 200:  # only who asks properly is told what ails the app
                raise Refused(fault)
        except Refused as refused:
            shape = self.settings.shape or _shape(request)
            return x_answers.refusal(refused.kind, request.path, shape, now=self.now())
        return answer

    def _note(self, request: Request, answer: Answer) -> None:
        oauth = {name: value for name, value in request.oauth().items() if name != "signature"}
        headers = {k: v for k, v in request.headers.items() if k != "authorization"}
        asked = (request.method, request.path, request.parameters(), oauth, headers)
        self.requests.append(Asked(*asked, answer.status, answer.said))

    def _check(self, request: Request, secret_of: Callable[[str], str | None]) -> dict[str, str]:
        """The `oauth_…` values of a request that is signed as it should be."""
        oauth = request.oauth()
        key, settings = oauth.get("consumer_key", ""), self.settings
        whole = all(oauth.get(name) for name in NEEDED) and not set(key) & set(" \t\r\n")
        if not whole or oauth["signature_method"] != "HMAC-SHA1":
            raise Refused("bad_data")
        if key != settings.key:
            raise Refused("wrong_key")
        stamp = oauth["timestamp"]
        if not stamp.isdecimal() or abs(int(stamp) - self.now()) > _TOLERANCE:
            raise Refused("clock")
        token_secret = secret_of(oauth.get("token", ""))
        if token_secret is None:
            raise Refused("token")
        once = (key, oauth.get("token", ""), stamp, oauth["nonce"])
        if not request.is_signed(settings.secret, token_secret) or once in self._nonces:
            raise Refused("wrong_key")
        self._nonces.add(once)
        return oauth

    def _request_token(self, request: Request) -> Answer:
        oauth = self._check(request, lambda token: None if token else "")
        callback = oauth.get("callback", "oob")
        if callback not in ("oob", *self.settings.callbacks):
            raise Refused("callback" if self.settings.callbacks else "no_callbacks")
        token, secret = _letters(27), _letters(32)
        self._request_tokens[token] = RequestToken(secret, callback)
        values = {"oauth_token": token, "oauth_token_secret": secret}
        if self.settings.confirms_callback:
            values["oauth_callback_confirmed"] = "true"
        return x_answers.form(**values)

    def _consent_page(self, request: Request) -> Answer:
        token = request.parameters().get("oauth_token", "")
        waiting = self._request_tokens.get(token)
        if waiting is None or waiting.user:
            return Answer(403, x_pages.invalid_token())
        if self.settings.remembers and self._last and request.path.endswith("/authenticate"):
            return self._let_in(token, waiting, self._last)
        name, asks_email = self.settings.app_name, self.settings.request_email
        return Answer(200, x_pages.consent(name, token, self.users, asks_email=asks_email))

    def _consent(self, request: Request) -> Answer:
        given = request.parameters()
        token = given.get("oauth_token", "")
        waiting = self._request_tokens.get(token)
        if waiting is None or waiting.user:
            return Answer(403, x_pages.invalid_token())
        if given.get("answer") != "authorize":
            del self._request_tokens[token]
            if waiting.callback == "oob":
                return Answer(200, x_pages.cancelled(self.settings.app_name))
            return x_answers.to(_with(waiting.callback, denied=token))
        chosen = [user for user in self.users if user.screen_name == given.get("user")]
        return self._let_in(token, waiting, chosen[0] if chosen else self.users[0])

    def _let_in(self, token: str, waiting: RequestToken, user: User) -> Answer:
        waiting.user = self._last = user
        if waiting.callback == "oob":
            waiting.verifier = f"{secrets.randbelow(10**7):07}"
            return Answer(200, x_pages.pin(self.settings.app_name, waiting.verifier))
        waiting.verifier = _letters(32)
        return x_answers.to(
            _with(waiting.callback, oauth_token=token, oauth_verifier=waiting.verifier)
        )

    def _access_token(self, request: Request) -> Answer:
        tokens = self._request_tokens
        oauth = self._check(
            request, lambda token: tokens[token].secret if token in tokens else None
        )
        waiting = tokens[oauth["token"]]
        if not waiting.user or oauth.get("verifier") != waiting.verifier:
            raise Refused("verifier")
        del tokens[oauth["token"]]
        user, secret = waiting.user, _letters(45)
        token = f"{user.id}-{_letters(40)}"
        # What the app may see is settled now: turned on later, it needs a new login.
        self._access_tokens[token] = AccessToken(secret, user, self.settings.request_email)
        ids = {"user_id": user.id, "screen_name": user.screen_name}
        return x_answers.form(oauth_token=token, oauth_token_secret=secret, **ids)

    def _verify_credentials(self, request: Request) -> Answer:
        tokens = self._access_tokens
        if not request.oauth().get("token"):
            raise Refused("bad_data")
        oauth = self._check(
            request, lambda token: tokens[token].secret if token in tokens else None
        )
        granted = tokens[oauth["token"]]
        user = granted.user
        profile = {
            "id": int(user.id),
            "id_str": user.id,
            "name": user.name,
            "screen_name": user.screen_name,
        }
        wants_email = request.parameters().get("include_email") == "true"
        if wants_email and granted.with_email and self.settings.request_email:
            profile["email"] = user.email
        return x_answers.document(profile, ("x-access-level", "read"))

    def _state(self, _: Request) -> Answer:
        requests = [asdict(asked) for asked in self.requests]
        return x_answers.document({**asdict(self.settings), "requests": requests})

    def _change(self, request: Request) -> Answer:
        for name, value in json.loads(request.body).items():
            if not hasattr(self.settings, name):
                return Answer(400, f"no setting {name}")
            setattr(self.settings, name, value)
        return self._state(request)


def _step(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".json")


def _letters(count: int) -> str:
    return "".join(secrets.choice(ascii_letters + digits) for _ in range(count))


def _shape(request: Request) -> str:
    return "json" if "application/json" in request.headers.get("accept", "") else "xml"


def _with(url: str, **more: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(more)}"


@contextmanager
def serving(settings: Settings | None = None, port: int = 0) -> Iterator[X]:
    """X on a port of this machine, until the end of the block."""
    x = X(settings)
    with x_http.listening(x, port) as x.url:
        yield x


def main() -> None:
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    settings = Settings(**json.loads(sys.argv[2])) if len(sys.argv) > 2 else Settings()
    with serving(settings, port) as x:
        print(x.url, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
