"""`project`, `layout`, `git-secrets`: what is here, whether it can log in at all, what git has of it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from twitter_setup.addresses.parts import is_here
from twitter_setup.checks.explained import explained
from twitter_setup.checks.facts.local import LocalFacts
from twitter_setup.checks.facts.remote import Facts
from twitter_setup.checks.facts.situation import Generation
from twitter_setup.checks.facts.users_permissions import UsersPermissions
from twitter_setup.checks.facts.web import BROWSER_PAGE
from twitter_setup.checks.finding import Finding, Status, failed, passed, skipped, warned
from twitter_setup.errors import Advice
from twitter_setup.gateway import layout as gateway_layout
from twitter_setup.gateway.layout import Obstacle
from twitter_setup.gateway.own_routes import login_routes
from twitter_setup.project import locate, packages
from twitter_setup.project.backend import BackEnd

_PLUGIN = "@strapi/plugin-users-permissions"
_ONE_ORIGIN = Advice(
    "let front end and back end share one origin, without --two-origins",
    command="twitter-setup tunnel",
)
_HANDS_OVER: dict[Generation, str] = {
    "grant": "tokens in the address",
    "tokens": "tokens in the address",
    "session": "a session cookie",
}


def project(facts: LocalFacts) -> Finding:
    backend = facts.backend
    if backend is None:
        return skipped("not in a Strapi project")
    found = _without_plugin(facts, backend)
    if found is not None:
        return found
    manager = facts.package_manager
    if backend.strapi is None:
        return passed(
            f"a back end with Strapi's settings, in {facts.named(backend.server_config.path)}"
        )
    users_permissions = backend.users_permissions_range or backend.users_permissions or "?"
    versions = f"{backend.strapi_title} with users-permissions {users_permissions}"
    if not (backend.strapi_is_installed and backend.users_permissions_is_installed):
        is_range = backend.strapi_range or backend.users_permissions_range
        source = "the lock file" if backend.strapi_source == "locked" else "package.json"
        return warned(
            f"{versions} by {source}, and not installed",
            "Expected both in node_modules; they are not there.\n"
            "Strapi cannot start here"
            + (", and a range does not tell which version it will be." if is_range else "."),
            Advice("install the dependencies", command=packages.install_command(manager)),
            explained("project"),
        )
    if backend.users_permissions != backend.strapi:
        return warned(
            f"{versions}: two releases in one project",
            "Expected one release of all @strapi/ packages, as Strapi asks for.\n"
            "With two, npm installs @strapi/utils twice, and Strapi answers its own refusals with "
            "500 Internal Server Error.",
            Advice(
                f"write the same version for every @strapi/ package into "
                f"{facts.named(backend.root / 'package.json')}, then install",
                command=packages.install_command(manager),
            ),
            explained("project"),
        )
    return passed(versions)


def _without_plugin(facts: LocalFacts, backend: BackEnd) -> Finding | None:
    if not backend.has_users_permissions:
        return failed(
            f"{_PLUGIN} is not among the back end's dependencies",
            f"Expected it in {facts.named(backend.root / 'package.json')}; it is not there.\n"
            "It is what logs people in: without it there is no /connect/twitter.",
            Advice(
                "add it, in the back end's folder",
                command=packages.install_command(facts.package_manager, _PLUGIN),
            ),
            explained("project"),
        )
    if facts.users_permissions.is_off:
        where = _where(facts, facts.users_permissions)
        return failed(
            f"{_PLUGIN} is switched off ({where})",
            "It is installed, and Strapi does not load it.\n"
            "It is what logs people in: without it there is no /connect/twitter.",
            Advice(f"switch it on in {where}, and restart Strapi"),
            explained("project"),
        )
    return None


def _where(facts: LocalFacts, plugin: UsersPermissions) -> str:
    return f"{facts.named(plugin.path)}, line {plugin.line}" if plugin.path else "config/plugins"


def layout(facts: Facts) -> Finding:
    found = _layout(facts)
    return _refresh_cookie(facts) or found if found.status is Status.PASS else found


def _refresh_cookie(facts: Facts) -> Finding | None:
    """Judge the last call of a login: with `jwtManagement: 'refresh'` its answer may set a cookie."""
    plugin, public = facts.users_permissions, facts.situation.public_url
    is_secure = plugin.has_secure_refresh_cookie
    is_secure = facts.mode == "production" if is_secure is None else is_secure
    trusts = facts.proxy is not None and facts.proxy.koa is True
    if not is_secure or public is None or (public.startswith("https:") and trusts):
        return None
    where = _where(facts, plugin)
    no_cookie = Advice("or write sessions: { cookie: { secure: false } } there, for development")
    trust = Advice(
        "trust the proxy in config/server, and restart Strapi", command="proxy: { koa: true },"
    )
    return warned(
        f"the refresh cookie is for https only, and Strapi hears http ({where})",
        "Strapi may answer the last call of a login with 500: Cannot send secure cookie over "
        "unencrypted connection.",
        *((trust, no_cookie) if public.startswith("https:") else (no_cookie,)),
        Advice("log in, and see", command="twitter-setup verify --login"),
        explained("layout"),
    )


def _layout(facts: Facts) -> Finding:
    situation, backend = facts.situation, facts.backend
    if backend is None:
        return skipped("not in a Strapi project")
    generation = situation.generation
    located = situation.located
    found = gateway_layout.obstacle(located, _tunnel(situation.options.url)) if located else None
    if situation.layout == "one-origin":
        return _one_origin(facts, found)
    page = facts.front_page
    if facts.frontend is not None and page is not None and page.ngrok_error == BROWSER_PAGE:
        return failed(
            "two origins do not go with ngrok's free plan",
            "Expected one origin, or a tunnel without a browser page.\n"
            "The front end's call to Strapi gets ngrok's browser page and not Strapi's answer: "
            "TypeError: Failed to fetch (measured with Strapi 4.26.2 and 5.54.0).",
            *(found.advice if found else (_ONE_ORIGIN,)),
            explained("layout"),
        )
    if generation is None:
        wanted = backend.users_permissions_range
        known = f"package.json has only a range ({wanted})" if wanted else "its version is unknown"
        return warned(
            f"cannot tell whether this Strapi can log in across two origins: {known}",
            "From users-permissions 5.53 on a login across two origins ends in an error.",
            Advice(
                "install the dependencies", command=packages.install_command(facts.package_manager)
            ),
            explained("layout"),
        )
    if generation != "session":
        return passed(
            f"two origins: users-permissions {backend.users_permissions} hands over "
            f"{_HANDS_OVER[generation]}, and can log in so"
        )
    return _two_origins_by_session(facts, backend, found.advice if found else (_ONE_ORIGIN,))


def _one_origin(facts: LocalFacts, obstacle: Obstacle | None) -> Finding:
    located, generation = facts.situation.located, facts.situation.generation
    if obstacle:
        return failed(
            "front end and back end cannot share one origin here",
            obstacle.reason,
            *obstacle.advice,
            explained("layout"),
        )
    own = login_routes.login_notes(located, login_routes.routing(located)) if located else ()
    if own:
        return warned(
            "the front end answers calls of a login in Strapi's place",
            "\n".join(own),
            explained("layout"),
        )
    told = f" (it hands over {_HANDS_OVER[generation]})" if generation else ""
    return passed(f"front end and back end share one origin: this Strapi can log in so{told}")


def _tunnel(url: str | None) -> locate.Again:
    """Write `tunnel` commands for the address that is checked."""
    typed = ("--url", url) if url else ()

    def again(*more: str, without: tuple[str, ...] = ()) -> str:
        return locate.command_with("tunnel", typed, more, without)

    return again


def _two_origins_by_session(
    facts: Facts, backend: BackEnd, one_origin: Sequence[Advice]
) -> Finding:
    version = backend.users_permissions
    why = (
        "From 5.53 on the login is in a cookie of Strapi's host, and browsers do not send it along "
        "with a call from another site: OAuth authentication requires a completed provider session "
        "(measured with 5.54.0, also with sameSite 'none')."
    )
    if is_here(facts.situation.public_url or ""):
        return passed(
            f"two ports of one host: users-permissions {version} can log in so",
            "Open the front end at the same host name, and call Strapi with credentials: 'include'.",
        )
    if facts.frontend is None:
        return warned(
            f"users-permissions {version} logs in on its own host only, and no front end is known here",
            f"Expected a front end on the same origin.\n{why}",
            Advice(
                "name the front end", command="twitter-setup tunnel --frontend path/to/frontend"
            ),
            explained("layout"),
        )
    return failed(
        f"users-permissions {version} cannot log in across two origins",
        f"Expected front end and back end on one origin; they are on two.\n{why}",
        *one_origin,
        explained("layout"),
    )


def git_secrets(facts: LocalFacts) -> Finding:
    files = facts.env_files_in_git
    if files is None:
        return skipped("no git here")
    tracked = [each for each in files if each.state == "tracked"]
    open_ = [each for each in files if each.state == "unprotected"]
    if tracked:
        paths = " ".join(shlex.quote(facts.named(each.path)) for each in tracked)
        lines = [f"{facts.named(each.path)}: {_some(each.names)}" for each in tracked]
        return failed(
            f"git tracks {facts.named(tracked[0].path)}, with {_some(tracked[0].names)} in it",
            "\n".join([*lines, "Who sees the repository can read them, in its history too."]),
            Advice(
                "take it out of git, from the project's root; the file itself stays",
                command=f"git rm --cached {paths}",
            ),
            Advice("add it to .gitignore, and make new values: those that were pushed are known"),
            explained("git-secrets"),
        )
    if open_:
        first = open_[0].path
        ignore = facts.named(first.parent / ".gitignore")
        return warned(
            f"nothing keeps git from taking {facts.named(first)}, with {_some(open_[0].names)} in it",
            "Expected a line for it in .gitignore; there is none.\n"
            "The next `git add .` takes the secrets along.",
            Advice(
                "add it, from the project's root",
                command=f"echo {shlex.quote(first.name)} >> {shlex.quote(ignore)}",
            ),
            explained("git-secrets"),
        )
    names = ", ".join(facts.named(each.path) for each in files)
    return passed(f"git leaves out {names}" if files else "no .env file with secrets in it")


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
