"""When people are asked about their day: not at night, not before it is over."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from bot.core.reminder_rules import CASABLANCA
from bot.core.visit_rules import after_the_night, asked_at, is_quiet, may_be_noted

DAY = date(2026, 12, 3)


def at(hour: int, minute: int = 0, day: int = 3) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=CASABLANCA)


@pytest.mark.parametrize(
    ("moment", "quiet"),
    [(at(7, 59), True), (at(8), False), (at(20, 59), False), (at(21), True), (at(0), True)],
)
def test_the_night_is_from_nine_to_eight(moment: datetime, quiet: bool) -> None:
    assert is_quiet(moment) is quiet


def test_what_would_come_at_night_comes_in_the_morning_that_follows() -> None:
    assert after_the_night(at(22)) == at(8, day=4)
    assert after_the_night(at(3)) == at(8)
    assert after_the_night(at(12, 30)) == at(12, 30)


def test_people_are_asked_an_hour_after_the_end() -> None:
    assert asked_at(day=DAY, closes_at=time(16), now=at(10)) == at(17)
    assert asked_at(day=DAY, closes_at=time(20, 30), now=at(10)) == at(8, day=4)
    assert asked_at(day=DAY, closes_at=time(16), now=at(9, day=4)) == at(9, day=4)


def test_nothing_is_noted_before_the_day() -> None:
    assert not may_be_noted(day=DAY, now=at(23, day=2))
    assert may_be_noted(day=DAY, now=at(0))
    assert may_be_noted(day=DAY, now=at(9, day=5))
