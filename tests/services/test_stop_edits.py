"""New stops, changes that touch nobody, and times set by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import pytest

from bot.core.errors import NotFound
from bot.core.timetable import PlannedStop
from bot.services import calendar_warnings, stop_edits, stops
from bot.services.plan_wishes import plan_of
from bot.services.stop_edits import StopRefused
from bot.store.engine import Sessions, transaction
from bot.store.models import Stop
from tests.services.conftest import MakeConversation
from tests.services.editions import (
    FIRST,
    OULMES,
    SECOND,
    TIFLET,
    at,
    edition,
    hours,
    load,
    planned,
    the_stop_at,
)
from tests.services.plans import NEW_DAY, Plans


@pytest.fixture
def plans(sessions: Sessions, now: datetime, make_conversation: MakeConversation) -> Plans:
    load(sessions, edition(), now)
    return Plans(sessions=sessions, now=now, make_conversation=make_conversation)


def create(plans: Plans, plan: PlannedStop, status: str = "confirmed") -> Stop:
    with transaction(plans.sessions) as session:
        caravan = stops.current_caravan(session)
        assert caravan is not None
        return stop_edits.create(session, caravan=caravan, plan=plan, status=status, now=plans.now)


def edit(plans: Plans, status: str = "confirmed", **changed: Any) -> Stop:
    stop = plans.stop()
    with transaction(plans.sessions) as session:
        plan = replace(plan_of(stop), **changed)
        return stop_edits.edit(session, stop_id=stop.id, plan=plan, status=status, now=plans.now)


def adjust(plans: Plans, hour: int, capacity: int, *, closed: bool = False) -> None:
    stop = plans.stop()
    time_id = plans.time_at(stop, hour).id
    with transaction(plans.sessions) as session:
        stop_edits.adjust(
            session, stop_id=stop.id, time_id=time_id, capacity=capacity, closed=closed, now=plans.now
        )


def test_a_new_stop_has_its_times(plans: Plans) -> None:
    made = create(plans, planned(OULMES, NEW_DAY, advisers=3), "planned")
    assert (made.status, made.version) == ("planned", 1)
    assert hours(the_stop_at(plans.sessions, at(OULMES, NEW_DAY))) == {"09:00": 3, "10:00": 3, "11:00": 3}


@pytest.mark.parametrize(
    ("plan", "status", "problem"),
    [
        (planned(TIFLET, FIRST), "confirmed", "stop_twice"),
        (planned(TIFLET, date(2026, 11, 23)), "confirmed", "plan_past"),
        (planned(TIFLET, NEW_DAY, closes_at=time(9, 30)), "confirmed", "plan_no_times"),
        (planned(TIFLET, NEW_DAY), "cancelled", "stop_status_wrong"),
    ],
)
def test_a_stop_that_makes_no_sense_is_refused(
    plans: Plans, plan: PlannedStop, status: str, problem: str
) -> None:
    with pytest.raises(StopRefused, match=problem):
        create(plans, plan, status)


def test_a_stop_that_was_called_off_may_stand_again(plans: Plans) -> None:
    plans.change("cancel")
    made = create(plans, planned(TIFLET, FIRST))
    assert (made.id, made.status) == (plans.stop().id, "confirmed")
    assert [time.closed for time in plans.stop().appointment_times] == [False] * 3


def test_without_bookings_everything_may_change(plans: Plans) -> None:
    edit(plans, day=NEW_DAY, opens_at=time(10), advisers=4, venue_fr="Salle")
    moved = the_stop_at(plans.sessions, at(TIFLET, NEW_DAY))
    assert hours(moved) == {"10:00": 4, "11:00": 4}
    assert (moved.version, moved.venue_fr) == (2, "Salle")


def test_with_bookings_only_what_leaves_them_alone(plans: Plans) -> None:
    booking = plans.book(10)
    edit(plans, advisers=1, opens_at=time(10), closes_at=time(13))
    assert plans.where(booking) == ("active", TIFLET, "03/12 10:00")
    for changed in (
        {"opens_at": time(11)},
        {"day": NEW_DAY},
        {"venue_fr": "Salle"},
        {"minutes": 45, "opens_at": time(9)},
    ):
        with pytest.raises(StopRefused, match="stop_needs_plan"):
            edit(plans, **changed)
    assert plans.stop().version == 2


def test_two_stops_do_not_become_one(plans: Plans) -> None:
    with pytest.raises(StopRefused, match="stop_twice"):
        edit(plans, commune_code=OULMES, day=SECOND)


def test_a_status_is_set_and_changes_the_version_once(plans: Plans) -> None:
    plans.book()
    assert edit(plans, "running").version == 2
    assert edit(plans, "running").version == 2
    assert plans.stop().status == "running"


def test_places_are_set_by_hand_and_stay_when_the_stop_is_edited(plans: Plans) -> None:
    adjust(plans, 10, 5)
    edit(plans, advisers=3)
    assert hours(plans.stop()) == {"09:00": 3, "10:00": 5, "11:00": 3}


def test_closing_a_time_keeps_those_who_are_there(plans: Plans) -> None:
    booking = plans.book(10)
    adjust(plans, 10, 2, closed=True)
    assert plans.where(booking) == ("active", TIFLET, "03/12 10:00")
    assert plans.time_at(plans.stop(), 10).closed
    assert plans.stop().version == 2


@pytest.mark.parametrize("capacity", [0, 101])
def test_no_fewer_places_than_people(plans: Plans, capacity: int) -> None:
    plans.book(10)
    with pytest.raises(StopRefused, match="time_in_use"):
        adjust(plans, 10, capacity)


def test_times_of_other_stops_and_of_yesterday_are_not_adjusted(plans: Plans) -> None:
    oulmes = the_stop_at(plans.sessions, at(OULMES, SECOND))
    with pytest.raises(NotFound), transaction(plans.sessions) as session:
        stop_edits.adjust(
            session,
            stop_id=plans.stop().id,
            time_id=oulmes.appointment_times[0].id,
            capacity=3,
            closed=False,
            now=plans.now,
        )
    plans.now = datetime(2026, 12, 4, 9, tzinfo=plans.now.tzinfo)
    with pytest.raises(StopRefused, match="plan_stop_gone"):
        adjust(plans, 10, 3)


@pytest.mark.parametrize(
    ("day", "changed", "keys"),
    [
        (date(2026, 12, 3), {}, []),
        (date(2026, 12, 5), {}, ["warn_weekend"]),
        (date(2026, 11, 18), {}, ["warn_holiday"]),
        (date(2026, 12, 4), {}, ["warn_friday"]),
        (date(2026, 12, 4), {"breaks": ((time(12), time(14, 30)),)}, []),
        (date(2026, 12, 4), {"closes_at": time(12)}, []),
    ],
)
def test_warnings_name_weekends_holidays_and_the_prayer(
    day: date, changed: dict[str, Any], keys: list[str]
) -> None:
    plan = planned(TIFLET, day, **{"closes_at": time(16), **changed})
    assert [each.key for each in calendar_warnings.warnings(plan, "fr")] == keys


def test_a_holiday_is_named_in_the_consoles_language() -> None:
    assert calendar_warnings.holiday_name(date(2026, 11, 18), "fr") == "Fête de l'indépendance"
    assert calendar_warnings.holiday_name(date(2026, 11, 18), "ar") == "عيد الاستقلال"
