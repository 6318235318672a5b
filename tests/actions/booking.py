"""What the tests of bookings have in common: people on their way through the form, and what the database holds then."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from bot.core.reminder_rules import CASABLANCA
from bot.services import bookings, places, stops
from bot.store.engine import Sessions, transaction
from bot.store.models import AppointmentTime, Booking, Conversation
from tests.actions.talk import Talk

FORM = "booking_form"


def asked_for_stop(talk: Talk) -> Talk:
    """The form is open, the place is Tiflet."""
    talk.hear("bghit rdv f Tiflet", "book_slot").form(FORM)
    assert talk.slots["requested_slot"] == "booking_stop"
    return talk


def asked_for_time(talk: Talk) -> Talk:
    """The stop of Tiflet, Tuesday 1 December, is chosen."""
    asked_for_stop(talk).press("Tiflet")
    assert talk.slots["requested_slot"] == "booking_time"
    return talk


def asked_for_name(talk: Talk, hour: str = "10:00") -> Talk:
    """The time is chosen."""
    asked_for_time(talk).answer(hour)
    assert talk.slots["requested_slot"] == "booking_name"
    return talk


def asked_to_confirm(talk: Talk, name: str = "Sara Benali", hour: str = "10:00") -> Talk:
    """The summary is shown."""
    asked_for_name(talk, hour).answer(name)
    assert talk.slots["requested_slot"] == "booking_confirmed"
    return talk


def booked(talk: Talk, name: str = "Sara Benali", hour: str = "10:00") -> Booking:
    """The place is taken."""
    before = {booking.id for booking in all_bookings(talk.sessions)}
    keys = asked_to_confirm(talk, name, hour).answer("ah", "affirm")
    assert keys == ["utter_booking_made"]
    (made,) = [booking for booking in all_bookings(talk.sessions) if booking.id not in before]
    return made


def all_bookings(sessions: Sessions) -> list[Booking]:
    """Every booking, oldest first."""
    with sessions() as session:
        return list(session.scalars(select(Booking).order_by(Booking.id)))


def hour_of(sessions: Sessions, appointment_time_id: int) -> str:
    """Day and local hour of an appointment time."""
    with sessions() as session:
        starts_at = session.get_one(AppointmentTime, appointment_time_id).starts_at
    return f"{starts_at.astimezone(CASABLANCA):%d/%m %H:%M}"


def places_taken(sessions: Sessions) -> int:
    """All places taken."""
    with sessions() as session:
        return sum(session.scalars(select(AppointmentTime.taken)))


def take_all(sessions: Sessions, *, stop_id: int, now: datetime, keep: frozenset[int] = frozenset()) -> None:
    """Others take every place of a stop but at the times to ``keep``."""
    with transaction(sessions) as session:
        for time in stops.free_times(session, stop_id=stop_id, now=now):
            if time.id not in keep:
                time.taken = time.capacity


def take_time(
    sessions: Sessions, person: Conversation, *, time_id: int, now: datetime, lapsed: bool = True
) -> None:
    """Somebody else takes all the places at a time, one of them by a booking, once what was held has ``lapsed``."""
    with transaction(sessions) as session:
        if lapsed:
            places.lapse_confirming(session, now=now + timedelta(minutes=11))
        bookings.book(
            session,
            contact_id=person.contact_id,
            conversation_id=person.id,
            appointment_time_id=time_id,
            name="Youssef",
            phone="+212698765432",
            now=now,
        )
        session.get_one(AppointmentTime, time_id).capacity = 1
