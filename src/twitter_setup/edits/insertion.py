"""A new key in an object of JavaScript source, written as its neighbours are.

Owns its place and what is around it: line ends, indentation, commas, comments left where they are.
"""

from __future__ import annotations

from tree_sitter import Node

from twitter_setup.edits.javascript import key_of
from twitter_setup.edits.spans import Edit
from twitter_setup.edits.syntax import children


def insert_member(
    source: bytes, object_: Node, member: bytes, after: tuple[str, ...]
) -> tuple[Edit, ...]:
    """Put `member` (`url: ''`) behind the first of the keys `after` that is there, else first."""
    neighbour = find_member(object_, after)
    if neighbour is None:
        return (_insert_first(source, object_, member),)
    return _insert_behind(source, neighbour, member)


def find_member(object_: Node, names: tuple[str, ...]) -> Node | None:
    """Find the member of the first of `names` that is a key of the object."""
    members = {key_of(member): member for member in children(object_)}
    return next((members[name] for name in names if name in members), None)


def _insert_behind(source: bytes, neighbour: Node, member: bytes) -> tuple[Edit, ...]:
    comma, line_end = _end_of_line(source, neighbour)
    if line_end is None or not _starts_line(source, neighbour):
        return (Edit(neighbour.end_byte, neighbour.end_byte, b", " + member),)
    new_line = _line_end(source, line_end) + _indent(source, neighbour) + member
    if comma:
        return (Edit(line_end, line_end, new_line + b","),)
    if line_end == neighbour.end_byte:
        return (Edit(line_end, line_end, b"," + new_line),)
    # A comment stands between: the comma belongs before it, the new line behind it.
    return (
        Edit(neighbour.end_byte, neighbour.end_byte, b","),
        Edit(line_end, line_end, new_line),
    )


def _end_of_line(source: bytes, member: Node) -> tuple[bool, int | None]:
    """Find the member's comma in its line, and the line's end; no end if other code follows."""
    last, comma = member, False
    node = member.next_sibling
    while node is not None and node.start_point.row == last.end_point.row:
        if node.type not in {",", "comment"}:
            return comma, None
        comma = comma or node.type == ","
        last, node = node, node.next_sibling
    end = source.find(b"\n", last.end_byte)
    return comma, end - source[:end].endswith(b"\r")


def _insert_first(source: bytes, object_: Node, member: bytes) -> Edit:
    for child in object_.named_children:
        if _starts_line(source, child):
            rest = b"," + _line_end(source, child.end_byte) + _indent(source, child)
            return Edit(child.start_byte, child.start_byte, member + rest)
        if child.type != "comment":
            return Edit(child.start_byte, child.start_byte, member + b", ")
    return _fill_empty(source, object_, member)


def _fill_empty(source: bytes, object_: Node, member: bytes) -> Edit:
    """Into `{}`: nothing there but, perhaps, comments in the line of the opening brace."""
    start = object_.start_byte + 1
    if object_.start_point.row != object_.end_point.row:
        indent = _indent(source, object_) + _indent_unit(source)
        return Edit(start, start, _line_end(source, start) + indent + member + b",")
    comma = b"," if object_.named_child_count else b""
    space = b" " if source[start : start + 1] != b" " else b""
    return Edit(start, start, b" " + member + comma + space)


def _line_start(source: bytes, node: Node) -> bytes:
    start = node.start_byte
    return source[source.rfind(b"\n", 0, start) + 1 : start]


def _starts_line(source: bytes, node: Node) -> bool:
    return not _line_start(source, node).strip(b" \t")


def _indent(source: bytes, node: Node) -> bytes:
    """Give the white space at the beginning of the line that `node` stands in."""
    before = _line_start(source, node)
    return before[: len(before) - len(before.lstrip(b" \t"))]


def _indent_unit(source: bytes) -> bytes:
    return b"\t" if b"\n\t" in source else b"  "


def _line_end(source: bytes, position: int) -> bytes:
    """Give the end of the line at `position`: CRLF or LF."""
    return b"\r\n" if source[: source.find(b"\n", position)].endswith(b"\r") else b"\n"
