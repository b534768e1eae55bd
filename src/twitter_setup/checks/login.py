"""A login, hop by hop, as the gateway's log shows it. Pure: entries in, hops and a finding out.

The log has no values but those of `error` and `error_description`, so what Strapi says in an answer's
body is not seen: for a refusal there the usual causes are named, by the words that the page shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from twitter_setup.checks.finding import Finding, failed, passed, unknown
from twitter_setup.checks.situation import Generation
from twitter_setup.errors import Advice
from twitter_setup.gateway_log import Entry

HopId = Literal["connect", "x", "callback", "redirect-page", "exchange"]
PATIENCE = 15.0  # seconds from Strapi's last redirect until the page has called the exchange

_AGAIN = Advice("then try again", command="twitter-setup verify --login")
_ONE_ADDRESS = Advice(
    "begin at the public address, the one that `tunnel` prints, not at localhost",
    command="twitter-setup verify one-host frontend-url",
)
_ASK_X = Advice("see which", command="twitter-setup verify x-keys x-callback")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One step of a login. `status` is HTTP's, 0 where the step itself is not seen (at X)."""

    id: HopId
    is_passed: bool
    summary: str
    status: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """Where the steps are. `redirect_path` is None where that page is not behind the gateway."""

    connect: str
    callback: str
    exchange: str
    redirect_path: str | None

    @classmethod
    def of(cls, api_prefix: str, redirect_path: str | None) -> Ways:
        connect = f"{api_prefix}/connect/twitter"
        return cls(
            connect=connect,
            callback=f"{connect}/callback",
            exchange=f"{api_prefix}/auth/twitter/callback",
            redirect_path=redirect_path and redirect_path.rstrip("/"),
        )


class Login:
    """What has been seen of one login. A new beginning makes it a new one: people try again."""

    def __init__(self, ways: Ways, generation: Generation | None) -> None:
        self._ways = ways
        self._generation = generation
        self.hops: list[Hop] = []
        self.finding: Finding | None = None  # once it has ended, well or not
        self._sent_back_at: float | None = None

    def see(self, entry: Entry) -> list[Hop]:
        """The hops that this entry shows, none for what does not belong to a login."""
        if self.finding is not None or entry.method != "GET":
            return []
        path = entry.path.rstrip("/")
        steps = {
            self._ways.connect: self._connect,
            self._ways.callback: self._callback,
            self._ways.redirect_path: self._redirect_page,
            self._ways.exchange: self._exchange,
        }
        step = steps.get(path)
        found = step(entry) if step else []
        self.hops += found
        return found

    def look_at_clock(self, now: float) -> None:
        """A page that never calls the exchange shows only by time passing; `now` in epoch seconds."""
        late = self._sent_back_at is not None and now - self._sent_back_at > PATIENCE
        if self.finding is None and late:
            self.finding = failed(
                "the front end never asked Strapi for the user",
                f"Expected  GET {self._ways.exchange}, from the page at which the login ends\n"
                f"Found     nothing within {PATIENCE:g} s\nOnly that call makes the user, and gives the JWT.",
                Advice("what that page has to do", url="docs/checks.md#redirect-page"),
                Advice(
                    "look at the page's own console, and at",
                    command="twitter-setup verify redirect-page",
                ),
            )

    # The steps

    def _connect(self, entry: Entry) -> list[Hop]:
        self.hops.clear()
        self._sent_back_at = None
        if 300 <= entry.status < 400:
            return [_good("connect", "Strapi sends the browser to X", entry)]
        self.finding = failed(
            f"Strapi did not send the browser to X (HTTP {entry.status})",
            "The first hop failed, before X was asked for anything.",
            Advice("see why", command="twitter-setup verify connect"),
        )
        return [_bad("connect", f"HTTP {entry.status}", entry)]

    def _callback(self, entry: Entry) -> list[Hop]:
        if "denied" in entry.parameters:
            self.finding = failed(
                "the login was cancelled at X",
                "X sends the browser back with `denied`: the person pressed Cancel.",
                _AGAIN,
            )
            return [_bad("x", "cancelled there", entry)]
        came_back = [_good("x", "X sends the person back", entry)]
        if not self.hops:
            # It began at another host: Strapi's session cookie is there, and not here.
            self.finding = _lost_session("the login did not begin at this address")
            return [*came_back, _bad("callback", "Strapi has no session of it", entry)]
        if 300 <= entry.status < 400:
            self._sent_back_at = entry.at
            return [
                *came_back,
                _good("callback", "Strapi has X's token and sends the browser on", entry),
            ]
        self.finding = failed(
            f"Strapi failed when X sent the person back (HTTP {entry.status})",
            "It exchanges X's verifier for a token there.",
            Advice("look at what Strapi says in its own terminal"),
            _ASK_X,
        )
        return [*came_back, _bad("callback", f"HTTP {entry.status}", entry)]

    def _redirect_page(self, entry: Entry) -> list[Hop]:
        if not self.hops:  # somebody looks at that page; no login began
            return []
        said = " ".join(part for part in (entry.error, entry.error_description) if part)
        has_error = any(name.startswith("error") for name in entry.parameters)
        after_x = any(hop.id == "callback" for hop in self.hops)
        if said or has_error or not after_x:
            self.finding = self._refused(said, after_x=after_x)
            return [
                _bad("redirect-page", f"with an error: {said}" if said else "with an error", entry)
            ]
        if entry.status >= 400:
            self.finding = failed(
                f"the redirect page is not there (HTTP {entry.status})",
                f"Strapi sends the browser to {entry.path}, and the front end has no such page.",
                Advice("see", command="twitter-setup verify redirect-page"),
            )
            return [_bad("redirect-page", f"HTTP {entry.status}", entry)]
        if any(hop.id == "redirect-page" for hop in self.hops):
            return []
        return [_good("redirect-page", "the front end's page is open", entry)]

    def _exchange(self, entry: Entry) -> list[Hop]:
        if not self.hops:
            return []
        if entry.status == 200:
            self.finding = passed("logged in: Strapi issued a JWT")
            return [_good("exchange", "Strapi issued a JWT", entry)]
        self.finding = self._not_exchanged(entry)
        return [_bad("exchange", f"HTTP {entry.status}", entry)]

    # What went wrong

    def _refused(self, said: str, *, after_x: bool) -> Finding:
        lowered = said.lower()
        if "session" in lowered or "token mismatch" in lowered:
            return _lost_session(f"Strapi says “{said}”")
        if not after_x:
            return failed(
                "X refused Strapi's request, so nobody was asked to log in",
                f"Strapi sends the browser to the redirect page at once{f', with “{said}”' if said else ''}.",
                _ASK_X,
            )
        return failed(
            f"Strapi ended the login with an error{f': “{said}”' if said else ''}",
            "It came back from X, and Strapi could not go on.",
            Advice("look at what Strapi says in its own terminal"),
            _ASK_X,
        )

    def _not_exchanged(self, entry: Entry) -> Finding:
        if entry.status == 403:
            return failed(
                "Strapi does not let the public finish a login (HTTP 403)",
                "The Public role has lost its permission `auth.callback`, which it has in a new project.",
                Advice(
                    "Settings → Users & Permissions → Roles → Public → Users-permissions → Auth: callback on"
                ),
            )
        if entry.status != 400:
            return failed(
                f"Strapi failed at the last step (HTTP {entry.status})",
                f"GET {entry.path} asks X who the person is, and makes the user.",
                Advice("look at what Strapi says in its own terminal"),
            )
        return failed(
            "Strapi refused to make the user (HTTP 400); its words are on the page, or in its console",
            "By these words, the cause is:",
            *self._causes(),
        )

    def _causes(self) -> list[Advice]:
        causes = [
            Advice(
                "“Email was not available.” or “Email not verified by Twitter”: X gave no e-mail. At X turn "
                "“Request email from users” on, which needs the URLs of terms and privacy; the person logs "
                "in again, with an account that has a confirmed e-mail address",
                command="twitter-setup urls --open",
            ),
            Advice(
                "“Email is already taken.”: a user with that address logged in another way; allow it in "
                "Settings → Users & Permissions → Advanced settings (one account per email address), or "
                "use another X account"
            ),
            Advice(
                "“Register action is actually not available.”: sign-ups are off in the same place"
            ),
            Advice(
                "“Could not authenticate you.” or “Bad Authentication data.”: the pair is not X's any "
                "more, or the page did not pass the whole query on",
                command="twitter-setup verify x-keys redirect-page",
            ),
        ]
        if self._generation in {"session", None}:
            causes.insert(
                0,
                Advice(
                    "“OAuth authentication requires a completed provider session”: the cookie did not "
                    "come along; front end and Strapi need one address",
                    command="twitter-setup verify layout one-host redirect-page",
                ),
            )
        if self._generation != "session":
            causes.append(
                Advice("“No access_token.”: the page dropped the query that Strapi sent it")
            )
        return causes


def _lost_session(summary: str) -> Finding:
    return failed(
        f"Strapi lost the session: {summary}",
        "The state of a login is a cookie of one host: beginning and return must be the same.",
        _ONE_ADDRESS,
        _AGAIN,
    )


def nobody_came(seconds: float, url: str) -> Finding:
    """The time is over, and no login has ended."""
    return unknown(
        f"no login ended within {seconds:g} s",
        "Nothing says that it does not work: nobody finished one.",
        Advice("run it again, and log in at", command="twitter-setup verify --login", url=url),
    )


def _good(hop: HopId, summary: str, entry: Entry) -> Hop:
    return Hop(id=hop, is_passed=True, summary=summary, status=0 if hop == "x" else entry.status)


def _bad(hop: HopId, summary: str, entry: Entry) -> Hop:
    return Hop(id=hop, is_passed=False, summary=summary, status=0 if hop == "x" else entry.status)
