"""`tests/cases/server_config/<case>/`: `before.*`, how it reads (`reading.json`), `after.*` if edited.

A new case is new files. `real-*` are the nasty shapes of reference/strapi.md, by their number there.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twitter_setup.edits.server_config import (
    UrlSetting,
    make_url_read,
    manual_line,
    read_url,
    uses_variable,
)
from twitter_setup.edits.spans import Edit, splice
from twitter_setup.edits.syntax import Language, SyntaxProblem, parse

CASES = Path(__file__).parents[1] / "cases" / "server_config"
BOM = b"\xef\xbb\xbf"
SET = "https://set.example"


@dataclass(frozen=True)
class Case:
    name: str
    language: Language
    before: bytes
    after: bytes | None
    reading: dict[str, Any]
    manual_line: str | None

    @property
    def suffix(self) -> str:
        return ".ts" if self.language == "typescript" else ".js"


def load(folder: Path) -> Case:
    before = next(folder.glob("before.*"))
    after = folder / f"after{before.suffix}"
    reading = json.loads((folder / "reading.json").read_text())
    return Case(
        name=folder.name,
        language="typescript" if before.suffix == ".ts" else "javascript",
        before=before.read_bytes(),
        after=after.read_bytes() if after.exists() else None,
        manual_line=reading.pop("manual_line", None),
        reading=reading,
    )


def named(cases: list[Case]) -> Any:
    return pytest.mark.parametrize("case", cases, ids=lambda case: case.name)


ALL = [load(folder) for folder in sorted(CASES.iterdir())]
EDITED = [case for case in ALL if case.after is not None]
LEFT_ALONE = [case for case in ALL if case.after is None]
WRAPPED = [case for case in ALL if case.reading["kind"] == "expression"]
UNCLEAR = [case for case in ALL if case.reading["kind"] == "unclear"]


def said(setting: UrlSetting) -> dict[str, Any]:
    return {name: value for name, value in asdict(setting).items() if value not in (None, "")}


def edited(source: bytes, language: Language, variable: str = "PUBLIC_URL") -> bytes:
    return splice(source, make_url_read(source, language, variable))


def undone(edits: tuple[Edit, ...], source: bytes, result: bytes) -> bytes:
    """`result` with what the edits wrote replaced by what was there."""
    back, moved = [], 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        start = edit.start + moved
        back.append(Edit(start, start + len(edit.new), source[edit.start : edit.end]))
        moved += len(edit.new) - (edit.end - edit.start)
    return splice(result, back)


@named(ALL)
def test_what_decides_url(case: Case) -> None:
    assert said(read_url(case.before, case.language)) == case.reading


@named(EDITED)
def test_the_lasting_edit(case: Case) -> None:
    assert edited(case.before, case.language) == case.after


@named(EDITED)
def test_after_the_edit_the_variable_decides_and_nothing_is_left_to_do(case: Case) -> None:
    assert case.after is not None

    assert read_url(case.after, case.language).variable == "PUBLIC_URL"
    assert make_url_read(case.after, case.language, "PUBLIC_URL") == ()


@named(WRAPPED)
def test_an_expression_keeps_its_bytes_and_its_place(case: Case) -> None:
    (edit,) = make_url_read(case.before, case.language, "PUBLIC_URL")

    assert case.before[edit.start : edit.end] in edit.new.removeprefix(b"url: ")
    assert edit.new.count(case.before[edit.start : edit.end]) >= 1


@named(EDITED)
def test_windows_line_ends_and_bom_are_kept(case: Case) -> None:
    assert case.after is not None
    windows = BOM + case.before.replace(b"\n", b"\r\n")

    assert edited(windows, case.language) == BOM + case.after.replace(b"\n", b"\r\n")


@named(EDITED)
def test_tabs_and_a_file_without_last_newline_are_kept(case: Case) -> None:
    assert case.after is not None
    tabs = case.before.replace(b"  ", b"\t").rstrip()

    assert edited(tabs, case.language) == case.after.replace(b"  ", b"\t").rstrip()


@named([case for case in EDITED if not case.before.startswith(b"#!")])
def test_bytes_that_are_no_utf8_are_kept(case: Case) -> None:
    comment = b"// caf\xe9, \xff\xfe\n"

    assert edited(comment + case.before, case.language) == comment + (case.after or b"")


@named([case for case in EDITED if case.language == "javascript"])
def test_javascript_is_typescript_too(case: Case) -> None:
    assert edited(case.before, "typescript") == case.after


@named(LEFT_ALONE)
def test_what_is_not_certain_or_reads_another_variable_is_not_edited(case: Case) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        make_url_read(case.before, case.language, "ANOTHER_URL")


@named(UNCLEAR)
def test_the_line_to_write_by_hand(case: Case) -> None:
    assert manual_line(case.before, case.language, "PUBLIC_URL") == case.manual_line


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a ? 'b' : 'c'", "process.env.X ?? (a ? 'b' : 'c')"),
        ("(a, b)", "process.env.X ?? (a, b)"),
        ("a || b", "process.env.X ?? (a || b)"),
        ("make()", "process.env.X ?? make()"),
        ("`${a}`", "process.env.X ?? `${a}`"),
    ],
)
def test_what_is_there_goes_on_deciding_in_the_line_to_write(value: str, expected: str) -> None:
    source = f"module.exports = {{ url: {value} }};".encode()

    assert manual_line(source, "javascript", "X") == f"url: {expected},"


@named(UNCLEAR)
def test_the_line_to_write_by_hand_is_javascript(case: Case) -> None:
    written = f"module.exports = {{ {manual_line(case.before, case.language, 'PUBLIC_URL')} }}"

    parse(written.encode(), case.language)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("'https://a.example'", {"kind": "literal", "text": "https://a.example"}),
        ('"https://a.example"', {"kind": "literal", "text": "https://a.example"}),
        ("`https://a.example`", {"kind": "literal", "text": "https://a.example"}),
        ("('https://a.example')", {"kind": "literal", "text": "https://a.example"}),
        (r"'it\'s \x41\u{1f600}\ud83d\ude00'", {"kind": "literal", "text": "it's A😀😀"}),
        ("/* why */ 'https://a.example'", {"kind": "literal", "text": "https://a.example"}),
        ("''", {"kind": "literal"}),
        ("undefined", {"kind": "literal"}),
        ("null", {"kind": "literal"}),
        ("env('')", {"kind": "literal"}),
        ("env('A B', 'x')", {"kind": "literal", "text": "x"}),
        ("env('A-B', 'x')", {"kind": "literal", "text": "x"}),
        ("env('9A', 'x')", {"kind": "literal", "text": "x"}),
        ("env('https://a.example', undefined)", {"kind": "literal"}),
        ("env('', env('X', 'y'))", {"kind": "variable", "variable": "X", "default": "y"}),
        ("env('X')", {"kind": "variable", "variable": "X"}),
        ("env(`X`)", {"kind": "variable", "variable": "X"}),
        ("(env('X'))", {"kind": "variable", "variable": "X"}),
        ("env('X', '')", {"kind": "variable", "variable": "X", "default": ""}),
        ("env('X', undefined)", {"kind": "variable", "variable": "X"}),
        ("env('X', 'y', 'z')", {"kind": "variable", "variable": "X", "default": "y"}),
        (
            "env(/* name */ 'X', /* default */ 'y',)",
            {"kind": "variable", "variable": "X", "default": "y"},
        ),
        ("env('X', env('Y', 'z'))", {"kind": "variable", "variable": "X", "default": "z"}),
        ("env('X', `a${1}`)", {"kind": "variable", "variable": "X"}),
        ("env('X') || env('Y')", {"kind": "variable", "variable": "X"}),
        ("env('X', 'a') || 'b'", {"kind": "variable", "variable": "X", "default": "a"}),
        ("env('X') || env('Y') || 'z'", {"kind": "variable", "variable": "X", "default": "z"}),
        ("env('X') ?? 'b'", {"kind": "variable", "variable": "X", "default": "b"}),
        ("process.env.X", {"kind": "variable", "variable": "X"}),
        ("process.env['X']", {"kind": "variable", "variable": "X"}),
        ("process?.env?.X", {"kind": "variable", "variable": "X"}),
        ("process.env.X || 'y'", {"kind": "variable", "variable": "X", "default": "y"}),
        ("process.env.X ?? `y`", {"kind": "variable", "variable": "X", "default": "y"}),
        (
            "process.env[name]",
            {"kind": "expression", "reason": "the value comes out of another object"},
        ),
        ("env(name)", {"kind": "expression", "reason": "the value comes from a function call"}),
        ("env(...names)", {"kind": "expression", "reason": "the value comes from a function call"}),
        ("env()", {"kind": "expression", "reason": "the value comes from a function call"}),
        ("env('', name)", {"kind": "expression", "reason": "the value is not a plain one"}),
        ("env.json('X')", {"kind": "expression", "reason": "the value is read with `env.json`"}),
        ("other('X')", {"kind": "expression", "reason": "the value comes from a function call"}),
        ("`a${1}`", {"kind": "expression", "reason": "the value is put together from parts"}),
        ("'a' + 'b'", {"kind": "expression", "reason": "the value is put together from parts"}),
        (
            "env('X') && 'b'",
            {"kind": "expression", "reason": "the value is put together from parts"},
        ),
        (
            "'' || env('X')",
            {"kind": "expression", "reason": "the value is put together from parts"},
        ),
        ("1 ? 'a' : 'b'", {"kind": "expression", "reason": "the value depends on a condition"}),
        ("['a']", {"kind": "expression", "reason": "the value is a list"}),
        ("{ a: 'b' }", {"kind": "expression", "reason": "the value is an object"}),
        ("() => 'a'", {"kind": "unclear", "reason": "the value is a function"}),
        ("function () {}", {"kind": "unclear", "reason": "the value is a function"}),
        ("class {}", {"kind": "unclear", "reason": "the value is a function"}),
        ("false", {"kind": "expression", "reason": "the value is not a text"}),
    ],
)
def test_kinds_of_value(value: str, expected: dict[str, Any]) -> None:
    source = f"module.exports = ({{ env }}) => ({{\n  url: {value},\n}});".encode()

    setting = read_url(source, "javascript")

    assert setting == UrlSetting(line=2, **expected)


@pytest.mark.parametrize(
    ("head", "url", "expected"),
    [
        ("({ env })", "env('X')", "X"),
        ("({ env: e })", "e('X')", "X"),
        ("({ strapi, env, ...rest })", "env('X')", "X"),
        ("({ env } = {})", "env('X')", "X"),
        ("ctx", "ctx.env('X')", "X"),
        ("(ctx)", "ctx.env('X')", "X"),
        ("({ env: e })", "env('X')", None),
        ("({ env = other })", "env('X')", None),
        ("({ nested: { env } })", "env('X')", None),
        ("(first, { env })", "env('X')", None),
        ("(first, ctx)", "ctx.env('X')", None),
        ("(ctx)", "ctx.other('X')", None),
        ("([env])", "env('X')", None),
        ("({ ...env })", "env('X')", None),
        ("({ process })", "process.env.X", None),
        ("({ env: process })", "process('X')", "X"),
    ],
)
def test_a_name_counts_only_where_it_is_strapis(head: str, url: str, expected: str | None) -> None:
    source = f"module.exports = {head} => ({{ url: {url} }});".encode()

    assert read_url(source, "javascript").variable == expected
    assert read_url(source, "typescript").variable == expected


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("const { env } = require('@strapi/utils');", "X"),
        ("const { env: e, env } = require('@strapi/utils');", "X"),
        ("import { env } from '@strapi/utils';", "X"),
        ("import { other as env } from '@strapi/utils';", None),
        ("import { env as e } from '@strapi/utils';", None),
        ("import env from '@strapi/utils';", None),
        ("import * as env from '@strapi/utils';", None),
        ("import { env } from './helpers';", None),
        ("const { env } = require('./helpers');", None),
        ("const { env } = load('@strapi/utils');", None),
        ("const { env } = process;", None),
        ("const env = require('@strapi/utils');", None),
        ("function env() {}", None),
        ("class env {}", None),
        ("", None),
    ],
)
def test_env_from_elsewhere(before: str, expected: str | None) -> None:
    source = f"{before}\nmodule.exports = () => ({{ url: env('X') }});".encode()

    assert read_url(source, "javascript").variable == expected


def test_process_may_be_imported() -> None:
    source = b"import process from 'node:process';\nexport default { url: process.env.X };"

    assert read_url(source, "typescript").variable == "X"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("const url = 'a';", None),
        ("let url = 'a';", None),
        ("export const url = 'a';", None),
        ("const url = 'a'; console.log(url, `${url}`);", None),
        ("let url = 'a'; url += 'b';", "`url` may be changed in line 1"),
        ("let url = 'a'; [url] = ['b'];", "`url` may be changed in line 1"),
        ("let url = 'a'; ({ url } = other);", "`url` may be changed in line 1"),
        ("let url = 'a'; ({ a: url } = other);", "`url` may be changed in line 1"),
        ("let url = 'a'; for (url of other) {}", "`url` may be changed in line 1"),
        ("var url = 'a'; var url = 'b';", "`url` may be changed in line 1"),
        ("let url;", "`url` does not get its value in this file"),
        ("const { url } = other;", "`url` does not get its value in this file"),
        ("import url from './url';", "`url` does not get its value in this file"),
        ("const a = 'a'; const url = a;", "the value is not a plain one"),
    ],
)
def test_a_name_is_followed_one_step(name: str, reason: str | None) -> None:
    source = f"{name}\nmodule.exports = {{ port: 1, url }};".encode()

    setting = read_url(source, "javascript")

    assert setting == (
        UrlSetting("expression", 2, reason=reason) if reason else UrlSetting("literal", 2, text="a")
    )


@pytest.mark.parametrize("variable", ["", "9LIVES", "MY-URL", "it's", "X') + alert('"])
def test_a_name_that_cannot_be_read_is_refused(variable: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        make_url_read(b"module.exports = ({ env }) => ({ port: 1 });", "javascript", variable)


def test_a_file_that_stops_too_early_names_its_end() -> None:
    source = (
        "module.exports = ({ env }) => ({\n  // порт\n  port: env.int('PORT', 1337),\n".encode()
    )

    with pytest.raises(SyntaxProblem) as caught:
        read_url(source, "javascript")

    assert (caught.value.line, caught.value.column) == (3, 31)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("env('X')", True),
        ("env('X', 'y')", True),
        ('env.bool("X", false)', True),
        ("strapi.config.env.int(`X`)", True),
        ("ctx.env('X')", True),
        ("process.env.X", True),
        ("process.env['X']", True),
        ("process?.env?.X", True),
        ("import.meta.env.X", True),
        ("const { Y, X } = process.env", True),
        ("const { X: x } = process.env", True),
        ("const { X = 'y' } = process.env", True),
        ("module.exports = ({ env: e }) => ({ a: { b: [e('X')] } })", True),
        ("const page = <a href={process.env.X}>a</a>", True),
        ("if (process.env.X) {", True),
        ("env('XY')", False),
        ("env('Y', 'X')", False),
        ("process.env.XY", False),
        ("process.env[X]", False),
        ("const { Y: X } = process.env", False),
        ("const { X } = settings", False),
        ("settings.X", False),
        ("other('X')", False),
        ("// process.env.X", False),
        ("/* env('X') */", False),
        ("'process.env.X'", False),
        ("`env('X')`", False),
        ("`${env('X')}`", True),
        ("", False),
    ],
)
def test_uses_variable(code: str, expected: bool) -> None:
    assert uses_variable(code.encode(), "javascript", "X") is expected


# --- made-up configurations

EXTRA = st.sampled_from(
    [
        "app: { keys: ['a', 'b'] }",
        "admin: { url: '/admin', auth: { url: 'x' } }",
        "proxy: true",
        "'url ': `url: 'no'`",
        "text: \"url: 'no'\"",
        "cron: {\n  url: 'no',\n}",
        "run() { return { url: 'no' }; }",
        "keys: [\n  'é', // ✓\n]",
        "shorthand",
    ]
)
NEIGHBOUR = st.sampled_from(
    ["host: '0.0.0.0'", "port: 1337", "port: Number(\n  1337,\n)", "'port': 1337", "host"]
)
COMMENT = st.sampled_from(
    ["", "", " // url: 'no', é", " /* url: 'no' */", " // ✓ }", " /* a\n b */"]
)
URL = st.sampled_from([None, "'https://a.example'", '"https://a.example"', "undefined", "''"])
FRAME = st.sampled_from(
    [
        ("module.exports = ", ";"),
        ("module.exports = () => (", ");"),
        ("module.exports = ({ env }) => (", ")"),
        (
            "'use strict';\n// é: url: 'no'\nmodule.exports = ({ strapi, env: e }) => {\nreturn ",
            ";\n};",
        ),
        ("exports.default = function ({ env }) {\n  return (", ");\n}"),
        ("const config = ", ";\nmodule.exports = config;"),
        ("export default ({ env }) => (", ");"),
        ("function make({ env }) { const made = ", "; return made; }\nmodule.exports = make;"),
    ]
)
TYPED_FRAME = st.sampled_from(
    [
        ("export default ({ env }: { env: any }): Core.Config.Server => (", ");"),
        ("const config: Config = ", " as Strapi.Config.Server;\nexport default config;"),
        ("export default (({ env }) => (", " satisfies A.B.C)) satisfies D;"),
        ("export = <T>({ env }: T) => <any>", ";"),
    ]
)


@st.composite
def configs(draw: st.DrawFn, *languages: Language) -> tuple[bytes, Language]:
    members = draw(st.lists(st.one_of(EXTRA, NEIGHBOUR), max_size=5))
    url = draw(URL)
    if url is not None:
        members.insert(draw(st.integers(0, len(members))), f"url: {url}")
    break_, indent = draw(st.sampled_from([("\n", "  "), ("\n", "\t"), ("\n", "    "), (" ", "")]))
    text = "{" + draw(COMMENT if break_ == "\n" else st.just(""))
    for number, member in enumerate(members, start=1):
        comma = "," if number < len(members) or draw(st.booleans()) else ""
        before, after = (draw(COMMENT), draw(COMMENT)) if break_ == "\n" else ("", "")
        if "//" in before:
            before += "\n"
        text += f"{break_}{indent}{member}{before}{comma}{after}"
    text += f"{break_ if members or '//' in text else ''}}}"
    language: Language = draw(st.sampled_from(languages or ("javascript", "typescript")))
    start, end = draw(FRAME if language == "javascript" else st.one_of(FRAME, TYPED_FRAME))
    source = f"{start}{text}{end}{draw(st.sampled_from(['', break_]))}".encode()
    if b'"' not in source and draw(st.booleans()):
        source = source.replace(b"'", b'"')
    if draw(st.booleans()):
        source = source.replace(b"\n", b"\r\n")
    return draw(st.sampled_from([b"", BOM])) + source, language


@given(configs())
def test_any_config_reads_the_variable_afterwards_and_comes_back_whole(
    config: tuple[bytes, Language],
) -> None:
    source, language = config
    setting = read_url(source, language)
    edits = make_url_read(source, language, "PUBLIC_URL")
    result = splice(source, edits)

    assert setting.kind in {"absent", "literal"}
    assert read_url(result, language).variable == "PUBLIC_URL"
    assert read_url(result, language).default == setting.text
    assert undone(edits, source, result) == source
    if setting.kind == "absent":
        assert all(edit.start == edit.end for edit in edits)
    if b"\r\n" in source:
        assert result.count(b"\n") == result.count(b"\r\n")


@given(configs(), st.data())
def test_damaged_files_are_never_a_crash(
    config: tuple[bytes, Language], data: st.DataObject
) -> None:
    source, language = config
    start = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(start, min(start + 40, len(source))))
    source = source[:start] + data.draw(st.binary(max_size=3)) + source[end:]

    uses_variable(source + b"PUBLIC_URL", language, "PUBLIC_URL")
    try:
        result = edited(source, language)
    except ValueError:
        return
    assert read_url(result, language).variable == "PUBLIC_URL"


# --- what Node makes of them

NODE = r"""
const { inspect } = require('node:util');
const { pathToFileURL } = require('node:url');
const convert = {
  int: parseInt, float: parseFloat, bool: (v) => v === 'true', array: (v) => v.split(','),
};
const env = (key, fallback) => (key in process.env ? process.env[key] : fallback);
for (const [name, read] of Object.entries(convert))
  env[name] = (key, fallback) => (key in process.env ? read(process.env[key]) : fallback);

let calls = 0;
globalThis.count = () => ++calls;

async function evaluate({ path, variable }) {
  if (variable) process.env[variable] = 'https://set.example';
  calls = 0;
  let result;
  try {
    const loaded = await import(pathToFileURL(path));
    const module = loaded.default?.default ?? loaded.default;
    const { url, ...rest } = typeof module === 'function' ? module({ env }) : module;
    result = { url: url ?? null, shown: inspect(url), rest: inspect(rest, { depth: null }) };
  } catch (error) {
    result = { url: null, shown: `throws ${error.message.split('\n')[0]}`, rest: '' };
  }
  if (variable) delete process.env[variable];
  return { ...result, calls };
}

globalThis.host = globalThis.shorthand = 'global';  // what made-up configurations name

(async () => {
  const results = [];
  console.log = () => {};
  for (const job of JSON.parse(require('node:fs').readFileSync(0))) results.push(await evaluate(job));
  process.stdout.write(JSON.stringify(results));
})();
"""


def evaluate(folder: Path, sources: list[tuple[bytes, str | None]]) -> list[dict[str, Any]]:
    """What Node makes of each source, with the variable set that is named beside it."""
    jobs = []
    for source, variable in sources:
        is_common = b"module.exports" in source or b"exports.default" in source
        path = folder / f"{uuid4()}.{'cjs' if is_common else 'mjs'}"  # imports are cached by path
        path.write_bytes(source)
        jobs.append({"path": str(path), "variable": variable})
    done = subprocess.run(
        ["node", "-e", NODE], input=json.dumps(jobs), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    results: list[dict[str, Any]] = json.loads(done.stdout)
    return results


needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")


@pytest.mark.e2e
@needs_node
def test_node_reads_what_we_read(tmp_path: Path) -> None:
    cases = [
        case
        for case in ALL
        if case.language == "javascript" and case.reading["kind"] not in {"expression", "unclear"}
    ]
    sources: list[tuple[bytes, str | None]] = []
    for case in cases:
        sources += (case.before, None), (case.before, case.reading.get("variable"))

    results = iter(evaluate(tmp_path, sources))

    for case in cases:
        unset, set_ = next(results), next(results)
        if case.reading["kind"] == "variable":
            assert set_["url"] == SET, case.name
            assert unset["url"] == case.reading.get("default", unset["url"]), case.name
        else:
            assert (unset["url"] or "") == case.reading.get("text", ""), case.name


def assert_neutral(folder: Path, sources: list[bytes]) -> None:
    """Without the variable the same object as before, with it another `url` and nothing else."""
    jobs: list[tuple[bytes, str | None]] = []
    for source in sources:
        after = edited(source, "javascript")
        jobs += (source, None), (after, None), (after, "PUBLIC_URL")

    results = iter(evaluate(folder, jobs))

    for source in sources:
        before, unset, set_ = next(results), next(results), next(results)
        assert before["rest"] == unset["rest"] == set_["rest"], source
        assert (before["url"] or "") == unset["url"], source
        assert set_["url"] == SET, source


@pytest.mark.e2e
@needs_node
def test_for_node_the_edit_is_neutral(tmp_path: Path) -> None:
    assert_neutral(
        tmp_path,
        [
            case.before
            for case in EDITED
            if case.language == "javascript" and case.reading["kind"] != "expression"
        ],
    )


@pytest.mark.e2e
@needs_node
def test_for_node_a_wrapped_expression_gives_and_calls_the_same(tmp_path: Path) -> None:
    cases = [case for case in WRAPPED if case.language == "javascript"]
    jobs: list[tuple[bytes, str | None]] = []
    for case in cases:
        assert case.after is not None
        jobs += (case.before, None), (case.after, None), (case.after, "PUBLIC_URL")

    results = iter(evaluate(tmp_path, jobs))

    for case in cases:
        before, unset, set_ = next(results), next(results), next(results)
        assert unset == before, case.name
        if before["shown"].startswith("throws"):
            assert set_ == before, case.name
        elif b"process.env.PUBLIC_URL ??" in (case.after or b""):  # evaluates the rest no more
            assert set_["url"] == SET, case.name
        else:
            assert set_ == {**before, "url": SET, "shown": f"'{SET}'"}, case.name


@pytest.mark.e2e
@needs_node
@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(st.lists(configs("javascript"), min_size=20, max_size=40))
def test_for_node_the_edit_of_any_config_is_neutral(
    tmp_path: Path, made_up: list[tuple[bytes, Language]]
) -> None:
    assert_neutral(tmp_path, [source for source, _ in made_up])
