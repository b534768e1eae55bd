"""What evaluation learns about variables on the way: reads, fallbacks, covered literals."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import takewhile

from twitter_setup.project.reader.flow.values import Literal, Text, Variable
from twitter_setup.project.reader.source import Fallback, Place

# Set by the bundler or the shell, never an address of the back end.
_NO_VARIABLES = frozenset(
    {"NODE_ENV", "MODE", "DEV", "PROD", "SSR", "BASE_URL", "PUBLIC_URL", "CI"}
)
_HOST = re.compile(r"https?://[^/]+")


@dataclass(slots=True)
class Facts:
    """What is known of each variable.

    `covered` are literals that are fallbacks somewhere, `owned` those that a variable always overrides.
    """

    reads: dict[str, dict[Place, None]] = field(default_factory=dict)
    fallbacks: dict[str, dict[Fallback, None]] = field(default_factory=dict)
    appended: dict[str, set[str]] = field(default_factory=dict)
    covered: set[tuple[int, int]] = field(default_factory=set)
    owned: set[tuple[int, int]] = field(default_factory=set)

    def read(self, name: str, place: Place) -> None:
        if name not in _NO_VARIABLES:
            self.reads.setdefault(name, {})[place] = None

    def fall_back(self, variable: Text, fallback: Text) -> None:
        """Note that the source uses `fallback` if the variable of `variable` is not set."""
        first, literal = variable.first, fallback.first
        if not isinstance(first, Variable) or not isinstance(literal, Literal):
            return
        if not all(isinstance(piece, Literal) for piece in variable.pieces[1:]):
            return  # the fallback of a longer text, not of the variable
        if not _HOST.match(literal.text) and len(fallback.pieces) > 1:
            return  # `https://${host}` does not tell which host
        self.covered.add(literal.key)
        after = "".join(piece.text for piece in variable.pieces[1:] if isinstance(piece, Literal))
        text = "".join(piece.text for piece in fallback.pieces if isinstance(piece, Literal))
        if text.endswith(after):
            found = Fallback(text[: len(text) - len(after)], literal.module.place_at(literal.start))
            self.fallbacks.setdefault(first.name, {})[found] = None

    def append(self, text: Text) -> None:
        """Note what stands directly behind a variable in a URL."""
        for place, variable in enumerate(text.pieces):
            if isinstance(variable, Variable):
                literals = takewhile(
                    lambda piece: isinstance(piece, Literal), text.pieces[place + 1 :]
                )
                after = "".join(piece.text for piece in literals if isinstance(piece, Literal))
                if after:
                    self.appended.setdefault(variable.name, set()).add(after)
