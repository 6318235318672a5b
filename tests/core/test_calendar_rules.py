from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.core import calendar_rules as rules

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize("offset", range(14))
def test_a_weekday_ahead_is_one_to_seven_days_away(offset: int) -> None:
    today = MONDAY + timedelta(days=offset)
    for weekday in range(7):
        ahead, before = rules.weekday_ahead(today, weekday), rules.weekday_before(today, weekday)
        assert ahead.weekday() == before.weekday() == weekday
        assert 1 <= (ahead - today).days <= 7
        assert 1 <= (today - before).days <= 7


@pytest.mark.parametrize("offset", range(7))
def test_weeks(offset: int) -> None:
    today = MONDAY + timedelta(days=offset)
    assert (rules.week(today, 0).first, rules.week(today, 0).last) == (today, date(2026, 11, 29))
    assert rules.week(today, 1).value == "2026-11-30/2026-12-06"
    assert rules.week(today, -1).value == "2026-11-16/2026-11-22"


def test_a_single_day_is_no_interval() -> None:
    assert rules.week(date(2026, 11, 29), 0).value == "2026-11-29"


@pytest.mark.parametrize(
    ("today", "day", "month", "value"),
    [
        (MONDAY, 28, 11, "2026-11-28"),
        (MONDAY, 23, 11, "2026-11-23"),
        (MONDAY, 4, 1, "2027-01-04"),
        (MONDAY, 1, 3, "2027-03-01"),
        (date(2026, 12, 30), 2, 1, "2027-01-02"),
        (date(2027, 1, 3), 29, 12, "2026-12-29"),
        (date(2027, 3, 1), 29, 11, "2027-11-29"),
    ],
)
def test_a_day_without_a_year(today: date, day: int, month: int, value: str) -> None:
    days = rules.day_and_month(today, day, month, None)
    assert days is not None
    assert days.value == value
    assert days.vague == (days.first < today)


@pytest.mark.parametrize(("day", "month"), [(31, 11), (30, 2), (32, 1), (0, 5)])
def test_days_that_do_not_exist(day: int, month: int) -> None:
    assert rules.day_and_month(MONDAY, day, month, 2026) is None
    assert rules.day_and_month(MONDAY, day, month, None) is None


def test_the_31st_waits_for_a_month_that_has_one() -> None:
    days = rules.day_of_month(date(2026, 2, 25), 31)
    assert days is not None
    assert days.value == "2026-03-31"
    assert rules.day_of_month(MONDAY, 32) is None


def test_a_month_later_keeps_to_the_end_of_short_months() -> None:
    assert rules.shifted_months(date(2026, 12, 31), 2) == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("start", "2026-12-01/2026-12-10"),
        ("middle", "2026-12-11/2026-12-20"),
        ("end", "2026-12-21/2026-12-31"),
    ],
)
def test_parts_of_a_month_are_vague(part: str, value: str) -> None:
    days = rules.part_of_month(rules.named_month(MONDAY, 12, None), part)
    assert (days.value, days.vague) == (value, True)
