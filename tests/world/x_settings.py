"""What can be set at the stand-in for X: the app, and what goes wrong."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Settings:
    """The app as its owner has set it up at X, and how X feels today. Change them at any time."""

    app_name: str = "Corner Café"
    key: str = "madeUpConsumerKey12345678"
    secret: str = "madeUpConsumerSecretOfTheTests12345678901234567890"
    callbacks: list[str] = field(default_factory=list)
    request_email: bool = True  # "Request email from users"
    # What goes wrong: a step (`request_token`, `authenticate`, `access_token`, `verify_credentials`,
    # or `*`) and one of `x_answers.KINDS`.
    faults: dict[str, str] = field(default_factory=dict)
    shape: str = (
        ""  # of the errors 415 and 417: `json`, `xml`, `hash`; else as the client accepts it
    )
    confirms_callback: bool = True
    clock_offset: float = 0.0  # X's clock minus this machine's, in seconds
    after: float = 0.0  # seconds until it answers
    remembers: bool = False  # `authenticate` lets a user pass who has authorized this app before
