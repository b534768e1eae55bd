"""What is known of each front-end framework: its dependency, port, `.env` files and public names.

`FrameworkId` names a family: React Router has Vite's `.env` files, proxies and settings, and a
title, port and command of its own (`tools.detect`).

From the frameworks' own documentation; the names of variables are those that people use.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FrameworkId = Literal[
    "cra",
    "vite",
    "next",
    "nuxt",
    "astro",
    "sveltekit",
    "gatsby",
    "vue-cli",
    "angular",
    "plain",
]

MODE_WINS = (".env", ".env.local", ".env.{mode}", ".env.{mode}.local")
_LOCAL_WINS = (".env", ".env.{mode}", ".env.local", ".env.{mode}.local")


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    id: FrameworkId
    title: str
    dependency: str = ""
    other_dependencies: tuple[str, ...] = ()  # the same under another name
    without_config: str = ""  # only if there is no such config file
    programs: tuple[str, ...] = ()  # what starts its dev server …
    scripts: tuple[str, ...] = ("dev", "start", "serve")  # … in the first of these
    port: int
    port_options: tuple[str, ...] = ("--port", "-p")
    port_variables: tuple[str, ...] = ()  # that set the port, from the command line
    port_variables_from_files: bool = False  # … and from its .env files
    config: str = ""  # name without suffix of the file that may set the port …
    port_key: tuple[str, ...] = ()  # … and where in it
    env_folder_key: tuple[str, ...] = ()  # the same for the folder of the .env files …
    env_folder_config: str = ""  # … in this file, if another
    env_files: tuple[str, ...]  # lowest precedence first, the mode in place of `{mode}`
    prefixes: tuple[str, ...] = ()  # names that reach the browser; the first is the usual one
    default_variable: str = "STRAPI_URL"
    reads_env_at_start_only: bool = True
    keeps_set_values: bool = False  # it reads .env again, and a value that it has had before stays

    @property
    def takes_mode(self) -> bool:
        """Whether its dev server has `--mode`."""
        return self.env_files == MODE_WINS

    @property
    def dependencies(self) -> tuple[str, ...]:
        return (self.dependency, *self.other_dependencies)


# Vite is last: projects of most others have it among their dependencies.
FRAMEWORKS = (
    Framework(
        id="next",
        title="Next.js",
        dependency="next",
        programs=("next",),
        scripts=("dev",),
        port=3000,
        port_variables=("PORT",),  # its documentation: not from .env, the server starts before
        env_files=_LOCAL_WINS,
        prefixes=("NEXT_PUBLIC_",),
        default_variable="NEXT_PUBLIC_STRAPI_URL",
        reads_env_at_start_only=False,
    ),
    Framework(
        id="nuxt",
        title="Nuxt",
        dependency="nuxt",
        programs=("nuxt", "nuxi"),
        scripts=("dev",),
        port=3000,
        port_variables=("NUXT_PORT", "NITRO_PORT", "PORT"),
        port_variables_from_files=True,
        config="nuxt.config",
        port_key=("devServer", "port"),
        env_files=(".env",),
        prefixes=("NUXT_PUBLIC_",),
        default_variable="NUXT_PUBLIC_STRAPI_URL",
        reads_env_at_start_only=False,
        keeps_set_values=True,
    ),
    Framework(
        id="astro",
        title="Astro",
        dependency="astro",
        programs=("astro",),
        port=4321,
        config="astro.config",
        port_key=("server", "port"),
        env_files=MODE_WINS,
        prefixes=("PUBLIC_",),
        default_variable="PUBLIC_STRAPI_URL",
        reads_env_at_start_only=False,
    ),
    Framework(
        id="sveltekit",
        title="SvelteKit",
        dependency="@sveltejs/kit",
        programs=("vite",),
        port=5173,
        config="vite.config",
        port_key=("server", "port"),
        env_folder_key=("kit", "env", "dir"),
        env_folder_config="svelte.config",
        env_files=MODE_WINS,
        prefixes=("PUBLIC_", "VITE_"),
        default_variable="PUBLIC_STRAPI_URL",
        reads_env_at_start_only=False,
    ),
    Framework(
        id="gatsby",
        title="Gatsby",
        dependency="gatsby",
        programs=("gatsby",),
        scripts=("develop", "start", "dev"),
        port=8000,
        port_variables=("PORT",),
        env_files=(".env.development",),
        prefixes=("GATSBY_",),
        default_variable="GATSBY_STRAPI_URL",
    ),
    Framework(
        id="cra",
        title="Create React App",
        dependency="react-scripts",
        programs=("react-scripts", "craco", "react-app-rewired"),
        scripts=("start", "dev"),
        port=3000,
        port_variables=("PORT",),
        port_variables_from_files=True,
        env_files=_LOCAL_WINS,
        prefixes=("REACT_APP_",),
        default_variable="REACT_APP_BACKEND_URL",
    ),
    Framework(
        id="vue-cli",
        title="Vue CLI",
        dependency="@vue/cli-service",
        programs=("vue-cli-service",),
        scripts=("serve", "dev", "start"),
        port=8080,
        port_variables=("PORT",),
        port_variables_from_files=True,
        config="vue.config",
        port_key=("devServer", "port"),
        env_files=MODE_WINS,
        prefixes=("VUE_APP_",),
        default_variable="VUE_APP_STRAPI_URL",
    ),
    Framework(
        id="angular",
        title="Angular",
        dependency="@angular/core",
        programs=("ng",),
        scripts=("start", "dev"),
        port=4200,
        env_files=(),
    ),
    Framework(
        id="vite",
        title="Vite",
        dependency="vite",
        programs=("vite",),
        port=5173,
        config="vite.config",
        port_key=("server", "port"),
        env_folder_key=("envDir",),
        env_files=MODE_WINS,
        prefixes=("VITE_",),
        default_variable="VITE_STRAPI_URL",
        reads_env_at_start_only=False,
    ),
)
PLAIN = Framework(id="plain", title="Front end", port=3000, env_files=(".env",))

_PREFIXES = (
    *(prefix for known in FRAMEWORKS for prefix in known.prefixes),
    *("PUBLIC_ENV__", "EXPO_PUBLIC_"),
)
_STRAPI_WORDS = frozenset({"STRAPI", "BACKEND", "CMS"})
_ADDRESS_WORDS = frozenset({"URL", "URI", "BASE", "HOST", "ORIGIN", "ENDPOINT"})
_OTHER_WORDS = frozenset(
    {"FRONTEND", "SITE", "APP", "DOCS", "PAYMENT", "AUTH", "SERVERLESS"}
    | {"TIMEOUT", "TOKEN", "KEY", "SECRET"}
)
# Beside API and the words of an address: names with others may be those of another service's API.
_NEUTRAL_WORDS = _ADDRESS_WORDS | frozenset(
    {"API", "PUBLIC", "GRAPHQL", "REST", "SERVER", "BROWSER", "CLIENT", "LOCAL", "DEV", "PROD"}
    | {"INTERNAL", "EXTERNAL", "HTTP", "HTTPS", "DEFAULT", "ROOT", "PATH", "REMOTE", "V1", "V2"}
)


def find(framework: FrameworkId) -> Framework:
    return next(known for known in (*FRAMEWORKS, PLAIN) if known.id == framework)


def default_variable(framework: FrameworkId) -> str:
    """Name the variable to add where the front end has none yet."""
    return find(framework).default_variable


def is_public_name(framework: FrameworkId, name: str) -> bool:
    """Whether the variable reaches the browser, and not only code that runs on the server."""
    return name.startswith(find(framework).prefixes)


def may_name_backend(name: str) -> bool:
    """Whether whole words of the name say that it holds the back end's address."""
    words = _words(name)
    return (
        not words.isdisjoint(_ADDRESS_WORDS)
        and not words.isdisjoint(_STRAPI_WORDS | {"API"})
        and words.isdisjoint(_OTHER_WORDS)
    )


def names_backend_for_sure(name: str) -> bool:
    """The same, without names of an unknown service's API (`WEATHER_API_URL`)."""
    words = _words(name)
    return may_name_backend(name) and (
        not words.isdisjoint(_STRAPI_WORDS) or words <= _NEUTRAL_WORDS
    )


def _words(name: str) -> frozenset[str]:
    """Split a name into words, without the framework's prefix: `CMSURL` has two."""
    name = name.upper()
    for prefix in sorted(_PREFIXES, key=len, reverse=True):
        if name.startswith(prefix):
            name = name.removeprefix(prefix)
            break
    found: set[str] = set()
    for part in name.split("_"):
        found |= _split(part)
    if {"BACK", "END"} <= found:
        found.add("BACKEND")
    return frozenset(found)


def _split(part: str) -> set[str]:
    """Split `APIURL`, `CMSURL` and `BASEURL`; any other word is whole."""
    for end in ("URL", "URI", "BASE", "HOST"):
        begin = part.removesuffix(end)
        if begin != part and begin in _STRAPI_WORDS | {"API", "BASE", "APIBASE", "GRAPHQL"}:
            return {end} | (_split(begin) if begin == "APIBASE" else {begin})
    return {part} if part else set()
