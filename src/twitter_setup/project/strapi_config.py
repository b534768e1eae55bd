"""The config files of a back end, read as its server would: which of them decides, what they set.

Strapi merges `config/env/<NODE_ENV>/<name>.*` over `config/<name>.*`; a server of another kind
has one TOML file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from twitter_setup.edits import dotenv, javascript, toml
from twitter_setup.edits.javascript import SyntaxProblem, Value
from twitter_setup.edits.server_config import UrlSetting, read_url
from twitter_setup.edits.toml import TomlProblem
from twitter_setup.project.files import SourceFile, read_source

Language = Literal["javascript", "typescript", "json", "toml"]

_LANGUAGES: dict[str, Language] = {".ts": "typescript", ".json": "json", ".toml": "toml"}


@dataclass(frozen=True, slots=True)
class ConfigFile:
    path: Path
    content: bytes
    language: Language

    def value(self, *path: str) -> Value:
        """Read the value at `path`; unclear in JSON, and in a file that does not parse."""
        if self.language == "json":
            return Value(kind="unclear", line=1)
        try:
            if self.language == "toml":
                return _toml_value(self.content, path)
            return javascript.read_value(self.content, self.language, path)
        except (SyntaxProblem, TomlProblem) as problem:
            return Value(kind="unclear", line=problem.line)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerConfig:
    """The file that decides the server's `url`, and what it says of it."""

    file: SourceFile
    language: Language
    url: UrlSetting | None = None  # None: TOML, no file, or one that does not parse
    url_key: str | None = None  # of TOML
    syntax_problem: str | None = None


@dataclass(frozen=True, slots=True)
class Variables:
    """What `env()` sees: the real environment, and under it the `.env` file."""

    environ: Mapping[str, str]
    file: SourceFile

    def find(self, name: str) -> tuple[str, str] | None:
        """Find the variable's value, and where it is set."""
        if name in self.environ:
            return self.environ[name], f"{name} in the environment"
        values = dotenv.values(self.file.content or b"")
        return (values[name], f"{name} in {self.file.path.name}") if name in values else None

    def resolve(self, value: Value, where: str) -> tuple[str, str] | None:
        """Tell what a config value comes to, and where that is set; None: not set, or unclear."""
        if value.kind in ("string", "number"):
            return value.text, where
        if value.kind != "env" or value.variable is None:
            return None
        return self.find(value.variable) or (
            None if value.default is None else (value.default, where)
        )


def find_files(
    root: Path, name: str, given: str | None = None, mode: str = "development"
) -> tuple[ConfigFile, ...]:
    """Find the files of the config `name`, the one that wins first; `given` is the only one.

    `mode` is NODE_ENV, which `strapi develop` sets to `development` where nothing else does.
    """
    if given is not None:
        return _existing([root / given])
    is_typescript = (root / "tsconfig.json").is_file()
    scripts = (".ts", ".js") if is_typescript else (".js", ".ts")
    return tuple(
        file
        for folder in (root / "config" / "env" / mode, root / "config")
        for file in _existing(
            [folder / f"{name}{suffix}" for suffix in (*scripts, ".json", ".toml")]
        )[:1]
    )


def first_value(files: tuple[ConfigFile, ...], *path: str) -> tuple[Value, ConfigFile | None]:
    """Find the value that wins, and the file that sets it."""
    for file in files:
        value = file.value(*path)
        if value.kind != "absent":
            return value, file
    return Value(kind="absent", line=1), None


def read_server(root: Path, files: tuple[ConfigFile, ...], url_key: str | None) -> ServerConfig:
    """Read the first file that sets `url`, else the one that the others build on."""
    readings = [_read(file, url_key) for file in files]
    for reading in readings:
        if reading.url is None or reading.url.kind != "absent":
            return reading
    missing = ServerConfig(file=read_source(root / "config" / "server.js"), language="javascript")
    return readings[-1] if readings else missing


def _existing(paths: list[Path]) -> tuple[ConfigFile, ...]:
    return tuple(
        ConfigFile(path, content, _LANGUAGES.get(path.suffix, "javascript"))
        for path in paths
        if (content := read_source(path).content) is not None
    )


def _read(file: ConfigFile, url_key: str | None) -> ServerConfig:
    source = SourceFile(file.path, file.content)
    if file.language == "json":
        url = UrlSetting("unclear", 1, reason="JSON cannot read a variable")
        return ServerConfig(file=source, language="json", url=url)
    try:
        if file.language == "toml":
            found = _toml_url_key(file.content)
            return ServerConfig(file=source, language="toml", url_key=url_key or found)
        url = read_url(file.content, file.language)
        return ServerConfig(file=source, language=file.language, url=url)
    except (SyntaxProblem, TomlProblem) as problem:
        place = f"line {problem.line}, column {problem.column}"
        return ServerConfig(file=source, language=file.language, syntax_problem=place)


def _toml_value(content: bytes, path: tuple[str, ...]) -> Value:
    """Read the value in the table `server`, else the one at the top."""
    for key in (".".join(("server", *path)), ".".join(path)):
        found = toml.read_key(content, key)
        if isinstance(found, str):
            return Value(kind="string", line=1, text=found)
        if isinstance(found, int) and not isinstance(found, bool):
            return Value(kind="number", line=1, text=str(found))
    return Value(kind="absent", line=1)


def _toml_url_key(content: bytes) -> str:
    """Choose between `url` in the table `server` and `url` at the top."""
    if toml.read_key(content, "server.url") is not None:
        return "server.url"
    has_table = toml.read_key(content, "server") is not None
    at_top = toml.read_key(content, "url") is not None
    return "server.url" if has_table and not at_top else "url"
