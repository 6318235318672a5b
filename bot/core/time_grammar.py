"""The grammar of times of day: rules over the letters of :mod:`bot.core.date_symbols`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.date_symbols import Symbol, number

_AFTERNOON_UNTIL = 5
"""A bare hour up to this one is in the afternoon."""
_NIGHT = "night"
_MAY_BE_EVENING = frozenset({6, 7})
_HALF_DAYS = ("morning", "afternoon", "evening")

_PART = r"(?P<p>[PL](?!g))"
_OF_PART = rf"(?:[fFiul]{{0,2}}{_PART}|[fFiul]{{0,2}}(?P<bp>[BJ])-?(?P<of>[Ap]))"
_FRACTION = r"(?:&(?P<q>Q)|(?P<less>-)[uFl]?(?P<q2>Q)|&(?P<j>[Nn])j)"
_HOUR = r"(?P<h>[CNnwO])H?"
_BEFORE = r"(?:a[uF]?|[itBJ]u?|u)?H?"
_NOT_A_COUNT = r"(?![dkhKEMmj%N]|[fF][^P]|[fF]$)"
_RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("hidden", r"[UIv]u?[CNn]H?"),
        ("hidden", r"[PL]g"),
        ("clock", rf"(?P<h>C){_FRACTION}?{_OF_PART}?"),
        ("clock", rf"(?P<h>C){_NOT_A_COUNT}"),
        ("clock", rf"{_BEFORE}(?<=H){_HOUR}{_FRACTION}?{_OF_PART}?"),
        ("clock", rf"{_BEFORE}(?P<h>[NnO])H{_FRACTION}?{_OF_PART}?"),
        ("clock", rf"{_BEFORE}(?P<h>[NnwO]){_FRACTION}{_OF_PART}?"),
        ("clock", rf"{_BEFORE}(?P<h>[NnwO]){_OF_PART}"),
        ("clock", rf"a[uF]?(?P<h>[NnwO]){_NOT_A_COUNT}"),
        ("clock", rf"[itBJ]u?(?P<h>O){_NOT_A_COUNT}"),
        ("clock", rf"(?<=[bF][NnO])[tuz&-]{{1,2}}(?P<h>[NnO]){_NOT_A_COUNT}"),
        ("guess", rf"(?:[it]|[BJ])u?(?P<h>[Nnw]){_NOT_A_COUNT}"),
        ("guess", rf"u(?P<h>[Nn]){_NOT_A_COUNT}"),
        ("guess", r"(?<=%)(?P<h>N)(?=$|[,&P])"),
        ("between", rf"[bF]u?(?P<h>[NnO])(?=[tuz&-]{{1,2}}H?[NnOC]{_NOT_A_COUNT})"),
        ("clock", rf"@[a-zA-Z.]?[fF](?P<h>[NnO]){_NOT_A_COUNT}"),
        ("full", r"(?P<h>O)"),
        ("noon", rf"(?P<n>A){_FRACTION}?"),
        ("afternoon", r"B-?[Au]?(?P<pr>[Ap])"),
        ("forenoon", r"J-?u?[Ap]"),
        ("prayer", r"(?P<cue>[aitBJ])?u?(?P<pr>p)"),
        ("part", r"(?P<p>[PL](?!g))"),
    )
)
_WITH = frozenset({"b", "bi", "ب"})
_ONE_O_CLOCK = frozenset({"une", "wa7da", "we7da", "wahda", "w7da", "وحده", "واحده"})
_CUES = frozenset("aHitBJlu")
_BETWEEN_PARTS = frozenset("aHiulfFRWZT,&")


@dataclass(frozen=True, kw_only=True)
class TimeRead:
    """A time read from ``row[first:last]``: ``HH:MM`` or a part of the day. ``others`` are readings about as
    likely.
    """

    value: str
    first: int
    last: int
    others: tuple[str, ...] = ()
    vague: bool = False


def read(row: Sequence[Symbol], taken: frozenset[int]) -> tuple[TimeRead, ...]:
    """The times in a row of symbols, in order; ``taken`` are the places that belong to a day already."""
    letters = "".join("%" if index in taken else symbol.letter for index, symbol in enumerate(row))
    found: list[TimeRead] = []
    index = 0
    while index < len(row):
        name, match = _longest(letters, index)
        time = None if match is None else _reading(name, match, row, letters)
        if match is None or (time is None and name != "hidden"):
            index += 1
            continue
        if time is not None:
            found.append(time)
        index = match.end()
    return _without_parts_beside_a_clock(found, letters)


def _longest(letters: str, index: int) -> tuple[str, re.Match[str] | None]:
    best: tuple[str, re.Match[str] | None] = ("", None)
    for name, pattern in _RULES:
        match = pattern.match(letters, index)
        if match is not None and (best[1] is None or match.end() > best[1].end()):
            best = name, match
    return best


def _reading(name: str, match: re.Match[str], row: Sequence[Symbol], letters: str) -> TimeRead | None:
    if name == "full" and not row[match.start("h")].text.endswith("+"):
        return None
    if name == "between" and not _two_hours(row, match.end()):
        return None
    if name in {"clock", "guess", "between", "full"}:
        return _clock(match, row, letters, guessed=name == "guess")
    groups = match.groupdict()
    if name == "noon":
        return _noon(match, row)
    if name == "afternoon":
        if groups["pr"] == "p" and row[match.start("pr")].value == "evening":
            return _found(match, "evening", vague=True)
        return _found(match, "afternoon")
    if name == "forenoon":
        return _found(match, "morning", vague=row[match.end() - 1].value not in {720, "after_noon", "noon"})
    if name == "prayer":
        return _prayer(match, row)
    if name == "part" and not _wish(match.start(), row):
        return _found(match, str(row[match.start("p")].value))
    return None


def _two_hours(row: Sequence[Symbol], index: int) -> bool:
    """Whether the number that follows may be an hour: "between 18 and 35" is an age."""
    following = next(symbol for symbol in row[index:] if symbol.letter in "NnOC")
    return following.letter == "C" or number(following) <= 24


def _found(match: re.Match[str], value: str, vague: bool = False, others: tuple[str, ...] = ()) -> TimeRead:
    return TimeRead(value=value, first=match.start(), last=match.end(), vague=vague, others=others)


def _wish(index: int, row: Sequence[Symbol]) -> bool:
    """Whether a part of the day only wishes a good one: bonne soirée."""
    return index > 0 and row[index - 1].text in {"bonne", "bon", "belle", "tout"}


def _noon(match: re.Match[str], row: Sequence[Symbol]) -> TimeRead:
    value = row[match.start("n")].value
    minutes = (value if isinstance(value, int) else 0) + _fraction(match, row)
    return _found(match, _written(minutes % (24 * 60)))


def _prayer(match: re.Match[str], row: Sequence[Symbol]) -> TimeRead | None:
    value = str(row[match.start("pr")].value)
    text = row[match.start("pr")].text
    if value == "noon":
        return _found(match, "12:00", vague=True, others=("afternoon",))
    if value == "afternoon":
        return _found(match, "afternoon", vague=True)
    if match.group("cue") in {"a", "B", "J"} and value == "evening" and text not in {"عشا"}:
        return _found(match, "evening", vague=True)
    return None


def _clock(match: re.Match[str], row: Sequence[Symbol], letters: str, guessed: bool) -> TimeRead | None:
    symbol = row[match.start("h")]
    hour, minute, padded = symbol.value if isinstance(symbol.value, tuple) else (number(symbol), 0, False)
    minutes = hour * 60 + minute + _fraction(match, row)
    if hour > 23 or (symbol.letter != "C" and not 1 <= hour <= 23) or _counts(match, symbol, row, letters):
        return None
    if guessed and not _likely(symbol, hour, match, row):
        return None
    part = _part(match, row) or _part_nearby(match, row, letters)
    value, others = _placed(minutes, part, padded)
    with_minutes = letters[match.end() : match.end() + 2] in {"&N", "&n"} and "b" not in match.group()
    vague = (
        bool(others) or with_minutes or (guessed and symbol.letter in "Nw" and letters[match.start()] != "t")
    )
    return TimeRead(value=value, first=match.start(), last=match.end(), others=others, vague=vague)


def _placed(minutes: int, part: str | None, padded: bool) -> tuple[str, tuple[str, ...]]:
    """The time on the clock, by the part of the day that is named, else by the conventions; and another that
    may be meant.
    """
    hour, half_day = minutes // 60, 12 * 60
    if part == "morning" or hour > 12:
        return _written(minutes), ()
    if part == _NIGHT:
        return _written(minutes if 1 <= hour < _AFTERNOON_UNTIL else minutes + half_day), ()
    if part in {"afternoon", "evening"}:
        if hour == 12:
            return (_written(minutes - half_day), ()) if part == "evening" else (_written(minutes), ())
        return _written(minutes + half_day), ()
    if padded and hour <= _AFTERNOON_UNTIL:
        return _written(minutes), (_written(minutes + half_day),)
    if 1 <= hour <= _AFTERNOON_UNTIL:
        return _written(minutes + half_day), ()
    if hour in _MAY_BE_EVENING and not padded:
        return _written(minutes), (_written(minutes + half_day),)
    return _written(minutes), ()


def _written(minutes: int) -> str:
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def _fraction(match: re.Match[str], row: Sequence[Symbol]) -> int:
    groups = match.groupdict()
    if groups.get("j"):
        return number(row[match.start("j")])
    for group in ("q", "q2"):
        if groups.get(group):
            value = row[match.start(group)].value
            return -int(str(value)) if group == "q2" else int(str(value))
    return 0


def _part(match: re.Match[str], row: Sequence[Symbol]) -> str | None:
    groups = match.groupdict()
    if groups.get("p"):
        part = row[match.start("p")]
        return _NIGHT if any(night in part.text for night in ("lil", "ليل", "nuit")) else str(part.value)
    if groups.get("of"):
        return "afternoon" if groups["bp"] == "B" else "morning"
    return None


def _part_nearby(match: re.Match[str], row: Sequence[Symbol], letters: str) -> str | None:
    """The part of the day named in front of the clock time, or behind it across a day: f sba7 m3a 9, m3a 9
    ghda f sba7.
    """
    for step, limit in ((-1, -1), (1, len(row))):
        index = match.start() - 1 if step < 0 else match.end()
        while index != limit and (letters[index] in _BETWEEN_PARTS or letters[index] == "%"):
            index += step
        if index != limit and letters[index] in "PL" and letters[index + 1 : index + 2] != "g":
            return str(row[index].value)
    return None


def _counts(match: re.Match[str], symbol: Symbol, row: Sequence[Symbol], letters: str) -> bool:
    """Whether a number counts something instead of telling an hour: with one person, three hours of road."""
    before = letters[match.start() - 1] if match.start() else ""
    if symbol.letter == "C":
        following = row[match.end() + 1].text if letters[match.end() : match.end() + 1] in {"F", "f"} else ""
        return following in {"route", "formation", "marche", "temps", "travail", "voiture", "tri9", "طريق"}
    if symbol.letter == "O" and symbol.value == 1 and row[match.start()].text in _WITH:
        return True  # "loneliness" is spelled like "one o'clock"
    if symbol.letter == "n" and symbol.value == 1:
        if symbol.text in _ONE_O_CLOCK and "Q" in letters[match.start() : match.end()]:
            return False
        return symbol.text != "une" or (before not in _CUES and letters[match.start()] not in _CUES)
    return False


def _likely(symbol: Symbol, hour: int, match: re.Match[str], row: Sequence[Symbol]) -> bool:
    """Whether a number behind "f", "l" or "à" may be an hour at all."""
    following = row[match.end()].letter if match.end() < len(row) else ""
    if row[match.start()].text in _WITH:
        return False
    if following == "." or following == "-":
        return False
    if symbol.letter == "w":
        return row[match.start()].letter != "u"
    return 7 <= hour <= 19 or (symbol.letter == "n" and hour <= 12)


def _without_parts_beside_a_clock(found: Sequence[TimeRead], letters: str) -> tuple[TimeRead, ...]:
    """A part of the day that only says which half of the day a clock time beside it is in is no time of its
    own.
    """
    kept = []
    for time in found:
        if time.value not in _HALF_DAYS:
            kept.append(time)
            continue
        beside = any(
            other.value not in _HALF_DAYS
            and all(letter in _BETWEEN_PARTS or letter == "%" for letter in _gap(time, other, letters))
            for other in found
        )
        if not beside:
            kept.append(time)
    return tuple(kept)


def _gap(one: TimeRead, other: TimeRead, letters: str) -> str:
    if one.last <= other.first:
        return letters[one.last : other.first]
    return letters[other.last : one.first]
