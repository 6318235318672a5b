"""What somebody means who answers the news that their appointment has changed, in their own words."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.core.asides import looks_asked
from bot.core.lexicon_patterns import source
from bot.core.text import words

LONGEST = 8
"""Longer messages say more than one of three choices; the assistant reads them as any other."""
CHOICES = ("other", "give_up", "keep")
NO = "no"


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(source("plan_replies", name))) for name in CHOICES)


@lru_cache(maxsize=1)
def _alone() -> re.Pattern[str]:
    return re.compile(source("plan_replies", "alone"))


def meant(text: str) -> str | None:
    """ "keep", "other", "give_up", "no" (which leaves open what instead), or None where it is none of them."""
    said = words(text)
    if not said or len(said) > LONGEST or looks_asked(text):
        return None
    joined = " ".join(said)
    if _alone().fullmatch(joined):
        return NO
    return next((name for name, pattern in _patterns() if pattern.search(joined)), None)
