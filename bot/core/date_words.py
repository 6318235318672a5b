"""The words of dates and times: which symbol of the grammar a word is, by ``lexicon/dates.yml``."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.core.lexicons import BrokenLexicon, load

_LETTERS = {
    "relative": "R", "weekday": "W", "maybe_weekday": "w", "maybe_sunday": "s", "short_weekday": "e",
    "month": "M", "maybe_month": "m", "number": "n", "ordinal": "o", "hour_name": "O", "after": "B",
    "within": "I", "ago": "G", "before": "J", "next": "X", "coming": "c", "last": "V", "this": "T",
    "which": "q", "to_or_which": "z", "day_marker": "D", "days": "d", "week": "k", "weekend": "K",
    "month_unit": "h", "year_unit": "E", "part": "P", "tonight": "L", "noon": "A", "prayer": "p",
    "at": "a", "hour_word": "H", "minute_unit": "j", "fraction": "Q", "less": "-", "of": "f",
    "between": "b", "to": "t", "of_or_from": "F", "at_or_to": "u", "in": "i", "and": "&", "le": "l",
    "les": "y", "or": "r", "each": "v", "border": "S", "duration": "U", "greeting": "g", "now": "x",
    "appointment": "@",
}  # fmt: skip
_DOUBLED = re.compile(r"([a-z])\1")
_FRENCH = (
    ("weekday", 2, "mercredi"), ("weekday", 4, "vendredi"), ("weekday", 5, "samedi"),
    ("weekday", 6, "dimanche"),
    ("month", 1, "janvier"), ("month", 2, "fevrier"), ("month", 7, "juillet"), ("month", 9, "septembre"),
    ("month", 10, "octobre"), ("month", 11, "novembre"), ("month", 12, "decembre"), ("next", 0, "prochain"),
    ("next", 0, "prochaine"),
)  # fmt: skip
"""French words long enough that one typing error in them is forgiven."""


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, object, re.Pattern[str]], ...]:
    found: list[tuple[str, object, re.Pattern[str]]] = []
    for symbol, values in load("dates").items():
        if symbol not in _LETTERS or not isinstance(values, dict):
            raise BrokenLexicon(f"dates.yml: unknown symbol '{symbol}'")
        letter = _LETTERS[symbol]
        found.extend((letter, value, re.compile(f"(?:{spellings})$")) for value, spellings in values.items())
    return tuple(found)


@lru_cache(maxsize=32768)
def lookup(word: str) -> tuple[str, object] | None:
    """The letter and value of a folded word, or ``None`` where it is no word of dates."""
    single = _DOUBLED.sub(r"\1", word)
    for letter, value, pattern in _patterns():
        if pattern.match(word) or (single != word and pattern.match(single)):
            return letter, value
    if word.startswith("ال") and (known := lookup(word[2:])) is not None and known[0] in "nw":
        return known
    if len(word) >= 5 and word.isascii():
        for symbol, value, french in _FRENCH:
            if abs(len(word) - len(french)) <= 1 and _one_typo(single, french):
                return _LETTERS[symbol], value
    return None


def _one_typo(one: str, other: str) -> bool:
    """Whether two words differ by one letter added, lost or changed, or two swapped; not in the first."""
    if one[0] != other[0]:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, kept = one[start:], other[start:]
    swapped = rest[:2] == kept[1:2] + kept[:1] and rest[2:] == kept[2:]
    return rest[1:] == kept or rest == kept[1:] or rest[1:] == kept[1:] or swapped
