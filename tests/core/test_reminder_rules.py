"""When a person is reminded: the evening before at 18:00, the morning of the day, never at night."""

from __future__ import annotations

from datetime import datetime, time, timedelta, timezone

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.core.reminder_rules import CASABLANCA, reminders_for, verdict

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
MOMENTS = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 in Morocco."""
    return datetime(2026, 11, day, hour, minute, tzinfo=CASABLANCA)


def due(starts_at: datetime, booked_at: datetime) -> dict[str, datetime]:
    return {
        reminder.kind: reminder.due_at for reminder in reminders_for(starts_at=starts_at, booked_at=booked_at)
    }


@pytest.mark.parametrize(
    ("starts_at", "morning"),
    [
        (at(26, 11), at(26, 9, 30)),
        (at(26, 9, 30), at(26, 8)),
        (at(26, 22, 29), at(26, 20, 59)),
    ],
)
def test_the_evening_before_at_six_and_ninety_minutes_before_but_not_before_eight(
    starts_at: datetime, morning: datetime
) -> None:
    assert due(starts_at, at(24, 10)) == {"evening": at(25, 18), "morning": morning}


@pytest.mark.parametrize(
    "starts_at", [at(26, 9, 29), at(26, 9), at(26, 8), at(26, 7, 30), at(26, 22, 30), at(26, 23, 59)]
)
def test_a_morning_reminder_that_would_be_too_late_or_at_night_is_left_out(starts_at: datetime) -> None:
    assert due(starts_at, at(24, 10)) == {"evening": at(25, 18)}


@pytest.mark.parametrize(
    ("booked_at", "kinds"),
    [
        (at(25, 17, 59), {"evening", "morning"}),
        (at(25, 18), {"morning"}),
        (at(25, 23), {"morning"}),
        (at(26, 9, 29), {"morning"}),
        (at(26, 9, 30), set()),
        (at(26, 10, 30), set()),
    ],
)
def test_what_is_past_when_the_booking_is_made_is_left_out(booked_at: datetime, kinds: set[str]) -> None:
    assert due(at(26, 11), booked_at).keys() == kinds


def test_hours_are_those_of_morocco_whatever_the_zone_of_the_values() -> None:
    starts_at = at(26, 11).astimezone(timezone.utc)
    found = due(starts_at, at(24, 10).astimezone(timezone(timedelta(hours=9))))
    assert found == {"evening": at(25, 18), "morning": at(26, 9, 30)}


def test_when_the_clock_changes_overnight_the_hours_on_the_wall_count() -> None:
    starts_at = datetime(2026, 2, 15, 10, 0, tzinfo=CASABLANCA)
    found = due(starts_at, starts_at - timedelta(days=9))
    assert found["evening"].isoformat() == "2026-02-14T18:00:00+01:00"
    assert found["morning"].isoformat() == "2026-02-15T08:30:00+00:00"


@settings(deadline=None)
@given(starts_at=MOMENTS, ahead=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=40)))
@example(starts_at=at(26, 23), ahead=timedelta(days=1))
@example(starts_at=at(26, 8), ahead=timedelta(days=1))
def test_every_reminder_lies_between_booking_and_appointment_and_by_day(
    starts_at: datetime, ahead: timedelta
) -> None:
    booked_at = starts_at - ahead
    found = due(starts_at, booked_at)
    for due_at in found.values():
        assert booked_at < due_at < starts_at
        assert time(8) <= due_at.astimezone(CASABLANCA).time() < time(21)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (at(25, 18), "send"),
        (at(25, 20, 59), "send"),
        (at(25, 21), "wait"),
        (at(26, 3), "missed"),
        (at(26, 8), "missed"),
        (at(26, 9), "missed"),
        (at(27, 9), "missed"),
    ],
)
def test_a_late_evening_reminder_goes_out_that_evening_or_not_at_all(now: datetime, expected: str) -> None:
    said = verdict(kind="evening", starts_at=at(26, 9), now=now.astimezone(timezone.utc))
    assert said == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [(at(26, 8), "send"), (at(26, 8, 59), "send"), (at(26, 9), "missed"), (at(27, 9), "missed")],
)
def test_a_late_morning_reminder_is_of_use_until_the_appointment(now: datetime, expected: str) -> None:
    said = verdict(kind="morning", starts_at=at(26, 9), now=now.astimezone(timezone.utc))
    assert said == expected


@pytest.mark.parametrize("kind", ["evening", "morning"])
def test_nobody_is_written_to_at_night_however_early_the_appointment(kind: str) -> None:
    assert verdict(kind=kind, starts_at=at(26, 7, 30), now=at(25, 22)) == "wait"
    assert verdict(kind=kind, starts_at=at(26, 7, 30), now=at(26, 7, 30)) == "missed"


def test_both_hours_can_be_set() -> None:
    found = reminders_for(
        starts_at=at(26, 14), booked_at=at(24, 10), evening_at=time(19), lead=timedelta(hours=3)
    )
    assert {each.kind: each.due_at for each in found} == {"evening": at(25, 19), "morning": at(26, 11)}
