"""The words by which somebody who waits for a coach goes on with the assistant meanwhile."""

from __future__ import annotations

from bot.core.short_phrases import says_only


def goes_on(text: str) -> bool:
    """Whether ``text`` is no more than a word for the menu, the way back or the assistant."""
    return says_only(text, lexicon="waiting", what="back")
