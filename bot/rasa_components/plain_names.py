"""Names and numbers put plainly: what the learned part reads in place of values that it cannot have seen.

Which commune, number or day is named changes nothing in what is asked, but each name looks like a new word.
So every place of the province is read as one well-known place, every other place as another one, and so on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.core.entities import extract
from bot.core.text import share_of_arabic
from bot.gazetteer import Gazetteer
from bot.rasa_components.elsewhere import elsewhere

# What stands for a value of each kind, in Latin and in Arabic script.
_PLAIN = {
    "commune": ("tiflet", "تيفلت"),
    "outside_place": ("rabat", "الرباط"),
    "phone_number": ("0612345678", "0612345678"),
}
# The same for values written with digits; those in words are as telling as any other word.
_PLAIN_WITH_DIGITS = {"date": ("12/12", "12/12"), "time": ("10h", "10h")}
# From how many texts on a process of its own for half of them is worth its start.
_MANY = 2000


def read_plainly(texts: Sequence[str], now: datetime, province: str) -> list[str]:
    """Texts written at the aware moment ``now``, with plain names; the communes of the province with the HCP code
    ``province`` are those inside."""
    if len(texts) < _MANY:
        return _read_plainly(texts, now, province)
    middle = len(texts) // 2
    second = elsewhere(_read_plainly, texts[middle:], now, province)
    return [*_read_plainly(texts[:middle], now, province), *second()]


def _read_plainly(texts: Sequence[str], now: datetime, province: str) -> list[str]:
    gazetteer = Gazetteer.load(province)
    return [
        with_plain_names(
            text,
            [
                {"entity": found.kind, "start": found.start, "end": found.end}
                for found in extract(text, now, gazetteer)
            ],
        )
        for text in texts
    ]


def with_plain_names(
    text: str, entities: Sequence[Mapping[str, Any]], *, start: int = 0, end: int | None = None
) -> str:
    """The part ``start:end`` of ``text`` with the values of ``entities`` (whose positions count from the
    beginning of ``text``) put plainly."""
    stop = len(text) if end is None else end
    parts = []
    reached = start
    for entity in sorted(entities, key=lambda one: int(one["start"])):
        first, last = int(entity["start"]), int(entity["end"])
        if first < reached or last > stop:
            continue
        plain = _plain(str(entity["entity"]), text[first:last])
        if plain is not None:
            parts += [text[reached:first], plain]
            reached = last
    return "".join([*parts, text[reached:stop]])


def _plain(kind: str, typed: str) -> str | None:
    known = _PLAIN.get(kind)
    if known is None and any(letter.isdigit() for letter in typed):
        known = _PLAIN_WITH_DIGITS.get(kind)
    if known is None:
        return None
    return known[1] if share_of_arabic(typed) >= 0.5 else known[0]
