"""What the rules of :mod:`bot.core.date_grammar` make of the symbols that they matched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from bot.core import calendar_rules as rules
from bot.core.calendar_rules import Days
from bot.core.date_match import Match
from bot.core.date_symbols import Symbol, number

_UNTIL = frozenset({"لحد", "l7ed", "lhed", "lhad", "l7ad"})
"""Sunday with an article, but "until" in "لحد الآن"."""
_HOURS_OF = frozenset(
    {"wa9t", "w9t", "wqt", "wa9te", "we9t", "weqt", "waqt", "sa3t", "sa3at", "wagt", "وقت", "ساعه", "ساعت"}
)
"""Before a meal they make an hour of it: "wa9t lghda"."""
_THIS_DAY = frozenset({"had", "هاد", "هذا", "هدا", "هذه", "ce", "cet", "cette", "ct"})

Reading = Callable[[Match], "Days | None"]


def _weekday_value(symbol: Symbol) -> int:
    return int(str(symbol.value))


def relative(match: Match) -> Days | None:
    if match.following_text in {"نفسه", "نفسها", "meme"}:
        return None  # "on the same day"
    offset = _weekday_value(match.row[match.found.start("r")])
    return replace(rules.one(match.today + timedelta(days=offset)), vague=not offset and match.moved_day)


def meal_or_tomorrow(match: Match) -> Days | None:
    """ "lghda" in one word is lunch as well as "till tomorrow"."""
    relative = match.row[match.found.start("r")]
    if match.preceding_text in _HOURS_OF:
        return None  # "wa9t lghda" is the hour of lunch
    days = rules.one(match.today + timedelta(days=_weekday_value(relative)))
    glued = match.row[match.found.start("r") - 1].end == relative.start and relative.value == 1
    return replace(days, vague=True) if glued else days


def meal_or_nothing(match: Match) -> Days | None:
    """ "f lghda" is at lunch."""
    days = meal_or_tomorrow(match)
    return None if days is None or days.vague else days


def after_relative(match: Match) -> Days | None:
    offset = _weekday_value(match.row[match.found.start("r")])
    return rules.one(match.today + timedelta(days=2)) if offset == 1 else None


def before_relative(match: Match) -> Days | None:
    offset = _weekday_value(match.row[match.found.start("r")])
    if offset < 0:
        return rules.one(match.today - timedelta(days=2))
    return replace(rules.one(match.today + timedelta(days=offset)), vague=True)


def this_day(match: Match) -> Days | None:
    if match.following_text in {"la", "lli", "li", "لي"}:
        return None  # "ce jour-là" is another one
    return rules.one(match.today) if match.row[match.found.start()].text in _THIS_DAY else None


def today(match: Match) -> Days | None:
    return rules.one(match.today)


def weekday(match: Match) -> Days | None:
    symbol = match.row[match.found.start("w")]
    if symbol.text in _UNTIL and match.following in {"x", "H"}:
        return None
    ahead = rules.weekday_ahead(match.today, _weekday_value(symbol))
    others: list[date] = []
    if match.has("t") and ahead - match.today == timedelta(days=7):
        others.append(match.today)
    if symbol.letter == "w" and match.has("d") and not match.has("x"):
        by_number = rules.day_of_month(match.today, number(symbol))
        others.extend([by_number.first] if by_number and symbol.text.endswith(("a", "ah", "ه")) else [])
    return replace(rules.one(ahead, tuple(others)), vague=bool(others) or match.behind_by)


def weekday_after_weekday(match: Match) -> Days | None:
    """The Friday after this Friday."""
    day = rules.weekday_ahead(match.today, _weekday_value(match.row[match.found.start("w")]))
    return rules.one(day + timedelta(weeks=1))


def weekday_in_eight(match: Match) -> Days | None:
    """ "vendredi en huit" is a week after Friday, "en quinze" two."""
    weeks = {8: 1, 15: 2}.get(match.number("n") or 0)
    if weeks is None:
        return None
    day = rules.weekday_ahead(match.today, _weekday_value(match.row[match.found.start("w")]))
    return replace(rules.one(day + timedelta(weeks=weeks)), vague=True)


def weekday_unsure(match: Match) -> Days | None:
    return replace(
        rules.one(rules.weekday_ahead(match.today, _weekday_value(match.row[match.found.start("w")]))),
        vague=True,
    )


def weekday_before(match: Match) -> Days | None:
    return rules.one(rules.weekday_before(match.today, _weekday_value(match.row[match.found.start("w")])))


def weekday_of_week(match: Match) -> Days | None:
    weeks = 1 if match.has("x") else -1 if match.has("v") else 0
    day = rules.monday(match.today, weeks) + timedelta(days=_weekday_value(match.row[match.found.start("w")]))
    if weeks == 0 and day < match.today:
        return rules.one(day, (day + timedelta(weeks=1),))
    return rules.one(day)


def numeric(match: Match) -> Days | None:
    value = match.row[match.found.start("z")].value
    assert isinstance(value, tuple)
    day, month, year = value
    if month > 12 >= day:
        swapped = rules.day_and_month(match.today, month, day, year)
        return None if swapped is None else replace(swapped, vague=True)
    return _checked(match, rules.day_and_month(match.today, day, month, year) if 1 <= month <= 12 else None)


def day_and_month(match: Match) -> Days | None:
    if not 1 <= match.month <= 12:
        return None
    return _checked(
        match, rules.day_and_month(match.today, match.needed("n"), match.month, match.number("y"))
    )


def day_and_month_unsure(match: Match) -> Days | None:
    days = day_and_month(match)
    return None if days is None else replace(days, vague=True)


def week_of_day(match: Match) -> Days | None:
    """The week of the 30th of November."""
    days = day_and_month(match)
    if days is None:
        return None
    first = rules.monday(days.first)
    return Days(first=first, last=first + timedelta(days=6), vague=days.vague)


def day_of_month(match: Match) -> Days | None:
    months = 1 if match.has("x") else None
    return rules.day_of_month(match.today, match.needed("n"), months)


def day_in_words(match: Match) -> Days | None:
    """ "nhar khmsa" is the fifth, "nhar wahed" only one day."""
    return None if match.needed("n") == 1 else rules.day_of_month(match.today, match.needed("n"))


def weekday_and_number(match: Match) -> Days | None:
    """Friday 5: the next such day if it is a Friday, else (an hour, a mistake) nothing."""
    known = rules.day_of_month(match.today, match.needed("n"))
    weekday = _weekday_value(match.row[match.found.start("wd")])
    if known is None or known.first.weekday() != weekday:
        return None
    return Days(first=known.first, last=known.last)


def _checked(match: Match, days: Days | None) -> Days | None:
    """The weekday that is written beside a date has to agree with it."""
    symbol = match.symbol("wd")
    if days is None or symbol is None or days.first.weekday() == _weekday_value(symbol):
        return days
    ahead = rules.weekday_ahead(match.today, _weekday_value(symbol))
    return replace(days, others=(*days.others, ahead.isoformat()), vague=True)


def two_days(match: Match) -> Days | None:
    """From the 3rd to the 5th of December."""
    if not 1 <= match.month <= 12:
        return None
    last = rules.day_and_month(match.today, match.needed("n"), match.month, match.number("y"))
    first = last and rules.day_and_month(match.today, match.needed("n1"), match.month, last.last.year)
    if first is None or last is None or first.first > last.first:
        return None
    return Days(first=first.first, last=last.last, vague=last.vague)


def two_numbers(match: Match) -> Days | None:
    """From the 3rd to the 5th."""
    first = rules.day_of_month(match.today, match.needed("n1"))
    last = rules.day_of_month(match.today, match.needed("n"))
    if first is None or last is None:
        return None
    if first.first > last.first:
        return replace(last, vague=True)
    return Days(first=first.first, last=last.last)


def in_a_while(match: Match) -> Days | None:
    """In three days, after a week, in two months."""
    unit = match.row[match.found.start("u")]
    count = (match.number("n") or 1) * (int(str(unit.value)) if unit.letter != "D" else 1)
    if unit.letter == "h":
        return rules.one(rules.shifted_months(match.today, count))
    days = rules.one(match.today + timedelta(days=count * (7 if unit.letter == "k" else 1)))
    within = (
        match.row[match.found.start()].text not in {"dans", "in"}
        and match.row[match.found.start()].letter == "I"
    )
    return replace(days, vague=True) if match.has("soon") or within else days


def within_a_while(match: Match) -> Days | None:
    """Darija counts days ahead with "in"; elsewhere it is how long something takes."""
    return in_a_while(match) if match.row[match.found.start()].text in {"f", "fi", "ف", "في"} else None


def a_while_ago(match: Match) -> Days | None:
    unit = match.row[match.found.start("u")]
    count = match.needed("n") * int(str(unit.value or 1))
    if unit.letter == "h":
        return rules.one(rules.shifted_months(match.today, -count))
    return rules.one(match.today - timedelta(days=count * (7 if unit.letter == "k" else 1)))


def _steps(match: Match) -> int:
    """1 for the next one, -1 for the last, 0 for this one."""
    if match.has("x") or match.has("x2"):
        return 1
    return -1 if match.has("v") or match.has("v2") else 0


def week(match: Match) -> Days | None:
    return rules.week(match.today, _steps(match))


def week_after_next(match: Match) -> Days | None:
    return replace(rules.week(match.today, 2), others=(rules.week(match.today, 1).value,), vague=True)


def weekend(match: Match) -> Days | None:
    """A weekend, unless a good one is wished."""
    if match.preceding_text in {"bon", "bn", "bonne", "tres"}:
        return None
    return rules.weekend(match.today, {1: "next", 0: "this", -1: "last"}[_steps(match)])


def month(match: Match) -> Days | None:
    return rules.month_from(match.today, _steps(match))


def year(match: Match) -> Days | None:
    year = match.today.year + _steps(match)
    first = date(year, 1, 1)
    return Days(first=match.today if year == match.today.year else first, last=date(year, 12, 31))


def named_month(match: Match) -> Days | None:
    if not 1 <= match.month <= 12:
        return None
    return rules.named_month(match.today, match.month, match.number("y"))


def border_of_month(match: Match) -> Days | None:
    whole = named_month(match) if match.month else rules.month_from(match.today, _steps(match))
    return None if whole is None else rules.part_of_month(whole, str(match.row[match.found.start("s")].value))


def border_of_week(match: Match) -> Days | None:
    border = str(match.row[match.found.start("s")].value)
    if border == "end":
        return replace(rules.weekend(match.today, "next" if match.has("x") else "this"), vague=match.has("x"))
    first = rules.monday(match.today, 1 if match.has("x") else 0)
    shift = timedelta(days=0 if border == "start" else 2)
    return Days(first=first + shift, last=first + shift + timedelta(days=1), vague=True)


def nothing(match: Match) -> Days | None:
    return None


def nhar_had(match: Match) -> Days | None:
    """ "nhar had": the Sunday that is spelled like "this"."""
    spelled = match.row[match.found.start("w")].text
    return rules.one(rules.weekday_ahead(match.today, 6)) if spelled in {"had", "hada"} else None


def month_by_number(match: Match) -> Days | None:
    month = match.number("mn") or match.number("mn2") or 0
    return rules.named_month(match.today, month, None) if 1 <= month <= 12 else None


def for_weekday(match: Match) -> Days | None:
    """ "ليوم الخميس": "for Thursday", spelled like "today"."""
    return weekday(match) if match.row[match.found.start()].text == "ليوم" else None


FINAL = frozenset({nothing, after_relative, meal_or_nothing, meal_or_tomorrow, weekend, this_day})
"""Readings after which nothing shorter is tried, and nothing inside: "after today" is not today."""
