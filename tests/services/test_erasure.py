"""Erasing: nothing of a person is left in any table."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from bot.core.bubbles import Bubble
from bot.core.errors import NotFound
from bot.core.messages import Channel, InboundKind, InboundMessage
from bot.services import bookings, erasure, handoffs, ideas, messages
from bot.store.engine import Sessions, transaction
from bot.store.models import AppointmentTime, Base, Contact, Conversation
from tests.services.conftest import MakeStop

NUMBER = "+212661122334"
WORDS = "words that only this person wrote"


def fill(sessions: Sessions, now: datetime, make_stop: MakeStop) -> int:
    """A person with everything; the id of the appointment time they took."""
    time = make_stop().appointment_times[0]
    message = InboundMessage(
        channel=Channel.WHATSAPP,
        provider_id="SM1",
        address=NUMBER,
        kind=InboundKind.TEXT,
        text=WORDS,
        raw={"Body": WORDS, "From": NUMBER},
    )
    with transaction(sessions) as session:
        turn = messages.receive(session, message, now=now)
        assert turn is not None
        messages.complete_turn(
            session, inbound_id=turn, outcome="answered", bubbles=[Bubble(text=WORDS)], now=now
        )
        talk = session.query(Conversation).one()
        bookings.book(
            session,
            contact_id=talk.contact_id,
            conversation_id=talk.id,
            appointment_time_id=time.id,
            name=WORDS[:20],
            phone=NUMBER,
            now=now,
        )
        ideas.submit(
            session,
            contact_id=talk.contact_id,
            summary=WORDS,
            place=WORDS,
            commune_code=None,
            sector="other",
            needs=WORDS,
            now=now,
        )
        handoffs.request(session, conversation_id=talk.id, reason="erase", now=now)
        session.execute(
            text("INSERT INTO rasa.events (sender_id, type_name, data) VALUES (:sender, 'user', :data)"),
            {"sender": str(talk.id), "data": f'{{"text": "{WORDS}"}}'},
        )
    return time.id


def everything(sessions: Sessions) -> str:
    tables = [table.name for table in Base.metadata.sorted_tables] + ["rasa.events"]
    with sessions() as session:
        rows = [session.execute(text(f"SELECT t::text FROM {name} AS t")).scalars().all() for name in tables]
    return "\n".join(row for found in rows for row in found)


def test_nothing_is_left_and_the_place_is_free(
    sessions: Sessions, now: datetime, make_stop: MakeStop
) -> None:
    time_id = fill(sessions, now, make_stop)
    assert NUMBER in everything(sessions)
    with transaction(sessions) as session:
        assert erasure.erase(session, phone_or_address=NUMBER, now=now).contacts == 1
    left = everything(sessions)
    assert NUMBER not in left
    assert WORDS not in left
    with sessions() as session:
        assert session.get_one(AppointmentTime, time_id).taken == 0


def ask(sessions: Sessions, now: datetime) -> None:
    with transaction(sessions) as session:
        erasure.request(session, contact_id=session.query(Contact).one().id, now=now)


def carry_out(sessions: Sessions, now: datetime) -> int:
    with transaction(sessions) as session:
        return erasure.carry_out(session, now=now).contacts


def test_who_asked_is_erased_once_the_conversation_is_at_rest(
    sessions: Sessions, now: datetime, make_stop: MakeStop
) -> None:
    fill(sessions, now, make_stop)
    for _ in range(2):
        ask(sessions, now)
    assert carry_out(sessions, now + timedelta(seconds=30)) == 0
    assert carry_out(sessions, now + timedelta(seconds=61)) == 1
    assert NUMBER not in everything(sessions)
    assert carry_out(sessions, now + timedelta(seconds=62)) == 0


def test_who_goes_on_writing_is_erased_within_a_day_all_the_same(
    sessions: Sessions, now: datetime, make_stop: MakeStop
) -> None:
    fill(sessions, now, make_stop)
    ask(sessions, now)
    with transaction(sessions) as session:
        session.query(Conversation).one().last_activity_at = now + timedelta(hours=20)
    assert carry_out(sessions, now + timedelta(hours=19, minutes=59)) == 0
    assert carry_out(sessions, now + timedelta(hours=20)) == 1


def test_somebody_who_is_not_known_is_said_to_be_so(sessions: Sessions, now: datetime) -> None:
    with pytest.raises(NotFound), transaction(sessions) as session:
        erasure.erase(session, phone_or_address="+212600000000", now=now)
