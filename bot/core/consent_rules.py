"""What people agree to be written for, and the words by which they end it or want it again. No model is asked: these words are
understood in a form, with a coach, and while the assistant is down.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache

from bot.core.lexicons import BrokenLexicon, load, strings
from bot.core.text import words

LONGEST = 9
"""Words; a longer message says more than this and is for the assistant to understand."""


class Purpose(str, Enum):
    """What somebody is written for."""

    SERVICE = "service"
    REMINDERS = "reminders"
    ANNOUNCEMENTS = "announcements"


BY_DEFAULT = {Purpose.SERVICE: True, Purpose.REMINDERS: True, Purpose.ANNOUNCEMENTS: False}
"""What holds where the ledger says nothing: who writes is answered, who booked is reminded, news are only for those who asked."""

ENDED_BY_STOP = (Purpose.REMINDERS, Purpose.ANNOUNCEMENTS)


class Source(str, Enum):
    """By whom consent was given or withdrawn."""

    PERSON = "person"
    STAFF = "staff"
    PROVIDER = "provider"


class WishKind(str, Enum):
    """No messages any more, or messages again."""

    STOP = "stop"
    RESUME = "resume"


@dataclass(frozen=True)
class Wish:
    """What the words ask for, and the variety that they belong to (BCP 47 tag; None where they belong to all).

    ``vague`` words ("ma b9itch baghi") may be about whatever is being talked of.
    """

    kind: WishKind
    variety: str | None
    vague: bool = field(default=False, compare=False)


VAGUE = "stop_unless_asked"
GROUPS = {"stop": WishKind.STOP, VAGUE: WishKind.STOP, "resume": WishKind.RESUME}
"""What is asked for by the phrases of each group in consent.yml."""


def wish_of(text: str) -> Wish | None:
    """What ``text`` asks for, if it is one of the phrases and nothing else but fillers; a command ("/start") is none."""
    said = () if text.lstrip().startswith("/") else words(text)
    if not said or len(said) > LONGEST:
        return None
    phrases = _phrases()
    return phrases.get(said) or phrases.get(tuple(word for word in said if word not in _fillers()))


@lru_cache(maxsize=1)
def _phrases() -> dict[tuple[str, ...], Wish]:
    found: dict[tuple[str, ...], Wish] = {}
    for group, kind in GROUPS.items():
        by_variety = load("consent").get(group)
        if not isinstance(by_variety, dict):
            raise BrokenLexicon(f"consent.yml: '{group}' has to be a mapping of varieties")
        for variety, listed in by_variety.items():
            wish = Wish(kind, None if variety == "any" else variety, vague=group == VAGUE)
            for phrase in strings(listed, f"consent.yml: {group}, {variety}"):
                found.setdefault(words(phrase), wish)
    return found


@lru_cache(maxsize=1)
def _fillers() -> frozenset[str]:
    return frozenset(
        word
        for filler in strings(load("consent").get("fillers"), "consent.yml: fillers")
        for word in words(filler)
    )
