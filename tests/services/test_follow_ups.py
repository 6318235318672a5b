"""After the day: one question, once, by day, in the chat, and only to those who may be written to."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.core.errors import NotFound
from bot.core.messages import Channel
from bot.core.texts import default_texts
from bot.services import attendance, consent, follow_ups, open_questions
from bot.store.engine import Sessions, transaction
from bot.store.models import Booking, Conversation, FollowUp, OutboundMessage
from tests.services.conftest import MakeConversation, MakeStop
from tests.services.visits import book, local, make_staff


@pytest.fixture
def booking(
    sessions: Sessions, now: datetime, make_stop: MakeStop, make_conversation: MakeConversation
) -> Booking:
    """Of somebody who wrote on the morning of the day."""
    made = book(sessions, make_conversation(), make_stop().appointment_times[1], now)
    with transaction(sessions) as session:
        talk = session.get_one(Conversation, made.conversation_id)
        talk.last_inbound_at = local(now, days=2, hour=8)
    return made


def note(sessions: Sessions, booking: Booking, now: datetime, *, came: bool) -> None:
    staff, there = make_staff(sessions), local(now, days=2, hour=11)
    record = attendance.check_in if came else attendance.no_show
    with transaction(sessions) as session:
        record(session, booking_id=booking.id, staff_id=staff, now=there)


def run(sessions: Sessions, now: datetime) -> int:
    with transaction(sessions) as session:
        return follow_ups.send_due(session, texts=default_texts(), now=now)


def one(sessions: Sessions) -> FollowUp:
    with sessions() as session:
        return session.scalars(select(FollowUp)).one()


def test_who_came_is_asked_once_and_the_first_answer_counts(
    sessions: Sessions, now: datetime, booking: Booking
) -> None:
    note(sessions, booking, now, came=True)
    evening = local(now, days=2, hour=17)
    assert run(sessions, evening - timedelta(minutes=1)) == 0
    assert (run(sessions, evening), run(sessions, evening)) == (1, 0)
    asked = one(sessions)
    with sessions() as session:
        payload = open_questions.payload_for(session, conversation_id=booking.conversation_id, typed="oui")
    assert payload == f'/check_booking{{"choice": "useful_yes:{asked.id}"}}'
    with transaction(sessions) as session:
        for choice in ("useful_some", "useful_no"):
            follow_ups.answer(
                session, follow_up_id=asked.id, contact_id=booking.contact_id, choice=choice, now=evening
            )
        with pytest.raises(NotFound):
            follow_ups.answer(
                session,
                follow_up_id=asked.id,
                contact_id=booking.contact_id + 1,
                choice="useful_no",
                now=evening,
            )
    assert one(sessions).answer == "useful_some"


def test_who_did_not_come_gets_one_offer_of_another_time(
    sessions: Sessions, now: datetime, booking: Booking
) -> None:
    note(sessions, booking, now, came=False)
    assert run(sessions, local(now, days=2, hour=17)) == 1
    with sessions() as session:
        sent = session.scalars(select(OutboundMessage).where(OutboundMessage.kind == "follow_up")).one()
    assert sent.buttons[0]["payload"] == f'/book_slot{{"choice": "again:{one(sessions).id}"}}'


@pytest.mark.parametrize(("hour", "days"), [(22, 2), (7, 3)])
def test_nobody_is_asked_at_night(
    sessions: Sessions, now: datetime, booking: Booking, hour: int, days: int
) -> None:
    note(sessions, booking, now, came=True)
    assert run(sessions, local(now, days=days, hour=hour)) == 0
    assert one(sessions).status == "due"


def test_who_said_stop_or_cannot_be_written_to_is_left_in_peace(
    sessions: Sessions, now: datetime, booking: Booking
) -> None:
    note(sessions, booking, now, came=True)
    with transaction(sessions) as session:
        consent.stop(session, contact_id=booking.contact_id, channel=Channel.WHATSAPP, words="stop", now=now)
    assert run(sessions, local(now, days=2, hour=17)) == 0
    assert (one(sessions).status, one(sessions).reason) == ("skipped", "the person said stop")


def test_with_a_closed_window_nobody_is_asked(sessions: Sessions, now: datetime, booking: Booking) -> None:
    note(sessions, booking, now, came=True)
    assert run(sessions, local(now, days=3, hour=9)) == 0
    assert one(sessions).reason == "the chat cannot be written to"
