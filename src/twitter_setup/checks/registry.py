"""All checks, in the order in which a person would look: the files, what runs, Strapi's setting, X.

A check is not asked where one that it needs failed, so that one cause is one red line.
"""

from __future__ import annotations

from twitter_setup.checks import backend_url, frontend_url, pages
from twitter_setup.checks import project as local
from twitter_setup.checks import provider as strapi_setting
from twitter_setup.checks import reachable as remote
from twitter_setup.checks import session_cookie as strapi_files
from twitter_setup.checks import x as asked_of_x
from twitter_setup.checks.finding import Check
from twitter_setup.checks.login import connect

CHECKS = (
    # The files
    Check("project", "what the project is", local.project),
    Check("server-url", "Strapi's URL in the files", backend_url.server_url, ("project",)),
    Check("frontend-url", "the front end's URL of Strapi", frontend_url.frontend_url),
    Check("one-host", "one host for all", backend_url.one_host, ("server-url", "frontend-url")),
    Check(
        "session-middleware",
        "Strapi's session",
        strapi_files.session_middleware,
        ("project",),
        reads=("connect",),
    ),
    Check("proxy", "trust in the proxy", strapi_files.proxy, ("project",), reads=("connect",)),
    Check("git-secrets", "secrets in git", local.git_secrets),
    Check("layout", "whether this layout can log in", local.layout, ("project",)),
    # What answers
    Check("clock", "this machine's clock", asked_of_x.clock, reads=("x_keys",)),
    Check("backend", "Strapi here", remote.backend, ("project",), reads=("health",)),
    Check("tunnel", "the way in", remote.tunnel, reads=("front_page", "public_health")),
    Check(
        "public-url",
        "Strapi at the public address",
        remote.public_url,
        ("backend", "tunnel"),
        reads=("public_health",),
    ),
    Check(
        "browser-page",
        "a page before the app",
        remote.browser_page,
        ("layout", "tunnel"),
        reads=("front_page",),
    ),
    # Strapi's setting
    Check("admin", "the admin API", strapi_setting.admin, ("backend",), reads=("admin",)),
    # Where the admin API does not let us look, the rest of a login can be proved all the same.
    Check(
        "provider",
        "the provider twitter",
        strapi_setting.provider,
        ("backend",),
        reads=("admin",),
        after=("admin",),
    ),
    Check(
        "credentials",
        "key and secret in Strapi",
        strapi_setting.credentials,
        ("backend",),
        reads=("admin",),
        after=("admin",),
    ),
    Check(
        "callback",
        "Strapi's live callback",
        strapi_setting.callback,
        ("server-url", "backend"),
        reads=("admin",),
        after=("admin",),
    ),
    Check(
        "redirect-page",
        "the page where a login ends",
        pages.redirect_page,
        ("tunnel",),
        reads=("redirect_page",),
    ),
    # X
    Check(
        "x-keys",
        "key and secret at X",
        asked_of_x.x_keys,
        ("clock", "credentials"),
        reads=("x_keys",),
        waives=asked_of_x.waived_by_a_pair,
    ),
    Check(
        "x-callback", "the callback at X", asked_of_x.x_callback, ("x-keys",), reads=("x_callback",)
    ),
    Check(
        "connect",
        "the first hop of a login",
        connect.connect,
        (
            *("session-middleware", "proxy", "public-url", "provider", "credentials", "callback"),
            *("x-keys", "x-callback"),
        ),
        reads=("connect", "x_keys", "x_callback"),
    ),
    Check(
        "legal-pages",
        "the pages for X",
        pages.legal_pages,
        ("tunnel",),
        reads=("legal_pages",),
    ),
)
