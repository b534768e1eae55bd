"""`session-middleware`, `proxy`: what Strapi's config files say of the cookie that a login needs."""

from __future__ import annotations

from collections.abc import Iterable

from twitter_setup.checks.explained import explained
from twitter_setup.checks.facts.app_keys import AppKeys, Key
from twitter_setup.checks.facts.git_secrets import is_placeholder
from twitter_setup.checks.facts.local import LocalFacts
from twitter_setup.checks.facts.proxy_trust import truth
from twitter_setup.checks.facts.session_middleware import SESSION, SessionMiddleware
from twitter_setup.checks.finding import Finding, failed, passed, skipped, warned
from twitter_setup.errors import Advice

_WHY_SESSION = "Strapi remembers in its session who is on the way to X; without one no login ends."
_WHY_KEYS = "They sign the session cookie, in which Strapi remembers who is on the way to X."
_NEW_KEYS = Advice(
    "make two keys, and put them into the back end's .env as APP_KEYS=first,second",
    command="openssl rand -base64 32",
)


def session_middleware(facts: LocalFacts) -> Finding:
    session, keys = facts.session_middleware, facts.app_keys
    if session is None or keys is None:
        return skipped("no Strapi that reads config/middlewares")
    return (
        _wrong_middleware(facts, session)
        or _wrong_cookie(facts, session)
        or (None if _is_broken(facts) else _judge_keys(facts, keys))
        or _unclear_cookie(facts, session)
        or passed(f"{SESSION} is there, from {_place(facts, session)}, and app.keys is set")
    )


def _is_broken(facts: LocalFacts) -> bool:
    """`server-url` says that config/server does not parse; app.keys is in the same file."""
    return facts.server_url is not None and facts.server_url.kind == "broken"


def _wrong_middleware(facts: LocalFacts, session: SessionMiddleware) -> Finding | None:
    where = _place(facts, session)
    if session.kind == "broken":
        return failed(
            f"{where} does not parse",
            f"{session.reason}: Strapi cannot start with it.",
            Advice("mend that line"),
        )
    if session.kind == "missing":
        return failed(
            f"{SESSION} is missing in {where}",
            f"Expected '{SESSION}' in the list; it is not there.\n{_WHY_SESSION}",
            Advice(f"add '{SESSION}', before 'strapi::query', in {where}"),
            explained("session-middleware"),
        )
    if session.kind == "unclear":
        return warned(
            f"whether {SESSION} is in {where} cannot be told: {session.reason}",
            f"Expected '{SESSION}' in the list.\n{_WHY_SESSION}",
            Advice("see what a login does", command="twitter-setup verify connect"),
            explained("session-middleware"),
        )
    return None


def _wrong_cookie(facts: LocalFacts, session: SessionMiddleware) -> Finding | None:
    where, public = _place(facts, session), facts.situation.public_url
    same_site = session.same_site.text.lower()
    if session.same_site.kind in {"string", "boolean"} and same_site in {"strict", "true"}:
        return failed(
            f"the session cookie is sameSite: 'strict', in {where}",
            "Expected sameSite: 'lax', or none at all.\n"
            "A browser that comes back from X does not send a strict cookie along, so Strapi does not "
            "know it any more.",
            Advice(f"take sameSite away in {where}, and restart Strapi"),
            explained("session-middleware"),
        )
    is_secure = is_cookie_secure(facts, session)
    if is_secure and public and public.startswith("http:"):
        why = "NODE_ENV is production" if session.secure.kind == "absent" else f"secure in {where}"
        return failed(
            f"the session cookie is for https only ({why}), and {public} is http",
            "Expected a cookie without `secure` on http.\n"
            "Strapi refuses to send it: Cannot send secure cookie over unencrypted connection.",
            Advice("run Strapi without NODE_ENV=production, and take `secure` away"),
            explained("session-middleware"),
        )
    if session.same_site.kind == "string" and same_site == "none" and is_secure is False:
        return failed(
            f"the session cookie is sameSite: 'none' without secure: true, in {where}",
            "Browsers throw such a cookie away.",
            Advice(f"take sameSite away in {where}: with one origin it is not needed"),
            explained("session-middleware"),
        )
    return None


def _unclear_cookie(facts: LocalFacts, session: SessionMiddleware) -> Finding | None:
    for name, value in (("sameSite", session.same_site), ("secure", session.secure)):
        if value.kind == "unclear":
            return warned(
                f"{name} of the session cookie cannot be read, in {_place(facts, session)}",
                f"{value.text} (line {value.line}).\n"
                "sameSite 'strict' loses the cookie on the way back from X, and `secure` needs https.",
                Advice("see what a login does", command="twitter-setup verify connect"),
                explained("session-middleware"),
            )
    return None


def is_cookie_secure(facts: LocalFacts, session: SessionMiddleware) -> bool | None:
    """Whether the cookie is for https only; None: it cannot be told."""
    if session.secure.kind == "absent":
        return facts.mode == "production"  # Strapi's default (middlewares/session.js)
    return truth(session.secure, facts.environment)


def _judge_keys(facts: LocalFacts, app_keys: AppKeys) -> Finding | None:
    where = facts.named(app_keys.path) if app_keys.path else "config/server"
    if not app_keys.keys:
        return failed(
            f"app.keys is {'not set' if app_keys.keys is None else 'empty'} in {where}",
            f"Expected app: {{ keys: env.array('APP_KEYS') }}.\n{_WHY_KEYS}",
            Advice(f"add it in {where}"),
            _NEW_KEYS,
            explained("session-middleware"),
        )
    return _first(_judge_key(facts, key, where) for key in app_keys.keys)


def _judge_key(facts: LocalFacts, key: Key, where: str) -> Finding | None:
    at = f"{where}, line {key.line}"
    if key.kind == "variable":
        return _judge_variable(facts, key, where)
    if key.kind == "random":
        return failed(
            f"app.keys is made anew at each start ({at})",
            "Expected keys that stay the same.\n"
            f"{_WHY_KEYS} With each restart every login that is on its way is lost.",
            Advice(f"write env.array('APP_KEYS') in {at}"),
            _NEW_KEYS,
            explained("session-middleware"),
        )
    if key.kind == "unclear":
        return warned(
            f"where app.keys comes from cannot be told ({at})",
            f"{key.reason}.\n{_WHY_KEYS} It must be set, and stay the same.",
            Advice(f"look whether it does, in {at}"),
            explained("session-middleware"),
        )
    return _judge_value(key.value, at)


def _judge_variable(facts: LocalFacts, key: Key, where: str) -> Finding | None:
    setting = facts.environment.find(key.variable)
    if setting is None and key.fallback:
        return _first(_judge_key(facts, each, where) for each in key.fallback)
    if setting is None:
        return failed(
            f"{key.variable} is not set, and app.keys needs it",
            f"Expected {key.variable} in the back end's .env; {where}, line {key.line}, reads it.\n"
            f"{_WHY_KEYS}",
            _NEW_KEYS,
            explained("session-middleware"),
        )
    inside = setting.value.strip().removeprefix("[").removesuffix("]")
    values = [each.strip(' "') for each in inside.split(",")] if key.is_list else [setting.value]
    source = f"{key.variable} in {facts.named(setting.file) if setting.file else setting.where}"
    return _first(_judge_value(each, source) for each in values)


def _judge_value(value: str, source: str) -> Finding | None:
    if not value.strip():
        return failed(
            f"a key of app.keys is empty ({source})",
            f"Expected a long text; Strapi refuses to start without.\n{_WHY_KEYS}",
            _NEW_KEYS,
            explained("session-middleware"),
        )
    if is_placeholder(value):
        return warned(
            f"app.keys still has an example's value ({source})",
            f"Expected keys that nobody else knows.\n{_WHY_KEYS} Who knows the keys can make one.",
            _NEW_KEYS,
            explained("session-middleware"),
        )
    return None


def proxy(facts: LocalFacts) -> Finding:
    trust, session = facts.proxy, facts.session_middleware
    if trust is None or facts.backend is None:
        return skipped("no Strapi that reads config/server")
    public = facts.situation.public_url
    if public and public.startswith("http:"):
        return skipped(f"{public} is not https: there is nothing to trust")
    is_secure = facts.mode == "production"
    if session is not None:
        is_secure = is_cookie_secure(facts, session) is not False
    version = facts.backend.major
    trusted = _is_trusted(version, trust.whole, trust.koa)
    where = facts.named(trust.path or facts.backend.server_config.path)
    if not is_secure:
        told = "is trusted" if trusted else "need not be trusted"
        return passed(f"NODE_ENV is {facts.mode}: the tunnel {told}, the cookie goes over http too")
    why = (
        "Strapi hears http from the tunnel. With a cookie for https only it must believe the tunnel "
        "that the browser came over https, or it stops with: Cannot send secure cookie over "
        "unencrypted connection."
    )
    line = "proxy: { koa: true }," if version != 4 else "proxy: true,"
    advice = (
        Advice(f"write this in {where}, and restart Strapi", command=line),
        explained("proxy"),
    )
    if trusted:
        return passed(f"Strapi trusts the tunnel's word for https ({where})")
    if trusted is None:
        found = f"whether Strapi trusts the tunnel cannot be told ({where})"
        return warned(found, f"Expected {line}\n{why}", *advice)
    summary = (
        f"the session cookie is for https only, and Strapi does not trust the tunnel ({where})"
    )
    if version == 5 and trust.whole:
        summary = f"proxy: true does nothing in Strapi 5, which reads proxy.koa alone ({where})"
    detail = f"Expected {line}\nNODE_ENV is {facts.mode}. {why}"
    return failed(summary, detail, *advice) if public else warned(summary, detail, *advice)


def _is_trusted(version: int | None, whole: bool | None, koa: bool | None) -> bool | None:
    """Strapi 5 reads `proxy.koa` alone; 4 anything that is true, an object too."""
    if version is None and koa is not True:
        return None
    if version == 4:
        return None if whole is None else whole or koa is not False
    return koa


def _place(facts: LocalFacts, session: SessionMiddleware) -> str:
    if session.path is None:
        return "Strapi's own list"
    return facts.named(session.path) + (f", line {session.line}" if session.line else "")


def _first(findings: Iterable[Finding | None]) -> Finding | None:
    return next((finding for finding in findings if finding is not None), None)
