"""The boundaries of the house: who may know which library, who writes, which way imports go."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.program import SOURCE

PACKAGE = SOURCE / "twitter_setup"
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.name != "__init__.py"
}

NETWORK = {"httpx", "socket", "urllib.request", "http.client", "requests", "aiohttp", "ssl"}
# From the top: a room imports from those below it and from itself.
ROOMS = (
    "cli",
    "commands",
    "checks",
    "checks.facts",
    "gateway",
    "strapi",
    "project",
    "output",
    "ngrok",
    "x",
    "state",
    "system",
    "edits",
    "addresses",
    "",  # errors, view, secret: the ground
)
# Modules that wait for their deletion, and the entry point: outside the rooms.
OUTSIDE = {
    "__main__",
    *("frontend_handlers", "frontend_proxies", "handed_on", "proxy_guards", "proxy_mentions"),
}
MAY_KNOW = {
    "typer": {"cli"},
    "rich": {"output"},
    "network": {"checks.facts", "gateway", "ngrok", "strapi", "x"},
    "pyngrok": {"ngrok"},
    "tomlkit": {"edits", "project"},
    "yaml": {"project"},
    "psutil": {"system"},
    "oauthlib": {"x"},
    "filelock": {"state"},
    "tree_sitter": {"edits", "project", "checks.facts"},
}
# Modules of other rooms that import the library for what sends nothing.
ALSO = {
    ("network", "system.certificates"),  # whom the others trust
    ("network", "system.proxies"),  # the environment's proxies, as urllib reads them
    ("network", "system.signals"),  # a pair of sockets, to be woken by
    ("network", "addresses.public_url"),  # httpx's reading of international names
}
WRITERS = {
    "state",  # the user's files, and our own folder
    "ngrok",  # the agent's log, configuration and download
    "gateway",  # Caddy's configuration, which holds nothing secret, and what Caddy says
}
ALSO_WRITE = {
    "cli.crash",  # the report of a bug
    "output.stdout",  # leads a stdout without a reader to /dev/null
    "strapi.provider_checkpoint",  # takes its own files away
}
_PATH_WRITES = {"write_bytes", "write_text", "unlink", "rename", "touch", "mkdir", "rmdir", "chmod"}
_OS_WRITES = {"replace", "rename", "renames", "remove", "unlink", "makedirs", "truncate", "symlink"}


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text())


def imports(parsed: ast.AST) -> Iterator[str]:
    """Every module that is imported, at the top or where it is needed, but for type checkers."""
    skipped = {
        id(inner)
        for node in ast.walk(parsed)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(parsed):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def knows(module: str, library: str) -> bool:
    wanted = NETWORK if library == "network" else {library}
    return any(
        name == each or name.startswith(f"{each}.")
        for name in imports(tree(module))
        for each in wanted
    )


def writes(parsed: ast.AST) -> list[str]:
    """Each call that may change the disk, as text."""
    calls = [node for node in ast.walk(parsed) if isinstance(node, ast.Call)]
    return [ast.unparse(call) for call in calls if _is_write(call)]


def _is_write(call: ast.Call) -> bool:
    owner, _, name = ast.unparse(call.func).rpartition(".")
    if owner in {"atomic", "checkpoint"}:  # our own writers: the second asks the first
        return (owner, name) == ("atomic", "replace")
    if name in {"open", "fdopen"}:
        return _opens_to_write(call)
    if owner in {"os", "shutil"}:
        return name in _OS_WRITES or (owner == "shutil" and name != "which")
    if name == "replace":  # a path's takes one argument, a text's two
        return bool(owner) and len(call.args) == 1 and not call.keywords
    return bool(owner) and name in _PATH_WRITES


def _opens_to_write(call: ast.Call) -> bool:
    if ast.unparse(call.func) == "os.open":
        return "O_RDONLY" not in ast.unparse(call)
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    texts = [each.value for each in values if isinstance(each, ast.Constant)]
    modes = [text for text in texts if isinstance(text, str) and set(text) <= set("rwxabt+")]
    return any(set(mode) & set("wxa+") for mode in modes)


# Who knows what


def room_of(module: str) -> str:
    """The innermost room that a module lies in; '' for the ground."""
    return next((room for room in _INNERMOST if module.startswith(f"{room}.")), "")


_INNERMOST = sorted((room for room in ROOMS if room), key=len, reverse=True)


@pytest.mark.parametrize("library", MAY_KNOW)
def test_a_library_is_known_in_its_rooms_alone(library: str) -> None:
    knowing = {module for module in MODULES if knows(module, library)}
    also = {module for each, module in ALSO if each == library}

    assert also <= knowing
    assert {room_of(module) for module in knowing - also - OUTSIDE} == MAY_KNOW[library]


def test_every_folder_is_a_room_or_lies_in_one() -> None:
    folders = {module.rpartition(".")[0] for module in MODULES}

    assert {folder.split(".")[0] for folder in folders} == {room.split(".")[0] for room in ROOMS}


def test_a_folder_has_at_most_16_modules() -> None:
    counts = Counter(module.rpartition(".")[0] for module in MODULES.keys() - OUTSIDE)

    assert {folder: count for folder, count in counts.items() if count > 16} == {}


def test_a_module_has_at_most_300_lines() -> None:
    long = {
        module: lines
        for module, path in MODULES.items()
        if (lines := len(path.read_text().splitlines())) > 300
    }

    assert long == {}


def test_imports_between_rooms_point_down() -> None:
    upwards = [
        f"{module} -> {known}"
        for module, names in graph().items()
        for known in names
        if not {module, known} & OUTSIDE
        and ROOMS.index(room_of(known)) < ROOMS.index(room_of(module))
    ]

    assert upwards == []


# Who writes


def test_the_disk_is_changed_in_these_rooms_alone() -> None:
    writing = {module for module in MODULES if writes(tree(module))}

    assert writing >= ALSO_WRITE
    assert {room_of(module) for module in writing - ALSO_WRITE} == WRITERS


def test_what_is_of_the_users_goes_through_a_checkpoint() -> None:
    replacing = {
        module
        for module in MODULES
        if any(call.startswith("atomic.replace(") for call in writes(tree(module)))
    }

    # The other two write what is ours.
    assert replacing == {"state.checkpoint", "state.json_files", "state.registry"}


@pytest.mark.parametrize(
    "code",
    [
        "path.write_text('x')",
        "path.write_bytes(b'x')",
        "open(path, 'w')",
        "path.open('ab')",
        "open(path, mode='x')",
        "os.open(path, os.O_WRONLY | os.O_CREAT)",
        "os.open(path, flags)",
        "os.fdopen(descriptor, 'wb')",
        "os.replace(a, b)",
        "a.replace(b)",
        "atomic.replace(path, content)",
        "path.unlink(missing_ok=True)",
        "path.touch()",
        "shutil.rmtree(path)",
        "os.remove(path)",
    ],
)
def test_the_search_finds_each_way_of_writing(code: str) -> None:
    assert writes(ast.parse(code)) == [code]


@pytest.mark.parametrize(
    "code",
    [
        "open(path)",
        "path.open('rb')",
        "os.open(folder, os.O_RDONLY)",
        "text.replace('a', 'b')",
        "replace(record, kept=True)",
        "shutil.which('git')",
        "webbrowser.open(url)",
        "checkpoint.touch(config)",
    ],
)
def test_the_search_takes_nothing_else_for_writing(code: str) -> None:
    assert writes(ast.parse(code)) == []


# Which way


@cache
def graph() -> dict[str, set[str]]:
    return {
        module: {
            name.removeprefix("twitter_setup.")
            for name in imports(tree(module))
            if name.removeprefix("twitter_setup.") in MODULES
        }
        for module in MODULES
    }


def test_imports_go_one_way() -> None:
    order = tuple(TopologicalSorter(graph()).static_order())  # raises CycleError

    assert order[-2:] == ("cli.app", "__main__")


def test_edits_know_only_edits() -> None:
    for module, known in graph().items():
        if module.startswith("edits."):
            assert {each for each in known if not each.startswith("edits.")} == set(), module


def test_a_plan_is_made_without_session_network_or_screen() -> None:
    known, new = set[str](), {"project.plan"}
    while new:
        known |= new
        new = {each for module in new for each in graph()[module]} - known

    rooms = {room_of(module) for module in known}
    assert rooms.isdisjoint({"cli", "commands", "strapi", "output", "ngrok", "state"})


def test_nobody_prints_but_the_output() -> None:
    printing = {
        module
        for module in MODULES
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "print"
    }

    assert printing == {"output.program", "__main__"}  # `--version` alone, which loads nothing


# Nothing heavy before it is needed

HEAVY = {
    *(
        "httpx",
        "oauthlib",
        "pyngrok",
        "yaml",
        "tree_sitter",
        "rich",
        "psutil",
        "tomlkit",
        "filelock",
    ),
    *("platformdirs", "pyperclip", "asyncio"),
}


def loaded_after(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "code",
    [
        "import twitter_setup.cli.app",
        "from twitter_setup.cli.app import app\ntry: app(['--help'])\nexcept SystemExit: pass",
        "from twitter_setup.cli.app import app\ntry: app(['tunnel', '--help'])\nexcept SystemExit: pass",
    ],
)
def test_help_loads_nothing_heavy(code: str) -> None:
    assert not loaded_after(code) & HEAVY


def test_version_loads_no_command_line_library_either() -> None:
    code = "sys.argv[1:] = ['--version']\nfrom twitter_setup.__main__ import main\nmain()"

    assert not loaded_after(code) & {*HEAVY, "typer"}


def test_the_search_for_loaded_modules_sees_them() -> None:
    assert "httpx" in loaded_after("import twitter_setup.strapi.api")


def test_every_module_is_looked_at() -> None:
    assert {"cli.app", "state.checkpoint", "edits.dotenv"} <= MODULES.keys()
    assert all(Path(path).is_file() for path in MODULES.values())
