"""Numbers that the staff may change while the product runs."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from bot.core.errors import InvalidInput
from bot.store.models import Preference

DEFAULTS: dict[str, int] = {
    "centimes_per_sms": 40,
    "grace_seconds": 120,
    "unreached_minutes": 90,
    "reminder_evening_hour": 18,
    "reminder_lead_minutes": 90,
    "offer_minutes": 120,
}
"""What one SMS segment costs, in hundredths of a dirham; how long a change of plan can be undone; after how long
without a receipt somebody has to be called; the hour (local) of the reminder on the evening before, and how long before
the appointment the one of the morning comes; how long a place is offered to somebody on a waiting list."""
LIMITS: dict[str, tuple[int, int]] = {
    "centimes_per_sms": (0, 10_000),
    "grace_seconds": (0, 3600),
    "unreached_minutes": (5, 24 * 60),
    "reminder_evening_hour": (15, 20),
    "reminder_lead_minutes": (90, 6 * 60),
    "offer_minutes": (15, 24 * 60),
}


def get(session: Session, key: str) -> int:
    """The staff's number, else the product's own."""
    known = session.get(Preference, key)
    return int(known.value["value"]) if known else DEFAULTS[key]


def put(session: Session, *, key: str, value: int, now: datetime) -> None:
    """Change a number. Raises InvalidInput where there is no such one, or it lies outside its limits."""
    if key not in DEFAULTS:
        raise InvalidInput(f"there is no preference {key}")
    least, most = LIMITS[key]
    if not least <= value <= most:
        raise InvalidInput(f"{key} lies between {least} and {most}")
    session.merge(Preference(key=key, value={"value": value}, changed_at=now))
    session.flush()


def grace(session: Session) -> timedelta:
    """How long nobody is told of a change of plan, so that it can be undone."""
    return timedelta(seconds=get(session, "grace_seconds"))


def patience(session: Session) -> timedelta:
    """After how long without a sign that a message arrived its person is to be called."""
    return timedelta(minutes=get(session, "unreached_minutes"))


def reminder_evening(session: Session) -> time:
    """When people are reminded on the day before, local."""
    return time(get(session, "reminder_evening_hour"))


def reminder_lead(session: Session) -> timedelta:
    """How long before the appointment people are reminded on the day itself."""
    return timedelta(minutes=get(session, "reminder_lead_minutes"))


def offer_lasts(session: Session) -> timedelta:
    """How long a place is kept for somebody on a waiting list; the night does not count."""
    return timedelta(minutes=get(session, "offer_minutes"))


def sms_cost(session: Session, segments: int) -> Decimal:
    """What ``segments`` cost, in dirhams."""
    return Decimal(get(session, "centimes_per_sms") * segments) / 100
