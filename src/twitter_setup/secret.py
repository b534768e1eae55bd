"""A value that never shows itself."""

from __future__ import annotations


class Secret:
    """A value that never shows itself: `str`, `repr` and JSON give dots and the last four."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __str__(self) -> str:
        return f"••••{self._value[-4:]}" if len(self._value) > 8 else "••••"

    __repr__ = __str__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)
