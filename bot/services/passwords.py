"""Passwords of the staff: kept as argon2 hashes, and none that is easy to guess."""

from __future__ import annotations

from pwdlib import PasswordHash

from bot.core import password_rules
from bot.core.errors import InvalidInput
from bot.core.password_rules import MIN_LENGTH, Weakness

_hasher = PasswordHash.recommended()
_REASONS = {
    Weakness.SHORT: f"a password has at least {MIN_LENGTH} characters",
    Weakness.LONG: "this password is too long",
    Weakness.COMMON: "this password is too easy to guess",
    Weakness.PERSONAL: "a password is not one's own name",
}


class PasswordRefused(InvalidInput):
    """The password is too easy to guess; ``weakness`` says why."""

    def __init__(self, weakness: Weakness) -> None:
        super().__init__(_REASONS[weakness])
        self.weakness = weakness


def hashed(password: str, *, about: tuple[str, ...]) -> str:
    """What is kept of a new password. ``about`` are its owner's names. Raises PasswordRefused."""
    found = password_rules.weakness(password, about=about)
    if found is not None:
        raise PasswordRefused(found)
    return _hasher.hash(password)


def fits(password: str, kept: str | None) -> bool:
    """Whether this is the password; takes as long where there is none to compare with."""
    if kept is None:
        _hasher.hash(password)
        return False
    return _hasher.verify(password, kept)
