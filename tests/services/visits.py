"""What tests of a day at a stop need: a person with a booking, a member of the staff."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.core.reminder_rules import CASABLANCA
from bot.services import bookings
from bot.store.engine import Sessions, transaction
from bot.store.models import AppointmentTime, Booking, Conversation, Staff


def book(
    sessions: Sessions, person: Conversation, time: AppointmentTime, now: datetime, name: str = "Sara"
) -> Booking:
    """One place for one person."""
    with transaction(sessions) as session:
        return bookings.book(
            session,
            contact_id=person.contact_id,
            conversation_id=person.id,
            appointment_time_id=time.id,
            name=name,
            phone="+212612345678",
            now=now,
        )


def make_staff(sessions: Sessions) -> int:
    """The id of a coach."""
    with transaction(sessions) as session:
        staff = Staff(
            username="coach",
            display_name="Coach",
            role="coach",
            password_hash="-",
            language="fr",
            created_at=datetime(2026, 11, 1, tzinfo=UTC),
        )
        session.add(staff)
        session.flush()
        return staff.id


def local(now: datetime, *, days: int, hour: int, minute: int = 0) -> datetime:
    """An hour in Morocco, ``days`` after today."""
    day = now.astimezone(CASABLANCA).replace(hour=hour, minute=minute, second=0, microsecond=0)
    return day + timedelta(days=days)


def counts(sessions: Sessions, time: AppointmentTime) -> tuple[int, int]:
    """How many places of a time are taken and held."""
    with sessions() as session:
        found = session.get_one(AppointmentTime, time.id)
        return found.taken, found.held
