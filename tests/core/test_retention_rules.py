"""When the night's work is done, and what is old."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from bot.core.retention_rules import CASABLANCA, cutoff, night_of


@pytest.mark.parametrize(("hour", "expected"), [(2, None), (3, date(2026, 11, 24)), (23, date(2026, 11, 24))])
def test_the_night_begins_at_three_in_morocco(hour: int, expected: date | None) -> None:
    moment = datetime(2026, 11, 24, hour, 30, tzinfo=CASABLANCA)
    assert night_of(moment.astimezone(timezone.utc)) == expected


def test_nought_keeps_for_ever() -> None:
    now = datetime(2026, 11, 24, tzinfo=timezone.utc)
    assert cutoff(0, now) is None
    assert cutoff(30, now) == now - timedelta(days=30)
