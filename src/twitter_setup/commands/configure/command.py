"""The `configure` command: key, secret and redirect URL in Strapi, as its admin form would put them there."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from twitter_setup.addresses import redirect_url
from twitter_setup.addresses.redirect_url import printable
from twitter_setup.commands import proxy_notes
from twitter_setup.commands.configure import wish as provider_wish
from twitter_setup.commands.configure.credentials import Pair
from twitter_setup.errors import Advice, SetupError
from twitter_setup.project.locate import Caller, Located
from twitter_setup.project.settings import Options
from twitter_setup.secret import Secret
from twitter_setup.strapi import providers
from twitter_setup.strapi import refusals as strapi_errors
from twitter_setup.strapi import target as configure_target
from twitter_setup.strapi.api import Credentials, Strapi
from twitter_setup.strapi.provider_write import Writer
from twitter_setup.strapi.providers import FieldChange
from twitter_setup.strapi.target import Target
from twitter_setup.system import processes
from twitter_setup.system.signals import ctrl_c_stays_itself
from twitter_setup.view import View


def configure(options: Options, located: Located | None, caller: Caller) -> None:
    """Raises `SetupError`; what it changed in Strapi is said, and can be undone with `undo`."""
    view = caller.view
    if options.redirect is not None:
        options = replace(options, redirect=redirect_url.parse(options.redirect))
    proxy_notes.say_what_is_skipped(view)
    writer: Writer | None = None
    try:
        with ctrl_c_stays_itself():
            pair = Pair(options, view)
            target = configure_target.find(options, located, view)
            with closing(_strapi(target)) as strapi:
                _check_ready(strapi, target)
                strapi.sign_in(credentials(options, target.address, view))
                writer = Writer(strapi, target.state, view)
                _run(target, strapi, pair, writer, view)
    except KeyboardInterrupt:
        view.say()  # the terminal has just shown ^C
        left = writer.left() if writer else strapi_errors.UNCHANGED
        raise SetupError("interrupted", "Stopped.", unchanged=left) from None


def _check_ready(strapi: Strapi, target: Target) -> None:
    """Raises as `Strapi.check_ready`. While a Strapi starts nothing listens, but its process is there."""
    try:
        strapi.check_ready()
    except SetupError as error:
        folder = target.located.backend.root.resolve() if target.located else None
        is_here = error.code == "strapi_down" and target.is_here
        if is_here and folder and processes.works_in(str(folder), "strapi"):
            raise strapi_errors.not_yet(target.address) from None
        raise


def credentials(options: Options, address: str, view: View) -> Credentials:
    """An administrator's, from the options or by asking; raises `usage` where nobody can be asked."""
    given = Credentials.of(options)
    if given.are_given:
        return given
    if not view.may_ask:
        raise SetupError(
            "usage",
            "Strapi's admin API needs an administrator, and there is no terminal to ask on.",
            advice=[
                Advice(
                    "give a token in the environment",
                    command="STRAPI_ADMIN_TOKEN (or --admin-token)",
                ),
                Advice("or both of", command="STRAPI_ADMIN_EMAIL and STRAPI_ADMIN_PASSWORD"),
            ],
            unchanged=strapi_errors.UNCHANGED,
        )
    email = given.email or view.enter(f"E-mail of an administrator of {address}", "")
    return Credentials(
        email=email, password=given.password or Secret(view.enter_secret("Password"))
    )


def _run(target: Target, strapi: Strapi, pair: Pair, writer: Writer, view: View) -> None:
    found: providers.Providers = strapi.providers()
    wanted = provider_wish.wanted(found[providers.PROVIDER], target, pair, view)
    changes = providers.changes(found, wanted)
    if changes and not target.options.dry_run:
        found, changes = writer.write(wanted)
    twitter = {**found[providers.PROVIDER], **wanted}
    data = _data(target, twitter, changes)
    signed_in_by = strapi.credentials
    view.answer(
        "configure",
        data,
        rows=[(c.name, _shown(c.name, c.before), _shown(c.name, c.after)) for c in changes],
        signed_in_as="" if signed_in_by.token else signed_in_by.email or "",
        others=len(found) - 1,
        has_undo=target.state is not None,
        next_step=_next_step(target),
    )
    if not target.options.disable:
        _look_at_callback(data["callback_url"], target, view)


def _next_step(target: Target) -> str:
    given = target.options.strapi
    return f"twitter-setup verify --strapi {given}" if given else "twitter-setup verify"


def _data(
    target: Target, twitter: Mapping[str, Any], changes: tuple[FieldChange, ...]
) -> dict[str, Any]:
    data = {
        "strapi": target.address,
        "changed": [providers.FIELDS[change.name] for change in changes],
        "dry_run": target.options.dry_run,
        "enabled": bool(twitter.get("enabled")),
        "key": _masked(twitter.get("key")),
        "secret": _masked(twitter.get("secret")),
        "redirect_url": twitter.get("callback"),
        "callback_url": printable(str(twitter["redirectUri"])),
    }
    if changes and target.options.dry_run:
        data["changes"] = [
            {
                "field": providers.FIELDS[change.name],
                "before": _shown(change.name, change.before),
                "after": _shown(change.name, change.after),
            }
            for change in changes
        ]
    return data


def _strapi(target: Target) -> Strapi:
    manager = target.located.backend.manager if target.located else "npm"
    return Strapi(
        target.address, Credentials(), start_command=_start_command(target), manager=manager
    )


def _start_command(target: Target) -> str:
    return target.located.backend.start_command if target.located else "npm run develop"


def _look_at_callback(callback: str, target: Target, view: View) -> None:
    session, is_local = target.session, _host(callback) == "localhost"
    if target.options.disable:  # nobody logs in
        return
    if session is not None and session.callback_url and session.callback_url != callback:
        view.note(
            f"The tunnel's callback URL is {session.callback_url}: Strapi has not taken the tunnel's "
            "address yet.",
            [Advice("stop and start it in the back end's folder", command=_start_command(target))],
        )
    elif not target.is_here and (is_local or not callback.startswith("https://")):
        view.note(
            f"{callback} is no address that X can send browsers to: that Strapi does not know its own.",
            [Advice("set `url` in its config/server, or the variable that is read there")],
        )
    elif session is None and is_local:
        view.note(
            f"{callback} is Strapi's address without a tunnel: X may refuse it, and nobody else reaches "
            "it.",
            [Advice("open one", command="twitter-setup tunnel")],
        )


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:  # whatever that Strapi was told to be its address
        return ""


def _masked(value: Any) -> str | None:
    return str(Secret(str(value))) if value else None


def _shown(name: str, value: Any) -> str:
    """A field's value for people: a secret as dots, nothing as `(empty)`."""
    if name == "enabled":
        return "on" if value else "off"
    if value is None or value == "":
        return "(empty)"
    return printable(str(Secret(str(value)) if name in providers.SECRET_FIELDS else value))
