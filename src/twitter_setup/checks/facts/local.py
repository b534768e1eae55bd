"""What the checks of the files judge, read when first asked for. A test gives it by keyword."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twitter_setup.addresses import redirect_url
from twitter_setup.checks.facts import environments, frontend_urls, git_secrets, server_url
from twitter_setup.checks.facts import proxy_trust as strapi_proxy
from twitter_setup.checks.facts import redirect_page as login_code
from twitter_setup.checks.facts import session_middleware as strapi_middlewares
from twitter_setup.checks.facts import users_permissions as plugin_config
from twitter_setup.checks.facts.environments import Environment
from twitter_setup.checks.facts.frontend_urls import FrontEndUrls
from twitter_setup.checks.facts.git_secrets import EnvFile
from twitter_setup.checks.facts.lazy import Lazy, fact
from twitter_setup.checks.facts.proxy_trust import ProxyTrust
from twitter_setup.checks.facts.redirect_page import LoginCode
from twitter_setup.checks.facts.server_url import ServerUrl
from twitter_setup.checks.facts.session_middleware import AppKeys, SessionMiddleware
from twitter_setup.checks.facts.situation import Situation
from twitter_setup.checks.facts.users_permissions import UsersPermissions
from twitter_setup.project import frontend as frontends
from twitter_setup.project import packages, strapi_config
from twitter_setup.project.backend import BackEnd
from twitter_setup.project.files import relative_name
from twitter_setup.project.frontend import FrontEnd
from twitter_setup.project.sources import SourceMention


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
        """NODE_ENV as Strapi takes it (configuration/index.js)."""
        setting = self.environment.find("NODE_ENV")
        return (setting and setting.value) or "development"

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
    def frontend_urls(self) -> FrontEndUrls:
        if self.frontend is None or self.backend is None:
            return FrontEndUrls()
        frontend, located = self.frontend, self.situation.located
        return frontend_urls.read(
            frontend,
            environments.of_frontend(
                frontend.env_files, self.situation.environ, frontend.port, frontend.root
            ),
            port=self.backend.port,
            public_url=self.situation.public_url,
            wanted=located.options.env_vars if located else (),
        )

    @fact
    def hard_coded(self) -> tuple[SourceMention, ...]:
        """Where the front end's source has the back end's local address in it."""
        if self.frontend is None or self.backend is None:
            return ()
        return frontends.hard_coded(self.frontend, self.backend.port)

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

    @fact
    def login_code(self) -> LoginCode | None:
        """None without a front end."""
        if self.frontend is None:
            return None
        return login_code.read(self.frontend.root, self.redirect_path)

    @property
    def redirect_path(self) -> str:
        located = self.situation.located
        return redirect_url.path_of(
            located.file.get("frontend", "redirect_path") if located else None
        )

    def _config_files(self, name: str) -> tuple[strapi_config.ConfigFile, ...] | None:
        """None where there is no Strapi that would read them."""
        if self.backend is None or self.backend.language == "toml":
            return None
        located = self.situation.located
        given = located.file.get("backend", "server_config") if located else None
        return strapi_config.find_files(
            self.backend.root, name, given if name == "server" else None, mode=self.mode
        )
