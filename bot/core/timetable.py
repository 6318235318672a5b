"""Days and times of a caravan's stops. No I/O; the day from which an example is reckoned is passed in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from bot.core.reminder_rules import CASABLANCA

Break = tuple[time, time]
"""From when to when nobody is received, local time."""

FRIDAY = 4
SATURDAY = 5
LUNCH: tuple[Break, ...] = ((time(12, 30), time(14, 0)),)
FRIDAY_PRAYER: tuple[Break, ...] = ((time(12, 0), time(14, 30)),)
SERVICES = ("jobs", "training", "project_support", "auto_entrepreneur", "cooperative", "financing")
"""What people come for; each has a question of its own, ``ask_<service>``."""


@dataclass(frozen=True, kw_only=True)
class PlannedStop:
    """A place and a day. ``commune_code`` is HCP's; hours and breaks are local (Africa/Casablanca).

    ``advisers`` people are received at a time, each for ``minutes``, whatever they come for; ``own_advisers`` says
    for which services there are more, who do nothing else. ``walk_in`` is the share of the places, in percent,
    that is kept for people without an appointment. The place is in degrees (WGS 84).
    """

    commune_code: str
    day: date
    opens_at: time
    closes_at: time
    breaks: tuple[Break, ...]
    advisers: int
    minutes: int
    latitude: float
    longitude: float
    venue_fr: str | None = None
    venue_ar: str | None = None
    services: tuple[str, ...] = SERVICES
    own_advisers: Mapping[str, int] = field(default_factory=dict)
    walk_in: int = 0


@dataclass(frozen=True, kw_only=True)
class PlannedTime:
    """A bookable time: ``service`` is None where it is for any; ``starts_at`` is aware, in Africa/Casablanca."""

    starts_at: datetime
    service: str | None
    capacity: int


@dataclass(frozen=True, kw_only=True)
class Period:
    """A week from Monday or a whole month, with a day of the one before and of the one after."""

    first: date
    last: date
    before: date
    after: date


def period(view: str, day: date) -> Period:
    """The "week" or "month" that holds a day."""
    if view == "week":
        first = day - timedelta(days=day.weekday())
        last = first + timedelta(days=6)
    else:
        first = day.replace(day=1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return Period(first=first, last=last, before=first - timedelta(days=1), after=last + timedelta(days=1))


def default_breaks(day: date) -> tuple[Break, ...]:
    """Lunch; on Fridays the longer pause around the prayer."""
    return FRIDAY_PRAYER if day.weekday() == FRIDAY else LUNCH


def appointment_times(stop: PlannedStop) -> list[datetime]:
    """The beginnings of all appointments of a stop, aware, in Africa/Casablanca, earliest first.

    None runs past the closing or into a break; after a break they go on where it ends. Each hour is taken in
    the offset of its own day, which is another in Ramadan.
    """
    return [datetime.combine(stop.day, start, CASABLANCA) for start in _starts(stop)]


def planned_times(stop: PlannedStop) -> list[PlannedTime]:
    """All bookable times of a stop with their places, earliest first, those for any service before the others.

    The share for people without an appointment is taken evenly over the day, so that a time may have no place left.
    """
    starts = appointment_times(stop)
    advisers: list[tuple[str | None, int]] = [(None, stop.advisers)] if stop.advisers else []
    advisers += sorted(stop.own_advisers.items())
    times = [
        PlannedTime(starts_at=start, service=service, capacity=places)
        for service, number in advisers
        for start, places in zip(starts, _without_walk_ins(number, stop.walk_in, len(starts)), strict=True)
    ]
    return sorted(times, key=lambda planned: planned.starts_at)


def example_days(installed_on: date, after_days: Iterable[int]) -> dict[int, date]:
    """The day for each number of days after ``installed_on``.

    A Saturday or Sunday becomes the next Monday; the later days then give way, so that they stay in order,
    different and working days.
    """
    days: dict[int, date] = {}
    earliest = installed_on
    for number in sorted(set(after_days)):
        days[number] = _working_day(max(installed_on + timedelta(days=number), earliest))
        earliest = days[number] + timedelta(days=1)
    return days


def _starts(stop: PlannedStop) -> Iterator[time]:
    closed = [(_minute(begin), _minute(end)) for begin, end in stop.breaks]
    start, closes = _minute(stop.opens_at), _minute(stop.closes_at)
    while start + stop.minutes <= closes:
        in_the_way = [end for begin, end in closed if begin < start + stop.minutes and start < end]
        if in_the_way:
            start = max(in_the_way)
        else:
            yield time(start // 60, start % 60)
            start += stop.minutes


def _without_walk_ins(advisers: int, walk_in: int, times: int) -> Iterator[int]:
    """The places of each of ``times`` that may be booked: whole ones, which add up to the share of all."""
    given = 0
    for number in range(1, times + 1):
        bookable = number * advisers * (100 - walk_in) // 100
        yield bookable - given
        given = bookable


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _working_day(day: date) -> date:
    weekend = day.weekday() - SATURDAY
    return day if weekend < 0 else day + timedelta(days=2 - weekend)
