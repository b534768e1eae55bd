"""Strapi's admin API as far as it is asked, by its real rules (compared with real ones in `make e2e`).

State is kept: administrators, tokens, logins used up, the list of providers. Standard library only.
"""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

ADMIN = {"email": "admin@example.com", "password": "Secret123"}
EDITOR = {"email": "editor@example.com", "password": "Secret456"}
SSO_ONLY = {"email": "sso@example.com", "password": "Secret789"}
ADMIN_TOKEN, READER_TOKEN, API_TOKEN = "admin-token", "reads-only", "api-token"
NO_RIGHTS_TOKEN = "may-not-read"
JWT, EDITOR_JWT = "jwt-of-the-admin", "jwt-of-the-editor"
PROVIDERS = "/users-permissions/providers"
# Icon, scope, what else a new Strapi has there; the later ones name their page `callback`.
_DEFAULTS: dict[str, tuple[str, tuple[str, ...], dict[str, str]]] = {
    "discord": ("discord", ("identify", "email"), {}),
    "facebook": ("facebook-square", ("email",), {}),
    "google": ("google", ("email",), {}),
    "github": ("github", ("user", "user:email"), {}),
    "microsoft": ("windows", ("user.read",), {}),
    "twitter": ("twitter", (), {}),
    "instagram": ("instagram", ("user_profile",), {}),
    "vk": ("vk", ("email",), {}),
    "twitch": ("twitch", ("user:read:email",), {}),
    "linkedin": ("linkedin", ("r_liteprofile", "r_emailaddress"), {}),
    "cognito": ("aws", ("email", "openid", "profile"), {"subdomain": "my.subdomain.com"}),
    "reddit": ("reddit", ("identity",), {}),
    "auth0": ("", ("openid", "email", "profile"), {"subdomain": "my-tenant.eu"}),
    "cas": ("book", ("openid email",), {"subdomain": "my.subdomain.com/cas"}),
    "patreon": ("", ("identity", "identity[email]"), {}),
    "keycloak": (
        "",
        ("openid", "email", "profile"),
        {"subdomain": "myKeycloakProvider.com/realms/myrealm"},
    ),
}
_CALLBACK = frozenset({"cognito", "reddit", "auth0", "cas", "patreon", "keycloak"})
_USER = (
    *("id", "documentId", "firstname", "lastname", "username", "email", "isActive", "blocked"),
    *("preferedLanguage", "createdAt", "updatedAt", "publishedAt", "locale"),
)
# By token, what it may do with the providers; by e-mail, password and the token of a login.
_MAY = {
    JWT: {"GET", "PUT"},
    ADMIN_TOKEN: {"GET", "PUT"},
    READER_TOKEN: {"GET"},
    EDITOR_JWT: set[str](),
    NO_RIGHTS_TOKEN: set[str](),
}
_WHO = {
    ADMIN["email"]: (ADMIN["password"], JWT),
    EDITOR["email"]: (EDITOR["password"], EDITOR_JWT),
}
_WINDOW = 300
# On every answer, as a real one has them (Strapi 5.54); it says by whom it is powered unless it throws.
HEADERS = {
    "Content-Security-Policy": "connect-src 'self' https:;img-src 'self' data: blob: https://market-assets.strapi.io",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "SAMEORIGIN",
}
POWERED_BY = {"X-Powered-By": "Strapi <strapi.io>"}


@dataclass
class Answer:
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


def default_providers() -> dict[str, dict[str, Any]]:
    """As a new Strapi has them, 4 and 5 alike."""
    providers: dict[str, dict[str, Any]] = {"email": {"icon": "envelope", "enabled": True}}
    for name, (icon, scope, more) in _DEFAULTS.items():
        providers[name] = {"icon": icon, "enabled": False, "key": "", "secret": "", **more}
        page = "callback" if name in _CALLBACK else "callbackUrl"
        providers[name][page] = f"api/auth/{name}/callback"
        if scope:
            providers[name]["scope"] = list(scope)
    return providers


@dataclass
class AdminApi:
    """`callback_base` is what Strapi's `server.url` comes to. The switches make it another Strapi."""

    major: int = 5
    callback_base: str = "http://localhost:1337"
    prefix: str = "/api"
    max_logins: int = 5
    has_admin: bool = True
    has_plugin: bool = True
    has_redirect_uri: bool = True  # Strapi 3 has not
    providers: dict[str, dict[str, Any]] = field(default_factory=default_providers)
    tokens: dict[str, set[str]] = field(default_factory=lambda: copy.deepcopy(_MAY))
    administrators: dict[str, tuple[str, str]] = field(default_factory=lambda: dict(_WHO))
    requests: list[str] = field(default_factory=list)
    logins: dict[str, list[float]] = field(default_factory=dict)

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        self.requests.append(f"{method} {path}")
        answer = self._answer(method, path, headers, body)
        powered = {} if answer.status == 400 else POWERED_BY
        answer.headers = {**HEADERS, **powered, **answer.headers}
        return answer

    def _answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if path == "/_health":
            return Answer(204)
        if path == "/admin":
            return Answer(200, "the panel's page")
        routes: dict[str, Callable[[], Answer]] = {
            "GET /admin/init": self._init,
            "POST /admin/login": lambda: self._login(_parsed(body)),
            "POST /admin/reset-password": lambda: error(
                400, "ValidationError", "2 errors occurred"
            ),
            f"GET {PROVIDERS}": self._get,
            f"PUT {PROVIDERS}": lambda: self._put(body),
        }
        route = routes.get(f"{method} {path}")
        if route is None or (path == PROVIDERS and not self.has_plugin):
            return error(404, "NotFoundError", "Not Found")
        if path == PROVIDERS:
            refused = self._refused(method, headers)
            if refused:
                return refused
        return route()

    def _init(self) -> Answer:
        data = {"uuid": False, "hasAdmin": self.has_admin, "menuLogo": None, "authLogo": None}
        return Answer(200, {"data": data})

    def _login(self, given: Any) -> Answer:
        email = str(given.get("email", "")).lower()
        now, used = time.time(), self.logins.setdefault(email, [])
        used[:] = [moment for moment in used if moment > now - _WINDOW]
        used.append(now)
        limits = {
            "X-RateLimit-Limit": str(self.max_logins),
            "X-RateLimit-Remaining": str(max(0, self.max_logins - len(used))),
            "X-RateLimit-Reset": str(int(used[0] + _WINDOW) + 1),
        }
        if len(used) > self.max_logins:
            answer = error(429, "RateLimitError", "Too many requests, please try again later.")
        elif given == SSO_ONLY:
            said = "Login not allowed, please contact your administrator"
            answer = error(401, "UnauthorizedError", said, {"code": "LOGIN_NOT_ALLOWED"})
        elif self.has_admin and self.administrators.get(email, ("",))[0] == given.get("password"):
            answer = Answer(200, {"data": self._signed_in(email)})
        elif not (given.get("email") and given.get("password")):
            answer = error(400, "ApplicationError", "Missing credentials")
        else:
            answer = error(400, "ApplicationError", "Invalid credentials")
        answer.headers |= limits
        return answer

    def _signed_in(self, email: str) -> dict[str, Any]:
        token = self.administrators[email][1]
        only_5 = {"documentId", "publishedAt", "locale"}
        names = [name for name in _USER if self.major == 5 or name not in only_5]
        user = {**dict.fromkeys(names), "email": email}
        return {"token": token, **({"accessToken": token} if self.major == 5 else {}), "user": user}

    def _refused(self, method: str, headers: Mapping[str, str]) -> Answer | None:
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:  # an API token as well: it is of the other kind
            return error(401, "UnauthorizedError", "Missing or invalid credentials")
        if method in self.tokens[token]:
            return None
        if self.major == 5:
            return error(403, "PolicyError", "Policy Failed")
        return error(403, "ForbiddenError", "Forbidden")

    def _get(self) -> Answer:
        providers = copy.deepcopy(self.providers)
        for name, provider in providers.items():
            if name != "email" and self.has_redirect_uri:
                provider["redirectUri"] = (
                    f"{self.callback_base}{self.prefix}/connect/{name}/callback"
                )
        return Answer(200, providers)

    def _put(self, body: bytes) -> Answer:
        """No merge, no validation, no echo."""
        try:
            given = json.loads(body or b"{}")
        except ValueError:
            answer = error(400, "SyntaxError", "Unexpected token in JSON")
            del answer.body["error"]["details"]
            return answer
        if not given:
            return error(400, "ValidationError", "Request body cannot be empty")
        self.providers = given.get("providers")
        return Answer(200, {"ok": True})


def error(status: int, name: str, message: str, details: object = None) -> Answer:
    said = {"status": status, "name": name, "message": message, "details": details or {}}
    return Answer(status, {"data": None, "error": said})


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body or b"{}")
    except ValueError:
        return {}
