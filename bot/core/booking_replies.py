"""What people say around an appointment in their own words: another day or place, two people, the code, the calendar, the map."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.core.asides import looks_asked
from bot.core.booking_rules import name_problem
from bot.core.lexicon_patterns import on_one_line, source
from bot.core.lexicons import BrokenLexicon, load, strings
from bot.core.text import words

LONGEST_REQUEST = 8
"""Longer messages ask for more than one thing; the assistant reads them as any other."""
SHORTEST_CHANGE = 3
"""Words: a longer answer to the question what is wrong says more than its kind."""
_WAW = "و"
_BUSY = "busy_day"
_ASKS = frozenset({"wach", "wash", "واش", "هل", "est"})
"""Words with which a question begins; "est-ce que" is three of them."""


def wish(text: str) -> str | None:
    """ "later_day", "other_day" or "other_stop" where the message wants another day or stop than what was offered, else None."""
    said = words(text)
    found = _first("wishes", " ".join(said))
    if found != _BUSY:
        return found
    return None if looks_asked(text) or said[0] in _ASKS else "other_day"


def change(text: str) -> str | None:
    """ "time", "stop", "place" or "name" where the message is no more than a word for it: what of an appointment is wrong."""
    said = words(text)
    return _first("changes", " ".join(said)) if 0 < len(said) <= SHORTEST_CHANGE else None


def request(text: str) -> str | None:
    """ "mine" (the appointment itself), "code", "ics" (the calendar) or "pin" (the map) where the message asks for it and nothing else."""
    said = words(text)
    return _first("requests", " ".join(said)) if 0 < len(said) <= LONGEST_REQUEST else None


def wants_another_name(text: str) -> bool:
    """Whether the message says that a name is wrong: "smiya ghalta", "corriger le nom", "smiti machi Sara, smiti Salma"."""
    return _pattern("another_name").search(" ".join(words(text))) is not None


def says_yes(text: str) -> bool:
    """Whether the whole message is a yes as it is typed in haste: "wé", which is a weekend elsewhere."""
    return _pattern("haste").search(" ".join(words(text))) is not None


def without_refusal(text: str) -> str:
    """``text`` without the no in front of it: "lla, Zineb Lahmar"."""
    return _pattern("refusal").sub("", text.strip())


def with_another(text: str) -> bool:
    """Whether somebody comes along: "m3a khti", "pour deux personnes"."""
    return _pattern("with_another").search(" ".join(words(text))) is not None


def names_in(typed: str, *, together: bool) -> tuple[str, ...]:
    """The names of the people in a cleaned name: of one, or of several between whom stands "and" or a comma.

    ``together``: two people were spoken of, so that a letter waw may be an "and" that is written with the second name.
    """
    parts = [part for part in _pattern("between_names").split(typed) if part]
    if together and len(parts) == 1:
        parts = _at_waw(parts[0].split())
    if len(parts) > 1 and all(name_problem(part) is None for part in parts):
        return tuple(parts)
    return (typed,)


def _at_waw(said: list[str]) -> list[str]:
    """Two names of which the second has its "and" before it: "سلمى وخديجة"."""
    kept = strings(load("booking_replies")["with_waw"], "booking_replies.yml: with_waw")
    for index, word in enumerate(said):
        if index and word.startswith(_WAW) and len(word) > 3 and words(word)[0] not in kept:
            return [" ".join(said[:index]), " ".join([word[1:], *said[index + 1 :]])]
    return [" ".join(said)]


def _first(group: str, joined: str) -> str | None:
    return next((name for name, pattern in _patterns(group) if pattern.search(joined)), None)


@lru_cache
def _patterns(group: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    found = load("booking_replies").get(group)
    if not isinstance(found, dict):
        raise BrokenLexicon(f"booking_replies.yml: {group} is missing")
    return tuple((name, _compiled(str(text))) for name, text in found.items())


@lru_cache
def _pattern(name: str) -> re.Pattern[str]:
    return _compiled(source("booking_replies", name))


@lru_cache
def relatives() -> str:
    """A regular expression for the words that name somebody close: one group, which other patterns are built with."""
    return source("booking_replies", "relative")


def _compiled(text: str) -> re.Pattern[str]:
    return re.compile(on_one_line(text).replace("<relative>", relatives()), re.IGNORECASE)
