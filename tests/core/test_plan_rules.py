"""Where people go when the plan changes."""

from __future__ import annotations

from datetime import date, datetime, time

from hypothesis import given
from hypothesis import strategies as st

from bot.core.plan_rules import HOME, Placement, Room, Uprooted, place, ranked
from bot.core.reminder_rules import CASABLANCA

OLD, NEW, LATER = date(2026, 12, 3), date(2026, 12, 7), date(2026, 12, 9)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), CASABLANCA)


def one(booking_id: int, hour: int = 9, service: str | None = None) -> Uprooted:
    return Uprooted(booking_id=booking_id, starts_at=at(OLD, hour), service=service)


def room(
    time_id: int, hour: int, *, rank: int = HOME, free: int = 1, service: str | None = None, day: date = NEW
) -> Room:
    return Room(time_id=time_id, rank=rank, starts_at=at(day, hour), service=service, free=free)


def outcomes(placements: list[Placement]) -> list[tuple[int | None, str]]:
    return [(placed.time_id, placed.outcome) for placed in placements]


def test_everybody_keeps_the_hour_where_there_is_room() -> None:
    placed = place([one(1, 9), one(2, 10)], [room(10, 10), room(9, 9)])
    assert outcomes(placed) == [(9, "same_hour"), (10, "same_hour")]


def test_nobody_loses_an_hour_to_somebody_from_another_one() -> None:
    placed = place([one(1, 9), one(2, 10)], [room(10, 10), room(11, 11)])
    assert outcomes(placed) == [(11, "other_hour"), (10, "same_hour")]


def test_the_nearest_hour_comes_before_another_stop() -> None:
    placed = place([one(1, 9)], [room(1, 15), room(2, 11), room(3, 9, rank=1)])
    assert outcomes(placed) == [(2, "other_hour")]


def test_the_nearest_stop_is_next() -> None:
    placed = place([one(1, 9)], [room(1, 9, rank=2), room(2, 15, rank=1), room(3, 10, rank=1)])
    assert outcomes(placed) == [(3, "other_stop")]


def test_a_time_is_given_as_often_as_it_has_places() -> None:
    placed = place([one(number) for number in range(3)], [room(9, 9, free=2)])
    assert outcomes(placed) == [(9, "same_hour"), (9, "same_hour"), (None, "none")]


def test_a_time_of_a_service_takes_those_who_come_for_it() -> None:
    rooms = [room(1, 9, service="financing"), room(2, 9)]
    placed = place([one(1), one(2, service="financing"), one(3, service="jobs")], rooms)
    assert outcomes(placed) == [(2, "same_hour"), (1, "same_hour"), (None, "none")]


def test_the_same_hour_is_that_of_the_clock_in_and_out_of_ramadan() -> None:
    before, during = date(2026, 2, 10), date(2026, 3, 3)
    booking = Uprooted(booking_id=1, starts_at=at(before, 9), service=None)
    assert at(before, 9).utcoffset() != at(during, 9).utcoffset()
    placed = place([booking], [room(1, 9, day=during), room(2, 10, day=during)])
    assert outcomes(placed) == [(1, "same_hour")]


def test_stops_are_ranked_by_distance_then_day() -> None:
    near_late, near_soon, far = (2, 10.0, LATER), (3, 10.0, NEW), (4, 30.0, NEW)
    assert ranked([far, near_late, near_soon, (1, 0.0, NEW)], home=1) == {1: 0, 3: 1, 2: 2, 4: 3}
    assert ranked([far], home=None) == {4: 1}


@given(
    hours=st.lists(st.integers(8, 17), max_size=30),
    frees=st.lists(st.tuples(st.integers(8, 17), st.integers(0, 3), st.integers(0, 3)), max_size=20),
)
def test_nobody_is_lost_and_no_time_is_overfull(hours: list[int], frees: list[tuple[int, int, int]]) -> None:
    rooms = [room(number, hour, rank=rank, free=free) for number, (hour, rank, free) in enumerate(frees)]
    placed = place([one(number, hour) for number, hour in enumerate(hours)], rooms)
    assert [placement.booking_id for placement in placed] == list(range(len(hours)))
    given_away = [placement.time_id for placement in placed if placement.time_id is not None]
    assert all(given_away.count(each.time_id) <= each.free for each in rooms)
    places = sum(each.free for each in rooms)
    assert len(given_away) == min(len(hours), places)
