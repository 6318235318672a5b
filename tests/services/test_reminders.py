"""Reminders: due by the product's clock, void when the booking moves, never twice, never too late."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.core.errors import NotFound
from bot.core.locales import Variety
from bot.core.messages import Channel
from bot.core.reminder_rules import CASABLANCA
from bot.core.texts import default_texts
from bot.services import bookings, consent, contacts, reminder_sending
from bot.store.engine import Sessions, transaction
from bot.store.models import Booking, OutboundMessage, Reminder
from tests.services.conftest import MakeConversation, MakeStop

NAMES = {"fr": "Tiflet", "ar": "تيفلت"}


def run(sessions: Sessions, now: datetime) -> int:
    with transaction(sessions) as session:
        return reminder_sending.send_due(
            session, texts=default_texts(), commune_name=lambda code: NAMES, now=now
        )


@pytest.fixture
def booking(
    sessions: Sessions, now: datetime, make_stop: MakeStop, make_conversation: MakeConversation
) -> Booking:
    time = make_stop().appointment_times[1]
    person = make_conversation()
    with transaction(sessions) as session:
        contacts.remember_variety(session, contact_id=person.contact_id, variety=Variety.FRENCH)
        return bookings.book(
            session,
            contact_id=person.contact_id,
            conversation_id=person.id,
            appointment_time_id=time.id,
            name="Sara",
            phone="+212612345678",
            now=now,
        )


def local(now: datetime, *, days: int, hour: int, minute: int = 0) -> datetime:
    day = now.astimezone(CASABLANCA).replace(hour=hour, minute=minute, second=0, microsecond=0)
    return day + timedelta(days=days)


def test_the_evening_and_the_morning_reminder_go_out_once_each(
    sessions: Sessions, now: datetime, booking: Booking
) -> None:
    assert run(sessions, local(now, days=1, hour=17, minute=59)) == 0
    assert run(sessions, local(now, days=1, hour=18)) == 1
    assert run(sessions, local(now, days=1, hour=18, minute=1)) == 0
    assert run(sessions, local(now, days=2, hour=8, minute=30)) == 1
    with sessions() as session:
        sent = session.scalars(select(OutboundMessage).order_by(OutboundMessage.id)).all()
    assert [(row.channel, row.address) for row in sent] == [("sms", "+212612345678")] * 2
    assert all(booking.code in row.text and "Tiflet" in row.text for row in sent)


def test_a_cancelled_booking_is_not_reminded_of(sessions: Sessions, now: datetime, booking: Booking) -> None:
    with transaction(sessions) as session:
        bookings.cancel(session, booking_id=booking.id, contact_id=booking.contact_id, now=now)
    assert run(sessions, local(now, days=1, hour=18)) == 0


def test_for_who_said_stop_no_reminder_is_planned(
    sessions: Sessions, now: datetime, booking: Booking, make_stop: MakeStop
) -> None:
    later = make_stop("04.291.05.11", days=5).appointment_times[0]
    with transaction(sessions) as session:
        consent.stop(session, contact_id=booking.contact_id, channel=Channel.WHATSAPP, words="stop", now=now)
        bookings.move(
            session,
            booking_id=booking.id,
            contact_id=booking.contact_id,
            appointment_time_id=later.id,
            now=now,
        )
        assert {row.status for row in session.scalars(select(Reminder))} == {"void"}


def test_a_moved_booking_is_reminded_of_at_its_new_time_only(
    sessions: Sessions, now: datetime, booking: Booking, make_stop: MakeStop
) -> None:
    later = make_stop("04.291.05.11", days=5).appointment_times[0]
    with transaction(sessions) as session:
        bookings.move(
            session,
            booking_id=booking.id,
            contact_id=booking.contact_id,
            appointment_time_id=later.id,
            now=now,
        )
    assert run(sessions, local(now, days=1, hour=18)) == 0
    assert run(sessions, local(now, days=4, hour=18)) == 1


def test_after_an_outage_what_is_useless_is_recorded_as_missed(
    sessions: Sessions, now: datetime, booking: Booking
) -> None:
    assert run(sessions, local(now, days=3, hour=9)) == 0
    with sessions() as session:
        rows = session.execute(select(Reminder.status, Reminder.reason)).all()
    assert {status for status, _ in rows} == {"missed"}
    assert all(reason for _, reason in rows)


def test_nobody_is_written_to_at_night(sessions: Sessions, now: datetime, booking: Booking) -> None:
    assert run(sessions, local(now, days=1, hour=22)) == 0
    assert run(sessions, local(now, days=2, hour=3)) == 0
    assert run(sessions, local(now, days=2, hour=8, minute=30)) == 1
    with sessions() as session:
        evening = session.scalars(select(Reminder).where(Reminder.kind == "evening")).one()
    assert evening.status == "missed"


def test_a_queued_reminder_is_not_sent_when_the_booking_is_cancelled(
    sessions: Sessions, now: datetime, booking: Booking
) -> None:
    assert run(sessions, local(now, days=1, hour=18)) == 1
    with transaction(sessions) as session:
        bookings.cancel(session, booking_id=booking.id, contact_id=booking.contact_id, now=now)
    with sessions() as session:
        assert session.scalars(select(OutboundMessage.status)).all() == ["cancelled"]


def test_one_reminder_without_words_does_not_keep_the_others_back(
    sessions: Sessions,
    now: datetime,
    booking: Booking,
    make_stop: MakeStop,
    make_conversation: MakeConversation,
) -> None:
    other = make_stop("04.291.01.01").appointment_times[0]
    person = make_conversation("+212600000077")
    with transaction(sessions) as session:
        bookings.book(
            session,
            contact_id=person.contact_id,
            conversation_id=person.id,
            appointment_time_id=other.id,
            name="Omar",
            phone="+212600000077",
            now=now,
        )

    def name(code: str) -> dict[str, str]:
        if code == "04.291.01.01":
            raise NotFound(code)
        return NAMES

    with transaction(sessions) as session:
        sent = reminder_sending.send_due(
            session, texts=default_texts(), commune_name=name, now=local(now, days=1, hour=18)
        )
    assert sent == 1
