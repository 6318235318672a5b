"""Everything that is found in one message: places, dates, times, phone numbers, sectors, languages, chosen
options.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core import dates, languages, options, phone, places, sectors
from bot.core.places import Places
from bot.core.text import Normalised, Token, normalise, tokens

_LONGER_THAN_A_DAY = 8
"""A place name of more letters than a weekday has is more than a weekday."""


@dataclass(frozen=True, kw_only=True)
class Entity:
    """A value found in a message, with the half-open range ``start:end`` of the message as it was typed.

    ``kind`` is one of :data:`CONTRACT_KINDS` or ``outside_place`` (a place outside the province; ``value`` is
    its HCP code or, for what is no commune, an id of the gazetteer). An ``uncertain`` value must be asked
    about before anything is done with it; ``alternatives`` are the other values that were meant just as well,
    likeliest first.
    """

    kind: str
    value: str | int
    start: int
    end: int
    score: float = 1.0
    alternatives: tuple[str | int, ...] = ()
    uncertain: bool = False


CONTRACT_KINDS = frozenset({"commune", "date", "time", "phone_number", "sector", "language", "option"})
"""The kinds that the understanding contract names; other kinds are for the dialogue only."""


_RANKS = {
    "phone_number": 0,
    "date": 1,
    "time": 1,
    "commune": 2,
    "outside_place": 3,
    "language": 4,
    "option": 5,
    "sector": 6,
}
"""Where two entities share letters, the lower rank stays; a longer place wins over a day ("Khemis Sidi
Yahya").
"""


def extract(text: str, now: datetime, gazetteer: Places) -> tuple[Entity, ...]:
    """All entities of ``text``, in order. ``now`` (aware) is when the message was written.

    Entities do not overlap, except that one word may name a day and a time of day at once ("tonight" in
    Darija and Arabic).
    """
    folded = normalise(text)
    words = tokens(folded.text)
    found_phones = tuple(phone.find(folded))
    blocked = tuple((mention.folded_start, mention.folded_end) for mention in found_phones)
    free = tuple(
        word for word in words if not any(word.start < end and word.end > start for start, end in blocked)
    )
    found = [_of_phone(mention) for mention in found_phones]
    found.extend(_of_moment(moment) for moment in dates.find(folded, words, now, blocked))
    found.extend(_of_place(mention) for mention in places.find(folded, free, gazetteer.index))
    found.extend(_others(folded, words, free))
    return _without_overlaps(found)


def _others(folded: Normalised, words: Sequence[Token], free: Sequence[Token]) -> Iterator[Entity]:
    language = languages.find(folded, free)
    if language is not None:
        yield Entity(kind="language", value=language.variety, start=language.start, end=language.end)
    choice = options.find(folded, words)
    if choice is not None:
        yield Entity(kind="option", value=choice.number, start=choice.start, end=choice.end)
    for sector in sectors.find(folded, free):
        yield Entity(kind="sector", value=sector.sector, start=sector.start, end=sector.end)


def _of_phone(mention: phone.PhoneMention) -> Entity:
    return Entity(kind="phone_number", value=mention.phone.e164, start=mention.start, end=mention.end)


def _of_moment(moment: dates.Moment) -> Entity:
    return Entity(
        kind=moment.kind,
        value=moment.value,
        start=moment.start,
        end=moment.end,
        alternatives=moment.alternatives,
        uncertain=moment.uncertain,
    )


def _of_place(mention: places.Mention) -> Entity:
    return Entity(
        kind="commune" if mention.inside else "outside_place",
        value=mention.code,
        start=mention.start,
        end=mention.end,
        score=mention.score,
        alternatives=mention.alternatives,
        uncertain=mention.uncertain,
    )


def _without_overlaps(found: Sequence[Entity]) -> tuple[Entity, ...]:
    kept: list[Entity] = []
    for entity in sorted(found, key=_precedence):
        rivals = [other for other in kept if entity.start < other.end and other.start < entity.end]
        if all(_may_share(entity, other) for other in rivals):
            kept.append(entity)
    return tuple(sorted(kept, key=lambda entity: (entity.start, entity.kind)))


def _precedence(entity: Entity) -> tuple[float, int]:
    rank: float = _RANKS[entity.kind]
    if entity.kind in {"commune", "outside_place"} and entity.end - entity.start > _LONGER_THAN_A_DAY:
        rank = 0.5
    elif entity.kind == "option":
        rank = 1.4
    elif entity.uncertain and entity.kind == "time":
        rank = 1.5
    return rank, -(entity.end - entity.start)


def _may_share(one: Entity, other: Entity) -> bool:
    return {one.kind, other.kind} == {"date", "time"}
