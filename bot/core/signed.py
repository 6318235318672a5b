"""Links that nobody can guess: an id with a signature of this installation."""

from __future__ import annotations

import base64
import hashlib
import hmac

_BYTES = 16


def signed(secret: str, purpose: str, number: int) -> str:
    """``number`` with its signature, fit for a URL. ``purpose`` keeps signatures of different things apart."""
    return f"{number}-{_signature(secret, purpose, number)}"


def number_of(secret: str, purpose: str, token: str) -> int | None:
    """The number in a token that :func:`signed` made with the same secret and purpose, else None."""
    number, _, given = token.partition("-")
    if not number.isascii() or not number.isdigit() or len(number) > 18:
        return None
    expected = _signature(secret, purpose, int(number))
    return int(number) if hmac.compare_digest(given.encode(), expected.encode()) else None


def _signature(secret: str, purpose: str, number: int) -> str:
    digest = hmac.new(secret.encode(), f"{purpose}:{number}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:_BYTES]).decode().rstrip("=")
