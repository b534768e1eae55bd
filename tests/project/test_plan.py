"""A plan: which variables name the back end, in which file each is written, and only our own lines."""

from __future__ import annotations

import subprocess
from functools import partial
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import local_facts, program
from tests.program import CONFIG, LASTING, Shop, run
from twitter_setup.edits import dotenv
from twitter_setup.project import backend as backends
from twitter_setup.project import frontend as frontends
from twitter_setup.project import plan
from twitter_setup.project.files import SourceFile
from twitter_setup.project.frontend import FrontEnd
from twitter_setup.project.frontend_plan import candidates
from twitter_setup.project.frontend_plan.build import build
from twitter_setup.project.plan import Plan, Wish

URL = "https://olive-tree.ngrok-free.app"
PACKAGES = {
    "vite": '{"devDependencies": {"vite": "7.0.0"}}',
    "next": '{"dependencies": {"next": "16.0.0"}}',
    "cra": '{"dependencies": {"react-scripts": "5.0.1"}}',
}


# Nothing here is ever asked at that port, so it may be the one that people have.
make_shop = partial(program.make_shop, env=b"HOST=0.0.0.0\nPORT=1337\nAPP_KEYS=a,b\n")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """With a front end that has no `.env` file yet."""
    return make_shop(tmp_path / "cafe", frontend_env=None)


def planned(shop: Shop, url: str = URL, **wish: Any) -> Plan:
    frontend = frontends.load(shop.frontend) if shop.frontend.is_dir() else None
    return plan.build(Wish(public_url=url, **wish), backends.load(shop.backend, {}), frontend)


def front(shop: Shop, framework: str = "vite", *tracked: str, **files: str) -> None:
    """Give the front end its framework and its files (`env_local` is `.env.local`)."""
    (shop.frontend / "package.json").write_text(PACKAGES[framework])
    for name, content in files.items():
        (shop.frontend / f".{name.replace('_', '.')}").write_text(content)
    if tracked:
        for words in (["init", "-q"], ["add", "-f", *tracked]):
            subprocess.run(["git", *words], cwd=shop.frontend, check=True, capture_output=True)


def front_lines(made: Plan, shop: Shop) -> dict[str, tuple[str, ...]]:
    """Our lines by file of the front end."""
    return {
        change.path.name: change.lines
        for change in made.changes
        if change.path.parent == shop.frontend
    }


def apply(made: Plan) -> None:
    for change in made.changes:
        change.path.write_bytes(change.edit.after)


# Which file


HERE = "http://localhost:1337"


@pytest.mark.parametrize(
    ("framework", "files", "tracked", "written"),
    [
        ("vite", ["env"], [], ".env"),
        ("vite", ["env", "env_local"], [], ".env.local"),
        ("vite", ["env", "env_local", "env_development"], [], ".env.development"),
        ("vite", ["env"], [".env"], ".env.local"),
        ("vite", ["env_local"], [".env.local"], ".env.development.local"),
        ("vite", ["env_development"], [".env.development"], ".env.development.local"),
        ("next", ["env", "env_development"], [], ".env.development"),
        ("next", ["env", "env_local", "env_development"], [], ".env.local"),
        ("next", ["env_development"], [".env.development"], ".env.local"),
        ("cra", ["env", "env_development"], [], ".env.development"),
        ("cra", ["env"], [".env"], ".env.local"),
    ],
)
def test_the_file_that_wins_is_written_or_an_untracked_one_above_it(
    shop: Shop, framework: str, files: list[str], tracked: list[str], written: str
) -> None:
    front(shop, framework, *tracked, **dict.fromkeys(files, f"API_URL={HERE}\n"))

    made = planned(shop)
    apply(made)

    assert list(front_lines(made, shop)) == [written]
    value, file = frontends.effective(frontends.load(shop.frontend))["API_URL"]
    assert (value, file.path.name) == (URL, written), "what the dev server reads now"


def test_variables_of_several_files_are_each_written_where_they_win(shop: Shop) -> None:
    front(shop, env=f"A_URL={HERE}\nB_URL={HERE}\n", env_local=f"B_URL={HERE}/api\n")

    assert front_lines(planned(shop), shop) == {
        ".env": (f"~ A_URL={URL}",),
        ".env.local": (f"~ B_URL={URL}/api",),
    }


# Which variables


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"VITE_API_URL={HERE}/api\n", f"VITE_API_URL={URL}/api\n"),
        (f"VITE_API_URL={HERE}/\n", f"VITE_API_URL={URL}/\n"),
        (f"VITE_API_URL={HERE}?a=1\n", f"VITE_API_URL={URL}?a=1\n"),
        (f'VITE_API_URL="{HERE}"\n', f'VITE_API_URL="{URL}"\n'),
        (f"VITE_API_URL='{HERE}' # Strapi\r\n", f"VITE_API_URL='{URL}' # Strapi\r\n"),
        (f"VITE_API_URL={HERE} # here\n", f"VITE_API_URL={URL} # here\n"),
        (f"A={HERE}\nB=http://127.0.0.1:1337/graphql", f"A={URL}\nB={URL}/graphql"),
        ("A=http://[::1]:1337/api\n", f"A={URL}/api\n"),
        ("A=http://0.0.0.0:1337\n", f"A={URL}\n"),
        (f"A=http://me:pw@{HERE[7:]}/api\n", f"A={URL}/api\n"),
        ("API_URL=https://old-name.ngrok-free.app/api\n", f"API_URL={URL}/api\n"),
        ("A=https://known.example.com/api\n", f"A={URL}/api\n"),
        (f"A=1\nSERVER_ONLY={HERE}\n", f"A=1\nSERVER_ONLY={URL}\n"),
    ],
)
def test_only_the_origin_of_a_value_is_replaced(shop: Shop, before: str, after: str) -> None:
    front(shop)
    (shop.frontend / ".env").write_bytes(before.encode())

    apply(planned(shop, known_hosts=frozenset({"known.example.com"})))

    assert (shop.frontend / ".env").read_bytes() == after.encode()


@pytest.mark.parametrize(
    "other",
    [
        *("http://strapi:1337", "http://localhost:3000", "http://localhost", ""),
        *("https://api.example.com", "localhost:1337", "ws://localhost:1337"),
        *("http://localhost:1337,http://localhost:3000", "https://webhooks.ngrok-free.app"),
    ],
)
def test_a_value_that_names_something_else_stays(shop: Shop, other: str) -> None:
    front(shop, env=f"OTHER={other}\nVITE_API_URL={HERE}\n")

    assert front_lines(planned(shop), shop) == {".env": (f"~ VITE_API_URL={URL}",)}


def test_a_variable_of_ones_own_is_changed_whatever_it_holds(shop: Shop) -> None:
    front(shop, env="MINE=https://api.example.com/v1\n")

    made = planned(shop, env_vars=("MINE", "NEW"))

    assert front_lines(made, shop) == {".env": (f"~ MINE={URL}/v1", f"+ NEW={URL}")}


def test_without_a_value_the_variable_that_the_source_reads_is_set(shop: Shop) -> None:
    front(shop)
    (shop.frontend / "api.js").write_text("fetch(import.meta.env.VITE_BACKEND_URL + '/api')\n")

    made = planned(shop)

    assert front_lines(made, shop) == {".env.local": (f"+ VITE_BACKEND_URL={URL}",)}
    assert not any("VITE_BACKEND_URL" in note for note in made.notes)


def test_a_variable_with_another_address_is_left_and_said(shop: Shop) -> None:
    front(shop, env="VITE_STRAPI_URL=https://cms.example.com\n")

    made = planned(shop)

    assert front_lines(made, shop) == {}
    (note,) = [note for note in made.notes if "VITE_STRAPI_URL" in note]
    assert "https://cms.example.com" in note
    assert "--env-var VITE_STRAPI_URL" in note


# The back end


@pytest.mark.parametrize(
    ("version", "bakes"),
    [("4.26.2", True), ("5.0.0", True), ("5.11.3", True), ("5.12.0", False), ("5.54.0", False)],
)
def test_the_admins_own_address_is_set_where_the_url_is_baked_in(
    tmp_path: Path, version: str, bakes: bool
) -> None:
    shop = make_shop(tmp_path, strapi=version, env=b"PORT=1400\n", with_frontend=False)

    lines = planned(shop).passing[0].lines

    admin = "+ STRAPI_ADMIN_BACKEND_URL=http://localhost:1400"
    assert lines == ((f"+ PUBLIC_URL={URL}", admin) if bakes else (f"+ PUBLIC_URL={URL}",))


@pytest.mark.parametrize("where", ["file", "environment"])
def test_an_admin_address_of_ones_own_is_left(tmp_path: Path, where: str) -> None:
    line = b"STRAPI_ADMIN_BACKEND_URL=https://admin.example.com\n" if where == "file" else b""
    shop = make_shop(tmp_path, strapi="4.26.2", env=line, with_frontend=False)
    names = {"STRAPI_ADMIN_BACKEND_URL"} if where == "environment" else set[str]()

    made = planned(shop, environment=frozenset(names))

    assert made.passing[0].lines == (f"+ PUBLIC_URL={URL}",)


def test_a_public_url_with_another_meaning_gives_way(shop: Shop) -> None:
    (shop.backend / "config" / "middlewares.js").write_text(
        "module.exports = ({ env }) => [{ origin: env('PUBLIC_URL') }];\n"
    )

    done = run("tunnel", "--two-origins", "--url", URL, "--dry-run", "--json", cwd=shop.root)

    diffs = {Path(c["path"]).name: c["diff"] for c in done.json["data"]["changes"]}
    assert diffs[".env"] == f"+ STRAPI_PUBLIC_URL={URL}"
    assert diffs["server.js"] == "+ url: env('STRAPI_PUBLIC_URL', ''),"


@pytest.mark.parametrize(
    ("config", "line"),
    [("env('MY_URL', 'x')", "MY_URL"), ("process.env.SITE || 'x'", "SITE")],
)
def test_a_variable_that_is_read_already_needs_no_lasting_edit(
    tmp_path: Path, config: str, line: str
) -> None:
    source = CONFIG.replace(b"  app:", f"  url: {config},\n  app:".encode())
    shop = make_shop(tmp_path, config=source, with_frontend=False)

    made = planned(shop)

    assert (made.lasting, made.variable) == ((), line)
    assert made.passing[0].lines == (f"+ {line}={URL}",)


def test_no_to_the_lasting_edit_leaves_it_to_the_person(shop: Shop) -> None:
    made = planned(shop, declined=True)

    assert made.lasting == ()
    assert made.manual_steps == (f"{shop.config}, line 3: write  url: env('PUBLIC_URL', ''),",)


def test_a_prefix_that_is_not_certain_is_said(shop: Shop) -> None:
    api = "module.exports = { rest: { prefix: prefixOf(process.env.NODE_ENV) } };\n"
    (shop.backend / "config" / "api.js").write_text(api)

    assert any("config/api" in note for note in planned(shop).notes)


def test_env_files_come_first_and_the_server_config_last(shop: Shop) -> None:
    front(shop, env=f"A={HERE}\n")

    paths = [change.path for change in planned(shop).changes]

    assert paths == [shop.env, shop.frontend / ".env", shop.config]


def test_a_server_config_with_the_url_in_it_comes_last_too(shop: Shop) -> None:
    shop.config.unlink()
    (shop.backend / "package.json").unlink()
    config = shop.backend / "config" / "server.toml"
    config.write_text(f'[server]\nurl = "{HERE}"\n')
    front(shop, env=f"A={HERE}\n")

    assert [change.path for change in planned(shop).passing] == [shop.frontend / ".env", config]


# Our own lines, and none of the neighbours


def test_a_diff_shows_no_neighbour_of_our_lines(tmp_path: Path) -> None:
    shop = make_shop(
        tmp_path,
        env=b"JWT_SECRET=hunter2\nPUBLIC_URL=http://old\nADMIN_SECRET=hunter3",
        frontend_env=b"KEY=hunter4\nVITE_URL=http://localhost:1337\nMORE=hunter5\n",
        config=b"module.exports = ({ env }) => ({ app: ['hunter6'], port: 1337 });\n",
    )

    made = planned(shop)

    assert len(made.changes) == 3
    assert "hunter" not in " ".join(c.diff + c.summary for c in made.changes)
    assert made.passing[0].lines == (f"~ PUBLIC_URL={URL}",)
    assert made.lasting[0].lines == ("+ url: env('PUBLIC_URL', '')",), "not the comma above it"


def test_a_plan_on_its_own_result_has_nothing_to_do(shop: Shop) -> None:
    front(shop, env=f"A={HERE}/api\n")
    apply(planned(shop))
    assert shop.config.read_bytes() == LASTING

    again = planned(shop)

    assert (again.changes, again.manual_steps) == ((), ())
    ours = frozenset({"olive-tree.ngrok-free.app"})
    other = planned(shop, "https://other.example.com", known_hosts=ours)
    assert [c.path.name for c in other.changes] == [".env", ".env"]
    assert other.lasting == ()


# What holds for every file

values = st.one_of(
    st.sampled_from([HERE, f"{HERE}/api", f"'{HERE}'", f'"{HERE}/" # x', "http://[::1]:1337"]),
    st.sampled_from(["http://strapi:1337", "1", "", "'a b'", "https://x.ngrok.io/y", "http://["]),
    st.text("htp:/locas1379[]@?#'\" \\$", max_size=30),
)
lines = st.one_of(
    st.builds("{}={}".format, st.sampled_from(["A", "B_URL", "export C", "API_URL"]), values),
    st.sampled_from(["# A=http://localhost:1337", "", "not a line"]),
)
files = st.builds(
    lambda parts, end, last: (end.join(parts) + (end if last else "")).encode(),
    st.lists(lines, max_size=6),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)


def front_with(content: bytes | None) -> FrontEnd:
    root = Path("/nowhere/at/all")
    kind: Literal["vite"] = "vite"
    return FrontEnd(
        root=root,
        name="front",
        framework=kind,
        title="Vite",
        port=5173,
        port_from="default",
        env_files=(SourceFile(root / ".env", content), SourceFile(root / ".env.local", None)),
        tracked=frozenset(),
        reads_env_at_start_only=False,
    )


@given(files)
def test_no_other_variable_ever_changes_and_twice_is_once(content: bytes) -> None:
    made = build(Wish(public_url=URL), front_with(content), local_facts.backend())
    before = dotenv.values(content)

    for part in made.parts:
        after = dotenv.values(part.edit.after)
        ours = {line[2:].partition("=")[0] for line in part.lines}
        assert {k: v for k, v in after.items() if k not in ours} == {
            k: v for k, v in before.items() if k not in ours
        }
        assert all(after[name].startswith(URL) for name in ours)
        again = build(Wish(public_url=URL), front_with(part.edit.after), local_facts.backend())
        assert again.parts == ()


@given(
    st.sampled_from(["http", "https", "HTTP"]),
    st.sampled_from(["localhost", "127.0.0.1:1337", "[::1]:1", "me:pw@localhost:8", "x.ngrok.io"]),
    st.text(st.characters(codec="utf-8"), max_size=20).map(lambda text: f"/{text}"),
)
def test_whatever_comes_after_the_origin_is_kept(scheme: str, host: str, rest: str) -> None:
    assert candidates.with_origin(f"{scheme}://{host}{rest}", URL) == f"{URL}{rest}"
