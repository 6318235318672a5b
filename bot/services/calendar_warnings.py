"""What the staff are warned of when they plan a day. Nothing is refused for it: the caravan may well stand on a holiday."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache

import holidays

from bot.core.timetable import FRIDAY, SATURDAY, PlannedStop

PRAYER = (time(12, 30), time(13, 30))
"""When nobody comes on a Friday, whatever the season."""


@dataclass(frozen=True, kw_only=True)
class Warned:
    """``key`` is that of the console's words; ``name`` is a holiday's, in the console's language."""

    key: str
    name: str = ""


def warnings(plan: PlannedStop, language: str) -> list[Warned]:
    """Weekend, holiday (those of the moon are estimates), and a Friday without a break for the prayer."""
    found = []
    if plan.day.weekday() >= SATURDAY:
        found.append(Warned(key="warn_weekend"))
    holiday = holiday_name(plan.day, language)
    if holiday:
        found.append(Warned(key="warn_holiday", name=holiday))
    if plan.day.weekday() == FRIDAY and not _leaves_the_prayer_free(plan):
        found.append(Warned(key="warn_friday"))
    return found


def holiday_name(day: date, language: str) -> str | None:
    """What Morocco celebrates on this day, if anything; ``language`` is "ar" or "fr"."""
    name = _calendar(day.year, language).get(day)
    return str(name) if name else None


@lru_cache(maxsize=32)
def _calendar(year: int, language: str) -> holidays.HolidayBase:
    return holidays.country_holidays("MA", years=year, language=language)


def _leaves_the_prayer_free(plan: PlannedStop) -> bool:
    begins, ends = PRAYER
    closed = plan.closes_at <= begins or plan.opens_at >= ends
    return closed or any(begin <= begins and ends <= end for begin, end in plan.breaks)
