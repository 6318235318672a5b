"""The day's list: who is expected and who came, found by code, name or whole number; results of talks."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.core.errors import NotFound
from bot.services import attendance, day_list
from bot.services.day_list import DayLine, TextTooLong
from bot.store.engine import Sessions, transaction
from bot.store.models import AppointmentTime, Booking
from tests.services.conftest import MakeConversation, MakeStop
from tests.services.visits import book, local, make_staff


@pytest.fixture
def booking(
    sessions: Sessions, now: datetime, make_stop: MakeStop, make_conversation: MakeConversation
) -> Booking:
    """Sara's place in two days."""
    stop = make_stop(days=2)
    return book(sessions, make_conversation(), stop.appointment_times[0], now)


def stop_of(sessions: Sessions, booking: Booking) -> int:
    with sessions() as session:
        return session.get_one(AppointmentTime, booking.appointment_time_id).stop_id


def lines_of(sessions: Sessions, booking: Booking) -> tuple[DayLine, ...]:
    with sessions() as session:
        return day_list.of_stop(session, stop_id=stop_of(sessions, booking))


def test_who_came_without_an_appointment_stands_after_those_with_one(
    sessions: Sessions, now: datetime, booking: Booking
) -> None:
    staff, day = make_staff(sessions), local(now, days=2, hour=10)
    stop = stop_of(sessions, booking)
    with transaction(sessions) as session:
        attendance.walk_in(session, stop_id=stop, staff_id=staff, now=day, name="Brahim", service="jobs")
        attendance.check_in(session, booking_id=booking.id, staff_id=staff, now=day)
    sara, brahim = lines_of(sessions, booking)
    assert (sara.name, sara.came, sara.code) == ("Sara", True, booking.code)
    assert (brahim.name, brahim.came, brahim.code, brahim.service) == ("Brahim", True, None, "jobs")
    assert sara.hour_shown != ""
    assert brahim.hour_shown == ""


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("", True),
        ("  sara ", True),
        ("SÁRA", True),
        ("06 12 34 56 78", True),
        ("+212612345678", True),
        ("5678", False),
        ("61234567", False),
        ("Samira", False),
    ],
)
def test_a_search_finds_names_and_whole_numbers(
    sessions: Sessions, booking: Booking, wanted: str, found: bool
) -> None:
    assert bool(day_list.matching(lines_of(sessions, booking), wanted)) is found


def test_a_code_is_found_as_it_is_said(sessions: Sessions, booking: Booking) -> None:
    said = " ".join(booking.code.lower())
    lines = lines_of(sessions, booking)
    assert day_list.matching(lines, said) == lines
    assert day_list.matching(lines, booking.code[:3]) == lines


def test_the_result_of_a_talk_is_kept_and_can_be_taken_back(
    sessions: Sessions, now: datetime, booking: Booking
) -> None:
    staff, day = make_staff(sessions), local(now, days=2, hour=10)
    stop = stop_of(sessions, booking)
    with transaction(sessions) as session:
        noted = attendance.check_in(session, booking_id=booking.id, staff_id=staff, now=day).id

    def write(what_next: str, referred_to: str, attendance_id: int = noted, stop_id: int = stop) -> None:
        with transaction(sessions) as session:
            day_list.note_result(
                session,
                attendance_id=attendance_id,
                stop_id=stop_id,
                what_next=what_next,
                referred_to=referred_to,
                staff_id=staff,
                now=day,
            )

    write("  CV à  refaire ", "formation")
    assert lines_of(sessions, booking)[0].what_next == "CV à refaire"
    assert lines_of(sessions, booking)[0].referred_to == "formation"
    with pytest.raises(TextTooLong):
        write("x" * 301, "")
    with pytest.raises(NotFound):
        write("somewhere else", "", stop_id=stop + 1)
    assert lines_of(sessions, booking)[0].what_next == "CV à refaire"
    write("", "")
    assert lines_of(sessions, booking)[0].what_next is None
