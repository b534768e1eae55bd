"""The portal sheet: what to paste at X, under which label, in which order. Pure.

Labels as X's console has them in 2026; in parentheses the name that Strapi's guide uses where one
would not guess it. X has no API for these settings and no stable link to one app's page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from twitter_setup.addresses.public_url import is_loopback

PORTAL_URL = "https://console.x.com"
ENVIRONMENT = "Production"
_ANY_PAGE = "any public page of yours"
_NAME_LIMIT = 32
_GENERIC = frozenset(
    {
        "backend",
        "back-end",
        "server",
        "api",
        "cms",
        "strapi",
        "app",
        "my-strapi-project",
        "my-project",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Every value that X asks for, and the URLs of the login (design: `data` of `urls`)."""

    reach: str
    layout: str
    public_url: str
    callback_url: str
    # None: any page that others can reach will do, and the public URL is none.
    website_url: str | None
    terms_of_service_url: str | None
    privacy_policy_url: str | None
    redirect_url: str | None
    connect_url: str
    portal_url: str
    app_name: str
    app_description: str
    use_case: str
    environment: str = ENVIRONMENT

    def data(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the form. `old` is the label in Strapi's guide, '' where it is the same."""

    label: str
    value: str
    old: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the portal, and what to fill in on it."""

    title: str
    rows: tuple[Row, ...]


def build(
    *,
    reach: str,
    layout: str,
    public_url: str,
    api_prefix: str,
    redirect_url: str | None,
    project_name: str,
    website_url: str = "",
    terms_of_service_url: str = "",
    privacy_policy_url: str = "",
    app_name: str = "",
) -> Sheet:
    """`api_prefix` as in `config/api.*` (`/api`, or ''); the `…_url`s as in `[portal]`, or ''."""
    name = app_name or suggest_app_name(project_name)
    # X shows these three to everybody, and refuses this machine's own address for them.
    page = None if is_loopback(urlsplit(public_url).hostname or "") else public_url
    return Sheet(
        reach=reach,
        layout=layout,
        public_url=public_url,
        callback_url=callback_url(public_url, api_prefix),
        website_url=website_url or page,
        terms_of_service_url=terms_of_service_url or page,
        privacy_policy_url=privacy_policy_url or page,
        redirect_url=redirect_url,
        connect_url=f"{public_url}{api_prefix}/connect/twitter",
        portal_url=PORTAL_URL,
        app_name=name,
        app_description=f"Lets people log in to {_without_login(name)} with their X account.",
        use_case=(
            f"{name} offers logging in with X. We ask X only who the person is: the user name and "
            "the e-mail address, to create their account or to find it again. We do not post, "
            "do not read timelines, and do not store anything else from X."
        ),
    )


def _without_login(name: str) -> str:
    return name.removesuffix(" login") or name


def callback_url(public_url: str, api_prefix: str) -> str:
    """What X must know, to the letter; Strapi builds the same (services/providers.js)."""
    return f"{public_url}{api_prefix}/connect/twitter/callback"


def api_prefix_of(callback: str) -> str | None:
    """The other way round; None where it is none of Strapi's callbacks."""
    path, end = urlsplit(callback).path, "/connect/twitter/callback"
    return path.removesuffix(end) if path.endswith(end) else None


def suggest_app_name(project_name: str) -> str:
    """A name that X accepts: short, and without "Twitter" in it, which X reserves."""
    plain = project_name
    while "twitter" in plain.lower():  # taking it out of "twTwitteritter" leaves another one
        plain = re.sub("twitter", "", plain, flags=re.IGNORECASE)
    title = " ".join(_telling_words(plain)) or "My app"
    return f"{title[0].upper()}{title[1:]} login"[:_NAME_LIMIT].strip()


def says_something(project_name: str) -> bool:
    """Whether a name is more than "backend" or "api"."""
    return bool(_telling_words(project_name))


def _telling_words(project_name: str) -> list[str]:
    plain = project_name.rpartition("/")[2]
    if plain.lower() in _GENERIC:
        return []
    words = re.split(r"[^0-9A-Za-z]+", plain)
    return [word for word in words if word and word.lower() not in _GENERIC]


def steps(sheet: Mapping[str, Any]) -> tuple[Step, ...]:
    """The whole sheet in the portal's order. `sheet` is a `Sheet.data()`, of now or of last time."""
    return (
        Step(
            "Apps → Create App (only once)",
            (
                Row("App name", sheet["app_name"]),
                Row("Description", sheet["app_description"]),
                Row("Use case", sheet["use_case"], "Tell us how this app will be used"),
                Row("Environment", sheet.get("environment") or ENVIRONMENT),  # older: none
            ),
        ),
        Step(
            "Apps → your app → User authentication settings → Set up, or Edit"
            " (Authentication settings, 3rd party authentication)",
            (
                Row("App permissions", "Read"),
                Row("Request email from users", "on"),
                Row("Type of App", "Web App, Automated App or Bot"),
                Row("Callback URI / Redirect URL", sheet["callback_url"], "Callback URLs"),
                Row("Website URL", sheet["website_url"] or _ANY_PAGE),
                Row("Terms of service", sheet["terms_of_service_url"] or _ANY_PAGE),
                Row("Privacy policy", sheet["privacy_policy_url"] or _ANY_PAGE),
            ),
        ),
        Step(
            "Keys & Tokens → OAuth 1.0 Keys (not the OAuth 2.0 Client ID)",
            (
                Row("Consumer Key", "goes to Strapi, as its Client ID", "API Key"),
                Row("Consumer Secret", "goes to Strapi, as its Client Secret", "Api Secret"),
            ),
        ),
    )


_PASTED = {
    "callback_url": "Callback URI / Redirect URL",
    "website_url": "Website URL",
    "terms_of_service_url": "Terms of service",
    "privacy_policy_url": "Privacy policy",
}


def pasted_rows(sheet: Mapping[str, Any]) -> tuple[Row, ...]:
    """The rows that depend on the public URL."""
    rows = {row.label: row for step in steps(sheet) for row in step.rows}
    return tuple(rows[label] for label in _PASTED.values())


def changed_rows(sheet: Mapping[str, Any], last: Mapping[str, Any]) -> tuple[Row, ...] | None:
    """The rows that differ from last time: `()` when none does, `None` when there was no last time."""
    if not last:
        return None
    rows = zip(_PASTED, pasted_rows(sheet), strict=True)
    # Where any page will do, the one of last time does.
    return tuple(row for key, row in rows if sheet[key] and sheet[key] != last.get(key))
