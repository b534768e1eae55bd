"""X's key and secret as they come in, by option or by question: cleaned, and warned of once."""

from __future__ import annotations

from collections.abc import Sequence

from twitter_setup.errors import Advice, SetupError
from twitter_setup.project.settings import Options
from twitter_setup.secret import Secret
from twitter_setup.strapi.refusals import UNCHANGED
from twitter_setup.view import View
from twitter_setup.x import credential_shapes

_LABELS = {"key": "Consumer Key", "secret": "Consumer Secret"}
_OPTIONS = {"key": ("--key", "TWITTER_API_KEY"), "secret": ("--secret", "TWITTER_API_SECRET")}


class Pair:
    """`values` by field name, None where neither given nor entered.

    Raises `usage` for what is empty or in two pieces, and `declined` at a no.
    """

    def __init__(self, options: Options, view: View) -> None:
        self._options = options
        self._view = view
        self._warned: set[str] = set()
        given = {"key": options.key, "secret": options.secret}
        self.values = {name: one and self._cleaned(name, one) for name, one in given.items()}
        self._warn()

    def enter(self, missing: Sequence[str]) -> None:
        """Ask for them; raises `usage` where nobody can be asked."""
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
                unchanged=UNCHANGED,
            )
        self._view.say("From X: Keys & Tokens → OAuth 1.0 Keys. What you enter is not shown.")
        for name in missing:
            entered = Secret(self._view.enter_secret(_LABELS[name]))
            self.values[name] = self._cleaned(name, entered)
        self._warn()

    def _cleaned(self, name: str, given: Secret) -> Secret:
        value, changed = credential_shapes.cleaned(given.reveal(), name)
        if changed:
            self._view.note(f"Blanks or quotes around the {name} were taken away.")
        return Secret(value)

    def _warn(self) -> None:
        """A warning asks; where nobody can answer it needs `--yes`."""
        key, secret = (one.reveal() if one else None for one in self.values.values())
        found = [w for w in credential_shapes.warnings(key, secret) if w not in self._warned]
        self._warned |= set(found)
        if not found:
            return
        if not self._options.yes and not self._view.may_ask:
            raise SetupError(
                "usage",
                f"{' '.join(found)} Nobody is here to ask.",
                advice=[
                    Advice("if they are right all the same, the same command with", command="--yes")
                ],
                unchanged=UNCHANGED,
            )
        for warning in found:
            self._view.note(warning)
        if not self._options.yes and not self._view.ask("Use them all the same?", default=False):
            raise SetupError(
                "declined",
                "You said no.",
                advice=[Advice("copy them again, then", command="twitter-setup configure")],
                unchanged=UNCHANGED,
            )
