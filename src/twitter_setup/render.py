"""The words of each answer for people, as styled lines; pure. `output` prints them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twitter_setup import portal
from twitter_setup.errors import Advice, SetupError

TUNNEL_EVENTS = frozenset({"ready", "url-changed", "lost", "restored", "stopped", "failed"})

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of styled parts. Colour is never the only signal: each part reads without it.

    Where a terminal is too narrow for it, it goes on below, `hang` columns in.
    """

    parts: tuple[tuple[str, str], ...] = ()
    to_stderr: bool = False
    hang: int = 2

    @classmethod
    def of(cls, text: str = "", style: str = "", *, to_stderr: bool = False) -> Line:
        return cls(((text, style),), to_stderr)


def done(label: str, text: str, *, to_stderr: bool = True) -> Line:
    return Line((("✓ ", "green"), (f"{label:<10} ", "bold"), (text, "")), to_stderr, hang=13)


def note(text: str, advice: Sequence[Advice] = ()) -> list[Line]:
    return [Line((("! ", "yellow"), (text, ""))), *_advice(advice)]


def error(problem: SetupError) -> list[Line]:
    lines = [Line((("✗ ", "red"), (problem.message, "bold"))), *_advice(problem.advice)]
    if problem.unchanged:
        lines.append(Line.of(f"  {problem.unchanged}"))
    return lines


def _advice(advice: Sequence[Advice]) -> list[Line]:
    return [advice_line(one.data(), indent=2) for one in advice]


def advice_line(advice: Data, *, indent: int) -> Line:
    parts = [(f"{'':<{indent}}→ ", "cyan"), (advice["text"], "")]
    if advice["command"]:
        parts += [(": ", ""), (advice["command"], "bold")]
    if advice["url"]:
        parts += [("  ", ""), (advice["url"], "underline")]
    return Line(tuple(parts), hang=indent + 2)


def rows(title: str, pairs: Sequence[tuple[str, str]]) -> list[Line]:
    width = max((len(left) for left, _ in pairs), default=0)
    lines = [Line.of(), Line.of(title)]
    for left, right in pairs:
        style = {"+": "green", "-": "red", "~": "yellow"}.get(right[:1], "")
        lines.append(Line(((f"  {left:<{width}}  ", ""), (right, style))))
    return lines


def _ready(data: Data, context: Data) -> Iterator[Line]:
    yield from _sheet(data, context.get("last") or {})
    yield from _manual_steps(data)
    yield Line.of()
    yield _pair(
        "Next",
        "twitter-setup configure   asks for the Consumer Key and Secret, puts them in Strapi",
    )
    if data["layout"] == "one-origin":
        app, not_it = data["public_url"], f"not localhost:{context['frontend']}"
        yield _pair(
            "Your app", f"{app}   use this address, {not_it}: the login's cookie belongs to it"
        )
    else:
        yield _pair("Log in at", data["connect_url"])
    yield _pair("Again", "twitter-setup urls --copy --open   copies the callback, opens the portal")
    if context.get("ends_here"):
        yield _pair("Undo", "twitter-setup undo   puts the files back")
    else:
        yield Line.of("Open until you press Ctrl-C.")


def _in_strapi(data: Data) -> Line:
    what = "asks for key and secret, and writes them and the redirect URL"
    return _pair("In Strapi", f"twitter-setup configure   {what} {data['redirect_url']}")


def _pair(label: str, text: str) -> Line:
    return Line(((f"{label:<13} ", "bold"), (text, "")), hang=14)


def _sheet(data: Data, last: Data) -> Iterator[Line]:
    changed = portal.changed_rows(data, last)
    if changed is None:
        yield from _whole_sheet(data)
        return
    yield Line.of()
    if changed:
        yield Line.of(
            f"To change at X: {_portal(data)} → Apps → your app → User authentication settings",
            "bold",
        )
        yield from _values(changed)
        more = (
            " X keeps up to ten callback URLs: add this one."
            if data["callback_url"] != last.get("callback_url")
            else ""
        )
        yield Line.of(f"  The rest is as before.{more}")
    else:
        yield Line.of(
            f"At X: {_portal(data)} → Apps → your app → User authentication settings", "bold"
        )
        yield from _values(portal.pasted_rows(data))
        yield Line.of(
            "  Same address as last time: if you pasted them then, there is nothing to do."
        )


def _whole_sheet(data: Data) -> Iterator[Line]:
    yield Line.of()
    yield Line.of(
        f"Paste these at X: {_portal(data)}   (in parentheses: as Strapi's guide has it)", "bold"
    )
    for step in portal.steps(data):
        yield Line.of(f"  {step.title}")
        yield from _values(step.rows)


def _portal(data: Data) -> str:
    return str(data["portal_url"]).removeprefix("https://")


def _values(rows: Sequence[portal.Row]) -> Iterator[Line]:
    width = max(len(row.label) for row in rows)
    for row in rows:
        old = f"  ({row.old})" if row.old else ""
        parts = ((f"    {row.label:<{width}}  ", ""), (row.value, "bold"), (old, "dim"))
        yield Line(parts, hang=width + 6)


def _manual_steps(data: Data) -> Iterator[Line]:
    if data["manual_steps"]:
        yield Line.of()
        yield Line.of("Left for you to do by hand:", "bold")
        for step in data["manual_steps"]:
            yield Line.of(f"  • {step}")


def _url_changed(data: Data, context: Data) -> Iterator[Line]:
    yield Line(
        (
            ("! ", "yellow"),
            (f"The tunnel is back with another address: {data['public_url']}", "bold"),
        )
    )
    yield from _sheet(data, context.get("last") or {})


def _lost(data: Data, _: Data) -> Iterator[Line]:
    what = {"tunnel": "The tunnel lost its connection; trying again."}.get(
        data["part"], "The gateway ended; starting it again."
    )
    yield Line((("! ", "yellow"), (f"{what} {data['detail']}", "")), to_stderr=True)


def _restored(data: Data, _: Data) -> Iterator[Line]:
    if data["part"] == "gateway":
        yield done("gateway", "runs again")
    else:
        yield done("tunnel", f"{data['public_url']} is back, with the same address")


def _stopped(data: Data, context: Data) -> Iterator[Line]:
    if context.get("keeps"):
        yield done("stopped", "the changes stay until: twitter-setup undo")
        return
    text = _files_are_back(len(data["restored"]))
    lasting = [Path(path) for path in context.get("lasting", ())]
    if lasting:
        names = ", ".join(f"{path.parent.name}/{path.name}" for path in lasting)
        text += f", {names} keeps its one line"
    yield done("stopped", text)
    yield from _kept(data)


def _files_are_back(count: int) -> str:
    return {0: "no file was changed", 1: "1 file is as it was"}.get(
        count, f"{count} files are as they were"
    )


def _kept(data: Data) -> Iterator[Line]:
    for kept in data["kept"]:
        yield Line(
            (("! ", "yellow"), (f"{kept['path']} was left as it is: {kept['reason']}", "")),
            to_stderr=True,
        )


def _urls(data: Data, context: Data) -> Iterator[Line]:
    origin = {
        "given": "Of the URL that you named",
        "session": "Of the session that is on",
        "last": "Of last time (nothing runs now)",
    }[context["origin"]]
    yield Line.of(f"{origin}: {data['public_url']}")
    yield from _whole_sheet(data)
    yield Line.of()
    if data["redirect_url"]:
        yield _in_strapi(data)
    yield _pair("Log in at", data["connect_url"])


def _what_runs(data: Data) -> str:
    if data["running"]:
        return f"A tunnel runs (PID {data['pid']}, since {data['since']})."
    if data["public_url"]:
        return "No tunnel runs, but its changes are kept until: twitter-setup undo"
    if data["leftovers"]:
        return (
            "No tunnel runs, but one that was ended from outside left changes: twitter-setup undo"
        )
    return "No tunnel runs here."


def _status(data: Data, _: Data) -> Iterator[Line]:
    yield Line.of(_what_runs(data), "bold")
    for label, key in (
        ("Reach", "reach"),
        ("Layout", "layout"),
        ("Address", "public_url"),
        ("Callback", "callback_url"),
    ):
        if data[key]:
            yield _pair(label, data[key])
    if data["gateway_port"]:
        state = "" if data["running"] else ", once a tunnel runs again"
        yield _pair("Gateway", f"port {data['gateway_port']}{state}")
    strapi = data["strapi"]
    if strapi["port"]:
        state = "answers" if strapi["up"] else "does not run"
        yield _pair(
            "Strapi", f"{strapi['version'] or 'unknown version'}, {state} on port {strapi['port']}"
        )
    for change in data["changes"]:
        kind = "stays" if change["lasting"] else "until stop"
        yield _pair("Changed", f"{change['path']}   {change['summary']}   ({kind})")
    for one in data["checkpoints"]:
        if one["kind"] == "provider":
            yield _pair(
                "In Strapi", f"configured {one['created']}; twitter-setup undo takes it back"
            )
    for other in data["elsewhere"]:
        yield _pair("Elsewhere", f"{other['backend']} (PID {other['pid']}) {other['public_url']}")


def _undo(data: Data, _: Data) -> Iterator[Line]:
    if not data["restored"] and not data["kept"] and data["provider"] is None:
        yield Line.of("Nothing to undo.")
    for path in data["restored"]:
        yield done("restored", path, to_stderr=False)
    if data["provider"] == "restored":
        yield done("Strapi", "the twitter provider is as it was", to_stderr=False)
    yield from _kept(data)


def _configure(data: Data, context: Data) -> Iterator[Line]:
    who = f"signed in as {context['signed_in_as']}" if context["signed_in_as"] else "by admin token"
    yield Line.of(f"Strapi at {data['strapi']}, {who}")
    labels = {"callback": "redirect URL"}
    for name, before, after in context["rows"]:
        parts = ((f"  {labels.get(name, name):<14} ", ""), (f"{before} → ", "dim"), (after, "bold"))
        yield Line(parts, hang=17)
    if data["dry_run"]:
        yield Line.of("Nothing was changed." if context["rows"] else _AS_IT_SHOULD_BE)
        return
    if context["rows"]:
        others = f"the other {context['others']} providers are untouched"
        yield done("Strapi", f"written and read back; {others}", to_stderr=False)
    else:
        yield done("Strapi", _AS_IT_SHOULD_BE, to_stderr=False)
    if not data["enabled"]:
        yield Line.of("The login with X is off; key, secret and redirect URL are kept.")
        yield _pair("Again on", "twitter-setup configure")
        return
    yield _pair("X must know", f"this callback: {data['callback_url']}")
    if context["rows"] and context["has_undo"]:
        yield _pair("Undo", "twitter-setup undo   puts the former setting back")


_AS_IT_SHOULD_BE = "Everything is as it should be; nothing was written."


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


def _verify(data: Data, context: Data) -> Iterator[Line]:
    counts = data["counts"]
    words = {"pass": "passed", "warn": "to look at", "fail": "failed", "error": "not known"}
    parts = [f"{counts[name]} {word}" for name, word in words.items() if counts[name]]
    if counts["skip"]:
        parts.append(f"{counts['skip']} not tried")
    yield Line.of()
    yield Line.of(f"{', '.join(parts)}.", "bold")
    if context["again"]:
        some = context["again"] if len(context["again"]) < 7 else []
        yield _pair("Afterwards", " ".join(["twitter-setup verify", *some]))
    elif context["next_step"] and context["is_whole"]:
        yield _pair("Next", f"{context['next_step']}   and then this again, for the rest")
    elif context["connect_url"] and context["is_whole"]:
        what = "Nothing that was looked at" if counts["skip"] else "Nothing"
        yield Line.of(
            f"{what} stands in the way of a login. Only a real one proves the rest: that X gives the "
            "e-mail address, and that your access level at X allows it."
        )
        yield _pair("Log in at", context["connect_url"])


def _verify_list(data: Data, _: Data) -> Iterator[Line]:
    for check in data["checks"]:
        needs = f"   (needs {', '.join(check['needs'])})" if check["needs"] else ""
        yield Line(((f"{check['id']:<18} ", "bold"), (check["title"], ""), (needs, "dim")), hang=19)


def _verify_explain(data: Data, _: Data) -> Iterator[Line]:
    yield Line.of(data["id"], "bold")
    for line in data["text"].splitlines():
        yield Line.of(line)


def _init(data: Data, _: Data) -> Iterator[Line]:
    if not data["written"]:
        yield Line.of(f"{data['path']} has all of it already.")
        return
    yield done("written", data["path"], to_stderr=False)
    for key in data["written"]:
        yield Line.of(f"  {key}")
    yield _pair("Next", "twitter-setup tunnel")


def _dry_run(data: Data, _: Data) -> Iterator[Line]:
    if not data["changes"] and not data["manual_steps"]:
        yield Line.of("Everything is as it should be: no file would be changed.")
    for change in data["changes"]:
        kind = "stays" if change["lasting"] else "until you stop"
        verb = "would create" if change["action"] == "create" else "would change"
        yield Line.of(f"{verb} {change['path']}   ({kind})")
        for line in change["diff"].splitlines():
            style = {"+": "green", "-": "red", "~": "yellow"}.get(line[:1], "")
            yield Line.of(f"  {line}", style)
    yield from _manual_steps(data)
    yield Line.of("Nothing was changed.")


ANSWERS: dict[str, Callable[[Data, Data], Iterator[Line]]] = {
    "ready": _ready,
    "url-changed": _url_changed,
    "lost": _lost,
    "restored": _restored,
    "stopped": _stopped,
    "urls": _urls,
    "status": _status,
    "undo": _undo,
    "init": _init,
    "configure": _configure,
    "verify": _verify,
    "verify-list": _verify_list,
    "verify-explain": _verify_explain,
    "dry-run": _dry_run,
}
