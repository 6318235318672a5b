"""Places: never sold twice, moved and freed together."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.core.errors import NotFound
from bot.services import bookings, stops
from bot.services.bookings import AlreadyBooked, TimeTaken
from bot.store.engine import Sessions, transaction
from bot.store.models import AppointmentTime, Booking, Conversation, Reminder, Stop
from tests.services.conftest import MakeConversation, MakeStop


def book(
    sessions: Sessions,
    conversation: Conversation,
    time: AppointmentTime,
    now: datetime,
    name: str = "Sara",
    service: str | None = None,
) -> Booking:
    with transaction(sessions) as session:
        return bookings.book(
            session,
            contact_id=conversation.contact_id,
            conversation_id=conversation.id,
            appointment_time_id=time.id,
            name=name,
            phone="+212612345678",
            now=now,
            service=service,
        )


def taken(sessions: Sessions, time: AppointmentTime) -> int:
    with sessions() as session:
        return session.get_one(AppointmentTime, time.id).taken


def test_a_booking_takes_one_place_and_plans_two_reminders(
    sessions: Sessions, now: datetime, make_stop: MakeStop, make_conversation: MakeConversation
) -> None:
    time = make_stop().appointment_times[1]
    booking = book(sessions, make_conversation(), time, now)
    assert taken(sessions, time) == 1
    assert len(booking.code) == 5
    with sessions() as session:
        kinds = session.scalars(select(Reminder.kind).where(Reminder.booking_id == booking.id)).all()
    assert sorted(kinds) == ["evening", "morning"]


def test_the_last_place_goes_to_exactly_one_of_many_at_once(
    sessions: Sessions, now: datetime, make_stop: MakeStop, make_conversation: MakeConversation
) -> None:
    time = make_stop(capacity=1).appointment_times[0]
    people = [make_conversation(f"+2126000000{number:02d}") for number in range(24)]

    def attempt(person: Conversation) -> bool:
        try:
            book(sessions, person, time, now)
        except TimeTaken:
            return False
        return True

    with ThreadPoolExecutor(12) as pool:
        results = list(pool.map(attempt, people))
    assert results.count(True) == 1
    assert taken(sessions, time) == 1


def test_the_same_person_does_not_book_twice_but_a_sister_may(
    sessions: Sessions, now: datetime, make_stop: MakeStop, make_conversation: MakeConversation
) -> None:
    first, second, _ = make_stop().appointment_times
    person = make_conversation()
    made = book(sessions, person, first, now, "Fatima Zahra")
    with pytest.raises(AlreadyBooked) as known:
        book(sessions, person, second, now, " fatima  zahra ")
    assert known.value.booking_id == made.id
    assert taken(sessions, second) == 0
    book(sessions, person, second, now, "Khadija")
    assert taken(sessions, second) == 1


def test_who_came_once_may_book_again(
    sessions: Sessions, now: datetime, make_stop: MakeStop, make_conversation: MakeConversation
) -> None:
    person = make_conversation()
    book(sessions, person, make_stop(days=1).appointment_times[0], now)
    later = make_stop("04.291.05.11", days=9).appointment_times[0]
    again = book(sessions, person, later, now + timedelta(days=3))
    assert again.status == "active"


def test_the_same_person_at_two_phones_at_once_books_once(
    sessions: Sessions, now: datetime, make_stop: MakeStop, make_conversation: MakeConversation
) -> None:
    times = make_stop(times=6).appointment_times
    person = make_conversation()

    def attempt(time: AppointmentTime) -> bool:
        try:
            book(sessions, person, time, now)
        except (TimeTaken, AlreadyBooked):
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(attempt, times))
    assert results.count(True) == 1
    assert sum(taken(sessions, time) for time in times) == 1


def test_moving_frees_the_old_place_and_voids_its_reminders(
    sessions: Sessions, now: datetime, make_stop: MakeStop, make_conversation: MakeConversation
) -> None:
    old, new, _ = make_stop().appointment_times
    person = make_conversation()
    booking = book(sessions, person, old, now)
    with transaction(sessions) as session:
        moved = bookings.move(
            session, booking_id=booking.id, contact_id=person.contact_id, appointment_time_id=new.id, now=now
        )
    assert (taken(sessions, old), taken(sessions, new)) == (0, 1)
    with sessions() as session:
        rows = session.execute(select(Reminder.booking_version, Reminder.status)).all()
    assert {status for version, status in rows if version == 1} == {"void"}
    assert {status for version, status in rows if version == moved.version} == {"due"}


def test_moving_to_a_full_time_keeps_the_old_place(
    sessions: Sessions, now: datetime, make_stop: MakeStop, make_conversation: MakeConversation
) -> None:
    old, full, _ = make_stop(capacity=1).appointment_times
    book(sessions, make_conversation("+212600000001"), full, now)
    person = make_conversation()
    booking = book(sessions, person, old, now)
    with pytest.raises(TimeTaken), transaction(sessions) as session:
        bookings.move(
            session, booking_id=booking.id, contact_id=person.contact_id, appointment_time_id=full.id, now=now
        )
    assert (taken(sessions, old), taken(sessions, full)) == (1, 1)


def test_a_name_is_put_right_and_is_the_persons_from_then_on(
    sessions: Sessions, now: datetime, make_stop: MakeStop, make_conversation: MakeConversation
) -> None:
    time, conversation = make_stop().appointment_times[1], make_conversation()
    mine, sisters = book(sessions, conversation, time, now), book(sessions, conversation, time, now, "Salma")

    def rename(booking: Booking, name: str, contact_id: int = conversation.contact_id) -> str:
        with transaction(sessions) as session:
            return bookings.rename(
                session, booking_id=booking.id, contact_id=contact_id, name=name, now=now
            ).name

    assert rename(mine, "Sara Idrissi") == "Sara Idrissi"
    assert rename(mine, "SARA IDRISSI") == "SARA IDRISSI"
    with pytest.raises(AlreadyBooked):
        rename(sisters, "Sara Idrissi")
    with pytest.raises(NotFound):
        rename(mine, "Karim", contact_id=conversation.contact_id + 1)
    with pytest.raises(AlreadyBooked):
        book(sessions, conversation, time, now, "sara idrissi")


def test_cancelling_frees_the_place_once(
    sessions: Sessions, now: datetime, make_stop: MakeStop, make_conversation: MakeConversation
) -> None:
    time = make_stop().appointment_times[0]
    person = make_conversation()
    booking = book(sessions, person, time, now)
    with transaction(sessions) as session:
        bookings.cancel(session, booking_id=booking.id, contact_id=person.contact_id, now=now)
    with pytest.raises(NotFound), transaction(sessions) as session:
        bookings.cancel(session, booking_id=booking.id, contact_id=person.contact_id, now=now)
    assert taken(sessions, time) == 0


def test_somebody_elses_booking_cannot_be_cancelled(
    sessions: Sessions, now: datetime, make_stop: MakeStop, make_conversation: MakeConversation
) -> None:
    time = make_stop().appointment_times[0]
    booking = book(sessions, make_conversation(), time, now)
    stranger = make_conversation("+212600000009")
    with pytest.raises(NotFound), transaction(sessions) as session:
        bookings.cancel(session, booking_id=booking.id, contact_id=stranger.contact_id, now=now)
    assert taken(sessions, time) == 1


@pytest.mark.parametrize("status", ["cancelled", "postponed", "done", "moved"])
def test_a_stop_that_does_not_stand_cannot_be_booked(
    sessions: Sessions, now: datetime, make_stop: MakeStop, make_conversation: MakeConversation, status: str
) -> None:
    stop = make_stop(status=status)
    with pytest.raises(TimeTaken):
        book(sessions, make_conversation(), stop.appointment_times[0], now)


def test_a_past_time_cannot_be_booked(
    sessions: Sessions, now: datetime, make_stop: MakeStop, make_conversation: MakeConversation
) -> None:
    time = make_stop().appointment_times[0]
    with pytest.raises(TimeTaken):
        book(sessions, make_conversation(), time, now + timedelta(days=3))


def change(sessions: Sessions, time: AppointmentTime, **values: Any) -> None:
    with transaction(sessions) as session:
        for name, value in values.items():
            setattr(session.get_one(AppointmentTime, time.id), name, value)


def test_a_closed_time_is_neither_offered_nor_booked(
    sessions: Sessions, now: datetime, make_stop: MakeStop, make_conversation: MakeConversation
) -> None:
    stop = make_stop()
    closed = stop.appointment_times[0]
    change(sessions, closed, closed=True)
    with sessions() as session:
        assert closed.id not in [time.id for time in stops.free_times(session, stop_id=stop.id, now=now)]
        assert stops.get(session, stop_id=stop.id, now=now).free == 4
    with pytest.raises(TimeTaken):
        book(sessions, make_conversation(), closed, now)


def test_who_waits_for_a_time_that_is_being_closed_does_not_get_it(
    sessions: Sessions, now: datetime, make_stop: MakeStop, make_conversation: MakeConversation
) -> None:
    time, person = make_stop().appointment_times[0], make_conversation()
    with ThreadPoolExecutor(1) as pool:
        with transaction(sessions) as closing:
            closing.get_one(AppointmentTime, time.id).closed = True
            closing.flush()
            waiting = pool.submit(book, sessions, person, time, now)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.5)
        with pytest.raises(TimeTaken):
            waiting.result(timeout=30)


def test_a_time_of_one_service_is_for_that_one_alone(
    sessions: Sessions, now: datetime, make_stop: MakeStop, make_conversation: MakeConversation
) -> None:
    stop = make_stop()
    first, second, third = stop.appointment_times
    change(sessions, first, service="financing")
    with sessions() as session:
        offered = stops.free_times(session, stop_id=stop.id, now=now, service="jobs")
        assert [time.id for time in offered] == [second.id, third.id]
        assert len(stops.free_times(session, stop_id=stop.id, now=now, service="financing")) == 3
        (view,) = stops.upcoming(session, now=now, service="jobs")
        assert view.free == 4
    person = make_conversation()
    with pytest.raises(TimeTaken):
        book(sessions, person, first, now, service="jobs")
    assert book(sessions, person, first, now).service == "financing"


def test_one_active_booking_for_each_service(
    sessions: Sessions, now: datetime, make_stop: MakeStop, make_conversation: MakeConversation
) -> None:
    first, second, third = make_stop().appointment_times
    person = make_conversation()
    book(sessions, person, first, now, service="jobs")
    book(sessions, person, second, now, service="training")
    with pytest.raises(AlreadyBooked):
        book(sessions, person, third, now, service="jobs")
    assert taken(sessions, third) == 0


def test_who_lost_a_place_and_books_again_keeps_the_code(
    sessions: Sessions, now: datetime, make_stop: MakeStop, make_conversation: MakeConversation
) -> None:
    first, second, _ = make_stop().appointment_times
    person = make_conversation()
    made = book(sessions, person, first, now)
    with transaction(sessions) as session:
        session.get_one(Booking, made.id).status = "displaced"
        session.get_one(AppointmentTime, first.id).taken = 0
    again = book(sessions, person, second, now)
    assert (again.id, again.code, again.status) == (made.id, made.code, "active")
    assert (taken(sessions, first), taken(sessions, second)) == (0, 1)


def test_the_database_itself_refuses_to_oversell(sessions: Sessions, make_stop: MakeStop) -> None:
    stop: Stop = make_stop(capacity=1)
    with sessions() as session:
        constraint = session.scalar(
            select(func.count()).select_from(AppointmentTime).where(AppointmentTime.stop_id == stop.id)
        )
        assert constraint == 3
        time = session.get_one(AppointmentTime, stop.appointment_times[0].id)
        time.taken = 2
        with pytest.raises(Exception, match="ck_appointment_time_capacity"):
            session.flush()
