"""TOML files: one text is set, whatever stands around it, and the rest keeps every byte."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from twitter_setup.edits.spans import splice
from twitter_setup.edits.toml import TomlProblem, read_key, set_key

KEY = "server.url"
URL = "https://brave-otter.ngrok-free.app"


def edited(source: bytes, key: str = KEY, value: str = URL) -> bytes:
    return splice(source, set_key(source, key, value))


# --- reading ---


@pytest.mark.parametrize(
    "text, key, value",
    [
        ('[server]\nurl = "x"', "server.url", "x"),
        ("server.url = 'x'", "server.url", "x"),
        ("server = { url = 'x' }", "server.url", "x"),
        ("[server]\n'a.b' = 'x'", 'server."a.b"', "x"),
        ("port = 1337", "port", 1337),
        ("rate = 0.5", "rate", 0.5),
        ("\ufeffurl = 'x'", "url", "x"),
        ("url = 'x'\r\n", "url", "x"),
        ("", "server.url", None),
        ("[server]", "server.url", None),
        ("server = 1", "server.url", None),
        ("[[server]]\nurl = 'x'", "server.url", None),
    ],
)
def test_read_key(text: str, key: str, value: object) -> None:
    assert read_key(text.encode(), key) == value


@pytest.mark.parametrize(
    "source, line, column, text",
    [
        (b'a = 1\nb = "x\n', 2, 7, "Illegal character"),
        (b"a = 1\r\nb c\r\n", 2, 3, "Expected '='"),
        (b'a = """x\n', 2, 1, "Unterminated string"),
        (b"a = [\n  1", 2, 4, "Unclosed array"),
        (b"\xef\xbb\xbfa = 1\na = 2\n", 2, 6, "Cannot overwrite"),
        ("a = 1\nb = 'é".encode() + b"\xe9'\n", 2, 7, "not UTF-8"),
        (b"\xef\xbb\xbfa = '\xff'", 1, 6, "not UTF-8"),
        (b"a = " + b"[" * 100_000, 1, 1, "nested too deeply"),
    ],
)
def test_a_broken_file_is_a_problem_with_its_place(
    source: bytes, line: int, column: int, text: str
) -> None:
    with pytest.raises(TomlProblem) as caught:
        read_key(source, KEY)

    assert (caught.value.line, caught.value.column) == (line, column)
    assert text in caught.value.text
    assert "line " not in caught.value.text
    assert str(caught.value) == f"line {line}, column {column}: {caught.value.text}"


@pytest.mark.parametrize("key", ["", "a..b", "a b", "a\nb", "a = 1\nb"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="is not a TOML key"):
        read_key(b"", key)


# --- replacing ---


REPLACED = [
    ('url = "@"', "url"),
    ('[server]\nurl = "@" # the public one\nport = 1337\n', KEY),
    ('[server]\r\nurl   =   "@"\r\n\r\n[other]\r\n', KEY),
    ('\ufeff[server]\nurl = "@"', KEY),
    ("# é\n[server]\nname = 'é'\nurl = '@'\n", KEY),
    ('server.url = "@"\n', KEY),
    ('server = { port = 1, url = "@" } # inline\n', KEY),
    ('[server]\n"url" = "@"\n', KEY),
    ("['server']\n'url' = \"@\"\n", KEY),
    ('[ server ]\nurl="@"\n', KEY),
    ("[server]\n'a.b' = '@'\n", 'server."a.b"'),
    ('# url = "@"\n[server] # url = "@"\nurl = "@" # url = "@"\n', KEY),
    ('[admin]\nurl = "@"\n[server]\nurl = "@"\n[other]\nurl = "@"\n', KEY),
    ('text = """\n[server]\nurl = "@"\n"""\n[server]\nurl = "@"\n', KEY),
    ("text = '''\nurl = \"@\"'''\n[server]\nurl = \"@\"\n", KEY),
    ('urls = ["@", "@"]\n[server]\nurls = ["@"]\nurl = "@"\n', KEY),
    ('[[server.list]]\nurl = "@"\n[server.tls]\nurl = "@"\n[server]\nurl = "@"\n', KEY),
    ('[server.tls]\nurl = "@"\n[other]\n[server]\nurl = "@"\n[last]\nx = 1', KEY),
    ('[server]\nurl = """@"""\n', KEY),
    ("[server]\nurl = '''\n@\n'''\n", KEY),
    ('[server]\r\nurl = """\r\n@\\\r\n  @\r\n"""\r\nport = 1\r\n', KEY),
    ('[server]\nurl = """"@""""\n', KEY),
    ('[server]\nurl = "\\u0040@\\t\\\\"\n', KEY),
    ("nan = nan\ndate = 2020-01-01\nfloat = 1e3\n[server]\nurl = '@'\n", KEY),
]


@pytest.mark.parametrize("present", ["http://localhost:1337", "", "é"])
@pytest.mark.parametrize("text, key", REPLACED)
def test_only_the_value_is_replaced(text: str, key: str, present: str) -> None:
    source = text.replace("@", present).encode()

    (edit,) = set_key(source, key, URL)

    after = splice(source, (edit,))
    assert edit.new == f'"{URL}"'.encode()
    assert tomllib.loads(f"x = {source[edit.start : edit.end].decode()}") == {
        "x": read_key(source, key)
    }
    assert read_key(after, key) == URL
    assert set_key(after, key, URL) == ()


@pytest.mark.parametrize(
    "before, after",
    [
        ("[server]\nurl = ''  # é\n", '[server]\nurl = "{}"  # é\n'),
        ("url = ''\n[server]\r\nurl = '' \t", "url = ''\n[server]\r\nurl = \"{}\" \t"),
        ("a = ''\nserver = {a='', url='', b=''}", "a = ''\nserver = {{a='', url=\"{}\", b=''}}"),
    ],
)
def test_the_right_one_of_equal_values_is_replaced(before: str, after: str) -> None:
    assert edited(before.encode()).decode() == after.format(URL)


@pytest.mark.parametrize("value", ["", "it's", 'a "b"', "a\\b", "a\nb\r\t", "\x7f\x00", "é😀", "#"])
def test_any_text_can_be_written(value: str) -> None:
    assert read_key(edited(b"[server]\nurl = 'x'\n", value=value), KEY) == value
    assert read_key(edited(b"[server]\n", value=value), KEY) == value


# --- adding ---


ADDED = [
    ("", '[server]\nurl = "@"\n'),
    ("\ufeff", '\ufeff[server]\nurl = "@"\n'),
    ("[server]\nport = 1\n", '[server]\nurl = "@"\nport = 1\n'),
    ("[server]", '[server]\nurl = "@"'),
    ("\ufeff[server] # x\r\n", '\ufeff[server] # x\r\nurl = "@"\r\n'),
    ("a = 1\n  [ server ]\n[b]\n", 'a = 1\n  [ server ]\nurl = "@"\n[b]\n'),
    ("a = '''\n[server]\n'''\n[server]\n", "a = '''\n[server]\n'''\n[server]\nurl = \"@\"\n"),
    ("# [server]\n[a]\n", '# [server]\n[a]\n\n[server]\nurl = "@"\n'),
    ("a = 1", 'a = 1\n\n[server]\nurl = "@"'),
    ("a = 1\r\n", 'a = 1\r\n\r\n[server]\r\nurl = "@"\r\n'),
    ("[server.tls]\nx = 1\n", '[server.tls]\nx = 1\n\n[server]\nurl = "@"\n'),
    ("# x\nserver.port = 1\n[b]\n", 'server.url = "@"\n# x\nserver.port = 1\n[b]\n'),
    ("a = [\n  [1],\n]\n[server]\n", 'a = [\n  [1],\n]\n[server]\nurl = "@"\n'),
    ("[[b]]\nurl = 1\n[[b]]\n[server]\n", '[[b]]\nurl = 1\n[[b]]\n[server]\nurl = "@"\n'),
]


@pytest.mark.parametrize("before, after", ADDED)
def test_an_absent_key_gets_a_line(before: str, after: str) -> None:
    assert edited(before.encode()).decode() == after.replace("@", URL)


@pytest.mark.parametrize(
    "before, key, after",
    [
        ("# x\na = 1\n[b]\n", "url", 'url = "@"\n# x\na = 1\n[b]\n'),
        ("\ufeffa = 1\r\n", "url", '\ufeffurl = "@"\r\na = 1\r\n'),
        ("", "url", 'url = "@"\n'),
        ("[a]\nb.c = 1\n", "a.b.url", '[a]\nb.url = "@"\nb.c = 1\n'),
        ("[a]\n", 'a."b.c"."é"', '[a]\n\n[a."b.c"]\n"é" = "@"\n'),
    ],
)
def test_an_absent_key_elsewhere_gets_a_line(before: str, key: str, after: str) -> None:
    assert edited(before.encode(), key).decode() == after.replace("@", URL)


@pytest.mark.parametrize(
    "text, reason",
    [
        ("server = 1", "server is not a table"),
        ("[[server]]\nport = 1", "server is not a table"),
        ("server = { port = 1 }", "no place for server.url is certain"),
        ("[server]\nurl = 1", "server.url is not a text"),
        ("[server.url]\nx = 1", "server.url is not a text"),
        ("[server]\nurl = ['x']", "server.url is not a text"),
        # tomlkit 0.15 takes this for a key twice
        ("[[server.l]]\n[x]\n[[server.l.m]]\n[server]\nurl = 'x'", "no place for server.url"),
    ],
)
def test_what_is_not_certain_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        set_key(text.encode(), KEY, URL)


def test_a_broken_file_is_not_edited() -> None:
    with pytest.raises(TomlProblem):
        set_key(b"[server\n", KEY, URL)


# --- properties ---


names = st.sampled_from(["server", "url", "port", "a b", "é"])
scalars = st.one_of(
    st.sampled_from(["", "x", "url", "[server]", 'url = "x"', "'''", '"""', "a\nb", "é\\", "#"]),
    st.integers(0, 9),
    st.booleans(),
    st.just(float("nan")),
)
tables = st.recursive(
    scalars,
    lambda inner: st.one_of(st.dictionaries(names, inner, max_size=3), st.lists(inner, max_size=2)),
    max_leaves=12,
)
servers = st.dictionaries(names, scalars, max_size=4).map(lambda table: {"server": table})
documents = st.tuples(st.dictionaries(names, tables, max_size=4), st.just({}) | servers).map(
    lambda parts: tomlkit.dumps({**parts[0], **parts[1]})
)


def _without(table: dict[str, Any], path: list[str]) -> dict[str, Any]:
    head, *rest = path
    if not rest:
        return {name: value for name, value in table.items() if name != head}
    return {**table, head: _without(table.get(head, {}), rest)}


@settings(max_examples=300)
@given(documents, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\ufeff"]))
def test_all_other_keys_are_as_before(text: str, newline: str, bom: str) -> None:
    source = (bom + text.replace("\n", newline)).encode()
    try:
        (edit,) = set_key(source, KEY, URL)
    except ValueError:
        return

    after = splice(source, (edit,))
    old, new = (tomllib.loads(one.decode("utf-8-sig"), parse_float=str) for one in (source, after))
    assert read_key(after, KEY) == URL
    assert _without(new, ["server", "url"]) == _without(old, ["server", "url"])
    assert set_key(after, KEY, URL) == ()
    if edit.start == edit.end:
        assert URL.encode() in edit.new
