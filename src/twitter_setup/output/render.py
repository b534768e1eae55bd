"""The words of each answer for people, as styled lines; pure. `output` prints them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from twitter_setup.output import render_verify
from twitter_setup.output.lines import Data, Line, done, pair
from twitter_setup.x import sheet as portal

TUNNEL_EVENTS = frozenset({"ready", "url-changed", "lost", "restored", "stopped", "failed"})


def _ready(data: Data, context: Data) -> Iterator[Line]:
    yield from _sheet(data, context.get("last") or {})
    yield from _manual_steps(data)
    yield Line.of()
    yield pair(
        "Next",
        "twitter-setup configure   asks for the Consumer Key and Secret, puts them in Strapi",
    )
    if data["layout"] == "one-origin":
        app, not_it = data["public_url"], f"not localhost:{context['frontend']}"
        yield pair(
            "Your app", f"{app}   use this address, {not_it}: the login's cookie belongs to it"
        )
    else:
        yield pair("Log in at", data["connect_url"])
    yield pair(
        "Again",
        "twitter-setup urls --copy --open   all of it; copies the callback, opens the portal",
    )
    if context.get("ends_here"):
        yield pair("Undo", "twitter-setup undo   puts the files back")
    else:
        yield Line.of("Open until you press Ctrl-C.")


def _in_strapi(data: Data) -> Line:
    what = "asks for key and secret, and writes them and the redirect URL"
    return pair("In Strapi", f"twitter-setup configure   {what} {data['redirect_url']}")


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
        yield Line.of(f"  The rest is as before.{more} {_IF_NEVER}")
    else:
        yield Line.of(
            f"At X: {_portal(data)} → Apps → your app → User authentication settings", "bold"
        )
        yield from _values(portal.pasted_rows(data))
        yield Line.of(
            "  Same address as last time: if you pasted them then, there is nothing to do. "
            f"{_IF_NEVER}"
        )


_IF_NEVER = "Not filled in yet? The whole sheet: twitter-setup urls"


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
        "settings": "Of the URL in twitter-setup.toml",
        "last": "Of last time (nothing runs now)",
    }[context["origin"]]
    yield Line.of(f"{origin}: {data['public_url']}")
    yield from _whole_sheet(data)
    yield Line.of()
    if data["redirect_url"]:
        yield _in_strapi(data)
    yield pair("Log in at", data["connect_url"])


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
            yield pair(label, data[key])
    if data["gateway_port"]:
        state = "" if data["running"] else ", once a tunnel runs again"
        yield pair("Gateway", f"port {data['gateway_port']}{state}")
    strapi = data["strapi"]
    if strapi["port"]:
        state = "answers" if strapi["up"] else "does not run"
        yield pair(
            "Strapi", f"{strapi['version'] or 'unknown version'}, {state} on port {strapi['port']}"
        )
    for change in data["changes"]:
        passing = "until it stops" if data["running"] else "until: twitter-setup undo"
        kind = "stays until: twitter-setup undo --all" if change["lasting"] else passing
        yield pair("Changed", f"{change['path']}   {change['summary']}   ({kind})")
    for one in data["checkpoints"]:
        if one["kind"] == "provider":
            yield pair(
                "In Strapi", f"configured {one['created']}; twitter-setup undo takes it back"
            )
    for other in data["elsewhere"]:
        yield pair("Elsewhere", f"{other['backend']} (PID {other['pid']}) {other['public_url']}")


def _undo(data: Data, context: Data) -> Iterator[Line]:
    if not data["restored"] and not data["kept"] and data["provider"] is None:
        yield Line.of("Nothing to undo.")
    for path in data["restored"]:
        yield done("restored", path, to_stderr=False)
    if data["provider"] == "restored":
        yield done("Strapi", "the twitter provider is as it was", to_stderr=False)
    yield from _kept(data)
    for path in context["lasting"]:
        yield Line.of(
            f"{path} keeps its one line, which is neutral by itself; to take it back too:"
        )
        yield Line.of("  twitter-setup undo --all", "bold")


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
        yield Line.of("The login with X is off; the rest is kept, and used once it is on again.")
        yield pair("Again on", "twitter-setup configure")
        return
    yield pair("X must know", f"this callback: {data['callback_url']}")
    yield pair("Next", f"{context['next_step']}   proves each hop")
    if context["rows"] and context["has_undo"]:
        yield pair("Undo", "twitter-setup undo   puts the former setting back")


_AS_IT_SHOULD_BE = "Everything is as it should be; nothing was written."


def _init(data: Data, _: Data) -> Iterator[Line]:
    if not data["written"]:
        yield Line.of(f"{data['path']} has all of it already.")
        return
    yield done("written", data["path"], to_stderr=False)
    for key in data["written"]:
        yield Line.of(f"  {key}")
    yield pair("Next", "twitter-setup tunnel")


def _dry_run(data: Data, context: Data) -> Iterator[Line]:
    if not data["changes"] and not data["manual_steps"]:
        yield Line.of("Everything is as it should be: no file would be changed.")
    for change in data["changes"]:
        kind = "stays" if change["lasting"] else f"until {context['until']}"
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
    "verify": render_verify.verify,
    "verify-list": render_verify.verify_list,
    "verify-explain": render_verify.verify_explain,
    "dry-run": _dry_run,
}
