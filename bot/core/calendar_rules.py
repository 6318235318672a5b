"""Which day is meant: the conventions by which people's days are reckoned from today.

All functions take ``today``, the day in Morocco on which the message was written.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

_STILL_REMEMBERED = 45
"""A day without a year that passed at most so many days ago may be that past day."""


@dataclass(frozen=True, kw_only=True)
class Days:
    """A day, or the days from ``first`` to ``last``; ``others`` are readings about as likely. ``vague``: ask
    before acting.
    """

    first: date
    last: date
    others: tuple[str, ...] = ()
    vague: bool = False

    @property
    def value(self) -> str:
        """ISO 8601: a day, or an interval of two days with a slash."""
        return interval(self.first, self.last)


def interval(first: date, last: date) -> str:
    """ISO 8601: one day where both are the same."""
    return first.isoformat() if first == last else f"{first.isoformat()}/{last.isoformat()}"


def one(day: date, others: tuple[date, ...] = ()) -> Days:
    """A single day; vague where there are others that may be meant."""
    return Days(first=day, last=day, others=tuple(other.isoformat() for other in others), vague=bool(others))


def weekday_ahead(today: date, weekday: int) -> date:
    """The nearest such weekday ahead; today's own is a week from now."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def weekday_before(today: date, weekday: int) -> date:
    """The nearest such weekday that has passed."""
    return today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)


def monday(today: date, weeks: int = 0) -> date:
    """Monday of the week so many weeks from this one."""
    return today - timedelta(days=today.weekday()) + timedelta(weeks=weeks)


def week(today: date, weeks: int) -> Days:
    """0: from today to Sunday. Otherwise Monday to Sunday of the week so many weeks ahead (or, negative,
    back).
    """
    first = monday(today, weeks)
    return Days(first=today if weeks == 0 else first, last=first + timedelta(days=6))


def weekend(today: date, which: str) -> Days:
    """``which``: this, next or last. The nearest Saturday and Sunday ahead, what is left of them where it is
    the weekend.
    """
    saturday = monday(today) + timedelta(days=5)
    if which == "last":
        saturday -= timedelta(weeks=1)
    elif which == "next":
        if today >= saturday:
            saturday += timedelta(weeks=1)
        following = saturday + timedelta(weeks=1)
        other = interval(following, following + timedelta(days=1))
        return Days(first=saturday, last=saturday + timedelta(days=1), others=(other,), vague=True)
    return Days(
        first=max(saturday, today) if which == "this" else saturday, last=saturday + timedelta(days=1)
    )


def month_of(year: int, month: int) -> Days:
    """A whole month."""
    return Days(first=date(year, month, 1), last=date(year, month, calendar.monthrange(year, month)[1]))


def month_from(today: date, months: int) -> Days:
    """0: from today to the end of the month. Otherwise the whole month so many months ahead or back."""
    year, month = _shifted(today, months)
    whole = month_of(year, month)
    return Days(first=today, last=whole.last) if months == 0 else whole


def named_month(today: date, month: int, year: int | None) -> Days:
    """A month by name: this year's, or next year's if it is over."""
    if year is None:
        year = today.year if month >= today.month else today.year + 1
    return month_of(year, month)


def part_of_month(days: Days, part: str) -> Days:
    """The first ten days of a month, the middle, or the days from the 21st; vague by nature."""
    first = days.first.replace(day=1)
    if part == "start":
        return Days(first=first, last=first.replace(day=10), vague=True)
    if part == "middle":
        return Days(first=first.replace(day=11), last=first.replace(day=20), vague=True)
    return Days(first=first.replace(day=21), last=days.last, vague=True)


def day_of_month(today: date, day: int, months: int | None = None) -> Days | None:
    """A day by its number alone: the nearest one not yet over, or that of the month ``months`` ahead.
    ``None``: no such day.
    """
    if not 1 <= day <= 31:
        return None
    if months is not None:
        year, month = _shifted(today, months)
        known = _day(year, month, day)
        return None if known is None else one(known)
    ahead = [
        known
        for step in range(4)
        if (known := _day(*_shifted(today, step), day)) is not None and known >= today
    ]
    return one(ahead[0], (ahead[1],) if ahead[0] == today else ()) if ahead else None


def day_and_month(today: date, day: int, month: int, year: int | None) -> Days | None:
    """A day with its month: the next one, except where it passed a few weeks ago. ``None``: no such day."""
    if year is not None:
        known = _day(year, month, day)
        return None if known is None else one(known)
    this, following = _day(today.year, month, day), _day(today.year + 1, month, day)
    last = _day(today.year - 1, month, day)
    if last is not None and (today - last).days <= _STILL_REMEMBERED:
        ahead = this or following
        return one(last, (ahead,) if ahead else ())
    if this is None or this >= today:
        return None if this is None else one(this)
    if (today - this).days <= _STILL_REMEMBERED:
        return one(this, (following,) if following else ())
    return None if following is None else one(following)


def shifted_months(today: date, months: int) -> date:
    """The same day so many months ahead, or the last day of that month where it has no such day."""
    year, month = _shifted(today, months)
    return date(year, month, min(today.day, calendar.monthrange(year, month)[1]))


def _shifted(today: date, months: int) -> tuple[int, int]:
    count = today.year * 12 + today.month - 1 + months
    return count // 12, count % 12 + 1


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
