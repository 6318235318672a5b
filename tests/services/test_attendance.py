"""Who came, who did not: noted once, corrected, recorded; what they are asked afterwards is planned."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from bot.core.errors import InvalidInput, NotFound
from bot.services import attendance, bookings
from bot.services.attendance import TooEarly
from bot.store.engine import Sessions, transaction
from bot.store.models import AppointmentTime, Attendance, AuditEvent, Booking, FollowUp
from tests.services.conftest import MakeConversation, MakeStop
from tests.services.visits import book, local, make_staff


@pytest.fixture
def booking(
    sessions: Sessions, now: datetime, make_stop: MakeStop, make_conversation: MakeConversation
) -> Booking:
    """At ten on the day after tomorrow."""
    return book(sessions, make_conversation(), make_stop().appointment_times[1], now)


def test_who_came_is_noted_once_and_a_mistake_is_corrected(
    sessions: Sessions, now: datetime, booking: Booking
) -> None:
    staff, there = make_staff(sessions), local(now, days=2, hour=10, minute=20)
    with transaction(sessions) as session:
        attendance.no_show(session, booking_id=booking.id, staff_id=staff, now=there)
        attendance.check_in(session, booking_id=booking.id, staff_id=staff, now=there, gender="woman")
        attendance.check_in(session, booking_id=booking.id, staff_id=staff, now=there)
    with sessions() as session:
        noted = session.scalars(select(Attendance)).one()
        assert (noted.came, noted.gender, noted.staff_id) == (True, "woman", staff)
        follow = session.scalars(select(FollowUp)).one()
        assert (follow.kind, follow.due_at) == ("came", local(now, days=2, hour=17))
        kept = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
        assert [event.detail["note"] for event in kept] == ["no_show", "came", "came"]
        assert kept[0].detail["booking"] == [booking.id]


def test_nothing_is_noted_before_the_day_nor_a_no_show_before_the_hour(
    sessions: Sessions, now: datetime, booking: Booking
) -> None:
    staff = make_staff(sessions)
    with transaction(sessions) as session:
        with pytest.raises(TooEarly):
            attendance.check_in(session, booking_id=booking.id, staff_id=staff, now=now)
        with pytest.raises(TooEarly):
            attendance.no_show(
                session, booking_id=booking.id, staff_id=staff, now=local(now, days=2, hour=9, minute=59)
            )
        attendance.check_in(session, booking_id=booking.id, staff_id=staff, now=local(now, days=2, hour=9))


def test_who_gave_up_is_not_expected(sessions: Sessions, now: datetime, booking: Booking) -> None:
    staff = make_staff(sessions)
    with transaction(sessions) as session:
        stop_id = session.get_one(AppointmentTime, booking.appointment_time_id).stop_id
        bookings.cancel(session, booking_id=booking.id, contact_id=booking.contact_id, now=now)
        assert attendance.of_stop(session, stop_id=stop_id) == ()
        with pytest.raises(NotFound):
            attendance.check_in(
                session, booking_id=booking.id, staff_id=staff, now=local(now, days=2, hour=10)
            )


def test_the_rest_did_not_come_once_their_hour_is_over(
    sessions: Sessions, now: datetime, make_stop: MakeStop, make_conversation: MakeConversation
) -> None:
    staff, stop, person = make_staff(sessions), make_stop(), make_conversation()
    came, missing, later = (
        book(sessions, person, time, now, name)
        for time, name in zip(stop.appointment_times, ("Sara", "Omar", "Aya"), strict=True)
    )
    noon = local(now, days=2, hour=10, minute=45)
    with transaction(sessions) as session:
        attendance.check_in(session, booking_id=came.id, staff_id=staff, now=noon)
        assert attendance.no_show_of_the_rest(session, stop_id=stop.id, staff_id=staff, now=noon) == 1
        assert [expected.came for expected in attendance.of_stop(session, stop_id=stop.id)] == [
            True,
            False,
            None,
        ]
        found = attendance.by_code(
            session, stop_id=stop.id, code=f" {later.code[:2]} {later.code[2:]}".lower()
        )
        assert found.booking_id == later.id
        with pytest.raises(NotFound):
            attendance.by_code(session, stop_id=stop.id, code="ZZZZZ")
    assert missing.id != came.id


def test_walk_ins_need_no_name(sessions: Sessions, now: datetime, make_stop: MakeStop) -> None:
    staff, stop, there = make_staff(sessions), make_stop(), local(now, days=2, hour=9)
    with transaction(sessions) as session:
        attendance.walk_in(session, stop_id=stop.id, staff_id=staff, now=there)
        attendance.walk_in(
            session,
            stop_id=stop.id,
            staff_id=staff,
            now=there,
            name="  Aya. ",
            service="jobs",
            gender="woman",
        )
        with pytest.raises(TooEarly):
            attendance.walk_in(session, stop_id=stop.id, staff_id=staff, now=now)
        with pytest.raises(InvalidInput):
            attendance.walk_in(session, stop_id=stop.id, staff_id=staff, now=there, gender="x")
        with pytest.raises(InvalidInput):
            attendance.walk_in(session, stop_id=stop.id, staff_id=staff, now=there, service="haircut")
        with pytest.raises(NotFound):
            attendance.walk_in(session, stop_id=stop.id + 1, staff_id=staff, now=there)
        names = session.scalars(select(Attendance.name).order_by(Attendance.id)).all()
        assert names == [None, "Aya"]
        assert session.scalars(select(FollowUp)).all() == []
