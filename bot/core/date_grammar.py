"""The grammar of days: rules over the letters of :mod:`bot.core.date_symbols`.

Each rule is a regular expression and a reading of what it matched. At every place the longest match counts,
of equal ones the first; where it has no reading, the next longest. A rule that reads nothing on purpose hides
what it matched ("every Friday" is no day).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.core import date_readings as readings
from bot.core.calendar_rules import Days
from bot.core.date_match import Match
from bot.core.date_readings import Reading
from bot.core.date_symbols import Symbol

_NEXT = r"(?:[qz]c|[qz]X|X)"
_LAST = r"(?:[qz]V|V)"
_MONTH = r"[fFiu]{0,2}(?:h?(?P<m>[Mm])|h(?P<mn>[Nnw]))"
_YEAR = r"(?:[fFi]?E?(?P<y>Y))?"
_RULES: tuple[tuple[re.Pattern[str], Reading], ...] = tuple(
    (re.compile(pattern), reading)
    for pattern, reading in (
        (
            rf"[bF]?[Dlu]{{0,2}}(?P<n1>[Nnwo])"
            rf"(?:[tuz-]{{1,2}}|(?<=b[Nnwo])&)[Dlu]?(?P<n>[Nnwo]){_MONTH}{_YEAR}",
            readings.two_days,
        ),
        (r"b[Dlu]{0,2}(?P<n1>[Nn])&[Dlu]?(?P<n>[Nn])" + _MONTH + _YEAR, readings.two_days),
        (r"[bF]D(?P<n1>[Nn])[tuz&]{1,2}D(?P<n>[Nn])", readings.two_numbers),
        (r"[bF]l(?P<n1>[Nn])[tuz&]{1,2}l?(?P<n>[Nn])(?![Hj])", readings.two_numbers),
        (
            rf"(?:[Dl]?(?P<wd>[Wwe])[,lD]{{0,2}}|[Dl]{{1,2}})?(?P<n>[Nnwo]){_MONTH}{_YEAR}",
            readings.day_and_month,
        ),
        (r"(?:[Dl]?(?P<wd>[Wwe])[,lDi]{0,2}|[Dl])?(?P<z>Z)", readings.numeric),
        (r"[Dl]?(?P<wd>[We])[lD]?(?P<n>N)(?![Hjdkh&P-])", readings.weekday_and_number),
        (r"[Dl]?W[lD](?P<n>N)(?![Hjdkh-])", readings.day_of_month),
        (r"D(?P<n>N)(?![HjdkhD])", readings.day_of_month),
        (r"(?<=[Dl]N)[r&][Dl]?(?P<n>N)(?![HjdkhDEMmP])", readings.day_of_month),
        (r"D(?P<n>N)(?P<mn>N)(?![HjdkhDEMmP])", readings.day_and_month_unsure),
        (r"(?:u|T)?kF[Dl]?(?P<n>[No])" + _MONTH + _YEAR, readings.week_of_day),
        (r"T?D?W[qz]?F?BT?D?(?P<w>W)", readings.weekday_after_weekday),
        (r"(?P<w>W)i(?P<n>[Nn])", readings.weekday_in_eight),
        (r"(?P<w>e)(?=P)", readings.weekday),
        (r"V(?P<w>W)", readings.weekday_unsure),
        (rf"u?kF?B{_NEXT}", readings.week_after_next),
        (r"D(?P<n>n)(?![HjdkhD])", readings.day_in_words),
        (r"l(?P<n>N)(?![HjdkhDE-])", readings.day_of_month),
        (rf"[Dl]{{0,2}}(?P<n>[No])(?:[fFi]{{1,2}}T?|T)u?h(?P<x>{_NEXT})?(?![Nn])", readings.day_of_month),
        (rf"[TDl]{{0,3}}(?P<w>[Ww])[fFiuT]{{0,3}}k(?P<x>{_NEXT})", readings.weekday_of_week),
        (rf"[TDl]{{0,3}}(?P<w>[Ww])[fFiu]{{0,2}}k(?P<v>{_LAST})", readings.weekday_of_week),
        (r"[Dl]{0,2}(?P<w>[Ww])[fFiu]{0,2}(?:Tu?k|kG)", readings.weekday_of_week),
        (rf"(?:u|T)?u?k(?P<x>{_NEXT})[,iFfl]{{0,2}}D?u?(?P<w>[Ww])", readings.weekday_of_week),
        (r"Tu?k[,iFfl]{0,2}D?u?(?P<w>[Ww])", readings.weekday_of_week),
        (rf"(?P<t>T)?[Dl]{{0,2}}(?P<w>[Wwse])(?P<x>{_NEXT})", readings.weekday),
        (rf"T?[Dl]{{0,2}}(?P<w>[Wwse]){_LAST}", readings.weekday_before),
        (r"(?P<t>T)?(?P<d>D)u?(?P<w>[ws])(?!d)", readings.weekday),
        (r"(?P<w>w)(?=[tuz&r-]{1,2}[Dl]?W)", readings.weekday),
        (r"(?<=W)[tuz&r-](?P<w>w)", readings.weekday),
        (r"D(?P<w>T)(?!.?[WdkKhE])", readings.nhar_had),
        (r"(?P<t>T)?(?P<d>[Dl])?u?(?P<w>W)", readings.weekday),
        (r"v[DluFy]{0,3}[WwRPkhdDE]", readings.nothing),
        (r"TD", readings.this_day),
        (r"T(?=P)", readings.this_day),
        (r"T?L(?!g)", readings.today),
        (r"F?B-?(?P<r>R)", readings.after_relative),
        (r"B[uF](?P<r>R)", readings.nothing),
        (r"[Jo]-?(?P<r>R)", readings.before_relative),
        (r"R(?P<w>W)", readings.for_weekday),
        (r"iu(?P<r>R)", readings.meal_or_nothing),
        (r"u(?P<r>R)", readings.meal_or_tomorrow),
        (r"(?P<r>R)", readings.relative),
        (r"(?:F?B|Iu?)(?P<n>[Nnw])?(?P<u>[dkhD])(?!X)", readings.in_a_while),
        (r"(?:F?B|Iu?)(?P<n>[Nnw])(?P<u>[dkhD])", readings.in_a_while),
        (r"(?P<soon>i)(?P<n>[Nnw])(?P<u>[dk])", readings.within_a_while),
        (r"[GJ](?P<n>[Nnw])(?P<u>[dkhD])", readings.a_while_ago),
        (rf"F?Bu?k{_NEXT}", readings.week_after_next),
        (rf"T?u?k(?P<x>{_NEXT})|(?P<x2>X)k", readings.week),
        (rf"T?u?k(?P<v>{_LAST})|(?P<v2>V)k", readings.week),
        (r"Tu?k|kG", readings.week),
        (rf"T?u?K(?P<x>{_NEXT})|(?P<x2>X)K", readings.weekend),
        (rf"T?u?K(?P<v>{_LAST})", readings.weekend),
        (r"T?u?K", readings.weekend),
        (rf"T?u?h(?P<x>{_NEXT})|(?P<x2>X)h", readings.month),
        (rf"T?u?h(?P<v>{_LAST})|(?P<v2>V)h", readings.month),
        (r"Tu?h|hG", readings.month),
        (rf"T?u?E(?P<x>{_NEXT})", readings.year),
        (r"Tu?E", readings.year),
        (rf"(?P<s>S)[fFu]{{0,2}}k(?P<x>{_NEXT})?", readings.border_of_week),
        (rf"(?P<s>S)[fFu]{{0,2}}h(?P<x>{_NEXT})?(?![MmNn])", readings.border_of_month),
        (rf"(?P<s>S)(?:[fFu]{{0,2}}h)?(?P<m>[Mm]){_YEAR}", readings.border_of_month),
        (rf"(?:[fFi]{{0,2}}h|[iF])(?P<m>[Mm]){_YEAR}", readings.named_month),
        (rf"(?P<m>M){_YEAR}", readings.named_month),
        (r"[fFi]h(?P<mn>[Nn])(?![dkhH])|h(?P<mn2>N)(?![dkhH])", readings.month_by_number),
    )
)


@dataclass(frozen=True, kw_only=True)
class DaysRead:
    """Days read from ``row[first:last]``."""

    days: Days
    first: int
    last: int


def read(row: Sequence[Symbol], today: date) -> tuple[DaysRead, ...]:
    """The days named in a row of symbols, in order."""
    letters = "".join(symbol.letter for symbol in row)
    found: list[DaysRead] = []
    index = 0
    while index < len(row):
        best = _longest(letters, index)
        if best is None:
            index += 1
            continue
        match, reading = best
        days = reading(Match(today=today, row=row, found=match))
        if days is None:
            shorter = _other(letters, index, match, Match(today=today, row=row, found=match))
            if shorter is None:
                index = match.end() if reading in readings.FINAL else index + 1
                continue
            match, days = shorter
        found.append(DaysRead(days=days, first=index, last=match.end()))
        index = match.end()
    return tuple(found)


def _longest(letters: str, index: int) -> tuple[re.Match[str], Reading] | None:
    best: tuple[re.Match[str], Reading] | None = None
    for pattern, reading in _RULES:
        match = pattern.match(letters, index)
        if match is not None and (best is None or match.end() > best[0].end()):
            best = match, reading
    return best


def _other(
    letters: str, index: int, failed: re.Match[str], context: Match
) -> tuple[re.Match[str], Days] | None:
    """What a shorter rule makes of the place where the longest one had no reading; nothing where that was
    meant.
    """
    tried = sorted(
        ((match, reading) for pattern, reading in _RULES if (match := pattern.match(letters, index))),
        key=lambda candidate: -candidate[0].end(),
    )
    for match, reading in tried:
        if reading in readings.FINAL:
            return None
        days = reading(replace(context, found=match))
        if days is not None and match.re is not failed.re:
            return match, days
    return None
