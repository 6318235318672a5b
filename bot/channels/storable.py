"""Payloads as a database can hold them."""

from __future__ import annotations

import re
from typing import Any

# PostgreSQL stores neither, and a phone can send both: a message must not be lost, or retried for ever,
# over one character.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(value: Any) -> Any:
    """A copy of a JSON-like ``value`` without NUL characters and lone surrogates in its texts and keys."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("", value)
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [storable(item) for item in value]
    return value
