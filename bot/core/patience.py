"""Somebody asks the assistant to wait a moment ("sbr chwiya", "attends", "صبر شوية"), or has only begun to say something."""

from __future__ import annotations

from bot.core.asides import looks_asked
from bot.core.short_phrases import listed, says_only
from bot.core.text import words


def asks_to_wait(text: str) -> bool:
    """Whether ``text`` is no more than the wish for a moment; "Sabri" alone is a name."""
    said = words(text)
    is_name = len(said) == 1 and said[0] in listed("patience", "not_alone")
    return not is_name and says_only(text, lexicon="patience", what="wait")


def has_only_begun(text: str) -> bool:
    """Whether ``text`` is the beginning of something that follows in the next message: "khouya bghit n3ref"."""
    return not looks_asked(text) and says_only(text, lexicon="patience", what="opening")
