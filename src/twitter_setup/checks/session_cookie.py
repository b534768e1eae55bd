"""`session-middleware`, `proxy`: the session cookie that a login needs.

The cookie of the first hop of a login decides. Without one the config files may warn, and never pass.
"""

from __future__ import annotations

from twitter_setup.checks.explained import explained
from twitter_setup.checks.facts.remote import Facts
from twitter_setup.checks.facts.session_middleware import SESSION, AppKeys, SessionMiddleware
from twitter_setup.checks.finding import Finding, failed, passed, skipped, warned
from twitter_setup.errors import Advice

_WHY_SESSION = "Strapi remembers in its session who is on the way to X; without one no login ends."
_WHY_KEYS = "They sign the session cookie, in which Strapi remembers who is on the way to X."
_NEW_KEYS = Advice(
    "make two keys, and put them into the back end's .env as APP_KEYS=first,second",
    command="openssl rand -base64 32",
)
_STRICT = "the session cookie is sameSite: 'strict'"
_WHY_STRICT = (
    "Expected sameSite: 'lax', or none at all.\n"
    "A browser that comes back from X does not send a strict cookie along, so Strapi does not know it."
)
_EXPLAINED = explained("session-middleware")


def session_middleware(facts: Facts) -> Finding:
    """Does the session cookie come back from X, and is it signed with keys that stay?"""
    session, keys = facts.session_middleware, facts.app_keys
    if session is None or keys is None:
        return skipped("no Strapi that reads config/middlewares")
    cookie = facts.connect.session_cookie if facts.connect else None
    if cookie is not None:
        return (
            _wrong_cookie(facts, cookie, session)
            or _weak_keys(facts, keys)
            or passed(f"Strapi sets its session cookie ({cookie.partition(';')[0]})")
        )
    return (
        _wrong_files(facts, session)
        or _missing_keys(facts, keys)
        or _weak_keys(facts, keys)
        or skipped("no login has begun, so there is no session cookie to judge")
    )


def _wrong_cookie(facts: Facts, cookie: str, session: SessionMiddleware) -> Finding | None:
    attributes = {part.strip() for part in cookie.split(";")[1:]}
    advice = Advice(f"take sameSite away in {_place(facts, session)}, and restart Strapi")
    if "samesite=strict" in attributes:
        return failed(f"{_STRICT}, as Strapi sets it", _WHY_STRICT, advice, _EXPLAINED)
    if "samesite=none" in attributes and "secure" not in attributes:
        return failed(
            "the session cookie is sameSite: 'none' without secure: true",
            "Browsers throw such a cookie away.",
            advice,
            _EXPLAINED,
        )
    return None


def _wrong_files(facts: Facts, session: SessionMiddleware) -> Finding | None:
    where, public = _place(facts, session), facts.situation.public_url or ""
    if session.kind == "broken":
        return warned(f"{where} does not parse", _WHY_SESSION, Advice("correct that line"))
    if session.kind == "missing":
        return warned(
            f"{SESSION} is missing in {where}",
            f"Expected '{SESSION}' in the list; it is not there.\n{_WHY_SESSION}",
            Advice(f"add '{SESSION}', before 'strapi::query', in {where}"),
            _EXPLAINED,
        )
    if session.same_site in {"strict", "true"}:
        advice = Advice(f"take sameSite away in {where}, and restart Strapi")
        return warned(f"{_STRICT}, in {where}", _WHY_STRICT, advice, _EXPLAINED)
    if public.startswith("http:") and _is_cookie_secure(facts):
        why = f"secure in {where}" if session.secure else "NODE_ENV is production"
        return warned(
            f"the session cookie is for https only ({why}), and {public} is http",
            "Strapi refuses to send it: Cannot send secure cookie over unencrypted connection.",
            Advice("run Strapi without NODE_ENV=production, and take `secure` away"),
            _EXPLAINED,
        )
    return None


def _is_cookie_secure(facts: Facts) -> bool:
    """Tell by a literal `secure`, else by Strapi's default (middlewares/session.js)."""
    session = facts.session_middleware
    given = session.secure if session else ""
    return given == "true" if given else facts.mode == "production"


def _missing_keys(facts: Facts, keys: AppKeys) -> Finding | None:
    values, where = _values(facts, keys), facts.named(keys.path) if keys.path else "config/server"
    if keys.kind == "absent" or values == ():
        return _keys_warned(
            f"app.keys is {'empty' if values == () else 'not set'} in {where}",
            f"Expected app: {{ keys: env.array('APP_KEYS') }} in {where}.",
        )
    if keys.kind == "variable" and values is None and not keys.has_default:
        return _keys_warned(
            f"{keys.variable} is not set, and app.keys needs it",
            f"Expected {keys.variable} in the back end's .env; {where}, line {keys.line}, reads it.",
        )
    if values is not None and not all(values):
        return _keys_warned(
            f"a key of app.keys is empty ({_source(facts, keys)})",
            "Expected a long text; Strapi refuses to start without.",
        )
    return None


def _weak_keys(facts: Facts, keys: AppKeys) -> Finding | None:
    """Warn of keys that change, and of those that everybody knows."""
    values = _values(facts, keys)
    if values is None and keys.has_random and keys.path:
        where = facts.named(keys.path)
        return _keys_warned(
            f"app.keys may be made anew at each start ({where} asks for random bytes)",
            "Expected keys that stay the same: each restart loses every login that is on its way.",
            Advice(f"write env.array('APP_KEYS') in {where}"),
        )
    if any("tobemodified" in value.lower() for value in values or ()):
        return _keys_warned(
            f"app.keys still has an example's value ({_source(facts, keys)})",
            "Expected keys that nobody else knows: who knows them can make a session.",
        )
    return None


def _keys_warned(summary: str, detail: str, *advice: Advice) -> Finding:
    return warned(summary, f"{detail}\n{_WHY_KEYS}", *advice, _NEW_KEYS, _EXPLAINED)


def _values(facts: Facts, keys: AppKeys) -> tuple[str, ...] | None:
    """Return the keys as Strapi has them; None if they are not known."""
    if keys.kind == "literal":
        return tuple(value.strip() for value in keys.values)
    setting = facts.environment.find(keys.variable) if keys.kind == "variable" else None
    if setting is None:
        return None
    inside = setting.value.strip().removeprefix("[").removesuffix("]")
    return tuple(each.strip(' "') for each in inside.split(","))


def _source(facts: Facts, keys: AppKeys) -> str:
    setting = facts.environment.find(keys.variable)
    if keys.kind == "variable" and setting is not None:
        return f"{keys.variable} in {facts.named(setting.file) if setting.file else setting.where}"
    return f"{facts.named(keys.path) if keys.path else 'config/server'}, line {keys.line}"


def proxy(facts: Facts) -> Finding:
    """Does Strapi believe the tunnel that the browser came over https?"""
    trust = facts.proxy
    if trust is None or facts.backend is None:
        return skipped("no Strapi that reads config/server")
    public = facts.situation.public_url
    if public and public.startswith("http:"):
        return skipped(f"{public} is not https: there is nothing to trust")
    version = facts.backend.major
    trusted = _is_trusted(version, trust.whole, trust.koa)
    where = facts.named(trust.path or facts.backend.server_config.path)
    is_sent = facts.connect is not None and facts.connect.session_cookie is not None
    if is_sent or not _is_cookie_secure(facts):
        mode = f"NODE_ENV is {facts.mode}: the session cookie goes over http too"
        return passed("Strapi sends its session cookie through the tunnel" if is_sent else mode)
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


def _place(facts: Facts, session: SessionMiddleware) -> str:
    if session.path is None:
        return "config/middlewares"
    return facts.named(session.path) + (f", line {session.line}" if session.line else "")
