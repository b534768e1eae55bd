"""A real Strapi with all the kinds of people and tokens that may ask its admin API."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import httpx

from tests.e2e.projects import ADMIN, Project

EDITOR = {"email": "editor@example.com", "password": ADMIN["password"]}
PROVIDERS = "/users-permissions/providers"
_RIGHT = "plugin::users-permissions.providers"


@dataclass(frozen=True)
class Admins:
    """`tokens` by what they are of: `admin` and `editor` logins, and what Settings can make."""

    project: Project
    client: httpx.Client
    tokens: dict[str, str]

    @property
    def providers(self) -> dict[str, Any]:
        answer = self.client.get(PROVIDERS, headers=self.bearer())
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def put(self, providers: dict[str, Any]) -> None:
        answer = self.client.put(
            PROVIDERS,
            headers={**self.bearer(), "Content-Type": "application/json"},
            content=json.dumps({"providers": providers}),  # ASCII
        )
        assert answer.json() == {"ok": True}, answer.text

    def bearer(self, kind: str = "admin") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[kind]}"} if kind else {}


def raise_login_limit(project: Project) -> None:
    """Strapi's own is five logins in five minutes. The key is the same in 4 and 5."""
    config = project.backend / "config" / "admin.js"
    text = config.read_text()
    assert "\n  auth: {" in text
    raised = text.replace(
        "\n  auth: {", "\n  rateLimit: { enabled: true, max: 1000 },\n  auth: {", 1
    )
    config.write_text(raised)


def make(project: Project, client: httpx.Client) -> Admins:
    """The first administrator, an editor, and tokens; admin tokens only where this Strapi has them."""
    first = client.post("/admin/register-admin", json={**ADMIN, "firstname": "Ada"})
    admins = Admins(project, client, {"admin": first.json()["data"]["token"]})
    admins.tokens["editor"] = _editor(admins)
    api = {"name": "api", "description": "", "type": "full-access", "lifespan": None}
    admins.tokens["api"] = _post(admins, "/admin/api-tokens", api)["accessKey"]
    if project.kind.version.startswith("5."):
        for name, rights in (("full", ("read", "update")), ("reader", ("read",))):
            admins.tokens[name] = _post(admins, "/admin/admin-tokens", _token(name, rights))[
                "accessKey"
            ]
    return admins


def _token(name: str, rights: tuple[str, ...]) -> dict[str, Any]:
    permissions: list[dict[str, Any]] = [
        {"action": f"{_RIGHT}.{right}", "subject": None, "conditions": [], "properties": {}}
        for right in rights
    ]
    return {
        "name": name,
        "description": "",
        "lifespan": None,
        "kind": "admin",
        "adminPermissions": permissions,
    }


def _editor(admins: Admins) -> str:
    roles = admins.client.get("/admin/roles", headers=admins.bearer()).json()["data"]
    role = next(one["id"] for one in roles if one["code"] == "strapi-editor")
    invited = {"email": EDITOR["email"], "firstname": "Ed", "roles": [role]}
    token = _post(admins, "/admin/users", invited)["registrationToken"]
    who = {"firstname": "Ed", "lastname": "Itor", "password": EDITOR["password"]}
    answer = admins.client.post(
        "/admin/register", json={"registrationToken": token, "userInfo": who}
    )
    made: str = answer.json()["data"]["token"]
    return made


def _post(admins: Admins, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = admins.client.post(path, headers=admins.bearer(), json=body)
    assert answer.is_success, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data
