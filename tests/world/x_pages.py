"""The pages of the stand-in for X: who are you, and may this app know. They load nothing."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

_STYLE = """
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  body { margin: 0 }
  .note { background: #b45309; color: #fff; margin: 0; padding: .6rem 1rem; text-align: center }
  main { max-width: 27rem; margin: 2.5rem auto; padding: 0 1rem }
  fieldset { border: 0; margin: 1.5rem 0; padding: 0 }
  legend { margin-bottom: .5rem; font-weight: 600 }
  label { display: block; border: 1px solid #8888; border-radius: .8rem;
    margin: .5rem 0; padding: .6rem 1rem }
  small { display: block; opacity: .75; margin-left: 1.6rem }
  button { border: 0; border-radius: 2rem; font: inherit; font-weight: 600; padding: .6rem 1.4rem }
  button[value=authorize] { background: #1d9bf0; color: #fff; margin-right: .6rem }
"""
_NOTE = "This is a stand-in for X, on your own machine. Its users are made up; x.com knows nothing of it."


@dataclass(frozen=True)
class User:
    """Somebody with an account at X."""

    id: str
    screen_name: str
    name: str
    email: str | None = None  # an e-mail that X has not verified counts as none
    about: str = ""


USERS = (
    User("1001", "mira_brews", "Mira Okafor", "mira@example.com", "has an e-mail address"),
    User("1002", "sami_reads", "Sami Lindqvist", "sami@example.com", "has an e-mail address, too"),
    User("1003", "jo_by_phone", "Jo Tanaka", None, "signed up by phone: no e-mail address"),
    User("1004", "lena_later", "Lena Haddad", None, "has never confirmed her e-mail address"),
)


def consent(app: str, token: str, users: tuple[User, ...], *, asks_email: bool) -> str:
    """What a person sees who comes from an app's login."""
    choices = "".join(
        f'<label><input type="radio" name="user" value="{user.screen_name}"'
        f"{' checked' if user is users[0] else ''}> {escape(user.name)} @{user.screen_name}"
        f"<small>{escape(user.about)}</small></label>"
        for user in users
    )
    sees = "your name, posts and followers" + (", and your e-mail address" if asks_email else "")
    return _page(
        f"Authorize {app}",
        f"<h1>Authorize {escape(app)} to access your account?</h1>"
        f'<form method="post"><input type="hidden" name="oauth_token" value="{escape(token)}">'
        f"<fieldset><legend>Who are you today?</legend>{choices}</fieldset>"
        f"<p>This app will see {sees}.</p>"
        '<button name="answer" value="authorize">Authorize app</button>'
        '<button name="answer" value="cancel">Cancel</button></form>',
    )


def pin(app: str, number: str) -> str:
    return _page("PIN", f"<h1>Enter this PIN in {escape(app)}</h1><p><code>{number}</code></p>")


def cancelled(app: str) -> str:
    return _page("Cancelled", f"<h1>You have not signed in to {escape(app)}</h1>")


def invalid_token() -> str:
    return _page(
        "Whoa there!",
        "<h1>Whoa there!</h1><p>The request token for this page is invalid. It may have already been "
        "used, or expired because it is too old. Please go back to the site or application that sent "
        "you here and try again; it was probably just a mistake.</p>",
    )


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="data:,">'
        f"<title>{escape(title)} · stand-in for X</title><style>{_STYLE}</style></head>"
        f'<body><p class="note">{_NOTE}</p><main>{body}</main></body></html>'
    )
