"""Short messages that say one thing and nothing else: a word of a list, among fillers."""

from __future__ import annotations

from functools import lru_cache

from bot.core.lexicons import load, strings
from bot.core.text import words

LONGEST = 6


def says_only(text: str, *, lexicon: str, what: str) -> bool:
    """Whether ``text`` holds a word of the list ``what`` of ``lexicon/<lexicon>.yml``, and nothing but these and its ``fillers``."""
    said = words(text)
    meant = listed(lexicon, what)
    return (
        0 < len(said) <= LONGEST
        and not meant.isdisjoint(said)
        and (meant | listed(lexicon, "fillers")).issuperset(said)
    )


@lru_cache
def listed(lexicon: str, name: str) -> frozenset[str]:
    """The folded words of a list in ``lexicon/<lexicon>.yml``. Raises BrokenLexicon."""
    entries = strings(load(lexicon).get(name), f"{lexicon}.yml: {name}")
    return frozenset(word for entry in entries for word in words(entry))
