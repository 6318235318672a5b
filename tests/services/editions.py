"""Editions of a caravan for tests, and what has become of them in the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.core.reminder_rules import CASABLANCA
from bot.gazetteer import Gazetteer
from bot.services import bookings, caravan_files
from bot.services.caravan_files import CaravanFile, PlannedStop, StopKey
from bot.store.engine import Sessions, transaction
from bot.store.models import Booking, Caravan, Conversation, Stop

EXAMPLE = Path(__file__).parents[2] / "bot/caravans/khemisset.yml"
TIFLET, OULMES, ROMMANI = "04.291.01.05", "04.291.05.11", "04.291.01.03"
FIRST, SECOND = date(2026, 12, 3), date(2026, 12, 7)


@cache
def example() -> CaravanFile:
    """The example, installed on 24 November 2026."""
    return caravan_files.read(EXAMPLE, Gazetteer.load("04.291"), date(2026, 11, 24))


def edition(*stops: PlannedStop) -> CaravanFile:
    """A real edition; without ``stops`` it goes to Tiflet and Oulmes."""
    usual = (planned(TIFLET, FIRST), planned(OULMES, SECOND))
    return replace(example(), code="spring", is_example=False, stops=stops or usual)


def empty_edition() -> CaravanFile:
    """The same edition without a calendar."""
    return replace(edition(), stops=())


def planned(commune: str, day: date, **changed: Any) -> PlannedStop:
    """A stop with three times of an hour and two places each, from nine to noon."""
    stop = PlannedStop(
        commune_code=commune,
        day=day,
        opens_at=time(9),
        closes_at=time(12),
        breaks=(),
        advisers=2,
        minutes=60,
        latitude=33.9,
        longitude=-6.3,
        venue_fr="Place",
        venue_ar="الساحة",
    )
    return replace(stop, **changed)


def at(commune: str, day: date) -> StopKey:
    """The key of a stop."""
    return StopKey(day=day, commune_code=commune)


def load(sessions: Sessions, file: CaravanFile, now: datetime) -> Caravan:
    """Load ``file`` in a transaction of its own."""
    with transaction(sessions) as session:
        return caravan_files.load(session, file, now=now)


def stop_at(sessions: Sessions, key: StopKey) -> Stop | None:
    """The stop with its times, if there is one."""
    with sessions() as session:
        found = session.scalar(select(Stop).where(Stop.commune_code == key.commune_code, Stop.day == key.day))
        if found is not None:
            session.refresh(found, ["appointment_times"])
        return found


def the_stop_at(sessions: Sessions, key: StopKey) -> Stop:
    """The stop with its times, which must be there."""
    found = stop_at(sessions, key)
    assert found is not None
    return found


def hours(stop: Stop) -> dict[str, int]:
    """Places by local time."""
    return {
        f"{time.starts_at.astimezone(CASABLANCA):%H:%M}": time.capacity for time in stop.appointment_times
    }


def book(
    sessions: Sessions, person: Conversation, key: StopKey, now: datetime, name: str = "Sara"
) -> Booking:
    """Book the first time of a stop."""
    stop = the_stop_at(sessions, key)
    with transaction(sessions) as session:
        return bookings.book(
            session,
            contact_id=person.contact_id,
            conversation_id=person.id,
            appointment_time_id=stop.appointment_times[0].id,
            name=name,
            phone="+212612345678",
            now=now,
        )


def cancel(sessions: Sessions, booking: Booking, now: datetime) -> None:
    """Give the place up."""
    with transaction(sessions) as session:
        bookings.cancel(session, booking_id=booking.id, contact_id=booking.contact_id, now=now)
