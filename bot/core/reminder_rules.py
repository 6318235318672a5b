"""When a person is reminded of a booking: the evening before and the morning of the day. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

CASABLANCA = ZoneInfo("Africa/Casablanca")
EVENING = time(18, 0)
MORNING_LEAD = timedelta(minutes=90)
EARLIEST_MORNING = time(8, 0)
LATEST_EVENING = time(21, 0)


@dataclass(frozen=True, kw_only=True)
class DueReminder:
    """``kind`` is "evening" or "morning"; ``due_at`` is aware, in Africa/Casablanca."""

    kind: str
    due_at: datetime


def reminders_for(
    *,
    starts_at: datetime,
    booked_at: datetime,
    evening_at: time = EVENING,
    lead: timedelta = MORNING_LEAD,
) -> Iterator[DueReminder]:
    """The reminders of an appointment that starts at ``starts_at`` (aware), none of them in the past.

    The evening one falls due at ``evening_at`` (local) on the day before; who books later than that but before 21:00 is not
    written to again the same evening. The morning one falls due ``lead`` before; it is left out where that is at night, because
    one that comes later leaves too little time to set out, or to give the place to somebody else.
    """
    local = starts_at.astimezone(CASABLANCA)
    evening = datetime.combine(local.date() - timedelta(days=1), evening_at, CASABLANCA)
    if evening > booked_at:
        yield DueReminder(kind="evening", due_at=evening)
    morning = local - lead
    by_day = morning.date() == local.date() and EARLIEST_MORNING <= morning.time() < LATEST_EVENING
    if by_day and booked_at < morning < local:
        yield DueReminder(kind="morning", due_at=morning)


def verdict(*, kind: str, starts_at: datetime, now: datetime) -> str:
    """What becomes of a reminder that is due: "send", "wait" (it is night) or "missed" (no use any more).

    An evening reminder is of no use on the day itself, when the morning one is near.
    """
    local, start = now.astimezone(CASABLANCA), starts_at.astimezone(CASABLANCA)
    if now >= starts_at or (kind == "evening" and local.date() >= start.date()):
        return "missed"
    quiet = local.time() >= LATEST_EVENING or local.time() < EARLIEST_MORNING
    return "wait" if quiet else "send"
