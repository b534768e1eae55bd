"""Whether the pages of a front end find its dev server again, for hot reload, at an address of ours.

Vite, Next and Astro ask where the page came from. webpack-dev-server writes its own host and port into
the page, unless it is told not to.
"""

from __future__ import annotations

from twitter_setup.edits.javascript import Unclear
from twitter_setup.project import dev_server, frontend, packages
from twitter_setup.project.frameworks import FrameworkId
from twitter_setup.project.frontend import FrontEnd

_PATH = ("devServer", "client", "webSocketURL")
_CONFIGS: dict[FrameworkId, str] = {"vue-cli": "vue.config", "plain": "webpack.config"}
_AUTO = "auto://0.0.0.0:0/ws"
_CRA_VARIABLE = "WDS_SOCKET_PORT"


def advice(front: FrontEnd) -> str | None:
    """Say what has to be set for it; None where it works as it is."""
    if front.framework == "cra":
        if _CRA_VARIABLE in frontend.effective(front):
            return None
        return (
            f"For hot reload at this address start {front.title} with {_CRA_VARIABLE}=0 (a line in "
            "its .env.local does it): its pages look for it at its own port."
        )
    name = _CONFIGS.get(front.framework)
    if name is None or not _is_webpack(front):
        return None
    setting = dev_server.config_node(front.root, name, _PATH)
    if setting is not None and not isinstance(setting, Unclear):
        return None
    file = dev_server.config_file(front.root, name)
    return (
        f"For hot reload at this address set {'.'.join(_PATH)} to '{_AUTO}' in "
        f"{file.name if file else f'{name}.js'}: the pages look for webpack-dev-server at its own port."
    )


def _is_webpack(front: FrontEnd) -> bool:
    manifest = packages.read_manifest(front.root)
    return front.framework == "vue-cli" or (
        manifest is not None and "webpack-dev-server" in manifest.dependencies
    )
