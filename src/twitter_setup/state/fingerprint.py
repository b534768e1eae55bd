"""Fingerprints of JSON values: they tell later whether a value is the same, without keeping it."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any


def fingerprint(value: Any, key: bytes) -> str:
    """Tell later whether a value is still this one, without keeping it; only for who has `key`."""
    return hmac.new(key, canonical(value).encode(), hashlib.sha256).hexdigest()


def canonical(value: Any) -> str:
    """One text for one JSON value: `True` and `1`, which Python takes for equal, are two."""
    return json.dumps(value, sort_keys=True)
