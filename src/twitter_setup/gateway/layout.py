"""One address for front end and back end, or two; whether that takes a gateway, and at which port."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from twitter_setup.errors import Advice, SetupError
from twitter_setup.gateway import caddy, frontend_routes
from twitter_setup.project import settings_file
from twitter_setup.project.locate import Located
from twitter_setup.project.settings import FILE_NAME, Reach
from twitter_setup.view import View

Layout = Literal["one-origin", "two-origins"]
DEFAULT_PORT = 7337
_UNCHANGED = "Nothing was changed."


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """How a project is published. `gateway_port` is None where no gateway runs."""

    reach: Reach
    layout: Layout
    gateway_port: int | None
    public_url: str | None  # None: ngrok's, not known yet

    @property
    def is_one_origin(self) -> bool:
        return self.layout == "one-origin"

    @property
    def stays(self) -> bool:
        """Whether something has to keep running."""
        return self.reach == "ngrok" or self.gateway_port is not None


def arrange(located: Located) -> Arrangement:
    """Raises `SetupError` where the project cannot be published in the way that is asked for."""
    options = located.options
    layout = _layout(located)
    # A URL of one's own that leads to the back end alone needs none.
    port = None if options.reach == "url" and layout == "two-origins" else _gateway_port(located)
    return Arrangement(
        reach=options.reach,
        layout=layout,
        gateway_port=port,
        public_url=known_url(located),
    )


def remember_port(located: Located, view: View) -> None:
    """With `--local` X knows the port: one that was used is written to the settings file, and said."""
    options, file = located.options, located.file
    used = options.gateway_port or DEFAULT_PORT
    if options.reach != "local" or used == (file.get("gateway", "port") or DEFAULT_PORT):
        return
    try:
        path = file.path or located.root / FILE_NAME
        settings_file.remember(path, "gateway", "port", used, view)
    except SetupError as failure:  # it is used all the same
        view.note(f"The gateway's port could not be remembered: {failure.message}")


def wanted(located: Located) -> Layout:
    """One address whenever there is a front end, unless the person wants two."""
    is_one = located.frontend is not None and not located.options.two_origins
    return "one-origin" if is_one else "two-origins"


def known_url(located: Located) -> str | None:
    """The public URL where it does not depend on ngrok."""
    if located.options.reach == "local":
        return f"http://127.0.0.1:{_gateway_port(located)}"
    return located.options.url


def _layout(located: Located) -> Layout:
    """Raises `gateway_failed` where one address is not possible."""
    prefix, frontend = located.backend.api_prefix, located.frontend
    if frontend is None or wanted(located) == "two-origins":
        _check_wanted(located)
        return "two-origins"
    routes = frontend_routes.find(frontend.root, frontend.framework, prefix)
    reason = frontend_routes.refuses_one_origin(prefix, routes)
    if reason:
        raise SetupError(
            "gateway_failed",
            f"Front end and back end cannot have one address here: {reason}",
            advice=[Advice("publish the back end alone", "twitter-setup tunnel --two-origins")],
            unchanged=_UNCHANGED,
        )
    return "one-origin"


def _check_wanted(located: Located) -> None:
    asked = located.file.get("layout", "kind") == "one-origin"
    if asked and located.frontend is None:
        raise SetupError(
            "no_project",
            f"{located.file.path} asks for one address for both ends, and no front end was found.",
            advice=[Advice("name its folder", command="twitter-setup tunnel --frontend DIR")],
            unchanged=_UNCHANGED,
        )


def _gateway_port(located: Located) -> int:
    """The one given, else 7337. Raises `usage` for one that an end of the project has already.

    Where X knows the port (`--local`), or a proxy of the user's does (`--url`), another free one would
    not do; ngrok's agent is told whatever it is.
    """
    ours = {located.backend.port: "back end"}
    if located.frontend is not None:
        ours[located.frontend.port] = "front end"
    given = located.options.gateway_port
    if given in ours:
        raise SetupError(
            "usage",
            f"The gateway cannot have port {given}: it is the {ours[given]}'s.",
            advice=[Advice("give another one", command=f"--gateway-port {_free_of(ours)}")],
            unchanged=_UNCHANGED,
        )
    port = given or _free_of(ours)
    if given is None and located.options.reach == "ngrok":
        while port in ours or not caddy.is_free(port):
            port += 1
    return port


def _free_of(ours: dict[int, str]) -> int:
    port = DEFAULT_PORT
    while port in ours:
        port += 1
    return port
