"""Turns a Vue, Svelte, Astro, Angular or HTML file into a script with the same lines.

Scripts stay where they are. Each attribute of a tag becomes a call `$attr("href", VALUE)` on its
line, so that scripts and templates are one program. Displayed text and comments are dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

ATTRIBUTE = "$attr"

_START = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<raw>script|style)(?=[\s>])(?P<attributes>(?:\"[^\"]*\"|'[^']*'|[^>\"'])*)>"
    r"(?P<body>.*?)(?:</(?P=raw)\s*>|\Z)"
    r"|<(?P<tag>[A-Za-z][\w.:-]*)",
    re.DOTALL | re.IGNORECASE,
)
_FRONT_MATTER = re.compile(r"\s*---\r?\n(?P<body>.*?)\r?\n---", re.DOTALL)
_NAME = re.compile(r"[^\s=/>{}\"'`]+")
_SCRIPT_TYPES = re.compile(r"""type\s*=\s*["']?(?!module|text/(?:java|type|babel|jsx))[\w/+-]+""")
_CODE = re.compile(r"(?::|v-bind:|\[(?:attr\.)?)(?P<name>[\w-]+)\]?")
_HANDLER = re.compile(r"(?:@|v-on:|\(|on)(?P<name>[\w.:-]+)\)?")
_MATTERS = re.compile(r"[/:]")
_PAIRS = {"(": ")", "[": "]", "{": "}"}


def script_of(text: str, suffix: str) -> str:
    """Write the file's code as one script; line N of it is line N of the file."""
    writer = _Writer()
    begin = 0
    matter = _FRONT_MATTER.match(text) if suffix == ".astro" else None
    if matter:
        writer.put(text, matter.start("body"), matter["body"])
        begin = matter.end()
    while found := _START.search(text, begin):
        begin = found.end()
        if found["raw"]:
            is_code = found["raw"].lower() == "script"
            if is_code and not _SCRIPT_TYPES.search(found["attributes"]):
                writer.put(text, found.start("body"), found["body"])
        elif found["tag"]:
            begin = _write_attributes(writer, text, begin, suffix)
    return writer.text()


class _Writer:
    def __init__(self) -> None:
        self._parts: list[str] = []
        self._line = 0
        self._read = (0, 0)  # an offset in the file's text, and the line that it is on

    def put(self, text: str, place: int, code: str) -> None:
        """Add `code` on the line of `place`, an offset in the file's `text`."""
        line = self._read[1] + text.count("\n", self._read[0], place)
        self._read = (place, line)
        missing = line - self._line
        if missing > 0:
            self._parts.append("\n" * missing)
            self._line += missing
        self._parts.append(f";{code};")
        self._line += code.count("\n")

    def text(self) -> str:
        return "".join(self._parts)


def _write_attributes(writer: _Writer, text: str, begin: int, suffix: str) -> int:
    """Write the attributes of the tag that is open at `begin`; return where it ends."""
    for place, name, value, is_code in _attributes(text, begin):
        if name == "":
            return place
        code = _as_code(name, value, is_code=is_code, suffix=suffix)
        if code:
            writer.put(text, place, code)
    return len(text)


def _attributes(text: str, at: int) -> Iterator[tuple[int, str, str, bool]]:
    """Yield (offset, name, value, whether the value is code); a name '' at the tag's end."""
    while at < len(text):
        sign = text[at]
        if sign == ">":
            yield at + 1, "", "", False
            return
        if sign == "{":  # `{href}` and `{...props}`
            end = _closing(text, at)
            inside = text[at + 1 : end].strip()
            if inside.isidentifier():
                yield at, inside, inside, True
            at = end + 1
            continue
        found = _NAME.match(text, at)
        if found is None:
            at += 1
            continue
        at = found.end()
        equals = re.compile(r"\s*=\s*").match(text, at)
        if equals is None:
            continue
        value, at, is_code = _value(text, equals.end())
        yield equals.end(), found[0], value, is_code


def _value(text: str, at: int) -> tuple[str, int, bool]:
    """Read an attribute's value: the text, where it ends, whether it is code."""
    sign = text[at : at + 1]
    if sign in {'"', "'"}:
        end = text.find(sign, at + 1)
        end = len(text) if end < 0 else end
        return text[at + 1 : end], end + 1, False
    if sign == "{":
        end = _closing(text, at)
        return text[at + 1 : end], end + 1, True
    if sign == "`":
        end = text.find("`", at + 1)
        end = len(text) if end < 0 else end
        return text[at : end + 1], end + 1, True
    bare = re.compile(r"[^\s>]*").match(text, at)
    return (bare[0], bare.end(), False) if bare else ("", at + 1, False)


def _closing(text: str, at: int) -> int:
    """Find the `}` for the `{` at `at`; strings are skipped."""
    depth, quote = 0, ""
    for place in range(at, len(text)):
        sign = text[place]
        if quote:
            if sign == quote and text[place - 1] != "\\":
                quote = ""
        elif sign in "\"'`":
            quote = sign
        elif sign == "{":
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                return place
    return len(text)


def _as_code(name: str, value: str, *, is_code: bool, suffix: str) -> str:
    if is_code:
        return _call(name, f"({value})") if _is_balanced(value) else ""
    bound = _CODE.fullmatch(name)
    if bound:
        return _call(bound["name"], f"({value})") if _is_balanced(value) else ""
    if _HANDLER.fullmatch(name):
        return f"{{{value}}}" if _is_balanced(value) else ""
    if not _MATTERS.search(value):
        return ""
    text = value.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")
    if suffix == ".svelte":
        text = re.sub(r"\{([^{}]*)\}", r"${\1}", text)
    elif suffix != ".astro":
        text = re.sub(r"\{\{([^{}]*)\}\}", r"${\1}", text)
    return _call(name, f"`{text}`")


def _call(name: str, value: str) -> str:
    return f'{ATTRIBUTE}("{name}",{value})'


def _is_balanced(code: str) -> bool:
    waiting: list[str] = []
    for sign in code:
        if sign in _PAIRS:
            waiting.append(_PAIRS[sign])
        elif sign in ")]}" and (not waiting or waiting.pop() != sign):
            return False
    return not waiting and bool(code.strip())
