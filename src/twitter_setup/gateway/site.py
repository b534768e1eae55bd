"""What the gateway of a project serves: the facts of both ends as one `Site`."""

from __future__ import annotations

from collections.abc import Mapping

from twitter_setup import frontend_proxies
from twitter_setup.gateway import frontend_routes, strapi_paths
from twitter_setup.gateway.config import Site
from twitter_setup.gateway.layout import Arrangement
from twitter_setup.project import dev_server, frameworks, packages
from twitter_setup.project.frontend import FrontEnd
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
    """Read what is left to read of the project; raises as `locate` does."""
    backend = located.backend
    variables = Variables(environ, backend.env_file)
    names = strapi_paths.admin_names(backend.root, variables)
    frontend = located.frontend if arrangement.is_one_origin else None
    return Site(
        public_url=public_url,
        reach=arrangement.reach,
        layout=arrangement.layout,
        port=arrangement.gateway_port or 0,
        backend_port=backend.port,
        backend_folder=backend.root.name,
        api_prefix=backend.api_prefix,
        graphql=strapi_paths.graphql_path(backend.root, variables),
        admin_names=names,
        expose_admin=located.options.expose_admin,
        frontend_port=frontend.port if frontend else None,
        frontend_title=frontend.title if frontend else "",
        frontend_command=start_command(frontend) if frontend else "",
        frontend_routes=(
            frontend_routes.find(frontend.root, frontend.framework, backend.api_prefix)
            if frontend
            else ()
        ),
        guards=(
            frontend_proxies.find(
                frontend.root,
                frontend.framework,
                backend_port=backend.port,
                api_prefix=backend.api_prefix,
                admin_names=names,
            )
            if frontend
            else ()
        ),
        log_path=state.gateway_log,
        storage=state.path / "caddy",
    )


def start_command(frontend: FrontEnd) -> str:
    """What starts its dev server, as it is typed; '' where no script does."""
    manifest = packages.read_manifest(frontend.root)
    if manifest is None:
        return ""
    script = dev_server.find_command(frameworks.find(frontend.framework), manifest).script
    return f"npm run {script}" if script else ""
