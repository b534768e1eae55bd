"""All checks, in the order in which a person would look: the files, what runs, Strapi's setting, X.

A check is not asked where one that it needs failed, so that one cause is one red line.
"""

from __future__ import annotations

from twitter_setup.checks import connect, local, remote, x_checks
from twitter_setup.checks.finding import Check

CHECKS = (
    # The files
    Check("project", "what the project is", local.project),
    Check("server-url", "Strapi's URL in the files", local.server_url, ("project",)),
    Check("frontend-url", "the front end's URL of Strapi", local.frontend_url),
    Check("one-host", "one host for all", local.one_host, ("server-url", "frontend-url")),
    Check("session-middleware", "Strapi's session", local.session_middleware, ("project",)),
    Check("proxy", "trust in the proxy", local.proxy, ("project",)),
    Check("git-secrets", "secrets in git", local.git_secrets),
    # What answers
    Check("clock", "this machine's clock", x_checks.clock, reads=("x_keys",)),
    Check("backend", "Strapi here", remote.backend, ("project",), reads=("health",)),
    Check("tunnel", "the way in", remote.tunnel, reads=("public_health",)),
    Check("public-url", "Strapi at the public address", remote.public_url, ("backend", "tunnel"), reads=("public_health",)),
    Check("browser-page", "a page before the app", remote.browser_page, ("tunnel",), reads=("front_page",)),
    # Strapi's setting
    Check("admin", "the admin API", remote.admin, ("backend",), reads=("admin",)),
    Check("provider", "the provider twitter", remote.provider, ("admin",), reads=("admin",)),
    Check("credentials", "key and secret in Strapi", remote.credentials, ("admin",), reads=("admin",)),
    Check("callback", "Strapi's live callback", remote.callback, ("server-url", "admin"), reads=("admin",)),
    Check("redirect-page", "the page where a login ends", remote.redirect_page, ("tunnel",), reads=("redirect_page",)),
    Check("layout", "whether this layout can log in", local.layout, ("project",)),
    # X
    Check("x-keys", "key and secret at X", x_checks.x_keys, ("clock", "credentials"), reads=("x_keys",)),
    Check("x-callback", "the callback at X", x_checks.x_callback, ("x-keys",), reads=("x_callback",)),
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
    Check("legal-pages", "the pages for X", remote.legal_pages, ("tunnel", "redirect-page"), reads=("legal_pages",)),
)
