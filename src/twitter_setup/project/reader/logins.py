"""Tells login links and exchange calls from the URLs that the reader sees."""

from __future__ import annotations

import re
from dataclasses import replace

from twitter_setup.edits.syntax import text as source_text
from twitter_setup.project.reader.flow.trace import Sink
from twitter_setup.project.reader.flow.values import Gap, Literal, Piece, Text, Variable, shown
from twitter_setup.project.reader.source import Base, Kind, LoginUse, Place, Role

# `connect/twitter`, and with a variable in the provider's place; the page of the redirect URL is none.
_LOGIN = re.compile(r"(?:^|/)(?:connect|auth)/(?:twitter|\0)(?:[/?#]?$|[?#])")
_EXCHANGE = re.compile(r"(?:^|/)auth/(?:twitter|\0)/callback")
_DELIMITERS = re.compile(r"[\s\"'`<>()]")
_LINKS = frozenset({"href", "to", "action", "formaction", "src", "url", "link"})
_NAVIGATING = re.compile(
    r"(?:^|\.)(?:location(?:\.href)?|assign|open|push|navigate|navigateTo|redirect|goto|replace)$"
    r"|openAuthSessionAsync|openURL"
)
_FETCHING = re.compile(
    r"fetch|ofetch|\bky\b|\bgot\b|request|useFetch|useSWR|XMLHttpRequest", re.IGNORECASE
)
_AXIOS = re.compile(r"axios|\$http|\bhttp\b", re.IGNORECASE)
_MARKUP_LINK = re.compile(r"<(?:a|form)\b[^>]*(?:href|action)=")
_BY_THE_SERVER = re.compile(r"redirect\W+manual|maxRedirects")  # it reads where Strapi leads to
_TO_THE_BROWSER = re.compile(
    r"(?:^|\.)location(?:\.href|\.assign|\.replace)?$|^(?:window\.)?open$|^(?:NextResponse\.|Response\.)?redirect$"
)
_OWN_FETCH = frozenset({"fetch", "window.fetch", "globalThis.fetch", "self.fetch"})
_METHODS = frozenset({"get", "post", "put", "request"})


class Logins:
    def __init__(self, *, has_default_base: bool = False) -> None:
        """`has_default_base`: the source sets a base URL for all calls of axios."""
        self._has_default_base = has_default_base
        self._found: dict[tuple[Place, Role], LoginUse] = {}

    def found(self) -> tuple[LoginUse, ...]:
        return tuple(sorted(self._found.values()))

    def add(self, sink: Sink, text: Text) -> None:
        """Keep the URL if it is one of a login."""
        for pieces in _urls(text):
            role, place = _role(pieces)
            if role is None or place is None:
                continue
            base = _base(pieces)
            use = LoginUse(
                place=_place(place),
                role=role,
                kind=_kind(sink, text),
                base=base,
                origin=_place(pieces[0]) if base == "literal" else None,
                target=shown(Text(pieces)),
                used=sink.module.place(sink.root),
                variables=tuple(p.name for p in pieces if isinstance(p, Variable)),
                is_direct=self._is_direct(sink, text),
                call=sink.name.partition(":")[0] if sink.context == "call" else "",
            )
            key = (use.place, role)
            known = self._found.get(key)
            if known is None or (known.kind == "other" and use.kind != "other"):
                self._found[key] = use

    def _is_direct(self, sink: Sink, text: Text) -> bool:
        if sink.context != "call":
            in_markup = _kind(sink, text) == "link" and sink.context != "attribute"
            is_href = sink.context == "attribute" and sink.name.strip("[]:").lower() == "href"
            return in_markup or is_href or bool(_TO_THE_BROWSER.search(sink.name))
        name = sink.name.partition(":")[0]
        if name in _OWN_FETCH:
            return sink.module.find("fetch", sink.root) is None
        library = sink.module.imports.get(name.partition(".")[0])
        if library is not None and library.specifier == "axios":
            return not self._has_default_base
        return bool(_TO_THE_BROWSER.search(name))


def _place(piece: Piece) -> Place:
    if not isinstance(piece, Literal):
        raise TypeError("only literal text has a place")
    return piece.module.place_at(piece.start)


def _urls(text: Text) -> list[tuple[Piece, ...]]:
    """Split a text with markup in it at blanks and quotes; a plain URL is the only one."""
    found: list[list[Piece]] = [[]]
    for piece in text.pieces:
        if not isinstance(piece, Literal):
            found[-1].append(piece)
            continue
        at = piece.start
        for number, part in enumerate(_DELIMITERS.split(piece.text)):
            if number:
                found.append([])
                at += 1
            if part:
                found[-1].append(replace(piece, text=part, start=at))
            at += len(part.encode())
    return [tuple(pieces) for pieces in found if pieces]


def _role(pieces: tuple[Piece, ...]) -> tuple[Role | None, Literal | None]:
    whole = "".join(piece.text if isinstance(piece, Literal) else "\0" for piece in pieces)
    for role, pattern in (("exchange", _EXCHANGE), ("login", _LOGIN)):
        match = pattern.search(whole)
        if match is None:
            continue
        at = 0
        for piece in pieces:
            size = len(piece.text) if isinstance(piece, Literal) else 1
            if isinstance(piece, Literal) and at + size > match.start():
                return ("exchange" if role == "exchange" else "login"), piece
            at += size
    return None, None


def _base(pieces: tuple[Piece, ...]) -> Base:
    first = pieces[0]
    if isinstance(first, Variable):
        return "variable"
    if isinstance(first, Gap):
        return "unknown"
    if re.match(r"https?://", first.text):
        return "literal"
    return "relative" if first.text.startswith("/") else "unknown"


def _kind(sink: Sink, text: Text) -> Kind:
    literals = "".join(piece.text for piece in text.pieces if isinstance(piece, Literal))
    if _MARKUP_LINK.search(literals):
        return "link"
    if sink.context == "attribute":
        return "link" if sink.name.lower() in _LINKS else "other"
    if sink.context == "assignment":
        return "navigation" if _NAVIGATING.search(sink.name) else "other"
    if sink.context != "call" or (sink.call and _BY_THE_SERVER.search(source_text(sink.call))):
        return "other"
    return _kind_of_call(sink.name.partition(":")[0])


def _kind_of_call(name: str) -> Kind:
    if _AXIOS.search(name):
        return "axios"
    if _FETCHING.search(name) or name.rpartition(".")[2] in _METHODS:
        return "fetch"
    return "navigation" if _NAVIGATING.search(name) else "other"
