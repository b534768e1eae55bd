"""Makes "Log in with Twitter/X" work in a Strapi app on a development machine."""

__version__ = "0.1.0"
