"""What the gateway of a project serves: the facts of both ends as one `Site`."""

from __future__ import annotations

from collections.abc import Mapping

from twitter_setup.gateway import strapi_paths
from twitter_setup.gateway.admin_side import AdminSide
from twitter_setup.gateway.config import Site
from twitter_setup.gateway.layout import Arrangement
from twitter_setup.gateway.own_routes import login_routes
from twitter_setup.gateway.own_routes.routing import Routing
from twitter_setup.project.locate import Located
from twitter_setup.project.strapi_config import Variables
from twitter_setup.state.folder import StateFolder


def site_for(
    located: Located,
    arrangement: Arrangement,
    public_url: str,
    state: StateFolder,
    environ: Mapping[str, str],
) -> Site:
    """Read what is left to read of the project; raises as `locate` does.

    A front end that would be published is closed until somebody has asked it (`admission`).
    """
    backend = located.backend
    variables = Variables(environ, backend.env_file)
    frontend = located.frontend if arrangement.is_one_origin else None
    return Site(
        public_url=public_url,
        reach=arrangement.reach,
        layout=arrangement.layout,
        port=arrangement.gateway_port or 0,
        backend_port=backend.port,
        backend_folder=backend.root.name,
        api_prefix=backend.api_prefix,
        graphql=strapi_paths.graphql_path(backend.root, variables, backend.mode),
        admin_names=strapi_paths.admin_names(backend.root, variables, backend.mode),
        expose_admin=located.options.expose_admin,
        frontend_port=frontend.port if frontend else None,
        frontend_title=frontend.title if frontend else "",
        frontend_command=frontend.command if frontend else "",
        routing=login_routes.routing(located) if frontend else Routing(),
        is_frontend_open=arrangement.reach == "local",
        admin_side=AdminSide(panel=strapi_paths.panel_path(backend.root, variables, backend.mode)),
        log_path=state.gateway_log,
        storage=state.path / "caddy",
    )
