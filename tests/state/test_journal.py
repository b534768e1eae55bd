"""`journal`: taking a file back, exactly where it is ours and by our own lines where it is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twitter_setup.edits.spans import Edit, FileEdit, splice
from twitter_setup.state import journal
from twitter_setup.state.journal import Record

PATH = Path("/project/.env")


def record(*steps: tuple[bytes | None, bytes]) -> Record:
    """A record of whole-content steps, each from its first to its second content."""
    made = []
    for before, after in steps:
        old = before or b""
        start = next(
            (i for i, (a, b) in enumerate(zip(old, after, strict=False)) if a != b),
            min(len(old), len(after)),
        )
        made.append(
            journal.step_of(FileEdit(PATH, before, (Edit(start, len(old), after[start:]),)))
        )
    return Record(str(PATH), tuple(made))


def test_a_file_that_is_still_ours_goes_back_to_its_bytes() -> None:
    taken_back = journal.rewind(record((b"A=1\r\nB=2", b"A=1\r\nB=2\r\nP=x")), b"A=1\r\nB=2\r\nP=x")

    assert taken_back.content == b"A=1\r\nB=2"
    assert not taken_back.problem


def test_two_steps_go_back_to_the_first_original() -> None:
    steps = record((b"P=\n", b"P=one\n"), (b"P=one\n", b"P=two\n"))

    assert journal.rewind(steps, b"P=two\n").content == b"P=\n"
    assert journal.rewind(steps, b"P=one\n").content == b"P=\n"


def test_a_file_that_is_back_already_stays_so() -> None:
    steps = record((b"P=\n", b"P=one\n"), (b"P=one\n", b"P=two\n"))

    assert journal.rewind(steps, b"P=\n").content == b"P=\n"


def test_there_and_back_again_still_ends_at_the_original() -> None:
    steps = record((b"P=\n", b"P=a\n"), (b"P=a\n", b"P=b\n"), (b"P=b\n", b"P=a\n"))

    assert journal.rewind(steps, b"P=a\n").content == b"P=\n"


def test_edits_made_since_are_kept_and_only_our_line_goes() -> None:
    taken_back = journal.rewind(record((b"A=1\n", b"A=1\nP=x\n")), b"NEW=1\nA=2\nP=x\nLAST=1\n")

    assert taken_back.content == b"NEW=1\nA=2\nLAST=1\n"
    assert not taken_back.problem


def test_edits_made_between_two_steps_are_kept() -> None:
    steps = record((b"P=\n", b"P=one\n"), (b"P=one\nMINE=1\n", b"P=two\nMINE=1\n"))

    assert journal.rewind(steps, b"P=two\nMINE=1\n").content == b"P=\nMINE=1\n"


def test_our_line_put_back_keeps_the_line_ends_of_the_file() -> None:
    taken_back = journal.rewind(record((b"P=\r\n", b"P=x\r\n")), b"P=x\r\nMORE=1")

    assert taken_back.content == b"P=\r\nMORE=1"


def test_our_line_twice_is_left_and_said() -> None:
    taken_back = journal.rewind(record((b"A=1\n", b"A=1\nP=x\n")), b"A=2\nP=x\nP=x\n")

    assert taken_back.content == b"A=2\nP=x\nP=x\n"
    assert "exactly once" in taken_back.problem
    assert not taken_back.nothing_of_ours


def test_our_line_gone_is_said_and_is_no_longer_ours_to_undo() -> None:
    taken_back = journal.rewind(record((b"A=1\n", b"A=1\nP=x\n")), b"A=2\n")

    assert "no longer in it" in taken_back.problem
    assert taken_back.nothing_of_ours


def test_a_journal_never_holds_the_neighbours_of_our_line() -> None:
    source = b"SECRET=hunter2\nP=old\nTOKEN=abc\n"
    edit = FileEdit(PATH, source, (Edit(17, 20, b"new"),))

    text = str(journal.record_to_json(Record(str(PATH), (journal.step_of(edit),))))

    for secret in (b"hunter2", b"abc"):
        assert journal._encode(secret)[:-2] not in text


def test_a_record_survives_json() -> None:
    before = record((None, b"P=x\n"), (b"P=x\n", b"P=y\n"))

    assert journal.record_from_json(journal.record_to_json(before)) == before


@pytest.mark.parametrize("broken", [{}, {"path": "a"}, {"path": "a", "steps": [{}]}])
def test_a_broken_record_is_refused(broken: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        journal.record_from_json(broken)


@given(
    source=st.binary(max_size=200),
    spans=st.lists(
        st.tuples(st.integers(0, 200), st.integers(0, 20), st.binary(max_size=20)), max_size=4
    ),
)
def test_whatever_was_edited_comes_back_to_the_byte(
    source: bytes, spans: list[tuple[int, int, bytes]]
) -> None:
    edits, position = [], 0
    for start, length, new in sorted(spans):
        if start >= position and start + length <= len(source):
            edits.append(Edit(start, start + length, new))
            position = start + length
    edit = FileEdit(PATH, source, tuple(edits))

    taken_back = journal.rewind(Record(str(PATH), (journal.step_of(edit),)), edit.after)

    assert taken_back.content == source
    assert splice(source, edits) == edit.after
