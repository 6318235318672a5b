"""Days of an example and times of appointments."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.core.reminder_rules import CASABLANCA
from bot.core.timetable import (
    FRIDAY_PRAYER,
    LUNCH,
    Break,
    PlannedStop,
    appointment_times,
    default_breaks,
    example_days,
    planned_times,
)

THURSDAY, FRIDAY = date(2026, 12, 3), date(2026, 12, 4)
DAYS = st.dates(min_value=date(2024, 1, 1), max_value=date(2040, 12, 31))
TIMES = st.times(min_value=time(6), max_value=time(20)).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)
BREAKS = st.lists(st.tuples(TIMES, TIMES).filter(lambda pause: pause[0] < pause[1]), max_size=3).map(tuple)


def stop(
    day: date = THURSDAY,
    *,
    opens: time = time(9),
    closes: time = time(16),
    minutes: int = 30,
    breaks: tuple[Break, ...] | None = None,
) -> PlannedStop:
    return PlannedStop(
        commune_code="04.291.01.05",
        day=day,
        opens_at=opens,
        closes_at=closes,
        breaks=default_breaks(day) if breaks is None else breaks,
        advisers=2,
        minutes=minutes,
        latitude=33.9,
        longitude=-6.3,
    )


def clock(times: list[datetime]) -> list[str]:
    return [f"{moment:%H:%M}" for moment in times]


def test_nobody_is_received_at_lunch() -> None:
    morning = ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30", "12:00"]
    assert clock(appointment_times(stop())) == [*morning, "14:00", "14:30", "15:00", "15:30"]


def test_the_break_is_longer_on_fridays() -> None:
    morning = ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]
    assert clock(appointment_times(stop(FRIDAY))) == [*morning, "14:30", "15:00", "15:30"]


def test_breaks_that_are_given_replace_those_of_the_day() -> None:
    times = clock(appointment_times(stop(FRIDAY, breaks=())))
    assert {"12:00", "12:30", "13:00", "13:30", "14:00"} < set(times)
    pause = ((time(10), time(10, 20)),)
    assert clock(appointment_times(stop(closes=time(11, 20), breaks=pause))) == [
        "09:00",
        "09:30",
        "10:20",
        "10:50",
    ]


def test_an_appointment_that_would_run_into_the_break_is_left_out() -> None:
    times = clock(appointment_times(stop(minutes=45)))
    assert times == ["09:00", "09:45", "10:30", "11:15", "14:00", "14:45"]


def test_hours_are_those_of_people_in_and_out_of_ramadan() -> None:
    spring = appointment_times(stop(date(2026, 4, 15)))[0]
    ramadan = appointment_times(stop(date(2026, 3, 3)))[0]
    assert (spring.hour, ramadan.hour) == (9, 9)
    assert (spring.utcoffset(), ramadan.utcoffset()) == (timedelta(hours=1), timedelta(0))


@given(day=DAYS, opens=TIMES, closes=TIMES, minutes=st.integers(5, 240), breaks=BREAKS)
def test_appointments_lie_inside_the_opening_and_outside_the_breaks(
    day: date, opens: time, closes: time, minutes: int, breaks: tuple[Break, ...]
) -> None:
    times = appointment_times(stop(day, opens=opens, closes=closes, minutes=minutes, breaks=breaks))
    lasting = timedelta(minutes=minutes)
    for moment in times:
        end = moment + lasting
        assert datetime.combine(day, opens, CASABLANCA) <= moment
        assert end <= datetime.combine(day, closes, CASABLANCA)
        for begin, finish in breaks:
            before = end <= datetime.combine(day, begin, CASABLANCA)
            assert before or moment >= datetime.combine(day, finish, CASABLANCA)
    assert all(later - earlier >= lasting for earlier, later in pairwise(times))


@given(day=DAYS)
def test_a_default_day_has_morning_and_afternoon_times(day: date) -> None:
    hours = {moment.hour for moment in appointment_times(stop(day))}
    assert {9, 10, 11, 15} <= hours
    assert default_breaks(day) == (FRIDAY_PRAYER if f"{day:%u}" == "5" else LUNCH)


@given(installed_on=DAYS, numbers=st.lists(st.integers(1, 60), max_size=20))
def test_example_days_are_working_days_ahead_in_order(installed_on: date, numbers: list[int]) -> None:
    days = example_days(installed_on, numbers)
    assert sorted(days) == sorted(set(numbers))
    in_order = [days[number] for number in sorted(days)]
    assert all(earlier < later for earlier, later in pairwise(in_order))
    for number, day in days.items():
        assert day.weekday() < 5
        assert day >= installed_on + timedelta(days=number)


def test_a_weekend_moves_to_monday_and_the_next_day_gives_way() -> None:
    friday, saturday, sunday, monday = 1, 2, 3, 4
    days = example_days(THURSDAY, [monday, sunday, saturday, friday])
    assert days == {
        friday: date(2026, 12, 4),
        saturday: date(2026, 12, 7),
        sunday: date(2026, 12, 8),
        monday: date(2026, 12, 9),
    }


def test_every_time_takes_as_many_people_as_there_are_advisers() -> None:
    times = planned_times(stop(closes=time(11)))
    assert [(clock([planned.starts_at])[0], planned.service, planned.capacity) for planned in times] == [
        ("09:00", None, 2),
        ("09:30", None, 2),
        ("10:00", None, 2),
        ("10:30", None, 2),
    ]


def test_advisers_of_one_service_have_times_of_their_own() -> None:
    plan = replace(stop(closes=time(10)), own_advisers={"financing": 1})
    assert [(planned.service, planned.capacity) for planned in planned_times(plan)] == [
        (None, 2),
        ("financing", 1),
        (None, 2),
        ("financing", 1),
    ]


def test_a_stop_may_have_advisers_of_single_services_only() -> None:
    plan = replace(stop(closes=time(10)), advisers=0, own_advisers={"training": 1})
    assert {planned.service for planned in planned_times(plan)} == {"training"}


def test_the_walk_in_share_is_kept_free_evenly_over_the_day() -> None:
    plan = replace(stop(closes=time(11)), walk_in=25)
    assert [planned.capacity for planned in planned_times(plan)] == [1, 2, 1, 2]
    assert [planned.capacity for planned in planned_times(replace(plan, walk_in=100))] == [0, 0, 0, 0]


@given(advisers=st.integers(1, 20), walk_in=st.integers(0, 100), closes=TIMES)
def test_appointments_never_take_more_than_their_share(advisers: int, walk_in: int, closes: time) -> None:
    plan = replace(stop(closes=closes), advisers=advisers, walk_in=walk_in)
    times = planned_times(plan)
    assert all(0 <= planned.capacity <= advisers for planned in times)
    assert sum(planned.capacity for planned in times) == len(times) * advisers * (100 - walk_in) // 100
