"""When coaches are there."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.core.handoff_rules import BrokenHours, checked_hours, closing, is_open, next_opening
from bot.core.texts import CASABLANCA

WEEK = {str(day): ["09:00", "16:30"] for day in range(5)}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CASABLANCA)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-24 08:59", "2026-11-24 09:00"),
        ("2026-11-24 09:00", None),
        ("2026-11-24 16:29", None),
        ("2026-11-24 16:30", "2026-11-25 09:00"),
        ("2026-11-27 18:00", "2026-11-30 09:00"),
        ("2026-11-29 12:00", "2026-11-30 09:00"),
    ],
)
def test_closed_until(moment: str, opens: str | None) -> None:
    assert is_open(WEEK, at(moment)) is (opens is None)
    assert next_opening(WEEK, at(moment)) == (at(opens) if opens else None)


def test_hours_that_nobody_has_said_promise_nothing() -> None:
    assert is_open({}, at("2026-11-29 03:00"))
    assert next_opening({}, at("2026-11-29 03:00")) is None


def test_until_when_coaches_are_there_is_known_only_while_they_are_there() -> None:
    hours = {"1": ["10:00", "12:00"]}
    assert closing(hours, at("2026-11-24 10:00")) == at("2026-11-24 12:00")
    assert closing(hours, at("2026-11-24 12:00")) is None
    assert closing({}, at("2026-11-24 10:00")) is None


def test_one_day_a_week_is_found() -> None:
    assert next_opening({"1": ["10:00", "12:00"]}, at("2026-11-24 13:00")) == at("2026-12-01 10:00")


@pytest.mark.parametrize(
    "hours", [{"0": ["9h", "16:00"]}, {"0": ["16:00", "09:00"]}, {"7": ["09:00", "10:00"]}]
)
def test_hours_that_cannot_be(hours: dict[str, list[str]]) -> None:
    with pytest.raises(BrokenHours):
        checked_hours(hours)
