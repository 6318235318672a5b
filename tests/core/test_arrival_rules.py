"""Waiting for a message that may be under way, and for the end of a flood."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.core.arrival_rules import merged_text, wait_for_predecessor, wait_for_quiet

NOW = datetime(2026, 11, 24, 9, tzinfo=timezone.utc)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


@pytest.mark.parametrize(("age", "wait"), [(0, 1.0), (0.4, 0.6), (1.0, 0.0), (50, 0.0)])
def test_a_message_waits_a_second_at_most_for_the_one_before_it(age: float, wait: float) -> None:
    assert wait_for_predecessor(received_at=ago(age), now=NOW) == pytest.approx(wait)


@pytest.mark.parametrize(
    ("oldest", "newest", "wait"), [(3, 0, 2.0), (3, 1.5, 0.5), (9, 2, 0.0), (20, 0, 0.0)]
)
def test_a_flood_is_over_when_it_is_quiet_or_has_lasted_long(
    oldest: float, newest: float, wait: float
) -> None:
    assert wait_for_quiet(oldest=ago(oldest), newest=ago(newest), now=NOW) == pytest.approx(wait)


def test_what_a_flood_says() -> None:
    assert merged_text(["salam", " salam", "", "fin?"]) == "salam\nfin?"
    assert merged_text([str(number) for number in range(30)]) == "24\n25\n26\n27\n28\n29"
    assert len(merged_text(["a" * 5000])) == 1000
    assert merged_text(["", " "]) == ""
