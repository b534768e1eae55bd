"""What the checks of the files judge, read when first asked for. A test gives it by keyword."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from twitter_setup.addresses import redirect_url
from twitter_setup.checks.facts import environments, frontend_urls, git_secrets, server_url
from twitter_setup.checks.facts import proxy_trust as strapi_proxy
from twitter_setup.checks.facts import session_middleware as strapi_middlewares
from twitter_setup.checks.facts import users_permissions as plugin_config
from twitter_setup.checks.facts.environments import Environment
from twitter_setup.checks.facts.frontend_urls import FrontEndUrls
from twitter_setup.checks.facts.git_secrets import EnvFile
from twitter_setup.checks.facts.lazy import Lazy, fact
from twitter_setup.checks.facts.proxy_trust import ProxyTrust
from twitter_setup.checks.facts.server_url import ServerUrl
from twitter_setup.checks.facts.session_middleware import AppKeys, SessionMiddleware
from twitter_setup.checks.facts.situation import Situation
from twitter_setup.checks.facts.users_permissions import UsersPermissions
from twitter_setup.gateway.dev_server import running
from twitter_setup.gateway.dev_server.running import Elsewhere
from twitter_setup.project import packages, strapi_config
from twitter_setup.project.backend import BackEnd
from twitter_setup.project.files import relative_name
from twitter_setup.project.frontend import FrontEnd
from twitter_setup.project.frontend_plan import candidates
from twitter_setup.project.frontend_plan import source as reading
from twitter_setup.project.frontend_plan.candidates import Ends
from twitter_setup.project.reader.source import PageCode, Source
from twitter_setup.system import processes

# Seconds in which a dev server that starts may read its env files; start times are exact to less.
_WHILE_IT_STARTS = 2.0

if TYPE_CHECKING:
    from twitter_setup.checks.facts.web import Page


class LocalFacts(Lazy):
    """The project's files and the environment. Nothing leaves this machine, nothing is changed."""

    def __init__(self, *, situation: Situation, **known: Any) -> None:
        super().__init__(**known)
        self.situation = situation

    def named(self, path: Path) -> str:
        """The path as people know it: from the project's root."""
        located = self.situation.located
        return relative_name(path, located.root) if located else path.name

    @fact
    def backend(self) -> BackEnd | None:
        """None outside a project."""
        return self.situation.located.backend if self.situation.located else None

    @fact
    def frontend(self) -> FrontEnd | None:
        return self.situation.located.frontend if self.situation.located else None

    @fact
    def package_manager(self) -> str:
        located = self.situation.located
        return packages.manager_of(located.backend.root, located.root) if located else "npm"

    @property
    def start_command(self) -> str:
        """What starts Strapi here, as it is typed."""
        return self.backend.start_command if self.backend else "npm run develop"

    @fact
    def environment(self) -> Environment:
        """What the back end's `env()` sees."""
        if self.backend is None:
            return Environment()
        return environments.of_backend(
            self.backend.env_file, self.situation.environ, self.backend.port, self.backend.root
        )

    @fact
    def mode(self) -> str:
        """NODE_ENV as Strapi takes it (configuration/index.js), the same as `tunnel` plans for."""
        return self.backend.mode if self.backend else "development"

    @fact
    def server_url(self) -> ServerUrl | None:
        if self.backend is None:
            return None
        located = self.situation.located
        return server_url.read(
            self.backend.root,
            self.environment,
            mode=self.mode,
            server_config=located.file.get("backend", "server_config") if located else None,
            url_key=self.backend.url_key,
        )

    @fact
    def started_before(self) -> tuple[str, ...]:
        """Name the front end's env files that are newer than the dev server that runs; () if none runs."""
        if self.frontend is None:
            return ()
        server = processes.listener(self.frontend.port)
        return tuple(
            file.path.name
            for file in self.frontend.env_files
            if server is not None
            and file.path.is_file()
            and file.path.stat().st_mtime > server.started + _WHILE_IT_STARTS
        )

    @fact
    def elsewhere(self) -> Elsewhere | None:
        """The front end at another port than the expected one."""
        if self.frontend is None or self.backend is None:
            return None
        session = self.situation.session
        ours = {self.backend.port, session.gateway_port if session else 0}
        return running.elsewhere(self.frontend, ours)

    @fact
    def source(self) -> Source | None:
        """What the front end's source says; None without a front end."""
        if self.frontend is None or self.backend is None:
            return None
        return reading.read(self.frontend, self.backend, self._hosts)

    @fact
    def page_code(self) -> PageCode | None:
        """What the page does where a login ends; None without a front end."""
        if self.frontend is None or self.source is None:
            return None
        path = redirect_url.below(self.frontend.base_path, self.redirect_path)
        return reading.read_page(self.frontend, path, self.source)

    @fact
    def frontend_urls(self) -> FrontEndUrls:
        if self.frontend is None or self.backend is None or self.source is None:
            return FrontEndUrls()
        frontend, located = self.frontend, self.situation.located
        ends = Ends(
            backend_port=self.backend.port,
            api_prefix=self.backend.api_prefix,
            hosts=self._hosts,
            given=located.options.env_vars if located else (),
            routes=reading.content_types(self.backend.root),
        )
        return frontend_urls.read(
            candidates.find(frontend, self.source, ends),
            self.frontend_environment,
            ends,
            self.situation.public_url,
        )

    @fact
    def frontend_environment(self) -> Environment:
        """What the front end's dev server sees."""
        front = self.frontend
        if front is None:
            return Environment()
        return environments.of_frontend(
            front.env_files, self.situation.environ, front.port, front.root
        )

    def has_frontend_route(self, path: str) -> bool:
        """Whether the front end has a page or a handler of its own there."""
        front = self.frontend
        if front is None:
            return False
        return reading.has_route(front, redirect_url.below(front.base_path, path))

    def page_at(self, url: str) -> Page | None:
        """What answers there; None if nothing is asked."""
        del url
        return None

    @property
    def _hosts(self) -> frozenset[str]:
        public = self.situation.public_url
        return frozenset({candidates.known_as(public)} if public else ())

    @fact
    def session_middleware(self) -> SessionMiddleware | None:
        files = self._config_files("middlewares")
        return None if files is None else strapi_middlewares.read(files)

    @fact
    def app_keys(self) -> AppKeys | None:
        files = self._config_files("server")
        return None if files is None else strapi_middlewares.read_keys(files)

    @fact
    def proxy(self) -> ProxyTrust | None:
        files = self._config_files("server")
        return None if files is None else strapi_proxy.read(files, self.environment)

    @fact
    def users_permissions(self) -> UsersPermissions:
        """What is plainly said of it in config/plugins."""
        files = self._config_files("plugins")
        return plugin_config.read(files or (), self.environment)

    @fact
    def env_files_in_git(self) -> tuple[EnvFile, ...] | None:
        """None where git is not in use."""
        located = self.situation.located
        if located is None:
            return None
        ends = [located.backend.root, located.backend.env_file.path.parent]
        ends += [located.frontend.root] if located.frontend else []
        return git_secrets.read((*ends, located.root))

    @property
    def redirect_path(self) -> str:
        located = self.situation.located
        return located.redirect_path if located else redirect_url.path_of(None)

    def _config_files(self, name: str) -> tuple[strapi_config.ConfigFile, ...] | None:
        """None where there is no Strapi that would read them."""
        if self.backend is None or self.backend.language == "toml":
            return None
        located = self.situation.located
        given = located.file.get("backend", "server_config") if located else None
        return strapi_config.find_files(
            self.backend.root, name, given if name == "server" else None, mode=self.mode
        )
