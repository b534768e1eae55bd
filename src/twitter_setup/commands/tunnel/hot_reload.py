"""Whether the pages of a front end find its dev server again, for hot reload, at an address of ours.

Vite, Next and Astro ask where the page came from. webpack-dev-server writes its own host and port into
the page, unless it is told not to. Its versions before 4 (Create React App 3 and 4, Vue CLI 4) take the
page's own address, or do not know the setting and end.
"""

from __future__ import annotations

from twitter_setup.edits.javascript import Unclear
from twitter_setup.project import dev_server, find, frontend, packages
from twitter_setup.project.frameworks import FrameworkId
from twitter_setup.project.frontend import FrontEnd

_PATH = ("devServer", "client", "webSocketURL")
# What brings webpack-dev-server 4 along, and from which major version on.
_SINCE: dict[FrameworkId, tuple[str, int]] = {
    "cra": ("react-scripts", 5),
    "vue-cli": ("@vue/cli-service", 5),
    "plain": ("webpack-dev-server", 4),
}
_CONFIGS: dict[FrameworkId, str] = {"vue-cli": "vue.config", "plain": "webpack.config"}
_AUTO = "auto://0.0.0.0:0/ws"
_CRA_VARIABLE = "WDS_SOCKET_PORT"


def advice(front: FrontEnd) -> str | None:
    """Say what has to be set for it; None where it works as it is."""
    if not _has_own_address(front):
        return None
    if front.framework == "cra":
        if _CRA_VARIABLE in frontend.effective(front):
            return None
        return (
            f"For hot reload at this address start {front.title} with {_CRA_VARIABLE}=0 (a line in "
            "its .env.local does it): its pages look for it at its own port."
        )
    name = _CONFIGS[front.framework]
    setting = dev_server.config_node(front.root, name, _PATH)
    if setting is not None and not isinstance(setting, Unclear):
        return None
    file = dev_server.config_file(front.root, name)
    return (
        f"For hot reload at this address set {'.'.join(_PATH)} to '{_AUTO}' in "
        f"{file.name if file else f'{name}.js'}: the pages look for webpack-dev-server at its own port."
    )


def _has_own_address(front: FrontEnd) -> bool:
    """Whether its pages look for the dev server at an address that was written into them."""
    package, since = _SINCE.get(front.framework, ("", 0))
    manifest = packages.read_manifest(front.root)
    if not package or manifest is None:
        return False
    repository = find.repository_root(front.root)
    found = packages.find_dependency(package, manifest, front.root, repository)
    version = packages.version_tuple((found and found.version) or "")
    return version is not None and version[0] >= since
