"""Whether Strapi believes the tunnel, or the proxy before it, that the browser came over https."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from twitter_setup.checks.facts.environments import Environment
from twitter_setup.edits.javascript import Value
from twitter_setup.project.strapi_config import ConfigFile, first_value


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyTrust:
    """`whole`: `proxy: true`. `koa`: `proxy: { koa: true }`. None: it cannot be told."""

    path: Path | None = None
    line: int = 0
    whole: bool | None = False
    koa: bool | None = False


def read(files: Sequence[ConfigFile], environment: Environment) -> ProxyTrust:
    """`files`: of `strapi_config.find_files(root, "server", …)`, the one that wins first."""
    whole, file = first_value(tuple(files), "proxy")
    path = file.path if file else None
    if whole.kind != "unclear":
        return ProxyTrust(path=path, line=whole.line, whole=truth(whole, environment))
    koa, file = first_value(tuple(files), "proxy", "koa")
    if koa.kind == "unclear":  # neither a plain value nor an object that is written out
        return ProxyTrust(path=path, line=whole.line, whole=None, koa=None)
    at = koa.line if koa.kind != "absent" else whole.line
    return ProxyTrust(path=path, line=at, koa=truth(koa, environment))


def truth(value: Value, environment: Environment) -> bool | None:
    """What a value of true or false comes to; None: it cannot be told. Not set is false."""
    if value.kind == "env":
        setting = environment.find(value.variable or "")
        text = setting.value if setting else value.default or ""
        # `env.bool` takes `true` alone; any other text is true where JavaScript asks it.
        return text == "true" if value.cast == "bool" or not setting else bool(text)
    if value.kind == "unclear":
        return None
    return value.kind != "absent" and value.text not in {"false", "", "0"}
