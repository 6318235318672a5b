"""What people say beside what they ask: that writing is hard for them, or that a question is about where."""

from __future__ import annotations

from bot.core.lexicon_patterns import pattern
from bot.core.text import words

LONGEST = 8
"""Words: who writes more can write."""


def cannot_write(text: str) -> bool:
    """Whether the message says that its author can hardly write or read: "ma kan3rfch nkteb"."""
    said = words(text)
    return 0 < len(said) <= LONGEST and pattern("asides", "cannot_write").search(" ".join(said)) is not None


def asks_where(text: str) -> bool:
    """Whether the message asks for a place: "fin katkoun l9afila", not "la date de fin"."""
    return pattern("asides", "where").search(" ".join(words(text))) is not None
