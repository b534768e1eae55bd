"""`.env` files: what the two rule sets read, and that an edit changes one value only."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twitter_setup.edits.dotenv import _readings, set_variable, values
from twitter_setup.edits.spans import splice

NAME = "PUBLIC_URL"
URL = "https://brave-otter.ngrok-free.app"
HERE = Path(__file__).parents[1]
CASES = sorted((HERE / "cases/dotenv").glob("*/before.env"))
NODE_PROJECT = HERE / "node_dotenv"


def edited(source: bytes, name: str = NAME, value: str = URL) -> bytes:
    return splice(source, set_variable(source, name, value))


# --- reading ---


READ_ALIKE = [
    ("", {}),
    ("A=1", {"A": "1"}),
    ("A=1\nB=2\r\nC=3\rD=4", {"A": "1", "B": "2", "C": "3", "D": "4"}),
    ("A=1\nA=2\n", {"A": "2"}),
    ("A=", {"A": ""}),
    ("A = \n", {"A": ""}),
    ("A= # why", {"A": ""}),
    ("A=\"\"\nB=''", {"A": "", "B": ""}),
    ("# A=1\n  #B=2\n", {}),
    ("  A = 1  \n", {"A": "1"}),
    ("A=1 # why", {"A": "1"}),
    ("A=a#b", {"A": "a"}),
    ("A='a#b'#c", {"A": "a#b"}),
    ('A="a # b" # c', {"A": "a # b"}),
    ("A=a b  c", {"A": "a b  c"}),
    ("A=it's\nB='it's'", {"A": "it's", "B": "it's"}),
    ("A='", {"A": "'"}),
    ('A="', {"A": '"'}),
    ('A="a', {"A": '"a'}),
    ('A="a\'b"', {"A": "a'b"}),
    ('A="a" "b"', {"A": 'a" "b'}),
    (r'A="x\ny"', {"A": "x\ny"}),
    (r"A='x\ny'", {"A": r"x\ny"}),
    (r"A=x\ny", {"A": r"x\ny"}),
    (r"A='it\'s'", {"A": r"it\'s"}),
    ("A=$B/${C}", {"A": "$B/${C}"}),
    ("a.b-c_D=1", {"a.b-c_D": "1"}),
    ("é=1", {}),
    ("A : 1", {}),
    ("\ufeffA=1", {"A": "1"}),
    ("\u00a0A\u3000=\ufeff1\u2003", {"A": "1"}),
    ("A=\x1c1\x85", {"A": "\x1c1\x85"}),
    ("A", {}),
    ("export", {}),
]


@pytest.mark.parametrize("text, expected", READ_ALIKE)
def test_both_rule_sets_read_alike(text: str, expected: dict[str, str]) -> None:
    assert _readings(text.encode()) == [expected, expected]


READ_DIFFERENTLY = [
    ("export A=1", {}, {"A": "1"}),
    ("export\nA=1", {"A": "1"}, {"A": "1"}),
    ("A: 1", {}, {"A": "1"}),
    ("A:\nB=1", {"B": "1"}, {"A": "B=1"}),
    ("A: \nB=1", {"B": "1"}, {"A": "", "B": "1"}),
    (r"A='a\'#b'", {"A": "a\\"}, {"A": r"a\'#b"}),
    (r'A="a\"#b"', {"A": "a\\"}, {"A": r"a\"#b"}),
    (r"A=`a\`#b`", {"A": r"`a\`"}, {"A": r"a\`#b"}),
    ("A=`a # b`", {"A": "`a"}, {"A": "a # b"}),
    ('A="x\nB=1"\n', {"A": '"x', "B": '1"'}, {"A": "x\nB=1"}),
    ("A='x\r\ny'", {"A": "'x"}, {"A": "x\ny"}),
    ("A=\n'x'", {"A": ""}, {"A": "x"}),
    (r'A="x\ry"', {"A": r"x\ry"}, {"A": "x\ry"}),
    (r'A="x\ny', {"A": r'"x\ny'}, {"A": '"x\ny'}),
    ('A="a" "b" ', {"A": '"a" "b"'}, {"A": 'a" "b'}),
    ('A="a"b" # "c"', {"A": '"a"b"'}, {"A": 'a"b'}),
    ("A=1 # x\u2028B=2", {}, {"A": "1", "B": "2"}),
    ("{\n  url: 'x',\n  // A\n}\n", {}, {"url": "'x',"}),
]


@pytest.mark.parametrize("text, old, new", READ_DIFFERENTLY)
def test_rule_sets_differ_as_the_packages_do(
    text: str, old: dict[str, str], new: dict[str, str]
) -> None:
    assert _readings(text.encode()) == [old, new]


def test_bytes_that_are_not_utf_8_are_read_as_node_does() -> None:
    assert values(b"A=caf\xe9\nB=\xe2\x80\xff\n") == {"A": "caf�", "B": "��"}


# --- editing ---


@pytest.mark.parametrize("before", CASES, ids=lambda path: path.parent.name)
def test_case(before: Path) -> None:
    after = before.with_name("after.env").read_bytes()

    assert edited(before.read_bytes()) == after
    assert set_variable(after, NAME, URL) == ()


@pytest.mark.parametrize(
    "value, line",
    [
        ("", b"A="),
        ("a b", b"A=a b"),
        ("$B", b"A=$B"),
        ("it's", b"A=it's"),
        ("é", "A=é".encode()),
        ("a # b", b'A="a # b"'),
        (" a ", b'A=" a "'),
        ('"#"', b"A='\"#\"'"),
        ("'a'", b"A=\"'a'\""),
        (" '\" ", b'A=" \'" "'),
        ("a\\nb", b"A=a\\nb"),
        ("#\\n", b"A='#\\n'"),
        ("`a`", b'A="`a`"'),
    ],
)
def test_a_new_line_has_the_quotes_that_the_value_needs(value: str, line: bytes) -> None:
    assert edited(b"B=2\n", "A", value) == b"B=2\n" + line + b"\n"


@pytest.mark.parametrize(
    "before, value, after",
    [
        (b"A='x'\n", "it's", b"A='it's'\n"),  # odd, and what both read as it's
        (b"A=x # why\n", "a#b", b'A=x # why\nA="a#b"\n'),
        (b'A="x"\n', r"a\nb", b'A="x"\nA=a\\nb\n'),
        (b"A='x' # 'y'\n", "", b"A='' # 'y'\n"),
    ],
)
def test_a_value_that_its_place_does_not_hold_gets_a_line(
    before: bytes, value: str, after: bytes
) -> None:
    assert edited(before, "A", value) == after


@pytest.mark.parametrize("value", ["a\nb", "a\r", "'\"`#", "#\"'", "\ud800"])
def test_a_value_that_cannot_be_written_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r"no way of writing|surrogates"):
        set_variable(b"B=2\n", "A", value)


@pytest.mark.parametrize("name", ["", "A B", "É", "A=", "#A"])
def test_a_name_that_no_dotenv_reads_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no way of writing"):
        set_variable(b"", name, "x")


@pytest.mark.parametrize("source", [b"B:", b"B:\n", b"x\nB:\r\n"])
def test_a_last_line_that_swallows_the_next_is_refused(source: bytes) -> None:
    with pytest.raises(ValueError, match="would swallow"):
        set_variable(source, NAME, URL)


# --- properties: no file, however odd, may break the promise ---


PIECES = [
    *(NAME, "A", "B", "export ", "=", "=", " = ", ": ", ":", "'", '"', "`", "#", " # why", "x"),
    *("\\n", "\\r", "\\", "\n", "\n", "\n", "\r\n", "\r", " ", "\t", "\ufeff", "\u2028", "\xa0"),
    *("\x1c", "\x85", "é", "😀", "http://localhost:1337", "${A}", "-", "."),
]
LINES = [
    *(f"{NAME}=", f"{NAME}=x", f"{NAME} = 'x' # why", f'{NAME}="x"', f"export {NAME}=x"),
    *("A=1", "A='a\nB=1\n'", 'B="x', "B='x", "A=`x`", "# B=2", "A: 1", "", 'A="x\\ny"', "A=é#"),
]
files = st.one_of(
    st.lists(st.sampled_from([piece.encode() for piece in PIECES] + [b"\xe9", b"\xe2\x80"])),
    st.lists(
        st.tuples(st.sampled_from(LINES), st.sampled_from(["\n", "\n", "\r\n", "\r", ""])).map(
            lambda line: "".join(line).encode()
        )
    ),
).map(b"".join)
written = st.one_of(
    st.just(URL),
    st.lists(st.sampled_from(["a", "'", '"', "`", "#", " ", "\\n", "$A", "=", "é"])).map("".join),
)


@settings(max_examples=500)
@given(files, written)
def test_the_value_is_read_and_all_others_are_as_before(source: bytes, value: str) -> None:
    try:
        after = edited(source, value=value)
    except ValueError:
        return

    assert _readings(after) == [{**reading, NAME: value} for reading in _readings(source)]
    assert set_variable(after, NAME, value) == ()


@settings(max_examples=500)
@given(files)
def test_one_edit_is_in_the_value_or_at_the_end(source: bytes) -> None:
    try:
        edits = set_variable(source, NAME, URL)
    except ValueError:
        return

    assert len(edits) <= 1
    for edit in edits:
        if edit.start < len(source):
            before = source[: edit.start].decode(errors="replace").replace("\ufeff", "").rstrip()
            assert before.endswith(("=", ":"))
            assert before[:-1].rstrip().endswith(NAME)


@settings(max_examples=500)
@given(files)
def test_setting_the_old_value_again_gives_the_old_bytes(source: bytes) -> None:
    old = values(source).get(NAME)
    try:
        (edit,) = set_variable(source, NAME, URL)
    except ValueError:
        return

    if edit.start < len(source) and old in {"", "x", "http://localhost:1337"}:
        assert edited(splice(source, [edit]), value=old) == source


# --- the packages themselves (make e2e) ---


class Node:
    """One process that answers for every file what each npm dotenv reads in it."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            ["node", "read.cjs"],
            cwd=NODE_PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def read(self, source: bytes) -> dict[str, dict[str, str]]:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(base64.b64encode(source) + b"\n")
        self.process.stdin.flush()
        readings: dict[str, dict[str, str]] = json.loads(self.process.stdout.readline())
        return readings

    def close(self) -> None:
        self.process.communicate()


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed: nothing to compare with")
    if not (NODE_PROJECT / "node_modules").is_dir():
        subprocess.run([npm, "ci"], cwd=NODE_PROJECT, check=True)
    process = Node()
    yield process
    process.close()


def agrees(node: Node, source: bytes, value: str = URL) -> None:
    before = node.read(source)
    assert [before["dotenv14"], before["dotenv-newest"]] == _readings(source)
    assert before["dotenv16"] == before["dotenv17"] == before["dotenv-newest"]

    try:
        after = edited(source, value=value)
    except ValueError:
        return
    assert node.read(after) == {
        package: {**reading, NAME: value} for package, reading in before.items()
    }


@pytest.mark.e2e
@pytest.mark.parametrize("before", CASES, ids=lambda path: path.parent.name)
def test_packages_agree_on_case(node: Node, before: Path) -> None:
    agrees(node, before.read_bytes())


@pytest.mark.e2e
@pytest.mark.parametrize("text", [row[0] for row in (*READ_ALIKE, *READ_DIFFERENTLY)])
def test_packages_agree_on_text(node: Node, text: str) -> None:
    agrees(node, text.encode())


@pytest.mark.e2e
@settings(max_examples=2000)
@given(files, written)
def test_packages_agree_on_generated_files(node: Node, source: bytes, value: str) -> None:
    agrees(node, source, value)


@pytest.mark.e2e
@settings(max_examples=500)
@given(st.binary())
def test_packages_agree_on_any_bytes(node: Node, source: bytes) -> None:
    agrees(node, source)
