"""A source that cannot be evaluated to its end is read anyway, in a counted number of steps."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.project.reader.reading import addresses, read
from twitter_setup.project.reader.flow import memory
from twitter_setup.project.reader.flow.evaluate import Evaluator
from twitter_setup.project.reader.flow.values import EMPTY, GAP, Text, shown
from twitter_setup.project.reader.project import Project

HERE = "http://localhost:1337/api"


def _evaluated(root: Path, code: str, steps: int = memory.STEPS) -> tuple[tuple[Text, ...], int]:
    """Evaluate the initial value of `wanted`; give it with the steps that this took."""
    file = root / "a.js"
    file.write_text(code)
    evaluator = Evaluator(Project(root), steps=steps)
    module = evaluator.project.module(str(file))
    assert module is not None
    name = module.find("wanted", module.root)
    assert name is not None
    found = evaluator.as_texts(evaluator.bound(module, name, EMPTY))
    return found, steps - evaluator.memory.left


def _mutual_spreads(count: int) -> str:
    everything = ", ".join(f"...r{i}" for i in range(count))
    records = "\n".join(f"let r{i} = {{ {everything} }};" for i in range(count))
    return f"{records}\nconst wanted = r0.url.href.value;"


def _chain(count: int, link: str, last: str) -> str:
    links = "\n".join(link.replace("#", str(i)).replace("@", str(i + 1)) for i in range(count))
    return f"{links}\n{last.replace('#', str(count))}\nconst wanted = "


ENDLESS = {
    "a record spread into itself": (
        "let state = { a: 1 };\nstate = { ...state, b: 2 };\nconst wanted = state.url;"
    ),
    "records that all spread each other": _mutual_spreads(12),
    "a long chain of spreads": _chain(400, "const r# = { ...r@ };", "const r# = {};") + "r0.url;",
    "names that name each other": "let a = b, b = c, c = a;\nconst wanted = a + b + c;",
    "a function that calls itself": "const f = (x) => f(x) + f(x);\nconst wanted = f(1);",
    "nested calls": f"const f = (x) => g(x);\nconst wanted = {'f(' * 200}y{')' * 200};",
    "nested calls with two arguments each": (
        f"const f = (x, z) => x;\nconst wanted = {'f(g, ' * 200}y{')' * 200};"
    ),
    "functions that each call the next one twice": (
        _chain(200, "const f# = (x) => f@(x) + f@(x);", "const f# = (x) => x + y;") + "f0('');"
    ),
    "a class that holds itself": (
        "class A { a = this.b; b = this.a; }\nconst wanted = new A().a.b.a;"
    ),
    "destructured names that are taken out of each other": (
        "let { a } = b, { b } = a;\nconst wanted = a.b.a;"
    ),
}


@pytest.mark.parametrize("code", ENDLESS.values(), ids=ENDLESS.keys())
def test_what_does_not_end_is_unknown_after_a_few_steps(tmp_path: Path, code: str) -> None:
    found, steps = _evaluated(tmp_path, code)

    assert found
    assert all(GAP in text.pieces for text in found)
    assert 0 < steps < 1_000


def test_what_takes_too_many_steps_is_unknown_when_they_are_used_up(tmp_path: Path) -> None:
    code = (
        _chain(200, "const f# = (x) => f@(x + 'a') + f@(x + 'b');", "const f# = (x) => x;")
        + "f0('');"
    )

    found, steps = _evaluated(tmp_path, code, 1_000)

    assert all(GAP in text.pieces for text in found)
    assert steps == 1_000


def test_one_expression_leaves_steps_for_the_others(tmp_path: Path) -> None:
    endless = "const f = (x) => f(x + 'a') + f(x + 'b');\nfetch(f('') + '/api/x');"

    found = read(tmp_path, {"src/a.js": endless, "src/b.js": f"fetch('{HERE}/posts')"})
    _, steps = _evaluated(tmp_path, f"{endless}\nconst wanted = f('');")

    assert addresses(found) == [("b.js", 1, f"{HERE}/posts")]
    assert steps < memory.STEPS / 5


def test_a_text_that_doubles_with_each_name_is_cut(tmp_path: Path) -> None:
    code = _chain(15, "const t# = t@ + t@;", "const t# = 'x';") + "t0;"

    (found,), _ = _evaluated(tmp_path, code)

    assert 1 < len(found.pieces) < 200
    assert found.pieces[-1] == GAP


def test_an_ordinary_chain_of_names_is_still_followed(tmp_path: Path) -> None:
    code = (
        _chain(15, "const f# = (x) => f@(x);", "const f# = (x) => x + '/api';") + "f0('http://h');"
    )

    (found,), _ = _evaluated(tmp_path, code)

    assert shown(found) == "http://h/api"


def test_an_address_beside_an_endless_record_is_found(tmp_path: Path) -> None:
    spread = "let state = {};\nstate = { ...state, busy: 1 };\nfetch(`${state.url}/api/x`);"

    found = read(tmp_path, {"src/a.js": spread, "src/b.js": f"fetch('{HERE}/posts')"})

    assert addresses(found) == [("b.js", 1, f"{HERE}/posts")]


@pytest.mark.parametrize(
    "again", ["export * from './{}';", "import {{ url }} from './{}';\nexport {{ url }};"]
)
def test_files_that_export_each_other_end(tmp_path: Path, again: str) -> None:
    files = {f"src/{a}.js": again.format(b) for a, b in ("ab", "bc", "ca")}
    files["src/x.js"] = f"import {{ url }} from './a';\nfetch(url + '/api/x');\nfetch('{HERE}')"

    found = read(tmp_path, files)

    assert [place for place, *_ in addresses(found)] == ["x.js"]


_NAMES = st.sampled_from(["a", "b", "c", "f", "g"])
_EXPRESSIONS = st.recursive(
    _NAMES | st.sampled_from(["'x'", "process.env.URL", "{}"]),
    lambda inner: st.one_of(
        st.builds("{{ ...{}, a: {} }}".format, inner, inner),
        st.builds("({}).{}".format, inner, _NAMES),
        st.builds("{}({}, {})".format, _NAMES, inner, inner),
        st.builds("({} + {})".format, inner, inner),
        st.builds("({} || {})".format, inner, inner),
        st.builds("((a, {}) => ({}))".format, _NAMES.filter(lambda name: name != "a"), inner),
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_EXPRESSIONS, min_size=5, max_size=5))
def test_names_that_stand_for_anything_end(
    tmp_path_factory: pytest.TempPathFactory, values: list[str]
) -> None:
    names = "\n".join(f"let {name} = {value};" for name, value in zip("abcfg", values, strict=True))

    found, steps = _evaluated(
        tmp_path_factory.mktemp("any"), f"{names}\nconst wanted = a.b + c + f(g, a);", 3_000
    )

    assert found
    assert steps <= 3_000
