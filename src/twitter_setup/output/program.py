"""What commands say, for programs: JSON lines (docs/exit-codes-and-json.md)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from twitter_setup.errors import Advice, ExitCode, SetupError
from twitter_setup.output import lines as wording
from twitter_setup.output import render
from twitter_setup.output.streams import Streams


class Program:
    """The view of `--json`: one envelope a line on stdout; only notes on stderr; never a question."""

    may_ask = False

    def __init__(self, command: str) -> None:
        self._command = command
        self._streams = Streams()

    def ask(self, question: str, *, default: bool = True) -> bool:
        raise AssertionError(question, default)

    def choose(self, question: str, choices: Sequence[str]) -> int:
        raise AssertionError(question, choices)

    def enter(self, question: str, default: str) -> str:
        raise AssertionError(question, default)

    def enter_secret(self, question: str) -> str:
        raise AssertionError(question)

    def say(self, text: str = "") -> None: ...

    def detail(self, text: str) -> None: ...

    def rows(
        self, title: str, rows: Sequence[tuple[str, str]], *, is_asked: bool = False
    ) -> None: ...

    def done(self, label: str, text: str) -> None: ...

    def note(self, text: str, advice: Sequence[Advice] = ()) -> None:
        for line in wording.note(text, advice):
            self._streams.print_err(line)

    @contextmanager
    def working(self, text: str) -> Iterator[Callable[[str], None]]:
        del text
        yield lambda _: None

    def hop(self, data: Mapping[str, Any]) -> None: ...

    def finding(self, data: Mapping[str, Any]) -> None: ...

    def answer(
        self,
        name: str,
        data: Mapping[str, Any],
        *,
        exit_code: ExitCode = ExitCode.OK,
        **context: Any,
    ) -> None:
        del context
        self._write(name, data, (), exit_code)

    def error(self, error: SetupError) -> None:
        entry = {
            "code": error.code,
            "message": _sentences(error.message, error.unchanged),
            "advice": [advice.data() for advice in error.advice],
        }
        self._write("failed", {}, (entry,), error.exit_code)

    def is_gone(self) -> bool:
        return self._streams.is_gone()

    def _write(
        self,
        name: str,
        data: Mapping[str, Any],
        errors: Sequence[Mapping[str, Any]],
        exit_code: ExitCode,
    ) -> None:
        envelope: dict[str, Any] = {
            "schema": 1,
            "command": self._command,
            "ok": exit_code is ExitCode.OK,
            "exit_code": int(exit_code),
            "data": dict(data),
            "errors": list(errors),
        }
        if self._command == "tunnel" and name in render.TUNNEL_EVENTS:
            envelope["event"] = name
        file = self._streams.out.file
        # Not through Rich: it would fold long lines.
        try:
            print(_json(envelope, getattr(file, "encoding", None)), file=file, flush=True)
        except (OSError, ValueError) as error:
            self._streams.lose_out(error)


def _json(envelope: Mapping[str, Any], encoding: str | None) -> str:
    text = json.dumps(envelope, ensure_ascii=False)
    try:
        text.encode(encoding or "utf-8")
    except UnicodeEncodeError:  # latin-1, or a path whose bytes are not UTF-8
        return json.dumps(envelope)
    return text


def _sentences(message: str, unchanged: str) -> str:
    if not unchanged:
        return message
    return f"{message} {unchanged}" if message.endswith((".", ":")) else f"{message}. {unchanged}"
