"""Rules of bookings: what may be booked, how a name and a code look. No I/O; ``now`` is passed in."""

from __future__ import annotations

import re
import secrets
import unicodedata
from datetime import datetime, timedelta
from enum import Enum

BOOKABLE_STOP = frozenset({"planned", "confirmed", "running"})
CALLED_OFF = frozenset({"cancelled", "postponed", "moved"})
"""Statuses of a stop at which nobody was or will be received."""
STANDING = frozenset({"active", "displaced"})
"""Statuses of a booking that its person still has; a displaced one waits for a new place."""
TAKING = frozenset({"active"})
"""Statuses of a booking that take a place."""
CODE_ALPHABET = "ACDEFHJKLMNPRTUVWXY34679"
"""Letters and digits that are not mistaken for one another, read aloud or written by hand."""
CODE_LENGTH = 5
MIN_NOTICE = timedelta(minutes=30)
KEYBOARD_ROWS = (
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "ضصثقفغعهخحجد",
    "شسيبلاتنمكط",
)
SHORTEST_ROW = 4
"""Letters: shorter pieces of a row are found in names."""
_LETTERS = re.compile(r"[^\W\d_]")


class NameProblem(str, Enum):
    """Why something is not taken as a person's name."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NO_LETTERS = "no_letters"
    NO_NAME = "no_name"


def may_be_booked(*, stop_status: str, starts_at: datetime, now: datetime) -> bool:
    """An appointment time is offered while its stop stands and at least half an hour remains."""
    return stop_status in BOOKABLE_STOP and starts_at - now >= MIN_NOTICE


def clean_name(typed: str) -> str:
    """``typed`` without control characters, surplus blanks and outer punctuation."""
    visible = "".join(ch if unicodedata.category(ch)[0] not in "CZ" else " " for ch in typed)
    return " ".join(visible.split()).strip(" .,;:!?؟،-_*\"'«»")


def name_problem(name: str) -> NameProblem | None:
    """What is wrong with a cleaned name, or None. Two letters are the least, 60 characters the most."""
    letters = len(_LETTERS.findall(name))
    if letters == 0:
        return NameProblem.NO_LETTERS
    if letters < 2:
        return NameProblem.TOO_SHORT
    if len(name) > 60 or len(name.split()) > 6 or re.search(r"\d{3,}", name):
        return NameProblem.TOO_LONG
    if _is_nonsense(name):
        return NameProblem.NO_NAME
    return None


def _is_nonsense(name: str) -> bool:
    """One letter again and again, or a row of the keyboard: nobody is called that."""
    letters = "".join(_LETTERS.findall(name.casefold()))
    return len(set(letters)) == 1 or any(
        len(word) >= SHORTEST_ROW and (word in row or word in row[::-1])
        for word in name.casefold().split()
        for row in KEYBOARD_ROWS
    )


def person_key(name: str) -> str:
    """``name`` folded, so that the same person typed twice is recognised among those who share a phone."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(ch for ch in decomposed if not unicodedata.combining(ch)).split())


def new_code() -> str:
    """A random booking code such as "K7MPA"; the caller tries again on the rare collision."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
