"""What a coach books for a person, who hears of it; what the assistant knows of it afterwards."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from bot.core.texts import default_texts
from bot.services import bookings, coach_bookings, handoffs, staff
from bot.services.coach_bookings import UnusableName, UnusableNumber
from bot.services.handoffs import NotHeld
from bot.store.engine import Sessions, transaction
from bot.store.models import Booking, Contact, Conversation, OutboundMessage
from tests.services.conftest import MakeConversation, MakeStop

TEXTS = default_texts()


def names(code: str) -> dict[str, str]:
    return {"fr": "Tiflet", "ar": "تيفلت"}


@pytest.fixture
def held(sessions: Sessions, now: datetime, make_conversation: MakeConversation) -> Conversation:
    """A conversation in French that coach 1 holds."""
    conversation = make_conversation()
    with transaction(sessions) as session:
        karim = staff.create(
            session, username="karim", password="a-long-password", display_name="Karim", now=now
        )
        session.get_one(Contact, conversation.contact_id).variety = "fr"
        handoffs.take(session, conversation_id=conversation.id, staff_id=karim.id, now=now)
    return conversation


def book(
    sessions: Sessions,
    now: datetime,
    time_id: int,
    *,
    staff_id: int = 1,
    name: str = "Sara",
    number: str = "0612345678",
) -> Booking:
    with transaction(sessions) as session:
        return coach_bookings.book(
            session,
            conversation_id=1,
            staff_id=staff_id,
            appointment_time_id=time_id,
            name=name,
            number=number,
            texts=TEXTS,
            commune_name=names,
            now=now,
        )


def said(sessions: Sessions) -> list[str]:
    with sessions() as session:
        query = select(OutboundMessage.text).where(OutboundMessage.kind == "notice")
        return list(session.scalars(query.order_by(OutboundMessage.id)))


def test_booked_moved_and_cancelled_the_person_hears_each(
    sessions: Sessions, now: datetime, held: Conversation, make_stop: MakeStop
) -> None:
    first, second, _ = make_stop().appointment_times
    booking = book(sessions, now, first.id)
    with transaction(sessions) as session:
        coach_bookings.move(
            session,
            conversation_id=held.id,
            staff_id=1,
            booking_id=booking.id,
            appointment_time_id=second.id,
            texts=TEXTS,
            commune_name=names,
            now=now,
        )
    with transaction(sessions) as session:
        coach_bookings.cancel(
            session,
            conversation_id=held.id,
            staff_id=1,
            booking_id=booking.id,
            texts=TEXTS,
            commune_name=names,
            now=now,
        )
    booked, moved, cancelled = said(sessions)
    assert all(word in booked for word in ("Sara", "Tiflet", "jeudi 26 novembre à 09:00", booking.code))
    assert "10:00" in moved
    assert "annulé" in cancelled
    assert booking.phone == "+212612345678"


def test_only_who_holds_the_conversation_books(
    sessions: Sessions, now: datetime, held: Conversation, make_stop: MakeStop
) -> None:
    with pytest.raises(NotHeld):
        book(sessions, now, make_stop().appointment_times[0].id, staff_id=2)


def test_a_name_and_a_mobile_are_needed(
    sessions: Sessions, now: datetime, held: Conversation, make_stop: MakeStop
) -> None:
    time_id = make_stop().appointment_times[0].id
    with pytest.raises(UnusableName):
        book(sessions, now, time_id, name="?")
    with pytest.raises(UnusableNumber):
        book(sessions, now, time_id, number="0522123456")
    assert said(sessions) == []


def test_given_back_the_assistant_says_what_was_agreed_and_knows_it(
    sessions: Sessions, now: datetime, held: Conversation, make_stop: MakeStop
) -> None:
    booking = book(sessions, now, make_stop().appointment_times[0].id)
    with transaction(sessions) as session:
        handoffs.give_back(session, conversation_id=held.id, staff_id=1, texts=TEXTS, now=now)
    last = said(sessions)[-1]
    assert "jeudi 26 novembre à 09:00" in last
    assert booking.code in last
    with sessions() as session:
        known = bookings.active(session, contact_id=held.contact_id, now=now)
        assert [each.code for each in known] == [booking.code]
