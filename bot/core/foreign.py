"""Messages in a language that the assistant does not speak: English, Spanish, Amazigh. Only asked once nothing was understood."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.core.lexicons import load, strings
from bot.core.text import words

_TIFINAGH = re.compile(r"[\u2d30-\u2d7f]")
_FEWEST = 2
"""So many telling words, at least: one may be a borrowed word, or a name."""
_SHARE = 0.4
"""And this part of all words."""


@lru_cache(maxsize=4)
def _telling(language: str) -> frozenset[str]:
    return frozenset(
        word
        for line in strings(load("foreign").get(language), f"foreign.yml: {language}")
        for word in line.split()
    )


def language_of(text: str) -> str | None:
    """``english``, ``spanish`` or ``amazigh``, or None where ``text`` is none of these as far as can be told."""
    if _TIFINAGH.search(text):
        return "amazigh"
    said = words(text)
    counts = {
        language: sum(word in _telling(language) for word in said)
        for language in ("english", "spanish", "amazigh")
    }
    best = max(counts, key=lambda language: counts[language])
    enough = counts[best] >= _FEWEST or (counts[best] == len(said) == 1)
    return best if enough and counts[best] >= _SHARE * len(said) else None
