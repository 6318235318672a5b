"""What is too old goes, and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from bot.core.bubbles import Bubble
from bot.core.messages import Channel, InboundKind, InboundMessage, MediaItem
from bot.core.retention_rules import Periods
from bot.services import attachments, bookings, messages, receiving, retention
from bot.store import models
from bot.store.engine import Sessions, transaction
from bot.store.models import Base
from tests.services.conftest import MakeStop

NONE = Periods(messages=0, payloads=0, media=0, handoffs=0, bookings=0, people=0)
WORDS = "words of long ago"


def say(sessions: Sessions, at: datetime, number: str = "1") -> int:
    """Somebody sends a voice note with words, and is answered."""
    message = InboundMessage(
        channel=Channel.TELEGRAM,
        provider_id=number,
        address="77",
        kind=InboundKind.MEDIA,
        text=WORDS,
        raw={"text": WORDS},
        media=(MediaItem(reference="F", content_type="audio/ogg"),),
    )
    with transaction(sessions) as session:
        turn = receiving.receive(session, message, now=at)
        assert turn is not None
        messages.complete_turn(
            session, inbound_id=turn, outcome="answered", bubbles=[Bubble(text=WORDS)], now=at
        )
        media = session.scalars(select(models.MediaFile).where(models.MediaFile.inbound_id == turn)).one()
        attachments.stored(
            session,
            media_id=media.id,
            name=number.zfill(32),
            content_type="audio/ogg",
            size=4,
            now=at,
        )
    return turn


def apply(sessions: Sessions, now: datetime, **days: int) -> tuple[str, ...]:
    periods = Periods(**(dict.fromkeys(vars(NONE), 0) | days))
    with transaction(sessions) as session:
        return retention.apply(session, periods=periods, now=now)


def rows(sessions: Sessions, model: type[Base]) -> list[Any]:
    with sessions() as session:
        return list(session.scalars(select(model)))


def test_by_default_nothing_recent_goes(sessions: Sessions, now: datetime) -> None:
    say(sessions, now)
    with transaction(sessions) as session:
        assert retention.apply(session, periods=Periods(), now=now + timedelta(days=29)) == ()
    assert rows(sessions, models.InboundMessage)[0].raw == {"text": WORDS}


def test_payloads_go_first(sessions: Sessions, now: datetime) -> None:
    say(sessions, now)
    apply(sessions, now + timedelta(days=31), payloads=30)
    (message,) = rows(sessions, models.InboundMessage)
    assert (message.raw, message.text) == ({}, WORDS)


def test_attachments_go_and_name_their_files(sessions: Sessions, now: datetime) -> None:
    say(sessions, now - timedelta(days=91), "1")
    say(sessions, now, "2")
    assert apply(sessions, now, media=90) == ("1".zfill(32),)
    assert {file.inbound_id: file.status for file in rows(sessions, models.MediaFile)} == {
        1: "expired",
        2: "stored",
    }


def test_messages_go_both_ways_with_what_rasa_keeps(sessions: Sessions, now: datetime) -> None:
    old = now - timedelta(days=366)
    say(sessions, old, "1")
    say(sessions, now, "2")
    with transaction(sessions) as session:
        for at, sender in ((old, "1"), (old, "2"), (now, "2")):
            session.execute(
                text(
                    "INSERT INTO rasa.events (sender_id, type_name, timestamp, action_name, data)"
                    " VALUES (:sender, 'action', :at, 'action_session_start', '{}')"
                ),
                {"sender": sender, "at": at.timestamp()},
            )
    assert apply(sessions, now, messages=365) == ("1".zfill(32),)
    assert [message.provider_id for message in rows(sessions, models.InboundMessage)] == ["2"]
    assert sorted(message.text for message in rows(sessions, models.OutboundMessage)) == ["", WORDS]
    with sessions() as session:
        left = session.execute(text("SELECT sender_id FROM rasa.events ORDER BY id")).scalars().all()
    assert left == ["2", "2"], "a conversation that goes on keeps the start of its session"


def test_a_message_that_waits_stays(sessions: Sessions, now: datetime) -> None:
    turn = say(sessions, now - timedelta(days=800))
    with transaction(sessions) as session:
        session.get_one(models.InboundMessage, turn).outcome = None
    apply(sessions, now, messages=365, payloads=30)
    assert rows(sessions, models.InboundMessage)[0].raw == {"text": WORDS}


def test_closed_handoffs_go(sessions: Sessions, now: datetime) -> None:
    say(sessions, now)
    old = now - timedelta(days=400)
    with transaction(sessions) as session:
        session.add_all(
            [
                models.Handoff(
                    conversation_id=1, reason="asked", requested_at=old, waiting_since=old, closed_at=old
                ),
                models.Handoff(conversation_id=1, reason="media", requested_at=old, waiting_since=old),
            ]
        )
    apply(sessions, now, handoffs=365)
    assert [handoff.reason for handoff in rows(sessions, models.Handoff)] == ["media"]


def book(sessions: Sessions, now: datetime, make_stop: MakeStop) -> None:
    time = make_stop().appointment_times[0]
    with transaction(sessions) as session:
        bookings.book(
            session,
            contact_id=1,
            conversation_id=1,
            appointment_time_id=time.id,
            name="Sara",
            phone="+212612345678",
            now=now,
        )


def test_past_bookings_lose_name_and_number(sessions: Sessions, now: datetime, make_stop: MakeStop) -> None:
    say(sessions, now)
    book(sessions, now, make_stop)
    apply(sessions, now + timedelta(days=300), bookings=365)
    assert rows(sessions, models.Booking)[0].name == "Sara"
    apply(sessions, now + timedelta(days=400), bookings=365)
    (booking,) = rows(sessions, models.Booking)
    assert (booking.name, booking.phone) == ("", "")
    assert booking.person_key == booking.code


@pytest.mark.parametrize(("days", "left"), [(729, 1), (731, 0)])
def test_people_of_whom_nothing_was_heard_go_wholly(
    sessions: Sessions, now: datetime, days: int, left: int
) -> None:
    say(sessions, now)
    apply(sessions, now + timedelta(days=days), people=730)
    assert len(rows(sessions, models.Contact)) == left


def test_who_has_an_appointment_not_long_ago_stays(
    sessions: Sessions, now: datetime, make_stop: MakeStop
) -> None:
    say(sessions, now)
    book(sessions, now, make_stop)
    apply(sessions, now + timedelta(days=731), people=730)
    assert len(rows(sessions, models.Contact)) == 1


def test_a_night_is_one_workers_and_comes_once(sessions: Sessions, now: datetime) -> None:
    days = [now.date(), now.date(), now.date() + timedelta(days=1)]
    done = []
    for day in days:
        with transaction(sessions) as session:
            done.append(retention.begin_night(session, day=day))
    assert done == [True, False, True]


def test_what_refers_to_a_message_is_known(sessions: Sessions) -> None:
    """A table that is new here has to be seen to where messages go."""
    referring = {
        table.name
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "inbound_message"
    }
    assert referring == {"outbound_message", "turn_effect", "media_file", "label_candidate"}
