"""Days that no calendar has: "31 février", "45/12"."""

from __future__ import annotations

import re
from itertools import pairwise

from bot.core.date_words import lookup
from bot.core.text import fold, words

_LONGEST = {1: 31, 2: 29, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}
_NUMBERS = re.compile(r"(?<![\d/])(\d{1,2})\s*/\s*(\d{1,2})(?![\d])")
_BETWEEN = frozenset(
    {"de", "d", "f", "fi", "mn", "men", "dyal", "من", "ف", "في", "ديال", "د", "شهر", "chher", "mois"}
)


def no_such_day(text: str) -> bool:
    """Whether ``text`` names a day that its month does not have."""
    for first, second in _NUMBERS.findall(fold(text)):
        if not (_exists(int(first), int(second)) or _exists(int(second), int(first))):
            return True
    said = [word for word in words(text) if word not in _BETWEEN]
    for number, name in pairwise(said):
        month = _month(name)
        if number.isdecimal() and len(number) <= 2 and month is not None and not _exists(int(number), month):
            return True
    return False


def _exists(day: int, month: int) -> bool:
    return month in _LONGEST and 1 <= day <= _LONGEST[month]


def _month(word: str) -> int | None:
    found = lookup(word)
    return int(str(found[1])) if found is not None and found[0] in "Mm" else None
