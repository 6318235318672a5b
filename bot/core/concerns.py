"""Messages that go to a person of the staff by their words alone: danger, distress, money and law, somebody under age.

No model is asked: these words count in a form and while the assistant is down. The phrases are content, in
``lexicon/concerns.yml``; what only sounds like them stands there too, under ``never``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bot.core.handoff_rules import Reason
from bot.core.lexicons import BrokenLexicon, load
from bot.core.locales import Variety
from bot.core.text import share_of_arabic, words

ORDER = (Reason.DISTRESS, Reason.VIOLENCE, Reason.ACCIDENT, Reason.MINOR, Reason.MONEY)
"""Where a message holds several, the first of these counts."""
LONGEST_GAP = 3
MINOR_AGES = range(8, 18)
_GAP = "_"


@dataclass(frozen=True, kw_only=True)
class _Place:
    """What one word of a phrase may be."""

    words: frozenset[str]
    beginnings: tuple[str, ...]

    def fits(self, word: str) -> bool:
        bare = word[1:] if word[0] in "وف" and len(word) > 3 else word
        return bool({word, bare} & self.words) or word.startswith(self.beginnings)


_Phrase = tuple[_Place | None, ...]
"""The places of a phrase; None stands for a gap."""


def concern_of(text: str) -> Reason | None:
    """Why ``text`` has to go to a person at once, if it has to."""
    said = _without(words(text), _phrases("never"))
    for reason in ORDER:
        if _says(said, reason):
            return reason
    return None


def _says(said: Sequence[str], reason: Reason) -> bool:
    if reason is Reason.MINOR and _says_age(said):
        return True
    return any(_matches(said, phrase) for phrase in _phrases(reason.value))


def _without(said: Sequence[str], phrases: Sequence[_Phrase]) -> tuple[str, ...]:
    """The words without those of the phrases; a mark that fits nothing takes their place."""
    kept = list(said)
    for phrase in phrases:
        for start, end in list(_spans(kept, phrase)):
            kept[start:end] = ["-"] * (end - start)
    return tuple(kept)


def _matches(said: Sequence[str], phrase: _Phrase) -> bool:
    return next(_spans(said, phrase), None) is not None


def _spans(said: Sequence[str], phrase: _Phrase) -> Iterator[tuple[int, int]]:
    for start in range(len(said)):
        end = _end(said, start, phrase)
        if end is not None:
            yield start, end


def _end(said: Sequence[str], at: int, phrase: _Phrase) -> int | None:
    """Where the phrase ends if it begins at ``at``."""
    if not phrase:
        return at
    place, rest = phrase[0], phrase[1:]
    if place is None:
        ends = (_end(said, at + gap, rest) for gap in range(LONGEST_GAP + 1) if at + gap <= len(said))
        return next((end for end in ends if end is not None), None)
    if at < len(said) and place.fits(said[at]):
        return _end(said, at + 1, rest)
    return None


def _says_age(said: Sequence[str]) -> bool:
    known = load("concerns")["minor"]
    befores, units, not_after = (_lists(known, name) for name in ("before", "units", "not_after"))
    for at, word in enumerate(said):
        if not (word.isdecimal() and len(word) <= 2 and int(word) in MINOR_AGES):
            continue
        unit, after = (*said[at + 1 : at + 3], "", "")[:2]
        if (unit,) not in units or (after,) in not_after:
            continue
        if any(tuple(said[max(0, at - len(before)) : at]) == before for before in befores):
            return True
    return False


def _lists(known: Any, name: str) -> frozenset[tuple[str, ...]]:
    return frozenset(words(str(entry)) for entry in known[name])


@lru_cache(maxsize=16)
def _phrases(name: str) -> tuple[_Phrase, ...]:
    listed = load("concerns").get(name)
    if isinstance(listed, dict):
        listed = listed.get("words")
    if not isinstance(listed, list):
        raise BrokenLexicon(f"concerns.yml: '{name}' has to be a list of phrases")
    return tuple(_phrase(str(entry)) for entry in listed)


def _phrase(entry: str) -> _Phrase:
    return tuple(None if _GAP in part.split("|") else _place(part) for part in entry.split())


def _place(part: str) -> _Place:
    choices = part.split("|")
    whole = frozenset(word for choice in choices if not choice.endswith("*") for word in words(choice))
    beginnings = tuple("".join(words(choice)) for choice in choices if choice.endswith("*"))
    return _Place(words=whole, beginnings=beginnings)


def variety_of(text: str) -> Variety:
    """The variety of somebody of whom nothing is known yet: by script, and by a few words that only one of two has."""
    said = set(words(text))
    known = load("concerns")["varieties"]
    if share_of_arabic(text) >= 0.5:
        return Variety.ARABIC if said & set(words(known["ar"])) else Variety.DARIJA_ARABIC
    return Variety.FRENCH if said & set(words(known["fr"])) else Variety.DARIJA_LATIN
