"""The words of dates and times in a message, as symbols for the grammar.

A message becomes a row of symbols, one letter each, so that the rules of the grammar are regular expressions
over letters:

====== =============================== ====== ===============================
letter meaning                         letter meaning
====== =============================== ====== ===============================
``R``  today, tomorrow, yesterday      ``P``  morning, afternoon, evening
``W``  weekday                         ``C``  clock time in digits (10h30)
``w``  weekday or number (tlata)       ``H``  hour, o'clock
``s``  Sunday or somebody (had)        ``Q``  half, quarter
``M``  month, ``m`` in need of a cue   ``O``  the third (hour, in Arabic)
``N``  number in digits                ``n``  number in words
``o``  first, second… of the month     ``g``  of greetings (good morning)
``Z``  day in digits (5/12)            ``Y``  year in digits
``D``  day, before a name or number    ``d``  days, ``k`` weeks, ``h`` months, ``E`` year
``X``  next, ``V`` last, ``T`` this    ``K``  weekend
``B``  after, ``J`` before, ``G`` ago   ``b``  between, ``F`` from or of, ``t`` to, ``u`` at or to
``f``  of, ``i`` in, ``a`` at, ``I`` within ``&``  and, ``-`` less or a dash, ``l`` le, ``q`` which
====== =============================== ====== ===============================

``e`` is a weekday cut short, ``v`` "every", ``y`` "les", ``x`` now, ``z`` إلى ("to", or "which" misspelled),
``S`` the beginning or end of something, ``U`` a duration, ``A`` noon, ``p`` a prayer time, ``L`` tonight,
``j`` minutes, ``r`` or, ``c`` "vient". Any other word is ``.``, punctuation ``,``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bot.core.date_words import lookup
from bot.core.text import Token

_NUMERIC_DAY = re.compile(
    r"(?<![\d/.:-])(\d{1,4})\s?([/.-])\s?(\d{1,2})(?:\s?\2\s?(\d{2,4}))?(?![\d/:]|[.-]\d)"
)
_CLOCK = re.compile(
    r"(?<![\d/.:])(\d{1,2})\s?(?:(?:h|heures?|hrs?)\s?(\d{2})?|:(\d{2}))"
    r"(?:\s?(?:mn|min))?(?![a-z0-9:])(?!/\d)"
)
_HALF_DAY_CLOCK = re.compile(
    r"(?<![\w/.:])(?!3am)(\d{1,2})(?:[:h.](\d{2}))?\s?(am|pm|a\.m\.|p\.m\.)(?![a-z])"
)
_DOTTED_CLOCK = re.compile(r"(?<![\d/.:,-])(\d{1,2})\.(00|15|30|45)(?![\d.]|\s?(?:dh|drhm|درهم|mad))")
_DAY_CUE = re.compile(r"(?:\ble|\bdu|\bau|\bnhar|\bf|\bdate|يوم|نهار)\s$")
_COMPOUNDS = tuple(
    (letter, value, re.compile(pattern))
    for letter, value, pattern in (
        ("R", 0, r"\b(?:aujou?rd?|ojourd)\s?'?\s?h?ui\b"),
        ("K", 0, r"\bweek\s?-?\s?ends?\b"),
        ("G", 0, r"\b(?:il )?y a\b(?=\s?\d|\s?(?:un|une|deux|trois)\b)"),
        ("I", 0, r"\bd'ici\b|\bm[ei]?n hna\b|\bمن هنا\b"),
        ("P", "afternoon", r"\bapr?e?s?[\s-]{0,2}midis?\b"),
    )
)
_ATTACHED = re.compile(r"(\d{1,2})([a-z]\w*|[\u0600-\u06ff]+)$")
_LATIN_PREFIX = re.compile(r"(nhar|w|f|b|l|d|mn|men|m3a)(?=\w{2})")
_ARABIC_PREFIX = re.compile(r"(نهار|يوم|و|ف|ب|لل|ل|ك|من|مع|د)(?=..)")
_LONGER = {"لل": "ل", "ك": "في"}


@dataclass(frozen=True, kw_only=True)
class Symbol:
    """One word or expression; ``start`` and ``end`` are offsets in the folded text."""

    letter: str
    value: object
    start: int
    end: int
    text: str


def symbols(
    folded: str, words: Sequence[Token], blocked: Sequence[tuple[int, int]] = ()
) -> tuple[Symbol, ...]:
    """The row of symbols of a folded text. What lies in ``blocked`` (phone numbers) is skipped."""
    fixed = sorted(_fixed(folded, blocked), key=lambda symbol: symbol.start)
    row: list[Symbol] = []
    waiting = iter([*fixed, None])
    upcoming = next(waiting)
    for word in words:
        while upcoming is not None and upcoming.end <= word.start:
            row.append(upcoming)
            upcoming = next(waiting)
        if upcoming is not None and word.start < upcoming.end and word.end > upcoming.start:
            continue
        if word.broken:
            row.append(Symbol(letter=",", value=None, start=word.start, end=word.start, text=","))
        elif row and folded[row[-1].end : word.start].strip() in {"-", "->", "→"}:
            row.append(Symbol(letter="-", value="dash", start=word.start, end=word.start, text="-"))
        row.extend(_of_word(word.text, word.start))
    if upcoming is not None:
        row.extend([upcoming, *(symbol for symbol in waiting if symbol is not None)])
    return _merged(row)


def _merged(row: Sequence[Symbol]) -> tuple[Symbol, ...]:
    """Numbers of several words as one: tlata w 3chrin, vingt et un, الحادي عشر."""
    result: list[Symbol] = []
    index = 0
    while index < len(row):
        here = row[index]
        last, value = index, 0
        if (
            index + 1 < len(row)
            and here.letter in "oO"
            and row[index + 1].letter == "n"
            and row[index + 1].value == 10
        ):
            last, value = index + 1, number(here) % 10 + 10 if number(here) != 11 else 11
        elif here.letter in "nw" and index + 1 < len(row):
            last, value = _compound(row, index)
        if last == index:
            result.append(here)
        else:
            letter = here.letter if here.letter in "oO" else "n"
            result.append(
                Symbol(letter=letter, value=value, start=here.start, end=row[last].end, text=f"{here.text}+")
            )
        index = last + 1
    return tuple(result)


def _compound(row: Sequence[Symbol], index: int) -> tuple[int, int]:
    """Where a number of several words that begins at ``index`` ends, and its value."""
    first = number(row[index])
    other = index + 2 if row[index + 1].letter in "&-" else index + 1
    if other >= len(row) or row[other].letter not in "nw":
        return index, 0
    second = number(row[other])
    joined = row[index + 1].letter == "&"
    if joined and first < 10 and second in {20, 30}:
        return other, first + second
    if first in {20, 30} and second < 10 and row[index].text.isascii():
        return other, first + second
    if first == 10 and second in {7, 8, 9} and not joined and row[index].text == "dix":
        return other, first + second
    return index, 0


def number(symbol: Symbol) -> int:
    """The number that a symbol stands for; 3 and 4 for words that are weekdays as well. Raises
    :class:`TypeError` for non-numbers.
    """
    if not isinstance(symbol.value, int):
        raise TypeError(symbol.letter)
    return symbol.value + 2 if symbol.letter == "w" else symbol.value


def _fixed(folded: str, blocked: Sequence[tuple[int, int]]) -> Iterator[Symbol]:
    """What is found before words: phone numbers (as nothing), days and clock times in digits."""
    taken = list(blocked)
    for start, end in blocked:
        yield Symbol(letter=".", value=None, start=start, end=end, text=folded[start:end])
    readings: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], object]], ...] = (
        ("Z", _NUMERIC_DAY, _numeric_day),
        ("C", _HALF_DAY_CLOCK, _half_day_clock),
        ("C", _CLOCK, _clock),
        ("C", _DOTTED_CLOCK, _dotted_clock),
    )
    for letter, pattern, reading in readings:
        for match in pattern.finditer(folded):
            value = reading(match)
            if value is None or any(match.start() < end and match.end() > start for start, end in taken):
                continue
            taken.append(match.span())
            yield Symbol(letter=letter, value=value, start=match.start(), end=match.end(), text=match.group())
    for letter, meaning, pattern in _COMPOUNDS:
        for match in pattern.finditer(folded):
            yield Symbol(
                letter=letter, value=meaning, start=match.start(), end=match.end(), text=match.group()
            )


def _numeric_day(match: re.Match[str]) -> tuple[int, int, int | None] | None:
    """Day, month and year (``None`` where it is not written)."""
    first, separator, second, third = match.group(1), match.group(2), int(match.group(3)), match.group(4)
    if len(first) == 4:
        return (int(third), second, int(first)) if third and len(third) <= 2 else None
    cued = (
        separator == "/" or third is not None or _DAY_CUE.search(match.string, 0, match.start()) is not None
    )
    if len(first) > 2 or not cued:
        return None
    year = None if third is None else int(third) + (2000 if len(third) == 2 else 0)
    return int(first), second, year


def _clock(match: re.Match[str]) -> tuple[int, int, bool] | None:
    """Hour, minute, and whether the hour was written with two digits."""
    hour, minute = int(match.group(1)), int(match.group(2) or match.group(3) or 0)
    padded = match.group(1).startswith("0")
    return (hour, minute, padded) if hour < 24 and minute < 60 else None


def _half_day_clock(match: re.Match[str]) -> tuple[int, int, bool] | None:
    hour, minute = int(match.group(1)), int(match.group(2) or 0)
    if not 1 <= hour <= 12 or minute > 59:
        return None
    return hour % 12 + (12 if match.group(3).startswith("p") else 0), minute, False


def _dotted_clock(match: re.Match[str]) -> tuple[int, int, bool] | None:
    hour = int(match.group(1))
    return (hour, int(match.group(2)), False) if 7 <= hour <= 19 else None


def _of_word(word: str, start: int) -> Iterator[Symbol]:
    if word.isdigit():
        letter = "Y" if len(word) == 4 and word.startswith("20") else "N" if len(word) <= 2 else "."
        # Longer numbers are no part of a day, and thousands of digits are more than Python turns into one.
        value = int(word) if letter in "YN" else None
        yield Symbol(letter=letter, value=value, start=start, end=start + len(word), text=word)
        return
    known = lookup(word)
    if known is None:
        yield from _split(word, start)
        return
    yield Symbol(letter=known[0], value=known[1], start=start, end=start + len(word), text=word)


def _split(word: str, start: int) -> Iterator[Symbol]:
    """A word that is not known as it stands: with a number or a preposition written in front, or another
    word.
    """
    for pattern in (_ATTACHED, _LATIN_PREFIX, _ARABIC_PREFIX):
        match = pattern.match(word)
        if match is None:
            continue
        rest = word[match.end(1) :]
        if not (rest.isdigit() or lookup(rest) or (pattern is not _ATTACHED and _splits(rest))):
            continue
        if pattern is _ATTACHED and match.end(1) == 1 and (lookup(rest) or ".")[0] not in "MHd":
            continue  # a single digit in front is a letter: 9lil
        front = _LONGER.get(match.group(1), match.group(1))
        yield from _of_word(front, start)
        yield from _of_word(rest, start + match.end(1))
        return
    yield Symbol(letter=".", value=None, start=start, end=start + len(word), text=word)


def _splits(word: str) -> bool:
    """Whether a second preposition stands in front of a word that is known: wfljem3a."""
    match = _LATIN_PREFIX.match(word) or _ARABIC_PREFIX.match(word)
    return match is not None and lookup(word[match.end(1) :]) is not None
