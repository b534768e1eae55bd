"""The words of `verify` for people; pure."""

from __future__ import annotations

from collections.abc import Iterator

from twitter_setup.output.lines import Data, Line, advice_line, pair
from twitter_setup.output.render_explain import explained

_MARKS = {
    "pass": ("✓", "green"),
    "warn": ("!", "yellow"),
    "fail": ("✗", "red"),
    "skip": ("-", "dim"),
    "error": ("?", "magenta"),
}
_COLUMN = 21  # where what a check says begins


def finding(data: Data, *, is_verbose: bool) -> Iterator[Line]:
    """One check: a line, and below it what a person needs to mend it."""
    mark, style = _MARKS[data["status"]]
    parts = ((f"{mark} ", style), (f"{data['id']:<18} ", "bold"), (data["summary"], ""))
    yield Line(parts, hang=_COLUMN)
    if data["status"] in {"warn", "fail", "error"} or is_verbose:
        for line in data["detail"].splitlines():
            yield Line(((f"{'':<{_COLUMN + 2}}{line}", "dim"),), hang=_COLUMN + 2)
    for advice in data["advice"]:
        yield advice_line(advice, indent=_COLUMN)


def hop(data: Data) -> Line:
    """One step of a login that is watched."""
    mark, style = _MARKS["pass" if data["is_passed"] else "fail"]
    status = f"  (HTTP {data['status']})" if data["status"] and data["is_passed"] else ""
    parts = (
        (f"  {mark} ", style),
        (f"{data['id']:<16} ", "bold"),
        (data["summary"], ""),
        (status, "dim"),
    )
    return Line(parts, hang=_COLUMN)


def verify(data: Data, context: Data) -> Iterator[Line]:
    counts = data["counts"]
    words = {"pass": "passed", "warn": "to look at", "fail": "failed", "error": "not known"}
    parts = [f"{counts[name]} {word}" for name, word in words.items() if counts[name]]
    if counts["skip"]:
        parts.append(f"{counts['skip']} not tried")
    yield Line.of()
    yield Line.of(f"{', '.join(parts)}.", "bold")
    if context["again"]:
        some = context["again"] if len(context["again"]) < 7 else []
        yield pair("Afterwards", " ".join([context["command"], *some]))
    elif context["next_step"] and context["is_whole"]:
        yield pair("Next", f"{context['next_step']}   and then this again, for the rest")
    elif context["connect_url"] and context["is_whole"]:
        what = "Nothing that was looked at" if counts["skip"] else "Nothing"
        yield Line.of(
            f"{what} stands in the way of a login. Only a real one proves the rest: that X gives the "
            "e-mail address, and that your access level at X allows it."
        )
        yield pair("Log in at", context["connect_url"])


def verify_list(data: Data, _: Data) -> Iterator[Line]:
    for check in data["checks"]:
        needs = f"   (needs {', '.join(check['needs'])})" if check["needs"] else ""
        yield Line(((f"{check['id']:<18} ", "bold"), (check["title"], ""), (needs, "dim")), hang=19)


def verify_explain(data: Data, context: Data) -> Iterator[Line]:
    yield from explained(data["id"], data["text"], context["frameworks"])
