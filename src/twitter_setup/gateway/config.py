"""What the gateway does, as Caddy's own configuration: one public origin of a front end and a back end.

Pure: a `Site` in, JSON out. Which requests reach Strapi is a list of what may, never of what may not:
its admin side is served beside the API, by a router that knows no case.
https://caddyserver.com/docs/json/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from twitter_setup.gateway import admin_side
from twitter_setup.gateway import answers as gateway_answers
from twitter_setup.gateway import log as gateway_log
from twitter_setup.gateway import paths as gateway_paths
from twitter_setup.gateway.admin_side import AdminSide
from twitter_setup.gateway.answers import not_found, on_path, on_target
from twitter_setup.gateway.dev_server.scheme import Scheme
from twitter_setup.gateway.log import Upstream
from twitter_setup.gateway.own_routes import routing as gateway_routing
from twitter_setup.gateway.own_routes.routing import Routing

ReachKind = Literal["ngrok", "url", "local"]
Layout = Literal["one-origin", "two-origins"]

_REPEATABLE = ["GET", "HEAD", "OPTIONS"]
_FORGIVEN_AFTER = "250ms"  # an address that refused is tried again
_MOVED = "400ms"  # so long, until each address has been tried twice
# Node closes a connection that was idle for 5 s.
_IDLE = "4s"
_FRONTEND = "frontend"
_PLAIN: Route = {"protocol": "http", "compression": False}
# The connection stays on the loopback, and a browser's web socket needs HTTP/1.1.
_TLS: Route = {"tls": {"insecure_skip_verify": True}, "versions": ["1.1"]}
_LOOPBACK = r"(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\])"

Route = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What is published, and where it is on this machine."""

    public_url: str  # no slash at the end
    reach: ReachKind
    layout: Layout
    port: int  # the gateway's own
    backend_port: int
    backend_folder: str = ""  # its name
    api_prefix: str  # a slash in front and none behind, or empty
    restart_patience: float = 15.0  # seconds; `strapi develop` is away for about 3 s
    graphql: str | None = None  # its path; None: no such plugin
    admin_names: tuple[str, ...]  # what Strapi serves beside the API, as the first part of a path
    expose_admin: bool = False
    frontend_port: int | None = None
    frontend_scheme: Scheme = "http"  # what its dev server speaks
    frontend_title: str = "front end"
    frontend_command: str = ""  # what starts it, as it is typed
    routing: Routing = field(default_factory=Routing)  # the front end's own routes
    is_frontend_open: bool = True  # else its 502 page is served
    admin_side: AdminSide = field(default_factory=AdminSide)
    log_path: Path
    storage: Path  # a folder of our own, in place of Caddy's in the user's home

    @property
    def has_frontend(self) -> bool:
        return self.layout == "one-origin" and self.frontend_port is not None

    @property
    def is_published(self) -> bool:
        """Whether anybody but this machine reaches it; else nothing of the front end is refused."""
        return self.reach != "local"

    @property
    def withheld(self) -> AdminSide | None:
        """Return the admin side that the front end must not lead to; None: it may."""
        return self.admin_side if self.is_published and not self.expose_admin else None


def configuration(site: Site) -> dict[str, Any]:
    """Write Caddy's configuration for `site`."""
    server = {
        "listen": [f"127.0.0.1:{site.port}"],
        "protocols": ["h1"],
        "automatic_https": {"disable": True},
        # Without it the tunnel's X-Forwarded-For and -Proto are replaced by our own view.
        "trusted_proxies": {"source": "static", "ranges": ["127.0.0.0/8", "::1/128"]},
        "logs": {"default_logger_name": gateway_log.NAME},
        "routes": _routes(site),
        # Each use of it is a name: its patterns are compiled once.
        "named_routes": {_FRONTEND: {"handle": _to_frontend(site)}} if site.has_frontend else {},
        "errors": {"routes": _error_routes(site)},
    }
    return {
        # `persist` on would write over the configuration that the user's own Caddy resumes from.
        "admin": {"disabled": True, "config": {"persist": False}},
        "storage": {"module": "file_system", "root": str(site.storage)},
        "logging": gateway_log.logging(site.log_path),
        # An event stream that is open would else keep a stopped Caddy alive for as long as it likes.
        "apps": {"http": {"grace_period": "1s", "servers": {"gateway": server}}},
    }


# Which request goes where


def _routes(site: Site) -> list[Route]:
    strapi = _to_strapi(site)
    frontend = (
        {"handler": "invoke", "name": _FRONTEND} if site.has_frontend else _nothing_here(site)
    )
    return [
        *gateway_log.appending(),
        # `x:http://h/admin` has no path here, and has one for a server further on.
        _route([{"not": [on_target("^/")]}], [not_found("No such path.")]),
        *_host_routes(site),
        _route([on_path(gateway_paths.STRANGE)], [not_found("No such path.")]),
        *_admin_routes(site),
        *_shared_routes(site, strapi, frontend),
        _route([_target(_strapi_paths(site))], strapi),
        _route([], [frontend]),
    ]


def _host_routes(site: Site) -> list[Route]:
    """Answer to the public host alone: no other site can make a browser talk to this one."""
    if site.reach == "url":  # the user's own proxy may hand on whatever name it likes
        return []
    public = urlsplit(site.public_url)
    routes = []
    if site.reach == "local":
        # X compares the callback to the letter, and cookies belong to one name.
        location = f"{site.public_url}{{http.request.uri}}"
        moved = gateway_answers.moved(location)
        routes.append(_route([{"host": ["localhost"]}], [moved]))
    text = f"This address is not served here; the one that is: {site.public_url}"
    misdirected = gateway_answers.sentence(421, text)
    return [*routes, _route([{"not": [{"host": [public.hostname or ""]}]}], [misdirected])]


def _admin_routes(site: Site) -> list[Route]:
    """Publish Strapi's admin side if that was asked for; without a list of what may pass, refuse it."""
    if site.expose_admin:
        names = [f"/{name}" for name in site.admin_names]
        # Strapi's own dev server of the panel (5.12 to 5.48) refuses a public Host.
        return [_route([_target(names)], _to_strapi(site, host=f"localhost:{site.backend_port}"))]
    if not site.api_prefix:
        named = on_path(gateway_paths.named(site.admin_names))
        return [_route([named], [_nothing_here(site)])]
    return []


def _shared_routes(site: Site, strapi: list[Route], frontend: Route) -> list[Route]:
    """Ask the one or the other below the prefix, where both may have routes."""
    asked = {"strapi": strapi, "frontend": [frontend]}
    order = gateway_routing.in_order(site.routing, site.api_prefix)
    return [_route(match, asked[upstream]) for upstream, match in order]


def _strapi_paths(site: Site) -> list[str]:
    everything = not site.has_frontend and (site.expose_admin or not site.api_prefix)
    if everything:
        return [""]
    return [site.api_prefix, "/uploads", "/_health", *([site.graphql] if site.graphql else [])]


# What is done with it


def _to_strapi(site: Site, *, host: str = "") -> list[Route]:
    public = urlsplit(site.public_url)
    headers = {
        "Host": [host or public.netloc],
        "X-Forwarded-Host": [public.netloc],
        "X-Forwarded-Proto": [public.scheme],
    }
    port, changes = site.backend_port, {"headers": {"request": {"set": headers}}}
    return _proxied("strapi", port, changes, wait=f"{site.restart_patience:g}s", may_hang=True)


def _to_frontend(site: Site) -> list[Route]:
    """Ask the dev server what may be asked of it, and withhold what it forwards from the admin side."""
    if not site.is_frontend_open:
        return [_page(gateway_answers.frontend_closed, site)]
    if not site.is_published:
        return _from_frontend(site)
    side = site.withheld
    private = (gateway_paths.drives_tools(), gateway_paths.private(site.backend_folder))
    routes = [_route([on_path(each)], [not_found("Not published.")]) for each in private]
    if side is not None:
        refused = admin_side.refused(side)
        routes += [_route([match], [not_found(admin_side.REFUSED)]) for match in refused]
        withholding = admin_side.withholding(side)
        routes.append(_route(admin_side.named(side), _from_frontend(site, withholding)))
    return [{"handler": "subroute", "routes": [*routes, _route([], _from_frontend(site))]}]


def _from_frontend(site: Site, handle_response: Sequence[Route] = ()) -> list[Route]:
    """Ask the dev server as if the browser had asked it itself: it checks Host and Origin."""
    own = f"{site.frontend_scheme}://localhost:{site.frontend_port}"
    itself = rf"(?i)^(?:https?:)?//{_LOOPBACK}:{site.frontend_port}(/|\?|#|$)"
    located = {"search_regexp": itself, "replace": f"{site.public_url}$1"}
    origin = {"search_regexp": f"(?i)^{re.escape(site.public_url)}$", "replace": own}
    changes = {
        "headers": {
            "request": {
                "set": {"Host": [f"localhost:{site.frontend_port}"]},
                # Caddy's own are among them: with X-Forwarded-For, @angular/ssr renders nothing.
                "delete": ["X-Forwarded-*", "Forwarded"],
                "replace": {"Origin": [origin]},
            },
            "response": {"replace": {"Location": [located]}},
        },
        "handle_response": list(handle_response),
        "transport": _TLS if site.frontend_scheme == "https" else {},
    }
    return _proxied("frontend", site.frontend_port or 0, changes, wait=_MOVED)


def _proxied(
    upstream: Upstream, port: int, changes: dict[str, Any], *, wait: str, may_hang: bool = False
) -> list[Route]:
    """Hand on to a server of this machine, and wait so long for one that is not there."""
    kept = _proxy(port, changes, wait, {"idle_timeout": _IDLE, "max_idle_conns_per_host": 256})
    if may_hang:  # see `_asked_again`
        kept["transport"]["response_header_timeout"] = wait
    # On a kept connection that the server is just closing a request may be lost; on a new one it can
    # only fail to connect, and is tried again. Those that do no harm twice need not care.
    # -1 keeps none, and sends no `Connection: close`, with which Nuxt's route rules lose requests.
    fresh = _proxy(port, changes, wait, {"max_idle_conns_per_host": -1})
    routes = [_route([{"method": _REPEATABLE}], [kept]), _route([], [fresh])]
    return [
        {"handler": "vars", "upstream": upstream},
        gateway_log.appended_upstream(upstream),
        {"handler": "subroute", "routes": routes},
    ]


def _proxy(port: int, changes: dict[str, Any], wait: str, keep_alive: dict[str, Any]) -> Route:
    return {
        "handler": "reverse_proxy",
        # A server listens on one of two addresses, and may change it. `localhost` is both where the
        # system's hosts file says so, and costs no failed attempt then.
        "upstreams": [{"dial": f"{host}:{port}"} for host in ("localhost", "127.0.0.1", "[::1]")],
        "load_balancing": {
            "selection_policy": {"policy": "first"},
            "try_duration": wait,
            "try_interval": "5ms",
            # Of those that were sent already; one that could not connect is tried whatever it is.
            "retry_match": [{"method": _REPEATABLE}],
        },
        "health_checks": {"passive": {"fail_duration": _FORGIVEN_AFTER, "max_fails": 1}},
        "flush_interval": "20ms",  # -1 would go on with requests whose client has left
        **changes,
        "transport": _PLAIN | changes.get("transport", {}) | {"keep_alive": keep_alive},
    }


def _error_routes(site: Site) -> list[Route]:
    """Say which of the two is not there. Only they can fail."""
    page = _page(gateway_answers.frontend_away, site)
    return [
        _route([{"vars": {"upstream": ["frontend"]}}], [page]),
        _asked_again(site),
        _route([], [gateway_answers.strapi_away(site.backend_port)]),
    ]


def _page(make: Callable[[str, int, str], Route], site: Site) -> Route:
    return make(site.frontend_title, site.frontend_port or 0, site.frontend_command)


def _asked_again(site: Site) -> Route:
    """Ask Strapi once more, and this time for as long as it takes, where a request had no answer.

    A connection that `strapi develop` hands to its worker while that one ends is nobody's: it stays
    open for ever (Node's cluster). A slow answer is asked for twice then, which does no harm.
    """
    has_timed_out = {"vars_regexp": {"{http.error.status_code}": {"pattern": "^504$"}}}
    (ways,) = (each for each in _to_strapi(site) if each["handler"] == "subroute")
    fresh = ways["routes"][-1]["handle"]
    return _route([{"method": _REPEATABLE, **has_timed_out}], fresh)


def _nothing_here(site: Site) -> Route:
    return not_found(f"Nothing is published here but Strapi's API, at {site.api_prefix or '/'}")


def _route(match: Sequence[Route], handle: list[Route]) -> Route:
    matching = {"match": list(match)} if match else {}
    return {**matching, "handle": handle, "terminal": True}


def _target(paths: Any) -> Route:
    return on_target(gateway_paths.plainly(*paths))
