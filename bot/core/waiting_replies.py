"""The words by which somebody who waits for a coach goes on with the assistant meanwhile."""

from __future__ import annotations

from functools import lru_cache

from bot.core.lexicons import load, strings
from bot.core.text import words

LONGEST = 6


def goes_on(text: str) -> bool:
    """Whether ``text`` is no more than a word for the menu, the way back or the assistant."""
    said = words(text)
    return (
        0 < len(said) <= LONGEST
        and not _listed("back").isdisjoint(said)
        and (_listed("back") | _listed("fillers")).issuperset(said)
    )


@lru_cache
def _listed(name: str) -> frozenset[str]:
    listed = strings(load("waiting").get(name), f"waiting.yml: {name}")
    return frozenset(word for text in listed for word in words(text))
