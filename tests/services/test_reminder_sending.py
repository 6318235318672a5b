"""The ladder: the chat where it may be written to, an SMS always in the evening, a call where nothing arrives."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select

from bot.core.messages import Channel
from bot.core.texts import default_texts
from bot.services import bookings, consent, open_questions, reminder_sending
from bot.store.engine import Sessions, transaction
from bot.store.models import Booking, Call, Conversation, OutboundMessage, Reminder
from tests.services.conftest import OULMES, MakeConversation, MakeStop
from tests.services.visits import book, local


@pytest.fixture
def booking(
    sessions: Sessions, now: datetime, make_stop: MakeStop, make_conversation: MakeConversation
) -> Booking:
    """At ten on the day after tomorrow."""
    return book(sessions, make_conversation(), make_stop().appointment_times[1], now)


def run(sessions: Sessions, now: datetime, templates: frozenset[tuple[str, str]] = frozenset()) -> int:
    with transaction(sessions) as session:
        return reminder_sending.send_due(
            session,
            texts=default_texts(),
            commune_name=lambda code: {"fr": "Tiflet", "ar": "تيفلت"},
            now=now,
            templates=templates,
        )


def writes(sessions: Sessions, booking: Booking, at: datetime) -> None:
    with transaction(sessions) as session:
        session.get_one(Conversation, booking.conversation_id).last_inbound_at = at


def sent(sessions: Sessions) -> list[OutboundMessage]:
    with sessions() as session:
        return list(session.scalars(select(OutboundMessage).order_by(OutboundMessage.id)))


def settle(sessions: Sessions, now: datetime) -> int:
    with transaction(sessions) as session:
        return reminder_sending.settle(session, now=now)


def test_in_the_evening_the_chat_and_an_sms_in_the_morning_the_chat_alone(
    sessions: Sessions, now: datetime, booking: Booking
) -> None:
    evening, morning = local(now, days=1, hour=18), local(now, days=2, hour=8, minute=30)
    writes(sessions, booking, evening - timedelta(hours=5))
    assert (run(sessions, evening), run(sessions, evening)) == (1, 0)
    assert [row.channel for row in sent(sessions)] == ["whatsapp", "sms"]
    assert (run(sessions, morning), run(sessions, morning)) == (1, 0)
    assert [row.channel for row in sent(sessions)] == ["whatsapp", "sms", "whatsapp"]
    assert all(row.expires_at is not None for row in sent(sessions))


def test_with_a_closed_window_the_template_or_the_sms_alone(
    sessions: Sessions, now: datetime, booking: Booking
) -> None:
    evening, morning = local(now, days=1, hour=18), local(now, days=2, hour=8, minute=30)
    assert run(sessions, evening) == 1
    assert [row.channel for row in sent(sessions)] == ["sms"]
    assert run(sessions, morning, frozenset({("reminder", "ary-Arab")})) == 1
    assert [row.channel for row in sent(sessions)] == ["sms", "whatsapp"]


def test_one_tap_or_one_word_gives_the_place_to_somebody_else(
    sessions: Sessions, now: datetime, booking: Booking
) -> None:
    evening = local(now, days=1, hour=18)
    writes(sessions, booking, evening)
    run(sessions, evening)
    cancel = f'/cancel_booking{{"choice": "cancel_yes:{booking.id}"}}'
    with sessions() as session:
        for typed in ("1", "annuler", "lghi", "ألغي", "ما غاديش نجي", "ma ghadich nji"):
            found = open_questions.payload_for(session, conversation_id=booking.conversation_id, typed=typed)
            assert found == cancel, typed
        for typed in ("salam", "4", "fin kayna lblassa?"):
            assert (
                open_questions.payload_for(session, conversation_id=booking.conversation_id, typed=typed)
                is None
            )


def test_whom_nothing_reached_in_the_set_time_is_to_be_called(
    sessions: Sessions, now: datetime, booking: Booking
) -> None:
    evening = local(now, days=1, hour=18)
    run(sessions, evening)
    assert settle(sessions, evening + timedelta(minutes=89)) == 0
    assert settle(sessions, evening + timedelta(minutes=90)) == 1
    assert settle(sessions, evening + timedelta(minutes=91)) == 0
    with sessions() as session:
        call = session.scalars(select(Call)).one()
    assert (call.booking_id, call.reason) == (booking.id, "reminder")


@pytest.mark.parametrize("status", ["delivered", "read"])
def test_a_receipt_decides(sessions: Sessions, now: datetime, booking: Booking, status: str) -> None:
    evening = local(now, days=1, hour=18)
    run(sessions, evening)
    with transaction(sessions) as session:
        session.scalars(select(OutboundMessage)).one().status = status
    assert settle(sessions, evening + timedelta(minutes=90)) == 0
    with sessions() as session:
        evening_one = session.scalars(select(Reminder).where(Reminder.kind == "evening")).one()
        assert evening_one.settled_at is not None
        assert session.scalars(select(Call)).all() == []


def test_who_gave_up_meanwhile_is_not_called_and_the_chat_is_void_too(
    sessions: Sessions, now: datetime, booking: Booking
) -> None:
    evening = local(now, days=1, hour=18)
    writes(sessions, booking, evening)
    run(sessions, evening)
    with transaction(sessions) as session:
        bookings.cancel(session, booking_id=booking.id, contact_id=booking.contact_id, now=evening)
    assert {row.status for row in sent(sessions)} == {"cancelled"}
    assert settle(sessions, evening + timedelta(minutes=90)) == 0


def test_who_said_stop_after_booking_is_not_reminded(
    sessions: Sessions,
    now: datetime,
    booking: Booking,
    make_stop: MakeStop,
    make_conversation: MakeConversation,
) -> None:
    book(sessions, make_conversation("+212612345670"), make_stop(OULMES).appointment_times[1], now)
    with transaction(sessions) as session:
        consent.stop(session, contact_id=booking.contact_id, channel=Channel.SMS, words="STOP", now=now)
    assert run(sessions, local(now, days=1, hour=18)) == 1
    assert booking.contact_id not in {row.contact_id for row in sent(sessions)}
    with sessions() as session:
        evening = select(Reminder).where(Reminder.booking_id == booking.id, Reminder.kind == "evening")
        reminder = session.scalars(evening).one()
        assert (reminder.status, reminder.reason) == ("void", reminder_sending.STOPPED)


def _people(
    sessions: Sessions, now: datetime, make_stop: MakeStop, make_conversation: MakeConversation, number: int
) -> None:
    """So many, who all come at the same hour of the day after tomorrow."""
    time = make_stop(days=2, capacity=number, times=1).appointment_times[0]
    for person in range(number):
        book(sessions, make_conversation(f"+21261234570{person}"), time, now)


def test_a_second_worker_takes_others_than_the_first_holds(
    sessions: Sessions,
    now: datetime,
    make_stop: MakeStop,
    make_conversation: MakeConversation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reminder_sending, "BATCH", 2)
    _people(sessions, now, make_stop, make_conversation, 3)
    evening = local(now, days=1, hour=18)
    with transaction(sessions) as first:
        of_first = reminder_sending.send_due(
            first,
            texts=default_texts(),
            commune_name=lambda code: {"fr": "Tiflet", "ar": "تيفلت"},
            now=evening,
        )
        assert (of_first, run(sessions, evening), run(sessions, evening)) == (2, 1, 0)
    assert run(sessions, evening) == 0
    assert len({row.contact_id for row in sent(sessions)}) == len(sent(sessions)) == 3


def test_a_worker_that_dies_leaves_its_batch_to_the_next(
    sessions: Sessions, now: datetime, make_stop: MakeStop, make_conversation: MakeConversation
) -> None:
    _people(sessions, now, make_stop, make_conversation, 3)
    evening = local(now, days=1, hour=18)
    with sessions() as dying:
        reminder_sending.send_due(
            dying,
            texts=default_texts(),
            commune_name=lambda code: {"fr": "Tiflet", "ar": "تيفلت"},
            now=evening,
        )
        dying.rollback()
    assert (run(sessions, evening), run(sessions, evening)) == (3, 0)
    assert len(sent(sessions)) == 3


def test_however_many_are_due_it_takes_as_many_statements(
    sessions: Sessions, now: datetime, make_stop: MakeStop, make_conversation: MakeConversation
) -> None:
    counted = []
    for days, number in ((2, 2), (4, 6)):
        time = make_stop(days=days, capacity=number, times=1).appointment_times[0]
        for person in range(number):
            talk = make_conversation(f"+2126123457{days}{person}")
            writes(sessions, book(sessions, talk, time, now), local(now, days=days - 1, hour=17))
        statements: list[str] = []
        with transaction(sessions) as session:
            connection = session.connection()
            event.listen(
                connection, "before_cursor_execute", lambda *each, said=statements: said.append(each[2])
            )
            reminder_sending.send_due(
                session,
                texts=default_texts(),
                commune_name=lambda code: {"fr": "Tiflet", "ar": "تيفلت"},
                now=local(now, days=days - 1, hour=18),
            )
        counted.append(len(statements))
    assert counted[0] == counted[1] > 0
