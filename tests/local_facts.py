"""Facts for the checks of the files, by hand: a project that is right, and whatever a test says instead."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from twitter_setup.checks.facts.environments import Environment, Setting
from twitter_setup.checks.facts.frontend_urls import FrontEndUrls
from twitter_setup.checks.facts.local import LocalFacts
from twitter_setup.checks.facts.proxy_trust import ProxyTrust
from twitter_setup.checks.facts.server_url import ServerUrl
from twitter_setup.checks.facts.situation import Situation
from twitter_setup.checks.facts.users_permissions import UsersPermissions
from twitter_setup.checks.finding import Finding
from twitter_setup.edits.server_config import UrlSetting
from twitter_setup.project.backend import BackEnd
from twitter_setup.project.files import SourceFile
from twitter_setup.project.frontend import FrontEnd
from twitter_setup.project.locate import Located
from twitter_setup.project.reader.source import Source
from twitter_setup.project.settings import FileSettings, Options
from twitter_setup.state.session_record import SessionRecord

ROOT = Path("/cafe")
PUBLIC = "https://olive-tree.ngrok-free.app"
ENV = ROOT / "backend" / ".env"
CONFIG = ROOT / "backend" / "config" / "server.js"
LIST = ROOT / "backend" / "config" / "middlewares.js"
WEB_ENV = ROOT / "frontend" / ".env.local"


def backend(**changes: Any) -> BackEnd:
    usual = BackEnd(
        root=ROOT / "backend",
        name="cafe",
        strapi="5.54.0",
        strapi_is_installed=True,
        has_users_permissions=True,
        users_permissions="5.54.0",
        users_permissions_is_installed=True,
        language="javascript",
        server_config=SourceFile(CONFIG, b""),
        url=UrlSetting("variable", 4, "PUBLIC_URL", ""),
        url_key=None,
        syntax_problem=None,
        env_file=SourceFile(ENV, b""),
        port=1337,
        port_from="default",
        api_prefix="/api",
        api_prefix_is_certain=True,
        unwatched=None,
    )
    return replace(usual, **changes)


def frontend(**changes: Any) -> FrontEnd:
    usual = FrontEnd(
        root=ROOT / "frontend",
        name="web",
        framework="vite",
        title="Vite",
        port=5173,
        port_from="default",
        env_files=(),
        tracked=frozenset(),
        reads_env_at_start_only=False,
    )
    return replace(usual, **changes)


def situation(
    *,
    public_url: str | None = PUBLIC,
    layout: str = "one-origin",
    reach: str = "ngrok",
    back: BackEnd | None = None,
    front: FrontEnd | None = None,
    has_frontend: bool = True,
) -> Situation:
    located = Located(
        root=ROOT,
        file=FileSettings(),
        options=Options(),
        backend=back or backend(),
        frontend=(front or frontend()) if has_frontend else None,
    )
    session = SessionRecord(
        pid=1,
        process_started=0.0,
        since="",
        reach=reach,
        layout=layout,
        public_url=public_url or "",
    )
    return Situation(
        options=Options(),
        environ={},
        located=located,
        session=session if public_url else None,
    )


def setting(name: str, value: str, file: Path | None = ENV, **more: Any) -> Setting:
    return Setting(
        name=name, value=value, where=file.name if file else "the shell", file=file, **more
    )


def server(value: str = PUBLIC, file: Path | None = ENV, **more: Any) -> ServerUrl:
    setting_ = setting("PUBLIC_URL", value, file, **more)
    return ServerUrl(
        kind="known", path=CONFIG, line=4, value=value, variable="PUBLIC_URL", setting=setting_
    )


def front(value: str = PUBLIC, file: Path | None = WEB_ENV, **more: Any) -> FrontEndUrls:
    return FrontEndUrls(settings=(setting("VITE_API_URL", value, file, **more),))


def facts(*, where: Situation | None = None, **known: Any) -> LocalFacts:
    """All is right but for what is given."""
    usual: dict[str, Any] = {
        "environment": Environment(real={"APP_KEYS": "fJ3kd9,Qm2ls8"}),
        "mode": "development",
        "package_manager": "npm",
        "server_url": server(),
        "frontend_urls": front(),
        "source": Source(),
        "proxy": ProxyTrust(),
        "env_files_in_git": (),
        "users_permissions": UsersPermissions(),
    }
    return LocalFacts(situation=where or situation(), **{**usual, **known})


def outside() -> LocalFacts:
    """Not in a project; nothing is known."""
    return LocalFacts(situation=Situation(options=Options(url=PUBLIC), environ={}))


def words(finding: Finding) -> str:
    advice = [f"{a.text} {a.command} {a.url}" for a in finding.advice]
    return "\n".join([finding.summary, finding.detail, *advice])
