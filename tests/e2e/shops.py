"""A whole shop that runs: a real Strapi, its front end, and the stand-in for X that they know."""

from __future__ import annotations

from dataclasses import dataclass

from tests.e2e.frontends import REDIRECT_PATH, FrontEndServer
from tests.e2e.groups import Group
from tests.e2e.projects import Project
from tests.world.x import X
from tests.world.x_settings import Settings

# What a login asks of X: the consent page is asked for, and answered.
STEPS = ["request_token", "authenticate", "authenticate", "access_token", "verify_credentials"]


@dataclass(frozen=True)
class Shop:
    """A Strapi and a front end that run, and the X they know."""

    project: Project
    strapi: Group
    front: FrontEndServer
    x: X

    @property
    def backend_url(self) -> str:
        return f"http://localhost:{self.project.port}"

    @property
    def login_url(self) -> str:
        return f"{self.backend_url}/api/connect/twitter"

    @property
    def public_url(self) -> str:
        return str(self.project.redirect_uri()).removesuffix("/api/connect/twitter/callback")

    def at_x(self) -> list[str]:
        return [step for step, _ in self.x.steps()]


def as_set_up(shop: Shop) -> Shop:
    """Both sides as they should be, whatever the test before has done to them."""
    shop.x.settings = settings = Settings(callbacks=[str(shop.project.redirect_uri())])
    shop.x.requests.clear()
    back = shop.front.url + REDIRECT_PATH
    shop.project.set_twitter(key=settings.key, secret=settings.secret, callback=back)
    return shop
