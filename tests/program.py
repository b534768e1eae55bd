"""The whole program as tests call it: in this process, as a process of its own, and on a terminal."""

from __future__ import annotations

import itertools
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pexpect
import pytest
from typer.core import TyperGroup
from typer.main import get_group
from typer.testing import CliRunner

SOURCE = Path(__file__).parent.parent / "src"
WORLD = Path(__file__).parent / "world"

CONFIG = b"""module.exports = ({ env }) => ({
  host: env('HOST', '0.0.0.0'),
  port: env.int('PORT', 1337),
  app: {
    keys: env.array('APP_KEYS'),
  },
});
"""
# Needs no agent, no gateway and nobody who answers.
QUICK_TUNNEL = ("tunnel", "--two-origins", "--url", "https://a.example.com", "--yes")
LASTING = CONFIG.replace(b"1337),\n", b"1337),\n  url: env('PUBLIC_URL', ''),\n")


# Below what systems give to connections (Linux from 32768, others from 49152), a stretch a worker, and
# another run on this machine begins elsewhere: a port that is free here stays so until it is taken.
_STRETCH = 700
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_PORTS = (
    20_000 + _STRETCH * _WORKER + number % _STRETCH for number in itertools.count(os.getpid() * 97)
)


def free_port() -> int:
    for port in itertools.islice(_PORTS, _STRETCH):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


# Of every project here, so that a Strapi which runs on this machine is nobody's business.
PORT = free_port()


@dataclass(frozen=True)
class Shop:
    """A project as people have it: a Strapi back end and a Vite front end in one folder."""

    root: Path

    @property
    def backend(self) -> Path:
        return self.root / "backend"

    @property
    def frontend(self) -> Path:
        return self.root / "frontend"

    @property
    def config(self) -> Path:
        return self.backend / "config" / "server.js"

    @property
    def env(self) -> Path:
        return self.backend / ".env"

    @property
    def state(self) -> Path:
        return self.backend / ".twitter-setup"

    def files(self) -> dict[str, bytes]:
        """Every file but our own state, with its content."""
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and ".twitter-setup" not in path.parts and ".git" not in path.parts
        }


def make_shop(
    folder: Path,
    *,
    strapi: str = "5.54.0",
    config: bytes = CONFIG,
    env: bytes = b"HOST=0.0.0.0\nPORT=%d\nAPP_KEYS=a,b\n" % PORT,
    frontend_env: bytes | None = b"VITE_BACKEND_URL=http://localhost:%d\n" % PORT,
    with_frontend: bool = True,
) -> Shop:
    shop = Shop(folder)
    (shop.backend / "config").mkdir(parents=True)
    (folder / ".git").mkdir()
    package = {
        "name": "cafe-backend",
        "dependencies": {
            "@strapi/strapi": strapi,
            "@strapi/plugin-users-permissions": strapi,
        },
    }
    (shop.backend / "package.json").write_text(json.dumps(package))
    shop.config.write_bytes(config)
    shop.env.write_bytes(env)
    if with_frontend:
        shop.frontend.mkdir()
        vite = {"name": "cafe-frontend", "devDependencies": {"vite": "7.0.0"}}
        (shop.frontend / "package.json").write_text(json.dumps(vite))
        (shop.frontend / "index.html").write_text("<!doctype html>")
        if frontend_env is not None:
            (shop.frontend / ".env").write_bytes(frontend_env)
    return shop


@dataclass(frozen=True)
class Ran:
    """What a run left: both streams, the exit code, and the JSON lines of stdout."""

    out: str
    err: str
    code: int
    lines: list[dict[str, Any]] = field(default_factory=list)

    @property
    def json(self) -> dict[str, Any]:
        assert len(self.lines) == 1, self.out
        return self.lines[0]

    @property
    def error(self) -> dict[str, Any]:
        (entry,) = self.json["errors"]
        return dict(entry)


def _ran(out: str, err: str, code: int) -> Ran:
    lines = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    return Ran(out, err, code, lines)


def run(
    *args: str | Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    input: bytes | None = None,  # noqa: A002 - click's own word
) -> Ran:
    """In this process: fast, and the same code as the process would run."""
    code = 0
    before = Path.cwd()
    os.chdir(cwd)
    try:
        with CliRunner().isolation(input=input, env=dict(env or {})) as (stdout, stderr, _):
            try:
                _command().main(args=[str(arg) for arg in args], prog_name="twitter-setup")
            except SystemExit as end:
                code = int(end.code or 0)
            sys.stdout.flush()
            sys.stderr.flush()
            out, err = stdout.getvalue().decode(), stderr.getvalue().decode()
    finally:
        os.chdir(before)
    return _ran(out, err, code)


@cache
def _command() -> TyperGroup:
    """Typer builds all commands of an app at each call, which takes longer than most runs here."""
    from twitter_setup.cli.app import app

    return get_group(app)


class Process:
    """The program as a process, its JSON lines read as they come."""

    def __init__(self, *args: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> None:
        self.errors: list[str] = []
        self._lines: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "twitter_setup", *map(str, args)],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(SOURCE), **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for target in (self._read_out, self._read_err):
            threading.Thread(target=target, daemon=True).start()

    def _read_out(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(json.loads(line))
        self._lines.put(None)

    def _read_err(self) -> None:
        assert self.process.stderr
        self.errors.extend(self.process.stderr)

    def event(self, name: str, timeout: float = 30) -> dict[str, Any]:
        """The next JSON line, which must be this event."""
        line = self.answer(timeout, name)
        assert line.get("event") == name, line
        return line

    def answer(self, timeout: float = 30, name: str = "answer") -> dict[str, Any]:
        """The next JSON line, whatever it is."""
        try:
            line = self._lines.get(timeout=timeout)
        except queue.Empty:
            pytest.fail(f"no {name!r} after {timeout} s; stderr: {''.join(self.errors)}")
        assert line is not None, f"it ended instead: {''.join(self.errors)}"
        return line

    def stop(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=60)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(timeout=30)


@contextmanager
def running(
    *args: str | Path, cwd: Path, env: Mapping[str, str] | None = None
) -> Iterator[Process]:
    process = Process(*args, cwd=cwd, env=env)
    try:
        yield process
    finally:
        if process.process.poll() is None:  # a test that failed: what it has started ends with it
            try:
                process.stop(signal.SIGTERM)
            except subprocess.TimeoutExpired:
                process.kill()


def own_port() -> tuple[str, str]:
    """For a gateway: other tests run beside this one."""
    return "--gateway-port", str(free_port())


@contextmanager
def tunnelling(*words: str, cwd: Path, env: Mapping[str, str] | None = None) -> Iterator[Process]:
    words = ("tunnel", "--yes", "--json", *own_port(), *words)
    with running(*words, cwd=cwd, env=env) as process:
        yield process


@contextmanager
def strapi_at(shop: Shop, port: int, **standin: str) -> Iterator[subprocess.Popen[bytes]]:
    """The stand-in for `strapi develop` on this project."""
    process = subprocess.Popen(
        [sys.executable, str(WORLD / "strapi.py"), str(shop.backend), str(port)],
        env={**os.environ, **{f"STANDIN_{key.upper()}": value for key, value in standin.items()}},
    )
    try:
        wait_for_port(port)
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for_port(port: int, timeout: float = 15) -> None:
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.03)
    pytest.fail(f"nothing listens on {port}")


def on_terminal(shop: Shop, *args: str, **env: str) -> pexpect.spawn[str]:
    """The program as a person has it before them."""
    return pexpect.spawn(
        sys.executable,
        ["-m", "twitter_setup", *args],
        cwd=str(shop.root),
        env={**os.environ, "PYTHONPATH": str(SOURCE), "TERM": "dumb", **env},
        encoding="utf-8",
        timeout=20,
        dimensions=(50, 300),
    )
