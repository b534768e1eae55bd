"""The authorities that are trusted, loaded once: that takes longer than an answer from this machine."""

from __future__ import annotations

import os
import ssl
from functools import cache

import httpx


def trusted() -> ssl.SSLContext:
    """`SSL_CERT_FILE` and `SSL_CERT_DIR` are honoured. Raises `OSError` for a file that is none."""
    return _trusted(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@cache
def _trusted(file: str | None, folder: str | None) -> ssl.SSLContext:
    del file, folder  # httpx reads them itself
    return httpx.create_ssl_context()
