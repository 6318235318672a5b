"""The calendar as people ask for it."""

from __future__ import annotations

import itertools
from datetime import date, datetime, time, timedelta

import pytest

from bot.core.booking_rules import may_be_booked
from bot.core.errors import NotFound
from bot.core.messages import Location
from bot.core.reminder_rules import CASABLANCA
from bot.services import stops
from bot.services.stops import StopView
from bot.store.engine import Sessions, transaction
from bot.store.models import AppointmentTime, Caravan, Stop
from tests.services.conftest import KHEMISSET, OULMES, TIFLET, MakeStop


def upcoming(sessions: Sessions, now: datetime, near: Location | None = None) -> list[StopView]:
    with sessions() as session:
        return stops.upcoming(session, now=now, near=near)


def local(now: datetime, hour: int, minute: int = 0) -> datetime:
    """That hour of the clock in Morocco, on the day of ``now``."""
    return datetime.combine(now.astimezone(CASABLANCA).date(), time(hour, minute), CASABLANCA)


def test_only_what_lies_ahead_and_stands_is_shown_by_day(
    sessions: Sessions, now: datetime, make_stop: MakeStop
) -> None:
    later = make_stop(OULMES, days=9, status="planned")
    soon = make_stop(KHEMISSET, days=1, status="running")
    make_stop(TIFLET, days=-1)
    for days, status in enumerate(("cancelled", "done"), start=2):
        make_stop(TIFLET, days=days, status=status)
    assert [view.id for view in upcoming(sessions, now)] == [soon.id, later.id]
    assert upcoming(sessions, now)[0].distance is None


def test_from_a_place_the_nearest_comes_first_and_at_one_distance_the_soonest(
    sessions: Sessions, now: datetime, make_stop: MakeStop
) -> None:
    far = make_stop(OULMES, days=1)
    near_late = make_stop(TIFLET, days=9)
    near_soon = make_stop(TIFLET, days=5)
    views = upcoming(sessions, now, Location(latitude=33.89, longitude=-6.31))
    assert [view.id for view in views] == [near_soon.id, near_late.id, far.id]
    assert views[0].distance == pytest.approx(0, abs=0.1)
    assert views[2].distance == pytest.approx(58, abs=2)


def test_the_first_stops_with_room_are_those_of_the_whole_list(
    sessions: Sessions, now: datetime, make_stop: MakeStop
) -> None:
    for days, commune in enumerate((OULMES, TIFLET, KHEMISSET, TIFLET, OULMES)):
        make_stop(commune, days=days)
    make_stop(KHEMISSET, days=-1)
    make_stop(KHEMISSET, days=8, status="cancelled")
    full, for_training = make_stop(KHEMISSET, days=6, times=1), make_stop(TIFLET, days=7, times=1)
    with transaction(sessions) as session:
        session.get_one(AppointmentTime, full.appointment_times[0].id).taken = 2
        session.get_one(AppointmentTime, for_training.appointment_times[0].id).service = "training"
    here = Location(latitude=33.82, longitude=-6.07)
    with sessions() as session:
        for near, moment, service in itertools.product(
            (None, here), (now, local(now, 10, 31), local(now, 16)), (None, "jobs")
        ):
            every = stops.upcoming(session, now=moment, near=near, service=service)
            room = [view for view in every if view.free]
            assert full.id not in {view.id for view in room}
            assert len(room) >= 4
            for limit in (1, 3, 9):
                found = stops.with_room(session, now=moment, near=near, service=service, limit=limit)
                assert found == room[:limit]


def test_todays_stop_is_ahead_until_it_closes(sessions: Sessions, now: datetime, make_stop: MakeStop) -> None:
    today = make_stop(days=0)
    assert [view.id for view in upcoming(sessions, local(now, 15, 59))] == [today.id]
    assert upcoming(sessions, local(now, 16)) == []


def test_the_day_is_that_of_morocco(sessions: Sessions, make_stop: MakeStop) -> None:
    """In July the next day begins there while it is 23:00 in UTC."""
    stop = make_stop()
    with transaction(sessions) as session:
        session.get_one(Stop, stop.id).day = date(2026, 7, 1)
    late = datetime(2026, 7, 1, 22, 0, tzinfo=CASABLANCA)
    with sessions() as session:
        before = stops.past_at_commune(session, commune_code=TIFLET, now=late)
        after = stops.past_at_commune(session, commune_code=TIFLET, now=late + timedelta(hours=2))
    assert before is None
    assert after == date(2026, 7, 1)


def test_the_stops_of_another_edition_are_not_shown(
    sessions: Sessions, now: datetime, make_stop: MakeStop, caravan: Caravan
) -> None:
    make_stop(days=3)
    make_stop(days=-3)
    with transaction(sessions) as session:
        session.get_one(Caravan, caravan.id).is_current = False
    assert upcoming(sessions, now) == []
    with sessions() as session:
        assert stops.current_caravan(session) is None
        assert stops.past_at_commune(session, commune_code=TIFLET, now=now) is None


def test_free_places_are_counted_without_those_taken_and_those_too_soon(
    sessions: Sessions, now: datetime, make_stop: MakeStop
) -> None:
    stop = make_stop(days=0, times=3, capacity=2)
    ten, eleven = (stop.appointment_times[place].id for place in (1, 2))
    with transaction(sessions) as session:
        session.get_one(AppointmentTime, eleven).taken = 1
    for moment, free, times in (
        (local(now, 9, 30), 3, [ten, eleven]),
        (local(now, 9, 31), 1, [eleven]),
        (local(now, 10, 31), 0, []),
    ):
        assert [view.free for view in upcoming(sessions, moment)] == [free]
        with sessions() as session:
            found = stops.free_times(session, stop_id=stop.id, now=moment)
        assert [time.id for time in found] == times


def test_a_full_time_is_not_free(sessions: Sessions, now: datetime, make_stop: MakeStop) -> None:
    stop = make_stop(times=2, capacity=1)
    make_stop(OULMES)
    first, second = (time.id for time in stop.appointment_times)
    with transaction(sessions) as session:
        session.get_one(AppointmentTime, first).taken = 1
    with sessions() as session:
        assert [time.id for time in stops.free_times(session, stop_id=stop.id, now=now)] == [second]


def test_the_times_of_a_stop_are_free_as_the_rule_says(
    sessions: Sessions, now: datetime, make_stop: MakeStop
) -> None:
    stop = make_stop(times=1)
    starts_at = stop.appointment_times[0].starts_at
    for status in ("planned", "confirmed", "running", "cancelled", "done"):
        with transaction(sessions) as session:
            session.get_one(Stop, stop.id).status = status
        for moment in (starts_at - timedelta(minutes=30), starts_at - timedelta(minutes=29)):
            with sessions() as session:
                free = bool(stops.free_times(session, stop_id=stop.id, now=moment))
            assert free is may_be_booked(stop_status=status, starts_at=starts_at, now=moment)


def test_one_commune_and_one_stop(sessions: Sessions, now: datetime, make_stop: MakeStop) -> None:
    second, first = make_stop(TIFLET, days=8), make_stop(TIFLET, days=2)
    past, gone = make_stop(OULMES, days=-1), make_stop(OULMES, days=3, status="cancelled")
    with sessions() as session:
        here = stops.at_commune(session, commune_code=TIFLET, now=now)
        assert [view.id for view in here] == [first.id, second.id]
        assert stops.at_commune(session, commune_code=OULMES, now=now) == []
        assert stops.get(session, stop_id=first.id, now=now) == here[0]
        for stop_id in (past.id, gone.id, 404):
            with pytest.raises(NotFound):
                stops.get(session, stop_id=stop_id, now=now)


def test_the_last_visit_to_a_commune(sessions: Sessions, now: datetime, make_stop: MakeStop) -> None:
    make_stop(TIFLET, days=-9)
    last = make_stop(TIFLET, days=-3, status="done")
    make_stop(TIFLET, days=-1, status="cancelled")
    make_stop(TIFLET, days=0)
    make_stop(OULMES, days=4)
    with sessions() as session:
        assert stops.past_at_commune(session, commune_code=TIFLET, now=now) == last.day
        assert stops.past_at_commune(session, commune_code=OULMES, now=now) is None
