"""What people say beside what they ask: that writing is hard for them, that a question is about where, or abuse."""

from __future__ import annotations

from bot.core.lexicon_patterns import says
from bot.core.text import words

LONGEST = 8
"""Words: who writes more can write."""
MOST_OF_ABUSE = 5
"""Words: a longer message also says something."""


def cannot_write(text: str) -> bool:
    """Whether the message says that its author can hardly write or read: "ma kan3rfch nkteb"."""
    return len(words(text)) <= LONGEST and says(text, "asides", "cannot_write")


def asks_where(text: str) -> bool:
    """Whether the message asks for a place: "fin katkoun l9afila", not "la date de fin"."""
    return says(text, "asides", "where")


def is_abuse(text: str) -> bool:
    """Whether the message is an insult and hardly anything else."""
    return len(words(text)) <= MOST_OF_ABUSE and says(text, "asides", "insult")


def looks_asked(text: str) -> bool:
    """Whether the message has a question mark."""
    return "?" in text or "؟" in text
