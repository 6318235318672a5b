"""Loading a caravan again: nobody loses an appointment by it."""

from __future__ import annotations

import time as clock
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from bot.core.errors import Conflict
from bot.core.reminder_rules import CASABLANCA
from bot.services import bookings, stops
from bot.services.caravan_files import CaravanInUse
from bot.store.engine import Sessions, transaction
from bot.store.models import AppointmentTime, Booking, Caravan, Stop
from tests.services.conftest import MakeConversation
from tests.services.editions import (
    FIRST,
    OULMES,
    ROMMANI,
    SECOND,
    TIFLET,
    at,
    book,
    cancel,
    edition,
    empty_edition,
    hours,
    load,
    planned,
    stop_at,
    the_stop_at,
)


@pytest.mark.parametrize(
    "change",
    [
        {"day": date(2026, 12, 4)},
        {"closes_at": time(11)},
        {"opens_at": time(10)},
        {"minutes": 30},
        {"breaks": ((time(9), time(10)),)},
    ],
)
def test_a_stop_with_appointments_is_not_changed_by_a_file(
    sessions: Sessions, now: datetime, make_conversation: MakeConversation, change: dict[str, Any]
) -> None:
    load(sessions, edition(), now)
    booking = book(sessions, make_conversation(), at(TIFLET, FIRST), now)
    other = replace(
        edition(), slogan={}, stops=(replace(planned(TIFLET, FIRST), **change), planned(ROMMANI, SECOND))
    )
    with pytest.raises(CaravanInUse) as refused:
        load(sessions, other, now)
    assert refused.value.stops == (at(TIFLET, FIRST),)
    assert "04.291.01.05 on 2026-12-03" in str(refused.value)
    assert isinstance(refused.value, Conflict)
    with sessions() as session:
        assert session.get_one(Booking, booking.id).status == "active"
        assert session.scalars(select(Caravan)).one().facts["slogan"]["ar"] == "أنا جيت أنا معك"
    assert stop_at(sessions, at(ROMMANI, SECOND)) is None


def test_all_stops_in_use_are_named(
    sessions: Sessions, now: datetime, make_conversation: MakeConversation
) -> None:
    load(sessions, edition(), now)
    book(sessions, make_conversation(), at(TIFLET, FIRST), now)
    book(sessions, make_conversation(), at(OULMES, SECOND), now, name="Amine")
    with pytest.raises(CaravanInUse) as refused:
        load(sessions, empty_edition(), now)
    assert refused.value.stops == (at(TIFLET, FIRST), at(OULMES, SECOND))


def test_other_places_and_more_advisers_do_not_touch_appointments(
    sessions: Sessions, now: datetime, make_conversation: MakeConversation
) -> None:
    load(sessions, edition(), now)
    booking = book(sessions, make_conversation(), at(TIFLET, FIRST), now)
    load(sessions, edition(planned(TIFLET, FIRST, advisers=3, venue_ar="المحطة")), now)
    tiflet = the_stop_at(sessions, at(TIFLET, FIRST))
    assert hours(tiflet) == {"09:00": 3, "10:00": 3, "11:00": 3}
    assert tiflet.venue_ar == "المحطة"
    assert tiflet.appointment_times[0].id == booking.appointment_time_id
    assert tiflet.appointment_times[0].taken == 1


def test_places_that_are_taken_are_not_taken_away(
    sessions: Sessions, now: datetime, make_conversation: MakeConversation
) -> None:
    load(sessions, edition(), now)
    booking = book(sessions, make_conversation(), at(TIFLET, FIRST), now)
    with transaction(sessions) as session:
        session.get_one(AppointmentTime, booking.appointment_time_id).taken = 2
    with pytest.raises(CaravanInUse):
        load(sessions, edition(planned(TIFLET, FIRST, advisers=1)), now)


def test_a_cancelled_appointment_does_not_hold_a_stop_but_is_kept(
    sessions: Sessions, make_conversation: MakeConversation, now: datetime
) -> None:
    load(sessions, edition(), now)
    booking = book(sessions, make_conversation(), at(TIFLET, FIRST), now)
    cancel(sessions, booking, now)
    load(sessions, edition(planned(OULMES, SECOND)), now)
    with sessions() as session:
        assert session.get_one(Booking, booking.id).status == "cancelled"
        assert [view.commune_code for view in stops.upcoming(session, now=now)] == [OULMES]
    tiflet = the_stop_at(sessions, at(TIFLET, FIRST))
    assert (tiflet.status, hours(tiflet)) == ("cancelled", {"09:00": 0})


def test_a_stop_that_comes_back_can_be_booked_again(
    sessions: Sessions, make_conversation: MakeConversation, now: datetime
) -> None:
    load(sessions, edition(), now)
    cancel(sessions, book(sessions, make_conversation(), at(TIFLET, FIRST), now), now)
    load(sessions, empty_edition(), now)
    load(sessions, edition(), now)
    tiflet = the_stop_at(sessions, at(TIFLET, FIRST))
    assert (tiflet.status, hours(tiflet)) == ("confirmed", {"09:00": 2, "10:00": 2, "11:00": 2})
    assert book(sessions, make_conversation(), at(TIFLET, FIRST), now).status == "active"


def test_a_time_that_somebody_gave_up_may_go(
    sessions: Sessions, make_conversation: MakeConversation, now: datetime
) -> None:
    load(sessions, edition(), now)
    cancel(sessions, book(sessions, make_conversation(), at(TIFLET, FIRST), now), now)
    load(sessions, edition(planned(TIFLET, FIRST, opens_at=time(10))), now)
    assert hours(the_stop_at(sessions, at(TIFLET, FIRST))) == {"09:00": 0, "10:00": 2, "11:00": 2}


def test_what_the_staff_cancelled_stays_cancelled(sessions: Sessions, now: datetime) -> None:
    load(sessions, edition(), now)
    with transaction(sessions) as session:
        session.scalars(select(Stop).where(Stop.commune_code == TIFLET)).one().status = "cancelled"
    load(sessions, edition(), now)
    tiflet = the_stop_at(sessions, at(TIFLET, FIRST))
    assert tiflet.status == "cancelled"


def test_days_that_have_passed_are_history(
    sessions: Sessions, make_conversation: MakeConversation, now: datetime
) -> None:
    load(sessions, edition(), now)
    booking = book(sessions, make_conversation(), at(TIFLET, FIRST), now)
    load(sessions, empty_edition(), now + timedelta(days=30))
    tiflet = the_stop_at(sessions, at(TIFLET, FIRST))
    assert (tiflet.status, tiflet.version, tiflet.appointment_times[0].taken) == ("confirmed", 1, 1)
    assert stop_at(sessions, at(OULMES, SECOND)) is None
    with sessions() as session:
        assert session.get_one(Booking, booking.id).status == "active"


def test_the_day_itself_is_not_history_yet(
    sessions: Sessions, make_conversation: MakeConversation, now: datetime
) -> None:
    load(sessions, edition(), now)
    book(sessions, make_conversation(), at(TIFLET, FIRST), now)
    with pytest.raises(CaravanInUse):
        load(sessions, empty_edition(), datetime.combine(FIRST, time(15), CASABLANCA))


def test_an_appointment_made_while_the_file_is_loaded_counts(
    sessions: Sessions, now: datetime, make_conversation: MakeConversation
) -> None:
    load(sessions, edition(), now)
    person = make_conversation()
    time_id = the_stop_at(sessions, at(TIFLET, FIRST)).appointment_times[0].id
    with ThreadPoolExecutor(1) as pool:
        with transaction(sessions) as session:
            bookings.book(
                session,
                contact_id=person.contact_id,
                conversation_id=person.id,
                appointment_time_id=time_id,
                name="Sara",
                phone="+212612345678",
                now=now,
            )
            loading = pool.submit(load, sessions, empty_edition(), now)
            wait_until_somebody_waits(sessions)
        with pytest.raises(CaravanInUse):
            loading.result(timeout=20)


def wait_until_somebody_waits(sessions: Sessions) -> None:
    """Until a transaction of this database waits for a lock; fails after ten seconds."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    give_up = clock.monotonic() + 10
    while clock.monotonic() < give_up:
        with sessions() as session:
            if session.scalar(waiting):
                return
        clock.sleep(0.05)
    pytest.fail("the load did not wait for the booking")
