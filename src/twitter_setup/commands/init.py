"""The `init` command: asks what cannot be detected and writes `twitter-setup.toml`."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from twitter_setup.addresses.public_url import parse_domain, parse_page, parse_public_url
from twitter_setup.errors import SetupError
from twitter_setup.project import settings_file
from twitter_setup.project.locate import Caller, Located
from twitter_setup.project.settings import FILE_NAME
from twitter_setup.state import checkpoint
from twitter_setup.view import View

_Read = TypeVar("_Read")


def init(located: Located, caller: Caller) -> dict[str, Any]:
    """The `data` of `init`. What is already in the file is kept unless a flag says otherwise."""
    path = located.file.path or located.root / FILE_NAME
    values = _detected(located, path.parent)
    if caller.view.may_ask and not located.options.yes:
        values |= _asked(located, caller)
    present = located.file.values or {}
    values = {key: value for key, value in values.items() if present.get(key) != value}
    before = checkpoint.read(path) or b""
    after = settings_file.updated(before, values)
    if after != before:
        checkpoint.write_file(path, after)
    return {"path": str(path), "written": [f"{table}.{key}" for table, key in values]}


def _detected(located: Located, base: Path) -> dict[tuple[str, str], Any]:
    options, backend, frontend = located.options, located.backend, located.frontend
    values: dict[tuple[str, str], Any] = {("backend", "dir"): _relative(backend.root, base)}
    if options.port:
        values["backend", "port"] = options.port
    if frontend is not None:
        values["frontend", "dir"] = _relative(frontend.root, base)
    if options.frontend_port:
        values["frontend", "port"] = options.frontend_port
    if options.env_vars:
        values["frontend", "env_vars"] = list(options.env_vars)
    if options.url:
        values["reach", "kind"], values["reach", "url"] = "url", options.url
    elif options.local:
        values["reach", "kind"] = "local"
    elif options.domain:
        values["reach", "kind"], values["reach", "domain"] = "ngrok", options.domain
    return values


def _asked(located: Located, caller: Caller) -> dict[tuple[str, str], Any]:
    """Only what no file can tell: your own address at ngrok or elsewhere, and the portal's pages."""
    view, file, options = caller.view, located.file, located.options
    values: dict[tuple[str, str], Any] = {}
    if not (options.url or options.domain or options.local):
        question = "Your ngrok domain, or a public URL of your own (empty: neither)"
        kind, key, text = _enter(question, "", _reach, view)
        if text:
            values["reach", "kind"], values["reach", key] = kind, text
    otherwise = "any public page of yours" if options.local else "the public URL"
    for key, label in (
        ("website_url", "Website URL to show at X"),
        ("terms_of_service_url", "Terms of service page"),
        ("privacy_policy_url", "Privacy policy page"),
    ):
        question = f"{label} (empty: {otherwise})"
        text = _enter(question, file.get("portal", key) or "", _page, view)
        if text:
            values["portal", key] = text
    return values


def _reach(text: str) -> tuple[str, str, str]:
    """Kind, key and value of `[reach]`."""
    if text.startswith("http"):
        return "url", "url", parse_public_url(text)
    return "ngrok", "domain", parse_domain(text) if text else ""


def _page(text: str) -> str:
    return parse_page(text) if text else ""


def _enter(question: str, default: str, read: Callable[[str], _Read], view: View) -> _Read:
    """Ask until the answer can be read."""
    while True:
        try:
            return read(view.enter(question, default))
        except SetupError as refusal:
            if refusal.code != "usage":
                raise
            # Without the name of a flag, which nobody has typed here.
            view.note(f"That {refusal.message.partition(' ')[2]}")


def _relative(folder: Path, base: Path) -> str:
    return Path(os.path.relpath(folder, base)).as_posix()
