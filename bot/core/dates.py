"""Days and times in a message, in Darija of both scripts, Arabic and French."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core import calendar_rules, date_grammar, time_grammar
from bot.core.date_grammar import DaysRead
from bot.core.date_symbols import Symbol, symbols
from bot.core.lexicons import word_set
from bot.core.text import Normalised, Token, normalise, tokens

MOROCCO = ZoneInfo("Africa/Casablanca")
_TONIGHT = "L"
"""One word that names a day and a time of day at once."""
_REACHING = frozenset("tuzl-")
_PREPOSITIONS = frozenset("ituzaFfJbr&-")
_OPEN_ENDED = frozenset("BJI")
"""After, before, by: near the day, not on it."""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A day (``kind`` "date") or a time of day ("time") in ``start:end`` of a message.

    ``value`` is an ISO 8601 day or interval in Morocco, or ``HH:MM`` or ``morning``, ``afternoon``,
    ``evening``. ``uncertain``: ask before acting; ``alternatives`` are other values that may be meant.
    """

    kind: str
    value: str
    start: int
    end: int
    alternatives: tuple[str, ...] = ()
    uncertain: bool = False


def match(text: str, now: datetime) -> tuple[Moment, ...]:
    """The days and times in ``text``, written at ``now`` (aware). Raises :class:`ValueError` for a naive
    ``now``.
    """
    folded = normalise(text)
    return find(folded, tokens(folded.text), now)


def find(
    folded: Normalised, words: Sequence[Token], now: datetime, blocked: Sequence[tuple[int, int]] = ()
) -> tuple[Moment, ...]:
    """As :func:`match`, for a message that is folded and split already; ``blocked`` ranges of the folded text
    are skipped.
    """
    if now.tzinfo is None:
        raise ValueError("a moment without a time zone is no moment")
    row = symbols(folded.text, words, blocked)
    if not any(symbol.letter not in ".," for symbol in row):
        return ()
    days = _joined(date_grammar.read(row, now.astimezone(MOROCCO).date()), row, words)
    taken = frozenset(
        index for day in days for index in range(day.first, day.last) if row[index].letter != _TONIGHT
    )
    moments = [_day(folded, row, day) for day in days]
    moments.extend(_time(folded, row, time) for time in time_grammar.read(row, taken))
    return tuple(sorted(moments, key=lambda moment: (moment.start, moment.kind)))


def _day(folded: Normalised, row: Sequence[Symbol], day: DaysRead) -> Moment:
    first = _core(row, day.first, day.last)
    start, end = folded.span(row[first].start, row[day.last - 1].end)
    single = day.days.first == day.days.last
    return Moment(
        kind="date",
        value=day.days.value,
        start=start,
        end=end,
        alternatives=day.days.others,
        uncertain=day.days.vague or (single and _letter(row, day.first - 1) in _OPEN_ENDED),
    )


def _time(folded: Normalised, row: Sequence[Symbol], time: time_grammar.TimeRead) -> Moment:
    start, end = folded.span(row[_core(row, time.first, time.last)].start, row[time.last - 1].end)
    return Moment(
        kind="time", value=time.value, start=start, end=end, alternatives=time.others, uncertain=time.vague
    )


def _core(row: Sequence[Symbol], first: int, last: int) -> int:
    """Where an expression begins without the prepositions in front of it."""
    while first < last - 1 and row[first].letter in _PREPOSITIONS:
        first += 1
    return first


def _joined(days: Sequence[DaysRead], row: Sequence[Symbol], words: Sequence[Token]) -> Sequence[DaysRead]:
    """From one day to another is one interval, except where something is moved from the one to the other."""
    if len(days) < 2 or any(word.text in word_set("moving") for word in words):
        return days
    result: list[DaysRead] = [days[0]]
    for day in days[1:]:
        before = result[-1]
        between = "".join(symbol.letter for symbol in row[before.last : _core(row, day.first, day.last)])
        opening = (
            row[before.first].letter if row[before.first].letter in "bF" else _letter(row, before.first - 1)
        )
        reaching = (bool(between) and set(between) <= _REACHING) or (between == "&" and opening == "b")
        if (reaching and opening in {"b", "F"}) or between == "-":
            last = _last(before, day, row)
            if last is not None:
                result[-1] = last
                continue
        result.append(day)
    return result


def _letter(row: Sequence[Symbol], index: int) -> str:
    return row[index].letter if index >= 0 else ""


def _last(before: DaysRead, day: DaysRead, row: Sequence[Symbol]) -> DaysRead | None:
    """The days from the first of ``before`` to the last of ``day``."""
    first, last = before.days.first, day.days.last
    if last < first and row[day.last - 1].letter in "WwX":
        last += timedelta(weeks=1)
    if last < first:
        return None
    days = calendar_rules.Days(first=first, last=last, vague=before.days.vague or day.days.vague)
    return DaysRead(days=days, first=before.first, last=day.last)
