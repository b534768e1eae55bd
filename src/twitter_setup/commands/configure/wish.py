"""What the twitter provider shall be: what was given, else what the project says, else as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twitter_setup.addresses import redirect_url
from twitter_setup.commands import urls
from twitter_setup.commands.configure.credentials import Pair
from twitter_setup.errors import Advice, SetupError
from twitter_setup.gateway import layout
from twitter_setup.gateway.dev_server import scheme
from twitter_setup.strapi.refusals import UNCHANGED
from twitter_setup.strapi.target import Target
from twitter_setup.view import View


def wanted(twitter: Mapping[str, Any], target: Target, pair: Pair, view: View) -> dict[str, Any]:
    """The fields to set, by Strapi's names; those that are not in it stay as they are in Strapi.

    `twitter` is the provider as Strapi has it. Raises `usage` for what has to be known and is not.
    """
    disable = target.options.disable
    fields: dict[str, Any] = {"enabled": not disable}
    missing = [name for name, one in pair.values.items() if one is None and not twitter.get(name)]
    url = _redirect(twitter, target, view)
    if missing and not disable:  # nobody needs them to switch the login off
        pair.enter(missing)
    fields |= {name: one.reveal() for name, one in pair.values.items() if one is not None}
    if url:
        fields["callback"] = url
    _look_at_half_a_pair(twitter, fields, view)
    return fields


def _redirect(twitter: Mapping[str, Any], target: Target, view: View) -> str:
    """'' leaves it as it is in Strapi."""
    url, origin = _chosen(twitter, target)
    if url:
        view.detail(f"The redirect URL is {origin}.")
        return redirect_url.parse(url)
    if twitter.get("callback") or target.options.disable:
        return ""
    raise SetupError(
        "usage",
        "Strapi has no redirect URL yet, the front-end page where a login ends, and there is no "
        "front end here to take it from.",
        advice=[Advice("name it", command="--redirect https://your.app/connect/twitter/redirect")],
        unchanged=UNCHANGED,
    )


def _chosen(twitter: Mapping[str, Any], target: Target) -> tuple[str, str]:
    """`--redirect`, else that of `--url`, else what the project says; with its origin."""
    options = target.options
    if options.redirect:
        return options.redirect, "the one that was given"
    if options.url:
        return _at(options.url, target), f"that of {options.url}"
    if options.disable:  # who switches the login off asks for no other page
        return "", ""
    return _of_the_project(twitter, target)


def _of_the_project(twitter: Mapping[str, Any], target: Target) -> tuple[str, str]:
    """Of the tunnel that is on, of the settings' URL, else, where Strapi has none, the front end's own.

    A deployed Strapi has nothing to do with these addresses.
    """
    located = target.located
    if target.session and target.session.sheet.get("redirect_url"):
        return str(target.session.sheet["redirect_url"]), "the tunnel's"
    if located is None or not target.is_here:
        return "", ""
    known = layout.known_url(located)
    if known:
        return _at(known, target), f"that of {known}, from the settings"
    if located.frontend and not twitter.get("callback"):
        return f"{scheme.address(located.frontend.port)}{_path(target)}", "the front end's own"
    return "", ""


def _at(url: str, target: Target) -> str:
    """As on the sheet of this URL; without a front end here, the page at the URL itself."""
    sheet = None
    if target.located and target.is_here:
        sheet = urls.sheet_for(target.located, "url", url, layout.wanted(target.located))
    return (sheet and sheet.redirect_url) or f"{url}{_path(target)}"


def _path(target: Target) -> str:
    return target.located.redirect_path if target.located else redirect_url.path_of(None)


def _look_at_half_a_pair(twitter: Mapping[str, Any], fields: Mapping[str, Any], view: View) -> None:
    """X gives both anew or none: one of them alone is mostly a slip."""
    for name, other in (("key", "secret"), ("secret", "key")):
        changed = name in fields and twitter.get(name) and fields[name] != twitter[name]
        if changed and other not in fields:
            view.note(
                f"The {name} is another one, and the {other} stays as it is in Strapi: they must be of "
                "one pair."
            )
