"""The `urls` command, and the portal sheet of a located project."""

from __future__ import annotations

from typing import Any

from twitter_setup.errors import Advice, SetupError
from twitter_setup.gateway import layout
from twitter_setup.gateway.dev_server import scheme
from twitter_setup.project.frontend import FrontEnd
from twitter_setup.project.locate import Located
from twitter_setup.state.folder import StateFolder
from twitter_setup.x import sheet as portal
from twitter_setup.x.sheet import Sheet


def sheet_for(located: Located, reach: str, public_url: str, kind: str) -> Sheet:
    """What X and Strapi must know when the back end, or both ends, are at `public_url`."""
    backend, frontend, file = located.backend, located.frontend, located.file
    path = located.redirect_path
    return portal.build(
        reach=reach,
        layout=kind,
        public_url=public_url,
        api_prefix=backend.api_prefix,
        redirect_url=f"{_front_end(located, frontend, public_url, kind, reach)}{path}"
        if frontend
        else None,
        project_name=_project_name(located),
        website_url=file.get("portal", "website_url") or "",
        terms_of_service_url=file.get("portal", "terms_of_service_url") or "",
        privacy_policy_url=file.get("portal", "privacy_policy_url") or "",
        app_name=file.get("portal", "app_name") or "",
    )


def _front_end(located: Located, frontend: FrontEnd, public_url: str, kind: str, reach: str) -> str:
    if kind == "one-origin":
        return public_url
    # From 5.53 on the session cookie of 127.0.0.1 finishes the login: `localhost` is another site.
    is_one_host = reach == "local" and located.backend.needs_session_login
    return scheme.address(frontend.port, "127.0.0.1" if is_one_host else "localhost")


def _project_name(located: Located) -> str:
    """The back end's name, or the repository's where that one says nothing ("backend")."""
    name = located.backend.name
    return name if portal.says_something(name) else located.root.name


def urls(located: Located, given: str | None) -> tuple[str, dict[str, Any]]:
    """The sheet of `given`, else of the session, of the settings' URL, of last time; and which of them it is.

    `given` is `--url`. The settings name the usual address, and another may be open today.
    """
    state = StateFolder(located.backend.root)
    record = state.session_that_is_on()
    if record and record.sheet and not given:
        return "session", record.sheet
    if located.options.url:
        kind = layout.wanted(located)
        sheet = sheet_for(located, "url", located.options.url, kind)
        return "given" if given else "settings", sheet.data()
    last = state.last()
    if last:
        return "last", last
    raise SetupError(
        "usage",
        "There is no public URL yet: no tunnel runs here, and none has run before.",
        advice=[
            Advice("open one", command="twitter-setup tunnel"),
            Advice("or name your own", command="twitter-setup urls --url https://your.host"),
        ],
    )
