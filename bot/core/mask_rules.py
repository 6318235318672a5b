"""Hiding personal data in a message that is kept to learn from: names as far as they are known, numbers, addresses, codes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.core.booking_rules import CODE_ALPHABET, CODE_LENGTH, person_key
from bot.core.own_names import introduced_name
from bot.core.text import share_of_arabic

PHONE, MAIL, IDENTITY, CODE = "0600000000", "x@exemple.ma", "AB000000", "XXXXX"
"""What stands for a hidden value: it looks like one, so that a sentence can still be learned from."""
SOMEBODY = {"arabic": "فلان", "latin": "flan"}
LONGEST = 500
_SHORTEST_NAME = 3
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
# Six digits and more of any script, with blanks, dots or dashes between them; fewer are hours, days or amounts.
_DIGITS = re.compile(r"(?<!\w)\+?\d(?:[\s.\-]?\d){5,}(?!\w)")
_IDENTITY = re.compile(r"(?<!\w)[A-Za-z]{1,2}\s?\d{4,7}(?!\w)")
_CODE = re.compile(rf"(?<!\w)(?:I-)?(?=[A-Z]*\d)[{CODE_ALPHABET}]{{{CODE_LENGTH}}}(?!\w)")
_WORD = re.compile(r"[^\W\d_]+")


def masked(text: str, names: Iterable[str] = ()) -> str:
    """``text`` on one line without personal data; ``names`` are those known of the person and of whom they booked for."""
    line = " ".join(text.split())[:LONGEST]
    line = _LINK.sub("", _MAIL.sub(MAIL, line))
    line = _DIGITS.sub(PHONE, _CODE.sub(CODE, _IDENTITY.sub(IDENTITY, line)))
    known = _name_words([*names, introduced_name(text) or ""])
    return _WORD.sub(
        lambda word: _stand_in(word.group()) if person_key(word.group()) in known else word.group(), line
    ).strip()


def _name_words(names: Iterable[str]) -> frozenset[str]:
    words = (word for name in names for word in _WORD.findall(name) if len(word) >= _SHORTEST_NAME)
    return frozenset(person_key(word) for word in words)


def _stand_in(word: str) -> str:
    return SOMEBODY["arabic" if share_of_arabic(word) >= 0.5 else "latin"]
