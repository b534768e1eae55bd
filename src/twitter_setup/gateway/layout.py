"""One address for front end and back end, or two; whether that takes a gateway, and at which port."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from twitter_setup.errors import Advice, SetupError
from twitter_setup.gateway import caddy
from twitter_setup.gateway.dev_server import scheme
from twitter_setup.project import settings_file, strapi_config
from twitter_setup.project.locate import Again, Caller, Located
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


def arrange(located: Located, caller: Caller) -> Arrangement:
    """Raises `SetupError` where the project cannot be published in the way that is asked for."""
    options = located.options
    layout = _layout(located, caller)
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


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why both ends cannot share one address, and what works instead."""

    reason: str
    advice: tuple[Advice, ...]


def obstacle(located: Located, again: Again) -> Obstacle | None:
    """Find what makes one address impossible; None: nothing does. `again` writes `tunnel` commands."""
    backend, options = located.backend, located.options
    if backend.api_prefix or located.frontend is None:
        return None
    files = strapi_config.find_files(backend.root, "api")
    value, file = strapi_config.first_value(files, "rest", "prefix")
    place = "config/api"
    if file is not None and file.path.is_relative_to(located.root):
        place = f"{file.path.relative_to(located.root).as_posix()}, line {value.line}"
    with_prefix = Advice(f"set rest.prefix to '/api' in {place}, then", command=again())
    public = options.url or options.domain
    if backend.needs_session_login is False and public:
        other = Advice("or publish the back end alone", command=again("--two-origins"))
    else:  # two ports of one host are one site to browsers
        page = scheme.address(located.frontend.port, "127.0.0.1")
        other = Advice(
            f"or log in on this machine alone: open the front end at {page}, and let it call Strapi "
            "with credentials: 'include'",
            command=again("--local", "--two-origins", without=("--url", "--domain", "--local")),
        )
    return Obstacle(
        f"Strapi's API has no prefix ({place}), so its paths and the front end's cannot be told apart.",
        (with_prefix, other),
    )


def _layout(located: Located, caller: Caller) -> Layout:
    """Raises `gateway_failed` where one address is not possible."""
    if located.frontend is None or wanted(located) == "two-origins":
        _check_wanted(located)
        return "two-origins"
    found = obstacle(located, caller.again)
    if found:
        raise SetupError(
            "gateway_failed",
            f"Front end and back end cannot have one address here: {found.reason}",
            advice=found.advice,
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
