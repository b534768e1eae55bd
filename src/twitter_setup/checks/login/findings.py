"""How a watched login can end, in words, with the cure. Pure."""

from __future__ import annotations

from twitter_setup.checks.explained import explained
from twitter_setup.checks.facts.situation import Generation
from twitter_setup.checks.finding import Finding, failed, unknown
from twitter_setup.checks.login import no_way_to_x
from twitter_setup.errors import Advice

PATIENCE = 15.0  # seconds from Strapi's last redirect until the page has called the exchange

_AGAIN = Advice("then try again", command="twitter-setup verify --login")
_ONE_ADDRESS = Advice(
    "begin at the public address, the one that `tunnel` prints, not at localhost",
    command="twitter-setup verify one-host frontend-url",
)
_ASK_STRAPI = Advice("look at what Strapi says in its own terminal")
_ASK_X = Advice("see which", command="twitter-setup verify x-keys x-callback")


def not_begun(status: int) -> Finding:
    return failed(
        f"Strapi did not send the browser to X (HTTP {status})",
        "The first hop failed: nobody was asked to log in.",
        Advice("see why", command="twitter-setup verify connect"),
    )


def refused_by_x(said: str) -> Finding:
    """Up to Strapi 5.50 that is a redirect to the front end."""
    if no_way_to_x.is_said_by(said):
        return no_way_to_x.finding(said)
    return failed(
        "X refused Strapi's request, so nobody was asked to log in",
        f"Strapi sends the browser to the redirect page at once{f', with “{said}”' if said else ''}.",
        _ASK_X,
    )


def cancelled() -> Finding:
    return failed(
        "the login was cancelled at X",
        "X sent the browser back with `denied`: the person pressed Cancel.",
        Advice("if that was not meant", command="twitter-setup verify --login"),
    )


def callback_failed(status: int) -> Finding:
    return failed(
        f"Strapi failed when X sent the person back (HTTP {status})",
        "It exchanges X's verifier for a token there.",
        _ASK_STRAPI,
        _ASK_X,
    )


def refused_after_x(said: str, *, began_here: bool) -> Finding:
    if "missing session" in said.lower() or "token mismatch" in said.lower():
        return lost_session(said if began_here else "")
    if "could not authenticate you" in said.lower():  # X's words for its code 32
        return failed(
            "X does not know the key and secret any more that Strapi has",
            f"It gave the person a token, and refused Strapi's next request: {said}\n"
            "Regenerated keys make the old ones void, in the middle of a login too.",
            Advice("see", command="twitter-setup verify x-keys"),
            Advice("give Strapi the new pair", command="twitter-setup configure"),
        )
    if no_way_to_x.is_said_by(said):
        return no_way_to_x.finding(said)
    return failed(
        f"Strapi ended the login with an error{f': “{said}”' if said else ''}",
        "The person came back from X, and Strapi could not go on.",
        _ASK_STRAPI,
        _ASK_X,
    )


def lost_session(said: str = "") -> Finding:
    """`said` by Strapi of a login that began here; else it began at another host."""
    why = f"Strapi says “{said}”" if said else "the login did not begin at this address"
    return failed(
        f"Strapi lost the session: {why}",
        "The state of a login is a cookie of one host: beginning and return must be the same.",
        _ONE_ADDRESS,
        _AGAIN,
    )


def no_such_page(path: str, status: int) -> Finding:
    return failed(
        f"the redirect page is not there (HTTP {status})",
        f"Strapi sends the browser to {path}, and the front end has no such page.",
        Advice("see", command="twitter-setup verify redirect-page"),
    )


def page_failed(path: str, status: int) -> Finding:
    return failed(
        f"the redirect page could not end the login (HTTP {status})",
        f"Strapi sends the browser to {path}, and what answers there fails: a page that runs on the "
        "server asks Strapi by itself, and may hand on its refusal.",
        Advice("look at the page, and at what the front end says in its own terminal"),
        Advice("see whether it runs", command="twitter-setup verify redirect-page"),
    )


def ended_elsewhere(redirect_path: str) -> Finding:
    return failed(
        "Strapi sent the browser on to another address, and nothing came of it",
        f"Expected  GET {redirect_path}, at this address\nFound     nothing within {PATIENCE:g} s\n"
        "It goes to the redirect URL that is written in Strapi.",
        Advice("write the one of this address", command="twitter-setup configure"),
    )


def never_asked(exchange: str) -> Finding:
    return failed(
        "the front end never asked Strapi for the user",
        f"Expected  GET {exchange}, from the page at which the login ends\n"
        f"Found     nothing within {PATIENCE:g} s\nOnly that call makes the user, and gives the JWT.",
        Advice("what that page has to do", url="docs/checks.md#redirect-page"),
        Advice(
            "look at the page's own console, and at", command="twitter-setup verify redirect-page"
        ),
        Advice(
            "a page that asks on its server, at Strapi's own address, is not seen here: there the app "
            "itself tells whether it has a user"
        ),
    )


def wrong_button(connect: str, path: str, status: int) -> Finding:
    return failed(
        f"the login button leads to {path}, not to {connect}",
        f"Expected  GET {connect}\nFound     GET {path} (HTTP {status})\n"
        "Strapi begins a login at the first address only.",
        Advice(f"let the button lead to {connect}"),
        Advice("find its line", command="twitter-setup verify frontend-url"),
    )


def asked_elsewhere(exchange: str, path: str, status: int) -> Finding:
    return failed(
        f"the page calls {path}, not {exchange}",
        f"Expected  GET {exchange}\nFound     GET {path} (HTTP {status})\n"
        "Only the first call makes the user, and gives the JWT.",
        Advice(f"let the page call {exchange}"),
        Advice("find its line", command="twitter-setup verify redirect-page"),
    )


def not_exchanged(path: str, status: int, generation: Generation | None) -> Finding:
    if status == 403:
        return failed(
            "Strapi does not let the public finish a login (HTTP 403)",
            "The Public role has lost its permission `auth.callback`, which it has in a new project.",
            Advice(
                "Settings → Users & Permissions → Roles → Public → Users-permissions → Auth: callback on"
            ),
        )
    if status != 400:
        return failed(
            f"Strapi failed at the last step (HTTP {status})",
            f"GET {path} asks X who the person is, and makes the user.",
            _ASK_STRAPI,
            Advice(
                "“Cannot send secure cookie”: with jwtManagement: 'refresh' the answer sets a cookie for "
                "https only; see",
                command="twitter-setup verify layout proxy",
            ),
            Advice(
                "“fetch failed”, ETIMEDOUT or ENOTFOUND: Strapi cannot reach X from its machine"
            ),
        )
    return failed(
        "Strapi refused to make the user (HTTP 400)",
        "Why, it says in its answer alone: look at the page, or at this request in the browser's "
        "developer tools (Network). By its words, the cause is:",
        *_causes(generation),
        explained("login"),
    )


def _causes(generation: Generation | None) -> list[Advice]:
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
        Advice("“Register action is actually not available.”: sign-ups are off in the same place"),
        Advice(
            "“Could not authenticate you.” or “Bad Authentication data.”: the pair is not X's any "
            "more, or the page did not pass the whole query on",
            command="twitter-setup verify x-keys redirect-page",
        ),
    ]
    if generation in {"session", None}:
        causes.insert(
            0,
            Advice(
                "“OAuth authentication requires a completed provider session”: the cookie did not "
                "come along; front end and Strapi need one address",
                command="twitter-setup verify layout one-host redirect-page",
            ),
        )
    if generation != "session":
        causes.append(Advice("“No access_token.”: the page dropped the query that Strapi sent it"))
    return causes


def nobody_came(seconds: float, url: str, *, has_begun: bool) -> Finding:
    """The time is over, and no login has ended."""
    return unknown(
        f"no login ended within {seconds:g} s",
        "One began, and did not come back from X: the person may still be there, or Strapi led the "
        "browser to the front end with an error, which that page shows."
        if has_begun
        else "Nothing says that it does not work: nobody began one.",
        Advice("run it again, and log in at", command="twitter-setup verify --login", url=url),
    )


def tunnel_ended() -> Finding:
    return unknown(
        "the tunnel ended before the login did",
        "Nothing leads to Strapi any more, so nothing can be said of the login.",
        Advice("open it again", command="twitter-setup tunnel"),
    )
