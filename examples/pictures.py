"""`make pictures`: docs/images/tunnel.svg and verify.svg, out of real runs on the example.

The same machinery as the demo's, with the stand-ins for X and for the ngrok agent, so that the pictures
show what people see by default: an ngrok address.
"""

from __future__ import annotations

import io
import os
import re
import sys
from pathlib import Path

import pexpect
from rich import _export_format
from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from examples import demo  # noqa: E402
from examples.demo_terminal import stoppable  # noqa: E402

IMAGES = ROOT / "docs" / "images"
COLUMNS = 100
_FONTS = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
_PART = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\n|[^\x1b\r\n]+")


def main() -> None:
    os.environ["REACH"] = "ngrok-stand-in"
    with stoppable(), demo.running() as shown:
        tunnel = start(shown, "tunnel")
        for question in ("Add it?", "Apply?", "Keep this domain"):
            tunnel.expect_exact(question)
            tunnel.sendline("y")
        tunnel.expect_exact(demo.READY, timeout=90)
        assert shown.x
        shown.x.settings.callbacks = [shown.ask("urls")["callback_url"]]
        end(start(shown, "configure"))
        verify = end(start(shown, "verify"))
        tunnel.sendintr()
        draw("tunnel", end(tunnel))
        draw("verify", verify)


def start(shown: demo.Demo, command: str) -> pexpect.spawn[str]:
    words = shown.words(command)
    child = pexpect.spawn(
        words[0],
        words[1:],
        cwd=str(shown.project.root),
        env={**shown.environment, "TERM": "xterm-256color"},
        encoding="utf-8",
        timeout=60,
        dimensions=(80, COLUMNS),
    )
    child.logfile_read = io.StringIO()
    return child


def end(child: pexpect.spawn[str]) -> str:
    """All that was on its screen."""
    child.expect(pexpect.EOF, timeout=90)
    child.wait()
    assert isinstance(child.logfile_read, io.StringIO)
    said = child.logfile_read.getvalue()
    assert child.exitstatus == 0, said
    return said


def draw(command: str, said: str) -> None:
    console = Console(
        record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, highlight=False
    )
    console.print(Text(f"$ twitter-setup {command}", "bold"))
    for line in screen(said):
        console.print(Text.from_ansi(line), soft_wrap=True)
    console.print()  # else the last line's descenders are cut off
    picture = console.export_svg(
        title=f"twitter-setup {command}", code_format=_format(), unique_id=command
    )
    (IMAGES / f"{command}.svg").write_text(
        "".join(f"{line.rstrip()}\n" for line in picture.splitlines())
    )


def screen(said: str) -> list[str]:
    """The lines that are left once a spinner has come and gone; colours kept as they are."""
    lines, row = [""], 0
    for part in _PART.findall(said):
        if part == "\n":
            row += 1
            lines += [""] * (row == len(lines))
        elif part.endswith("A") and part.startswith("\x1b"):
            row -= int(part[2:-1] or 1)
        elif part == "\x1b[2K":
            lines[row] = ""
        elif part.endswith("m") or not part.startswith(("\x1b", "\r")):
            lines[row] += part
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _format() -> str:
    """Rich's, with the fonts that are there: nothing is fetched to show a picture."""
    without = re.sub(
        r"@font-face \{\{.*?\}\}\n", "", _export_format.CONSOLE_SVG_FORMAT, flags=re.DOTALL
    )
    return without.replace("Fira Code, monospace", _FONTS)


if __name__ == "__main__":
    main()
