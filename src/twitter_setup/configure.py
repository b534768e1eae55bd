"""The `configure` command: key, secret and redirect URL in Strapi, as its admin form would put them there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from twitter_setup import (
    credential_shapes,
    provider_checkpoint,
    providers,
    redirect_url,
    strapi_address,
    strapi_errors,
)
from twitter_setup.errors import Advice, SetupError
from twitter_setup.locate import Caller, Located
from twitter_setup.providers import FieldChange, Providers
from twitter_setup.settings import FileSettings, Options, Secret
from twitter_setup.state import SessionRecord, StateFolder
from twitter_setup.strapi import Credentials, Strapi, local_address
from twitter_setup.view import View

_LABELS = {"key": "Consumer Key", "secret": "Consumer Secret"}
_OPTIONS = {"key": ("--key", "TWITTER_API_KEY"), "secret": ("--secret", "TWITTER_API_SECRET")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A Strapi and what is known of the project that it belongs to; without one, only `--strapi`.

    `is_here`: it is the back end of this project, not a deployed one.
    """

    address: str
    options: Options
    located: Located | None
    state: StateFolder | None
    session: SessionRecord | None
    is_here: bool


def configure(options: Options, located: Located | None, caller: Caller) -> None:
    """Raises `SetupError`; what it changed in Strapi is said, and can be undone with `undo`."""
    view = caller.view
    options = _cleaned(options, view)
    target = _target(options, located, view)
    asked = Strapi(target.address, Credentials())
    try:
        asked.check_ready()
        asked.sign_in(credentials(options, target.address, view))
        _Run(target, asked, view).run()
    finally:
        asked.close()


def _cleaned(options: Options, view: View) -> Options:
    """What was typed, in order before anything is sent."""
    if options.redirect is not None:
        options = replace(options, redirect=redirect_url.parse(options.redirect))
    key, secret = (_clean(name, getattr(options, name), view) for name in _LABELS)
    _warn(key, secret, options, view)
    return replace(options, key=key, secret=secret)


def _clean(name: str, given: Secret | None, view: View) -> Secret | None:
    if given is None:
        return None
    value, changed = credential_shapes.cleaned(given.reveal(), name)
    if changed:
        view.note(f"Blanks or quotes around the {name} were taken away.")
    return Secret(value)


def _warn(key: Secret | None, secret: Secret | None, options: Options, view: View) -> None:
    """A warning asks; where nobody can answer it needs `--yes`."""
    found = credential_shapes.warnings(
        key.reveal() if key else None, secret.reveal() if secret else None
    )
    if found and not options.yes and not view.may_ask:
        raise SetupError(
            "usage",
            f"{' '.join(found)} Nobody is here to ask.",
            advice=[
                Advice("if they are right all the same", command="twitter-setup configure --yes")
            ],
            unchanged=strapi_errors.UNCHANGED,
        )
    for warning in found:
        view.note(warning)
    if not found or options.yes:
        return
    if not view.ask("Use them all the same?", default=False):
        raise SetupError("declined", "You said no.", unchanged=strapi_errors.UNCHANGED)


def _target(options: Options, located: Located | None, view: View) -> Target:
    if located is None:
        return Target(
            address=options.strapi or "",
            options=options,
            located=None,
            state=None,
            session=None,
            is_here=False,
        )
    local = local_address(located.backend.port)
    address = strapi_address.choose(options.strapi, located.file, local, view)
    state = StateFolder(located.backend.root)
    is_here = address == local or options.strapi is None
    return Target(
        address=address,
        options=options,
        located=located,
        state=state,
        session=_running(state) if is_here else None,
        is_here=is_here,
    )


def _running(state: StateFolder) -> SessionRecord | None:
    """The `tunnel` that is on, or that was kept."""
    record = state.session()
    is_on = record is not None and (record.kept or state.lock().holder() is not None)
    return record if is_on else None


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


class _Run:
    """One Strapi, signed in to: what it has, what it shall have, and the way there."""

    def __init__(self, target: Target, strapi: Strapi, view: View) -> None:
        self._target = target
        self._options = target.options
        self._strapi = strapi
        self._view = view

    def run(self) -> None:
        found: Providers = self._strapi.providers()
        wanted = self._wanted(found[providers.PROVIDER])
        changes = providers.changes(found, wanted)
        if changes and not self._options.dry_run:
            with _one_at_a_time(self._target.state):
                found, changes = self._write(wanted)
        self._answer(found, wanted, changes)

    # What it shall have

    def _wanted(self, twitter: Mapping[str, Any]) -> dict[str, Any]:
        """The fields to set; those that are not given stay as they are in Strapi."""
        wanted: dict[str, Any] = {"enabled": not self._options.disable}
        key, secret = self._pair(twitter)
        if key is not None:
            wanted["key"] = key.reveal()
        if secret is not None:
            wanted["secret"] = secret.reveal()
        url = self._redirect(twitter)
        if url:
            wanted["callback"] = url
        self._look_at_half_a_pair(twitter, wanted)
        return wanted

    def _pair(self, twitter: Mapping[str, Any]) -> tuple[Secret | None, Secret | None]:
        """Asked for only where Strapi has none; nobody needs them to switch the provider off."""
        options = self._options
        pair = {"key": options.key, "secret": options.secret}
        missing = [n for n, given in pair.items() if given is None and not twitter.get(n)]
        if not missing or options.disable:
            return options.key, options.secret
        if not self._view.may_ask:
            flags, variables = zip(*(_OPTIONS[name] for name in missing), strict=True)
            raise SetupError(
                "usage",
                f"Strapi has no {' and no '.join(missing)} for X yet, and none was given.",
                advice=[
                    Advice(
                        "from X: Keys & Tokens → OAuth 1.0 Keys; in the environment",
                        command=" and ".join(variables),
                    ),
                    Advice("or as options", command=f"{' … '.join(flags)} …"),
                ],
                unchanged=strapi_errors.UNCHANGED,
            )
        self._view.say("From X: Keys & Tokens → OAuth 1.0 Keys. What you enter is not shown.")
        for name in missing:
            entered = Secret(self._view.enter_secret(_LABELS[name]))
            pair[name] = _clean(name, entered, self._view)
        _warn(pair["key"], pair["secret"], options, self._view)
        return pair["key"], pair["secret"]

    def _redirect(self, twitter: Mapping[str, Any]) -> str:
        """`--redirect`, else that of `--url` or of the tunnel; '' leaves it as it is in Strapi."""
        target, options = self._target, self._options
        file = target.located.file if target.located else FileSettings()
        path = redirect_url.path_of(file.get("frontend", "redirect_path"))
        if options.redirect:
            return options.redirect
        if options.url:
            return f"{options.url}{path}"
        if target.session and target.session.sheet.get("redirect_url"):
            return str(target.session.sheet["redirect_url"])
        if twitter.get("callback"):
            return ""
        frontend = target.located.frontend if target.located and target.is_here else None
        if frontend is not None:
            return f"http://localhost:{frontend.port}{path}"
        if options.disable:
            return ""
        raise SetupError(
            "usage",
            "Strapi has no redirect URL yet, the front-end page where a login ends, and there is no "
            "front end here to take it from.",
            advice=[
                Advice("name it", command="--redirect https://your.app/connect/twitter/redirect")
            ],
            unchanged=strapi_errors.UNCHANGED,
        )

    def _look_at_half_a_pair(self, twitter: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
        """X gives both anew or none: one of them alone is mostly a slip."""
        for name, other in (("key", "secret"), ("secret", "key")):
            changed = name in wanted and twitter.get(name) and wanted[name] != twitter[name]
            if changed and other not in wanted:
                self._view.note(
                    f"The {name} is another one, and the {other} stays as it is in Strapi: they must be "
                    "of one pair."
                )

    # The way there

    def _write(self, wanted: Mapping[str, Any]) -> tuple[Providers, tuple[FieldChange, ...]]:
        """Read again, write, read back. Raises `strapi_error` where Strapi holds something else then."""
        found = self._strapi.providers()  # what somebody else changed meanwhile stays
        changes = providers.changes(found, wanted)
        if not changes:
            return found, ()
        list_ = providers.with_twitter(found, wanted)
        forget = self._note(found, changes)
        try:
            self._strapi.replace_providers(list_)
        except SetupError as error:
            raise self._after_a_failure(error, found, list_, forget) from None
        now = self._strapi.providers()
        wrong = list(providers.differences(list_, now))
        if wrong:
            raise _not_as_written(wrong)
        return now, changes

    def _note(self, found: Providers, changes: tuple[FieldChange, ...]) -> Callable[[], None]:
        """A checkpoint; returns what takes it away again."""
        state = self._target.state
        if state is None:
            self._view.note(
                "There is no project here, so `undo` cannot put the former setting back."
            )
            return lambda: None
        made = provider_checkpoint.save(state, self._target.address, found, changes)
        return lambda: provider_checkpoint.forget(state, made)

    def _after_a_failure(
        self,
        error: SetupError,
        before: Providers,
        sent: Providers,
        forget: Callable[[], None],
    ) -> SetupError:
        """Say what Strapi holds after a write whose answer did not come, or was a refusal."""
        try:
            now = self._strapi.providers()
        except SetupError:
            now = None
        if now is not None and not list(providers.differences(providers.stored(before), now)):
            forget()
            state = strapi_errors.UNCHANGED
        elif now is not None and not list(providers.differences(sent, now)):
            state = "The new setting was written all the same; `twitter-setup undo` takes it back."
        elif now is not None:
            state = "Strapi holds neither the old nor the new setting: look at its providers."
        else:
            state = "Whether it was written is not known: run this again."
        return SetupError(error.code, error.message, advice=error.advice, unchanged=state)

    # The answer

    def _answer(
        self, found: Providers, wanted: Mapping[str, Any], changes: tuple[FieldChange, ...]
    ) -> None:
        options, twitter = self._options, {**found[providers.PROVIDER], **wanted}
        callback = str(found[providers.PROVIDER]["redirectUri"])
        signed_in_as = self._strapi.credentials.email or ""
        data = {
            "strapi": self._target.address,
            "changed": [providers.FIELDS[change.name] for change in changes],
            "dry_run": options.dry_run,
            "enabled": bool(twitter.get("enabled")),
            "key": _masked(twitter.get("key")),
            "secret": _masked(twitter.get("secret")),
            "redirect_url": twitter.get("callback"),
            "callback_url": callback,
        }
        rows = [(c.name, _shown(c.name, c.before), _shown(c.name, c.after)) for c in changes]
        if rows and options.dry_run:
            data["changes"] = [
                {"field": providers.FIELDS[name], "before": before, "after": after}
                for name, before, after in rows
            ]
        self._view.answer(
            "configure",
            data,
            rows=rows,
            signed_in_as=signed_in_as,
            others=len(found) - 1,
            has_undo=self._target.state is not None,
        )
        self._look_at_callback(callback)

    def _look_at_callback(self, callback: str) -> None:
        session = self._target.session
        if session is None and urlsplit(callback).hostname == "localhost":
            self._view.note(
                "That is Strapi's address without a tunnel: X may refuse it, and nobody else reaches it.",
                [Advice("open one", command="twitter-setup tunnel")],
            )
        elif session is not None and session.callback_url and session.callback_url != callback:
            self._view.note(
                f"The tunnel's callback URL is {session.callback_url}: Strapi has not taken the "
                "tunnel's address yet.",
                [Advice("stop and start it in the back end's folder", command="npm run develop")],
            )


@contextmanager
def _one_at_a_time(state: StateFolder | None) -> Iterator[None]:
    """Two of one project's runs write one after the other: each reads what the other wrote."""
    if state is None:
        yield
        return
    state.create()
    with state.configuring():
        yield


def _not_as_written(wrong: list[str]) -> SetupError:
    return SetupError(
        "strapi_error",
        f"Strapi holds something else than what was written: {', '.join(wrong[:5])}. "
        "Somebody may have changed it at the same moment.",
        advice=[
            Advice("look at it again", command="twitter-setup configure --dry-run"),
            Advice("or take it back", command="twitter-setup undo"),
        ],
    )


def _masked(value: Any) -> str | None:
    return str(Secret(str(value))) if value else None


def _shown(name: str, value: Any) -> str:
    """A field's value for people: a secret as dots, nothing as `(empty)`."""
    if name == "enabled":
        return "on" if value else "off"
    if value is None or value == "":
        return "(empty)"
    return str(Secret(str(value))) if name in providers.SECRET_FIELDS else str(value)
