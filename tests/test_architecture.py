"""The boundaries of the design ("Modules"): who may know which library, who writes, which way imports go."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
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
MAY_KNOW = {
    "typer": {"cli", "cli_boundary", "cli_options"},  # and nobody else raises or reads for it
    "rich": {"streams"},
    "network": {
        "strapi",  # its admin API and health
        "certificates",  # whom the others trust
        "x",  # a request token, to see what X says
        "ngrok_api",  # the agent's local API
        "checks.web",  # pages, as a browser asks for them
        "caddy",  # looks whether the gateway's port is free, and whether it answers
        "signals",  # a pair of sockets, to be woken by; nothing leaves the process
        "public_url",  # httpx's reading of international names; nothing is sent
    },
    "pyngrok": {"ngrok", "ngrok_binary", "ngrok_config"},
    "tomlkit": {"edits.toml", "settings_file"},
    "psutil": {"processes"},
    "oauthlib": {"x"},
}
WRITERS = {
    "atomic",  # how a file is replaced
    "checkpoint",  # the user's files, and the journal of it
    "state",  # our own folder
    "json_files",  # … and the small files in it
    "lock",  # who holds it
    "registry",  # a key of the user's own
    "provider_checkpoint",  # takes its own files away
    "crash",  # the report of a bug
    "ngrok",  # the agent's log
    "ngrok_config",  # the agent's configuration, which holds nothing secret
    "ngrok_binary",  # an agent that was downloaded
    "tunnel",  # takes the agent's configuration away
    "gateway",  # Caddy's configuration, which holds nothing secret, and what Caddy says
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


@pytest.mark.parametrize("library", MAY_KNOW)
def test_a_library_is_known_where_it_belongs_and_nowhere_else(library: str) -> None:
    assert {module for module in MODULES if knows(module, library)} == MAY_KNOW[library]


def test_only_the_edits_and_what_reads_configuration_parse_javascript() -> None:
    readers = {module for module in MODULES if knows(module, "tree_sitter")}

    assert {each for each in readers if not each.startswith("edits.")} == {
        "dev_server",
        "strapi_middlewares",
    }


# Who writes


def test_only_these_modules_change_the_disk() -> None:
    assert {module for module in MODULES if writes(tree(module))} == WRITERS


def test_what_is_of_the_users_goes_through_a_checkpoint() -> None:
    replacing = {
        module
        for module in MODULES
        if any(call.startswith("atomic.replace(") for call in writes(tree(module)))
    }

    # The other two write what is ours.
    assert replacing == {"checkpoint", "json_files", "registry"}


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

    assert order.index("errors") < order.index("plan") < order.index("session")
    assert order[-2:] == ("cli", "__main__")


def test_edits_know_only_edits() -> None:
    for module, known in graph().items():
        if module.startswith("edits."):
            assert {each for each in known if not each.startswith("edits.")} == set(), module


def test_a_plan_is_made_without_session_network_or_screen() -> None:
    known, new = set[str](), {"plan"}
    while new:
        known |= new
        new = {each for module in new for each in graph()[module]} - known

    assert known.isdisjoint(
        {"session", "strapi", "tunnel", "streams", "cli", "state", "checkpoint"}
    )


def test_nobody_prints_but_the_output() -> None:
    printing = {
        module
        for module in MODULES
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "print"
    }

    assert printing == {"output_json", "__main__"}  # `--version` alone, which loads nothing


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
        "import twitter_setup.cli",
        "from twitter_setup.cli import app\ntry: app(['--help'])\nexcept SystemExit: pass",
        "from twitter_setup.cli import app\ntry: app(['tunnel', '--help'])\nexcept SystemExit: pass",
    ],
)
def test_help_loads_nothing_heavy(code: str) -> None:
    assert not loaded_after(code) & HEAVY


def test_version_loads_no_command_line_library_either() -> None:
    code = "sys.argv[1:] = ['--version']\nfrom twitter_setup.__main__ import main\nmain()"

    assert not loaded_after(code) & {*HEAVY, "typer"}


def test_the_search_for_loaded_modules_sees_them() -> None:
    assert "httpx" in loaded_after("import twitter_setup.strapi")


def test_every_module_is_looked_at() -> None:
    assert {"cli", "checkpoint", "edits.dotenv"} <= MODULES.keys()
    assert all(Path(path).is_file() for path in MODULES.values())
