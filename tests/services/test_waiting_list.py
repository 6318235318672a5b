"""Waiting lists: who came first is asked first, the place is kept meanwhile, and the next one follows."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.core.texts import default_texts
from bot.services import bookings, erasure, waiting_list, waiting_offers
from bot.services.places import TimeTaken
from bot.services.waiting_list import OfferOver
from bot.store.engine import Sessions, transaction
from bot.store.models import (
    AppointmentTime,
    Booking,
    Conversation,
    OutboundMessage,
    Stop,
    WaitingListEntry,
)
from tests.services.conftest import OULMES, MakeConversation, MakeStop
from tests.services.visits import book, counts, local


@pytest.fixture
def full(
    sessions: Sessions, now: datetime, make_stop: MakeStop, make_conversation: MakeConversation
) -> Booking:
    """The booking that fills a stop with one place."""
    return book(sessions, make_conversation(), make_stop(times=1, capacity=1).appointment_times[0], now)


@pytest.fixture
def line(
    sessions: Sessions, now: datetime, full: Booking, make_conversation: MakeConversation
) -> list[Conversation]:
    """Two people who wait for it; both wrote just now."""
    people = [make_conversation(f"+21260000000{number}") for number in (1, 2)]
    for person in people:
        wait(sessions, person, full, now)
        with transaction(sessions) as session:
            session.get_one(Conversation, person.id).last_inbound_at = now
    return people


def wait(sessions: Sessions, person: Conversation, full: Booking, now: datetime) -> int:
    with transaction(sessions) as session:
        entry = waiting_list.join(
            session,
            contact_id=person.contact_id,
            conversation_id=person.id,
            stop_id=session.get_one(AppointmentTime, full.appointment_time_id).stop_id,
            name="Omar",
            phone="+212600000001",
            now=now,
        )
        return entry.id


def cancel(sessions: Sessions, booking: Booking, now: datetime) -> None:
    with transaction(sessions) as session:
        bookings.cancel(session, booking_id=booking.id, contact_id=booking.contact_id, now=now)


def tick(sessions: Sessions, now: datetime) -> int:
    with transaction(sessions) as session:
        return waiting_offers.round_of(
            session,
            texts=default_texts(),
            commune_name=lambda code: {"fr": "Tiflet", "ar": "تيفلت"},
            now=now,
        )


def entries(sessions: Sessions) -> list[WaitingListEntry]:
    with sessions() as session:
        return list(session.scalars(select(WaitingListEntry).order_by(WaitingListEntry.id)))


def statuses(sessions: Sessions) -> list[str]:
    return [entry.status for entry in entries(sessions)]


def time_of(sessions: Sessions, booking: Booking) -> AppointmentTime:
    with sessions() as session:
        return session.get_one(AppointmentTime, booking.appointment_time_id)


def accept(sessions: Sessions, person: Conversation, entry: WaitingListEntry, now: datetime) -> Booking:
    with transaction(sessions) as session:
        return waiting_list.accept(session, entry_id=entry.id, contact_id=person.contact_id, now=now)


def test_everybody_is_told_their_position_and_stands_in_line_once(
    sessions: Sessions, now: datetime, full: Booking, line: list[Conversation]
) -> None:
    again = wait(sessions, line[1], full, now)
    with sessions() as session:
        mine = waiting_list.of_contact(session, contact_id=line[1].contact_id)
        assert [(entry.id, waiting_list.position(session, entry)) for entry in mine] == [(again, 2)]
    assert tick(sessions, now) == 0


def test_a_place_that_frees_is_kept_at_once_and_the_first_is_asked(
    sessions: Sessions,
    now: datetime,
    full: Booking,
    line: list[Conversation],
    make_conversation: MakeConversation,
) -> None:
    cancel(sessions, full, now)
    time = time_of(sessions, full)
    assert counts(sessions, time) == (0, 1)
    with pytest.raises(TimeTaken):
        book(sessions, make_conversation("+212600000009"), time, now)
    assert (tick(sessions, now), tick(sessions, now)) == (1, 0)
    first, second = entries(sessions)
    assert (first.status, second.status) == ("offered", "waiting")
    with sessions() as session:
        sent = session.scalars(select(OutboundMessage).where(OutboundMessage.kind == "offer")).one()
    assert (sent.contact_id, sent.channel) == (line[0].contact_id, "whatsapp")
    assert [button["payload"] for button in sent.buttons] == [
        f'/check_booking{{"choice": "offer_yes:{first.id}"}}',
        f'/check_booking{{"choice": "offer_no:{first.id}"}}',
    ]
    booking = accept(sessions, line[0], first, now + timedelta(minutes=119))
    assert accept(sessions, line[0], first, now + timedelta(minutes=119)).id == booking.id
    assert counts(sessions, time) == (1, 0)


def test_the_next_is_asked_when_an_offer_lapses_or_is_refused(
    sessions: Sessions, now: datetime, full: Booking, line: list[Conversation]
) -> None:
    cancel(sessions, full, now)
    tick(sessions, now)
    first = entries(sessions)[0]
    late = now + timedelta(minutes=120)
    assert tick(sessions, late) == 1
    assert statuses(sessions) == ["lapsed", "offered"]
    with pytest.raises(OfferOver):
        accept(sessions, line[0], first, late)
    with transaction(sessions) as session:
        waiting_list.refuse(
            session, entry_id=entries(sessions)[1].id, contact_id=line[1].contact_id, now=late
        )
    assert statuses(sessions) == ["lapsed", "refused"]
    assert counts(sessions, time_of(sessions, full)) == (0, 0)


def test_at_night_the_place_is_kept_and_nobody_is_asked(
    sessions: Sessions, now: datetime, full: Booking, line: list[Conversation]
) -> None:
    night = local(now, days=0, hour=22)
    cancel(sessions, full, night)
    assert tick(sessions, night) == 0
    assert counts(sessions, time_of(sessions, full)) == (0, 1)
    assert tick(sessions, local(now, days=1, hour=8)) == 1


def test_the_night_does_not_count_for_an_offer(
    sessions: Sessions, now: datetime, full: Booking, line: list[Conversation]
) -> None:
    evening = local(now, days=0, hour=20, minute=30)
    cancel(sessions, full, evening)
    assert tick(sessions, evening) == 1
    assert tick(sessions, local(now, days=1, hour=9, minute=29)) == 0
    assert statuses(sessions) == ["offered", "waiting"]
    assert tick(sessions, local(now, days=1, hour=9, minute=30)) == 1


def test_a_place_that_came_by_a_larger_capacity_is_offered_too(
    sessions: Sessions, now: datetime, full: Booking, line: list[Conversation]
) -> None:
    with transaction(sessions) as session:
        session.get_one(AppointmentTime, full.appointment_time_id).capacity = 3
    assert tick(sessions, now) == 2
    assert counts(sessions, time_of(sessions, full)) == (1, 2)


def test_who_has_a_place_elsewhere_moves(
    sessions: Sessions, now: datetime, full: Booking, line: list[Conversation], make_stop: MakeStop
) -> None:
    other = make_stop(OULMES, days=5).appointment_times[0]
    elsewhere = book(sessions, line[0], other, now, "Omar")
    cancel(sessions, full, now)
    tick(sessions, now)
    moved = accept(sessions, line[0], entries(sessions)[0], now)
    assert (moved.id, moved.code, moved.appointment_time_id) == (
        elsewhere.id,
        elsewhere.code,
        full.appointment_time_id,
    )
    assert counts(sessions, other) == (0, 0)


def test_the_line_of_a_stop_that_is_called_off_goes_where_it_goes(
    sessions: Sessions, now: datetime, full: Booking, line: list[Conversation], make_stop: MakeStop
) -> None:
    later = make_stop(days=9, times=1, capacity=1)
    with transaction(sessions) as session:
        stop = session.get_one(Stop, entries(sessions)[0].stop_id)
        stop.status, stop.moved_to_id = "postponed", later.id
    tick(sessions, now)
    assert [(entry.status, entry.stop_id == later.id) for entry in entries(sessions)] == [
        ("closed", False),
        ("closed", False),
        ("offered", True),
        ("waiting", True),
    ]


def test_outside_the_window_the_offer_is_one_sms(
    sessions: Sessions, now: datetime, full: Booking, line: list[Conversation]
) -> None:
    with transaction(sessions) as session:
        session.get_one(Conversation, line[0].id).last_inbound_at = now - timedelta(days=2)
    cancel(sessions, full, now)
    tick(sessions, now)
    with sessions() as session:
        sent = session.scalars(select(OutboundMessage).where(OutboundMessage.kind == "offer")).one()
    assert (sent.channel, sent.address) == ("sms", "+212600000001")


def test_who_is_erased_keeps_nothing(
    sessions: Sessions, now: datetime, full: Booking, line: list[Conversation]
) -> None:
    cancel(sessions, full, now)
    with transaction(sessions) as session:
        erasure.erase(session, phone_or_address="+212600000001", now=now)
    assert statuses(sessions) == ["offered"]
    assert counts(sessions, time_of(sessions, full)) == (0, 1)
